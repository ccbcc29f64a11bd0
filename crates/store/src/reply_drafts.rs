//! Drafts of replies, and what became of them.

use crate::{ReadTx, StoreError, SystemTx, WriteTx};
use meridian_domain::{
    ids::{AgentId, ConversationId, ItemId, ReplyDraftId, TenantId},
    reply_draft::Draft,
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// A draft.
#[derive(Debug, Clone)]
pub struct ReplyDraft {
    /// Id.
    pub id: ReplyDraftId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The customer's newest message when it was asked for.
    pub item: ItemId,
    /// Who asked.
    pub asked_by: AgentId,
    /// What they wished of it.
    pub instruction: String,
    /// pending, ready, failed, cancelled.
    pub state: String,
    /// Sentences and sources; none unless it is ready.
    pub draft: Option<Draft>,
    /// Why it failed.
    pub reason: String,
    /// sent, edited, dismissed.
    pub outcome: Option<String>,
    /// Share of its words that were sent, 0 to 1.
    pub kept: Option<f32>,
    /// The customer has written since.
    pub stale: bool,
    /// Seconds since it was asked for.
    pub age: f64,
    /// When it was asked for.
    pub created_at: Instant,
    /// When it came, or failed.
    pub finished_at: Option<Instant>,
}

struct Row {
    id: Uuid,
    conversation_id: Uuid,
    item_id: Uuid,
    asked_by: Uuid,
    instruction: String,
    state: String,
    draft: Option<Value>,
    reason: String,
    outcome: Option<String>,
    kept: Option<f32>,
    stale: bool,
    age: f64,
    created_at: Instant,
    finished_at: Option<Instant>,
}

impl From<Row> for ReplyDraft {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            conversation: row.conversation_id.into(),
            item: row.item_id.into(),
            asked_by: row.asked_by.into(),
            instruction: row.instruction,
            state: row.state,
            draft: row.draft.and_then(|words| serde_json::from_value(words).ok()),
            reason: row.reason,
            outcome: row.outcome,
            kept: row.kept,
            stale: row.stale,
            age: row.age,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

// A draft about a message that went to another conversation is nobody's here.
macro_rules! drafts {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Row,
            r#"select d.id, d.conversation_id, d.item_id, d.asked_by, d.instruction, d.state, d.draft, d.reason, d.outcome,
                      d.kept, d.created_at, d.finished_at,
                      extract(epoch from clock_timestamp() - d.created_at)::float8 as "age!",
                      exists (
                        select from timeline_item n
                        where n.tenant_id = d.tenant_id and n.conversation_id = d.conversation_id and n.seq > i.seq
                          and n.kind = 'message' and n.actor_kind = 'customer'
                      ) as "stale!"
               from reply_draft d
               join timeline_item i on i.tenant_id = d.tenant_id and i.id = d.item_id and i.conversation_id = d.conversation_id
               where d.tenant_id = $1 and "# + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?
        .into_iter()
        .map(ReplyDraft::from)
        .collect::<Vec<_>>()
    }};
}

/// Several drafts.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<ReplyDraft>, StoreError> {
    Ok(drafts!(tx, "d.id = any($2)", ids))
}

/// The newest draft of each conversation that has one.
pub async fn newest(tx: &mut ReadTx, conversations: &[Uuid]) -> Result<Vec<ReplyDraft>, StoreError> {
    let newest = drafts!(
        tx,
        "d.id in (select n.id from unnest($2::uuid[]) of(id) cross join lateral (
           select id from reply_draft where tenant_id = $1 and conversation_id = of.id order by created_at desc, id desc limit 1
         ) n)",
        conversations
    );
    Ok(newest)
}

/// The draft of a conversation that is being written. The conversation is locked.
pub async fn pending(tx: &mut WriteTx, conversation: ConversationId) -> Result<Option<ReplyDraft>, StoreError> {
    Ok(drafts!(tx, "d.conversation_id = $2 and d.state || '' = 'pending'", conversation.0).pop())
}

