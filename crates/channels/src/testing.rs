//! What the tests of the adapters share.

use crate::{Channel, Http, InboundRequest, StoredRequest};
use meridian_domain::{
    channel::AccountConfig,
    event::{EventKind, InboundEvent},
    ids::ChannelAccountId,
    secret::Secret,
    time::Instant,
};
use serde_json::Value;
use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};
use uuid::Uuid;

/// Noon of a day in May.
pub(crate) fn now() -> Instant {
    "2026-05-04T12:00:00Z".parse().unwrap()
}

/// An account with settings and secrets; several secrets of one name are all valid.
pub(crate) fn account(channel: &dyn Channel, settings: Value, secrets: &[(&str, &str)]) -> AccountConfig {
    let mut account = AccountConfig {
        id: ChannelAccountId(Uuid::nil()),
        kind: channel.kind(),
        settings,
        secrets: std::collections::BTreeMap::new(),
        public_url: "https://hooks.example/h".to_owned(),
        addresses: Vec::new(),
    };
    for (name, value) in secrets {
        account.secrets.entry((*name).to_owned()).or_default().push(Secret::new(*value));
    }
    account
}

/// A post with headers.
pub(crate) fn post(body: impl Into<String>, headers: &[(&str, String)]) -> InboundRequest {
    InboundRequest {
        method: "POST".into(),
        query: String::new(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        body: body.into().into(),
    }
}

/// A stored body.
pub(crate) fn stored(body: impl Into<Vec<u8>>) -> StoredRequest {
    StoredRequest { part: Value::Null, body: body.into().into(), received_at: now() }
}

/// A provider that answers one request after the other, each with a status and a body; its address, and in the end what it
/// was asked. A request ends with its JSON or with its last part.
pub(crate) async fn provider(answers: Vec<(u16, Value)>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serve = tokio::spawn(async move {
        let mut asked = Vec::new();
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !(request.ends_with(b"--\r\n") || request.ends_with(b"}")) {
                assert!(stream.read_buf(&mut request).await.unwrap() > 0);
            }
            asked.push(String::from_utf8(request).unwrap());
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
        }
        asked
    });
    (url, serve)
}

/// Kinds of events, in their order.
pub(crate) fn kinds(events: &[InboundEvent]) -> Vec<EventKind> {
    events.iter().map(|event| event.kind).collect()
}

/// Shows the body that was being read when something panicked.
struct Reading<'a>(&'a [u8]);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("read: {:?}", String::from_utf8_lossy(self.0));
        }
    }
}

/// Reads good bodies changed in many places, byte by byte and piece by piece: 400 of them, the same at every run; or with
/// `MERIDIAN_FUZZ_SECONDS` others at every run for as long (one of `shares` that share a test's time), which
/// `MERIDIAN_FUZZ_SEED` brings back.
pub(crate) fn read_changed(bodies: &[&str], shares: u64, mut read: impl FnMut(&[u8])) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let limit = number("MERIDIAN_FUZZ_SECONDS").map(|seconds| Duration::from_secs(seconds) / shares as u32);
    let seed = number("MERIDIAN_FUZZ_SEED")
        .unwrap_or_else(|| limit.map_or(0x2545_f491_4f6c_dd1d, |_| RandomState::new().build_hasher().finish() | 1));
    println!("MERIDIAN_FUZZ_SEED={seed}");
    let mut state = seed;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    let pieces =
        ["\"", "{", "}", "[]", "null", "-1", "1e999", "\u{0}", "😀", "99999999999999999999", "<![CDATA[", "&a;", "%00"];
    let started = std::time::Instant::now();
    let mut rounds = 0;
    while limit.map_or(rounds < 400, |limit| started.elapsed() < limit) {
        rounds += 1;
        let mut body = bodies[next(bodies.len())].as_bytes().to_vec();
        for _ in 0..=next(4) {
            let at = next(body.len());
            match next(5) {
                0 if !body.is_empty() => body[at] ^= 1 << next(8),
                1 => body.truncate(at),
                2 => {
                    body.splice(at..at, pieces[next(pieces.len())].bytes());
                }
                3 if !body.is_empty() => {
                    let to = (at + next(40)).min(body.len());
                    body.drain(at..to);
                }
                _ => {
                    let piece = body[at..(at + next(80)).min(body.len())].to_vec();
                    body.splice(at..at, piece);
                }
            }
        }
        let shown = Reading(&body);
        read(&body);
        drop(shown);
    }
}

/// Reads changed bodies: nothing may panic, everything is kept, and the work is bounded.
pub(crate) fn survives(channel: &dyn Channel, account: &AccountConfig, bodies: &[&str]) {
    survives_as(channel, account, &Value::Null, bodies, 1);
}

/// The same for bodies that are read by what stands beside them; one of `shares` that share a test's time.
pub(crate) fn survives_as(channel: &dyn Channel, account: &AccountConfig, part: &Value, bodies: &[&str], shares: u64) {
    read_changed(bodies, shares, |body| {
        let request = StoredRequest { part: part.clone(), ..stored(body) };
        let events = channel.parse(account, &request);
        assert!(events.iter().all(|event| !event.dedupe_key.is_empty()));
        assert!(events.len() <= body.len() + 1);
        let request = InboundRequest {
            method: "POST".into(),
            query: "a=%zz&signature".into(),
            headers: vec![],
            body: body.to_vec().into(),
        };
        let _ = (channel.order_key(&request), channel.dedupe_key(&request), channel.challenge(account, &request));
        assert!(channel.verify(account, &request, now()).is_err());
    });
}

/// A way out to servers of the test's own, as the program sets it up when it starts.
pub(crate) fn loopback() -> Http {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Http::new(crate::Egress::parse("127.0.0.0/8").unwrap())
}
