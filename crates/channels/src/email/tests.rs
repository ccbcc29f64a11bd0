use super::*;
use meridian_domain::{
    event::{ReceiptStatus, Verification},
    ids::*,
    outbound::OutboundFile,
    secret::Secret,
};
use send::compose;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn account() -> AccountConfig {
    AccountConfig {
        id: ChannelAccountId(Uuid::from_u128(5)),
        kind: ChannelKind::Email,
        settings: json!({ "from": "help@shop.example", "domain": "shop.example", "authserv_id": "mx.shop.example" }),
        secrets: BTreeMap::from([
            ("inbound_token".to_owned(), vec![Secret::new("letmein")]),
            ("reply_mac".to_owned(), vec![Secret::new("key")]),
        ]),
        public_url: String::new(),
        addresses: vec![],
    }
}

fn parse(raw: &str) -> InboundEvent {
    let received_at = "2026-05-04T12:00:00Z".parse().unwrap();
    let stored = StoredRequest { part: Value::Null, body: raw.replace('\n', "\r\n").into(), received_at };
    Email.parse(&account(), &stored).remove(0)
}

#[test]
fn the_sender_is_verified_by_our_own_server_only() {
    let mail = |results: &str| {
        parse(&format!(
            "{results}From: Ana <Ana@Example.org>\nTo: help@shop.example\nMessage-ID: <1@x>\nSubject: Hi\n\nHello"
        ))
    };
    let level = |results| mail(results).sender.ids[0].verified;
    assert_eq!(
        level("Authentication-Results: mx.shop.example; dmarc=pass header.from=example.org\n"),
        Verification::Channel
    );
    assert_eq!(level("Authentication-Results: mx.evil.example; dmarc=pass\n"), Verification::Claimed);
    assert_eq!(
        level(
            "Authentication-Results: mx.shop.example; dmarc=fail\nAuthentication-Results: mx.shop.example; dmarc=pass\n"
        ),
        Verification::Claimed
    );
    assert_eq!(level(""), Verification::Claimed);
    let event = mail("");
    assert_eq!(event.external_id.as_deref(), Some("1@x"));
    assert_eq!(event.sender.ids[0].value, "ana@example.org");
    assert_eq!(event.content.unwrap().text.as_deref(), Some("Hello"));
}

#[test]
fn odd_mail_is_kept_and_encoded_headers_stay_one_line() {
    assert_eq!(parse("Subject: nobody\n\nx").kind, EventKind::UnknownEvent);
    let folded = parse("\n\nFrom: a@b.example\nSubject: =?utf-8?q?hello=0D=0ABcc:_x@y.example?=\n\nx");
    assert_eq!(folded.content.unwrap().subject.as_deref(), Some("hello Bcc: x@y.example"));
    let auto = parse("From: a@b.example\nAuto-Submitted: auto-replied\nSubject: away\n\nI am away");
    assert_eq!(auto.detail["auto"], json!(true));
    let html = parse(
        "From: a@b.example\nContent-Type: text/html\n\n<p onclick=x()>Hi<script>alert(1)</script><img src=http://t.example/p.gif></p>",
    );
    let html = html.content.unwrap().html.unwrap();
    assert!(
        html.contains("Hi") && !html.contains("script") && !html.contains("onclick") && !html.contains("t.example"),
        "{html}"
    );
}

#[test]
fn a_reply_address_threads_only_for_the_person_it_was_written_to() {
    let conversation = ConversationId(Uuid::from_u128(77));
    let outbound = OutboundMessage {
        id: DeliveryId(Uuid::from_u128(1)),
        item: ItemId(Uuid::from_u128(2)),
        conversation,
        to: vec![],
        thread: None,
        text: "Hello".into(),
        subject: Some("Broken kettle".into()),
        in_reply_to: Some("1@x".into()),
        references: vec!["0@x".into(), "1@x".into()],
        files: Vec::new(),
        template: None,
        buttons: Vec::new(),
    };
    let mail = compose(&account(), &outbound, "help@shop.example", "ana@example.org", "m@shop.example").unwrap();
    let text = String::from_utf8(mail.formatted()).unwrap();
    assert!(
        text.contains("In-Reply-To: <1@x>")
            && text.contains("References: <0@x> <1@x>")
            && text.contains("Message-ID: <m@shop.example>")
    );
    let reply_to = text.lines().find_map(|line| line.strip_prefix("Reply-To: ")).unwrap().to_owned();
    let answer = |from: &str, to: &str| parse(&format!("From: {from}\nTo: {to}\nMessage-ID: <2@x>\n\nthanks")).detail;
    assert_eq!(answer("ana@example.org", &reply_to)["conversation"], json!(conversation.to_string()));
    assert!(answer("eve@example.org", &reply_to).get("conversation").is_none());
    let forged = reply_to.replace("+c.", "+c.1");
    assert!(answer("ana@example.org", &forged).get("conversation").is_none());
    assert!(reply_to.split('@').next().unwrap().len() <= 64);
    // Where it would be too long for an address the mail goes without.
    let from = format!("{}@shop.example", "h".repeat(60));
    let mail = compose(&account(), &outbound, &from, "ana@example.org", "m@shop.example").unwrap();
    let text = String::from_utf8(mail.formatted()).unwrap();
    assert!(!text.contains("+c.") && text.contains("References: <0@x> <1@x>"), "{text}");
}