/// Notes that a draft is wanted.
pub async fn ask(
    tx: &mut WriteTx,
    conversation: ConversationId,
    item: ItemId,
    by: AgentId,
    instruction: &str,
) -> Result<ReplyDraftId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<ReplyDraftId>());
    sqlx::query!(
        "insert into reply_draft (tenant_id, id, conversation_id, item_id, asked_by, instruction)
         values ($1, $2, $3, $4, $5, $6)",
        tenant,
        id.0,
        conversation.0,
        item.0,
        by.0,
        instruction
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Ends a draft that is being written as `ready` with its words, as `failed` with a reason, or as `cancelled`; false when it
/// had ended before.
pub async fn finish(
    tx: &mut WriteTx,
    id: ReplyDraftId,
    state: &str,
    draft: Option<&Value>,
    reason: &str,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update reply_draft set state = $3, draft = $4, reason = $5, finished_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and state || '' = 'pending'",
        tenant,
        id.0,
        state,
        draft,
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends what is being written about an older message of a conversation: another draft takes its place.
pub async fn replace(tx: &mut WriteTx, conversation: ConversationId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update reply_draft set state = 'cancelled', finished_at = clock_timestamp()
         where tenant_id = $1 and conversation_id = $2 and state || '' = 'pending'",
        tenant,
        conversation.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Records what became of a ready draft of a conversation. What was sent counts more than that it was put aside, and the
/// first message that it went into counts. False when there is no such draft.
pub async fn came_of(
    tx: &mut WriteTx,
    id: ReplyDraftId,
    outcome: &str,
    kept: Option<f32>,
    sent: Option<ItemId>,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update reply_draft set outcome = $3, kept = $4, sent_item_id = $5
         where tenant_id = $1 and id = $2 and state = 'ready' and (outcome is null or (outcome = 'dismissed' and $3 <> 'dismissed'))",
        tenant,
        id.0,
        outcome,
        kept,
        sent.map(|item| item.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What became of the drafts of some days.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// That were asked for.
    pub asked: i64,
    /// That failed.
    pub failed: i64,
    /// That were sent as they were.
    pub sent: i64,
    /// That were sent with changes.
    pub edited: i64,
    /// That came and were not sent.
    pub ignored: i64,
    /// Mean share of the words of those with changes that was sent; 0 without any.
    pub kept: f64,
}

/// What became of the drafts of the last so many days.
pub async fn counts(tx: &mut ReadTx, days: i32) -> Result<Counts, StoreError> {
    let tenant = tx.tenant();
    let counts = sqlx::query_as!(
        Counts,
        r#"select count(*) as "asked!", count(*) filter (where state = 'failed') as "failed!",
                  count(*) filter (where outcome = 'sent') as "sent!",
                  count(*) filter (where outcome = 'edited') as "edited!",
                  count(*) filter (where state = 'ready' and (outcome is null or outcome = 'dismissed')) as "ignored!",
                  coalesce(avg(kept) filter (where outcome = 'edited'), 0)::float8 as "kept!"
           from reply_draft
           where tenant_id = $1 and created_at > now() - make_interval(days => $2)"#,
        tenant,
        days
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(counts)
}

/// Drafts of all tenants that nobody wrote within so many seconds: their worker or the broker forgot them.
pub async fn forgotten(tx: &mut SystemTx, seconds: f64) -> Result<Vec<(TenantId, ReplyDraftId)>, StoreError> {
    let rows = sqlx::query!(
        "select tenant_id, id from reply_draft
         where state = 'pending' and created_at < statement_timestamp() - make_interval(secs => $1) limit 500",
        seconds
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.tenant_id.into(), row.id.into())).collect())
}

/// Forgets drafts that are older than 30 days, the oldest first, a few at a time.
pub async fn forget(tx: &mut SystemTx, most: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from reply_draft where (tenant_id, id) in (
           select tenant_id, id from reply_draft where created_at < now() - interval '30 days' order by created_at limit $1
         )",
        most
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
