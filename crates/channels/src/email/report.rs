//! What a mail server reports of mails of ours: delivery (RFC 3464), reading (RFC 8098), abuse (RFC 5965).

use super::{
    decode,
    mime::{self, Part},
    read::line,
};
use mail_parser::HeaderName;
use serde::Serialize;

/// More recipients of one report are not read.
const MAX_RECIPIENTS: usize = 200;

/// What a delivery report says of one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Dsn {
    /// Address.
    pub recipient: String,
    /// failed, delayed, delivered, relayed, expanded.
    pub action: String,
    /// `class.subject.detail` (RFC 3463).
    pub status: String,
    /// The words of the server that refused.
    pub diagnostic: String,
}

/// A report, read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// One entry a recipient.
    pub dsn: Vec<Dsn>,
    /// Message-ID of the mail that it is about.
    pub original_message_id: Option<String>,
    /// What was done with it: displayed, deleted, ..
    pub disposition: Option<String>,
    /// abuse, fraud, virus, not-spam, opt-out, other.
    pub feedback: Option<String>,
    /// Whose complaint it is.
    pub complainer: Option<String>,
}

/// Reads the parts of a report; empty for any other mail.
pub(crate) fn read(mail: &[u8], parts: &[Part]) -> Report {
    let mut report = Report::default();
    for part in parts {
        match part.head.mime.as_str() {
            "message/delivery-status" | "message/global-delivery-status" => {
                report.dsn.extend(groups(mail, part).iter().filter_map(dsn));
                report.dsn.truncate(MAX_RECIPIENTS);
            }
            "message/disposition-notification" => {
                for group in groups(mail, part) {
                    // RFC 8098 3.2.6: `mode/mode; type/modifier`.
                    let done = get(&group, "disposition").and_then(|text| text.split(';').nth(1).map(str::to_owned));
                    report.disposition = done.map(|text| first_word(&text.replace('/', " "))).or(report.disposition);
                    report.original_message_id =
                        get(&group, "original-message-id").map(id).or(report.original_message_id);
                }
            }
            "message/feedback-report" => {
                for group in groups(mail, part) {
                    report.feedback = get(&group, "feedback-type").map(|text| first_word(&text)).or(report.feedback);
                    let who = get(&group, "original-rcpt-to").map(|text| bare(&text));
                    report.complainer = who.or(report.complainer);
                }
            }
            _ => {}
        }
    }
    let is_report = !report.dsn.is_empty() || report.disposition.is_some() || report.feedback.is_some();
    if is_report && report.original_message_id.is_none() {
        returned(mail, parts, &mut report);
    }
    report
}

/// The returned mail or its header names the mail that the report is about.
fn returned(mail: &[u8], parts: &[Part], report: &mut Report) {
    for (n, part) in parts.iter().enumerate() {
        let of_mail =
            part.parent.is_some_and(|p| matches!(parts[p].head.mime.as_str(), "message/rfc822" | "message/global"));
        let bytes;
        let block = if of_mail {
            mail.get(part.header.clone()).unwrap_or_default()
        } else if n > 0 && matches!(part.head.mime.as_str(), "text/rfc822-headers" | "message/global-headers") {
            bytes = part.bytes(mail);
            &bytes
        } else {
            continue;
        };
        let Some(fields) = mime::fields(block) else { continue };
        let found = fields.header(HeaderName::MessageId).and_then(mail_parser::HeaderValue::as_text);
        report.original_message_id = found.map(|text| id(text.to_owned()));
        let to = fields.to().and_then(|to| to.first()).and_then(|to| to.address());
        if report.feedback.is_some() && report.complainer.is_none() {
            report.complainer = to.map(bare);
        }
        if report.original_message_id.is_some() {
            return;
        }
    }
}

type Group = Vec<(String, String)>;

fn get(group: &Group, name: &str) -> Option<String> {
    group.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

/// Blank lines part the fields of the message from those of each recipient (RFC 3464 2.1).
fn groups(mail: &[u8], part: &Part) -> Vec<Group> {
    let text = decode::text(&part.bytes(mail), part.head.charset.as_deref());
    let mut groups: Vec<Group> = vec![Vec::new()];
    for row in text.lines().take(5000) {
        if row.trim().is_empty() {
            groups.push(Vec::new());
            continue;
        }
        let Some(group) = groups.last_mut() else { break };
        if row.starts_with([' ', '\t']) {
            if let Some((_, value)) = group.last_mut() {
                value.push(' ');
                value.push_str(row.trim());
            }
        } else if let Some((name, value)) = row.split_once(':') {
            group.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn dsn(group: &Group) -> Option<Dsn> {
    let recipient = get(group, "final-recipient").or_else(|| get(group, "original-recipient"))?;
    // A status is sometimes followed by a comment.
    let status = get(group, "status").unwrap_or_default();
    Some(Dsn {
        recipient: bare(&recipient),
        action: first_word(&get(group, "action").unwrap_or_default()),
        status: first_word(&status),
        diagnostic: line(&get(group, "diagnostic-code").unwrap_or_default()),
    })
}

fn first_word(text: &str) -> String {
    line(text).split([' ', '(', ';']).find(|word| !word.is_empty()).unwrap_or_default().to_lowercase()
}

/// `rfc822; <a@b>` and `a@b` are the same address.
fn bare(text: &str) -> String {
    let address = text.split_once(';').map_or(text, |(_, address)| address);
    let address = address.split_once('<').map_or(address, |(_, address)| address);
    line(address.split('>').next().unwrap_or_default()).trim_matches('"').to_owned()
}

fn id(text: String) -> String {
    line(&text).trim_matches(['<', '>']).to_owned()
}
