//! From Meta's changes to events (Cloud API "Webhooks: fields"; "Business-scoped user ids"; "Calling API").

use super::{content::content, news};
use crate::{
    json::{errors, flag, id, instant, list, pick, text, unknown},
    meta, signature,
};
use meridian_domain::{
    channel::AccountConfig,
    event::{Content, Direction, EventKind, Identifier, InboundEvent, ReceiptStatus, Sender},
    time::Instant,
};
use serde_json::{Value, json};

/// Fields about the business account itself ("Webhooks: fields" of the WhatsApp Business Account object).
const ACCOUNT_FIELDS: [&str; 12] = [
    "account_",
    "message_template_",
    "template_",
    "phone_number_",
    "business_",
    "flows",
    "security",
    "payment_",
    "partner_",
    "smb_app_state_sync",
    "automatic_events",
    "tracking_events",
];

/// Reads one change.
pub(super) fn change(
    account: &AccountConfig,
    entry: &Value,
    change: &Value,
    received: Instant,
    events: &mut Vec<InboundEvent>,
) {
    let value = change.get("value").unwrap_or(&Value::Null);
    let hash = signature::digest(format!("{change}{}", entry.get("time").unwrap_or(&Value::Null)).as_bytes());
    if let Some(reason) = foreign(account, entry, value) {
        return events.push(unknown(format!("foreign:{hash}"), received, reason, change));
    }
    let before = events.len();
    let contacts: Vec<&Value> = list(value, "contacts").collect();
    events.extend(list(value, "messages").map(|message| inbound(message, &contacts, received)));
    for echo in list(value, "message_echoes").chain(list(value, "smb_message_echoes")) {
        let mut event = inbound(echo, &contacts, received);
        event.direction = Direction::Echo;
        let to = Ids { wa_id: id(echo, "/to"), user: id(echo, "/to_user_id"), parent: id(echo, "/to_parent_user_id") };
        event.sender.ids = to.identifiers();
        events.push(event);
    }
    events.extend(list(value, "statuses").map(|status| receipt(status, received)));
    events.extend(list(value, "calls").map(|call| call_event(call, &contacts, received)));
    events.extend(list(value, "user_preferences").map(|wish| preference(wish, &contacts, received, &hash)));
    events.extend(list(value, "user_id_update").map(|update| new_ids(update, received)));
    if text(change, "/field") == Some("messaging_handovers") {
        events.push(handover(value, &hash, received));
    }
    for thread in list(value, "history").flat_map(|chunk| list(chunk, "threads")) {
        past(value, thread, received, events);
    }
    if text(change, "/field").is_some_and(|field| field.starts_with("group_")) {
        let at = entry.get("time").and_then(instant).unwrap_or(received);
        events.extend(list(value, "groups").enumerate().map(|(n, group)| group_event(change, group, n, &hash, at)));
    }
    // Of a history: the business shares none ("Webhooks: history": error 2593109).
    let declined = list(value, "history").flat_map(errors);
    let errors: Vec<_> = errors(value).into_iter().chain(declined).collect();
    if !errors.is_empty() {
        let mut event = InboundEvent::new(EventKind::ChannelError, format!("errors:{hash}"), received);
        event.errors = errors;
        event.direction = Direction::System;
        events.push(event);
    }
    if events.len() == before {
        events.push(about_account(entry, change, &hash, received));
    }
    // Another app answers in the conversation ("Webhooks: standby").
    if text(change, "/field") == Some("standby") {
        events[before..].iter_mut().for_each(|event| event.standby = true);
    }
}

/// Why a change is not for this account: a number it does not name, or, where none is named, another business account.
fn foreign(account: &AccountConfig, entry: &Value, value: &Value) -> Option<&'static str> {
    let number = id(value, "/metadata/phone_number_id");
    if number.as_ref().is_some_and(|number| !meta::ours(account, "phone_number_id", number)) {
        return Some("a number of another account");
    }
    let named = |one: &Option<String>, setting: &str| {
        one.is_some()
            && (one.as_deref() == account.setting(setting) || account.addresses.iter().any(|a| Some(a) == one.as_ref()))
    };
    let business = id(entry, "/id");
    let other = account.setting("waba_id").is_some() && business.is_some() && !named(&business, "waba_id");
    (other && !named(&number, "phone_number_id")).then_some("another business account")
}

