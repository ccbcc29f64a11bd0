//! What is published for bots, found by a question.

use super::{
    Bad, caller,
    types::{Asked, Knowledge, Problem},
};
use crate::{
    Edge,
    problem::{problem, unavailable},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use meridian_app::knowledge::{self, KnowledgeRefused};

/// Longest question, in characters.
const LONGEST: usize = 1_000;

/// Published texts for bots that fit a question, best first.
#[utoipa::path(get, path = "/v1/bot/knowledge", tag = "knowledge", params(Asked),
    responses((status = 200, body = Knowledge), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem), (status = 429, body = Problem)),
    security(("key" = ["bot:read"])))]
pub(super) async fn search(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let caller = match caller(&edge, &request).await {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let asked = web::Query::<Asked>::from_query(request.query_string()).map(web::Query::into_inner);
    let fits = |asked: &Asked| !asked.q.trim().is_empty() && asked.q.chars().count() <= LONGEST;
    let Some(asked) = asked.ok().filter(fits) else {
        return caller.told(Bad::invalid("q is a question of 1 to 1,000 characters").answer());
    };
    let (app, who) = (edge.app.clone(), caller.who.clone());
    let done = edge
        .run(async move {
            let (language, most) = (asked.language.as_deref(), asked.limit.unwrap_or(5));
            knowledge::search_as_bot(&app, &who.subject, &asked.q, language, most).await
        })
        .await;
    caller.told(match done {
        Some(Ok(found)) => HttpResponse::Ok().json(Knowledge::from(found)),
        Some(Err(KnowledgeRefused::Forbidden(error))) => {
            problem(StatusCode::FORBIDDEN, "forbidden", error.to_string())
        }
        _ => unavailable(),
    })
}
