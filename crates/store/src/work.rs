//! Work items.

use crate::{ReadTx, StoreError, WriteTx, causes::WorkMove, error::code, spoken};
use meridian_domain::{
    channel::ChannelClass,
    ids::{AgentId, BranchId, ConversationId, OfferId, PartyId, QueueId, SessionId, SiteId, WorkCodeId, WorkItemId},
    time::Instant,
    work::WorkState,
};
use serde_json::Value;
use uuid::Uuid;

pub use crate::causes::WorkMove as Move;

/// What is routed.
#[derive(Debug, Clone)]
pub struct WorkItem {
    /// Id.
    pub id: WorkItemId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its session.
    pub session: SessionId,
    /// Where it waits.
    pub queue: QueueId,
    /// Where it is counted.
    pub branch: BranchId,
    /// State.
    pub state: WorkState,
    /// What it costs.
    pub class: ChannelClass,
    /// Head start in the queue, seconds.
    pub head_start_seconds: i32,
    /// Skills asked for: `[{"skill","level"}]`.
    pub skills: Value,
    /// Language asked for, BCP 47.
    pub language: Option<String>,
    /// Who should get it first.
    pub sticky: Option<AgentId>,
    /// Who holds it.
    pub agent: Option<AgentId>,
    /// Rises with every change of hands.
    pub epoch: i64,
    /// When it was born.
    pub enqueued_at: Instant,
    /// When the present wait began.
    pub queued_at: Instant,
    /// For whom the red channel keeps it, and until when.
    pub named: Option<(AgentId, Instant)>,
    /// The rule of the red channel that applies to it.
    pub red_rule: Option<String>,
    /// Until when its agent writes it up.
    pub wrap_until: Option<Instant>,
    /// What came of it.
    pub wrap_up_code: Option<WorkCodeId>,
    /// The site whose people alone are asked.
    pub site: Option<SiteId>,
}

struct Row {
    id: Uuid,
    conversation_id: Uuid,
    session_id: Uuid,
    queue_id: Uuid,
    branch_id: Uuid,
    state: String,
    class: String,
    head_start_seconds: i32,
    skills: Value,
    language: Option<String>,
    sticky_agent_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    epoch: i64,
    enqueued_at: Instant,
    queued_at: Instant,
    named_agent_id: Option<Uuid>,
    named_until: Option<Instant>,
    red_rule: Option<String>,
    wrap_until: Option<Instant>,
    wrap_up_code_id: Option<Uuid>,
    site_id: Option<Uuid>,
}

impl TryFrom<Row> for WorkItem {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            conversation: row.conversation_id.into(),
            session: row.session_id.into(),
            queue: row.queue_id.into(),
            branch: row.branch_id.into(),
            state: code("work_item", "state", &row.state, WorkState::from_code)?,
            class: code("work_item", "class", &row.class, |t| ChannelClass::ALL.into_iter().find(|c| c.code() == t))?,
            head_start_seconds: row.head_start_seconds,
            skills: row.skills,
            language: row.language,
            sticky: row.sticky_agent_id.map(AgentId),
            agent: row.agent_id.map(AgentId),
            epoch: row.epoch,
            enqueued_at: row.enqueued_at,
            queued_at: row.queued_at,
            named: row.named_agent_id.map(AgentId).zip(row.named_until),
            red_rule: row.red_rule,
            wrap_until: row.wrap_until,
            wrap_up_code: row.wrap_up_code_id.map(WorkCodeId),
            site: row.site_id.map(SiteId),
        })
    }
}

macro_rules! work {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Row,
            "select id, conversation_id, session_id, queue_id, branch_id, state, class, head_start_seconds, skills,
                    language, sticky_agent_id, agent_id, epoch, enqueued_at, queued_at, named_agent_id, named_until, red_rule,
                    wrap_until, wrap_up_code_id, site_id
             from work_item where tenant_id = $1 and " + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?
        .into_iter()
        .map(WorkItem::try_from)
        .collect::<Result<Vec<_>, StoreError>>()
    }};
}

/// Several items by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<WorkItem>, StoreError> {
    work!(tx, "id = any($2)", ids)
}

/// One item.
pub async fn find(tx: &mut ReadTx, id: WorkItemId) -> Result<Option<WorkItem>, StoreError> {
    Ok(many(tx, &[id.0]).await?.pop())
}

/// One item under its row lock.
pub async fn lock(tx: &mut WriteTx, id: WorkItemId) -> Result<Option<WorkItem>, StoreError> {
    Ok(work!(tx, "id = $2 for update", id.0)?.pop())
}

