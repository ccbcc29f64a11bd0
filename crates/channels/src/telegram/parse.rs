//! From an update to events (Bot API "Update").

use super::{
    content::{content, full_name, service},
    target::{Target, Within},
};
use crate::{
    json::{flag, id, ignored, instant, list, text, unknown},
    signature,
};
use meridian_domain::{
    event::{Choice, Content, Direction, EventKind, Identifier, InboundEvent, Sender},
    time::Instant,
};
use serde_json::{Map, Value, json};

/// Updates of no use to a contact centre.
const IGNORED: [&str; 13] = [
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "message_reaction_count",
    "managed_bot",
];

/// Reads an update; its id is unique per bot.
pub(super) fn update(update: &Value, received: Instant) -> Vec<InboundEvent> {
    let key = id(update, "/update_id")
        .unwrap_or_else(|| format!("body:{}", signature::digest(update.to_string().as_bytes())));
    let part = |name: &str| update.get(name);
    for name in ["message", "channel_post", "business_message", "guest_message"] {
        if let Some(message) = part(name) {
            return vec![written(name, message, key, received)];
        }
    }
    for name in ["edited_message", "edited_channel_post", "edited_business_message"] {
        if let Some(message) = part(name) {
            return vec![edited(name, message, key, received)];
        }
    }
    if let Some(query) = part("callback_query") {
        return vec![pressed(query, key, received)];
    }
    if let Some(change) = part("message_reaction") {
        return reactions(change, &key, received);
    }
    if let Some(change) = part("my_chat_member") {
        return vec![membership(change, key, received)];
    }
    if let Some(gone) = part("deleted_business_messages") {
        return deleted(gone, &key, received);
    }
    if let Some(connection) = part("business_connection") {
        let mut event = InboundEvent::new(EventKind::AccountEvent, key, at(connection, received));
        event.direction = Direction::System;
        event.note("event", "business_connection");
        event.note("raw", connection.clone());
        return vec![event];
    }
    if let Some(name) = IGNORED.iter().find(|name| part(name).is_some()) {
        return vec![ignored(key, received, name)];
    }
    vec![unknown(key, received, "an update that is not handled", update)]
}

fn at(value: &Value, received: Instant) -> Instant {
    value.get("date").and_then(instant).unwrap_or(received)
}

/// Message ids are unique per chat only.
fn external(message: &Value) -> Option<String> {
    Some(format!("{}:{}", id(message, "/chat/id")?, id(message, "/message_id")?))
}

fn person(user: &Value) -> Sender {
    Sender {
        ids: id(user, "/id").map(|id| Identifier::channel("telegram_user_id", id, "")).into_iter().collect(),
        name: full_name(user),
        username: text(user, "/username").map(str::to_owned),
        locale: text(user, "/language_code").map(str::to_owned),
        ..Sender::default()
    }
}

/// Who speaks in the name of a chat: a channel, or a group whose admins stay anonymous.
fn as_chat(chat: &Value) -> Sender {
    Sender {
        ids: id(chat, "/id").map(|id| Identifier::channel("telegram_chat_id", id, "")).into_iter().collect(),
        name: text(chat, "/title").map(str::to_owned).or_else(|| full_name(chat)),
        username: text(chat, "/username").map(str::to_owned),
        ..Sender::default()
    }
}

/// Whether a `from` stands in for a chat: the same three users for all chats of the world (Bot API "Message": `from` of
/// messages sent on behalf of a chat; Telegram's service user, the anonymous admin, the channel's author). They are
/// nobody's identity.
fn stands_in(user: &Value) -> bool {
    matches!(id(user, "/id").as_deref(), Some("777000" | "1087968824" | "136817688"))
}

/// Where it happened; groups and channels are threads of their own.
fn place(message: &Value, event: &mut InboundEvent) {
    let Some(chat) = message.get("chat") else { return };
    let kind = text(chat, "/type").unwrap_or_default();
    event.note("chat", json!({ "id": id(chat, "/id"), "type": kind, "title": text(chat, "/title") }));
    let found = id(chat, "/id").map(|chat| Target { chat, within: within(message) });
    event.thread = found.filter(|target| kind != "private" || target.within.is_some()).map(|target| target.thread());
    event.note("message_thread_id", id(message, "/message_thread_id"));
}

