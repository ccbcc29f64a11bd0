use super::*;
use crate::testing::{account, kinds, now, post, stored, survives};
use meridian_domain::event::{Direction, EventKind};
use serde_json::{Value, json};

fn bot() -> AccountConfig {
    account(&Telegram, json!({}), &[("secret_token", "new"), ("secret_token", "old")])
}

fn parse(update: &Value) -> Vec<InboundEvent> {
    Telegram.parse(&bot(), &stored(update.to_string()))
}

fn message(part: Value) -> Value {
    let mut message = json!({
        "message_id": 9, "date": 1_777_890_000, "chat": { "id": 5, "type": "private" },
        "from": { "id": 5, "first_name": "Lena", "last_name": "B", "username": "lena", "language_code": "de" } });
    message.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
    json!({ "update_id": 100, "message": message })
}

#[test]
fn the_header_repeats_the_secret() {
    let name = "x-telegram-bot-api-secret-token";
    let verify = |headers: &[(&str, String)]| Telegram.verify(&bot(), &post("{}", headers), now()).map(|_| ());
    assert_eq!((verify(&[(name, "new".into())]), verify(&[(name, "old".into())])), (Ok(()), Ok(())));
    assert_eq!(verify(&[(name, "guess".into())]), Err(Reject::Mismatch));
    assert_eq!(verify(&[]), Err(Reject::Missing));
    let bare = account(&Telegram, json!({}), &[("secret_token", "")]);
    assert_eq!(Telegram.verify(&bare, &post("", &[(name, String::new())]), now()).map(|_| ()), Err(Reject::NoSecret));
}

#[test]
fn a_message_names_its_chat_its_sender_and_what_it_answers() {
    let event = &parse(&message(json!({ "text": "hi", "media_group_id": "g1", "forward_date": 1,
        "reply_to_message": { "message_id": 8, "chat": { "id": 5 } } })))[0];
    assert_eq!((event.dedupe_key.as_str(), event.external_id.as_deref()), ("100", Some("5:9")));
    assert_eq!((event.reply_to.as_deref(), event.album.as_deref(), event.forwarded), (Some("5:8"), Some("g1"), true));
    assert_eq!((event.sender.name.as_deref(), event.thread.as_deref()), (Some("Lena B"), None));
}

#[test]
fn the_thread_names_topics_and_connections_and_quotes_are_kept() {
    let group = json!({ "id": -1_001, "type": "supergroup" });
    let thread = |part: Value| parse(&message(part))[0].thread.clone();
    let topic = json!({ "text": "x", "chat": group, "message_thread_id": 7, "is_topic_message": true });
    assert_eq!(thread(topic).as_deref(), Some("-1001/topic:7"));
    let answers = json!({ "text": "x", "chat": group, "message_thread_id": 7 });
    assert_eq!(thread(answers).as_deref(), Some("-1001"));
    assert_eq!(thread(json!({ "text": "x", "business_connection_id": "abc" })).as_deref(), Some("5/business:abc"));
    let event = &parse(&message(json!({ "text": "x", "quote": { "text": "said", "position": 0 },
        "external_reply": { "origin": { "type": "user" }, "chat": { "id": -9 }, "message_id": 4 },
        "reply_to_story": { "chat": { "id": -9 }, "id": 2 } })))[0];
    assert_eq!((event.reply_to.as_deref(), &event.detail["quote"]), (Some("-9:4"), &json!("said")));
    assert_eq!(event.detail["reply_to_story"]["id"], json!(2));
}

#[test]
fn content_of_every_kind_is_kept() {
    let content = |part: Value| parse(&message(part))[0].content.clone().unwrap();
    let photo = content(
        json!({ "caption": "c", "photo": [{ "file_id": "s", "width": 9 }, { "file_id": "l", "width": 90, "file_size": 5 }] }),
    );
    assert_eq!((photo.attachments.len(), photo.attachments[0].media_id.as_deref()), (1, Some("l")));
    assert_eq!(photo.text.as_deref(), Some("c"));
    let animation = content(json!({ "animation": { "file_id": "a" }, "document": { "file_id": "a" } }));
    assert_eq!(animation.attachments.len(), 1);
    let paid = content(json!({ "caption": "c", "paid_media": { "star_count": 5, "paid_media": [
        { "type": "photo", "photo": [{ "file_id": "s", "width": 9 }, { "file_id": "l", "width": 90 }] },
        { "type": "video", "video": { "file_id": "v" } }, { "type": "preview", "width": 9 }] } }));
    let files: Vec<_> = paid.attachments.iter().map(|file| (file.kind.as_str(), file.media_id.as_deref())).collect();
    assert_eq!((files, paid.message_type.as_str()), (vec![("image", Some("l")), ("video", Some("v"))], "image"));
    let venue = content(json!({ "location": { "latitude": 1.0, "longitude": 2.0 },
        "venue": { "location": { "latitude": 1.0, "longitude": 2.0 }, "title": "T", "address": "A" } }));
    assert_eq!(venue.location.unwrap().name.as_deref(), Some("T"));
    assert_eq!(content(json!({ "web_app_data": { "data": "{}", "button_text": "b" } })).message_type, "form");
}

