//! Callbacks instead of waiting, and work that is due later. What is due is a row; the timers only say when to look.

mod attempt;
mod callback;
mod task;
mod turn;

pub use attempt::{Tried, record_attempt};
pub use callback::{Asked, Caller, request_callback};
pub(crate) use callback::{Wanted, take_callback};
pub use task::{NewTask, cancel_scheduled, schedule_work};
pub use turn::turn;

use crate::{authz::Forbidden, conversations::topics};
use meridian_domain::{
    callback::InvalidWindow,
    jobs::Job,
    live::{Change, Topic},
    time::Instant,
    work::ItemKind,
};
use meridian_store::{
    StoreError, WriteTx,
    conversations::{Conversation, Session},
    items::{self, NewItem},
    routing,
    scheduled::Scheduled,
};
use serde_json::Value;

/// Why a callback or later work was not taken, tried or taken back.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such conversation, queue, agent or callback.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Nothing of the customer's waits: somebody has it, or it is over.
    #[error("nothing waits here: somebody answers already, or it is over")]
    NothingWaits,
    /// There is a callback already.
    #[error("a callback is agreed already: take it back first to choose another time")]
    Taken,
    /// It is over.
    #[error("this is over already")]
    Over,
    /// Somebody else has the work.
    #[error("only who has the work, or a supervisor, may do this")]
    NotHolder,
    /// The time cannot be kept.
    #[error(transparent)]
    Window(#[from] InvalidWindow),
    /// The value of one field breaks a rule, told in words.
    #[error("{1}")]
    Wrong(&'static str, String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ScheduleRefused {
    /// The field of the input that is meant, in the words of the code.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Window(window) => Some(window.field),
            Self::Wrong(field, _) => Some(field),
            Self::NotFound("queue") => Some("queue_id"),
            Self::NotFound("agent") => Some("agent_id"),
            Self::NotFound("conversation") => Some("conversation_id"),
            Self::NotFound(_) => Some("scheduled_work_id"),
            _ => None,
        }
    }
}

/// Longest note, characters.
const LONGEST: usize = 1000;

fn checked(note: &str) -> Result<&str, ScheduleRefused> {
    let note = note.trim();
    if note.chars().count() > LONGEST {
        return Err(ScheduleRefused::Wrong("note", "a note has at most 1,000 characters".to_owned()));
    }
    Ok(note)
}

/// Looks at it again at a moment. The timer is durable; one that comes early looks again.
async fn look_at(tx: &mut WriteTx, scheduled: &Scheduled, at: Instant) -> Result<(), StoreError> {
    let seconds = (at - routing::now(tx).await?).as_seconds_f64().max(0.0);
    tx.job_in(&Job::ScheduledTurn { scheduled: scheduled.id }, scheduled.id.0, seconds);
    Ok(())
}

/// Says in the timeline what happened, and tells who looks.
async fn tell(tx: &mut WriteTx, conversation: &Conversation, session: &Session, body: Value) -> Result<(), StoreError> {
    let new = NewItem {
        conversation: conversation.id,
        ..NewItem::notice(session, ItemKind::State, tx.scope().actor(), body)
    };
    let item = items::append(tx, new).await?;
    let mut concerned = topics(conversation, Some(session));
    concerned.push(Topic::Floor);
    tx.live(&concerned, Change::Item { conversation: conversation.id, item });
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    Ok(())
}
