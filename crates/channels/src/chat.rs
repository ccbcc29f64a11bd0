//! Web chat: our own edge takes the visitor's words; answers are shown by the visitor's subscription.

use crate::{Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, signature};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind, Generated, Input, MediaKind},
    event::{Content, EventKind, Identifier, InboundEvent, Sender, Verification},
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};
use serde::Deserialize;
use serde_json::json;

/// The adapter.
pub(crate) struct WebChat;

const SETTINGS: &[Setting] = &[
    Setting::text("origins", "Sites", "站点")
        .required()
        .takes(Input::List)
        .help("Sites that may embed the widget; * is any", "允许嵌入聊天组件的站点，* 表示任意")
        .example("https://www.example.com"),
    Setting::secret("identity_secret", "Identity secret", "身份密钥")
        .help("Your site signs with it who its visitors are (JWT, HS256)", "网站用它签名访客的身份（JWT，HS256）")
        .or_made(Generated::Token),
];

#[derive(Deserialize)]
struct VisitorMessage {
    client_id: String,
    visitor: String,
    text: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    identity: Option<SiteIdentity>,
}

/// Who the visitor is by their site's signature, which the edge has verified.
#[derive(Deserialize)]
struct SiteIdentity {
    sub: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    name: Option<String>,
}

impl SiteIdentity {
    fn ids(&self) -> impl Iterator<Item = Identifier> {
        let of = |scheme: &str, value: &Option<String>| {
            value
                .clone()
                .map(|value| Identifier { verified: Verification::Token, ..Identifier::channel(scheme, value, "") })
        };
        [of("crm_id", &Some(self.sub.clone())), of("email", &self.email), of("phone_e164", &self.phone)]
            .into_iter()
            .flatten()
    }
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
        let known = said.identity;
        let ids = std::iter::once(visitor).chain(known.iter().flat_map(SiteIdentity::ids)).collect();
        let name = known.and_then(|known| known.name).or(said.name);
        event.sender = Sender { ids, name, locale: said.locale, ..Sender::default() };
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
        let known = json!({ "client_id": "c1", "visitor": "v1", "text": "hi",
                            "identity": { "sub": "C-7", "email": "ida@example.org", "name": "Ida B." } });
        let account = crate::testing::account(&WebChat, json!({}), &[]);
        let said = WebChat.parse(&account, &crate::testing::stored(known.to_string()));
        let told: Vec<_> =
            said[0].sender.ids.iter().map(|id| (id.scheme.as_str(), id.value.as_str(), id.verified)).collect();
        let token = Verification::Token;
        let visitor = ("web_visitor", "v1", Verification::Channel);
        assert_eq!(told, [visitor, ("crm_id", "C-7", token), ("email", "ida@example.org", token)]);
        assert_eq!(said[0].sender.name.as_deref(), Some("Ida B."));
        crate::testing::survives(&WebChat, &crate::testing::account(&WebChat, json!({}), &[]), &[&body]);
    }
}
