//! The generic signed webhook: any channel a tenant writes itself. Standard Webhooks both ways; the bodies are
//! Meridian's own normalised event and message.

use crate::{
    Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified,
    http::{Answer, Request, error},
    signature,
};
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind, Generated, Input, MediaKind},
    event::{EventKind, Identifier, InboundEvent, Verification},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::{Clock, Instant, SystemClock},
};
use serde_json::{Value, json};
use std::time::Duration;

/// The adapter.
pub(crate) struct Generic;

const SETTINGS: &[Setting] = &[
    Setting::text("url", "Address", "地址")
        .required()
        .takes(Input::Url)
        .help("Where messages to the customer are posted", "向客户发送消息时推送到的地址")
        .example("https://chat.example.com/meridian"),
    Setting::text("trusted_identities", "Trusted identities", "信任标识")
        .takes(Input::Boolean)
        .help("Identifiers it sends count as verified", "其发送的标识视为已验证"),
    Setting::secret("signing_secret", "Signing secret", "签名密钥")
        .help("Signs both ways (Standard Webhooks)", "双向签名（Standard Webhooks）")
        .example("whsec_..")
        .or_made(Generated::Webhook),
    Setting::sends_per_second("0"),
];

impl Channel for Generic {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Generic
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            buttons: 10,
            media: MediaKind::ALL,
            media_max: 25 * 1024 * 1024,
            delivered: true,
            read: true,
            ..Capabilities::default()
        }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
        signature::webhook_verify(account.secrets("signing_secret"), request, now)
    }

    fn dedupe_key(&self, request: &InboundRequest) -> String {
        request.header("webhook-id").map_or_else(|| signature::digest(&request.body), |id| format!("webhook:{id}"))
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let trusted = account.settings.get("trusted_identities") == Some(&Value::Bool(true));
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let raw = match body.get("events").and_then(Value::as_array) {
            Some(events) => events.clone(),
            None => vec![body],
        };
        let webhook = request.header("webhook-id").unwrap_or_default();
        let read = |(n, mut raw): (usize, Value)| {
            let fallback = format!("webhook:{webhook}:{n}");
            if let Value::Object(map) = &mut raw {
                map.entry("dedupe_key").or_insert_with(|| json!(fallback));
                map.entry("at").or_insert_with(|| json!(request.received_at));
            }
            match serde_json::from_value::<InboundEvent>(raw.clone()) {
                Ok(mut event) => {
                    for id in &mut event.sender.ids {
                        let most = if trusted { Verification::Channel } else { Verification::Claimed };
                        id.verified = id.verified.min(most);
                    }
                    event
                }
                Err(problem) => {
                    let mut event = InboundEvent::new(EventKind::UnknownEvent, fallback, request.received_at);
                    event.detail = json!({ "reason": format!("not a normalised event: {problem}"), "raw": raw });
                    event
                }
            }
        };
        raw.into_iter().enumerate().map(read).collect()
    }

    fn address(&self, text: &str) -> Option<Identifier> {
        let (scheme, value) = text.trim().split_once(':')?;
        (!scheme.is_empty() && !value.is_empty()).then(|| Identifier::channel(scheme, value, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(ping(http, account))
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let body = serde_json::to_vec(message).unwrap_or_default();
            let id = message.id.to_string();
            let answer = post(http, account, &id, body).await?;
            let external = answer.json().get("external_id").and_then(Value::as_str).map_or(id, str::to_owned);
            Ok(Accepted { external_ids: vec![external], learned: Vec::new() })
        })
    }
}

/// Posts a signed body to the account's address; anything but 2xx is a refusal.
async fn post(http: &Http, account: &AccountConfig, id: &str, body: Vec<u8>) -> Result<Answer, SendError> {
    let url = account.setting("url").ok_or_else(|| error(ErrorClass::Auth, "url is not set"))?;
    let secret = account.secret("signing_secret");
    let secret = secret.ok_or_else(|| error(ErrorClass::Auth, "signing_secret is not set"))?;
    let now = SystemClock.now().timestamp();
    let signed = signature::webhook_sign(secret, id, now, &body)
        .ok_or_else(|| error(ErrorClass::Auth, "signing_secret is not whsec_ and base64"))?;
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", signed),
    ];
    let answer = http.post(Request { url, headers, basic: None, body, timeout: Duration::from_secs(10) }).await?;
    if answer.status >= 300 {
        let detail = format!("HTTP {}", answer.status);
        return Err(SendError { class: answer.class(), detail, retry_after_s: answer.retry_after_s });
    }
    Ok(answer)
}

