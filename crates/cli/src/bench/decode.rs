//! How many events a second one core verifies and parses.

use crate::signing;
use anyhow::{Result, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use meridian_channels::{Channel, InboundRequest, StoredRequest, registry};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    ids::ChannelAccountId,
    secret::Secret,
    time::Instant,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What to run.
#[derive(Args)]
pub struct Options {
    /// Posts per channel.
    #[arg(long, default_value_t = 20_000)]
    posts: u32,
}

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: i64 = 1_777_890_000;

/// One post with the account it is for.
struct Post {
    kind: ChannelKind,
    account: AccountConfig,
    request: InboundRequest,
}

/// Runs the posts of each channel, then prints events a second for each and for the mix.
pub fn run(options: &Options) -> Result<Value> {
    let now = chrono::DateTime::from_timestamp(NOW, 0).unwrap_or_default();
    let mut rates = serde_json::Map::new();
    let (mut events, mut seconds) = (0_u64, 0.0);
    println!("channel      events/s");
    for post in mix() {
        let channel = registry::get(post.kind);
        let started = std::time::Instant::now();
        let mut seen = 0_u64;
        for _ in 0..options.posts {
            seen += once(channel, &post, now)?;
        }
        let took = started.elapsed().as_secs_f64();
        println!("{:<12} {:>8.0}", post.kind.code(), seen as f64 / took);
        rates.insert(post.kind.code().to_owned(), json!(seen as f64 / took));
        // Mail has a goal of its own.
        if post.kind != ChannelKind::Email {
            events += seen;
            seconds += took;
        }
    }
    println!("{:<12} {:>8.0}", "all", events as f64 / seconds);
    rates.insert("all".to_owned(), json!(events as f64 / seconds));
    Ok(json!({ "bench": "decode", "events_per_second": rates }))
}

fn once(channel: &dyn Channel, post: &Post, now: Instant) -> Result<u64> {
    ensure!(channel.verify(&post.account, &post.request, now).is_ok(), "{} does not verify", post.kind);
    let part = post.request.stored_part();
    let stored = StoredRequest { part, body: post.request.body.clone(), received_at: now };
    Ok(channel.parse(&post.account, &stored).len() as u64)
}

fn mac256(parts: &[&[u8]]) -> Vec<u8> {
    signing::sha256(SECRET.as_bytes(), parts)
}

fn post(kind: ChannelKind, secret: &str, body: String, header: (&str, String)) -> Post {
    let secrets = BTreeMap::from([(secret.to_owned(), vec![Secret::new(SECRET)])]);
    Post {
        kind,
        account: AccountConfig {
            id: ChannelAccountId(uuid::Uuid::nil()),
            kind,
            settings: json!({}),
            secrets,
            public_url: "https://hooks.example/h".to_owned(),
            addresses: Vec::new(),
        },
        request: InboundRequest {
            method: "POST".to_owned(),
            query: String::new(),
            headers: vec![(header.0.to_owned(), header.1)],
            body: body.into(),
        },
    }
}

fn meta(kind: ChannelKind, body: &Value) -> Post {
    let body = body.to_string();
    let value = format!("sha256={}", hex::encode(mac256(&[body.as_bytes()])));
    post(kind, "app_secret", body, ("x-hub-signature-256", value))
}

/// Posts as the providers document them, a message or a receipt each.
fn mix() -> Vec<Post> {
    let whatsapp = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": {
        "messaging_product": "whatsapp", "metadata": { "display_phone_number": "442079460100", "phone_number_id": "42" },
        "contacts": [{ "profile": { "name": "Lena" }, "wa_id": "447700900000" }],
        "messages": [{ "from": "447700900000", "id": "wamid.1", "timestamp": "1777890000", "type": "text", "text": { "body": "Where is my parcel?" } }],
        "statuses": [{ "id": "wamid.2", "status": "delivered", "timestamp": "1777890000", "recipient_id": "447700900000" }] } }] }] });
    let messenger = json!({ "object": "page", "entry": [{ "id": "77", "time": 1_777_890_000_000_i64, "messaging": [{
        "sender": { "id": "5" }, "recipient": { "id": "77" }, "timestamp": 1_777_890_000_000_i64,
        "message": { "mid": "m1", "text": "Where is my parcel?" } }] }] });
    let telegram = json!({ "update_id": 7, "message": { "message_id": 1, "date": NOW, "chat": { "id": 5, "type": "private" },
        "from": { "id": 5, "first_name": "Lena", "language_code": "de" }, "text": "Where is my parcel?" } });
    let line = json!({ "destination": "U1", "events": [{ "type": "message", "webhookEventId": "01", "timestamp": 1_777_890_000_000_i64,
        "mode": "active", "source": { "type": "user", "userId": "U2" }, "replyToken": "r",
        "message": { "id": "1", "type": "text", "text": "Where is my parcel?" } }] })
    .to_string();
    let slack = json!({ "type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": { "type": "message", "user": "U1",
        "text": "Where is my parcel?", "ts": "1777890000.000100", "channel": "C1" } })
    .to_string();
    let line_mac = STANDARD.encode(mac256(&[line.as_bytes()]));
    let slack_mac =
        format!("v0={}", hex::encode(mac256(&[b"v0:", NOW.to_string().as_bytes(), b":", slack.as_bytes()])));
    let mut slack = post(ChannelKind::Slack, "signing_secret", slack, ("x-slack-signature", slack_mac));
    slack.request.headers.push(("x-slack-request-timestamp".to_owned(), NOW.to_string()));
    vec![
        meta(ChannelKind::WhatsApp, &whatsapp),
        meta(ChannelKind::Messenger, &messenger),
        post(
            ChannelKind::Telegram,
            "secret_token",
            telegram.to_string(),
            ("x-telegram-bot-api-secret-token", SECRET.to_owned()),
        ),
        post(ChannelKind::Line, "channel_secret", line, ("x-line-signature", line_mac)),
        slack,
        sms(),
        mail(),
    ]
}

