//! Mails that arrive as posted forms: SendGrid Inbound Parse, Mailgun routes.

use super::{Inbound, Post, form::Form};
use crate::email::{
    self, File, Mail,
    auth::Results,
    html,
    read::{self, Address},
};
use serde_json::Value;

/// A header block out of names and values; a line break in a value starts no field.
pub(super) fn block(fields: impl Iterator<Item = (String, String)>) -> Vec<u8> {
    let mut block = String::new();
    for (name, value) in fields.take(3000) {
        let name: String = name.chars().filter(|c| c.is_ascii_graphic() && *c != ':').collect();
        block.extend([name.as_str(), ": ", &value.replace(['\r', '\n'], " "), "\r\n"]);
    }
    block.into_bytes()
}

/// A mail out of its header block and the bodies beside it.
pub(super) fn parsed(block: &[u8], text: Option<String>, html: Option<String>, attachments: Vec<File>) -> Mail {
    let mut mail = read::from_header(block);
    mail.text = text.map(|text| text.replace("\r\n", "\n")).filter(|text| !text.trim().is_empty());
    mail.html = html.filter(|html| !html.trim().is_empty());
    mail.html_text = mail.html.as_deref().map(html::to_text);
    mail.attachments = attachments;
    mail
}

/// What a provider says of an author in a field of its own, where the header has none.
pub(super) fn authors(mail: &mut Mail, from: Option<&str>) {
    if let (None, Some(from)) = (&mail.from, from) {
        let read = read::from_header(&block([("From".to_owned(), from.to_owned())].into_iter()));
        mail.authors = read.authors;
        mail.from = read.from;
        mail.class.must_not_auto_respond |= read.class.must_not_auto_respond;
    }
}

fn people(text: Option<String>) -> Vec<Address> {
    let Some(text) = text else { return Vec::new() };
    read::from_header(&block([("To".to_owned(), text)].into_iter())).to
}

/// SendGrid, "Setting Up The Inbound Parse Webhook": `email` is the raw mail; without it `headers`, `text`, `html` and
/// the files, each field in the charset that `charsets` names.
pub(super) fn sendgrid(form: &Form) -> Post {
    let charsets = form.json("charsets");
    let field = |name: &str| form.text_in(name, charsets.get(name).and_then(Value::as_str));
    let mut mail = if let Some(raw) = form.bytes("email").filter(|raw| !raw.is_empty()) {
        email::read(raw)
    } else {
        let info = form.json("attachment-info");
        let files = form.files.iter().map(|file| {
            let known = &info[&file.field];
            let named = |name: &str| known.get(name).and_then(Value::as_str).map(str::to_owned);
            let content_id = named("content-id").or(file.content_id.clone());
            File {
                filename: named("filename").or(file.filename.clone()).map(|name| read::file_name(&name)),
                mime: named("type").unwrap_or_else(|| file.mime.clone()),
                size: file.size,
                inline: content_id.is_some(),
                content_id,
                content: file.content.clone(),
            }
        });
        let header = form.bytes("headers").unwrap_or_default();
        let mut mail = parsed(header, field("text"), field("html"), files.collect());
        mail.subject = field("subject").map(|text| read::line(&text)).or(mail.subject);
        if mail.to.is_empty() {
            mail.to = people(field("to"));
        }
        if mail.cc.is_empty() {
            mail.cc = people(field("cc"));
        }
        mail
    };
    authors(&mut mail, field("from").as_deref());
    let envelope = form.json("envelope");
    let envelope_from = envelope["from"].as_str().map(str::to_owned);
    let results = checks(form, envelope_from.as_deref());
    let envelope_to = envelope["to"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    Post::Mails(vec![Inbound {
        mail,
        envelope_from,
        envelope_to: envelope_to.take(100).collect(),
        stripped_text: None,
        spam_score: form.text("spam_score").and_then(|score| score.trim().parse().ok()),
        results,
    }])
}

/// `SPF` is a result, `dkim` is `{@domain : result}`.
fn checks(form: &Form, envelope_from: Option<&str>) -> Option<Results> {
    let spf = form.text("SPF");
    let dkim = form.text("dkim").unwrap_or_default();
    let pairs = dkim.trim().trim_matches(['{', '}']).split(',').filter_map(|pair| pair.split_once(':'));
    let dkim: Vec<_> = pairs.map(|(d, r)| (d.trim().trim_start_matches('@').to_owned(), r.trim().to_owned())).collect();
    let spf = spf.as_deref().map(str::trim).zip(envelope_from);
    (spf.is_some() || !dkim.is_empty()).then(|| Results::reported(spf, dkim))
}

/// Mailgun, "Receive, Forward and Store Messages": a route that ends in `mime` posts `body-mime`; any other one posts
/// the header as a JSON list of pairs, and the bodies.
pub(super) fn mailgun(form: &Form) -> Post {
    let mut mail = if let Some(raw) = form.bytes("body-mime").filter(|raw| !raw.is_empty()) {
        email::read(raw)
    } else {
        let pair = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.as_str()?.to_owned()));
        let header = form.json("message-headers");
        let ids = form.json("content-id-map");
        let id_of = |field: &str| {
            let found = ids.as_object()?.iter().find(|(_, value)| value.as_str() == Some(field))?;
            Some(found.0.trim_matches(['<', '>']).to_owned())
        };
        let files = form.files.iter().map(|file| {
            let content_id = id_of(&file.field);
            File {
                filename: file.filename.as_deref().map(read::file_name),
                mime: file.mime.clone(),
                size: file.size,
                inline: content_id.is_some(),
                content_id,
                content: file.content.clone(),
            }
        });
        let block = block(header.as_array().into_iter().flatten().filter_map(pair));
        let mut mail = parsed(&block, form.text("body-plain"), form.text("body-html"), files.collect());
        mail.subject = mail.subject.or(form.text("subject").map(|text| read::line(&text)));
        mail.message_id =
            mail.message_id.or(form.text("message-id").map(|id| read::line(&id).trim_matches(['<', '>']).to_owned()));
        if mail.to.is_empty() {
            mail.to = people(form.text("to"));
        }
        mail
    };
    authors(&mut mail, form.text("from").as_deref());
    let recipients = form.text("recipient").unwrap_or_default();
    let spam_score = mail.header("x-mailgun-sscore").next().and_then(|score| score.trim().parse().ok());
    Post::Mails(vec![Inbound {
        spam_score,
        mail,
        envelope_from: form.text("sender"),
        envelope_to: recipients.split(',').map(str::trim).filter(|to| !to.is_empty()).map(str::to_owned).collect(),
        stripped_text: form.text("stripped-text"),
        results: None,
    }])
}
