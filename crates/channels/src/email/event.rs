//! A mail as events: what its author says, or what a server reports of a mail of ours.

use super::{
    auth::Results,
    class, html,
    providers::Status,
    read::{Address, File, Mail, line},
    thread,
};
use meridian_domain::{
    channel::AccountConfig,
    event::{
        Attachment, Content, EventKind, Identifier, InboundEvent, ProviderError, ReceiptStatus, Sender, Verification,
    },
    mail::reply,
    time::Instant,
};
use serde_json::{Map, Value, json};

/// More files are not listed.
const MAX_FILES: usize = 100;

/// What came with a mail beside it.
#[derive(Debug, Default)]
pub(crate) struct Envelope {
    /// Tells one mail without Message-ID from another: a digest of the raw bytes.
    pub(crate) digest: String,
    /// Checks that a provider reports; else the trusted header field counts.
    pub(crate) results: Option<Results>,
}

/// The events of a mail; never none.
pub(crate) fn of(account: &AccountConfig, mail: &Mail, envelope: &Envelope, received: Instant) -> Vec<InboundEvent> {
    let external = mail.message_id.clone().unwrap_or_else(|| format!("sha256-{}", envelope.digest));
    let reports = reports(mail, &external, received);
    if !reports.is_empty() {
        return reports;
    }
    vec![message(account, mail, envelope, external, received)]
}

/// What a provider reports of a mail of ours.
pub(crate) fn of_status(status: &Status, digest: &str, n: usize, received: Instant) -> InboundEvent {
    let kind = match status.kind {
        "opt_out" => EventKind::OptOut,
        "opt_in" => EventKind::OptIn,
        _ => EventKind::Receipt,
    };
    let id = status.message_id.as_deref().map(|id| id.trim_matches(['<', '>', ' ']).to_owned());
    let key = match (&status.event_id, &id, status.timestamp) {
        (Some(event), _, _) => format!("status:{}:{event}", status.event),
        (None, Some(id), Some(at)) => {
            format!("status:{}:{id}:{}:{at}", status.event, status.recipient.as_deref().unwrap_or_default())
        }
        _ => format!("raw:{digest}:{n}"),
    };
    let at = status.timestamp.and_then(|at| chrono::DateTime::from_timestamp(at, 0)).unwrap_or(received);
    let mut event = InboundEvent::new(kind, key, at);
    event.status = match status.status {
        "accepted" => Some(ReceiptStatus::Sent),
        "delivered" => Some(ReceiptStatus::Delivered),
        "failed" => Some(ReceiptStatus::Failed),
        _ => None,
    };
    if let (EventKind::Receipt, "failed") = (kind, status.status) {
        let title = status.reason.as_deref().map_or_else(|| "the mail came back".to_owned(), line);
        event.errors =
            vec![ProviderError { code: status.class.clone().unwrap_or_default(), title, ..ProviderError::default() }];
    }
    if let (EventKind::OptOut | EventKind::OptIn, Some(recipient)) = (kind, &status.recipient) {
        event.sender = sender(recipient, Verification::Channel, "");
    }
    event.target = id;
    event.target_ref.clone_from(&status.ours);
    event.detail = json!(status);
    event
}

fn message(
    account: &AccountConfig,
    mail: &Mail,
    envelope: &Envelope,
    external: String,
    received: Instant,
) -> InboundEvent {
    let key = format!("mail:{external}");
    let at = mail.date.unwrap_or(received);
    let from = mail.from.as_ref().filter(|from| from.email.contains('@'));
    let Some(from) = from else {
        // Without a sender there is no customer; the mail is kept for the people who look after the account.
        let mut event = InboundEvent::new(EventKind::UnknownEvent, key, at);
        event.external_id = Some(external);
        event.content = Some(content(mail));
        event.detail = json!({ "reason": "a mail without a sender", "damaged": mail.damaged });
        return event;
    };
    let results = envelope.results.clone().unwrap_or_else(|| Results::of(account, mail));
    let author = behind(account, mail, from);
    // What the checks say, they say of From.
    let level = if author.is_some() { Verification::Claimed } else { results.level(mail) };
    let mut event = InboundEvent::new(EventKind::Message, key, at);
    event.external_id = Some(external);
    let Address { email, name } = author.as_ref().unwrap_or(from);
    event.sender = sender(email, level, name);
    event.reply_to = mail.in_reply_to.last().or(mail.references.last()).cloned();
    event.content = Some(content(mail));
    event.detail = detail(account, mail, &results, level);
    let ours = author.is_none() && own(account, &from.email);
    if mail.class.quiet || class::daemon(&from.email) || ours {
        event.note("auto", true);
        event.note("class", json!(mail.class));
    } else if mail.class.must_not_auto_respond {
        event.note("people_only", true);
        event.note("class", json!(mail.class));
    }
    if author.is_some() {
        event.note("from", json!(from));
    }
    event
}

