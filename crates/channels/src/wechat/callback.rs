//! The callback of the WeChat family: what is signed, what is sealed, what is inside.

use super::{
    crypto,
    xml::{self, XmlError},
};
use crate::{InboundRequest, Reject, Reply, Verified, json::text, signature};
use meridian_domain::{channel::AccountConfig, time::Instant};
use serde_json::Value;

/// Seconds a signed timestamp may be off: the plain signature does not cover the body, so whoever sees a query once can
/// use it this long.
const TOLERANCE: i64 = 600;

/// How an account seals.
pub(crate) struct Scheme {
    /// Setting with the id at the end of a sealed text.
    pub receiver: &'static str,
    /// Whether plain bodies exist at all.
    pub plain: bool,
}

struct Query {
    signature: String,
    msg_signature: String,
    timestamp: String,
    nonce: String,
    echo: Option<String>,
}

impl Query {
    fn of(request: &InboundRequest) -> Self {
        let pairs = request.query_pairs();
        let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let text = |name: &str| get(name).unwrap_or_default();
        Self {
            signature: text("signature"),
            msg_signature: text("msg_signature"),
            timestamp: text("timestamp"),
            nonce: text("nonce"),
            // A plus sign of Base64 that was not escaped reads as a space.
            echo: get("echostr").map(|echo| echo.replace(' ', "+")),
        }
    }

    /// Whether one of the account's tokens signed these parts.
    fn signed(&self, account: &AccountConfig, given: &str, more: Option<&str>) -> Result<Verified, Reject> {
        if given.is_empty() {
            return Err(Reject::Missing);
        }
        signature::any(account.secrets("token"), |token| {
            let mut parts = vec![token.expose(), &self.timestamp, &self.nonce];
            parts.extend(more);
            signature::equal(crypto::signature(parts).as_bytes(), given.to_lowercase().as_bytes())
        })
    }
}

impl Scheme {
    /// Opens what was sealed for the account, with any of its keys.
    fn open(&self, account: &AccountConfig, sealed: &str) -> Option<String> {
        let receiver = account.setting(self.receiver)?;
        account.secrets("encoding_aes_key").find_map(|key| crypto::decrypt(key.expose(), receiver, sealed))
    }

    /// Answers the check of the URL: the text itself, opened where it is sealed.
    pub(crate) fn challenge(&self, account: &AccountConfig, request: &InboundRequest) -> Option<Reply> {
        let query = Query::of(request);
        let echo = query.echo.as_deref()?;
        if !query.msg_signature.is_empty() || !self.plain {
            query.signed(account, &query.msg_signature, Some(echo)).ok()?;
            return self.open(account, echo).map(Reply::text);
        }
        query.signed(account, &query.signature, None).ok()?;
        Some(Reply::text(echo))
    }

    /// Verifies a callback. A sealed body must be signed, whole, and for this account; a plain one is taken only by
    /// accounts without a key, or that allow it.
    pub(crate) fn verify(
        &self,
        account: &AccountConfig,
        request: &InboundRequest,
        now: Instant,
    ) -> Result<Verified, Reject> {
        let query = Query::of(request);
        let at: i64 = query.timestamp.parse().map_err(|_| Reject::Missing)?;
        if (now.timestamp() - at).abs() > TOLERANCE {
            return Err(Reject::Stale);
        }
        let body = match document(&request.body) {
            Err(XmlError::Hostile) => return Err(Reject::Malformed),
            read => read.ok(),
        };
        let keys = account.secrets("encoding_aes_key").next().is_some();
        if let Some(sealed) = body.as_ref().and_then(|body| text(body, "/Encrypt")).filter(|_| keys || !self.plain) {
            let verified = query.signed(account, &query.msg_signature, Some(sealed))?;
            let inner = self.open(account, sealed).ok_or(Reject::Mismatch)?;
            return match document(inner.as_bytes()) {
                Err(XmlError::Hostile) => Err(Reject::Malformed),
                _ => Ok(verified),
            };
        }
        let allowed = account.settings.get("allow_plain") == Some(&Value::Bool(true));
        if !self.plain || (keys && !allowed) {
            return Err(Reject::Missing);
        }
        query.signed(account, &query.signature, None)
    }

    /// What a verified body says. Where a sealed part stands beside plain fields, only the sealed part counts.
    pub(crate) fn inside(&self, account: &AccountConfig, body: &[u8]) -> Option<Value> {
        let outer = document(body).ok()?;
        match text(&outer, "/Encrypt") {
            Some(sealed) if account.secrets("encoding_aes_key").next().is_some() => {
                document(self.open(account, sealed)?.as_bytes()).ok()
            }
            Some(_) if !self.plain => None,
            _ => Some(outer),
        }
    }
}

/// XML, or JSON where the account chose so.
fn document(body: &[u8]) -> Result<Value, XmlError> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') {
        return serde_json::from_slice(body).map_err(|_| XmlError::Broken);
    }
    xml::read(body)
}
