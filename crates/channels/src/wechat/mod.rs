//! WeChat official accounts (WeChat Official Accounts "Receiving standard messages", "Receiving event pushes", "Customer
//! service messages").

pub(crate) mod callback;
pub mod crypto;
pub(crate) mod parse;
mod send;
pub(crate) mod token;
pub(crate) mod xml;

use crate::{Capabilities, Channel, Http, InboundRequest, Reject, Reply, Setting, StoredRequest, Verified};
use callback::Scheme;
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct WeChat;

const SCHEME: Scheme = Scheme { receiver: "app_id", plain: true };

const SETTINGS: &[Setting] = &[
    Setting { name: "app_id", secret: false, required: true, help: "wx.." },
    Setting { name: "original_id", secret: false, required: false, help: "gh_.., the ToUserName of callbacks" },
    Setting { name: "allow_plain", secret: false, required: false, help: "Take plain bodies although a key is set" },
    Setting { name: "api_base", secret: false, required: false, help: "Default https://api.weixin.qq.com" },
    Setting { name: "token", secret: true, required: true, help: "Signs callbacks" },
    Setting { name: "encoding_aes_key", secret: true, required: false, help: "43 characters; seals callbacks" },
    Setting { name: "app_secret", secret: true, required: true, help: "Sends messages" },
];

impl Channel for WeChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WeChat
    }

    /// Text counts in bytes. The window is 48 hours and 5 messages after a message of the customer.
    fn capabilities(&self) -> Capabilities {
        Capabilities { text_max: 2048, media: true, typing: true, window_hours: 48, ..Capabilities::default() }
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

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(http, account, message))
    }

    fn accepted(&self) -> Reply {
        Reply::text("success")
    }
}

#[cfg(test)]
mod tests;
