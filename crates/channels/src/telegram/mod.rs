//! Telegram bots (Bot API).

mod amend;
mod content;
mod parse;
pub(crate) mod send;
mod target;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Place, Reject, Reply, Setting, StoredRequest, Verified,
    json::{self, text},
    meta, signature,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::{OutboundAmendment, REACTIONS, Whom},
    channel::{AccountConfig, ChannelKind, Generated, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};
use serde_json::{Value, json};

/// The adapter.
pub(crate) struct Telegram;

const SETTINGS: &[Setting] = &[
    Setting::secret("bot_token", "Bot token", "机器人令牌")
        .help("From BotFather; sends messages", "由 BotFather 提供，用于发送消息")
        .example("123456:AA.."),
    Setting::secret("secret_token", "Webhook secret", "Webhook 密钥")
        .help(
            "Given to setWebhook as secret_token, comes with each update",
            "调用 setWebhook 时的 secret_token，随每次更新发送",
        )
        .or_made(Generated::Token),
    Setting::api_base("https://api.telegram.org"),
    Setting::sends_per_second("25"),
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
            media: MediaKind::ALL,
            media_max: 50 * 1024 * 1024,
            reactions: true,
            // About 30 to different chats (Bots FAQ); a bot that goes over is shut out as a whole.
            sends_per_second: 25,
            edits: true,
            deletes: true,
            // "deleteMessage".
            delete_minutes: 48 * 60,
            reacts: REACTIONS,
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

    fn address(&self, text: &str) -> Option<Identifier> {
        let number = text.trim();
        let bare = number.strip_prefix('-').unwrap_or(number);
        json::digits(bare).map(|_| Identifier::channel("telegram_chat_id", number, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(send::check(http, account))
    }

    fn media<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(crate::media::telegram(http, account, file))
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(http, account, message))
    }

    fn amend<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        amendment: &'a OutboundAmendment,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(amend::amend(http, account, amendment))
    }

    fn typing<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        whom: &'a Whom,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(amend::typing(http, account, whom))
    }

    /// A pressed button stops to turn: a method can be called in the answer to an update ("Making requests when getting
    /// updates", "answerCallbackQuery").
    fn accepted(&self, request: &InboundRequest) -> Reply {
        let update: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let Some(id) = text(&update, "/callback_query/id") else { return Reply::text("") };
        Reply::json(&json!({ "method": "answerCallbackQuery", "callback_query_id": id }))
    }
}

#[cfg(test)]
mod tests;
