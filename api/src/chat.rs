//! The visitor's door: a session token, and words that go the same way as every channel's.

use crate::{
    Edge,
    problem::{problem, unavailable},
    token::bearer,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::accounts;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind},
    ids::ChannelAccountId,
    time::{Clock, SystemClock},
};
use meridian_store::IntakeRow;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// Longest text of a visitor, characters.
const LONGEST: usize = 10_000;

fn origin_allowed(account: &AccountConfig, request: &HttpRequest) -> bool {
    let Some(origin) = request.headers().get("origin").and_then(|value| value.to_str().ok()) else { return true };
    let listed = account.settings.get("origins").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Value::as_str).any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
}

/// `POST /chat/{account}/sessions`: an anonymous visitor and their token.
pub(crate) async fn open(edge: web::Data<Edge>, path: web::Path<String>, request: HttpRequest) -> HttpResponse {
    let unknown = || problem(StatusCode::NOT_FOUND, "unknown_account", "no web chat has this address");
    let Ok(id) = path.parse::<ChannelAccountId>() else { return unknown() };
    let app = edge.app.clone();
    let found = edge.run(async move { accounts::account(&app, id).await }).await;
    let (tenant, account) = match found {
        Some(Ok(Some(found))) if found.1.kind == ChannelKind::WebChat => found,
        Some(Ok(_)) => return unknown(),
        _ => return unavailable(),
    };
    if !origin_allowed(&account, &request) {
        return problem(
            StatusCode::FORBIDDEN,
            "origin",
            "this site may not embed the chat: add it to the account's origins",
        );
    }
    let visitor = edge.app.db.ids().next::<Uuid>();
    match edge.tokens.visitor(tenant, id, visitor, SystemClock.now()) {
        Ok(token) => HttpResponse::Created().json(json!({ "visitor": visitor, "token": token })),
        Err(_) => unavailable(),
    }
}

#[derive(Deserialize)]
struct Said {
    client_id: Uuid,
    text: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    locale: Option<String>,
}

/// `POST /chat/messages`: the visitor says something; the same `client_id` again changes nothing.
pub(crate) async fn say(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let Some(claims) = bearer(&request).and_then(|token| edge.tokens.verify_visitor(token)) else {
        return problem(StatusCode::UNAUTHORIZED, "unauthenticated", "open a chat session first");
    };
    let said = match serde_json::from_slice::<Said>(&body) {
        Ok(said) if !said.text.trim().is_empty() && said.text.chars().count() <= LONGEST => said,
        _ => {
            let help = "send client_id (a UUID) and text, 1 to 10,000 characters";
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", help);
        }
    };
    let visitor = claims.sub.to_string();
    let stored = json!({ "client_id": said.client_id, "visitor": visitor, "text": said.text.replace('\0', ""),
                         "name": said.name, "locale": said.locale });
    let row = IntakeRow {
        tenant: claims.tenant,
        id: edge.app.db.ids().next(),
        account: claims.account,
        dedupe_key: format!("message:{visitor}:{}", said.client_id),
        order_key: visitor,
        request: json!({}),
        body: stored.to_string().into_bytes(),
    };
    let edge_ref = edge.clone();
    match edge.run(async move { edge_ref.intake.accept(row).await }).await {
        Some(true) => HttpResponse::Accepted().json(json!({ "client_id": said.client_id })),
        _ => unavailable(),
    }
}
