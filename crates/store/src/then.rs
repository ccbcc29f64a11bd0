//! People and work as they were when something was decided.

use crate::{ReadTx, StoreError, error::code, routing};
use meridian_domain::{
    channel::ChannelClass,
    ids::{AgentId, QueueId, SkillId, WorkItemId},
    people::ChosenState,
    routing::{Agent, Work},
    time::Instant,
};

/// Somebody as they were, with the state they had chosen.
#[derive(Debug, Clone)]
pub struct Then {
    /// As routing saw them: queues, skills, state and load of then; all else as it is now.
    pub agent: Agent,
    /// What they had chosen.
    pub chosen: ChosenState,
    /// Why, as a code of the tenant.
    pub reason: String,
}

/// An agent as they were at a moment; `None` for who is not active now. What they held is known for work of the week
/// before.
pub async fn agent(tx: &mut ReadTx, id: AgentId, at: Instant) -> Result<Option<Then>, StoreError> {
    let Some(mut agent) = routing::agents(tx, Some(&[id.0])).await?.pop() else { return Ok(None) };
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select array(select queue_id from queue_member where tenant_id = $1 and agent_id = $2
                          and valid_from <= $3 and (valid_to is null or valid_to > $3)) as "queues!",
                  array(select skill_id from agent_skill where tenant_id = $1 and agent_id = $2
                          and valid_from <= $3 and (valid_to is null or valid_to > $3) order by skill_id) as "skills!",
                  array(select level from agent_skill where tenant_id = $1 and agent_id = $2
                          and valid_from <= $3 and (valid_to is null or valid_to > $3) order by skill_id) as "levels!",
                  s.chosen as "chosen?", s.reason as "reason?"
           from (select 1) one left join lateral (
             select chosen, reason from agent_state_interval
             where tenant_id = $1 and agent_id = $2 and valid_from <= $3 order by valid_from desc limit 1
           ) s on true"#,
        tenant,
        id.0,
        at
    )
    .fetch_one(tx.conn())
    .await?;
    let chosen = row.chosen.as_deref().unwrap_or("offline");
    let chosen = code("agent_state_interval", "chosen", chosen, ChosenState::from_code)?;
    agent.ready = chosen.takes_work();
    agent.queues = row.queues.into_iter().map(QueueId).collect();
    agent.skills = row.skills.into_iter().map(SkillId).zip(row.levels.into_iter().map(|level| level as u8)).collect();
    for class in &mut agent.load {
        class.0 = 0;
    }
    let held = sqlx::query!(
        r#"select w.class, count(*) as "held!" from (
             select distinct work_item_id from work_item_event
             where tenant_id = $1 and agent_id = $2 and at < $3 and at > $3 - interval '7 days'
           ) mine
           join work_item w on w.tenant_id = $1 and w.id = mine.work_item_id
           cross join lateral (
             select agent_id, to_state from work_item_event
             where tenant_id = $1 and work_item_id = mine.work_item_id and at < $3 order by id desc limit 1
           ) last
           where last.agent_id = $2 and last.to_state in ('offered', 'active', 'wrapping') group by w.class"#,
        tenant,
        id.0,
        at
    )
    .fetch_all(tx.conn())
    .await?;
    for row in held {
        let known = |name: &str| ChannelClass::ALL.into_iter().find(|class| class.code() == name);
        let class = code("work_item", "class", &row.class, known)?;
        agent.load[class.index()].0 = i16::try_from(row.held).unwrap_or(i16::MAX);
    }
    Ok(Some(Then { agent, chosen, reason: row.reason.unwrap_or_default() }))
}

/// A piece of work as it was: whom it had passed before that moment.
pub async fn work(tx: &mut ReadTx, id: WorkItemId, at: Instant) -> Result<Option<Work>, StoreError> {
    let Some(mut work) = routing::work(tx, id).await? else { return Ok(None) };
    let tenant = tx.tenant();
    let passed = sqlx::query_scalar!(
        r#"select agent_id as "agent_id!" from offer
           where tenant_id = $1 and work_item_id = $2 and state in ('declined', 'expired') and ended_at < $3
           union
           select agent_id from work_item_event
           where tenant_id = $1 and work_item_id = $2 and agent_id is not null and reason = 'transferred'
             and from_state = 'active' and at < $3"#,
        tenant,
        id.0,
        at
    )
    .fetch_all(tx.conn())
    .await?;
    work.refused_by = passed.into_iter().map(AgentId).collect();
    Ok(Some(work))
}
