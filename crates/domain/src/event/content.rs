//! Who wrote, and what is in a message.

use super::Verification;
use crate::outbound::ErrorClass;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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

impl Identifier {
    /// An identifier the channel itself proves.
    pub fn channel(scheme: &str, value: impl Into<String>, scope: impl Into<String>) -> Self {
        Self {
            scheme: scheme.to_owned(),
            value: value.into(),
            scope: scope.into(),
            verified: Verification::Channel,
            derived: false,
        }
    }
}

/// Who the event came from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sender {
    /// Identifiers, the one that names the party first.
    pub ids: Vec<Identifier>,
    /// Display name as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Name on the channel, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// BCP 47 tag, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// City, state, country and postal code, where the channel tells them.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub geo: Map<String, Value>,
}

/// A file that came along.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What else the provider says of it (duration, width, emoji, title ..), under its own name.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

/// A button or list row the customer chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What the sender of the buttons put behind it.
    pub payload: String,
    /// What the customer saw.
    pub title: String,
    /// What else the provider says of it (description, a picked date ..), under its own name.
    #[serde(flatten)]
    pub details: Map<String, Value>,
}

/// A place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// A link to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// A business card that was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedContact {
    /// Name as shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Phone numbers as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// Mail addresses as written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// WhatsApp ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wa_ids: Vec<String>,
}

/// An error stated by the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderError {
    /// The provider's code.
    pub code: String,
    /// Its words.
    pub title: String,
    /// More of its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// What kind of trouble the code stands for, where the channel has a rule for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
    /// What people can do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
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
    /// A place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// Business cards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<SharedContact>,
    /// A filled-in form.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub form: Value,
    /// A basket.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub order: Value,
    /// Whatever else the kind of message carries, under its own name.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub extra: Value,
}

impl Content {
    /// A text message.
    pub fn text(text: impl Into<String>) -> Self {
        Self { message_type: "text".to_owned(), text: Some(text.into()), ..Self::default() }
    }

    /// A message of a type, with nothing in it yet.
    pub fn of(message_type: impl Into<String>) -> Self {
        Self { message_type: message_type.into(), ..Self::default() }
    }
}
