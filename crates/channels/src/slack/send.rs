//! Sending (Slack "chat.postMessage").

use crate::{
    Http,
    http::{Answer, Request, error, partial},
    json::{id, list, text},
    media::not_said,
    split::{Unit, split},
};
use meridian_domain::{
    button::Button,
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
};
use serde_json::{Value, json};
use std::time::Duration;

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
    // The text of a section takes less ("Section block").
    let most = if message.buttons.is_empty() { 4000 } else { 3000 };
    let parts = split(&message.text, most, Unit::Chars);
    for (n, part) in parts.iter().enumerate() {
        let payload = json!({ "delivery": message.id.to_string() });
        let mut body = json!({
            "channel": to, "text": escaped(part), "unfurl_links": false,
            "metadata": { "event_type": "meridian_message", "event_payload": payload },
        });
        if n + 1 == parts.len() && !message.buttons.is_empty() {
            body["blocks"] = blocks(&escaped(part), &message.buttons);
        }
        if let Some(ts) = thread(message) {
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
    for file in &message.files {
        let sent = send_file(http, (base, token.expose()), to, message, file).await;
        external_ids.push(sent.map_err(|failure| partial(external_ids.len(), failure))?);
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// A text with buttons below ("Section block", "Actions block", "Button element").
fn blocks(text: &str, buttons: &[Button]) -> Value {
    let elements = buttons.iter().enumerate().map(|(n, button)| {
        let title = json!({ "type": "plain_text", "text": button.title });
        json!({ "type": "button", "action_id": format!("choice_{n}"), "value": button.payload, "text": title })
    });
    json!([
        { "type": "section", "text": { "type": "mrkdwn", "text": text } },
        { "type": "actions", "elements": elements.collect::<Vec<_>>() }
    ])
}

/// The message that is answered, or the root of its thread; commands and forms have no timestamp ("chat.postMessage":
/// `thread_ts`, which is never that of an answer in a thread).
fn thread(message: &OutboundMessage) -> Option<&str> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    message.in_reply_to.as_deref().filter(|ts| ts.split_once('.').is_some_and(|(s, n)| digits(s) && digits(n)))
}

/// A file is announced, uploaded and then shown ("Working with files: uploading files"). A person's conversation with
/// the app is opened first, for files go to conversations alone.
async fn send_file(
    http: &Http,
    (base, token): (&str, &str),
    to: &str,
    message: &OutboundMessage,
    file: &OutboundFile,
) -> Result<String, SendError> {
    let call = async |method: &str, body: Value| -> Result<Value, SendError> {
        let answer = http.post_json(&format!("{base}/{method}"), Some(token), &body).await?;
        let json = answer.json();
        if json.get("ok") == Some(&Value::Bool(true)) { Ok(json) } else { Err(refusal(&answer)) }
    };
    let channel = if to.starts_with(['U', 'W']) {
        let opened = call("conversations.open", json!({ "users": to })).await.map_err(not_said)?;
        text(&opened, "/channel/id").unwrap_or(to).to_owned()
    } else {
        to.to_owned()
    };
    // This method takes a form alone.
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("filename", &file.name)
        .append_pair("length", &file.content.len().to_string())
        .finish();
    let headers = vec![
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/x-www-form-urlencoded".to_owned()),
    ];
    let announce = format!("{base}/files.getUploadURLExternal");
    let timeout = Duration::from_secs(10);
    let request = Request { url: &announce, headers, basic: None, body: form.into_bytes(), timeout };
    let announced = http.post(request).await.map_err(not_said)?;
    let json = announced.json();
    let (Some(address), Some(id)) = (text(&json, "/upload_url"), text(&json, "/file_id")) else {
        return Err(refusal(&announced));
    };
    let headers = vec![("content-type", "application/octet-stream".to_owned())];
    let timeout = Duration::from_mins(1);
    let request = Request { url: address, headers, basic: None, body: file.content.clone(), timeout };
    let uploaded = http.post(request).await.map_err(not_said)?;
    if uploaded.status >= 300 {
        return Err(error(uploaded.class(), format!("the upload is answered HTTP {}", uploaded.status)));
    }
    let mut body = json!({ "files": [{ "id": id, "title": file.name }], "channel_id": channel });
    if let Some(ts) = thread(message) {
        body["thread_ts"] = json!(ts);
    }
    let told = call("files.completeUploadExternal", body).await?;
    if let Some(ts) = shared_as(&told, id, &channel) {
        return Ok(ts);
    }
    let info = format!(
        "{base}/files.info?{}",
        url::form_urlencoded::Serializer::new(String::new()).append_pair("file", id).finish()
    );
    for wait in LOOKS {
        tokio::time::sleep(wait).await;
        let found = http.get_json(&info, Some(token)).await.map(|answer| answer.json()).unwrap_or_default();
        if let Some(ts) = shared_as(&found, id, &channel) {
            return Ok(ts);
        }
    }
    Ok(id.to_owned())
}

/// A file is shared after the answer, when it was looked at for harm; then `files.info` tells the message.
const LOOKS: [Duration; 3] = [Duration::from_millis(200), Duration::from_millis(400), Duration::from_millis(800)];

/// The message that shows a file in a channel ("File object": `shares`): what its echo, edits and reactions name.
fn shared_as(told: &Value, file: &str, channel: &str) -> Option<String> {
    let of_file = |one: &&Value| text(one, "/id") == Some(file);
    let shown = list(told, "files").find(of_file).or_else(|| told.get("file").filter(of_file))?;
    let shares = ["public", "private"].iter().filter_map(|kind| shown.pointer(&format!("/shares/{kind}")));
    shares.filter_map(|in_channels| in_channels.get(channel)?.as_array()).flatten().find_map(|share| id(share, "/ts"))
}

/// The three characters of Slack's markup ("Formatting text: escaping").
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

pub(super) fn refusal(answer: &Answer) -> SendError {
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
    fn buttons_stand_below_their_text() {
        let buttons: Vec<Button> = serde_json::from_value(json!(["Yes", { "title": "No", "payload": "n" }])).unwrap();
        let all = blocks("Sure?", &buttons);
        assert_eq!((&all[0]["text"]["text"], &all[1]["elements"][1]["value"]), (&json!("Sure?"), &json!("n")));
        assert_ne!(all[1]["elements"][0]["action_id"], all[1]["elements"][1]["action_id"]);
    }

    #[test]
    fn a_file_is_known_by_the_message_that_shows_it() {
        let file = json!({ "id": "F1", "shares": { "private": { "D1": [{ "ts": "1700000000.000200" }] } } });
        let told = json!({ "ok": true, "files": [{ "id": "F0" }, file] });
        assert_eq!(shared_as(&told, "F1", "D1").as_deref(), Some("1700000000.000200"));
        assert_eq!(shared_as(&json!({ "ok": true, "file": file }), "F1", "D1").as_deref(), Some("1700000000.000200"));
        assert_eq!((shared_as(&told, "F1", "D2"), shared_as(&told, "F0", "D1")), (None, None));
    }

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
