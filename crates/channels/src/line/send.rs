//! Sending (Messaging API reference "Send push message", "Retry failed API requests").

use crate::{
    Http,
    http::{Answer, Request, error, partial},
    json::text,
    split::{Unit, split},
};
use meridian_domain::{
    amendment::Whom,
    button::Button,
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
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

/// An animation in a chat of two, until a message comes ("Display a loading indicator": 5 to 60 seconds).
pub(super) async fn typing(http: &Http, account: &AccountConfig, whom: &Whom) -> Result<(), SendError> {
    let token = account.secret("access_token").ok_or_else(|| error(ErrorClass::Auth, "access_token is not set"))?;
    let user = whom.to.iter().find(|id| id.scheme == "line_user_id").filter(|_| whom.thread.is_none());
    let user = user.ok_or_else(|| error(ErrorClass::BadRecipient, "no chat of two"))?;
    let base = account.setting("api_base").unwrap_or("https://api.line.me").trim_end_matches('/');
    let body = json!({ "chatId": user.value, "loadingSeconds": 5 });
    let url = format!("{base}/v2/bot/chat/loading/start");
    let answer = http.post_json(&url, Some(token.expose()), &body).await?;
    if answer.status < 300 { Ok(()) } else { Err(refusal(&answer)) }
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
    let texts = parts.iter().map(|part| json!({ "type": "text", "text": part }));
    let mut all: Vec<Value> = texts.chain(message.files.iter().map(file)).collect();
    // They show below the newest message alone.
    if let Some(last) = all.last_mut().filter(|_| !message.buttons.is_empty()) {
        last["quickReply"] = quick_reply(&message.buttons);
    }
    let mut external_ids = Vec::new();
    for (n, messages) in all.chunks(MOST).enumerate() {
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

/// "Quick reply", with what the customer then is shown to have said ("Postback action": `displayText`).
fn quick_reply(buttons: &[Button]) -> Value {
    let items = buttons.iter().map(|button| {
        let action =
            json!({ "type": "postback", "label": button.title, "data": button.payload, "displayText": button.title });
        json!({ "type": "action", "action": action })
    });
    json!({ "items": items.collect::<Vec<_>>() })
}

/// Largest picture that can be its own preview, bytes ("Image message").
const PREVIEW: usize = 1_000_000;

/// LINE shows pictures by their address; whatever else there is goes as a button that opens it ("Image message",
/// "Buttons template": titles of 40 characters, texts of 60).
fn file(file: &OutboundFile) -> Value {
    let shown = matches!(file.content_type.as_str(), "image/jpeg" | "image/png");
    if shown && file.content.len() <= PREVIEW {
        return json!({ "type": "image", "originalContentUrl": file.url, "previewImageUrl": file.url });
    }
    let name: String = file.name.chars().take(40).collect();
    let open = json!({ "type": "uri", "label": "Open", "uri": file.url });
    json!({ "type": "template", "altText": name,
            "template": { "type": "buttons", "text": name, "actions": [open] } })
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
    fn quick_replies_say_what_was_chosen() {
        let buttons: Vec<Button> = serde_json::from_value(json!(["Yes", { "title": "No", "payload": "n" }])).unwrap();
        let action = &quick_reply(&buttons)["items"][1]["action"];
        assert_eq!((&action["data"], &action["displayText"]), (&json!("n"), &json!("No")));
    }

    #[test]
    fn pictures_are_shown_and_other_files_opened_by_a_button() {
        let of = |kind: &str, size: usize| {
            let content = vec![0; size];
            let url = "https://x/f".to_owned();
            file(&OutboundFile {
                name: "n".repeat(60),
                content_type: kind.into(),
                content,
                url,
                ..OutboundFile::default()
            })
        };
        assert_eq!(of("image/png", 10)["previewImageUrl"], "https://x/f");
        for other in [of("image/png", PREVIEW + 1), of("application/pdf", 10)] {
            assert_eq!(other["template"]["actions"][0]["uri"], "https://x/f");
            assert_eq!(other["template"]["text"].as_str().unwrap().len(), 40);
        }
    }

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
