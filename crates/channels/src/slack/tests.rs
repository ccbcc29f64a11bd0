use super::*;
use crate::testing::{account, kinds, now, post, stored, survives};
use meridian_domain::event::{Direction, EventKind};
use serde_json::json;

fn app() -> AccountConfig {
    account(&Slack, json!({ "app_id": "A1" }), &[("signing_secret", "new"), ("signing_secret", "old")])
}

fn signed(secret: &str, at: i64, body: &str) -> InboundRequest {
    let at = at.to_string();
    let mac = signature::sha256(secret.as_bytes(), &[b"v0:", at.as_bytes(), b":", body.as_bytes()]);
    let value = format!("v0={}", hex::encode(mac));
    post(body, &[("x-slack-signature", value), ("x-slack-request-timestamp", at)])
}

fn callback(event: Value) -> String {
    json!({ "type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1, "event": event }).to_string()
}

fn parse(event: Value) -> InboundEvent {
    Slack.parse(&app(), &stored(callback(event))).remove(0)
}

#[test]
fn the_signature_covers_time_and_body() {
    let at = now().timestamp();
    let verify = |request: &InboundRequest| Slack.verify(&app(), request, now()).map(|_| ());
    assert_eq!((verify(&signed("new", at, "{}")), verify(&signed("old", at, "{}"))), (Ok(()), Ok(())));
    assert_eq!(verify(&signed("new", at - 301, "{}")), Err(Reject::Stale));
    assert_eq!(verify(&signed("new", at + 301, "{}")), Err(Reject::Stale));
    let mut other = signed("new", at, "{}");
    other.body = "{ }".into();
    assert_eq!(verify(&other), Err(Reject::Mismatch));
    assert_eq!(verify(&post("{}", &[])), Err(Reject::Missing));
}

#[test]
fn the_url_check_is_answered_with_its_own_words() {
    let ask = |body: Value| Slack.challenge(&app(), &post(body.to_string(), &[])).map(|reply| reply.body);
    assert_eq!(ask(json!({ "type": "url_verification", "challenge": "abc" })), Some("abc".into()));
    assert_eq!(ask(json!({ "type": "event_callback", "challenge": "abc" })), None);
}

#[test]
fn messages_edits_deletes_and_reactions() {
    let base = json!({ "type": "message", "user": "U1", "text": "hi", "ts": "1777890000.000100", "channel": "C1", "team": "T2" });
    let event = parse(base.clone());
    let sender = &event.sender.ids[0];
    assert_eq!((sender.value.as_str(), sender.scope.as_str(), event.thread.as_deref()), ("U1", "T2", Some("C1")));
    assert_eq!((event.external_id.as_deref(), event.dedupe_key.as_str()), (Some("1777890000.000100"), "Ev1"));
    let with = |part: Value| {
        let mut event = base.clone();
        event.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        parse(event)
    };
    let answer = with(json!({ "thread_ts": "1.2" }));
    assert_eq!((answer.reply_to.as_deref(), &answer.detail["thread_ts"]), (Some("1.2"), &json!("1.2")));
    let root = with(json!({ "thread_ts": "1777890000.000100" }));
    assert_eq!((root.reply_to, root.detail.get("thread_ts"), event.detail.get("thread_ts")), (None, None, None));
    let changed = with(json!({ "subtype": "message_changed", "message": { "text": "new", "ts": "1.1" } }));
    assert_eq!((changed.kind, changed.target.as_deref()), (EventKind::Edit, Some("1.1")));
    let link = json!({ "text": "see https://example.org", "ts": "1.1" });
    let mut shown = link.clone();
    shown["attachments"] = json!([{ "title": "Example", "fallback": "Example" }]);
    let unfurled = json!({ "subtype": "message_changed", "message": shown, "previous_message": link });
    assert_eq!(with(unfurled).kind, EventKind::IgnoredEvent);
    assert_eq!(with(json!({ "subtype": "message_deleted", "deleted_ts": "1.1" })).kind, EventKind::Delete);
    assert_eq!(with(json!({ "subtype": "channel_join" })).kind, EventKind::IgnoredEvent);
    assert_eq!(with(json!({ "bot_id": "B1" })).direction, Direction::EchoOrBot);
    assert_eq!(with(json!({ "bot_id": "B1", "app_id": "A1" })).direction, Direction::Echo);
    let blocks = json!({ "text": "", "blocks": [{ "type": "rich_text", "elements": [{ "type": "rich_text_section",
        "elements": [{ "type": "text", "text": "only " }, { "type": "text", "text": "blocks" }] }] }] });
    assert_eq!(with(blocks).content.unwrap().text.as_deref(), Some("only blocks"));
    let added = parse(
        json!({ "type": "reaction_added", "user": "U1", "reaction": "wave", "item": { "channel": "C1", "ts": "1.1" } }),
    );
    assert_eq!((added.target.as_deref(), added.reaction.as_deref()), (Some("1.1"), Some("wave")));
    let removed = parse(
        json!({ "type": "reaction_removed", "user": "U1", "reaction": "wave", "item": { "channel": "C1", "ts": "1.1" } }),
    );
    assert_eq!((removed.reaction, &removed.detail["emoji"]), (None, &json!("wave")));
}

#[test]
fn a_bot_is_no_customer() {
    let post = json!({ "type": "message", "user": "Ubot", "bot_id": "B1", "app_id": "A1", "text": "hello", "ts": "1.1",
                       "channel": "C1", "thread_ts": "1.0" });
    let echo = parse(post.clone());
    assert_eq!((echo.direction, echo.sender.ids.len()), (Direction::Echo, 0));
    assert_eq!((echo.thread.as_deref(), echo.reply_to.as_deref()), (Some("C1"), Some("1.0")));
    let edited = parse(json!({ "type": "message", "subtype": "message_changed", "channel": "C1", "message": post }));
    assert_eq!((edited.kind, edited.direction, edited.sender.ids.len()), (EventKind::Edit, Direction::Echo, 0));
    // A file of ours comes from the bot's own user, with nothing else to know it by.
    let upload = json!({ "type": "event_callback", "event_id": "Ev2", "api_app_id": "A1",
        "authorizations": [{ "team_id": "T1", "user_id": "Ubot", "is_bot": true }],
        "event": { "type": "message", "subtype": "file_share", "user": "Ubot", "ts": "1.2", "channel": "D1",
                   "files": [{ "id": "F1", "mimetype": "image/png" }] } });
    let read = |body: &Value| Slack.parse(&app(), &stored(body.to_string())).remove(0);
    let event = read(&upload);
    assert_eq!((event.direction, event.sender.ids.len()), (Direction::Echo, 0));
    assert_eq!(event.external_id.as_deref(), Some("1.2"));
    let mut worded = upload.clone();
    worded["event"]["text"] = json!("mine");
    assert_eq!(read(&worded).direction, Direction::Inbound);
    let mut person = upload.clone();
    person["event"]["user"] = json!("U1");
    assert_eq!((read(&person).direction, read(&person).sender.ids.len()), (Direction::Inbound, 1));
}

#[test]
fn a_tombstone_is_a_withdrawn_message() {
    let gone = parse(json!({ "type": "message", "subtype": "message_changed", "channel": "C1", "ts": "2.0",
        "message": { "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "ts": "1.1" } }));
    assert_eq!((gone.kind, gone.target.as_deref(), gone.content), (EventKind::Delete, Some("1.1"), None));
}

#[test]
fn forms_and_shortcuts_are_seen() {
    let read = |payload: Value| {
        let form =
            url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
        Slack.parse(&app(), &stored(form)).remove(0)
    };
    let user = json!({ "id": "U1", "team_id": "T1" });
    let event = read(
        json!({ "type": "view_submission", "user": user, "view": { "id": "V1", "hash": "1.a", "callback_id": "order",
        "blocks": [{ "type": "input", "block_id": "b1", "label": { "text": "Order number" } }],
        "state": { "values": { "b1": { "number": { "type": "plain_text_input", "value": "A-7" } },
            "b2": { "colour": { "type": "static_select", "selected_option": { "value": "r", "text": { "text": "Red" } } } },
            "b3": { "day": { "type": "datepicker", "selected_date": "2026-05-04" }, "none": { "type": "plain_text_input", "value": null } } } } } }),
    );
    let content = event.content.unwrap();
    assert_eq!((event.kind, content.message_type.as_str()), (EventKind::Message, "form"));
    assert_eq!(content.text.as_deref(), Some("Order number: A-7\ncolour: Red\nday: 2026-05-04"));
    assert_eq!((&content.form["number"], &content.form["colour"]), (&json!("A-7"), &json!("r")));
    let event =
        read(json!({ "type": "message_action", "callback_id": "ask", "action_ts": "1777890000.1", "message_ts": "1.1",
        "user": user, "channel": { "id": "C1" }, "message": { "ts": "1.1", "text": "x" } }));
    assert_eq!((event.thread.as_deref(), event.reply_to.as_deref()), (Some("C1"), Some("1.1")));
    assert_eq!(event.content.unwrap().choice.unwrap().payload, "ask");
    let event = read(json!({ "type": "shortcut", "callback_id": "help", "user": user }));
    assert_eq!(event.content.unwrap().text.as_deref(), Some("help"));
    assert_eq!(read(json!({ "type": "view_closed", "user": user })).kind, EventKind::IgnoredEvent);
}

#[test]
fn buttons_and_commands_are_messages() {
    let payload = json!({ "type": "block_actions", "user": { "id": "U1", "team_id": "T1" }, "channel": { "id": "C1" },
        "message": { "ts": "1.1" }, "actions": [{ "action_id": "ok", "value": "yes", "text": { "text": "Yes" } }] });
    let form =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    let event = &Slack.parse(&app(), &stored(form))[0];
    assert_eq!(event.content.as_ref().unwrap().choice.as_ref().unwrap().payload, "yes");
    let events =
        Slack.parse(&app(), &stored("command=%2Fhelp&text=me&user_id=U1&team_id=T1&channel_id=C1&trigger_id=t"));
    assert_eq!(events[0].content.as_ref().unwrap().text.as_deref(), Some("/help me"));
    assert_eq!(kinds(&Slack.parse(&app(), &stored("nonsense"))), [EventKind::UnknownEvent]);
}

#[test]
fn changed_bodies_do_no_harm() {
    let one = callback(
        json!({ "type": "message", "user": "U1", "text": "hi", "ts": "1.1", "files": [{ "id": "F", "size": 1 }] }),
    );
    survives(&Slack, &app(), &[&one, "command=%2Fhelp&user_id=U1", "payload=%7B%22type%22%3A%22block_actions%22%7D"]);
}
