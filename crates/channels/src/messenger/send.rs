//! Sending (Messenger Platform "Send API"; Instagram "Send messages").

use super::Messenger;
use crate::{
    Http,
    http::{error, partial},
    json::id,
    media::{Form, linked},
    meta,
    split::{Unit, split},
};
use meridian_domain::{
    amendment::Whom,
    button::Button,
    channel::{AccountConfig, MediaKind},
    event::Identifier,
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
};
use serde_json::{Value, json};

/// Sends a text in parts. Our id travels as `metadata` and comes back with the echo.
pub(super) async fn send(
    channel: &Messenger,
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let recipient =
        recipient(channel, &message.to).ok_or_else(|| error(ErrorClass::BadRecipient, "no id on this page"))?;
    let by_address = channel.scheme == "ig_sid";
    let linked_only = |file: &&OutboundFile| by_address && shown_by_address(file).is_none();
    let said = linked(&message.text, message.files.iter().filter(linked_only));
    let mut external_ids = Vec::new();
    let parts = split(&said, channel.text_max as usize, Unit::Chars);
    for (n, part) in parts.iter().enumerate() {
        let mut body = json!({
            "recipient": recipient, "messaging_type": "RESPONSE",
            "message": { "text": part, "metadata": message.id.to_string() },
        });
        if n + 1 == parts.len() && !message.buttons.is_empty() {
            body["message"]["quick_replies"] = quick_replies(&message.buttons);
        }
        if let (0, Some(mid)) = (n, &message.in_reply_to) {
            body["message"]["reply_to"] = json!({ "mid": mid });
        }
        let sent = meta::post(http, account, "me/messages", &body).await;
        let answer = sent.map_err(|failure| partial(n, failure))?.json();
        external_ids
            .push(id(&answer, "/message_id").ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))?);
    }
    for file in message.files.iter().filter(|file| !linked_only(file)) {
        let sent = if by_address {
            send_address(http, account, &recipient, message, file).await
        } else {
            send_file(http, account, &recipient, message, file).await
        };
        external_ids.push(sent.map_err(|failure| partial(external_ids.len(), failure))?);
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// Shown for twenty seconds, or until a message comes ("Sender actions").
pub(super) async fn typing(
    channel: &Messenger,
    http: &Http,
    account: &AccountConfig,
    whom: &Whom,
) -> Result<(), SendError> {
    let recipient = recipient(channel, &whom.to);
    let recipient = recipient.ok_or_else(|| error(ErrorClass::BadRecipient, "no id on this page"))?;
    let body = json!({ "recipient": recipient, "sender_action": "typing_on" });
    meta::post(http, account, "me/messages", &body).await.map(|_| ())
}

/// "Quick replies".
fn quick_replies(buttons: &[Button]) -> Value {
    let each = |button: &Button| json!({ "content_type": "text", "title": button.title, "payload": button.payload });
    buttons.iter().map(each).collect()
}

/// A file goes with the message itself ("Send API: attachments from file").
async fn send_file(
    http: &Http,
    account: &AccountConfig,
    recipient: &Value,
    message: &OutboundMessage,
    file: &OutboundFile,
) -> Result<String, SendError> {
    let kind = match MediaKind::of(&file.content_type) {
        MediaKind::Document => "file",
        kind => kind.code(),
    };
    let attachment = json!({ "type": kind, "payload": { "is_reusable": false } });
    let form = Form::new()
        .field("recipient", &recipient.to_string())
        .field("messaging_type", "RESPONSE")
        .field("message", &json!({ "attachment": attachment, "metadata": message.id.to_string() }).to_string())
        .file("filedata", file);
    let answer = http.post_form(&meta::node(account, "me/messages"), Some(meta::token(account)?), form).await?;
    let answer = meta::accepted(answer)?.json();
    id(&answer, "/message_id").ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))
}

/// What Instagram shows of a file by its address ("Send messages": media of 8 MB for pictures, 25 MB for the rest).
fn shown_by_address(file: &OutboundFile) -> Option<&'static str> {
    match file.content_type.as_str() {
        "image/jpeg" | "image/png" | "image/gif" if file.content.len() <= 8 << 20 => Some("image"),
        "audio/aac" | "audio/mp4" | "audio/wav" | "audio/x-wav" | "audio/m4a" => Some("audio"),
        "video/mp4" | "video/ogg" | "video/webm" | "video/quicktime" | "video/x-msvideo" => Some("video"),
        "application/pdf" => Some("file"),
        _ => None,
    }
}

/// Instagram fetches a file itself.
async fn send_address(
    http: &Http,
    account: &AccountConfig,
    recipient: &Value,
    message: &OutboundMessage,
    file: &OutboundFile,
) -> Result<String, SendError> {
    let kind = shown_by_address(file).unwrap_or("file");
    let attachment = json!({ "type": kind, "payload": { "url": file.url } });
    let body = json!({ "recipient": recipient, "messaging_type": "RESPONSE",
                       "message": { "attachment": attachment, "metadata": message.id.to_string() } });
    let answer = meta::post(http, account, "me/messages", &body).await?.json();
    id(&answer, "/message_id").ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))
}

/// A person of the page, or one who is known by an opt-in alone.
pub(super) fn recipient(channel: &Messenger, to: &[Identifier]) -> Option<Value> {
    let find = |scheme: &str| to.iter().find(|id| id.scheme == scheme).map(|id| id.value.as_str());
    find(channel.scheme)
        .map(|id| json!({ "id": id }))
        .or_else(|| find("fb_user_ref").map(|user| json!({ "user_ref": user })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_replies_bring_their_payload() {
        let buttons: Vec<Button> = serde_json::from_value(json!(["Yes", { "title": "No", "payload": "n" }])).unwrap();
        let told = json!({ "content_type": "text", "title": "No", "payload": "n" });
        assert_eq!(quick_replies(&buttons)[1], told);
    }
}
