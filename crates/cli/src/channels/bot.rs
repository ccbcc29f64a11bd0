//! Calls of bot platforms: recognised by their format, verified where the item says how, read as live traffic is.

use super::{fixture::Item, webhook};
use meridian_channels::{
    InboundRequest,
    bots::{Adapter, Rules, adapter, recognise},
};
use meridian_domain::{
    platform::{Ask, BotCall, BotPlatform},
    secret::Secret,
};
use serde_json::{Map, Value, json};

/// The line of an item; none for items that nothing answers.
pub fn replay(item: &Item<'_>) -> Value {
    let Ok(body) = serde_json::from_slice::<Value>(&item.body) else { return json!({ "verdict": "reject" }) };
    let stated = item.raw["account"]["platform"].as_str().and_then(BotPlatform::from_code).and_then(adapter);
    let Some(platform) = stated.or_else(|| recognise(&body)) else { return json!({ "verdict": "reject" }) };
    if !verified(item, platform) {
        return json!({ "verdict": "reject" });
    }
    let calls = platform.read(&body, Rules::default());
    // A body of several events is told by the one that moves control, else by its first.
    let told = calls.iter().find(|call| call.ask != Ask::Nothing).or(calls.first());
    match told {
        Some(call) => json!({ "verdict": "accept", "bot": shown(call) }),
        None => json!({ "verdict": "ignore" }),
    }
}

/// Whether the call proves where it comes from; recordings without secret or signature have nothing to prove it with.
fn verified(item: &Item<'_>, platform: &dyn Adapter) -> bool {
    let request = InboundRequest {
        method: "POST".to_owned(),
        query: super::fixture::query(&item.raw["request"]["query"]),
        headers: item.headers(),
        body: item.body.clone(),
    };
    let secret = item.find_text(&["secret", "client_secret", "token"]);
    let signed = item.raw["signature"]["valid"].is_boolean() || item.raw["request"]["headers"].is_object();
    match secret {
        Some(secret) if signed => {
            platform.verify(&Secret::new(secret), &request, webhook::clock(item, &request)).is_ok()
        }
        _ => item.raw["signature"]["valid"].as_bool() != Some(false),
    }
}

/// A call in the words of the expectations; what is absent is left out.
fn shown(call: &BotCall) -> Value {
    let handoff = match call.ask {
        Ask::Nothing => json!(false),
        Ask::Handoff => json!(true),
        Ask::Accepted => json!("accepted"),
        Ask::Released => json!("released"),
    };
    let who = &call.user;
    let mut user = Map::new();
    for (name, value) in [
        ("id", &who.id),
        ("external_id", &who.external_id),
        ("email", &who.email),
        ("phone_e164", &who.phone),
        ("name", &who.name),
    ] {
        user.extend(value.as_ref().map(|value| (name.to_owned(), json!(value))));
    }
    if let (None, Some(phone)) = (&who.id, &who.phone) {
        user.insert("scheme".to_owned(), json!("phone_e164"));
        user.insert("value".to_owned(), json!(phone));
    }
    let mut line = call.detail.clone();
    let intent = call.intent.as_ref();
    for (name, value) in [
        ("platform", json!(call.format)),
        ("event", json!(call.event)),
        ("handoff", handoff),
        ("session", json!(call.session.as_deref().or(call.conversation.as_deref()))),
        ("conversation", json!(call.thread())),
        ("delivery_id", json!(call.delivery)),
        ("text", json!(call.text.as_deref().or_else(|| call.said.first().map(String::as_str)))),
        ("last_text", json!(call.last_text())),
        ("intent", json!(intent.map(|intent| &intent.name))),
        ("confidence", json!(intent.and_then(|intent| intent.confidence))),
        ("language", json!(call.language)),
        ("reason", json!(call.reason)),
        ("queue", json!(call.queue)),
        ("transfer_to", json!(call.transfer_to)),
        ("summary", json!(call.summary)),
        ("slots", json!(call.slots)),
        ("attributes", json!(call.attributes)),
        ("ended", json!(call.ended)),
        ("user", Value::Object(user)),
        ("transcript", json!(call.transcript)),
        ("bot_texts", json!(bot_texts(call))),
    ] {
        if !value.is_null() && value.as_str() != Some("") {
            line.insert(name.to_owned(), value);
        }
    }
    Value::Object(line)
}

fn bot_texts(call: &BotCall) -> Vec<&str> {
    let before = call.transcript.iter().filter(|turn| turn.from == "bot").map(|turn| turn.text.as_str());
    before.chain(call.said.iter().map(String::as_str)).collect()
}
