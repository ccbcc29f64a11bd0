//! Sending (Messaging API reference "Send push message", "Retry failed API requests").

use crate::{
    Http,
    http::{Answer, Request, error, partial},
    json::text,
    split::{Unit, split},
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
};
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

/// Messages of one push.
const MOST: usize = 5;

/// Whose token it is ("Get bot info").
pub(super) async fn check(http: &Http, account: &AccountConfig) -> Result<String, SendError> {
    let token = account.secret("access_token").ok_or_else(|| error(ErrorClass::Auth, "access_token is not set"))?;
    let base = account.setting("api_base").unwrap_or("https://api.line.me").trim_end_matches('/');
    let answer = http.get_json(&format!("{base}/v2/bot/info"), Some(token.expose())).await?;
    if answer.status >= 300 {
        return Err(refusal(&answer));
    }
    Ok(text(&answer.json(), "/displayName").unwrap_or_default().to_owned())
}

/// Pushes: a reply token dies long before a person answers. The retry key makes a repeated push one push.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let token = account.secret("access_token").ok_or_else(|| error(ErrorClass::Auth, "access_token is not set"))?;
    let user = message.to.iter().find(|id| id.scheme == "line_user_id").map(|id| id.value.as_str());
    let to = message.thread.as_deref().or(user).ok_or_else(|| error(ErrorClass::BadRecipient, "no LINE id"))?;
    let base = account.setting("api_base").unwrap_or("https://api.line.me").trim_end_matches('/');
    let url = format!("{base}/v2/bot/message/push");
    let parts = split(&message.text, 5000, Unit::Utf16);
    let mut external_ids = Vec::new();
    for (n, push) in parts.chunks(MOST).enumerate() {
        let messages: Vec<Value> = push.iter().map(|part| json!({ "type": "text", "text": part })).collect();
        let body = json!({ "to": to, "messages": messages }).to_string().into_bytes();
        let headers = vec![
            ("authorization", format!("Bearer {}", token.expose())),
            ("content-type", "application/json".to_owned()),
            ("x-line-retry-key", retry_key(message.id.0, n).to_string()),
        ];
        let request = Request { url: &url, headers, basic: None, body, timeout: Duration::from_secs(10) };
        let answer = http.post(request).await.map_err(|failure| partial(n, failure))?;
        // 409: this key was accepted before, and the answer names the messages.
        if answer.status >= 300 && answer.status != 409 {
            return Err(partial(n, refusal(&answer)));
        }
        let json = answer.json();
        let sent = json.get("sentMessages").and_then(Value::as_array).into_iter().flatten();
        let ids: Vec<String> = sent.filter_map(|sent| text(sent, "/id").map(str::to_owned)).collect();
        if ids.is_empty() {
            external_ids.push(format!("{}:{n}", message.id));
        }
        external_ids.extend(ids);
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// One key a push, the same at every attempt.
fn retry_key(id: Uuid, push: usize) -> Uuid {
    Uuid::from_u128(id.as_u128() ^ push as u128)
}

fn refusal(answer: &Answer) -> SendError {
    let json = answer.json();
    let words = text(&json, "/message").unwrap_or("no reason given");
    let class = match answer.status {
        400 if words.contains("'to'") || words.contains("Failed to send messages") => ErrorClass::BadRecipient,
        // Too fast, or the monthly quota is used up: the second does not pass by waiting.
        429 if words.contains("monthly limit") => ErrorClass::AccountSuspended,
        _ => answer.class(),
    };
    SendError { class, detail: format!("{} {words}", answer.status), retry_after_s: answer.retry_after_s }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_push_has_its_key_and_refusals_their_remedy() {
        let id = Uuid::from_u128(77);
        assert_eq!(retry_key(id, 0), id);
        assert_ne!(retry_key(id, 1), retry_key(id, 2));
        let told = |status, words: &str| {
            refusal(&Answer { status, retry_after_s: None, body: json!({ "message": words }).to_string().into() }).class
        };
        assert_eq!(told(400, "The property, 'to', in the request body is invalid"), ErrorClass::BadRecipient);
        assert_eq!(told(429, "You have reached your monthly limit."), ErrorClass::AccountSuspended);
        assert_eq!(told(429, "The API rate limit has been exceeded."), ErrorClass::Throttled);
        assert_eq!(told(500, "Internal server error"), ErrorClass::ProviderDown);
    }
}
