//! Channel accounts.

use crate::{Db, ReadTx, Sealer, StoreError, WriteTx, error::code};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    ids::{BotId, BranchId, ChannelAccountId, Id, QueueId, TenantId},
};
use serde_json::Value;
use uuid::Uuid;

/// A connected account as admins see it; secrets stay sealed.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its id, also in the webhook URL.
    pub id: ChannelAccountId,
    /// Its kind.
    pub kind: ChannelKind,
    /// Its name for people.
    pub name: String,
    /// Settings of the kind.
    pub settings: Value,
    /// Addresses that belong to it.
    pub addresses: Vec<String>,
    /// Where its conversations are counted.
    pub branch: BranchId,
    /// Where its work waits.
    pub queue: QueueId,
    /// The bot that answers first.
    pub bot: Option<BotId>,
    /// active, disabled, needs_attention.
    pub status: String,
    /// Why it needs attention.
    pub status_reason: String,
}

/// The webhook URL of an account.
pub fn webhook_url(public_url: &str, kind: ChannelKind, account: ChannelAccountId) -> String {
    format!("{}/hooks/{kind}/{account}", public_url.trim_end_matches('/'))
}

fn kind(text: &str) -> Result<ChannelKind, StoreError> {
    code("channel_account", "kind", text, |t| t.parse().ok())
}

struct Row {
    id: Uuid,
    kind: String,
    name: String,
    settings: Value,
    addresses: Vec<String>,
    branch_id: Uuid,
    queue_id: Uuid,
    bot_id: Option<Uuid>,
    status: String,
    status_reason: String,
}

impl TryFrom<Row> for Account {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            kind: kind(&row.kind)?,
            name: row.name,
            settings: row.settings,
            addresses: row.addresses,
            branch: row.branch_id.into(),
            queue: row.queue_id.into(),
            bot: row.bot_id.map(BotId),
            status: row.status,
            status_reason: row.status_reason,
        })
    }
}

/// All accounts of the tenant, by name; a tenant has dozens at most.
pub async fn all(tx: &mut ReadTx) -> Result<Vec<Account>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, kind, name, settings, addresses, branch_id, queue_id, bot_id, status, status_reason
         from channel_account where tenant_id = $1 order by name, id limit 500",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Account::try_from).collect()
}

/// One account.
pub async fn find(tx: &mut ReadTx, id: ChannelAccountId) -> Result<Option<Account>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, kind, name, settings, addresses, branch_id, queue_id, bot_id, status, status_reason
         from channel_account where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Account::try_from).transpose()
}

/// One account with its secrets opened, for the adapter.
pub async fn config(
    tx: &mut ReadTx,
    sealer: &Sealer,
    public_url: &str,
    id: ChannelAccountId,
) -> Result<Option<AccountConfig>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select kind, settings, secrets_sealed, addresses from channel_account where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let kind = kind(&row.kind)?;
    Ok(Some(AccountConfig {
        id,
        kind,
        settings: row.settings,
        secrets: sealer.open_map(TenantId(tenant), id.0, &row.secrets_sealed)?,
        public_url: webhook_url(public_url, kind, id),
        addresses: row.addresses,
    }))
}

/// Finds the account of a webhook URL before its tenant is known. Disabled accounts are not found.
pub async fn lookup(
    db: &Db,
    sealer: &Sealer,
    public_url: &str,
    id: ChannelAccountId,
) -> Result<Option<(TenantId, AccountConfig)>, StoreError> {
    let row = sqlx::query!(
        r#"select tenant_id as "tenant_id!", kind as "kind!", settings as "settings!",
                  secrets_sealed as "secrets_sealed!", addresses as "addresses!", status as "status!"
           from lookup_account($1)"#,
        id.0
    )
    .fetch_optional(db.lookups())
    .await?;
    let Some(row) = row.filter(|row| row.status != "disabled") else { return Ok(None) };
    let (tenant, kind) = (TenantId(row.tenant_id), kind(&row.kind)?);
    let config = AccountConfig {
        id,
        kind,
        settings: row.settings,
        secrets: sealer.open_map(tenant, id.0, &row.secrets_sealed)?,
        public_url: webhook_url(public_url, kind, id),
        addresses: row.addresses,
    };
    Ok(Some((tenant, config)))
}

/// Connects an account; its secrets are already sealed for its id.
pub async fn insert(tx: &mut WriteTx, account: &Account, sealed: &[u8]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into channel_account
           (tenant_id, id, kind, name, settings, secrets_sealed, addresses, branch_id, queue_id, bot_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (tenant_id, id) do update set
           name = excluded.name, settings = excluded.settings, secrets_sealed = excluded.secrets_sealed,
           addresses = excluded.addresses, queue_id = excluded.queue_id, bot_id = excluded.bot_id",
        tenant,
        account.id.0,
        account.kind.code(),
        account.name,
        account.settings,
        sealed,
        &account.addresses,
        account.branch.0,
        account.queue.0,
        account.bot.map(|bot| bot.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Marks an account as in need of an admin, or well again (empty reason).
pub async fn set_health(tx: &mut WriteTx, id: ChannelAccountId, reason: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let status = if reason.is_empty() { "active" } else { "needs_attention" };
    sqlx::query!(
        "update channel_account set status = $3, status_reason = $4
         where tenant_id = $1 and id = $2 and status <> 'disabled' and (status, status_reason) is distinct from ($3, $4)",
        tenant,
        id.0,
        status,
        reason
    )
    .execute(tx.conn())
    .await?;
    tracing::debug!(account = %id, prefix = ChannelAccountId::PREFIX, "account health set");
    Ok(())
}
