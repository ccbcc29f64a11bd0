//! Live changes: what a subscription is told. A change names what to read again, never its content. Signs pass: they
//! have no place in the stream, and whoever did not listen never hears of them.

use crate::ids::{
    AgentId, AlertId, ConversationId, CustomerId, ItemId, OfferId, QueueId, ReplyDraftId, SessionId, WorkItemId,
};
use serde::{Deserialize, Serialize};
use std::{fmt, time::Duration};

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
    /// A draft of a reply was asked for, came, or was put aside.
    ReplyDraft {
        /// The draft.
        draft: ReplyDraftId,
    },
    /// A sign-in or role was revoked: sockets of this agent check themselves again.
    Revoked {
        /// The agent.
        agent: AgentId,
    },
}

/// Who writes just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Writer {
    /// A person of the tenant.
    Agent,
    /// The customer.
    Customer,
}

impl Writer {
    /// As the contract names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
        }
    }
}

/// The sign that somebody writes just now. It is stored nowhere: losing one does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Typing {
    /// The conversation.
    pub conversation: ConversationId,
    /// Where they write.
    pub session: SessionId,
    /// Who.
    pub by: Writer,
}

impl Typing {
    /// How long one sign is shown: a little longer than those who go on writing take for the next.
    pub const LASTS: Duration = Duration::from_secs(7);

    /// Whom it is for: the visitor sees the agent write, and who looks at the conversation sees the customer.
    pub fn topic(&self) -> Topic {
        match self.by {
            Writer::Agent => Topic::Visitor(self.session),
            Writer::Customer => Topic::Conversation(self.conversation),
        }
    }

    /// Seconds for which it is still to be shown, at least one; `None` when it came too late.
    pub fn left(age: Duration) -> Option<u64> {
        Self::LASTS.checked_sub(age).filter(|left| !left.is_zero()).map(|left| left.as_millis().div_ceil(1000) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_sign_goes_to_the_other_side_alone() {
        let (conversation, session) = (ConversationId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let topic = |by| Typing { conversation, session, by }.topic();
        assert_eq!(topic(Writer::Agent), Topic::Visitor(session));
        assert_eq!(topic(Writer::Customer), Topic::Conversation(conversation));
    }

    #[test]
    fn a_sign_is_over_after_its_time() {
        let left = |millis| Typing::left(Duration::from_millis(millis));
        assert_eq!([left(0), left(1), left(6_001), left(6_999)], [Some(7), Some(7), Some(1), Some(1)]);
        assert_eq!([left(7_000), left(60_000)], [None, None]);
    }

    #[test]
    fn a_sign_is_no_change() {
        let sign = Typing { conversation: Uuid::nil().into(), session: Uuid::nil().into(), by: Writer::Customer };
        let said = serde_json::to_value(sign).unwrap();
        assert_eq!(serde_json::from_value::<Typing>(said.clone()).unwrap(), sign);
        assert!(serde_json::from_value::<Change>(said).is_err());
    }
}
