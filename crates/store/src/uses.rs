//! What stands in the way of taking a queue, a skill or a site out of use, and doing so.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::ids::{QueueId, SiteId, SkillId};

/// A use, in the words of the set-up: what kind of thing and its name (or how many).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// channel, bot, work, agent, plan, rule, cap, overflow, emergency or schedule.
    pub kind: String,
    /// Name, or a count.
    pub name: String,
}

macro_rules! uses {
    ($tx:expr, $sql:literal, $id:expr) => {{
        let tenant = $tx.tenant();
        let rows = sqlx::query_as!(Use, $sql, tenant, $id).fetch_all($tx.conn()).await?;
        Ok(rows)
    }};
}

/// What uses a queue: channels, bots and caps of other queues that send work there, overflows that borrow its
/// people, emergency plans about it, and work that is not done or due later. At most ten of each.
pub async fn of_queue(tx: &mut ReadTx, id: QueueId) -> Result<Vec<Use>, StoreError> {
    uses!(
        tx,
        r#"(select 'channel' as "kind!", name as "name!" from channel_account
            where tenant_id = $1 and queue_id = $2 order by name limit 10)
           union all
           (select 'bot', name from bot where tenant_id = $1 and fallback_queue_id = $2 order by name limit 10)
           union all
           (select 'work', count(*) || ' open' from work_item where tenant_id = $1 and queue_id = $2
              and state in ('queued', 'offered', 'active', 'wrapping', 'parked') having count(*) > 0)
           union all
           (select 'rule', 'red channel' from red_rules where tenant_id = $1 and active
              and rules @> jsonb_build_array(jsonb_build_object('when', jsonb_build_object(
                'queues', jsonb_build_array($2::uuid::text)))))
           union all
           (select 'cap', name from queue where tenant_id = $1 and active and line ->> 'overflow_queue' = $2::uuid::text
            order by name limit 10)
           union all
           (select 'overflow', name from queue where tenant_id = $1 and active and id <> $2
              and overflow -> 'lenders' @> jsonb_build_array(jsonb_build_object('queue', $2::uuid::text)) order by name limit 10)
           union all
           (select 'emergency', name from emergency_plan where tenant_id = $1
              and switches -> 'queues' @> jsonb_build_array($2::uuid::text) order by name limit 10)
           union all
           (select 'schedule', count(*) || ' waiting' from scheduled_work where tenant_id = $1 and queue_id = $2
              and state in ('waiting', 'due') having count(*) > 0)"#,
        id.0
    )
}

/// What uses a skill: people who hold it, plans in force that ask for it, and work that waits for it.
pub async fn of_skill(tx: &mut ReadTx, id: SkillId) -> Result<Vec<Use>, StoreError> {
    uses!(
        tx,
        r#"(select 'agent' as "kind!", a.name as "name!" from agent_skill k
              join agent a on a.tenant_id = k.tenant_id and a.id = k.agent_id
            where k.tenant_id = $1 and k.skill_id = $2 and k.valid_to is null order by a.name limit 10)
           union all
           (select 'plan', q.name from routing_plan p join queue q on q.tenant_id = p.tenant_id and q.id = p.queue_id
            where p.tenant_id = $1 and p.active and q.active and p.steps @> jsonb_build_array(jsonb_build_object(
                'skills', jsonb_build_array(jsonb_build_object('skill', $2::uuid::text))))
            order by q.name limit 10)
           union all
           (select 'work', count(*) || ' open' from work_item where tenant_id = $1
              and state in ('queued', 'offered', 'active', 'wrapping', 'parked')
              and skills @> jsonb_build_array(jsonb_build_object('skill', $2::uuid::text)) having count(*) > 0)"#,
        id.0
    )
}

/// What uses a site: people who work there, plans in force that name it, and work that goes to its people.
pub async fn of_site(tx: &mut ReadTx, id: SiteId) -> Result<Vec<Use>, StoreError> {
    uses!(
        tx,
        r#"(select 'agent' as "kind!", name as "name!" from agent
            where tenant_id = $1 and site_id = $2 order by name limit 10)
           union all
           (select 'plan', q.name from routing_plan p join queue q on q.tenant_id = p.tenant_id and q.id = p.queue_id
            where p.tenant_id = $1 and p.active and q.active and p.steps @> jsonb_build_array(jsonb_build_object('sites', jsonb_build_array($2::uuid::text)))
            order by q.name limit 10)
           union all
           (select 'work', count(*) || ' open' from work_item where tenant_id = $1 and site_id = $2
              and state in ('queued', 'offered', 'active', 'wrapping', 'parked') having count(*) > 0)"#,
        id.0
    )
}

/// Takes a queue out of use: it keeps its past, nothing waits there any more and its members leave.
pub async fn retire_queue(tx: &mut WriteTx, id: QueueId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "with members as (
           update queue_member set valid_to = clock_timestamp()
           where tenant_id = $1 and queue_id = $2 and valid_to is null
         )
         update queue set active = false where tenant_id = $1 and id = $2 and active",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a skill out of use; who held it in the past stays known.
pub async fn retire_skill(tx: &mut WriteTx, id: SkillId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done =
        sqlx::query!("update skill set active = false where tenant_id = $1 and id = $2 and active", tenant, id.0)
            .execute(tx.conn())
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes a site with its calendar.
pub async fn remove_site(tx: &mut WriteTx, id: SiteId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done =
        sqlx::query!("delete from site where tenant_id = $1 and id = $2", tenant, id.0).execute(tx.conn()).await?;
    Ok(done.rows_affected() == 1)
}
