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
    assert_eq!(with(json!({ "thread_ts": "1.2" })).reply_to.as_deref(), Some("1.2"));
    let changed = with(json!({ "subtype": "message_changed", "message": { "text": "new", "ts": "1.1" } }));
    assert_eq!((changed.kind, changed.target.as_deref()), (EventKind::Edit, Some("1.1")));
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