/// The person behind a From that names nobody who could be answered: forms and helpdesks name them in Reply-To, a group
/// that puts its own address there, which may be ours, in X-Original-Sender. A claim like From itself.
fn behind(account: &AccountConfig, mail: &Mail, from: &Address) -> Option<Address> {
    let stated = if class::unread(&from.email) {
        mail.reply_to.first().cloned()
    } else if mail.class.list && own(account, &from.email) {
        let email = mail.header("x-original-sender").next().map(line)?;
        Some(Address { email: email.trim_matches(['<', '>']).to_owned(), name: String::new() })
    } else {
        None
    };
    let mailbox_of_ours = |email: &str| account.addresses.iter().any(|ours| ours.eq_ignore_ascii_case(email));
    stated.filter(|Address { email, .. }| {
        let nobody = class::unread(email) || class::daemon(email) || own(account, email) || mailbox_of_ours(email);
        email.contains('@') && !nobody
    })
}

/// Whether it is the address that the account's mail leaves from.
fn own(account: &AccountConfig, email: &str) -> bool {
    let address = |text: &str| text.rsplit('<').next().unwrap_or_default().trim_matches(['>', ' ']).to_lowercase();
    account.setting("from").map(address).as_deref() == Some(email.to_lowercase().as_str())
}

fn sender(email: &str, verified: Verification, name: &str) -> Sender {
    let id = Identifier {
        scheme: "email".to_owned(),
        value: email.to_lowercase(),
        scope: String::new(),
        verified,
        derived: false,
    };
    Sender { ids: vec![id], name: Some(name.to_owned()).filter(|name| !name.is_empty()), ..Sender::default() }
}

/// The text is what was newly written; all of it stands beside it where something was left out.
fn content(mail: &Mail) -> Content {
    let full = mail.readable().map(str::trim).unwrap_or_default();
    let newly = reply::strip(full);
    let mut extra = Map::new();
    if newly != full {
        extra.insert("full_text".to_owned(), json!(full));
    }
    if let Some(protection) = mail.protection {
        extra.insert("protection".to_owned(), json!(protection));
    }
    Content {
        message_type: "mixed".to_owned(),
        text: Some(newly).filter(|text| !text.is_empty()),
        html: mail.html.as_deref().and_then(html::sanitise),
        subject: mail.subject.clone(),
        attachments: mail.attachments.iter().take(MAX_FILES).map(attachment).collect(),
        extra: if extra.is_empty() { Value::Null } else { Value::Object(extra) },
        ..Content::default()
    }
}

fn attachment(file: &File) -> Attachment {
    let kind = match file.mime.split('/').next() {
        Some(kind @ ("image" | "audio" | "video")) => kind,
        Some("text" | "application") => "document",
        _ => "file",
    };
    Attachment {
        kind: kind.to_owned(),
        mime: Some(file.mime.clone()),
        name: file.filename.clone(),
        size: Some(file.size),
        media_id: file.content_id.as_ref().map(|id| format!("cid:{id}")),
        ..Attachment::default()
    }
}

fn detail(account: &AccountConfig, mail: &Mail, results: &Results, level: Verification) -> Value {
    let mut detail = Map::new();
    detail.insert("dmarc_passed".to_owned(), json!(level == Verification::Channel));
    let checks = results.shown();
    if !checks.is_null() {
        detail.insert("authentication".to_owned(), checks);
    }
    if let Some(conversation) = thread::conversation(account, mail) {
        detail.insert("conversation".to_owned(), json!(conversation.to_string()));
    }
    if !mail.references.is_empty() {
        detail.insert("references".to_owned(), json!(mail.references));
    }
    if !mail.cc.is_empty() {
        detail.insert("cc".to_owned(), json!(mail.cc.iter().take(50).collect::<Vec<_>>()));
    }
    if !mail.reply_to.is_empty() {
        detail.insert("reply_to".to_owned(), json!(mail.reply_to.iter().take(5).collect::<Vec<_>>()));
    }
    if mail.damaged {
        detail.insert("damaged".to_owned(), json!(true));
    }
    Value::Object(detail)
}

