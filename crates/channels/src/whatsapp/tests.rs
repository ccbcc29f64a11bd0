use super::*;
use crate::signature;
use meridian_domain::{event::EventKind, ids::ChannelAccountId, secret::Secret};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn account() -> AccountConfig {
    AccountConfig {
        id: ChannelAccountId(Uuid::nil()),
        kind: ChannelKind::WhatsApp,
        settings: json!({ "phone_number_id": "42" }),
        secrets: BTreeMap::from([
            ("app_secret".to_owned(), vec![Secret::new("new"), Secret::new("old")]),
            ("verify_token".to_owned(), vec![Secret::new("open sesame")]),
        ]),
        public_url: String::new(),
        addresses: vec![],
    }
}

fn now() -> Instant {
    "2026-05-04T12:00:00Z".parse().unwrap()
}

fn request(body: &str, headers: &[(&str, String)]) -> InboundRequest {
    InboundRequest {
        method: "POST".into(),
        query: String::new(),
        headers: headers.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
        body: body.to_owned().into(),
    }
}

fn signed(secret: &str, body: &str) -> (&'static str, String) {
    ("x-hub-signature-256", format!("sha256={}", hex::encode(signature::sha256(secret.as_bytes(), &[body.as_bytes()]))))
}

fn parse(value: &Value) -> Vec<InboundEvent> {
    let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": value }] }] });
    let stored = StoredRequest { part: Value::Null, body: body.to_string().into(), received_at: now() };
    WhatsApp.parse(&account(), &stored)
}

fn with_metadata(mut value: Value) -> Value {
    value["metadata"] = json!({ "display_phone_number": "442079460100", "phone_number_id": "42" });
    value
}

#[test]
fn only_the_sha256_signature_of_these_bytes_under_a_valid_secret_counts() {
    let body = "{\"entry\":[]}";
    let verify = |headers: &[(&str, String)]| WhatsApp.verify(&account(), &request(body, headers), now()).map(|_| ());
    assert_eq!(verify(&[signed("new", body)]), Ok(()));
    assert_eq!(verify(&[signed("old", body)]), Ok(()));
    assert_eq!(verify(&[signed("other", body)]), Err(Reject::Mismatch));
    assert_eq!(verify(&[signed("new", "{\"entry\":[1]}")]), Err(Reject::Mismatch));
    assert_eq!(verify(&[]), Err(Reject::Missing));
    let legacy = hex::encode(signature::sha1(b"new", body.as_bytes()));
    assert_eq!(verify(&[("x-hub-signature", format!("sha1={legacy}"))]), Err(Reject::Missing));
    assert_eq!(verify(&[("x-hub-signature-256", format!("sha256={legacy}"))]), Err(Reject::Mismatch));
    let bare = AccountConfig { secrets: BTreeMap::from([("app_secret".into(), vec![Secret::new(" ")])]), ..account() };
    let empty = signed(" ", body);
    assert_eq!(WhatsApp.verify(&bare, &request(body, &[empty]), now()).map(|_| ()), Err(Reject::NoSecret));
}

#[test]
fn the_challenge_is_answered_to_who_knows_the_token() {
    let ask = |query: &str| {
        let request = InboundRequest { method: "GET".into(), query: query.into(), headers: vec![], body: "".into() };
        WhatsApp.challenge(&account(), &request).map(|reply| reply.body)
    };
    assert_eq!(ask("hub.mode=subscribe&hub.verify_token=open+sesame&hub.challenge=77"), Some("77".into()));
    assert_eq!(ask("hub.mode=subscribe&hub.verify_token=guess&hub.challenge=77"), None);
}

