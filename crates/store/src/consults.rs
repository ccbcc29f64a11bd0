//! Colleagues who are asked for advice on a conversation.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, ConsultId, ConversationId, SessionId},
    time::Instant,
};
use uuid::Uuid;

/// A colleague who is asked for advice: reads along and writes notes, while the owner stays the owner.
#[derive(Debug, Clone)]
pub struct Consult {
    /// Id.
    pub id: ConsultId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Who asked.
    pub asked_by: AgentId,
    /// Who is asked.
    pub agent: AgentId,
    /// What is asked.
    pub note: String,
    /// Since when.
    pub began_at: Instant,
    /// Until when.
    pub ended_at: Option<Instant>,
    /// Why it ended: done or resolved.
    pub end_reason: Option<String>,
}

macro_rules! consults {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Consult,
            "select id, conversation_id as conversation, asked_by, agent_id as agent, note, began_at, ended_at, end_reason
             from consult where tenant_id = $1 and " + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?
    }};
}

/// Consults of several conversations, newest first.
pub async fn of_conversations(tx: &mut ReadTx, conversations: &[Uuid]) -> Result<Vec<Consult>, StoreError> {
    Ok(consults!(tx, "conversation_id = any($2) order by id desc limit 500", conversations))
}

/// One consult.
pub async fn find(tx: &mut ReadTx, id: ConsultId) -> Result<Option<Consult>, StoreError> {
    Ok(consults!(tx, "id = $2", id.0).pop())
}

/// Asks a colleague, who joins the session; `None` when they are asked already.
pub async fn begin(
    tx: &mut WriteTx,
    (conversation, session): (ConversationId, SessionId),
    (asked_by, agent): (AgentId, AgentId),
    note: &str,
) -> Result<Option<ConsultId>, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<ConsultId>());
    let made = sqlx::query_scalar!(
        "with c as (
           insert into consult (tenant_id, id, conversation_id, asked_by, agent_id, note) values ($1, $2, $3, $4, $5, $6)
           on conflict (tenant_id, conversation_id, agent_id) where ended_at is null do nothing returning id
         ), joined as (
           insert into participant (tenant_id, session_id, kind, actor_id, role)
           select $1, $7, 'agent', $5, 'consult' from c
         )
         select id from c",
        tenant,
        id.0,
        conversation.0,
        asked_by.0,
        agent.0,
        note,
        session.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(made.map(ConsultId))
}

/// Ends open consults of a conversation, all of them or one; whom they asked.
pub async fn end(
    tx: &mut WriteTx,
    conversation: ConversationId,
    only: Option<ConsultId>,
    reason: &str,
) -> Result<Vec<AgentId>, StoreError> {
    let tenant = tx.tenant();
    let ended = sqlx::query_scalar!(
        r#"with c as (
             update consult set ended_at = clock_timestamp(), end_reason = $4
             where tenant_id = $1 and conversation_id = $2 and ended_at is null and ($3::uuid is null or id = $3)
             returning agent_id
           ), gone as (
             update participant p set left_at = clock_timestamp() from session s, c
             where s.tenant_id = $1 and s.conversation_id = $2 and p.tenant_id = $1 and p.session_id = s.id
               and p.actor_id = c.agent_id and p.role = 'consult' and p.left_at is null
           )
           select agent_id as "agent_id!" from c"#,
        tenant,
        conversation.0,
        only.map(|id| id.0),
        reason
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ended.into_iter().map(AgentId).collect())
}
