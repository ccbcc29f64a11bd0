//! How each provider proves that a post is its own, over the raw bytes.

use super::{Provider, form::Form};
use crate::{InboundRequest, Reject, Verified, signature};
use base64::{Engine, engine::general_purpose::STANDARD};
use meridian_domain::{channel::AccountConfig, secret::Secret, time::Instant};
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;

/// Seconds a signed timestamp may be off, either way.
const TOLERANCE: i64 = 600;
/// The last bytes of a P-256 key in SubjectPublicKeyInfo are the point (RFC 5480).
const POINT: usize = 65;

/// Verifies a post to an account. Fails closed.
pub(in crate::email) fn verify(
    account: &AccountConfig,
    request: &InboundRequest,
    now: Instant,
) -> Result<Verified, Reject> {
    match Provider::of(account.setting("provider")) {
        Provider::Mailgun => mailgun(account, request, now),
        Provider::Mandrill if account.secret("signing_key").is_some() => mandrill(account, request),
        Provider::SendGrid if request.header(SIGNATURE).is_some() => sendgrid(account, request, now),
        Provider::Smtp => token(account, request, false),
        _ => token(account, request, true),
    }
}

/// A bearer token, or the password of basic authentication, which is what a URL of the form `https://user:token@host`
/// turns into: all that Postmark, SendGrid, Mailjet, SparkPost and Brevo offer for inbound mail.
fn token(account: &AccountConfig, request: &InboundRequest, basic: bool) -> Result<Verified, Reject> {
    let given = request.header("authorization").ok_or(Reject::Missing)?;
    let (scheme, value) = given.split_once(' ').ok_or(Reject::Missing)?;
    let token = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => value.trim().to_owned(),
        "basic" if basic => {
            let pair = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            pair.as_deref().and_then(|pair| pair.split_once(':')).ok_or(Reject::Missing)?.1.to_owned()
        }
        _ => return Err(Reject::Missing),
    };
    any(account.secrets("inbound_token"), |secret| signature::equal(secret.expose().as_bytes(), token.as_bytes()))
}

/// An empty secret is none.
fn any<'a>(secrets: impl Iterator<Item = &'a Secret>, matches: impl Fn(&Secret) -> bool) -> Result<Verified, Reject> {
    signature::any(secrets.filter(|secret| !secret.expose().is_empty()), matches)
}

/// `timestamp`, `token` and their HMAC-SHA256 in hex, in the form or in `signature` of the JSON (Mailgun, "Securing
/// Webhooks"). It does not cover the mail: the token must come once only, see [`dedupe_key`].
fn mailgun(account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
    let [timestamp, token, given] = mailgun_fields(request).ok_or(Reject::Missing)?;
    let at: i64 = timestamp.parse().map_err(|_| Reject::Stale)?;
    if now.timestamp().abs_diff(at) > TOLERANCE as u64 {
        return Err(Reject::Stale);
    }
    any(account.secrets("signing_key"), |secret| {
        let mac = signature::sha256(secret.expose().as_bytes(), &[timestamp.as_bytes(), token.as_bytes()]);
        signature::equal(hex::encode(mac).as_bytes(), given.as_bytes())
    })
}

fn mailgun_fields(request: &InboundRequest) -> Option<[String; 3]> {
    let names = ["timestamp", "token", "signature"];
    let content_type = request.header("content-type").unwrap_or_default();
    let fields = if let Some(form) = Form::read(content_type, &request.body) {
        names.map(|name| form.text(name).unwrap_or_default())
    } else {
        let body: Value = serde_json::from_slice(&request.body).ok()?;
        names.map(|name| match &body["signature"][name] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        })
    };
    fields.iter().all(|field| !field.is_empty()).then_some(fields)
}

/// A Mailgun token is good for one post; posts of others have none of these fields and are known by their body.
pub(in crate::email) fn dedupe_key(request: &InboundRequest) -> Option<String> {
    mailgun_fields(request).map(|[timestamp, token, _]| format!("mailgun:{timestamp}:{token}"))
}

/// HMAC-SHA1 in base64 over the URL and all fields, sorted by name (Mandrill, "Authenticating webhook requests").
fn mandrill(account: &AccountConfig, request: &InboundRequest) -> Result<Verified, Reject> {
    let given = request.header("x-mandrill-signature").ok_or(Reject::Missing)?;
    let content_type = request.header("content-type").unwrap_or_default();
    let form = Form::read(content_type, &request.body).ok_or(Reject::Missing)?;
    let mut base = account.public_url.clone().into_bytes();
    if !request.query.is_empty() {
        base.extend_from_slice(format!("?{}", request.query).as_bytes());
    }
    for (name, value) in form.sorted() {
        base.extend_from_slice(name.as_bytes());
        base.extend_from_slice(value);
    }
    any(account.secrets("signing_key"), |secret| {
        let mac = signature::sha1(secret.expose().as_bytes(), &base);
        signature::equal(STANDARD.encode(mac).as_bytes(), given.as_bytes())
    })
}

const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";

/// ECDSA over timestamp and raw body (SendGrid, "Event Webhook Security Features").
fn sendgrid(account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
    let given = request.header(SIGNATURE).ok_or(Reject::Missing)?;
    let timestamp = request.header("x-twilio-email-event-webhook-timestamp").ok_or(Reject::Missing)?;
    let at: i64 = timestamp.parse().map_err(|_| Reject::Stale)?;
    if now.timestamp().abs_diff(at) > TOLERANCE as u64 {
        return Err(Reject::Stale);
    }
    let given = STANDARD.decode(given).map_err(|_| Reject::Mismatch)?;
    let signed = [timestamp.as_bytes(), &request.body].concat();
    any(account.secrets("signing_key"), |key| {
        let der = STANDARD.decode(key.expose()).unwrap_or_default();
        let point = der.get(der.len().saturating_sub(POINT)..).unwrap_or_default();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(&signed, &given).is_ok()
    })
}
