//! Codes of the tenant: what came of work, and why an offer was let pass.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    ids::{AgentId, OfferId, QueueId, WorkCodeId, WorkItemId},
    work_code::{CodeKind, WorkCode},
};
use uuid::Uuid;

struct Row {
    id: Uuid,
    kind: String,
    name: String,
    name_zh: String,
    queue_ids: Vec<Uuid>,
    active: bool,
}

impl TryFrom<Row> for WorkCode {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            kind: code("work_code", "kind", &row.kind, CodeKind::from_code)?,
            name: row.name,
            name_zh: row.name_zh,
            queues: row.queue_ids.into_iter().map(QueueId).collect(),
            active: row.active,
        })
    }
}

/// Codes by name: of one kind or of all, those out of use only when asked for; at most 1,000.
pub async fn all(tx: &mut ReadTx, kind: Option<CodeKind>, retired: bool) -> Result<Vec<WorkCode>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, kind, name, name_zh, queue_ids, active from work_code
         where tenant_id = $1 and ($2::text is null or kind = $2) and (active or $3)
         order by kind, not active, name, id limit 1000",
        tenant,
        kind.map(CodeKind::code),
        retired
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(WorkCode::try_from).collect()
}

/// Several codes by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<WorkCode>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, kind, name, name_zh, queue_ids, active from work_code where tenant_id = $1 and id = any($2)",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(WorkCode::try_from).collect()
}

/// Adds or changes one.
pub async fn save(tx: &mut WriteTx, new: &WorkCode) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into work_code (tenant_id, id, kind, name, name_zh, queue_ids, active) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (tenant_id, id) do update set name = excluded.name, name_zh = excluded.name_zh,
           queue_ids = excluded.queue_ids, active = excluded.active",
        tenant,
        new.id.0,
        new.kind.code(),
        new.name,
        new.name_zh,
        &new.queues.iter().map(|queue| queue.0).collect::<Vec<_>>(),
        new.active
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Whether a queue asks for a code of a kind; false for a queue that is gone.
pub async fn required(tx: &mut ReadTx, queue: QueueId, kind: CodeKind) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select wrap_up_code_required, decline_code_required from queue where tenant_id = $1 and id = $2",
        tenant,
        queue.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.is_some_and(|row| match kind {
        CodeKind::WrapUp => row.wrap_up_code_required,
        CodeKind::Decline => row.decline_code_required,
    }))
}

/// Notes what came of a piece of work.
pub async fn wrapped_up(tx: &mut WriteTx, work: WorkItemId, code: WorkCodeId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update work_item set wrap_up_code_id = $3 where tenant_id = $1 and id = $2", tenant, work.0, code.0)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Notes why an offer was let pass, on the offer and on the decision that led to it.
pub async fn declined(
    tx: &mut WriteTx,
    offer: OfferId,
    (work, agent): (WorkItemId, AgentId),
    reason: &str,
    code: Option<WorkCodeId>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "with o as (
           update offer set decline_code_id = $5 where tenant_id = $1 and id = $2
         )
         update routing_decision set declined_reason = $6, decline_code_id = $5
         where tenant_id = $1 and id = (
           select id from routing_decision
           where tenant_id = $1 and work_item_id = $3 and agent_id = $4 and outcome = 'offered' order by id desc limit 1
         )",
        tenant,
        offer.0,
        work.0,
        agent.0,
        code.map(|code| code.0),
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
