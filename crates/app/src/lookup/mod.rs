//! What the tenant's own system knows of a customer: shown from what is kept, asked when that is old.

mod flight;

pub use flight::Lookups;
pub(crate) use flight::fares;

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use chrono::TimeDelta;
use flight::Errand;
use meridian_domain::{
    ids::CustomerId,
    lookup::{self as rules, AGAIN_SECONDS, Answer, Fault, FaultKind, Held, Sent, Step},
    people::Permission,
    time::Instant,
};
use meridian_store::{
    ReadTx, StoreError, customers, identity,
    lookups::{self as store, Kept, Setting},
};

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
pub enum LookupRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such customer, or nobody set the look-up up.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It was asked a moment ago.
    #[error("the system was asked a moment ago: wait a few seconds")]
    Soon,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How an answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is one.
    Known,
    /// The system does not know the customer.
    Unknown,
    /// The system never answered.
    Unanswered,
    /// The customer has no identifier that may be sent: nothing is asked.
    Nameless,
}

/// What is shown of a look-up.
#[derive(Debug, Clone)]
pub struct Look {
    /// How it stands.
    pub standing: Standing,
    /// The answer.
    pub answer: Answer,
    /// When it was given.
    pub as_of: Option<Instant>,
    /// Whether it is as fresh as it should be.
    pub fresh: bool,
    /// Why there is no newer one.
    pub fault: Option<Fault>,
    /// Until when the system is left alone.
    pub rests_until: Option<Instant>,
}

/// A customer as they stand now.
struct Seen {
    setting: Setting,
    customer: CustomerId,
    sent: Vec<Sent>,
    digest: String,
    kept: Option<Kept>,
}

/// What is shown of a customer; the system is asked if need be, within a second. None when nobody set the look-up up, it
/// is switched off, or there is no such customer.
pub async fn look(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    locale: &str,
    now: Instant,
) -> Result<Option<Look>, LookupRefused> {
    subject.require(Permission::ReadConversations)?;
    let locale = rules::locale(locale);
    match see(app, subject, customer, &locale).await {
        Ok(seen) => Ok(Some(shown(app, subject, seen, &locale, false, now).await?)),
        Err(LookupRefused::NotFound(_)) => Ok(None),
        Err(refused) => Err(refused),
    }
}

/// Asks again, though the answer is fresh; not twice within a few seconds.
pub async fn again(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    locale: &str,
    now: Instant,
) -> Result<Look, LookupRefused> {
    subject.require(Permission::HandleWork)?;
    let locale = rules::locale(locale);
    let seen = see(app, subject, customer, &locale).await?;
    let kept = seen.kept.as_ref().filter(|kept| kept.digest == seen.digest);
    let last = kept.and_then(|kept| kept.answered_at.max(kept.failed_at));
    if last.is_some_and(|last| seen.setting.now - last < TimeDelta::seconds(AGAIN_SECONDS)) {
        return Err(LookupRefused::Soon);
    }
    shown(app, subject, seen, &locale, true, now).await
}

async fn see(app: &App, subject: &Subject, customer: CustomerId, locale: &str) -> Result<Seen, LookupRefused> {
    let mut tx = app.db.read(subject.scope()).await?;
    let setting = store::setting(&mut tx).await?.filter(|setting| setting.enabled);
    let setting = setting.ok_or(LookupRefused::NotFound("look-up"))?;
    let customer = stands(&mut tx, customer).await?.ok_or(LookupRefused::NotFound("customer"))?;
    let held = identity::of_customers(&mut tx, &[customer.0]).await?;
    let held = held.iter().map(|id| Held {
        scheme: &id.scheme,
        value: &id.value,
        scope: &id.scope,
        verified: id.verified,
        declared: id.declared,
        holders: id.holders,
        former: id.valid_to.is_some(),
    });
    let sent = rules::to_send(held, &setting.schemes);
    let digest = rules::digest(&setting.url, &sent);
    let kept = store::kept(&mut tx, customer, locale).await?;
    Ok(Seen { setting, customer, sent, digest, kept })
}

/// Where a customer stands after all merges.
async fn stands(tx: &mut ReadTx, customer: CustomerId) -> Result<Option<CustomerId>, StoreError> {
    let mut at = customer;
    // Merges make no circles.
    while let Some(found) = customers::find(tx, at).await? {
        match found.merged_into {
            Some(into) => at = into,
            None => return Ok(Some(at)),
        }
    }
    Ok(None)
}

impl Seen {
    fn step(&self, again: bool) -> Step {
        step(&self.setting, self.kept.as_ref(), &self.digest, again)
    }

    /// What is kept of exactly these identifiers, as it is shown.
    fn look(self, fault: Option<Fault>) -> Look {
        let (setting, digest) = (self.setting, self.digest);
        let kept = self.kept.filter(|kept| kept.digest == digest);
        let standing = match &kept {
            _ if self.sent.is_empty() => Standing::Nameless,
            Some(Kept { answered_at: Some(_), answer: Some(_), .. }) => Standing::Known,
            Some(Kept { answered_at: Some(_), .. }) => Standing::Unknown,
            _ => Standing::Unanswered,
        };
        let as_of = kept.as_ref().and_then(|kept| kept.answered_at);
        let fresh = TimeDelta::seconds(setting.fresh_seconds.into());
        Look {
            standing,
            as_of,
            fresh: as_of.is_some_and(|at| setting.now - at < fresh),
            rests_until: setting.rests_until.filter(|until| *until > setting.now),
            fault: fault.or_else(|| kept.as_ref().and_then(|kept| kept.fault.clone())),
            answer: kept.and_then(|kept| kept.answer).unwrap_or_default(),
        }
    }
}

fn step(setting: &Setting, kept: Option<&Kept>, digest: &str, again: bool) -> Step {
    let kept =
        kept.map(|kept| rules::Kept { digest: &kept.digest, answered_at: kept.answered_at, failed_at: kept.failed_at });
    let fresh = TimeDelta::seconds(setting.fresh_seconds.into());
    rules::step(kept, digest, fresh, setting.rests_until, again, setting.now)
}

async fn shown(
    app: &App,
    subject: &Subject,
    seen: Seen,
    locale: &str,
    again: bool,
    now: Instant,
) -> Result<Look, LookupRefused> {
    if seen.sent.is_empty() {
        return Ok(seen.look(None));
    }
    match seen.step(again) {
        Step::Show => Ok(seen.look(None)),
        Step::Rest(_) => Ok(seen.look(Some(Fault::new(FaultKind::Resting, "")))),
        Step::Ask => {
            let errand = Errand {
                tenant: subject.scope().tenant(),
                customer: seen.customer,
                locale: locale.to_owned(),
                digest: seen.digest,
                sent: seen.sent,
                again,
                now,
            };
            let fault = flight::fly(app, errand).await;
            // Whatever became of the customer meanwhile: what is shown is an answer to who they are now.
            Ok(see(app, subject, seen.customer, locale).await?.look(fault))
        }
    }
}
