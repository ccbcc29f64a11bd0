//! Sending (Bot API "sendMessage", "Making requests").

use crate::{
    Http,
    http::{Answer, error, partial},
    json::id,
    media::Form,
    split::{Unit, split},
};
use meridian_domain::{
    channel::{AccountConfig, MediaKind},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
};
use serde_json::{Value, json};

/// The address of a method.
pub(crate) fn method(account: &AccountConfig, name: &str) -> Result<String, SendError> {
    let token = account.secret("bot_token").ok_or_else(|| error(ErrorClass::Auth, "bot_token is not set"))?;
    let base = account.setting("api_base").unwrap_or("https://api.telegram.org").trim_end_matches('/');
    Ok(format!("{base}/bot{}/{name}", token.expose()))
}

/// Whose token it is ("getMe").
pub(super) async fn check(http: &Http, account: &AccountConfig) -> Result<String, SendError> {
    let answer = http.get_json(&method(account, "getMe")?, None).await?;
    let json = answer.json();
    if answer.status >= 300 || json.get("ok") != Some(&Value::Bool(true)) {
        return Err(refusal(&answer));
    }
    Ok(json.pointer("/result/username").and_then(Value::as_str).map_or_else(String::new, |name| format!("@{name}")))
}

/// Sends plain text, without a parse mode: nothing of an agent's text is markup.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let chat = message.thread.clone().or_else(|| {
        let known = message.to.iter().find(|id| matches!(id.scheme.as_str(), "telegram_chat_id" | "telegram_user_id"));
        known.map(|id| id.value.clone())
    });
    let chat = chat.ok_or_else(|| error(ErrorClass::BadRecipient, "no Telegram chat"))?;
    let url = method(account, "sendMessage")?;
    let mut external_ids = Vec::new();
    for (n, part) in split(&message.text, 4096, Unit::Utf16).into_iter().enumerate() {
        let mut body = json!({ "chat_id": chat, "text": part });
        let quoted = message.in_reply_to.as_deref().and_then(|id| id.split_once(':'));
        if let (0, Some((place, Ok(number)))) = (n, quoted.map(|(place, id)| (place, id.parse::<i64>())))
            && place == chat
        {
            body["reply_parameters"] = json!({ "message_id": number, "allow_sending_without_reply": true });
        }
        let answer = http.post_json(&url, None, &body).await.map_err(|failure| partial(n, failure))?;
        external_ids.push(sent(&answer).map_err(|failure| partial(n, failure))?);
    }
    for file in &message.files {
        let (name, field) = match MediaKind::of(&file.content_type) {
            // Pictures over 10 MB and of other kinds go as documents ("sendPhoto").
            MediaKind::Image if file.content.len() <= 10_000_000 => ("sendPhoto", "photo"),
            MediaKind::Audio if file.content_type == "audio/mpeg" => ("sendAudio", "audio"),
            MediaKind::Video if file.content_type == "video/mp4" => ("sendVideo", "video"),
            _ => ("sendDocument", "document"),
        };
        let form = Form::new().field("chat_id", &chat).file(field, file);
        let answer = http.post_form(&method(account, name)?, None, form).await;
        let answer = answer.map_err(|failure| partial(external_ids.len(), failure))?;
        external_ids.push(sent(&answer).map_err(|failure| partial(external_ids.len(), failure))?);
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// The name of what was sent: unique in its chat alone.
fn sent(answer: &Answer) -> Result<String, SendError> {
    let json = answer.json();
    if answer.status >= 300 || json.get("ok") != Some(&Value::Bool(true)) {
        return Err(refusal(answer));
    }
    let named = id(&json, "/result/message_id").zip(id(&json, "/result/chat/id"));
    let (number, place) = named.ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))?;
    Ok(format!("{place}:{number}"))
}

fn refusal(answer: &Answer) -> SendError {
    let json = answer.json();
    let code = json.get("error_code").and_then(Value::as_i64).unwrap_or_else(|| i64::from(answer.status));
    let words = json.get("description").and_then(Value::as_str).unwrap_or("no reason given");
    let lower = words.to_lowercase();
    let class = match code {
        // Blocked, deactivated, kicked, or never started.
        403 => ErrorClass::BlockedByUser,
        400 if lower.contains("chat not found") || lower.contains("migrated") => ErrorClass::BadRecipient,
        401 | 404 => ErrorClass::Auth,
        429 => ErrorClass::Throttled,
        _ => answer.class(),
    };
    let wait = json.pointer("/parameters/retry_after").and_then(Value::as_u64).and_then(|s| u32::try_from(s).ok());
    SendError { class, detail: format!("{code} {words}"), retry_after_s: wait.or(answer.retry_after_s) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_their_remedy() {
        let told = |code: u16, words: &str| {
            let body =
                json!({ "ok": false, "error_code": code, "description": words, "parameters": { "retry_after": 7 } });
            refusal(&Answer { status: code, retry_after_s: None, body: body.to_string().into() })
        };
        assert_eq!(told(403, "Forbidden: bot was blocked by the user").class, ErrorClass::BlockedByUser);
        assert_eq!(told(400, "Bad Request: chat not found").class, ErrorClass::BadRecipient);
        assert_eq!(told(400, "Bad Request: message is too long").class, ErrorClass::BadContent);
        let busy = told(429, "Too Many Requests");
        assert_eq!((busy.class, busy.retry_after_s), (ErrorClass::Throttled, Some(7)));
    }
}
