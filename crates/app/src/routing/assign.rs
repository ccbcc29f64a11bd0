//! Supervisors give work by hand: to an agent, or to themselves (pull).

use super::rescind_for;
use crate::{
    App,
    authz::{Forbidden, Subject},
    conversations::topics,
};
use meridian_domain::{
    ids::{AgentId, ConversationId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
    work::{ItemKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx, agents, capacity, conversations,
    items::{self, NewItem},
    routing,
    work::{self, Step, WorkItem},
};
use serde_json::json;

/// Why work was not given.
#[derive(Debug, thiserror::Error)]
pub enum AssignRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such work item or agent.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It ended, or its agent is writing it up.
    #[error("this work is over")]
    Over,
    /// No room: capacity holds by hand as well.
    #[error("this agent has no room for it: take something off them first, or raise their capacity")]
    Full,
    /// They hold it.
    #[error("this agent has it already")]
    Mine,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives work to an agent at once, without asking them; `None` gives it to the supervisor who acts. Whoever had it is
/// freed. Capacity holds, unless it is told to go `beyond`: then the audit log says so.
pub async fn assign(
    app: &App,
    subject: &Subject,
    id: WorkItemId,
    to: Option<AgentId>,
    beyond: bool,
) -> Result<ConversationId, AssignRefused> {
    subject.require(Permission::SteerFloor)?;
    let to = to.or(subject.agent_id()).ok_or(AssignRefused::NotFound("agent"))?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = agents::find(&mut tx, to).await?.filter(|agent| agent.active && agent.role.may(Permission::HandleWork));
    found.ok_or(AssignRefused::NotFound("agent"))?;
    // Locks go conversation first everywhere.
    let conversation = conversations::lock_of_work(&mut tx, id).await?.ok_or(AssignRefused::NotFound("work item"))?;
    let mut item = work::lock(&mut tx, id).await?.ok_or(AssignRefused::NotFound("work item"))?;
    let before = item.agent;
    match item.state {
        WorkState::Active if before == Some(to) => return Err(AssignRefused::Mine),
        WorkState::Queued | WorkState::Parked => {}
        WorkState::Offered | WorkState::Active => item = free(&mut tx, &item).await?,
        _ => return Err(AssignRefused::Over),
    }
    let fits = work::give(&mut tx, &item, to, "assigned").await?;
    let given = fits || (beyond && capacity::give_beyond(&mut tx, &item, to, "assigned").await?);
    if !given {
        return Err(AssignRefused::Full);
    }
    let session = conversations::hand_over(&mut tx, conversation.id, item.session, Some(to)).await?;
    let decision = routing::insert_assigned(&mut tx, &item, to).await?;
    let new = NewItem::notice(
        &session,
        ItemKind::Routing,
        subject.scope().actor(),
        json!({ "type": "assigned", "decision": decision.to_string(), "agent": to.to_string(),
                      "from": before.map(|agent| agent.to_string()) }),
    );
    let said = items::append(&mut tx, new).await?;
    let mut concerned = topics(&conversation, Some(&session));
    concerned.extend([Topic::Agent(to), Topic::Floor]);
    concerned.extend(before.map(Topic::Agent));
    tx.live(&concerned, Change::Item { conversation: conversation.id, item: said });
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteWork { work: item.id }, tenant.0);
    for agent in [Some(to), before].into_iter().flatten() {
        tx.job(&Job::RouteAgent { agent }, tenant.0);
    }
    tx.audit("work_assigned", "work_item", Some(id.0), json!({ "agent": to.to_string(), "beyond_capacity": !fits }));
    tx.commit().await?;
    Ok(conversation.id)
}

/// Takes work off whoever holds it: it waits, with its place.
async fn free(tx: &mut WriteTx, item: &WorkItem) -> Result<WorkItem, AssignRefused> {
    if item.state == WorkState::Offered {
        rescind_for(tx, item.id, "assigned").await?;
    }
    work::transition(tx, item, Step::to(WorkState::Queued, "assigned")).await?;
    work::lock(tx, item.id).await?.ok_or(AssignRefused::NotFound("work item"))
}
