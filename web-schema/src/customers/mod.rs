//! Customers, their identities and links.

use crate::{
    context::viewer,
    conversations::{Conversation, TimelineItem},
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    loaders::{IdentitiesOf, load},
    page,
    red::{self, CustomerEvent},
};
use async_graphql::{
    Context, ErrorExtensions, ID, InputObject, Json, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::{customers as people, identity as app};
use meridian_domain::{
    ids::{ConversationId, CustomerId, ItemId, LinkId},
    people::Permission,
};
use meridian_store::{conversations, customers as store, identity, items};
use serde_json::Value;

/// One identifier of a customer.
#[derive(SimpleObject)]
pub(crate) struct CustomerIdentity {
    /// Opaque id.
    id: ID,
    /// `phone_e164`, `email`, `wa_id` ..
    scheme: String,
    /// In normal form.
    value: String,
    /// anonymous, claimed, channel, token or agent.
    verified: &'static str,
    /// Who said so.
    source: String,
    /// First seen.
    first_seen: DateTime<Utc>,
    /// Last seen.
    last_seen: DateTime<Utc>,
}

/// Why an address belongs to a customer.
#[derive(SimpleObject)]
pub(crate) struct IdentityLink {
    /// Opaque id.
    id: ID,
    /// By which a merge is taken back.
    act_id: ID,
    /// When.
    at: DateTime<Utc>,
    /// link, unlink, merge, unmerge, suggest, confirm or reject.
    kind: String,
    /// The customer it came from, or is like.
    from_customer_id: Option<ID>,
    /// Why, for people.
    reason: String,
    /// Why, for machines.
    evidence: Json<Value>,
}

/// A person as the tenant sees them.
pub(crate) struct Customer(pub store::Customer);

/// A person as the tenant sees them.
#[Object]
impl Customer {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name; empty until known.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// standard, valued, vip or red_channel.
    async fn tier(&self) -> &str {
        &self.0.tier
    }
    /// Rises with every change.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Tags.
    async fn tags(&self) -> &[String] {
        &self.0.tags
    }
    /// Where its addresses went, when it was merged into another.
    async fn merged_into_id(&self) -> Option<ID> {
        self.0.merged_into.map(id)
    }
    /// Identifiers, first seen first.
    async fn identities(&self, ctx: &Context<'_>) -> Resolved<Vec<CustomerIdentity>> {
        let found = load(ctx, IdentitiesOf(self.0.id)).await?.unwrap_or_default();
        let shown = |i: identity::Identity| CustomerIdentity {
            id: id(i.id),
            scheme: i.scheme,
            value: i.value,
            verified: i.verified.code(),
            source: i.source,
            first_seen: i.first_seen,
            last_seen: i.last_seen,
        };
        Ok(found.into_iter().map(shown).collect())
    }
    /// What other systems said about it, newest first.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
    ) -> Resolved<Vec<CustomerEvent>> {
        red::events(ctx, self.0.id, first).await
    }
    /// Why its addresses belong to it, newest first; suggestions too.
    async fn links(&self, ctx: &Context<'_>) -> Resolved<Vec<IdentityLink>> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let found = identity::links_of(&mut tx, self.0.id, 100).await.map_err(AppError::from).extend()?;
        let shown = |l: identity::LinkView| IdentityLink {
            id: id(l.id),
            act_id: id(l.act),
            at: l.at,
            kind: l.kind,
            from_customer_id: l.from.map(id),
            reason: l.reason,
            evidence: Json(l.evidence),
        };
        Ok(found.into_iter().map(shown).collect())
    }
    /// Conversations, newest activity first.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, Conversation, EmptyFields, EmptyFields>> {
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<ConversationId>).transpose().extend()?;
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let view = conversations::View::Customer(self.0.id);
        let rows = conversations::page(&mut tx, view, from, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |c: &conversations::Conversation| page::at_cursor(c.last_activity_at, c.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, Conversation))
    }
    /// The whole history over all channels, newest first.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, TimelineItem, EmptyFields, EmptyFields>> {
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<ItemId>).transpose().extend()?;
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let rows = items::history(&mut tx, self.0.id, from, limit + 1).await.map_err(AppError::from).extend()?;
        Ok(page::connection(rows, limit, from.is_some(), |i| page::at_cursor(i.placed_at, i.id), TimelineItem))
    }
}

#[derive(Default)]
pub(crate) struct CustomerQueries;

#[Object]
impl CustomerQueries {
    /// One customer. Needs `conversations:read`.
    async fn customer(&self, ctx: &Context<'_>, #[graphql(desc = "Its id")] id: ID) -> Resolved<Option<Customer>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let id = read::<CustomerId>(&id).extend()?;
        let mut tx = viewer.read().await.extend()?;
        Ok(store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(Customer))
    }