#[test]
fn dkim_or_spf_of_exactly_the_domain_in_from_prove_it_too() {
    let level = |results: &str, from: &str| {
        let mail =
            format!("Authentication-Results: mx.shop.example; {results}\nFrom: {from}\nMessage-ID: <1@x>\n\nHello");
        parse(&mail).sender.ids[0].verified
    };
    let ana = "Ana <ana@example.org>";
    assert_eq!(level("dkim=pass header.d=example.org", ana), Verification::Claimed);
    assert_eq!(level("spf=pass smtp.mailfrom=bounce@example.org", ana), Verification::Claimed);
    assert_eq!(level("dkim=pass header.d=example.com; spf=pass smtp.mailfrom=example.com", ana), Verification::Claimed);
    assert_eq!(level("dmarc=fail; dkim=pass header.d=example.org", ana), Verification::Claimed);
    assert_eq!(level("spf=fail (x; dmarc=pass) smtp.mailfrom=example.org", ana), Verification::Claimed);
    assert_eq!(level("dmarc=pass header.from=example.org", "ana@example.org, eve@example.org"), Verification::Claimed);
}

const RETURNED: &str = "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m1@shop.example>\nSubject: Hi\n--b--\n";

#[test]
fn reports_become_receipts_of_the_mail_they_are_about() {
    let report = |kind: &str, body: &str| {
        parse(&format!(
            "From: MAILER-DAEMON@mx.example\nReturn-Path: <>\nMessage-ID: <r1@mx.example>\n\
             Content-Type: multipart/report; report-type={kind}; boundary=b\n\n--b\n\nSorry.\n\
             --b\nContent-Type: message/{kind}\n\n{body}\n{RETURNED}"
        ))
    };
    let failed = report(
        "delivery-status",
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; <ana@example.org>\nAction: Failed\nStatus: 5.1.1 (gone)\n\
         Diagnostic-Code: smtp; 550 no such\n user here\n",
    );
    assert_eq!((failed.kind, failed.status), (EventKind::Receipt, Some(ReceiptStatus::Failed)));
    assert_eq!(failed.target.as_deref(), Some("m1@shop.example"));
    assert_eq!(failed.errors[0].code, "5.1.1");
    assert_eq!(failed.errors[0].title, "smtp; 550 no such user here");
    assert_eq!(failed.detail["dsn"]["recipient"], json!("ana@example.org"));
    let delayed = report("delivery-status", "X: y\n\nFinal-Recipient: rfc822;a@b.c\nAction: delayed\nStatus: 4.4.1\n");
    assert_eq!((delayed.kind, delayed.status, delayed.errors.len()), (EventKind::Receipt, None, 0));
    let seen = report(
        "disposition-notification",
        "Final-Recipient: rfc822;a@b.c\nDisposition: manual-action/MDN-sent-manually; displayed\n",
    );
    assert_eq!((seen.kind, seen.status), (EventKind::Receipt, Some(ReceiptStatus::Read)));
    let spam = report("feedback-report", "Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <ana@example.org>\n");
    assert_eq!((spam.kind, spam.sender.ids[0].value.as_str()), (EventKind::OptOut, "ana@example.org"));
    // A report of nobody's mail is shown, and answered by nobody.
    let lost = parse("From: postmaster@mx.example\nMessage-ID: <r2@x>\n\nYour mail could not be delivered");
    assert_eq!((lost.kind, &lost.detail["auto"]), (EventKind::Message, &json!(true)));
}

