//! Tables of customers, taken to be looked at before they are applied.

use crate::{
    Edge, graphql,
    problem::{problem, unavailable},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::identity::{ImportRefused, preview};
use serde_json::json;
use std::collections::HashMap;

/// `POST /v1/imports?name=customers.csv&region=GB`: the body is the table (UTF-8 or GB18030; comma, semicolon or tab), the
/// bearer a supervisor or admin. 201 with the id of the run: what would become of it is in `identityRun`, and
/// `customerImport` applies it. 401 not signed in, 403 not allowed, 413 too large, 422 not a table.
pub(crate) async fn upload(
    edge: web::Data<Edge>,
    request: HttpRequest,
    query: web::Query<HashMap<String, String>>,
    body: Bytes,
) -> HttpResponse {
    let viewer = match graphql::signed_in(&edge, &request).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    let app = edge.app.clone();
    let read = edge.run(async move {
        let name = query.get("name").map(String::as_str).unwrap_or_default();
        preview(&app, &viewer.subject, name, body.into(), query.get("region").cloned()).await
    });
    match read.await {
        Some(Ok(run)) => HttpResponse::Created().json(json!({ "id": run.to_string() })),
        Some(Err(ImportRefused::Forbidden(refused))) => {
            problem(StatusCode::FORBIDDEN, "forbidden", refused.to_string())
        }
        Some(Err(refused @ ImportRefused::TooLarge)) => {
            problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", refused.to_string())
        }
        Some(Err(ImportRefused::Table(reason))) => problem(StatusCode::UNPROCESSABLE_ENTITY, "not_a_table", reason),
        Some(Err(ImportRefused::Store(error))) => {
            tracing::error!(%error, "an import was not kept");
            unavailable()
        }
        None => unavailable(),
    }
}
