use super::*;
use crate::testing::{account, kinds, now, post, stored, survives};
use meridian_domain::event::{Direction, EventKind, ReceiptStatus};
use serde_json::{Value, json};

fn page() -> AccountConfig {
    account(&Messenger::PAGE, json!({ "page_id": "77" }), &[("app_secret", "new"), ("app_secret", "old")])
}

fn signed(secret: &str, body: &str) -> InboundRequest {
    let mac = hex::encode(signature::sha256(secret.as_bytes(), &[body.as_bytes()]));
    post(body, &[("x-hub-signature-256", format!("sha256={mac}"))])
}

fn body(items: Value) -> String {
    json!({ "object": "page", "entry": [{ "id": 77, "time": 1_777_890_000_000_i64, "messaging": items }] }).to_string()
}

fn item(name: &str, part: Value) -> Value {
    let mut item = json!({ "sender": { "id": 5 }, "recipient": { "id": "77" }, "timestamp": 1_777_890_000_123_i64 });
    item[name] = part;
    item
}

#[test]
fn both_secrets_sign_while_they_rotate_and_sha1_alone_is_a_downgrade() {
    let body = body(json!([]));
    let verify = |request: &InboundRequest| Messenger::PAGE.verify(&page(), request, now()).map(|_| ());
    assert_eq!((verify(&signed("new", &body)), verify(&signed("old", &body))), (Ok(()), Ok(())));
    assert_eq!(verify(&signed("other", &body)), Err(Reject::Mismatch));
    let legacy = hex::encode(signature::sha1(b"new", body.as_bytes()));
    assert_eq!(verify(&post(body, &[("x-hub-signature", format!("sha1={legacy}"))])), Err(Reject::Missing));
}

#[test]
fn every_item_of_an_entry_becomes_an_event() {
    let items = json!([
        item(
            "message",
            json!({ "mid": "m1", "text": "hi", "quick_reply": { "payload": "YES" }, "reply_to": { "mid": "m0" } })
        ),
        item(
            "message",
            json!({ "mid": "m2", "attachments": [
            { "type": "image", "payload": { "url": "https://x/1.png" } },
            { "type": "location", "title": "Here", "payload": { "coordinates": { "lat": 1.5, "long": -2.5 } } } ] })
        ),
        item("message", json!({ "mid": "m1", "is_deleted": true })),
        item("postback", json!({ "payload": "START", "title": "Start", "referral": { "ref": "r" } })),
        item("reaction", json!({ "mid": "m9", "action": "react", "emoji": "❤" })),
        item("message_edit", json!({ "mid": "m1", "text": "hi!", "num_edit": "1" })),
        item("delivery", json!({ "mids": ["m7"], "watermark": 1_777_889_999_000_i64 })),
        item("read", json!({ "watermark": 1_777_889_999_000_i64 })),
        item("pass_thread_control", json!({ "new_owner_app_id": 12, "metadata": "x" })),
        item("game_play", json!({ "game_id": "1" }))
    ]);
    let events = Messenger::PAGE.parse(&page(), &stored(body(items)));
    use EventKind::{Delete, Edit, Handover, Message, Reaction, Receipt, UnknownEvent};
    assert_eq!(
        kinds(&events),
        [Message, Message, Delete, Message, Reaction, Edit, Receipt, Receipt, Handover, UnknownEvent]
    );
    let keys: std::collections::BTreeSet<_> = events.iter().map(|event| &event.dedupe_key).collect();
    assert_eq!(keys.len(), events.len());
    let sender = &events[0].sender.ids[0];
    assert_eq!((sender.scheme.as_str(), sender.value.as_str(), sender.scope.as_str()), ("fb_psid", "5", "77"));
    assert_eq!(events[0].content.as_ref().unwrap().choice.as_ref().unwrap().payload, "YES");
    let place = events[1].content.as_ref().unwrap();
    assert_eq!((place.attachments.len(), place.location.as_ref().unwrap().lon), (1, -2.5));
    assert_eq!((events[6].target.as_deref(), events[6].status), (Some("m7"), Some(ReceiptStatus::Delivered)));
    assert!(events[7].watermark.is_some() && events[7].target.is_none());
}

