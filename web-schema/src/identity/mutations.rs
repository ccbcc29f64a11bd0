//! What people decide: one person, two, shared, personal, never.

use super::{IdentityCandidate, IdentityRule};
use crate::{
    context::viewer,
    customers::{CustomerPayload, told},
    error::{AppError, Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::identity as app;
use meridian_domain::{
    identity::Declared,
    ids::{CandidateId, IdentityId},
};
use meridian_store::candidates;

#[derive(InputObject)]
struct CandidateInput {
    /// The pair.
    candidate_id: ID,
    /// Why; may be empty.
    reason: Option<String>,
}

#[derive(InputObject)]
struct CustomerSplitInput {
    /// The customer.
    customer_id: ID,
    /// Identifiers that are somebody else's.
    identity_ids: Vec<ID>,
    /// Why.
    reason: String,
}

#[derive(InputObject)]
struct IdentityValueInput {
    /// `phone_e164`, `email` or `crm_id`.
    scheme: String,
    /// The value in any common notation; of mail also `info@` (a role at any company) or `@example.org`.
    value: String,
    /// Why.
    reason: Option<String>,
}

/// Result of a decision on a pair.
#[derive(SimpleObject)]
struct CandidatePayload {
    /// The pair as it is now.
    candidate: Option<IdentityCandidate>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of a declaration.
#[derive(SimpleObject)]
struct IdentityRulePayload {
    /// What is declared now; null when it was taken back.
    rule: Option<IdentityRule>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn declared(
    ctx: &Context<'_>,
    input: IdentityValueInput,
    what: Option<Declared>,
) -> Resolved<IdentityRulePayload> {
    let viewer = viewer(ctx).extend()?;
    let reason = input.reason.unwrap_or_default();
    match app::declare(&viewer.app, &viewer.subject, &input.scheme, &input.value, what, &reason).await {
        Ok(rule) => Ok(IdentityRulePayload { rule: what.map(|_| rule.into()), user_errors: Vec::new() }),
        Err(refused) => Ok(IdentityRulePayload { rule: None, user_errors: vec![refused.split().extend()?] }),
    }
}

async fn decided(ctx: &Context<'_>, done: Result<CandidateId, app::MergeRefused>) -> Resolved<CandidatePayload> {
    match done {
        Ok(candidate) => {
            let mut tx = viewer(ctx).extend()?.read().await.extend()?;
            let found = candidates::find(&mut tx, candidate).await.map_err(AppError::from).extend()?;
            Ok(CandidatePayload { candidate: found.map(IdentityCandidate), user_errors: Vec::new() })
        }
        Err(refused) => Ok(CandidatePayload { candidate: None, user_errors: vec![refused.split().extend()?] }),
    }
}

#[derive(Default)]
pub(crate) struct IdentityMutations;

#[Object]
impl IdentityMutations {
    /// The two are one person: they become one customer, which `customerUnmerge` takes back. Needs `identity:manage`.
    async fn candidate_confirm(&self, ctx: &Context<'_>, input: CandidateInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let candidate = read::<CandidateId>(&input.candidate_id).extend()?;
        let reason = input.reason.unwrap_or_default();
        let done = app::confirm(&viewer.app, &viewer.subject, candidate, &reason).await;
        told(ctx, done.map(|(customer, act)| (customer, Some(act)))).await
    }

    /// The two are not one person: the pair never comes back, and no evidence brings them together. Needs
    /// `identity:manage`.
    async fn candidate_refuse(&self, ctx: &Context<'_>, input: CandidateInput) -> Resolved<CandidatePayload> {
        let viewer = viewer(ctx).extend()?;
        let candidate = read(&input.candidate_id).extend()?;
        let done = app::refuse(&viewer.app, &viewer.subject, candidate, &input.reason.unwrap_or_default()).await;
        decided(ctx, done).await
    }

    /// Takes a refusal back: the pair is to be decided again. Needs `identity:manage`.
    async fn candidate_reopen(&self, ctx: &Context<'_>, input: CandidateInput) -> Resolved<CandidatePayload> {
        let viewer = viewer(ctx).extend()?;
        let candidate = read(&input.candidate_id).extend()?;
        let done = app::reopen(&viewer.app, &viewer.subject, candidate, &input.reason.unwrap_or_default()).await;
        decided(ctx, done).await
    }

    /// Takes identifiers away to a new customer, or to the one whose address they are already, which is answered; what was
    /// said on them goes along, and the two are never brought together by evidence again. Needs `identity:manage`.
    async fn customer_split(&self, ctx: &Context<'_>, input: CustomerSplitInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let customer = read(&input.customer_id).extend()?;
        let identities = input.identity_ids.iter().map(read::<IdentityId>).collect::<Result<Vec<_>, _>>().extend()?;
        let done = app::split(&viewer.app, &viewer.subject, customer, &identities, &input.reason).await;
        told(ctx, done.map(|new| (new, None))).await
    }

    /// Several people use this value: it never links by itself. Needs `identity:manage`.
    async fn identity_declare_shared(
        &self,
        ctx: &Context<'_>,
        input: IdentityValueInput,
    ) -> Resolved<IdentityRulePayload> {
        declared(ctx, input, Some(Declared::Shared)).await
    }

    /// One person uses this value, though its kind is shared: verified, it links. Needs `identity:manage`.
    async fn identity_declare_personal(
        &self,
        ctx: &Context<'_>,
        input: IdentityValueInput,
    ) -> Resolved<IdentityRulePayload> {
        declared(ctx, input, Some(Declared::Personal)).await
    }

    /// This value is never a key: a switchboard, `info@`, a placeholder of another system. Needs `customers:manage`.
    async fn identity_value_block(
        &self,
        ctx: &Context<'_>,
        input: IdentityValueInput,
    ) -> Resolved<IdentityRulePayload> {
        declared(ctx, input, Some(Declared::Blocked)).await
    }

    /// Takes back what was declared of a value, whatever it was. Needs `customers:manage`.
    async fn identity_value_unblock(
        &self,
        ctx: &Context<'_>,
        input: IdentityValueInput,
    ) -> Resolved<IdentityRulePayload> {
        declared(ctx, input, None).await
    }
}
