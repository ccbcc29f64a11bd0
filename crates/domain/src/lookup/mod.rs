//! What a tenant's own system knows of a customer: what it is asked, for how long its answer holds, and when it is left
//! alone.

mod answer;

pub use answer::{Activity, Answer, Fact, Garbage, LARGEST, read};

use crate::{
    event::Verification,
    identity::{Class, Declared, exclusive, standing_class},
    secret::Secret,
    time::Instant,
};
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{ops::RangeInclusive, time::Duration};

/// The whole time of a look-up: a place among those under way, connection, request and answer.
pub const BUDGET: Duration = Duration::from_secs(1);
/// For how many seconds an answer may be said to be fresh.
pub const FRESH_SECONDS: RangeInclusive<i32> = 10..=86_400;
/// For how many seconds it is, if nothing else is said.
pub const FRESH_BY_DEFAULT: i32 = 300;
/// Schemes that are sent, if nothing else is said.
pub const SCHEMES: [&str; 3] = ["phone_e164", "email", "crm_id"];
/// Most schemes of a setting, and most identifiers of a request.
pub const MOST: usize = 20;
/// Seconds between two requests about one customer that people ask for.
pub const AGAIN_SECONDS: i64 = 5;
/// Seconds for which a fault about one customer stands before somebody who opens the customer asks again.
pub const FAULT_SECONDS: i64 = 10;
/// Faults in a row after which the system is left alone for a while.
pub const OPENS_AFTER: i32 = 3;

/// Seconds the system is left alone after so many faults in a row; then one look-up tries it. What it asks for itself
/// (`Retry-After`) counts when it is longer, up to five minutes.
pub fn pause(faults: i32, asked: Option<u32>) -> Option<u32> {
    let own = faults.checked_sub(OPENS_AFTER).filter(|over| *over >= 0);
    let own = own.map(|over| 10_u32.saturating_mul(1 << over.min(5)).min(300));
    own.max(asked.map(|seconds| seconds.min(300)))
}

/// Whether identifiers of a scheme may be sent: a scheme by its form, and not one that several people share by its nature.
pub fn sendable(scheme: &str) -> bool {
    let formed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (1..=40).contains(&scheme.len()) && scheme.bytes().all(formed) && exclusive(scheme)
}

/// An identifier that a customer holds.
#[derive(Debug, Clone, Copy)]
pub struct Held<'a> {
    /// Scheme.
    pub scheme: &'a str,
    /// Value in normal form.
    pub value: &'a str,
    /// Where the value is unique; empty = everywhere.
    pub scope: &'a str,
    /// How far it is verified.
    pub verified: Verification,
    /// What people declared of the value.
    pub declared: Option<Declared>,
    /// How many customers hold it.
    pub holders: usize,
    /// Whether it is no longer this customer's.
    pub former: bool,
}

/// An identifier as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Sent {
    /// Scheme.
    pub scheme: String,
    /// Value in normal form.
    pub value: String,
    /// Where the value is unique; left out when it is so everywhere.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
}

/// The identifiers by which a customer may be asked about: verified, present, of a scheme that was allowed, and one
/// person's by their nature. In a fixed order, each once.
pub fn to_send<'a>(held: impl IntoIterator<Item = Held<'a>>, schemes: &[String]) -> Vec<Sent> {
    let may = |id: &Held<'_>| {
        !id.former
            && id.verified >= Verification::Channel
            && exclusive(id.scheme)
            && schemes.iter().any(|scheme| scheme == id.scheme)
            && matches!(
                standing_class(id.scheme, id.value, id.declared, id.holders).0,
                Some(Class::Movable | Class::Exclusive)
            )
    };
    let mut sent: Vec<Sent> = held
        .into_iter()
        .filter(may)
        .map(|id| Sent { scheme: id.scheme.to_owned(), value: id.value.to_owned(), scope: id.scope.to_owned() })
        .collect();
    sent.sort();
    sent.dedup();
    sent.truncate(MOST);
    sent
}

/// What an answer was given to, and by which address: an answer to other identifiers is another person's.
pub fn digest(url: &str, sent: &[Sent]) -> String {
    let mut hash = Sha256::new();
    let ids = sent.iter().flat_map(|id| [id.scheme.as_str(), &id.scope, &id.value]);
    for part in std::iter::once(url).chain(ids) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}

/// The body of a request.
pub fn request(customer: &str, sent: &[Sent], locale: &str) -> Value {
    json!({ "type": "customer.lookup", "customer": customer, "identifiers": sent, "locale": locale })
}

