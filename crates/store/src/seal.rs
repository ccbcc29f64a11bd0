//! Sealed columns: XChaCha20-Poly1305 under a key derived from the installation's secret, bound to tenant and row.

use crate::StoreError;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use meridian_domain::{
    ids::TenantId,
    secret::{Secret, Version, Versions},
    time::Instant,
};
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Seals and opens secrets. Only this module sees the key.
#[derive(Clone)]
pub struct Sealer {
    current: XChaCha20Poly1305,
    previous: Vec<XChaCha20Poly1305>,
    tagger: Hmac<Sha256>,
}

const VERSION: u8 = 1;
const NONCE: usize = 24;

fn cipher(master: &Secret) -> XChaCha20Poly1305 {
    let mut key = [0_u8; 32];
    // 32 bytes is a valid output length of HKDF-SHA256 (RFC 5869), so this cannot fail.
    let _ = Hkdf::<Sha256>::new(None, master.expose().as_bytes()).expand(b"meridian seal 1", &mut key);
    XChaCha20Poly1305::new(&key.into())
}

/// Signs links, under a key of its own.
fn tagger(master: &Secret) -> Hmac<Sha256> {
    let mut key = [0_u8; 64];
    let _ = Hkdf::<Sha256>::new(None, master.expose().as_bytes()).expand(b"meridian link 1", &mut key);
    KeyInit::new(&key.into())
}

fn bound_to(tenant: TenantId, row: Uuid) -> Vec<u8> {
    [tenant.0.as_bytes().as_slice(), row.as_bytes()].concat()
}

impl Sealer {
    /// Seals with `current`; opens what any of the keys sealed.
    pub fn new(current: &Secret, previous: &[Secret]) -> Self {
        Self { current: cipher(current), previous: previous.iter().map(cipher).collect(), tagger: tagger(current) }
    }

    /// HMAC-SHA256 of a text under a key derived from the installation's secret: for links that end soon.
    pub fn tag(&self, text: &[u8]) -> [u8; 32] {
        self.tagger.clone().chain_update(text).finalize().into_bytes().into()
    }

    /// Whether a tag is ours, compared in constant time.
    pub fn tagged(&self, text: &[u8], tag: &[u8]) -> bool {
        self.tagger.clone().chain_update(text).verify_slice(tag).is_ok()
    }

    /// Seals a text for one row.
    pub fn seal(&self, tenant: TenantId, row: Uuid, text: &str) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE];
        rand::rng().fill(&mut nonce);
        let payload = Payload { msg: text.as_bytes(), aad: &bound_to(tenant, row) };
        // Encryption fails only beyond 256 GB.
        let sealed = self.current.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [&[VERSION][..], &nonce, &sealed].concat()
    }

    /// Opens a sealed text of the row it was sealed for.
    pub fn open(&self, tenant: TenantId, row: Uuid, sealed: &[u8]) -> Result<Secret, StoreError> {
        let (version, rest) = sealed.split_first().ok_or(StoreError::Sealed)?;
        let (nonce, cipher_text) = rest.split_at_checked(NONCE).ok_or(StoreError::Sealed)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| StoreError::Sealed)?;
        if *version != VERSION {
            return Err(StoreError::Sealed);
        }
        let aad = bound_to(tenant, row);
        std::iter::once(&self.current)
            .chain(&self.previous)
            .find_map(|key| key.decrypt(&XNonce::from(nonce), Payload { msg: cipher_text, aad: &aad }).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .map(Secret::new)
            .ok_or(StoreError::Sealed)
    }

    /// Seals named secrets, several values a name.
    pub fn seal_map(&self, tenant: TenantId, row: Uuid, secrets: &Versions) -> Vec<u8> {
        let plain: BTreeMap<&str, Vec<Plain>> =
            secrets.iter().map(|(name, all)| (name.as_str(), all.iter().map(Plain::from).collect())).collect();
        self.seal(tenant, row, &serde_json::to_string(&plain).unwrap_or_default())
    }

    /// Opens named secrets, each with its end.
    pub fn open_map(&self, tenant: TenantId, row: Uuid, sealed: &[u8]) -> Result<Versions, StoreError> {
        let text = self.open(tenant, row, sealed)?;
        let plain: BTreeMap<String, Vec<Plain>> =
            serde_json::from_str(text.expose()).map_err(|_| StoreError::Sealed)?;
        Ok(plain.into_iter().map(|(name, all)| (name, all.into_iter().map(Version::from).collect())).collect())
    }
}

/// How a value stands in the sealed text: bare, or with its end.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Plain {
    Bare(String),
    Ends { value: String, until: Instant },
}

impl From<&Version> for Plain {
    fn from(version: &Version) -> Self {
        let value = version.secret.expose().to_owned();
        match version.until {
            Some(until) => Self::Ends { value, until },
            None => Self::Bare(value),
        }
    }
}

impl From<Plain> for Version {
    fn from(plain: Plain) -> Self {
        match plain {
            Plain::Bare(value) => Secret::new(value).into(),
            Plain::Ends { value, until } => Self { secret: Secret::new(value), until: Some(until) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_opens_only_for_its_own_row_and_key() {
        let (tenant, row) = (TenantId(Uuid::from_u128(1)), Uuid::from_u128(2));
        let old = Sealer::new(&Secret::new("old"), &[]);
        let new = Sealer::new(&Secret::new("new"), &[Secret::new("old")]);
        let sealed = old.seal(tenant, row, "token");
        assert_eq!(new.open(tenant, row, &sealed).unwrap().expose(), "token");
        assert!(new.open(TenantId(Uuid::from_u128(9)), row, &sealed).is_err());
        assert!(Sealer::new(&Secret::new("new"), &[]).open(tenant, row, &sealed).is_err());
        assert!(new.open(tenant, row, &sealed[..10]).is_err());
        assert!(!sealed.windows(5).any(|w| w == b"token"));
    }
    #[test]
    fn named_secrets_keep_their_ends_and_older_texts_are_read() {
        let (tenant, row) = (TenantId(Uuid::from_u128(1)), Uuid::from_u128(2));
        let sealer = Sealer::new(&Secret::new("key"), &[]);
        let until = "2026-05-04T12:00:00Z".parse().ok();
        let all = vec![Version::from(Secret::new("new")), Version { secret: Secret::new("old"), until }];
        let secrets = Versions::from([("token".to_owned(), all)]);
        assert_eq!(sealer.open_map(tenant, row, &sealer.seal_map(tenant, row, &secrets)).unwrap(), secrets);
        let older = sealer.seal(tenant, row, r#"{"token":["a","b"]}"#);
        assert_eq!(sealer.open_map(tenant, row, &older).unwrap()["token"].len(), 2);
    }
}
