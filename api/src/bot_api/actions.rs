//! Sessions: look, speak, hand off, pass back, resolve.

use super::{
    Bad, Caller, LARGEST, caller, refusal,
    types::{From_, HandedOver, Handoff, Problem, Resolve, Said, Say, SessionState, Transcript},
};
use crate::{Edge, problem::unavailable};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::{
    bots::{self, ActRefused},
    setup::IdempotencyKey,
};
use meridian_domain::{bot::HandoffRequest, ids::SessionId};
use serde::{Serialize, de::DeserializeOwned};

/// Longest disposition, in characters.
const DISPOSITION: usize = 64;

fn named(request: &HttpRequest) -> Result<SessionId, Bad> {
    let text = request.match_info().get("session").unwrap_or_default();
    text.parse().map_err(|_| Bad(StatusCode::NOT_FOUND, "unknown_session", ActRefused::NotFound.to_string()))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Bad> {
    if body.len() > LARGEST {
        return Err(Bad(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a body has at most 1 MiB".to_owned()));
    }
    let empty: &[u8] = b"{}";
    let bytes = if body.is_empty() { empty } else { body };
    serde_json::from_slice(bytes).map_err(|error| Bad::invalid(error.to_string()))
}

/// The client's key for one effect, bound to the path and the body.
fn key(request: &HttpRequest, body: &Bytes) -> Result<Option<IdempotencyKey>, Bad> {
    let Some(given) = request.headers().get("idempotency-key") else { return Ok(None) };
    let whole = format!("{} {}", request.path(), String::from_utf8_lossy(body));
    let key = given.to_str().ok().and_then(|given| IdempotencyKey::new(given, &whole));
    let text = "Idempotency-Key has 1 to 200 characters of ASCII";
    key.map(Some).ok_or_else(|| Bad::invalid(text))
}

fn answer<T: Serialize>(caller: &Caller, status: StatusCode, done: Option<Result<T, ActRefused>>) -> HttpResponse {
    caller.told(match done {
        Some(Ok(body)) => HttpResponse::build(status).json(body),
        Some(Err(refused)) => refusal(&refused),
        None => unavailable(),
    })
}

/// How a session stands: its conversation, and who may speak.
#[utoipa::path(get, path = "/v1/bot/sessions/{session}", tag = "sessions",
    params(("session" = String, Path, description = "The `session` of the events you receive")),
    responses((status = 200, body = SessionState), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 429, body = Problem)),
    security(("key" = ["bot:read"])))]
pub(super) async fn standing(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let id = match named(&request) {
        Ok(id) => id,
        Err(bad) => return caller.told(bad.answer()),
    };
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge.run(async move { bots::standing(&app, &who.subject, who.bot, id).await }).await;
    answer(&caller, StatusCode::OK, done.map(|done| done.map(SessionState::from)))
}

/// What was said in the session's conversation, over all its channels. Notes of people are not shown.
#[utoipa::path(get, path = "/v1/bot/sessions/{session}/transcript", tag = "sessions",
    params(("session" = String, Path), From_),
    responses((status = 200, body = Transcript), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 429, body = Problem)),
    security(("key" = ["bot:read"])))]
pub(super) async fn transcript(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let id = match named(&request) {
        Ok(id) => id,
        Err(bad) => return caller.told(bad.answer()),
    };
    let Ok(from) = web::Query::<From_>::from_query(request.query_string()) else {
        let text = "after and limit are whole numbers";
        return caller.told(Bad::invalid(text).answer());
    };
    let (after, limit) = (from.after.unwrap_or(0), from.limit.unwrap_or(100));
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge.run(async move { bots::transcript_of(&app, &who.subject, who.bot, id, after, limit).await }).await;
    answer(&caller, StatusCode::OK, done.map(|done| done.map(Transcript::from)))
}

/// Says something to the customer. With `Idempotency-Key` a repeated call says it once.
#[utoipa::path(post, path = "/v1/bot/sessions/{session}/messages", tag = "actions", request_body = Say,
    params(("session" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = Said), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem, description = "People have the session"),
              (status = 422, body = Problem), (status = 429, body = Problem)),
    security(("key" = ["bot:act"])))]
