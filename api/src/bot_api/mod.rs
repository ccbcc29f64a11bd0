//! `/v1/bot`: what a bot does by call, with a key of its own. Described at `/v1/bot/openapi.json`.

mod actions;
mod events;
mod knowledge;
mod limit;
mod openapi;
mod types;

use crate::{
    Edge,
    problem::{problem, unavailable},
    token::bearer,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use meridian_app::{auth, bots::ActRefused, bots::HandoffRefused};
use meridian_store::StoreError;

pub(crate) use events::Streams;
pub(crate) use limit::Local;

/// Largest body of a call.
const LARGEST: usize = 1024 * 1024;

/// The routes.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/v1/bot")
            .route("/openapi.json", web::get().to(openapi::document))
            .route("/events", web::get().to(events::stream))
            .route("/events/ack", web::post().to(events::acknowledge))
            .route("/knowledge", web::get().to(knowledge::search))
            .route("/sessions/{session}", web::get().to(actions::standing))
            .route("/sessions/{session}/transcript", web::get().to(actions::transcript))
            .route("/sessions/{session}/messages", web::post().to(actions::say))
            .route("/sessions/{session}/handoff", web::post().to(actions::hand_off))
            .route("/sessions/{session}/pass-back", web::post().to(actions::pass_back))
            .route("/sessions/{session}/resolve", web::post().to(actions::resolve))
            .default_service(web::to(nothing_here)),
    );
}

async fn nothing_here() -> HttpResponse {
    problem(StatusCode::NOT_FOUND, "unknown_path", "see /v1/bot/openapi.json for what is here")
}

/// A verified caller within its rate.
pub(crate) struct Caller {
    pub(crate) who: auth::BotCaller,
    rate: limit::Rate,
}

impl Caller {
    /// Adds what is left of the rate to an answer.
    pub(crate) fn told(&self, mut answer: HttpResponse) -> HttpResponse {
        self.rate.tell(&mut answer);
        answer
    }
}

/// A request to be mended.
pub(crate) struct Bad(StatusCode, &'static str, String);

impl Bad {
    /// 422 with words that name the remedy.
    pub(crate) fn invalid(text: impl Into<String>) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text.into())
    }

    /// As an answer.
    pub(crate) fn answer(self) -> HttpResponse {
        problem(self.0, self.1, self.2)
    }
}

/// Who calls. 401 without a key of a bot, 429 too fast, 503 our own trouble.
pub(crate) async fn caller(edge: &web::Data<Edge>, request: &HttpRequest) -> Result<Caller, HttpResponse> {
    let refused = || {
        let text =
            "send `Authorization: Bearer mrd_...` with a key that names a bot and stands (apiKeyCreate with botId)";
        let mut answer = problem(StatusCode::UNAUTHORIZED, "unauthenticated", text);
        let bearer = actix_web::http::header::HeaderValue::from_static("Bearer");
        answer.headers_mut().insert(actix_web::http::header::WWW_AUTHENTICATE, bearer);
        answer
    };
    let Some(key) = bearer(request).map(str::to_owned) else { return Err(refused()) };
    let app = edge.app.clone();
    let who = match edge.run(async move { auth::verify_bot_key(&app, &key).await }).await {
        Some(Ok(Some(who))) => who,
        Some(Ok(None)) => return Err(refused()),
        _ => return Err(unavailable()),
    };
    let rate = limit::count(edge, who.key).await;
    let caller = Caller { who, rate };
    if caller.rate.exceeded() {
        let mut answer =
            problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "slow down: see the RateLimit header");
        caller.rate.tell_when(&mut answer);
        return Err(caller.told(answer));
    }
    Ok(caller)
}

/// What a refusal is over HTTP.
pub(crate) fn refusal(refused: &ActRefused) -> HttpResponse {
    let text = refused.to_string();
    match refused {
        ActRefused::Forbidden(_) => problem(StatusCode::FORBIDDEN, "forbidden", text),
        ActRefused::NotFound => problem(StatusCode::NOT_FOUND, "unknown_session", text),
        ActRefused::Closed => problem(StatusCode::CONFLICT, "session_closed", text),
        ActRefused::NotHolder => problem(StatusCode::CONFLICT, "not_holder", text),
        ActRefused::NotAlone => problem(StatusCode::CONFLICT, "not_alone", text),
        ActRefused::Store(StoreError::Constraint(name)) if name == "idempotency_key_reused" => {
            let text = "this Idempotency-Key was used for another request: make a new one";
            problem(StatusCode::CONFLICT, "idempotency_key_reused", text)
        }
        ActRefused::Text
        | ActRefused::Buttons(_)
        | ActRefused::Handoff(HandoffRefused::Invalid(_) | HandoffRefused::NoSession) => {
            problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", text)
        }
        ActRefused::Store(error) | ActRefused::Handoff(HandoffRefused::Store(error)) => {
            tracing::error!(%error, "a bot's call was not done");
            unavailable()
        }
    }
}
