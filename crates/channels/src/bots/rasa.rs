//! Rasa (<https://rasa.com/docs/reference/api/pro/action-server-api/>): Meridian stands as the action server, or as a step
//! before it. `?token=` or basic authentication, as `endpoints.yml` sends them. An action whose name asks for a person, a
//! paused tracker, or a custom response that says so is the hand-off; the answer pauses the conversation, so that Rasa falls
//! silent. Answers of the REST channel and bare trackers are read too.

use super::{
    Adapter, Answer, Outcome, Rules, adapter,
    read::{attributes_ask, first_text, language, object, turn},
};
use crate::{
    InboundRequest, Reject, Verified,
    json::{flag, id, list, text},
};
use meridian_domain::{
    bot::{BotIntent, TranscriptTurn},
    platform::{Ask, BotCall, BotPlatform, CallUser},
    secret::Secret,
    time::Instant,
};
use serde_json::{Value, json};

pub(super) struct Rasa;

/// A custom response that hands over: `handoff_host` of the helpdesk example, or a name that asks.
fn custom_asks(custom: &Value, rules: Rules<'_>) -> bool {
    custom.get("handoff_host").is_some() || attributes_ask(&object(Some(custom)), rules)
}

/// What was said, by the events' own times: their order in the list is not always that of the dialogue.
fn transcript(tracker: &Value) -> Vec<TranscriptTurn> {
    let at = |event: &Value| event.get("timestamp").and_then(Value::as_f64).unwrap_or_default();
    let mut events: Vec<&Value> = list(tracker, "events").collect();
    events.sort_by(|a, b| at(a).total_cmp(&at(b)));
    let line = |event: &Value| {
        let from = match text(event, "/event")? {
            "user" => "customer",
            "bot" => "bot",
            "agent" => "agent",
            _ => return None,
        };
        let said = text(event, "/text")?;
        // A command like `/greet` is not something a person wrote.
        if from == "customer" && said.starts_with('/') {
            return None;
        }
        turn(from, said, id(event, "/message_id"), event.get("timestamp"))
    };
    events.into_iter().filter_map(line).collect()
}

fn of_tracker(body: &Value, tracker: &Value, rules: Rules<'_>) -> BotCall {
    let latest = &tracker["latest_message"];
    let action = text(body, "/next_action");
    let turns = transcript(tracker);
    let last = turns.iter().rev().find(|turn| turn.from == "customer").map(|turn| turn.text.clone());
    let session = first_text(body, &["/sender_id"]).or_else(|| first_text(tracker, &["/sender_id"]));
    let responses = list(body, "responses").chain(list(body, "messages"));
    let custom = responses.filter_map(|response| response.get("custom")).any(|custom| custom_asks(custom, rules));
    let asks = action.is_some_and(|action| rules.asks(action)) || flag(tracker, "/paused") || custom;
    let intent = text(latest, "/intent/name").map(|name| BotIntent {
        name: name.to_owned(),
        confidence: latest.pointer("/intent/confidence").and_then(Value::as_f64),
    });
    BotCall {
        format: "rasa",
        event: action.unwrap_or_default().to_owned(),
        delivery: id(latest, "/message_id").map(|message| format!("{}:{message}", action.unwrap_or_default())),
        user: CallUser { id: session.clone(), ..CallUser::default() },
        session,
        text: text(latest, "/text").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).or(last),
        said: Vec::new(),
        slots: object(tracker.get("slots"))
            .into_iter()
            .filter(|(name, _)| name != "session_started_metadata")
            .collect(),
        attributes: object(latest.get("metadata")),
        language: language(text(tracker, "/slots/language").or_else(|| text(latest, "/metadata/language"))),
        ask: if asks { Ask::Handoff } else { Ask::Nothing },
        transcript: turns,
        intent,
        ..BotCall::default()
    }
}

/// What the bot answered on the REST channel: `[{recipient_id, text, custom}]`.
fn of_answers(answers: &[Value], rules: Rules<'_>) -> BotCall {
    let session = answers.iter().find_map(|answer| id(answer, "/recipient_id"));
    let asks = answers.iter().filter_map(|answer| answer.get("custom")).any(|custom| custom_asks(custom, rules));
    let custom = answers.iter().find_map(|answer| answer.get("custom"));
    BotCall {
        format: "rasa",
        user: CallUser { id: session.clone(), ..CallUser::default() },
        session,
        said: answers.iter().filter_map(|answer| text(answer, "/text")).map(str::to_owned).collect(),
        queue: custom.and_then(|custom| first_text(custom, &["/queue", "/department", "/title"])),
        attributes: object(custom),
        ask: if asks { Ask::Handoff } else { Ask::Nothing },
        ..BotCall::default()
    }
}

impl Adapter for Rasa {
    fn platform(&self) -> BotPlatform {
        BotPlatform::Rasa
    }

    fn verify(&self, secret: &Secret, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        adapter::shared_or_query(secret, request, &[])
    }

    fn recognises(&self, body: &Value) -> bool {
        let answers = |list: &Vec<Value>| list.iter().any(|answer| answer["recipient_id"].is_string());
        body["tracker"].is_object()
            || body["next_action"].is_string()
            || body["latest_message"].is_object() && body["sender_id"].is_string()
            || body["events"].is_array() && body["responses"].is_array()
            || body.as_array().is_some_and(answers)
    }

    fn read(&self, body: &Value, rules: Rules<'_>) -> Vec<BotCall> {
        if let Some(answers) = body.as_array() {
            return vec![of_answers(answers, rules)];
        }
        if !self.recognises(body) {
            return Vec::new();
        }
        if let (Some(responses), None) = (body["responses"].as_array(), body.get("tracker")) {
            let mut call = of_answers(responses, rules);
            if list(body, "events").any(|event| text(event, "/event") == Some("pause")) {
                call.ask = Ask::Handoff;
            }
            return vec![call];
        }
        let tracker = body.get("tracker").filter(|tracker| tracker.is_object()).unwrap_or(body);
        vec![of_tracker(body, tracker, rules)]
    }

    fn answer(&self, _body: &Value, outcome: &Outcome) -> Answer {
        let Some(handoff) = &outcome.handoff else { return json!({ "events": [], "responses": [] }) };
        let slot = |name: &str, value: Value| json!({ "event": "slot", "name": name, "value": value });
        json!({ "responses": [], "events": [
            slot("meridian_handoff", json!(handoff)),
            slot("meridian_conversation", json!(outcome.conversation)),
            slot("meridian_position", json!(outcome.position)),
            { "event": "pause" } ] })
    }
}
