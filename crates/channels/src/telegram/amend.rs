//! Changing what was sent, and showing that somebody types (Bot API "editMessageText", "deleteMessage",
//! "deleteBusinessMessages", "setMessageReaction", "sendChatAction").

use super::{
    send::{method, refusal},
    target::{Target, Within},
};
use crate::{Http, http::error};
use meridian_domain::{
    amendment::{Amendment, OutboundAmendment, Whom},
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
};
use serde_json::{Value, json};

/// Answers that say: it is so already.
const DONE: [&str; 2] = ["message is not modified", "message to delete not found"];

/// Changes each part of a message.
pub(super) async fn amend(
    http: &Http,
    account: &AccountConfig,
    amendment: &OutboundAmendment,
) -> Result<(), SendError> {
    let connection = amendment.thread.as_deref().map(Target::of).and_then(|target| target.within);
    let connection = connection.filter(|(within, _)| *within == Within::Business).map(|(_, id)| id);
    for target in &amendment.targets {
        let named = target.split_once(':').and_then(|(chat, id)| Some((chat, id.parse::<i64>().ok()?)));
        let (chat, message) = named.ok_or_else(|| error(ErrorClass::BadRecipient, "no message of a chat"))?;
        let (name, body) = call(&amendment.what, chat, message, connection.as_deref());
        let answer = http.post_json(&method(account, name)?, None, &body).await?;
        let json = answer.json();
        let words = json.get("description").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        if json.get("ok") != Some(&Value::Bool(true)) && !DONE.iter().any(|done| words.contains(done)) {
            return Err(refusal(&answer));
        }
    }
    Ok(())
}

/// The method and its parameters; in the chats of a business its connection is named.
fn call(what: &Amendment, chat: &str, message: i64, connection: Option<&str>) -> (&'static str, Value) {
    let mut body = json!({ "chat_id": chat, "message_id": message });
    let name = match (what, connection) {
        (Amendment::Edit { text }, _) => {
            body["text"] = json!(text);
            if let Some(connection) = connection {
                body["business_connection_id"] = json!(connection);
            }
            "editMessageText"
        }
        (Amendment::Delete, Some(connection)) => {
            body = json!({ "business_connection_id": connection, "message_ids": [message] });
            "deleteBusinessMessages"
        }
        (Amendment::Delete, None) => "deleteMessage",
        (Amendment::React { emoji }, _) => {
            let reaction = emoji.iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji }));
            body["reaction"] = reaction.collect();
            "setMessageReaction"
        }
    };
    (name, body)
}

/// Shown for five seconds.
pub(super) async fn typing(http: &Http, account: &AccountConfig, whom: &Whom) -> Result<(), SendError> {
    let known = |scheme: &str| matches!(scheme, "telegram_chat_id" | "telegram_user_id");
    let person = whom.to.iter().find(|id| known(&id.scheme)).map(|id| id.value.as_str());
    let to = whom.thread.as_deref().or(person);
    let to = Target::of(to.ok_or_else(|| error(ErrorClass::BadRecipient, "no Telegram chat"))?);
    let mut body = json!({ "action": "typing" });
    // A topic of a channel's direct messages is no parameter of this method.
    let direct = to.within.as_ref().is_some_and(|(within, _)| *within == Within::Direct);
    to.parameters().filter(|(name, _)| !direct || *name == "chat_id").for_each(|(name, value)| body[name] = value);
    let answer = http.post_json(&method(account, "sendChatAction")?, None, &body).await?;
    if answer.status < 300 { Ok(()) } else { Err(refusal(&answer)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_its_method() {
        let said = |what: Amendment, connection: Option<&str>| call(&what, "5", 9, connection);
        let edit = Amendment::Edit { text: "new".into() };
        let (name, body) = said(edit.clone(), None);
        assert_eq!((name, body), ("editMessageText", json!({ "chat_id": "5", "message_id": 9, "text": "new" })));
        assert_eq!(said(edit, Some("b")).1["business_connection_id"], "b");
        assert_eq!(said(Amendment::Delete, None).0, "deleteMessage");
        let (name, body) = said(Amendment::Delete, Some("b"));
        assert_eq!((name, &body["message_ids"]), ("deleteBusinessMessages", &json!([9])));
        let (name, body) = said(Amendment::React { emoji: Some("👍".into()) }, None);
        assert_eq!((name, &body["reaction"][0]["emoji"]), ("setMessageReaction", &json!("👍")));
        assert_eq!(said(Amendment::React { emoji: None }, None).1["reaction"], json!([]));
    }
}
