//! `/graphql` after the GraphQL-over-HTTP draft. Queries by GET or POST, mutations by POST with a JSON body alone: what
//! a browser sends without asking is refused.

use crate::{
    Edge,
    problem::{self, problem},
    token::bearer,
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use async_graphql::{Request, Response, ServerError, Value, Variables};
use bytes::Bytes;
use meridian_app::{auth, authz::Subject};
use meridian_web_schema::{GraphQl, IDEMPOTENCY_KEY, OperationType, Viewer};
use serde_json::json;
use std::sync::Arc;

/// Largest body and largest document.
const LARGEST_BODY: usize = 1024 * 1024;
const LARGEST_DOCUMENT: usize = 64 * 1024;

const GRAPHQL_RESPONSE: &str = "application/graphql-response+json; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";

/// Neither GET nor POST.
pub(crate) async fn wrong_method() -> HttpResponse {
    not_allowed("GET, POST", "POST a JSON body, or GET a query")
}

fn not_allowed(methods: &'static str, text: &str) -> HttpResponse {
    use actix_web::http::header::{ALLOW, HeaderValue};
    let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED, "method", text);
    answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    answer
}

/// What the client takes, if it takes any of ours. The draft's own type wins where both are named equally.
fn negotiate(request: &HttpRequest) -> Option<&'static str> {
    let Some(accept) = request.headers().get("accept").and_then(|value| value.to_str().ok()) else {
        return Some(JSON);
    };
    let accept = accept.to_lowercase();
    if accept.contains("application/graphql-response+json") {
        Some(GRAPHQL_RESPONSE)
    } else if accept.contains("application/json") || accept.contains("*/*") || accept.contains("application/*") {
        Some(JSON)
    } else {
        None
    }
}

pub(crate) fn failure(code: &str, text: impl Into<String>) -> Response {
    let mut error = ServerError::new(text, None);
    error.extensions.get_or_insert_default().set("code", Value::from(code));
    Response::from_errors(vec![error])
}

/// The viewer of a request outside of GraphQL, or its answer: 401 not signed in, 503 our own trouble.
pub(crate) async fn signed_in(edge: &web::Data<Edge>, request: &HttpRequest) -> Result<Arc<Viewer>, HttpResponse> {
    let nobody = || problem(StatusCode::UNAUTHORIZED, "unauthenticated", "sign in first");
    let token = bearer(request).ok_or_else(nobody)?;
    let refused = |response: Response| if unavailable(&response) { problem::unavailable() } else { nobody() };
    viewer(edge, token).await.map_err(refused)
}

/// Whether the trouble is ours and passes.
pub(crate) fn unavailable(response: &Response) -> bool {
    let code = response.errors.first().and_then(|error| error.extensions.as_ref()).and_then(|e| e.get("code"));
    code == Some(&Value::from("UNAVAILABLE"))
}

/// A GraphQL request out of JSON, each part of the right type.
pub(crate) fn read(body: &serde_json::Value) -> Result<Request, String> {
    let object = body.as_object().ok_or("the body is not a JSON object")?;
    let query = object.get("query").and_then(serde_json::Value::as_str).ok_or("`query` is not a text")?;
    if query.len() > LARGEST_DOCUMENT {
        return Err("the document is larger than 64 KiB".to_owned());
    }
    let mut request = Request::new(query);
    match object.get("operationName") {
        None | Some(serde_json::Value::Null) => {}
        Some(serde_json::Value::String(name)) => request = request.operation_name(name),
        Some(_) => return Err("`operationName` is not a text".to_owned()),
    }
    match object.get("variables") {
        None | Some(serde_json::Value::Null) => {}
        Some(variables @ serde_json::Value::Object(_)) => {
            request = request.variables(Variables::from_json(variables.clone()));
        }
        Some(_) => return Err("`variables` is not an object".to_owned()),
    }
    match object.get("extensions") {
        None | Some(serde_json::Value::Null) => {}
        Some(serde_json::Value::Object(extensions)) => {
            if let Some(key) = extensions.get(IDEMPOTENCY_KEY) {
                request
                    .extensions
                    .insert(IDEMPOTENCY_KEY.to_owned(), Value::from_json(key.clone()).unwrap_or_default());
            }
        }
        Some(_) => return Err("`extensions` is not an object".to_owned()),
    }
    Ok(request)
}

/// Whom a token or an API key speaks for, with the version of the token; the outer `None` is our own trouble.
async fn subject(edge: &web::Data<Edge>, token: &str) -> Option<Option<(Subject, i32)>> {
    let app = edge.app.clone();
    if token.starts_with(auth::KEY_PREFIX) {
        let token = token.to_owned();
        let found = edge.run(async move { auth::verify_key(&app, &token).await }).await?.ok()?;
        return Some(found.map(|subject| (subject, 0)));
    }
    let Some((subject, version)) = edge.tokens.verify_agent(token) else { return Some(None) };
    let asked = subject.clone();
    let stands = edge.run(async move { auth::stands(&app, &asked, version).await }).await?.ok()?;
    Some(stands.then_some((subject, version)))
}

/// The viewer of an agent's token or of an API key, if it still stands.
pub(crate) async fn viewer(edge: &web::Data<Edge>, token: &str) -> Result<Arc<Viewer>, Response> {
    let refused = || failure("UNAUTHENTICATED", "the token is not valid: sign in or refresh it");
    let (subject, token_version) = match subject(edge, token).await {
        Some(Some(found)) => found,
        Some(None) => return Err(refused()),
        None => return Err(failure("UNAVAILABLE", "the service is not available for a moment: try again")),
    };
    Ok(Arc::new(Viewer { app: edge.app.clone(), subject, token_version, feed: edge.feed.clone() }))
}

