//! From callbacks to events (Slack "Events API", "message event", "Handling user interaction").

use super::interaction;
use crate::{
    StoredRequest,
    json::{id, ignored, instant, list, pick, text, unknown},
    signature,
};
use meridian_domain::{
    channel::AccountConfig,
    event::{Attachment, Content, Direction, EventKind, Identifier, InboundEvent},
};
use serde_json::Value;

/// Subtypes that are messages of people; the others tell of the channel.
const WRITTEN: [&str; 5] = ["file_share", "thread_broadcast", "me_message", "bot_message", "assistant_app_thread"];

/// Reads an event callback, an interaction or a command.
pub(super) fn body(account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
    let received = request.received_at;
    let key = || format!("body:{}", signature::digest(&request.body));
    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
        return vec![form(request, key())];
    };
    let kind = text(&body, "/type").unwrap_or_default();
    if kind != "event_callback" {
        return vec![match kind {
            "url_verification" | "app_rate_limited" => ignored(key(), received, kind),
            _ => unknown(key(), received, "a callback that is not handled", &body),
        }];
    }
    let key = id(&body, "/event_id").unwrap_or_else(key);
    let raw = body.get("event").unwrap_or(&Value::Null);
    let at = raw.get("event_ts").or_else(|| raw.get("ts")).or_else(|| body.get("event_time")).and_then(instant);
    let mut event = InboundEvent::new(EventKind::Message, key, at.unwrap_or(received));
    event.thread = id(raw, "/channel").or_else(|| id(raw, "/item/channel"));
    let team = id(raw, "/user_team").or_else(|| id(raw, "/team")).or_else(|| id(&body, "/team_id")).unwrap_or_default();
    let who = id(raw, "/user").or_else(|| id(raw, "/message/user")).or_else(|| id(raw, "/previous_message/user"));
    let own = |user: String| Identifier::channel("slack_user_id", user, team.as_str());
    event.sender.ids = who.map(own).into_iter().collect();
    event.redelivery = request.header("x-slack-retry-num").is_some();
    let shown = raw.get("message").or_else(|| raw.get("previous_message")).unwrap_or(raw);
    if let Some(direction) = by_bot(account, &body, shown) {
        event.direction = direction;
        // A bot is nobody's customer; the channel and its thread say where it spoke. A reaction only names who reacts.
        if raw.get("reaction").is_none() {
            event.sender.ids.clear();
        }
        event.note("bot_id", id(shown, "/bot_id"));
    }
    match text(raw, "/type").unwrap_or_default() {
        "message" => message(raw, &mut event),
        "app_mention" => written(raw, &mut event),
        kind @ ("reaction_added" | "reaction_removed") => {
            event.kind = EventKind::Reaction;
            event.target = id(raw, "/item/ts");
            let emoji = text(raw, "/reaction").map(str::to_owned);
            if kind == "reaction_added" {
                event.reaction = emoji;
            } else {
                event.note("emoji", emoji);
            }
        }
        kind => {
            event.kind = EventKind::IgnoredEvent;
            event.note("type", kind);
            event.note("raw", raw.clone());
        }
    }
    vec![event]
}

/// Whether a bot speaks, and whether it is ours: by the app that posted ("Message server object": `bot_id`, `app_id`,
/// `bot_profile`). A file that we upload may be signed by the bot's own user alone (Events API "Authorizations"); it goes
/// without words, and what has words and no app is a person's.
fn by_bot(account: &AccountConfig, body: &Value, said: &Value) -> Option<Direction> {
    let user = id(said, "/user");
    let own = |one: &Value| one.get("is_bot") == Some(&Value::Bool(true)) && id(one, "/user_id") == user;
    let bare = text(said, "/text").is_none() && list(said, "files").next().is_some();
    let reacts = said.get("reaction").is_some();
    let own_user = (bare || reacts) && user.is_some() && list(body, "authorizations").any(own);
    let slackbot = user.as_deref() == Some("USLACKBOT");
    let bot = own_user || slackbot || id(said, "/bot_id").is_some() || text(said, "/subtype") == Some("bot_message");
    let app = id(said, "/app_id").or_else(|| id(said, "/bot_profile/app_id"));
    let own_app = || app.is_some() && (app.as_deref() == account.setting("app_id") || app == id(body, "/api_app_id"));
    bot.then(|| if own_user || own_app() { Direction::Echo } else { Direction::EchoOrBot })
}

