//! Intercom notifications (<https://developers.intercom.com/docs/webhooks/setting-up-webhooks>): `X-Hub-Signature` is the
//! HMAC-SHA1 of the raw body under the app's client secret. An assignment to people is the hand-off; an assignment to a bot
//! is none. Each notification has an id that stays over its attempts.

use super::{
    Adapter, Answer, Outcome, Rules, adapter,
    read::{first_text, object, turn},
};
use crate::{
    InboundRequest, Reject, Verified,
    json::{id, list, text},
    signature,
};
use meridian_domain::{
    bot::TranscriptTurn,
    platform::{Ask, BotCall, BotPlatform, CallUser},
    secret::Secret,
    time::Instant,
};
use serde_json::{Map, Value, json};

pub(super) struct Intercom;

/// Who an author is.
fn speaker(author: &Value) -> &'static str {
    match text(author, "/type") {
        Some("admin" | "team" | "nobody_admin") => "agent",
        Some("bot") => "bot",
        _ => "customer",
    }
}

/// The opening message and every part with words, each with its author's id.
fn transcript(item: &Value) -> Vec<TranscriptTurn> {
    let mut turns = Vec::new();
    for place in ["source", "conversation_message"] {
        let Some(opening) = item.get(place).filter(|opening| opening.is_object()) else { continue };
        let at = item.get("created_at");
        let from = speaker(&opening["author"]);
        turns.extend(text(opening, "/body").and_then(|body| turn(from, body, id(opening, "/id"), at)));
    }
    let parts = item.get("conversation_parts").unwrap_or(&Value::Null);
    for part in list(parts, "conversation_parts") {
        // A note is for the platform's people, not part of the dialogue.
        if text(part, "/part_type") == Some("note") {
            continue;
        }
        let from = speaker(&part["author"]);
        turns.extend(text(part, "/body").and_then(|body| turn(from, body, id(part, "/id"), part.get("created_at"))));
    }
    turns
}

fn user(item: &Value) -> CallUser {
    let listed = item.pointer("/contacts/contacts/0").or_else(|| item.pointer("/contacts/0"));
    let author = item.pointer("/source/author").filter(|author| speaker(author) == "customer");
    let found = [item.get("user"), listed, author, item.get("contact")];
    let of = |places: &[&str]| found.iter().flatten().find_map(|who| places.iter().find_map(|place| id(who, place)));
    CallUser {
        id: of(&["/id"]),
        external_id: of(&["/external_id", "/user_id"]),
        email: of(&["/email"]),
        phone: of(&["/phone"]),
        name: of(&["/name"]),
    }
}

/// Who has the conversation now.
fn assignee(item: &Value) -> Value {
    if let Some(assignee) = item.get("assignee").filter(|assignee| assignee.is_object()) {
        return Value::Object(object(Some(assignee)));
    }
    let numbered = |name: &str, kind: &str| {
        let id = id(item, name).filter(|id| id != "0")?;
        Some(json!({ "type": kind, "id": id }))
    };
    numbered("/admin_assignee_id", "admin")
        .or_else(|| numbered("/team_assignee_id", "team"))
        .unwrap_or_else(|| json!({ "type": "nobody_admin" }))
}

impl Adapter for Intercom {
    fn platform(&self) -> BotPlatform {
        BotPlatform::Intercom
    }

    fn verify(&self, secret: &Secret, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        let given = request.header("x-hub-signature").and_then(|value| value.strip_prefix("sha1="));
        let given = hex::decode(given.ok_or(Reject::Missing)?).map_err(|_| Reject::Mismatch)?;
        adapter::any(secret, |secret| {
            signature::equal(&signature::sha1(secret.expose().as_bytes(), &request.body), &given)
        })
    }

    fn recognises(&self, body: &Value) -> bool {
        text(body, "/type") == Some("notification_event") || body["topic"].is_string() && body["app_id"].is_string()
    }

    fn read(&self, body: &Value, _rules: Rules<'_>) -> Vec<BotCall> {
        let (Some(topic), Some(item)) = (text(body, "/topic"), body.pointer("/data/item")) else { return Vec::new() };
        let whole = topic.starts_with("conversation");
        // `conversation_part.*` carries the part with its conversation beside or around it.
        let conversation = if text(item, "/type") == Some("conversation_part") {
            item.get("conversation").unwrap_or(item)
        } else {
            item
        };
        let to = assignee(conversation);
        let to_people = !matches!(text(&to, "/type"), Some("bot"));
        let assigned = matches!(topic, "conversation.admin.assigned" | "conversation.team.assigned");
        let turns = if whole { transcript(conversation) } else { Vec::new() };
        let mut detail = Map::new();
        detail.insert("assignee".to_owned(), to.clone());
        vec![BotCall {
            format: "intercom",
            event: topic.to_owned(),
            delivery: id(body, "/id"),
            conversation: if whole { id(conversation, "/id").or_else(|| id(item, "/conversation_id")) } else { None },
            user: user(conversation),
            text: turns.iter().rev().find(|turn| turn.from == "customer").map(|turn| turn.text.clone()),
            transcript: turns,
            attributes: object(conversation.get("custom_attributes")),
            queue: first_text(&to, &["/name"]).filter(|_| text(&to, "/type") == Some("team")),
            ask: if assigned && to_people { Ask::Handoff } else { Ask::Nothing },
            reason: assigned.then(|| "requested".to_owned()),
            ended: topic == "conversation.admin.closed",
            detail,
            ..BotCall::default()
        }]
    }

    fn answer(&self, _body: &Value, _outcome: &Outcome) -> Answer {
        json!({})
    }
}
