//! A plan in shadow of a queue, and how it compares.

use super::plans::RoutingPlanInput;
use crate::{
    admin::outcome,
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, ErrorExtensions, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::setup as app;
use meridian_domain::ids::QueueId;

/// A decision in which a plan in shadow would have done something else.
#[derive(SimpleObject)]
struct ShadowDifference {
    /// The decision.
    decision_id: ID,
    /// The work.
    work_item_id: ID,
    /// When.
    at: DateTime<Utc>,
    /// To whom it was offered; null = it was left waiting.
    agent_id: Option<ID>,
    /// Under which step, from 0.
    step: i32,
    /// To whom it would have been offered; null = it would have been left waiting.
    shadow_agent_id: Option<ID>,
    /// Under which step.
    shadow_step: i32,
}

/// A plan in shadow of a queue: decisions are also made under it, from the same state and by the same core, and nothing
/// comes of that.
#[derive(SimpleObject)]
struct ShadowPlan {
    /// Opaque id.
    id: ID,
    /// Version of the plan; 0 = the default plan, or a draft.
    plan_version: i32,
    /// Share of the work whose decisions are made under it as well, percent.
    sample_percent: i32,
    /// Since when.
    started_at: DateTime<Utc>,
    /// Until when; null while it is there.
    ended_at: Option<DateTime<Utc>>,
    /// Decisions made under both, of those that are still kept; at most 10,000 or so are recorded.
    decisions: i32,
    /// Share of them that was the same: offered to the same person, or left waiting. Null while there are none.
    agreement: Option<f64>,
    /// Offered by both, to different people.
    other_agent: i32,
    /// Offered in shadow while it was left waiting.
    sooner: i32,
    /// Offered while it would have been left waiting in shadow.
    later: i32,
    /// Mean of first offer in shadow minus first offer, seconds, of the work that both offered; below 0 = sooner in shadow.
    /// Both are looked at when a decision is made: what the shadow would have offered between two is not seen.
    wait_difference_seconds: Option<f64>,
    /// How many pieces of work that is.
    waits_compared: i32,
    /// The latest decisions in which it would have done something else, at most 20.
    differences: Vec<ShadowDifference>,
}

impl From<app::Shadow> for ShadowPlan {
    fn from(shadow: app::Shadow) -> Self {
        let number = |n: i64| i32::try_from(n).unwrap_or(i32::MAX);
        let compared = shadow.compared;
        let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
        Self {
            id: id(shadow.plan.id),
            plan_version: shadow.plan.plan.version,
            sample_percent: shadow.plan.percent.into(),
            started_at: shadow.plan.started_at,
            ended_at: shadow.plan.ended_at,
            decisions: number(compared.decisions),
            agreement: share(compared.agreed, compared.decisions),
            other_agent: number(compared.other_agent),
            sooner: number(compared.sooner),
            later: number(compared.later),
            wait_difference_seconds: compared.wait_difference,
            waits_compared: number(compared.waits),
            differences: shadow
                .examples
                .into_iter()
                .map(|one| ShadowDifference {
                    decision_id: id(one.decision),
                    work_item_id: id(one.work),
                    at: one.at,
                    agent_id: one.agent.map(id),
                    step: one.step.into(),
                    shadow_agent_id: one.shadow_agent.map(id),
                    shadow_step: one.shadow_step.into(),
                })
                .collect(),
        }
    }
}

async fn of_queue(ctx: &Context<'_>, queue: QueueId) -> Resolved<Option<ShadowPlan>> {
    let viewer = viewer(ctx).extend()?;
    let found = super::outcome_of_read(app::shadow_of(&viewer.app, &viewer.subject, queue).await)?.0;
    Ok(found.map(Into::into))
}

#[derive(Default)]
pub(crate) struct ShadowQueries;

#[Object]
impl ShadowQueries {
    /// The plan in shadow of a queue, or the last that was, and how it compares with what was decided. Needs `setup:read`.
    #[graphql(complexity = "20 + child_complexity")]
    async fn shadow_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The queue")] queue_id: ID,
    ) -> Resolved<Option<ShadowPlan>> {
        of_queue(ctx, read::<QueueId>(&queue_id).extend()?).await
    }
}

#[derive(InputObject)]
struct ShadowPlanStartInput {
    /// The queue.
    queue_id: ID,
    /// A version of its plan; 0 is the default plan.
    version: Option<i32>,
    /// Or a draft.
    plan: Option<RoutingPlanInput>,
    /// Share of the work whose decisions are made under it as well, 1 to 100 percent.
    #[graphql(default = 100)]
    sample_percent: i32,
}

#[derive(InputObject)]
struct ShadowPlanStopInput {
    /// The queue.
    queue_id: ID,
}

/// Result of `shadowPlanStart` and `shadowPlanStop`.
#[derive(SimpleObject)]
struct ShadowPlanPayload {
    /// The plan in shadow, or the one that was.
    shadow_plan: Option<ShadowPlan>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct ShadowMutations;

#[Object]
impl ShadowMutations {
    /// Puts a plan in shadow of a queue, in the place of the one that was: decisions are also made under it and recorded, and
    /// nothing comes of that. Needs `setup:write`.
    async fn shadow_plan_start(&self, ctx: &Context<'_>, input: ShadowPlanStartInput) -> Resolved<ShadowPlanPayload> {
        let viewer = viewer(ctx).extend()?;
        let queue = read::<QueueId>(&input.queue_id).extend()?;
        let plan = match (input.version, &input.plan) {
            (Some(version), None) => app::InShadow::Version(version),
            (None, Some(draft)) => app::InShadow::Draft(draft.read()?),
            _ => return Err(AppError::BadInput("name a version or give a plan, not both".to_owned()).extend()),
        };
        let done = app::start_shadow(&viewer.app, &viewer.subject, queue, plan, input.sample_percent).await;
        let (started, user_errors) = outcome(done)?;
        let shadow_plan = if started.is_some() { of_queue(ctx, queue).await? } else { None };
        Ok(ShadowPlanPayload { shadow_plan, user_errors })
    }

    /// Takes the plan out of the shadow of a queue; what was recorded stays as long as the decisions do. Needs
    /// `setup:write`.
    async fn shadow_plan_stop(&self, ctx: &Context<'_>, input: ShadowPlanStopInput) -> Resolved<ShadowPlanPayload> {
        let viewer = viewer(ctx).extend()?;
        let queue = read::<QueueId>(&input.queue_id).extend()?;
        let (stopped, user_errors) = outcome(app::stop_shadow(&viewer.app, &viewer.subject, queue).await)?;
        let shadow_plan = if stopped.is_some() { of_queue(ctx, queue).await? } else { None };
        Ok(ShadowPlanPayload { shadow_plan, user_errors })
    }
}
