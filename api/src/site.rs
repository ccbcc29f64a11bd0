//! The console, the chat widget and GraphiQL, from the binary (`console/dist`, `dist-widget`, `dist-explorer`; read from
//! disk in debug builds). Paths without a file are the console's own routes.

use crate::{Edge, chat::framed_by, problem::problem};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY},
    },
    web,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use serde::Deserialize;
use std::fmt::Write;

#[derive(RustEmbed)]
#[folder = "../console/dist/"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[folder = "../console/dist-widget/"]
#[allow_missing = true]
struct Widget;

#[derive(RustEmbed)]
#[folder = "../console/dist-explorer/"]
#[allow_missing = true]
struct Explorer;

/// What pages of ours may do: run and show what we serve, talk to us, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; media-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors ";

/// The console: a file of it, or its page for a route of its own.
pub(crate) async fn console(request: HttpRequest) -> HttpResponse {
    let path = request.path().trim_start_matches('/');
    if let Some(file) = Console::get(path).filter(|_| !path.is_empty()) {
        return answer(&request, path, &file, "'none'");
    }
    // What looks like a file or an address of the API is missing, not a page.
    let read = request.method() == Method::GET || request.method() == Method::HEAD;
    let known_root =
        ["hooks/", "auth/", "chat/", "bots/", "v1/", "graphql", "assets/"].iter().any(|root| path.starts_with(root));
    if !read || known_root || path.rsplit('/').next().is_some_and(|last| last.contains('.')) {
        return problem(StatusCode::NOT_FOUND, "not_found", "no such address");
    }
    match Console::get("index.html") {
        Some(page) => answer(&request, "index.html", &page, "'none'"),
        None => problem(
            StatusCode::NOT_FOUND,
            "console_not_built",
            "the console is not part of this build: install Node.js 20 and run ./dev up again, or npm ci && npm run build in console/",
        ),
    }
}

#[derive(Default, Deserialize)]
struct Framed {
    account: Option<String>,
}

/// The chat widget. Its page names the account, whose sites show it in a frame.
pub(crate) async fn widget(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let path = match request.path().trim_start_matches("/widget").trim_start_matches('/') {
        "" => "index.html",
        "demo" => "demo.html",
        path => path,
    };
    let asked = web::Query::<Framed>::from_query(request.query_string()).map(web::Query::into_inner);
    let framed_by = match asked.unwrap_or_default().account {
        Some(account) if path == "index.html" => match framed_by(&edge, &account).await {
            Ok(sites) => sites,
            Err(answer) => return answer,
        },
        _ => "'self'".to_owned(),
    };
    match Widget::get(path) {
        Some(file) => answer(&request, path, &file, &framed_by),
        None => problem(StatusCode::NOT_FOUND, "not_found", "no such address, or the widget is not part of this build"),
    }
}

/// GraphiQL, where the profile serves it. It writes styles and carries fonts of its own, so its page alone may.
pub(crate) async fn explorer(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let path = match request.path().trim_start_matches("/graphiql").trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    match Explorer::get(path).filter(|_| edge.explorer) {
        Some(file) => {
            let mut response = answer(&request, path, &file, "'none'");
            let policy = format!("{POLICY}'none'")
                .replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
                .replace("font-src 'self'", "font-src 'self' data:");
            if let Ok(policy) = policy.parse() {
                response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
            }
            response
        }
        None => {
            problem(StatusCode::NOT_FOUND, "not_found", "GraphiQL is served in the profile dev, when Node.js built it")
        }
    }
}

fn answer(request: &HttpRequest, path: &str, file: &EmbeddedFile, framed_by: &str) -> HttpResponse {
    let mut tag = String::with_capacity(34);
    tag.push('"');
    for byte in &file.metadata.sha256_hash()[..16] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    // Names under assets/ carry a hash of their content; everything else is asked for again.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let unchanged = request.headers().get(IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == tag.as_bytes());
    let mut response = if unchanged { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, cache))
        .insert_header((CONTENT_TYPE, content_type(path)))
        .insert_header((CONTENT_SECURITY_POLICY, format!("{POLICY}{framed_by}")))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header(("x-content-type-options", "nosniff"));
    if unchanged { response.finish() } else { response.body(file.data.to_vec()) }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        _ => "application/octet-stream",
    }
}
