//! Routing plans: versions, publishing, and trying out.

use super::Queue;
use crate::{
    admin::{again, maybe, outcome},
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    loaders::{TheAgent, load},
    page,
    people::Agent,
};
use async_graphql::{
    ComplexObject, Context, Enum, ErrorExtensions, ID, InputObject, Json, Object, ResultExt, SimpleObject,
};
use chrono::{DateTime, Utc};
use meridian_app::setup as app;
use meridian_domain::{
    channel::ChannelClass as DomainClass,
    ids::{AgentId, BranchId, QueueId, SiteId, WorkItemId},
    routing::{self, Order, SkillNeed, StaffPool as DomainPool},
};
use meridian_store::{plans, setup as store};
use std::collections::BTreeMap;

/// How candidates are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Order")]
pub(crate) enum RoutingOrder {
    /// Longest without new work first.
    LongestIdle,
    /// Least share of capacity in use first.
    LeastOccupied,
    /// Best levels in the skills asked for first.
    BestLevel,
    /// Whose time costs other waiting customers least first, then who was less busy.
    Scarcity,
}

/// Whose people a step asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainPool")]
pub(crate) enum StaffPool {
    /// Own people and partners.
    Any,
    /// Own people alone.
    Own,
    /// Outsourced partners alone.
    Outsourced,
}

/// What a channel costs an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainClass")]
pub(crate) enum ChannelClass {
    /// Calls.
    Voice,
    /// Chats, where the customer waits at the screen.
    Chat,
    /// Messages, which may wait a while.
    Messaging,
    /// E-mail.
    Mail,
}

/// A skill with the least level asked for.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "SkillNeedInput")]
pub(crate) struct SkillLevel {
    /// The skill.
    skill_id: ID,
    /// Least level, 1 to 5.
    level: i32,
}

impl SkillLevel {
    fn read(&self) -> Resolved<SkillNeed> {
        // What does not fit becomes a level that is refused with the place named.
        Ok(SkillNeed { skill: read(&self.skill_id).extend()?, level: u8::try_from(self.level).unwrap_or(0) })
    }
}

/// What a step asks of an attribute of people: one of several values, or a number that is high enough.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "AttributeNeedInput")]
pub(crate) struct AttributeNeed {
    /// The attribute.
    key: String,
    /// Its value is one of these.
    #[graphql(default)]
    any_of: Vec<String>,
    /// Its value is a whole number and no less than this.
    at_least: Option<i32>,
}

impl From<&routing::AttributeNeed> for AttributeNeed {
    fn from(need: &routing::AttributeNeed) -> Self {
        Self { key: need.key.clone(), any_of: need.any_of.clone(), at_least: need.at_least }
    }
}

/// What customers who wait are told when a step begins.
#[derive(Debug, Clone, SimpleObject, InputObject)]
#[graphql(input_name = "StepTellsInput")]
pub(crate) struct StepTells {
    /// In their own conversation; 1 to 1,000 characters.
    message: String,
    /// Whether they may take a callback instead of waiting on.
    callback: bool,
}

/// One step of a plan: whom it asks and for how long.
#[derive(SimpleObject)]
pub(crate) struct RoutingStep {
    /// How long it lasts, seconds; the last step lasts for ever.
    seconds: i32,
    /// Taken off every level the work asks for; a level that falls to 0 is no longer asked for.
    relax_levels: i32,
    /// Whether the language of the work does not matter any more.
    any_language: bool,
    /// Whether people of sites that are asleep may be asked.
    any_hours: bool,
    /// Least minutes of shift left at the site.
    shift_left_minutes: i32,
    /// Sites that are asleep and open within so many minutes are asked as well; 0 = not.
    opens_within_minutes: i32,
    /// Whether it is passed over at once when it names nobody at all.
    skip_if_empty: bool,
    /// Order of candidates.
    order: RoutingOrder,
    /// Only these sites; empty = all.
    site_ids: Vec<ID>,
    /// Only these branches; empty = all.
    branch_ids: Vec<ID>,
    /// Only these people; empty = all.
    agent_ids: Vec<ID>,
    /// Only who speaks one of these (BCP 47 primary subtags); empty = all.
    languages: Vec<String>,
    /// Asked for beside what the work asks for, never relaxed.
    skills: Vec<SkillLevel>,
    /// Only who has all of these attributes.
    attributes: Vec<AttributeNeed>,
    /// Own people, partners, or both.
    pool: StaffPool,
    /// What customers who wait are told when it begins, once.
    tells: Option<StepTells>,
}

