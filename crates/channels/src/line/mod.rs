//! LINE official accounts (Messaging API reference).

mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, json, meta, signature,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct Line;

const SETTINGS: &[Setting] = &[
    Setting { name: "destination", secret: false, required: false, help: "User id of the bot (U..)" },
    Setting { name: "api_base", secret: false, required: false, help: "Default https://api.line.me" },
    Setting { name: "channel_secret", secret: true, required: true, help: "Signs the webhooks" },
    Setting { name: "access_token", secret: true, required: true, help: "Long-lived channel access token" },
];

impl Channel for Line {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Line
    }

    /// Text counts in UTF-16 units. There are no receipts; a repeated push is known by its retry key.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 5000,
            buttons: 13,
            media: true,
            typing: true,
            idempotent_send: true,
            ..Capabilities::default()
        }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// Base64 of the HMAC-SHA256 of the body ("Verify webhook signature").
    fn verify(&self, account: &AccountConfig, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        let given = request.header("x-line-signature").ok_or(Reject::Missing)?;
        signature::any(account.secrets("channel_secret"), |secret| {
            let mac = signature::sha256(secret.expose().as_bytes(), &[&request.body]);
            signature::equal(STANDARD.encode(mac).as_bytes(), given.as_bytes())
        })
    }

    fn order_key(&self, request: &InboundRequest) -> String {
        meta::scan(&request.body, &["\"userId\":"])
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        json::body(request).map_or_else(|kept| kept, |body| parse::body(account, &body, request.received_at))
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