/// A mail as most are: an answer in text and HTML with what it answers below, and a picture.
fn mail() -> Post {
    let quoted = "> Dear Lena,\r\n> your parcel left on Monday.\r\n> ".repeat(8);
    let picture = STANDARD.encode([7_u8; 4096]);
    let body = format!(
        "Received: from a by b; Mon, 4 May 2026 12:00:00 +0200\r\nFrom: =?utf-8?q?Len=C3=A4?= <lena@example.org>\r\n\
         To: help@shop.example\r\nSubject: Re: Your parcel\r\nMessage-ID: <1@example.org>\r\nIn-Reply-To: <2@shop.example>\r\n\
         References: <1@shop.example> <2@shop.example>\r\nDate: Mon, 4 May 2026 12:00:00 +0200\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
         --a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nWhere is my parcel?\r\n\r\nOn Mon, 4 May 2026, Shop wrote:\r\n{quoted}\r\n\
         --a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Where is my parcel?</p><blockquote>{quoted}</blockquote>\r\n--a--\r\n\
         --m\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--m--\r\n"
    );
    post(ChannelKind::Email, "inbound_token", body, ("authorization", format!("Bearer {SECRET}")))
}

fn sms() -> Post {
    let fields = [("Body", "Where is my parcel?"), ("From", "+447700900000"), ("MessageSid", "SM1"), ("NumMedia", "0")];
    let signed = fields.map(|(name, value)| [name, value].concat()).concat();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let value = STANDARD.encode(signing::sha1(SECRET.as_bytes(), &format!("https://hooks.example/h{signed}")));
    post(ChannelKind::Sms, "auth_token", body, ("x-twilio-signature", value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_post_of_the_mix_verifies_and_says_something() {
        let told = run(&Options { posts: 2 }).unwrap();
        assert!(told["events_per_second"]["all"].as_f64().unwrap() > 0.0);
    }
}
