//! Plans in shadow of a queue, and what they would have decided.

use crate::{ReadTx, StoreError, WriteTx, plans};
use meridian_domain::{
    ids::{AgentId, DecisionId, QueueId, ShadowPlanId, WorkItemId},
    routing::{Decision, Plan},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// Most decisions recorded of one plan in shadow.
pub const MOST: i64 = 10_000;

/// A plan in shadow of a queue.
#[derive(Debug, Clone)]
pub struct ShadowPlan {
    /// Its id.
    pub id: ShadowPlanId,
    /// The queue.
    pub queue: QueueId,
    /// The plan; its version is 0 for a draft.
    pub plan: Plan,
    /// Share of the work whose decisions are made under it as well, percent.
    pub percent: i16,
    /// Who put it there.
    pub by: Option<AgentId>,
    /// Since when.
    pub started_at: Instant,
    /// Until when.
    pub ended_at: Option<Instant>,
    /// Decisions recorded, all of those that are left.
    pub decisions: i64,
}

struct Row {
    id: Uuid,
    queue_id: Uuid,
    version: i32,
    steps: Value,
    target_seconds: i32,
    reserve: bool,
    percent: i16,
    started_by: Option<Uuid>,
    started_at: Instant,
    ended_at: Option<Instant>,
    decisions: i64,
}

impl TryFrom<Row> for ShadowPlan {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            queue: row.queue_id.into(),
            plan: Plan {
                version: row.version,
                steps: plans::steps(row.steps)?,
                target_seconds: row.target_seconds.unsigned_abs(),
                reserve: row.reserve,
            },
            percent: row.percent,
            by: row.started_by.map(AgentId),
            started_at: row.started_at,
            ended_at: row.ended_at,
            decisions: row.decisions,
        })
    }
}

macro_rules! shadows {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Row,
            r#"select s.id, s.queue_id, s.version, s.steps, s.target_seconds, s.reserve, s.percent, s.started_by, s.started_at,
                      s.ended_at, (select count(*) from shadow_decision d where d.tenant_id = $1 and d.shadow_id = s.id)
                        as "decisions!"
               from shadow_plan s where s.tenant_id = $1 and "# + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?
        .into_iter()
        .map(ShadowPlan::try_from)
        .collect::<Result<Vec<_>, StoreError>>()
    }};
}

/// Plans in shadow now.
pub async fn active(tx: &mut ReadTx) -> Result<Vec<ShadowPlan>, StoreError> {
    shadows!(tx, "s.ended_at is null and $2", true)
}

/// The plan in shadow of a queue, or the last that was.
pub async fn of_queue(tx: &mut ReadTx, queue: QueueId) -> Result<Option<ShadowPlan>, StoreError> {
    Ok(shadows!(tx, "s.queue_id = $2 order by s.started_at desc, s.id desc limit 1", queue.0)?.pop())
}

