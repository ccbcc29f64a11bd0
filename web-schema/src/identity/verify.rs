//! Outside verifiers: who is registered, what their checks found, consents that are taken back. And settings of identity.

use crate::{
    admin::outcome,
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    loaders::{TheCheck, load},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::{identity as app, setup};
use meridian_domain::{
    identity::{
        SubAddresses as Tags,
        verifier::{self, Thresholds},
    },
    ids::{CustomerId, IdentityId, SessionId, VerifierId},
    people::Permission,
    time::{Clock, SystemClock},
};
use meridian_store::{recognition, signals};

/// How an outside verifier checks that somebody is who they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "verifier::Kind")]
enum VerifierKind {
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

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "verifier::Outcome")]
enum VerificationOutcome {
    /// It is the customer, says the verifier.
    Passed,
    /// Neither.
    Unsure,
    /// It is not.
    Failed,
}

/// Whether a check counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "verifier::Standing")]
enum VerificationStanding {
    /// It counts.
    Counts,
    /// Its time is over.
    Expired,
    /// The consent was taken back.
    Withdrawn,
    /// The verifier is switched off.
    Off,
}

/// What a tag behind a plus sign in a mail address means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Tags")]
enum SubAddresses {
    /// It names a folder: the mailbox is the same.
    Same,
    /// Addresses with different tags are different mailboxes.
    Apart,
}

/// Settings of identity.
#[derive(SimpleObject)]
struct IdentitySettings {
    /// What tags in mail addresses mean, when likeness is looked for.
    sub_addresses: SubAddresses,
}

/// Who checks for the tenant, outside, that somebody is who they say.
#[derive(SimpleObject)]
struct IdentityVerifier {
    /// Opaque id; machines name it.
    id: ID,
    /// Name.
    name: String,
    /// How it checks.
    kind: VerifierKind,
    /// From this score on a check passes, 0 to 1.
    accept_from: f64,
    /// Below this score it failed; between the two it says nothing.
    reject_below: f64,
    /// For how long a check counts when it does not say, hours.
    hours: i32,
    /// Whether its checks count.
    enabled: bool,
}

impl From<signals::Verifier> for IdentityVerifier {
    fn from(verifier: signals::Verifier) -> Self {
        Self {
            id: id(verifier.id),
            name: verifier.name,
            kind: verifier.kind.into(),
            accept_from: verifier.thresholds.accept,
            reject_below: verifier.thresholds.reject,
            hours: verifier.hours.into(),
            enabled: verifier.enabled,
        }
    }
}

/// What an outside verifier found about somebody who claims to be a customer. Evidence beside other evidence: alone it
/// links nobody and opens no history.
pub(crate) struct Verification(pub signals::Check);

/// What an outside verifier found about somebody who claims to be a customer. Evidence beside other evidence: alone it
/// links nobody and opens no history.
#[Object]
impl Verification {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.signal.id)
    }
    /// Name of the verifier.
    async fn verifier(&self) -> &str {
        &self.0.signal.verifier
    }
    /// How it checks.
    async fn kind(&self) -> VerifierKind {
        self.0.signal.kind.into()
    }
    /// The verifier's own number of the check.
    async fn reference(&self) -> &str {
        &self.0.reference
    }
    /// How sure it is, 0 to 1; null once the consent was withdrawn.
    async fn score(&self) -> Option<f64> {
        self.0.signal.score
    }
    /// How it came out, by the verifier's thresholds at that time; null once the consent was withdrawn.
    async fn outcome(&self) -> Option<VerificationOutcome> {
        self.0.signal.outcome().map(Into::into)
    }
    /// Whether it counts, and if not, why.
    async fn standing(&self) -> VerificationStanding {
        self.0.signal.standing(SystemClock.now()).into()
    }
    /// What it adds to the log odds of a pair now, beside other evidence; negative speaks against.
    async fn weight(&self) -> f64 {
        (self.0.signal.weight(SystemClock.now()) * 10.0).round() / 10.0
    }
    /// The customer whose address was checked.
    async fn checked_id(&self) -> ID {
        id(self.0.subject)
    }
    /// The customer it claims to be; the same when they are one already.
    async fn claimed_id(&self) -> ID {
        id(self.0.claimed)
    }
    /// The session that was checked, if it was one.
    async fn session_id(&self) -> Option<ID> {
        self.0.session.map(id)
    }
    /// When it was done.
    async fn checked_at(&self) -> DateTime<Utc> {
        self.0.signal.span.checked_at
    }
    /// Until when it counts.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.signal.span.expires_at
    }
    /// Reference of the consent.
    async fn consent(&self) -> Option<&str> {
        self.0.signal.consent.as_ref().map(|consent| consent.reference.as_str())
    }
    /// When the consent was given.
    async fn consent_given_at(&self) -> Option<DateTime<Utc>> {
        self.0.signal.consent.as_ref().map(|consent| consent.given_at)
    }
    /// When the consent was withdrawn.
    async fn consent_withdrawn_at(&self) -> Option<DateTime<Utc>> {
        self.0.signal.consent.as_ref().and_then(|consent| consent.withdrawn_at)
    }
}

