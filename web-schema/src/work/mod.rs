//! Queues, work items, offers, routing decisions, hand-offs.

mod alerts;
mod capacity;
mod codes;
mod emergency;
mod line;
mod plans;
mod report;
mod scheduled;
mod shadow;
mod what_if;
mod why_not;

pub(crate) use alerts::{Alert, AlertMutations, AlertQueries};
pub(crate) use capacity::{CapacityMutations, CapacityQueries};
pub(crate) use codes::{CodeMutations, CodeQueries, WorkCode, WorkCodeKind, offered as codes_offered};
pub(crate) use emergency::{EmergencyMutations, EmergencyQueries};
pub(crate) use line::{LineMutations, LineQueries};
pub(crate) use plans::{ChannelClass, PlanMutations, PlanQueries, RoutingPlan, outcome_of_read};
pub(crate) use report::ReportQueries;
pub(crate) use scheduled::{ScheduledMutations, ScheduledQueries, ScheduledWork, of_conversation as scheduled_of};
pub(crate) use shadow::{ShadowMutations, ShadowQueries};
pub(crate) use what_if::{WhatIfMutations, WhatIfQueries};
pub(crate) use why_not::WhyNotQueries;

use crate::{
    admin::maybe,
    context::viewer,
    conversations::Conversation,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    loaders::{MembersOf, TheConversation, TheWork, load},
};
use async_graphql::{Context, ID, InputObject, Json, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::routing as app;
use meridian_domain::{ids::OfferId, people::Permission, work::WorkState};
use meridian_store::{conversations, handoffs, offers, routing, setup, work};
use serde_json::Value;

/// A place where work waits.
pub(crate) struct Queue(pub setup::QueueRow);

/// A place where work waits.
#[Object]
impl Queue {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Seconds an agent has to answer an offer.
    async fn offer_seconds(&self) -> i32 {
        self.0.offer_seconds
    }
    /// Seconds to write up.
    async fn wrap_up_seconds(&self) -> i32 {
        self.0.wrap_up_seconds
    }
    /// Whether a code for what came of the work must be chosen when it is written up.
    async fn wrap_up_code_required(&self) -> bool {
        self.0.wrap_up_code_required
    }
    /// Whether a code must be chosen to let an offer pass.
    async fn decline_code_required(&self) -> bool {
        self.0.decline_code_required
    }
    /// Branch it is counted in.
    async fn branch_id(&self) -> ID {
        id(self.0.branch)
    }
    /// Head start of its work, minutes.
    async fn priority_minutes(&self) -> i32 {
        self.0.priority_minutes
    }
    /// Seconds during which only the agent who knows the customer is asked.
    async fn sticky_seconds(&self) -> i32 {
        self.0.sticky_seconds
    }
    /// Within how many seconds its work should be answered, by the routing plan in force; 0 = it promises nothing.
    async fn answer_within_seconds(&self, ctx: &Context<'_>) -> Resolved<i32> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let found = meridian_store::plans::version(&mut tx, self.0.id, None).await.map_err(AppError::from).extend()?;
        Ok(found.map_or(0, |found| i32::try_from(found.plan.target_seconds).unwrap_or(i32::MAX)))
    }
    /// Versions of its routing plan, newest first: the first one is in force. Needs `setup:read`.
    #[graphql(complexity = "first.unwrap_or(1).clamp(1, 100) as usize * child_complexity")]
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; one when left out")] first: Option<i32>,
        #[graphql(desc = "Only those before this version")] before: Option<i32>,
    ) -> Resolved<Vec<RoutingPlan>> {
        plans::of_queue(ctx, self.0.id, first.or(Some(1)), before).await
    }
    /// When it lends work to partners, and where that stands; null without a rule, and for those without `floor:read`.
    async fn overflow(&self, ctx: &Context<'_>) -> Resolved<Option<emergency::QueueOverflow>> {
        emergency::overflow_of(ctx, self.0.id).await
    }
    /// How much may wait in it and how fast its line moves.
    async fn line(&self, ctx: &Context<'_>) -> Resolved<line::QueueLine> {
        line::of_queue(ctx, self.0.id).await
    }
    /// Who takes its work; null for those without `floor:read`.
    async fn agent_ids(&self, ctx: &Context<'_>) -> Resolved<Option<Vec<ID>>> {
        if !viewer(ctx).extend()?.subject.may(Permission::ReadFloor) {
            return Ok(None);
        }
        let members = load(ctx, MembersOf(self.0.id)).await?.unwrap_or_default();
        Ok(Some(members.into_iter().map(id).collect()))
    }
    /// How much waits now, and since when the oldest does.
    async fn depth(&self, ctx: &Context<'_>) -> Resolved<QueueDepth> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let (waiting, oldest) = setup::queue_depth(&mut tx, self.0.id).await.map_err(AppError::from).extend()?;
        let small = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        Ok(QueueDepth { waiting: small(waiting), oldest_wait_seconds: small(oldest) })
    }
}

