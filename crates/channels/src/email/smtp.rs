//! What is said on our side of an SMTP session that brings mail in (RFC 5321): pure, a line at a time. Who listens reads
//! the lines, looks recipients up and stores the mail. Nothing is ever relayed: a recipient is one of ours or refused.

use super::check::Checks;
use chrono::{DateTime, Utc};
use smtp_proto::{Error, Request};
use std::net::IpAddr;

/// Longest command line, bytes; RFC 5321 4.5.3.1 asks for 512 at least, extensions add to it.
pub const LONGEST_LINE: usize = 4096;
/// Recipients of one mail (RFC 5321 4.5.3.1.8 asks for 100).
const MOST_RECIPIENTS: usize = 100;
/// Commands of a session that are no good before it is ended.
const MOST_ERRORS: usize = 20;
/// Mails of one session.
const MOST_MAILS: usize = 200;

/// What to do after a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Say this and go on.
    Say(String),
    /// Look this recipient up, then tell [`Dialogue::recipient`].
    Recipient(String),
    /// Say this; lines are the mail from now on, until its end: tell [`Dialogue::stored`] then.
    Body(String),
    /// Say this, then speak TLS and go on.
    Secure(String),
    /// Say this and hang up.
    Close(String),
}

/// What came of looking a recipient up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// One of ours.
    Ours,
    /// Not one of ours.
    Stranger,
    /// The database does not answer: the sender is to try again.
    NotNow,
}

/// One session.
#[derive(Debug)]
pub struct Dialogue {
    host: String,
    largest: usize,
    offers_tls: bool,
    secured: bool,
    greeted: Option<String>,
    from: Option<String>,
    recipients: Vec<String>,
    errors: usize,
    mails: usize,
}

impl Dialogue {
    /// A session of a host that takes mails up to a size, and speaks TLS when it has a certificate.
    pub fn new(host: &str, largest: usize, offers_tls: bool) -> Self {
        Self {
            host: host.to_owned(),
            largest,
            offers_tls,
            secured: false,
            greeted: None,
            from: None,
            recipients: Vec::new(),
            errors: 0,
            mails: 0,
        }
    }

    /// The first thing that is said.
    pub fn greeting(&self) -> String {
        format!("220 {} ESMTP\r\n", self.host)
    }

    /// The session speaks TLS now: everything said before is forgotten (RFC 3207 4.2).
    pub fn secured(&mut self) {
        self.secured = true;
        self.greeted = None;
        self.reset();
    }

    fn reset(&mut self) {
        self.from = None;
        self.recipients.clear();
    }

    fn wrong(&mut self, reply: &str) -> Next {
        self.errors += 1;
        if self.errors > MOST_ERRORS {
            return Next::Close("421 4.7.0 too many errors\r\n".to_owned());
        }
        Next::Say(format!("{reply}\r\n"))
    }

