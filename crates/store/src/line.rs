//! The lines before queues: caps, what they made of work, and how fast each moves.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{QueueId, WorkItemId},
    routing::{Beyond, LineRule},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

fn rule(stored: Value) -> Result<LineRule, StoreError> {
    serde_json::from_value(stored).map_err(|error| StoreError::Inconsistent {
        table: "queue",
        column: "line",
        value: error.to_string(),
    })
}

/// The caps of all queues that have one.
pub async fn rules(tx: &mut ReadTx) -> Result<Vec<(QueueId, LineRule)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select id, line as "line!" from queue where tenant_id = $1 and active and line is not null order by id"#,
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(|row| Ok((row.id.into(), rule(row.line)?))).collect()
}

/// Gives a queue a cap, or takes it away. False when there is no such queue.
pub async fn save(tx: &mut WriteTx, queue: QueueId, rule: Option<&LineRule>) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update queue set line = $3 where tenant_id = $1 and id = $2 and active",
        tenant,
        queue.0,
        rule.and_then(|rule| serde_json::to_value(rule).ok())
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Those of several pieces of work that came just now and that no cap has looked at: work that waits again had its place
/// before, and so has what the red channel marked.
pub async fn new_among(tx: &mut ReadTx, works: &[Uuid], queues: &[Uuid]) -> Result<Vec<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        "select id from work_item where tenant_id = $1 and id = any($2) and queue_id = any($3)
           and state || '' = 'queued'
           and line is null and epoch = 1 and red_rule is null and queued_at < enqueued_at + interval '1 second'",
        tenant,
        works,
        queues
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(WorkItemId).collect())
}

/// Notes that work was let into its line: no later cap throws it out.
pub async fn admit(tx: &mut WriteTx, works: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update work_item set line = 'admitted' where tenant_id = $1 and id = any($2)", tenant, works)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes what a cap made of work; false when it was looked at before.
pub async fn mark(tx: &mut WriteTx, work: WorkItemId, what: Beyond) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update work_item set line = $3 where tenant_id = $1 and id = $2 and state || '' = 'queued' and line is null",
        tenant,
        work.0,
        what.code()
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes that the customer of work was told what a step of its queue's plan says; false when they were, or when it does
/// not wait any more.
pub async fn told(tx: &mut WriteTx, work: WorkItemId, step: u16, callback: bool) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update work_item set told_queue = queue_id, told_step = $3, line = case when $4 then 'callback' else line end
         where tenant_id = $1 and id = $2 and state || '' = 'queued'
           and (told_queue is distinct from queue_id or told_step < $3)",
        tenant,
        work.0,
        i16::try_from(step).unwrap_or(i16::MAX),
        callback
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Where the line of a queue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The queue.
    pub queue: QueueId,
    /// How much waits.
    pub waiting: i32,
    /// Departures an hour while something waits; none before enough was seen.
    pub per_hour: Option<i32>,
}

/// Notes where lines stand.
pub async fn note(tx: &mut WriteTx, lines: &[Pace]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let queues: Vec<Uuid> = lines.iter().map(|line| line.queue.0).collect();
    let waiting: Vec<i32> = lines.iter().map(|line| line.waiting).collect();
    let paces: Vec<Option<i32>> = lines.iter().map(|line| line.per_hour).collect();
    sqlx::query!(
        "insert into queue_pace (tenant_id, queue_id, waiting, per_hour)
         select $1, n.queue, n.waiting, n.pace from unnest($2::uuid[], $3::int[], $4::int[]) as n(queue, waiting, pace)
         join queue q on q.tenant_id = $1 and q.id = n.queue
         on conflict (tenant_id, queue_id) do update set waiting = excluded.waiting, per_hour = excluded.per_hour,
           at = excluded.at",
        tenant,
        &queues,
        &waiting,
        &paces as &[Option<i32>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Paces noted in the last quarter of an hour, departures an hour.
pub async fn paces(tx: &mut ReadTx) -> Result<Vec<(QueueId, i32)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select queue_id, per_hour as "per_hour!" from queue_pace
           where tenant_id = $1 and per_hour is not null and at > clock_timestamp() - interval '15 minutes'"#,
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.queue_id.into(), row.per_hour)).collect())
}

/// What is known of a queue's line: its cap, how much waits, its pace, and since when that is known. A pace that nobody
/// has confirmed for five minutes is none.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its cap.
    pub rule: Option<LineRule>,
    /// Departures an hour while something waits.
    pub per_hour: Option<i32>,
    /// When the router looked last.
    pub at: Option<Instant>,
}

/// The line of a queue.
pub async fn of_queue(tx: &mut ReadTx, queue: QueueId) -> Result<Option<Line>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select q.line, case when p.at > clock_timestamp() - interval '5 minutes' then p.per_hour end as "per_hour?",
                  p.at as "at?"
           from queue q left join queue_pace p on p.tenant_id = q.tenant_id and p.queue_id = q.id
           where q.tenant_id = $1 and q.id = $2"#,
        tenant,
        queue.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(|row| Ok(Line { rule: row.line.map(rule).transpose()?, per_hour: row.per_hour, at: row.at })).transpose()
}

/// Where work stands in its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From 1.
    pub position: i64,
    /// Departures an hour from its queue while something waits.
    pub per_hour: Option<i32>,
    /// What the cap made of it.
    pub callback_offered: bool,
}

/// Most places that are counted: who stands further behind is told so.
pub const COUNTED: i64 = 1000;

/// Where work that waits stands in its line; nothing for work that does not wait. Counts no further than [`COUNTED`].
pub async fn place(tx: &mut ReadTx, work: WorkItemId) -> Result<Option<Place>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select w.line as "line?",
                  (select count(*) from (
                     select 1 from work_item o
                     where o.tenant_id = $1 and o.queue_id = w.queue_id and o.state = 'queued'
                       and (o.enqueued_at - make_interval(secs => o.head_start_seconds), o.id)
                         < (w.enqueued_at - make_interval(secs => w.head_start_seconds), w.id)
                     limit $3) ahead) + 1 as "position!",
                  case when p.at > clock_timestamp() - interval '5 minutes' then p.per_hour end as "per_hour?"
           from work_item w left join queue_pace p on p.tenant_id = w.tenant_id and p.queue_id = w.queue_id
           where w.tenant_id = $1 and w.id = $2 and w.state || '' = 'queued'"#,
        tenant,
        work.0,
        COUNTED
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Place {
        position: row.position,
        per_hour: row.per_hour,
        callback_offered: row.line.as_deref() == Some("callback"),
    }))
}

/// The open work of a session.
pub async fn open_of_session(
    tx: &mut ReadTx,
    session: meridian_domain::ids::SessionId,
) -> Result<Option<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    let id = sqlx::query_scalar!(
        "select id from work_item where tenant_id = $1 and session_id = $2
           and state in ('queued', 'offered', 'active', 'wrapping', 'parked')",
        tenant,
        session.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(id.map(WorkItemId))
}