#[test]
fn forms_are_messages_with_their_answers() {
    let feedback = json!({ "feedback_screens": [{ "screen_id": 0, "questions": { "service": { "type": "csat", "payload": "4",
        "follow_up": { "type": "free_form", "payload": "quick" } } } }] });
    let about =
        json!({ "screens": [{ "screen_id": "a", "responses": [{ "key": "email", "value": "ida@example.org" }] }] });
    let items = json!([item("messaging_feedback", feedback), item("messaging_customer_information", about)]);
    let events = Messenger::PAGE.parse(&page(), &stored(body(items)));
    let content = |n: usize| events[n].content.clone().unwrap();
    assert_eq!(kinds(&events), [EventKind::Message, EventKind::Message]);
    assert_eq!(content(0).text.as_deref(), Some("service: 4\nservice, follow-up: quick"));
    assert_eq!((content(1).message_type.as_str(), &content(1).form["email"]), ("form", &json!("ida@example.org")));
    assert_eq!(events[0].sender.ids[0].value, "5");
}

#[test]
fn a_delivery_of_several_messages_names_them_all() {
    let events =
        Messenger::PAGE.parse(&page(), &stored(body(json!([item("delivery", json!({ "mids": ["m7", "m8"] }))]))));
    assert_eq!((events.len(), events[0].target.as_deref()), (1, Some("m7")));
    assert_eq!(events[0].detail["targets"], json!(["m7", "m8"]));
}

#[test]
fn echoes_are_ours_and_standby_belongs_to_another_app() {
    let echo = json!({ "sender": { "id": "77" }, "recipient": { "id": "5" }, "timestamp": 1_777_890_000_123_i64,
                       "message": { "mid": "m1", "text": "hello", "is_echo": true, "metadata": "dlv_1", "app_id": 3 } });
    let entry = json!({ "id": "77", "messaging": [echo], "standby": [item("message", json!({ "mid": "m2", "text": "psst" }))] });
    let events = Messenger::PAGE.parse(&page(), &stored(json!({ "entry": [entry] }).to_string()));
    assert_eq!((events[0].direction, events[0].sender.ids[0].value.as_str()), (Direction::Echo, "5"));
    assert_eq!(events[0].target_ref.as_deref(), Some("dlv_1"));
    assert!(events[1].standby);
}

#[test]
fn a_foreign_page_is_kept_as_unknown_and_the_rest_is_read() {
    let mut body: Value =
        serde_json::from_str(&body(json!([item("message", json!({ "mid": "m1", "text": "hi" }))]))).unwrap();
    let mut other = body["entry"][0].clone();
    other["id"] = json!("78");
    body["entry"].as_array_mut().unwrap().push(other);
    let events = Messenger::PAGE.parse(&page(), &stored(body.to_string()));
    assert_eq!(kinds(&events), [EventKind::Message, EventKind::UnknownEvent]);
}

#[test]
fn instagram_tests_come_as_changes() {
    let value = json!({ "sender": { "id": "5" }, "recipient": { "id": "9" }, "timestamp": "1777890000", "message": { "mid": "m", "text": "hi" } });
    let entry = json!({ "id": "0", "changes": [{ "field": "messages", "value": value }, { "field": "comments", "value": {} }] });
    let open = account(&Messenger::INSTAGRAM, json!({}), &[]);
    let events =
        Messenger::INSTAGRAM.parse(&open, &stored(json!({ "object": "instagram", "entry": [entry] }).to_string()));
    assert_eq!(kinds(&events), [EventKind::Message, EventKind::UnknownEvent]);
    assert_eq!((events[0].sender.ids[0].scheme.as_str(), events[0].at.timestamp()), ("ig_sid", 1_777_890_000));
}

#[test]
fn changed_bodies_do_no_harm() {
    let bodies = [body(json!([
        item(
            "message",
            json!({ "mid": "m1", "text": "hi", "attachments": [{ "type": "image", "payload": { "url": "u" } }] })
        ),
        item("delivery", json!({ "mids": ["m7"], "watermark": 1 }))
    ]))];
    survives(&Messenger::PAGE, &page(), &[&bodies[0]]);
}

#[test]
fn what_the_page_does_itself_is_about_the_customer() {
    let mut own = item("reaction", json!({ "mid": "m1", "action": "react", "emoji": "❤" }));
    (own["sender"], own["recipient"]) = (json!({ "id": 77 }), json!({ "id": 5 }));
    let event = Messenger::PAGE.parse(&page(), &stored(body(json!([own])))).remove(0);
    assert_eq!((event.direction, event.sender.ids[0].value.as_str()), (Direction::Echo, "5"));
    let place = json!({ "mid": "m2", "attachments": [{ "type": "location", "payload": { "coordinates": { "lat": "1.5", "long": "2" } } }] });
    let event = Messenger::PAGE.parse(&page(), &stored(body(json!([item("message", place)])))).remove(0);
    assert_eq!(event.content.unwrap().location.map(|at| (at.lat, at.lon)), Some((1.5, 2.0)));
}
