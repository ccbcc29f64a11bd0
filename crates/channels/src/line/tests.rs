use super::*;
use crate::testing::{account, kinds, now, post, stored, survives};
use meridian_domain::event::{EventKind, ReceiptStatus};
use serde_json::{Value, json};

fn bot() -> AccountConfig {
    account(&Line, json!({ "destination": "Ubot" }), &[("channel_secret", "new"), ("channel_secret", "old")])
}

fn event(kind: &str, part: Value) -> Value {
    let mut event = json!({ "type": kind, "timestamp": 1_777_890_000_123_i64, "mode": "active", "replyToken": "r",
        "webhookEventId": format!("01{kind}"), "deliveryContext": { "isRedelivery": false },
        "source": { "type": "user", "userId": "U1" } });
    event.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    event
}

fn body(events: Value) -> String {
    json!({ "destination": "Ubot", "events": events }).to_string()
}

#[test]
fn the_signature_is_base64_over_the_raw_body() {
    let sign = |secret: &str, body: &str| STANDARD.encode(signature::sha256(secret.as_bytes(), &[body.as_bytes()]));
    let verify =
        |body: &str, value: String| Line.verify(&bot(), &post(body, &[("x-line-signature", value)]), now()).map(|_| ());
    assert_eq!((verify("{}", sign("new", "{}")), verify("{}", sign("old", "{}"))), (Ok(()), Ok(())));
    assert_eq!(verify("{}\n", sign("new", "{}")), Err(Reject::Mismatch));
    let hexed = hex::encode(signature::sha256(b"new", &[b"{}"]));
    assert_eq!(verify("{}", hexed), Err(Reject::Mismatch));
    assert_eq!(Line.verify(&bot(), &post("{}", &[]), now()).map(|_| ()), Err(Reject::Missing));
}

#[test]
fn the_console_check_has_no_events() {
    assert_eq!(Line.parse(&bot(), &stored(body(json!([])))), []);
}

#[test]
fn every_event_finds_its_kind() {
    let events = json!([
        event("message", json!({ "message": { "id": "1", "type": "text", "text": "hi", "quotedMessageId": "0" } })),
        event(
            "message",
            json!({ "webhookEventId": "02", "message": { "id": "2", "type": "image", "imageSet": { "id": "S" },
            "contentProvider": { "type": "line" } } })
        ),
        event("message", json!({ "webhookEventId": "03", "message": { "id": "3", "type": "hologram" } })),
        event("unsend", json!({ "unsend": { "messageId": "1" } })),
        event("postback", json!({ "postback": { "data": "a=1", "params": { "date": "2026-05-04" } } })),
        event("follow", json!({ "follow": { "isUnblocked": true } })),
        event("unfollow", json!({})),
        event("memberJoined", json!({ "source": { "type": "group", "groupId": "G1" } })),
        event("accountLink", json!({ "link": { "result": "ok", "nonce": "n" } })),
        event("beacon", json!({ "mode": "standby" }))
    ]);
    let events = Line.parse(&bot(), &stored(body(events)));
    use EventKind::{AccountLink, Delete, GroupEvent, Message, Subscribe, UnknownEvent, Unsubscribe, Unsupported};
    assert_eq!(
        kinds(&events),
        [Message, Message, Unsupported, Delete, Message, Subscribe, Unsubscribe, GroupEvent, AccountLink, UnknownEvent]
    );
    assert_eq!((events[0].dedupe_key.as_str(), events[0].reply_to.as_deref()), ("01message", Some("0")));
    let image = events[1].content.as_ref().unwrap();
    assert_eq!((image.attachments[0].media_id.as_deref(), events[1].album.as_deref()), (Some("2"), Some("S")));
    assert_eq!((events[7].thread.as_deref(), events[7].sender.ids.len()), (Some("G1"), 0));
    assert!(events[9].standby);
}

#[test]
fn each_edit_is_an_event_of_its_own() {
    let edit = |at: i64| {
        let mut edit = event("messageEdited", json!({ "message": { "id": "m1", "type": "text", "text": "new" } }));
        edit["timestamp"] = json!(at);
        edit.as_object_mut().unwrap().remove("webhookEventId");
        edit
    };
    let message = json!({ "type": "message", "message": { "id": "m1", "type": "text", "text": "old" } });
    let events = Line.parse(&bot(), &stored(body(json!([message, edit(1_777_890_000_001), edit(1_777_890_000_002)]))));
    let keys: std::collections::BTreeSet<_> = events.iter().map(|event| &event.dedupe_key).collect();
    assert_eq!((keys.len(), events[2].target.as_deref()), (3, Some("m1")));
    assert!(events[2].at > events[1].at);
}

#[test]
fn the_bots_own_state_is_told_and_a_notification_arrives() {
    let names = ["botSuspended", "botResumed", "activated", "deactivated", "module"];
    let all: Vec<Value> = names.iter().map(|name| event(name, json!({}))).collect();
    let told = Line.parse(&bot(), &stored(body(json!(all))));
    assert!(told.iter().all(|event| event.kind == EventKind::AccountEvent && event.detail["event"].is_string()));
    let arrived =
        Line.parse(&bot(), &stored(body(json!([event("delivery", json!({ "delivery": { "data": "tag1" } }))]))));
    assert_eq!((arrived[0].kind, arrived[0].status), (EventKind::Receipt, Some(ReceiptStatus::Delivered)));
    assert_eq!(arrived[0].target_ref.as_deref(), Some("tag1"));
}

#[test]
fn another_bots_events_are_kept_as_unknown() {
    let foreign = body(json!([event("follow", json!({}))])).replace("Ubot", "Uother");
    assert_eq!(kinds(&Line.parse(&bot(), &stored(foreign))), [EventKind::UnknownEvent]);
}

#[test]
fn changed_bodies_do_no_harm() {
    let one = body(json!([event(
        "message",
        json!({ "message": { "id": "1", "type": "sticker", "packageId": "1", "stickerId": "2" } })
    )]));
    survives(&Line, &bot(), &[&one]);
}
