//! Routing plans: every version a queue ever had.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, QueueId},
    routing::{Plan, Step},
    time::Instant,
};
use serde_json::Value;

/// A version of a queue's plan.
#[derive(Debug, Clone)]
pub struct PlanVersion {
    /// The plan.
    pub plan: Plan,
    /// Whether it is in force.
    pub active: bool,
    /// Who published it, when a person did.
    pub author: Option<AgentId>,
    /// Why, in their words.
    pub note: String,
    /// When.
    pub created_at: Instant,
}

pub(crate) fn steps(stored: Value) -> Result<Vec<Step>, StoreError> {
    serde_json::from_value(stored).map_err(|error| StoreError::Inconsistent {
        table: "routing_plan",
        column: "steps",
        value: error.to_string(),
    })
}

/// Versions of a queue's plan, newest first, those before `before` alone.
pub async fn versions(
    tx: &mut ReadTx,
    queue: QueueId,
    before: Option<i32>,
    limit: i64,
) -> Result<Vec<PlanVersion>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select version, steps, target_seconds, reserve, active, author_id, note, created_at from routing_plan
         where tenant_id = $1 and queue_id = $2 and version < $3 order by version desc limit $4",
        tenant,
        queue.0,
        before.unwrap_or(i32::MAX),
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PlanVersion {
                plan: Plan {
                    version: row.version,
                    steps: steps(row.steps)?,
                    target_seconds: row.target_seconds.unsigned_abs(),
                    reserve: row.reserve,
                },
                active: row.active,
                author: row.author_id.map(AgentId),
                note: row.note,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// One version; `None` for the one in force.
pub async fn version(tx: &mut ReadTx, queue: QueueId, wanted: Option<i32>) -> Result<Option<PlanVersion>, StoreError> {
    let found = match wanted {
        Some(wanted) => versions(tx, queue, wanted.checked_add(1), 1).await?,
        None => versions(tx, queue, None, 1).await?,
    };
    // Versions are never taken out of force but by a newer one: the newest is the one in force.
    Ok(found.into_iter().next().filter(|found| wanted.is_none_or(|wanted| found.plan.version == wanted)))
}

/// Makes a plan the newest version of its queue, in force from now on; returns its number. The queue's row is locked, so
/// that two who publish at once get two numbers.
pub async fn publish(tx: &mut WriteTx, queue: QueueId, plan: &Plan, note: &str) -> Result<i32, StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent());
    sqlx::query!(
        "update routing_plan set active = false where tenant_id = $1 and queue_id = $2 and active",
        tenant,
        queue.0
    )
    .execute(tx.conn())
    .await?;
    let version = sqlx::query_scalar!(
        "insert into routing_plan (tenant_id, queue_id, version, steps, target_seconds, reserve, author_id, note)
         select $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7
         from routing_plan where tenant_id = $1 and queue_id = $2
         returning version",
        tenant,
        queue.0,
        serde_json::to_value(&plan.steps).unwrap_or_default(),
        i32::try_from(plan.target_seconds).unwrap_or(i32::MAX),
        plan.reserve,
        author.map(|agent| agent.0),
        note
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(version)
}

/// Locks a queue that is in use, for a change of its plan; false when there is none.
pub async fn lock_queue(tx: &mut WriteTx, queue: QueueId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found =
        sqlx::query!("select id from queue where tenant_id = $1 and id = $2 and active for update", tenant, queue.0)
            .fetch_optional(tx.conn())
            .await?;
    Ok(found.is_some())
}