/// Open items of a conversation under lock, in id order.
pub async fn lock_open(tx: &mut WriteTx, conversation: ConversationId) -> Result<Vec<WorkItem>, StoreError> {
    work!(
        tx,
        "conversation_id = $2 and state || '' in ('queued', 'offered', 'active', 'wrapping', 'parked')
         order by id for update",
        conversation.0
    )
}

/// All work items of several conversations.
pub async fn of_conversations(tx: &mut ReadTx, conversations: &[Uuid]) -> Result<Vec<WorkItem>, StoreError> {
    work!(tx, "conversation_id = any($2) order by id limit 1000", conversations)
}

/// Everything that waits or is offered: what a routing leader loads on takeover.
pub async fn waiting(tx: &mut ReadTx) -> Result<Vec<WorkItem>, StoreError> {
    work!(tx, "state in ('queued', 'offered') and $2 order by queue_id, queued_at", true)
}

/// What a new work item needs to know.
#[derive(Debug, Clone)]
pub struct NewWork {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its session.
    pub session: SessionId,
    /// Where it waits.
    pub queue: QueueId,
    /// Where it is counted.
    pub branch: BranchId,
    /// What it costs.
    pub class: ChannelClass,
    /// Head start beyond the queue's own, seconds.
    pub head_start_seconds: i32,
    /// `[{"skill","level"}]`.
    pub skills: Value,
    /// BCP 47.
    pub language: Option<String>,
    /// The language the customer writes in: asked for when no other is, where the queue can serve it and what all its
    /// people speak is known.
    pub spoken: Option<String>,
    /// Who should get it first.
    pub sticky: Option<AgentId>,
    /// No cap of the queue turns it away.
    pub promised: bool,
    /// Why it was made, as a code.
    pub reason: &'static str,
}

/// Puts work in a queue. `None` when the session has open work already.
pub async fn enqueue(tx: &mut WriteTx, new: &NewWork) -> Result<Option<WorkItemId>, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<WorkItemId>());
    let mut language = new.language.clone();
    if let (None, Some(wanted)) = (&language, &new.spoken) {
        let known = tx.spoken();
        language = spoken::asked_for(tx, &known, new.queue, wanted).await?.then(|| wanted.clone());
    }
    let done = sqlx::query!(
        "insert into work_item (tenant_id, id, conversation_id, session_id, queue_id, branch_id, class,
                                head_start_seconds, skills, language, sticky_agent_id, line)
         select $1, $2, $3, $4, $5, $6, $7, $8 + q.priority_minutes * 60, $9, $10, $11,
                case when $12 then 'admitted' end
         from queue q where q.tenant_id = $1 and q.id = $5
         on conflict (tenant_id, session_id) where state in ('queued', 'offered', 'active', 'wrapping', 'parked')
         do nothing",
        tenant,
        id.0,
        new.conversation.0,
        new.session.0,
        new.queue.0,
        new.branch.0,
        new.class.code(),
        new.head_start_seconds,
        new.skills,
        language,
        new.sticky.map(|a| a.0),
        new.promised
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    tx.work_moved(WorkMove {
        work: id,
        branch: new.branch,
        queue: new.queue,
        agent: None,
        from: None,
        to: WorkState::Queued,
        plan_version: 0,
        reason: new.reason,
    });
    Ok(Some(id))
}

/// A step of a work item.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Where it goes.
    pub to: WorkState,
    /// Who holds it there, in the states in which somebody does.
    pub agent: Option<AgentId>,
    /// Why, as a code.
    pub reason: &'static str,
    /// How it ended, as a code.
    pub outcome: Option<&'a str>,
    /// Seconds to write up.
    pub wrap_up_seconds: Option<i32>,
}

impl Step<'_> {
    /// A step to a state in which nobody holds the item.
    pub fn to(state: WorkState, reason: &'static str) -> Self {
        Self { to: state, agent: None, reason, outcome: None, wrap_up_seconds: None }
    }
}

