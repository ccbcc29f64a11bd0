//! Callbacks, and work that is due later.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    callback::Attempt,
    ids::{AgentId, ConversationId, QueueId, ScheduledWorkId, SessionId, WorkItemId},
    time::Instant,
};
use uuid::Uuid;

/// A callback, or a piece of work that is due later.
#[derive(Debug, Clone)]
pub struct Scheduled {
    /// Id.
    pub id: ScheduledWorkId,
    /// callback or task.
    pub kind: String,
    /// The session it is about.
    pub session: SessionId,
    /// The session's conversation.
    pub conversation: ConversationId,
    /// The work: of a callback from the start, of a task once it is due.
    pub work: Option<WorkItemId>,
    /// Where it waits.
    pub queue: QueueId,
    /// Who is asked first.
    pub agent: Option<AgentId>,
    /// waiting, due, done, expired or cancelled. One whose work has ended is done.
    pub state: String,
    /// When it is due.
    pub due_at: Instant,
    /// When it is given up.
    pub until_at: Option<Instant>,
    /// The customer's zone.
    pub time_zone: String,
    /// Attempts so far.
    pub attempts: i16,
    /// What it is about.
    pub note: String,
    /// Since when.
    pub created_at: Instant,
}

impl Scheduled {
    /// Whether it still stands.
    pub fn open(&self) -> bool {
        matches!(self.state.as_str(), "waiting" | "due")
    }

    /// Whether a customer asked to be called.
    pub fn is_callback(&self) -> bool {
        self.kind == "callback"
    }
}

struct Row {
    id: Uuid,
    kind: String,
    session_id: Uuid,
    conversation_id: Uuid,
    work_item_id: Option<Uuid>,
    queue_id: Uuid,
    agent_id: Option<Uuid>,
    state: String,
    due_at: Instant,
    until_at: Option<Instant>,
    time_zone: String,
    attempts: i16,
    note: String,
    created_at: Instant,
}

impl From<Row> for Scheduled {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            kind: row.kind,
            session: row.session_id.into(),
            conversation: row.conversation_id.into(),
            work: row.work_item_id.map(WorkItemId),
            queue: row.queue_id.into(),
            agent: row.agent_id.map(AgentId),
            state: row.state,
            due_at: row.due_at,
            until_at: row.until_at,
            time_zone: row.time_zone,
            attempts: row.attempts,
            note: row.note,
            created_at: row.created_at,
        }
    }
}

macro_rules! scheduled {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        let rows = sqlx::query_as!(
            Row,
            r#"select t.id, t.kind, t.session_id, s.conversation_id, t.work_item_id, t.queue_id, t.agent_id,
                      case when t.state = 'due' and w.state in ('done', 'abandoned', 'cancelled') then 'done' else t.state end
                        as "state!",
                      t.due_at, t.until_at, t.time_zone, t.attempts, t.note, t.created_at
               from scheduled_work t
               join session s on s.tenant_id = t.tenant_id and s.id = t.session_id
               left join work_item w on w.tenant_id = t.tenant_id and w.id = t.work_item_id
               where t.tenant_id = $1 and "# + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?;
        Ok::<Vec<Scheduled>, StoreError>(rows.into_iter().map(Scheduled::from).collect())
    }};
}

/// Several by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Scheduled>, StoreError> {
    scheduled!(tx, "t.id = any($2) order by t.id", ids)
}

/// One under its row lock; the caller holds its conversation.
pub async fn lock(tx: &mut WriteTx, id: ScheduledWorkId) -> Result<Option<Scheduled>, StoreError> {
    Ok(scheduled!(tx, "t.id = $2 for update of t", id.0)?.pop())
}

/// Those of a conversation, newest first.
pub async fn of_conversation(tx: &mut ReadTx, id: ConversationId) -> Result<Vec<Scheduled>, StoreError> {
    scheduled!(tx, "s.conversation_id = $2 order by t.id desc limit 50", id.0)
}

/// Work of a conversation whose callback was agreed for later: it waits for that time alone.
pub async fn kept_for_callbacks(tx: &mut ReadTx, id: ConversationId) -> Result<Vec<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        r#"select t.work_item_id as "work!" from scheduled_work t
           join session s on s.tenant_id = t.tenant_id and s.id = t.session_id
           where t.tenant_id = $1 and s.conversation_id = $2 and t.kind = 'callback' and t.state || '' = 'waiting'
             and t.work_item_id is not null"#,
        tenant,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(WorkItemId).collect())
}

/// What stands open, by when it is due.
pub async fn open(
    tx: &mut ReadTx,
    after: Option<(Instant, ScheduledWorkId)>,
    limit: i64,
) -> Result<Vec<Scheduled>, StoreError> {
    let (at, id) = after.map_or((None, Uuid::nil()), |(at, id)| (Some(at), id.0));
    scheduled!(
        tx,
        "t.state in ('waiting', 'due') and ($2::timestamptz is null or (t.due_at, t.id) > ($2, $3))
           and (w.state is null or w.state not in ('done', 'abandoned', 'cancelled'))
         order by t.due_at, t.id limit $4",
        at,
        id,
        limit
    )
}

/// What to schedule.
#[derive(Debug, Clone)]
pub struct NewScheduled<'a> {
    /// callback or task.
    pub kind: &'static str,
    /// The session it is about.
    pub session: SessionId,
    /// A callback's work.
    pub work: Option<WorkItemId>,
    /// Where it waits.
    pub queue: QueueId,
    /// Who is asked first.
    pub agent: Option<AgentId>,
    /// Whether it is due already.
    pub due: bool,
    /// When it is due.
    pub due_at: Instant,
    /// When it is given up.
    pub until_at: Option<Instant>,
    /// The customer's zone.
    pub time_zone: &'a str,
    /// What it is about.
    pub note: &'a str,
}

