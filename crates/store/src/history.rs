//! Past days as the simulator plays them, and comparisons of plans over them.

use crate::{
    ReadTx, StoreError, WriteTx,
    error::code,
    reports::{self, TooMuch},
    routing,
};
use meridian_domain::{
    channel::ChannelClass,
    ids::{QueueId, WhatIfId, WorkItemId},
    report::Span,
    routing::Work,
    simulation::{Past, PastWork},
    time::Instant,
};
use serde_json::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What came between two moments, and who was there; queues, sites and people as they are set up now. Refuses more than
/// [`reports::MOST`] rows of a kind. What a cap turned away, and what somebody still waits for, is left out.
pub async fn past(tx: &mut ReadTx, from: Instant, to: Instant) -> Result<Result<Past, TooMuch>, StoreError> {
    let works = works(tx, from, to).await?;
    if i64::try_from(works.len()).is_ok_and(|rows| rows > reports::MOST) {
        return Ok(Err(TooMuch));
    }
    let Ok(facts) = reports::people(tx, from, to).await? else { return Ok(Err(TooMuch)) };
    let present: Vec<Span> = facts.0.into_iter().chain(facts.1).collect();
    let present = meridian_domain::report::joined(&present, from, to);
    Ok(Ok(Past {
        queues: routing::queues(tx).await?,
        sites: routing::sites(tx).await?,
        agents: routing::agents(tx, None).await?,
        present: present.into_iter().map(|span| (span.agent, span.from, span.to)).collect(),
        works,
    }))
}

async fn works(tx: &mut ReadTx, from: Instant, to: Instant) -> Result<Vec<PastWork>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with born as (
             select work_item_id, queue_id, at from work_item_event
             where tenant_id = $1 and from_state is null and at >= $2 and at < $3 order by at, id limit $4
           )
           select w.id, b.queue_id as "queue_id!", b.at as "born!", w.class, w.head_start_seconds, w.skills, w.language,
                  f.answered_at is not null as "answered!",
                  extract(epoch from coalesce(f.answered_at, f.ended_at) - b.at)::float8 as "waited!",
                  coalesce(f.handling, 0)::float8 as "handling!"
           from born b
           join work_item w on w.tenant_id = $1 and w.id = b.work_item_id
           cross join lateral (
             select min(e.at) filter (where e.to_state = 'active') as answered_at,
                    max(e.at) filter (where e.to_state in ('done', 'abandoned', 'cancelled')) as ended_at,
                    sum(extract(epoch from coalesce(e.next_at, clock_timestamp()) - e.at))
                      filter (where e.to_state in ('active', 'wrapping')) as handling
             from (select to_state, at, lead(at) over (order by id) as next_at
                   from work_item_event where tenant_id = $1 and work_item_id = b.work_item_id) e
           ) f
           where w.line is distinct from 'refused' and coalesce(f.answered_at, f.ended_at) is not null
           order by b.at, w.id"#,
        tenant,
        from,
        to,
        reports::MOST + 1
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let class = |t: &str| ChannelClass::ALL.into_iter().find(|class| class.code() == t);
            let work = Work {
                id: WorkItemId(row.id),
                queue: row.queue_id.into(),
                class: code("work_item", "class", &row.class, class)?,
                epoch: 1,
                skills: serde_json::from_value(row.skills).unwrap_or_default(),
                language: row.language,
                sticky: None,
                named: None,
                enqueued_at: row.born,
                queued_at: row.born,
                head_start_seconds: row.head_start_seconds,
                refused_by: BTreeSet::new(),
                site: None,
            };
            Ok(PastWork { work, waited: row.waited.max(0.0), answered: row.answered, handling: row.handling.max(0.0) })
        })
        .collect()
}

/// A comparison of two plans.
#[derive(Debug, Clone)]
pub struct WhatIf {
    /// Its id.
    pub id: WhatIfId,
    /// The queue whose plans are compared.
    pub queue: QueueId,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Seconds within which work should be answered.
    pub target_seconds: i32,
    /// One plan.
    pub plan_a: Value,
    /// The other.
    pub plan_b: Value,
    /// waiting, running, done, failed, cancelled.
    pub state: String,
    /// Pieces of work to play, under both plans.
    pub total: i32,
    /// Played.
    pub done: i32,
    /// Figures of both, by queue.
    pub result: Option<Value>,
    /// What went wrong.
    pub error: Option<String>,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub finished_at: Option<Instant>,
}

macro_rules! what_ifs {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        let rows = sqlx::query_as!(
            WhatIf,
            r#"select id, queue_id as queue, from_at as "from", to_at as "to", target_seconds, plan_a, plan_b, state, total,
                      done, result, error, created_at, finished_at
               from what_if where tenant_id = $1 and "# + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?;
        Ok::<Vec<WhatIf>, StoreError>(rows)
    }};
}

/// Comparisons, newest first.
pub async fn what_ifs(tx: &mut ReadTx, before: Option<WhatIfId>, limit: i64) -> Result<Vec<WhatIf>, StoreError> {
    let before = before.map_or(Uuid::max(), |id| id.0);
    what_ifs!(tx, "id < $2 order by id desc limit $3", before, limit)
}

/// One comparison.
pub async fn what_if(tx: &mut ReadTx, id: WhatIfId) -> Result<Option<WhatIf>, StoreError> {
    Ok(what_ifs!(tx, "id = $2", id.0)?.pop())
}

/// Keeps a comparison to make; `None` while another one of the tenant is being made.
pub async fn insert_what_if(
    tx: &mut WriteTx,
    queue: QueueId,
    (from, to): (Instant, Instant),
    target_seconds: i32,
    (plan_a, plan_b): (&Value, &Value),
) -> Result<Option<WhatIfId>, StoreError> {
    let (tenant, id, by) = (tx.tenant(), tx.id::<WhatIfId>(), tx.scope().actor().id());
    let done = sqlx::query!(
        "insert into what_if (tenant_id, id, queue_id, from_at, to_at, target_seconds, plan_a, plan_b, created_by_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (tenant_id) where state in ('waiting', 'running') do nothing",
        tenant,
        id.0,
        queue.0,
        from,
        to,
        target_seconds,
        plan_a,
        plan_b,
        by
    )
    .execute(tx.conn())
    .await?;
    Ok((done.rows_affected() == 1).then_some(id))
}

/// Keeps how far a comparison is; false when it was cancelled meanwhile.
pub async fn progress(tx: &mut WriteTx, id: WhatIfId, done: usize, total: usize) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let number = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let kept = sqlx::query!(
        "update what_if set state = 'running', done = $3, total = $4
         where tenant_id = $1 and id = $2 and state in ('waiting', 'running')",
        tenant,
        id.0,
        number(done),
        number(total)
    )
    .execute(tx.conn())
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Ends a comparison; false when it was over before.
pub async fn finish(
    tx: &mut WriteTx,
    id: WhatIfId,
    state: &'static str,
    result: Option<&Value>,
    error: Option<&str>,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update what_if set state = $3, result = $4, error = $5, finished_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and state in ('waiting', 'running')",
        tenant,
        id.0,
        state,
        result,
        error
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