/// Moves an item that the caller holds under lock. Gives back capacity when it leaves an agent's hands, and counts
/// the change of hands in `epoch`. An offer that was not taken is part of the wait: the steps of the plan go on.
pub async fn transition(tx: &mut WriteTx, item: &WorkItem, step: Step<'_>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let held = |state: WorkState| matches!(state, WorkState::Offered | WorkState::Active | WorkState::Wrapping);
    // One unit of capacity comes back and the agent's idle time begins.
    let freed = item.agent.filter(|_| held(item.state) && !held(step.to));
    sqlx::query!(
        "with freed as (
           update agent_load set used = used - 1, cap = least(cap, greatest(coalesce(wanted, cap), used - 1)) where tenant_id = $1 and agent_id = $7 and class = $8 and used > 0
         ), idle as (
           update agent_state set idle_since = clock_timestamp() where tenant_id = $1 and agent_id = $7
         )
         update work_item set state = $3, agent_id = $4,
                epoch = epoch + case when agent_id is distinct from $4 then 1 else 0 end,
                queued_at = case when $3 = 'queued' and state <> 'offered' then clock_timestamp() else queued_at end,
                wrap_until = coalesce(clock_timestamp() + make_interval(secs => $6::int), wrap_until),
                outcome = coalesce($5, outcome),
                ended_at = case when $3 in ('done', 'abandoned', 'cancelled', 'overflowed') then clock_timestamp() end
         where tenant_id = $1 and id = $2",
        tenant,
        item.id.0,
        step.to.code(),
        step.agent.filter(|_| held(step.to)).map(|a| a.0),
        step.outcome,
        step.wrap_up_seconds,
        freed.map(|agent| agent.0),
        item.class.code()
    )
    .execute(tx.conn())
    .await?;
    moved(tx, item, step);
    Ok(())
}

/// Records that an item was moved.
pub(crate) fn moved(tx: &mut WriteTx, item: &WorkItem, step: Step<'_>) {
    tx.work_moved(WorkMove {
        work: item.id,
        branch: item.branch,
        queue: item.queue,
        agent: step.agent.or(item.agent),
        from: Some(item.state),
        to: step.to,
        plan_version: 0,
        reason: step.reason,
    });
}

/// Lets an item wait in a queue, its next offer going to one agent first or to whoever is best: the plan of that queue
/// and the time for that agent begin anew. The caller holds it.
pub async fn redirect(
    tx: &mut WriteTx,
    id: WorkItemId,
    queue: QueueId,
    first: Option<AgentId>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update work_item set queue_id = $3, sticky_agent_id = $4, named_agent_id = null, named_until = null, site_id = null,
                site_until = null, queued_at = clock_timestamp()
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        queue.0,
        first.map(|agent| agent.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets an item go to the people of one site alone, until it closes or for as long as it takes. The caller holds it.
pub async fn for_site(
    tx: &mut WriteTx,
    id: WorkItemId,
    site: SiteId,
    until: Option<Instant>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update work_item set site_id = $3, site_until = $4 where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        site.0,
        until
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets an item that nobody has taken go to everybody again when its time for the people of a site is over; its queue.
pub async fn site_over(tx: &mut WriteTx, id: WorkItemId) -> Result<Option<QueueId>, StoreError> {
    let tenant = tx.tenant();
    let queue = sqlx::query_scalar!(
        "update work_item set site_id = null, site_until = null
         where tenant_id = $1 and id = $2 and site_until <= clock_timestamp()
           and state || '' in ('queued', 'offered', 'parked')
         returning queue_id",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(queue.map(QueueId))
}

/// Who passed the work of a conversation on last, beside the one named.
pub async fn passed_on_by(
    tx: &mut ReadTx,
    conversation: ConversationId,
    beside: Option<AgentId>,
) -> Result<Option<AgentId>, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        "select e.agent_id from work_item w
         join work_item_event e on e.tenant_id = w.tenant_id and e.work_item_id = w.id
         where w.tenant_id = $1 and w.conversation_id = $2 and e.reason = 'transferred' and e.from_state = 'active'
           and e.agent_id is not null
           and e.agent_id is distinct from $3
         order by e.id desc limit 1",
        tenant,
        conversation.0,
        beside.map(|agent| agent.0)
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.flatten().map(AgentId))
}

/// Who worked on a conversation last.
pub async fn last_held_by(tx: &mut ReadTx, conversation: ConversationId) -> Result<Option<AgentId>, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        "select e.agent_id from work_item w
         join work_item_event e on e.tenant_id = w.tenant_id and e.work_item_id = w.id
         where w.tenant_id = $1 and w.conversation_id = $2 and e.to_state = 'active' and e.agent_id is not null
         order by e.id desc limit 1",
        tenant,
        conversation.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(found.flatten().map(AgentId))
}

/// Gives waiting work to an agent without asking them, if and only if they have room by the rules of capacity: one
/// statement. The caller holds the item.
pub async fn give(tx: &mut WriteTx, item: &WorkItem, agent: AgentId, reason: &'static str) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "with l as (
           select class, used, cap from agent_load where tenant_id = $1 and agent_id = $3 order by class for update
         ), room as (
           update agent_load set used = used + 1
           where tenant_id = $1 and agent_id = $3 and class = $4 and used < cap and (
             select meridian_room(p.policy, s.chosen is not distinct from 'finishing', $4, own.cap, held.held) > 0
             from (select cap from l where class = $4) own
             cross join (select jsonb_object_agg(class, used) as held from l) held
             left join capacity_policy p on p.tenant_id = $1
             left join agent_state s on s.tenant_id = $1 and s.agent_id = $3)
           returning agent_id
         )
         update work_item set state = 'active', agent_id = room.agent_id, epoch = epoch + 1,
                accepted_at = clock_timestamp(), named_agent_id = null, named_until = null, site_id = null, site_until = null
         from room where tenant_id = $1 and id = $2 and state || '' in ('queued', 'parked')",
        tenant,
        item.id.0,
        agent.0,
        item.class.code()
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    moved(tx, item, Step { agent: Some(agent), ..Step::to(WorkState::Active, reason) });
    Ok(true)
}