fn about_account(entry: &Value, change: &Value, hash: &str, received: Instant) -> InboundEvent {
    let field = text(change, "/field").unwrap_or_default();
    let at = entry.get("time").and_then(instant).unwrap_or(received);
    if field.starts_with("group_") {
        return group_event(change, &Value::Null, 0, hash, at);
    }
    let mut event = if ACCOUNT_FIELDS.iter().any(|known| field.starts_with(known)) {
        let mut event = InboundEvent::new(EventKind::AccountEvent, format!("change:{hash}"), at);
        event.note("raw", change.get("value").cloned().unwrap_or_default());
        news::note(field, change.get("value").unwrap_or(&Value::Null), &mut event);
        event
    } else {
        unknown(format!("change:{hash}"), at, "a field that is not handled", change)
    };
    event.direction = Direction::System;
    event.note("field", field);
    event.note("event", text(change, "/value/event"));
    event
}

/// What became of a group ("Webhooks: group_lifecycle_update" and its kin: a list of groups).
fn group_event(change: &Value, group: &Value, position: usize, hash: &str, at: Instant) -> InboundEvent {
    let key = if position == 0 { format!("change:{hash}") } else { format!("change:{hash}:{position}") };
    let at = group.get("timestamp").and_then(instant).unwrap_or(at);
    let mut event = InboundEvent::new(EventKind::GroupEvent, key, at);
    event.direction = Direction::System;
    event.thread = id(group, "/group_id");
    event.note("group_id", event.thread.clone());
    event.note("field", text(change, "/field"));
    event.note("event", text(group, "/type"));
    event.note("raw", if group.is_null() { change.get("value").cloned().unwrap_or_default() } else { group.clone() });
    event
}

/// Provider seconds as text or number; the time of arrival when absent.
fn at(value: &Value, received: Instant) -> Instant {
    value.get("timestamp").and_then(instant).unwrap_or(received)
}

/// A WhatsApp id is a verified phone number in most countries; the stored form of a few differs from the dialled one.
fn phone_of(wa_id: &str) -> Option<String> {
    if wa_id.len() < 7 || !wa_id.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let dialled = match wa_id {
        id if id.starts_with("521") && id.len() == 13 => format!("52{}", &id[3..]),
        id => id.to_owned(),
    };
    Some(format!("+{dialled}"))
}

/// Business-scoped ids begin with a country and a dot.
fn business_scoped(id: &str) -> bool {
    let bytes = id.as_bytes();
    bytes.len() > 3 && bytes[0].is_ascii_uppercase() && bytes[1].is_ascii_uppercase() && bytes[2] == b'.'
}

/// The ids a customer is known by.
#[derive(Default)]
struct Ids {
    wa_id: Option<String>,
    user: Option<String>,
    parent: Option<String>,
}

impl Ids {
    fn identifiers(self) -> Vec<Identifier> {
        let (wa_id, from_user) = match self.wa_id {
            Some(id) if business_scoped(&id) => (None, Some(id)),
            other => (other, None),
        };
        let phone = wa_id.as_deref().and_then(phone_of);
        let mut ids: Vec<Identifier> =
            [("wa_id", wa_id), ("wa_bsuid", self.user.or(from_user)), ("wa_parent_bsuid", self.parent)]
                .into_iter()
                .filter_map(|(scheme, value)| Some(Identifier::channel(scheme, value?, "")))
                .collect();
        ids.extend(phone.map(|phone| Identifier { derived: true, ..Identifier::channel("phone_e164", phone, "") }));
        ids
    }
}

