//! A raw mail, read. What cannot be read is shown as it came.

use super::{
    class::{self, Class},
    date, decode, html, mime,
    mime::Part,
    report::{self, Report},
    words,
};
use mail_parser::{HeaderName, HeaderValue, Message};
use meridian_domain::time::Instant;
use serde::Serialize;

/// More recipients are not listed.
const MAX_ADDRESSES: usize = 500;
/// References beyond the newest of these are not used.
const MAX_REFERENCES: usize = 50;
/// Longer bodies are cut; the raw mail is kept.
const MAX_TEXT: usize = 2 << 20;

/// A mailbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Address {
    /// As written, without a display name.
    pub email: String,
    /// Display name, one line.
    pub name: String,
}

/// A file of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct File {
    /// As given, one line, without folders.
    pub filename: Option<String>,
    /// Declared type.
    pub mime: String,
    /// Decoded bytes.
    pub size: u64,
    /// Names it in the HTML (`cid:`).
    pub content_id: Option<String>,
    /// Shown inside of the text.
    pub inline: bool,
    /// The decoded bytes.
    #[serde(skip)]
    pub content: Vec<u8>,
}

/// A mail, read. Ids are without angle brackets, texts without NUL.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Mail {
    /// The first author.
    pub from: Option<Address>,
    /// How many authors the header names: what a server says of the sender is clear for exactly one.
    pub authors: usize,
    /// Where answers go, when not to the author.
    pub reply_to: Vec<Address>,
    /// Recipients.
    pub to: Vec<Address>,
    /// More recipients.
    pub cc: Vec<Address>,
    /// Where the servers on the way say they delivered it (`Delivered-To`, `X-Original-To`, `Envelope-To`).
    pub delivered_to: Vec<String>,
    /// One line.
    pub subject: Option<String>,
    /// Its id.
    pub message_id: Option<String>,
    /// When its author says it was written.
    pub date: Option<Instant>,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML as sent: never show it unsanitised.
    pub html: Option<String>,
    /// The HTML, read as text.
    pub html_text: Option<String>,
    /// Files, inline pictures and mails inside.
    pub attachments: Vec<File>,
    /// Ids of the mails it answers.
    pub in_reply_to: Vec<String>,
    /// Ids of the thread, oldest first.
    pub references: Vec<String>,
    /// Header fields, names in lower case, folded lines joined.
    pub headers: Vec<(String, String)>,
    /// Whether a person wrote it.
    pub class: Class,
    /// What it reports of mails of ours.
    pub report: Report,
    /// S/MIME (RFC 8551) or PGP (RFC 3156): `signed` or `encrypted`.
    pub protection: Option<&'static str>,
    /// The parser gave up, and this is the bare text.
    pub damaged: bool,
}

impl Mail {
    /// Values of a header field.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What a person reads of it.
    pub fn readable(&self) -> Option<&str> {
        self.text.as_deref().filter(|text| !text.trim().is_empty()).or(self.html_text.as_deref())
    }
}

/// One line without control characters: a decoded header never becomes another header.
pub(crate) fn line(text: &str) -> String {
    let clean: String = text.chars().take(4000).map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(998).collect()
}

/// Reads a mail. A panic of a parser costs this one mail its looks: it comes as the bare text.
pub fn read(raw: &[u8]) -> Mail {
    let raw = mime::tidy(raw);
    std::panic::catch_unwind(|| whole(raw)).unwrap_or_else(|_| {
        let start = raw.get(..MAX_TEXT).unwrap_or(raw);
        Mail { text: Some(decode::text(start, None)), damaged: true, ..Mail::default() }
    })
}

fn whole(raw: &[u8]) -> Mail {
    let parts = mime::split(raw);
    let root = &parts[0];
    let block = raw.get(root.header.clone()).unwrap_or_default();
    let charset = parts.iter().find_map(|part| part.head.charset.as_deref());
    let block = words::prepare(block, charset);
    let mut mail = mime::fields(&block).map(|message| header(&message)).unwrap_or_default();
    bodies(&mut mail, raw, &parts);
    mail.protection = protection(&parts);
    mail.report = report::read(raw, &parts);
    mail.class = class::of(&mail, &parts);
    mail
}

/// Reads header fields alone, as providers hand them over.
pub(crate) fn from_header(block: &[u8]) -> Mail {
    let read = || {
        let block = words::prepare(block, None);
        let mut mail = mime::fields(&block).map(|message| header(&message)).unwrap_or_default();
        mail.class = class::of(&mail, &[]);
        mail
    };
    std::panic::catch_unwind(read).unwrap_or_default()
}

fn header(message: &Message<'_>) -> Mail {
    let values = |name: HeaderName<'static>| {
        message.headers().iter().filter(move |header| header.name == name).map(|header| &header.value)
    };
    let people = |name: HeaderName<'static>| -> Vec<Address> {
        let all = values(name).filter_map(HeaderValue::as_address).flat_map(|list| list.iter());
        all.filter_map(address).take(MAX_ADDRESSES).collect()
    };
    let mut mail = Mail { headers: mime::raw_fields(message), ..Mail::default() };
    let authors = people(HeaderName::From);
    mail.authors = authors.len().max(values(HeaderName::From).count());
    mail.from = authors.into_iter().next();
    mail.reply_to = reachable(people(HeaderName::ReplyTo));
    mail.to = reachable(people(HeaderName::To));
    mail.cc = reachable(people(HeaderName::Cc));
    mail.subject = values(HeaderName::Subject).find_map(HeaderValue::as_text).map(line);
    mail.message_id = values(HeaderName::MessageId).flat_map(ids).next();
    mail.in_reply_to = values(HeaderName::InReplyTo).flat_map(ids).take(MAX_REFERENCES).collect();
    let references: Vec<String> = values(HeaderName::References).flat_map(ids).collect();
    mail.references = references[references.len().saturating_sub(MAX_REFERENCES)..].to_vec();
    let date = mail.header("date").find_map(date::parse);
    mail.date = date;
    let delivered = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"];
    mail.delivered_to = mail
        .headers
        .iter()
        .filter(|(name, _)| delivered.contains(&name.as_str()))
        .map(|(_, value)| value.trim_matches(['<', '>', ' ']).to_owned())
        .take(20)
        .collect();
    mail
}

