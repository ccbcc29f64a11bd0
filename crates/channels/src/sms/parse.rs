//! From a form to an event.

use super::form;
use crate::{StoredRequest, json::text, signature};
use meridian_domain::{
    event::{
        Attachment, Choice, Content, Direction, EventKind, Identifier, InboundEvent, Location, ProviderError,
        ReceiptStatus,
    },
    identity,
    time::Instant,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Most media of one message; Twilio sends ten.
const MOST_MEDIA: usize = 20;

struct Fields(BTreeMap<String, String>);

impl Fields {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }
}

/// Reads a message or a status report. Bodies with NUL bytes exist; the database takes none.
pub(super) fn event(request: &StoredRequest) -> InboundEvent {
    let fields = form(&request.body).into_iter().map(|(name, value)| (name, value.replace('\0', "")));
    let fields = Fields(fields.collect());
    let received = request.received_at;
    let Some(sid) = ["MessageSid", "SmsMessageSid", "SmsSid"].iter().find_map(|name| fields.get(name)) else {
        let key = format!("body:{}", signature::digest(&request.body));
        let mut event = InboundEvent::new(EventKind::UnknownEvent, key, received);
        event.detail = json!({ "reason": "no MessageSid", "raw": fields.0 });
        return event;
    };
    let state = fields.get("MessageStatus").or_else(|| fields.get("SmsStatus"));
    match state.filter(|status| !matches!(*status, "received" | "receiving")) {
        Some(status) => receipt(sid, status, &fields, received),
        None => message(sid, &fields, received),
    }
}

fn message(sid: &str, fields: &Fields, received: Instant) -> InboundEvent {
    // Twilio passes the keywords of the carrier's opt-out on ("Advanced Opt-Out").
    let kind = match fields.get("OptOutType") {
        Some("STOP") => EventKind::OptOut,
        Some("START") => EventKind::OptIn,
        _ => EventKind::Message,
    };
    let mut event = InboundEvent::new(kind, sid, received);
    event.external_id = Some(sid.to_owned());
    event.sender.ids = sender(fields);
    let channel = channel_context(fields);
    event.sender.name = fields.owned("ProfileName").or_else(|| text(&channel, "/ProfileName").map(str::to_owned));
    for (name, field) in [("city", "FromCity"), ("state", "FromState"), ("zip", "FromZip"), ("country", "FromCountry")]
    {
        event.sender.geo.extend(fields.get(field).map(|value| (name.to_owned(), json!(value))));
    }
    event.reply_to = fields.owned("OriginalRepliedMessageSid");
    event.forwarded = ["Forwarded", "FrequentlyForwarded"].iter().any(|name| fields.get(name) == Some("true"));
    event.referral = referral(fields);
    event.note("to", fields.get("To"));
    event.note("opt", fields.get("OptOutType").map(str::to_lowercase));
    event.content = Some(content(fields));
    event
}

/// What the network says beside the message: JSON in a field ("Channel metadata": `data.context`).
fn channel_context(fields: &Fields) -> Value {
    let metadata = fields.get("ChannelMetadata").and_then(|text| serde_json::from_str::<Value>(text).ok());
    metadata.and_then(|metadata| metadata.pointer("/data/context").cloned()).unwrap_or_default()
}

/// Fields of a click on an advertisement, without their prefix.
fn referral(fields: &Fields) -> Value {
    let names = [
        ("source_id", "ReferralSourceId"),
        ("source_type", "ReferralSourceType"),
        ("source_url", "ReferralSourceUrl"),
        ("headline", "ReferralHeadline"),
        ("body", "ReferralBody"),
        ("media_url", "ReferralMediaUrl"),
        ("ctwa_clid", "ReferralCtwaClid"),
    ];
    let found: Map<String, Value> =
        names.iter().filter_map(|(name, field)| Some(((*name).to_owned(), json!(fields.get(field)?)))).collect();
    if found.is_empty() { Value::Null } else { Value::Object(found) }
}

