//! Pulling what waits at customer service (WeCom "Customer service: receive messages and events", `kf/sync_msg`).

use crate::{
    Http, PullFrom, Pulled, StoredRequest,
    json::{body, id, instant, list, number, text, unknown},
    signature,
    wechat::token::{Issuer, post},
};
use bytes::Bytes;
use meridian_domain::{
    channel::AccountConfig,
    event::{
        Attachment, Choice, Content, Direction, EventKind, Identifier, InboundEvent, Location, ProviderError,
        ReceiptStatus,
    },
    outbound::{ErrorClass, SendError},
    time::Instant,
};
use serde_json::{Map, Value, json};

/// Messages of one pull, at most what the provider gives.
const LIMIT: u32 = 1000;

/// Pulls the next messages of a customer service account. The hint is the token of the callback (10 minutes); without a
/// good one the provider limits the rate.
pub(super) async fn pull(http: &Http, account: &AccountConfig, from: PullFrom<'_>) -> Result<Pulled, SendError> {
    let ask = |token: &str| json!({ "cursor": from.position, "token": token, "limit": LIMIT, "open_kfid": from.name });
    let path = "/cgi-bin/kf/sync_msg";
    let answer = match post(http, account, Issuer::WeCom, path, &ask(from.hint)).await {
        // The token may have run out while the call waited.
        Err(failure) if failure.class == ErrorClass::BadContent && !from.hint.is_empty() => {
            post(http, account, Issuer::WeCom, path, &ask("")).await?
        }
        answer => answer?,
    };
    let empty = list(&answer, "msg_list").next().is_none();
    Ok(Pulled {
        body: if empty { Bytes::new() } else { answer.to_string().into() },
        position: id(&answer, "/next_cursor").unwrap_or_else(|| from.position.to_owned()),
        more: answer.get("has_more").and_then(Value::as_i64) == Some(1),
    })
}

/// The messages of a pull, oldest first.
pub(super) fn read(request: &StoredRequest) -> Vec<InboundEvent> {
    match body(request) {
        Ok(answer) => list(&answer, "msg_list").map(|message| event(message, request.received_at)).collect(),
        Err(unreadable) => unreadable,
    }
}

/// Origin of a message: an agent in the WeCom client.
const AGENT: i64 = 5;

fn event(raw: &Value, received: Instant) -> InboundEvent {
    let external = id(raw, "/msgid");
    let key = external.clone().unwrap_or_else(|| format!("pulled:{}", signature::digest(raw.to_string().as_bytes())));
    let at = raw.get("send_time").and_then(instant).unwrap_or(received);
    let kind = text(raw, "/msgtype").unwrap_or_default();
    let mut event = InboundEvent::new(EventKind::Message, key.clone(), at);
    event.external_id = external;
    event.thread = id(raw, "/open_kfid").or_else(|| id(raw, "/event/open_kfid"));
    event.note("open_kfid", event.thread.clone());
    let customer = id(raw, "/external_userid").or_else(|| id(raw, "/event/external_userid"));
    event.sender.ids = customer.into_iter().map(|who| Identifier::channel("wecom_external_userid", who, "")).collect();
    if raw.get("origin").and_then(Value::as_i64) == Some(AGENT) {
        event.direction = Direction::Echo;
        event.note("agent_userid", text(raw, "/servicer_userid"));
    }
    if kind == "event" {
        let part = raw.get("event").unwrap_or(&Value::Null);
        return of_event(part, event).unwrap_or_else(|| unknown(key, at, "an event that is not handled", raw));
    }
    event.content = content(kind, raw);
    if event.content.is_none() {
        event.kind = EventKind::Unsupported;
        event.content = Some(Content::of(kind));
        event.note("reason", "a message that cannot be shown");
        event.note("raw", raw.clone());
    }
    event
}

fn content(kind: &str, raw: &Value) -> Option<Content> {
    let part = raw.get(kind)?;
    let mut content = Content::of(kind);
    match kind {
        "text" => {
            content.text = text(part, "/content").map(str::to_owned);
            if let Some(payload) = id(part, "/menu_id") {
                let title = content.text.clone().unwrap_or_default();
                content.choice = Some(Choice { payload, title, details: Map::new() });
                "choice".clone_into(&mut content.message_type);
            }
        }
        "image" | "voice" | "video" | "file" => {
            if kind == "file" {
                "document".clone_into(&mut content.message_type);
            }
            let media_id = id(part, "/media_id");
            content.attachments.push(Attachment { kind: kind.to_owned(), media_id, ..Attachment::default() });
        }
        "location" => {
            content.location = Some(Location {
                lat: number(part, "/latitude")?,
                lon: number(part, "/longitude")?,
                name: text(part, "/name").map(str::to_owned),
                address: text(part, "/address").map(str::to_owned),
                url: None,
            });
        }
        "link" | "miniprogram" => {
            content.text = text(part, "/title").map(str::to_owned);
            content.extra = json!({ "link": part });
            "link".clone_into(&mut content.message_type);
        }
        "business_card" => content.extra = json!({ "business_card": part }),
        // Of WeChat's own shops, films and desk: shown by their title.
        "channels" | "channels_shop_product" | "channels_shop_order" | "note" | "meeting" | "schedule" => {
            let title =
                ["/title", "/product_titles", "/nickname", "/order_id"].iter().find_map(|path| text(part, path));
            content.text = title.map(str::to_owned);
            content.extra = json!({ "link": part });
            "link".clone_into(&mut content.message_type);
        }
        "merged_msg" => {
            content.text = Some(merged(part)).filter(|text| !text.is_empty());
            content.extra = json!({ "merged_msg": part });
            "text".clone_into(&mut content.message_type);
        }
        _ => return None,
    }
    Some(content)
}