pub(super) async fn say(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let asked = named(&request).and_then(|id| Ok((id, read::<Say>(&body)?, key(&request, &body)?)));
    let (id, said, key) = match asked {
        Ok(asked) => asked,
        Err(bad) => return caller.told(bad.answer()),
    };
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge
        .run(
            async move { bots::say_as(&app, &who.subject, who.bot, id, &said.text, &said.buttons, key.as_ref()).await },
        )
        .await;
    let told = done.map(|done| done.map(|reply| Said { message: reply.item.to_string() }));
    answer(&caller, StatusCode::ACCEPTED, told)
}

/// Hands the session over to people. A repeated call with the same `Idempotency-Key` is the same hand-off; another one for
/// a session that people have already adds to it.
#[utoipa::path(post, path = "/v1/bot/sessions/{session}/handoff", tag = "actions", request_body = Handoff,
    params(("session" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses((status = 202, body = HandedOver), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem), (status = 429, body = Problem)),
    security(("key" = ["bot:act"])))]
pub(super) async fn hand_off(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let asked = named(&request).and_then(|id| Ok((id, read::<HandoffRequest>(&body)?)));
    let (id, asked) = match asked {
        Ok((id, asked)) => (id, HandoffRequest { session: Some(id.to_string()), ..asked }),
        Err(bad) => return caller.told(bad.answer()),
    };
    let given = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok());
    // Without a key each call is one of its own: an update of the hand-off before.
    let key = given.map_or_else(
        || format!("call:{id}:{}", edge.app.db.ids().next::<uuid::Uuid>()),
        |key| format!("call:{id}:{key}"),
    );
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge.run(async move { bots::hand_off_as(&app, &who.subject, who.bot, &key, &asked).await }).await;
    let told = done.map(|done| {
        done.map(|taken| HandedOver {
            handoff: taken.id.to_string(),
            conversation: taken.conversation.to_string(),
            position: taken.position,
        })
    });
    answer(&caller, StatusCode::ACCEPTED, told)
}

/// Gives the session back: to the agent who has the conversation, else to the queue with a brief.
#[utoipa::path(post, path = "/v1/bot/sessions/{session}/pass-back", tag = "actions",
    params(("session" = String, Path)),
    responses((status = 200, body = SessionState), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 429, body = Problem)),
    security(("key" = ["bot:act", "bot:read"])))]
pub(super) async fn pass_back(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let id = match named(&request) {
        Ok(id) => id,
        Err(bad) => return caller.told(bad.answer()),
    };
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge
        .run(async move {
            bots::pass_back(&app, &who.subject, who.bot, id).await?;
            bots::standing(&app, &who.subject, who.bot, id).await
        })
        .await;
    answer(&caller, StatusCode::OK, done.map(|done| done.map(SessionState::from)))
}

/// Ends a conversation the bot settled alone.
#[utoipa::path(post, path = "/v1/bot/sessions/{session}/resolve", tag = "actions", request_body = Resolve,
    params(("session" = String, Path)),
    responses((status = 200, body = SessionState), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem),
              (status = 429, body = Problem)),
    security(("key" = ["bot:act", "bot:read"])))]
pub(super) async fn resolve(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let asked = named(&request).and_then(|id| Ok((id, read::<Resolve>(&body)?)));
    let (id, asked) = match asked {
        Ok(asked) => asked,
        Err(bad) => return caller.told(bad.answer()),
    };
    let disposition = asked.disposition.unwrap_or_else(|| "bot_resolved".to_owned());
    if disposition.trim().is_empty() || disposition.chars().count() > DISPOSITION {
        let text = "disposition has 1 to 64 characters";
        return caller.told(Bad::invalid(text).answer());
    }
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge
        .run(async move {
            bots::resolve_as(&app, &who.subject, who.bot, id, disposition.trim()).await?;
            bots::standing(&app, &who.subject, who.bot, id).await
        })
        .await;
    answer(&caller, StatusCode::OK, done.map(|done| done.map(SessionState::from)))
}
