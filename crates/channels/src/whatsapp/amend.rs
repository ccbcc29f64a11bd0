//! Reactions, and showing that somebody types (Cloud API "Reaction messages", "Typing indicators").

use super::send::recipient;
use crate::{Http, http::error, meta};
use meridian_domain::{
    amendment::{Amendment, OutboundAmendment, Whom},
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
};
use serde_json::json;

fn path(account: &AccountConfig) -> Result<String, SendError> {
    let number = account.setting("phone_number_id");
    Ok(format!("{}/messages", number.ok_or_else(|| error(ErrorClass::Auth, "phone_number_id is not set"))?))
}

/// An empty emoji takes the reaction away. The Cloud API has no edit and no delete.
pub(super) async fn react(
    http: &Http,
    account: &AccountConfig,
    amendment: &OutboundAmendment,
) -> Result<(), SendError> {
    let Amendment::React { emoji } = &amendment.what else {
        return Err(error(ErrorClass::BadContent, "WhatsApp changes no message"));
    };
    let (field, to) = recipient(&amendment.to).ok_or_else(|| error(ErrorClass::BadRecipient, "no WhatsApp id"))?;
    let Some(target) = amendment.targets.first() else {
        return Err(error(ErrorClass::BadRecipient, "the message has no id at WhatsApp"));
    };
    let mut body = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "type": "reaction",
        "reaction": { "message_id": target, "emoji": emoji.as_deref().unwrap_or_default() },
    });
    body[field] = json!(to);
    meta::post(http, account, &path(account)?, &body).await.map(|_| ())
}

/// Shown for 25 seconds; it goes with the mark that the customer's last message was read.
pub(super) async fn typing(http: &Http, account: &AccountConfig, whom: &Whom) -> Result<(), SendError> {
    let last = whom.last.as_deref().ok_or_else(|| error(ErrorClass::BadRecipient, "no message to answer"))?;
    let body = json!({ "messaging_product": "whatsapp", "status": "read", "message_id": last,
                       "typing_indicator": { "type": "text" } });
    meta::post(http, account, &path(account)?, &body).await.map(|_| ())
}
