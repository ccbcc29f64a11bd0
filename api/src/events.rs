//! `POST /events/{account}`: what other systems say about customers, signed as the generic channel is; also what a
//! verifier of identities found.

use crate::{
    Edge, hooks,
    problem::{problem, unavailable},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::{
    identity::{self, OutsideVerification, VerifyRefused},
    red::{self, EventRefused, OutsideEvent},
};
use meridian_channels::registry;
use meridian_domain::{
    channel::ChannelKind,
    ids::TenantId,
    time::{Clock, SystemClock},
};
use serde_json::{Value, json};

/// Largest event.
const LARGEST: usize = 16 * 1024;
/// Largest word of a verifier: a score and some numbers, no recording.
const LARGEST_CHECK: usize = 2 * 1024;

/// Takes an event. 401 not signed, 404 no such account, 422 to be mended, 503 our own trouble. The same `webhook-id` again
/// is answered alike and changes nothing.
pub(crate) async fn receive(
    edge: web::Data<Edge>,
    path: web::Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let generic = web::Path::from((ChannelKind::Generic.code().to_owned(), path.into_inner()));
    let (tenant, account) = match hooks::account(&edge, &generic).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if body.len() > LARGEST {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "an event has at most 16 KiB");
    }
    let inbound = hooks::inbound(&request, body);
    if let Err(reject) = registry::get(ChannelKind::Generic).verify(&account, &inbound, SystemClock.now()) {
        metrics::counter!("meridian_requests_rejected_total", "kind" => "events").increment(1);
        return problem(StatusCode::UNAUTHORIZED, "rejected", reject.to_string());
    }
    let told: Value = match serde_json::from_slice(&inbound.body) {
        Ok(told) => told,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string()),
    };
    if ["verification", "consent_withdrawn"].iter().any(|name| told.get(name).is_some()) {
        return verification(&edge, tenant, inbound.body.len(), told).await;
    }
    let told: OutsideEvent = match serde_json::from_value(told) {
        Ok(told) => told,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string()),
    };
    let webhook_id = inbound.header("webhook-id").unwrap_or_default().to_owned();
    let app = edge.app.clone();
    let done = edge.run(async move { red::take_event(&app, tenant, account.id, &webhook_id, &told).await }).await;
    match done {
        Some(Ok(told)) => HttpResponse::Accepted().json(json!({
            "customer": told.customer.to_string(),
            "event": told.id.map(|id| id.to_string()),
        })),
        Some(Err(EventRefused::Store(error))) => {
            tracing::error!(%error, "an outside event was not taken");
            unavailable()
        }
        Some(Err(refused)) => problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", refused.to_string()),
        None => unavailable(),
    }
}

/// Takes what a verifier found, or that a consent was withdrawn.
async fn verification(edge: &Edge, tenant: TenantId, size: usize, told: Value) -> HttpResponse {
    if size > LARGEST_CHECK {
        return problem(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "a verification has at most 2 KiB: results, no recordings",
        );
    }
    let told: OutsideVerification = match serde_json::from_value(told) {
        Ok(told) => told,
        Err(error) => return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string()),
    };
    let app = edge.app.clone();
    match edge.run(async move { identity::take_outside(&app, tenant, &told).await }).await {
        Some(Ok(done)) => HttpResponse::Accepted().json(json!({
            "customer": done.map(|done| done.claimed.to_string()),
            "verification": done.map(|done| done.signal.to_string()),
        })),
        Some(Err(VerifyRefused::Store(error))) => {
            tracing::error!(%error, "a verification was not taken");
            unavailable()
        }
        Some(Err(refused)) => problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", refused.to_string()),
        None => unavailable(),
    }
}
