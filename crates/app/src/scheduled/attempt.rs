//! What came of an attempt to reach a customer who asked for a callback.

use super::{ScheduleRefused, checked, look_at, tell, turn::give_up};
use crate::{App, authz::Subject, conversations::take_off};
use meridian_domain::{
    callback::{Attempt, Next, after},
    ids::ScheduledWorkId,
    people::Permission,
    time::Instant,
    work::WorkState,
};
use meridian_store::{
    conversations, routing,
    scheduled::{self as store, Scheduled},
    work::{self, Step},
};
use serde_json::json;

/// What an attempt led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// When it is tried again.
    pub again_at: Option<Instant>,
}

/// Notes what came of an attempt by who has the work. Whoever was not reached is tried again inside the window, with the
/// place kept and the same agent asked first; after the last attempt the customer gets a message.
pub async fn record_attempt(
    app: &App,
    subject: &Subject,
    id: ScheduledWorkId,
    outcome: Attempt,
    note: &str,
) -> Result<Tried, ScheduleRefused> {
    subject.require(Permission::HandleWork)?;
    let note = checked(note)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = store::many(&mut tx, &[id.0]).await?.pop().filter(Scheduled::is_callback);
    let found = found.ok_or(ScheduleRefused::NotFound("callback"))?;
    let conversation = conversations::lock(&mut tx, found.conversation).await?;
    let conversation = conversation.ok_or(ScheduleRefused::NotFound("callback"))?;
    let scheduled = store::lock(&mut tx, id).await?.filter(Scheduled::open).ok_or(ScheduleRefused::Over)?;
    let session = conversations::session(&mut tx, scheduled.session).await?.ok_or(ScheduleRefused::Over)?;
    let work = scheduled.work.ok_or(ScheduleRefused::Over)?;
    let item = work::lock(&mut tx, work).await?.ok_or(ScheduleRefused::Over)?;
    let mine = item.state == WorkState::Active && item.agent == subject.agent_id();
    if item.state != WorkState::Active || !(mine || subject.may(Permission::SteerFloor)) {
        return Err(ScheduleRefused::NotHolder);
    }
    let number = store::insert_attempt(&mut tx, id, outcome, note).await?;
    let now = routing::now(&mut tx).await?;
    let body = json!({ "type": "callback_attempt", "callback": id.to_string(), "number": number,
                       "outcome": outcome.code() });
    tell(&mut tx, &conversation, &session, body).await?;
    let next = after(outcome, number, now, scheduled.until_at.unwrap_or(now));
    match next {
        Next::Done => store::end(&mut tx, id, "done").await?,
        Next::Again(at) => {
            take_off(&mut tx, &item, item.agent, Step::to(WorkState::Parked, "callback_again")).await?;
            conversations::hand_over(&mut tx, conversation.id, item.session, None).await?;
            store::again(&mut tx, id, at, item.agent).await?;
            look_at(&mut tx, &scheduled, at).await?;
        }
        Next::Over => give_up(&mut tx, &conversation, &session, &scheduled, Some(&item)).await?,
    }
    tx.audit("callback_attempt", "scheduled_work", Some(id.0), json!({ "outcome": outcome.code(), "number": number }));
    tx.commit().await?;
    Ok(Tried { again_at: if let Next::Again(at) = next { Some(at) } else { None } })
}
