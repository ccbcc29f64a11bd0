//! What outside verifiers say: a voiceprint, a document check, questions, a login elsewhere.
//!
//! A *signal* says how sure a verifier is that whoever is on an address is a certain customer. It is evidence beside other
//! evidence, bounded, for a while, and with consent. Alone it neither links nor suggests: a voice can be copied, and a
//! check is only as good as its threshold. A failed check counts against, and nothing links by itself while it lasts.

use super::{
    Evidence, Holder, Newcomer, Says, apart,
    candidate::{Agreement, Piece},
    class_of,
    classes::Class,
    name::Agreement as Names,
    names_agree, same_value, says,
};
use crate::{
    event::{Identifier, Verification},
    ids::{CustomerId, SignalId},
    time::Instant,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The most that all signals of a pair together add to the log odds, or take from them: too little to lift any two
/// customers over the mark by itself (see [`super::candidate::SUGGEST`] and the prior).
pub const MOST: f64 = 5.0;

/// Seconds by which the clock of a verifier may be ahead.
pub const AHEAD: i64 = 300;

/// Longest reference of a check or a consent, in bytes: room for a number, none for a recording.
const LONGEST_REFERENCE: usize = 128;

/// How a verifier checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A voice against one that was enrolled.
    Voiceprint,
    /// A passport or identity card, looked at live.
    Document,
    /// Questions that only the customer can answer.
    Knowledge,
    /// A login at a bank or another provider of identities.
    Login,
    /// Anything else.
    Other,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Voiceprint, Self::Document, Self::Knowledge, Self::Login, Self::Other];

    /// The stored text, also the field of a piece of evidence.
    pub fn code(self) -> &'static str {
        match self {
            Self::Voiceprint => "voiceprint",
            Self::Document => "document",
            Self::Knowledge => "knowledge",
            Self::Login => "login",
            Self::Other => "other",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// For how long a check counts at most, hours: who speaks now says little of who writes tomorrow.
    pub fn longest_hours(self) -> i64 {
        match self {
            Self::Document => 30 * 24,
            Self::Voiceprint | Self::Knowledge | Self::Login | Self::Other => 24,
        }
    }

    /// The most a check of this kind adds to the log odds, or takes from them.
    pub fn strongest(self) -> f64 {
        match self {
            Self::Document | Self::Login => 4.0,
            Self::Voiceprint => 3.0,
            Self::Knowledge => 2.0,
            Self::Other => 1.5,
        }
    }
}

/// From which score on a check passes, and below which it failed; between the two it says nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Passes from here on.
    pub accept: f64,
    /// Failed below.
    pub reject: f64,
}

/// Why a verifier or a check cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignal {
    /// Thresholds that make no sense.
    #[error("a check passes from a score above 0 and up to 1, and fails below the same or a lower one")]
    Thresholds,
    /// A time to count that the kind does not allow.
    #[error("hours goes from 1 to {0}")]
    Hours(i64),
    /// A score that is none.
    #[error("score goes from 0 to 1")]
    Score,
    /// A reference that is none.
    #[error("a reference has 1 to 128 letters, digits and signs of ._-/: and is a number, never a recording")]
    Reference,
    /// Done in the future.
    #[error("the check lies in the future")]
    Future,
    /// It ends before it was done, or too late.
    #[error("a check of this kind ends after it was done, and at most {0} hours later")]
    Expiry(i64),
    /// It is over.
    #[error("the check is over already: it would count for nothing")]
    Over,
    /// Checked before it was allowed.
    #[error("the consent was given after the check")]
    Consent,
}

impl Thresholds {
    /// Whether they make sense.
    pub fn check(self) -> Result<Self, InvalidSignal> {
        let Self { accept, reject } = self;
        let good = accept > 0.0 && accept <= 1.0 && reject >= 0.0 && reject <= accept;
        if good { Ok(self) } else { Err(InvalidSignal::Thresholds) }
    }
}

/// Whether a verifier's checks may count for so many hours.
pub fn check_hours(kind: Kind, hours: i64) -> Result<i64, InvalidSignal> {
    let most = kind.longest_hours();
    if (1..=most).contains(&hours) { Ok(hours) } else { Err(InvalidSignal::Hours(most)) }
}

