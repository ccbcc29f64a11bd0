//! Dialogflow ES fulfilment (<https://cloud.google.com/dialogflow/es/docs/fulfillment-webhook>): basic authentication or a
//! header of the tenant's choice, an answer within 5 s. There is no hand-off of its own: an intent that is marked for live
//! agents, or an intent, action, context or custom payload whose name asks for a person. The retired version 1 is read too.

use super::{
    Adapter, Answer, Outcome, Rules,
    read::{attributes_ask, first, first_text, language, object},
};
use crate::json::{flag, id, list, text};
use meridian_domain::{
    bot::BotIntent,
    platform::{Ask, BotCall, BotPlatform, CallUser},
};
use serde_json::{Map, Value, json};

pub(super) struct DialogflowEs;

/// Where the channels of Dialogflow's integrations put the user's id in the original request.
const USERS: &[&str] = &[
    "/data/event/user",
    "/data/user",
    "/data/sender/id",
    "/data/from/id",
    "/data/message/from/id",
    "/data/callback_query/from/id",
    "/data/source/userId",
    "/data/From",
    "/data/user/userId",
    "/user/userId",
    "/data/personId",
    "/data/user_id",
    "/data/userId",
    "/userId",
    "/data/message/chat/id",
    "/data/chat/id",
    "/data/channel",
    "/telephony/caller_id",
];

/// The user of the channel behind the bot.
pub(super) fn user(original: &Value) -> CallUser {
    let phone = ["/telephony/caller_id", "/data/From", "/data/from"]
        .iter()
        .find_map(|place| text(original, place).filter(|value| value.starts_with('+')));
    CallUser {
        id: first(original, USERS),
        external_id: None,
        email: first_text(original, &["/data/user/email", "/user/email", "/data/email"]),
        phone: phone.map(str::to_owned),
        name: first_text(
            original,
            &["/data/user/profile/displayName", "/data/from/first_name", "/data/message/from/first_name"],
        ),
    }
}

fn short(context: &str) -> &str {
    context.rsplit('/').next().unwrap_or(context)
}

/// Contexts that are still alive: a life of 0 ends one.
fn contexts<'a>(listed: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let alive = |c: &&Value| {
        let life = c.get("lifespanCount").or_else(|| c.get("lifespan"));
        life.and_then(Value::as_i64).is_none_or(|life| life > 0)
    };
    listed.filter(alive).filter_map(|c| text(c, "/name")).map(|name| short(name).to_owned()).collect()
}

/// Custom payloads of the bot's answer.
fn payload_asks<'a>(messages: impl Iterator<Item = &'a Value>, rules: Rules<'_>) -> bool {
    messages.filter_map(|message| message.get("payload")).any(|payload| {
        let deep = payload.as_object().into_iter().flatten().filter(|(_, inner)| inner.is_object());
        attributes_ask(&object(Some(payload)), rules)
            || deep.into_iter().any(|(_, inner)| attributes_ask(&object(Some(inner)), rules))
    })
}

fn said<'a>(messages: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let texts = |message: &Value| -> Vec<String> {
        let many = message.pointer("/text/text").and_then(Value::as_array).into_iter().flatten();
        many.filter_map(Value::as_str).chain(text(message, "/speech")).map(str::to_owned).collect()
    };
    messages.flat_map(texts).filter(|text| !text.trim().is_empty()).collect()
}

impl DialogflowEs {
    fn v2(body: &Value, rules: Rules<'_>) -> BotCall {
        let result = body.get("queryResult").or_else(|| body.get("alternativeQueryResult")).unwrap_or(&Value::Null);
        let alive = contexts(list(result, "outputContexts"));
        let name = text(result, "/intent/displayName");
        let action = text(result, "/action");
        let names = name.into_iter().chain(action).chain(alive.iter().map(String::as_str));
        let slots = object(result.get("parameters"));
        let transfer = list(result, "fulfillmentMessages")
            .find_map(|message| text(message, "/telephonyTransferCall/phoneNumber"))
            .map(str::to_owned);
        let asks = flag(result, "/intent/liveAgentHandoff")
            || transfer.is_some()
            || names.into_iter().any(|name| rules.asks(name))
            || attributes_ask(&slots, rules)
            || payload_asks(list(result, "fulfillmentMessages"), rules);
        let original = body.pointer("/originalDetectIntentRequest/payload").unwrap_or(&Value::Null);
        let mut detail = Map::new();
        detail.insert("contexts".to_owned(), json!(alive));
        detail.extend(action.map(|action| ("action".to_owned(), json!(action))));
        BotCall {
            format: "dialogflow-es-v2",
            delivery: id(body, "/responseId"),
            session: id(body, "/session"),
            user: user(original),
            text: first_text(result, &["/queryText"]),
            said: said(list(result, "fulfillmentMessages")),
            intent: name.map(|name| BotIntent {
                name: name.to_owned(),
                confidence: result.get("intentDetectionConfidence").and_then(Value::as_f64),
            }),
            slots,
            language: language(text(result, "/languageCode")),
            ask: if asks { Ask::Handoff } else { Ask::Nothing },
            ended: flag(result, "/intent/endInteraction"),
            transfer_to: transfer,
            detail,
            ..BotCall::default()
        }
    }

    fn v1(body: &Value, rules: Rules<'_>) -> BotCall {
        let result = &body["result"];
        let alive = contexts(list(result, "contexts"));
        let name = text(result, "/metadata/intentName");
        let names = name.into_iter().chain(text(result, "/action")).chain(alive.iter().map(String::as_str));
        let asks = names.into_iter().any(|name| rules.asks(name));
        BotCall {
            format: "dialogflow-es-v1",
            delivery: id(body, "/id"),
            session: id(body, "/sessionId"),
            user: user(body.pointer("/originalRequest/data").unwrap_or(&Value::Null)),
            text: first_text(result, &["/resolvedQuery"]),
            said: said(result.pointer("/fulfillment/messages").and_then(Value::as_array).into_iter().flatten()),
            intent: name.map(|name| BotIntent {
                name: name.to_owned(),
                confidence: result.get("score").and_then(Value::as_f64),
            }),
            slots: object(result.get("parameters")),
            language: language(text(body, "/lang")),
            ask: if asks { Ask::Handoff } else { Ask::Nothing },
            detail: Map::from_iter([("contexts".to_owned(), json!(alive))]),
            ..BotCall::default()
        }
    }
}

impl Adapter for DialogflowEs {
    fn platform(&self) -> BotPlatform {
        BotPlatform::DialogflowEs
    }

    fn recognises(&self, body: &Value) -> bool {
        let v2 = body["queryResult"].is_object() && body["queryResult"]["responseMessages"].is_null();
        let cx = body["queryResult"]["match"].is_object() || body["queryResult"]["currentPage"].is_object();
        let v1 = body["result"].is_object() && body["sessionId"].is_string();
        v2 && !cx || v1
    }

    fn read(&self, body: &Value, rules: Rules<'_>) -> Vec<BotCall> {
        if body["queryResult"].is_object() {
            vec![Self::v2(body, rules)]
        } else if body["result"].is_object() {
            vec![Self::v1(body, rules)]
        } else {
            Vec::new()
        }
    }

    /// Without `fulfillmentMessages` the agent's own response stands; what the caller needs goes into `payload`.
    fn answer(&self, _body: &Value, outcome: &Outcome) -> Answer {
        match &outcome.handoff {
            Some(handoff) => json!({ "payload": { "meridian": {
                "handoff": handoff, "conversation": outcome.conversation, "position": outcome.position } } }),
            None => json!({}),
        }
    }
}
