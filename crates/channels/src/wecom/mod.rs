//! WeCom: messages to an app, and customer service, whose callback only says that something waits (WeCom "Receiving
//! messages and events", "Customer service: receive messages and events", "Send message").

mod pull;
mod send;

pub use pull::{Pulled, pull};

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Reply, Setting, StoredRequest, Verified,
    wechat::{callback::Scheme, parse},
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct WeCom;

/// There is no plain mode.
const SCHEME: Scheme = Scheme { receiver: "corp_id", plain: false };

const SETTINGS: &[Setting] = &[
    Setting { name: "corp_id", secret: false, required: true, help: "ww.." },
    Setting { name: "open_kfid", secret: false, required: false, help: "Customer service account (wk..)" },
    Setting { name: "agent_id", secret: false, required: false, help: "Number of the app, to write to colleagues" },
    Setting { name: "api_base", secret: false, required: false, help: "Default https://qyapi.weixin.qq.com" },
    Setting { name: "token", secret: true, required: true, help: "Signs callbacks" },
    Setting { name: "encoding_aes_key", secret: true, required: true, help: "43 characters; seals callbacks" },
    Setting { name: "corp_secret", secret: true, required: true, help: "Secret of the app; sends and pulls" },
];

impl Channel for WeCom {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WeCom
    }

    /// Text counts in bytes. Our own message id makes a repeated send one message; 5 messages in the window.
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            text_max: 2048,
            media: true,
            delete: true,
            window_hours: 48,
            idempotent_send: true,
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
        let inside = SCHEME.inside(account, &request.body);
        parse::callback(account, "wecom_userid", "own_id", inside, request)
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
