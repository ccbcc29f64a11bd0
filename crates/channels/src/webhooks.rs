//! Webhooks of a tenant's own, signed after Standard Webhooks (standardwebhooks.com).

use crate::{Http, InboundRequest, Reject, Verified, http::Request, signature};
use meridian_domain::{secret::Secret, time::Instant};
use serde_json::{Map, Value};
use std::time::Duration;

/// The whole time a receiver has.
const PATIENCE: Duration = Duration::from_secs(10);
/// Characters of an answer that are kept.
const KEPT: usize = 4_096;

/// What became of a post.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The headers that were sent.
    pub headers: Value,
    /// The answer's status; none when there was no answer.
    pub status: Option<u16>,
    /// The beginning of the answer.
    pub response: String,
    /// Why it failed; none for 2xx.
    pub error: Option<String>,
    /// Seconds that the receiver asks to be left alone.
    pub retry_after_s: Option<u32>,
}

/// The headers of a post: signed by each secret, of which one good signature is enough.
pub(crate) fn headers(secrets: &[Secret], id: &str, now: Instant, body: &[u8]) -> Vec<(&'static str, String)> {
    let signed = secrets.iter().filter_map(|secret| signature::webhook_sign(secret, id, now.timestamp(), body));
    vec![
        ("content-type", "application/json".to_owned()),
        ("user-agent", concat!("Meridian-Webhooks/", env!("CARGO_PKG_VERSION")).to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", now.timestamp().to_string()),
        ("webhook-signature", signed.collect::<Vec<_>>().join(" ")),
    ]
}

/// Posts an event. 2xx is an acknowledgement; redirects are not followed.
pub async fn post(http: &Http, url: &str, secrets: &[Secret], id: &str, body: &Value, now: Instant) -> Posted {
    let body = body.to_string().into_bytes();
    let headers = headers(secrets, id, now, &body);
    let shown: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))).collect();
    let mut posted = Posted {
        headers: Value::Object(shown),
        status: None,
        response: String::new(),
        error: None,
        retry_after_s: None,
    };
    match http.post(Request { url, headers, basic: None, body, timeout: PATIENCE }).await {
        Ok(answer) => {
            posted.status = Some(answer.status);
            // PostgreSQL keeps no NUL in texts.
            posted.response = String::from_utf8_lossy(&answer.body).chars().filter(|c| *c != '\0').take(KEPT).collect();
            posted.retry_after_s = answer.retry_after_s;
            posted.error = (!(200..300).contains(&answer.status)).then(|| format!("HTTP {}", answer.status));
        }
        Err(error) => posted.error = Some(error.detail),
    }
    posted
}

/// Verifies a post as its receiver does.
pub fn verify(secrets: &[Secret], request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
    signature::webhook_verify(secrets.iter().filter(|secret| !secret.is_empty()), request, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_secret_of_a_rotation_verifies_and_no_other() {
        let now: Instant = "2026-05-04T10:00:00Z".parse().unwrap();
        let secret = |c: char| Secret::new(format!("whsec_{}", c.to_string().repeat(32)));
        let (old, new, other) = (secret('A'), secret('B'), secret('C'));
        let body = br#"{"type":"webhook.test"}"#;
        let headers = headers(&[new.clone(), old.clone()], "evt_1", now, body);
        let request = InboundRequest {
            method: "POST".into(),
            query: String::new(),
            headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            body: body.to_vec().into(),
        };
        assert!(verify(&[old], &request, now).is_ok() && verify(std::slice::from_ref(&new), &request, now).is_ok());
        assert_eq!(verify(&[other], &request, now).err(), Some(Reject::Mismatch));
        assert_eq!(
            verify(std::slice::from_ref(&new), &request, now + chrono::TimeDelta::minutes(6)).err(),
            Some(Reject::Stale)
        );
        let forged = InboundRequest { body: br#"{"type":"other"}"#.to_vec().into(), ..request };
        assert_eq!(verify(&[new], &forged, now).err(), Some(Reject::Mismatch));
    }
}
