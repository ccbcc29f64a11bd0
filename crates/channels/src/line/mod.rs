//! LINE official accounts (Messaging API reference).

mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Place, Reject, Setting, StoredRequest, Verified, json, meta, signature,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::Whom,
    channel::{AccountConfig, ChannelKind, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct Line;

const SETTINGS: &[Setting] = &[
    Setting::secret("channel_secret", "Channel secret", "频道密钥").help(
        "Signs the webhooks; in the LINE Developers console under Basic settings",
        "用于校验签名；见 LINE Developers 的 Basic settings",
    ),
    Setting::secret("access_token", "Channel access token", "频道访问令牌")
        .help("Long-lived; in the console under Messaging API", "长期令牌；见控制台 Messaging API"),
    Setting::text("destination", "Bot user id", "机器人用户 ID")
        .help("Tells callbacks of other bots apart", "用于区分其他机器人的回调")
        .example("U.."),
    Setting::api_base("https://api.line.me"),
    Setting::sends_per_second("2000"),
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
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            // "Rate limits" of the Messaging API, push.
            sends_per_second: 2000,
            typing: true,
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

    fn address(&self, text: &str) -> Option<Identifier> {
        let id = text.trim();
        id.starts_with(['U', 'C', 'R']).then(|| Identifier::channel("line_user_id", id, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(send::check(http, account))
    }

    fn media<'a>(
        &'a self,
        _: &'a Http,
        account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(async move { crate::media::line(account, file) })
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(http, account, message))
    }

    fn typing<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        whom: &'a Whom,
    ) -> BoxFuture<'a, Result<(), SendError>> {
        Box::pin(send::typing(http, account, whom))
    }
}

#[cfg(test)]
mod tests;
