//! The time of a callback or of later work has come, or is over.

use super::{look_at, tell};
use crate::{
    App,
    authz::Subject,
    bots::bot_loses,
    conversations::{close, say, written_up},
    inbound::{Enqueue, enqueue, wake},
    routing::{agent_changed, rescind_for},
};
use chrono::TimeDelta;
use meridian_domain::{
    actor::Actor,
    ids::{ScheduledWorkId, TenantId},
    jobs::Job,
    live::{Change, Topic},
    work::{Lifecycle, WorkState},
};
use meridian_store::{
    StoreError, WriteTx, aside,
    conversations::{self, Conversation, Session},
    line, routing,
    scheduled::{self as store, Scheduled},
    work::{self, Step, WorkItem},
};
use serde_json::json;

/// What customers are told whom nobody could call, in the language of their locale.
const GIVEN_UP: &str =
    "We are sorry that we could not reach you at the agreed time. Write to us and we will be there for you.";
const GIVEN_UP_ZH: &str = "很抱歉,我们未能在约定的时间联系到您。请随时给我们留言,我们会尽快为您服务。";

/// Looks at a callback or later work: what is due waits in its queue, what is over ends. Doing it again changes nothing;
/// too early, it looks again when the time has come.
pub async fn turn(app: &App, tenant: TenantId, id: ScheduledWorkId) -> Result<bool, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(found) = store::many(&mut tx, &[id.0]).await?.pop() else { return Ok(false) };
    // Locks go conversation first everywhere.
    let Some(conversation) = conversations::lock(&mut tx, found.conversation).await? else { return Ok(false) };
    let Some(scheduled) = store::lock(&mut tx, id).await? else { return Ok(false) };
    let Some(session) = conversations::session(&mut tx, scheduled.session).await? else { return Ok(false) };
    if !scheduled.open() {
        // Its work ended by itself.
        store::end(&mut tx, id, "done").await?;
        tx.commit().await?;
        return Ok(false);
    }
    let now = routing::now(&mut tx).await?;
    if scheduled.until_at.is_some_and(|until| until <= now) {
        over(&mut tx, &conversation, &session, &scheduled).await?;
    } else if scheduled.state == "waiting" && scheduled.due_at <= now {
        due(&mut tx, conversation, session, &scheduled).await?;
    } else if scheduled.state == "waiting" {
        look_at(&mut tx, &scheduled, scheduled.due_at).await?;
    }
    tx.commit().await?;
    Ok(true)
}

async fn due(
    tx: &mut WriteTx,
    conversation: Conversation,
    session: Session,
    scheduled: &Scheduled,
) -> Result<(), StoreError> {
    let tenant = tx.scope().tenant();
    let work = match scheduled.work {
        Some(work) => {
            let parked = work::lock(tx, work).await?.filter(|item| item.state == WorkState::Parked);
            if let Some(item) = parked {
                work::redirect(tx, work, item.queue, scheduled.agent).await?;
                if conversation.lifecycle == Lifecycle::Snoozed {
                    wake(tx, &conversation, "callback_due").await?;
                }
                work::transition(tx, &item, Step::to(WorkState::Queued, "callback_due")).await?;
                tx.job(&Job::RouteWork { work }, tenant.0);
                tx.live(&[Topic::Floor], Change::Work { work, queue: item.queue });
            }
            Some(work)
        }
        None => task(tx, &conversation, &session, scheduled).await?,
    };
    store::set_due(tx, scheduled.id, work).await?;
    let body = json!({ "type": format!("{}_due", scheduled.kind), "scheduled": scheduled.id.to_string(),
                       "note": scheduled.note });
    tell(tx, &conversation, &session, body).await
}

