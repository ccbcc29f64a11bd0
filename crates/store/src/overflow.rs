//! Rules of overflow, and whether they are open.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, QueueId},
    routing::OverflowRule,
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

pub(crate) fn rule(stored: Value) -> Result<OverflowRule, StoreError> {
    serde_json::from_value(stored).map_err(|error| StoreError::Inconsistent {
        table: "queue",
        column: "overflow",
        value: error.to_string(),
    })
}

/// Where the overflow of a queue stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The queue.
    pub queue: QueueId,
    /// Its rule.
    pub rule: OverflowRule,
    /// Whether partners are asked now.
    pub open: bool,
    /// Since when.
    pub since: Option<Instant>,
    /// Lenders that keep their people for themselves now.
    pub busy: Vec<QueueId>,
}

/// The overflow of several queues that have a rule.
pub async fn of_queues(tx: &mut ReadTx, queues: &[Uuid]) -> Result<Vec<Standing>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select id, overflow as "overflow!", overflow_open, overflow_since, overflow_busy from queue
           where tenant_id = $1 and id = any($2) and overflow is not null"#,
        tenant,
        queues
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let rule = rule(row.overflow)?;
            let busy = row.overflow_busy.into_iter().map(QueueId).collect();
            Ok(Standing { queue: row.id.into(), rule, open: row.overflow_open, since: row.overflow_since, busy })
        })
        .collect()
}

/// Gives a queue a rule, or takes it away; it begins closed. False when there is no such queue.
pub async fn save(tx: &mut WriteTx, queue: QueueId, rule: Option<&OverflowRule>) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update queue set overflow = $3, overflow_open = false, overflow_since = null, overflow_busy = '{}'
         where tenant_id = $1 and id = $2 and active",
        tenant,
        queue.0,
        rule.and_then(|rule| serde_json::to_value(rule).ok())
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Opens or closes the overflow of a queue.
pub async fn set_open(tx: &mut WriteTx, queue: QueueId, open: bool) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update queue set overflow_open = $3, overflow_since = clock_timestamp() where tenant_id = $1 and id = $2",
        tenant,
        queue.0,
        open
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps which lenders of a queue's overflow keep their people for themselves.
pub async fn set_busy(tx: &mut WriteTx, queue: QueueId, busy: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update queue set overflow_busy = $3 where tenant_id = $1 and id = $2", tenant, queue.0, busy)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Says whether somebody works for a partner, and what they have learned.
pub async fn set_partner(
    tx: &mut WriteTx,
    agent: AgentId,
    outsourced: Option<bool>,
    revision: Option<i32>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update agent set outsourced = coalesce($3, outsourced), knowledge_revision = coalesce($4, knowledge_revision)
         where tenant_id = $1 and id = $2",
        tenant,
        agent.0,
        outsourced,
        revision
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
