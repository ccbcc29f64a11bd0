//! Sending (WeCom "Customer service: send message", "Send application message").

use crate::{
    Http,
    http::{error, partial},
    json::id,
    media::linked,
    split::{Unit, split},
    wechat::token::{self, Issuer, post, upload},
};
use meridian_domain::{
    button::{self, Button},
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// As what a file goes along ("Upload temporary media": pictures of 10 MB, AMR of 2 MB, MP4 of 10 MB, files of 20 MB).
fn carried_as(file: &OutboundFile) -> Option<&'static str> {
    match (file.content_type.as_str(), file.content.len()) {
        ("image/jpeg" | "image/png", ..=10_485_760) => Some("image"),
        ("audio/amr", ..=2_097_152) => Some("voice"),
        ("video/mp4", ..=10_485_760) => Some("video"),
        (_, 6..=20_971_520) => Some("file"),
        _ => None,
    }
}

/// To a customer by customer service, to a colleague by the app.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let find = |scheme: &str| message.to.iter().find(|id| id.scheme == scheme).map(|id| id.value.as_str());
    let customer = find("wecom_external_userid");
    let colleague = find("wecom_userid");
    let (carried, links): (Vec<_>, Vec<_>) = message.files.iter().partition(|file| carried_as(file).is_some());
    // Messages of the app to colleagues have no menu.
    let most = if customer.is_some() { button::MOST as u32 } else { 0 };
    let (text, buttons) = button::shown(&message.text, message.buttons.clone(), most);
    let mut bodies: Vec<Value> = split(&linked(&text, links.into_iter()), 2048, Unit::Bytes)
        .into_iter()
        .map(|part| json!({ "msgtype": "text", "text": { "content": part } }))
        .collect();
    if let Some(last) = bodies.last_mut().filter(|_| !buttons.is_empty()) {
        *last = menu(&last["text"]["content"], &buttons);
    }
    // All uploads come first: nothing was said when one fails.
    for file in carried {
        let Some(kind) = carried_as(file) else { continue };
        let id = upload(http, account, Issuer::WeCom, kind, file).await?;
        bodies.push(json!({ "msgtype": kind, kind: { "media_id": id } }));
    }
    let mut external_ids = Vec::new();
    for (n, mut body) in bodies.into_iter().enumerate() {
        let (path, to) = match (customer, colleague) {
            (Some(to), _) => {
                let desk = message.thread.as_deref().or(account.setting("open_kfid"));
                body["open_kfid"] = json!(desk.ok_or_else(|| error(ErrorClass::Auth, "open_kfid is not set"))?);
                // At most 32 bytes, and the same at every attempt.
                body["msgid"] = json!(Uuid::from_u128(message.id.0.as_u128() ^ n as u128).simple().to_string());
                ("/cgi-bin/kf/send_msg", to)
            }
            (None, Some(to)) => {
                let agent = account.setting("agent_id").and_then(|agent| agent.parse::<i64>().ok());
                body["agentid"] = json!(agent.ok_or_else(|| error(ErrorClass::Auth, "agent_id is not set"))?);
                ("/cgi-bin/message/send", to)
            }
            (None, None) => return Err(error(ErrorClass::BadRecipient, "no WeCom id")),
        };
        body["touser"] = json!(to);
        let sent = post(http, account, Issuer::WeCom, path, &body).await.map_err(|failure| partial(n, failure))?;
        external_ids.push(id(&sent, "/msgid").unwrap_or_else(|| format!("{}:{n}", message.id)));
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}

/// A menu of customer service ("Send messages": `msgmenu`).
fn menu(text: &Value, buttons: &[Button]) -> Value {
    let click =
        |button: &Button| json!({ "type": "click", "click": { "id": button.payload, "content": button.title } });
    let list: Vec<Value> = buttons.iter().map(click).collect();
    json!({ "msgtype": "msgmenu", "msgmenu": { "head_content": text, "list": list } })
}

/// Why a message failed: `fail_type` of the report ("Customer service: receive messages and events", `msg_send_fail`), else
/// a global return code.
pub(super) fn class(code: i64) -> Option<ErrorClass> {
    Some(match code {
        // Older than 48 hours, closed, and after five messages.
        4..=6 => ErrorClass::WindowClosed,
        // The account is deleted, the app is off, the subject is not verified, nobody is signed in.
        1 | 2 | 8 | 11 => ErrorClass::AccountSuspended,
        10 => ErrorClass::BlockedByUser,
        12 => ErrorClass::BadContent,
        code => return token::class(code),
    })
}

/// What people can do about it.
pub(super) fn remedy(code: i64) -> Option<&'static str> {
    Some(match code {
        4 | 5 => "the conversation is over: the customer must write again",
        6 => "five messages were sent since the customer wrote: they must write again",
        8 | 11 => "the company must be verified, and somebody signed in to WeCom",
        code => return token::remedy(code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_menu_has_its_text_above() {
        let buttons: Vec<Button> = serde_json::from_value(json!(["Yes", { "title": "No", "payload": "n" }])).unwrap();
        let menu = menu(&json!("Sure?"), &buttons);
        assert_eq!(menu["msgmenu"]["list"][1]["click"], json!({ "id": "n", "content": "No" }));
        assert_eq!(menu["msgmenu"]["head_content"], "Sure?");
    }

    #[test]
    fn reports_and_answers_name_their_remedy() {
        assert_eq!((class(4), class(10)), (Some(ErrorClass::WindowClosed), Some(ErrorClass::BlockedByUser)));
        assert_eq!((class(95_018), class(0)), (Some(ErrorClass::WindowClosed), None));
        assert!(remedy(6).is_some() && remedy(95_001).is_some());
    }
}