#[test]
fn ones_own_contact_proves_the_phone_and_anothers_does_not() {
    let ids = |user: i64| {
        let part = json!({ "contact": { "user_id": user, "phone_number": "49 151 2345678", "first_name": "L" } });
        parse(&message(part))[0].sender.ids.iter().map(|id| id.value.clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids(5), ["5", "+491512345678"]);
    assert_eq!(ids(6), ["5"]);
}

#[test]
fn other_updates_find_their_kind() {
    let user = json!({ "id": 5, "first_name": "L" });
    let chat = json!({ "id": 5, "type": "private" });
    let kind = |update: Value| kinds(&parse(&update));
    use EventKind::{
        Delete, Edit, IgnoredEvent, Message, Reaction, ServiceEvent, Subscribe, UnknownEvent, Unsubscribe, Unsupported,
    };
    assert_eq!(
        kind(json!({ "update_id": 1, "edited_message": { "message_id": 1, "chat": chat, "text": "x" } })),
        [Edit]
    );
    assert_eq!(kind(json!({ "update_id": 1, "callback_query": { "id": "7", "from": user, "data": "d" } })), [Message]);
    let member = |status: &str| {
        json!({ "update_id": 1, "my_chat_member": { "chat": chat, "from": user,
        "old_chat_member": { "status": "member" }, "new_chat_member": { "status": status } } })
    };
    assert_eq!((kind(member("kicked")), kind(member("member"))), (vec![Unsubscribe], vec![Subscribe]));
    let emoji = |e: &str| json!({ "type": "emoji", "emoji": e });
    let change = json!({ "update_id": 1, "message_reaction": { "chat": chat, "message_id": 3, "user": user,
        "old_reaction": [emoji("👍")], "new_reaction": [emoji("❤")] } });
    assert_eq!(kind(change.clone()), [Reaction, Reaction]);
    assert_ne!(parse(&change)[0].dedupe_key, parse(&change)[1].dedupe_key);
    assert_eq!(
        kind(json!({ "update_id": 1, "deleted_business_messages": { "chat": chat, "message_ids": [1, 2] } })),
        [Delete, Delete]
    );
    assert_eq!(kind(json!({ "update_id": 1, "inline_query": {} })), [IgnoredEvent]);
    assert_eq!(kind(json!({ "update_id": 1, "teleport": {} })), [UnknownEvent]);
    assert_eq!(kind(message(json!({ "pinned_message": {} }))), [ServiceEvent]);
    assert_eq!(kind(message(json!({ "hologram": {} }))), [Unsupported]);
}

#[test]
fn who_speaks_for_a_chat_is_the_chat() {
    let group = json!({ "id": -1_001, "type": "supergroup", "title": "Harbour" });
    let from = |user: i64, more: Value| {
        let mut part =
            json!({ "text": "x", "chat": group, "from": { "id": user, "is_bot": true, "first_name": "Group" } });
        part.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = parse(&message(part)).remove(0).sender.ids.remove(0);
        (id.scheme, id.value)
    };
    let chat = ("telegram_chat_id".to_owned(), "-1001".to_owned());
    assert_eq!(from(1_087_968_824, json!({ "sender_chat": group })), chat);
    assert_eq!(from(136_817_688, json!({ "sender_chat": group })), chat);
    assert_eq!(from(77, json!({ "sender_chat": group })).0, "telegram_user_id");
    let change = json!({ "update_id": 1, "message_reaction": { "chat": group, "message_id": 3, "actor_chat": group,
        "old_reaction": [], "new_reaction": [{ "type": "emoji", "emoji": "👍" }] } });
    assert_eq!(parse(&change)[0].sender.ids[0].scheme, "telegram_chat_id");
}

#[test]
fn a_place_is_where_its_numbers_say_and_nowhere_without_them() {
    let place =
        |part: Value| parse(&message(json!({ "text": "x", "location": part })))[0].content.clone().unwrap().location;
    assert_eq!(place(json!({ "latitude": "1.5", "longitude": 2 })).map(|at| (at.lat, at.lon)), Some((1.5, 2.0)));
    assert_eq!(place(json!({ "latitude": 1.5 })), None);
}

#[test]
fn what_the_owner_writes_to_a_customer_is_an_echo() {
    let update = json!({ "update_id": 1, "business_message": { "message_id": 1, "date": 1, "text": "hello",
        "chat": { "id": 5, "first_name": "Lena", "type": "private" }, "from": { "id": 6, "first_name": "Shop" } } });
    let event = &parse(&update)[0];
    assert_eq!((event.direction, event.sender.ids[0].value.as_str()), (Direction::Echo, "5"));
}

#[test]
fn changed_bodies_do_no_harm() {
    let a = message(
        json!({ "text": "hi", "contact": { "user_id": 5, "phone_number": "1" }, "photo": [{ "file_id": "l", "width": 1 }] }),
    );
    let b = json!({ "update_id": 1, "message_reaction": { "chat": { "id": 5 }, "message_id": 3, "old_reaction": [], "new_reaction": [{ "type": "emoji", "emoji": "x" }] } });
    survives(&Telegram, &bot(), &[&a.to_string(), &b.to_string()]);
}

#[test]
fn a_pressed_button_is_answered_with_the_update() {
    let pressed = json!({ "update_id": 1, "callback_query": { "id": "77", "from": { "id": 5 }, "data": "n" } });
    let told = |update: &Value| Telegram.accepted(&post(update.to_string(), &[])).body;
    assert!(told(&pressed).contains("\"callback_query_id\":\"77\""));
    assert_eq!(told(&message(json!({ "text": "hi" }))), "");
}
