//! How work of the channel classes goes together in one person's hands.

use crate::{
    ReadTx, StoreError, WriteTx,
    work::{Step, WorkItem, moved},
};
use meridian_domain::{capacity::CapacityPolicy, ids::AgentId, work::WorkState};
use serde_json::Value;

/// A policy as it is stored; nothing stored = the usual one.
pub(crate) fn read(stored: Option<Value>) -> Result<CapacityPolicy, StoreError> {
    let Some(stored) = stored else { return Ok(CapacityPolicy::default()) };
    serde_json::from_value(stored).map_err(|error| StoreError::Inconsistent {
        table: "capacity_policy",
        column: "policy",
        value: error.to_string(),
    })
}

/// The policy of the tenant.
pub async fn policy(tx: &mut ReadTx) -> Result<CapacityPolicy, StoreError> {
    let tenant = tx.tenant();
    let stored = sqlx::query_scalar!("select policy from capacity_policy where tenant_id = $1", tenant)
        .fetch_optional(tx.conn())
        .await?;
    read(stored)
}

/// Puts a policy in place of the one there is.
pub async fn save(tx: &mut WriteTx, policy: &CapacityPolicy) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into capacity_policy (tenant_id, policy) values ($1, $2)
         on conflict (tenant_id) do update set policy = excluded.policy",
        tenant,
        serde_json::json!(policy)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives waiting work to an agent beyond their capacity: the place is made for it, and goes when something is given back.
/// The caller holds the item.
pub async fn give_beyond(
    tx: &mut WriteTx,
    item: &WorkItem,
    agent: AgentId,
    reason: &'static str,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "with place as (
           update agent_load set used = used + 1, wanted = coalesce(wanted, cap), cap = greatest(cap, used + 1)
           where tenant_id = $1 and agent_id = $3 and class = $4 and used < 100 returning agent_id
         )
         update work_item set state = 'active', agent_id = place.agent_id, epoch = epoch + 1,
                accepted_at = clock_timestamp(), named_agent_id = null, named_until = null, site_id = null, site_until = null
         from place where tenant_id = $1 and id = $2 and state || '' in ('queued', 'parked')",
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
