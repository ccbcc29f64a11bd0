//! `POST /bots/{bot}/{platform}`: calls of bots that live on platforms of others, verified as that platform proves them and
//! answered in its own shape. What comes after the platform in the path is the platform's own and not looked at.

use crate::{
    Edge,
    bots::wrong_door,
    hooks::inbound,
    problem::{problem, unavailable},
};
use actix_web::{HttpRequest, HttpResponse, Resource, http::StatusCode, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use meridian_app::{
    App,
    bots::{self, CallRefused, HandoffRefused},
};
use meridian_channels::bots::{Adapter, Outcome, Rules, adapter};
use meridian_domain::{
    ids::{BotId, TenantId},
    platform::{BotCall, BotPlatform},
    time::{Clock, SystemClock},
};
use meridian_store::bots as store;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Largest call, with a tracker or a transcript.
const LARGEST: usize = 2 * 1024 * 1024;

/// The routes of one path: calls by POST; GET and HEAD answer a platform's look whether the URL is there.
pub(crate) fn resource(path: &str) -> Resource {
    web::resource(path).route(web::post().to(take)).route(web::get().to(there)).route(web::head().to(there))
}

async fn there() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Takes a call. 401 not proven, 404 no such bot, 422 to be mended, 503 our own trouble.
async fn take(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let part = |name: &str| request.match_info().get(name).unwrap_or_default();
    let no_bot = || problem(StatusCode::NOT_FOUND, "unknown_bot", "no bot has this address");
    let (Ok(bot), Some(platform)) = (part("bot").parse::<BotId>(), BotPlatform::from_code(part("platform"))) else {
        return no_bot();
    };
    if body.len() > LARGEST {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "a call has at most 2 MiB");
    }
    let app = edge.app.clone();
    let found = match edge.run(async move { store::lookup(&app.db, &app.sealer, bot).await }).await {
        Some(Ok(Some(found))) => found,
        Some(Ok(None)) => return no_bot(),
        _ => return unavailable(),
    };
    let Some(adapter) = adapter(platform).filter(|_| found.platform == platform) else {
        return wrong_door(found.platform);
    };
    let inbound = inbound(&request, body);
    if let Err(reject) = adapter.verify(&found.secret, &inbound, SystemClock.now()) {
        metrics::counter!("meridian_requests_rejected_total", "kind" => "bot").increment(1);
        return problem(StatusCode::UNAUTHORIZED, "rejected", reject.to_string());
    }
    let Ok(body) = serde_json::from_slice::<Value>(&inbound.body) else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "the body is not JSON");
    };
    let calls = adapter.read(&body, Rules { handoff_names: &found.handoff_names });
    if calls.is_empty() {
        tracing::info!(%bot, platform = platform.code(), "a call of a bot's platform is of no known format: left alone");
    }
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&inbound.body));
    let stated = adapter.delivery(&inbound);
    let keyed: Vec<(String, BotCall)> = calls
        .into_iter()
        .enumerate()
        .map(|(n, call)| {
            let key = stated.as_ref().map(|id| format!("{id}:{n}")).or_else(|| call.delivery.clone());
            (key.unwrap_or_else(|| format!("{digest}:{n}")), call)
        })
        .collect();
    let (app, tenant) = (edge.app.clone(), found.tenant);
    let done = edge.run(async move { all(&app, tenant, bot, &keyed).await }).await;
    answer(adapter, &body, done)
}

/// Takes the calls of one body in their order.
async fn all(app: &App, tenant: TenantId, bot: BotId, calls: &[(String, BotCall)]) -> Result<Outcome, CallRefused> {
    let mut outcome = Outcome::default();
    for (key, call) in calls {
        let done = bots::call(app, tenant, bot, key, call).await?;
        outcome.conversation = done.conversation.map(|id| id.to_string()).or(outcome.conversation);
        if let Some(taken) = done.handoff {
            outcome.handoff = Some(taken.id.to_string());
            outcome.position = taken.position;
        }
    }
    Ok(outcome)
}

fn answer(adapter: &dyn Adapter, body: &Value, done: Option<Result<Outcome, CallRefused>>) -> HttpResponse {
    match done {
        Some(Ok(outcome)) => HttpResponse::Ok().json(adapter.answer(body, &outcome)),
        Some(Err(CallRefused::Store(error) | CallRefused::Handoff(HandoffRefused::Store(error)))) => {
            tracing::error!(%error, "a call of a bot's platform was not taken");
            unavailable()
        }
        Some(Err(refused)) => problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", refused.to_string()),
        None => unavailable(),
    }
}
