//! Webhooks of a tenant's own: what is told, when it is tried again, and when an endpoint is given up.

mod facts;

pub use facts::{Conversation, Facts, Handoff, Item, Merge, NewEvent, Offer, Work, events, without_content};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $about:literal;)*) => {
        /// A kind of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventKind { $($(#[$doc])* $name,)* }

        impl EventKind {
            /// Every kind that happens by itself, in the order in which one fact causes them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// As it is told, and as endpoints ask for it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// When it happens, for people.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }

            /// Read back.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

kinds! {
    /// A conversation began.
    ConversationOpened = "conversation.opened", "a conversation began";
    /// The customer wrote.
    MessageReceived = "message.received", "the customer wrote";
    /// An agent or a bot wrote.
    MessageSent = "message.sent", "an agent or a bot wrote to the customer";
    /// A message went on: accepted, sent, delivered, read, failed, or unknown.
    MessageStatus = "message.status", "a message to the customer was accepted, sent, delivered, read, or failed";
    /// A bot, or the end of a shift, handed a conversation over.
    HandoffCreated = "handoff.created", "a conversation was handed over to people";
    /// Work was shown to an agent.
    WorkOffered = "work.offered", "work was offered to an agent";
    /// An agent took work.
    WorkAccepted = "work.accepted", "an agent took work";
    /// Work is over.
    WorkEnded = "work.ended", "work is done, abandoned, withdrawn or went to a partner";
    /// A conversation was resolved.
    ConversationClosed = "conversation.closed", "a conversation was resolved";
    /// A resolve was taken back.
    ConversationReopened = "conversation.reopened", "a resolved conversation was opened again";
    /// Two customers became one.
    CustomerMerged = "customer.merged", "two customers became one";
}

/// The kind of an event that an admin sends to try an endpoint.
pub const TEST: &str = "webhook.test";

/// Seconds until a failed delivery is tried again, by the attempts made; after the last of them it is given up. A little
/// over three days in all.
const SCHEDULE: [u32; 12] = [5, 30, 300, 1_800, 7_200, 18_000, 36_000, 36_000, 43_200, 43_200, 43_200, 43_200];

/// Seconds until a delivery is tried again after so many attempts; none when it is given up. What the receiver asks for
/// counts when it is longer, up to a day.
pub fn retry_in(tries: i32, asked: Option<u32>) -> Option<u32> {
    let wait = *SCHEDULE.get(usize::try_from(tries.max(1) - 1).unwrap_or(usize::MAX))?;
    Some(asked.map_or(wait, |asked| wait.max(asked.min(86_400))))
}

/// Failures in a row after which an endpoint is left alone for a while.
pub const OPENS_AFTER: i32 = 5;

/// Seconds an endpoint is left alone after so many failures in a row; then one delivery tries it.
pub fn pause(failures: i32) -> Option<u32> {
    let over = failures.checked_sub(OPENS_AFTER).filter(|over| *over >= 0)?;
    Some(30_u32.saturating_mul(1 << over.min(6)).min(1_800))
}

/// Whether an endpoint is given up: it said that it is gone (410), or took nothing for as long as it may.
pub fn gives_up(status: Option<u16>, failing_for_seconds: i64, hours: i32) -> bool {
    status == Some(410) || failing_for_seconds >= i64::from(hours) * 3600
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_back() {
        assert!(EventKind::ALL.iter().all(|kind| EventKind::from_code(kind.code()) == Some(*kind)));
        assert_eq!(EventKind::from_code(TEST), None, "nobody subscribes to tests");
    }

    #[test]
    fn deliveries_are_tried_for_three_days() {
        assert_eq!(retry_in(1, None), Some(5));
        assert_eq!(retry_in(1, Some(60)), Some(60), "the receiver asked for more");
        assert_eq!(retry_in(1, Some(1_000_000)), Some(86_400));
        assert_eq!(retry_in(4, Some(1)), Some(1_800));
        assert_eq!(retry_in(13, None), None);
        let all: u32 = SCHEDULE.iter().sum();
        assert!((3 * 86_400..4 * 86_400).contains(&all), "{all}");
    }

    #[test]
    fn the_circuit_opens_longer_each_time_and_never_for_more_than_half_an_hour() {
        assert_eq!((pause(0), pause(4)), (None, None));
        assert_eq!((pause(5), pause(6), pause(8)), (Some(30), Some(60), Some(240)));
        assert_eq!((pause(50), pause(i32::MAX)), (Some(1_800), Some(1_800)));
    }

    #[test]
    fn an_endpoint_is_given_up_when_gone_or_dead_for_long() {
        assert!(gives_up(Some(410), 0, 72));
        assert!(!gives_up(Some(500), 72 * 3600 - 1, 72));
        assert!(gives_up(None, 72 * 3600, 72));
    }
}