pub(super) fn number(value: impl TryInto<i32>) -> i32 {
    value.try_into().unwrap_or(i32::MAX)
}

impl From<&routing::Step> for RoutingStep {
    fn from(step: &routing::Step) -> Self {
        Self {
            seconds: number(step.seconds),
            relax_levels: step.relax_levels.into(),
            any_language: step.any_language,
            any_hours: step.any_hours,
            shift_left_minutes: step.shift_left_minutes.into(),
            opens_within_minutes: step.opens_within_minutes.into(),
            skip_if_empty: step.skip_if_empty,
            order: step.order.into(),
            site_ids: step.sites.iter().map(|site| id(*site)).collect(),
            branch_ids: step.branches.iter().map(|branch| id(*branch)).collect(),
            agent_ids: step.agents.iter().map(|agent| id(*agent)).collect(),
            languages: step.languages.clone(),
            skills: step
                .skills
                .iter()
                .map(|need| SkillLevel { skill_id: id(need.skill), level: need.level.into() })
                .collect(),
            attributes: step.attributes.iter().map(AttributeNeed::from).collect(),
            pool: step.pool.into(),
            tells: step
                .tells
                .as_ref()
                .map(|tells| StepTells { message: tells.message.clone(), callback: tells.callback }),
        }
    }
}

/// A version of a queue's routing plan.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct RoutingPlan {
    /// Its number; 0 is the default plan, for queues without one of their own.
    version: i32,
    /// Its steps in order.
    steps: Vec<RoutingStep>,
    /// Within how many seconds work should be answered; 0 = strictly by place in line.
    target_seconds: i32,
    /// Whether work beyond its target leaves people free for work that is likely to come.
    reserve: bool,
    /// Whether it is in force.
    active: bool,
    /// Why it was made.
    note: String,
    /// When; null for the default plan.
    created_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    author: Option<AgentId>,
}

#[ComplexObject]
impl RoutingPlan {
    /// Who published it, when a person did.
    async fn author(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        let Some(author) = self.author else { return Ok(None) };
        Ok(load(ctx, TheAgent(author)).await?.map(Agent))
    }
}

impl RoutingPlan {
    fn shown(version: plans::PlanVersion) -> Self {
        Self {
            active: version.active,
            note: version.note,
            author: version.author,
            created_at: Some(version.created_at),
            ..Self::of(&version.plan)
        }
    }

    fn of(plan: &routing::Plan) -> Self {
        Self {
            version: plan.version,
            steps: plan.steps.iter().map(RoutingStep::from).collect(),
            target_seconds: number(plan.target_seconds),
            reserve: plan.reserve,
            active: true,
            note: String::new(),
            created_at: None,
            author: None,
        }
    }
}

/// Versions of a queue's plan, newest first; the default plan when it has none.
pub(super) async fn of_queue(
    ctx: &Context<'_>,
    queue: QueueId,
    first: Option<i32>,
    before: Option<i32>,
) -> Resolved<Vec<RoutingPlan>> {
    let viewer = viewer(ctx).extend()?;
    let most = page::first(first).extend()?;
    let found = app::plan_history(&viewer.app, &viewer.subject, queue, before, most).await;
    let (found, _) = outcome_of_read(found)?;
    if found.is_empty() && before.is_none() {
        return Ok(vec![RoutingPlan::of(&routing::Plan::default())]);
    }
    Ok(found.into_iter().map(RoutingPlan::shown).collect())
}

/// A reading that was refused is a top-level error or a user error.
pub(crate) fn outcome_of_read<T: Default>(done: Result<T, app::SetupRefused>) -> Resolved<(T, Vec<UserError>)> {
    match done {
        Ok(value) => Ok((value, Vec::new())),
        Err(refused) => Ok((T::default(), vec![crate::admin::refused(refused)?])),
    }
}

