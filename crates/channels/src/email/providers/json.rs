//! Mails that arrive as JSON: Postmark, Mailjet, SparkPost, Brevo, Mandrill.

use super::{
    Inbound, Post, Provider,
    inbound::{authors, block, parsed},
    status,
};
use crate::email::{
    self, File,
    decode::Encoding,
    read::{self, Address},
};
use serde_json::Value;

pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.replace('\0', "")),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn file(name: &Value, mime: &Value, content: &Value, size: &Value, content_id: &Value) -> File {
    let bytes = content.as_str().map(|content| Encoding::Base64.decode(content.as_bytes()));
    let content_id = text(content_id).map(|id| id.trim_matches(['<', '>']).to_owned());
    File {
        filename: name.as_str().map(read::file_name),
        mime: text(mime).unwrap_or_else(|| "application/octet-stream".to_owned()),
        size: bytes.as_ref().map(|bytes| bytes.len() as u64).or(size.as_u64()).unwrap_or_default(),
        inline: content_id.is_some(),
        content_id,
        content: bytes.unwrap_or_default(),
    }
}

fn addresses(value: &Value, email: &str, name: &str) -> Vec<Address> {
    let one = |value: &Value| {
        let line = |key: &str| read::line(value[key].as_str().unwrap_or_default());
        Address { email: line(email), name: line(name) }
    };
    list(value).map(one).filter(|address| !address.email.is_empty()).take(500).collect()
}

/// Postmark, "Parse an email": one object a mail, told from message webhooks by `RecordType`.
pub(super) fn postmark(body: &Value) -> Post {
    if body["RecordType"].is_string() && body["RecordType"] != "Inbound" {
        return status::read(Provider::Postmark, body, status::postmark);
    }
    if body.get("FromFull").is_none() && body.get("From").is_none() && body.get("RawEmail").is_none() {
        return Post::Unknown("neither an inbound mail nor an event");
    }
    let fields = list(&body["Headers"]).filter_map(|field| Some((text(&field["Name"])?, text(&field["Value"])?)));
    let mut mail = if let Some(raw) = body["RawEmail"].as_str().filter(|raw| !raw.is_empty()) {
        email::read(raw.as_bytes())
    } else {
        let files = list(&body["Attachments"])
            .map(|f| file(&f["Name"], &f["ContentType"], &f["Content"], &f["ContentLength"], &f["ContentID"]));
        let mut mail = parsed(&block(fields), text(&body["TextBody"]), text(&body["HtmlBody"]), files.collect());
        mail.subject = text(&body["Subject"]).map(|subject| read::line(&subject)).or(mail.subject);
        mail.date = mail.date.or_else(|| date(&body["Date"]));
        mail.to = addresses(&body["ToFull"], "Email", "Name");
        mail.cc = addresses(&body["CcFull"], "Email", "Name");
        let from = Address {
            email: read::line(body["FromFull"]["Email"].as_str().unwrap_or_default()),
            name: read::line(body["FromFull"]["Name"].as_str().unwrap_or_default()),
        };
        if !from.email.is_empty() {
            mail.authors = mail.authors.max(1);
            mail.from = Some(from);
        }
        mail
    };
    authors(&mut mail, body["From"].as_str());
    // The envelope sender stands in the header that Postmark adds.
    let spf = mail.header("received-spf").next().and_then(|value| value.split("envelope-from=").nth(1));
    let sender = spf.and_then(|rest| rest.split([';', ' ']).next()).map(|text| text.trim_matches('"').to_owned());
    let return_path = mail.header("return-path").next().map(|path| path.trim_matches(['<', '>']).to_owned());
    let spam_score = mail.header("x-spam-score").next().and_then(|score| score.trim().parse().ok());
    Post::Mails(vec![Inbound {
        envelope_from: sender.or(return_path),
        envelope_to: text(&body["OriginalRecipient"]).into_iter().collect(),
        stripped_text: text(&body["StrippedTextReply"]),
        spam_score,
        results: None,
        mail,
    }])
}

fn date(value: &Value) -> Option<meridian_domain::time::Instant> {
    let header = block([("Date".to_owned(), value.as_str()?.to_owned())].into_iter());
    read::from_header(&header).date
}

/// Header fields of an object, a value or a list of values each.
fn fields(value: &Value) -> Vec<(String, String)> {
    let Some(map) = value.as_object() else { return Vec::new() };
    let mut all = Vec::new();
    for (name, value) in map {
        match value {
            Value::Array(values) => all.extend(values.iter().filter_map(text).map(|value| (name.clone(), value))),
            other => all.extend(text(other).map(|value| (name.clone(), value))),
        }
    }
    all
}

/// Mailjet, "Parse API: inbound emails": `Parts` describe what the other keys hold.
pub(super) fn mailjet(body: &Value) -> Post {
    if body.get("Headers").is_none() && body.get("Parts").is_none() {
        return status::read(Provider::Mailjet, body, status::mailjet);
    }
    let files = list(&body["Parts"]).filter_map(|part| {
        let content = part["ContentRef"].as_str().filter(|name| name.contains("Attachment"))?;
        let header = read::from_header(&block(fields(&part["Headers"]).into_iter()));
        let named = |name: &str| header.header(name).next().map(str::to_owned);
        let whole = part_file(&fields(&part["Headers"]));
        let bytes = Encoding::Base64.decode(body[content].as_str()?.as_bytes());
        Some(File { size: bytes.len() as u64, content: bytes, ..whole })
            .filter(|_| named("content-type").is_some() || body[content].is_string())
    });
    let header = block(fields(&body["Headers"]).into_iter());
    let mut mail = parsed(&header, text(&body["Text-part"]), text(&body["Html-part"]), files.collect());
    mail.subject = mail.subject.or_else(|| text(&body["Subject"]).map(|subject| read::line(&subject)));
    mail.date = mail.date.or_else(|| date(&body["Date"]));
    authors(&mut mail, body["From"].as_str());
    Post::Mails(vec![Inbound {
        mail,
        envelope_from: text(&body["Sender"]),
        envelope_to: text(&body["Recipient"]).into_iter().collect(),
        stripped_text: None,
        spam_score: text(&body["SpamAssassinScore"]).and_then(|score| score.parse().ok()),
        results: None,
    }])
}

