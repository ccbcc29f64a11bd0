//! Taking a message back (WeCom "Customer service: recall message", "Recall application message").

use crate::{
    Http,
    http::error,
    wechat::token::{Issuer, post},
};
use meridian_domain::{
    amendment::{Amendment, OutboundAmendment},
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
};
use serde_json::json;

/// Minutes within which customer service takes a message back.
pub(super) const RECALL_MINUTES: u32 = 2;

/// All parts of a message. One that was taken back still counts among the five of the window.
pub(super) async fn recall(
    http: &Http,
    account: &AccountConfig,
    amendment: &OutboundAmendment,
) -> Result<(), SendError> {
    let Amendment::Delete = &amendment.what else {
        return Err(error(ErrorClass::BadContent, "WeCom edits no message and takes no reactions"));
    };
    let customer = amendment.to.iter().any(|id| id.scheme == "wecom_external_userid");
    let desk = amendment.thread.as_deref().or(account.setting("open_kfid"));
    for target in &amendment.targets {
        let (path, body) = if customer {
            let desk = desk.ok_or_else(|| error(ErrorClass::Auth, "open_kfid is not set"))?;
            ("/cgi-bin/kf/recall_msg", json!({ "msgid": target, "open_kfid": desk }))
        } else {
            ("/cgi-bin/message/recall", json!({ "msgid": target }))
        };
        post(http, account, Issuer::WeCom, path, &body).await?;
    }
    Ok(())
}
