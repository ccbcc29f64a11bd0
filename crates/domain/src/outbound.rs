//! What we say to a customer, and what became of it.

use crate::{
    button::Button,
    channel::ChannelKind,
    event::Identifier,
    ids::{ConversationId, DeliveryId, ItemId},
    template::OutboundTemplate,
};
use serde::{Deserialize, Serialize};

/// A message on its way to a customer: all an adapter needs to send it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutboundMessage {
    /// The send; our idempotency key wherever the provider takes one.
    pub id: DeliveryId,
    /// The timeline item it shows.
    pub item: ItemId,
    /// The conversation it belongs to (reply addresses are bound to it).
    pub conversation: ConversationId,
    /// Where to, best identifier first.
    pub to: Vec<Identifier>,
    /// Provider thread, if the session has one.
    pub thread: Option<String>,
    /// Plain text.
    pub text: String,
    /// Subject, for mail.
    pub subject: Option<String>,
    /// External id of the last customer message.
    pub in_reply_to: Option<String>,
    /// External ids of the thread so far, oldest first (References of a mail).
    pub references: Vec<String>,
    /// Files, in their order; sent after the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<OutboundFile>,
    /// An approved message instead of free text; the text says what the customer reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<OutboundTemplate>,
    /// What the customer may choose, no more than the channel shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Button>,
}

/// A file on its way to a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundFile {
    /// Its name, never empty.
    pub name: String,
    /// Its media type.
    pub content_type: String,
    /// A signed address where it can be read for some weeks: for providers that fetch files themselves.
    #[serde(default)]
    pub url: String,
    /// Where it lies in the file store.
    #[serde(skip)]
    pub key: String,
    /// Its bytes, once they were read.
    #[serde(skip)]
    pub content: Vec<u8>,
}

/// Where a send stands. It only moves forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Committed, not yet tried (or to be tried again after a definite refusal).
    Queued,
    /// An attempt is under way.
    Sending,
    /// The request left and its answer was lost: never sent again by itself.
    Unknown,
    /// The provider took it.
    Accepted,
    /// The provider sent it on.
    Sent,
    /// The device has it.
    Delivered,
    /// It was read.
    Read,
    /// It will not arrive.
    Failed,
}

impl DeliveryState {
    /// All states, in order.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Sending,
        Self::Unknown,
        Self::Accepted,
        Self::Sent,
        Self::Delivered,
        Self::Read,
        Self::Failed,
    ];

    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether a report of `next` moves a send that stands at `self`: forward only, and a message that was
    /// delivered does not fail afterwards, but for what [`Self::fails_late`] says.
    pub fn advances_to(self, next: Self) -> bool {
        match (self, next) {
            (Self::Failed, _) | (Self::Delivered | Self::Read, Self::Failed) => false,
            (from, to) => to > from,
        }
    }

    /// Whether a report of failure counts though one of arrival came before: the next server took a mail that bounces
    /// afterwards (RFC 3464), or one of several parts arrived and another did not.
    pub fn fails_late(self, kind: ChannelKind, parts: usize) -> bool {
        match self {
            Self::Delivered => kind == ChannelKind::Email || parts > 1,
            Self::Read => parts > 1,
            _ => false,
        }
    }
}

/// Why a send was refused or is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// Too many requests: try later.
    Throttled,
    /// The provider's reply window is closed: send a template.
    WindowClosed,
    /// The customer blocked us or opted out.
    BlockedByUser,
    /// No such recipient.
    BadRecipient,
    /// The provider refuses the content.
    BadContent,
    /// Credentials are wrong or expired: the account needs attention.
    Auth,
    /// The account is suspended or restricted.
    AccountSuspended,
    /// The provider is down: try later.
    ProviderDown,
    /// The request may have been carried out: never repeat it blindly.
    Ambiguous,
    /// A part of the message was taken and a later one was not: it has failed, and is not sent again by itself.
    Partial,
    /// We could not read what was to be sent: try later.
    OwnTrouble,
}

impl ErrorClass {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::WindowClosed => "window_closed",
            Self::BlockedByUser => "blocked_by_user",
            Self::BadRecipient => "bad_recipient",
            Self::BadContent => "bad_content",
            Self::Auth => "auth",
            Self::AccountSuspended => "account_suspended",
            Self::ProviderDown => "provider_down",
            Self::Ambiguous => "ambiguous",
            Self::Partial => "partial",
            Self::OwnTrouble => "own_trouble",
        }
    }

    /// Whether another attempt may help and can do no harm.
    pub fn retryable(self) -> bool {
        matches!(self, Self::Throttled | Self::ProviderDown | Self::OwnTrouble)
    }
}

/// A send that did not end in acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {detail}", class.code())]
pub struct SendError {
    /// What kind of trouble.
    pub class: ErrorClass,
    /// The provider's code and words, without personal data.
    pub detail: String,
    /// How long the provider asks us to wait, seconds.
    pub retry_after_s: Option<u32>,
}

/// What the provider answered to an accepted send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The provider's ids of the message (several when a text was split).
    pub external_ids: Vec<String>,
    /// Identifiers of the recipient that the answer taught us.
    pub learned: Vec<Identifier>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_send_only_moves_forward() {
        use DeliveryState::{Accepted, Delivered, Failed, Queued, Read, Sending, Sent, Unknown};
        assert!(Sending.advances_to(Accepted) && Unknown.advances_to(Delivered) && Sent.advances_to(Failed));
        assert!(!Read.advances_to(Delivered) && !Delivered.advances_to(Failed) && !Failed.advances_to(Sent));
        assert!(!Accepted.advances_to(Queued) && !Sent.advances_to(Sent));
    }

    #[test]
    fn what_arrived_fails_afterwards_as_a_mail_or_in_another_part() {
        use DeliveryState::{Delivered, Failed, Read};
        assert!(Delivered.fails_late(ChannelKind::Email, 1) && !Read.fails_late(ChannelKind::Email, 1));
        assert!(!Delivered.fails_late(ChannelKind::WhatsApp, 1) && !Read.fails_late(ChannelKind::WhatsApp, 1));
        assert!(Delivered.fails_late(ChannelKind::WhatsApp, 2) && Read.fails_late(ChannelKind::WhatsApp, 2));
        assert!(!Failed.fails_late(ChannelKind::Email, 1), "the first failure is the one that is shown");
    }
}