#[derive(InputObject)]
pub(crate) struct RoutingStepInput {
    /// How long it lasts, seconds; the last step lasts for ever whatever it says.
    #[graphql(default)]
    seconds: i32,
    /// Taken off every level the work asks for, 0 to 5.
    #[graphql(default)]
    relax_levels: i32,
    /// Whether the language of the work does not matter any more.
    #[graphql(default)]
    any_language: bool,
    /// Whether people of sites that are asleep may be asked.
    #[graphql(default)]
    any_hours: bool,
    /// Least minutes of shift left at the site.
    #[graphql(default)]
    shift_left_minutes: i32,
    /// Sites that are asleep and open within so many minutes are asked as well, at most a week ahead; 0 = not.
    #[graphql(default)]
    opens_within_minutes: i32,
    /// Whether it is passed over at once when it names nobody at all.
    #[graphql(default)]
    skip_if_empty: bool,
    /// Order of candidates; scarcity when left out.
    order: Option<RoutingOrder>,
    /// Only these sites.
    #[graphql(default)]
    site_ids: Vec<ID>,
    /// Only these branches.
    #[graphql(default)]
    branch_ids: Vec<ID>,
    /// Only these people, who must be members of the queue.
    #[graphql(default)]
    agent_ids: Vec<ID>,
    /// Only who speaks one of these (BCP 47 primary subtags).
    #[graphql(default)]
    languages: Vec<String>,
    /// Asked for beside what the work asks for, never relaxed.
    #[graphql(default)]
    skills: Vec<SkillLevel>,
    /// Only who has all of these attributes, at most 10.
    #[graphql(default)]
    attributes: Vec<AttributeNeed>,
    /// Own people, partners, or both; any when left out.
    pool: Option<StaffPool>,
    /// What customers who wait are told when it begins, once; nothing when left out.
    tells: Option<StepTells>,
}

/// Ids of one type.
fn ids<T: meridian_domain::ids::Id + std::str::FromStr>(all: &[ID]) -> Resolved<Vec<T>>
where
    T::Err: std::fmt::Display,
{
    all.iter().map(read::<T>).collect::<Result<_, _>>().extend()
}

impl RoutingStepInput {
    fn read(&self) -> Resolved<routing::Step> {
        Ok(routing::Step {
            seconds: u32::try_from(self.seconds).unwrap_or(u32::MAX),
            relax_levels: u8::try_from(self.relax_levels).unwrap_or(u8::MAX),
            any_language: self.any_language,
            sites: ids::<SiteId>(&self.site_ids)?,
            any_hours: self.any_hours,
            shift_left_minutes: u16::try_from(self.shift_left_minutes).unwrap_or(u16::MAX),
            opens_within_minutes: u16::try_from(self.opens_within_minutes).unwrap_or(u16::MAX),
            skip_if_empty: self.skip_if_empty,
            order: self.order.map_or(Order::Scarcity, Order::from),
            skills: self.skills.iter().map(SkillLevel::read).collect::<Resolved<_>>()?,
            languages: self.languages.clone(),
            branches: ids::<BranchId>(&self.branch_ids)?,
            agents: ids::<AgentId>(&self.agent_ids)?,
            pool: self.pool.map_or(DomainPool::Any, DomainPool::from),
            tells: self
                .tells
                .as_ref()
                .map(|tells| routing::Tells { message: tells.message.clone(), callback: tells.callback }),
            attributes: self
                .attributes
                .iter()
                .map(|need| routing::AttributeNeed {
                    key: need.key.clone(),
                    any_of: need.any_of.clone(),
                    at_least: need.at_least,
                })
                .collect(),
        })
    }
}

#[derive(InputObject)]
pub(crate) struct RoutingPlanInput {
    /// Its steps in order, 1 to 20.
    steps: Vec<RoutingStepInput>,
    /// Within how many seconds work should be answered; 0 = strictly by place in line.
    #[graphql(default)]
    target_seconds: i32,
    /// Whether work beyond its target leaves people free for work that is likely to come.
    #[graphql(default)]
    reserve: bool,
}

