//! Sending (Bot API "sendMessage", "Making requests").

use super::target::Target;
use crate::{
    Http,
    http::{Answer, error, partial},
    json::id,
    media::Form,
    split::{Unit, split},
};
use meridian_domain::{
    button::Button,
    channel::{AccountConfig, MediaKind},
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
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
    let person = || {
        let known = message.to.iter().find(|id| matches!(id.scheme.as_str(), "telegram_chat_id" | "telegram_user_id"));
        known.map(|id| id.value.as_str())
    };
    let to = message.thread.as_deref().or_else(person);
    let mut to = Target::of(to.ok_or_else(|| error(ErrorClass::BadRecipient, "no Telegram chat"))?);
    let url = method(account, "sendMessage")?;
    let mut external_ids = Vec::new();
    let parts = split(&message.text, 4096, Unit::Utf16);
    for (n, part) in parts.iter().enumerate() {
        let mut body = json!({ "text": part });
        if n + 1 == parts.len() && !message.buttons.is_empty() {
            body["reply_markup"] = keyboard(&message.buttons);
        }
        let quoted = message.in_reply_to.as_deref().and_then(|id| id.split_once(':'));
        if let (0, Some((place, Ok(number)))) = (n, quoted.map(|(place, id)| (place, id.parse::<i64>())))
            && place == to.chat
        {
            body["reply_parameters"] = json!({ "message_id": number, "allow_sending_without_reply": true });
        }
        external_ids
            .push(deliver(http, &url, &mut to, &Part::Text(body)).await.map_err(|failure| partial(n, failure))?);
    }
    for file in &message.files {
        let (name, field) = match MediaKind::of(&file.content_type) {
            // Pictures over 10 MB and of other kinds go as documents ("sendPhoto").
            MediaKind::Image if file.content.len() <= 10_000_000 => ("sendPhoto", "photo"),
            MediaKind::Audio if file.content_type == "audio/mpeg" => ("sendAudio", "audio"),
            MediaKind::Video if file.content_type == "video/mp4" => ("sendVideo", "video"),
            _ => ("sendDocument", "document"),
        };
        let url = method(account, name)?;
        let sent = deliver(http, &url, &mut to, &Part::File(field, file)).await;
        external_ids.push(sent.map_err(|failure| partial(external_ids.len(), failure))?);
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// A button a row ("InlineKeyboardMarkup").
fn keyboard(buttons: &[Button]) -> Value {
    let rows = buttons.iter().map(|button| json!([{ "text": button.title, "callback_data": button.payload }]));
    json!({ "inline_keyboard": rows.collect::<Vec<_>>() })
}

/// What one call carries.
enum Part<'a> {
    /// The parameters of a text.
    Text(Value),
    /// A file under the name of its parameter.
    File(&'static str, &'a OutboundFile),
}

/// Sends, and once more to where a group has moved: nothing was said at the old address (Bot API "ResponseParameters":
/// `migrate_to_chat_id`).
async fn deliver(http: &Http, url: &str, to: &mut Target, part: &Part<'_>) -> Result<String, SendError> {
    let answer = post(http, url, to, part).await?;
    let Some(chat) = id(&answer.json(), "/parameters/migrate_to_chat_id") else { return sent(&answer) };
    to.chat = chat;
    sent(&post(http, url, to, part).await?)
}

async fn post(http: &Http, url: &str, to: &Target, part: &Part<'_>) -> Result<Answer, SendError> {
    match part {
        Part::Text(body) => {
            let mut body = body.clone();
            to.parameters().for_each(|(name, value)| body[name] = value);
            http.post_json(url, None, &body).await
        }
        Part::File(field, file) => {
            let form = to.parameters().fold(Form::new(), |form, (name, value)| match value {
                Value::String(text) => form.field(name, &text),
                value => form.field(name, &value.to_string()),
            });
            http.post_form(url, None, form.file(field, file)).await
        }
    }
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

pub(super) fn refusal(answer: &Answer) -> SendError {
    let json = answer.json();
    let code = json.get("error_code").and_then(Value::as_i64).unwrap_or_else(|| i64::from(answer.status));
    let words = json.get("description").and_then(Value::as_str).unwrap_or("no reason given");
    let lower = words.to_lowercase();
    let class = match code {
        // Blocked, deactivated, kicked, or never started.
        403 => ErrorClass::BlockedByUser,
        400 if ["chat not found", "migrated", "upgraded to a supergroup"].iter().any(|w| lower.contains(w)) => {
            ErrorClass::BadRecipient
        }
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
    fn each_button_has_a_row() {
        let buttons: Vec<Button> = serde_json::from_value(json!(["Yes", { "title": "No", "payload": "n" }])).unwrap();
        assert_eq!(keyboard(&buttons)["inline_keyboard"][1][0], json!({ "text": "No", "callback_data": "n" }));
    }

    #[tokio::test]
    async fn a_group_that_moved_is_followed_once() {
        let moved = json!({ "ok": false, "error_code": 400, "parameters": { "migrate_to_chat_id": -1_002 } });
        let taken = json!({ "ok": true, "result": { "message_id": 3, "chat": { "id": -1_002 } } });
        let answers = vec![(400, moved.clone()), (200, taken), (400, moved.clone()), (400, moved)];
        let (base, serve) = crate::testing::provider(answers).await;
        let url = format!("{base}/sendMessage");
        let http = crate::testing::loopback();
        let mut to = Target::of("-7/topic:1");
        let part = Part::Text(json!({ "text": "x" }));
        assert_eq!(deliver(&http, &url, &mut to, &part).await, Ok("-1002:3".to_owned()));
        assert_eq!(to.thread(), "-1002/topic:1");
        assert_eq!(deliver(&http, &url, &mut to, &part).await.unwrap_err().class, ErrorClass::BadContent);
        let asked = serve.await.unwrap();
        assert!(
            asked[0].contains("\"-7\"") && asked[1].contains("\"-1002\"") && asked[1].contains("message_thread_id")
        );
    }

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
