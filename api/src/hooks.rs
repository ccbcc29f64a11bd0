//! `POST /hooks/{kind}/{account}`: verify the raw bytes, store them, answer. Parsing comes later, elsewhere.

use crate::{
    Edge,
    problem::{problem, unavailable},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::accounts;
use meridian_channels::{InboundRequest, email, registry};
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    ids::{ChannelAccountId, TenantId},
    time::{Clock, SystemClock},
};
use meridian_store::IntakeRow;
use meridian_telemetry::point;
use std::sync::Arc;

/// The request in the form adapters read.
pub(crate) fn inbound(request: &HttpRequest, body: Bytes) -> InboundRequest {
    let text = |value: &actix_web::http::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    InboundRequest {
        method: request.method().to_string(),
        query: request.query_string().to_owned(),
        headers: request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body,
    }
}

fn unknown() -> HttpResponse {
    problem(StatusCode::NOT_FOUND, "unknown_account", "no channel account has this address")
}

pub(crate) async fn account(
    edge: &web::Data<Edge>,
    path: &(String, String),
) -> Result<(TenantId, Arc<AccountConfig>), HttpResponse> {
    let (kind, id) = path;
    let (Ok(kind), Ok(id)) = (kind.parse::<ChannelKind>(), id.parse::<ChannelAccountId>()) else {
        return Err(unknown());
    };
    let app = edge.app.clone();
    let found = edge.run(async move { accounts::account(&app, id).await }).await;
    match found {
        Some(Ok(Some((tenant, account)))) if account.kind == kind => Ok((tenant, account)),
        Some(Ok(_)) => Err(unknown()),
        Some(Err(error)) => {
            tracing::error!(%error, "account look-up failed");
            Err(unavailable())
        }
        None => Err(unavailable()),
    }
}

/// Takes a provider's post.
pub(crate) async fn receive(
    edge: web::Data<Edge>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let (tenant, account) = match account(&edge, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let inbound = inbound(&request, body);
    let channel = registry::get(account.kind);
    if let Err(reject) = channel.verify(&account, &inbound, SystemClock.now()) {
        metrics::counter!("meridian_requests_rejected_total", "kind" => account.kind.code()).increment(1);
        return problem(StatusCode::UNAUTHORIZED, "rejected", reject.to_string());
    }
    // Some providers check a URL by a signed post.
    if let Some(reply) = channel.challenge(&account, &inbound) {
        return HttpResponse::Ok().content_type(reply.content_type).body(reply.body);
    }
    let mut part = inbound.stored_part();
    if email::checked_here(&account) {
        let (checker, mail) = (edge.checker.clone(), inbound.body.clone());
        let Some(checks) = edge.run(async move { checker.check(mail, None).await }).await else { return unavailable() };
        part["checks"] = checks.stored();
    }
    let row = IntakeRow {
        tenant,
        id: edge.app.db.ids().next(),
        account: account.id,
        dedupe_key: channel.dedupe_key(&inbound),
        order_key: channel.order_key(&inbound),
        request: part,
        body: inbound.body.to_vec(),
    };
    let edge_ref = edge.clone();
    match edge.run(async move { edge_ref.intake.accept(row).await }).await {
        Some(true) => {
            point("hook.stored");
            let reply = channel.accepted(&inbound);
            HttpResponse::Ok().content_type(reply.content_type).body(reply.body)
        }
        _ => unavailable(),
    }
}

/// Answers a provider's challenge.
pub(crate) async fn challenge(
    edge: web::Data<Edge>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    match account(&edge, &path).await {
        Ok((_, account)) => match registry::get(account.kind).challenge(&account, &inbound(&request, Bytes::new())) {
            Some(reply) => HttpResponse::Ok().content_type(reply.content_type).body(reply.body),
            None => problem(StatusCode::FORBIDDEN, "rejected", "the verify token is not the account's"),
        },
        Err(answer) => answer,
    }
}