/// Receipts out of delivery and reading reports, and the wish for silence out of a complaint. A report that names no
/// mail of anybody is a message like any other.
fn reports(mail: &Mail, external: &str, received: Instant) -> Vec<InboundEvent> {
    let report = &mail.report;
    let at = mail.date.unwrap_or(received);
    let event = |kind, n: usize, detail: Value| {
        let mut event = InboundEvent::new(kind, format!("mail:{external}:{n}"), at);
        event.target.clone_from(&report.original_message_id);
        event.detail = detail;
        event
    };
    if let (Some(feedback), Some(who)) = (&report.feedback, &report.complainer)
        && feedback != "not-spam"
    {
        let mut complaint = event(EventKind::OptOut, 0, json!({ "complaint": feedback }));
        complaint.sender = sender(who, Verification::Claimed, "");
        return vec![complaint];
    }
    if report.original_message_id.is_none() {
        return Vec::new();
    }
    if report.disposition.as_deref() == Some("displayed") {
        let mut read = event(EventKind::Receipt, 0, json!({ "disposition": "displayed" }));
        read.status = Some(ReceiptStatus::Read);
        return vec![read];
    }
    let receipt = |(n, dsn): (usize, &super::report::Dsn)| {
        let mut receipt = event(EventKind::Receipt, n, json!({ "dsn": dsn, "subject": mail.subject }));
        receipt.status = match dsn.action.as_str() {
            "failed" => Some(ReceiptStatus::Failed),
            "delivered" => Some(ReceiptStatus::Delivered),
            // Delayed: the server goes on trying. Relayed and expanded: nobody knows.
            _ => None,
        };
        if dsn.action == "failed" {
            let title = if dsn.diagnostic.is_empty() { "the mail came back" } else { dsn.diagnostic.as_str() };
            receipt.errors =
                vec![ProviderError { code: dsn.status.clone(), title: title.to_owned(), ..ProviderError::default() }];
        }
        receipt
    };
    report.dsn.iter().enumerate().map(receipt).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Email;
    use crate::{Channel, testing};
    use meridian_domain::event::{InboundEvent, Verification};
    use serde_json::json;

    fn parse(raw: &str) -> InboundEvent {
        let settings =
            json!({ "from": "Help <help@shop.example>", "domain": "shop.example", "authserv_id": "mx.shop.example" });
        let mut account = testing::account(&Email, settings, &[]);
        account.addresses = vec!["sales@shop.example".to_owned()];
        Email.parse(&account, &testing::stored(raw.replace('\n', "\r\n"))).remove(0)
    }

    #[test]
    fn who_wrote_by_way_of_a_form_is_answered_at_reply_to_and_proves_nothing() {
        let passed = "Authentication-Results: mx.shop.example; dmarc=pass header.from=forms.example\n";
        let form =
            |reply_to: &str| parse(&format!("{passed}From: Form <no-reply@forms.example>\nReply-To: {reply_to}\n\nhi"));
        let told = form("Ana <Ana@Example.org>");
        let known = &told.sender.ids[0];
        assert_eq!((known.value.as_str(), known.verified), ("ana@example.org", Verification::Claimed));
        assert_eq!((told.sender.name.as_deref(), &told.detail["dmarc_passed"]), (Some("Ana"), &json!(false)));
        assert_eq!(told.detail["from"], json!({ "email": "no-reply@forms.example", "name": "Form" }));
        assert!(!told.is_automatic() && told.detail["people_only"] == json!(true));
        // Nobody who could be answered, or ourselves.
        for nobody in
            ["noreply@forms.example", "postmaster@x.example", "HELP@shop.example", "sales@shop.example", "Ana"]
        {
            let told = form(nobody);
            assert_eq!(told.sender.ids[0].value, "no-reply@forms.example", "{nobody}");
            assert_eq!(told.sender.ids[0].verified, Verification::Channel, "{nobody}");
        }
        // A person's own From counts.
        let person = parse("From: Ana <ana@example.org>\nReply-To: eve@example.org\n\nhi");
        assert_eq!(person.sender.ids[0].value, "ana@example.org");
        assert!(person.detail.get("people_only").is_none());
    }

    #[test]
    fn a_group_under_our_own_address_hides_nobody_and_our_own_mail_stays_quiet() {
        let group = "List-Id: <help.shop.example>\nPrecedence: list\n";
        let from = "From: 'Ana' via Help <help@shop.example>\n";
        let told = parse(&format!("{from}{group}X-Original-Sender: ana@example.org\n\nhi"));
        assert_eq!(told.sender.ids[0].value, "ana@example.org");
        assert!(!told.is_automatic() && told.detail["people_only"] == json!(true));
        assert!(parse(&format!("{from}{group}X-Original-Sender: help@shop.example\n\nhi")).is_automatic());
        assert!(parse(&format!("{from}{group}\nhi")).is_automatic());
        assert!(parse(&format!("{from}X-Original-Sender: ana@example.org\n\nhi")).is_automatic(), "not by a list");
    }
}