impl RoutingPlanInput {
    pub(super) fn read(&self) -> Resolved<routing::Plan> {
        Ok(routing::Plan {
            version: 0,
            steps: self.steps.iter().map(RoutingStepInput::read).collect::<Resolved<_>>()?,
            target_seconds: u32::try_from(self.target_seconds).unwrap_or(u32::MAX),
            reserve: self.reserve,
        })
    }
}

#[derive(InputObject)]
struct RoutingPlanPublishInput {
    /// The queue.
    queue_id: ID,
    /// The plan.
    plan: RoutingPlanInput,
    /// Why, for those who look at the history.
    #[graphql(default)]
    note: String,
    /// Refuse when somebody published after this version.
    expected_version: Option<i32>,
}

#[derive(InputObject)]
struct RoutingPlanRevertInput {
    /// The queue.
    queue_id: ID,
    /// The version to publish again; 0 is the default plan.
    version: i32,
    /// Why.
    #[graphql(default)]
    note: String,
}

/// Result of publishing a plan.
#[derive(SimpleObject)]
struct RoutingPlanPayload {
    /// The queue with its plan.
    queue: Option<Queue>,
    /// Why it was not done; `field` is a path like `steps.2.siteIds`, counted from 0.
    user_errors: Vec<UserError>,
}

async fn payload(
    ctx: &Context<'_>,
    queue: QueueId,
    done: Result<i32, app::SetupRefused>,
) -> Resolved<RoutingPlanPayload> {
    let (saved, user_errors) = outcome(done)?;
    let found = match saved {
        Some(_) => again(ctx, async |tx| store::queues(tx).await, |row| row.id == queue, Queue).await?,
        None => None,
    };
    Ok(RoutingPlanPayload { queue: found, user_errors })
}

#[derive(InputObject)]
struct RoutingPlanTryInput {
    /// Try it on this piece of work, as it is now.
    work_item_id: Option<ID>,
    /// Or on work that might come to this queue.
    queue_id: Option<ID>,
    /// What it would cost; messaging when left out.
    class: Option<ChannelClass>,
    /// Skills it would ask for.
    #[graphql(default)]
    skills: Vec<SkillLevel>,
    /// Language it would ask for, BCP 47 primary subtag.
    language: Option<String>,
    /// Who had the customer last.
    sticky_agent_id: Option<ID>,
    /// The draft; the plan in force when left out.
    plan: Option<RoutingPlanInput>,
}

/// Somebody who would be asked.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct RoutingCandidate {
    /// Higher is better; comparable within one step.
    score: f64,
    /// Seconds without new work.
    idle_seconds: i32,
    /// Share of the capacity in use, 0 to 1.
    occupancy: f64,
    /// Sum of levels in the skills asked for.
    levels: i32,
    #[graphql(skip)]
    agent: AgentId,
}

#[ComplexObject]
impl RoutingCandidate {
    /// Who.
    async fn agent(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        Ok(load(ctx, TheAgent(self.agent)).await?.map(Agent))
    }
}

/// What one step would do now.
#[derive(SimpleObject)]
struct RoutingStepTrial {
    /// The step, from 0.
    step: i32,
    /// Seconds of waiting after which it begins.
    begins_seconds: i32,
    /// Seconds of waiting after which the next one begins; null for the last.
    ends_seconds: Option<i32>,
    /// Whether it is passed over at once, because it names nobody at all.
    skipped: bool,
    /// How many could be asked now.
    free: i32,
    /// The best few of them, best first.
    candidates: Vec<RoutingCandidate>,
    /// Why the others were none: reason and how many.
    exclusions: Json<BTreeMap<routing::Exclusion, u32>>,
}

/// Who would be asked, step by step. Nothing was stored or offered.
#[derive(SimpleObject)]
struct RoutingPlanTrial {
    /// The moment for which it holds.
    at: Option<DateTime<Utc>>,
    /// Step by step, as emergency plans in force make it.
    steps: Vec<RoutingStepTrial>,
    /// Emergency plans in force about the queue, by activation; the steps take them in.
    emergency_activation_ids: Vec<ID>,
    /// Whether one of them closes the queue: nobody is asked until it ends.
    closed: bool,
    /// Why it was not tried; `field` is a path like `steps.2.siteIds`, counted from 0.
    user_errors: Vec<UserError>,
}