fn content(fields: &Fields) -> Content {
    let mut content = Content::of("text");
    content.text = fields.owned("Body");
    let stated = fields.get("NumMedia").and_then(|n| n.parse::<usize>().ok());
    let attachments = (0..stated.unwrap_or(MOST_MEDIA).min(MOST_MEDIA)).map_while(|n| {
        let url = fields.owned(&format!("MediaUrl{n}"))?;
        let mime = fields.owned(&format!("MediaContentType{n}"));
        let kind = mime.as_deref().and_then(|mime| mime.split('/').next()).unwrap_or("file").to_owned();
        Some(Attachment { kind, mime, url: Some(url), ..Attachment::default() })
    });
    content.attachments = attachments.collect();
    if let Some(first) = content.attachments.first() {
        content.message_type = match first.kind.as_str() {
            kind @ ("image" | "audio" | "video") => kind.to_owned(),
            _ => "document".to_owned(),
        };
    }
    let degrees = |name: &str| fields.get(name)?.parse::<f64>().ok().filter(|value| value.is_finite());
    if let (Some(lat), Some(lon)) = (degrees("Latitude"), degrees("Longitude")) {
        let (name, address) = (fields.owned("Label"), fields.owned("Address"));
        content.location = Some(Location { lat, lon, name, address, url: None });
        "location".clone_into(&mut content.message_type);
    }
    let button = fields.get("ButtonPayload").or_else(|| fields.get("ListId"));
    if let Some(payload) = button.or_else(|| fields.get("ButtonText")) {
        let title = fields.get("ButtonText").or_else(|| fields.get("ListTitle")).or_else(|| fields.get("Body"));
        let title = title.unwrap_or_default().to_owned();
        content.choice = Some(Choice { payload: payload.to_owned(), title, details: Map::new() });
        "choice".clone_into(&mut content.message_type);
    }
    // Answers of a WhatsApp flow ("WhatsApp Flows": `InteractiveData`, a text that holds JSON).
    if let Some(answers) = fields.get("InteractiveData").or_else(|| fields.get("FlowData")) {
        content.form = serde_json::from_str(answers).unwrap_or_else(|_| json!(answers));
        "form".clone_into(&mut content.message_type);
    }
    content
}

/// Phone numbers are proved by the carrier; short codes and names are no phone numbers. Other networks come with a prefix.
fn sender(fields: &Fields) -> Vec<Identifier> {
    let from = fields.get("From").unwrap_or_default();
    let mut ids = Vec::new();
    let (network, address) = from.split_once(':').unwrap_or(("", from));
    match network {
        "whatsapp" => {
            let digits = fields.get("WaId").unwrap_or_else(|| address.trim_start_matches('+'));
            if business_scoped(address) {
                ids.push(Identifier::channel("wa_bsuid", address, ""));
            } else if !digits.is_empty() {
                ids.push(Identifier::channel("wa_id", digits, ""));
            }
            if is_phone(address) {
                ids.push(Identifier { derived: true, ..Identifier::channel("phone_e164", address, "") });
            }
        }
        // The phone of a customer, by its other network ("Send and receive RCS messages").
        "rcs" if is_phone(address) => ids.push(Identifier::channel("phone_e164", address, "")),
        "messenger" => ids.push(Identifier::channel("fb_psid", address, fields.get("To").unwrap_or_default())),
        _ if is_phone(from) => {
            ids.push(Identifier::channel("phone_e164", from, ""));
            // Carriers hand over senders that look like numbers and belong to no numbering plan.
            if identity::normalise("phone_e164", from).is_err() {
                ids.push(Identifier::channel("sms_sender", from, ""));
            }
        }
        _ if !from.is_empty() => ids.push(Identifier::channel("sms_sender", from, "")),
        _ => {}
    }
    let scoped = fields.get("ExternalUserId").and_then(|id| id.strip_prefix("whatsapp:"));
    if let Some(scoped) = scoped.filter(|scoped| !ids.iter().any(|id| id.value == *scoped)) {
        let at = usize::from(!ids.is_empty());
        ids.insert(at, Identifier::channel("wa_bsuid", scoped, ""));
    }
    ids
}

