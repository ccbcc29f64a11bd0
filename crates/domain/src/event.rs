//! The normalised inbound event: one shape for what every channel tells us.

use crate::time::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody wrote.
    Message,
    /// A message was changed; `target` names it, the new content is in the event.
    Edit,
    /// A message was withdrawn.
    Delete,
    /// A reaction was added or removed (`reaction`).
    Reaction,
    /// Delivery or read status of a message of ours (`status`).
    Receipt,
    /// Somebody is typing.
    Typing,
    /// The customer allowed messages.
    OptIn,
    /// The customer asked for silence.
    OptOut,
    /// Identifiers of a person changed.
    IdentityChange,
    /// Control of the thread moved at the provider.
    Handover,
    /// A session began without a message.
    SessionStart,
    /// A call event on a messaging channel.
    Call,
    /// Something about the account itself (template, quality, ban).
    AccountEvent,
    /// A message that cannot be shown; still a timeline entry.
    Unsupported,
    /// A well-signed thing we do not know: kept and visible to admins.
    UnknownEvent,
    /// A thing we know and need not keep.
    IgnoredEvent,
}

impl EventKind {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Edit => "edit",
            Self::Delete => "delete",
            Self::Reaction => "reaction",
            Self::Receipt => "receipt",
            Self::Typing => "typing",
            Self::OptIn => "opt_in",
            Self::OptOut => "opt_out",
            Self::IdentityChange => "identity_change",
            Self::Handover => "handover",
            Self::SessionStart => "session_start",
            Self::Call => "call",
            Self::AccountEvent => "account_event",
            Self::Unsupported => "unsupported",
            Self::UnknownEvent => "unknown_event",
            Self::IgnoredEvent => "ignored_event",
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

/// One identifier of a sender.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identifier {
    /// `wa_id`, `phone_e164`, `email`, `web_visitor`, `crm_id` ..
    pub scheme: String,
    /// The value, normalised by `identity::normalise`.
    pub value: String,
    /// Where the value is unique (an account, a page); empty = everywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// How far it can be trusted.
    pub verified: Verification,
    /// Computed from another identifier (a phone out of a `wa_id`).
    #[serde(default)]
    pub derived: bool,
}

/// Who the event came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Identifiers, the one that names the party first.
    pub ids: Vec<Identifier>,
    /// Display name as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// BCP 47 tag, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
}

/// A file that came along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// image, audio, voice, video, document, sticker, file.
    pub kind: String,
    /// Declared media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// File name, sanitised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Size in bytes, when stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The provider's media id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_id: Option<String>,
    /// Where it can be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Text shown with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// A button or list row the customer chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the sender of the buttons put behind it.
    pub payload: String,
    /// What the customer saw.
    pub title: String,
}

/// Status of a message of ours, ordered: a later one never goes back to an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptStatus {
    /// The provider has it.
    Sent,
    /// The device has it.
    Delivered,
    /// It was read.
    Read,
    /// It will not arrive.
    Failed,
}

/// An error stated by the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderError {
    /// The provider's code.
    pub code: String,
    /// Its words.
    pub title: String,
}

/// Content of a message or an edit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// text, image, voice, audio, video, document, sticker, location, contacts, choice, form, order, link, mixed.
    pub message_type: String,
    /// Plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Sanitised HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// Subject of a mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// A chosen button.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// Whatever else the kind of message carries (location, contacts, form ..), under its own name.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub extra: Value,
}

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
    /// True for what our side wrote with another tool (echo).
    #[serde(default)]
    pub echo: bool,
    /// Who.
    #[serde(default)]
    pub sender: Sender,
    /// The provider's id of the thread, if it has one besides the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// Content of a message or an edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// External id of the message this answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
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
    /// Errors the provider states.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProviderError>,
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
            echo: false,
            sender: Sender::default(),
            thread: None,
            content: None,
            reply_to: None,
            target: None,
            target_ref: None,
            reaction: None,
            status: None,
            errors: Vec::new(),
            detail: Value::Null,
        }
    }
}
