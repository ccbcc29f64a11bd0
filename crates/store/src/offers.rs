//! Offers: work shown to one agent.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    ids::{AgentId, OfferId, WorkItemId},
    time::Instant,
    work::OfferState,
};
use uuid::Uuid;

/// Work shown to one agent.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Id.
    pub id: OfferId,
    /// The work.
    pub work: WorkItemId,
    /// The agent.
    pub agent: AgentId,
    /// Epoch of the work when it was offered.
    pub epoch: i64,
    /// State.
    pub state: OfferState,
    /// Why it ended, as a code.
    pub reason: String,
    /// When it was made.
    pub created_at: Instant,
    /// Until when it can be accepted.
    pub expires_at: Instant,
}

struct Row {
    id: Uuid,
    work_item_id: Uuid,
    agent_id: Uuid,
    epoch: i64,
    state: String,
    reason: String,
    created_at: Instant,
    expires_at: Instant,
}

impl TryFrom<Row> for Offer {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            work: row.work_item_id.into(),
            agent: row.agent_id.into(),
            epoch: row.epoch,
            state: code("offer", "state", &row.state, OfferState::from_code)?,
            reason: row.reason,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// What the router wants to offer.
#[derive(Debug, Clone, Copy)]
pub struct NewOffer {
    /// The work.
    pub work: WorkItemId,
    /// Its epoch as the router knows it.
    pub epoch: i64,
    /// To whom.
    pub agent: AgentId,
    /// Seconds to answer.
    pub seconds: i32,
}

/// Makes offers: each if and only if its work still waits with that epoch and its agent still has room, whoever else
/// moves either meanwhile. One statement for all, no check-then-act. In the order given; `None` is a lost race, not an
/// error. The caller holds the conversations.
pub async fn make_all(tx: &mut WriteTx, wanted: &[NewOffer]) -> Result<Vec<Option<Offer>>, StoreError> {
    let mut made: Vec<Option<Offer>> = Vec::with_capacity(wanted.len());
    for few in wanted.chunks(AT_ONCE) {
        let offers = make_few(tx, few).await?;
        made.extend(few.iter().map(|new| offers.iter().find(|o| o.work == new.work && o.agent == new.agent).cloned()));
    }
    Ok(made)
}

/// Offers of one statement.
const AT_ONCE: usize = 64;

async fn make_few(tx: &mut WriteTx, wanted: &[NewOffer]) -> Result<Vec<Offer>, StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = wanted.iter().map(|_| tx.id::<OfferId>().0).collect();
    let works: Vec<Uuid> = wanted.iter().map(|new| new.work.0).collect();
    let epochs: Vec<i64> = wanted.iter().map(|new| new.epoch).collect();
    let agents: Vec<Uuid> = wanted.iter().map(|new| new.agent.0).collect();
    let seconds: Vec<i32> = wanted.iter().map(|new| new.seconds).collect();
    let rows = sqlx::query_as!(
        Row,
        "with w as (
           select id, class, epoch from work_item
           where tenant_id = $1 and id = any($3) and state || '' = 'queued' order by id for update
         ), held as (
           select agent_id, class, used, cap from agent_load
           where tenant_id = $1 and agent_id = any($5) order by agent_id, class for update
         ), l as (
           select h.agent_id, h.class, meridian_room(p.policy, s.chosen is not distinct from 'finishing', h.class, h.cap,
                    jsonb_object_agg(h.class, h.used) over (partition by h.agent_id)) as room,
                  p.policy is not null as together
           from held h
           left join capacity_policy p on p.tenant_id = $1
           left join agent_state s on s.tenant_id = $1 and s.agent_id = h.agent_id
         ), asked as (
           select new.id, new.work, new.agent, new.seconds, w.class,
                  row_number() over (partition by new.agent, w.class order by new.nth) as nth,
                  first_value(w.class) over (partition by new.agent order by new.nth) as first
           from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::uuid[], $6::int[]) with ordinality
             as new(id, work, epoch, agent, seconds, nth)
           join w on w.id = new.work and w.epoch = new.epoch
         ), fits as (
           select asked.* from asked join l on l.agent_id = asked.agent and l.class = asked.class
           -- Room of one class depends on what is held of others: one class at a time.
           where asked.nth <= l.room and (not l.together or asked.class = asked.first)
         ), taken as (
           update agent_load a set used = a.used + f.count
           from (select agent, class, count(*)::int as count from fits group by agent, class) f
           where a.tenant_id = $1 and a.agent_id = f.agent and a.class = f.class
         ), moved as (
           update work_item i set state = 'offered', agent_id = f.agent, epoch = i.epoch + 1 from fits f
           where i.tenant_id = $1 and i.id = f.work
           returning f.id, i.id as work, i.agent_id, i.epoch, f.seconds
         )
         insert into offer (tenant_id, id, work_item_id, agent_id, epoch, expires_at)
         select $1, id, work, agent_id, epoch, clock_timestamp() + make_interval(secs => seconds) from moved
         returning id, work_item_id, agent_id, epoch, state, reason, created_at, expires_at",
        tenant,
        &ids,
        &works,
        &epochs,
        &agents,
        &seconds
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Offer::try_from).collect()
}

