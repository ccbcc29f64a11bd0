use super::*;
use meridian_domain::{ids::*, secret::Secret};
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
        html.contains("Hi") && !html.contains("script") && !html.contains("onclick") && !html.contains("img"),
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
}

proptest::proptest! {
    #[test]
    fn no_bytes_stop_the_parser(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let received_at = "2026-05-04T12:00:00Z".parse().unwrap();
        let stored = StoredRequest { part: Value::Null, body: bytes.into(), received_at };
        proptest::prop_assert_eq!(Email.parse(&account(), &stored).len(), 1);
    }
}
