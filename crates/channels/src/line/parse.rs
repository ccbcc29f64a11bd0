//! From webhook events to ours (Messaging API reference "Webhook event objects").

use crate::{
    json::{flag, id, instant, number, pick, text, unknown},
    meta, signature,
};
use meridian_domain::{
    channel::AccountConfig,
    event::{Attachment, Choice, Content, Direction, EventKind, Identifier, InboundEvent, Location, ReceiptStatus},
    time::Instant,
};
use serde_json::{Map, Value, json};

/// Reads a body. The console checks a URL with no events at all.
pub(super) fn body(account: &AccountConfig, body: &Value, received: Instant) -> Vec<InboundEvent> {
    let Some(events) = body.get("events").and_then(Value::as_array) else {
        let key = format!("body:{}", signature::digest(body.to_string().as_bytes()));
        return vec![unknown(key, received, "no events in the body", body)];
    };
    let destination = id(body, "/destination");
    if let Some(other) = destination.filter(|bot| !meta::ours(account, "destination", bot)) {
        let key = format!("foreign:{}", signature::digest(body.to_string().as_bytes()));
        return vec![unknown(key, received, &format!("a bot of another account: {other}"), body)];
    }
    events.iter().map(|raw| event(raw, received)).collect()
}

fn event(raw: &Value, received: Instant) -> InboundEvent {
    let hash = || format!("event:{}", signature::digest(raw.to_string().as_bytes()));
    let message = raw.get("message").unwrap_or(&Value::Null);
    let at = raw.get("timestamp").and_then(instant).unwrap_or(received);
    let kind = text(raw, "/type").unwrap_or_default();
    // An edit has the id of the message it changes; each is an event of its own.
    let named = || match (kind, id(message, "/id")) {
        ("messageEdited" | "edit", Some(id)) => Some(format!("edit:{id}:{}", at.timestamp_millis())),
        (_, id) => id,
    };
    let key = id(raw, "/webhookEventId").or_else(named).unwrap_or_else(hash);
    let mut event = InboundEvent::new(EventKind::Message, key, at);
    let user = id(raw, "/source/userId").map(|user| Identifier::channel("line_user_id", user, ""));
    event.sender.ids = user.into_iter().collect();
    event.thread = id(raw, "/source/groupId").or_else(|| id(raw, "/source/roomId"));
    event.note("group_id", event.thread.clone());
    event.reply_token = text(raw, "/replyToken").map(str::to_owned);
    event.redelivery = flag(raw, "/deliveryContext/isRedelivery");
    event.standby = text(raw, "/mode") == Some("standby");
    match kind {
        "message" => shown(message, &mut event),
        "messageEdited" | "edit" => {
            event.kind = EventKind::Edit;
            event.target = id(message, "/id").or_else(|| id(raw, "/edit/messageId"));
            event.content = content(message);
        }
        "unsend" => {
            event.kind = EventKind::Delete;
            event.target = id(raw, "/unsend/messageId");
        }
        "postback" => {
            let payload = id(raw, "/postback/data").unwrap_or_default();
            let details = raw.get("postback").map(|part| pick(part, &["params"])).unwrap_or_default();
            let choice = Choice { payload, title: String::new(), details };
            event.content = Some(Content { choice: Some(choice), ..Content::of("choice") });
        }
        "follow" => {
            event.kind = EventKind::Subscribe;
            event.note("isUnblocked", raw.pointer("/follow/isUnblocked").cloned().unwrap_or_default());
        }
        "unfollow" => event.kind = EventKind::Unsubscribe,
        "join" | "leave" | "memberJoined" | "memberLeft" => {
            event.kind = EventKind::GroupEvent;
            event.note("event", kind);
            let members = raw.pointer("/joined/members").or_else(|| raw.pointer("/left/members"));
            event.note("members", members.cloned().unwrap_or_default());
        }
        "accountLink" => {
            event.kind = EventKind::AccountLink;
            event.note("action", text(raw, "/link/result"));
            event.note("result", text(raw, "/link/result"));
            event.note("nonce", text(raw, "/link/nonce"));
        }
        // Of the bot itself, and of modules attached to it.
        "botSuspended" | "botResumed" | "activated" | "deactivated" | "module" => {
            event.kind = EventKind::AccountEvent;
            event.direction = Direction::System;
            event.note("event", kind);
            event.note("raw", raw.clone());
        }
        "delivery" => notified(raw, &mut event),
        _ => {
            event.kind = EventKind::UnknownEvent;
            event.note("reason", "an event that is not handled");
            event.note("type", kind);
            event.note("raw", raw.clone());
        }
    }
    event
}

/// A notification message arrived ("PNP delivery completion event"): `data` is the `X-Line-Delivery-Tag` of the send, else
/// the hash of the phone number.
fn notified(raw: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Receipt;
    event.direction = Direction::System;
    event.status = Some(ReceiptStatus::Delivered);
    event.target_ref = id(raw, "/delivery/data");
}

fn shown(message: &Value, event: &mut InboundEvent) {
    event.external_id = id(message, "/id");
    event.reply_to = id(message, "/quotedMessageId");
    event.album = id(message, "/imageSet/id");
    if let Some(mentions) = message.pointer("/mention/mentionees") {
        event.note("mentions", mentions.clone());
    }
    event.content = content(message);
    if event.content.is_none() {
        event.kind = EventKind::Unsupported;
        event.content = Some(Content::of(text(message, "/type").unwrap_or_default()));
        event.note("reason", "a message that cannot be shown");
        event.note("raw", message.clone());
    }
}

fn content(message: &Value) -> Option<Content> {
    let kind = text(message, "/type")?;
    let mut content = Content::of(kind);
    match kind {
        "text" => content.text = Some(text(message, "/text")?.to_owned()),
        "image" | "video" | "audio" | "file" => {
            if kind == "file" {
                "document".clone_into(&mut content.message_type);
            }
            content.attachments.push(file(kind, message));
        }
        "sticker" => {
            let (package, sticker) = (id(message, "/packageId")?, id(message, "/stickerId")?);
            let mut details = pick(message, &["keywords", "stickerResourceType"]);
            details.insert("sticker".to_owned(), json!(format!("{package}/{sticker}")));
            content.text = text(message, "/text").map(str::to_owned);
            content.attachments.push(Attachment { kind: kind.to_owned(), details, ..Attachment::default() });
        }
        "location" => {
            content.location = Some(Location {
                lat: number(message, "/latitude")?,
                lon: number(message, "/longitude")?,
                name: text(message, "/title").map(str::to_owned),
                address: text(message, "/address").map(str::to_owned),
                url: None,
            });
        }
        _ => return None,
    }
    Some(content)
}

/// Content lies at LINE under the message id, or elsewhere under a URL ("Get content").
fn file(kind: &str, message: &Value) -> Attachment {
    let outside = text(message, "/contentProvider/originalContentUrl").map(str::to_owned);
    let message_id = id(message, "/id").filter(|_| outside.is_none());
    let mut details: Map<String, Value> = pick(message, &["duration"]);
    details.extend(message_id.clone().map(|id| ("content_id".to_owned(), json!(id))));
    let preview = text(message, "/contentProvider/previewImageUrl");
    details.extend(preview.map(|url| ("preview_url".to_owned(), json!(url))));
    Attachment {
        kind: kind.to_owned(),
        name: text(message, "/fileName").map(str::to_owned),
        size: message.get("fileSize").and_then(Value::as_u64),
        media_id: message_id,
        url: outside,
        details,
        ..Attachment::default()
    }
}
