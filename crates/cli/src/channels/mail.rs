//! Mails of a fixture folder: raw messages, posts of mail providers, bodies to strip.

use base64::{Engine, engine::general_purpose::STANDARD};
use meridian_channels::{
    InboundRequest, StoredRequest,
    email::{self, Post, Provider},
    registry,
};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    ids::ChannelAccountId,
    mail::reply,
    secret::Secret,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Secret of accounts whose provider signs nothing: the password in the URL.
const TOKEN: &str = "replay";

/// The answer for an item of a mail kind; none for any other kind.
pub fn replay(item: &Value, body: &[u8], defaults: &Value) -> Option<Value> {
    let kind = item.get("kind")?.as_str()?;
    let scheme = item["signature"]["scheme"].as_str().unwrap_or_default();
    let unit = kind == "signature_unit" && ["sendgrid", "mailgun"].iter().any(|ours| scheme.starts_with(ours));
    if !unit && !matches!(kind, "raw_message" | "inbound_email" | "delivery_event" | "reply_body" | "reply_message") {
        return None;
    }
    let mut line = match kind {
        "raw_message" => raw(body),
        "reply_body" => json!({ "reply": reply::strip(&String::from_utf8_lossy(body)) }),
        "reply_message" => json!({ "reply": reply::strip(email::read(body).readable().unwrap_or_default()) }),
        _ => post(item, defaults, body.to_vec()),
    };
    if unit {
        line = json!({ "verdict": if line["verdict"] == "accept" { "valid" } else { "invalid" } });
    }
    line["id"] = item["id"].clone();
    Some(line)
}

/// A post of a provider, verified and read as an account of this provider would.
fn post(item: &Value, defaults: &Value, body: Vec<u8>) -> Value {
    let (content_type, body) = request_body(item, body);
    let Some(provider) = provider(&content_type, &body) else { return json!({ "verdict": "reject" }) };
    let account = account(item, defaults, provider);
    let mut headers = vec![("content-type".to_owned(), content_type.clone())];
    for (name, value) in item["request"]["headers"].as_object().into_iter().flatten() {
        let name = name.to_lowercase();
        headers.extend(value.as_str().filter(|_| name != "content-type").map(|value| (name, value.to_owned())));
    }
    // What the provider makes of `https://user:token@host`.
    if !headers.iter().any(|(name, _)| name == "authorization") {
        headers.push(("authorization".to_owned(), format!("Basic {}", STANDARD.encode(format!("meridian:{TOKEN}")))));
    }
    let request = InboundRequest { method: "POST".to_owned(), query: String::new(), headers, body: body.into() };
    let now = item["signature"]["now_unix"].as_i64().or_else(|| timestamp(&request)).unwrap_or_default();
    let now = chrono::DateTime::from_timestamp(now, 0).unwrap_or_default();
    let channel = registry::get(ChannelKind::Email);
    if channel.verify(&account, &request, now).is_err() {
        return json!({ "verdict": "reject" });
    }
    let stored = StoredRequest { part: request.stored_part(), body: request.body.clone(), received_at: now };
    let parsed = channel.parse(&account, &stored);
    match email::read_post(Provider::of(Some(provider)), &content_type, &request.body) {
        Post::Mails(mails) => json!({ "verdict": "accept", "provider": provider, "event": mails.first().map(inbound) }),
        Post::Status(all) => json!({ "verdict": "accept", "provider": provider, "events": statuses(&all, &parsed) }),
        Post::Unknown(_) => json!({ "verdict": "accept", "provider": provider, "events": parsed }),
    }
}

fn account(item: &Value, defaults: &Value, provider: &str) -> AccountConfig {
    let signature = &item["signature"];
    let stated = ["secret", "public_key", "key", "token"].iter().find_map(|name| signature[*name].as_str());
    let usual = defaults["mailgun_signing_key"].as_str().filter(|_| provider == "mailgun");
    let mut secrets = BTreeMap::from([("inbound_token".to_owned(), vec![Secret::new(TOKEN)])]);
    if let Some(key) = stated.or(usual) {
        secrets.insert("signing_key".to_owned(), vec![Secret::new(key)]);
    }
    AccountConfig {
        id: ChannelAccountId(uuid::Uuid::nil()),
        kind: ChannelKind::Email,
        settings: json!({ "provider": provider }),
        secrets,
        public_url: item["request"]["url"].as_str().unwrap_or_default().to_owned(),
        addresses: Vec::new(),
    }
}

/// What the provider says of each event, beside the event that the timeline gets.
fn statuses(all: &[email::Status], parsed: &[InboundEvent]) -> Vec<Value> {
    let one = |(status, event): (&email::Status, &InboundEvent)| {
        let mut line = json!(status);
        line["dedupe_key"] = json!(event.dedupe_key);
        line["at"] = json!(event.at);
        line
    };
    all.iter().zip(parsed).map(one).collect()
}