/// Ends a pending offer without acceptance; `None` when it is no longer pending (or, for an expiry, not due).
pub async fn end(
    tx: &mut WriteTx,
    id: OfferId,
    state: OfferState,
    reason: &str,
    only_when_due: bool,
) -> Result<Option<Offer>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "update offer set state = $3, reason = $4, ended_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and state || '' = 'pending' and (not $5 or expires_at <= clock_timestamp())
         returning id, work_item_id, agent_id, epoch, state, reason, created_at, expires_at",
        tenant,
        id.0,
        state.code(),
        reason,
        only_when_due
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Offer::try_from).transpose()
}

/// Several offers by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Offer>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, work_item_id, agent_id, epoch, state, reason, created_at, expires_at from offer
         where tenant_id = $1 and id = any($2)",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Offer::try_from).collect()
}

/// Pending offers of an agent, oldest first.
pub async fn pending_of(tx: &mut ReadTx, agent: AgentId) -> Result<Vec<Offer>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, work_item_id, agent_id, epoch, state, reason, created_at, expires_at from offer
         where tenant_id = $1 and agent_id = $2 and state = 'pending' order by created_at, id limit 100",
        tenant,
        agent.0
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Offer::try_from).collect()
}

/// The pending offer of a work item.
pub async fn pending_for(tx: &mut ReadTx, work: WorkItemId) -> Result<Option<OfferId>, StoreError> {
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "select id from offer where tenant_id = $1 and work_item_id = $2 and state || '' = 'pending'",
        tenant,
        work.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(OfferId))
}

/// Agents who let an offer of this work pass or passed it on: they are asked last. Who gets it back from somebody to whom
/// it went meanwhile is asked first all the same.
pub async fn refusals(tx: &mut ReadTx, works: &[Uuid]) -> Result<Vec<(WorkItemId, AgentId)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with refused as (
             select work_item_id, agent_id, ended_at as at from offer
             where tenant_id = $1 and work_item_id = any($2) and state in ('declined', 'expired')
             union
             select work_item_id, agent_id, at from work_item_event
             where tenant_id = $1 and work_item_id = any($2) and agent_id is not null and reason = 'transferred'
               and from_state = 'active'
           )
           select distinct r.work_item_id as "work_item_id!", r.agent_id as "agent_id!"
           from refused r join work_item w on w.tenant_id = $1 and w.id = r.work_item_id
           where w.sticky_agent_id is distinct from r.agent_id or r.at > coalesce((
             select max(e.at) from work_item_event e
             where e.tenant_id = $1 and e.work_item_id = r.work_item_id and e.reason = 'transferred'), '-infinity')"#,
        tenant,
        works
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.work_item_id.into(), row.agent_id.into())).collect())
}
