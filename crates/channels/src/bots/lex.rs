//! Amazon Lex code hooks, V2 (<https://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html>) and V1: the function
//! posts the event here with the bot's secret as bearer token. An intent or session attribute whose name asks for a person
//! hands off. The answer closes the dialogue on a hand-off and lets Lex go on otherwise.

use super::{
    Adapter, Answer, Outcome, Rules,
    read::{attributes_ask, first_text, language, object},
};
use crate::json::{id, list, text};
use meridian_domain::{
    bot::BotIntent,
    platform::{Ask, BotCall, BotPlatform, CallUser},
};
use serde_json::{Map, Value, json};

pub(super) struct AmazonLex;

fn is_v2(body: &Value) -> bool {
    body["sessionState"].is_object() || body["interpretations"].is_array() || body["proposedNextState"].is_object()
}

/// Slots that are filled. Empty ones are null; V2 wraps the value, a list in `values`.
fn slots(raw: Option<&Value>) -> Map<String, Value> {
    fn value(slot: &Value) -> Option<Value> {
        if let Some(many) = slot.get("values").and_then(Value::as_array).filter(|many| !many.is_empty()) {
            return Some(Value::Array(many.iter().filter_map(value).collect()));
        }
        match slot {
            Value::Object(_) => {
                let inner = slot.get("value").unwrap_or(slot);
                ["interpretedValue", "originalValue"]
                    .iter()
                    .find_map(|name| inner.get(*name))
                    .filter(|v| !v.is_null())
                    .cloned()
            }
            Value::Null => None,
            plain => Some(plain.clone()),
        }
    }
    let filled = raw.and_then(Value::as_object).into_iter().flatten();
    filled
        .filter_map(|(name, slot)| Some((name.clone(), value(slot)?)))
        .filter(|(_, v)| v.as_str() != Some(""))
        .collect()
}

/// A confidence is a number, or wrapped as a score.
fn confidence(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    value.as_f64().or_else(|| value.get("score")?.as_f64())
}

impl AmazonLex {
    fn v2(body: &Value, rules: Rules<'_>) -> BotCall {
        let none = Value::Null;
        let state = body.get("sessionState").unwrap_or(&none);
        let best = list(body, "interpretations").next().unwrap_or(&none);
        let intent = [state.get("intent"), body.pointer("/proposedNextState/intent"), best.get("intent")];
        let intent = intent.into_iter().flatten().find(|intent| text(intent, "/name").is_some()).unwrap_or(&none);
        let attributes = object(state.get("sessionAttributes"));
        let name = text(intent, "/name").map(str::to_owned);
        let same = |i: &&Value| text(i, "/intent/name") == name.as_deref();
        let score =
            list(body, "interpretations").find(same).or(Some(best)).and_then(|i| confidence(i.get("nluConfidence")));
        let asks = name.as_deref().is_some_and(|name| rules.asks(name)) || attributes_ask(&attributes, rules);
        let mut detail = Map::new();
        for (name, place) in [("invocation", "/invocationSource"), ("bot", "/bot/name")] {
            detail.extend(text(body, place).map(|value| (name.to_owned(), json!(value))));
        }
        BotCall {
            format: "amazon-lex-v2",
            event: text(body, "/invocationSource").unwrap_or_default().to_owned(),
            session: id(body, "/sessionId"),
            user: user(&attributes, body.get("requestAttributes"), id(body, "/sessionId")),
            text: first_text(body, &["/inputTranscript"]),
            intent: name.map(|name| BotIntent { name, confidence: score }),
            slots: slots(intent.get("slots")),
            language: language(text(body, "/bot/localeId")),
            ask: if asks { Ask::Handoff } else { Ask::Nothing },
            attributes,
            detail,
            ..BotCall::default()
        }
    }

    fn v1(body: &Value, rules: Rules<'_>) -> BotCall {
        let attributes = object(body.get("sessionAttributes"));
        let name = first_text(body, &["/currentIntent/name"]);
        let asks = name.as_deref().is_some_and(|name| rules.asks(name)) || attributes_ask(&attributes, rules);
        BotCall {
            format: "amazon-lex-v1",
            event: text(body, "/invocationSource").unwrap_or_default().to_owned(),
            session: id(body, "/sessionId").or_else(|| id(body, "/userId")),
            user: user(&attributes, body.get("requestAttributes"), id(body, "/userId")),
            text: first_text(body, &["/inputTranscript"]),
            intent: name.map(|name| BotIntent {
                name,
                confidence: confidence(body.pointer("/currentIntent/nluIntentConfidenceScore")),
            }),
            slots: slots(body.pointer("/currentIntent/slots")),
            ask: if asks { Ask::Handoff } else { Ask::Nothing },
            attributes,
            ..BotCall::default()
        }
    }
}

/// Lex knows a user id; Connect and Twilio put the number into the request attributes.
fn user(attributes: &Map<String, Value>, request: Option<&Value>, id: Option<String>) -> CallUser {
    let named = |name: &str| attributes.get(name).and_then(Value::as_str).map(str::to_owned);
    let asked = object(request);
    let number =
        asked.iter().filter(|(name, _)| name.starts_with("x-amz-lex:")).filter_map(|(_, value)| value.as_str());
    CallUser {
        id,
        external_id: named("customerId"),
        email: named("email"),
        phone: number.into_iter().find(|value| value.starts_with('+')).map(str::to_owned).or_else(|| named("phone")),
        name: named("name"),
    }
}

impl Adapter for AmazonLex {
    fn platform(&self) -> BotPlatform {
        BotPlatform::AmazonLex
    }

    fn recognises(&self, body: &Value) -> bool {
        body["messageVersion"].is_string() && body["invocationSource"].is_string() || body["currentIntent"].is_object()
    }

    fn read(&self, body: &Value, rules: Rules<'_>) -> Vec<BotCall> {
        if is_v2(body) {
            vec![Self::v2(body, rules)]
        } else if body["currentIntent"].is_object() {
            vec![Self::v1(body, rules)]
        } else {
            Vec::new()
        }
    }

    fn answer(&self, body: &Value, outcome: &Outcome) -> Answer {
        let handed = outcome.handoff.is_some();
        if !is_v2(body) {
            let mut attributes = object(body.get("sessionAttributes"));
            if !handed {
                let slots = body.pointer("/currentIntent/slots").cloned().unwrap_or_else(|| json!({}));
                return json!({ "sessionAttributes": attributes, "dialogAction": { "type": "Delegate", "slots": slots } });
            }
            attributes.extend(told(outcome));
            return json!({ "sessionAttributes": attributes,
                           "dialogAction": { "type": "Close", "fulfillmentState": "Fulfilled" } });
        }
        let state = body.get("sessionState").unwrap_or(&Value::Null);
        let mut attributes = object(state.get("sessionAttributes"));
        // Lex wants its intent back as it was, empty slots included.
        let mut intent = state.get("intent").and_then(Value::as_object).cloned().unwrap_or_default();
        let action = if handed { "Close" } else { "Delegate" };
        if handed {
            attributes.extend(told(outcome));
            intent.insert("state".to_owned(), json!("Fulfilled"));
        }
        json!({ "sessionState": { "sessionAttributes": attributes, "dialogAction": { "type": action }, "intent": intent } })
    }
}

/// Session attributes are texts.
fn told(outcome: &Outcome) -> Map<String, Value> {
    let all = [
        ("meridian_handoff", outcome.handoff.clone()),
        ("meridian_conversation", outcome.conversation.clone()),
        ("meridian_position", Some(outcome.position.to_string())),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?)))).collect()
}
