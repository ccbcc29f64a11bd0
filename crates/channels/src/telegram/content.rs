//! What is inside a message (Bot API "Message").

use crate::json::{id, list, number, pick, text};
use meridian_domain::event::{Attachment, Content, Location, SharedContact};
use serde_json::{Value, json};

/// Fields that make a message a line of Telegram's own (Bot API "Message": service messages).
const SERVICE: [&str; 60] = [
    "new_chat_members",
    "new_chat_member",
    "new_chat_participant",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "invoice",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "user_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway_winners",
    "giveaway_completed",
    "paid_message_price_changed",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "gift_upgrade_sent",
    "chat_owner_left",
    "chat_owner_changed",
    "managed_bot_created",
    "poll_option_added",
    "poll_option_deleted",
    // As they were called before Bot API 6.0.
    "voice_chat_scheduled",
    "voice_chat_started",
    "voice_chat_ended",
    "voice_chat_participants_invited",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
];

/// The name of the service message this is, if it is one.
pub(super) fn service(message: &Value) -> Option<&'static str> {
    SERVICE.iter().find(|name| message.get(**name).is_some()).copied()
}

/// Files, by field; an animation repeats itself as a document for older clients.
const FILES: [(&str, &str); 8] = [
    ("animation", "animation"),
    ("document", "document"),
    ("voice", "voice"),
    ("audio", "audio"),
    ("video", "video"),
    ("video_note", "video"),
    ("sticker", "sticker"),
    ("live_photo", "video"),
];

/// Content of a message; `None` when there is nothing that can be shown.
pub(super) fn content(message: &Value) -> Option<Content> {
    let mut content = Content::of("text");
    content.text = text(message, "/text").or_else(|| text(message, "/caption")).map(str::to_owned);
    // The sizes of one photo: the largest counts.
    let largest = list(message, "photo").max_by_key(|size| size.get("width").and_then(Value::as_u64));
    if let Some(photo) = largest {
        content.attachments.push(file("image", photo));
    } else if let Some((kind, raw)) = FILES.iter().find_map(|(name, kind)| Some((*kind, message.get(*name)?))) {
        content.attachments.push(file(kind, raw));
    }
    paid(message, &mut content);
    if let Some(first) = content.attachments.first() {
        content.message_type = if first.kind == "animation" { "video".to_owned() } else { first.kind.clone() };
    }
    let place = message.pointer("/venue/location").or_else(|| message.get("location"));
    let degrees = |name: &str| number(place?, name);
    if let (Some(lat), Some(lon)) = (degrees("/latitude"), degrees("/longitude")) {
        let named = |field: &str| text(message, &format!("/venue/{field}")).map(str::to_owned);
        content.location = Some(Location { lat, lon, name: named("title"), address: named("address"), url: None });
        "location".clone_into(&mut content.message_type);
    }
    if let Some(card) = message.get("contact") {
        content.contacts.push(SharedContact {
            name: full_name(card),
            phones: id(card, "/phone_number").into_iter().collect(),
            ..SharedContact::default()
        });
        "contacts".clone_into(&mut content.message_type);
    }
    other(message, &mut content);
    let shown = content.text.is_some()
        || !content.attachments.is_empty()
        || content.location.is_some()
        || !content.contacts.is_empty()
        || !content.form.is_null();
    shown.then_some(content)
}

/// Photos and films behind a price, as far as the bot may see them; of the others there is a preview without a file (Bot
/// API "PaidMediaInfo").
fn paid(message: &Value, content: &mut Content) {
    let Some(paid) = message.get("paid_media") else { return };
    for one in list(paid, "paid_media").take(50) {
        let largest = list(one, "photo").max_by_key(|size| size.get("width").and_then(Value::as_u64));
        if let Some(photo) = largest {
            content.attachments.push(file("image", photo));
        } else if let Some(film) = one.get("video").or_else(|| one.get("live_photo")) {
            content.attachments.push(file("video", film));
        }
    }
    content.extra = json!({ "paid_media": pick(paid, &["star_count"]) });
}

/// Dice, games, polls and data of a web app: shown by their text.
fn other(message: &Value, content: &mut Content) {
    if let Some(dice) = message.get("dice") {
        content.text = text(dice, "/emoji").map(str::to_owned);
        content.extra = dice.clone();
    } else if let Some(game) = message.get("game") {
        content.text = text(game, "/title").map(str::to_owned);
        content.extra = json!({ "game": game });
    } else if let Some(poll) = message.get("poll") {
        content.text = text(poll, "/question").map(str::to_owned);
        content.extra = json!({ "poll": poll });
    } else if let Some(list) = message.get("checklist") {
        content.text = text(list, "/title").map(str::to_owned);
        content.extra = json!({ "checklist": list });
    } else if let Some(data) = message.get("web_app_data") {
        content.text = text(data, "/button_text").map(str::to_owned);
        content.form = data.clone();
        "form".clone_into(&mut content.message_type);
    }
}

fn file(kind: &str, raw: &Value) -> Attachment {
    let file_id = id(raw, "/file_id");
    let mut details = pick(raw, &["duration", "width", "height", "emoji", "set_name", "title", "performer"]);
    details.extend(file_id.clone().map(|file| ("file_id".to_owned(), json!(file))));
    Attachment {
        kind: kind.to_owned(),
        mime: text(raw, "/mime_type").map(str::to_owned),
        name: text(raw, "/file_name").map(str::to_owned),
        size: raw.get("file_size").and_then(Value::as_u64),
        media_id: file_id,
        details,
        ..Attachment::default()
    }
}

/// First and last name.
pub(super) fn full_name(person: &Value) -> Option<String> {
    let parts = ["/first_name", "/last_name"].iter().filter_map(|path| text(person, path));
    Some(parts.collect::<Vec<_>>().join(" ")).filter(|name| !name.is_empty())
}
