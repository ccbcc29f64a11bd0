//! What people said about messages from an account.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    channel::Silence,
    ids::{ChannelAccountId, PartyId, SessionId},
};

/// Remembers what somebody wants; none takes back what they said before.
pub async fn set(
    tx: &mut WriteTx,
    party: PartyId,
    account: ChannelAccountId,
    wish: Option<Silence>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let Some(wish) = wish else {
        let delete = sqlx::query!(
            "delete from opt_out where tenant_id = $1 and party_id = $2 and account_id = $3",
            tenant,
            party.0,
            account.0
        );
        delete.execute(tx.conn()).await?;
        return Ok(());
    };
    sqlx::query!(
        "insert into opt_out (tenant_id, party_id, account_id, kind) values ($1, $2, $3, $4)
         on conflict (tenant_id, party_id, account_id) do update set kind = excluded.kind, at = clock_timestamp()",
        tenant,
        party.0,
        account.0,
        wish.code()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What the customer of a session wants. Who left and wrote again has come back.
pub async fn of_session(tx: &mut ReadTx, session: SessionId) -> Result<Option<Silence>, StoreError> {
    let tenant = tx.tenant();
    let kind = sqlx::query_scalar!(
        "select o.kind from session s
         join opt_out o on o.tenant_id = s.tenant_id and o.party_id = s.party_id and o.account_id = s.account_id
         where s.tenant_id = $1 and s.id = $2
           and (o.kind = 'silence' or s.last_customer_at is null or s.last_customer_at <= o.at)",
        tenant,
        session.0
    )
    .fetch_optional(tx.conn())
    .await?;
    kind.map(|kind| code("opt_out", "kind", &kind, Silence::from_code)).transpose()
}
