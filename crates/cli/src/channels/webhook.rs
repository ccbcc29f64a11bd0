//! Requests of providers: verified, answered, parsed, each event once.

use super::{
    account, event,
    fixture::{Item, query},
};
use crate::signing;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use meridian_channels::{Channel, InboundRequest, StoredRequest, registry};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    event::EventKind,
    time::Instant,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Keys of the events an account has seen.
pub type Seen = BTreeSet<String>;

/// The time of arrival of requests that carry no time: only a label.
fn epoch() -> Instant {
    chrono::DateTime::UNIX_EPOCH
}

/// The present of Slack's items that state none.
const SLACK_NOW: i64 = 1_767_225_600;

/// The clock: as the item says, else the request's own timestamp.
pub fn clock(item: &Item<'_>, request: &InboundRequest) -> Instant {
    let stated = item.raw["signature"]["now_unix"].as_i64().or_else(|| item.raw["now_unix"].as_i64());
    let header = ["x-slack-request-timestamp", "webhook-timestamp"].iter().find_map(|name| request.header(name));
    let own = header
        .map(str::to_owned)
        .or_else(|| request.query_pairs().into_iter().find(|(name, _)| name == "timestamp").map(|(_, value)| value));
    let seconds = stated.or_else(|| own?.parse().ok());
    seconds.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0)).unwrap_or_else(epoch)
}

/// The item's request. Where the signature depends on the public URL or on the present time, it is made here with the
/// account's secret, unless the item brings one.
fn request(item: &Item<'_>, kind: ChannelKind, account: &AccountConfig) -> InboundRequest {
    let mut request = InboundRequest {
        method: item.raw["request"]["method"].as_str().unwrap_or("POST").to_owned(),
        query: item.raw["request"]["url"]
            .as_str()
            .and_then(|url| url.split_once('?'))
            .map_or_else(|| query(&item.raw["request"]["query"]), |(_, asked)| asked.to_owned()),
        headers: item.headers(),
        body: item.body.clone(),
    };
    let valid = item.raw["signature"]["valid"].as_bool() != Some(false);
    match kind {
        ChannelKind::Sms if valid && request.header("x-twilio-signature").is_none() => {
            let value = twilio(account, &request);
            request.headers.push(("x-twilio-signature".to_owned(), value));
        }
        ChannelKind::Slack if valid && request.header("x-slack-signature").is_none() => {
            let own = request.header("x-slack-request-timestamp").map(str::to_owned);
            let now =
                own.unwrap_or_else(|| item.raw["signature"]["now_unix"].as_i64().unwrap_or(SLACK_NOW).to_string());
            let secret = account.secret("signing_secret").map(|secret| secret.expose().to_owned()).unwrap_or_default();
            let parts: [&[u8]; 4] = [b"v0:", now.as_bytes(), b":", &request.body];
            let mac = hex::encode(signing::sha256(secret.as_bytes(), &parts));
            request.headers.push(("x-slack-request-timestamp".to_owned(), now));
            request.headers.push(("x-slack-signature".to_owned(), format!("v0={mac}")));
        }
        _ => {}
    }
    request
}

/// Twilio's signature of a form (Twilio "Webhooks security").
fn twilio(account: &AccountConfig, request: &InboundRequest) -> String {
    let mut text = account.public_url.clone();
    if !request.query.is_empty() {
        text.push('?');
        text.push_str(&request.query);
    }
    let pairs: BTreeSet<(String, String)> = url::form_urlencoded::parse(&request.body).into_owned().collect();
    for (name, value) in pairs {
        text.push_str(&name);
        text.push_str(&value);
    }
    let secret = account.secret("auth_token").map(|secret| secret.expose().to_owned()).unwrap_or_default();
    STANDARD.encode(signing::sha1(secret.as_bytes(), &text))
}

/// What became of a request, delivered so many times.
pub fn replay(item: &Item<'_>, times: u32, seen: &mut Seen) -> Option<Value> {
    let kind = account::kind(&item.folder.channel)?;
    if !matches!(item.kind(), "webhook" | "status" | "incoming") && !item.raw["expect"]["verdict"].is_string() {
        return None;
    }
    let account = account::of(item, kind);
    let channel = registry::get(kind);
    let request = request(item, kind, &account);
    let now = clock(item, &request);
    if channel.verify(&account, &request, now).is_err() {
        return Some(json!({ "verdict": "reject", "events": [] }));
    }
    let reply = channel.challenge(&account, &request);
    let times = times.max(item.raw["deliver_times"].as_u64().and_then(|n| n.try_into().ok()).unwrap_or(1));
    let mut fresh = Vec::new();
    if reply.is_none() {
        for _ in 0..times {
            fresh.extend(
                parse(channel, &account, &request, now).into_iter().filter(|e| seen.insert(e.dedupe_key.clone())),
            );
        }
    }
    let shown = fresh.iter().any(|event| event.kind != EventKind::IgnoredEvent);
    let events: Vec<Value> = fresh.iter().map(event::json).collect();
    let body = reply.unwrap_or_else(|| channel.accepted(&request)).body;
    Some(json!({ "verdict": if shown { "accept" } else { "ignore" }, "events": events, "response_body": body }))
}

fn parse(
    channel: &dyn Channel,
    account: &AccountConfig,
    request: &InboundRequest,
    now: Instant,
) -> Vec<meridian_domain::event::InboundEvent> {
    let stored = StoredRequest { part: request.stored_part(), body: request.body.clone(), received_at: now };
    channel.parse(account, &stored)
}

/// The check of a URL by GET: the file describes the request.
pub fn challenge(item: &Item<'_>) -> Option<Value> {
    let kind = account::kind(&item.folder.channel)?;
    let described = item.described();
    let place = if described["query"].is_null() { &item.raw["request"]["query"] } else { &described["query"] };
    let request =
        InboundRequest { method: "GET".to_owned(), query: query(place), headers: item.headers(), body: Bytes::new() };
    let reply = registry::get(kind).challenge(&account::of(item, kind), &request);
    Some(match reply {
        Some(reply) => json!({ "verdict": "accept", "response_body": reply.body }),
        None => json!({ "verdict": "reject" }),
    })
}