/// A reference of a check or a consent: a number of the verifier's, never what was looked at.
pub fn check_reference(reference: &str) -> Result<&str, InvalidSignal> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-/:".contains(&b);
    let good = (1..=LONGEST_REFERENCE).contains(&reference.len()) && reference.bytes().all(plain);
    if good { Ok(reference) } else { Err(InvalidSignal::Reference) }
}

/// The consent of whom a check is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Under which the tenant keeps it.
    pub reference: String,
    /// When it was given.
    pub given_at: Instant,
    /// When it was taken back.
    pub withdrawn_at: Option<Instant>,
}

/// When a check was done and until when it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Done.
    pub checked_at: Instant,
    /// Counts until then.
    pub expires_at: Instant,
}

impl Span {
    /// The time of a check: what is left out follows from the verifier's `hours`. Refused when it is not bounded by what
    /// its kind allows, or over already.
    pub fn new(
        kind: Kind,
        hours: i64,
        now: Instant,
        checked_at: Option<Instant>,
        expires_at: Option<Instant>,
    ) -> Result<Self, InvalidSignal> {
        let checked_at = checked_at.unwrap_or(now);
        if checked_at > now + TimeDelta::seconds(AHEAD) {
            return Err(InvalidSignal::Future);
        }
        let checked_at = checked_at.min(now);
        let expires_at = expires_at.unwrap_or_else(|| checked_at + TimeDelta::hours(hours));
        let most = kind.longest_hours();
        if expires_at <= checked_at || expires_at > checked_at + TimeDelta::hours(most) {
            return Err(InvalidSignal::Expiry(most));
        }
        if expires_at <= now { Err(InvalidSignal::Over) } else { Ok(Self { checked_at, expires_at }) }
    }
}

/// What a verifier found about somebody on an address who claims to be a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// Its id.
    pub id: SignalId,
    /// Name of the verifier.
    pub verifier: String,
    /// How it checks.
    pub kind: Kind,
    /// Whether the tenant still listens to it.
    pub enabled: bool,
    /// How sure, 0 to 1; gone with the consent.
    pub score: Option<f64>,
    /// The verifier's own, as they were then.
    pub thresholds: Thresholds,
    /// When, and until when it counts.
    pub span: Span,
    /// Of whom it is about.
    pub consent: Option<Consent>,
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is the customer, says the verifier.
    Passed,
    /// Neither.
    Unsure,
    /// It is not.
    Failed,
}

/// Why a signal weighs nothing, or that it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It counts.
    Counts,
    /// Its time is over, or has not come.
    Expired,
    /// The consent was taken back, or there never was one.
    Withdrawn,
    /// The tenant does not listen to the verifier any more.
    Off,
}

impl Signal {
    /// Whether it counts at `now`, and if not, why.
    pub fn standing(&self, now: Instant) -> Standing {
        let Span { checked_at, expires_at } = self.span;
        let allowed = self.consent.as_ref().is_some_and(|consent| {
            consent.given_at <= checked_at && consent.withdrawn_at.is_none_or(|withdrawn| withdrawn > now)
        });
        if !allowed || self.score.is_none() {
            return Standing::Withdrawn;
        }
        let longest = checked_at + TimeDelta::hours(self.kind.longest_hours());
        if now >= expires_at.min(longest) || now + TimeDelta::seconds(AHEAD) < checked_at {
            return Standing::Expired;
        }
        if self.enabled { Standing::Counts } else { Standing::Off }
    }

    /// How it came out; `None` when the score is gone.
    pub fn outcome(&self) -> Option<Outcome> {
        let score = self.score.filter(|score| score.is_finite())?;
        Some(match score {
            score if score >= self.thresholds.accept => Outcome::Passed,
            score if score < self.thresholds.reject => Outcome::Failed,
            _ => Outcome::Unsure,
        })
    }

    /// What it adds to the log odds at `now`: half of what its kind may at a threshold, all of it at the end of the
    /// scale; nothing when it does not count.
    pub fn weight(&self, now: Instant) -> f64 {
        let (Standing::Counts, Some(outcome), Some(score)) = (self.standing(now), self.outcome(), self.score) else {
            return 0.0;
        };
        let Thresholds { accept, reject } = self.thresholds;
        let share = |done: f64, of: f64| if of > 0.0 { (done / of).clamp(0.0, 1.0) } else { 1.0 };
        let strength = |share: f64| self.kind.strongest() * f64::midpoint(1.0, share);
        match outcome {
            Outcome::Passed => strength(share(score - accept, 1.0 - accept)),
            Outcome::Unsure => 0.0,
            Outcome::Failed => -strength(share(reject - score, reject)),
        }
    }
}