/// How much waits in a queue.
#[derive(SimpleObject)]
pub(crate) struct QueueDepth {
    /// Work items that wait or are offered.
    waiting: i32,
    /// Age of the oldest.
    oldest_wait_seconds: i32,
}

/// What is routed.
pub(crate) struct WorkItem(pub work::WorkItem);

/// What is routed.
#[Object]
impl WorkItem {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// queued, offered, active, wrapping, parked, done, overflowed, abandoned or cancelled.
    async fn state(&self) -> &'static str {
        self.0.state.code()
    }
    /// Where it waits.
    async fn queue_id(&self) -> ID {
        id(self.0.queue)
    }
    /// Head start in its queue, seconds.
    async fn head_start_seconds(&self) -> i32 {
        self.0.head_start_seconds
    }
    /// The rule of the red channel that applies to it.
    async fn red_rule(&self) -> Option<&str> {
        self.0.red_rule.as_deref()
    }
    /// For whom the red channel keeps it first.
    async fn named_agent_id(&self) -> Option<ID> {
        self.0.named.map(|(agent, _)| id(agent))
    }
    /// The site whose people alone are asked; null = everybody's.
    async fn site_id(&self) -> Option<ID> {
        self.0.site.map(id)
    }
    /// Who holds it.
    async fn agent_id(&self) -> Option<ID> {
        self.0.agent.map(id)
    }
    /// When it was born.
    async fn enqueued_at(&self) -> DateTime<Utc> {
        self.0.enqueued_at
    }
    /// Until when its agent writes it up; null when they do not, or no more.
    async fn wrap_until(&self) -> Option<DateTime<Utc>> {
        self.0.wrap_until.filter(|_| self.0.state == WorkState::Wrapping)
    }
    /// What came of it; null while nobody has said.
    async fn wrap_up_code(&self, ctx: &Context<'_>) -> Resolved<Option<WorkCode>> {
        codes::code(ctx, self.0.wrap_up_code).await
    }
    /// Where it stands in its line; null when it does not wait.
    async fn wait(&self, ctx: &Context<'_>) -> Resolved<Option<line::WorkWait>> {
        if self.0.state != WorkState::Queued {
            return Ok(None);
        }
        line::of_work(ctx, self.0.id).await
    }
    /// Why it went where it went, oldest first.
    async fn decisions(&self, ctx: &Context<'_>) -> Resolved<Vec<RoutingDecision>> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let found = routing::decisions(&mut tx, self.0.id, 100).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(RoutingDecision::from).collect())
    }
    /// Every change of hands, oldest first.
    async fn events(&self, ctx: &Context<'_>) -> Resolved<Vec<WorkEvent>> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let found = work::events(&mut tx, self.0.id).await.map_err(AppError::from).extend()?;
        let shown = |e: work::WorkEvent| WorkEvent {
            from: e.from,
            to: e.to,
            agent_id: e.agent.map(id),
            at: e.at,
            reason: e.reason,
        };
        Ok(found.into_iter().map(shown).collect())
    }
}

/// One change of a work item.
#[derive(SimpleObject)]
pub(crate) struct WorkEvent {
    /// State before; none at birth.
    from: Option<String>,
    /// State after.
    to: String,
    /// The agent concerned.
    agent_id: Option<ID>,
    /// When.
    at: DateTime<Utc>,
    /// Why, as a code.
    reason: String,
}

/// Why work went where it went.
#[derive(SimpleObject)]
pub(crate) struct RoutingDecision {
    /// Opaque id.
    id: ID,
    /// When.
    at: DateTime<Utc>,
    /// What woke the router.
    trigger: String,
    /// offered, waiting or assigned.
    outcome: String,
    /// To whom it was offered.
    agent_id: Option<ID>,
    /// Plan step in force, from 0.
    step: i32,
    /// Version of the plan.
    plan_version: i32,
    /// The best candidates with score and factors.
    candidates: Json<Value>,
    /// Why the others were none: reason and how many.
    exclusions: Json<Value>,
    /// Why the offer it led to was let pass; null when it was not.
    declined_reason: Option<String>,
    /// And as a code of the tenant.
    decline_code_id: Option<ID>,
}

