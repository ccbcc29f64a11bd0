//! API keys of a tenant and the audit log.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    actor::Actor,
    ids::{ApiKeyId, AuditId, BotId},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// An API key; its secret is known to nobody but its holder.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// Id.
    pub id: ApiKeyId,
    /// Name for people.
    pub name: String,
    /// Codes of what it may do.
    pub scopes: Vec<String>,
    /// The bot it acts as, if it is a bot's.
    pub bot: Option<BotId>,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends by itself.
    pub expires_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// Every key, newest first, revoked ones too.
pub async fn all(tx: &mut ReadTx) -> Result<Vec<ApiKey>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, name, scopes, bot_id, created_at, expires_at, revoked_at from api_key where tenant_id = $1
         order by id desc limit 1000",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ApiKey {
            id: row.id.into(),
            name: row.name,
            scopes: row.scopes,
            bot: row.bot_id.map(BotId),
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
        .collect())
}

/// Keeps a new key by the hash of its secret.
pub async fn insert(
    tx: &mut WriteTx,
    id: ApiKeyId,
    name: &str,
    secret_hash: &[u8],
    scopes: &[String],
    bot: Option<BotId>,
    expires_at: Option<Instant>,
) -> Result<(), StoreError> {
    let (tenant, maker) = (tx.tenant(), tx.scope().actor().id());
    sqlx::query!(
        "insert into api_key (tenant_id, id, name, secret_hash, scopes, bot_id, expires_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant,
        id.0,
        name,
        secret_hash,
        scopes,
        bot.map(|bot| bot.0),
        expires_at,
        maker
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends a key; false when it is unknown or was ended before.
pub async fn revoke(tx: &mut WriteTx, id: ApiKeyId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update api_key set revoked_at = clock_timestamp() where tenant_id = $1 and id = $2 and revoked_at is null",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a key that stands is checked by.
#[derive(Debug)]
pub struct Standing {
    /// Hash of its secret.
    pub hash: Vec<u8>,
    /// Codes of what it may do.
    pub scopes: Vec<String>,
    /// The bot it acts as, if it is a bot's.
    pub bot: Option<BotId>,
}

/// A key that stands. A bot's key falls with its bot.
pub async fn standing(tx: &mut ReadTx, id: ApiKeyId) -> Result<Option<Standing>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select k.secret_hash, k.scopes, k.bot_id from api_key k join tenant t on t.tenant_id = k.tenant_id
         left join bot b on b.tenant_id = k.tenant_id and b.id = k.bot_id
         where k.tenant_id = $1 and k.id = $2 and k.revoked_at is null and t.status = 'active'
           and (k.expires_at is null or k.expires_at > clock_timestamp())
           and (k.bot_id is null or b.status = 'active')",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Standing { hash: row.secret_hash, scopes: row.scopes, bot: row.bot_id.map(BotId) }))
}

/// Those of several keys that stand.
pub async fn still_standing(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        "select id from api_key where tenant_id = $1 and id = any($2) and revoked_at is null
           and (expires_at is null or expires_at > clock_timestamp())",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One entry of the audit log: ids and codes, never content.
#[derive(Debug, Clone)]
pub struct AuditEntry {
    /// Id.
    pub id: AuditId,
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// What was done, as a code.
    pub action: String,
    /// To what kind of thing.
    pub object_kind: String,
    /// To which one.
    pub object: Option<Uuid>,
    /// More ids and codes.
    pub detail: Value,
}

/// Which entries of the log are wanted; what is not given is not asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditFilter {
    /// What was done to this thing.
    pub object: Option<Uuid>,
    /// What this agent, bot, key or customer did.
    pub actor: Option<Uuid>,
    /// Not before.
    pub since: Option<Instant>,
    /// Before.
    pub until: Option<Instant>,
}

impl AuditFilter {
    /// Entries are read by id, which tells roughly when it was made: an hour is more than two clocks differ by.
    fn ids(&self) -> (Uuid, Uuid) {
        const SLACK: i64 = 3_600_000;
        // The first 48 bits of an id are milliseconds (RFC 9562); a moment beyond them is as good as none.
        let first_at = |ms: i64| Uuid::from_u128(u128::from(ms.clamp(0, (1 << 48) - 1).unsigned_abs()) << 80);
        (
            self.since.map_or(Uuid::nil(), |at| first_at(at.timestamp_millis().saturating_sub(SLACK))),
            self.until.map_or(Uuid::max(), |at| first_at(at.timestamp_millis().saturating_add(SLACK))),
        )
    }
}

/// A page of the log, newest first.
pub async fn audit_page(
    tx: &mut ReadTx,
    filter: AuditFilter,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<AuditEntry>, StoreError> {
    let tenant = tx.tenant();
    let (first, end) = filter.ids();
    let rows = sqlx::query!(
        "select id, at, actor_kind, actor_id, action, object_kind, object_id, detail from audit_entry
         where tenant_id = $1 and ($2::uuid is null or object_id = $2) and ($5::uuid is null or actor_id = $5)
           and id >= $6 and id < $3 and at >= coalesce($7::timestamptz, '-infinity') and at < coalesce($8::timestamptz, 'infinity')
         order by id desc limit $4",
        tenant,
        filter.object,
        before.map_or(end, |id| id.0.min(end)),
        limit,
        filter.actor,
        first,
        filter.since as Option<Instant>,
        filter.until as Option<Instant>
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AuditEntry {
            id: row.id.into(),
            at: row.at,
            actor: Actor::from_parts(&row.actor_kind, row.actor_id).unwrap_or(Actor::System),
            action: row.action,
            object_kind: row.object_kind,
            object: row.object_id,
            detail: row.detail,
        })
        .collect())
}
