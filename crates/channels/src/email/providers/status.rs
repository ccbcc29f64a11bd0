//! What providers report of mails of ours, in one vocabulary. Opens and clicks are weak evidence (privacy proxies and
//! link scanners): recorded, and no receipt of reading.

use super::{Post, Provider, Status, form::Form, json::text, ours};
use serde_json::Value;

/// Reads one event or a list of events.
pub(super) fn read(provider: Provider, body: &Value, one: impl Fn(&Value) -> Option<Status>) -> Post {
    let events: Vec<&Value> = match body {
        Value::Array(all) => all.iter().take(10_000).collect(),
        Value::Object(_) => vec![body],
        _ => Vec::new(),
    };
    let read: Vec<Status> = events
        .into_iter()
        .filter_map(|event| Some(Status { ours: ours::of(provider, event), ..one(event)? }))
        .collect();
    if read.is_empty() { Post::Unknown("neither an inbound mail nor an event") } else { Post::Status(read) }
}

/// Kind and status by the names that providers use for the same things.
fn meaning(event: &str) -> (&'static str, &'static str) {
    match event {
        "accepted" | "processed" | "request" | "injection" | "stored" | "queued" | "send" => ("receipt", "accepted"),
        "deferred" | "deferral" | "delay" | "soft_deferred" => ("receipt", "deferred"),
        "delivered" | "delivery" => ("receipt", "delivered"),
        "open" | "opened" | "unique_opened" | "initial_open" | "proxy_open" | "unique_proxy_open" => {
            ("receipt", "opened")
        }
        "click" | "clicked" | "amp_click" => ("receipt", "clicked"),
        "bounce"
        | "bounced"
        | "dropped"
        | "failed"
        | "rejected"
        | "reject"
        | "blocked"
        | "hard_bounce"
        | "soft_bounce"
        | "invalid_email"
        | "invalid"
        | "error"
        | "out_of_band"
        | "policy_rejection"
        | "generation_failure"
        | "generation_rejection" => ("receipt", "failed"),
        "unsubscribe" | "unsubscribed" | "group_unsubscribe" | "unsub" | "list_unsubscribe" | "link_unsubscribe" => {
            ("opt_out", "unsubscribed")
        }
        "spamreport" | "complained" | "complaint" | "spam" | "spam_complaint" | "spamcomplaint" => {
            ("opt_out", "complained")
        }
        "group_resubscribe" | "subscribe" | "subscribed" => ("opt_in", "subscribed"),
        // Something else about one of our mails: recorded with it.
        _ => ("receipt", ""),
    }
}

fn status(event: String, known: &str) -> Status {
    let (kind, status) = meaning(known);
    Status { event, kind, status, ..Status::default() }
}

/// Seconds, whole or broken.
fn seconds(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.as_f64().map(|at| at as i64))
        .or_else(|| value.as_str()?.parse::<f64>().ok().map(|at| at as i64))
}

/// RFC 3339, with any number of digits of the second.
fn moment(value: &Value) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.timestamp())
}

fn first(values: &[&Value]) -> Option<String> {
    values.iter().find_map(|value| text(value))
}

/// SendGrid, "Event Webhook Reference".
pub(super) fn sendgrid(event: &Value) -> Option<Status> {
    let name = text(&event["event"])?;
    Some(Status {
        recipient: text(&event["email"]),
        message_id: first(&[&event["smtp-id"], &event["sg_message_id"]]),
        event_id: text(&event["sg_event_id"]),
        class: text(&event["type"]),
        timestamp: seconds(&event["timestamp"]),
        reason: first(&[&event["reason"], &event["response"]]),
        ..status(name.clone(), &name)
    })
}

/// Mailgun, "Event Structure": `failed` for a while is not failed.
pub(super) fn mailgun(body: &Value) -> Option<Status> {
    let event = &body["event-data"];
    let name = text(&event["event"])?;
    let known = if name == "failed" && event["severity"] == "temporary" { "deferred" } else { name.as_str() };
    let delivery = &event["delivery-status"];
    Some(Status {
        recipient: text(&event["recipient"]),
        message_id: text(&event["message"]["headers"]["message-id"]),
        event_id: text(&event["id"]),
        class: text(&event["severity"]),
        timestamp: seconds(&event["timestamp"]),
        reason: first(&[&delivery["message"], &delivery["description"], &event["reject"]["reason"], &event["reason"]]),
        ..status(name.clone(), known)
    })
}

