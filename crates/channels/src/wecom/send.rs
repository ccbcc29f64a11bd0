//! Sending (WeCom "Customer service: send message", "Send application message").

use crate::{
    Http,
    http::{error, partial},
    json::id,
    split::{Unit, split},
    wechat::token::{Issuer, post},
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
};
use serde_json::json;
use uuid::Uuid;

/// To a customer by customer service, to a colleague by the app.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let find = |scheme: &str| message.to.iter().find(|id| id.scheme == scheme).map(|id| id.value.as_str());
    let customer = find("wecom_external_userid");
    let colleague = find("wecom_userid");
    let mut external_ids = Vec::new();
    for (n, part) in split(&message.text, 2048, Unit::Bytes).into_iter().enumerate() {
        let mut body = json!({ "msgtype": "text", "text": { "content": part } });
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