/// What an answer has to name beside the chat: the topic of a forum, of a channel's direct messages, or the connection
/// to the account of a business (Bot API "sendMessage"). A thread of answers in a group has an id too and needs none.
fn within(message: &Value) -> Option<(Within, String)> {
    if let Some(connection) = id(message, "/business_connection_id") {
        return Some((Within::Business, connection));
    }
    let direct = id(message, "/direct_messages_topic/topic_id").map(|topic| (Within::Direct, topic));
    direct.or_else(|| {
        let topic = id(message, "/message_thread_id")?;
        flag(message, "/is_topic_message").then_some((Within::Topic, topic))
    })
}

fn common(name: &str, message: &Value, event: &mut InboundEvent) {
    event.external_id = external(message);
    place(message, event);
    let chat_only =
        message.get("sender_chat").or_else(|| message.get("chat").filter(|_| name.contains("channel_post")));
    let person_of = message.get("from").filter(|user| chat_only.is_none() || !stands_in(user));
    if let Some(user) = person_of {
        event.sender = person(user);
    } else if let Some(chat) = chat_only {
        event.sender = as_chat(chat);
    }
    if name.contains("business") {
        // In these chats the chat is the customer; what somebody else writes there is our side.
        event.note("business_connection_id", text(message, "/business_connection_id"));
        if id(message, "/from/id") != id(message, "/chat/id") {
            event.direction = Direction::Echo;
            event.sender = message.get("chat").map(person).unwrap_or_default();
        }
    }
}

fn written(name: &str, message: &Value, key: String, received: Instant) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::Message, key, at(message, received));
    common(name, message, &mut event);
    event.reply_to = message.get("reply_to_message").and_then(|replied| {
        let chat = id(replied, "/chat/id").or_else(|| id(message, "/chat/id"))?;
        Some(format!("{chat}:{}", id(replied, "/message_id")?))
    });
    event.forwarded = ["forward_origin", "forward_date", "forward_from"].iter().any(|f| message.get(*f).is_some());
    quoted(message, &mut event);
    event.album = id(message, "/media_group_id");
    if let Some(what) = service(message) {
        event.kind = EventKind::ServiceEvent;
        event.note("service", what);
        event.note("raw", message.get(what).cloned().unwrap_or_default());
        return event;
    }
    event.content = content(message);
    if event.content.is_none() {
        event.kind = EventKind::Unsupported;
        event.note("reason", "a message that cannot be shown");
        event.note("raw", message.clone());
    }
    own_phone(message, &mut event.sender);
    event
}

/// What is answered outside of this chat, and the words that are quoted (Bot API "Message": `reply_to_story`,
/// `external_reply`, `quote`). Stories have no content for bots.
fn quoted(message: &Value, event: &mut InboundEvent) {
    for name in ["reply_to_story", "external_reply"] {
        event.note(name, message.get(name).cloned().unwrap_or_default());
    }
    event.note("quote", text(message, "/quote/text"));
    let outside = message.get("external_reply").filter(|_| event.reply_to.is_none());
    if let Some(outside) = outside {
        event.reply_to = external(outside);
    }
}

/// A shared contact that is the sender's own proves the phone: Telegram sets `user_id` itself.
fn own_phone(message: &Value, sender: &mut Sender) {
    let own = id(message, "/contact/user_id").is_some() && id(message, "/contact/user_id") == id(message, "/from/id");
    if let (true, Some(phone)) = (own, id(message, "/contact/phone_number")) {
        let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= 7 {
            sender.ids.push(Identifier::channel("phone_e164", format!("+{digits}"), ""));
        }
    }
}

fn edited(name: &str, message: &Value, key: String, received: Instant) -> InboundEvent {
    let time = message.get("edit_date").and_then(instant).unwrap_or_else(|| at(message, received));
    let mut event = InboundEvent::new(EventKind::Edit, key, time);
    common(name, message, &mut event);
    event.target.clone_from(&event.external_id);
    event.content = content(message);
    event
}

