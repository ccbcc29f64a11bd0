//! What every bot platform's adapter does: verify a call as the platform proves it, read it, answer in its shape.

use crate::{InboundRequest, Reject, Verified, signature};
use base64::{Engine, engine::general_purpose::STANDARD};
use meridian_domain::{
    platform::{BotCall, BotPlatform},
    secret::Secret,
    time::Instant,
};
use serde_json::Value;

/// What a tenant set for its bot.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules<'a> {
    /// Names of intents, actions, tags or contexts that ask for a person, beside the usual ones.
    pub handoff_names: &'a [String],
}

impl Rules<'_> {
    /// Whether a name asks for a person.
    pub(crate) fn asks(&self, name: &str) -> bool {
        meridian_domain::platform::asks_for_person(name, self.handoff_names)
    }
}

/// What came of a call, for the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Meridian's conversation, once there is one.
    pub conversation: Option<String>,
    /// The hand-off, if people have the conversation now.
    pub handoff: Option<String>,
    /// Place in the queue, from 1.
    pub position: i64,
}

/// The JSON body of a 200.
pub type Answer = Value;

/// One bot platform.
pub trait Adapter: Send + Sync {
    /// Which.
    fn platform(&self) -> BotPlatform;
    /// Verifies a call over its raw bytes. Fails closed.
    ///
    /// # Errors
    /// [`Reject`] says what is missing or wrong.
    fn verify(&self, secret: &Secret, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
        let _ = now;
        shared(secret, request, &[])
    }
    /// Whether a body is of this platform's format.
    fn recognises(&self, body: &Value) -> bool;
    /// Reads a call: one body may hold several events, in their order. Empty when nothing in it is understood.
    fn read(&self, body: &Value, rules: Rules<'_>) -> Vec<BotCall>;
    /// The delivery's id where it stands in a header.
    fn delivery(&self, _request: &InboundRequest) -> Option<String> {
        None
    }
    /// What the platform expects to hear.
    fn answer(&self, body: &Value, outcome: &Outcome) -> Answer;
}

/// The platform whose format a body has.
pub fn recognise(body: &Value) -> Option<&'static dyn Adapter> {
    BotPlatform::ALL.iter().filter_map(|platform| super::adapter(*platform)).find(|adapter| adapter.recognises(body))
}

/// A shared secret: `Authorization: Bearer`, the password of `Authorization: Basic`, or one of the named headers.
pub(crate) fn shared(secret: &Secret, request: &InboundRequest, headers: &[&str]) -> Result<Verified, Reject> {
    let mut given: Vec<String> =
        headers.iter().filter_map(|name| request.header(name)).filter(|v| !v.is_empty()).map(str::to_owned).collect();
    if let Some((scheme, value)) = request.header("authorization").and_then(|value| value.trim().split_once(' ')) {
        let value = value.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            given.push(value.to_owned());
        } else if scheme.eq_ignore_ascii_case("basic") {
            let decoded = STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            given.extend(decoded.and_then(|pair| pair.split_once(':').map(|(_, password)| password.to_owned())));
        }
    }
    if given.is_empty() {
        return Err(Reject::Missing);
    }
    any(secret, |secret| {
        let wanted = secret.expose().as_bytes();
        given.iter().any(|value| signature::equal(wanted, value.as_bytes()))
    })
}

/// A bot has one secret; an empty one is none.
pub(crate) fn any(secret: &Secret, matches: impl Fn(&Secret) -> bool) -> Result<Verified, Reject> {
    signature::any(std::iter::once(secret).filter(|secret| !secret.is_empty()), matches)
}

/// The same with `?token=` of the URL, for platforms that can send no header.
pub(crate) fn shared_or_query(secret: &Secret, request: &InboundRequest, headers: &[&str]) -> Result<Verified, Reject> {
    match request.query_pairs().into_iter().find(|(name, _)| name == "token") {
        Some((_, given)) => any(secret, |secret| signature::equal(secret.expose().as_bytes(), given.as_bytes())),
        None => shared(secret, request, headers),
    }
}
