//! Reactions of ours (Messenger Platform "Sender Actions"; Instagram Messaging "Send a Message").

use super::{Messenger, send::recipient};
use crate::{Http, http::error, meta};
use meridian_domain::{
    amendment::{Amendment, OutboundAmendment},
    channel::{AccountConfig, ChannelKind},
    outbound::{ErrorClass, SendError},
};
use serde_json::json;

/// The only one that Instagram takes from an account, by its own name.
pub(super) const HEART: &str = "❤";

/// A second reaction takes the place of the first. Neither provider has an edit or a delete.
pub(super) async fn react(
    channel: &Messenger,
    http: &Http,
    account: &AccountConfig,
    amendment: &OutboundAmendment,
) -> Result<(), SendError> {
    let Amendment::React { emoji } = &amendment.what else {
        return Err(error(ErrorClass::BadContent, "Messenger and Instagram change no message"));
    };
    let to = recipient(channel, &amendment.to);
    let to = to.ok_or_else(|| error(ErrorClass::BadRecipient, "no id on this page"))?;
    let Some(target) = amendment.targets.first() else {
        return Err(error(ErrorClass::BadRecipient, "the message has no id at the provider"));
    };
    let mut body = json!({ "recipient": to, "sender_action": "unreact", "payload": { "message_id": target } });
    if let Some(emoji) = emoji {
        let instagram = channel.kind == ChannelKind::Instagram;
        body["sender_action"] = json!("react");
        body["payload"]["reaction"] = json!(if instagram && emoji == HEART { "love" } else { emoji });
    }
    meta::post(http, account, "me/messages", &body).await.map(|_| ())
}
