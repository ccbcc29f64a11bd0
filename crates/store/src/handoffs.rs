//! Hand-offs from bots and their briefs.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{BotId, ConversationId, HandoffId, ItemId, SessionId},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// A hand-off.
#[derive(Debug, Clone)]
pub struct Handoff {
    /// Id.
    pub id: HandoffId,
    /// The session handed over.
    pub session: SessionId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The item that shows it.
    pub item: ItemId,
    /// The bot; none when people hand over to each other.
    pub bot: Option<BotId>,
    /// What the bot said, as it said it.
    pub request: Value,
    /// The brief, once built.
    pub brief: Option<Value>,
    /// pending, ready, failed.
    pub brief_state: String,
    /// When.
    pub created_at: Instant,
}

struct Row {
    id: Uuid,
    session_id: Uuid,
    conversation_id: Uuid,
    item_id: Uuid,
    bot_id: Option<Uuid>,
    request: Value,
    brief: Option<Value>,
    brief_state: String,
    created_at: Instant,
}

impl From<Row> for Handoff {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            session: row.session_id.into(),
            conversation: row.conversation_id.into(),
            item: row.item_id.into(),
            bot: row.bot_id.map(BotId),
            request: row.request,
            brief: row.brief,
            brief_state: row.brief_state,
            created_at: row.created_at,
        }
    }
}

macro_rules! handoffs {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Row,
            "select id, session_id, conversation_id, item_id, bot_id, request, brief, brief_state, created_at
             from handoff where tenant_id = $1 and " + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?
        .into_iter()
        .map(Handoff::from)
        .collect::<Vec<_>>()
    }};
}

/// One hand-off.
pub async fn find(tx: &mut ReadTx, id: HandoffId) -> Result<Option<Handoff>, StoreError> {
    Ok(handoffs!(tx, "id = $2", id.0).pop())
}

/// The hand-off a bot made with this webhook id: the same call again.
pub async fn by_webhook(tx: &mut ReadTx, bot: BotId, webhook_id: &str) -> Result<Option<Handoff>, StoreError> {
    Ok(handoffs!(tx, "bot_id = $2 and webhook_id = $3", bot.0, webhook_id).pop())
}

/// Hand-offs of several conversations, newest first.
pub async fn of_conversations(tx: &mut ReadTx, conversations: &[Uuid]) -> Result<Vec<Handoff>, StoreError> {
    Ok(handoffs!(tx, "conversation_id = any($2) order by created_at desc, id desc limit 500", conversations))
}

/// Stores a hand-off.
pub async fn insert(
    tx: &mut WriteTx,
    session: SessionId,
    conversation: ConversationId,
    item: ItemId,
    bot: Option<BotId>,
    webhook_id: &str,
    request: &Value,
) -> Result<HandoffId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<HandoffId>());
    sqlx::query!(
        "insert into handoff (tenant_id, id, session_id, conversation_id, item_id, bot_id, webhook_id, request)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant,
        id.0,
        session.0,
        conversation.0,
        item.0,
        bot.map(|bot| bot.0),
        webhook_id,
        request
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Stores the brief.
pub async fn set_brief(tx: &mut WriteTx, id: HandoffId, brief: &Value) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update handoff set brief = $3, brief_state = 'ready' where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        brief
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