/// A file by the header fields of its part.
fn part_file(fields: &[(String, String)]) -> File {
    let mut raw = block(fields.iter().cloned());
    raw.extend_from_slice(b"\r\n");
    let mail = email::mime::split(&raw);
    let head = &mail[0].head;
    File {
        filename: head.name.as_deref().map(read::file_name),
        mime: head.mime.clone(),
        size: 0,
        content_id: head.content_id.clone(),
        inline: head.content_id.is_some(),
        content: Vec::new(),
    }
}

/// SparkPost, "Relay Webhooks": a list of messages, each with the raw mail.
pub(super) fn sparkpost(body: &Value) -> Post {
    let relayed: Vec<&Value> =
        list(body).map(|item| &item["msys"]["relay_message"]).filter(|m| m.is_object()).collect();
    if relayed.is_empty() {
        return status::read(Provider::SparkPost, body, status::sparkpost);
    }
    let one = |message: &&Value| {
        let content = &message["content"];
        let raw = content["email_rfc822"].as_str().unwrap_or_default();
        let mut mail = if content["email_rfc822_is_base64"] == true {
            email::read(&Encoding::Base64.decode(raw.as_bytes()))
        } else {
            email::read(raw.as_bytes())
        };
        authors(&mut mail, message["friendly_from"].as_str());
        Inbound {
            mail,
            envelope_from: text(&message["msg_from"]),
            envelope_to: text(&message["rcpt_to"]).into_iter().collect(),
            ..Inbound::default()
        }
    };
    Post::Mails(relayed.iter().map(one).take(1000).collect())
}

/// Brevo, "Inbound parse webhooks": `items`, mails taken apart.
pub(super) fn brevo(body: &Value) -> Post {
    let Some(items) = body["items"].as_array() else { return status::read(Provider::Brevo, body, status::brevo) };
    let one = |item: &Value| {
        let files = list(&item["Attachments"])
            .map(|f| file(&f["Name"], &f["ContentType"], &Value::Null, &f["ContentLength"], &f["ContentID"]));
        let header = block(fields(&item["Headers"]).into_iter());
        let mut mail = parsed(&header, text(&item["RawTextBody"]), text(&item["RawHtmlBody"]), files.collect());
        let full = |value: &Value| addresses(&Value::Array(vec![value.clone()]), "Address", "Name").pop();
        mail.from = full(&item["From"]).or(mail.from);
        mail.authors = mail.authors.max(usize::from(mail.from.is_some()));
        mail.to = addresses(&item["To"], "Address", "Name");
        mail.cc = addresses(&item["Cc"], "Address", "Name");
        mail.subject = text(&item["Subject"]).map(|subject| read::line(&subject)).or(mail.subject);
        mail.message_id =
            mail.message_id.or_else(|| text(&item["MessageId"]).map(|id| id.trim_matches(['<', '>']).to_owned()));
        mail.date = mail.date.or_else(|| date(&item["SentAtDate"]));
        let return_path = mail.header("return-path").next().map(|path| path.trim_matches(['<', '>']).to_owned());
        Inbound {
            envelope_from: return_path,
            envelope_to: list(&item["Recipients"]).filter_map(text).take(100).collect(),
            stripped_text: text(&item["ExtractedMarkdownMessage"]),
            spam_score: item["SpamScore"].as_f64(),
            results: None,
            mail,
        }
    };
    Post::Mails(items.iter().take(1000).map(one).collect())
}

/// Mandrill, "Inbound email processing": events, of which `inbound` holds a mail.
pub(super) fn mandrill(events: &Value) -> Post {
    let mails: Vec<&Value> =
        list(events).filter(|event| event["event"] == "inbound").map(|event| &event["msg"]).collect();
    if mails.is_empty() {
        return status::read(Provider::Mandrill, events, status::mandrill);
    }
    let one = |message: &&Value| {
        let raw = message["raw_msg"].as_str().unwrap_or_default();
        let mut mail = if raw.is_empty() {
            let all = [&message["attachments"], &message["images"]];
            let files = all.into_iter().filter_map(Value::as_object).flat_map(serde_json::Map::values);
            let files = files.map(|f| file(&f["name"], &f["type"], &f["content"], &Value::Null, &Value::Null));
            let header = block(fields(&message["headers"]).into_iter());
            parsed(&header, text(&message["text"]), text(&message["html"]), files.collect())
        } else {
            email::read(raw.as_bytes())
        };
        authors(&mut mail, message["from_email"].as_str());
        mail.subject = mail.subject.or_else(|| text(&message["subject"]).map(|subject| read::line(&subject)));
        Inbound {
            mail,
            envelope_from: text(&message["sender"]),
            envelope_to: text(&message["email"]).into_iter().collect(),
            stripped_text: None,
            spam_score: message["spam_report"]["score"].as_f64(),
            results: None,
        }
    };
    Post::Mails(mails.iter().map(one).take(1000).collect())
}
