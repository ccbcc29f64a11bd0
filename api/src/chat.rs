//! The visitor's door: a session token, and words that go the same way as every channel's.

use crate::{
    Edge,
    pace::Pace,
    problem::{problem, unavailable},
    token::{VisitorClaims, bearer, site_identity},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{HeaderValue, RETRY_AFTER},
    },
    web,
};
use bytes::Bytes;
use meridian_app::{accounts, authz::Subject, bots::person_asked};
use meridian_domain::{
    button::LONGEST_PAYLOAD,
    channel::{AccountConfig, ChannelKind},
    event::Identifier,
    ids::{ChannelAccountId, TenantId},
    media::{self, LARGEST, too_large},
    time::{Clock, SystemClock},
    work::LONGEST_TEXT,
};
use meridian_store::{IntakeRow, conversations};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// Longest name and address, characters.
const LONGEST_NAME: usize = 320;
/// Longest language tag (BCP 47, section 4.4.1 asks for 35 at least).
const LONGEST_TAG: usize = 64;

/// The 429 of a visitor; the widget sends again after a while.
fn too_fast() -> HttpResponse {
    let mut answer = problem(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "wait a minute and send it again");
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
    answer
}

/// Sites that may embed a web chat, as the settings of its account list them; `*` is any.
fn origins(settings: &Value) -> impl Iterator<Item = &str> {
    let listed = settings.get("origins").and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Value::as_str).map(|origin| origin.trim().trim_end_matches('/'))
}

/// Whether a page may open sessions: the widget's own, in whatever frame the browser let it be shown
/// ([`framed_by`]), or one of a site that is listed. Who is no page has no origin.
fn origin_allowed(own: &str, account: &AccountConfig, request: &HttpRequest) -> bool {
    let Some(origin) = request.headers().get("origin").and_then(|value| value.to_str().ok()) else { return true };
    origin == own || origins(&account.settings).any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
}

/// Where browsers may show the frame of a web chat: our own pages and the sites of its account, as sources of the
/// policy `frame-ancestors` (CSP 3, section 6.4.2).
pub(crate) async fn framed_by(edge: &Edge, account: &str) -> Result<String, HttpResponse> {
    let (_, account) = web_chat(edge, account).await?;
    Ok(frames(&account.settings))
}