#[test]
fn a_batch_keeps_every_message_status_and_unknown_thing() {
    let events = parse(&with_metadata(json!({
        "contacts": [{ "wa_id": "5215512345678", "profile": { "name": "Lena" } }],
        "messages": [
            { "id": "wamid.1", "from": "5215512345678", "timestamp": "1777890000", "type": "text", "text": { "body": "hola" } },
            { "id": "wamid.2", "from": "5215512345678", "timestamp": "1777890001", "type": "reaction",
              "reaction": { "message_id": "wamid.0", "emoji": "" } },
            { "id": "wamid.3", "from": "5215512345678", "timestamp": "1777890002", "type": "audio",
              "audio": { "id": "m1", "mime_type": "audio/ogg", "voice": true } },
            { "id": "wamid.4", "from": "5215512345678", "timestamp": "1777890003", "type": "hologram", "hologram": {} }
        ],
        "statuses": [{ "id": "wamid.9", "status": "failed", "timestamp": "1777890004", "biz_opaque_callback_data": "dlv_x",
                       "errors": [{ "code": 131_047, "title": "Re-engagement message" }] }]
    })));
    let kinds: Vec<EventKind> = events.iter().map(|e| e.kind).collect();
    use EventKind::{Message, Reaction, Receipt, Unsupported};
    assert_eq!(kinds, [Message, Reaction, Message, Unsupported, Receipt]);
    let ids: Vec<(&str, &str)> = events[0].sender.ids.iter().map(|i| (i.scheme.as_str(), i.value.as_str())).collect();
    assert_eq!(ids, [("wa_id", "5215512345678"), ("phone_e164", "+525512345678")]);
    assert_eq!(events[0].sender.name.as_deref(), Some("Lena"));
    assert_eq!(events[1].reaction, None);
    assert_eq!(events[2].content.as_ref().unwrap().attachments[0].kind, "voice");
    assert_eq!(events[4].errors[0].code, "131047");
    assert_eq!(events[4].target_ref.as_deref(), Some("dlv_x"));
}

#[test]
fn a_sender_without_a_phone_is_known_by_the_scoped_id() {
    let events = parse(&with_metadata(json!({
        "contacts": [{ "user_id": "US.1234", "profile": { "name": "Kim" } }],
        "messages": [{ "id": "wamid.5", "from_user_id": "US.1234", "timestamp": "1777890000", "type": "text", "text": { "body": "hi" } }]
    })));
    assert_eq!(events[0].sender.ids.len(), 1);
    assert_eq!(
        (events[0].sender.ids[0].scheme.as_str(), events[0].sender.ids[0].value.as_str()),
        ("wa_bsuid", "US.1234")
    );
}

#[test]
fn a_number_of_another_account_is_kept_as_unknown() {
    let foreign = json!({ "metadata": { "phone_number_id": "43" }, "messages": [{ "id": "wamid.6", "type": "text" }] });
    let events = parse(&foreign);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, EventKind::UnknownEvent);
}

#[test]
fn what_happens_on_an_account_and_to_ids_is_told() {
    let change = |field: &str, value: Value| {
        let body =
            json!({ "entry": [{ "id": "1", "time": 1_777_890_000, "changes": [{ "field": field, "value": value }] }] });
        let stored = StoredRequest { part: Value::Null, body: body.to_string().into(), received_at: now() };
        WhatsApp.parse(&account(), &stored).remove(0)
    };
    let banned = change("account_update", json!({ "event": "DISABLED_UPDATE" }));
    assert_eq!((banned.kind, &banned.detail["event"]), (EventKind::AccountEvent, &json!("DISABLED_UPDATE")));
    assert_eq!(change("holograms", json!({})).kind, EventKind::UnknownEvent);
    let wish =
        json!({ "user_preferences": [{ "wa_id": "447700900000", "category": "marketing_messages", "value": "stop" }] });
    assert_eq!(change("user_preferences", wish).kind, EventKind::OptOut);
    let ids = json!({ "user_id_update": [{ "wa_id": "447700900000", "user_id": { "previous": "GB.1", "current": "GB.2" } }] });
    let changed = change("user_id_update", ids);
    assert_eq!((changed.kind, &changed.detail["new"]["ids"][1]["value"]), (EventKind::IdentityChange, &json!("GB.2")));
}