/// The webhooks of before 2018, as forms.
pub(super) fn mailgun_form(form: &Form) -> Post {
    let Some(name) = form.text("event") else { return Post::Unknown("no event") };
    let event = Status {
        recipient: form.text("recipient"),
        message_id: form.text("message-id"),
        event_id: form.text("token"),
        timestamp: form.text("timestamp").and_then(|at| at.parse().ok()),
        reason: form.text("description").or_else(|| form.text("error")),
        class: form.text("reason"),
        ..status(name.clone(), &name)
    };
    Post::Status(vec![event])
}

/// Postmark, "Webhooks overview": `RecordType`, and a type of the bounce.
pub(super) fn postmark(event: &Value) -> Option<Status> {
    let name = text(&event["RecordType"])?;
    let class = text(&event["Type"]);
    let suppress = event["SuppressSending"].as_bool();
    let known = match (name.as_str(), class.as_deref()) {
        ("SpamComplaint", _) | ("Bounce", Some("SpamComplaint")) => "complaint",
        ("SubscriptionChange", _) if suppress == Some(false) => "subscribe",
        ("Bounce", Some("Subscribe")) => "subscribe",
        ("SubscriptionChange", _) | ("Bounce", Some("Unsubscribe")) => "unsubscribe",
        ("Bounce", Some("Transient" | "DnsError")) => "deferred",
        ("Bounce", Some("AutoResponder" | "AddressChange" | "OpenRelayTest" | "ChallengeVerification")) => "",
        ("Bounce", _) => "bounce",
        ("Delivery", _) => "delivery",
        ("Open", _) => "open",
        ("Click", _) => "click",
        _ => "",
    };
    let times = ["BouncedAt", "DeliveredAt", "ReceivedAt", "ChangedAt"];
    Some(Status {
        recipient: first(&[&event["Recipient"], &event["Email"]]),
        message_id: text(&event["MessageID"]),
        event_id: text(&event["ID"]),
        class,
        timestamp: times.iter().find_map(|name| moment(&event[*name])),
        reason: first(&[&event["Details"], &event["Description"]]),
        suppress,
        ..status(name.clone(), known)
    })
}

/// Mailjet, "Event API": `sent` means that the recipient's server took it.
pub(super) fn mailjet(event: &Value) -> Option<Status> {
    let name = text(&event["event"])?;
    let known = match name.as_str() {
        "sent" => "delivered",
        // Neither hard nor to be tried again: Mailjet goes on trying.
        "bounce" if event["hard_bounce"] == false && event["blocked"] == false => "deferred",
        other => other,
    };
    Some(Status {
        recipient: text(&event["email"]),
        message_id: first(&[&event["MessageID"], &event["Message_GUID"]]),
        timestamp: seconds(&event["time"]),
        reason: first(&[&event["error"], &event["comment"]]),
        class: text(&event["error_related_to"]),
        ..status(name.clone(), known)
    })
}

/// SparkPost, "Event Webhooks": one of several objects under `msys`.
pub(super) fn sparkpost(item: &Value) -> Option<Status> {
    let event = item["msys"].as_object()?.values().next()?;
    let name = text(&event["type"])?;
    Some(Status {
        recipient: first(&[&event["raw_rcpt_to"], &event["rcpt_to"]]),
        message_id: first(&[&event["transmission_id"], &event["message_id"]]),
        event_id: text(&event["event_id"]),
        class: text(&event["bounce_class"]),
        timestamp: seconds(&event["timestamp"]),
        reason: first(&[&event["reason"], &event["raw_reason"]]),
        ..status(name.clone(), &name)
    })
}

/// Brevo, "Transactional webhooks": its `id` names the webhook, the same in every event.
pub(super) fn brevo(event: &Value) -> Option<Status> {
    let name = text(&event["event"])?;
    Some(Status {
        recipient: text(&event["email"]),
        message_id: text(&event["message-id"]),
        timestamp: seconds(&event["ts_event"]).or_else(|| seconds(&event["ts"])),
        reason: text(&event["reason"]),
        ..status(name.clone(), &name)
    })
}

/// Mandrill, "Message event webhooks" and "Sync event webhooks".
pub(super) fn mandrill(event: &Value) -> Option<Status> {
    let name = first(&[&event["event"], &event["type"]])?;
    let message = &event["msg"];
    let known = match name.as_str() {
        "blacklist" if event["action"] == "add" => "rejected",
        "blacklist" | "whitelist" => "",
        "send" => "accepted",
        other => other,
    };
    Some(Status {
        recipient: first(&[&message["email"], &event["reject"]["email"], &event["entry"]["email"]]),
        message_id: first(&[&message["_id"], &event["_id"]]),
        class: first(&[&event["action"], &message["bounce_description"]]),
        timestamp: seconds(&event["ts"]),
        reason: first(&[&message["diag"], &event["reject"]["detail"]]),
        ..status(name.clone(), known)
    })
}
