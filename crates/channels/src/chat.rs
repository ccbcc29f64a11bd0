//! Web chat: our own edge takes the visitor's words; answers are shown by the visitor's subscription.

use crate::{Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, signature};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind, Input, MediaKind},
    event::{Content, EventKind, Identifier, InboundEvent, Sender, Verification},
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};
use serde::Deserialize;
use serde_json::json;

/// The adapter.
pub(crate) struct WebChat;

const SETTINGS: &[Setting] = &[Setting::text("origins", "Sites", "站点")
    .required()
    .takes(Input::List)
    .help("Sites that may embed the widget; * is any", "允许嵌入聊天组件的站点，* 表示任意")
    .example("https://www.example.com")];

#[derive(Deserialize)]
struct VisitorMessage {
    client_id: String,
    visitor: String,
    text: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    locale: Option<String>,
}

impl Channel for WebChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WebChat
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            idempotent_send: true,
            ..Capabilities::default()
        }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    /// Visitors come by their own door, with a token; nothing is taken over the webhook.
    fn verify(&self, _: &AccountConfig, _: &InboundRequest, _: Instant) -> Result<Verified, Reject> {
        Err(Reject::NoSecret)
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let Ok(said) = serde_json::from_slice::<VisitorMessage>(&request.body) else {
            let key = format!("body:{}", signature::digest(&request.body));
            let mut event = InboundEvent::new(EventKind::UnknownEvent, key, request.received_at);
            event.detail = json!({ "reason": "not a visitor's message" });
            return vec![event];
        };
        let key = format!("message:{}:{}", said.visitor, said.client_id);
        let mut event = InboundEvent::new(EventKind::Message, key.clone(), request.received_at);
        event.external_id = Some(key);
        event.content = Some(Content { message_type: "text".into(), text: Some(said.text), ..Content::default() });
        let visitor = Identifier {
            scheme: "web_visitor".to_owned(),
            value: said.visitor,
            scope: account.id.to_string(),
            verified: Verification::Channel,
            derived: false,
        };
        event.sender = Sender { ids: vec![visitor], name: said.name, locale: said.locale, ..Sender::default() };
        vec![event]
    }

    /// A visitor has no address: there is nobody to write to before they come.
    fn address(&self, _: &str) -> Option<Identifier> {
        None
    }

    /// There is no provider: the widget is our own.
    fn check<'a>(&'a self, _: &'a Http, _: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(async { Ok(String::new()) })
    }

    fn send<'a>(
        &'a self,
        _: &'a Http,
        _: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move { Ok(Accepted { external_ids: vec![message.item.to_string()], learned: vec![] }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changed_bodies_do_no_harm() {
        let body =
            json!({ "client_id": "c1", "visitor": "v1", "text": "hi", "name": "Ida", "locale": "en" }).to_string();
        crate::testing::survives(&WebChat, &crate::testing::account(&WebChat, json!({}), &[]), &[&body]);
    }
}
