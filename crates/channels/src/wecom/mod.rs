//! WeCom: messages to an app, and customer service, whose callback only says that something waits (WeCom "Receiving
//! messages and events", "Customer service: receive messages and events", "Send message").

mod amend;
mod pull;
mod send;

use crate::{
    Capabilities, Channel, Http, InboundRequest, Place, PullFrom, Pulled, Reject, Reply, Setting, StoredRequest,
    Verified,
    wechat::{
        callback::Scheme,
        parse,
        token::{self, Issuer},
    },
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::OutboundAmendment,
    channel::{AccountConfig, ChannelKind, Generated, MediaKind},
    event::{Attachment, Identifier, InboundEvent},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct WeCom;

/// There is no plain mode.
const SCHEME: Scheme = Scheme { receiver: "corp_id", plain: false };

const SETTINGS: &[Setting] = &[
    Setting::text("corp_id", "Corp id", "企业 ID")
        .required()
        .help("In the admin console under My company", "见管理后台“我的企业”")
        .example("ww.."),
    Setting::secret("corp_secret", "App secret", "应用 Secret").help("Sends and pulls", "用于发送与拉取消息"),
    Setting::secret("token", "Callback token", "回调 Token")
        .help("Signs callbacks; paste it at the provider", "用于校验回调签名，请填写到服务商后台")
        .or_made(Generated::Token),
    Setting::secret("encoding_aes_key", "EncodingAESKey", "消息加解密密钥 EncodingAESKey")
        .help("43 characters; seals callbacks", "43 位字符，用于消息加解密")
        .or_made(Generated::AesKey),
    Setting::text("open_kfid", "Customer service account", "客服账号 ID")
        .help("Who writes to customers", "向客户发送消息的客服账号")
        .example("wk.."),
    Setting::text("agent_id", "App number", "应用 AgentId")
        .help("To write to colleagues", "用于向企业成员发送消息")
        .example("1000002"),
    Setting::api_base("https://qyapi.weixin.qq.com"),
    Setting::sends_per_second("0"),
];

impl Channel for WeCom {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WeCom
    }

    /// Text counts in bytes. Our own message id makes a repeated send one message; 5 messages in the window.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 2048,
            buttons: 10,
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            window_hours: 48,
            // "Customer service: send message".
            window_messages: 5,
            deletes: true,
            delete_minutes: amend::RECALL_MINUTES,
            ..Capabilities::default()
        }
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

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        if request.pulled().is_some() {
            return pull::read(request);
        }
        let inside = SCHEME.inside(account, &request.body);
        parse::callback(account, "wecom_userid", "own_id", inside, request)
    }

    fn address(&self, text: &str) -> Option<Identifier> {
        crate::json::word(text).map(|id| Identifier::channel("wecom_external_userid", id, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(token::check(http, account, Issuer::WeCom))
    }

    fn media<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        file: &'a Attachment,
    ) -> BoxFuture<'a, Result<Place, SendError>> {
        Box::pin(crate::media::wechat(http, account, Issuer::WeCom, file))
    }

    fn pull<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        from: PullFrom<'a>,
    ) -> BoxFuture<'a, Result<Pulled, SendError>> {
        Box::pin(pull::pull(http, account, from))
    }

    fn receipt_error(&self, code: &str) -> Option<ErrorClass> {
        send::class(code.parse().ok()?)
    }

    fn remedy(&self, code: &str) -> Option<&'static str> {
        send::remedy(code.parse().ok()?)
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
        Box::pin(amend::recall(http, account, amendment))
    }

    fn accepted(&self, _: &InboundRequest) -> Reply {
        Reply::text("success")
    }
}

#[cfg(test)]
mod tests;