impl From<routing::DecisionView> for RoutingDecision {
    fn from(view: routing::DecisionView) -> Self {
        Self {
            id: id(view.id),
            at: view.at,
            trigger: view.trigger,
            outcome: view.outcome,
            agent_id: view.agent.map(id),
            step: view.step.into(),
            plan_version: view.plan_version,
            candidates: Json(view.candidates),
            exclusions: Json(view.exclusions),
            declined_reason: view.declined,
            decline_code_id: view.decline_code.map(id),
        }
    }
}

/// Work shown to one agent.
pub(crate) struct Offer(pub offers::Offer);

/// Work shown to one agent.
#[Object]
impl Offer {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// pending, accepted, declined, expired or rescinded.
    async fn state(&self) -> &'static str {
        self.0.state.code()
    }
    /// Why it ended, as a code.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Until when it can be accepted.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
    /// Reasons that can be chosen to let it pass.
    async fn decline_codes(&self, ctx: &Context<'_>) -> Resolved<Vec<WorkCode>> {
        let queue = load(ctx, TheWork(self.0.work)).await?.map(|item| item.queue);
        codes::offered(ctx, WorkCodeKind::Decline, queue).await
    }
    /// The conversation behind it.
    async fn conversation(&self, ctx: &Context<'_>) -> Resolved<Option<Conversation>> {
        let Some(item) = load(ctx, TheWork(self.0.work)).await? else { return Ok(None) };
        Ok(load(ctx, TheConversation(item.conversation)).await?.map(Conversation))
    }
}

/// A bot handed over to people.
pub(crate) struct Handoff(pub handoffs::Handoff);

/// A bot handed over to people.
#[Object]
impl Handoff {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// When.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// What the bot sent, as it sent it.
    async fn request(&self) -> Json<&Value> {
        Json(&self.0.request)
    }
    /// pending, ready or failed.
    async fn brief_state(&self) -> &str {
        &self.0.brief_state
    }
    /// The brief: a summary, problem, facts, references, what was tried and promised, open question, each with the ids of
    /// the items it rests on.
    async fn brief(&self) -> Option<Json<&Value>> {
        self.0.brief.as_ref().map(Json)
    }
}

#[derive(Default)]
pub(crate) struct WorkQueries;

#[Object]
impl WorkQueries {
    /// All queues by name. Needs `conversations:read`.
    async fn queues(&self, ctx: &Context<'_>) -> Resolved<Vec<Queue>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        Ok(setup::queues(&mut tx).await.map_err(AppError::from).extend()?.into_iter().map(Queue).collect())
    }
}

#[derive(InputObject)]
struct OfferAcceptInput {
    /// The offer.
    offer_id: ID,
}

/// Result of `offerAccept`.
#[derive(SimpleObject)]
struct OfferAcceptPayload {
    /// The conversation, now the viewer's.
    conversation: Option<Conversation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct OfferDeclineInput {
    /// The offer.
    offer_id: ID,
    /// Why, in at most 100 characters; the name of the code when left out.
    #[graphql(default)]
    reason: String,
    /// Why, as a code of the queue.
    work_code_id: Option<ID>,
}

/// Result of `offerDecline`.
#[derive(SimpleObject)]
struct OfferDeclinePayload {
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct WorkMutations;

#[Object]
impl WorkMutations {
    /// Takes offered work. A lost race is a user error. Needs `work:handle`.
    async fn offer_accept(&self, ctx: &Context<'_>, input: OfferAcceptInput) -> Resolved<OfferAcceptPayload> {
        let viewer = viewer(ctx).extend()?;
        let offer = read::<OfferId>(&input.offer_id).extend()?;
        match app::accept(&viewer.app, &viewer.subject, offer).await {
            Ok(conversation) => {
                let mut tx = viewer.read().await.extend()?;
                let found = conversations::find(&mut tx, conversation).await.map_err(AppError::from).extend()?;
                Ok(OfferAcceptPayload { conversation: found.map(Conversation), user_errors: Vec::new() })
            }
            Err(refused) => Ok(OfferAcceptPayload { conversation: None, user_errors: vec![refused.split().extend()?] }),
        }
    }

    /// Passes on offered work; it keeps its place in line. Needs `work:handle`.
    async fn offer_decline(&self, ctx: &Context<'_>, input: OfferDeclineInput) -> Resolved<OfferDeclinePayload> {
        let viewer = viewer(ctx).extend()?;
        let offer = read::<OfferId>(&input.offer_id).extend()?;
        let code = maybe(input.work_code_id.as_ref())?;
        let done = app::decline(&viewer.app, &viewer.subject, offer, &input.reason, code).await;
        let user_errors = match done {
            Ok(()) => Vec::new(),
            Err(refused) => vec![refused.split().extend()?],
        };
        Ok(OfferDeclinePayload { user_errors })
    }
}
