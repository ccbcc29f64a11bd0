//! Sending ("Customer service messages").

use super::token::{Issuer, post};
use crate::{
    Http,
    http::{error, partial},
    split::{Unit, split},
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
};
use serde_json::json;

/// Sends a text in parts of 2048 bytes. WeChat gives no message ids: ours stand for them.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let to = message.to.iter().find(|id| id.scheme == "wechat_openid");
    let to = &to.ok_or_else(|| error(ErrorClass::BadRecipient, "no openid"))?.value;
    let mut external_ids = Vec::new();
    for (n, part) in split(&message.text, 2048, Unit::Bytes).into_iter().enumerate() {
        let body = json!({ "touser": to, "msgtype": "text", "text": { "content": part } });
        let sent = post(http, account, Issuer::WeChat, "/cgi-bin/message/custom/send", &body).await;
        sent.map_err(|failure| partial(n, failure))?;
        external_ids.push(format!("{}:{n}", message.id));
    }
    Ok(Accepted { external_ids, learned: Vec::new() })
}