    /// Customers by phone number, mail address, account number or part of their name; exact ones first. Needs
    /// `conversations:read`.
    #[graphql(complexity = "first.unwrap_or(20).clamp(1, 50) as usize * child_complexity")]
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for, at most 200 characters")] search: String,
        #[graphql(desc = "How many, 1 to 50")] first: Option<i32>,
    ) -> Resolved<Vec<Customer>> {
        let viewer = viewer(ctx).extend()?;
        let most = i64::from(first.unwrap_or(20).clamp(1, 50));
        match people::search(&viewer.app, &viewer.subject, &search, most).await {
            Ok(found) => Ok(found.into_iter().map(Customer).collect()),
            Err(refused) => Err(AppError::BadInput(refused.split().extend()?.message).extend()),
        }
    }
}

#[derive(InputObject)]
struct CustomerUpdateInput {
    /// The customer.
    customer_id: ID,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
    /// Name, at most 200 characters.
    name: Option<String>,
    /// standard, valued, vip or red_channel.
    tier: Option<String>,
    /// All tags, at most 30 of at most 50 characters.
    tags: Option<Vec<String>>,
}

#[derive(InputObject)]
struct CustomerMergeInput {
    /// The customer whose addresses move.
    from_id: ID,
    /// The customer who gets them.
    into_id: ID,
    /// Why.
    reason: String,
}

#[derive(InputObject)]
struct CustomerUnmergeInput {
    /// `actId` of the merge.
    act_id: ID,
    /// Why.
    reason: String,
}

#[derive(InputObject)]
struct IdentityConfirmInput {
    /// The customer.
    customer_id: ID,
    /// `phone_e164`, `email`, `crm_id` ..
    scheme: String,
    /// The value, in any common notation.
    value: String,
}

/// Result of the identity mutations.
#[derive(SimpleObject)]
struct CustomerPayload {
    /// The customer as it is now.
    customer: Option<Customer>,
    /// By which the act is taken back.
    act_id: Option<ID>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn told(
    ctx: &Context<'_>,
    done: Result<(CustomerId, Option<LinkId>), impl Refusal>,
) -> Resolved<CustomerPayload> {
    let viewer = viewer(ctx).extend()?;
    match done {
        Ok((customer, act)) => {
            (viewer.committed)();
            let mut tx = viewer.read().await.extend()?;
            let customer = store::find(&mut tx, customer).await.map_err(AppError::from).extend()?.map(Customer);
            Ok(CustomerPayload { customer, act_id: act.map(id), user_errors: Vec::new() })
        }
        Err(refused) => {
            Ok(CustomerPayload { customer: None, act_id: None, user_errors: vec![refused.split().extend()?] })
        }
    }
}

#[derive(Default)]
pub(crate) struct CustomerMutations;

#[Object]
impl CustomerMutations {
    /// Changes what people write about a customer; what is left out stays. Needs `work:handle`.
    async fn customer_update(&self, ctx: &Context<'_>, input: CustomerUpdateInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let customer = read::<CustomerId>(&input.customer_id).extend()?;
        let changes =
            people::Changes { name: input.name.as_deref(), tier: input.tier.as_deref(), tags: input.tags.as_deref() };
        let done = people::update(&viewer.app, &viewer.subject, customer, changes, input.expected_version).await;
        told(ctx, done.map(|()| (customer, None))).await
    }

    /// Makes two customers one; nothing is lost and it can be taken back. Needs `identity:manage`.
    async fn customer_merge(&self, ctx: &Context<'_>, input: CustomerMergeInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let (from, into) = (read(&input.from_id).extend()?, read(&input.into_id).extend()?);
        let done = app::merge(&viewer.app, &viewer.subject, from, into, &input.reason).await;
        told(ctx, done.map(|act| (into, Some(act)))).await
    }

    /// Takes a merge back. Needs `identity:manage`.
    async fn customer_unmerge(&self, ctx: &Context<'_>, input: CustomerUnmergeInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let act = read(&input.act_id).extend()?;
        let done = app::unmerge(&viewer.app, &viewer.subject, act, &input.reason).await;
        told(ctx, done.map(|customer| (customer, None))).await
    }

    /// Vouches for an identifier; customers with the same verified one become one. Needs `identity:manage`.
    async fn identity_confirm(&self, ctx: &Context<'_>, input: IdentityConfirmInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let customer = read(&input.customer_id).extend()?;
        let done = app::confirm_identity(&viewer.app, &viewer.subject, customer, &input.scheme, &input.value).await;
        told(ctx, done.map(|customer| (customer, None))).await
    }
}
