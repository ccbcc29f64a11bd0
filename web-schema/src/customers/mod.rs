//! Customers, their identities and links.

use crate::{
    context::viewer,
    conversations::{Conversation, TimelineItem},
    error::{AppError, Refusal, Resolved, UserError},
    identity::{CustomerIdentity, IdentityCandidate, LaterMerge, Verification},
    ids::{id, read},
    loaders::{CandidatesOf, ChecksOf, IdentitiesOf, load},
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
    actor::Actor,
    ids::{ConversationId, CustomerId, ItemId, LinkId},
    people::Permission,
};
use meridian_store::{conversations, customers as store, identity, items};
use serde_json::Value;

/// Why an address belongs to a customer.
#[derive(SimpleObject)]
pub(crate) struct IdentityLink {
    /// Opaque id.
    id: ID,
    /// By which a merge is taken back.
    act_id: ID,
    /// When.
    at: DateTime<Utc>,
    /// link, unlink, merge, unmerge, split, suggest, confirm or reject.
    kind: String,
    /// The customer it went to.
    customer_id: ID,
    /// The customer it came from, or is like.
    from_customer_id: Option<ID>,
    /// Why, for people.
    reason: String,
    /// Why, for machines.
    evidence: Json<Value>,
    /// agent, bot, system, customer: who did it.
    actor_kind: &'static str,
    /// Which agent, if one did.
    agent_id: Option<ID>,
}

impl From<identity::LinkView> for IdentityLink {
    fn from(link: identity::LinkView) -> Self {
        let agent = match link.actor {
            Actor::Agent(agent) => Some(id(agent)),
            _ => None,
        };
        Self {
            id: id(link.id),
            act_id: id(link.act),
            at: link.at,
            kind: link.kind,
            customer_id: id(link.customer),
            from_customer_id: link.from.map(id),
            reason: link.reason,
            evidence: Json(link.evidence),
            actor_kind: link.actor.kind(),
            agent_id: agent,
        }
    }
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
        Ok(found.into_iter().map(CustomerIdentity).collect())
    }
    /// Birth date, when an import told it.
    async fn birth_date(&self) -> Option<String> {
        self.0.birth_date.map(|date| date.to_string())
    }
    /// Other customers who may be the same person and of whom nobody has decided, best first; history is never shown for
    /// them together.
    async fn candidates(&self, ctx: &Context<'_>) -> Resolved<Vec<IdentityCandidate>> {
        let found = load(ctx, CandidatesOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(IdentityCandidate).collect())
    }
    /// What outside verifiers found about who uses its addresses, and about others who claim to be it; newest first.
    async fn verifications(&self, ctx: &Context<'_>) -> Resolved<Vec<Verification>> {
        let found = load(ctx, ChecksOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(Verification).collect())
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
        Ok(found.into_iter().map(IdentityLink::from).collect())
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
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
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
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
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
    /// Take later merges that rest on it back as well.
    and_later: Option<bool>,
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
#[derive(SimpleObject, Default)]
pub(crate) struct CustomerPayload {
    /// The customer as it is now.
    customer: Option<Customer>,
    /// By which the act is taken back.
    act_id: Option<ID>,
    /// Of an unmerge: later merges that rest on the one to take back, newest first. Refused, they stand in the way; done,
    /// they were taken back too.
    later_merges: Vec<LaterMerge>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Answers with the customer as it is now, or with what was refused.
pub(crate) async fn told(
    ctx: &Context<'_>,
    done: Result<(CustomerId, Option<LinkId>), impl Refusal>,
) -> Resolved<CustomerPayload> {
    let viewer = viewer(ctx).extend()?;
    match done {
        Ok((customer, act)) => {
            let mut tx = viewer.read().await.extend()?;
            let customer = store::find(&mut tx, customer).await.map_err(AppError::from).extend()?.map(Customer);
            Ok(CustomerPayload { customer, act_id: act.map(id), ..CustomerPayload::default() })
        }
        Err(refused) => {
            Ok(CustomerPayload { user_errors: vec![refused.split().extend()?], ..CustomerPayload::default() })
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

    /// Takes a merge back; what belongs to the other person is gone from view at once. A merge on which later ones rest is
    /// refused with `laterMerges`: take those back first, or all with `andLater`. Needs `identity:manage`.
    async fn customer_unmerge(&self, ctx: &Context<'_>, input: CustomerUnmergeInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let act = read(&input.act_id).extend()?;
        let and_later = input.and_later.unwrap_or(false);
        let done = app::unmerge(&viewer.app, &viewer.subject, act, &input.reason, and_later).await;
        let later = match &done {
            Err(app::MergeRefused::Later(later)) => later.iter().map(LaterMerge::from).collect(),
            Ok(done) => done.later.iter().map(LaterMerge::from).collect(),
            Err(_) => Vec::new(),
        };
        let payload = told(ctx, done.map(|done| (done.customer, None))).await?;
        Ok(CustomerPayload { later_merges: later, ..payload })
    }

    /// Vouches for an identifier; customers with the same verified one become one. Needs `identity:manage`.
    async fn identity_confirm(&self, ctx: &Context<'_>, input: IdentityConfirmInput) -> Resolved<CustomerPayload> {
        let viewer = viewer(ctx).extend()?;
        let customer = read(&input.customer_id).extend()?;
        let done = app::confirm_identity(&viewer.app, &viewer.subject, customer, &input.scheme, &input.value).await;
        told(ctx, done.map(|customer| (customer, None))).await
    }
}
