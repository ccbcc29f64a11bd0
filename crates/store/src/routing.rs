//! What a routing leader loads on takeover, re-reads by name, and records.

use crate::{ReadTx, StoreError, WriteTx, capacity, error::code, offers, overflow, plans, shadow, work};
use meridian_domain::{
    calendar::{self, Shift, Site},
    channel::ChannelClass,
    ids::{AgentId, DecisionId, QueueId, SiteId, SkillId, WorkCodeId, WorkItemId},
    people::ChosenState,
    routing::{Agent, Decision, Outcome, Overflow, Plan, Queue, SkillNeed, Work},
    time::Instant,
    work::WorkState,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Every active queue with its plan; a queue without one gets the default plan.
pub async fn queues(tx: &mut ReadTx) -> Result<Vec<Queue>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select q.id, q.offer_seconds, q.sticky_seconds, p.version as "version?", p.steps as "steps?",
                  p.target_seconds as "target_seconds?", p.reserve as "reserve?", q.overflow, q.overflow_open,
                  q.overflow_busy
           from queue q left join routing_plan p on p.tenant_id = q.tenant_id and p.queue_id = q.id and p.active
           where q.tenant_id = $1 and q.active"#,
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let plan = match (row.version, row.steps) {
                (Some(version), Some(steps)) => Plan {
                    version,
                    steps: plans::steps(steps)?,
                    target_seconds: row.target_seconds.unwrap_or(0).unsigned_abs(),
                    reserve: row.reserve.unwrap_or(false),
                },
                _ => Plan::default(),
            };
            let rule = row.overflow.map(overflow::rule).transpose()?;
            Ok(Queue {
                id: row.id.into(),
                offer_seconds: row.offer_seconds,
                sticky_seconds: row.sticky_seconds,
                plan,
                overflow: rule.map(|rule| Overflow {
                    rule,
                    open: row.overflow_open,
                    busy: row.overflow_busy.into_iter().map(QueueId).collect(),
                }),
            })
        })
        .collect()
}

