//! WhatsApp Cloud API (Meta's Cloud API webhooks and messages reference).

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Reply, Setting, StoredRequest, Verified,
    http::{Answer, Request, error},
    signature, split_text,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::{
        Attachment, Choice, Content, EventKind, Identifier, InboundEvent, ProviderError, ReceiptStatus, Sender,
        Verification,
    },
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::Instant,
};
use serde_json::{Value, json};
use std::time::Duration;

/// The adapter.
pub(crate) struct WhatsApp;

const SETTINGS: &[Setting] = &[
    Setting { name: "phone_number_id", secret: false, required: true, help: "Id of the number, from the Meta app" },
    Setting { name: "api_base", secret: false, required: false, help: "Default https://graph.facebook.com" },
    Setting { name: "api_version", secret: false, required: false, help: "Default v21.0" },
    Setting { name: "app_secret", secret: true, required: true, help: "Signs the webhooks" },
    Setting { name: "verify_token", secret: true, required: true, help: "Asked for when the webhook is connected" },
    Setting { name: "access_token", secret: true, required: true, help: "Sends messages" },
];

fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path)?.as_str().filter(|text| !text.is_empty())
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn unknown(key: String, at: Instant, reason: &str, raw: &Value) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::UnknownEvent, key, at);
    event.detail = json!({ "reason": reason, "raw": raw });
    event
}

impl Channel for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WhatsApp
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { text_max: 4096, delivered: true, read: true, window_hours: 24, idempotent_send: false }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn challenge(&self, account: &AccountConfig, request: &InboundRequest) -> Option<Reply> {
        let pairs = request.query_pairs();
        let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let token = value("hub.verify_token")?;
        let known = account.secrets("verify_token").any(|s| signature::equal(s.expose().as_bytes(), token.as_bytes()));
        (value("hub.mode") == Some("subscribe") && known).then(|| Reply::text(value("hub.challenge").unwrap_or("")))
    }

    /// `X-Hub-Signature-256` alone counts: the older SHA-1 header is a downgrade.
    fn verify(&self, account: &AccountConfig, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        let header = request.header("x-hub-signature-256").ok_or(Reject::Missing)?;
        let given = header.strip_prefix("sha256=").and_then(|text| hex::decode(text).ok()).ok_or(Reject::Mismatch)?;
        signature::any(account.secrets("app_secret"), |secret| {
            signature::equal(&signature::sha256(secret.expose().as_bytes(), &[&request.body]), &given)
        })
    }

    fn order_key(&self, request: &InboundRequest) -> String {
        let body = &request.body;
        let find = |needle: &[u8]| body.windows(needle.len()).position(|w| w == needle).map(|at| at + needle.len());
        let after = find(b"\"from\":").or_else(|| find(b"\"recipient_id\":"));
        let Some(rest) = after.and_then(|at| body.get(at..)) else { return String::new() };
        rest.iter()
            .skip_while(|b| matches!(b, b' ' | b'"'))
            .take_while(|b| **b != b'"')
            .take(40)
            .map(|b| char::from(*b))
            .collect()
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let received = request.received_at;
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            let key = format!("body:{}", signature::digest(&request.body));
            return vec![unknown(key, received, "the body is not JSON", &Value::Null)];
        };
        let mut events = Vec::new();
        for entry in list(&body, "entry") {
            for change in list(entry, "changes") {
                change_events(account, change, received, &mut events);
            }
        }
        if events.is_empty() {
            let key = format!("body:{}", signature::digest(&request.body));
            events.push(unknown(key, received, "nothing known in the body", &body));
        }
        events
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send(http, account, message))
    }
}

fn change_events(account: &AccountConfig, change: &Value, received: Instant, events: &mut Vec<InboundEvent>) {
    let value = change.get("value").unwrap_or(&Value::Null);
    let hash = signature::digest(change.to_string().as_bytes());
    if let Some(number) = text(value, "/metadata/phone_number_id") {
        let ours = account.setting("phone_number_id") == Some(number) || account.addresses.iter().any(|a| a == number);
        if !ours {
            return events.push(unknown(format!("foreign:{hash}"), received, "a number of another account", change));
        }
    }
    let before = events.len();
    let contacts: Vec<&Value> = list(value, "contacts").collect();
    for message in list(value, "messages") {
        events.push(inbound(message, &contacts, received));
    }
    for echo in list(value, "message_echoes") {
        let mut event = inbound(echo, &contacts, received);
        event.echo = true;
        if let Some(to) = text(echo, "/to") {
            event.sender.ids = identifiers(Some(to), None);
        }
        events.push(event);
    }
    for status in list(value, "statuses") {
        events.push(receipt(status, received));
    }
    if events.len() == before {
        let mut event = unknown(format!("change:{hash}"), received, "a field that is not handled", change);
        event.detail["field"] = change.get("field").cloned().unwrap_or_default();
        events.push(event);
    }
}

