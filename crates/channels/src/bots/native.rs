//! The wire to and from bots: Standard Webhooks both ways.

use crate::{
    Http, InboundRequest, Reject, Verified,
    http::{Request, error},
    signature,
};
use meridian_domain::{
    bot::{BotAction, BotEvent},
    outbound::{ErrorClass, SendError},
    secret::Secret,
    time::Instant,
};
use serde_json::Value;
use std::time::Duration;

/// Seconds a bot has to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Actions of one answer that are looked at.
const MOST_ACTIONS: usize = 20;

/// Verifies a call of a bot.
pub fn verify(secret: &Secret, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
    signature::webhook_verify(std::iter::once(secret).filter(|secret| !secret.is_empty()), request, now)
}

/// The signature of an event's body, as it goes into `webhook-signature`; none for a secret that is not `whsec_` and base64.
pub fn sign(secret: &Secret, webhook_id: &str, now: Instant, body: &[u8]) -> Option<String> {
    signature::webhook_sign(secret, webhook_id, now.timestamp(), body)
}

/// Posts an event and reads the actions in the answer; actions nobody knows are left out.
pub async fn post(
    http: &Http,
    url: &str,
    secret: &Secret,
    webhook_id: &str,
    event: &BotEvent,
    now: Instant,
) -> Result<Vec<BotAction>, SendError> {
    let body = serde_json::to_vec(event).unwrap_or_default();
    let signed = sign(secret, webhook_id, now, &body)
        .ok_or_else(|| error(ErrorClass::Auth, "the bot's secret is not whsec_ and base64"))?;
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", webhook_id.to_owned()),
        ("webhook-timestamp", now.timestamp().to_string()),
        ("webhook-signature", signed),
    ];
    let answer = http.post(Request { url, headers, basic: None, body, timeout: PATIENCE }).await?;
    if !(200..300).contains(&answer.status) {
        let detail = format!("HTTP {}", answer.status);
        return Err(SendError { class: answer.class(), detail, retry_after_s: answer.retry_after_s });
    }
    Ok(actions(&answer.json()))
}

fn actions(body: &Value) -> Vec<BotAction> {
    let listed = body.get("actions").and_then(Value::as_array).into_iter().flatten().take(MOST_ACTIONS);
    listed.filter_map(|action| serde_json::from_value(action.clone()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn known_actions_are_read_and_others_left_out() {
        let body = json!({ "actions": [
            { "type": "message", "text": "hello" },
            { "type": "dance" },
            { "type": "handoff", "reason": { "code": "requested" }, "slots": { "order": 7 } },
            "nonsense"
        ] });
        let read = actions(&body);
        assert_eq!(read.len(), 2);
        assert_eq!(read[0], BotAction::Message { text: "hello".into(), buttons: Vec::new() });
        assert!(matches!(&read[1], BotAction::Handoff(request) if request.reason.code == "requested"));
        assert_eq!(actions(&json!("thanks")), []);
    }
}