fn message(raw: &Value, event: &mut InboundEvent) {
    match text(raw, "/subtype") {
        None => written(raw, event),
        // What is left of a message with answers that was withdrawn.
        Some("message_changed") if text(raw, "/message/subtype") == Some("tombstone") => {
            event.kind = EventKind::Delete;
            event.target = id(raw, "/message/ts").or_else(|| id(raw, "/previous_message/ts"));
        }
        Some("message_changed") if only_unfurled(raw) => {
            event.kind = EventKind::IgnoredEvent;
            event.note("type", "message_changed");
        }
        Some("message_changed") => {
            event.kind = EventKind::Edit;
            event.target = id(raw, "/message/ts").or_else(|| id(raw, "/previous_message/ts"));
            event.content = raw.get("message").map(content);
        }
        Some("message_deleted") => {
            event.kind = EventKind::Delete;
            event.target = id(raw, "/deleted_ts").or_else(|| id(raw, "/previous_message/ts"));
        }
        Some(subtype) if WRITTEN.contains(&subtype) => written(raw, event),
        Some(subtype) => {
            event.kind = EventKind::IgnoredEvent;
            event.note("type", subtype);
            event.note("raw", raw.clone());
        }
    }
}

/// Slack shows a link's preview, or counts answers: nobody edited anything ("message_changed"; `edited` is set by people).
fn only_unfurled(raw: &Value) -> bool {
    let (Some(now), Some(before)) = (raw.get("message"), raw.get("previous_message")) else { return false };
    let same = |part: &str| now.get(part) == before.get(part);
    same("text") && same("blocks") && same("files") && same("edited") && text(now, "/text").is_some()
}

fn written(raw: &Value, event: &mut InboundEvent) {
    event.external_id = id(raw, "/ts");
    event.reply_to = id(raw, "/thread_ts").filter(|thread| Some(thread) != event.external_id.as_ref());
    // An answer hangs under the root of a thread, never under an answer in it ("chat.postMessage": `thread_ts`).
    event.note("thread_ts", event.reply_to.clone());
    event.target_ref = text(raw, "/metadata/event_payload/delivery").map(str::to_owned);
    let content = content(raw);
    if content.text.is_none() && content.attachments.is_empty() {
        event.kind = EventKind::Unsupported;
        event.note("reason", "a message that cannot be shown");
        event.note("raw", raw.clone());
    }
    event.content = Some(content);
}

fn content(raw: &Value) -> Content {
    let mut content = Content::of("text");
    // Only attachments and blocks: what they say when they cannot be drawn.
    let fallback = || list(raw, "attachments").find_map(|a| text(a, "/fallback").or_else(|| text(a, "/text")));
    content.text = text(raw, "/text").or_else(fallback).map(str::to_owned).or_else(|| block_text(raw));
    let file = |raw: &Value| Attachment {
        kind: "file".to_owned(),
        mime: text(raw, "/mimetype").map(str::to_owned),
        name: text(raw, "/name").map(str::to_owned),
        size: raw.get("size").and_then(Value::as_u64),
        media_id: id(raw, "/id"),
        url: text(raw, "/url_private").map(str::to_owned),
        details: pick(raw, &["title"]),
        ..Attachment::default()
    };
    content.attachments = list(raw, "files").take(100).map(file).collect();
    if let Some(first) = content.attachments.first() {
        let mime = first.mime.as_deref().and_then(|mime| mime.split('/').next());
        content.message_type = match mime {
            Some(kind @ ("image" | "audio" | "video")) => kind.to_owned(),
            _ => "document".to_owned(),
        };
    }
    content
}

/// The words of the blocks in their order ("Block Kit: rich text block").
fn block_text(raw: &Value) -> Option<String> {
    fn collect(value: &Value, words: &mut String) {
        match value {
            Value::Array(list) => {
                for value in list {
                    collect(value, words);
                }
            }
            Value::Object(map) => {
                if let Some(Value::String(text)) = map.get("text") {
                    words.push_str(text);
                }
                for part in ["text", "elements", "fields"].iter().filter_map(|name| map.get(*name)) {
                    collect(part, words);
                }
            }
            _ => {}
        }
    }
    let mut words = String::new();
    collect(raw.get("blocks")?, &mut words);
    Some(words).filter(|words| !words.is_empty())
}

/// Pressed buttons come as JSON in the field `payload`, commands as fields of their own.
fn form(request: &StoredRequest, key: String) -> InboundEvent {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    let get = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let payload = get("payload").and_then(|json| serde_json::from_str::<Value>(json).ok());
    if let Some(payload) = payload {
        return interaction::read(&payload, key, request.received_at);
    }
    let (Some(command), Some(user)) = (get("command"), get("user_id")) else {
        return unknown(key, request.received_at, "the body is neither JSON nor a form of Slack's", &Value::Null);
    };
    let mut event =
        InboundEvent::new(EventKind::Message, get("trigger_id").map_or(key, str::to_owned), request.received_at);
    event.external_id = get("trigger_id").map(str::to_owned);
    event.thread = get("channel_id").map(str::to_owned);
    event.sender.ids = vec![Identifier::channel("slack_user_id", user, get("team_id").unwrap_or_default())];
    event.sender.username = get("user_name").map(str::to_owned);
    event.content = Some(Content::text(format!("{command} {}", get("text").unwrap_or_default()).trim_end()));
    event
}
