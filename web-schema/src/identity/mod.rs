//! Who may be one person: identifiers and why they count, suggested pairs, what people said of them.

mod mutations;
mod queries;
mod runs;
mod verify;

pub(crate) use mutations::IdentityMutations;
pub(crate) use queries::IdentityQueries;
pub(crate) use runs::{RunMutations, RunQueries};
pub(crate) use verify::{Verification, VerifyMutations, VerifyQueries};

use crate::{
    customers::Customer,
    error::Resolved,
    ids::id,
    loaders::{ReasonOf, TheCheck, TheCustomer, load},
};
use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_domain::identity::{Because, Class, Declared, candidate, standing_class};
use meridian_store::{candidates, identity};

/// What an identifier is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum IdentityClass {
    /// One person, always: an account, a platform's user id.
    Exclusive,
    /// Personal, but it may pass to somebody else: a mobile, a mailbox.
    Movable,
    /// Several people use it: a landline, a role mailbox. It proves nothing by itself.
    Shared,
    /// Never a key: people blocked it.
    Blocked,
}

/// Why an identifier is worth what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "meridian_domain::identity::Because")]
pub(crate) enum IdentityClassReason {
    /// By its kind: a landline, an account, what is no value at all.
    Kind,
    /// People declared it; `declaredReason` says why.
    Declared,
    /// Learned: six customers or more hold it.
    Learned,
}

/// One identifier of a customer.
pub(crate) struct CustomerIdentity(pub identity::Identity);

impl CustomerIdentity {
    fn standing(&self) -> (Option<Class>, Because) {
        standing_class(&self.0.scheme, &self.0.value, self.0.declared, self.0.holders)
    }
}

/// One identifier of a customer.
#[Object]
impl CustomerIdentity {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// `phone_e164`, `email`, `wa_id` ..
    async fn scheme(&self) -> &str {
        &self.0.scheme
    }
    /// In normal form.
    async fn value(&self) -> &str {
        &self.0.value
    }
    /// Where the value is unique, like the account of a channel; empty when it is everywhere.
    async fn scope(&self) -> &str {
        &self.0.scope
    }
    /// What it is worth: by its kind, by how many hold it, or as people declared.
    async fn class(&self) -> IdentityClass {
        match self.standing().0 {
            Some(Class::Exclusive) => IdentityClass::Exclusive,
            Some(Class::Movable) => IdentityClass::Movable,
            Some(Class::Shared) => IdentityClass::Shared,
            None => IdentityClass::Blocked,
        }
    }
    /// Why it is worth that.
    async fn class_reason(&self) -> IdentityClassReason {
        self.standing().1.into()
    }
    /// How many customers hold it now, this one included; counted up to fifty addresses.
    async fn holders(&self) -> i32 {
        i32::try_from(self.0.holders).unwrap_or(i32::MAX)
    }
    /// shared, personal or blocked, where people declared it.
    async fn declared(&self) -> Option<&'static str> {
        self.0.declared.map(Declared::code)
    }
    /// Why they did, in their words.
    async fn declared_reason(&self) -> Option<&str> {
        self.0.declared_reason.as_deref()
    }
    /// anonymous, claimed, channel, token or agent.
    async fn verified(&self) -> &'static str {
        self.0.verified.code()
    }
    /// Who said so.
    async fn source(&self) -> &str {
        &self.0.source
    }
    /// First seen; its validity begins here.
    async fn first_seen(&self) -> DateTime<Utc> {
        self.0.first_seen
    }
    /// Last seen.
    async fn last_seen(&self) -> DateTime<Utc> {
        self.0.last_seen
    }
    /// Until when it was this customer's; null while it is.
    async fn valid_to(&self) -> Option<DateTime<Utc>> {
        self.0.valid_to
    }
    /// Why its address belongs to this customer.
    async fn why(&self, ctx: &Context<'_>) -> Resolved<Option<String>> {
        load(ctx, ReasonOf(self.0.party)).await
    }
}

/// How far two customers agree in one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum EvidenceAgreement {
    /// The same value.
    Same,
    /// A slip of the hand or another form away.
    Close,
    /// Some likeness.
    Partly,
    /// Another value.
    Other,
}

/// One thing that speaks for or against two customers being one person.
pub(crate) struct IdentityEvidence(candidate::Piece);