/// Names of groups and of nobody are no recipients.
fn reachable(people: Vec<Address>) -> Vec<Address> {
    people.into_iter().filter(|address| !address.email.is_empty()).collect()
}

/// A mailbox as well as it can be made out: of several words the one with an `@`.
fn address(given: &mail_parser::Addr<'_>) -> Option<Address> {
    let stated = line(given.address().unwrap_or_default());
    let word = stated.split_whitespace().find(|word| word.contains('@')).unwrap_or(stated.as_str());
    let word = word.trim_matches(['<', '>', '\'', '"', ' ', ',']);
    // A route of old (RFC 5322 4.4) is none of the address.
    let email = if word.starts_with('@') { word.rsplit(':').next().unwrap_or(word) } else { word };
    let email = if email.starts_with('@') { String::new() } else { email.to_owned() };
    let name = line(given.name().unwrap_or_default());
    (!email.is_empty() || !name.is_empty()).then_some(Address { email, name })
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let clean = |id: &str| line(id).trim_matches(['<', '>', ' ']).to_owned();
    let found: Vec<String> = match value {
        HeaderValue::Text(text) => vec![clean(text)],
        HeaderValue::TextList(list) => list.iter().map(|id| clean(id)).collect(),
        _ => Vec::new(),
    };
    found.into_iter().filter(|id| !id.is_empty()).collect()
}

fn bodies(mail: &mut Mail, raw: &[u8], parts: &[Part]) {
    let (mut text, mut html) = (Vec::new(), Vec::new());
    let mut inside = vec![false; parts.len()];
    for (n, part) in parts.iter().enumerate() {
        // What is inside of a mail in the mail belongs to that.
        inside[n] = part.parent.is_some_and(|p| inside[p] || parts[p].head.mime.starts_with("message/"));
        let container = part.children > 0 && part.head.mime.starts_with("multipart/");
        if inside[n] || container {
            continue;
        }
        match role(parts, n) {
            Role::Text => text.push(decoded(raw, part)),
            Role::Html => html.push(decoded(raw, part)),
            Role::File => mail.attachments.push(file(raw, part)),
        }
    }
    text.retain(|text| !text.trim().is_empty());
    html.retain(|html| !html.trim().is_empty());
    mail.text = (!text.is_empty()).then(|| text.join("\n"));
    mail.html = (!html.is_empty()).then(|| html.join("\n"));
    mail.html_text = mail.html.as_deref().map(html::to_text);
}

enum Role {
    Text,
    Html,
    File,
}

fn role(parts: &[Part], n: usize) -> Role {
    let part = &parts[n];
    let alone = part.parent.is_none();
    let named = part.head.name.as_ref().is_some_and(|name| !name.trim().is_empty());
    if part.head.disposition == "attachment" || (named && !alone) {
        return Role::File;
    }
    match part.mime() {
        "text/plain" => Role::Text,
        "text/html" => Role::Html,
        _ => Role::File,
    }
}

fn decoded(raw: &[u8], part: &Part) -> String {
    let bytes = part.bytes(raw);
    let text = decode::text(bytes.get(..MAX_TEXT).unwrap_or(&bytes), part.head.charset.as_deref());
    let text = text.replace("\r\n", "\n");
    if part.head.flowed && part.mime() == "text/plain" { unflow(&text, part.head.delsp) } else { text }
}

/// Joins the lines that a mailer broke (RFC 3676): a line that ends in a space goes on, within one depth of quotation.
fn unflow(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut going: Option<usize> = None;
    for line in text.split('\n') {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        if going == Some(depth) && content != "-- " {
            out.push_str(content);
        } else {
            if going.is_some() || !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&">".repeat(depth));
            out.push_str(if depth > 0 { " " } else { "" });
            out.push_str(content);
        }
        let flows = content.ends_with(' ') && content != "-- ";
        if flows && delsp {
            out.pop();
        }
        going = flows.then_some(depth);
    }
    out
}

fn file(raw: &[u8], part: &Part) -> File {
    let nested = part.mime() == "message/rfc822" || part.mime() == "message/global";
    let name = part.head.name.as_deref().map(file_name).filter(|name| !name.is_empty());
    let content = part.bytes(raw);
    File {
        filename: name.or_else(|| nested.then(|| "message.eml".to_owned())),
        mime: part.mime().to_owned(),
        size: content.len() as u64,
        content_id: part.head.content_id.clone(),
        inline: part.head.disposition == "inline" || part.head.content_id.is_some(),
        content,
    }
}

/// One line without folders; right-to-left marks, which hide what a name ends in, go.
pub(crate) fn file_name(name: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let name: String = line(name).chars().filter(|c| !hidden(*c)).collect();
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().take(255).collect()
}

fn protection(parts: &[Part]) -> Option<&'static str> {
    parts.iter().find_map(|part| match part.head.mime.as_str() {
        "multipart/signed" => Some("signed"),
        "multipart/encrypted" => Some("encrypted"),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            Some(if part.head.name.as_deref().is_some_and(|name| name.to_lowercase().ends_with("p7s")) {
                "signed"
            } else {
                "encrypted"
            })
        }
        _ => None,
    })
}