/// Provider seconds as text or number; the time of arrival when absent.
fn at(value: &Value, received: Instant) -> Instant {
    let seconds = value.get("timestamp").and_then(|t| t.as_i64().or_else(|| t.as_str()?.parse().ok()));
    seconds.and_then(|s| chrono::DateTime::from_timestamp(s, 0)).unwrap_or(received)
}

/// A WhatsApp id is a verified phone number in most countries; the stored form of a few differs from the dialled one.
fn phone_of(wa_id: &str) -> Option<String> {
    if wa_id.len() < 7 || !wa_id.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let dialled = match wa_id {
        id if id.starts_with("521") && id.len() == 13 => format!("52{}", &id[3..]),
        id => id.to_owned(),
    };
    Some(format!("+{dialled}"))
}

fn identifiers(from: Option<&str>, scoped: Option<&str>) -> Vec<Identifier> {
    let id = |scheme: &str, value: String, derived| Identifier {
        scheme: scheme.to_owned(),
        value,
        scope: String::new(),
        verified: Verification::Channel,
        derived,
    };
    let mut ids = Vec::new();
    match from {
        Some(wa_id) if phone_of(wa_id).is_some() => ids.push(id("wa_id", wa_id.to_owned(), false)),
        Some(other) => ids.push(id("wa_bsuid", other.to_owned(), false)),
        None => {}
    }
    ids.extend(scoped.map(|scoped| id("wa_bsuid", scoped.to_owned(), false)));
    ids.extend(from.and_then(phone_of).map(|phone| id("phone_e164", phone, true)));
    ids
}

fn sender(message: &Value, contacts: &[&Value]) -> Sender {
    let from = text(message, "/from");
    let scoped = text(message, "/from_user_id");
    let contact =
        contacts.iter().find(|c| text(c, "/wa_id") == from || (scoped.is_some() && text(c, "/user_id") == scoped));
    let contact = contact.or(contacts.first());
    let scoped = scoped.or_else(|| contact.and_then(|c| text(c, "/user_id")));
    let name = contact.and_then(|c| text(c, "/profile/name")).map(str::to_owned);
    Sender { ids: identifiers(from, scoped), name, locale: None }
}

fn inbound(message: &Value, contacts: &[&Value], received: Instant) -> InboundEvent {
    let id = text(message, "/id").unwrap_or_default();
    let kind = text(message, "/type").unwrap_or_default();
    let mut event = InboundEvent::new(EventKind::Message, format!("message:{id}"), at(message, received));
    event.external_id = Some(id.to_owned()).filter(|id| !id.is_empty());
    event.sender = sender(message, contacts);
    event.reply_to = text(message, "/context/id").map(str::to_owned);
    let part = message.get(kind).unwrap_or(&Value::Null);
    match kind {
        "reaction" => {
            event.kind = EventKind::Reaction;
            event.target = text(part, "/message_id").map(str::to_owned);
            event.reaction = text(part, "/emoji").map(str::to_owned);
        }
        "edit" | "revoke" => {
            event.kind = if kind == "edit" { EventKind::Edit } else { EventKind::Delete };
            event.target = text(part, "/original_message_id").map(str::to_owned);
            if let Some(inner) = part.get("message") {
                event.content = content(text(inner, "/type").unwrap_or_default(), inner);
            }
        }
        "system" => {
            event.kind = EventKind::IdentityChange;
            event.detail = part.clone();
        }
        "unsupported" => {
            event.kind = EventKind::Unsupported;
            event.errors = errors(message);
        }
        _ => {
            if let Some(found) = content(kind, message) {
                event.content = Some(found);
            } else {
                event.kind = EventKind::Unsupported;
                event.detail = json!({ "reason": "a message type that is not handled", "raw": message });
            }
        }
    }
    if event.kind != EventKind::Message && event.kind != EventKind::Unsupported {
        event.external_id = None;
    }
    event
}

fn content(kind: &str, message: &Value) -> Option<Content> {
    let part = message.get(kind).unwrap_or(&Value::Null);
    let mut content = Content { message_type: kind.to_owned(), ..Content::default() };
    match kind {
        "text" => content.text = text(part, "/body").map(str::to_owned),
        "image" | "audio" | "video" | "document" | "sticker" => {
            if part.get("voice") == Some(&Value::Bool(true)) {
                "voice".clone_into(&mut content.message_type);
            }
            content.text = text(part, "/caption").map(str::to_owned);
            content.attachments.push(Attachment {
                kind: content.message_type.clone(),
                mime: text(part, "/mime_type").map(str::to_owned),
                name: text(part, "/filename").map(str::to_owned),
                size: None,
                media_id: text(part, "/id").map(str::to_owned),
                url: text(part, "/url").map(str::to_owned),
                caption: content.text.clone(),
            });
        }
        "button" => {
            let title = text(part, "/text").unwrap_or_default().to_owned();
            let payload = text(part, "/payload").unwrap_or(&title).to_owned();
            content = choice(Choice { payload, title });
        }
        "interactive" => {
            let reply = ["button_reply", "list_reply"].iter().find_map(|name| part.get(name));
            if let Some(reply) = reply {
                let title = text(reply, "/title").unwrap_or_default().to_owned();
                content = choice(Choice { payload: text(reply, "/id").unwrap_or_default().to_owned(), title });
            } else {
                "form".clone_into(&mut content.message_type);
                content.extra = part.clone();
            }
        }
        "location" | "contacts" | "order" => {
            content.text = text(part, "/name").map(str::to_owned);
            content.extra = part.clone();
        }
        _ => return None,
    }
    Some(content)
}