fn answer(response: Response, content_type: &'static str, executed: bool) -> HttpResponse {
    let code = response.errors.first().and_then(|e| e.extensions.as_ref()).and_then(|e| e.get("code")).cloned();
    let status = match (&code, content_type) {
        (Some(Value::String(code)), _) if code == "UNAUTHENTICATED" && !executed => StatusCode::UNAUTHORIZED,
        (Some(Value::String(code)), _) if code == "UNAVAILABLE" => StatusCode::SERVICE_UNAVAILABLE,
        (Some(Value::String(code)), _) if code == "INTERNAL" && !executed => StatusCode::INTERNAL_SERVER_ERROR,
        // A request that could not be executed at all is 4xx under the draft's own type.
        (Some(_), GRAPHQL_RESPONSE) if response.data == Value::Null && !executed => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let mut built = HttpResponse::build(status);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        built.insert_header(("retry-after", "2"));
    }
    let mut body = serde_json::to_value(&response).unwrap_or_default();
    // A request that was never executed has no data at all, not null data.
    if let (false, Some(fields)) = (executed, body.as_object_mut()) {
        fields.remove("data");
    }
    built.content_type(content_type).body(body.to_string())
}

fn bad_request(text: impl Into<String>, content_type: &'static str) -> HttpResponse {
    let mut bad = answer(failure("BAD_USER_INPUT", text), content_type, false);
    *bad.status_mut() = StatusCode::BAD_REQUEST;
    bad
}

fn not_acceptable() -> HttpResponse {
    let text = "take application/graphql-response+json or application/json";
    problem(StatusCode::NOT_ACCEPTABLE, "accept", text)
}

#[derive(serde::Deserialize)]
struct Asked {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Executes a query given in the URL. A mutation by GET could be sent by any page a person looks at: refused.
pub(crate) async fn get(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let Some(content_type) = negotiate(&request) else { return not_acceptable() };
    let Ok(asked) = web::Query::<Asked>::from_query(request.query_string()) else {
        return bad_request("the query string is malformed", content_type);
    };
    let mut body = json!({});
    if let Some(query) = &asked.query {
        body["query"] = json!(query);
    }
    if let Some(name) = &asked.operation_name {
        body["operationName"] = json!(name);
    }
    for (name, text) in [("variables", &asked.variables), ("extensions", &asked.extensions)] {
        match text.as_deref().filter(|text| !text.is_empty()).map(serde_json::from_str::<serde_json::Value>) {
            Some(Ok(value)) => body[name] = value,
            Some(Err(_)) => return bad_request(format!("`{name}` is not JSON"), content_type),
            None => {}
        }
    }
    let mut asked = match read(&body) {
        Ok(asked) => asked,
        Err(text) => return bad_request(text, content_type),
    };
    if GraphQl::operation(&mut asked) == Some(OperationType::Mutation) {
        return not_allowed("POST", "a mutation comes by POST");
    }
    execute(&edge, &request, asked, content_type).await
}

/// Executes a query or a mutation.
pub(crate) async fn post(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let Some(content_type) = negotiate(&request) else { return not_acceptable() };
    let sent = request.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !sent.to_lowercase().starts_with("application/json") {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", "send application/json");
    }
    if body.len() > LARGEST_BODY {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than 1 MiB");
    }
    let Ok(parsed) = serde_json::from_slice::<serde_json::Value>(&body) else {
        return bad_request("the body is not JSON", content_type);
    };
    match read(&parsed) {
        Ok(asked) => execute(&edge, &request, asked, content_type).await,
        Err(text) => bad_request(text, content_type),
    }
}

async fn execute(
    edge: &web::Data<Edge>,
    request: &HttpRequest,
    mut asked: Request,
    content_type: &'static str,
) -> HttpResponse {
    if let Some(key) = request.headers().get("idempotency-key") {
        // What is no text is no key, and is refused as one.
        let key = String::from_utf8_lossy(key.as_bytes()).into_owned();
        asked.extensions.insert(IDEMPOTENCY_KEY.to_owned(), Value::from(key));
    }
    let Some(token) = bearer(request) else {
        return answer(failure("UNAUTHENTICATED", "send a bearer token"), content_type, false);
    };
    let viewer = match viewer(edge, token).await {
        Ok(viewer) => viewer,
        Err(refused) => return answer(refused, content_type, false),
    };
    let schema = edge.graphql.clone();
    let request_id = edge.app.db.ids().next::<uuid::Uuid>();
    let done = edge.run(async move { schema.execute(asked, viewer).await }).await;
    let mut response = done.unwrap_or_else(|| failure("INTERNAL", "something went wrong on our side"));
    // An error with a path comes from a resolver: the request was executed, though nothing of it is left.
    let executed = response.data != Value::Null || response.errors.iter().any(|error| !error.path.is_empty());
    response.extensions.insert("requestId".to_owned(), Value::from(request_id.simple().to_string()));
    let now = meridian_domain::time::Clock::now(&meridian_domain::time::SystemClock);
    response.extensions.insert("serverTime".to_owned(), Value::from(json!(now).as_str().unwrap_or_default()));
    answer(response, content_type, executed)
}