#[derive(Default)]
pub(crate) struct VerifyQueries;

#[Object]
impl VerifyQueries {
    /// Outside verifiers of identities, by name. Needs `identity:manage`.
    async fn identity_verifiers(&self, ctx: &Context<'_>) -> Resolved<Vec<IdentityVerifier>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ManageIdentity).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = signals::verifiers(&mut tx).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(IdentityVerifier::from).collect())
    }

    /// Settings of identity. Needs `identity:manage`.
    async fn identity_settings(&self, ctx: &Context<'_>) -> Resolved<IdentitySettings> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ManageIdentity).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let tags = recognition::sub_addresses(&mut tx).await.map_err(AppError::from).extend()?;
        Ok(IdentitySettings { sub_addresses: tags.into() })
    }
}

#[derive(InputObject)]
struct IdentitySettingsSaveInput {
    /// What tags in mail addresses mean.
    sub_addresses: SubAddresses,
}

/// Result of `identitySettingsSave`.
#[derive(SimpleObject)]
struct IdentitySettingsPayload {
    /// As they are now.
    settings: Option<IdentitySettings>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct IdentityVerifierSaveInput {
    /// The one to change; a new one when left out.
    verifier_id: Option<ID>,
    /// Name, at most 100 characters.
    name: String,
    /// How it checks; of a registered one it stays.
    kind: VerifierKind,
    /// From this score on a check passes, above 0 and at most 1.
    accept_from: f64,
    /// Below this score it failed; at most `acceptFrom`.
    #[graphql(default)]
    reject_below: f64,
    /// For how long a check counts when it does not say, hours: a document at most 720, all others at most 24; as long as
    /// may be when left out.
    hours: Option<i32>,
    /// Whether its checks count.
    #[graphql(default = true)]
    enabled: bool,
}

/// Result of `identityVerifierSave`.
#[derive(SimpleObject)]
struct IdentityVerifierPayload {
    /// As it is now.
    verifier: Option<IdentityVerifier>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct VerificationRecordInput {
    /// Who checked.
    verifier_id: ID,
    /// The verifier's own number of the check, at most 128 characters: the same again changes nothing.
    reference: String,
    /// Who it claims to be.
    customer_id: ID,
    /// The session that was checked; or else `identityId`.
    session_id: Option<ID>,
    /// The identifier that was checked; or else `sessionId`.
    identity_id: Option<ID>,
    /// How sure the verifier is, 0 to 1.
    score: f64,
    /// When it was done; now when left out.
    checked_at: Option<DateTime<Utc>>,
    /// Until when it counts; by the verifier's hours when left out.
    expires_at: Option<DateTime<Utc>>,
    /// Reference of the consent of whom it is about, at most 128 characters.
    consent: String,
    /// When the consent was given: before the check.
    consent_given_at: DateTime<Utc>,
}

#[derive(InputObject)]
struct ConsentWithdrawInput {
    /// Reference of the consent.
    consent: String,
}

/// Result of `verificationRecord`.
#[derive(SimpleObject)]
struct VerificationPayload {
    /// As it is kept.
    verification: Option<Verification>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `consentWithdraw`.
#[derive(SimpleObject)]
struct ConsentWithdrawPayload {
    /// How many checks rested on it.
    verifications: i32,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct VerifyMutations;

#[Object]
impl VerifyMutations {
    /// Registers an outside verifier of identities, or changes one; switched off, its checks count no more. Needs
    /// `setup:write`.
    async fn identity_verifier_save(
        &self,
        ctx: &Context<'_>,
        input: IdentityVerifierSaveInput,
    ) -> Resolved<IdentityVerifierPayload> {
        let viewer = viewer(ctx).extend()?;
        let new = setup::NewVerifier {
            id: input.verifier_id.as_ref().map(read::<VerifierId>).transpose().extend()?,
            name: &input.name,
            kind: input.kind.into(),
            thresholds: Thresholds { accept: input.accept_from, reject: input.reject_below },
            hours: input.hours.map(i64::from),
            enabled: input.enabled,
        };
        let (saved, user_errors) =
            outcome(setup::save_verifier(&viewer.app, &viewer.subject, &new, SystemClock.now()).await)?;
        let Some(saved) = saved else { return Ok(IdentityVerifierPayload { verifier: None, user_errors }) };
        let mut tx = viewer.read().await.extend()?;
        let found = signals::verifier(&mut tx, saved).await.map_err(AppError::from).extend()?;
        Ok(IdentityVerifierPayload { verifier: found.map(Into::into), user_errors })
    }

