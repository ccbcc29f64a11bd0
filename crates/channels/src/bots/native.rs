//! The wire to and from bots: Standard Webhooks both ways.

use crate::{
    Http, InboundRequest, Reject, Verified,
    http::{Request, error},
    signature,
};
use meridian_domain::{
    bot::{Answered, Exchange, Posting},
    outbound::{ErrorClass, SendError},
    secret::Secret,
    time::Instant,
};
use std::time::Duration;

/// Seconds a bot has to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Verifies a call of a bot.
pub fn verify(secret: &Secret, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
    signature::webhook_verify(std::iter::once(secret).filter(|secret| !secret.is_empty()), request, now)
}

/// The signature of an event's body, as it goes into `webhook-signature`; none for a secret that is not `whsec_` and base64.
pub fn sign(secret: &Secret, webhook_id: &str, now: Instant, body: &[u8]) -> Option<String> {
    signature::webhook_sign(secret, webhook_id, now.timestamp(), body)
}

/// Posts an event and reads the actions in the answer; what nobody understands of it is left out and named.
pub async fn post(http: &Http, posting: Posting<'_>) -> Exchange {
    let sent = serde_json::to_vec(posting.event).unwrap_or_default();
    let mut exchange =
        Exchange { sent, status: None, body: Vec::new(), took: Duration::ZERO, answer: Ok(Answered::default()) };
    let Some(signature) = sign(posting.secret, posting.webhook_id, posting.now, &exchange.sent) else {
        exchange.answer = Err(error(ErrorClass::Auth, "the bot's secret is not whsec_ and base64"));
        return exchange;
    };
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", posting.webhook_id.to_owned()),
        ("webhook-timestamp", posting.now.timestamp().to_string()),
        ("webhook-signature", signature),
    ];
    let body = exchange.sent.clone();
    let begun = std::time::Instant::now();
    let answer = http.post(Request { url: posting.url, headers, basic: None, body, timeout: PATIENCE }).await;
    exchange.took = begun.elapsed();
    exchange.answer = match answer {
        Ok(answer) => {
            exchange.status = Some(answer.status);
            exchange.body = answer.body.to_vec();
            if (200..300).contains(&answer.status) {
                Ok(Answered::read(&answer.body))
            } else {
                let detail = format!("HTTP {}", answer.status);
                Err(SendError { class: answer.class(), detail, retry_after_s: answer.retry_after_s })
            }
        }
        Err(error) => Err(error),
    };
    exchange
}