    /// Takes a command with its line end.
    pub fn line(&mut self, line: &[u8]) -> Next {
        if !line.ends_with(b"\r\n") {
            return self.wrong("500 5.5.2 lines end with CR LF");
        }
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request.into_owned(),
            Err(error) => return self.unreadable(&error),
        };
        let say = |text: &str| Next::Say(format!("{text}\r\n"));
        match request {
            Request::Ehlo { host } | Request::Helo { host } | Request::Lhlo { host } => {
                let extended = line.first().is_some_and(|first| first.eq_ignore_ascii_case(&b'e'));
                self.reset();
                self.greeted = Some(host);
                Next::Say(if extended { self.extensions() } else { format!("250 {}\r\n", self.host) })
            }
            Request::StartTls if self.offers_tls && !self.secured => Next::Secure("220 2.0.0 go ahead\r\n".to_owned()),
            Request::Rset => {
                self.reset();
                say("250 2.0.0 forgotten")
            }
            Request::Noop { .. } => say("250 2.0.0 well"),
            Request::Quit => Next::Close("221 2.0.0 bye\r\n".to_owned()),
            // Neither confirmed nor denied (RFC 5321 7.3).
            Request::Vrfy { .. } => say("252 2.5.2 send it and see"),
            Request::Help { .. } => say("214 2.0.0 mail for the channels of this host only"),
            Request::Mail { .. } | Request::Rcpt { .. } | Request::Data if self.greeted.is_none() => {
                self.wrong("503 5.5.1 say EHLO first")
            }
            Request::Mail { .. } if self.from.is_some() => self.wrong("503 5.5.1 there is a sender already"),
            Request::Mail { .. } if self.mails >= MOST_MAILS => {
                Next::Close("421 4.7.0 enough for one session\r\n".to_owned())
            }
            Request::Mail { from } if from.size > self.largest => self.wrong("552 5.3.4 the mail is too large"),
            Request::Mail { from } => {
                self.from = Some(from.address);
                say("250 2.1.0 sender taken")
            }
            Request::Rcpt { .. } if self.from.is_none() => self.wrong("503 5.5.1 say MAIL first"),
            Request::Rcpt { .. } if self.recipients.len() >= MOST_RECIPIENTS => {
                self.wrong("452 4.5.3 too many recipients")
            }
            Request::Rcpt { to } => Next::Recipient(to.address),
            Request::Data if self.recipients.is_empty() => self.wrong("503 5.5.1 no recipient was taken"),
            Request::Data => Next::Body("354 end with a dot on a line of its own\r\n".to_owned()),
            _ => self.wrong("502 5.5.1 that is not done here"),
        }
    }

    fn unreadable(&mut self, error: &Error) -> Next {
        self.wrong(match error {
            Error::UnknownCommand => "500 5.5.2 what is that",
            Error::InvalidSenderAddress => "501 5.1.7 that is no address",
            Error::InvalidRecipientAddress => "501 5.1.3 that is no address",
            Error::UnsupportedParameter { .. } => "555 5.5.4 a parameter is not known",
            _ => "501 5.5.4 that is not how it is written",
        })
    }

    fn extensions(&self) -> String {
        let tls = if self.offers_tls && !self.secured { "250-STARTTLS\r\n" } else { "" };
        format!(
            "250-{}\r\n250-SIZE {}\r\n{tls}250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 PIPELINING\r\n",
            self.host, self.largest
        )
    }

    /// Answers a recipient that was looked up.
    pub fn recipient(&mut self, address: &str, verdict: Verdict) -> Next {
        match verdict {
            Verdict::Ours => {
                self.recipients.push(address.to_owned());
                Next::Say("250 2.1.5 recipient taken\r\n".to_owned())
            }
            Verdict::Stranger => self.wrong("550 5.1.1 nobody here has that address"),
            Verdict::NotNow => Next::Say("451 4.3.0 try again in a minute\r\n".to_owned()),
        }
    }

    /// Sender and recipients of the mail in hand.
    pub fn envelope(&self) -> (&str, &[String]) {
        (self.from.as_deref().unwrap_or_default(), &self.recipients)
    }

    /// What the other side calls itself.
    pub fn client(&self) -> &str {
        self.greeted.as_deref().unwrap_or_default()
    }

    /// Whether what is said is sealed.
    pub fn is_secured(&self) -> bool {
        self.secured
    }

    /// Ends a mail.
    pub fn stored(&mut self, outcome: Stored) -> Next {
        self.reset();
        self.mails += 1;
        match outcome {
            Stored::Yes => Next::Say("250 2.0.0 stored\r\n".to_owned()),
            Stored::NotNow => Next::Say("451 4.3.0 try again in a minute\r\n".to_owned()),
            Stored::TooLarge => self.wrong("552 5.3.4 the mail is too large"),
            Stored::Loops => self.wrong("554 5.4.6 the mail goes round in circles"),
        }
    }
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    /// It is safe here.
    Yes,
    /// It could not be stored: our own trouble.
    NotNow,
    /// Larger than what was said to be taken.
    TooLarge,
    /// It passed too many servers.
    Loops,
}

/// The lines of a mail as they come.
#[derive(Debug, Default)]
pub struct Body {
    bytes: Vec<u8>,
    largest: usize,
    over: bool,
    after_full_line: bool,
    after_return: bool,
}

impl Body {
    /// A mail of at most so many bytes.
    pub fn new(largest: usize) -> Self {
        Self { largest, after_full_line: true, ..Self::default() }
    }

    /// Takes bytes up to and with a line feed, or a part of a long line; true at the end of the mail. The end is a dot
    /// between two CR LF and nothing else: a bare line feed ends no mail, or whoever speaks through a careless server
    /// could append a mail of their own.
    pub fn line(&mut self, line: &[u8]) -> bool {
        let at_start = self.after_full_line;
        self.after_full_line = line.ends_with(b"\r\n") || (line == b"\n" && self.after_return);
        self.after_return = line.ends_with(b"\r");
        if at_start && line == b".\r\n" {
            return true;
        }
        // A dot was put before a line that begins with one (RFC 5321 4.5.2).
        let line = if at_start { line.strip_prefix(b".").unwrap_or(line) } else { line };
        if self.bytes.len() + line.len() > self.largest {
            self.over = true;
            self.bytes = Vec::new();
        }
        if !self.over {
            self.bytes.extend_from_slice(line);
        }
        false
    }

    /// The mail; `None` when it was too large.
    pub fn whole(self) -> Option<Vec<u8>> {
        (!self.over).then_some(self.bytes)
    }
}

/// Servers a mail may have passed (RFC 5321 6.3).
const MOST_HOPS: usize = 100;

