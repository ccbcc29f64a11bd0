//! Sending (Slack "chat.postMessage").

use crate::{
    Http,
    http::{Answer, error, partial},
    json::text,
    split::{Unit, split},
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
};
use serde_json::{Value, json};

/// Whose token it is ("auth.test").
pub(super) async fn check(http: &Http, account: &AccountConfig) -> Result<String, SendError> {
    let token = account.secret("bot_token").ok_or_else(|| error(ErrorClass::Auth, "bot_token is not set"))?;
    let base = account.setting("api_base").unwrap_or("https://slack.com/api").trim_end_matches('/');
    let answer = http.post_json(&format!("{base}/auth.test"), Some(token.expose()), &json!({})).await?;
    let json = answer.json();
    if json.get("ok") != Some(&Value::Bool(true)) {
        return Err(refusal(&answer));
    }
    Ok(text(&json, "/team").unwrap_or_default().to_owned())
}

/// Posts into the channel of the session, or to the person; our id travels as metadata.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let token = account.secret("bot_token").ok_or_else(|| error(ErrorClass::Auth, "bot_token is not set"))?;
    let user = message.to.iter().find(|id| id.scheme == "slack_user_id").map(|id| id.value.as_str());
    let to = message.thread.as_deref().or(user).ok_or_else(|| error(ErrorClass::BadRecipient, "no Slack id"))?;
    let base = account.setting("api_base").unwrap_or("https://slack.com/api").trim_end_matches('/');
    let url = format!("{base}/chat.postMessage");
    let mut external_ids = Vec::new();
    for (n, part) in split(&message.text, 4000, Unit::Chars).into_iter().enumerate() {
        let payload = json!({ "delivery": message.id.to_string() });
        let mut body = json!({
            "channel": to, "text": escaped(&part), "unfurl_links": false,
            "metadata": { "event_type": "meridian_message", "event_payload": payload },
        });
        if let Some(ts) = &message.in_reply_to {
            body["thread_ts"] = json!(ts);
        }
        let sent = http.post_json(&url, Some(token.expose()), &body).await;
        let answer = sent.map_err(|failure| partial(n, failure))?;
        let json = answer.json();
        if json.get("ok") != Some(&Value::Bool(true)) {
            return Err(partial(n, refusal(&answer)));
        }
        let ts = text(&json, "/ts").ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))?;
        external_ids.push(ts.to_owned());
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// The three characters of Slack's markup ("Formatting text: escaping").
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn refusal(answer: &Answer) -> SendError {
    let json = answer.json();
    let code = text(&json, "/error").unwrap_or("no reason given");
    let class = match code {
        "rate_limited" | "ratelimited" | "message_limit_exceeded" => ErrorClass::Throttled,
        "channel_not_found" | "not_in_channel" | "is_archived" | "user_not_found" => ErrorClass::BadRecipient,
        "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "missing_scope" | "no_permission" => {
            ErrorClass::Auth
        }
        "account_inactive" | "org_login_required" | "team_access_not_granted" => ErrorClass::AccountSuspended,
        "internal_error" | "fatal_error" | "service_unavailable" => ErrorClass::ProviderDown,
        _ => answer.class(),
    };
    SendError { class, detail: code.to_owned(), retry_after_s: answer.retry_after_s }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_their_remedy_and_markup_is_text() {
        let class = |code: &str| {
            let body = json!({ "ok": false, "error": code }).to_string().into();
            refusal(&Answer { status: 200, retry_after_s: None, body }).class
        };
        assert_eq!(class("channel_not_found"), ErrorClass::BadRecipient);
        assert_eq!(class("token_revoked"), ErrorClass::Auth);
        assert_eq!(class("msg_too_long"), ErrorClass::BadContent);
        assert_eq!(escaped("<!here> & you"), "&lt;!here&gt; &amp; you");
    }
}
