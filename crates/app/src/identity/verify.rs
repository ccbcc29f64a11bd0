//! What outside verifiers say of somebody: taken with consent and for a while, heard beside other evidence.

use super::{look_at, raw, tell, vouch::divide};
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    event::{Identifier, Verification},
    identity::{
        self, Class, InvalidIdentifier, Newcomer,
        verifier::{self, InvalidSignal, Span, Told},
    },
    ids::{CustomerId, IdentityId, PartyId, SessionId, SignalId, TenantId, VerifierId},
    jobs::Job,
    people::Permission,
    time::Instant,
};
use meridian_store::{
    ReadTx, StoreError, WriteTx, candidates, conversations, customers, identity as store, recognition, routing,
    signals::{self, Check},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, str::FromStr};

/// Why a check was not taken.
#[derive(Debug, thiserror::Error)]
pub enum VerifyRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Something it names is not of this tenant.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// A value breaks a rule.
    #[error(transparent)]
    Invalid(#[from] InvalidSignal),
    /// An identifier is not what its scheme says.
    #[error(transparent)]
    Identifier(#[from] InvalidIdentifier),
    /// Neither or both of what was checked is named.
    #[error("name what was checked: a session or an address, and not both")]
    Which,
    /// The tenant does not listen to the verifier.
    #[error("this verifier is switched off")]
    Off,
    /// The consent was taken back.
    #[error("this consent was withdrawn: a new one has a new reference")]
    Withdrawn,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was checked.
#[derive(Debug, Clone)]
pub enum Subjected {
    /// Whoever is in a session.
    Session(SessionId),
    /// Whoever uses an identifier of a customer.
    Identity(IdentityId),
    /// Whoever uses an address.
    Address(Address),
}

/// Who it claims to be.
#[derive(Debug, Clone)]
pub enum Claimed {
    /// A customer.
    Customer(CustomerId),
    /// Who alone holds this identifier, verified.
    Holder(Address),
}

/// An identifier as another system names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// phone_e164, email, crm_id and so on.
    pub scheme: String,
    /// Its value.
    pub value: String,
}

/// A check as it is told.
#[derive(Debug, Clone)]
pub struct NewCheck<'a> {
    /// Who checked.
    pub verifier: VerifierId,
    /// The verifier's own number of it.
    pub reference: &'a str,
    /// What was checked.
    pub subject: Subjected,
    /// Who it claims to be.
    pub claimed: Claimed,
    /// How sure, 0 to 1.
    pub score: f64,
    /// When; now when left out.
    pub checked_at: Option<Instant>,
    /// Until when it counts; by the verifier's hours when left out.
    pub expires_at: Option<Instant>,
    /// Reference of the consent.
    pub consent: &'a str,
    /// When it was given.
    pub consent_given_at: Instant,
}

/// What became of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Its id.
    pub signal: SignalId,
    /// Who it claims to be, after all merges.
    pub claimed: CustomerId,
    /// Whether it was told before: nothing changed.
    pub again: bool,
}

/// Takes what a verifier found. Those whom it speaks of are looked at again, now and when it counts no more.
pub async fn record(app: &App, subject: &Subject, new: &NewCheck<'_>) -> Result<Recorded, VerifyRefused> {
    subject.require(Permission::ManageIdentity)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let done = record_in(&mut tx, new).await?;
    tx.commit().await?;
    Ok(done)
}

async fn record_in(tx: &mut WriteTx, new: &NewCheck<'_>) -> Result<Recorded, VerifyRefused> {
    let verifier = signals::verifier(tx, new.verifier).await?.ok_or(VerifyRefused::NotFound("verifier"))?;
    if !verifier.enabled {
        return Err(VerifyRefused::Off);
    }
    if !(0.0..=1.0).contains(&new.score) {
        return Err(InvalidSignal::Score.into());
    }
    let reference = verifier::check_reference(new.reference)?;
    let consent = verifier::check_reference(new.consent)?;
    let now = routing::now(tx).await?;
    let span = Span::new(verifier.kind, verifier.hours.into(), now, new.checked_at, new.expires_at)?;
    // Consents are held before customers, as where they are looked at.
    let held = signals::hold_consent(tx, consent, new.consent_given_at).await?;
    if held.withdrawn_at.is_some() {
        return Err(VerifyRefused::Withdrawn);
    }
    if held.given_at > span.checked_at {
        return Err(InvalidSignal::Consent.into());
    }
    let (party, session) = checked(tx, &new.subject).await?;
    let claimed = claimed(tx, &new.claimed).await?;
    let kept =
        signals::NewCheck { verifier: &verifier, reference, party, session, claimed, score: new.score, span, consent };
    let (signal, fresh) = signals::insert(tx, &kept).await?;
    if fresh && let Some(check) = signals::many(tx, &[signal.0]).await?.pop() {
        look_at(tx, [check.subject, claimed]);
        let left = (span.expires_at - now).as_seconds_f64();
        tx.job_in(&Job::SignalEnd { signal }, signal.0, left);
        tell(tx, &[check.subject, claimed], &[]).await?;
        let outcome = check.signal.outcome().map(outcome_code);
        let detail = json!({ "signal": signal.to_string(), "verifier": verifier.id.to_string(), "outcome": outcome });
        tx.audit("verification_recorded", "customer", Some(claimed.0), detail);
    }
    Ok(Recorded { signal, claimed, again: !fresh })
}