/// The customer behind a `from`, with what `contacts` tells of the same person.
fn sender(from: Option<String>, user: Option<String>, parent: Option<String>, contacts: &[&Value]) -> Sender {
    let matches = |contact: &Value| {
        let (wa_id, user_id) = (id(contact, "/wa_id"), id(contact, "/user_id"));
        let nobody = from.is_none() && user.is_none();
        nobody || (from.is_some() && (wa_id == from || user_id == from)) || (user.is_some() && user_id == user)
    };
    let found = contacts.iter().find(|contact| matches(contact)).copied();
    // Who else could a single contact be: the name fits, its ids may be of the other side.
    let named = found.or_else(|| contacts.first().copied().filter(|_| contacts.len() == 1));
    let of = |path: &str| found.and_then(|contact| id(contact, path));
    let ids = Ids {
        wa_id: from.or_else(|| of("/wa_id")),
        user: user.or_else(|| of("/user_id")),
        parent: parent.or_else(|| of("/parent_user_id")),
    };
    Sender {
        ids: ids.identifiers(),
        name: named.and_then(|c| text(c, "/profile/name")).map(str::to_owned),
        username: named.and_then(|c| text(c, "/profile/username")).map(|name| name.trim_start_matches('@').to_owned()),
        ..Sender::default()
    }
}

fn inbound(message: &Value, contacts: &[&Value], received: Instant) -> InboundEvent {
    let external = id(message, "/id");
    let key =
        external.clone().unwrap_or_else(|| format!("message:{}", signature::digest(message.to_string().as_bytes())));
    let kind = text(message, "/type").unwrap_or_default();
    let mut event = InboundEvent::new(EventKind::Message, key, at(message, received));
    event.external_id = external;
    event.sender =
        sender(id(message, "/from"), id(message, "/from_user_id"), id(message, "/from_parent_user_id"), contacts);
    event.reply_to = id(message, "/context/id");
    event.forwarded = flag(message, "/context/forwarded") || flag(message, "/context/frequently_forwarded");
    event.referral = message.get("referral").cloned().unwrap_or_default();
    event.thread = id(message, "/group_id");
    event.note("group_id", event.thread.clone());
    // Whether the customer's device is the one of before ("Messages: identity change check").
    event.note("identity", message.get("identity").cloned().unwrap_or_default());
    if let Some(product) = message.pointer("/context/referred_product") {
        event.note("referred_product", product.clone());
    }
    let part = message.get(kind).unwrap_or(&Value::Null);
    match kind {
        "reaction" => {
            event.kind = EventKind::Reaction;
            event.target = id(part, "/message_id");
            event.reaction = text(part, "/emoji").map(str::to_owned);
        }
        "edit" | "revoke" => {
            event.kind = if kind == "edit" { EventKind::Edit } else { EventKind::Delete };
            event.target = id(part, "/original_message_id");
            let inner = part.get("message").unwrap_or(part);
            event.content = content(text(inner, "/type").unwrap_or("text"), inner).filter(|_| kind == "edit");
        }
        "system" => system(part, &mut event),
        "request_welcome" => event.kind = EventKind::SessionStart,
        "interactive" if part.get("call_permission_reply").is_some() => {
            event.kind = EventKind::CallPermission;
            let reply = part.get("call_permission_reply").unwrap_or(&Value::Null);
            for (name, value) in pick(reply, &["response", "expiration_timestamp", "response_source", "is_permanent"]) {
                event.note(&name, value);
            }
            if let Some(response) = text(reply, "/response") {
                event.note("action", response);
            }
        }
        _ => show(kind, message, &mut event),
    }
    event
}

/// A message with content, or one that cannot be shown.
fn show(kind: &str, message: &Value, event: &mut InboundEvent) {
    event.content = content(kind, message);
    if event.content.is_none() {
        event.kind = EventKind::Unsupported;
        event.content = Some(Content::of(kind));
        event.errors = errors(message);
        event.note("reason", "a message that cannot be shown");
        event.note("raw", message.clone());
    }
}

