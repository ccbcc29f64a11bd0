//! Conversations that are put aside or go elsewhere.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, ConversationId, QueueId, SessionId},
    time::Instant,
};
use uuid::Uuid;

/// Moves a conversation to another queue; the row is locked by the caller.
pub async fn set_queue(tx: &mut WriteTx, id: ConversationId, queue: QueueId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update conversation set queue_id = $3 where tenant_id = $1 and id = $2", tenant, id.0, queue.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Puts a conversation aside until a time; the row is locked by the caller.
pub async fn snooze(tx: &mut WriteTx, id: ConversationId, until: Instant) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update conversation set lifecycle = 'snoozed', snoozed_until = $3, version = version + 1
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether the time of a snoozed conversation has come.
pub async fn snooze_over(tx: &mut ReadTx, id: ConversationId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let over = sqlx::query_scalar!(
        r#"select coalesce(snoozed_until <= clock_timestamp(), true) as "over!" from conversation
           where tenant_id = $1 and id = $2"#,
        tenant,
        id.0
    );
    Ok(over.fetch_optional(tx.conn()).await?.unwrap_or(false))
}

/// Until when conversations are put aside, of those that are.
pub async fn snoozed_until(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<(ConversationId, Instant)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select id, snoozed_until as "until!" from conversation
           where tenant_id = $1 and id = any($2) and lifecycle || '' = 'snoozed' and snoozed_until is not null"#,
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.until)).collect())
}

/// Opens a closed session again; false when its party has another open one there, in the same thread.
pub async fn reopen_session(tx: &mut WriteTx, session: SessionId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update session s set closed_at = null
         where s.tenant_id = $1 and s.id = $2 and not exists (
           select from session o
           where o.tenant_id = $1 and o.party_id = s.party_id and o.account_id = s.account_id and o.id <> s.id
             and coalesce(o.thread, '') = coalesce(s.thread, '') and o.closed_at is null)",
        tenant,
        session.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether an agent is or was part of a conversation.
pub async fn worked_on(tx: &mut ReadTx, conversation: ConversationId, agent: AgentId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        r#"select exists (
             select from session s join participant p on p.tenant_id = s.tenant_id and p.session_id = s.id
             where s.tenant_id = $1 and s.conversation_id = $2 and p.actor_id = $3) as "found!""#,
        tenant,
        conversation.0,
        agent.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(found)
}