impl From<routing::Candidate> for RoutingCandidate {
    fn from(candidate: routing::Candidate) -> Self {
        Self {
            agent: candidate.agent,
            score: candidate.score,
            idle_seconds: number(candidate.idle_seconds),
            occupancy: candidate.occupancy,
            levels: number(candidate.levels),
        }
    }
}

fn step_trial(seen: routing::Preview) -> RoutingStepTrial {
    RoutingStepTrial {
        step: seen.step.into(),
        begins_seconds: number(seen.begins_seconds),
        ends_seconds: seen.ends_seconds.map(number),
        skipped: seen.skipped,
        free: number(seen.free),
        candidates: seen.candidates.into_iter().map(RoutingCandidate::from).collect(),
        exclusions: Json(seen.exclusions),
    }
}

#[derive(Default)]
pub(crate) struct PlanQueries;

#[Object]
impl PlanQueries {
    /// Says who would be asked now at each step of a plan, for a piece of work or for work that might come. Nothing is
    /// stored or offered. Needs `setup:read`.
    async fn routing_plan_try(&self, ctx: &Context<'_>, input: RoutingPlanTryInput) -> Resolved<RoutingPlanTrial> {
        let viewer = viewer(ctx).extend()?;
        let example = match (maybe::<WorkItemId>(input.work_item_id.as_ref())?, maybe(input.queue_id.as_ref())?) {
            (Some(work), None) => app::Example::Work(work),
            (None, Some(queue)) => app::Example::Made {
                queue,
                class: input.class.map_or(DomainClass::Messaging, DomainClass::from),
                skills: input.skills.iter().map(SkillLevel::read).collect::<Resolved<_>>()?,
                language: input.language,
                sticky: maybe(input.sticky_agent_id.as_ref())?,
            },
            _ => return Err(AppError::BadInput("name a work item or a queue, not both".to_owned()).extend()),
        };
        let draft = input.plan.as_ref().map(RoutingPlanInput::read).transpose()?;
        let tried = app::try_plan(&viewer.app, &viewer.subject, example, draft).await;
        let (tried, user_errors) = outcome_of_read(tried.map(Some))?;
        let nothing = RoutingPlanTrial {
            at: None,
            steps: Vec::new(),
            emergency_activation_ids: Vec::new(),
            closed: false,
            user_errors,
        };
        Ok(tried.map_or(nothing, |trial| RoutingPlanTrial {
            at: Some(trial.at),
            steps: trial.steps.into_iter().map(step_trial).collect(),
            emergency_activation_ids: trial.emergencies.into_iter().map(id).collect(),
            closed: trial.closed,
            user_errors: Vec::new(),
        }))
    }
}

#[derive(Default)]
pub(crate) struct PlanMutations;

#[Object]
impl PlanMutations {
    /// Publishes a plan as the newest version of its queue; routing follows at once. Needs `setup:write`.
    async fn routing_plan_publish(
        &self,
        ctx: &Context<'_>,
        input: RoutingPlanPublishInput,
    ) -> Resolved<RoutingPlanPayload> {
        let viewer = viewer(ctx).extend()?;
        let (queue, plan) = (read::<QueueId>(&input.queue_id).extend()?, input.plan.read()?);
        let expected = input.expected_version;
        let done = app::publish_plan(&viewer.app, &viewer.subject, queue, &plan, &input.note, expected).await;
        payload(ctx, queue, done).await
    }

    /// Publishes an earlier version again, as a new one. Needs `setup:write`.
    async fn routing_plan_revert(
        &self,
        ctx: &Context<'_>,
        input: RoutingPlanRevertInput,
    ) -> Resolved<RoutingPlanPayload> {
        let viewer = viewer(ctx).extend()?;
        let queue = read::<QueueId>(&input.queue_id).extend()?;
        let done = app::revert_plan(&viewer.app, &viewer.subject, queue, input.version, &input.note).await;
        payload(ctx, queue, done).await
    }
}
