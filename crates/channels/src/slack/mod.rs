//! Slack apps (Slack "Verifying requests from Slack", "Events API", "chat.postMessage").

mod amend;
mod interaction;
mod parse;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Place, Reject, Reply, Setting, StoredRequest, Verified, json::text,
    meta, signature,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::{OutboundAmendment, REACTIONS},
    channel::{AccountConfig, ChannelKind, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};
use serde_json::Value;

/// The adapter.
pub(crate) struct Slack;

/// Seconds a signed timestamp may be off, either way.
const TOLERANCE: i64 = 300;

const SETTINGS: &[Setting] = &[
    Setting::secret("signing_secret", "Signing secret", "签名密钥").help(
        "Signs the requests; in the Slack app under Basic information",
        "用于校验签名；见 Slack 应用 Basic Information",
    ),
    Setting::secret("bot_token", "Bot token", "机器人令牌").help("Sends messages", "用于发送消息").example("xoxb-.."),
    Setting::text("app_id", "App id", "应用 ID")
        .help("Tells our own echoes from other bots", "用于区分自身消息与其他机器人")
        .example("A0123456789"),
    Setting::api_base("https://slack.com/api"),
    Setting::sends_per_second("5"),
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
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            reactions: true,
            // One a second and channel, several hundred a minute in a workspace ("Rate limits").
            sends_per_second: 5,
            edits: true,
            deletes: true,
            reacts: REACTIONS,
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

    fn address(&self, text: &str) -> Option<Identifier> {
        let id = text.trim();
        id.starts_with(['U', 'W', 'C', 'D', 'G']).then(|| Identifier::channel("slack_user_id", id, ""))
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
        Box::pin(async move { crate::media::slack(account, file) })
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
}

#[cfg(test)]
mod tests;
