//! Changes of messages that were sent.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    amendment::Amending,
    ids::{ChannelAccountId, ItemId},
};
use serde_json::json;

/// The newest change of a message, under lock.
pub async fn lock(tx: &mut WriteTx, item: ItemId) -> Result<Option<Amending>, StoreError> {
    let tenant = tx.tenant();
    let kept = sqlx::query_scalar!(
        r#"select amendment as "amendment!" from item_state
           where tenant_id = $1 and item_id = $2 and amendment is not null for update"#,
        tenant,
        item.0
    )
    .fetch_optional(tx.conn())
    .await?;
    // What another release wrote may not be read; then it is over.
    Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()))
}

/// Keeps a change in place of the one of before.
pub async fn keep(tx: &mut WriteTx, item: ItemId, amending: &Amending) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into item_state (tenant_id, item_id, amendment) values ($1, $2, $3)
         on conflict (tenant_id, item_id) do update set amendment = excluded.amendment",
        tenant,
        item.0,
        json!(amending)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The provider's names of a message, one a part.
pub async fn names(tx: &mut ReadTx, account: ChannelAccountId, item: ItemId) -> Result<Vec<String>, StoreError> {
    let tenant = tx.tenant();
    let names = sqlx::query_scalar!(
        "select external_id from item_external where tenant_id = $1 and account_id = $2 and item_id = $3
         order by external_id limit 50",
        tenant,
        account.0,
        item.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(names)
}
