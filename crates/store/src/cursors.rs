//! What is pulled from providers, and how far.

use crate::{Db, ReadTx, StoreError, SystemTx, WriteTx};
use meridian_domain::{
    ids::{ChannelAccountId, CursorId, RawId, TenantId},
    jobs::Family,
};
use serde_json::Value;

/// Where a pull stands.
#[derive(Debug, Clone)]
pub struct Cursor {
    /// Its id.
    pub id: CursorId,
    /// The account.
    pub account: ChannelAccountId,
    /// What is pulled, in the provider's words.
    pub name: String,
    /// How far it was read; empty = nothing yet.
    pub position: String,
    /// What the provider said with its last call to pull.
    pub hint: String,
}

/// The cursor of something that is pulled, made when it is new; the provider's last hint replaces an older one.
pub async fn wanted(tx: &mut WriteTx, account: ChannelAccountId, name: &str, hint: &str) -> Result<Cursor, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<CursorId>());
    let row = sqlx::query!(
        "insert into channel_cursor (tenant_id, id, account_id, name, hint) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, account_id, name) do update set
           hint = case when excluded.hint = '' then channel_cursor.hint else excluded.hint end
         returning id, position, hint",
        tenant,
        id.0,
        account.0,
        name,
        hint
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Cursor { id: row.id.into(), account, name: name.to_owned(), position: row.position, hint: row.hint })
}

/// One cursor.
pub async fn find(tx: &mut ReadTx, id: CursorId) -> Result<Option<Cursor>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select account_id, name, position, hint from channel_cursor where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Cursor {
        id,
        account: row.account_id.into(),
        name: row.name,
        position: row.position,
        hint: row.hint,
    }))
}

/// Moves a cursor from where it was read to where the pull ended. False when another pull moved it meanwhile: what
/// was pulled here is then given up, for the other one has it.
pub async fn advance(tx: &mut WriteTx, cursor: &Cursor, position: &str) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update channel_cursor set position = $4, pulled_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and position = $3",
        tenant,
        cursor.id.0,
        cursor.position,
        position
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Something pulled, on its way into the inbox.
#[derive(Debug, Clone)]
pub struct PulledRaw<'a> {
    /// The account.
    pub account: ChannelAccountId,
    /// Unique within the account.
    pub dedupe_key: &'a str,
    /// What parsing needs beside the body.
    pub request: &'a Value,
    /// As the provider gave it.
    pub body: &'a [u8],
}

/// Stores what was pulled like a request that came in; `None` when it was stored before.
pub async fn store(tx: &mut WriteTx, pulled: &PulledRaw<'_>) -> Result<Option<RawId>, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<RawId>());
    let new = sqlx::query_scalar!(
        "insert into inbound_raw (tenant_id, id, account_id, dedupe_key, request, body, queue)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id",
        tenant,
        id.0,
        pulled.account.0,
        pulled.dedupe_key,
        pulled.request,
        pulled.body,
        Family::Ingest.queue(pulled.account.0.as_bytes())
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(new.map(RawId))
}

/// The account that a mail address belongs to, before its tenant is known; `None` for the addresses of strangers.
pub async fn mailbox(db: &Db, address: &str) -> Result<Option<ChannelAccountId>, StoreError> {
    let found = sqlx::query_scalar!(r#"select account_id as "id!" from lookup_mailbox($1)"#, address)
        .fetch_optional(db.lookups())
        .await?;
    Ok(found.map(ChannelAccountId))
}

/// What is pulled of an account.
pub async fn of_account(tx: &mut ReadTx, account: ChannelAccountId) -> Result<Vec<CursorId>, StoreError> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select id from channel_cursor where tenant_id = $1 and account_id = $2 order by id limit 100",
        tenant,
        account.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(CursorId).collect())
}

/// Accounts of all tenants whose provider only calls, each with what is pulled of it by its settings; empty when they do
/// not say.
pub async fn called(tx: &mut SystemTx) -> Result<Vec<(TenantId, ChannelAccountId, String)>, StoreError> {
    let rows = sqlx::query!(
        r#"select a.tenant_id, a.id, coalesce(a.settings->>'open_kfid', '') as "name!"
           from channel_account a join tenant t on t.tenant_id = a.tenant_id
           where a.kind = 'wecom' and a.status <> 'disabled' and t.status = 'active' order by a.id limit 5000"#
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.id.into(), row.name)).collect())
}

/// Mail accounts of all tenants whose mail is fetched from a mailbox.
pub async fn mailboxes(tx: &mut SystemTx) -> Result<Vec<(TenantId, ChannelAccountId)>, StoreError> {
    let rows = sqlx::query!(
        "select a.tenant_id, a.id from channel_account a join tenant t on t.tenant_id = a.tenant_id
         where a.mail_address is not null and a.settings->>'provider' = 'imap' and a.status <> 'disabled'
           and t.status = 'active' order by a.id limit 5000"
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.id.into())).collect())
}