#[test]
fn calls_echoes_and_group_receipts_have_keys_of_their_own() {
    let events = parse(&with_metadata(json!({
        "calls": [{ "id": "wacid.1", "event": "terminate", "direction": "USER_INITIATED", "from": "447700900000", "to": "442079460100",
                    "status": "COMPLETED", "duration": 12, "timestamp": "1777890000" }],
        "message_echoes": [{ "id": "wamid.1", "from": "442079460100", "to": "447700900000", "timestamp": "1777890000",
                             "type": "text", "text": { "body": "hi" } }],
        "statuses": [
            { "id": "wamid.2", "status": "read", "timestamp": "1777890000", "recipient_id": "g", "recipient_type": "group", "recipient_participant_id": "1" },
            { "id": "wamid.2", "status": "read", "timestamp": "1777890000", "recipient_id": "g", "recipient_type": "group", "recipient_participant_id": "2" }
        ],
        "errors": [{ "code": 131_000, "title": "Something went wrong" }]
    })));
    let keys: Vec<&str> = events.iter().take(4).map(|event| event.dedupe_key.as_str()).collect();
    assert_eq!(keys, ["wamid.1", "wamid.2:read:1", "wamid.2:read:2", "wacid.1:terminate"]);
    assert_eq!((events[0].is_echo(), events[0].sender.ids[0].value.as_str()), (true, "447700900000"));
    assert_eq!((&events[3].detail["status"], &events[3].detail["duration_s"]), (&json!("completed"), &json!(12)));
    assert_eq!(events[4].kind, EventKind::ChannelError);
}

#[test]
fn other_applications_take_over_and_the_past_wakes_nobody() {
    let event = |field: &str, value: serde_json::Value| {
        let body = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{ "field": field, "value": value }] }] });
        let open = crate::testing::account(&WhatsApp, json!({}), &[]);
        WhatsApp.parse(&open, &crate::testing::stored(body.to_string()))
    };
    let passed = event(
        "messaging_handovers",
        json!({ "messaging_product": "whatsapp", "recipient": { "phone_number_id": "1" },
        "sender": { "phone_number": "15551230000" }, "timestamp": "1777890000", "type": "control_passed",
        "control_passed": { "metadata": "m", "new_owner_role": "escalation" } }),
    );
    assert_eq!((passed.len(), passed[0].kind, &passed[0].detail["action"]), (1, EventKind::Handover, &json!("pass")));
    assert_eq!(passed[0].sender.ids[0].value, "15551230000");
    let message = |from: &str, id: &str| json!({ "from": from, "id": id, "timestamp": "1777890000", "type": "text", "text": { "body": "hi" }, "history_context": { "status": "READ" } });
    let past = event(
        "history",
        json!({ "metadata": { "phone_number_id": "1" }, "history": [{ "metadata": { "phase": 0 },
        "threads": [{ "id": "15551230000", "messages": [message("15551230000", "w1"), message("15559990000", "w2")] }] }] }),
    );
    assert_eq!(crate::testing::kinds(&past), [EventKind::Message, EventKind::Message]);
    assert_eq!((past[0].is_echo(), past[1].is_echo(), &past[1].detail["auto"]), (false, true, &json!(true)));
    assert_eq!(past[1].sender.ids[0].value, "15551230000");
}

#[test]
fn changed_bodies_do_no_harm() {
    let body = json!({ "entry": [{ "id": "1", "changes": [{ "field": "messages", "value": with_metadata(json!({
        "contacts": [{ "wa_id": "447700900000", "user_id": "GB.1", "profile": { "name": "Lena" } }],
        "messages": [{ "id": "wamid.1", "from": "447700900000", "timestamp": "1", "type": "interactive",
                       "interactive": { "type": "nfm_reply", "nfm_reply": { "response_json": "{\"a\":1}" } } }],
        "statuses": [{ "id": "wamid.2", "status": "read", "timestamp": "1" }] })) }] }] });
    crate::testing::survives(&WhatsApp, &account(), &[&body.to_string()]);
}

