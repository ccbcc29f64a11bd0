//! Who must not get an automatic answer: machines and lists (RFC 3834 and practice).

use super::{mime::Part, read::Mail};
use serde::Serialize;

/// What a mail is, besides what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Class {
    /// An automatic answer to it could go round for ever, or to thousands.
    pub must_not_auto_respond: bool,
    /// `Auto-Submitted` other than `no` (RFC 3834 5).
    pub auto_submitted: bool,
    /// Header fields that say so.
    pub auto_headers: Vec<String>,
    /// Empty return path: answers would go to nobody (RFC 5321 4.5.5).
    pub null_return_path: bool,
    /// From a mail server.
    pub daemon_sender: bool,
    /// From a mailing list (RFC 2369, RFC 2919).
    pub list: bool,
    /// From an address that nobody reads.
    pub no_reply: bool,
    /// Delivery status notification (RFC 3464).
    pub delivery_report: bool,
    /// Message disposition notification (RFC 8098): somebody read or deleted it.
    pub disposition_report: bool,
    /// Abuse report (RFC 5965).
    pub feedback_report: bool,
}

/// Fields whose presence says that a machine wrote, by the names that mailers use.
const MARKS: &[(&str, &str)] = &[
    ("x-auto-response-suppress", "X-Auto-Response-Suppress"),
    ("x-autoreply", "X-Autoreply"),
    ("x-autorespond", "X-Autorespond"),
    ("x-autoresponder", "X-Autoresponder"),
    ("x-auto-reply", "X-Auto-Reply"),
    ("x-autoreply-from", "X-Autoreply-From"),
    ("x-mail-autoreply", "X-Mail-Autoreply"),
    ("x-loop", "X-Loop"),
];

/// Classifies a mail whose header fields are read.
pub(crate) fn of(mail: &Mail, parts: &[Part]) -> Class {
    let mut class = Class::default();
    let mut mark = |name: &str| {
        if !class.auto_headers.iter().any(|known| known == name) {
            class.auto_headers.push(name.to_owned());
        }
    };
    for (name, value) in &mail.headers {
        let value = value.trim().to_ascii_lowercase();
        match name.as_str() {
            "auto-submitted" if !value.starts_with("no") => {
                class.auto_submitted = true;
                mark("Auto-Submitted");
            }
            "precedence" if matches!(value.as_str(), "bulk" | "junk" | "list" | "auto_reply") => mark("Precedence"),
            "x-auto-response-suppress" if value == "none" => {}
            "return-path" => class.null_return_path |= value.split_whitespace().collect::<String>() == "<>",
            "list-id" | "list-unsubscribe" => {
                class.list = true;
                mark(if name == "list-id" { "List-Id" } else { "List-Unsubscribe" });
            }
            other if other.starts_with("list-") => class.list = true,
            other => {
                if let Some((_, shown)) = MARKS.iter().find(|(known, _)| *known == other) {
                    mark(shown);
                }
            }
        }
    }
    class.auto_headers.sort();
    class.daemon_sender = mail.from.as_ref().is_some_and(|from| daemon(&from.email));
    class.no_reply = mail.from.as_ref().is_some_and(|from| unread(&from.email));
    if let Some(root) = parts.first() {
        let is = |kind: &str, mime: &str| {
            root.head.mime == "multipart/report" && root.head.report_type == kind
                || parts.iter().any(|part| part.parent == Some(0) && part.head.mime == mime)
        };
        class.delivery_report = is("delivery-status", "message/delivery-status");
        class.disposition_report = is("disposition-notification", "message/disposition-notification");
        class.feedback_report = is("feedback-report", "message/feedback-report");
    }
    let report = parts.first().is_some_and(|root| root.head.mime == "multipart/report");
    class.must_not_auto_respond = report
        || class.auto_submitted
        || !class.auto_headers.is_empty()
        || class.null_return_path
        || class.daemon_sender
        || class.list
        || class.no_reply
        || class.delivery_report
        || class.disposition_report
        || class.feedback_report;
    class
}

fn local_part(address: &str) -> String {
    let local = address.split(['@', '+']).next().unwrap_or_default();
    local.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Addresses of mail systems (RFC 2142, and what they are called in practice).
fn daemon(address: &str) -> bool {
    let local = local_part(address);
    local.starts_with("mailerdaemon") || matches!(local.as_str(), "postmaster" | "maildaemon" | "mailsystem")
}

fn unread(address: &str) -> bool {
    let local = local_part(address);
    local.starts_with("bounce") || local.starts_with("noreply") || matches!(local.as_str(), "donotreply" | "nobody")
}