fn pressed(query: &Value, key: String, received: Instant) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::Message, key, received);
    event.external_id = id(query, "/id").map(|id| format!("callback:{id}"));
    event.sender = query.get("from").map(person).unwrap_or_default();
    let message = query.get("message").unwrap_or(&Value::Null);
    place(message, &mut event);
    event.reply_to = external(message);
    event.target.clone_from(&event.reply_to);
    let payload = id(query, "/data").or_else(|| id(query, "/game_short_name")).unwrap_or_default();
    // The title is on the button that carries the data.
    let buttons = message.pointer("/reply_markup/inline_keyboard").and_then(Value::as_array).into_iter().flatten();
    let title = buttons
        .filter_map(Value::as_array)
        .flatten()
        .find(|button| id(button, "/callback_data").as_deref() == Some(&payload))
        .and_then(|button| text(button, "/text"))
        .unwrap_or_default()
        .to_owned();
    let shown = Some(title.clone()).filter(|title| !title.is_empty());
    let choice = Choice { payload, title, details: Map::new() };
    event.content = Some(Content { text: shown, choice: Some(choice), ..Content::of("choice") });
    // Must be answered with answerCallbackQuery.
    event.note("callback_query_id", id(query, "/id"));
    event
}

/// The lists of before and after: the difference counts.
fn reactions(change: &Value, key: &str, received: Instant) -> Vec<InboundEvent> {
    let names = |list_name: &str| -> Vec<String> {
        let name = |r: &Value| {
            text(r, "/emoji").or_else(|| text(r, "/custom_emoji_id")).or_else(|| text(r, "/type")).map(str::to_owned)
        };
        list(change, list_name).filter_map(name).take(50).collect()
    };
    let (old, new) = (names("old_reaction"), names("new_reaction"));
    let added = new.iter().filter(|emoji| !old.contains(emoji)).map(|emoji| (true, emoji));
    let removed = old.iter().filter(|emoji| !new.contains(emoji)).map(|emoji| (false, emoji));
    let mut events: Vec<InboundEvent> = removed
        .chain(added)
        .map(|(add, emoji)| {
            let mut event = InboundEvent::new(EventKind::Reaction, key, at(change, received));
            event.target = external(change);
            let chat = || change.get("actor_chat").map(as_chat);
            event.sender = change.get("user").map(person).or_else(chat).unwrap_or_default();
            place(change, &mut event);
            if add {
                event.reaction = Some(emoji.clone());
            } else {
                event.note("emoji", emoji.as_str());
            }
            event
        })
        .collect();
    if events.len() > 1 {
        for (n, event) in events.iter_mut().enumerate() {
            event.dedupe_key = format!("{key}:{n}");
        }
    }
    if events.is_empty() {
        events.push(ignored(key.to_owned(), received, "message_reaction"));
    }
    events
}

/// In a private chat: blocked or back. In a group: what became of the bot there.
fn membership(change: &Value, key: String, received: Instant) -> InboundEvent {
    let status = |side: &str| text(change, &format!("/{side}_chat_member/status")).unwrap_or_default();
    let gone = matches!(status("new"), "kicked" | "left");
    let private = text(change, "/chat/type").is_none_or(|kind| kind == "private");
    let kind = match (private, gone) {
        (false, _) => EventKind::GroupEvent,
        (true, true) => EventKind::Unsubscribe,
        (true, false) => EventKind::Subscribe,
    };
    let mut event = InboundEvent::new(kind, key, at(change, received));
    event.sender = change.get("from").map(person).unwrap_or_default();
    place(change, &mut event);
    event.note("event", "my_chat_member");
    event.note("old", status("old"));
    event.note("new", status("new"));
    event
}

fn deleted(gone: &Value, key: &str, received: Instant) -> Vec<InboundEvent> {
    let chat = id(gone, "/chat/id").unwrap_or_default();
    let ids: Vec<&Value> = list(gone, "message_ids").take(100).collect();
    let several = ids.len() > 1;
    ids.into_iter()
        .enumerate()
        .map(|(n, message)| {
            let key = if several { format!("{key}:{n}") } else { key.to_owned() };
            let mut event = InboundEvent::new(EventKind::Delete, key, received);
            event.target = Some(format!("{chat}:{message}"));
            event.sender = gone.get("chat").map(person).unwrap_or_default();
            place(gone, &mut event);
            event
        })
        .collect()
}
