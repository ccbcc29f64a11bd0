//! Sending (Cloud API "Messages").

use super::templates;
use crate::{
    Http,
    http::{error, partial},
    json::text,
    media::{Form, not_said},
    meta,
    split::{Unit, split},
};
use meridian_domain::{
    button::Button,
    channel::{AccountConfig, MediaKind},
    event::Identifier,
    outbound::{Accepted, ErrorClass, OutboundFile, OutboundMessage, SendError},
};
use serde_json::{Value, json};

/// Sends a text in parts of 4096 characters; the first carries the quotation. Files come after it.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let number =
        account.setting("phone_number_id").ok_or_else(|| error(ErrorClass::Auth, "phone_number_id is not set"))?;
    // A phone and a business-scoped id may both be known: the phone wins ("Business-scoped user ids").
    let (field, to) = recipient(&message.to).ok_or_else(|| error(ErrorClass::BadRecipient, "no WhatsApp id"))?;
    let mut done = Accepted { external_ids: Vec::new(), learned: Vec::new() };
    if let Some(template) = &message.template {
        let file = match message.files.first() {
            Some(file) => Some((upload(http, account, number, file).await?, file.name.as_str())),
            None => None,
        };
        let part = templates::body(template, file.as_ref().map(|(id, name)| (id.as_str(), *name)));
        let answer = say(http, account, number, (field, to), message, ("template", part)).await?;
        done.learned = learned(&answer, &message.to);
        done.external_ids.push(named(&answer)?);
        return Ok(done);
    }
    // All uploads come first: nothing was said when one fails ("Media": an id is good for 30 days).
    let mut uploaded = Vec::new();
    for file in &message.files {
        uploaded.push(upload(http, account, number, file).await?);
    }
    let most = if message.buttons.is_empty() { 4096 } else { INTERACTIVE };
    let parts = split(&message.text, most, Unit::Chars);
    for (n, part) in parts.iter().enumerate() {
        let mut body = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual",
            "biz_opaque_callback_data": message.id.to_string(),
        });
        if n + 1 == parts.len() && !message.buttons.is_empty() {
            (body["type"], body["interactive"]) = (json!("interactive"), interactive(part, &message.buttons));
        } else {
            (body["type"], body["text"]) = (json!("text"), json!({ "body": part, "preview_url": false }));
        }
        body[field] = json!(to);
        if let (0, Some(id)) = (n, &message.in_reply_to) {
            body["context"] = json!({ "message_id": id });
        }
        let sent = meta::post(http, account, &format!("{number}/messages"), &body).await;
        let answer = sent.map_err(|failure| partial(n, failure))?.json();
        let id = text(&answer, "/messages/0/id");
        done.external_ids.push(id.ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))?.to_owned());
        if n == 0 {
            done.learned = learned(&answer, &message.to);
        }
    }
    for (file, id) in message.files.iter().zip(uploaded) {
        let sent = send_file(http, account, number, (field, to), message, (file, id)).await;
        done.external_ids.push(sent.map_err(|failure| partial(done.external_ids.len(), failure))?);
    }
    Ok(done)
}

/// Longest text above buttons, in characters ("Interactive reply buttons messages": body of 1024).
const INTERACTIVE: usize = 1024;

/// Up to three are buttons, more are rows of a list ("Interactive list messages": its button has 20 characters).
fn interactive(text: &str, buttons: &[Button]) -> Value {
    let body = json!({ "text": text });
    if buttons.len() <= 3 {
        let each =
            |button: &Button| json!({ "type": "reply", "reply": { "id": button.payload, "title": button.title } });
        let buttons: Vec<Value> = buttons.iter().map(each).collect();
        return json!({ "type": "button", "body": body, "action": { "buttons": buttons } });
    }
    let row = |button: &Button| json!({ "id": button.payload, "title": button.title });
    let rows: Vec<Value> = buttons.iter().map(row).collect();
    json!({ "type": "list", "body": body, "action": { "button": "\u{2630}", "sections": [{ "rows": rows }] } })
}

/// A file that was uploaded is sent by its id ("Media").
async fn send_file(
    http: &Http,
    account: &AccountConfig,
    number: &str,
    whom: (&str, &str),
    message: &OutboundMessage,
    (file, id): (&OutboundFile, String),
) -> Result<String, SendError> {
    let kind = MediaKind::of(&file.content_type);
    let mut part = json!({ "id": id });
    if kind == MediaKind::Document {
        part["filename"] = json!(file.name);
    }
    named(&say(http, account, number, whom, message, (kind.code(), part)).await?)
}

