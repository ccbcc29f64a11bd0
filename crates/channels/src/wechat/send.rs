//! Sending ("Customer service messages").

use super::token::{Issuer, post, upload};
use crate::{
    Http,
    http::{error, partial},
    media::linked,
    split::{Unit, split},
};
use meridian_domain::{
    amendment::Whom,
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
};
use serde_json::{Value, json};

/// As what a file goes along ("New temporary media": pictures of 10 MB, AMR and MP3 of 2 MB); others are linked. A film
/// would need a picture of its own.
fn carried_as(file: &OutboundFile) -> Option<&'static str> {
    match file.content_type.as_str() {
        "image/jpeg" | "image/png" | "image/gif" | "image/bmp" if file.content.len() <= 10 << 20 => Some("image"),
        "audio/amr" | "audio/mpeg" | "audio/mp3" if file.content.len() <= 2 << 20 => Some("voice"),
        _ => None,
    }
}

/// Sends a text in parts of 2048 bytes. WeChat gives no message ids: ours stand for them.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let to = message.to.iter().find(|id| id.scheme == "wechat_openid");
    let to = &to.ok_or_else(|| error(ErrorClass::BadRecipient, "no openid"))?.value;
    let (carried, links): (Vec<_>, Vec<_>) = message.files.iter().partition(|file| carried_as(file).is_some());
    let mut bodies: Vec<Value> = split(&linked(&message.text, links.into_iter()), 2048, Unit::Bytes)
        .into_iter()
        .map(|part| json!({ "touser": to, "msgtype": "text", "text": { "content": part } }))
        .collect();
    if let Some(last) = bodies.last_mut().filter(|_| !message.buttons.is_empty()) {
        let list = message.buttons.iter().map(|button| json!({ "id": button.payload, "content": button.title }));
        let menu =
            json!({ "head_content": last["text"]["content"], "list": list.collect::<Vec<_>>(), "tail_content": "" });
        *last = json!({ "touser": to, "msgtype": "msgmenu", "msgmenu": menu });
    }
    // All uploads come first: nothing was said when one fails.
    for file in carried {
        let Some(kind) = carried_as(file) else { continue };
        let id = upload(http, account, Issuer::WeChat, kind, file).await?;
        bodies.push(json!({ "touser": to, "msgtype": kind, kind: { "media_id": id } }));
    }
    let mut external_ids = Vec::new();
    for (n, body) in bodies.into_iter().enumerate() {
        let sent = post(http, account, Issuer::WeChat, "/cgi-bin/message/custom/send", &body).await;
        sent.map_err(|failure| partial(n, failure))?;
        external_ids.push(format!("{}:{n}", message.id));
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// Shown until a message comes ("Customer service messages": input state).
pub(super) async fn typing(http: &Http, account: &AccountConfig, whom: &Whom) -> Result<(), SendError> {
    let to = whom.to.iter().find(|id| id.scheme == "wechat_openid");
    let to = &to.ok_or_else(|| error(ErrorClass::BadRecipient, "no openid"))?.value;
    let body = json!({ "touser": to, "command": "Typing" });
    post(http, account, Issuer::WeChat, "/cgi-bin/message/custom/typing", &body).await.map(|_| ())
}
