//! Checklists of next steps: kept by supervisors, followed by whoever holds a conversation.

mod follow;
mod keep;

pub use follow::{Shown, Tick, answer, shown, tick};
pub(crate) use follow::{leave_open, left_open};
pub use keep::{NewChecklist, archive, save};

use crate::authz::Forbidden;
use meridian_domain::checklist::Wrong;
use meridian_store::StoreError;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum ChecklistRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such checklist, conversation or step.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A value breaks a rule.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// It changed since it was read.
    #[error("it changed meanwhile: look again")]
    Stale,
    /// One of its intents was given to another one meanwhile.
    #[error("another checklist has one of these intents")]
    Taken,
    /// It stands otherwise.
    #[error("{0}")]
    State(&'static str),
    /// Somebody else owns the conversation.
    #[error("only its owner or a supervisor may do this")]
    NotOwner,
    /// The conversation is resolved.
    #[error("the conversation is resolved")]
    Resolved,
    /// The database.
    #[error("{0}")]
    Store(StoreError),
}

impl ChecklistRefused {
    /// The field of the input that is meant, a path like `steps.2.text`.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Wrong(wrong) => Some(&wrong.place),
            Self::Taken => Some("intents"),
            _ => None,
        }
    }
}

impl From<StoreError> for ChecklistRefused {
    fn from(error: StoreError) -> Self {
        if error.violates("checklist_intent_pkey") { Self::Taken } else { Self::Store(error) }
    }
}
