//! E-mail: raw mail in by an authenticated endpoint, SMTP out.

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, http::error, signature,
};
use futures_util::future::BoxFuture;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use mail_parser::{HeaderValue, MessageParser, MimeHeaders};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::{Attachment, Content, EventKind, Identifier, InboundEvent, Sender, Verification},
    ids::ConversationId,
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::Instant,
};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The adapter.
pub(crate) struct Email;

const SETTINGS: &[Setting] = &[
    Setting { name: "from", secret: false, required: true, help: "Address customers see" },
    Setting { name: "domain", secret: false, required: true, help: "Domain of Message-IDs and reply addresses" },
    Setting { name: "smtp_host", secret: false, required: true, help: "Outgoing server" },
    Setting { name: "smtp_port", secret: false, required: false, help: "Default 587" },
    Setting { name: "smtp_tls", secret: false, required: false, help: "starttls (default), tls, none" },
    Setting { name: "smtp_user", secret: false, required: false, help: "Signs in to the outgoing server" },
    Setting { name: "authserv_id", secret: false, required: false, help: "Whose Authentication-Results are believed" },
    Setting { name: "inbound_token", secret: true, required: true, help: "Bearer token of the mail server's posts" },
    Setting { name: "reply_mac", secret: true, required: true, help: "Signs reply addresses" },
    Setting { name: "smtp_password", secret: true, required: false, help: "Signs in to the outgoing server" },
];

impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { idempotent_send: true, ..Capabilities::default() }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        let token =
            request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).ok_or(Reject::Missing)?;
        signature::any(account.secrets("inbound_token"), |secret| {
            signature::equal(secret.expose().as_bytes(), token.as_bytes())
        })
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let raw = tidy(&request.body);
        let received = request.received_at;
        // The parser has been seen to panic on hostile mail in debug builds: that may cost one message its looks only.
        let parsed = std::panic::catch_unwind(|| read(account, raw, received));
        vec![parsed.ok().flatten().unwrap_or_else(|| {
            let key = format!("raw:{}", signature::digest(raw));
            let mut event = InboundEvent::new(EventKind::UnknownEvent, key, received);
            event.detail = json!({ "reason": "not a mail that can be read, or without a sender" });
            event
        })]
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send(http, account, message))
    }
}

/// Leading blank lines, a byte order mark or an mbox line hide all headers from parsers.
fn tidy(mut raw: &[u8]) -> &[u8] {
    raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    while let Some(first) = raw.first().filter(|byte| byte.is_ascii_whitespace()) {
        debug_assert!(first.is_ascii_whitespace());
        raw = &raw[1..];
    }
    if raw.starts_with(b"From ")
        && let Some(end) = raw.iter().position(|byte| *byte == b'\n')
    {
        raw = &raw[end + 1..];
    }
    raw
}

/// One line without control characters: a decoded header never becomes another header.
fn line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

