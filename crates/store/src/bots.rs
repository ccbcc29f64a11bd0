//! Bots and the ledger of what they were told.

use crate::{Db, ReadTx, Sealer, StoreError, WriteTx, error::code};
use meridian_domain::{
    ids::{BotEventId, BotId, ChannelAccountId, ConversationId, QueueId, SessionId, TenantId},
    jobs::Job,
    platform::BotPlatform,
    secret::Secret,
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// A registered bot.
#[derive(Debug, Clone)]
pub struct Bot {
    /// Id.
    pub id: BotId,
    /// Name.
    pub name: String,
    /// Where it lives.
    pub platform: BotPlatform,
    /// Names by which it asks for a person, beside the usual ones.
    pub handoff_names: Vec<String>,
    /// Where its events go; empty when it reads them as a stream.
    pub url: String,
    /// Where work goes when it fails or falls silent.
    pub fallback_queue: QueueId,
    /// Seconds it has to act on a customer's message.
    pub silence_seconds: i32,
    /// active or disabled.
    pub status: String,
    /// Name of an assistant's model; empty for other bots.
    pub model: String,
    /// What an assistant is to do; empty for other bots.
    pub instructions: String,
}

/// Several bots by id; all of the tenant's without `only`.
pub async fn many(tx: &mut ReadTx, only: Option<&[Uuid]>) -> Result<Vec<Bot>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, name, platform, handoff_names, url, fallback_queue_id, silence_seconds, status, model,
                instructions
         from bot
         where tenant_id = $1 and ($2::uuid[] is null or id = any($2)) order by name, id limit 500",
        tenant,
        only
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Bot {
                id: row.id.into(),
                name: row.name,
                platform: code("bot", "platform", &row.platform, BotPlatform::from_code)?,
                handoff_names: row.handoff_names,
                url: row.url,
                fallback_queue: row.fallback_queue_id.into(),
                silence_seconds: row.silence_seconds,
                status: row.status,
                model: row.model,
                instructions: row.instructions,
            })
        })
        .collect()
}

/// One bot.
pub async fn find(tx: &mut ReadTx, id: BotId) -> Result<Option<Bot>, StoreError> {
    Ok(many(tx, Some(&[id.0])).await?.pop())
}

/// A bot's signing secret.
pub async fn secret(tx: &mut ReadTx, sealer: &Sealer, id: BotId) -> Result<Option<Secret>, StoreError> {
    let tenant = tx.tenant();
    let sealed = sqlx::query_scalar!("select secret_sealed from bot where tenant_id = $1 and id = $2", tenant, id.0)
        .fetch_optional(tx.conn())
        .await?;
    sealed.map(|sealed| sealer.open(TenantId(tenant), id.0, &sealed)).transpose()
}

/// What a call to a bot's URL needs before its tenant is known.
#[derive(Debug)]
pub struct Found {
    /// Its tenant.
    pub tenant: TenantId,
    /// What proves its calls.
    pub secret: Secret,
    /// Where it lives.
    pub platform: BotPlatform,
    /// Names by which it asks for a person, beside the usual ones.
    pub handoff_names: Vec<String>,
}

/// Finds a bot before its tenant is known. Disabled bots are not found.
pub async fn lookup(db: &Db, sealer: &Sealer, id: BotId) -> Result<Option<Found>, StoreError> {
    let row = sqlx::query!(
        r#"select tenant_id as "tenant_id!", secret_sealed as "secret_sealed!", status as "status!",
                  platform as "platform!", handoff_names as "handoff_names!" from lookup_bot($1)"#,
        id.0
    )
    .fetch_optional(db.lookups())
    .await?;
    let Some(row) = row.filter(|row| row.status == "active") else { return Ok(None) };
    let tenant = TenantId(row.tenant_id);
    Ok(Some(Found {
        tenant,
        secret: sealer.open(tenant, id.0, &row.secret_sealed)?,
        platform: code("bot", "platform", &row.platform, BotPlatform::from_code)?,
        handoff_names: row.handoff_names,
    }))
}

/// The generic account whose bot this is: where conversations that begin on the bot's platform live.
pub async fn own_account(tx: &mut ReadTx, id: BotId) -> Result<Option<ChannelAccountId>, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        "select id from channel_account where tenant_id = $1 and bot_id = $2 and kind = 'generic' and status <> 'disabled'
         order by created_at, id limit 1",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.map(ChannelAccountId))
}