/// Takes a pending offer in time, with its work; `None` when it is gone. The caller holds the conversation.
pub async fn accept(tx: &mut WriteTx, offer: OfferId, agent: AgentId) -> Result<Option<WorkItem>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        r#"with o as (
           update offer o set state = 'accepted', ended_at = clock_timestamp()
           where o.tenant_id = $1 and o.id = $2 and o.agent_id = $3 and o.state || '' = 'pending'
             and o.expires_at > clock_timestamp()
           returning o.work_item_id, o.epoch
         )
         update work_item w set state = 'active', accepted_at = clock_timestamp() from o
         where w.tenant_id = $1 and w.id = o.work_item_id and w.epoch = o.epoch and w.state = 'offered'
         returning w.id, w.conversation_id, w.session_id, w.queue_id, w.branch_id, 'offered' as "state!", w.class,
                   w.head_start_seconds, w.skills, w.language, w.sticky_agent_id, w.agent_id, w.epoch, w.enqueued_at,
                   w.queued_at, w.named_agent_id, w.named_until, w.red_rule, w.wrap_until, w.wrap_up_code_id, w.site_id"#,
        tenant,
        offer.0,
        agent.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(item) = row.map(WorkItem::try_from).transpose()? else { return Ok(None) };
    moved(tx, &item, Step { agent: Some(agent), ..Step::to(WorkState::Active, "accepted") });
    Ok(Some(WorkItem { state: WorkState::Active, ..item }))
}

/// Work that is about to be offered, with its session's party, under the locks of its conversations: they are locked
/// before work everywhere, and in id order.
pub async fn lock_for_offer(tx: &mut WriteTx, ids: &[Uuid]) -> Result<Vec<(WorkItem, PartyId)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select w.id, w.conversation_id, w.session_id, w.queue_id, w.branch_id, w.state, w.class, w.head_start_seconds,
                w.skills, w.language, w.sticky_agent_id, w.agent_id, w.epoch, w.enqueued_at, w.queued_at,
                w.named_agent_id, w.named_until, w.red_rule, w.wrap_until, w.wrap_up_code_id, w.site_id,
                s.party_id
         from work_item w
         join session s on s.tenant_id = $1 and s.id = w.session_id
         join conversation c on c.tenant_id = $1 and c.id = w.conversation_id
         where w.tenant_id = $1 and w.id = any($2) order by c.id for update of c",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|r| {
            let row = Row {
                id: r.id,
                conversation_id: r.conversation_id,
                session_id: r.session_id,
                queue_id: r.queue_id,
                branch_id: r.branch_id,
                state: r.state,
                class: r.class,
                head_start_seconds: r.head_start_seconds,
                skills: r.skills,
                language: r.language,
                sticky_agent_id: r.sticky_agent_id,
                agent_id: r.agent_id,
                epoch: r.epoch,
                enqueued_at: r.enqueued_at,
                queued_at: r.queued_at,
                named_agent_id: r.named_agent_id,
                named_until: r.named_until,
                red_rule: r.red_rule,
                wrap_until: r.wrap_until,
                wrap_up_code_id: r.wrap_up_code_id,
                site_id: r.site_id,
            };
            Ok((row.try_into()?, r.party_id.into()))
        })
        .collect()
}

/// One transition, for reports and for "what happened to this work".
#[derive(Debug, Clone)]
pub struct WorkEvent {
    /// Where it came from.
    pub from: Option<String>,
    /// Where it went.
    pub to: String,
    /// The agent concerned.
    pub agent: Option<AgentId>,
    /// When.
    pub at: Instant,
    /// Why.
    pub reason: String,
}

/// Transitions of an item, oldest first.
pub async fn events(tx: &mut ReadTx, id: WorkItemId) -> Result<Vec<WorkEvent>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select from_state, to_state, agent_id, at, reason from work_item_event
         where tenant_id = $1 and work_item_id = $2 order by id limit 500",
        tenant,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| WorkEvent {
            from: row.from_state,
            to: row.to_state,
            agent: row.agent_id.map(AgentId),
            at: row.at,
            reason: row.reason,
        })
        .collect())
}