    /// Changes settings of identity; all customers are compared again by a run. Needs `setup:write`.
    async fn identity_settings_save(
        &self,
        ctx: &Context<'_>,
        input: IdentitySettingsSaveInput,
    ) -> Resolved<IdentitySettingsPayload> {
        let viewer = viewer(ctx).extend()?;
        let tags = input.sub_addresses;
        let (saved, user_errors) = outcome(setup::save_sub_addresses(&viewer.app, &viewer.subject, tags.into()).await)?;
        let settings = saved.map(|()| IdentitySettings { sub_addresses: tags });
        Ok(IdentitySettingsPayload { settings, user_errors })
    }

    /// Keeps what an outside verifier found about whoever is in a session, or uses an identifier, and claims to be a
    /// customer: the result and its reference, never what was looked at. With consent and for a while; it counts beside
    /// other evidence, never alone. Needs `identity:manage`.
    async fn verification_record(
        &self,
        ctx: &Context<'_>,
        input: VerificationRecordInput,
    ) -> Resolved<VerificationPayload> {
        let viewer = viewer(ctx).extend()?;
        let session = input.session_id.as_ref().map(read::<SessionId>).transpose().extend()?;
        let identity = input.identity_id.as_ref().map(read::<IdentityId>).transpose().extend()?;
        let (verifier, customer) =
            (read::<VerifierId>(&input.verifier_id).extend()?, read::<CustomerId>(&input.customer_id).extend()?);
        let subject = match (session, identity) {
            (Some(session), None) => app::Subjected::Session(session),
            (None, Some(identity)) => app::Subjected::Identity(identity),
            _ => {
                let which = app::VerifyRefused::Which.split().extend()?;
                return Ok(VerificationPayload { verification: None, user_errors: vec![which] });
            }
        };
        let new = app::NewCheck {
            verifier,
            reference: &input.reference,
            subject,
            claimed: app::Claimed::Customer(customer),
            score: input.score,
            checked_at: input.checked_at,
            expires_at: input.expires_at,
            consent: &input.consent,
            consent_given_at: input.consent_given_at,
        };
        match app::record(&viewer.app, &viewer.subject, &new).await {
            Ok(done) => {
                let kept = load(ctx, TheCheck(done.signal)).await?;
                Ok(VerificationPayload { verification: kept.map(Verification), user_errors: Vec::new() })
            }
            Err(refused) => {
                Ok(VerificationPayload { verification: None, user_errors: vec![refused.split().extend()?] })
            }
        }
    }

    /// Takes a consent back, for good: scores that rest on it are gone at once, with the suggestions that rest on those.
    /// What was joined before stays. Needs `identity:manage`.
    async fn consent_withdraw(
        &self,
        ctx: &Context<'_>,
        input: ConsentWithdrawInput,
    ) -> Resolved<ConsentWithdrawPayload> {
        let viewer = viewer(ctx).extend()?;
        match app::withdraw_consent(&viewer.app, &viewer.subject, &input.consent).await {
            Ok(gone) => Ok(ConsentWithdrawPayload {
                verifications: i32::try_from(gone).unwrap_or(i32::MAX),
                user_errors: Vec::new(),
            }),
            Err(refused) => {
                Ok(ConsentWithdrawPayload { verifications: 0, user_errors: vec![refused.split().extend()?] })
            }
        }
    }
}
