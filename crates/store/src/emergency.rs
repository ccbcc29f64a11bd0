//! Emergency plans and the times they were in force.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    emergency::Switches,
    ids::{AgentId, EmergencyActivationId, EmergencyPlanId, SessionId, WorkItemId},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Id.
    pub id: EmergencyPlanId,
    /// Name, which is typed to confirm.
    pub name: String,
    /// What it switches.
    pub switches: Switches,
    /// How long it is in force unless told otherwise, minutes.
    pub minutes: i32,
}

/// One time that a plan was in force.
#[derive(Debug, Clone)]
pub struct Activation {
    /// Id.
    pub id: EmergencyActivationId,
    /// The plan.
    pub plan: EmergencyPlanId,
    /// Its name then.
    pub name: String,
    /// What it switched.
    pub switches: Switches,
    /// Who did it.
    pub by: Option<AgentId>,
    /// From when.
    pub at: Instant,
    /// Until when at most.
    pub expires_at: Instant,
    /// When it was taken back.
    pub ended_at: Option<Instant>,
    /// Who took it back; nobody when its time was over.
    pub ended_by: Option<AgentId>,
}

fn switches(stored: Value) -> Result<Switches, StoreError> {
    serde_json::from_value(stored).map_err(|error| StoreError::Inconsistent {
        table: "emergency_plan",
        column: "switches",
        value: error.to_string(),
    })
}

/// All plans by name.
pub async fn plans(tx: &mut ReadTx) -> Result<Vec<Plan>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, name, switches, minutes from emergency_plan where tenant_id = $1 order by name limit 200",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|r| Ok(Plan { id: r.id.into(), name: r.name, switches: switches(r.switches)?, minutes: r.minutes }))
        .collect()
}

/// Adds or changes a plan; one in force goes on as it was activated.
pub async fn save(tx: &mut WriteTx, plan: &Plan) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into emergency_plan (tenant_id, id, name, switches, minutes) values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, id) do update set name = excluded.name, switches = excluded.switches,
           minutes = excluded.minutes",
        tenant,
        plan.id.0,
        plan.name,
        serde_json::to_value(&plan.switches).unwrap_or_default(),
        plan.minutes
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes a plan with its history; false when it is in force or not there.
pub async fn remove(tx: &mut WriteTx, id: EmergencyPlanId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "delete from emergency_plan p where p.tenant_id = $1 and p.id = $2
           and not exists (select from emergency_activation a
                           where a.tenant_id = $1 and a.plan_id = $2 and a.ended_at is null)",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

struct Row {
    id: Uuid,
    plan_id: Uuid,
    name: String,
    switches: Value,
    activated_by: Option<Uuid>,
    activated_at: Instant,
    expires_at: Instant,
    ended_at: Option<Instant>,
    ended_by: Option<Uuid>,
}

impl TryFrom<Row> for Activation {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            plan: row.plan_id.into(),
            name: row.name,
            switches: switches(row.switches)?,
            by: row.activated_by.map(AgentId),
            at: row.activated_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
            ended_by: row.ended_by.map(AgentId),
        })
    }
}

macro_rules! activations {
    ($tx:expr, $filter:literal, $($value:expr),*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Row,
            "select id, plan_id, name, switches, activated_by, activated_at, expires_at, ended_at, ended_by
             from emergency_activation where tenant_id = $1 and " + $filter,
            tenant,
            $($value),*
        )
        .fetch_all($tx.conn())
        .await?
        .into_iter()
        .map(Activation::try_from)
        .collect::<Result<Vec<_>, StoreError>>()
    }};
}

/// Plans in force now.
pub async fn in_force(tx: &mut ReadTx) -> Result<Vec<Activation>, StoreError> {
    activations!(tx, "ended_at is null and expires_at > clock_timestamp() and $2 order by id", true)
}

/// The last times plans were in force, newest first.
pub async fn history(tx: &mut ReadTx, limit: i64) -> Result<Vec<Activation>, StoreError> {
    activations!(tx, "true order by id desc limit $2", limit)
}

/// One activation.
pub async fn find(tx: &mut ReadTx, id: EmergencyActivationId) -> Result<Option<Activation>, StoreError> {
    Ok(activations!(tx, "id = $2", id.0)?.pop())
}

/// Puts a plan in force; `None` when it is already.
pub async fn activate(
    tx: &mut WriteTx,
    plan: &Plan,
    minutes: i32,
) -> Result<Option<EmergencyActivationId>, StoreError> {
    let (tenant, id, by) = (tx.tenant(), tx.id::<EmergencyActivationId>(), tx.scope().actor().agent());
    let done = sqlx::query!(
        "insert into emergency_activation (tenant_id, id, plan_id, name, switches, activated_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(mins => $7))
         on conflict (tenant_id, plan_id) where ended_at is null do nothing",
        tenant,
        id.0,
        plan.id.0,
        plan.name,
        serde_json::to_value(&plan.switches).unwrap_or_default(),
        by.map(|agent| agent.0),
        minutes
    )
    .execute(tx.conn())
    .await?;
    Ok((done.rows_affected() == 1).then_some(id))
}

/// Takes a plan back; false when it was before (or, for an expiry, its time is not over).
pub async fn end(tx: &mut WriteTx, id: EmergencyActivationId, only_when_due: bool) -> Result<bool, StoreError> {
    let (tenant, by) = (tx.tenant(), tx.scope().actor().agent());
    let done = sqlx::query!(
        "update emergency_activation set ended_at = clock_timestamp(), ended_by = $3
         where tenant_id = $1 and id = $2 and ended_at is null and (not $4 or expires_at <= clock_timestamp())",
        tenant,
        id.0,
        by.map(|agent| agent.0),
        only_when_due
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Those of several pieces of work that wait and whose customers were not told the message of one of several plans yet.
pub async fn untold(tx: &mut ReadTx, plans: &[Uuid], works: &[Uuid]) -> Result<Vec<WorkItemId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        "select w.id from work_item w
         where w.tenant_id = $1 and w.id = any($2) and w.state || '' = 'queued'
           and (select count(*) from emergency_notice n
                where n.tenant_id = $1 and n.activation_id = any($3) and n.session_id = w.session_id) < cardinality($3)",
        tenant,
        works,
        plans
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(WorkItemId).collect())
}

/// Notes that a plan's message is told to an engagement; false when it was before.
pub async fn note(tx: &mut WriteTx, id: EmergencyActivationId, session: SessionId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into emergency_notice (tenant_id, activation_id, session_id) values ($1, $2, $3)
         on conflict do nothing",
        tenant,
        id.0,
        session.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
