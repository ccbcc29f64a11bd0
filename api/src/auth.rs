//! Signing in, refreshing and changing one's password, outside GraphQL so that no document is executed for strangers.

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
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

#[derive(Deserialize)]
struct SignIn {
    workspace: String,
    email: String,
    password: String,
}

#[derive(Deserialize)]
struct Change {
    #[serde(flatten)]
    by: SignIn,
    new_password: String,
}

#[derive(Deserialize)]
struct Refresh {
    refresh_token: String,
}

/// Largest body of any request here; a password may be long, and no more.
const LARGEST: usize = 4096;

/// What a body says, or the problem with one that says nothing of use.
fn form<T: DeserializeOwned>(
    body: &Bytes,
    needed: &'static str,
) -> Result<T, (StatusCode, &'static str, &'static str)> {
    if body.len() > LARGEST {
        return Err((StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than 4 KiB"));
    }
    serde_json::from_slice(body).map_err(|_| (StatusCode::BAD_REQUEST, "invalid", needed))
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
        Some(Err(refused @ Refused::WeakPassword(_))) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "weak_password", refused.to_string())
        }
        Some(Err(refused @ Refused::SamePassword)) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "same_password", refused.to_string())
        }
        Some(Err(Refused::Busy)) | None => unavailable(),
        Some(Err(refused)) => problem(StatusCode::UNAUTHORIZED, "unauthenticated", refused.to_string()),
    }
}

/// The 429 of who tries one account's password again and again.
fn too_often(form: &SignIn) -> Option<HttpResponse> {
    let account = format!("{}/{}", form.workspace.trim().to_lowercase(), form.email.trim().to_lowercase());
    let over = Pace::SignIn.exceeded(account);
    over.then(|| problem(StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "wait a minute and try again"))
}

/// `POST /auth/sign-in {workspace, email, password}`.
pub(crate) async fn sign_in(edge: web::Data<Edge>, body: Bytes) -> HttpResponse {
    let form: SignIn = match form(&body, "send workspace, email and password as JSON") {
        Ok(form) => form,
        Err((status, kind, detail)) => return problem(status, kind, detail),
    };
    if let Some(answer) = too_often(&form) {
        return answer;
    }
    let app = edge.app.clone();
    let work = async move { auth::sign_in(&app, &form.workspace, &form.email, &form.password).await };
    let done = edge.run(work).await;
    answer(&edge, done)
}

/// `POST /auth/password {workspace, email, password, new_password}`: another password, and a sign-in under it. All others
/// of the person end.
pub(crate) async fn password(edge: web::Data<Edge>, body: Bytes) -> HttpResponse {
    let needed = "send workspace, email, password and new_password as JSON";
    let Change { by, new_password } = match form(&body, needed) {
        Ok(form) => form,
        Err((status, kind, detail)) => return problem(status, kind, detail),
    };
    if let Some(answer) = too_often(&by) {
        return answer;
    }
    let app = edge.app.clone();
    let work = async move { auth::change_password(&app, &by.workspace, &by.email, &by.password, &new_password).await };
    let done = edge.run(work).await;
    answer(&edge, done)
}

/// `POST /auth/refresh {refresh_token}`.
pub(crate) async fn refresh(edge: web::Data<Edge>, body: Bytes) -> HttpResponse {
    let form: Refresh = match form(&body, "send refresh_token as JSON") {
        Ok(form) => form,
        Err((status, kind, detail)) => return problem(status, kind, detail),
    };
    let app = edge.app.clone();
    let done = edge.run(async move { auth::refresh(&app, &form.refresh_token).await }).await;
    answer(&edge, done)
}