/// System messages: ids change, identities change, groups change ("Webhooks: system messages"). Older captures say
/// `customer_` for `user_` and `new_wa_id` for `wa_id`.
fn system(part: &Value, event: &mut InboundEvent) {
    let what = text(part, "/type").unwrap_or_default();
    let first = |paths: &[&str]| paths.iter().find_map(|path| id(part, path));
    let new = Ids {
        wa_id: first(&["/wa_id", "/new_wa_id"]),
        user: first(&["/user_id", "/new_user_id"]),
        parent: id(part, "/parent_user_id"),
    };
    let changed = what.contains("changed_number") || what.contains("changed_user_id");
    event.kind = match what {
        _ if changed => EventKind::IdentityChange,
        what if what.contains("identity") => EventKind::IdentityEvent,
        "" if new.wa_id.is_some() => EventKind::IdentityChange,
        _ => EventKind::ServiceEvent,
    };
    event.note("type", what);
    event.note("service", what);
    event.note("body", text(part, "/body"));
    if event.kind == EventKind::IdentityChange {
        let before =
            Ids { user: id(part, "/previous_user_id"), parent: id(part, "/previous_parent_user_id"), ..Ids::default() };
        for known in before.identifiers() {
            if !event.sender.ids.iter().any(|id| id.scheme == known.scheme) {
                event.sender.ids.push(known);
            }
        }
        event.note("old", json!({ "ids": event.sender.ids }));
        event.note("new", json!({ "ids": new.identifiers() }));
    }
}

fn new_ids(update: &Value, received: Instant) -> InboundEvent {
    let key = format!("ids:{}", signature::digest(update.to_string().as_bytes()));
    let mut event = InboundEvent::new(EventKind::IdentityChange, key, at(update, received));
    let ids = |side: &str| {
        Ids {
            wa_id: id(update, "/wa_id"),
            user: id(update, &format!("/user_id/{side}")),
            parent: id(update, &format!("/parent_user_id/{side}")),
        }
        .identifiers()
    };
    event.sender.ids = ids("previous");
    event.note("old", json!({ "ids": ids("previous") }));
    event.note("new", json!({ "ids": ids("current") }));
    event.note("type", "user_id_update");
    event
}

/// Another application takes or passes the conversation ("Webhooks: messaging_handovers").
fn handover(value: &Value, hash: &str, received: Instant) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::Handover, format!("handover:{hash}"), at(value, received));
    event.direction = Direction::System;
    let from = id(value, "/sender/phone_number").or_else(|| id(value, "/sender/id"));
    event.sender = sender(from, id(value, "/sender/user_id"), None, &[]);
    let known = [
        ("pass", "control_passed"),
        ("take", "control_taken"),
        ("request", "control_requested"),
        ("pass", "pass_thread_control"),
        ("take", "take_thread_control"),
        ("request", "request_thread_control"),
    ];
    let found = known.into_iter().find(|(_, name)| value.get(*name).is_some());
    event.note("action", found.map(|(action, _)| action).or_else(|| text(value, "/type")));
    let part = found.and_then(|(_, name)| value.get(name)).unwrap_or(&Value::Null);
    for (name, said) in
        pick(part, &["metadata", "previous_owner_role", "new_owner_role", "new_owner_app_id", "previous_owner_app_id"])
    {
        event.note(&name, said);
    }
    event
}

/// What was said on the phone before the number was connected ("Webhooks: history"): nothing to be answered.
fn past(value: &Value, thread: &Value, received: Instant, events: &mut Vec<InboundEvent>) {
    let customer = id(thread, "/id");
    for message in list(thread, "messages") {
        let mut event = inbound(message, &[], received);
        if id(message, "/from") != customer {
            event.direction = Direction::Echo;
        }
        event.sender = sender(customer.clone(), id(thread, "/context/user_id"), None, &[]);
        event.note("auto", true);
        event.note("history", value.pointer("/history/0/metadata/phase").cloned().unwrap_or(Value::Bool(true)));
        events.push(event);
    }
}

/// Marketing messages stopped or resumed ("Webhooks: user_preferences").
fn preference(wish: &Value, contacts: &[&Value], received: Instant, hash: &str) -> InboundEvent {
    let stop = text(wish, "/value") == Some("stop");
    let kind = if stop { EventKind::OptOut } else { EventKind::OptIn };
    let key = format!("preference:{}", signature::digest(format!("{hash}{wish}").as_bytes()));
    let mut event = InboundEvent::new(kind, key, at(wish, received));
    event.sender = sender(id(wish, "/wa_id"), id(wish, "/user_id"), id(wish, "/parent_user_id"), contacts);
    for (name, value) in pick(wish, &["category", "value"]) {
        event.note(&name, value);
    }
    event
}

