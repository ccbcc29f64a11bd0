//! Bot platforms of others: one dialogue each that ends in a call for a person, posted and proven as the platform does.

use crate::senders::{Signed, sha1_hex, sha256_hex};
use anyhow::Result;
use base64::{Engine, engine::general_purpose::STANDARD};
use meridian_domain::platform::BotPlatform;
use serde_json::{Value, json};

/// What the customer of every dialogue says.
pub const PROBLEM: &str = "My kettle from order 48213 leaks & I want a person";

/// A dialogue on a platform.
#[derive(Debug, Clone)]
pub struct Dialogue {
    /// Its platform.
    pub platform: BotPlatform,
    /// Calls before the last one; people must not get the conversation by them.
    pub before: Vec<Value>,
    /// The call that hands over.
    pub handoff: Value,
    /// Where in the answer to it the platform finds something, and whether it is Meridian's conversation.
    pub told: Option<(&'static str, bool)>,
    /// Whether the platform tells what the customer said; a contact flow does not.
    pub heard: bool,
}

fn dialogflow_es(session: &str) -> Dialogue {
    let turn = |id: &str, intent: &str| {
        json!({ "responseId": id, "session": session,
            "queryResult": { "queryText": PROBLEM, "parameters": { "order": "48213" }, "languageCode": "en",
                "intent": { "name": "projects/p/agent/intents/1", "displayName": intent },
                "intentDetectionConfidence": 0.9, "outputContexts": [] },
            "originalDetectIntentRequest": { "source": "slack", "payload": { "data": { "user": "U77" } } } })
    };
    Dialogue {
        platform: BotPlatform::DialogflowEs,
        before: vec![turn("es-1", "complaint")],
        handoff: turn("es-2", "talk.to-human"),
        told: Some(("/payload/meridian/conversation", true)),
        heard: true,
    }
}

fn dialogflow_cx(session: &str) -> Dialogue {
    let turn = |id: &str, messages: Value| {
        json!({ "detectIntentResponseId": id, "languageCode": "en", "text": PROBLEM,
            "sessionInfo": { "session": session, "parameters": { "order": "48213" } },
            "intentInfo": { "displayName": "complaint", "confidence": 0.8 },
            "fulfillmentInfo": { "tag": "check-order" }, "messages": messages })
    };
    let said = json!({ "text": { "text": ["Let me look."] } });
    let handoff = json!({ "liveAgentHandoff": { "metadata": { "summary": "The kettle leaks", "reason": "policy" } } });
    Dialogue {
        platform: BotPlatform::DialogflowCx,
        before: vec![turn("cx-1", json!([said]))],
        handoff: turn("cx-2", json!([handoff])),
        told: Some(("/sessionInfo/parameters/meridian_conversation", true)),
        heard: true,
    }
}

fn intercom() -> Dialogue {
    let notice = |id: &str, topic: &str| {
        json!({ "type": "notification_event", "app_id": "app1", "id": id, "topic": topic, "delivery_attempts": 1,
            "data": { "item": { "type": "conversation", "id": "9001",
                "source": { "type": "conversation", "id": "s1", "body": format!("<p>{}</p>", PROBLEM.replace('&', "&amp;")),
                            "author": { "type": "user", "id": "u9", "name": "Ida Fell", "email": "ida@example.org" } },
                "contacts": { "contacts": [{ "type": "contact", "id": "u9", "external_id": "c-9" }] },
                "team_assignee_id": "5",
                "conversation_parts": { "conversation_parts": [
                    { "id": "p1", "part_type": "comment", "body": "<p>Which order is it?</p>", "author": { "type": "bot", "id": "b" } },
                    { "id": "p2", "part_type": "note", "body": "<p>secret</p>", "author": { "type": "admin", "id": "a" } }] } } } })
    };
    Dialogue {
        platform: BotPlatform::Intercom,
        before: vec![notice("notif_1", "conversation.user.created")],
        handoff: notice("notif_2", "conversation.admin.assigned"),
        told: None,
        heard: true,
    }
}

fn connect() -> Dialogue {
    Dialogue {
        platform: BotPlatform::AmazonConnect,
        before: Vec::new(),
        handoff: json!({ "Name": "ContactFlowEvent", "Details": {
            "Parameters": { "order": "48213" },
            "ContactData": { "ContactId": "c-100", "Channel": "VOICE", "LanguageCode": "en-GB", "Attributes": {},
                "CustomerEndpoint": { "Type": "TELEPHONE_NUMBER", "Address": "+447700900321" }, "Queue": null } } }),
        told: Some(("/conversation", true)),
        heard: false,
    }
}

fn lex(session: &str) -> Dialogue {
    let turn = |intent: &str| {
        let intent = json!({ "name": intent, "state": "InProgress",
            "slots": { "Order": { "value": { "originalValue": "48213", "interpretedValue": "48213" } }, "Date": null } });
        json!({ "messageVersion": "1.0", "invocationSource": "DialogCodeHook", "sessionId": session,
            "inputTranscript": PROBLEM, "bot": { "name": "kettles", "localeId": "en_GB" },
            "interpretations": [{ "intent": intent, "nluConfidence": 0.7 }],
            "sessionState": { "sessionAttributes": { "tier": "gold" }, "intent": intent } })
    };
    Dialogue {
        platform: BotPlatform::AmazonLex,
        before: vec![turn("Complaint")],
        handoff: turn("SpeakToAgent"),
        told: Some(("/sessionState/sessionAttributes/meridian_conversation", true)),
        heard: true,
    }
}

fn chatwoot() -> Dialogue {
    let conversation =
        |status: &str| json!({ "id": 41, "status": status, "meta": { "sender": { "id": 7, "name": "Ida Fell" } } });
    let message = |id: u64, kind: &str, text: &str| {
        json!({ "event": "message_created", "id": id, "content": text, "message_type": kind, "created_at": "2026-05-04T10:00:00Z",
            "sender": { "id": 7, "name": "Ida Fell" }, "conversation": conversation("pending") })
    };
    let mut opened = conversation("open");
    opened["event"] = json!("conversation_status_changed");
    opened["timestamp"] = json!(1_777_890_000);
    Dialogue {
        platform: BotPlatform::Chatwoot,
        before: vec![message(1, "incoming", PROBLEM), message(2, "outgoing", "Which order is it?")],
        handoff: opened,
        told: None,
        heard: true,
    }
}

fn rasa(session: &str) -> Dialogue {
    let call = |action: &str| {
        json!({ "next_action": action, "sender_id": session, "version": "3.6",
            "tracker": { "sender_id": session, "paused": false, "slots": { "order": "48213", "size": null },
                "latest_message": { "text": PROBLEM, "intent": { "name": "complain", "confidence": 0.8 }, "message_id": "m1" },
                "events": [
                    { "event": "action", "name": "action_listen", "timestamp": 1_600_000_000.0 },
                    { "event": "bot", "text": "Which order is it?", "timestamp": 1_600_000_003.0 },
                    { "event": "user", "text": PROBLEM, "timestamp": 1_600_000_001.0, "message_id": "m1" }] } })
    };
    Dialogue {
        platform: BotPlatform::Rasa,
        before: vec![call("action_look_up_order")],
        handoff: call("action_human_handoff"),
        told: Some(("/events/1/value", true)),
        heard: true,
    }
}

fn botpress() -> Dialogue {
    let said = |kind: &str, text: &str| json!({ "source": { "type": kind, "userId": "bu1" }, "type": "text", "payload": { "text": text } });
    Dialogue {
        platform: BotPlatform::Botpress,
        before: vec![json!({ "type": "ping" })],
        handoff: json!({ "type": "startHitl", "input": { "userId": "bu1", "title": "Leak", "description": "Asks for a person",
            "messageHistory": [said("user", PROBLEM), said("bot", "Which order is it?")] } }),
        told: Some(("/conversationId", true)),
        heard: true,
    }
}

fn sunshine() -> Dialogue {
    let event = |id: &str, kind: &str, more: Value| {
        let mut payload = json!({ "conversation": { "id": "sun1", "type": "personal" } });
        for (name, value) in more.as_object().into_iter().flatten() {
            payload[name] = value.clone();
        }
        json!({ "app": { "id": "a1" }, "webhook": { "id": "w1", "version": "v2" },
            "events": [{ "id": id, "type": kind, "createdAt": "2026-05-04T10:00:00.000Z", "payload": payload }] })
    };
    let author = json!({ "type": "user", "userId": "su1", "displayName": "Ida Fell" });
    let message =
        json!({ "message": { "id": "sm1", "author": author, "content": { "type": "text", "text": PROBLEM } } });
    Dialogue {
        platform: BotPlatform::Sunshine,
        before: vec![event("sev1", "conversation:message", message)],
        handoff: event("sev2", "switchboard:passControl", json!({ "metadata": { "order": "48213" } })),
        told: None,
        heard: true,
    }
}

fn rocketchat() -> Dialogue {
    Dialogue {
        platform: BotPlatform::RocketChat,
        before: vec![
            json!({ "_id": "room1", "type": "Message", "visitor": { "_id": "v1", "name": "Ida Fell", "token": "t" },
            "messages": [{ "_id": "rm1", "msg": PROBLEM, "u": { "_id": "v1" }, "ts": "2026-05-04T10:00:00.000Z" }] }),
        ],
        handoff: json!({ "action": "handover", "sessionId": "room1", "actionData": { "targetDepartment": "Nowhere" } }),
        told: Some(("/conversation", true)),
        heard: true,
    }
}

/// A dialogue of every platform. Where the platform takes the session's name from us, it is `session`.
pub fn dialogues(session: &str) -> Vec<Dialogue> {
    let google = format!("projects/p/agent/sessions/{session}");
    vec![
        dialogflow_es(&google),
        dialogflow_cx(&google),
        intercom(),
        connect(),
        lex(session),
        chatwoot(),
        rasa(session),
        botpress(),
        sunshine(),
        rocketchat(),
    ]
}

/// A call, proven as the platform proves it.
pub fn post(platform: BotPlatform, url: &str, secret: &str, unix: i64, body: &Value) -> Result<Signed> {
    let (body, mut url) = (body.to_string(), url.to_owned());
    let mut headers = vec![("content-type", "application/json".to_owned())];
    match platform {
        BotPlatform::Intercom => headers.push(("x-hub-signature", format!("sha1={}", sha1_hex(secret, &body)?))),
        BotPlatform::Chatwoot => {
            headers.push(("x-chatwoot-timestamp", unix.to_string()));
            headers
                .push(("x-chatwoot-signature", format!("sha256={}", sha256_hex(secret, &format!("{unix}.{body}"))?)));
        }
        BotPlatform::Sunshine => headers.push(("x-api-key", secret.to_owned())),
        BotPlatform::RocketChat => headers.push(("x-rocketchat-livechat-token", secret.to_owned())),
        BotPlatform::Botpress => headers.push(("x-bp-secret", secret.to_owned())),
        BotPlatform::Rasa => url = format!("{url}?token={secret}"),
        BotPlatform::DialogflowEs => {
            headers.push(("authorization", format!("Basic {}", STANDARD.encode(format!("meridian:{secret}")))));
        }
        _ => headers.push(("authorization", format!("Bearer {secret}"))),
    }
    Ok(Signed { url, headers, body })
}