fn business_scoped(id: &str) -> bool {
    id.as_bytes().get(2) == Some(&b'.') && id.starts_with(|c: char| c.is_ascii_uppercase())
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Reports come out of order, which is normal ("Outbound message status").
fn receipt(sid: &str, status: &str, fields: &Fields, received: Instant) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::Receipt, format!("{sid}:{status}"), received);
    event.direction = Direction::System;
    event.target = Some(sid.to_owned());
    event.status = match status {
        "queued" | "accepted" | "scheduled" | "sending" => Some(ReceiptStatus::Accepted),
        "sent" => Some(ReceiptStatus::Sent),
        "delivered" => Some(ReceiptStatus::Delivered),
        "read" => Some(ReceiptStatus::Read),
        "failed" | "undelivered" | "canceled" => Some(ReceiptStatus::Failed),
        _ => None,
    };
    if event.status.is_none() {
        event.note("status", status);
    }
    event.note("provider_status", status);
    event.note("to", fields.get("To"));
    let code = fields.get("ErrorCode").filter(|code| *code != "0");
    let title = fields.owned("ErrorMessage").or_else(|| fields.owned("ChannelStatusMessage")).unwrap_or_default();
    event.errors = code
        .map(|code| ProviderError { code: code.to_owned(), title, ..ProviderError::default() })
        .into_iter()
        .collect();
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> InboundEvent {
        let received_at = "2026-05-04T12:00:00Z".parse().unwrap();
        event(&StoredRequest { part: Value::Null, body: body.to_owned().into(), received_at })
    }

    fn ids(event: &InboundEvent) -> Vec<(&str, &str)> {
        event.sender.ids.iter().map(|id| (id.scheme.as_str(), id.value.as_str())).collect()
    }

    #[test]
    fn short_codes_are_no_phone_numbers_and_prefixes_name_the_network() {
        assert_eq!(ids(&read("MessageSid=SM1&From=%2B442079460018")), [("phone_e164", "+442079460018")]);
        assert_eq!(ids(&read("MessageSid=SM1&From=72345")), [("sms_sender", "72345")]);
        let wa =
            read("MessageSid=SM1&From=whatsapp%3A%2B442079460018&WaId=442079460018&ExternalUserId=whatsapp%3AGB.7");
        assert_eq!(ids(&wa), [("wa_id", "442079460018"), ("wa_bsuid", "GB.7"), ("phone_e164", "+442079460018")]);
        assert_eq!(ids(&read("MessageSid=SM1&From=messenger%3A77&To=messenger%3A8")), [("fb_psid", "77")]);
        assert_eq!(ids(&read("MessageSid=SM1&From=rcs%3A%2B15558675310")), [("phone_e164", "+15558675310")]);
        assert_eq!(ids(&read("MessageSid=SM1")), []);
    }

    #[test]
    fn messages_keep_text_media_buttons_and_places() {
        let found = read(
            "MessageSid=MM1&From=%2B442079460018&Body=a%00b&NumMedia=1&MediaUrl0=https%3A%2F%2Fx%2F1&MediaContentType0=image%2Fpng",
        );
        let content = found.content.unwrap();
        assert_eq!((content.text.as_deref(), content.attachments.len()), (Some("ab"), 1));
        let found = read("MessageSid=SM2&Latitude=51.5&Longitude=-0.1&Label=Home&OptOutType=STOP");
        assert_eq!((found.kind, found.content.unwrap().location.unwrap().lat), (EventKind::OptOut, 51.5));
        let found = read("MessageSid=SM3&Body=Yes&ButtonPayload=yes&ButtonText=Yes");
        assert_eq!(found.content.unwrap().choice.unwrap().payload, "yes");
        let flow =
            url::form_urlencoded::Serializer::new(String::from("MessageSid=SM4&From=whatsapp%3A%2B442079460018"))
                .append_pair("InteractiveData", r#"{"size":"M"}"#)
                .append_pair("ChannelMetadata", r#"{"type":"whatsapp","data":{"context":{"ProfileName":"Ida"}}}"#)
                .finish();
        let found = read(&flow);
        assert_eq!(found.sender.name.as_deref(), Some("Ida"));
        assert_eq!(found.content.map(|c| (c.message_type, c.form)), Some(("form".into(), json!({ "size": "M" }))));
    }

    #[test]
    fn reports_move_our_messages() {
        let found = read("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003&To=%2B15005550001");
        assert_eq!((found.kind, found.status), (EventKind::Receipt, Some(ReceiptStatus::Failed)));
        assert_eq!((found.dedupe_key.as_str(), found.errors[0].code.as_str()), ("SM1:undelivered", "30003"));
        assert_eq!(read("hello").kind, EventKind::UnknownEvent);
    }
}