/// Keeps it; `None` when the work has an open callback already.
pub async fn insert(tx: &mut WriteTx, new: &NewScheduled<'_>) -> Result<Option<ScheduledWorkId>, StoreError> {
    let (tenant, id, actor) = (tx.tenant(), tx.id::<ScheduledWorkId>(), tx.scope().actor());
    let done = sqlx::query!(
        "insert into scheduled_work (tenant_id, id, kind, session_id, work_item_id, queue_id, agent_id, state, due_at,
                                     until_at, time_zone, note, created_by_kind, created_by_id)
         values ($1, $2, $3, $4, $5, $6, $7, case when $8 then 'due' else 'waiting' end, $9, $10, $11, $12, $13, $14)
         on conflict do nothing",
        tenant,
        id.0,
        new.kind,
        new.session.0,
        new.work.map(|work| work.0),
        new.queue.0,
        new.agent.map(|agent| agent.0),
        new.due,
        new.due_at,
        new.until_at,
        new.time_zone,
        new.note,
        actor.kind(),
        actor.id()
    )
    .execute(tx.conn())
    .await?;
    Ok((done.rows_affected() == 1).then_some(id))
}

/// Moves it on: due with its work, or waiting again until another time.
pub async fn set_due(tx: &mut WriteTx, id: ScheduledWorkId, work: Option<WorkItemId>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update scheduled_work set state = 'due', work_item_id = coalesce($3, work_item_id)
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        work.map(|work| work.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets it wait again until another time, for whoever tried last first.
pub async fn again(
    tx: &mut WriteTx,
    id: ScheduledWorkId,
    at: Instant,
    first: Option<AgentId>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update scheduled_work set state = 'waiting', due_at = $3, agent_id = $4 where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        at,
        first.map(|agent| agent.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends it.
pub async fn end(tx: &mut WriteTx, id: ScheduledWorkId, state: &'static str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update scheduled_work set state = $3, ended_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and state || '' in ('waiting', 'due')",
        tenant,
        id.0,
        state
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One attempt to reach a customer.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// From 1.
    pub number: i16,
    /// When.
    pub at: Instant,
    /// By whom.
    pub agent: Option<AgentId>,
    /// reached, no_answer, busy or unreachable.
    pub outcome: String,
    /// In words.
    pub note: String,
}

/// Notes an attempt; its number, from 1. The caller holds the callback.
pub async fn insert_attempt(
    tx: &mut WriteTx,
    id: ScheduledWorkId,
    outcome: Attempt,
    note: &str,
) -> Result<i16, StoreError> {
    let (tenant, agent) = (tx.tenant(), tx.scope().actor().agent());
    let number = sqlx::query_scalar!(
        "with counted as (
           update scheduled_work set attempts = attempts + 1 where tenant_id = $1 and id = $2 returning attempts
         )
         insert into callback_attempt (tenant_id, scheduled_work_id, number, agent_id, outcome, note)
         select $1, $2, attempts, $3, $4, $5 from counted returning number",
        tenant,
        id.0,
        agent.map(|agent| agent.0),
        outcome.code(),
        note
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(number)
}

/// The attempts of a callback, oldest first.
pub async fn attempts(tx: &mut ReadTx, id: ScheduledWorkId) -> Result<Vec<AttemptRow>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select number, at, agent_id, outcome, note from callback_attempt
         where tenant_id = $1 and scheduled_work_id = $2 order by number limit 50",
        tenant,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| AttemptRow {
            number: row.number,
            at: row.at,
            agent: row.agent_id.map(AgentId),
            outcome: row.outcome,
            note: row.note,
        })
        .collect())
}

/// The zone of the customer a session belongs to: their own, else the tenant's.
pub async fn zone_of(tx: &mut ReadTx, session: SessionId) -> Result<String, StoreError> {
    let tenant = tx.tenant();
    let zone = sqlx::query_scalar!(
        r#"select coalesce(c.time_zone, t.time_zone) as "zone!"
           from tenant t
           left join (session s
             join party_customer p on p.tenant_id = s.tenant_id and p.party_id = s.party_id
             join customer c on c.tenant_id = p.tenant_id and c.id = p.customer_id)
             on s.tenant_id = t.tenant_id and s.id = $2
           where t.tenant_id = $1"#,
        tenant,
        session.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(zone)
}

/// Opens a session again that closed with its conversation, unless the customer has another one open there, in the same
/// thread: then that one.
pub async fn reopen(tx: &mut WriteTx, session: SessionId) -> Result<SessionId, StoreError> {
    let tenant = tx.tenant();
    let open = sqlx::query_scalar!(
        r#"with asked as (select party_id, account_id, thread from session where tenant_id = $1 and id = $2),
           other as (
             select s.id from session s join asked a on a.party_id = s.party_id and a.account_id = s.account_id
               and coalesce(a.thread, '') = coalesce(s.thread, '')
             where s.tenant_id = $1 and s.closed_at is null
           ), opened as (
             update session set closed_at = null
             where tenant_id = $1 and id = $2 and not exists (select from other) returning id
           )
           select id as "id!" from other union all select id from opened limit 1"#,
        tenant,
        session.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(open.map_or(session, SessionId))
}

/// The locale of the customer a session belongs to.
pub async fn locale_of(tx: &mut ReadTx, session: SessionId) -> Result<Option<String>, StoreError> {
    let tenant = tx.tenant();
    let locale = sqlx::query_scalar!(
        "select c.locale from session s
         join party_customer p on p.tenant_id = s.tenant_id and p.party_id = s.party_id
         join customer c on c.tenant_id = p.tenant_id and c.id = p.customer_id
         where s.tenant_id = $1 and s.id = $2",
        tenant,
        session.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(locale.flatten())
}
