//! An event as one flat JSON object: the model of the event with its content and provider details at the top.

use meridian_domain::event::{Attachment, Content, Direction, EventKind, InboundEvent, Sender};
use serde_json::{Map, Value, json};

/// Provider details come first, under their own names; what the model names itself is added where they left room.
pub fn json(event: &InboundEvent) -> Value {
    let mut out = match &event.detail {
        Value::Object(details) => details.clone(),
        _ => Map::new(),
    };
    let mut put = |name: &str, value: Value| {
        let empty = value.is_null() || value == json!([]) || value == json!({}) || value == json!(false);
        if !empty {
            out.entry(name).or_insert(value);
        }
    };
    put("kind", json!(event.kind));
    put("dedupe_key", json!(event.dedupe_key));
    put("external_id", json!(event.external_id));
    put("at", json!(event.at));
    put("direction", json!(event.direction));
    put("sender", sender(&event.sender));
    if event.direction == Direction::Echo {
        put("recipient", sender(&event.sender));
    }
    put("conversation", json!(event.thread));
    put("reply_to", json!(event.reply_to));
    put("forwarded", json!(event.forwarded));
    put("album", json!(event.album));
    put("referral", event.referral.clone());
    put("target", json!(event.target));
    put("target_ref", json!(event.target_ref));
    put("status", json!(event.status));
    put("watermark", json!(event.watermark));
    put("errors", json!(event.errors));
    put("standby", json!(event.standby));
    put("redelivery", json!(event.redelivery));
    put("reply_token", json!(event.reply_token));
    if event.kind == EventKind::Reaction {
        put("action", json!(if event.reaction.is_some() { "add" } else { "remove" }));
        put("emoji", json!(event.reaction));
    }
    if let Some(content) = &event.content {
        let fields = content_fields(content);
        if event.kind == EventKind::Edit {
            put("new", Value::Object(fields.clone()));
        }
        for (name, value) in fields {
            put(&name, value);
        }
    }
    Value::Object(out)
}

fn sender(sender: &Sender) -> Value {
    let ids: Vec<Value> = sender
        .ids
        .iter()
        .map(|id| {
            let mut out = json!({ "scheme": id.scheme, "value": id.value, "verified": id.verified });
            if !id.scope.is_empty() {
                out["scope"] = json!(id.scope);
            }
            if id.derived {
                out["derived"] = json!(true);
            }
            out
        })
        .collect();
    let mut out = json!({ "ids": ids });
    for (name, value) in [("name", &sender.name), ("username", &sender.username), ("locale", &sender.locale)] {
        if let Some(value) = value {
            out[name] = json!(value);
        }
    }
    if let Some(locale) = &sender.locale {
        out["language"] = json!(locale);
    }
    if !sender.geo.is_empty() {
        out["geo"] = json!(sender.geo);
    }
    out
}

fn content_fields(content: &Content) -> Map<String, Value> {
    let attachments: Vec<Value> = content.attachments.iter().map(attachment).collect();
    let mut out = Map::new();
    for (name, value) in [
        ("message_type", json!(content.message_type)),
        ("text", json!(content.text)),
        ("html", json!(content.html)),
        ("subject", json!(content.subject)),
        ("attachments", json!(attachments)),
        ("choice", json!(content.choice)),
        ("location", json!(content.location)),
        ("contacts", json!(content.contacts)),
        ("form", content.form.clone()),
        ("order", content.order.clone()),
    ] {
        if !value.is_null() {
            out.insert(name.to_owned(), value);
        }
    }
    if let Value::Object(extra) = &content.extra {
        for (name, value) in extra {
            out.entry(name).or_insert_with(|| value.clone());
        }
    }
    out
}

fn attachment(attachment: &Attachment) -> Value {
    let mut out = json!(attachment);
    if let Some(name) = &attachment.name {
        out["filename"] = json!(name);
    }
    out["state"] = json!("pending");
    out
}
