//! Dialogflow CX (<https://cloud.google.com/dialogflow/cx/docs/concept/webhook>): a webhook with a tag, or a forwarded
//! `DetectIntentResponse`. It hands off by the response message `liveAgentHandoff`, whose metadata is free, by
//! `telephonyTransferCall`, or by a tag, intent or page whose name asks for a person.

use super::{
    Adapter, Answer, Outcome, Rules, dialogflow_es,
    read::{attributes_ask, first_text, language, object},
};
use crate::json::{id, list, text};
use meridian_domain::{
    bot::BotIntent,
    platform::{Ask, BotCall, BotPlatform},
};
use serde_json::{Map, Value, json};

pub(super) struct DialogflowCx;

/// A `Struct` may come as plain JSON or as the protocol buffer's own fields.
fn plain(value: &Value) -> Value {
    let Some(object) = value.as_object() else { return value.clone() };
    if let (1, Some(fields)) = (object.len(), object.get("fields").and_then(Value::as_object)) {
        return Value::Object(fields.iter().map(|(name, value)| (name.clone(), plain(value))).collect());
    }
    for kind in ["stringValue", "numberValue", "boolValue"] {
        if let (1, Some(inner)) = (object.len(), object.get(kind)) {
            return inner.clone();
        }
    }
    match (object.len(), object.get("structValue"), object.pointer_list("listValue")) {
        (1, Some(inner), _) => plain(inner),
        (1, None, Some(items)) => Value::Array(items.iter().map(plain).collect()),
        _ => Value::Object(object.iter().map(|(name, value)| (name.clone(), plain(value))).collect()),
    }
}

trait ListValue {
    fn pointer_list(&self, name: &str) -> Option<&Vec<Value>>;
}

impl ListValue for Map<String, Value> {
    fn pointer_list(&self, name: &str) -> Option<&Vec<Value>> {
        self.get(name)?.get("values")?.as_array()
    }
}

/// What the response messages say.
#[derive(Default)]
struct Messages {
    said: Vec<String>,
    handoff: bool,
    metadata: Map<String, Value>,
    transfer_to: Option<String>,
    ended: bool,
}

fn messages<'a>(listed: impl Iterator<Item = &'a Value>, rules: Rules<'_>) -> Messages {
    let mut found = Messages::default();
    for message in listed {
        let texts = ["/text/text", "/outputAudioText/text"].iter().filter_map(|place| message.pointer(place));
        for text in texts.flat_map(|texts| texts.as_array().cloned().unwrap_or_else(|| vec![texts.clone()])) {
            found.said.extend(text.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned));
        }
        if let Some(handoff) = message.get("liveAgentHandoff").filter(|handoff| !handoff.is_null()) {
            found.handoff = true;
            found.metadata.extend(object(Some(&plain(&handoff["metadata"]))));
        }
        if let Some(number) = text(message, "/telephonyTransferCall/phoneNumber") {
            found.transfer_to = Some(number.to_owned());
        }
        let payload = object(message.get("payload").map(plain).as_ref());
        found.handoff |= attributes_ask(&payload, rules);
        found.ended |= message.get("endInteraction").is_some_and(|end| !end.is_null());
    }
    found
}

impl Adapter for DialogflowCx {
    fn platform(&self) -> BotPlatform {
        BotPlatform::DialogflowCx
    }

    fn recognises(&self, body: &Value) -> bool {
        let result = &body["queryResult"];
        let response =
            result["responseMessages"].is_array() || result["match"].is_object() || result["currentPage"].is_object();
        response
            || body["fulfillmentInfo"].is_object()
            || body["sessionInfo"].is_object()
            || body["detectIntentResponseId"].is_string()
    }

    fn read(&self, body: &Value, rules: Rules<'_>) -> Vec<BotCall> {
        if !self.recognises(body) {
            return Vec::new();
        }
        let result = &body["queryResult"];
        let found = messages(list(body, "messages").chain(list(result, "responseMessages")), rules);
        let tag = first_text(body, &["/fulfillmentInfo/tag"]);
        let intent = first_text(
            body,
            &[
                "/intentInfo/displayName",
                "/queryResult/intent/displayName",
                "/queryResult/match/intent/displayName",
                "/queryResult/triggerIntent",
            ],
        );
        let page = first_text(body, &["/pageInfo/displayName", "/queryResult/currentPage/displayName"]);
        let event = first_text(body, &["/triggerEvent", "/queryResult/triggerEvent"]);
        let mut names = tag.iter().chain(&intent).chain(&page).chain(&event);
        let asks = found.handoff || found.transfer_to.is_some() || names.any(|name| rules.asks(name));
        let mut slots = object(body.pointer("/sessionInfo/parameters").map(plain).as_ref());
        slots.extend(object(result.get("parameters").map(plain).as_ref()));
        for (name, value) in object(body.pointer("/intentInfo/parameters")) {
            let resolved = value.get("resolvedValue").or_else(|| value.get("originalValue")).cloned();
            slots.extend(resolved.map(|value| (name, value)));
        }
        let confidence =
            ["/intentInfo/confidence", "/queryResult/match/confidence", "/queryResult/intentDetectionConfidence"];
        let mut detail = Map::new();
        detail.extend(tag.map(|tag| ("tag".to_owned(), json!(tag))));
        detail.extend(page.map(|page| ("page".to_owned(), json!(page))));
        if !found.metadata.is_empty() {
            detail.insert("metadata".to_owned(), json!(found.metadata));
        }
        let named = |name: &str| found.metadata.get(name).and_then(Value::as_str).map(str::to_owned);
        vec![BotCall {
            format: "dialogflow-cx",
            delivery: id(body, "/detectIntentResponseId").or_else(|| id(body, "/responseId")),
            session: id(body, "/sessionInfo/session").or_else(|| id(body, "/session")),
            user: dialogflow_es::user(body.get("payload").unwrap_or(&Value::Null)),
            text: first_text(body, &["/text", "/transcript", "/queryResult/text", "/queryResult/transcript"]),
            intent: intent.map(|name| BotIntent {
                name,
                confidence: confidence.iter().find_map(|place| body.pointer(place)?.as_f64()),
            }),
            slots,
            reason: named("reason").or_else(|| named("handoff_reason")),
            queue: named("queue").or_else(|| named("department")),
            summary: named("summary"),
            attributes: found.metadata,
            language: language(text(body, "/languageCode").or_else(|| text(result, "/languageCode"))),
            ask: if asks { Ask::Handoff } else { Ask::Nothing },
            said: found.said,
            transfer_to: found.transfer_to,
            ended: found.ended,
            detail,
            ..BotCall::default()
        }]
    }

    /// The session learns what came of it; without `fulfillmentResponse` the flow's own messages stand.
    fn answer(&self, _body: &Value, outcome: &Outcome) -> Answer {
        match &outcome.handoff {
            Some(handoff) => json!({ "sessionInfo": { "parameters": {
                "meridian_handoff": handoff,
                "meridian_conversation": outcome.conversation,
                "meridian_position": outcome.position } } }),
            None => json!({}),
        }
    }
}
