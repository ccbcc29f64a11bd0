//! From entries to events.

use crate::{
    json::{flag, id, instant, list, number, pick, text, unknown},
    signature,
};
use meridian_domain::{
    event::{
        Attachment, Choice, Content, Direction, EventKind, Identifier, InboundEvent, Location, ReceiptStatus, Sender,
    },
    time::Instant,
};
use serde_json::{Map, Value};

/// Where an event happened.
pub(super) struct Place<'a> {
    pub scheme: &'static str,
    pub page: &'a str,
    pub entry: &'a Value,
    pub received: Instant,
}

impl Place<'_> {
    /// Reads an entry. `standby` holds what another app of the page answers; console tests come as `changes`.
    pub(super) fn entry(&self, events: &mut Vec<InboundEvent>) {
        let before = events.len();
        events.extend(list(self.entry, "messaging").map(|item| self.item(item)));
        events.extend(list(self.entry, "standby").map(|item| {
            let mut event = self.item(item);
            event.standby = true;
            event
        }));
        for change in list(self.entry, "changes") {
            let value = change.get("value").unwrap_or(&Value::Null);
            let mut event = if value.get("sender").is_some() { self.item(value) } else { self.unknown(change) };
            if event.kind == EventKind::UnknownEvent {
                event.note("field", text(change, "/field"));
            }
            events.push(event);
        }
        if events.len() == before {
            events.push(self.unknown(self.entry));
        }
    }

    fn unknown(&self, raw: &Value) -> InboundEvent {
        unknown(self.hash("unknown", raw), self.at(raw), "an event that is not handled", raw)
    }

    /// Events without an id of their own are known by what they say.
    fn hash(&self, name: &str, item: &Value) -> String {
        format!("{name}:{}", signature::digest(format!("{}{item}", self.page).as_bytes()))
    }

    fn at(&self, item: &Value) -> Instant {
        let stated = item.get("timestamp").and_then(instant);
        stated.or_else(|| self.entry.get("time").and_then(instant)).unwrap_or(self.received)
    }

    fn person(&self, value: Option<String>) -> Sender {
        let ids = value.into_iter().map(|value| Identifier::channel(self.scheme, value, self.page)).collect();
        Sender { ids, ..Sender::default() }
    }

    fn item(&self, item: &Value) -> InboundEvent {
        let mut event = InboundEvent::new(EventKind::UnknownEvent, "", self.at(item));
        event.sender = self.person(id(item, "/sender/id"));
        let known = KINDS.iter().find_map(|(name, read)| Some((*name, item.get(*name)?, *read)));
        let Some((name, part, read)) = known else {
            let mut found = self.unknown(item);
            found.sender = event.sender;
            return found;
        };
        event.dedupe_key = self.hash(name, item);
        // The page itself reacts, edits or reads: the customer is the other side ("Webhooks reference": sender, recipient).
        let own = !self.page.is_empty() && id(item, "/sender/id").as_deref() == Some(self.page);
        if own && id(item, "/recipient/id").as_deref() != Some(self.page) {
            event.direction = Direction::Echo;
            event.sender = self.person(id(item, "/recipient/id"));
        }
        read(self, part, item, &mut event);
        event
    }
}