fn frames(settings: &Value) -> String {
    let safe = |origin: &&str| origin.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.:/*[]".contains(&byte));
    std::iter::once("'self'").chain(origins(settings).filter(safe)).collect::<Vec<_>>().join(" ")
}

/// What a visitor's page says of them, fit to be kept: without control characters, at most `most` characters.
fn plain(text: Option<String>, most: usize) -> Option<String> {
    let plain: String = text?.chars().filter(|c| !c.is_control()).take(most).collect();
    Some(plain.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The web chat of a path and its tenant.
async fn web_chat(edge: &Edge, path: &str) -> Result<(TenantId, Arc<AccountConfig>), HttpResponse> {
    let unknown = || problem(StatusCode::NOT_FOUND, "unknown_account", "no web chat has this address");
    let id = path.parse::<ChannelAccountId>().map_err(|_| unknown())?;
    let app = edge.app.clone();
    match edge.run(async move { accounts::account(&app, id).await }).await {
        Some(Ok(Some(found))) if found.1.kind == ChannelKind::WebChat => Ok(found),
        Some(Ok(_)) => Err(unknown()),
        _ => Err(unavailable()),
    }
}

/// The visitor that a request's token names, or the answer to who has none.
async fn visiting(edge: &Edge, request: &HttpRequest) -> Result<VisitorClaims, HttpResponse> {
    let claims = bearer(request).and_then(|token| edge.tokens.verify_visitor(token)).ok_or_else(nobody)?;
    match outgrown(edge, &claims).await {
        Some(false) => Ok(claims),
        Some(true) => Err(nobody()),
        None => Err(unavailable()),
    }
}

fn key(claims: &VisitorClaims) -> Identifier {
    Identifier::channel("web_visitor", claims.sub.to_string(), claims.account.to_string())
}

/// Whether a token of nobody in particular is one of a visitor whom the site has named since: who kept it is not
/// necessarily that person. `None` when it cannot be said now.
async fn outgrown(edge: &Edge, claims: &VisitorClaims) -> Option<bool> {
    if claims.identity.is_some() {
        return Some(false);
    }
    let (app, tenant, key) = (edge.app.clone(), claims.tenant, key(claims));
    let named = edge.run(async move {
        let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
        conversations::visitor_is_named(&mut tx, &key).await
    });
    named.await?.ok()
}

/// The 401 of who has no visitor's token.
fn nobody() -> HttpResponse {
    problem(StatusCode::UNAUTHORIZED, "unauthenticated", "open a chat session first")
}

/// `GET /chat/{account}`: whether people are there now, and when they are back.
pub(crate) async fn hours(edge: web::Data<Edge>, path: web::Path<String>) -> HttpResponse {
    let (tenant, account) = match web_chat(&edge, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let app = edge.app.clone();
    match edge.run(async move { accounts::hours(&app, tenant, account.id, SystemClock.now()).await }).await {
        Some(Ok(hours)) => HttpResponse::Ok()
            .insert_header(("cache-control", "max-age=60"))
            .json(json!({ "open": hours.open, "opens_at": hours.opens_at })),
        _ => unavailable(),
    }
}

#[derive(Default, Deserialize)]
struct Opening {
    #[serde(default)]
    identity: Option<String>,
}

/// `POST /chat/{account}/sessions`: a visitor and their token. With `identity`, a token of the site (JWT, HS256, `aud`
/// the account, `sub` the customer's number, at most a day), they are known; with their token of before as bearer they
/// stay the visitor they were, also for a while after it is over, unless it was somebody else's or the site has named the
/// visitor since.
pub(crate) async fn open(
    edge: web::Data<Edge>,
    path: web::Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let (tenant, account) = match web_chat(&edge, &path).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let id = account.id;
    if !origin_allowed(&edge.app.public_url, &account, &request) {
        return problem(
            StatusCode::FORBIDDEN,
            "origin",
            "this site may not embed the chat: add it to the account's origins",
        );
    }
    let opening = if body.is_empty() { Ok(Opening::default()) } else { serde_json::from_slice(&body) };
    let Ok(Opening { identity: signed }) = opening else {
        return problem(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid",
            "send nothing, or {\"identity\": a token of your site}",
        );
    };
    let now = SystemClock.now();
    let identity = signed.as_deref().map(|token| site_identity(account.secrets("identity_secret"), id, token, now));
    if identity == Some(None) {
        let help = "the identity is not valid: sign it by HS256 with the account's identity secret, with sub, exp (at most \
                    a day ahead) and aud (the account)";
        return problem(StatusCode::UNAUTHORIZED, "identity", help);
    }
    let identity = identity.flatten();
    let before = bearer(&request).and_then(|token| edge.tokens.visitor_before(token));
    let same = |before: &VisitorClaims| {
        let other =
            matches!((&before.identity, &identity), (Some(was), is) if is.as_ref().map(|is| &is.sub) != Some(&was.sub));
        before.tenant == tenant && before.account == id && !other
    };
    let mut before = before.filter(same);
    if let Some(claims) = before.as_ref().filter(|_| identity.is_none()) {
        match outgrown(&edge, claims).await {
            Some(false) => {}
            Some(true) => before = None,
            None => return unavailable(),
        }
    }
    if before.is_none() && Pace::Visitors.exceeded(id.to_string()) {
        return too_fast();
    }
    let visitor = before.map_or_else(|| edge.app.db.ids().next::<Uuid>(), |before| before.sub);
    let known = identity.is_some();
    match edge.tokens.visitor(tenant, id, visitor, identity, now) {
        Ok(token) => HttpResponse::Created().json(json!({ "visitor": visitor, "token": token, "known": known })),
        Err(_) => unavailable(),
    }
}

#[derive(Deserialize)]
struct Said {
    client_id: Uuid,
    text: String,
    /// The button that was chosen, whose title the text is.
    #[serde(default)]
    choice: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    email: Option<String>,
}

/// `POST /chat/messages`: the visitor says something, and may say where else they are reached; the same `client_id`
/// again changes nothing.
pub(crate) async fn say(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let claims = match visiting(&edge, &request).await {
        Ok(claims) => claims,
        Err(answer) => return answer,
    };
    if Pace::Messages.exceeded(claims.sub.to_string()) {
        return too_fast();
    }
    let said = match serde_json::from_slice::<Said>(&body) {
        Ok(said) if !said.text.trim().is_empty() && said.text.chars().count() <= LONGEST_TEXT => said,
        _ => {
            let help = "send client_id (a UUID) and text, 1 to 10,000 characters";
            return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", help);
        }
    };
    let visitor = claims.sub.to_string();
    let stored = json!({ "client_id": said.client_id, "visitor": visitor, "text": said.text.replace('\0', ""),
                         "choice": said.choice.filter(|choice| choice.len() <= LONGEST_PAYLOAD).map(|choice| choice.replace('\0', "")),
                         "name": plain(said.name, LONGEST_NAME), "locale": plain(said.locale, LONGEST_TAG),
                         "email": plain(said.email, LONGEST_NAME), "identity": claims.identity });
    accept(edge, &claims, said.client_id, json!({}), stored.to_string().into_bytes()).await
}

/// What a visitor sent, stored before it is confirmed.
async fn accept(
    edge: web::Data<Edge>,
    claims: &VisitorClaims,
    client_id: Uuid,
    request: Value,
    body: Vec<u8>,
) -> HttpResponse {
    let visitor = claims.sub.to_string();
    let row = IntakeRow {
        tenant: claims.tenant,
        id: edge.app.db.ids().next(),
        account: claims.account,
        dedupe_key: format!("message:{visitor}:{client_id}"),
        order_key: visitor,
        request,
        body,
    };
    let edge_ref = edge.clone();
    match edge.run(async move { edge_ref.intake.accept(row).await }).await {
        Some(true) => HttpResponse::Accepted().json(json!({ "client_id": client_id })),
        _ => unavailable(),
    }
}

#[derive(Deserialize)]
struct Shown {
    client_id: Uuid,
    #[serde(default)]
    name: String,
    #[serde(default)]
    locale: Option<String>,
}

/// `POST /chat/files?client_id=..&name=..`: the visitor shows a file, which is the body; the same `client_id` again
/// changes nothing. 413 too large, 422 not kept, with the reason.
pub(crate) async fn show(edge: web::Data<Edge>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let claims = match visiting(&edge, &request).await {
        Ok(claims) => claims,
        Err(answer) => return answer,
    };
    let Ok(web::Query(shown)) = web::Query::<Shown>::from_query(request.query_string()) else {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "name client_id (a UUID) and the file's name");
    };
    if Pace::Files.exceeded(claims.sub.to_string()) {
        return too_fast();
    }
    if body.len() > LARGEST {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", too_large());
    }
    let declared = request.headers().get("content-type").and_then(|value| value.to_str().ok());
    let name = media::file_name(&shown.name);
    let content_type = match media::judge(&body, meridian_files::sniff(&body), declared, &name) {
        Ok(content_type) => content_type,
        Err(reason) => return problem(StatusCode::UNPROCESSABLE_ENTITY, "not_kept", reason),
    };
    let file = json!({ "client_id": shown.client_id, "visitor": claims.sub.to_string(), "text": "",
                       "locale": plain(shown.locale, LONGEST_TAG), "identity": claims.identity,
                       "file": { "name": media::named(&name, &content_type), "content_type": content_type, "size": body.len() } });
    accept(edge, &claims, shown.client_id, file, body.to_vec()).await
}

/// The visitor of a token as the customer of their session; nobody before their first words or by a token that was
/// outgrown, `None` when it cannot be said now.
pub(crate) async fn visitor(edge: &Edge, claims: &VisitorClaims) -> Option<Option<Subject>> {
    if outgrown(edge, claims).await? { Some(None) } else { customer(edge, claims).await }
}

/// The customer of the session of who is known to be its visitor.
async fn customer(edge: &Edge, claims: &VisitorClaims) -> Option<Option<Subject>> {
    let (app, tenant, account, key) = (edge.app.clone(), claims.tenant, claims.account, key(claims));
    let found = edge.run(async move {
        let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
        conversations::session_of_visitor(&mut tx, account, &key).await
    });
    let found = found.await?.ok()?;
    Some(found.map(|(session, party)| Subject::visitor(tenant, session, party)))
}

/// `POST /chat/person`: the visitor would rather have a person than the bot; asked again it changes nothing.
pub(crate) async fn person(edge: web::Data<Edge>, request: HttpRequest) -> HttpResponse {
    let claims = match visiting(&edge, &request).await {
        Ok(claims) => claims,
        Err(answer) => return answer,
    };
    match customer(&edge, &claims).await {
        Some(Some(subject)) => {
            let app = edge.app.clone();
            match edge.run(async move { person_asked(&app, &subject).await }).await {
                Some(Ok(taken)) => HttpResponse::Accepted().json(json!({ "taken": taken })),
                _ => unavailable(),
            }
        }
        Some(None) => problem(StatusCode::NOT_FOUND, "no_session", "say something first: then somebody can be asked"),
        None => unavailable(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_be_framed_by_the_sites_that_are_listed() {
        let listed =
            json!({ "origins": ["https://shop.example/", " https://b.example:8443", "https://x; script-src *"] });
        assert_eq!(frames(&listed), "'self' https://shop.example https://b.example:8443");
        assert_eq!(frames(&json!({ "origins": ["*"] })), "'self' *");
        assert_eq!(frames(&json!({})), "'self'");
    }

    #[test]
    fn what_a_page_says_is_cut_to_text() {
        let said = |text: &str| plain(Some(text.to_owned()), 4);
        assert_eq!(said(" I\0da Berg").as_deref(), Some("Ida"));
        assert_eq!((said("\0"), plain(None, 4)), (None, None));
    }
}