/// A signed post that says nothing: an address that takes it takes messages.
async fn ping(http: &Http, account: &AccountConfig) -> Result<String, SendError> {
    let body = json!({ "kind": "ping" }).to_string().into_bytes();
    let id = format!("ping_{}", SystemClock.now().timestamp_micros());
    post(http, account, &id, body).await.map(|answer| format!("HTTP {}", answer.status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_domain::{ids::ChannelAccountId, secret::Secret};
    use std::collections::BTreeMap;
    use uuid::Uuid;

    const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    fn account() -> AccountConfig {
        AccountConfig {
            id: ChannelAccountId(Uuid::nil()),
            kind: ChannelKind::Generic,
            settings: json!({}),
            secrets: BTreeMap::from([("signing_secret".to_owned(), vec![Secret::new(SECRET)])]),
            public_url: String::new(),
            addresses: vec![],
        }
    }

    fn signed(body: &str, at: i64, signature: &str) -> InboundRequest {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        InboundRequest {
            method: "POST".into(),
            query: String::new(),
            headers: vec![
                header("webhook-id", "msg_1"),
                header("webhook-timestamp", &at.to_string()),
                header("webhook-signature", signature),
            ],
            body: body.to_owned().into(),
        }
    }

    #[test]
    fn one_good_signature_of_several_passes_and_old_ones_do_not() {
        let now: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let at = now.timestamp();
        let good = signature::webhook_sign(&Secret::new(SECRET), "msg_1", at, b"{}").unwrap();
        let verify = |request: &InboundRequest| Generic.verify(&account(), request, now).map(|_| ());
        assert_eq!(verify(&signed("{}", at, &format!("v1,AAAA v1a,xx {good}"))), Ok(()));
        assert_eq!(verify(&signed("{ }", at, &good)), Err(Reject::Mismatch));
        assert_eq!(verify(&signed("{}", at - 301, &good)), Err(Reject::Stale));
        assert_eq!(verify(&signed("{}", at, "")), Err(Reject::Missing));
    }

    #[test]
    fn untrusted_identities_are_claims_and_bad_events_are_kept() {
        let body = json!({ "events": [
            { "kind": "message", "sender": { "ids": [{ "scheme": "email", "value": "a@b.c", "verified": "agent" }] } },
            { "kind": "teleport" }
        ] });
        let stored = StoredRequest {
            part: json!({ "headers": { "webhook-id": "m" } }),
            body: body.to_string().into(),
            received_at: "2026-05-04T12:00:00Z".parse().unwrap(),
        };
        let events = Generic.parse(&account(), &stored);
        assert_eq!(events[0].sender.ids[0].verified, Verification::Claimed);
        assert_eq!(events[1].kind, EventKind::UnknownEvent);
        let trusting = AccountConfig { settings: json!({ "trusted_identities": true }), ..account() };
        assert_eq!(Generic.parse(&trusting, &stored)[0].sender.ids[0].verified, Verification::Channel);
    }

    #[test]
    fn a_public_key_verifies_what_the_other_side_signed() {
        use base64::{Engine, engine::general_purpose::STANDARD};
        use ed25519_dalek::{Signer, SigningKey};
        let now: Instant = "2026-05-04T12:00:00Z".parse().unwrap();
        let key = SigningKey::from_bytes(&[7; 32]);
        let mut account = account();
        let public = format!("whpk_{}", STANDARD.encode(key.verifying_key().to_bytes()));
        account.secrets.insert("signing_secret".to_owned(), vec![Secret::new(public)]);
        let at = now.timestamp();
        let mac = key.sign(format!("msg_1.{at}.{{}}").as_bytes());
        let good = format!("v1a,{}", STANDARD.encode(mac.to_bytes()));
        let verify = |body: &str, given: &str| Generic.verify(&account, &signed(body, at, given), now).map(|_| ());
        assert_eq!(verify("{}", &good), Ok(()));
        assert_eq!(verify("{ }", &good), Err(Reject::Mismatch));
        assert_eq!(verify("{}", &good.replace("v1a", "v1")), Err(Reject::Mismatch));
    }

    #[test]
    fn changed_bodies_do_no_harm() {
        let body = json!({ "kind": "message", "sender": { "ids": [{ "scheme": "email", "value": "a@b.c", "verified": "channel" }] },
                           "content": { "message_type": "text", "text": "hi" } });
        crate::testing::survives(&Generic, &account(), &[&body.to_string()]);
    }
}
