//! What is inside a message (Cloud API "Webhooks: messages").

use crate::json::{id, list, number, pick, text};
use meridian_domain::event::{Attachment, Choice, Content, Location, SharedContact};
use serde_json::{Map, Value, json};

/// Content of a message of a type; `None` when it is not one that can be shown.
pub(super) fn content(kind: &str, message: &Value) -> Option<Content> {
    let part = message.get(kind)?;
    let mut content = Content::of(kind);
    match kind {
        "text" => content.text = Some(text(part, "/body")?.to_owned()),
        "image" | "audio" | "video" | "document" | "sticker" => media(part, &mut content),
        "button" => {
            let title = text(part, "/text").unwrap_or_default().to_owned();
            let payload = text(part, "/payload").unwrap_or(&title).to_owned();
            return Some(choice(Choice { payload, title, details: Map::new() }));
        }
        "interactive" => return interactive(part),
        "location" => {
            content.location = Some(Location {
                lat: number(part, "/latitude")?,
                lon: number(part, "/longitude")?,
                name: text(part, "/name").map(str::to_owned),
                address: text(part, "/address").map(str::to_owned),
                url: text(part, "/url").map(str::to_owned),
            });
        }
        "contacts" => content.contacts = part.as_array()?.iter().take(100).map(contact).collect(),
        "order" => {
            content.text = text(part, "/text").map(str::to_owned);
            content.order = part.clone();
        }
        _ => return None,
    }
    Some(content)
}

fn media(part: &Value, content: &mut Content) {
    if part.get("voice") == Some(&Value::Bool(true)) {
        "voice".clone_into(&mut content.message_type);
    }
    content.text = text(part, "/caption").map(str::to_owned);
    let mut details = pick(part, &["animated"]);
    if let Some(sha) = text(part, "/sha256") {
        // Base64 in the documentation, hexadecimal in some captures.
        details.insert("sha256_b64_or_hex".to_owned(), json!(sha));
    }
    content.attachments.push(Attachment {
        kind: content.message_type.clone(),
        mime: text(part, "/mime_type").map(str::to_owned),
        name: text(part, "/filename").map(str::to_owned),
        media_id: id(part, "/id"),
        url: text(part, "/url").or_else(|| text(part, "/link")).map(str::to_owned),
        caption: content.text.clone(),
        details,
        ..Attachment::default()
    });
}

fn choice(choice: Choice) -> Content {
    Content { text: Some(choice.title.clone()), choice: Some(choice), ..Content::of("choice") }
}

fn interactive(part: &Value) -> Option<Content> {
    if let Some(reply) = ["button_reply", "list_reply"].iter().find_map(|name| part.get(*name)) {
        return Some(choice(Choice {
            payload: id(reply, "/id").unwrap_or_default(),
            title: text(reply, "/title").unwrap_or_default().to_owned(),
            details: pick(reply, &["description"]),
        }));
    }
    let flow = part.get("nfm_reply")?;
    // The answers are a text that holds JSON ("Flows: receive the response").
    let answers = text(flow, "/response_json").map(|json| serde_json::from_str(json).unwrap_or_else(|_| json!(json)));
    let mut content = Content::of("form");
    content.text = text(flow, "/body").map(str::to_owned);
    content.form = answers.or_else(|| flow.get("response_json").cloned()).unwrap_or_default();
    content.extra = Value::Object(pick(flow, &["name"]));
    Some(content)
}

fn contact(card: &Value) -> SharedContact {
    let texts = |name: &str, field: &str| -> Vec<String> {
        let all = list(card, name).filter_map(|entry| id(entry, field));
        all.take(20).collect()
    };
    SharedContact {
        name: text(card, "/name/formatted_name").or_else(|| text(card, "/name/first_name")).map(str::to_owned),
        phones: texts("phones", "/phone"),
        emails: texts("emails", "/email"),
        wa_ids: texts("phones", "/wa_id"),
    }
}
