//! Web chat: our own edge takes the visitor's words; answers are shown by the visitor's subscription.

use crate::{Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, signature};
use futures_util::future::BoxFuture;
use meridian_domain::{
    amendment::REACTIONS,
    channel::{AccountConfig, ChannelKind, Generated, Input, MediaKind},
    event::{Attachment, Choice, Content, EventKind, Identifier, InboundEvent, Sender, Verification},
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
    /// The button that was chosen, whose title the text is.
    #[serde(default)]
    choice: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    locale: Option<String>,
    /// What the visitor says of themselves, unproven.
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    identity: Option<SiteIdentity>,
    #[serde(default)]
    file: Option<ShownFile>,
}

/// A file that the visitor shows: it is the body of the request.
#[derive(Deserialize)]
struct ShownFile {
    name: String,
    content_type: String,
    size: u64,
}

impl ShownFile {
    fn attachment(self) -> Attachment {
        let kind = MediaKind::of(&self.content_type).code().to_owned();
        let (mime, name, size) = (Some(self.content_type), Some(self.name), Some(self.size));
        Attachment { kind, mime, name, size, ..Attachment::default() }
    }
}

/// Words are the body of their request; of a file they stand beside it.
fn read(request: &StoredRequest) -> Option<VisitorMessage> {
    if request.part.get("file").is_some() {
        return serde_json::from_value(request.part.clone()).ok();
    }
    serde_json::from_slice(&request.body).ok().filter(|said: &VisitorMessage| said.file.is_none())
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
            buttons: 10,
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            edits: true,
            deletes: true,
            reacts: REACTIONS,
            typing: true,
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
        let Some(said) = read(request) else {
            let key = format!("body:{}", signature::digest(&request.body));
            let mut event = InboundEvent::new(EventKind::UnknownEvent, key, request.received_at);
            event.detail = json!({ "reason": "not a visitor's message" });
            return vec![event];
        };
        let key = format!("message:{}:{}", said.visitor, said.client_id);
        let mut event = InboundEvent::new(EventKind::Message, key.clone(), request.received_at);
        event.external_id = Some(key);
        let attachments: Vec<Attachment> = said.file.map(ShownFile::attachment).into_iter().collect();
        let message_type = attachments.first().map_or_else(|| "text".to_owned(), |file| file.kind.clone());
        let text = Some(said.text).filter(|text| !text.is_empty());
        let title = text.clone().unwrap_or_default();
        let choice = said.choice.map(|payload| Choice { payload, title, ..Choice::default() });
        event.content = Some(Content { message_type, text, attachments, choice, ..Content::default() });
        let visitor = Identifier {
            scheme: "web_visitor".to_owned(),
            value: said.visitor,
            scope: account.id.to_string(),
            verified: Verification::Channel,
            derived: false,
        };
        let known = said.identity;
        let claimed = said.email.filter(|_| known.is_none());
        let claimed = claimed
            .map(|email| Identifier { verified: Verification::Claimed, ..Identifier::channel("email", email, "") });
        let ids = std::iter::once(visitor).chain(known.iter().flat_map(SiteIdentity::ids)).chain(claimed).collect();
        let name = known.and_then(|known| known.name).or(said.name);
        event.sender = Sender { ids, name, locale: said.locale, ..Sender::default() };
        vec![event]
    }

    /// A file is the body of its own request.
    fn inside(&self, _: &AccountConfig, request: &StoredRequest, _: Option<&str>, _: usize) -> Option<Vec<u8>> {
        request.part.get("file").map(|_| request.body.to_vec())
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
        let shown = json!({ "client_id": "c2", "visitor": "v1", "text": "",
                            "file": { "name": "bill.pdf", "content_type": "application/pdf", "size": 4 } });
        let stored = StoredRequest { part: shown.clone(), ..crate::testing::stored("%PDF".to_owned()) };
        let event = WebChat.parse(&account, &stored).remove(0);
        let content = event.content.unwrap();
        assert_eq!((content.message_type.as_str(), content.text), ("document", None));
        assert_eq!(content.attachments[0].name.as_deref(), Some("bill.pdf"));
        assert_eq!(WebChat.inside(&account, &stored, None, 0).as_deref(), Some(&b"%PDF"[..]));
        // In words, a file is nothing.
        let lie = WebChat.parse(&account, &crate::testing::stored(shown.to_string()));
        assert_eq!(lie[0].kind, EventKind::UnknownEvent);
        crate::testing::survives(&WebChat, &crate::testing::account(&WebChat, json!({}), &[]), &[&body]);
    }
}