fn outcome_code(outcome: verifier::Outcome) -> &'static str {
    match outcome {
        verifier::Outcome::Passed => "passed",
        verifier::Outcome::Unsure => "unsure",
        verifier::Outcome::Failed => "failed",
    }
}

/// The address that was checked.
async fn checked(tx: &mut WriteTx, subject: &Subjected) -> Result<(PartyId, Option<SessionId>), VerifyRefused> {
    match subject {
        Subjected::Session(id) => {
            let session = conversations::session(tx, *id).await?.ok_or(VerifyRefused::NotFound("session"))?;
            Ok((session.party, Some(*id)))
        }
        Subjected::Identity(id) => {
            let party = signals::party_of(tx, *id).await?.ok_or(VerifyRefused::NotFound("address"))?;
            Ok((party, None))
        }
        Subjected::Address(address) => {
            let key = key_of(address)?;
            let claimed = Identifier { scheme: format!("claimed:{}", key.scheme), ..key.clone() };
            let mut party = store::lock_party(tx, &key).await?;
            if party.is_none() {
                party = store::lock_party(tx, &claimed).await?;
            }
            Ok((party.ok_or(VerifyRefused::NotFound("address"))?.party, None))
        }
    }
}

/// Who it claims to be, held against merges until the transaction ends.
async fn claimed(tx: &mut WriteTx, claimed: &Claimed) -> Result<CustomerId, VerifyRefused> {
    let customer = match claimed {
        Claimed::Customer(customer) => *customer,
        Claimed::Holder(address) => alone(tx, address).await?,
    };
    customers::standing(tx, customer).await?.ok_or(VerifyRefused::NotFound("customer"))
}

/// Who alone holds an identifier, verified, that is one person's by its nature.
async fn alone(tx: &mut ReadTx, address: &Address) -> Result<CustomerId, VerifyRefused> {
    let mut holders = store::holders(tx, &[key_of(address)?]).await?;
    recognition::judge(tx, &mut holders).await?;
    let personal = |holder: &identity::Holder| {
        let id = &holder.identifier;
        let class = identity::class_of(&id.scheme, &id.value, holder.declared);
        id.verified >= Verification::Channel && matches!(class, Some(Class::Movable | Class::Exclusive))
    };
    let mut found: Vec<CustomerId> = holders.iter().filter(|h| personal(h)).map(|holder| holder.customer).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [one] => Ok(*one),
        _ => Err(VerifyRefused::NotFound("customer")),
    }
}

fn key_of(address: &Address) -> Result<Identifier, InvalidIdentifier> {
    let value = identity::normalise(&address.scheme, &address.value)?;
    Ok(Identifier {
        scheme: address.scheme.clone(),
        value,
        scope: String::new(),
        verified: Verification::Channel,
        derived: false,
    })
}

/// Takes a consent back, for good: the scores that rest on it are gone at once, with the suggestions that rest on those;
/// what people and rules joined before stays. How many checks it was.
pub async fn withdraw_consent(app: &App, subject: &Subject, reference: &str) -> Result<usize, VerifyRefused> {
    subject.require(Permission::ManageIdentity)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let gone = withdraw_in(&mut tx, reference).await?;
    tx.commit().await?;
    Ok(gone)
}