/// Every site with its calendar.
pub async fn sites(tx: &mut ReadTx) -> Result<Vec<Site>, StoreError> {
    let tenant = tx.tenant();
    let sites = sqlx::query!("select id, time_zone, ring from site where tenant_id = $1 order by id", tenant)
        .fetch_all(tx.conn())
        .await?;
    let shifts = sqlx::query!(
        "select site_id, weekday, starts_minute, ends_minute from site_shift where tenant_id = $1",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    let exceptions = sqlx::query!(
        "select site_id, day, starts_minute, ends_minute from site_exception where tenant_id = $1",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found: Vec<Site> = Vec::with_capacity(sites.len());
    for row in sites {
        let of_site = shifts.iter().filter(|shift| shift.site_id == row.id);
        found.push(Site {
            id: SiteId(row.id),
            zone: code("site", "time_zone", &row.time_zone, calendar::zone)?,
            ring: row.ring,
            shifts: of_site
                .map(|shift| Shift {
                    weekday: shift.weekday as u8,
                    starts_minute: shift.starts_minute as u16,
                    ends_minute: shift.ends_minute as u16,
                })
                .collect(),
            exceptions: exceptions
                .iter()
                .filter(|exception| exception.site_id == row.id)
                .map(|e| (e.day, e.starts_minute.zip(e.ends_minute).map(|(from, to)| (from as u16, to as u16))))
                .collect(),
        });
    }
    Ok(found)
}

/// Agents as routing sees them, in id order: the named ones, or all active ones.
pub async fn agents(tx: &mut ReadTx, only: Option<&[Uuid]>) -> Result<Vec<Agent>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select a.id, a.site_id, a.branch_id, a.languages, a.outsourced, a.knowledge_revision, a.attributes, coalesce(s.chosen, 'offline') as "chosen!",
                  coalesce(s.live_until > clock_timestamp(), false) as "live!",
                  (select policy from capacity_policy p where p.tenant_id = $1) as policy,
                  coalesce(s.idle_since, a.created_at) as "idle_since!",
                  array(select class from agent_load l where l.tenant_id = $1 and l.agent_id = a.id order by class)
                    as "classes!",
                  array(select used from agent_load l where l.tenant_id = $1 and l.agent_id = a.id order by class)
                    as "used!",
                  array(select cap from agent_load l where l.tenant_id = $1 and l.agent_id = a.id order by class)
                    as "caps!",
                  array(select queue_id from queue_member m
                        where m.tenant_id = $1 and m.agent_id = a.id and m.valid_to is null) as "queues!",
                  array(select skill_id from agent_skill k
                        where k.tenant_id = $1 and k.agent_id = a.id and k.valid_to is null order by skill_id)
                    as "skills!",
                  array(select level from agent_skill k
                        where k.tenant_id = $1 and k.agent_id = a.id and k.valid_to is null order by skill_id)
                    as "levels!"
           from agent a left join agent_state s on s.tenant_id = a.tenant_id and s.agent_id = a.id
           where a.tenant_id = $1 and a.status = 'active' and ($2::uuid[] is null or a.id = any($2))
           order by a.id"#,
        tenant,
        only
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let chosen = code("agent_state", "chosen", &row.chosen, ChosenState::from_code)?;
            let mut load = [(0, 0); 4];
            for ((class, used), cap) in row.classes.iter().zip(row.used).zip(row.caps) {
                let known = |name: &str| ChannelClass::ALL.into_iter().find(|class| class.code() == name);
                load[code("agent_load", "class", class, known)?.index()] = (used, cap);
            }
            Ok(Agent {
                id: AgentId(row.id),
                ready: row.live && chosen.takes_work(),
                site: row.site_id.map(SiteId),
                queues: row.queues.into_iter().map(QueueId).collect(),
                skills: row
                    .skills
                    .into_iter()
                    .map(SkillId)
                    .zip(row.levels.into_iter().map(|level| level as u8))
                    .collect(),
                languages: row.languages.into_iter().collect(),
                load,
                idle_since: row.idle_since,
                outsourced: row.outsourced,
                knowledge: row.knowledge_revision,
                branch: Some(row.branch_id.into()),
                attributes: serde_json::from_value(row.attributes).unwrap_or_default(),
                capacity: capacity::read(row.policy)?.compact(chosen == ChosenState::Finishing),
            })
        })
        .collect()
}

fn skill_needs(skills: &Value) -> Vec<SkillNeed> {
    serde_json::from_value(skills.clone()).unwrap_or_default()
}

async fn to_routing(tx: &mut ReadTx, items: Vec<work::WorkItem>) -> Result<Vec<Work>, StoreError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = items.iter().map(|item| item.id.0).collect();
    let mut refused: HashMap<WorkItemId, BTreeSet<AgentId>> = HashMap::new();
    for (work, agent) in offers::refusals(tx, &ids).await? {
        refused.entry(work).or_default().insert(agent);
    }
    Ok(items
        .into_iter()
        .map(|item| Work {
            id: item.id,
            queue: item.queue,
            class: item.class,
            epoch: item.epoch,
            skills: skill_needs(&item.skills),
            language: item.language,
            sticky: item.sticky,
            named: item.named,
            enqueued_at: item.enqueued_at,
            queued_at: item.queued_at,
            head_start_seconds: item.head_start_seconds,
            refused_by: refused.remove(&item.id).unwrap_or_default(),
            site: item.site,
        })
        .collect())
}

/// All work that waits.
pub async fn waiting(tx: &mut ReadTx) -> Result<Vec<Work>, StoreError> {
    let items = work::waiting(tx).await?.into_iter().filter(|item| item.state == WorkState::Queued).collect();
    to_routing(tx, items).await
}

