//! E-mail: raw mail from the tenant's own server or the posts of a mail provider in, SMTP out.

mod auth;
mod class;
mod date;
mod decode;
mod event;
mod html;
mod mime;
mod providers;
mod read;
mod report;
mod send;
mod thread;
mod words;

pub use class::Class;
pub(crate) use html::to_text;
pub use providers::{Inbound, Post, Provider, Status, read as read_post};
pub use read::{Address, File, Mail, read};
pub use report::{Dsn, Report};

use crate::{Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, signature};
use event::Envelope;
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::{EventKind, InboundEvent},
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct Email;

const SETTINGS: &[Setting] = &[
    Setting { name: "from", secret: false, required: true, help: "Address customers see" },
    Setting { name: "domain", secret: false, required: true, help: "Domain of Message-IDs and reply addresses" },
    Setting { name: "smtp_host", secret: false, required: true, help: "Outgoing server" },
    Setting { name: "smtp_port", secret: false, required: false, help: "Default 587" },
    Setting { name: "smtp_tls", secret: false, required: false, help: "starttls (default), tls, none" },
    Setting { name: "smtp_user", secret: false, required: false, help: "Signs in to the outgoing server" },
    Setting { name: "authserv_id", secret: false, required: false, help: "Whose Authentication-Results are believed" },
    Setting {
        name: "provider",
        secret: false,
        required: false,
        help: "Who posts inbound mail: smtp (your own server, default), sendgrid, mailgun, postmark, mailjet, sparkpost, brevo, mandrill",
    },
    Setting {
        name: "inbound_token",
        secret: true,
        required: true,
        help: "Bearer token of your server's posts, or the password in the URL that the provider posts to",
    },
    Setting {
        name: "signing_key",
        secret: true,
        required: false,
        help: "Mailgun: webhook signing key; Mandrill: webhook key; SendGrid: public key of the event webhook",
    },
    Setting { name: "reply_mac", secret: true, required: true, help: "Signs reply addresses" },
    Setting { name: "smtp_password", secret: true, required: false, help: "Signs in to the outgoing server" },
];

impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { idempotent_send: true, ..Capabilities::default() }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
        providers::verify(account, request, now)
    }

    fn dedupe_key(&self, request: &InboundRequest) -> String {
        providers::dedupe_key(request).unwrap_or_else(|| signature::digest(&request.body))
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let provider = Provider::of(account.setting("provider"));
        let received = request.received_at;
        let digest = signature::digest(&request.body);
        match read_post(provider, request.header("content-type").unwrap_or_default(), &request.body) {
            Post::Mails(mails) => mails
                .into_iter()
                .enumerate()
                .flat_map(|(n, inbound)| {
                    let mut mail = inbound.mail;
                    mail.delivered_to.extend(inbound.envelope_to);
                    let digest = if n == 0 { digest.clone() } else { format!("{digest}-{n}") };
                    event::of(account, &mail, &Envelope { digest, results: inbound.results }, received)
                })
                .collect(),
            Post::Status(all) => {
                all.iter().enumerate().map(|(n, s)| event::of_status(s, &digest, n, received)).collect()
            }
            Post::Unknown(reason) => {
                let mut event = InboundEvent::new(EventKind::UnknownEvent, format!("raw:{digest}"), received);
                event.detail = serde_json::json!({ "reason": reason });
                vec![event]
            }
        }
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(http, account, message))
    }
}

#[cfg(test)]
mod tests;
