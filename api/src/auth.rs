//! Signing in and refreshing, outside GraphQL so that no document is executed for strangers.

use crate::{
    Edge,
    pace::Pace,
    problem::{problem, unavailable},
    token::AGENT_SECONDS,
};
use actix_web::{HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::auth::{self, Refused, SignedIn};
use meridian_domain::time::{Clock, SystemClock};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct SignIn {
    workspace: String,
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct Refresh {
    refresh_token: String,
}

fn answer(edge: &Edge, done: Option<Result<SignedIn, Refused>>) -> HttpResponse {
    match done {
        Some(Ok(signed_in)) => match edge.tokens.agent(&signed_in, SystemClock.now()) {
            Ok(token) => HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(json!({
                "access_token": token, "token_type": "Bearer", "expires_in": AGENT_SECONDS,
                "refresh_token": signed_in.refresh_token, "agent": signed_in.agent.to_string(),
                "role": signed_in.role.code(),
            })),
            Err(error) => {
                tracing::error!(%error, "a token could not be signed");
                unavailable()
            }
        },
        Some(Err(Refused::Store(error))) => {
            tracing::error!(%error, "sign-in failed");
            unavailable()
        }
        Some(Err(refused)) => problem(StatusCode::UNAUTHORIZED, "unauthenticated", refused.to_string()),
        None => unavailable(),
    }
}

/// `POST /auth/sign-in {workspace, email, password}`.
pub(crate) async fn sign_in(edge: web::Data<Edge>, body: Bytes) -> HttpResponse {
    let Ok(form) = serde_json::from_slice::<SignIn>(&body) else {
        return problem(StatusCode::BAD_REQUEST, "invalid", "send workspace, email and password as JSON");
    };
    if Pace::SignIn.exceeded(format!("{}/{}", form.workspace.to_lowercase(), form.email.to_lowercase())) {
        return problem(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "wait a minute and try again");
    }
    let app = edge.app.clone();
    let work = async move { auth::sign_in(&app, &form.workspace, &form.email, &form.password).await };
    let done = edge.run(work).await;
    answer(&edge, done)
}

/// `POST /auth/refresh {refresh_token}`.
pub(crate) async fn refresh(edge: web::Data<Edge>, body: Bytes) -> HttpResponse {
    let Ok(form) = serde_json::from_slice::<Refresh>(&body) else {
        return problem(StatusCode::BAD_REQUEST, "invalid", "send refresh_token as JSON");
    };
    let app = edge.app.clone();
    let done = edge.run(async move { auth::refresh(&app, &form.refresh_token).await }).await;
    answer(&edge, done)
}