/// Those of several pieces of work that wait.
pub async fn waiting_among(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Work>, StoreError> {
    let items = work::many(tx, ids).await?.into_iter().filter(|item| item.state == WorkState::Queued).collect();
    to_routing(tx, items).await
}

/// One piece of work as routing sees it, whatever its state.
pub async fn work(tx: &mut ReadTx, id: WorkItemId) -> Result<Option<Work>, StoreError> {
    let items = work::many(tx, &[id.0]).await?;
    Ok(to_routing(tx, items).await?.pop())
}

/// The time by which plans and calendars are judged.
pub async fn now(tx: &mut ReadTx) -> Result<Instant, StoreError> {
    Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(tx.conn()).await?)
}

/// Records decisions, each with what led to it.
pub async fn insert_decisions(tx: &mut WriteTx, made: &[(DecisionId, Decision, &str)]) -> Result<(), StoreError> {
    if made.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    let outcome = |decision: &Decision| match decision.outcome {
        Outcome::Offered => "offered".to_owned(),
        Outcome::Waiting => "waiting".to_owned(),
    };
    let json = |value: Result<Value, serde_json::Error>| value.unwrap_or_default();
    let considered: BTreeSet<(Uuid, Uuid)> =
        made.iter().flat_map(|(id, decision, _)| looked_at(*id, decision)).collect();
    sqlx::query!(
        "with made as (
           insert into routing_decision (tenant_id, id, work_item_id, queue_id, trigger, outcome, agent_id, step,
                                         plan_version, candidates, exclusions)
           select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::uuid[],
                                    $8::smallint[], $9::int[], $10::jsonb[], $11::jsonb[])
         )
         insert into routing_considered (tenant_id, agent_id, decision_id)
         select $1, * from unnest($12::uuid[], $13::uuid[])",
        tenant,
        &made.iter().map(|(id, ..)| id.0).collect::<Vec<_>>(),
        &made.iter().map(|(_, decision, _)| decision.work.0).collect::<Vec<_>>(),
        &made.iter().map(|(_, decision, _)| decision.queue.0).collect::<Vec<_>>(),
        &made.iter().map(|(.., trigger)| (*trigger).to_owned()).collect::<Vec<_>>(),
        &made.iter().map(|(_, decision, _)| outcome(decision)).collect::<Vec<_>>(),
        &made.iter().map(|(_, decision, _)| decision.agent.map(|agent| agent.0)).collect::<Vec<_>>()
            as &[Option<Uuid>],
        &made.iter().map(|(_, decision, _)| decision.step as i16).collect::<Vec<_>>(),
        &made.iter().map(|(_, decision, _)| decision.plan_version).collect::<Vec<_>>(),
        &made.iter().map(|(_, d, _)| json(serde_json::to_value(&d.candidates))).collect::<Vec<_>>(),
        &made.iter().map(|(_, d, _)| json(serde_json::to_value(&d.exclusions))).collect::<Vec<_>>(),
        &considered.iter().map(|(agent, _)| *agent).collect::<Vec<_>>(),
        &considered.iter().map(|(_, decision)| *decision).collect::<Vec<_>>()
    )
    .execute(tx.conn())
    .await?;
    shadow::record(tx, made).await
}

/// Whom a decision looked at: its candidates, and who got the work.
fn looked_at(id: DecisionId, decision: &Decision) -> impl Iterator<Item = (Uuid, Uuid)> {
    let candidates = decision.candidates.iter().map(|candidate| candidate.agent);
    candidates.chain(decision.agent).map(move |agent| (agent.0, id.0))
}