fn read(account: &AccountConfig, raw: &[u8], received: Instant) -> Option<InboundEvent> {
    let mail = MessageParser::default().parse(raw)?;
    let from = mail.from()?.first()?;
    let address = from.address()?.trim().to_lowercase();
    let external = mail.message_id().map_or_else(|| format!("sha256-{}", signature::digest(raw)), str::to_owned);
    let at = mail.date().and_then(|date| chrono::DateTime::from_timestamp(date.to_timestamp(), 0)).unwrap_or(received);
    let mut event = InboundEvent::new(EventKind::Message, format!("mail:{external}"), at);
    event.external_id = Some(external);
    let trusted = dmarc_passed(account, &mail);
    event.sender = Sender {
        ids: vec![Identifier {
            scheme: "email".to_owned(),
            value: address,
            scope: String::new(),
            verified: if trusted { Verification::Channel } else { Verification::Claimed },
            derived: false,
        }],
        name: from.name().map(line).filter(|name| !name.is_empty()),
        ..Sender::default()
    };
    event.reply_to = ids(mail.in_reply_to()).pop();
    let html = mail.html_bodies().next().and_then(|part| part.text_contents()).filter(|_| mail.body_html(0).is_some());
    event.content = Some(Content {
        message_type: "mixed".to_owned(),
        text: mail.body_text(0).map(|text| text.replace('\0', "").trim().to_owned()),
        html: html.map(sanitise),
        subject: mail.subject().map(line),
        attachments: attachments(&mail),
        ..Content::default()
    });
    let mut detail = Map::new();
    if automatic(&mail) {
        detail.insert("auto".to_owned(), json!(true));
    }
    detail.insert("dmarc_passed".to_owned(), json!(trusted));
    if let Some(conversation) = threaded(account, &mail) {
        detail.insert("conversation".to_owned(), json!(conversation.to_string()));
    }
    event.detail = Value::Object(detail);
    Some(event)
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(text) => vec![text.to_string()],
        HeaderValue::TextList(list) => list.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// Scripts, styles and event handlers go; pictures from elsewhere are not loaded.
fn sanitise(html: &str) -> String {
    ammonia::Builder::default().rm_tags(["img"]).link_rel(Some("noopener noreferrer nofollow")).clean(html).to_string()
}

fn attachments(mail: &mail_parser::Message<'_>) -> Vec<Attachment> {
    let read = |part: &mail_parser::MessagePart<'_>| {
        let mime = part.content_type().map(|c| format!("{}/{}", c.ctype(), c.subtype().unwrap_or("octet-stream")));
        Attachment {
            kind: mime.as_deref().and_then(|m| m.split('/').next()).unwrap_or("file").to_owned(),
            mime,
            name: part.attachment_name().map(|name| line(name).replace(['/', '\\'], "_")),
            size: Some(part.contents().len() as u64),
            ..Attachment::default()
        }
    };
    mail.attachments().take(100).map(read).collect()
}

/// Only the receiving server's own word counts, and only its topmost header: senders add theirs below.
fn dmarc_passed(account: &AccountConfig, mail: &mail_parser::Message<'_>) -> bool {
    let Some(ours) = account.setting("authserv_id") else { return false };
    let first = mail.headers_raw().find(|(name, _)| name.eq_ignore_ascii_case("authentication-results"));
    first.is_some_and(|(_, value)| {
        let mut parts = value.split(';').map(str::trim);
        let by = parts.next().and_then(|id| id.split_whitespace().next()).unwrap_or_default();
        by.eq_ignore_ascii_case(ours) && parts.any(|result| result.to_lowercase().starts_with("dmarc=pass"))
    })
}

/// What was written by a machine is shown, and neither wakes nor is answered (RFC 3834).
fn automatic(mail: &mail_parser::Message<'_>) -> bool {
    mail.headers_raw().any(|(name, value)| {
        let value = value.trim().to_lowercase();
        match name.to_lowercase().as_str() {
            "auto-submitted" => !value.starts_with("no"),
            "precedence" => matches!(value.as_str(), "bulk" | "junk" | "list" | "auto_reply"),
            "x-autoreply" | "x-autorespond" | "x-auto-reply" | "list-id" | "list-unsubscribe" => true,
            "return-path" => value == "<>",
            "content-type" => value.starts_with("multipart/report"),
            _ => false,
        }
    })
}

/// 80 bits that bind a reply address to account, conversation and recipient.
fn reply_mac(account: &AccountConfig, key: &[u8], conversation: ConversationId, recipient: &str) -> String {
    let recipient = recipient.to_lowercase();
    let parts: [&[u8]; 4] = [account.id.0.as_bytes(), conversation.0.as_bytes(), b"|", recipient.as_bytes()];
    let mac = signature::sha256(key, &parts);
    base36(mac.iter().take(10).fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

/// Digits and lower-case letters: the local part of an address has 64 characters and survives lower-casing.
fn base36(mut number: u128) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        digits.extend(char::from_digit((number % 36) as u32, 36));
        number /= 36;
    }
    digits.iter().rev().collect()
}

/// The conversation that one of our signed reply addresses among the recipients names, written to this sender.
fn threaded(account: &AccountConfig, mail: &mail_parser::Message<'_>) -> Option<ConversationId> {
    let sender = mail.from()?.first()?.address()?.to_lowercase();
    let to = mail.to().into_iter().chain(mail.cc()).flat_map(|list| list.iter());
    to.filter_map(|address| address.address()).take(50).find_map(|address| {
        let (_, tag) = address.split_once('@')?.0.split_once("+c.")?;
        let (conversation, given) = tag.split_once('.')?;
        let conversation = ConversationId(uuid::Uuid::from_u128(u128::from_str_radix(conversation, 36).ok()?));
        let known = account.secrets("reply_mac").any(|secret| {
            let expected = reply_mac(account, secret.expose().as_bytes(), conversation, &sender);
            signature::equal(expected.as_bytes(), given.to_lowercase().as_bytes())
        });
        known.then_some(conversation)
    })
}

