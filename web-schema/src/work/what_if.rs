//! What if: two plans of a queue over the same past days.

use super::plans::RoutingPlanInput;
use crate::{
    admin::outcome,
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    page,
};
use async_graphql::{
    Context, ID, InputObject, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::{routing as app, setup::SetupRefused};
use meridian_domain::{
    ids::{QueueId, WhatIfId},
    people::Permission,
    simulation::QueueFigures,
};
use meridian_store::history as store;

/// What came of one queue's work under a plan. Shares go from 0 to 1 and are null where there is nothing to count.
#[derive(SimpleObject)]
struct WhatIfFigures {
    /// The queue.
    queue_id: ID,
    /// Work that came.
    offered: i32,
    /// Of it, answered.
    answered: i32,
    /// Of it, given up by the customer.
    abandoned: i32,
    /// Answered within the target, of all that came.
    service_level: Option<f64>,
    /// Mean wait of the answered, seconds.
    average_speed_of_answer: Option<f64>,
    /// Given up, of all that came.
    abandonment: Option<f64>,
}

impl From<QueueFigures> for WhatIfFigures {
    fn from(figures: QueueFigures) -> Self {
        let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        Self {
            queue_id: id(figures.queue),
            offered: number(figures.offered),
            answered: number(figures.answered),
            abandoned: number(figures.abandoned),
            service_level: figures.service_level,
            average_speed_of_answer: figures.asa_seconds,
            abandonment: figures.abandonment,
        }
    }
}

/// A comparison of two plans over past days: the same work, the same people at the same hours, the core that routes live.
/// Whoever is offered work takes it at once, for the time that it took then; skills, queues and calendars are those of
/// now.
pub(crate) struct WhatIf(store::WhatIf);

/// A comparison of two plans over past days: the same work, the same people at the same hours, the core that routes live.
/// Whoever is offered work takes it at once, for the time that it took then; skills, queues and calendars are those of
/// now.
#[Object]
impl WhatIf {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// The queue whose plans are compared; all others keep theirs.
    async fn queue_id(&self) -> ID {
        id(self.0.queue)
    }
    /// From when.
    async fn from(&self) -> DateTime<Utc> {
        self.0.from
    }
    /// Until when.
    async fn to(&self) -> DateTime<Utc> {
        self.0.to
    }
    /// Seconds within which work should be answered.
    async fn target_seconds(&self) -> i32 {
        self.0.target_seconds
    }
    /// waiting, running, done, failed or cancelled.
    async fn state(&self) -> &str {
        &self.0.state
    }
    /// Pieces of work to play, under both plans.
    async fn total(&self) -> i32 {
        self.0.total
    }
    /// Played.
    async fn done(&self) -> i32 {
        self.0.done
    }
    /// What went wrong.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Until when.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
    /// Figures under plan A, by queue; null before it is done.
    async fn plan_a(&self) -> Option<Vec<WhatIfFigures>> {
        self.figures(0)
    }
    /// Figures under plan B, by queue; null before it is done.
    async fn plan_b(&self) -> Option<Vec<WhatIfFigures>> {
        self.figures(1)
    }
}

impl WhatIf {
    fn figures(&self, plan: usize) -> Option<Vec<WhatIfFigures>> {
        let figures = self.0.result.as_ref()?.get(plan)?.clone();
        let figures: Vec<QueueFigures> = serde_json::from_value(figures).ok()?;
        Some(figures.into_iter().map(WhatIfFigures::from).collect())
    }
}

#[derive(Default)]
pub(crate) struct WhatIfQueries;

#[Object]
impl WhatIfQueries {
    /// Comparisons of plans, newest first. Needs `setup:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn what_ifs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, WhatIf, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<WhatIfId>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let before = from.map(|(_, id)| id);
        let rows = store::what_ifs(&mut tx, before, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |row: &store::WhatIf| page::at_cursor(row.created_at, row.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, WhatIf))
    }

    /// One of them, for its progress. Needs `setup:read`.
    async fn what_if(&self, ctx: &Context<'_>, #[graphql(desc = "Its id")] id: ID) -> Resolved<Option<WhatIf>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let id = read::<WhatIfId>(&id).extend()?;
        let mut tx = viewer.read().await.extend()?;
        Ok(store::what_if(&mut tx, id).await.map_err(AppError::from).extend()?.map(WhatIf))
    }
}

#[derive(InputObject)]
struct WhatIfStartInput {
    /// The queue whose plans are compared.
    queue_id: ID,
    /// From when.
    from: DateTime<Utc>,
    /// Until when: over by now, at most 31 days later.
    to: DateTime<Utc>,
    /// Seconds within which work should be answered.
    #[graphql(default = 30)]
    target_seconds: i32,
    /// Plan A by its version, 0 for the default plan; the one in force when left out.
    version_a: Option<i32>,
    /// Plan B as a draft ..
    draft_b: Option<RoutingPlanInput>,
    /// .. or by its version; the one in force when both are left out.
    version_b: Option<i32>,
}

#[derive(InputObject)]
struct WhatIfCancelInput {
    /// The comparison.
    what_if_id: ID,
}

/// Result of beginning or cancelling a comparison.
#[derive(SimpleObject)]
struct WhatIfPayload {
    /// The comparison.
    what_if: Option<WhatIf>,
    /// Why it was not done; `field` of a draft is a path like `steps.2.siteIds`, counted from 0.
    user_errors: Vec<UserError>,
}

async fn payload(ctx: &Context<'_>, done: Result<WhatIfId, SetupRefused>) -> Resolved<WhatIfPayload> {
    let (done, user_errors) = outcome(done)?;
    let Some(done) = done else { return Ok(WhatIfPayload { what_if: None, user_errors }) };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let found = store::what_if(&mut tx, done).await.map_err(AppError::from).extend()?;
    Ok(WhatIfPayload { what_if: found.map(WhatIf), user_errors })
}

#[derive(Default)]
pub(crate) struct WhatIfMutations;

#[Object]
impl WhatIfMutations {
    /// Compares two plans of a queue over past days, in the background; one comparison at a time. Needs `setup:read` and
    /// `floor:steer`.
    async fn what_if_start(&self, ctx: &Context<'_>, input: WhatIfStartInput) -> Resolved<WhatIfPayload> {
        let viewer = viewer(ctx).extend()?;
        let b = match &input.draft_b {
            Some(draft) => app::Choice::Draft(draft.read()?),
            None => app::Choice::Version(input.version_b),
        };
        let new = app::Comparison {
            queue: read::<QueueId>(&input.queue_id).extend()?,
            from: input.from,
            to: input.to,
            target_seconds: input.target_seconds,
            a: app::Choice::Version(input.version_a),
            b,
        };
        payload(ctx, app::compare_plans(&viewer.app, &viewer.subject, new).await).await
    }

    /// Cancels a comparison that is being made. Needs `floor:steer`.
    async fn what_if_cancel(&self, ctx: &Context<'_>, input: WhatIfCancelInput) -> Resolved<WhatIfPayload> {
        let viewer = viewer(ctx).extend()?;
        let known = read::<WhatIfId>(&input.what_if_id).extend()?;
        payload(ctx, app::cancel_comparison(&viewer.app, &viewer.subject, known).await).await
    }
}