type Read = fn(&Place<'_>, &Value, &Value, &mut InboundEvent);

/// What an item may hold, by the name of the field.
const KINDS: &[(&str, Read)] = &[
    ("message", message),
    ("postback", postback),
    ("reaction", reaction),
    ("message_edit", edit),
    ("delivery", |_, part, _, event| receipt(ReceiptStatus::Delivered, part, event)),
    ("read", |_, part, _, event| receipt(ReceiptStatus::Read, part, event)),
    ("optin", opt_in),
    ("messaging_feedback", form),
    ("messaging_customer_information", form),
    ("account_linking", |_, part, _, event| {
        event.kind = EventKind::AccountLink;
        event.note("action", text(part, "/status"));
        notes(part, &["status", "authorization_code"], event);
    }),
    ("pass_thread_control", |_, part, _, event| handover("pass", part, event)),
    ("take_thread_control", |_, part, _, event| handover("take", part, event)),
    ("request_thread_control", |_, part, _, event| handover("request", part, event)),
    ("release_thread_control", |_, part, _, event| handover("release", part, event)),
    ("app_roles", |_, part, _, event| {
        event.kind = EventKind::AccountEvent;
        event.direction = Direction::System;
        event.note("action", "app_roles");
        event.note("app_roles", part.clone());
    }),
    ("referral", |_, part, _, event| {
        event.kind = EventKind::Referral;
        event.referral = part.clone();
        notes(part, &["ref", "source", "type", "ad_id"], event);
    }),
];

fn notes(part: &Value, names: &[&str], event: &mut InboundEvent) {
    for (name, value) in pick(part, names) {
        event.note(&name, value);
    }
}

fn message(place: &Place<'_>, part: &Value, item: &Value, event: &mut InboundEvent) {
    let mid = id(part, "/mid");
    if let Some(mid) = &mid {
        event.dedupe_key.clone_from(mid);
    }
    if flag(part, "/is_echo") {
        event.direction = Direction::Echo;
        event.sender = place.person(id(item, "/recipient/id"));
        event.target_ref = text(part, "/metadata").map(str::to_owned);
        event.note("app_id", id(part, "/app_id"));
    }
    if flag(part, "/is_deleted") {
        event.kind = EventKind::Delete;
        event.dedupe_key.push_str(":delete");
        event.target = mid;
        return;
    }
    event.kind = EventKind::Message;
    event.external_id = mid;
    let replied = ["/reply_to/mid", "/reply_to/story/id"].iter().find_map(|path| id(part, path));
    event.reply_to = replied;
    if let Some(story) = part.pointer("/reply_to/story") {
        event.note("story", story.clone());
    }
    event.referral = part.get("referral").cloned().unwrap_or_default();
    notes(part, &["metadata", "tags"], event);
    let content = content(part);
    let empty = content.text.is_none() && content.attachments.is_empty() && content.location.is_none();
    if flag(part, "/is_unsupported") || empty && content.choice.is_none() {
        event.kind = EventKind::Unsupported;
        event.note("reason", "a message that cannot be shown");
        event.note("raw", part.clone());
    }
    event.content = Some(content);
}

fn content(part: &Value) -> Content {
    let mut content = Content::of("text");
    content.text = text(part, "/text").map(str::to_owned);
    for raw in list(part, "attachments").take(100) {
        let kind = text(raw, "/type").unwrap_or("file");
        let degrees = |name: &str| number(raw, &format!("/payload/coordinates/{name}"));
        if let (Some(lat), Some(lon)) = (degrees("lat"), degrees("long").or_else(|| degrees("lon"))) {
            let (name, url) = (text(raw, "/title").map(str::to_owned), text(raw, "/url").map(str::to_owned));
            content.location = Some(Location { lat, lon, name, address: None, url });
            "location".clone_into(&mut content.message_type);
        } else {
            content.attachments.push(attachment(kind, raw));
        }
    }
    if let Some(first) = content.attachments.first() {
        content.message_type = match first.kind.as_str() {
            kind @ ("image" | "video" | "audio") => kind,
            "file" => "document",
            "like_heart" => "sticker",
            _ => "link",
        }
        .to_owned();
    }
    if let Some(payload) = id(part, "/quick_reply/payload") {
        let title = content.text.clone().unwrap_or_default();
        content.choice = Some(Choice { payload, title, details: Map::new() });
        "choice".clone_into(&mut content.message_type);
    }
    content
}

fn attachment(kind: &str, raw: &Value) -> Attachment {
    let mut details = pick(raw, &["title", "subtitle"]);
    if let Some(payload) = raw.get("payload") {
        let more = ["title", "sticker_id", "reel_video_id", "template_type", "elements", "product", "ig_post_media_id"];
        details.extend(pick(payload, &more));
    }
    Attachment {
        kind: kind.to_owned(),
        url: text(raw, "/payload/url").or_else(|| text(raw, "/url")).map(str::to_owned),
        media_id: id(raw, "/payload/attachment_id"),
        details,
        ..Attachment::default()
    }
}

fn postback(_: &Place<'_>, part: &Value, _: &Value, event: &mut InboundEvent) {
    if let Some(mid) = id(part, "/mid") {
        event.dedupe_key.clone_from(&mid);
        event.external_id = Some(mid);
    }
    event.kind = EventKind::Message;
    let title = text(part, "/title").map(str::to_owned);
    let payload = id(part, "/payload").or_else(|| title.clone()).unwrap_or_default();
    let choice = Choice { payload, title: title.clone().unwrap_or_default(), details: Map::new() };
    event.content = Some(Content { text: title, choice: Some(choice), ..Content::of("choice") });
    event.referral = part.get("referral").cloned().unwrap_or_default();
}

fn reaction(_: &Place<'_>, part: &Value, _: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Reaction;
    event.target = id(part, "/mid");
    let emoji = text(part, "/emoji").or_else(|| text(part, "/reaction")).map(str::to_owned);
    if text(part, "/action") == Some("unreact") {
        event.note("emoji", emoji);
    } else {
        event.reaction = emoji;
    }
    notes(part, &["reaction"], event);
}

fn edit(_: &Place<'_>, part: &Value, _: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Edit;
    event.target = id(part, "/mid");
    event.content = text(part, "/text").map(Content::text);
    notes(part, &["num_edit"], event);
}

/// What a person filled in: answers of a survey ("Customer feedback template": screens of questions, each with a payload
/// and perhaps a follow-up), or about themselves ("Customer information template": screens of keys and values).
fn form(_: &Place<'_>, part: &Value, _: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Message;
    let (mut answers, mut lines) = (Map::new(), Vec::new());
    let mut answered = |question: &str, value: Option<&Value>| {
        let shown = match value {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => value.to_string(),
            _ => return,
        };
        lines.push(format!("{question}: {shown}"));
        answers.insert(question.to_owned(), Value::from(shown));
    };
    for screen in list(part, "feedback_screens").chain(list(part, "screens")).take(50) {
        let questions = screen.get("questions").and_then(Value::as_object);
        for (question, answer) in questions.into_iter().flatten().take(50) {
            answered(question, answer.get("payload"));
            answered(&format!("{question}, follow-up"), answer.pointer("/follow_up/payload"));
        }
        for answer in list(screen, "responses").take(50) {
            answered(text(answer, "/key").unwrap_or("?"), answer.get("value"));
        }
    }
    let text = Some(lines.join("\n")).filter(|text| !text.is_empty());
    let form = if answers.is_empty() { part.clone() } else { Value::Object(answers) };
    event.content = Some(Content { text, form, ..Content::of("form") });
}

/// Messages by name, or all up to a time: one event. Several names stand in `targets`, the first of them as target.
fn receipt(status: ReceiptStatus, part: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Receipt;
    event.status = Some(status);
    event.watermark = part.get("watermark").and_then(instant);
    let mids: Vec<&Value> = list(part, "mids").take(100).collect();
    event.target = id(part, "/mid").or_else(|| mids.first()?.as_str().map(str::to_owned));
    if mids.len() > 1 {
        event.note("targets", mids.into_iter().cloned().collect::<Vec<_>>());
    }
}

/// A `user_ref` is not yet a person of the page ("Checkbox plugin").
fn opt_in(_: &Place<'_>, part: &Value, _: &Value, event: &mut InboundEvent) {
    let stopped = text(part, "/notification_messages_status") == Some("STOP_NOTIFICATIONS");
    event.kind = if stopped { EventKind::OptOut } else { EventKind::OptIn };
    if event.sender.ids.is_empty() {
        let user = id(part, "/user_ref");
        event.sender.ids = user.into_iter().map(|user| Identifier::channel("fb_user_ref", user, "")).collect();
    }
    let names = ["ref", "type", "payload", "title", "one_time_notif_token", "notification_messages_token"];
    notes(part, &names, event);
}

fn handover(action: &str, part: &Value, event: &mut InboundEvent) {
    event.kind = EventKind::Handover;
    event.note("action", action);
    let names = ["new_owner_app_id", "previous_owner_app_id", "requested_owner_app_id", "metadata"];
    for name in names {
        event.note(name, id(part, &format!("/{name}")));
    }
}
