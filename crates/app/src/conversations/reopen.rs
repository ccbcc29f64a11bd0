//! Taking back that a conversation was resolved.

use super::{
    steer::{SteerRefused, newest_session, say},
    topics,
};
use crate::{
    App,
    authz::Subject,
    inbound::{Enqueue, enqueue},
    routing::agent_changed,
};
use meridian_domain::{
    ids::{AgentId, ConversationId},
    live::{Change, Topic},
    people::Permission,
    work::{ItemKind, Lifecycle, WorkState},
};
use meridian_store::{
    WriteTx, accounts, aside,
    conversations::{self, Conversation, Session},
    routing, setup,
    work::{self, Step},
};
use serde_json::json;

/// What is said when the customer has begun anew.
const WROTE_AGAIN: &str = "the customer has written again since: go on in their newer conversation";
/// What is said when no queue would take it.
const NO_QUEUE: &str = "its channel account is in no queue: let an administrator choose one first";

/// Opens a resolved conversation again, with its newest session. Whoever still writes it up has it back; else it is the
/// agent's who asks, if they took part in it and have room, and waits in its queue for whoever had it last if not. Who
/// took part in it or a supervisor may; one that is open already stays as it is.
pub async fn reopen(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    expected_version: Option<i32>,
) -> Result<(), SteerRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(SteerRefused::NotFound("conversation"))?;
    if conversation.lifecycle != Lifecycle::Resolved {
        return Ok(());
    }
    if expected_version.is_some_and(|version| version != conversation.version) {
        return Err(SteerRefused::Stale);
    }
    let me = match subject.agent_id() {
        Some(agent) => aside::worked_on(&mut tx, id, agent).await?.then_some(agent),
        None => None,
    };
    if me.is_none() && !subject.may(Permission::SteerFloor) {
        return Err(SteerRefused::NotOwner);
    }
    let session = newest_session(&mut tx, id).await?;
    if !aside::reopen_session(&mut tx, session.id).await? {
        return Err(SteerRefused::Invalid(WROTE_AGAIN.to_owned()));
    }
    let holder = give_back(&mut tx, me, &conversation, &session).await?;
    let session = conversations::hand_over(&mut tx, conversation.id, session.id, holder).await?;
    say(&mut tx, subject, &conversation, &session, ItemKind::State, None, json!({ "type": "reopened" })).await?;
    let mut concerned = topics(&conversation, Some(&session));
    concerned.push(Topic::Floor);
    if let Some(agent) = holder {
        concerned.push(Topic::Agent(agent));
        agent_changed(&mut tx, agent);
    }
    tx.live(&concerned, Change::Conversation { conversation: id });
    let had = json!({ "agent": holder.map(|agent| agent.to_string()) });
    tx.audit("conversation_reopened", "conversation", Some(id.0), had);
    Ok(tx.commit().await?)
}

/// Finds the session somebody to work on it; who that is, or nobody yet.
async fn give_back(
    tx: &mut WriteTx,
    me: Option<AgentId>,
    conversation: &Conversation,
    session: &Session,
) -> Result<Option<AgentId>, SteerRefused> {
    let open = work::lock_open(tx, conversation.id).await?;
    if let Some(item) = open.iter().find(|item| item.session == session.id && item.state == WorkState::Wrapping) {
        work::transition(tx, item, Step { agent: item.agent, ..Step::to(WorkState::Active, "reopened") }).await?;
        tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
        return Ok(item.agent);
    }
    let queue = match conversation.queue {
        Some(queue) if setup::in_use(tx, queue).await? => queue,
        _ => accounts::way(tx, session.account)
            .await?
            .map(|way| way.queue)
            .ok_or_else(|| SteerRefused::Invalid(NO_QUEUE.to_owned()))?,
    };
    let sticky = match me {
        Some(agent) => Some(agent),
        None => work::last_held_by(tx, conversation.id).await?,
    };
    let branch = conversation.branch;
    let request = Enqueue { queue, branch, sticky, language: None, spoken: None, promised: true, reason: "reopened" };
    enqueue(tx, session, &request).await?;
    aside::set_queue(tx, conversation.id, queue).await?;
    let open = work::lock_open(tx, conversation.id).await?;
    let item = open.into_iter().find(|item| item.session == session.id).ok_or(SteerRefused::Stale)?;
    tx.live(&[Topic::Floor], Change::Work { work: item.id, queue });
    match me {
        Some(agent) if work::give(tx, &item, agent, "reopened").await? => {
            routing::insert_assigned(tx, &item, agent).await?;
            Ok(Some(agent))
        }
        _ => Ok(None),
    }
}