/// What all signals about a pair of customers say together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// What they add to the log odds, at most [`MOST`] either way.
    pub weight: f64,
    /// One for each kind of verifier, weightiest first.
    pub pieces: Vec<Piece>,
}

impl Told {
    /// Whether they speak for one person.
    pub fn passed(&self) -> bool {
        self.weight > 0.0
    }

    /// Whether a check failed: nothing links the two by itself.
    pub fn refuted(&self) -> bool {
        self.weight < 0.0
    }
}

/// Adds up signals about one pair. Of each kind the strongest counts; where one failed, those that passed are not heard.
pub fn told(signals: &[Signal], now: Instant) -> Told {
    let mut weighed: Vec<(f64, &Signal)> =
        signals.iter().map(|signal| (signal.weight(now), signal)).filter(|(weight, _)| *weight != 0.0).collect();
    let refuted = weighed.iter().any(|(weight, _)| *weight < 0.0);
    weighed.retain(|(weight, _)| (*weight < 0.0) == refuted);
    weighed.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()).then(a.1.id.cmp(&b.1.id)));
    let mut all = Told::default();
    let mut kinds: Vec<Kind> = Vec::new();
    for (weight, signal) in weighed {
        if kinds.contains(&signal.kind) {
            continue;
        }
        kinds.push(signal.kind);
        let weight = weight.clamp(-MOST - all.weight.min(0.0), MOST - all.weight.max(0.0));
        all.weight += weight;
        all.pieces.push(Piece {
            field: signal.kind.code().to_owned(),
            agreement: if refuted { Agreement::Other } else { Agreement::Same },
            weight: (weight * 10.0).round() / 10.0,
            source: Some(Source { verifier: signal.verifier.clone(), signal: signal.id }),
        });
    }
    all
}

/// Which check a piece of evidence is. The check itself is forgotten with its time; that it was one stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Name of the verifier.
    pub verifier: String,
    /// The check.
    pub signal: SignalId,
}

/// One step up for what a passed check vouches for, and never above what a channel proves.
pub fn lifted(verified: Verification) -> Verification {
    match verified {
        Verification::Anonymous => Verification::Claimed,
        Verification::Claimed | Verification::Channel => Verification::Channel,
        Verification::Token | Verification::Agent => verified,
    }
}

/// Whether a newcomer is by rule the customer whom passed checks say they are: what they only claim counts as one step
/// more verified, for this customer alone. There must be such an identifier, one person's by its nature, which the
/// customer holds verified; on one that may pass to others the names must agree as well. What agreed, or nothing.
pub fn vouched(
    newcomer: Newcomer<'_>,
    holders: &[Holder],
    parted: &[(CustomerId, CustomerId)],
    own: CustomerId,
    claimed: CustomerId,
    told: &Told,
) -> Option<Vec<Evidence>> {
    if !told.passed() || own == claimed || apart(own, claimed, parted) {
        return None;
    }
    let mut agreed = Vec::new();
    for holder in holders.iter().filter(|holder| holder.customer == claimed) {
        for id in newcomer.ids.iter().filter(|id| same_value(id, &holder.identifier)) {
            let raised = Identifier { verified: lifted(id.verified), ..id.clone() };
            let names = names_agree(newcomer.name, &holder.names);
            let named = match class_of(&id.scheme, &id.value, holder.declared) {
                Some(Class::Exclusive) => names != Names::Conflict,
                Some(Class::Movable) => names == Names::Same,
                Some(Class::Shared) | None => false,
            };
            if named && matches!(says(newcomer, &raised, holder, holders, parted), Says::Same) {
                agreed.push(Evidence {
                    scheme: id.scheme.clone(),
                    ours: id.verified,
                    theirs: holder.identifier.verified,
                });
            }
        }
    }
    (!agreed.is_empty()).then_some(agreed)
}

#[cfg(test)]
mod tests;
