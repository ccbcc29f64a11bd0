//! Channel accounts.

use crate::{Db, ReadTx, Sealer, StoreError, WriteTx, error::code};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    ids::{BotId, BranchId, ChannelAccountId, QueueId, TenantId},
    secret::{self, Versions},
    time::Instant,
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
    /// Whether it takes and sends anything.
    pub active: bool,
    /// How it is doing.
    pub health: Health,
}

/// How an account is doing.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Why it needs an admin; empty = well.
    pub code: String,
    /// The same in words.
    pub reason: String,
    /// Since when it is well or not; `None` before anything happened.
    pub since: Option<Instant>,
    /// The last request whose signature was right, within half a minute.
    pub last_inbound_at: Option<Instant>,
    /// The last send the provider took.
    pub last_accepted_at: Option<Instant>,
    /// The last send refused for the credentials.
    pub last_auth_failure_at: Option<Instant>,
    /// Sends in a row that failed for the provider's sake.
    pub failures: i32,
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
    code: Option<String>,
    reason: Option<String>,
    since: Option<Instant>,
    last_inbound_at: Option<Instant>,
    last_accepted_at: Option<Instant>,
    last_auth_failure_at: Option<Instant>,
    failures: Option<i32>,
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
            active: row.status != "disabled",
            health: Health {
                code: row.code.unwrap_or_default(),
                reason: row.reason.unwrap_or_default(),
                since: row.since,
                last_inbound_at: row.last_inbound_at,
                last_accepted_at: row.last_accepted_at,
                last_auth_failure_at: row.last_auth_failure_at,
                failures: row.failures.unwrap_or_default(),
            },
        })
    }
}

/// All accounts of the tenant, by name; a tenant has dozens at most.
pub async fn all(tx: &mut ReadTx) -> Result<Vec<Account>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        r#"select a.id, a.kind, a.name, a.settings, a.addresses, a.branch_id, a.queue_id, a.bot_id, a.status,
                  h.code as "code?", h.reason as "reason?", h.since as "since?", h.last_inbound_at, h.last_accepted_at,
                  h.last_auth_failure_at, h.failures as "failures?"
           from channel_account a
           left join channel_health h on h.tenant_id = a.tenant_id and h.account_id = a.id
           where a.tenant_id = $1 order by a.name, a.id limit 500"#,
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
        r#"select a.id, a.kind, a.name, a.settings, a.addresses, a.branch_id, a.queue_id, a.bot_id, a.status,
                  h.code as "code?", h.reason as "reason?", h.since as "since?", h.last_inbound_at, h.last_accepted_at,
                  h.last_auth_failure_at, h.failures as "failures?"
           from channel_account a
           left join channel_health h on h.tenant_id = a.tenant_id and h.account_id = a.id
           where a.tenant_id = $1 and a.id = $2"#,
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
        r#"select kind, settings, secrets_sealed, addresses, clock_timestamp() as "now!"
           from channel_account where tenant_id = $1 and id = $2"#,
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
        secrets: secret::valid(sealer.open_map(TenantId(tenant), id.0, &row.secrets_sealed)?, row.now),
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
                  secrets_sealed as "secrets_sealed!", addresses as "addresses!", status as "status!",
                  clock_timestamp() as "now!"
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
        secrets: secret::valid(sealer.open_map(tenant, id.0, &row.secrets_sealed)?, row.now),
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

/// Changes what an admin may change of an account. False when there is none.
pub async fn update(tx: &mut WriteTx, account: &Account) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update channel_account set name = $3, settings = $4, addresses = $5, branch_id = $6, queue_id = $7, bot_id = $8,
                status = $9
         where tenant_id = $1 and id = $2",
        tenant,
        account.id.0,
        account.name,
        account.settings,
        &account.addresses,
        account.branch.0,
        account.queue.0,
        account.bot.map(|bot| bot.0),
        if account.active { "active" } else { "disabled" }
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The secrets of an account with their ends, under its row lock, and the time they are judged by.
pub async fn lock_secrets(
    tx: &mut WriteTx,
    sealer: &Sealer,
    id: ChannelAccountId,
) -> Result<Option<(ChannelKind, Versions, Instant)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select kind, secrets_sealed, clock_timestamp() as "now!"
           from channel_account where tenant_id = $1 and id = $2 for update"#,
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((kind(&row.kind)?, sealer.open_map(TenantId(tenant), id.0, &row.secrets_sealed)?, row.now)))
}

/// Whether an account takes and sends anything, and the time of the database.
pub async fn standing(tx: &mut ReadTx, id: ChannelAccountId) -> Result<(bool, Instant), StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select status <> 'disabled' as "active!", clock_timestamp() as "now!"
           from channel_account where tenant_id = $1 and id = $2"#,
        tenant,
        id.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.active, row.now))
}