/// Whether a mail passed so many servers that it goes in circles.
pub fn loops(mail: &[u8]) -> bool {
    let head = mail.windows(4).position(|four| four == b"\r\n\r\n").map_or(mail, |end| &mail[..end]);
    let received = |line: &[u8]| line.len() > 9 && line[..9].eq_ignore_ascii_case(b"received:");
    head.split(|byte| *byte == b'\n').filter(|line| received(line)).count() > MOST_HOPS
}

/// Where a mail came from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Sender of the envelope; empty for reports.
    pub from: &'a str,
    /// Recipient of the envelope.
    pub to: &'a str,
    /// What the other side called itself.
    pub client: &'a str,
    /// Its address.
    pub peer: IpAddr,
    /// Whether it spoke TLS.
    pub secured: bool,
    /// Our name.
    pub host: &'a str,
    /// Whether the other side is the operator's own server, whose checks of the sender are believed.
    pub trusted: bool,
    /// Our own checks of the sender, where they were made.
    pub checks: Option<&'a Checks>,
    /// When.
    pub at: DateTime<Utc>,
}

/// The fields put in front of a mail: where it was delivered, by whom. A stranger's mail gets our own result of checks on
/// top, an empty one where none were made, so that no field it brought along can vouch for it (RFC 8601 5).
pub fn trace(origin: &Origin<'_>) -> String {
    let clean = |text: &str| -> String {
        text.chars().filter(|c| !c.is_control() && !matches!(c, '<' | '>' | '(' | ')')).take(320).collect()
    };
    let (host, client) = (clean(origin.host), clean(origin.client));
    let results = origin.checks.filter(|checks| checks.made()).map_or_else(|| "none".to_owned(), Checks::field);
    let vouched = if origin.trusted { String::new() } else { format!("Authentication-Results: {host}; {results}\r\n") };
    let with = if origin.secured { "ESMTPS" } else { "ESMTP" };
    format!(
        "Return-Path: <{}>\r\nDelivered-To: {}\r\n{vouched}Received: from {client} ([{}]) by {host} with {with};\r\n\t{}\r\n",
        clean(origin.from),
        clean(origin.to),
        origin.peer,
        origin.at.to_rfc2822()
    )
}

