//! Overflow: when partners are asked, and who of them.

use super::SetupRefused;
use crate::{App, authz::Subject, routing::OVERFLOW};
use meridian_domain::{
    ids::{AgentId, QueueId},
    jobs::Job,
    people::Permission,
    routing::{Lender, OverflowRule},
};
use meridian_store::{agents, alerts, knowledge, overflow as store, setup};
use serde_json::json;

/// Gives a queue a rule of overflow, or takes it away. It begins closed; without a rule partners who are members are asked
/// like everybody else. Without `lenders` the queue keeps those it has.
pub async fn save_overflow(
    app: &App,
    subject: &Subject,
    queue: QueueId,
    rule: Option<&OverflowRule>,
    lenders: Option<Vec<Lender>>,
) -> Result<QueueId, SetupRefused> {
    subject.require(Permission::Administer)?;
    if let Some(rule) = rule {
        rule.check().map_err(|(field, problem)| SetupRefused::Wrong(field, format!("{field}: {problem}")))?;
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let mut rule = rule.cloned();
    if let Some(rule) = rule.as_mut() {
        if rule.current_revision {
            rule.required_revision = knowledge::current(&mut tx).await?;
        }
        rule.lenders = match lenders {
            Some(lenders) => lenders,
            None => {
                store::of_queues(&mut tx, &[queue.0]).await?.pop().map_or_else(Vec::new, |stands| stands.rule.lenders)
            }
        };
        let queues = setup::queues(&mut tx).await?.into_iter().map(|queue| queue.id).collect();
        rule.check_lenders(queue, &queues)?;
    }
    if !store::save(&mut tx, queue, rule.as_ref()).await? {
        return Err(SetupRefused::NotFound("queue"));
    }
    // It begins closed: nobody is told any more that it is open.
    alerts::end_of_queue(&mut tx, OVERFLOW, queue).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("overflow_saved", "queue", Some(queue.0), json!({ "rule": rule }));
    tx.commit().await?;
    Ok(queue)
}

/// Says whether somebody works for a partner, and which revision of the knowledge they have learned.
pub async fn set_partner(
    app: &App,
    subject: &Subject,
    agent: AgentId,
    outsourced: Option<bool>,
    revision: Option<i32>,
) -> Result<AgentId, SetupRefused> {
    subject.require(Permission::Administer)?;
    if revision.is_some_and(|revision| revision < 0) {
        return Err(SetupRefused::Wrong("knowledge_revision", "a revision goes from 0".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    agents::find(&mut tx, agent).await?.ok_or(SetupRefused::NotFound("agent"))?;
    store::set_partner(&mut tx, agent, outsourced, revision).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteAgent { agent }, tenant.0);
    let what = json!({ "outsourced": outsourced, "knowledge_revision": revision });
    tx.audit("partner_set", "agent", Some(agent.0), what);
    tx.commit().await?;
    Ok(agent)
}
