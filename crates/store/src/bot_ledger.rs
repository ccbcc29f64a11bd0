//! What bots were told, for the people who look after them.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{BotEventId, BotId, SessionId},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// An event of a bot, as it stands.
#[derive(Debug, Clone)]
pub struct Told {
    /// Id: the `webhook-id`.
    pub id: BotEventId,
    /// The session.
    pub session_id: SessionId,
    /// Order within the session.
    pub sequence: i64,
    /// Event type.
    pub kind: String,
    /// Event data.
    pub data: Value,
    /// pending, delivered, failed.
    pub state: String,
    /// Attempts so far.
    pub attempts: i32,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was taken.
    pub delivered_at: Option<Instant>,
    /// What calls of an assistant's endpoint came to; an empty list for other bots.
    pub calls: Value,
}

/// A page of a bot's events, newest first, before one; in one state only, if one is named.
pub async fn page(
    tx: &mut ReadTx,
    bot: BotId,
    state: Option<&str>,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Told>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Told,
        "select id, session_id, sequence, kind, data, state, attempts, last_error, created_at, delivered_at, calls
         from bot_event
         where tenant_id = $1 and bot_id = $2 and ($3::text is null or state = $3) and ($4::uuid is null or id < $4)
         order by id desc limit $5",
        tenant,
        bot.0,
        state,
        before,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Tells a bot an event once more; its session, or none when there is no such event.
pub async fn resend(tx: &mut WriteTx, id: BotEventId) -> Result<Option<SessionId>, StoreError> {
    let tenant = tx.tenant();
    let session = sqlx::query_scalar!(
        "update bot_event set state = 'pending', delivered_at = null where tenant_id = $1 and id = $2 returning session_id",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(session.map(Into::into))
}

/// Takes up again what a bot did not take since a time, at most 10,000: the events in their order, with their sessions.
pub async fn recover(tx: &mut WriteTx, bot: BotId, since: Instant) -> Result<Vec<(BotEventId, SessionId)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with lost as (
             select id from bot_event where tenant_id = $1 and bot_id = $2 and state = 'failed' and created_at >= $3
             order by id limit 10000
           ), again as (
             update bot_event e set state = 'pending' from lost where e.tenant_id = $1 and e.id = lost.id
             returning e.id, e.session_id, e.sequence
           )
           select id as "id!", session_id as "session_id!" from again order by session_id, sequence"#,
        tenant,
        bot.0,
        since
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.session_id.into())).collect())
}

/// The oldest event of a session that a bot was not told yet, and whether the customer wrote on after it.
pub async fn next_pending(
    tx: &mut ReadTx,
    session: SessionId,
    bot: BotId,
) -> Result<Option<(BotEventId, bool)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select id, exists (select 1 from bot_event later where later.tenant_id = $1 and later.session_id = $2
                  and later.bot_id = $3 and later.sequence > e.sequence and later.kind = 'message.created'
                  and later.state || '' = 'pending') as "wrote_on!"
           from bot_event e where tenant_id = $1 and session_id = $2 and bot_id = $3
             and state || '' = 'pending'
           order by sequence limit 1"#,
        tenant,
        session.0,
        bot.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| (row.id.into(), row.wrote_on)))
}

/// Adds what calls of an assistant's endpoint came to, a list; when there are many, the older ones go.
pub async fn add_calls(tx: &mut WriteTx, id: BotEventId, calls: &Value) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update bot_event set calls = case when jsonb_array_length(calls) < 32 then calls else '[]' end || $3
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        calls
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Says what came of a bot's answer, beside what the ledger says of it already.
pub async fn note(tx: &mut WriteTx, id: BotEventId, text: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update bot_event set last_error = left(coalesce(last_error || '; ', '') || $3, 1000)
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        text
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