#[test]
fn machines_and_lists_are_not_answered() {
    for field in [
        "Precedence: bulk",
        "List-Id: <x.example>",
        "X-Auto-Response-Suppress: All",
        "X-Autoreply: yes",
        "Return-Path: < >",
        "Auto-Submitted: auto-generated",
        "X-Loop: a@b.example",
        "Auto-Submitted: notified; by=robot",
        "Precedence: bulk (newsletter)",
        "List-Help: <mailto:h@b.example>",
        "List-Post: NO",
        "X-Failed-Recipients: c@d.example",
    ] {
        assert!(read(format!("From: a@b.example\n{field}\n\nx").as_bytes()).class.must_not_auto_respond, "{field}");
    }
    for field in [
        "Auto-Submitted: no",
        "Auto-Submitted: No; comment=x",
        "Auto-Submitted: no (a person)",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: None",
        "Return-Path: <a@b.example>",
    ] {
        assert!(!read(format!("From: a@b.example\n{field}\n\nx").as_bytes()).class.must_not_auto_respond, "{field}");
    }
    let list = read(b"From: a@b.example\nList-Post: <mailto:l@b.example>\nList-Owner: <mailto:o@b.example>\n\nx").class;
    assert_eq!((list.list, list.auto_headers), (true, vec!["List-Owner".to_owned(), "List-Post".to_owned()]));
    assert!(read(b"From: Mailer-Daemon@b.example\n\nx").class.daemon_sender);
    assert_eq!(parse("From: help@shop.example\n\nx").detail["auto"], json!(true), "our own mail comes back");
}

#[test]
fn the_new_text_is_shown_and_the_full_text_kept() {
    let event = parse(
        "From: a@b.example\nContent-Type: text/html; charset=utf-8\n\n<div>It works, thanks.</div><div class=q>On Mon, 4 May 2026 at 10:00, \
         Shop &lt;help@shop.example&gt; wrote:<br><blockquote>Does it work?</blockquote></div>",
    );
    let content = event.content.unwrap();
    assert_eq!(content.text.as_deref(), Some("It works, thanks."));
    assert!(content.extra["full_text"].as_str().unwrap().contains("> Does it work?"));
    assert!(content.html.unwrap().contains("Does it work?"));
}

#[test]
fn files_of_all_sorts_are_kept() {
    let mail = read(
        b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n\
          --b\nContent-Type: text/plain; charset=gb18030\nContent-Transfer-Encoding: base64\n\nxOO6ww==\n\
          --b\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+Ig==\n\
          --b\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n\
          --b\nContent-Type: image/png\nContent-ID: <pic@b>\nContent-Disposition: inline; filename=\"..\\a/b.png\"\n\nx\n\
          --b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner text\n\
          --b\nContent-Type: application/pkcs7-mime; name=smime.p7m\n\nx\n--b--\n",
    );
    assert_eq!(mail.text.as_deref(), Some("你好"));
    let names: Vec<_> = mail.attachments.iter().map(|file| file.filename.as_deref().unwrap_or("")).collect();
    assert_eq!(names, ["winmail.dat", "", "b.png", "message.eml", "smime.p7m"]);
    assert_eq!((mail.attachments[0].size, mail.attachments[2].inline), (4, true));
    assert_eq!(mail.protection, Some("encrypted"));
}

/// Attacks on parsers cost little and leave a mail that can be seen.
#[test]
fn bombs_are_mails_like_any_other() {
    let deep = (0..300)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
        .collect::<Vec<_>>()
        .concat();
    let many = "X-Field: value\n".repeat(3000);
    let references = (0..2000).map(|n| format!(" <{n}@example.org>")).collect::<Vec<_>>().concat();
    let nested = "Content-Type: message/rfc822\n\n".repeat(20_000);
    let bombs = [
        deep,
        format!("{many}\nhello"),
        format!("References:{references}\n\nhello"),
        nested,
        format!("Subject: {}\n\n{}", "=?utf-8?q?a?= ".repeat(5000), "hello\0".repeat(1000)),
        format!("To: {}\n\nhello", "a@b.example,".repeat(20_000)),
        format!("To: {}\n\nhello", "(".repeat(50_000)),
        format!("Content-Type: text/html\n\n{}hello", "<div>".repeat(2_000)),
    ];
    for bomb in bombs {
        let event = parse(&format!("From: a@b.example\n{bomb}"));
        assert_eq!(event.kind, EventKind::Message);
        assert!(!event.content.unwrap().text.unwrap_or_default().contains('\0'));
    }
}

