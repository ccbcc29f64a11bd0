//! Signatures over raw bytes, compared in constant time.

use crate::{InboundRequest, Reject, Verified};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};
use hmac::{Hmac, KeyInit, Mac};
use meridian_domain::{secret::Secret, time::Instant};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a body, in hex: the dedupe key where a provider gives none.
pub(crate) fn digest(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

pub(crate) fn sha256(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    // HMAC takes keys of any length (RFC 2104).
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn sha1(key: &[u8], message: &[u8]) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { return Vec::new() };
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    !a.is_empty() && a.ct_eq(b).into()
}

/// Any of several valid secrets (rotation) may have signed; none at all verifies nothing.
pub(crate) fn any<'a>(
    secrets: impl Iterator<Item = &'a Secret>,
    matches: impl Fn(&Secret) -> bool,
) -> Result<Verified, Reject> {
    let mut some = false;
    let mut found = false;
    for secret in secrets {
        some = true;
        found |= matches(secret);
    }
    match (some, found) {
        (false, _) => Err(Reject::NoSecret),
        (true, false) => Err(Reject::Mismatch),
        (true, true) => Ok(Verified::new()),
    }
}

/// The key behind a `whsec_` secret.
pub(crate) fn webhook_key(secret: &Secret) -> Option<Vec<u8>> {
    let text = secret.expose();
    STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok().filter(|key| key.len() >= 16)
}

/// Signs after Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
pub(crate) fn webhook_sign(secret: &Secret, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let key = webhook_key(secret)?;
    let mac = sha256(&key, &[id.as_bytes(), b".", timestamp.to_string().as_bytes(), b".", body]);
    Some(format!("v1,{}", STANDARD.encode(mac)))
}

/// Seconds a signed timestamp may be off, either way (Standard Webhooks).
const TOLERANCE: i64 = 300;

/// Verifies after Standard Webhooks.
pub(crate) fn webhook_verify<'a>(
    secrets: impl Iterator<Item = &'a Secret>,
    request: &InboundRequest,
    now: Instant,
) -> Result<Verified, Reject> {
    let part = |name| request.header(name).filter(|value| !value.is_empty()).ok_or(Reject::Missing);
    let (id, timestamp, signatures) = (part("webhook-id")?, part("webhook-timestamp")?, part("webhook-signature")?);
    let at: i64 = timestamp.parse().map_err(|_| Reject::Stale)?;
    if (now.timestamp() - at).abs() > TOLERANCE {
        return Err(Reject::Stale);
    }
    any(secrets, |secret| {
        if let Some(public) = secret.expose().strip_prefix("whpk_") {
            return ed25519(
                public,
                signatures,
                &[id.as_bytes(), b".", timestamp.as_bytes(), b".", &request.body].concat(),
            );
        }
        let expected = webhook_sign(secret, id, at, &request.body).unwrap_or_default();
        signatures.split(' ').any(|given| equal(expected.as_bytes(), given.as_bytes()))
    })
}

/// Asymmetric signatures of Standard Webhooks: `v1a,` and base64, under a public key in base64.
fn ed25519(public: &str, signatures: &str, message: &[u8]) -> bool {
    let key = STANDARD.decode(public).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let Some(key) = key.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()) else { return false };
    signatures
        .split(' ')
        .filter_map(|given| given.strip_prefix("v1a,"))
        .filter_map(|given| Signature::from_slice(&STANDARD.decode(given).ok()?).ok())
        .take(10)
        .any(|given| key.verify_strict(message, &given).is_ok())
}
