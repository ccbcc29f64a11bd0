//! Botpress HITL (`interfaces/hitl` of botpress/botpress, and the hosted HITL service contract): `startHitl` or
//! `createRemoteConversation` is the hand-off, with the history; messages of the customer follow one by one; `stopHitl` or
//! `closeRemoteTicket` ends it. The bot's secret comes as bearer token, or in `x-bp-secret` as Botpress's webhooks send it.

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

pub(super) struct Botpress;

/// The name of a call: stated, or seen from what it holds.
fn name(body: &Value) -> Option<&str> {
    let stated = ["/type", "/action", "/name", "/action/name"].iter().find_map(|place| text(body, place));
    let known = [
        "startHitl",
        "stopHitl",
        "createUser",
        "createRemoteConversation",
        "closeRemoteTicket",
        "createRemoteUser",
        "botSendsMessage",
        "ping",
        "hitlAssigned",
        "hitlStopped",
        "hitl:startHitl",
        "hitl:stopHitl",
    ];
    stated.filter(|name| known.contains(name)).or_else(|| {
        let whole = body["title"].is_string() && (body["messageHistory"].is_array() || body["userId"].is_string());
        whole.then_some("startHitl")
    })
}

/// What a call brings: under `input`, `payload` or `data`, or the body itself.
fn input(body: &Value) -> &Value {
    ["input", "payload", "data"]
        .iter()
        .find_map(|name| body.get(*name).filter(|inner| inner.is_object()))
        .unwrap_or(body)
}

/// The words of a message: a text, a caption, or the title of what was chosen.
fn said(message: &Value) -> Option<&str> {
    ["/payload/text", "/text", "/payload/markdown", "/payload/value", "/payload/title", "/payload/label"]
        .iter()
        .find_map(|place| text(message, place))
}

fn transcript(input: &Value) -> Vec<TranscriptTurn> {
    let history = list(input, "messageHistory").chain(list(input, "messages"));
    let line = |message: &Value| {
        let source = text(message, "/source/type").or_else(|| text(message, "/author")).unwrap_or("user");
        let from = match source.to_lowercase().as_str() {
            "bot" | "assistant" => "bot",
            "agent" | "human" | "operator" => "agent",
            "system" => "system",
            _ => "customer",
        };
        let at = message.get("timestamp").or_else(|| message.get("createdAt"));
        turn(from, said(message)?, id(message, "/id"), at)
    };
    history.filter_map(line).collect()
}

impl Adapter for Botpress {
    fn platform(&self) -> BotPlatform {
        BotPlatform::Botpress
    }

    fn verify(&self, secret: &Secret, request: &InboundRequest, _now: Instant) -> Result<Verified, Reject> {
        adapter::shared(secret, request, &["x-bp-secret"])
    }

    fn recognises(&self, body: &Value) -> bool {
        name(body).is_some()
    }

    fn read(&self, body: &Value, _rules: Rules<'_>) -> Vec<BotCall> {
        let Some(name) = name(body) else { return Vec::new() };
        let event = name.rsplit(':').next().unwrap_or(name);
        let input = input(body);
        let conversation = [
            "/conversationId",
            "/botpressConversationId",
            "/remoteConversationId",
            "/upstreamConversationId",
            "/hitlSession/conversationId",
            "/hitlSession/id",
        ];
        let turns = transcript(input);
        let follows = event == "botSendsMessage";
        let start = matches!(event, "startHitl" | "createRemoteConversation");
        let found = |places: &[&str]| first(input, places).or_else(|| first(body, places));
        let title = first_text(input, &["/title"]);
        let description = first_text(input, &["/description"]);
        let about: Vec<String> = [title, description].into_iter().flatten().collect();
        vec![BotCall {
            format: "botpress",
            event: event.to_owned(),
            delivery: first(body, &["/id", "/eventId", "/messageId", "/payload/id"]),
            session: found(&["/hitlSession", "/sessionId"]),
            conversation: found(&conversation),
            user: CallUser {
                id: found(&["/userId", "/remoteUserId", "/user/id", "/userEmail", "/email"]),
                email: found(&["/userEmail", "/email", "/user/email"]),
                name: found(&["/userName", "/user/name"]),
                ..CallUser::default()
            },
            text: if follows {
                said(body).map(str::to_owned)
            } else {
                turns.iter().rev().find(|turn| turn.from == "customer").map(|turn| turn.text.clone())
            },
            transcript: turns,
            summary: start.then(|| about.join(": ")).filter(|about| !about.is_empty()),
            attributes: object(input.get("hitlSession")),
            reason: if start { Some("requested".to_owned()) } else { first_text(input, &["/reason"]) },
            ask: if start { Ask::Handoff } else { Ask::Nothing },
            ended: matches!(event, "stopHitl" | "closeRemoteTicket" | "hitlStopped"),
            ..BotCall::default()
        }]
    }

    /// A new conversation or user is named by an id, in the words of either contract.
    fn answer(&self, body: &Value, outcome: &Outcome) -> Answer {
        match name(body).map(|name| name.rsplit(':').next().unwrap_or(name)) {
            Some("startHitl" | "createRemoteConversation") => {
                json!({ "conversationId": outcome.conversation, "id": outcome.conversation })
            }
            Some("createUser" | "createRemoteUser") => {
                let named = first(input(body), &["/userId", "/id", "/email", "/userEmail", "/name"]);
                let named = named.unwrap_or_else(|| crate::signature::digest(body.to_string().as_bytes()));
                json!({ "userId": named, "id": named })
            }
            _ => json!({}),
        }
    }
}