/// Replaces the sealed secrets of an account.
pub async fn set_secrets(tx: &mut WriteTx, id: ChannelAccountId, sealed: &[u8]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update channel_account set secrets_sealed = $3 where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        sealed
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A well-signed request came in. Never waits: who holds the row notes something newer.
pub async fn heard(tx: &mut WriteTx, id: ChannelAccountId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "with known as (
           select account_id from channel_health where tenant_id = $1 and account_id = $2 for update skip locked
         ), touched as (
           update channel_health h set last_inbound_at = clock_timestamp() from known k
           where h.tenant_id = $1 and h.account_id = k.account_id
         )
         insert into channel_health (tenant_id, account_id, last_inbound_at)
         select $1, $2, clock_timestamp()
         where not exists (select from channel_health where tenant_id = $1 and account_id = $2)
         on conflict do nothing",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The provider took something: the account is well, but for what the provider itself says of it.
pub async fn well(tx: &mut WriteTx, id: ChannelAccountId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into channel_health as h (tenant_id, account_id, last_accepted_at) values ($1, $2, clock_timestamp())
         on conflict (tenant_id, account_id) do update set
           last_accepted_at = excluded.last_accepted_at, failures = 0,
           code = case when h.code in ('restricted', 'quality') then h.code else '' end,
           reason = case when h.code in ('restricted', 'quality') then h.reason else '' end,
           since = case when h.code in ('', 'restricted', 'quality') then h.since else clock_timestamp() end
         where h.failures > 0 or h.code not in ('', 'restricted', 'quality') or h.last_accepted_at is null
            or h.last_accepted_at < clock_timestamp() - interval '15 seconds'",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An admin tested the account, and it works: nothing is held against it any more.
pub async fn tested(tx: &mut WriteTx, id: ChannelAccountId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into channel_health as h (tenant_id, account_id, last_accepted_at) values ($1, $2, clock_timestamp())
         on conflict (tenant_id, account_id) do update set
           last_accepted_at = excluded.last_accepted_at, failures = 0, code = '', reason = '',
           since = case when h.code = '' then h.since else clock_timestamp() end",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The provider judges the account: `reason` says how, in words for people; empty = that is over. What is graver stands.
pub async fn judged(tx: &mut WriteTx, id: ChannelAccountId, code: &str, reason: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into channel_health as h (tenant_id, account_id, code, reason)
         values ($1, $2, case when $4::text = '' then '' else $3::text end, $4)
         on conflict (tenant_id, account_id) do update set
           code = excluded.code, reason = excluded.reason,
           since = case when h.code = excluded.code then h.since else clock_timestamp() end
         where case when $4 = '' then h.code = $3 or ($3 = 'restricted' and h.code = 'account_suspended')
                    when $3 = 'quality' then h.code in ('', 'quality', 'unreachable')
                    else true end",
        tenant,
        id.0,
        code,
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A send failed for the provider's sake; `judged` names why an admin is needed, from the number of failures before.
pub async fn failed(
    tx: &mut WriteTx,
    id: ChannelAccountId,
    auth: bool,
    judged: impl Fn(i32) -> Option<(&'static str, String)>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let failures = sqlx::query_scalar!(
        "insert into channel_health as h (tenant_id, account_id, failures, last_auth_failure_at)
         values ($1, $2, 1, case when $3 then clock_timestamp() end)
         on conflict (tenant_id, account_id) do update set
           failures = h.failures + 1, last_auth_failure_at = coalesce(excluded.last_auth_failure_at, h.last_auth_failure_at)
         returning failures",
        tenant,
        id.0,
        auth
    )
    .fetch_one(tx.conn())
    .await?;
    let Some((code, reason)) = judged(failures - 1) else { return Ok(()) };
    sqlx::query!(
        "update channel_health set code = $3, reason = $4,
                since = case when code = $3 then since else clock_timestamp() end
         where tenant_id = $1 and account_id = $2",
        tenant,
        id.0,
        code,
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Where what comes in over an account goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// The queue of its work.
    pub queue: QueueId,
    /// Where it is counted.
    pub branch: BranchId,
    /// The bot that answers first.
    pub bot: Option<BotId>,
}

/// Where what comes in over an account goes; `None` without such an account.
pub async fn way(tx: &mut ReadTx, account: ChannelAccountId) -> Result<Option<Way>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select a.queue_id, a.branch_id, b.id as "bot_id?"
           from channel_account a left join bot b on b.tenant_id = a.tenant_id and b.id = a.bot_id and b.status = 'active'
           where a.tenant_id = $1 and a.id = $2"#,
        tenant,
        account.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Way { queue: row.queue_id.into(), branch: row.branch_id.into(), bot: row.bot_id.map(BotId) }))
}
