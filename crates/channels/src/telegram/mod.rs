//! Telegram bots (Bot API).

mod content;
mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, json, meta, signature,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct Telegram;

const SETTINGS: &[Setting] = &[
    Setting { name: "api_base", secret: false, required: false, help: "Default https://api.telegram.org" },
    Setting { name: "secret_token", secret: true, required: true, help: "Given to setWebhook, comes with each update" },
    Setting { name: "bot_token", secret: true, required: true, help: "From BotFather; sends messages" },
];

impl Channel for Telegram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    /// Text counts in UTF-16 units. There are no receipts.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 4096,
            buttons: 100,
            media: true,
            edit: true,
            delete: true,
            reactions: true,
            typing: true,
            ..Capabilities::default()
        }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// There is no body signature: the header repeats the secret of setWebhook.
    fn verify(&self, account: &AccountConfig, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        let given = request.header("x-telegram-bot-api-secret-token").ok_or(Reject::Missing)?;
        signature::any(account.secrets("secret_token"), |secret| {
            signature::equal(secret.expose().as_bytes(), given.as_bytes())
        })
    }

    fn order_key(&self, request: &InboundRequest) -> String {
        meta::scan(&request.body, &["\"chat\":{\"id\":", "\"from\":{\"id\":"])
    }

    fn parse(&self, _account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        json::body(request).map_or_else(|kept| kept, |update| parse::update(&update, request.received_at))
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
