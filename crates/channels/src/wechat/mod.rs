//! WeChat official accounts (WeChat Official Accounts "Receiving standard messages", "Receiving event pushes", "Customer
//! service messages").

pub(crate) mod callback;
pub mod crypto;
pub(crate) mod parse;
mod send;
pub(crate) mod token;
pub(crate) mod xml;

use crate::{Capabilities, Channel, Http, InboundRequest, Place, Reject, Reply, Setting, StoredRequest, Verified};
use callback::Scheme;
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::Whom,
    channel::{AccountConfig, ChannelKind, Generated, Input, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::Instant,
};
use serde_json::Value;

/// The adapter.
pub(crate) struct WeChat;

const SCHEME: Scheme = Scheme { receiver: "app_id", plain: true };

/// Answers that are taken until the customer writes again.
const WINDOW_MESSAGES: u32 = 5;

const SETTINGS: &[Setting] = &[
    Setting::text("app_id", "App id", "AppID")
        .required()
        .help("Of the official account", "公众号的开发者 ID")
        .example("wx.."),
    Setting::secret("app_secret", "App secret", "AppSecret").help("Sends messages", "用于发送消息"),
    Setting::secret("token", "Callback token", "回调 Token")
        .help("Signs callbacks; paste it at the provider", "用于校验回调签名，请填写到服务商后台")
        .or_made(Generated::Token),
    Setting::secret("encoding_aes_key", "EncodingAESKey", "消息加解密密钥 EncodingAESKey")
        .optional()
        .help("43 characters; seals callbacks", "43 位字符，用于消息加解密")
        .or_made(Generated::AesKey),
    Setting::text("original_id", "Original id", "原始 ID")
        .help("The ToUserName of callbacks", "回调中的 ToUserName")
        .example("gh_.."),
    Setting::text("allow_plain", "Take plain callbacks", "接受明文回调")
        .takes(Input::Boolean)
        .help("Take plain bodies although a key is set", "已设置密钥时仍接受明文消息"),
    Setting::text("window_messages", "Messages in the window", "窗口内消息条数")
        .takes(Input::Number)
        .help(
            "Answers that WeChat takes until the customer writes again, when it gave this account another number; 0 = no limit",
            "用户再次发消息前可下发的条数；微信为此账号设定了不同上限时填写，0 表示不限",
        )
        .example("5"),
    Setting::api_base("https://api.weixin.qq.com"),
    Setting::sends_per_second("0"),
];

impl Channel for WeChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WeChat
    }

    /// Text counts in bytes. The window is 48 hours and 5 messages after a message of the customer ("Customer service
    /// messages": limits).
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 2048,
            buttons: 10,
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            window_hours: 48,
            window_messages: WINDOW_MESSAGES,
            typing: true,
            ..Capabilities::default()
        }
    }

    fn capabilities_of(&self, account: &AccountConfig) -> Capabilities {
        let own = account.settings.get("window_messages").and_then(Value::as_u64);
        let window_messages = own.and_then(|own| u32::try_from(own).ok()).unwrap_or(WINDOW_MESSAGES);
        Capabilities { window_messages, ..self.capabilities() }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn challenge(&self, account: &AccountConfig, request: &InboundRequest) -> Option<Reply> {
        SCHEME.challenge(account, request)
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
        SCHEME.verify(account, request, now)
    }

    /// The sender of a callback stands in its query.
    fn order_key(&self, request: &InboundRequest) -> String {
        request.query_pairs().into_iter().find(|(name, _)| name == "openid").map(|(_, id)| id).unwrap_or_default()
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let inside = SCHEME.inside(account, &request.body);
        parse::callback(account, "wechat_openid", "original_id", inside, request)
    }

    fn address(&self, text: &str) -> Option<Identifier> {
        crate::json::word(text).map(|id| Identifier::channel("wechat_openid", id, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(token::check(http, account, token::Issuer::WeChat))
    }

    fn media<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(crate::media::wechat(http, account, token::Issuer::WeChat, file))
    }

    /// A number of the global return codes, or the words of a template's end ("Template messages: event push").
    fn receipt_error(&self, code: &str) -> Option<ErrorClass> {
        if code.contains("user block") { Some(ErrorClass::BlockedByUser) } else { token::class(code.parse().ok()?) }
    }

    fn remedy(&self, code: &str) -> Option<&'static str> {
        token::remedy(code.parse().ok()?)
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

    fn accepted(&self, _: &InboundRequest) -> Reply {
        Reply::text("success")
    }
}

#[cfg(test)]
mod tests;