async fn withdraw_in(tx: &mut WriteTx, reference: &str) -> Result<usize, VerifyRefused> {
    let reference = verifier::check_reference(reference)?;
    let gone = signals::withdraw(tx, reference).await?.ok_or(VerifyRefused::NotFound("consent"))?;
    let ids: Vec<uuid::Uuid> = gone.iter().map(|signal| signal.0).collect();
    let checks = signals::many(tx, &ids).await?;
    forget_pairs(tx, &checks).await?;
    let mut concerned: Vec<CustomerId> = checks.iter().flat_map(|check| [check.subject, check.claimed]).collect();
    concerned.sort_unstable();
    concerned.dedup();
    tell(tx, &concerned, &[]).await?;
    for check in &checks {
        let detail = json!({ "signal": check.signal.id.to_string(), "verifier": check.verifier.to_string() });
        tx.audit("verification_withdrawn", "customer", Some(check.claimed.0), detail);
    }
    Ok(checks.len())
}

/// Takes away what is suggested because of checks, and has everybody looked at again without them.
pub(crate) async fn forget_pairs(tx: &mut WriteTx, checks: &[Check]) -> Result<(), StoreError> {
    let pairs: Vec<(CustomerId, CustomerId)> = checks.iter().map(|check| (check.subject, check.claimed)).collect();
    candidates::drop_resting(tx, &pairs).await?;
    let mut concerned: Vec<CustomerId> = pairs.into_iter().flat_map(|(a, b)| [a, b]).collect();
    concerned.sort_unstable();
    concerned.dedup();
    look_at(tx, concerned);
    Ok(())
}

/// A check counts no more: what was suggested because of it is looked at again.
pub async fn signal_ended(app: &App, tenant: TenantId, signal: SignalId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let checks = signals::many(&mut tx, &[signal.0]).await?;
    forget_pairs(&mut tx, &checks).await?;
    let concerned: Vec<CustomerId> = checks.iter().flat_map(|check| [check.subject, check.claimed]).collect();
    tell(&mut tx, &concerned, &[]).await?;
    tx.commit().await
}

/// What another system tells over a signed webhook: `{"verification": {..}}` or `{"consent_withdrawn": {..}}`. Fields that
/// it does not know are refused: a recording or a template has no place here.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum OutsideVerification {
    /// A check.
    Verification(Box<OutsideCheck>),
    /// A consent was taken back.
    ConsentWithdrawn {
        /// Its reference.
        reference: String,
    },
}

/// A check as another system tells it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutsideCheck {
    /// Id of the verifier.
    verifier: String,
    /// Its own number of the check.
    reference: String,
    /// The session that was checked; or else `address`.
    #[serde(default)]
    session: Option<String>,
    /// The address that was checked; or else `session`.
    #[serde(default)]
    address: Option<Address>,
    /// An identifier of whom it claims to be, which one customer alone holds verified.
    claims: Address,
    /// 0 to 1.
    score: f64,
    #[serde(default)]
    checked_at: Option<Instant>,
    #[serde(default)]
    expires_at: Option<Instant>,
    consent: OutsideConsent,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutsideConsent {
    reference: String,
    given_at: Instant,
}

fn known_id<T: FromStr>(text: &str, what: &'static str) -> Result<T, VerifyRefused> {
    text.parse().map_err(|_| VerifyRefused::NotFound(what))
}

/// Takes what a tenant's own system tells, signed. The same reference of a verifier again changes nothing. What was
/// recorded; `None` when a consent was withdrawn.
pub async fn take_outside(
    app: &App,
    tenant: TenantId,
    told: &OutsideVerification,
) -> Result<Option<Recorded>, VerifyRefused> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let done = match told {
        OutsideVerification::ConsentWithdrawn { reference } => {
            withdraw_in(&mut tx, reference).await?;
            None
        }
        OutsideVerification::Verification(check) => {
            let subject = match (&check.session, &check.address) {
                (Some(session), None) => Subjected::Session(known_id(session, "session")?),
                (None, Some(address)) => Subjected::Address(address.clone()),
                _ => return Err(VerifyRefused::Which),
            };
            let new = NewCheck {
                verifier: known_id(&check.verifier, "verifier")?,
                reference: &check.reference,
                subject,
                claimed: Claimed::Holder(check.claims.clone()),
                score: check.score,
                checked_at: check.checked_at,
                expires_at: check.expires_at,
                consent: &check.consent.reference,
                consent_given_at: check.consent.given_at,
            };
            Some(record_in(&mut tx, &new).await?)
        }
    };
    tx.commit().await?;
    Ok(done)
}

