//! States of work items and offers.

use serde::{Deserialize, Serialize};

/// Most characters of what somebody writes: a message, a note, a canned text.
pub const LONGEST_TEXT: usize = 10_000;

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)* }

        impl $name {
            /// Every state.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stored text.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// Read back from the database.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

states! {
    /// What is routed, from arrival to done.
    WorkState {
        /// Waits in its queue.
        Queued = "queued",
        /// Shown to one agent.
        Offered = "offered",
        /// One agent works on it.
        Active = "active",
        /// Done with the customer, being written up; still counts against capacity.
        Wrapping = "wrapping",
        /// Put aside until a reply or a time.
        Parked = "parked",
        /// Finished.
        Done = "done",
        /// Sent to an outsourced pool.
        Overflowed = "overflowed",
        /// The customer left before an answer.
        Abandoned = "abandoned",
        /// Withdrawn.
        Cancelled = "cancelled",
    }
}

impl WorkState {
    /// Whether the item still needs somebody.
    pub fn open(self) -> bool {
        matches!(self, Self::Queued | Self::Offered | Self::Active | Self::Wrapping | Self::Parked)
    }
}

states! {
    /// Work shown to one agent.
    OfferState {
        /// On the agent's screen.
        Pending = "pending",
        /// Taken.
        Accepted = "accepted",
        /// Refused by the agent.
        Declined = "declined",
        /// Not answered in time.
        Expired = "expired",
        /// Withdrawn (the customer left, a supervisor pulled it, the agent's link was lost).
        Rescinded = "rescinded",
    }
}

states! {
    /// Who owns a conversation now.
    OwnerKind {
        /// Nobody yet.
        None = "none",
        /// The tenant's bot talks.
        Bot = "bot",
        /// It waits for people.
        Queue = "queue",
        /// An agent has it.
        Agent = "agent",
    }
}

states! {
    /// Lifecycle of a conversation, apart from who owns it.
    Lifecycle {
        /// Going on.
        Open = "open",
        /// Out of sight until a reply or a time.
        Snoozed = "snoozed",
        /// Finished; a later message opens a new one.
        Resolved = "resolved",
    }
}

states! {
    /// What an entry of the timeline is.
    ItemKind {
        /// Words to or from the customer.
        Message = "message",
        /// Words among agents.
        Note = "note",
        /// A bot handed over.
        Handoff = "handoff",
        /// Why work went where it went.
        Routing = "routing",
        /// Lifecycle or ownership changed.
        State = "state",
        /// Something to know (unsupported content, delivery trouble).
        Notice = "notice",
        /// A place left by a message that moved to another conversation.
        Moved = "moved",
    }
}
