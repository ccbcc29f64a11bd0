//! What is built to harm a parser costs little: at most 200 ms and 64 MiB each in release, more in debug, in a process of
//! its own so that its memory can be told.
#![expect(clippy::unwrap_used, reason = "a test")]

use meridian_channels::{InboundRequest, StoredRequest, registry};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::InboundEvent,
    ids::ChannelAccountId,
    secret::Secret,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

const LIMITS: (Duration, u64) =
    if cfg!(debug_assertions) { (Duration::from_secs(5), 512) } else { (Duration::from_millis(200), 64) };

fn account(kind: ChannelKind) -> AccountConfig {
    AccountConfig {
        id: ChannelAccountId(uuid::Uuid::nil()),
        kind,
        settings: json!({ "from": "help@shop.example", "allow_plain": true }),
        secrets: BTreeMap::from([("token".to_owned(), vec![Secret::new("t")])]),
        public_url: "https://hooks.example/h".to_owned(),
        addresses: Vec::new(),
    }
}

/// Peak memory of this process in kB; `None` where the system does not tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field =
        |name: &str| status.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok());
    field("VmHWM:")
}

/// Lets the peak start anew from what is in use now (proc(5), `clear_refs`).
fn forget_peak() -> Option<u64> {
    std::fs::write("/proc/self/clear_refs", "5").ok()?;
    peak()
}

fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().concat()
}

fn mails() -> Vec<(&'static str, String)> {
    let deep = many(300, |n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n"));
    let references = many(2000, |n| format!(" <{n}@example.org>"));
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(20_000);
    let mut all = vec![
        ("300 deep", deep),
        ("3,000 fields", format!("{}\r\nhello", "X-Field: value\r\n".repeat(3000))),
        ("2,000 references", format!("References:{references}\r\n\r\nhello")),
        ("20,000 parts", format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}")),
        ("mails in mails", "Content-Type: message/rfc822\r\n\r\n".repeat(20_000)),
        ("NUL", format!("Subject: a\0b\r\n\r\n{}", "hello\0".repeat(100_000))),
        ("open brackets", format!("To: {}\r\n\r\nx", "(".repeat(100_000))),
        ("encoded words", format!("Subject: {}\r\n\r\nx", "=?utf-8?q?a?= ".repeat(20_000))),
        ("a line of 1 MB", format!("Subject: {}\r\n\r\nx", "a".repeat(1 << 20))),
        ("nested quotes", format!("\r\n{}hello", "> ".repeat(50_000))),
    ];
    for (name, html) in [
        ("open tags", "<div>".repeat(50_000)),
        ("attributes", format!("<p {}>x</p>", "a=b ".repeat(50_000))),
        ("tables", "<table><tr><td>".repeat(20_000)),
        ("entities", "&amp;&#x41;&bogus;".repeat(50_000)),
    ] {
        all.push((name, format!("Content-Type: text/html\r\n\r\n{html}")));
    }
    all.into_iter().map(|(name, mail)| (name, format!("From: a@b.example\r\n{mail}"))).collect()
}

fn measured(name: &str, kind: ChannelKind, work: impl FnOnce() -> usize) {
    let before = forget_peak();
    let started = std::time::Instant::now();
    let events = work();
    let (took, after) = (started.elapsed(), peak());
    let grown = after.zip(before).map_or(0, |(after, before)| after.saturating_sub(before) / 1024);
    println!("{kind:>9} {name:<18} {:>7.1} ms {grown:>4} MiB {events:>6} events", took.as_secs_f64() * 1000.0);
    assert!(took <= LIMITS.0, "{kind}, {name}: {took:?}");
    assert!(grown <= LIMITS.1, "{kind}, {name}: {grown} MiB");
}

fn read(kind: ChannelKind, body: String) -> Vec<InboundEvent> {
    let received_at = "2026-05-04T12:00:00Z".parse().unwrap();
    registry::get(kind).parse(&account(kind), &StoredRequest { part: Value::Null, body: body.into(), received_at })
}

#[test]
fn bombs_cost_little_and_stay_visible() {
    for (name, mail) in mails() {
        measured(name, ChannelKind::Email, || {
            let events = read(ChannelKind::Email, mail);
            assert!(!events.is_empty(), "{name} is gone");
            let text = serde_json::to_string(&events).unwrap();
            assert!(!text.contains("\\u0000"), "{name} keeps a NUL");
            events.len()
        });
    }
    let xml = [
        (
            "entities",
            format!(
                "<!DOCTYPE x [{}]><xml><A>&a9;</A></xml>",
                many(10, |n| format!("<!ENTITY a{} \"&a{n};&a{n};\">", n + 1))
            ),
        ),
        ("a file of ours", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><A>&e;</A></xml>".to_owned()),
        ("deep", "<a>".repeat(100_000)),
        ("wide", format!("<xml>{}</xml>", "<A>1</A>".repeat(200_000))),
        ("attributes", format!("<xml {}></xml>", "a='1' ".repeat(100_000))),
        ("CDATA", format!("<xml><A><![CDATA[{}]]></A></xml>", "]".repeat(1 << 20))),
    ];
    for (name, body) in xml {
        measured(name, ChannelKind::WeChat, || {
            let request = InboundRequest {
                method: "POST".into(),
                query: "signature=x&timestamp=1&nonce=n".into(),
                headers: vec![],
                body: body.clone().into(),
            };
            let now = "2026-05-04T12:00:00Z".parse().unwrap();
            assert!(registry::get(ChannelKind::WeChat).verify(&account(ChannelKind::WeChat), &request, now).is_err());
            read(ChannelKind::WeChat, body).len()
        });
    }
    let json = [
        ("deep", "[".repeat(200_000)),
        ("deep objects", "{\"a\":".repeat(200_000)),
        ("wide", format!("{{\"entry\":[{}{{}}]}}", "{},".repeat(50_000))),
        ("a long number", "9".repeat(1 << 20)),
        ("escapes", format!("{{\"a\":\"{}\"}}", "\\u0000".repeat(100_000))),
    ];
    let kinds = ChannelKind::ALL
        .iter()
        .filter(|kind| !matches!(kind, ChannelKind::Email | ChannelKind::WeChat | ChannelKind::WeCom));
    for kind in kinds {
        for (name, body) in &json {
            measured(name, *kind, || read(*kind, body.clone()).len());
        }
    }
    let fields = many(50_000, |n| format!("a{n}=b&"));
    for kind in [ChannelKind::Sms, ChannelKind::Slack] {
        measured("50,000 fields", kind, || read(kind, fields.clone()).len());
    }
}