/// A chat that was passed on ("Receive messages": `merged_msg`): a line each, whose content is a text that holds JSON.
fn merged(part: &Value) -> String {
    let line = |item: &Value| {
        let inner = text(item, "/msg_content").and_then(|json| serde_json::from_str::<Value>(json).ok());
        let words = inner.as_ref().and_then(|inner| text(inner, "/text/content")).map(str::to_owned);
        let words = words.or_else(|| text(item, "/msgtype").map(|kind| format!("[{kind}]")))?;
        Some(format!("{}: {words}", text(item, "/sender_name").unwrap_or("?")))
    };
    let title = text(part, "/title").map(str::to_owned);
    title.into_iter().chain(list(part, "item").take(100).filter_map(line)).collect::<Vec<_>>().join("\n")
}

fn of_event(part: &Value, mut event: InboundEvent) -> Option<InboundEvent> {
    let name = text(part, "/event_type")?;
    event.note("event", name);
    match name {
        "enter_session" => {
            event.kind = EventKind::SessionStart;
            for field in ["scene", "scene_param", "welcome_code"] {
                event.note(field, part.get(field).cloned().unwrap_or_default());
            }
        }
        "msg_send_fail" => {
            event.kind = EventKind::Receipt;
            event.status = Some(ReceiptStatus::Failed);
            event.target = id(part, "/fail_msgid");
            let code = id(part, "/fail_type").unwrap_or_default();
            event.errors.push(ProviderError { code, title: "not delivered".to_owned(), ..ProviderError::default() });
        }
        "session_status_change" => {
            event.kind = EventKind::Handover;
            event.note("action", id(part, "/change_type"));
            event.note("agent_userid", text(part, "/new_servicer_userid"));
        }
        "user_recall_msg" => {
            event.kind = EventKind::Delete;
            event.target = id(part, "/recall_msgid");
        }
        "servicer_status_change" | "reject_customer_msg_switch_change" => {
            event.kind = EventKind::AccountEvent;
            event.note("raw", part.clone());
        }
        _ => return None,
    }
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chats_that_are_passed_on_and_films_are_shown_by_their_words() {
        let said = json!({ "text": { "content": "where is it?" } }).to_string();
        let chat = json!({ "merged_msg": { "title": "Chat of Li and Ida", "item": [
            { "send_time": 1, "msgtype": "text", "sender_name": "Ida", "msg_content": said },
            { "send_time": 2, "msgtype": "image", "sender_name": "Li", "msg_content": "{}" }] } });
        let shown = content("merged_msg", &chat).unwrap().text.unwrap();
        assert_eq!(shown, "Chat of Li and Ida\nIda: where is it?\nLi: [image]");
        let film = json!({ "channels": { "sub_type": 2, "nickname": "Harbour", "title": "Kettles" } });
        assert_eq!(content("channels", &film).unwrap().text.as_deref(), Some("Kettles"));
        assert!(content("channels", &json!({})).is_none());
    }

    #[test]
    fn a_pull_brings_messages_and_events() {
        let answer = json!({ "errcode": 0, "next_cursor": "c2", "has_more": 1, "msg_list": [
            { "msgid": "m1", "open_kfid": "wk1", "external_userid": "wm1", "send_time": 1_777_890_000, "origin": 3,
              "msgtype": "text", "text": { "content": "你好", "menu_id": "101" } },
            { "msgid": "m2", "open_kfid": "wk1", "external_userid": "wm1", "send_time": 1_777_890_001, "origin": 5,
              "servicer_userid": "li", "msgtype": "text", "text": { "content": "在" } },
            { "msgid": "m3", "send_time": 1_777_890_002, "origin": 4, "msgtype": "event",
              "event": { "event_type": "msg_send_fail", "open_kfid": "wk1", "external_userid": "wm1", "fail_msgid": "f1", "fail_type": 4 } },
            { "msgid": "m4", "send_time": 1_777_890_003, "origin": 4, "msgtype": "event", "event": { "event_type": "news" } },
            { "msgid": "m5", "send_time": 1_777_890_004, "origin": 3, "msgtype": "hologram" }
        ] });
        let request = StoredRequest {
            part: StoredRequest::part_of_pull("wk1"),
            body: answer.to_string().into(),
            received_at: "2026-05-04T12:00:00Z".parse().unwrap(),
        };
        assert_eq!(request.pulled(), Some("wk1"));
        let events = read(&request);
        let kinds: Vec<EventKind> = events.iter().map(|event| event.kind).collect();
        use EventKind::{Message, Receipt, UnknownEvent, Unsupported};
        assert_eq!(kinds, [Message, Message, Receipt, UnknownEvent, Unsupported]);
        assert_eq!(events[0].content.as_ref().unwrap().choice.as_ref().unwrap().payload, "101");
        assert_eq!(events[1].direction, Direction::Echo);
        assert_eq!(events[2].target.as_deref(), Some("f1"));
    }
}