fn inbound(inbound: &email::Inbound) -> Value {
    let mail = &inbound.mail;
    let from = mail.from.clone().unwrap_or_default();
    json!({
        "from": { "email": from.email, "name": from.name },
        "to": emails(&mail.to), "cc": emails(&mail.cc), "subject": mail.subject, "message_id": mail.message_id,
        "date": mail.date, "text": mail.text, "html": mail.html, "attachments": mail.attachments, "files": mail.attachments,
        "in_reply_to": mail.in_reply_to.first(), "references": mail.references,
        "envelope_from": inbound.envelope_from, "envelope_to": inbound.envelope_to.first(),
        "stripped_text": inbound.stripped_text, "spam_score": inbound.spam_score,
        "must_not_auto_respond": mail.class.must_not_auto_respond,
    })
}

fn emails(list: &[email::Address]) -> Vec<&str> {
    list.iter().map(|address| address.email.as_str()).collect()
}

/// The body and its type: a form that is described as JSON is built as the provider builds it.
fn request_body(item: &Value, body: Vec<u8>) -> (String, Vec<u8>) {
    let headers = item["request"]["headers"].as_object();
    let stated = headers.and_then(|all| all.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type")));
    let stated = stated.and_then(|(_, value)| value.as_str());
    let described: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(fields) = described["fields"].as_object() {
        return form(
            fields,
            described["files"].as_array().map(Vec::as_slice).unwrap_or_default(),
            &described["encoding"],
        );
    }
    (stated.unwrap_or("application/json").to_owned(), body)
}

fn form(fields: &Map<String, Value>, files: &[Value], encoding: &Value) -> (String, Vec<u8>) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let values = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    if files.is_empty() && encoding.as_str().is_some_and(|encoding| encoding.contains("urlencoded")) {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields {
            for value in values(value) {
                form.append_pair(name, &text(&value));
            }
        }
        return ("application/x-www-form-urlencoded".to_owned(), form.finish().into_bytes());
    }
    let boundary = "meridian-replay-7f3a9c";
    let mut body = Vec::new();
    for (name, value) in fields {
        for value in values(value) {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(text(&value).as_bytes());
            body.extend_from_slice(b"\r\n");
        }
    }
    for file in files {
        let quoted = |name: &str| text(&file[name]).replace('\\', "\\\\").replace('"', "\\\"");
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quoted("field"),
            quoted("filename"),
            text(&file["content_type"])
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&STANDARD.decode(file["base64"].as_str().unwrap_or_default()).unwrap_or_default());
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// Whose post it is, by its shape: the fixtures do not name the account's provider.
fn provider(content_type: &str, body: &[u8]) -> Option<&'static str> {
    let form = content_type.contains("form");
    let has = |text: &str| body.windows(text.len()).any(|window| window == text.as_bytes());
    if form {
        let known = [("mandrill_events", "mandrill"), ("body-mime", "mailgun"), ("body-plain", "mailgun")];
        let found = known.iter().find(|(field, _)| has(field)).map(|(_, provider)| *provider);
        let signed = has("signature") && has("timestamp") && has("token");
        return Some(found.unwrap_or(if signed { "mailgun" } else { "sendgrid" }));
    }
    let json: Value = serde_json::from_slice(body).ok()?;
    let first = json.get(0).unwrap_or(&json);
    let any = |names: &[&str]| names.iter().any(|name| first.get(*name).is_some());
    Some(match first {
        _ if any(&["msys"]) => "sparkpost",
        _ if any(&["event-data", "signature"]) => "mailgun",
        _ if any(&["RecordType", "FromFull", "RawEmail", "StrippedTextReply"]) => "postmark",
        _ if any(&["sg_event_id", "sg_message_id"]) => "sendgrid",
        _ if any(&["items", "message-id", "ts_event"]) => "brevo",
        _ if any(&["Parts", "Headers", "MessageID", "mj_campaign_id"]) => "mailjet",
        _ if any(&["msg", "reject"]) => "mandrill",
        _ => "sendgrid",
    })
}

/// The time that the request itself states.
fn timestamp(request: &InboundRequest) -> Option<i64> {
    let header = request.header("x-twilio-email-event-webhook-timestamp").and_then(|at| at.parse().ok());
    let json: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let json = json["signature"]["timestamp"].as_str().and_then(|at| at.parse().ok());
    let form = || {
        let body = String::from_utf8_lossy(&request.body);
        let value = body.split("name=\"timestamp\"").nth(1).or_else(|| body.split("timestamp=").nth(1))?;
        let digits: String = value.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    header.or(json).or_else(form)
}

fn raw(body: &[u8]) -> Value {
    let mail = email::read(body);
    let mut class = json!(mail.class);
    class["dsn"] = json!(mail.report.dsn);
    json!({
        "verdict": "accept",
        "mail": {
            "from": mail.from.as_ref().map(|from| &from.email), "from_name": mail.from.as_ref().map(|from| &from.name),
            "to": emails(&mail.to), "cc": emails(&mail.cc), "subject": mail.subject, "message_id": mail.message_id,
            "date": mail.date, "text": mail.text, "html_text": mail.html_text, "attachments": mail.attachments,
            "in_reply_to": mail.in_reply_to.first(), "references": mail.references,
            "protection": mail.protection, "damaged": mail.damaged,
        },
        "class": class,
    })
}