/// Records that a supervisor gave work by hand: nobody else was looked at.
pub async fn insert_assigned(
    tx: &mut WriteTx,
    item: &work::WorkItem,
    agent: AgentId,
) -> Result<DecisionId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<DecisionId>());
    sqlx::query!(
        "with made as (
           insert into routing_decision (tenant_id, id, work_item_id, queue_id, trigger, outcome, agent_id, step,
                                         plan_version, candidates, exclusions)
           values ($1, $2, $3, $4, 'by_hand', 'assigned', $5, 0, 0, '[]', '{}')
         )
         insert into routing_considered (tenant_id, agent_id, decision_id) values ($1, $5, $2)",
        tenant,
        id.0,
        item.id.0,
        item.queue.0,
        agent.0
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// A decision as people read it.
#[derive(Debug, Clone)]
pub struct DecisionView {
    /// Id.
    pub id: DecisionId,
    /// The work.
    pub work: WorkItemId,
    /// Its queue.
    pub queue: QueueId,
    /// When.
    pub at: Instant,
    /// What woke the router.
    pub trigger: String,
    /// offered, waiting or assigned.
    pub outcome: String,
    /// To whom.
    pub agent: Option<AgentId>,
    /// Step in force.
    pub step: i16,
    /// Version of the plan.
    pub plan_version: i32,
    /// Candidates with score and factors.
    pub candidates: Value,
    /// Reason to count.
    pub exclusions: Value,
    /// Why the offer was let pass, in the words of the one who did; `None` when it was not.
    pub declined: Option<String>,
    /// And as a code of the tenant.
    pub decline_code: Option<WorkCodeId>,
}

struct DecisionRow {
    id: Uuid,
    work_item_id: Uuid,
    queue_id: Uuid,
    at: Instant,
    trigger: String,
    outcome: String,
    agent_id: Option<Uuid>,
    step: i16,
    plan_version: i32,
    candidates: Value,
    exclusions: Value,
    declined_reason: Option<String>,
    decline_code_id: Option<Uuid>,
}

impl From<DecisionRow> for DecisionView {
    fn from(row: DecisionRow) -> Self {
        Self {
            id: row.id.into(),
            work: row.work_item_id.into(),
            queue: row.queue_id.into(),
            at: row.at,
            trigger: row.trigger,
            outcome: row.outcome,
            agent: row.agent_id.map(AgentId),
            step: row.step,
            plan_version: row.plan_version,
            candidates: row.candidates,
            exclusions: row.exclusions,
            declined: row.declined_reason,
            decline_code: row.decline_code_id.map(WorkCodeId),
        }
    }
}

/// Decisions about a work item, oldest first.
pub async fn decisions(tx: &mut ReadTx, work: WorkItemId, limit: i64) -> Result<Vec<DecisionView>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        DecisionRow,
        "select id, work_item_id, queue_id, at, trigger, outcome, agent_id, step, plan_version, candidates, exclusions,
                declined_reason, decline_code_id
         from routing_decision where tenant_id = $1 and work_item_id = $2 order by id limit $3",
        tenant,
        work.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(DecisionView::from).collect())
}

/// The last decision that gave a work item to somebody, by routing or by hand.
pub async fn last_given(tx: &mut ReadTx, work: WorkItemId) -> Result<Option<DecisionView>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        DecisionRow,
        "select id, work_item_id, queue_id, at, trigger, outcome, agent_id, step, plan_version, candidates, exclusions,
                declined_reason, decline_code_id
         from routing_decision where tenant_id = $1 and work_item_id = $2 and agent_id is not null
         order by id desc limit 1",
        tenant,
        work.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(DecisionView::from))
}

/// Decisions in which somebody was a candidate or got the work, newest first, before the one given.
pub async fn decisions_about(
    tx: &mut ReadTx,
    agent: AgentId,
    before: Option<DecisionId>,
    limit: i64,
) -> Result<Vec<DecisionView>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        DecisionRow,
        r#"select d.id, d.work_item_id, d.queue_id, d.at, d.trigger, d.outcome, d.agent_id, d.step, d.plan_version,
                  d.candidates, d.exclusions, d.declined_reason, d.decline_code_id
           from routing_considered c
           join routing_decision d on d.tenant_id = c.tenant_id and d.id = c.decision_id
           where c.tenant_id = $1 and c.agent_id = $2 and ($3::uuid is null or c.decision_id < $3)
           order by c.decision_id desc limit $4"#,
        tenant,
        agent.0,
        before.map(|decision| decision.0),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(DecisionView::from).collect())
}
