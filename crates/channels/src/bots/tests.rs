use super::{Adapter, Outcome, Rules, adapter, recognise};
use crate::{InboundRequest, Reject, signature, testing::read_changed};
use meridian_domain::{
    platform::{Ask, BotCall, BotPlatform},
    secret::Secret,
    time::Instant,
};
use serde_json::{Value, json};

const SECRET: &str = "a-secret-of-the-platform";

fn of(platform: BotPlatform) -> &'static dyn Adapter {
    adapter(platform).unwrap()
}

fn read(platform: BotPlatform, body: &Value) -> BotCall {
    assert_eq!(recognise(body).map(Adapter::platform), Some(platform), "{body}");
    of(platform).read(body, Rules::default()).remove(0)
}

fn now() -> Instant {
    "2026-05-04T12:00:00Z".parse().unwrap()
}

fn request(headers: &[(&str, &str)], query: &str, body: &str) -> InboundRequest {
    InboundRequest {
        method: "POST".into(),
        query: query.into(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_owned().into(),
    }
}

fn verify(platform: BotPlatform, headers: &[(&str, &str)], query: &str, body: &str) -> Result<(), Reject> {
    of(platform).verify(&Secret::new(SECRET), &request(headers, query, body), now()).map(|_| ())
}

#[test]
fn shared_secrets_come_as_each_platform_sends_them() {
    use BotPlatform as P;
    let bearer = ("authorization", "Bearer a-secret-of-the-platform");
    // user:a-secret-of-the-platform
    let basic = ("authorization", "Basic dXNlcjphLXNlY3JldC1vZi10aGUtcGxhdGZvcm0=");
    for platform in
        [P::DialogflowEs, P::DialogflowCx, P::AmazonConnect, P::AmazonLex, P::Rasa, P::Botpress, P::RocketChat]
    {
        assert_eq!(verify(platform, &[bearer], "", "{}"), Ok(()), "{platform:?}");
        assert_eq!(verify(platform, &[basic], "", "{}"), Ok(()), "{platform:?}");
        assert_eq!(verify(platform, &[("authorization", "Bearer guess")], "", "{}"), Err(Reject::Mismatch));
        assert_eq!(verify(platform, &[], "", "{}"), Err(Reject::Missing), "{platform:?}");
        let empty = of(platform).verify(&Secret::new(""), &request(&[("authorization", "Bearer ")], "", "{}"), now());
        assert!(empty.is_err(), "{platform:?} takes an empty secret");
    }
    for (platform, header) in
        [(P::Sunshine, "x-api-key"), (P::Botpress, "x-bp-secret"), (P::RocketChat, "x-rocketchat-livechat-token")]
    {
        assert_eq!(verify(platform, &[(header, SECRET)], "", "{}"), Ok(()));
        assert_eq!(verify(platform, &[(header, "guess")], "", "{}"), Err(Reject::Mismatch));
    }
    for platform in [P::Rasa, P::Chatwoot, P::RocketChat] {
        assert_eq!(verify(platform, &[], "token=a-secret-of-the-platform", "{}"), Ok(()));
        assert_eq!(verify(platform, &[], "token=guess", "{}"), Err(Reject::Mismatch));
    }
    // The token of a URL is not taken where headers can be sent.
    assert_eq!(verify(P::DialogflowCx, &[], "token=a-secret-of-the-platform", "{}"), Err(Reject::Missing));
}

#[test]
fn signatures_are_over_the_raw_body_and_the_time() {
    let body = r#"{"topic":"x"}"#;
    let sha1 = format!("sha1={}", hex::encode(signature::sha1(SECRET.as_bytes(), body.as_bytes())));
    assert_eq!(verify(BotPlatform::Intercom, &[("x-hub-signature", &sha1)], "", body), Ok(()));
    assert_eq!(verify(BotPlatform::Intercom, &[("x-hub-signature", &sha1)], "", "{}"), Err(Reject::Mismatch));
    assert_eq!(verify(BotPlatform::Intercom, &[("x-hub-signature", "sha1=zz")], "", body), Err(Reject::Mismatch));
    assert_eq!(verify(BotPlatform::Intercom, &[], "", body), Err(Reject::Missing));
    let signed = |at: i64, body: &str| {
        let mac = signature::sha256(SECRET.as_bytes(), &[at.to_string().as_bytes(), b".", body.as_bytes()]);
        format!("sha256={}", hex::encode(mac))
    };
    let chatwoot = |at: i64, signature: &str, body: &str| {
        let stamp = at.to_string();
        verify(
            BotPlatform::Chatwoot,
            &[("x-chatwoot-timestamp", &stamp), ("x-chatwoot-signature", signature)],
            "",
            body,
        )
    };
    let at = now().timestamp();
    assert_eq!(chatwoot(at, &signed(at, body), body), Ok(()));
    assert_eq!(chatwoot(at, &signed(at, body), "{}"), Err(Reject::Mismatch));
    assert_eq!(chatwoot(at - 301, &signed(at - 301, body), body), Err(Reject::Stale));
    // A bad signature is not saved by a good token in the URL.
    let both = [("x-chatwoot-timestamp", "1"), ("x-chatwoot-signature", "sha256=00")];
    assert!(verify(BotPlatform::Chatwoot, &both, "token=a-secret-of-the-platform", body).is_err());
}

#[test]
fn dialogflow_hands_over_by_intent_context_payload_and_response_message() {
    let es = |intent: Value, contexts: Value, messages: Value| {
        json!({ "responseId": "r", "session": "projects/p/agent/sessions/s1", "queryResult": {
            "queryText": "help", "intent": intent, "outputContexts": contexts, "fulfillmentMessages": messages,
            "parameters": { "order": "1", "empty": "" }, "languageCode": "zh-CN" } })
    };
    let context = |name: &str, life: i64| json!([{ "name": format!("projects/p/agent/sessions/s1/contexts/{name}"), "lifespanCount": life }]);
    let asks = |body: &Value| read(BotPlatform::DialogflowEs, body).ask == Ask::Handoff;
    assert!(!asks(&es(json!({ "displayName": "orders" }), context("generic", 4), json!([]))));
    assert!(asks(&es(json!({ "displayName": "orders", "liveAgentHandoff": true }), json!([]), json!([]))));
    assert!(asks(&es(json!({ "displayName": "orders" }), context("human-handoff", 1), json!([]))));
    assert!(
        !asks(&es(json!({ "displayName": "orders" }), context("human-handoff", 0), json!([]))),
        "the context has ended"
    );
    assert!(asks(&es(json!({ "displayName": "orders" }), json!([]), json!([{ "payload": { "action": "handover" } }]))));
    let call =
        read(BotPlatform::DialogflowEs, &es(json!({ "displayName": "orders" }), context("generic", 4), json!([])));
    assert_eq!((call.session.as_deref(), call.slots.len()), (Some("projects/p/agent/sessions/s1"), 1));
    let named = ["orders".to_owned()];
    let own = of(BotPlatform::DialogflowEs)
        .read(&es(json!({ "displayName": "Orders" }), json!([]), json!([])), Rules { handoff_names: &named });
    assert_eq!(own[0].ask, Ask::Handoff, "the tenant's own name");

    let response = json!({ "responseId": "r", "queryResult": { "text": "an agent", "languageCode": "en", "match": { "confidence": 0.5 },
        "responseMessages": [{ "text": { "text": ["One moment"] } },
            { "liveAgentHandoff": { "metadata": { "fields": { "queue": { "stringValue": "vip" }, "tries": { "numberValue": 2 } } } } },
            { "telephonyTransferCall": { "phoneNumber": "+442079460018" } }] } });
    let call = read(BotPlatform::DialogflowCx, &response);
    assert_eq!(
        (call.ask, call.queue.as_deref(), call.transfer_to.as_deref()),
        (Ask::Handoff, Some("vip"), Some("+442079460018"))
    );
    assert_eq!((call.said, call.attributes["tries"].clone()), (vec!["One moment".to_owned()], json!(2)));
    let webhook = json!({ "detectIntentResponseId": "d", "fulfillmentInfo": { "tag": "handover" }, "text": "hi",
        "sessionInfo": { "session": "projects/p/locations/l/agents/a/sessions/s2", "parameters": { "a": 1, "b": null } },
        "intentInfo": { "displayName": "x", "parameters": { "city": { "originalValue": "london", "resolvedValue": "London" } } } });
    let call = read(BotPlatform::DialogflowCx, &webhook);
    assert_eq!(
        (call.ask, call.slots),
        (Ask::Handoff, json!({ "a": 1, "city": "London" }).as_object().unwrap().clone())
    );
}

#[test]
fn lex_reads_both_versions_and_answers_in_the_one_it_was_asked_in() {
    let v2 = |intent: &str| {
        let intent = json!({ "name": intent, "slots": { "Order": { "value": { "interpretedValue": "7" } }, "Date": null,
            "Tags": { "shape": "List", "values": [{ "value": { "interpretedValue": "a" } }] } } });
        json!({ "messageVersion": "1.0", "invocationSource": "DialogCodeHook", "sessionId": "s", "inputTranscript": "hello",
            "bot": { "localeId": "en_US" }, "interpretations": [{ "intent": intent, "nluConfidence": { "score": 0.9 } }],
            "sessionState": { "sessionAttributes": { "tier": "gold" }, "intent": intent } })
    };
    let call = read(BotPlatform::AmazonLex, &v2("CheckBalance"));
    assert_eq!(
        (call.ask, call.language.as_deref(), call.intent.unwrap().confidence),
        (Ask::Nothing, Some("en-US"), Some(0.9))
    );
    assert_eq!(Value::Object(call.slots), json!({ "Order": "7", "Tags": ["a"] }));
    let body = v2("TalkToAgent");
    assert_eq!(read(BotPlatform::AmazonLex, &body).ask, Ask::Handoff);
    let handed = Outcome { conversation: Some("cnv_1".into()), handoff: Some("hof_1".into()), position: 2 };
    let answer = of(BotPlatform::AmazonLex).answer(&body, &handed);
    assert_eq!(answer["sessionState"]["dialogAction"]["type"], "Close");
    assert_eq!(
        answer["sessionState"]["sessionAttributes"],
        json!({ "tier": "gold", "meridian_handoff": "hof_1", "meridian_conversation": "cnv_1", "meridian_position": "2" })
    );
    let answer = of(BotPlatform::AmazonLex).answer(&v2("CheckBalance"), &Outcome::default());
    assert_eq!(answer["sessionState"]["dialogAction"]["type"], "Delegate");
    let v1 = json!({ "messageVersion": "1.0", "invocationSource": "DialogCodeHook", "userId": "u", "inputTranscript": "hello",
        "sessionAttributes": null, "currentIntent": { "name": "Order", "slots": { "a": null, "b": "2" } } });
    let call = read(BotPlatform::AmazonLex, &v1);
    assert_eq!((call.session.as_deref(), call.slots.len(), call.ask), (Some("u"), 1, Ask::Nothing));
    assert_eq!(of(BotPlatform::AmazonLex).answer(&v1, &Outcome::default())["dialogAction"]["slots"]["b"], "2");
    assert_eq!(of(BotPlatform::AmazonLex).answer(&v1, &handed)["dialogAction"]["fulfillmentState"], "Fulfilled");
}

#[test]
fn rasa_reads_trackers_in_the_order_of_time_and_pauses() {
    let tracker = |action: &str, paused: bool| {
        json!({ "next_action": action, "sender_id": "s", "tracker": { "sender_id": "s", "paused": paused, "slots": { "a": null, "b": "x" },
            "latest_message": { "text": "I want help", "intent": { "name": "help", "confidence": 0.7 } },
            "events": [{ "event": "bot", "text": "Hello", "timestamp": 3.0 }, { "event": "user", "text": "/greet", "timestamp": 1.0 },
                       { "event": "user", "text": "I want help", "timestamp": 2.0 }] } })
    };
    let call = read(BotPlatform::Rasa, &tracker("action_look", false));
    assert_eq!((call.ask, call.text.as_deref(), call.slots.len()), (Ask::Nothing, Some("I want help"), 1));
    assert_eq!(call.transcript.iter().map(|turn| turn.text.as_str()).collect::<Vec<_>>(), ["I want help", "Hello"]);
    assert_eq!(read(BotPlatform::Rasa, &tracker("action_human_handoff", false)).ask, Ask::Handoff);
    assert_eq!(read(BotPlatform::Rasa, &tracker("action_look", true)).ask, Ask::Handoff);
    let rest = json!([{ "recipient_id": "s", "text": "Bye" }, { "recipient_id": "s", "custom": { "handoff_host": "h", "title": "Sales" } }]);
    let call = read(BotPlatform::Rasa, &rest);
    assert_eq!((call.ask, call.queue.as_deref(), call.said.len()), (Ask::Handoff, Some("Sales"), 1));
    let answer = of(BotPlatform::Rasa).answer(&rest, &Outcome { handoff: Some("hof_1".into()), ..Outcome::default() });
    assert_eq!(answer["events"].as_array().unwrap().last().unwrap()["event"], "pause");
}

#[test]
fn people_platforms_tell_speakers_apart_and_know_their_signals() {
    let chatwoot = |event: &str, more: Value| {
        let mut body = json!({ "event": event, "id": 5, "status": "pending" });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        read(BotPlatform::Chatwoot, &body)
    };
    assert_eq!(chatwoot("conversation_opened", json!({})).ask, Ask::Handoff);
    assert_eq!(chatwoot("conversation_status_changed", json!({})).ask, Ask::Nothing);
    let changed = |from: &str| json!({ "changed_attributes": [{ "status": { "previous_value": from, "current_value": "open" } }] });
    assert_eq!(chatwoot("conversation_updated", changed("pending")).ask, Ask::Handoff);
    assert_eq!(chatwoot("conversation_updated", changed("snoozed")).ask, Ask::Nothing);
    let said = |more: Value| chatwoot("message_created", more);
    let text = json!({ "content": "hi", "message_type": "outgoing", "conversation": { "id": 9 }, "sender": { "type": "user" } });
    assert_eq!((said(text.clone()).text, said(text).said), (None, vec!["hi".to_owned()]));
    assert_eq!(
        said(json!({ "content": "x", "message_type": "incoming", "private": true, "conversation": { "id": 9 } })).text,
        None
    );

    let intercom = |assignee: Value| {
        json!({ "type": "notification_event", "app_id": "a", "topic": "conversation.admin.assigned", "id": "n", "data": { "item": {
            "id": "1", "type": "conversation", "assignee": assignee, "user": { "id": "u" },
            "conversation_message": { "id": "m", "body": "<p>one &amp; two</p>", "author": { "type": "user", "id": "u" } } } } })
    };
    let call = read(BotPlatform::Intercom, &intercom(json!({ "type": "admin", "id": "2" })));
    assert_eq!((call.ask, call.text.as_deref()), (Ask::Handoff, Some("one & two")));
    assert_eq!(read(BotPlatform::Intercom, &intercom(json!({ "type": "bot", "id": "3" }))).ask, Ask::Nothing);

    let sunshine = |kind: &str| json!({ "app": {}, "events": [{ "id": "e", "type": kind, "payload": { "conversation": { "id": "c" } } }] });
    for (kind, ask) in [
        ("passControl", Ask::Handoff),
        ("offerControl", Ask::Handoff),
        ("acceptControl", Ask::Accepted),
        ("releaseControl", Ask::Released),
        ("passControl:failure", Ask::Nothing),
    ] {
        assert_eq!(read(BotPlatform::Sunshine, &sunshine(&format!("switchboard:{kind}"))).ask, ask, "{kind}");
    }
    let start = json!({ "userId": "u", "title": "T", "messageHistory": [{ "source": { "type": "bot" }, "type": "text", "payload": { "text": "Hi" } }] });
    let call = read(BotPlatform::Botpress, &start);
    assert_eq!((call.ask, call.transcript[0].from.as_str(), call.summary.as_deref()), (Ask::Handoff, "bot", Some("T")));
    assert!(read(BotPlatform::Botpress, &json!({ "type": "stopHitl", "input": { "conversationId": "c" } })).ended);
    let rocket = json!({ "action": "handover", "sessionId": "r", "actionData": { "targetDepartment": "sales" } });
    let call = read(BotPlatform::RocketChat, &rocket);
    assert_eq!((call.ask, call.queue.as_deref()), (Ask::Handoff, Some("sales")));
    assert_eq!(read(BotPlatform::RocketChat, &json!({ "action": "close-chat", "sessionId": "r" })).ask, Ask::Nothing);
}

/// Every value of a body in turn becomes something else, at every depth.
fn changed(body: &Value, into: &mut Vec<Value>) {
    fn walk(body: &Value, path: &str, found: &mut Vec<String>) {
        found.push(path.to_owned());
        match body {
            Value::Object(map) => {
                for (name, v) in map {
                    walk(v, &format!("{path}/{}", name.replace('/', "~1")), found);
                }
            }
            Value::Array(list) => {
                for (n, v) in list.iter().enumerate() {
                    walk(v, &format!("{path}/{n}"), found);
                }
            }
            _ => {}
        }
    }
    let mut places = Vec::new();
    walk(body, "", &mut places);
    for place in places {
        for other in [
            Value::Null,
            json!([]),
            json!({}),
            json!([[null]]),
            json!(-1),
            json!(1e300),
            json!(""),
            json!("\u{0}<p>&"),
            json!(true),
        ] {
            let mut copy = body.clone();
            *copy.pointer_mut(&place).unwrap() = other;
            into.push(copy);
        }
    }
}

#[test]
fn changed_bodies_do_no_harm() {
    let samples = [
        json!({ "queryResult": { "queryText": "x", "parameters": {}, "intent": { "displayName": "a" }, "fulfillmentMessages": [{ "payload": { "a": { "b": 1 } }, "text": { "text": ["x"] } }], "outputContexts": [{ "name": "a/b" }] } }),
        json!({ "fulfillmentInfo": { "tag": "x" }, "sessionInfo": { "parameters": { "a": { "listValue": { "values": [1] } } } }, "messages": [{ "liveAgentHandoff": { "metadata": { "fields": {} } } }] }),
        json!({ "topic": "conversation.admin.assigned", "app_id": "a", "data": { "item": { "source": { "body": "x", "author": { "type": "user" } }, "conversation_parts": { "conversation_parts": [{ "body": "x" }] } } } }),
        json!({ "Details": { "ContactData": { "ContactId": "c", "Queue": { "Name": "q" }, "CustomerEndpoint": { "Address": "+1", "Type": "TELEPHONE_NUMBER" } } } }),
        json!({ "sessionState": { "intent": { "name": "a", "slots": { "a": { "values": [{ "value": { "interpretedValue": 1 } }] } } } }, "invocationSource": "x", "messageVersion": "1.0", "interpretations": [{ "nluConfidence": 1 }] }),
        json!({ "event": "message_created", "content": "x", "message_type": "incoming", "conversation": { "messages": [{ "content": "y" }] }, "changed_attributes": [{ "status": {} }] }),
        json!({ "tracker": { "events": [{ "event": "user", "text": "x", "timestamp": 1.0 }], "latest_message": { "text": "x" }, "slots": {} }, "next_action": "a" }),
        json!([{ "recipient_id": "r", "text": "x", "custom": {} }]),
        json!({ "type": "startHitl", "input": { "userId": "u", "title": "t", "messageHistory": [{ "source": { "type": "user" }, "payload": { "text": "x" } }] } }),
        json!({ "app": {}, "events": [{ "id": "e", "type": "conversation:message", "payload": { "message": { "author": { "type": "user" }, "content": { "text": "x" } }, "metadata": {} } }] }),
        json!({ "_id": "r", "visitor": { "_id": "v", "email": [{ "address": "a@b.c" }] }, "messages": [{ "_id": "m", "msg": "x", "u": { "_id": "v" } }] }),
    ];
    let mut bodies = Vec::new();
    for sample in &samples {
        assert!(recognise(sample).is_some(), "{sample}");
        changed(sample, &mut bodies);
    }
    bodies.iter().for_each(read_everywhere);
    let samples: Vec<String> = samples.iter().map(Value::to_string).collect();
    let samples: Vec<&str> = samples.iter().map(String::as_str).collect();
    read_changed(&samples, 1, |body| {
        if let Ok(body) = serde_json::from_slice(body) {
            read_everywhere(&body);
        }
    });
}

/// Every adapter reads it and answers it, whosesoever it is.
fn read_everywhere(body: &Value) {
    for platform in BotPlatform::ALL.iter().filter_map(|platform| adapter(*platform)) {
        for call in platform.read(body, Rules::default()) {
            let _ = (call.handoff(), call.last_text(), call.says_something());
        }
        let _ = platform.answer(body, &Outcome { handoff: Some("h".into()), ..Outcome::default() });
        let _ = platform.answer(body, &Outcome::default());
    }
}