/// An address in lower case, and the same without what follows a plus sign: the forms under which an account is found.
pub fn forms(address: &str) -> Vec<String> {
    let lower = address.to_lowercase();
    let bare = lower.split_once('@').and_then(|(local, domain)| {
        let (name, _) = local.split_once('+')?;
        (!name.is_empty()).then(|| format!("{name}@{domain}"))
    });
    [Some(lower), bare].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(dialogue: &mut Dialogue, line: &str) -> String {
        match dialogue.line(format!("{line}\r\n").as_bytes()) {
            Next::Say(text) | Next::Body(text) | Next::Secure(text) | Next::Close(text) => text,
            Next::Recipient(address) => {
                let ours = if address.ends_with("@shop.example") { Verdict::Ours } else { Verdict::Stranger };
                match dialogue.recipient(&address, ours) {
                    Next::Say(text) | Next::Close(text) => text,
                    other => format!("{other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_mail_is_taken_for_our_addresses_and_for_no_others() {
        let mut d = Dialogue::new("mx.example", 1000, false);
        assert!(say(&mut d, "MAIL FROM:<a@b.example>").starts_with("503"));
        let hello = say(&mut d, "EHLO sender.example");
        assert!(hello.contains("SIZE 1000") && !hello.contains("STARTTLS") && !hello.contains("AUTH"), "{hello}");
        assert!(say(&mut d, "DATA").starts_with("503"));
        assert!(say(&mut d, "RCPT TO:<help@shop.example>").starts_with("503"));
        assert!(say(&mut d, "MAIL FROM:<a@b.example> SIZE=1001").starts_with("552"));
        assert!(say(&mut d, "MAIL FROM:<> SIZE=10 BODY=8BITMIME").starts_with("250"));
        assert!(say(&mut d, "RCPT TO:<who@elsewhere.example>").starts_with("550"));
        assert!(say(&mut d, "RCPT TO:<@relay.example:who@elsewhere.example>").starts_with('5'));
        assert!(say(&mut d, "DATA").starts_with("503"));
        assert!(say(&mut d, "RCPT TO:<help+c.1.2@shop.example>").starts_with("250"));
        assert!(say(&mut d, "DATA").starts_with("354"));
        assert_eq!(d.envelope(), ("", &["help+c.1.2@shop.example".to_owned()][..]));
        assert!(matches!(d.stored(Stored::NotNow), Next::Say(text) if text.starts_with("451")));
        assert!(say(&mut d, "DATA").starts_with("503"));
        assert!(say(&mut d, "AUTH PLAIN AGEAYg==").starts_with('5') && say(&mut d, "EXPN all").starts_with("502"));
        assert!(say(&mut d, "QUIT").starts_with("221"));
    }

    #[test]
    fn what_was_said_in_the_clear_is_forgotten_under_tls() {
        let mut d = Dialogue::new("mx.example", 1000, true);
        assert!(say(&mut d, "EHLO a").contains("STARTTLS"));
        say(&mut d, "MAIL FROM:<a@b.example>");
        assert!(matches!(d.line(b"STARTTLS\r\n"), Next::Secure(_)));
        d.secured();
        assert!(say(&mut d, "RCPT TO:<help@shop.example>").starts_with("503"));
        assert!(!say(&mut d, "EHLO a").contains("STARTTLS") && say(&mut d, "STARTTLS").starts_with("502"));
    }

    #[test]
    fn a_bare_line_feed_is_no_line_end() {
        let mut d = Dialogue::new("mx.example", 1000, false);
        assert!(matches!(d.line(b"EHLO a\n"), Next::Say(text) if text.starts_with("500")));
        for smuggled in [&b".\n"[..], b"\n.\r\n", b"\r.\r\n"] {
            let mut body = Body::new(1000);
            assert!(!body.line(b"hello\n"));
            let ended = smuggled.split_inclusive(|b| *b == b'\n').any(|line| body.line(line));
            assert!(!ended, "{smuggled:?}");
        }
        for _ in 0..30 {
            if let Next::Close(_) = d.line(b"\xff\xfe\r\n") {
                return;
            }
        }
        panic!("garbage is heard for ever");
    }

    #[test]
    fn dots_are_taken_off_and_large_mails_refused_without_being_kept() {
        let mut body = Body::new(1000);
        assert!(!body.line(b"a\r\n") && !body.line(b"..b\r\n") && !body.line(b"long ") && !body.line(b".c\r\n"));
        assert!(body.line(b".\r\n"));
        assert_eq!(body.whole().unwrap(), b"a\r\n.b\r\nlong .c\r\n");
        let mut body = Body::new(5);
        assert!(!body.line(b"123456\r\n") && body.line(b".\r\n") && body.whole().is_none());
        let hop = "Received: from a by b\r\n";
        assert!(!loops(hop.repeat(20).as_bytes()) && loops(hop.repeat(101).as_bytes()));
        assert!(!loops(format!("Subject: x\r\n\r\n{}", hop.repeat(101)).as_bytes()));
    }

    #[test]
    fn changed_bodies_do_no_harm() {
        let talks = [
            "EHLO a.example\r\nMAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME\r\nRCPT TO:<c@shop.example>\r\nDATA\r\nhi\r\n.\r\n",
            "HELO b\r\nMAIL FROM:<>\nRCPT TO:<\"a b\"@[192.0.2.1]> NOTIFY=NEVER\r\nRSET\r\nSTARTTLS\r\n..\r\n.\r\nQUIT\r\n",
        ];
        crate::testing::read_changed(&talks, 1, |talk| {
            let (mut d, mut body) = (Dialogue::new("mx.example", 1000, true), Body::new(1000));
            for line in talk.split_inclusive(|byte| *byte == b'\n') {
                if let Next::Recipient(address) = d.line(line) {
                    let _ = (forms(&address), d.recipient(&address, Verdict::Ours));
                }
                let _ = body.line(line);
            }
            assert!(d.envelope().1.len() <= MOST_RECIPIENTS && body.whole().is_none_or(|mail| mail.len() <= 1000));
        });
    }

    #[test]
    fn nothing_of_the_envelope_becomes_a_field() {
        let at = "2026-05-04T12:00:00Z".parse().unwrap();
        let origin = Origin {
            from: "a@b\r\nX: y",
            to: "help@shop.example",
            client: "evil)\r\nAuthentication-Results: mx.example; dmarc=pass",
            peer: [192, 0, 2, 1].into(),
            secured: true,
            host: "mx.example",
            trusted: false,
            checks: None,
            at,
        };
        let fields = trace(&origin);
        let names: Vec<&str> =
            fields.lines().filter(|l| !l.starts_with('\t')).filter_map(|l| l.split_once(':')).map(|(n, _)| n).collect();
        assert_eq!(names, ["Return-Path", "Delivered-To", "Authentication-Results", "Received"]);
        assert!(fields.contains("with ESMTPS") && fields.contains("Mon, 4 May 2026"));
        assert!(!trace(&Origin { trusted: true, ..origin }).contains("\nAuthentication-Results"));
        assert_eq!(forms("Help+c.1@Shop.example"), ["help+c.1@shop.example", "help@shop.example"]);
        assert_eq!(forms("+x@y"), ["+x@y"]);
    }
}