/// Pairs of customers that checks speak of, the lower id first, with what they say together now; no consent is withdrawn
/// while what follows is written.
pub(super) async fn heard(
    tx: &mut WriteTx,
    customers: &[CustomerId],
) -> Result<BTreeMap<(CustomerId, CustomerId), Heard>, StoreError> {
    let checks = signals::held_of_customers(tx, &raw(customers)).await?;
    together(tx, checks).await
}

async fn together(
    tx: &mut ReadTx,
    checks: Vec<Check>,
) -> Result<BTreeMap<(CustomerId, CustomerId), Heard>, StoreError> {
    let mut pairs = BTreeMap::new();
    if checks.is_empty() {
        return Ok(pairs);
    }
    let now = routing::now(tx).await?;
    let mut of_pair: BTreeMap<(CustomerId, CustomerId), Vec<Check>> = BTreeMap::new();
    for check in checks.into_iter().filter(|check| check.subject != check.claimed) {
        let pair = (check.subject.min(check.claimed), check.subject.max(check.claimed));
        of_pair.entry(pair).or_default().push(check);
    }
    for (pair, checks) in of_pair {
        let mut ways: Vec<(CustomerId, CustomerId)> = checks.iter().map(|c| (c.subject, c.claimed)).collect();
        ways.sort_unstable();
        ways.dedup();
        let signals: Vec<verifier::Signal> = checks.into_iter().map(|check| check.signal).collect();
        let told = verifier::told(&signals, now);
        if !told.pieces.is_empty() {
            pairs.insert(pair, Heard { told, ways });
        }
    }
    Ok(pairs)
}

/// What checks say of a pair.
pub(super) struct Heard {
    /// Together.
    pub told: Told,
    /// Who was checked, and who they claim to be.
    pub ways: Vec<(CustomerId, CustomerId)>,
}

/// Pairs of whom a check that counts says that they are two.
pub(super) async fn refuted(
    tx: &mut ReadTx,
    customers: &[CustomerId],
) -> Result<Vec<(CustomerId, CustomerId)>, StoreError> {
    let checks = signals::of_customers(tx, &raw(customers)).await?;
    let heard = together(tx, checks).await?;
    Ok(heard.into_iter().filter(|(_, heard)| heard.told.refuted()).map(|(pair, _)| pair).collect())
}

/// Who is one person with a customer by a check and what it vouches for.
pub(super) struct Vouched {
    /// The other one.
    pub other: CustomerId,
    /// Why, for people.
    pub reason: String,
    /// Why, for machines.
    pub evidence: Value,
}

/// Looks for one who is the same person as a customer by a passed check and an identifier that it lifts.
pub(super) async fn vouched(tx: &mut WriteTx, own: CustomerId) -> Result<Option<Vouched>, StoreError> {
    for ((a, b), heard) in heard(tx, &[own]).await? {
        let other = if a == own { b } else { a };
        for (subject, claimed) in heard.ways.iter().copied().filter(|_| heard.told.passed()) {
            let mut known = recognition::known(tx, &[subject.0]).await?;
            let Some(known) = known.remove(&subject) else { continue };
            let mut holders = store::holders(tx, &known.ids).await?;
            recognition::judge(tx, &mut holders).await?;
            let mut all: Vec<CustomerId> = holders.iter().map(|holder| holder.customer).collect();
            all.extend([subject, claimed]);
            all.sort_unstable();
            all.dedup();
            let parted = recognition::parted(tx, &raw(&all)).await?;
            let newcomer = Newcomer { own: Some(subject), ..Newcomer::new(&known.ids, &known.name) };
            let facts = divide(tx, newcomer, &all, &mut holders).await?;
            let newcomer = Newcomer { facts: &facts, ..newcomer };
            if let Some(agreed) = verifier::vouched(newcomer, &holders, &parted, subject, claimed, &heard.told) {
                let schemes: Vec<&str> = agreed.iter().map(|evidence| evidence.scheme.as_str()).collect();
                let sources: Vec<_> = heard.told.pieces.iter().filter_map(|piece| piece.source.as_ref()).collect();
                let names: Vec<&str> = sources.iter().map(|source| source.verifier.as_str()).collect();
                let reason = format!("same claimed {}, vouched for by {}", schemes.join(" and "), names.join(" and "));
                let checks = sources.iter().map(|source| json!(source));
                let evidence = agreed.iter().map(|evidence| json!(evidence)).chain(checks).collect();
                return Ok(Some(Vouched { other, reason, evidence }));
            }
        }
    }
    Ok(None)
}