fn call_event(call: &Value, contacts: &[&Value], received: Instant) -> InboundEvent {
    let (call_id, what) = (id(call, "/id").unwrap_or_default(), text(call, "/event").unwrap_or_default());
    let mut event = InboundEvent::new(EventKind::Call, format!("{call_id}:{what}"), at(call, received));
    let by_business = text(call, "/direction").is_some_and(|d| d.eq_ignore_ascii_case("business_initiated"));
    let side = if by_business { "to" } else { "from" };
    event.sender = sender(id(call, &format!("/{side}")), id(call, &format!("/{side}_user_id")), None, contacts);
    event.target_ref = text(call, "/biz_opaque_callback_data").map(str::to_owned);
    event.errors = errors(call);
    event.note("call_id", call_id);
    for (name, value) in pick(call, &["event", "from", "to", "session", "start_time", "end_time"]) {
        event.note(&name, value);
    }
    for name in ["direction", "status"] {
        event.note(name, text(call, &format!("/{name}")).map(str::to_lowercase));
    }
    event.note("duration_s", call.get("duration").cloned().unwrap_or_default());
    event
}

fn receipt(status: &Value, received: Instant) -> InboundEvent {
    let (target, state) = (id(status, "/id").unwrap_or_default(), text(status, "/status").unwrap_or_default());
    if text(status, "/type") == Some("call") {
        let state = state.to_lowercase();
        let mut event = InboundEvent::new(EventKind::Call, format!("{target}:{state}"), at(status, received));
        event.sender.ids = Ids { wa_id: id(status, "/recipient_id"), ..Ids::default() }.identifiers();
        event.target_ref = text(status, "/biz_opaque_callback_data").map(str::to_owned);
        event.note("call_id", target);
        event.note("status", state);
        return event;
    }
    if text(status, "/type") == Some("payment") {
        return payment(status, target, state, received);
    }
    let participant = id(status, "/recipient_participant_id").or_else(|| id(status, "/recipient_participant_user_id"));
    let suffix = participant.as_deref().map(|who| format!(":{who}")).unwrap_or_default();
    let mut event = InboundEvent::new(EventKind::Receipt, format!("{target}:{state}{suffix}"), at(status, received));
    event.direction = Direction::System;
    event.target = Some(target).filter(|id| !id.is_empty());
    event.target_ref = text(status, "/biz_opaque_callback_data").map(str::to_owned);
    event.status = match state {
        "sent" => Some(ReceiptStatus::Sent),
        "delivered" => Some(ReceiptStatus::Delivered),
        "read" => Some(ReceiptStatus::Read),
        "played" => Some(ReceiptStatus::Played),
        "failed" => Some(ReceiptStatus::Failed),
        _ => None,
    };
    if event.status.is_none() {
        // `deleted`, `warning` and what comes next: shown, moves nothing.
        event.note("status", state);
    }
    event.errors = errors(status);
    event.note("recipient", id(status, "/recipient_id").or_else(|| id(status, "/recipient_user_id")));
    event.note("participant", participant);
    if text(status, "/recipient_type") == Some("group") {
        event.note("group", true);
    }
    event.note("pricing", status.get("pricing").cloned().unwrap_or_default());
    event
}

/// What became of a payment the customer was asked for ("Payments API: payment status"): a line of WhatsApp's own.
fn payment(status: &Value, target: String, state: &str, received: Instant) -> InboundEvent {
    let reference = id(status, "/payment/reference_id").unwrap_or_default();
    let key = format!("payment:{target}:{reference}:{state}:{}", id(status, "/timestamp").unwrap_or_default());
    let mut event = InboundEvent::new(EventKind::ServiceEvent, key, at(status, received));
    event.direction = Direction::System;
    let customer = id(status, "/recipient_id").or_else(|| id(status, "/from"));
    event.sender.ids = Ids { wa_id: customer, ..Ids::default() }.identifiers();
    event.target = Some(target).filter(|id| !id.is_empty());
    event.note("service", "payment");
    event.note("status", state);
    event.note("payment", status.get("payment").cloned().unwrap_or_default());
    event
}