/// The language in which somebody would like the answer: a language with at most a script or a region (BCP 47), else
/// English.
pub fn locale(text: &str) -> String {
    let mut parts = text.split(['-', '_']);
    let of = |part: Option<&str>, from: usize, to: usize| {
        part.filter(|part| (from..=to).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
            .map(str::to_owned)
    };
    let language = of(parts.next(), 2, 3).filter(|language| language.bytes().all(|b| b.is_ascii_alphabetic()));
    let Some(language) = language.map(|language| language.to_ascii_lowercase()) else { return "en".to_owned() };
    match of(parts.next(), 2, 4) {
        Some(more) => format!("{language}-{more}"),
        None => language,
    }
}

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// Why a look-up has no answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FaultKind { $($(#[$doc])* $name,)* }

        impl FaultKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stored text.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Read back from the database.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }
        }
    };
}

faults! {
    /// No answer within the budget.
    Slow = "slow";
    /// No connection, or the answer was cut off.
    Unreachable = "unreachable";
    /// The address may not be asked: it is private.
    Address = "address";
    /// It answered with another status than a good one.
    Status = "status";
    /// It pointed elsewhere: redirects are not followed.
    Redirect = "redirect";
    /// The answer is larger than it may be.
    TooLarge = "too_large";
    /// The answer breaks a rule.
    Garbage = "garbage";
    /// Too many look-ups are under way.
    Busy = "busy";
    /// It failed often, and is left alone for a while.
    Resting = "resting";
}

impl FaultKind {
    /// Whether it speaks against the system as a whole. A bad answer about one customer does not: the next one may be good.
    pub fn of_system(self) -> bool {
        matches!(self, Self::Slow | Self::Unreachable | Self::Address | Self::Status | Self::Redirect)
    }
}

/// Why a look-up has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of trouble.
    pub kind: FaultKind,
    /// What exactly, for who mends it.
    pub detail: String,
}

impl Fault {
    /// A fault with its detail.
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

/// A question to a tenant's own system.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Where to.
    pub url: &'a str,
    /// What signs it: each of them.
    pub secrets: &'a [Secret],
    /// `webhook-id`.
    pub id: &'a str,
    /// The body.
    pub body: &'a Value,
    /// When it is signed.
    pub now: Instant,
    /// The whole time it has.
    pub patience: Duration,
}

/// What came back from the tenant's system.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The headers that were sent.
    pub headers: Value,
    /// The answer's status; none when there was no answer.
    pub status: Option<u16>,
    /// The answer's body, one byte more than [`LARGEST`] at most.
    pub body: Vec<u8>,
    /// Seconds that the system asks to be left alone.
    pub retry_after_s: Option<u32>,
    /// Why there was no answer.
    pub fault: Option<Fault>,
    /// How long it took.
    pub took: Duration,
}

/// What an exchange says of the customer; `None` in it is "not known there".
pub fn understand(exchange: &Exchange) -> Result<Option<Answer>, Fault> {
    if let Some(fault) = &exchange.fault {
        return Err(fault.clone());
    }
    match exchange.status.unwrap_or_default() {
        404 => Ok(None),
        200..=299 => read(&exchange.body).map_err(|garbage| match garbage {
            Garbage::TooLarge => Fault::new(FaultKind::TooLarge, garbage.to_string()),
            _ => Fault::new(FaultKind::Garbage, garbage.to_string()),
        }),
        status @ 300..=399 => Err(Fault::new(FaultKind::Redirect, format!("HTTP {status}"))),
        status => Err(Fault::new(FaultKind::Status, format!("HTTP {status}"))),
    }
}

/// What is kept of a customer's last look-up.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// [`digest`] of what was sent.
    pub digest: &'a str,
    /// When the last answer came.
    pub answered_at: Option<Instant>,
    /// When it was last in vain, if since the answer.
    pub failed_at: Option<Instant>,
}

/// What to do for somebody who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Show what is kept.
    Show,
    /// Ask.
    Ask,
    /// Show what is kept, for the system is left alone until then.
    Rest(Instant),
}

/// Whether the system is asked now. `again`: somebody wants it, also while the answer is fresh.
pub fn step(
    kept: Option<Kept<'_>>,
    digest: &str,
    fresh: TimeDelta,
    rests_until: Option<Instant>,
    again: bool,
    now: Instant,
) -> Step {
    let kept = kept.filter(|kept| kept.digest == digest);
    let within = |at: Option<Instant>, span: TimeDelta| at.is_some_and(|at| now - at < span);
    let holds = kept.is_some_and(|kept| {
        if again {
            let span = TimeDelta::seconds(AGAIN_SECONDS);
            within(kept.answered_at, span) || within(kept.failed_at, span)
        } else {
            within(kept.failed_at, TimeDelta::seconds(FAULT_SECONDS))
                || (kept.failed_at.is_none() && within(kept.answered_at, fresh))
        }
    });
    match rests_until.filter(|until| *until > now) {
        _ if holds => Step::Show,
        Some(until) => Step::Rest(until),
        None => Step::Ask,
    }
}

#[cfg(test)]
mod tests;
