//! Rocket.Chat: what bots post to its Rasa, Dialogflow and Botpress apps to hand over (`action: "handover"` with
//! `actionData`, or `targetDepartmentName`), and its omnichannel webhooks, whose secret comes in
//! `X-RocketChat-Livechat-Token` (<https://docs.rocket.chat/docs/omnichannel-webhooks>).

use super::{
    Adapter, Answer, Outcome, Rules, adapter,
    read::{first, first_text, object, turn},
};
use crate::{
    InboundRequest, Reject, Verified,
    json::{id, list, text},
};
use meridian_domain::{
    bot::TranscriptTurn,
    platform::{Ask, BotCall, BotPlatform, CallUser},
    secret::Secret,
    time::Instant,
};
use serde_json::{Value, json};

pub(super) struct RocketChat;

/// What is written by an agent carries the agent's id.
fn transcript(body: &Value, visitor: Option<&str>) -> Vec<TranscriptTurn> {
    let line = |message: &Value| {
        let by_visitor = message.get("agentId").is_none()
            && (message.get("u").is_none() || id(message, "/u/_id").as_deref() == visitor);
        let from = if by_visitor { "customer" } else { "agent" };
        turn(from, text(message, "/msg")?, id(message, "/_id"), message.get("ts"))
    };
    list(body, "messages").filter_map(line).collect()
}

impl Adapter for RocketChat {
    fn platform(&self) -> BotPlatform {
        BotPlatform::RocketChat
    }

    fn verify(&self, secret: &Secret, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        adapter::shared_or_query(secret, request, &["x-rocketchat-livechat-token"])
    }

    fn recognises(&self, body: &Value) -> bool {
        let room = body["sessionId"].is_string() || body["roomId"].is_string();
        let asked =
            body["action"].is_string() || body["targetDepartmentName"].is_string() || body["actionData"].is_object();
        room && asked || body["visitor"].is_object() && body["_id"].is_string()
    }

    fn read(&self, body: &Value, rules: Rules<'_>) -> Vec<BotCall> {
        if !self.recognises(body) {
            return Vec::new();
        }
        let action = text(body, "/action");
        let department = first_text(body, &["/actionData/targetDepartment", "/targetDepartmentName"]);
        let asks = match action {
            Some(action) => rules.asks(action),
            None => body["visitor"].is_null() && department.is_some(),
        };
        let visitor = body.get("visitor").unwrap_or(&Value::Null);
        let who = id(visitor, "/_id");
        let turns = transcript(body, who.as_deref());
        vec![BotCall {
            format: "rocketchat",
            event: action.or_else(|| text(body, "/type")).unwrap_or_default().to_owned(),
            delivery: list(body, "messages").last().and_then(|message| id(message, "/_id")),
            session: first(body, &["/sessionId", "/roomId", "/_id"]),
            user: CallUser {
                id: who.or_else(|| id(visitor, "/token")),
                external_id: None,
                email: first_text(visitor, &["/email/0/address", "/visitorEmails/0/address", "/email"]),
                phone: first_text(visitor, &["/phone/0/phoneNumber", "/phone"]),
                name: first_text(visitor, &["/name", "/username"]),
            },
            text: turns.iter().rev().find(|turn| turn.from == "customer").map(|turn| turn.text.clone()),
            transcript: turns,
            attributes: object(body.get("actionData")),
            queue: department,
            ask: if asks { Ask::Handoff } else { Ask::Nothing },
            ended: action == Some("close-chat") || text(body, "/type") == Some("LivechatSession"),
            ..BotCall::default()
        }]
    }

    fn answer(&self, _body: &Value, outcome: &Outcome) -> Answer {
        match &outcome.handoff {
            Some(_) => {
                json!({ "result": "handed over", "conversation": outcome.conversation, "position": outcome.position })
            }
            None => json!({ "result": "taken" }),
        }
    }
}