proptest::proptest! {
    #[test]
    fn no_mutation_of_a_mail_stops_the_parser(
        seed in 0usize..SEEDS.len(),
        edits in proptest::collection::vec((proptest::prelude::any::<usize>(), proptest::prelude::any::<u8>(), 0u8..4), 0..12),
    ) {
        let mut raw = SEEDS[seed].as_bytes().to_vec();
        for (at, byte, what) in edits {
            let at = at % raw.len().max(1);
            match what {
                0 => raw[at] = byte,
                1 => raw.insert(at, byte),
                2 => { raw.remove(at); }
                _ => { let tail = raw[at..].to_vec(); raw.extend_from_slice(&tail[..tail.len().min(200)]); }
            }
        }
        // Not even inside of the isolation: what is ours does not panic.
        proptest::prop_assert!(!read(&raw).damaged);
    }
}

#[test]
fn changed_bodies_do_no_harm() {
    crate::testing::survives(&Email, &account(), SEEDS);
}

/// Mails with everything that a parser may trip over.
const SEEDS: &[&str] = &[
    "From: =?utf-8?B?QW5h?= <ana@example.org>\r\nTo: a@b.example, \"C, D\" <c@d.example>\r\nSubject: =?gb18030?Q?=C4=E3?=\r\n\
     Date: Mon, 4 May 2026 10:00:00 +0800\r\nMessage-ID: <1@x>\r\nReferences: <2@x> <3@x>\r\n\
     Content-Type: multipart/alternative; boundary=\"b b\"\r\n\r\n--b b\r\nContent-Type: text/plain; charset=iso-2022-jp; format=flowed\r\n\r\n\
     \u{1b}$B$3$s\u{1b}(B \r\n> x\r\n--b b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=C3=A9=\r\n&amp;</p>\r\n--b b--\r\n",
    "Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\ntext\n\
     --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\nFinal-Recipient: rfc822;a@b.c\nAction: failed\nStatus: 5.1.1\n\
     --b\nContent-Type: message/rfc822\n\nMessage-ID: <9@x>\nContent-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: y\n\nz\n--d--\n--b--\n",
    "Authentication-Results: mx.shop.example; dkim=pass (a \\) b) header.d=\"x\"\nFrom: Group: a@b.example, (comment) c@d.example;\n\
     Content-Disposition: attachment; filename*0*=utf-8''%e4%bd; filename*1*=%a0.txt\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n",
];

proptest::proptest! {
    #[test]
    fn no_bytes_stop_the_parser(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let received_at = "2026-05-04T12:00:00Z".parse().unwrap();
        let stored = StoredRequest { part: Value::Null, body: bytes.into(), received_at };
        proptest::prop_assert_eq!(Email.parse(&account(), &stored).len(), 1);
    }
}

#[test]
fn files_go_out_as_parts_and_come_in_by_their_place() {
    let file = OutboundFile {
        name: "kettle.png".to_owned(),
        content_type: "image/png".to_owned(),
        content: vec![1, 2, 3, 4],
        ..OutboundFile::default()
    };
    let outbound = OutboundMessage {
        id: DeliveryId(Uuid::from_u128(1)),
        item: ItemId(Uuid::from_u128(2)),
        conversation: ConversationId(Uuid::from_u128(77)),
        to: vec![],
        thread: None,
        text: "Like this one?".into(),
        subject: None,
        in_reply_to: None,
        references: vec![],
        files: vec![file],
        template: None,
        buttons: Vec::new(),
    };
    let mail = compose(&account(), &outbound, "help@shop.example", "ana@example.org", "m@shop.example").unwrap();
    let raw = mail.formatted();
    let read = read(&raw);
    assert_eq!(read.text.as_deref().map(str::trim), Some("Like this one?"));
    assert_eq!(
        (read.attachments[0].filename.as_deref(), read.attachments[0].mime.as_str()),
        (Some("kettle.png"), "image/png")
    );
    let request = StoredRequest {
        part: json!({ "headers": { "content-type": "message/rfc822" } }),
        body: raw.into(),
        received_at: "2026-05-04T12:00:00Z".parse().unwrap(),
    };
    let inside = |id: &str, position| Email.inside(&account(), &request, Some(id), position);
    assert_eq!(inside("m@shop.example", 0), Some(vec![1, 2, 3, 4]));
    assert_eq!((inside("m@shop.example", 1), inside("other@shop.example", 0)), (None, None));
}
