//! `POST /bots/{bot}/handoff`: a signed command, answered when it is done.

use crate::{
    Edge,
    hooks::inbound,
    problem::{problem, unavailable},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::bots::{self, HandoffRefused};
use meridian_domain::{
    bot::HandoffRequest,
    ids::BotId,
    platform::BotPlatform,
    time::{Clock, SystemClock},
};
use meridian_store::bots as store;
use serde_json::json;

/// Largest hand-off, with a transcript.
const LARGEST: usize = 1024 * 1024;

/// The bot is registered with another platform than the URL says.
pub(crate) fn wrong_door(platform: BotPlatform) -> HttpResponse {
    if platform == BotPlatform::Assistant {
        return problem(
            StatusCode::NOT_FOUND,
            "wrong_platform",
            "this bot is an assistant that Meridian runs itself: nothing posts for it",
        );
    }
    let door = if platform == BotPlatform::Native { "handoff" } else { platform.code() };
    let detail =
        format!("this bot is registered with the platform `{}`: post to /bots/{{bot}}/{door}", platform.code());
    problem(StatusCode::NOT_FOUND, "wrong_platform", detail)
}

/// Takes a hand-off. 401 not signed by this bot, 404 no such bot, 422 to be mended, 503 our own trouble.
pub(crate) async fn hand_off(
    edge: web::Data<Edge>,
    path: web::Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let no_bot = || problem(StatusCode::NOT_FOUND, "unknown_bot", "no bot has this address");
    let Ok(bot) = path.parse::<BotId>() else { return no_bot() };
    if body.len() > LARGEST {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a hand-off has at most 1 MiB");
    }
    let app = edge.app.clone();
    let found = edge.run(async move { store::lookup(&app.db, &app.sealer, bot).await }).await;
    let found = match found {
        Some(Ok(Some(found))) => found,
        Some(Ok(None)) => return no_bot(),
        _ => return unavailable(),
    };
    if found.platform != BotPlatform::Native {
        return wrong_door(found.platform);
    }
    let (tenant, inbound) = (found.tenant, inbound(&request, body));
    if let Err(reject) = meridian_channels::bots::verify(&found.secret, &inbound, SystemClock.now()) {
        metrics::counter!("meridian_requests_rejected_total", "kind" => "bot").increment(1);
        return problem(StatusCode::UNAUTHORIZED, "rejected", reject.to_string());
    }
    let webhook_id = inbound.header("webhook-id").unwrap_or_default().to_owned();
    let parsed: HandoffRequest = match serde_json::from_slice(&inbound.body) {
        Ok(parsed) => parsed,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string()),
    };
    let app = edge.app.clone();
    let done = edge.run(async move { bots::hand_off(&app, tenant, bot, &webhook_id, &parsed).await }).await;
    match done {
        Some(Ok(taken)) => HttpResponse::Accepted().json(json!({
            "handoff": taken.id.to_string(),
            "conversation": taken.conversation.to_string(),
            "position": taken.position,
        })),
        Some(Err(HandoffRefused::Store(error))) => {
            tracing::error!(%error, "a hand-off was not taken");
            unavailable()
        }
        Some(Err(refused)) => problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", refused.to_string()),
        None => unavailable(),
    }
}
