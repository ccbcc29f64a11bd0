//! A customer takes a callback instead of waiting: the place in line is kept.

use super::{ScheduleRefused, checked, look_at, tell};
use crate::{App, authz::Subject, conversations::take_off, inbound::wake};
use chrono::TimeDelta;
use meridian_domain::{
    calendar,
    callback::{Wish, window},
    ids::{ConversationId, ScheduledWorkId, SessionId},
    people::Permission,
    time::Instant,
    work::{Lifecycle, OwnerKind, WorkState},
};
use meridian_store::{
    StoreError, WriteTx,
    conversations::{self, Conversation, Session},
    routing,
    scheduled::{self as store, NewScheduled},
    work::{self, Step, WorkItem},
};
use serde_json::json;

/// Who asks for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The visitor of a web chat, for themselves.
    Visitor,
    /// An agent, for the customer of a conversation.
    Conversation(ConversationId),
}

/// When and why.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// When the customer would like it; else the rest of their day, or the next one.
    pub wish: Option<Wish>,
    /// The customer's zone; when not given the one known of them, else the tenant's.
    pub time_zone: Option<&'a str>,
    /// What it is about.
    pub note: &'a str,
}

/// A callback that is wanted for work that waits, under the lock of its conversation.
pub(crate) struct Wanted<'a> {
    pub conversation: &'a Conversation,
    pub session: &'a Session,
    pub asked: Asked<'a>,
}

/// Takes a callback instead of waiting. Inside its window the work goes on waiting at its place; before, it is put aside
/// and returns to that place. The customer need not stay.
pub async fn request_callback(
    app: &App,
    subject: &Subject,
    caller: Caller,
    asked: Asked<'_>,
) -> Result<ScheduledWorkId, ScheduleRefused> {
    let session = match caller {
        Caller::Visitor => subject.visitor_session(),
        Caller::Conversation(_) => {
            subject.require(Permission::HandleWork)?;
            None
        }
    };
    let mut tx = app.db.write(subject.scope()).await?;
    let id = match (caller, session) {
        (Caller::Conversation(id), _) => id,
        (Caller::Visitor, Some(session)) => {
            let session = conversations::session(&mut tx, session).await?;
            session.ok_or(ScheduleRefused::NotFound("conversation"))?.conversation
        }
        (Caller::Visitor, None) => return Err(ScheduleRefused::NotFound("conversation")),
    };
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(ScheduleRefused::NotFound("conversation"))?;
    let waiting = waiting(&mut tx, &conversation, session).await?;
    let item = waiting.ok_or(ScheduleRefused::NothingWaits)?;
    let session = conversations::session(&mut tx, item.session).await?.ok_or(ScheduleRefused::NothingWaits)?;
    let wanted = Wanted { conversation: &conversation, session: &session, asked };
    let id = take_callback(&mut tx, &wanted, &item).await?;
    tx.commit().await?;
    Ok(id)
}

/// The work of a conversation, or of one of its sessions, that waits.
async fn waiting(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: Option<SessionId>,
) -> Result<Option<WorkItem>, StoreError> {
    let open = work::lock_open(tx, conversation.id).await?;
    let waits = |item: &WorkItem| matches!(item.state, WorkState::Queued | WorkState::Offered | WorkState::Parked);
    Ok(open.into_iter().find(|item| waits(item) && session.is_none_or(|session| session == item.session)))
}

/// Keeps a callback for work that waits and is locked.
pub(crate) async fn take_callback(
    tx: &mut WriteTx,
    wanted: &Wanted<'_>,
    item: &WorkItem,
) -> Result<ScheduledWorkId, ScheduleRefused> {
    let note = checked(wanted.asked.note)?;
    let zone = match wanted.asked.time_zone {
        Some(zone) => zone.to_owned(),
        None => store::zone_of(tx, item.session).await?,
    };
    let known = calendar::zone(&zone);
    let known = known.ok_or_else(|| {
        ScheduleRefused::Wrong("time_zone", "time_zone is an IANA name like Europe/Lisbon".to_owned())
    })?;
    let now = routing::now(tx).await?;
    let window = window(now, known, wanted.asked.wish)?;
    let later = window.from > now + TimeDelta::seconds(30);
    let new = NewScheduled {
        kind: "callback",
        session: item.session,
        work: Some(item.id),
        queue: item.queue,
        agent: item.sticky,
        due: !later,
        due_at: window.from,
        until_at: Some(window.until),
        time_zone: known.name(),
        note,
    };
    let id = store::insert(tx, &new).await?.ok_or(ScheduleRefused::Taken)?;
    if later {
        put_aside(tx, item).await?;
    } else if item.state == WorkState::Parked && wanted.conversation.lifecycle == Lifecycle::Snoozed {
        // It is put aside until later than this: it waits in its line from now on.
        wake(tx, wanted.conversation, "callback_due").await?;
    }
    timers(tx, id, later.then_some(window.from), window.until).await?;
    let body = json!({ "type": "callback_agreed", "callback": id.to_string(), "from": window.from,
                       "until": window.until, "time_zone": known.name() });
    tell(tx, wanted.conversation, wanted.session, body).await?;
    tx.audit("callback_agreed", "scheduled_work", Some(id.0), json!({ "work_item": item.id.to_string() }));
    Ok(id)
}

/// Takes work out of its line until its time; the place stays its own.
async fn put_aside(tx: &mut WriteTx, item: &WorkItem) -> Result<(), StoreError> {
    if item.state == WorkState::Parked {
        return Ok(());
    }
    take_off(tx, item, item.sticky, Step::to(WorkState::Parked, "callback")).await?;
    conversations::pass_control(tx, item.session, OwnerKind::Queue, None).await?;
    Ok(())
}

async fn timers(tx: &mut WriteTx, id: ScheduledWorkId, due: Option<Instant>, until: Instant) -> Result<(), StoreError> {
    if let Some(kept) = store::many(tx, &[id.0]).await?.pop() {
        for at in due.into_iter().chain([until]) {
            look_at(tx, &kept, at).await?;
        }
    }
    Ok(())
}
