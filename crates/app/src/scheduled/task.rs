//! Work that is due later, for a queue or for somebody; and taking back what was scheduled.

use super::{ScheduleRefused, checked, look_at, tell};
use crate::{App, authz::Subject};
use chrono::TimeDelta;
use meridian_domain::{
    ids::{AgentId, ConversationId, QueueId, ScheduledWorkId},
    jobs::Job,
    people::Permission,
    time::Instant,
    work::{Lifecycle, WorkState},
};
use meridian_store::{
    conversations, routing,
    scheduled::{self as store, NewScheduled, Scheduled},
    setup,
    work::{self, Step},
};
use serde_json::json;

/// Furthest time.
const FURTHEST: TimeDelta = TimeDelta::days(366);

/// Work that is due later.
#[derive(Debug, Clone, Copy)]
pub struct NewTask<'a> {
    /// The conversation it is about.
    pub conversation: ConversationId,
    /// When.
    pub due_at: Instant,
    /// Where it waits then; when not given where the conversation's work waits, or a queue of the agent.
    pub queue: Option<QueueId>,
    /// Who is asked first.
    pub agent: Option<AgentId>,
    /// What it is about.
    pub note: &'a str,
}

/// Schedules work of a conversation: when it is due it waits in its queue like any other, also when the conversation was
/// resolved meanwhile.
pub async fn schedule_work(app: &App, subject: &Subject, new: NewTask<'_>) -> Result<ScheduledWorkId, ScheduleRefused> {
    subject.require(Permission::HandleWork)?;
    let note = checked(new.note)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let conversation = conversations::lock(&mut tx, new.conversation).await?;
    let conversation = conversation.ok_or(ScheduleRefused::NotFound("conversation"))?;
    let wait = new.due_at - routing::now(&mut tx).await?;
    if wait < TimeDelta::seconds(1) || wait > FURTHEST {
        return Err(ScheduleRefused::Wrong("due_at", "choose a time from now to a year from now".to_owned()));
    }
    let agent = match new.agent {
        Some(id) => {
            Some(routing::agents(&mut tx, Some(&[id.0])).await?.pop().ok_or(ScheduleRefused::NotFound("agent"))?)
        }
        None => None,
    };
    let known = setup::queues(&mut tx).await?;
    let theirs = |queue: &QueueId| agent.as_ref().is_none_or(|agent| agent.queues.contains(queue));
    let queue = match new.queue {
        Some(queue) if known.iter().all(|row| row.id != queue) => return Err(ScheduleRefused::NotFound("queue")),
        Some(queue) => Some(queue),
        None => conversation
            .queue
            .filter(|queue| known.iter().any(|row| row.id == *queue) && theirs(queue))
            .or_else(|| agent.as_ref()?.queues.first().copied()),
    };
    let queue = queue.ok_or_else(|| {
        ScheduleRefused::Wrong(
            "queue_id",
            "nobody says where it waits: give a queue, or somebody who works in one".to_owned(),
        )
    })?;
    let session = conversations::sessions(&mut tx, &[new.conversation.0]).await?.into_iter().next();
    let session = session.ok_or(ScheduleRefused::NotFound("conversation"))?;
    let zone = store::zone_of(&mut tx, session.id).await?;
    let kept = NewScheduled {
        kind: "task",
        session: session.id,
        work: None,
        queue,
        agent: new.agent,
        due: false,
        due_at: new.due_at,
        until_at: None,
        time_zone: &zone,
        note,
    };
    let id = store::insert(&mut tx, &kept).await?.ok_or(ScheduleRefused::Taken)?;
    if let Some(kept) = store::many(&mut tx, &[id.0]).await?.pop() {
        look_at(&mut tx, &kept, new.due_at).await?;
    }
    let body = json!({ "type": "work_scheduled", "scheduled": id.to_string(), "due_at": new.due_at,
                       "queue": queue.to_string(), "agent": new.agent.map(|agent| agent.to_string()) });
    tell(&mut tx, &conversation, &session, body).await?;
    tx.audit("work_scheduled", "scheduled_work", Some(id.0), json!({ "due_at": new.due_at }));
    tx.commit().await?;
    Ok(id)
}

/// Takes back a callback or work that is due later. The work of a callback goes on waiting at its place, or stays aside
/// with its conversation.
pub async fn cancel_scheduled(app: &App, subject: &Subject, id: ScheduledWorkId) -> Result<(), ScheduleRefused> {
    let visitor = subject.visitor_session();
    if visitor.is_none() {
        subject.require(Permission::HandleWork)?;
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let theirs = |found: &Scheduled| visitor.is_none_or(|session| found.session == session && found.is_callback());
    let found = store::many(&mut tx, &[id.0]).await?.pop().filter(theirs);
    let found = found.ok_or(ScheduleRefused::NotFound("scheduled work"))?;
    let conversation = conversations::lock(&mut tx, found.conversation).await?;
    let conversation = conversation.ok_or(ScheduleRefused::NotFound("scheduled work"))?;
    let scheduled = store::lock(&mut tx, id).await?.filter(Scheduled::open).ok_or(ScheduleRefused::Over)?;
    let session = conversations::session(&mut tx, scheduled.session).await?.ok_or(ScheduleRefused::Over)?;
    store::end(&mut tx, id, "cancelled").await?;
    if let Some(work) = scheduled.work
        && let Some(item) = work::lock(&mut tx, work).await?
        && item.state == WorkState::Parked
        && scheduled.is_callback()
        && conversation.lifecycle != Lifecycle::Snoozed
    {
        work::transition(&mut tx, &item, Step::to(WorkState::Queued, "callback_cancelled")).await?;
        let tenant = tx.scope().tenant();
        tx.job(&Job::RouteWork { work }, tenant.0);
    }
    let body = json!({ "type": format!("{}_cancelled", scheduled.kind), "scheduled": id.to_string() });
    tell(&mut tx, &conversation, &session, body).await?;
    tx.audit("scheduled_work_cancelled", "scheduled_work", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}
