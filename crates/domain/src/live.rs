//! Live changes: what a subscription is told. A change names what to read again, never its content.

use crate::ids::{AgentId, AlertId, ConversationId, CustomerId, ItemId, OfferId, QueueId, SessionId, WorkItemId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a socket listens to, inside one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// Everything meant for one agent: offers, own conversations, own state.
    Agent(AgentId),
    /// One conversation.
    Conversation(ConversationId),
    /// The floor: agents' states, queues, work.
    Floor,
    /// What a web chat visitor may see of their session.
    Visitor(SessionId),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(id) => write!(f, "agent:{}", id.0.simple()),
            Self::Conversation(id) => write!(f, "conversation:{}", id.0.simple()),
            Self::Floor => f.write_str("floor"),
            Self::Visitor(id) => write!(f, "visitor:{}", id.0.simple()),
        }
    }
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// An offer was made or ended.
    Offer {
        /// The offer.
        offer: OfferId,
    },
    /// A conversation's state, owner or counters changed.
    Conversation {
        /// The conversation.
        conversation: ConversationId,
    },
    /// An item was added or changed (revision, delivery, reaction).
    Item {
        /// The conversation.
        conversation: ConversationId,
        /// The item.
        item: ItemId,
    },
    /// A customer was linked, merged or split.
    Customer {
        /// The customer.
        customer: CustomerId,
    },
    /// An agent's state or load changed.
    Agent {
        /// The agent.
        agent: AgentId,
    },
    /// A work item moved.
    Work {
        /// The item.
        work: WorkItemId,
        /// Its queue.
        queue: QueueId,
    },
    /// What a conversation holds moved to another: whoever looks at it reads it again.
    Reread {
        /// The conversation.
        conversation: ConversationId,
    },
    /// An alert was raised, seen or ended.
    Alert {
        /// The alert.
        alert: AlertId,
    },
    /// A sign-in or role was revoked: sockets of this agent check themselves again.
    Revoked {
        /// The agent.
        agent: AgentId,
    },
}