/// Takes the plan out of the shadow of a queue; false when there is none.
pub async fn stop(tx: &mut WriteTx, queue: QueueId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update shadow_plan set ended_at = clock_timestamp() where tenant_id = $1 and queue_id = $2 and ended_at is null",
        tenant,
        queue.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Puts a plan in shadow of a queue that has none.
pub async fn start(tx: &mut WriteTx, queue: QueueId, plan: &Plan, percent: i16) -> Result<ShadowPlanId, StoreError> {
    let (tenant, id, by) = (tx.tenant(), tx.id::<ShadowPlanId>(), tx.scope().actor().agent());
    sqlx::query!(
        "insert into shadow_plan (tenant_id, id, queue_id, version, steps, target_seconds, reserve, percent, started_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tenant,
        id.0,
        queue.0,
        plan.version,
        serde_json::to_value(&plan.steps).unwrap_or_default(),
        i32::try_from(plan.target_seconds).unwrap_or(i32::MAX),
        plan.reserve,
        percent,
        by.map(|agent| agent.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Records what plans in shadow would have done, beside the decisions that were made.
pub(crate) async fn record(tx: &mut WriteTx, made: &[(DecisionId, Decision, &str)]) -> Result<(), StoreError> {
    let seen: Vec<_> = made.iter().filter_map(|(id, decision, _)| Some((*id, decision.shadow.as_ref()?))).collect();
    if seen.is_empty() {
        return Ok(());
    }
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into shadow_decision (tenant_id, decision_id, shadow_id, agent_id, score, step)
         select $1, * from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::float8[], $6::smallint[])",
        tenant,
        &seen.iter().map(|(id, _)| id.0).collect::<Vec<_>>(),
        &seen.iter().map(|(_, seen)| seen.shadow.0).collect::<Vec<_>>(),
        &seen.iter().map(|(_, seen)| seen.candidate.as_ref().map(|c| c.agent.0)).collect::<Vec<_>>()
            as &[Option<Uuid>],
        &seen.iter().map(|(_, seen)| seen.candidate.as_ref().map(|c| c.score)).collect::<Vec<_>>() as &[Option<f64>],
        &seen.iter().map(|(_, seen)| seen.step as i16).collect::<Vec<_>>()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How a plan in shadow compares with what was decided.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// Decisions made under both.
    pub decisions: i64,
    /// The same for both: offered to the same person, or left waiting.
    pub agreed: i64,
    /// Offered by both, to different people.
    pub other_agent: i64,
    /// Offered in shadow while it was left waiting.
    pub sooner: i64,
    /// Offered while it would have been left waiting in shadow.
    pub later: i64,
    /// Mean of first offer in shadow minus first offer, seconds, of the work that both offered.
    pub wait_difference: Option<f64>,
    /// How many pieces of work that is.
    pub waits: i64,
}

/// Compares a plan in shadow with what was decided.
pub async fn compare(tx: &mut ReadTx, shadow: ShadowPlanId) -> Result<Compared, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"with made as (
             select d.work_item_id, d.at, d.agent_id as live, s.agent_id as shadow
             from shadow_decision s join routing_decision d on d.tenant_id = s.tenant_id and d.id = s.decision_id
             where s.tenant_id = $1 and s.shadow_id = $2
           ), waits as (
             select min(at) filter (where live is not null) as live, min(at) filter (where shadow is not null) as shadow
             from made group by work_item_id
           ), gap as (
             select avg(extract(epoch from shadow - live))::float8 as seconds, count(*) as works
             from waits where live is not null and shadow is not null
           )
           select count(*) as "decisions!", count(*) filter (where live is not distinct from shadow) as "agreed!",
                  count(*) filter (where live <> shadow) as "other!",
                  count(*) filter (where live is null and shadow is not null) as "sooner!",
                  count(*) filter (where live is not null and shadow is null) as "later!",
                  (select seconds from gap) as gap, (select works from gap) as "works!"
           from made"#,
        tenant,
        shadow.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Compared {
        decisions: row.decisions,
        agreed: row.agreed,
        other_agent: row.other,
        sooner: row.sooner,
        later: row.later,
        wait_difference: row.gap,
        waits: row.works,
    })
}

/// A decision in which a plan in shadow would have done something else.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The decision.
    pub decision: DecisionId,
    /// The work.
    pub work: WorkItemId,
    /// When.
    pub at: Instant,
    /// To whom it was offered.
    pub agent: Option<AgentId>,
    /// Under which step.
    pub step: i16,
    /// To whom it would have been offered.
    pub shadow_agent: Option<AgentId>,
    /// Under which step.
    pub shadow_step: i16,
}

/// The latest decisions in which it would have done something else.
pub async fn differences(tx: &mut ReadTx, shadow: ShadowPlanId, limit: i64) -> Result<Vec<Difference>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select d.id, d.work_item_id, d.at, d.agent_id, d.step, s.agent_id as shadow_agent, s.step as shadow_step
         from shadow_decision s join routing_decision d on d.tenant_id = s.tenant_id and d.id = s.decision_id
         where s.tenant_id = $1 and s.shadow_id = $2 and d.agent_id is distinct from s.agent_id
         order by s.decision_id desc limit $3",
        tenant,
        shadow.0,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Difference {
            decision: row.id.into(),
            work: row.work_item_id.into(),
            at: row.at,
            agent: row.agent_id.map(AgentId),
            step: row.step,
            shadow_agent: row.shadow_agent.map(AgentId),
            shadow_step: row.shadow_step,
        })
        .collect())
}