/// One thing that speaks for or against two customers being one person.
#[Object]
impl IdentityEvidence {
    /// given_name, family_name, birth_date, email, phone or account; of a check by an outside verifier voiceprint, document,
    /// knowledge, login or other.
    async fn field(&self) -> &str {
        &self.0.field
    }
    /// How far they agree; of a check whether it passed.
    async fn agreement(&self) -> EvidenceAgreement {
        match self.0.agreement {
            candidate::Agreement::Same => EvidenceAgreement::Same,
            candidate::Agreement::Close => EvidenceAgreement::Close,
            candidate::Agreement::Partly => EvidenceAgreement::Partly,
            candidate::Agreement::Other => EvidenceAgreement::Other,
        }
    }
    /// What it adds to the log odds; negative speaks against.
    async fn weight(&self) -> f64 {
        self.0.weight
    }
    /// The outside verifier, when it is a check.
    async fn verifier(&self) -> Option<&str> {
        self.0.source.as_ref().map(|source| source.verifier.as_str())
    }
    /// The check itself, while it is kept.
    async fn verification(&self, ctx: &Context<'_>) -> Resolved<Option<Verification>> {
        let Some(source) = &self.0.source else { return Ok(None) };
        Ok(load(ctx, TheCheck(source.signal)).await?.map(Verification))
    }
}

/// How a suggested pair stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "meridian_store::candidates::State")]
pub(crate) enum CandidateState {
    /// Nobody has decided.
    Open,
    /// One person.
    Confirmed,
    /// Two: never suggested again.
    Refused,
}

/// Two customers that may be one person.
pub(crate) struct IdentityCandidate(pub candidates::Candidate);

/// Two customers that may be one person.
#[Object]
impl IdentityCandidate {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// How likely they are one person, 0 to 1.
    async fn score(&self) -> f64 {
        let odds = f64::from(self.0.score) / 100.0;
        ((1.0 / (1.0 + (-odds).exp())) * 10_000.0).round() / 10_000.0
    }
    /// The same as log odds: what the evidence adds up to, with what is true of any two customers.
    async fn log_odds(&self) -> f64 {
        f64::from(self.0.score) / 100.0
    }
    /// What it rests on, weightiest first.
    async fn evidence(&self) -> Vec<IdentityEvidence> {
        self.0.evidence.iter().cloned().map(IdentityEvidence).collect()
    }
    /// How it stands.
    async fn state(&self) -> CandidateState {
        self.0.state.into()
    }
    /// The two.
    async fn customers(&self, ctx: &Context<'_>) -> Resolved<Vec<Customer>> {
        let mut both = Vec::with_capacity(2);
        for customer in [self.0.customer, self.0.other] {
            both.extend(load(ctx, TheCustomer(customer)).await?.map(Customer));
        }
        Ok(both)
    }
    /// Since when it is suggested.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was decided.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }
    /// Which of the two held an address that is the other's now, when they are suggested for that: it was silent for long,
    /// then somebody wrote from it under another name.
    async fn former_holder_id(&self) -> Option<ID> {
        self.0.former.map(id)
    }
    /// For how many days the address was silent when it passed to the other.
    async fn silent_days(&self) -> Option<i32> {
        self.0.silent_days
    }
    /// Who decided.
    async fn decided_by_id(&self) -> Option<ID> {
        self.0.decided_by.map(id)
    }
}

/// A merge that came after another and rests on it.
#[derive(SimpleObject)]
pub(crate) struct LaterMerge {
    /// By which it is taken back.
    act_id: ID,
    /// The customer whose addresses it moved.
    from_id: ID,
    /// Where to.
    into_id: ID,
    /// When.
    at: DateTime<Utc>,
    /// Why.
    reason: String,
}

impl From<&identity::Later> for LaterMerge {
    fn from(merge: &identity::Later) -> Self {
        Self {
            act_id: id(merge.act),
            from_id: id(merge.from),
            into_id: id(merge.into),
            at: merge.at,
            reason: merge.reason.clone(),
        }
    }
}

/// What people declared of a value.
#[derive(SimpleObject)]
pub(crate) struct IdentityRule {
    /// `phone_e164`, `email` or `crm_id`.
    scheme: String,
    /// The value; of mail also `local@` and `@domain`.
    value: String,
    /// shared, personal or blocked.
    declared: &'static str,
    /// Why.
    reason: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<candidates::Rule> for IdentityRule {
    fn from(rule: candidates::Rule) -> Self {
        Self {
            scheme: rule.scheme,
            value: rule.value,
            declared: rule.declared.code(),
            reason: rule.reason,
            at: rule.at,
        }
    }
}