/// Registers a bot; its secret is already sealed for its id.
pub async fn insert(tx: &mut WriteTx, bot: &Bot, sealed: &[u8]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into bot (tenant_id, id, name, url, secret_sealed, fallback_queue_id, silence_seconds, platform,
                          handoff_names, model, instructions)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (tenant_id, id) do update set name = excluded.name, url = excluded.url,
           secret_sealed = excluded.secret_sealed, fallback_queue_id = excluded.fallback_queue_id,
           silence_seconds = excluded.silence_seconds, platform = excluded.platform,
           handoff_names = excluded.handoff_names, model = excluded.model, instructions = excluded.instructions",
        tenant,
        bot.id.0,
        bot.name,
        bot.url,
        sealed,
        bot.fallback_queue.0,
        bot.silence_seconds,
        bot.platform.code(),
        &bot.handoff_names,
        bot.model,
        bot.instructions
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Changes a bot; its secret stays.
pub async fn update(tx: &mut WriteTx, bot: &Bot) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update bot set name = $3, url = $4, fallback_queue_id = $5, silence_seconds = $6, platform = $7,
                handoff_names = $8, model = $9, instructions = $10
         where tenant_id = $1 and id = $2",
        tenant,
        bot.id.0,
        bot.name,
        bot.url,
        bot.fallback_queue.0,
        bot.silence_seconds,
        bot.platform.code(),
        &bot.handoff_names,
        bot.model,
        bot.instructions
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Replaces a bot's secret, sealed for its id; false when there is no such bot.
pub async fn set_secret(tx: &mut WriteTx, id: BotId, sealed: &[u8]) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!("update bot set secret_sealed = $3 where tenant_id = $1 and id = $2", tenant, id.0, sealed)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// An entry of the ledger.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Id: the `webhook-id`, the same over all attempts.
    pub id: BotEventId,
    /// The bot.
    pub bot: BotId,
    /// The session.
    pub session: SessionId,
    /// Order within the session.
    pub sequence: i64,
    /// Epoch of the control token when it was written: answers under an older one are stale.
    pub control_epoch: i64,
    /// Event type.
    pub kind: String,
    /// Event data.
    pub data: Value,
    /// pending, delivered, failed.
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// When it was written.
    pub created_at: Instant,
}

/// Tells a bot something: an event of its own, next in the session's order, and the job that sends it.
pub async fn tell(
    tx: &mut WriteTx,
    bot: BotId,
    session: SessionId,
    kind: &str,
    data: &Value,
) -> Result<(), StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<BotEventId>());
    sqlx::query!(
        "with s as (
           update session set bot_sequence = bot_sequence + 1 where tenant_id = $1 and id = $4
           returning bot_sequence, control_epoch
         )
         insert into bot_event (tenant_id, id, bot_id, session_id, sequence, control_epoch, kind, data)
         select $1, $2, $3, $4, s.bot_sequence, s.control_epoch, $5, $6 from s",
        tenant,
        id.0,
        bot.0,
        session.0,
        kind,
        data
    )
    .execute(tx.conn())
    .await?;
    tx.job(&Job::BotEvent { event: id }, session.0);
    Ok(())
}

/// One entry of the ledger.
pub async fn event(tx: &mut ReadTx, id: BotEventId) -> Result<Option<Entry>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select id, bot_id, session_id, sequence, control_epoch, kind, data, state, attempts, created_at from bot_event
         where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Entry {
        id: row.id.into(),
        bot: row.bot_id.into(),
        session: row.session_id.into(),
        sequence: row.sequence,
        control_epoch: row.control_epoch,
        kind: row.kind,
        data: row.data,
        state: row.state,
        attempts: row.attempts,
        created_at: row.created_at,
    }))
}

/// Whether an earlier event of the session is still to be delivered to the same bot.
pub async fn earlier_pending(tx: &mut ReadTx, entry: &Entry) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        r#"select exists (select 1 from bot_event where tenant_id = $1 and session_id = $2 and sequence < $3
                          and bot_id = $4 and state || '' = 'pending') as "found!""#,
        tenant,
        entry.session.0,
        entry.sequence,
        entry.bot.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// Whether the customer's newest message to the bot that holds this session asked for a person, and the bot had its time to hand over:
/// `grace` seconds since it took the message, or `patience` seconds in all.
pub async fn owes_person(tx: &mut ReadTx, session: SessionId, grace: f64, patience: f64) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let owes = sqlx::query_scalar!(
        r#"select e.control_epoch = s.control_epoch and coalesce((e.data->'message'->>'wants_person')::bool, false)
             and (e.delivered_at < clock_timestamp() - make_interval(secs => $3::float8 - 0.2::float8)
                  or e.created_at < clock_timestamp() - make_interval(secs => $4::float8 - 0.2::float8)) as "owes?"
           from bot_event e join session s on s.tenant_id = $1 and s.id = $2
           where e.tenant_id = $1 and e.session_id = $2 and e.kind = 'message.created' order by e.sequence desc limit 1"#,
        tenant,
        session.0,
        grace,
        patience
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(owes.flatten().unwrap_or_default())
}

/// Records an attempt; false when the event was no longer pending.
pub async fn record_attempt(
    tx: &mut WriteTx,
    id: BotEventId,
    state: &str,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update bot_event set state = $3, attempts = attempts + 1, last_error = $4, tried_at = clock_timestamp(),
                delivered_at = case when $3 = 'delivered' then clock_timestamp() end
         where tenant_id = $1 and id = $2 and state || '' = 'pending'",
        tenant,
        id.0,
        state,
        error
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a place in the bot's stream to the events that have none, in the order of their sessions. Two streams of one bot
/// take turns on the bot's row; events are seen only once they are committed, so a place is never overtaken.
pub async fn place_events(tx: &mut WriteTx, bot: BotId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let last = sqlx::query_scalar!(
        "select stream_position from bot where tenant_id = $1 and id = $2 for update",
        tenant,
        bot.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(last) = last else { return Ok(()) };
    let placed = sqlx::query_scalar!(
        r#"with n as (
             select id, row_number() over (order by at, session_id, sequence) as place from (
               select id, session_id, sequence, max(created_at) over (partition by session_id order by sequence) as at
               from bot_event where tenant_id = $1 and bot_id = $2 and position is null and state = 'pending') t
           ), p as (
             update bot_event e set position = $3 + n.place from n where e.tenant_id = $1 and e.id = n.id returning 1
           )
           select count(*) as "count!" from p"#,
        tenant,
        bot.0,
        last
    )
    .fetch_one(tx.conn())
    .await?;
    sqlx::query!("update bot set stream_position = $3 where tenant_id = $1 and id = $2", tenant, bot.0, last + placed)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether events wait for a place in the bot's stream.
pub async fn unplaced(tx: &mut ReadTx, bot: BotId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        r#"select exists (select 1 from bot_event where tenant_id = $1 and bot_id = $2 and position is null
                          and state || '' = 'pending') as "found!""#,
        tenant,
        bot.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}

/// An entry of the ledger with what a stream tells beside it.
#[derive(Debug, Clone)]
pub struct Streamed {
    /// Its place in the bot's stream.
    pub position: i64,
    /// The session's conversation.
    pub conversation: ConversationId,
    /// The entry.
    pub entry: Entry,
}

/// Events of a bot's stream that are not acknowledged, after a place.
pub async fn stream(tx: &mut ReadTx, bot: BotId, after: i64, limit: i64) -> Result<Vec<Streamed>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select e.id, e.session_id, e.sequence, e.control_epoch, e.kind, e.data, e.state, e.attempts, e.created_at,
                  e.position as "position!", s.conversation_id
           from bot_event e join session s on s.tenant_id = e.tenant_id and s.id = e.session_id
           where e.tenant_id = $1 and e.bot_id = $2 and e.position > $3 and e.state = 'pending'
           order by e.position limit $4"#,
        tenant,
        bot.0,
        after,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Streamed {
            position: row.position,
            conversation: row.conversation_id.into(),
            entry: Entry {
                id: row.id.into(),
                bot,
                session: row.session_id.into(),
                sequence: row.sequence,
                control_epoch: row.control_epoch,
                kind: row.kind,
                data: row.data,
                state: row.state,
                attempts: row.attempts,
                created_at: row.created_at,
            },
        })
        .collect())
}

/// The bot has everything up to a place of its stream; how many events that settled.
pub async fn acknowledge(tx: &mut WriteTx, bot: BotId, up_to: i64) -> Result<u64, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update bot_event set state = 'delivered', attempts = attempts + 1, delivered_at = clock_timestamp()
         where tenant_id = $1 and bot_id = $2 and position <= $3 and state = 'pending'",
        tenant,
        bot.0,
        up_to
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
