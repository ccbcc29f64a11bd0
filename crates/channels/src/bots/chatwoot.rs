//! Chatwoot agent bots (<https://developers.chatwoot.com/self-hosted/others/agent-bots>): `X-Chatwoot-Signature` is
//! `sha256=` and the HMAC-SHA256 of `timestamp.body`; installations from before signatures carry `?token=` in the URL. A
//! conversation that goes from pending to open is the hand-off: so does the bot's own `toggle_status`.

use super::{
    Adapter, Answer, Outcome, Rules, adapter,
    read::{attributes_ask, first, first_text, object, turn, words},
};
use crate::{
    InboundRequest, Reject, Verified,
    json::{flag, id, list, text},
    signature,
};
use meridian_domain::{
    bot::TranscriptTurn,
    platform::{Ask, BotCall, BotPlatform, CallUser},
    secret::Secret,
    time::Instant,
};
use serde_json::{Map, Value, json};

pub(super) struct Chatwoot;

/// Seconds a signed timestamp may be off, either way.
const TOLERANCE: i64 = 300;

/// Who wrote a message; none for what nobody said.
fn speaker(message: &Value) -> Option<&'static str> {
    let number = message.get("message_type").and_then(Value::as_i64);
    let named = text(message, "/message_type");
    if flag(message, "/private") {
        return None;
    }
    let by_person =
        matches!(text(message, "/sender/type").or_else(|| text(message, "/sender_type")), Some("user" | "User"));
    match (named, number) {
        (Some("incoming"), _) | (_, Some(0)) => Some("customer"),
        (Some("outgoing"), _) | (_, Some(1)) => Some(if by_person { "agent" } else { "bot" }),
        (Some("template"), _) | (_, Some(3)) => Some("bot"),
        _ => None,
    }
}

fn transcript(conversation: &Value) -> Vec<TranscriptTurn> {
    let line = |message: &Value| {
        let from = speaker(message)?;
        turn(from, text(message, "/content")?, id(message, "/id"), message.get("created_at"))
    };
    list(conversation, "messages").filter_map(line).collect()
}

/// The contact of the conversation, never the agent who wrote.
fn user(body: &Value, conversation: &Value) -> CallUser {
    let author = body.get("sender").filter(|_| speaker(body) == Some("customer"));
    let found = [body.get("contact"), conversation.pointer("/meta/sender"), author];
    let of = |places: &[&str]| found.iter().flatten().find_map(|who| places.iter().find_map(|place| id(who, place)));
    CallUser {
        id: of(&["/id"]).or_else(|| first(conversation, &["/contact_inbox/contact_id", "/contact_id"])),
        external_id: of(&["/identifier"]),
        email: of(&["/email"]),
        phone: of(&["/phone_number"]),
        name: of(&["/name"]),
    }
}

/// Whether the conversation just went to people.
fn opened(body: &Value, event: &str, conversation: &Value) -> bool {
    let open = text(conversation, "/status") == Some("open");
    match event {
        "conversation_opened" => true,
        "conversation_status_changed" => open,
        "conversation_updated" => list(body, "changed_attributes").any(|changed| {
            let of = |name: &str| changed.pointer(&format!("/status/{name}")).and_then(Value::as_str);
            of("current_value") == Some("open") && of("previous_value").is_none_or(|before| before == "pending")
        }),
        _ => false,
    }
}

impl Adapter for Chatwoot {
    fn platform(&self) -> BotPlatform {
        BotPlatform::Chatwoot
    }

    fn verify(&self, secret: &Secret, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
        let Some(given) = request.header("x-chatwoot-signature").filter(|given| !given.is_empty()) else {
            return adapter::shared_or_query(secret, request, &[]);
        };
        let stamp = request.header("x-chatwoot-timestamp").ok_or(Reject::Missing)?;
        let at: i64 = stamp.parse().map_err(|_| Reject::Stale)?;
        if (now.timestamp() - at).abs() > TOLERANCE {
            return Err(Reject::Stale);
        }
        let given = given.strip_prefix("sha256=").and_then(|given| hex::decode(given).ok()).ok_or(Reject::Mismatch)?;
        adapter::any(secret, |secret| {
            let mac = signature::sha256(secret.expose().as_bytes(), &[stamp.as_bytes(), b".", &request.body]);
            signature::equal(&mac, &given)
        })
    }

    fn recognises(&self, body: &Value) -> bool {
        let event = text(body, "/event").unwrap_or_default();
        ["message_", "conversation_", "webwidget_"].iter().any(|known| event.starts_with(known))
    }

    fn read(&self, body: &Value, rules: Rules<'_>) -> Vec<BotCall> {
        let Some(event) = text(body, "/event") else { return Vec::new() };
        let about_message = event.starts_with("message_");
        let nested = body.get("conversation").or_else(|| body.get("current_conversation"));
        let conversation = nested.filter(|nested| nested.is_object()).unwrap_or(body);
        let attributes = object(conversation.get("custom_attributes"));
        let said = text(body, "/content").map(words).filter(|said| !said.is_empty() && about_message);
        let from = if about_message { speaker(body) } else { None };
        let asks =
            opened(body, event, conversation) || event == "conversation_updated" && attributes_ask(&attributes, rules);
        let name = if about_message { "message" } else { "conversation" };
        let at = first(body, &["/updated_at", "/created_at", "/timestamp"]).unwrap_or_default();
        vec![BotCall {
            format: "chatwoot",
            event: event.to_owned(),
            delivery: id(body, "/id").map(|id| format!("{event}:{name}:{id}:{at}")),
            conversation: first(conversation, &["/display_id", "/id"]).filter(|_| nested.is_some() || !about_message),
            user: user(body, conversation),
            text: said.clone().filter(|_| from == Some("customer")),
            said: said.into_iter().filter(|_| from == Some("bot") || from == Some("agent")).collect(),
            transcript: if about_message { Vec::new() } else { transcript(conversation) },
            language: super::read::language(text(conversation, "/additional_attributes/browser_language")),
            queue: first_text(conversation, &["/meta/team/name", "/team/name"]),
            ask: if asks { Ask::Handoff } else { Ask::Nothing },
            ended: event == "conversation_resolved" || text(conversation, "/status") == Some("resolved"),
            attributes,
            detail: Map::from_iter([("message_id".to_owned(), json!(id(body, "/id").filter(|_| about_message)))]),
            ..BotCall::default()
        }]
    }

    fn delivery(&self, request: &InboundRequest) -> Option<String> {
        request.header("x-chatwoot-delivery").filter(|id| !id.is_empty()).map(str::to_owned)
    }

    fn answer(&self, _body: &Value, _outcome: &Outcome) -> Answer {
        json!({})
    }
}
