//! The review queue, declared values, and the history of who was taken for whom.

use super::{CandidateState, IdentityCandidate, IdentityRule};
use crate::{
    context::viewer,
    customers::IdentityLink,
    error::{AppError, Resolved},
    ids::read,
    page,
};
use async_graphql::{
    Context, ID, Object, ResultExt,
    connection::{Connection, EmptyFields},
};
use meridian_domain::{
    ids::{CandidateId, CustomerId, LinkId},
    people::Permission,
};
use meridian_store::{candidates, identity};

#[derive(Default)]
pub(crate) struct IdentityQueries;

#[Object]
impl IdentityQueries {
    /// Pairs of customers that may be one person, likeliest first. Needs `identity:manage`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn identity_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How they stand", default_with = "CandidateState::Open")] state: CandidateState,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, IdentityCandidate, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ManageIdentity).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_name::<CandidateId>).transpose().extend()?;
        let numbered = |(score, id): (String, CandidateId)| Some((score.parse::<i32>().ok()?, id));
        let from = from.map(|at| numbered(at).ok_or_else(page::bad)).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let rows = candidates::queue(&mut tx, state.into(), from, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |c: &candidates::Candidate| page::name_cursor(&c.score.to_string(), c.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, IdentityCandidate))
    }

    /// Values that people declared shared, personal or blocked. Needs `identity:manage`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn identity_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, IdentityRule, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ManageIdentity).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_pair).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let at = from.as_ref().map(|(scheme, value)| (scheme.as_str(), value.as_str()));
        let rows = candidates::rules(&mut tx, at, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |r: &candidates::Rule| page::pair_cursor(&r.scheme, &r.value);
        Ok(page::connection(rows, limit, from.is_some(), cursor, IdentityRule::from))
    }

    /// Everything that tied addresses to a customer or took them away, newest first, and who did it. Needs
    /// `identity:manage`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn identity_audit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The customer")] customer_id: ID,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, IdentityLink, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ManageIdentity).extend()?;
        let (limit, customer) = (page::first(first).extend()?, read::<CustomerId>(&customer_id).extend()?);
        let from = after.as_deref().map(page::read_at::<LinkId>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let rows = identity::links(&mut tx, customer, from.map(|(_, id)| id), limit + 1)
            .await
            .map_err(AppError::from)
            .extend()?;
        let cursor = |l: &identity::LinkView| page::at_cursor(l.at, l.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, IdentityLink::from))
    }
}