/// Nothing was said yet: an upload whose answer was lost may be tried again.
async fn upload(http: &Http, account: &AccountConfig, number: &str, file: &OutboundFile) -> Result<String, SendError> {
    let form = Form::new().field("messaging_product", "whatsapp").field("type", &file.content_type).file("file", file);
    let token = meta::token(account)?;
    let uploaded = http.post_form(&meta::node(account, &format!("{number}/media")), Some(token), form).await;
    let uploaded = meta::accepted(uploaded.map_err(not_said)?)?.json();
    let id = text(&uploaded, "/id").ok_or_else(|| error(ErrorClass::ProviderDown, "uploaded without an id"))?;
    Ok(id.to_owned())
}

/// One message of a type.
async fn say(
    http: &Http,
    account: &AccountConfig,
    number: &str,
    (field, to): (&str, &str),
    message: &OutboundMessage,
    (kind, part): (&str, Value),
) -> Result<Value, SendError> {
    let mut body = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "type": kind,
        "biz_opaque_callback_data": message.id.to_string(),
    });
    body[field] = json!(to);
    body[kind] = part;
    Ok(meta::post(http, account, &format!("{number}/messages"), &body).await?.json())
}

fn named(answer: &Value) -> Result<String, SendError> {
    let id = text(answer, "/messages/0/id");
    Ok(id.ok_or_else(|| error(ErrorClass::Ambiguous, "accepted without an id"))?.to_owned())
}

pub(super) fn recipient(to: &[Identifier]) -> Option<(&'static str, &str)> {
    let find = |scheme: &str| to.iter().find(|id| id.scheme == scheme).map(|id| id.value.as_str());
    find("wa_id").map(|id| ("to", id)).or_else(|| find("wa_bsuid").map(|id| ("recipient", id)))
}

/// The answer names the recipient by the other id too.
fn learned(answer: &Value, known: &[Identifier]) -> Vec<Identifier> {
    [("wa_id", "/contacts/0/wa_id"), ("wa_bsuid", "/contacts/0/user_id")]
        .into_iter()
        .filter_map(|(scheme, path)| Some(Identifier::channel(scheme, text(answer, path)?, "")))
        .filter(|id| !known.iter().any(|k| k.scheme == id.scheme && k.value == id.value))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing, whatsapp::WhatsApp};
    use meridian_domain::ids::{ConversationId, DeliveryId, ItemId};
    use uuid::Uuid;

    #[tokio::test]
    async fn nothing_is_said_before_every_file_is_uploaded() {
        let refused = json!({ "error": { "code": 131_053, "message": "Media upload error" } });
        let (url, serve) = testing::provider(vec![(200, json!({ "id": "m1" })), (400, refused)]).await;
        let settings = json!({ "phone_number_id": "42", "api_base": url });
        let account = testing::account(&WhatsApp, settings, &[("access_token", "t")]);
        let file = |name: &str| OutboundFile {
            name: name.to_owned(),
            content_type: "application/pdf".to_owned(),
            content: b"x".to_vec(),
            ..OutboundFile::default()
        };
        let message = OutboundMessage {
            id: DeliveryId(Uuid::nil()),
            item: ItemId(Uuid::nil()),
            conversation: ConversationId(Uuid::nil()),
            to: vec![Identifier::channel("wa_id", "447700900000", "")],
            thread: None,
            text: "Here they are".to_owned(),
            subject: None,
            in_reply_to: None,
            references: Vec::new(),
            files: vec![file("a.pdf"), file("b.pdf")],
            template: None,
            buttons: Vec::new(),
        };
        let failure = send(&testing::loopback(), &account, &message).await.unwrap_err();
        assert_ne!(failure.class, ErrorClass::Ambiguous, "{failure}");
        let asked = serve.await.unwrap();
        assert!(asked.iter().all(|request| request.starts_with("POST /v21.0/42/media ")), "{asked:?}");
    }

    #[test]
    fn three_are_buttons_and_more_are_a_list() {
        let titles = |n: usize| -> Vec<Button> { serde_json::from_value(json!(["a", "b", "c", "d"][..n])).unwrap() };
        let few = interactive("Which?", &titles(3));
        assert_eq!((&few["type"], &few["action"]["buttons"][2]["reply"]["id"]), (&json!("button"), &json!("c")));
        let many = interactive("Which?", &titles(4));
        assert_eq!((&many["type"], &many["action"]["sections"][0]["rows"][3]["title"]), (&json!("list"), &json!("d")));
    }

    #[test]
    fn the_phone_wins_and_the_answer_teaches_the_other_id() {
        let ids = [Identifier::channel("wa_bsuid", "US.1", ""), Identifier::channel("wa_id", "447700900000", "")];
        assert_eq!(recipient(&ids), Some(("to", "447700900000")));
        assert_eq!(recipient(&ids[..1]), Some(("recipient", "US.1")));
        let answer = json!({ "contacts": [{ "input": "447700900000", "wa_id": "447700900000", "user_id": "US.2" }] });
        assert_eq!(learned(&answer, &ids), [Identifier::channel("wa_bsuid", "US.2", "")]);
    }
}
