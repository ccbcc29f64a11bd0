//! Files: handed out by signed links, taken from agents.

use crate::{
    Edge, graphql,
    problem::{problem, unavailable},
};
use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use bytes::Bytes;
use meridian_app::media::{self, Upload, UploadRefused};
use meridian_domain::{
    media::{LARGEST, shown_in_place, too_large},
    time::{Clock, SystemClock},
};
use meridian_files::FilesError;
use serde_json::json;
use std::fmt::Write;

/// `GET /files/{token}`: the file of a link. Nothing in it can run: not by its type, not by what it is taken for, not in
/// our name.
pub(crate) async fn download(edge: web::Data<Edge>, token: web::Path<String>) -> HttpResponse {
    let app = edge.app.clone();
    let token = token.into_inner();
    let found = edge.run(async move { media::opened(&app, &token, SystemClock.now()).await }).await;
    let file = match found {
        Some(Ok(Some(file))) => file,
        Some(Ok(None)) => {
            let help = "the link has ended or is not ours: open the conversation again for a new one";
            return problem(StatusCode::NOT_FOUND, "no_file", help);
        }
        _ => return unavailable(),
    };
    let (files, key) = (edge.files.clone(), file.key.clone());
    let bytes = match edge.run(async move { files.get(&key).await }).await {
        Some(Ok(bytes)) => bytes,
        Some(Err(FilesError::Missing)) => return problem(StatusCode::NOT_FOUND, "no_file", "the file is gone"),
        Some(Err(error)) => {
            tracing::error!(%error, "a file cannot be read");
            return unavailable();
        }
        None => return unavailable(),
    };
    let content_type = if file.content_type.starts_with("text/") {
        format!("{}; charset=utf-8", file.content_type)
    } else {
        file.content_type.clone()
    };
    let place = if shown_in_place(&file.content_type) { "inline" } else { "attachment" };
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("content-disposition", format!("{place}; filename*=UTF-8''{}", encoded(&file.name))))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"))
        .insert_header(("cache-control", "private, max-age=300"))
        .insert_header(("referrer-policy", "no-referrer"))
        .body(bytes)
}

/// A name in a header (RFC 8187).
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// `POST /v1/uploads?name=..`: the body is the file, the bearer an agent. 201 with its id, for `messageSend`; 401 not
/// signed in, 403 not allowed, 413 too large, 422 not kept.
pub(crate) async fn upload(
    edge: web::Data<Edge>,
    request: HttpRequest,
    query: web::Query<std::collections::HashMap<String, String>>,
    body: Bytes,
) -> HttpResponse {
    let viewer = match graphql::signed_in(&edge, &request).await {
        Ok(viewer) => viewer,
        Err(answer) => return answer,
    };
    if body.len() > LARGEST {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", too_large());
    }
    let declared = request.headers().get("content-type").and_then(|value| value.to_str().ok());
    let name = query.get("name").map(String::as_str).unwrap_or_default();
    let sniffed = meridian_files::sniff(&body);
    let upload = match Upload::judge(&edge.app, &viewer.subject, name, &body, sniffed, declared) {
        Ok(upload) => upload,
        Err(refused) => return answer(refused),
    };
    let (files, key) = (edge.files.clone(), upload.key.clone());
    let size = body.len();
    match edge.run(async move { files.put(&key, body).await }).await {
        Some(Ok(())) => {}
        Some(Err(error)) => {
            tracing::error!(%error, "a file cannot be kept");
            return unavailable();
        }
        None => return unavailable(),
    }
    let (app, noted) = (edge.app.clone(), upload.clone());
    match edge.run(async move { media::uploaded(&app, &viewer.subject, &noted).await }).await {
        Some(Ok(())) => HttpResponse::Created().json(json!({
            "id": upload.id.to_string(), "name": upload.name, "contentType": upload.content_type, "sizeBytes": size,
        })),
        Some(Err(refused)) => answer(refused),
        None => unavailable(),
    }
}

fn answer(refused: UploadRefused) -> HttpResponse {
    match refused {
        UploadRefused::Forbidden(_) | UploadRefused::NotAPerson => {
            problem(StatusCode::FORBIDDEN, "forbidden", refused.to_string())
        }
        UploadRefused::File(reason) => problem(StatusCode::UNPROCESSABLE_ENTITY, "not_kept", reason),
        UploadRefused::Store(error) => {
            tracing::error!(%error, "an upload was not noted");
            unavailable()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_leave_their_header() {
        assert_eq!(encoded("a \"b\"\r\n发票.pdf"), "a%20%22b%22%0D%0A%E5%8F%91%E7%A5%A8.pdf");
    }
}