/// Work of a task that is due: in its conversation, which opens again when it was resolved or put aside. Where somebody
/// has the conversation already it is their work that goes on; who only writes it up is done with that.
async fn task(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &Session,
    scheduled: &Scheduled,
) -> Result<Option<meridian_domain::ids::WorkItemId>, StoreError> {
    let mut session = session.clone();
    let mut parked = None;
    for item in work::lock_open(tx, conversation.id).await? {
        match item.state {
            WorkState::Wrapping if item.session == session.id => written_up(tx, &item, "task_due").await?,
            WorkState::Parked if item.session == session.id => parked = Some(item.id),
            _ => {}
        }
    }
    if session.closed_at.is_some() {
        let open = store::reopen(tx, session.id).await?;
        let found = conversations::session(tx, open).await?;
        session = found.unwrap_or(session);
    }
    let here = session.conversation == conversation.id;
    if here && conversation.lifecycle == Lifecycle::Snoozed {
        // Put aside until later than this: it waits again now, for whom the task is.
        if let Some(work) = parked {
            work::redirect(tx, work, scheduled.queue, scheduled.agent).await?;
            aside::set_queue(tx, conversation.id, scheduled.queue).await?;
        }
        wake(tx, conversation, "task_due").await?;
    }
    let request = Enqueue {
        queue: scheduled.queue,
        branch: conversation.branch,
        sticky: scheduled.agent,
        language: None,
        spoken: None,
        promised: true,
        reason: "scheduled",
    };
    let before = line::open_of_session(tx, session.id).await?;
    if before.is_none() {
        if here {
            people_take(tx, &session).await?;
            aside::set_queue(tx, conversation.id, scheduled.queue).await?;
        }
        enqueue(tx, &session, &request).await?;
    }
    line::open_of_session(tx, session.id).await
}

/// A session goes to people; the bot that held it is told.
async fn people_take(tx: &mut WriteTx, session: &Session) -> Result<(), StoreError> {
    bot_loses(tx, session, "task_due").await?;
    conversations::hand_over(tx, session.conversation, session.id, None).await?;
    Ok(())
}

/// The time of a callback is over. One that somebody has in hand just now is left for a while.
async fn over(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &Session,
    scheduled: &Scheduled,
) -> Result<(), StoreError> {
    let item = match scheduled.work {
        Some(work) => work::lock(tx, work).await?,
        None => None,
    };
    if item.as_ref().is_some_and(|item| matches!(item.state, WorkState::Active | WorkState::Wrapping)) {
        let later = routing::now(tx).await? + TimeDelta::minutes(10);
        return look_at(tx, scheduled, later).await;
    }
    give_up(tx, conversation, session, scheduled, item.as_ref()).await
}

/// Ends a callback that could not be made: the customer is told, and the conversation ends unless more of it is open.
pub(super) async fn give_up(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &Session,
    scheduled: &Scheduled,
    item: Option<&WorkItem>,
) -> Result<(), StoreError> {
    store::end(tx, scheduled.id, "expired").await?;
    if let Some(item) = item.filter(|item| item.state.open()) {
        if item.state == WorkState::Offered {
            rescind_for(tx, item.id, "callback_expired").await?;
        }
        let step = Step { outcome: Some("callback_expired"), ..Step::to(WorkState::Cancelled, "callback_expired") };
        work::transition(tx, item, step).await?;
        let tenant = tx.scope().tenant();
        tx.job(&Job::RouteWork { work: item.id }, tenant.0);
        if let Some(agent) = item.agent {
            agent_changed(tx, agent);
        }
        tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
    }
    let chinese = store::locale_of(tx, session.id).await?.is_some_and(|locale| locale.starts_with("zh"));
    let text = if chinese { GIVEN_UP_ZH } else { GIVEN_UP };
    say(tx, conversation, session, Actor::System, text, &[], None).await?;
    let body = json!({ "type": "callback_expired", "callback": scheduled.id.to_string(),
                       "attempts": scheduled.attempts });
    tell(tx, conversation, session, body).await?;
    if work::lock_open(tx, conversation.id).await?.is_empty() && conversation.lifecycle != Lifecycle::Resolved {
        let sessions = conversations::sessions(tx, &[conversation.id.0]).await?;
        close(tx, conversation, &sessions, Actor::System, "callback_expired").await?;
    }
    tx.audit("callback_expired", "scheduled_work", Some(scheduled.id.0), json!({}));
    Ok(())
}
