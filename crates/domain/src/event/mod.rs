//! The normalised inbound event: one shape for what every channel tells us.

mod content;
mod kind;

pub use content::{Attachment, Choice, Content, Identifier, Location, ProviderError, Sender, SharedContact};
pub use kind::{Direction, EventKind, ReceiptStatus, Verification};

use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One event of a channel, normalised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboundEvent {
    /// What happened.
    pub kind: EventKind,
    /// Unique within the account; the same event seen again has the same key.
    pub dedupe_key: String,
    /// The provider's id of the message this event *is* (not the one it refers to).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// When the provider says it happened.
    pub at: Instant,
    /// Who speaks.
    #[serde(default)]
    pub direction: Direction,
    /// The customer: who wrote, or who an echo was written to.
    #[serde(default)]
    pub sender: Sender,
    /// The provider's id of the thread (a group, a room, a channel), if it has one besides the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Content of a message or an edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// External id of the message this answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Passed on from somebody else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forwarded: bool,
    /// The provider's id of the album this message is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// The link or advertisement the customer came by, as the provider states it.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub referral: Value,
    /// External id of the message this event is about (edit, delete, reaction, receipt).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Our own id of that message where the provider hands it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_ref: Option<String>,
    /// Emoji of a reaction; `None` removes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    /// Status of a receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<ReceiptStatus>,
    /// A receipt for every message of ours up to this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Instant>,
    /// Errors the provider states.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProviderError>,
    /// Another application owns the thread: kept, neither routed nor answered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standby: bool,
    /// The provider says that it sends this again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redelivery: bool,
    /// What a quick answer must carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_token: Option<String>,
    /// Why an event is unknown, ignored or unsupported; provider details under their own names.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub detail: Value,
}

impl InboundEvent {
    /// An event with everything optional left empty.
    pub fn new(kind: EventKind, dedupe_key: impl Into<String>, at: Instant) -> Self {
        Self {
            kind,
            dedupe_key: dedupe_key.into(),
            external_id: None,
            at,
            direction: Direction::Inbound,
            sender: Sender::default(),
            thread: None,
            content: None,
            reply_to: None,
            forwarded: false,
            album: None,
            referral: Value::Null,
            target: None,
            target_ref: None,
            reaction: None,
            status: None,
            watermark: None,
            errors: Vec::new(),
            standby: false,
            redelivery: false,
            reply_token: None,
            detail: Value::Null,
        }
    }

    /// Adds a provider detail under its own name; nothing is added for null.
    pub fn note(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if value.is_null() {
            return;
        }
        if !self.detail.is_object() {
            self.detail = Value::Object(Map::new());
        }
        if let Value::Object(details) = &mut self.detail {
            details.insert(name.to_owned(), value);
        }
    }

    /// Whether a machine wrote it or it is history (RFC 3834 for mail): nobody waits for an answer.
    pub fn is_automatic(&self) -> bool {
        self.detail.get("auto").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whether it is kept without being routed: nobody waits for our answer. Our own side wrote it, a machine did, or
    /// another application owns the thread.
    pub fn is_quiet(&self) -> bool {
        self.standby || self.is_echo() || self.is_automatic()
    }

    /// Whether our own side wrote it.
    pub fn is_echo(&self) -> bool {
        matches!(self.direction, Direction::Echo | Direction::EchoOrBot)
    }
}
