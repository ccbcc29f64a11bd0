//! Errors outside GraphQL, as problem+json (RFC 9457).

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::json;

/// A problem with a stable type and words that name the remedy.
pub(crate) fn problem(status: StatusCode, kind: &str, detail: impl Into<String>) -> HttpResponse {
    let body = json!({ "type": format!("urn:meridian:{kind}"), "title": kind.replace('_', " "),
                       "status": status.as_u16(), "detail": detail.into() });
    let mut response = HttpResponse::build(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header(("retry-after", "2"));
    }
    response.content_type("application/problem+json").body(body.to_string())
}

/// Our own trouble: never a 4xx, so that providers try again.
pub(crate) fn unavailable() -> HttpResponse {
    problem(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the service is not available for a moment: try again")
}
