//! Slack apps (Slack "Verifying requests from Slack", "Events API", "chat.postMessage").

mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Reply, Setting, StoredRequest, Verified, json::text, meta,
    signature,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};
use serde_json::Value;

/// The adapter.
pub(crate) struct Slack;

/// Seconds a signed timestamp may be off, either way.
const TOLERANCE: i64 = 300;

const SETTINGS: &[Setting] = &[
    Setting { name: "app_id", secret: false, required: false, help: "A..; tells our own echoes from other bots" },
    Setting { name: "api_base", secret: false, required: false, help: "Default https://slack.com/api" },
    Setting { name: "signing_secret", secret: true, required: true, help: "Signs the webhooks" },
    Setting { name: "bot_token", secret: true, required: true, help: "xoxb-..; sends messages" },
];

impl Channel for Slack {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Slack
    }

    /// Longer texts are cut by Slack at 40,000 characters; 4,000 are advised.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 4000,
            buttons: 25,
            media: true,
            edit: true,
            delete: true,
            reactions: true,
            ..Capabilities::default()
        }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// `url_verification` comes as a signed post.
    fn challenge(&self, _account: &AccountConfig, request: &InboundRequest) -> Option<Reply> {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        let asked = text(&body, "/type") == Some("url_verification");
        text(&body, "/challenge").filter(|_| asked).map(Reply::text)
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
        let given = request.header("x-slack-signature").ok_or(Reject::Missing)?;
        let timestamp = request.header("x-slack-request-timestamp").ok_or(Reject::Missing)?;
        let at: i64 = timestamp.parse().map_err(|_| Reject::Stale)?;
        if (now.timestamp() - at).abs() > TOLERANCE {
            return Err(Reject::Stale);
        }
        let given = given.strip_prefix("v0=").and_then(|text| hex::decode(text).ok()).ok_or(Reject::Mismatch)?;
        signature::any(account.secrets("signing_secret"), |secret| {
            let parts: [&[u8]; 4] = [b"v0:", timestamp.as_bytes(), b":", &request.body];
            signature::equal(&signature::sha256(secret.expose().as_bytes(), &parts), &given)
        })
    }

    fn order_key(&self, request: &InboundRequest) -> String {
        meta::scan(&request.body, &["\"channel\":"])
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        parse::body(account, request)
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