fn choice(choice: Choice) -> Content {
    Content {
        message_type: "choice".to_owned(),
        text: Some(choice.title.clone()),
        choice: Some(choice),
        ..Content::default()
    }
}

fn errors(value: &Value) -> Vec<ProviderError> {
    list(value, "errors")
        .map(|error| ProviderError {
            code: error.get("code").map(ToString::to_string).unwrap_or_default(),
            title: text(error, "/error_data/details").or_else(|| text(error, "/title")).unwrap_or_default().to_owned(),
        })
        .collect()
}

fn receipt(status: &Value, received: Instant) -> InboundEvent {
    let (id, state) = (text(status, "/id").unwrap_or_default(), text(status, "/status").unwrap_or_default());
    let key = format!("status:{id}:{state}");
    let known = match state {
        "sent" => ReceiptStatus::Sent,
        "delivered" => ReceiptStatus::Delivered,
        "read" | "played" => ReceiptStatus::Read,
        "failed" => ReceiptStatus::Failed,
        _ => return unknown(key, received, "a status that is not handled", status),
    };
    let mut event = InboundEvent::new(EventKind::Receipt, key, at(status, received));
    event.target = Some(id.to_owned()).filter(|id| !id.is_empty());
    event.target_ref = text(status, "/biz_opaque_callback_data").map(str::to_owned);
    event.status = Some(known);
    event.errors = errors(status);
    event
}

async fn send(http: &Http, account: &AccountConfig, message: &OutboundMessage) -> Result<Accepted, SendError> {
    let number =
        account.setting("phone_number_id").ok_or_else(|| error(ErrorClass::Auth, "phone_number_id is not set"))?;
    let token = account.secret("access_token").ok_or_else(|| error(ErrorClass::Auth, "access_token is not set"))?;
    let base = account.setting("api_base").unwrap_or("https://graph.facebook.com").trim_end_matches('/');
    let version = account.setting("api_version").unwrap_or("v21.0");
    let url = format!("{base}/{version}/{number}/messages");
    let to = |scheme: &str| message.to.iter().find(|id| id.scheme == scheme).map(|id| id.value.as_str());
    let (field, to) = to("wa_id")
        .map(|id| ("to", id))
        .or_else(|| to("wa_bsuid").map(|id| ("recipient", id)))
        .ok_or_else(|| error(ErrorClass::BadRecipient, "no WhatsApp id"))?;
    let mut external_ids = Vec::new();
    for (n, part) in split_text(&message.text, 4096).into_iter().enumerate() {
        let mut body = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "type": "text",
            "text": { "body": part, "preview_url": false }, "biz_opaque_callback_data": message.id.to_string(),
        });
        body[field] = json!(to);
        if let (0, Some(id)) = (n, &message.in_reply_to) {
            body["context"] = json!({ "message_id": id });
        }
        let request = Request {
            url: &url,
            headers: vec![
                ("authorization", format!("Bearer {}", token.expose())),
                ("content-type", "application/json".to_owned()),
            ],
            basic: None,
            body: body.to_string().into_bytes(),
            timeout: Duration::from_secs(10),
        };
        let answer = match http.post(request).await {
            Ok(answer) if answer.status < 300 => answer,
            // Part of the text is out: the rest must not go again by itself.
            Ok(answer) if n > 0 => return Err(error(ErrorClass::Ambiguous, refusal(&answer).detail)),
            Ok(answer) => return Err(refusal(&answer)),
            Err(failure) if n > 0 => return Err(error(ErrorClass::Ambiguous, failure.detail)),
            Err(failure) => return Err(failure),
        };
        let json = answer.json();
        let id = text(&json, "/messages/0/id").ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))?;
        external_ids.push(id.to_owned());
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// Meta's error codes that call for a rule (Cloud API error codes).
fn refusal(answer: &Answer) -> SendError {
    let json = answer.json();
    let code = json.pointer("/error/code").and_then(Value::as_i64).unwrap_or(0);
    let class = match code {
        131_047 | 470 => ErrorClass::WindowClosed,
        131_026 | 131_030 => ErrorClass::BadRecipient,
        130_429 | 131_048 | 131_056 | 80_007 | 613 | 4 => ErrorClass::Throttled,
        190 | 10 | 200 => ErrorClass::Auth,
        368 | 131_031 => ErrorClass::AccountSuspended,
        _ => answer.class(),
    };
    let title = text(&json, "/error/message").unwrap_or("no reason given");
    SendError { class, detail: format!("{code} {title}"), retry_after_s: answer.retry_after_s }
}

#[cfg(test)]
mod tests;
