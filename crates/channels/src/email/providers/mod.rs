//! Posts of mail providers: whole mails, mails taken apart, and what became of mails of ours. Each provider proves
//! itself in its own way; what it posts is read into the same mail.

mod form;
mod inbound;
mod json;
mod ours;
mod status;
mod verify;

pub(super) use ours::header;
pub(super) use verify::{dedupe_key, verify};

use super::{Mail, auth::Results};
use form::Form;
use serde::Serialize;
use serde_json::Value;

/// Who posts the account's mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// The tenant's own mail server: raw mails with a bearer token.
    Smtp,
    /// SendGrid: Inbound Parse and Event Webhook.
    SendGrid,
    /// Mailgun: routes and webhooks.
    Mailgun,
    /// Postmark: inbound and message webhooks.
    Postmark,
    /// Mailjet: Parse API and Event API.
    Mailjet,
    /// SparkPost: relay and event webhooks.
    SparkPost,
    /// Brevo: inbound parsing and transactional webhooks.
    Brevo,
    /// Mandrill: inbound and message webhooks.
    Mandrill,
}

impl Provider {
    /// By the value of the setting `provider`; unset is the tenant's own server.
    pub fn of(setting: Option<&str>) -> Self {
        match setting {
            Some("sendgrid") => Self::SendGrid,
            Some("mailgun") => Self::Mailgun,
            Some("postmark") => Self::Postmark,
            Some("mailjet") => Self::Mailjet,
            Some("sparkpost") => Self::SparkPost,
            Some("brevo") => Self::Brevo,
            Some("mandrill") => Self::Mandrill,
            _ => Self::Smtp,
        }
    }
}

/// What a post holds.
#[derive(Debug)]
pub enum Post {
    /// Mails; most providers post one at a time.
    Mails(Vec<Inbound>),
    /// What became of mails of ours.
    Status(Vec<Status>),
    /// Something else, with the reason.
    Unknown(&'static str),
}

/// A mail as a provider hands it over.
#[derive(Debug, Default, Serialize)]
pub struct Inbound {
    /// The mail.
    pub mail: Mail,
    /// MAIL FROM of the SMTP session.
    pub envelope_from: Option<String>,
    /// RCPT TO of the SMTP session.
    pub envelope_to: Vec<String>,
    /// The provider's own guess at what is new in it.
    pub stripped_text: Option<String>,
    /// The provider's spam score, on its own scale.
    pub spam_score: Option<f64>,
    /// Checks that the provider made itself.
    #[serde(skip)]
    pub(super) results: Option<Results>,
}

/// What became of a mail of ours.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Status {
    /// The provider's name of the event.
    pub event: String,
    /// receipt, opt_out, opt_in: what it means for the timeline.
    pub kind: &'static str,
    /// accepted, deferred, delivered, opened, clicked, failed, unsubscribed, complained, subscribed; else empty.
    pub status: &'static str,
    /// Finer type of a bounce.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Whose mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Message-ID, or the provider's own id where it states no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// Our own id of the mail, where it came back.
    #[serde(skip)]
    pub ours: Option<String>,
    /// The provider's id of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<String>,
    /// Seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<i64>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether the provider will send no more mail to this recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppress: Option<bool>,
}

/// Reads a post. Never fails; a body that a provider would not send is unknown.
pub fn read(provider: Provider, content_type: &str, body: &[u8]) -> Post {
    let form = Form::read(content_type, body);
    let json = || serde_json::from_slice::<Value>(body).unwrap_or_default();
    match (provider, form) {
        (Provider::Smtp, _) => Post::Mails(vec![Inbound { mail: super::read(body), ..Inbound::default() }]),
        (Provider::SendGrid, Some(form)) => inbound::sendgrid(&form),
        (Provider::SendGrid, None) => status::read(provider, &json(), status::sendgrid),
        (Provider::Mailgun, Some(form)) if form.bytes("event").is_some() => status::mailgun_form(&form),
        (Provider::Mailgun, Some(form)) => inbound::mailgun(&form),
        (Provider::Mailgun, None) => status::read(provider, &json(), status::mailgun),
        (Provider::Mandrill, Some(form)) => json::mandrill(&form.json("mandrill_events")),
        (Provider::Postmark, None) => json::postmark(&json()),
        (Provider::Mailjet, None) => json::mailjet(&json()),
        (Provider::SparkPost, None) => json::sparkpost(&json()),
        (Provider::Brevo, None) => json::brevo(&json()),
        _ => Post::Unknown("not a form or JSON of this provider"),
    }
}

#[cfg(test)]
mod tests;