fn of_business(business: &str, field: &str, value: &Value) -> InboundEvent {
    let mut account = account();
    account.settings["waba_id"] = json!("7");
    let body = json!({ "entry": [{ "id": business, "changes": [{ "field": field, "value": value }] }] });
    let stored = StoredRequest { part: Value::Null, body: body.to_string().into(), received_at: now() };
    WhatsApp.parse(&account, &stored).remove(0)
}

#[test]
fn what_another_app_answers_is_in_standby() {
    let value = with_metadata(json!({ "messages": [
        { "from": "447700900000", "id": "w1", "timestamp": "1777890000", "type": "text", "text": { "body": "hi" } }] }));
    let event = of_business("7", "standby", &value);
    assert_eq!((event.kind, event.standby), (EventKind::Message, true));
    assert!(!of_business("7", "messages", &value).standby);
}

#[test]
fn fields_of_the_business_account_are_told_and_a_foreign_one_is_unknown() {
    for field in ["partner_solutions", "smb_app_state_sync", "automatic_events", "tracking_events", "account_update"] {
        assert_eq!(of_business("7", field, &json!({ "event": "X" })).kind, EventKind::AccountEvent, "{field}");
        let foreign = of_business("8", field, &json!({ "event": "X" }));
        assert_eq!(
            (foreign.kind, &foreign.detail["reason"]),
            (EventKind::UnknownEvent, &json!("another business account"))
        );
    }
    // The number is named and ours: an app may have it from another business account.
    let value = with_metadata(json!({ "statuses": [{ "id": "w1", "status": "sent", "timestamp": "1777890000" }] }));
    assert_eq!(of_business("8", "messages", &value).kind, EventKind::Receipt);
}

#[test]
fn a_payment_is_a_line_in_the_thread() {
    let paid = json!({ "id": "w1", "type": "payment", "status": "captured", "timestamp": "1777890000",
                       "recipient_id": "447700900000", "payment": { "reference_id": "r1" } });
    let event = parse(&with_metadata(json!({ "statuses": [paid] }))).remove(0);
    assert_eq!(
        (event.kind, event.status, &event.detail["status"]),
        (EventKind::ServiceEvent, None, &json!("captured"))
    );
    assert_eq!(
        (event.sender.ids[0].value.as_str(), &event.detail["payment"]["reference_id"]),
        ("447700900000", &json!("r1"))
    );
}

fn field(name: &str, value: Value) -> Vec<InboundEvent> {
    let body = json!({ "object": "whatsapp_business_account",
        "entry": [{ "id": "1", "time": 1_777_890_000, "changes": [{ "field": name, "value": value }] }] });
    let stored = StoredRequest { part: Value::Null, body: body.to_string().into(), received_at: now() };
    WhatsApp.parse(&account(), &stored)
}

#[test]
fn each_group_of_a_change_is_an_event_and_a_refused_history_is_told() {
    let groups = with_metadata(json!({ "groups": [
        { "timestamp": "1777890001", "group_id": "g1", "type": "group_create" },
        { "timestamp": "1777890002", "group_id": "g2", "type": "group_delete" }] }));
    let events = field("group_lifecycle_update", groups);
    let told: Vec<_> = events.iter().map(|e| (e.kind, e.thread.as_deref())).collect();
    assert_eq!(told, [(EventKind::GroupEvent, Some("g1")), (EventKind::GroupEvent, Some("g2"))]);
    assert_ne!(events[0].dedupe_key, events[1].dedupe_key);
    let declined =
        with_metadata(json!({ "history": [{ "errors": [{ "code": 2_593_109, "title": "History sharing is off" }] }] }));
    let events = field("history", declined);
    assert_eq!(
        (events.len(), events[0].kind, events[0].errors[0].code.as_str()),
        (1, EventKind::ChannelError, "2593109")
    );
}
