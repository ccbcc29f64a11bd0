//! An agent is done: sessions close, work is written up, capacity comes back.

use super::topics;
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    actor::Actor,
    ids::{BotId, ConversationId, TenantId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    people::Permission,
    work::{ItemKind, Lifecycle, OwnerKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx, bots,
    conversations::{self, Conversation, Session},
    items::{self, NewItem},
    setup,
    work::{self, Step, WorkItem},
};
use serde_json::json;

/// Why it was not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such conversation.
    #[error("no such conversation")]
    NotFound,
    /// It changed since it was read.
    #[error("the conversation changed meanwhile: look again")]
    Stale,
    /// Somebody else owns it.
    #[error("only its owner or a supervisor may resolve it")]
    NotOwner,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Resolves a conversation, with a wrap-up code.
pub async fn resolve(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    expected_version: Option<i32>,
    disposition: &str,
) -> Result<(), ResolveRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(ResolveRefused::NotFound)?;
    if conversation.lifecycle == Lifecycle::Resolved {
        return Ok(());
    }
    if expected_version.is_some_and(|version| version != conversation.version) {
        return Err(ResolveRefused::Stale);
    }
    let mine = conversation.owner_agent.is_some() && conversation.owner_agent == subject.agent_id();
    if !mine && !subject.may(Permission::SteerFloor) {
        return Err(ResolveRefused::NotOwner);
    }
    let queues = setup::queues(&mut tx).await?;
    for item in work::lock_open(&mut tx, id).await? {
        let wrap = queues.iter().find(|queue| queue.id == item.queue).map_or(0, |queue| queue.wrap_up_seconds);
        finish(&mut tx, &item, wrap, disposition).await?;
    }
    let sessions = conversations::sessions(&mut tx, &[id.0]).await?;
    close(&mut tx, &conversation, &sessions, subject.scope().actor(), disposition).await?;
    tx.commit().await?;
    Ok(())
}

/// Closes a conversation and its sessions; bots that hold one are told. The conversation is locked, its work is done.
pub(crate) async fn close(
    tx: &mut WriteTx,
    conversation: &Conversation,
    sessions: &[Session],
    actor: Actor,
    disposition: &str,
) -> Result<(), StoreError> {
    for session in sessions.iter().filter(|s| s.closed_at.is_none() && s.control == OwnerKind::Bot) {
        if let Some(bot) = session.control_id {
            let event = bots::insert_event(tx, BotId(bot), session.id, "session.closed", &json!({})).await?;
            tx.job(&Job::BotEvent { event }, session.id.0);
        }
    }
    conversations::close_sessions(tx, conversation.id).await?;
    if let Some(session) = sessions.first() {
        let new = NewItem {
            conversation: conversation.id,
            session: None,
            party: session.party,
            kind: ItemKind::State,
            actor,
            provider_at: None,
            text: None,
            body: json!({ "type": "resolved", "disposition": disposition }),
            activity: false,
            external: None,
            understood: None,
        };
        let item = items::append(tx, new).await?;
        tx.live(&topics(conversation, Some(session)), Change::Item { conversation: conversation.id, item });
    }
    conversations::set_state(tx, conversation.id, Lifecycle::Resolved, OwnerKind::None, None).await?;
    tx.live(&topics(conversation, None), Change::Conversation { conversation: conversation.id });
    tx.audit("conversation_resolved", "conversation", Some(conversation.id.0), json!({ "disposition": disposition }));
    Ok(())
}

/// Ends a piece of work: through wrap-up when it was worked on and the queue asks for it.
async fn finish(tx: &mut WriteTx, item: &WorkItem, wrap_up_seconds: i32, disposition: &str) -> Result<(), StoreError> {
    let (tenant, outcome) = (tx.scope().tenant(), Some(disposition));
    match item.state {
        WorkState::Active if wrap_up_seconds > 0 => {
            let (agent, time) = (item.agent, Some(wrap_up_seconds));
            let step = Step { agent, outcome, wrap_up_seconds: time, ..Step::to(WorkState::Wrapping, "resolved") };
            work::transition(tx, item, step).await?;
            tx.job_in(&Job::WrapUpEnd { work: item.id }, item.id.0, f64::from(wrap_up_seconds));
        }
        WorkState::Wrapping => {}
        state => {
            if state == WorkState::Offered {
                crate::routing::rescind_for(tx, item.id, "resolved").await?;
            }
            let to = if item.state == WorkState::Active { WorkState::Done } else { WorkState::Cancelled };
            work::transition(tx, item, Step { outcome, ..Step::to(to, "resolved") }).await?;
            tx.job(&Job::RouteWork { work: item.id }, tenant.0);
            if let Some(agent) = item.agent {
                tx.job(&Job::RouteAgent { agent }, tenant.0);
                tx.live(&[Topic::Agent(agent), Topic::Floor], Change::Agent { agent });
            }
        }
    }
    Ok(())
}

/// The time for writing up is over: capacity comes back.
pub async fn wrap_up_end(app: &App, tenant: TenantId, id: WorkItemId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(item) = work::lock(&mut tx, id).await?.filter(|item| item.state == WorkState::Wrapping) else {
        return Ok(());
    };
    written_up(&mut tx, &item).await?;
    tx.commit().await
}

/// Whoever writes a conversation up is done with it before the time is over, or a supervisor says so.
pub async fn end_wrap_up(app: &App, subject: &Subject, id: ConversationId) -> Result<(), ResolveRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(ResolveRefused::NotFound)?;
    for item in work::lock_open(&mut tx, id).await? {
        if item.state != WorkState::Wrapping {
            continue;
        }
        if item.agent != subject.agent_id() && !subject.may(Permission::SteerFloor) {
            return Err(ResolveRefused::NotOwner);
        }
        written_up(&mut tx, &item).await?;
    }
    tx.live(&topics(&conversation, None), Change::Conversation { conversation: id });
    Ok(tx.commit().await?)
}

async fn written_up(tx: &mut WriteTx, item: &WorkItem) -> Result<(), StoreError> {
    let tenant = tx.scope().tenant();
    work::transition(tx, item, Step::to(WorkState::Done, "wrapped_up")).await?;
    tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
    if let Some(agent) = item.agent {
        tx.job(&Job::RouteAgent { agent }, tenant.0);
        tx.live(&[Topic::Agent(agent), Topic::Floor], Change::Agent { agent });
    }
    Ok(())
}
