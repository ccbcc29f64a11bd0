//! What can happen on a channel, and how far a message of ours got.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stored text.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

kinds! {
    /// Somebody wrote.
    Message = "message";
    /// A message was changed; `target` names it, the new content is in the event.
    Edit = "edit";
    /// A message was withdrawn.
    Delete = "delete";
    /// A reaction was added or removed (`reaction`).
    Reaction = "reaction";
    /// Delivery or read status of a message of ours (`status`), or of all up to a time (`watermark`).
    Receipt = "receipt";
    /// Somebody is typing.
    Typing = "typing";
    /// The customer follows the account: messages may be sent.
    Subscribe = "subscribe";
    /// The customer left or blocked the account: nothing arrives any more.
    Unsubscribe = "unsubscribe";
    /// The customer allowed messages.
    OptIn = "opt_in";
    /// The customer asked for silence.
    OptOut = "opt_out";
    /// The customer answered a question of consent.
    Consent = "consent";
    /// Identifiers of a person changed (`old`, `new`).
    IdentityChange = "identity_change";
    /// Something about an identity, without a change of ids.
    IdentityEvent = "identity_event";
    /// The customer tied an account of the tenant to the channel, or cut the tie.
    AccountLink = "account_link";
    /// Control of the thread moved at the provider.
    Handover = "handover";
    /// A session began without a message.
    SessionStart = "session_start";
    /// A call event.
    Call = "call";
    /// The customer allowed calls, or no longer.
    CallPermission = "call_permission";
    /// The customer came by a link or an advertisement.
    Referral = "referral";
    /// Something about a group: members, name, joining and leaving.
    GroupEvent = "group_event";
    /// Where the customer is, sent without a message.
    LocationReport = "location_report";
    /// Something waits at the provider: pull now.
    PollTrigger = "poll_trigger";
    /// Something about the account itself (template, quality, ban).
    AccountEvent = "account_event";
    /// A line of the provider's own in the thread (payment, pinned message).
    ServiceEvent = "service_event";
    /// The provider reports trouble that belongs to no message.
    ChannelError = "channel_error";
    /// A message that cannot be shown; still a timeline entry.
    Unsupported = "unsupported";
    /// A well-signed thing we do not know: kept and visible to admins.
    UnknownEvent = "unknown_event";
    /// A thing we know and need not keep.
    IgnoredEvent = "ignored_event";
}

/// Who speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The customer.
    #[default]
    Inbound,
    /// Our side, with another tool; `sender` is the customer it was written to.
    Echo,
    /// A bot in the same place, which may be our own: the provider does not tell them apart.
    EchoOrBot,
    /// The provider.
    System,
}

impl Direction {
    /// The text used in the event.
    pub fn code(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Echo => "echo",
            Self::EchoOrBot => "echo_or_bot",
            Self::System => "system",
        }
    }
}

/// Status of a message of ours, ordered: a later one never goes back to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// The provider took it.
    Accepted,
    /// The provider tries again later.
    Deferred,
    /// The provider sent it on.
    Sent,
    /// The device has it.
    Delivered,
    /// It was read.
    Read,
    /// A voice message was heard.
    Played,
    /// It will not arrive.
    Failed,
}

impl ReceiptStatus {
    /// The text used in the event.
    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Deferred => "deferred",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed => "failed",
        }
    }
}

/// How far a provider or we vouch for an identifier (see `identity`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verification {
    /// Nobody knows.
    Anonymous,
    /// The sender says so (a mail From without DMARC, a name typed in a widget).
    Claimed,
    /// The channel itself proves it (WhatsApp number, SMS sender, DMARC pass).
    Channel,
    /// A signed token of the tenant, or an import marked as verified.
    Token,
    /// An agent confirmed it.
    Agent,
}

impl Verification {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Claimed => "claimed",
            Self::Channel => "channel",
            Self::Token => "token",
            Self::Agent => "agent",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Anonymous, Self::Claimed, Self::Channel, Self::Token, Self::Agent].into_iter().find(|v| v.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        let codes: std::collections::BTreeSet<_> = EventKind::ALL.iter().map(|kind| kind.code()).collect();
        assert_eq!((codes.len(), EventKind::ALL.len()), (28, 28));
    }
}