async fn send(http: &Http, account: &AccountConfig, message: &OutboundMessage) -> Result<Accepted, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let from = account.setting("from").ok_or_else(|| missing("from"))?;
    let domain = account.setting("domain").ok_or_else(|| missing("domain"))?;
    let to = message.to.iter().find(|id| id.scheme == "email");
    let to = &to.ok_or_else(|| error(ErrorClass::BadRecipient, "no mail address"))?.value;
    let message_id = format!("{}@{domain}", message.id.0.simple());
    let mail = compose(account, message, from, to, &message_id)
        .map_err(|problem| error(ErrorClass::BadContent, problem.to_string()))?;
    let host = account.setting("smtp_host").ok_or_else(|| missing("smtp_host"))?;
    let port = account.settings.get("smtp_port").and_then(Value::as_u64).unwrap_or(587) as u16;
    let address = http.egress().vet(host, port).await?;
    let address = address.first().ok_or_else(|| error(ErrorClass::ProviderDown, "no address"))?;
    let tls = || TlsParameters::new(host.to_owned()).map_err(|e| error(ErrorClass::ProviderDown, e.to_string()));
    let tls = match account.setting("smtp_tls") {
        Some("tls") => Tls::Wrapper(tls()?),
        Some("none") => Tls::None,
        _ => Tls::Required(tls()?),
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(20)));
    if let (Some(user), Some(password)) = (account.setting("smtp_user"), account.secret("smtp_password")) {
        transport = transport.credentials(Credentials::new(user.to_owned(), password.expose().to_owned()));
    }
    match transport.build().send(mail).await {
        Ok(_) => Ok(Accepted { external_ids: vec![message_id], learned: Vec::new() }),
        Err(failure) if failure.is_permanent() => Err(error(ErrorClass::BadRecipient, line(&failure.to_string()))),
        // The Message-ID stays the same, so a second copy is recognised: trying again does no harm.
        Err(failure) => Err(error(ErrorClass::ProviderDown, line(&failure.to_string()))),
    }
}

fn compose(
    account: &AccountConfig,
    message: &OutboundMessage,
    from: &str,
    to: &str,
    message_id: &str,
) -> Result<Message, lettre::error::Error> {
    let bad = |_| lettre::error::Error::MissingFrom;
    let sender: Mailbox = from.parse().map_err(bad)?;
    let subject = match &message.subject {
        Some(subject) if subject.to_lowercase().starts_with("re:") => line(subject),
        Some(subject) => format!("Re: {}", line(subject)),
        None => "Your message".to_owned(),
    };
    let mut builder = Message::builder()
        .from(sender.clone())
        .to(to.parse().map_err(bad)?)
        .subject(subject)
        .message_id(Some(format!("<{message_id}>")));
    let address = sender.email.to_string();
    if let (Some(key), Some((local, domain))) = (account.secret("reply_mac"), address.split_once('@')) {
        let mac = reply_mac(account, key.expose().as_bytes(), message.conversation, to);
        let reply = format!("{local}+c.{}.{mac}@{domain}", base36(message.conversation.0.as_u128()));
        builder = builder.reply_to(reply.parse().map_err(bad)?);
    }
    let bracket = |id: &String| format!("<{}>", line(id));
    if let Some(id) = &message.in_reply_to {
        builder = builder.in_reply_to(bracket(id));
    }
    let known = &message.references;
    let kept = known.iter().take(1).chain(known.iter().skip(1.max(known.len().saturating_sub(20))));
    let references = kept.map(bracket).collect::<Vec<_>>().join(" ");
    if !references.is_empty() {
        builder = builder.references(references);
    }
    builder.header(header::ContentType::TEXT_PLAIN).body(message.text.clone())
}

#[cfg(test)]
mod tests;
