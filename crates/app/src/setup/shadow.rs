//! A plan in shadow of a queue: what it would decide is recorded beside what is decided.

use super::{SetupRefused, plans::check, refused::within};
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{QueueId, ShadowPlanId},
    jobs::Job,
    people::Permission,
    routing::Plan,
};
use meridian_store::{plans, shadow};
use serde_json::json;

/// Examples of a comparison.
const EXAMPLES: i64 = 20;

/// What is put in shadow.
#[derive(Debug, Clone)]
pub enum InShadow {
    /// A version of the queue's plan; 0 is the default plan.
    Version(i32),
    /// A draft.
    Draft(Plan),
}

/// Puts a plan in shadow of a queue, in the place of the one that was: a share of its decisions is also made under it, and
/// nothing comes of that.
pub async fn start_shadow(
    app: &App,
    subject: &Subject,
    queue: QueueId,
    plan: InShadow,
    percent: i32,
) -> Result<ShadowPlanId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let percent = i16::try_from(within("sample_percent", percent, 1..=100)?).unwrap_or(100);
    let mut tx = app.db.write(subject.scope()).await?;
    if !plans::lock_queue(&mut tx, queue).await? {
        return Err(SetupRefused::NotFound("queue"));
    }
    let plan = match plan {
        InShadow::Version(0) => Plan::default(),
        InShadow::Version(version) => {
            plans::version(&mut tx, queue, Some(version)).await?.ok_or(SetupRefused::NotFound("version"))?.plan
        }
        InShadow::Draft(draft) => {
            check(&mut tx, queue, &draft).await?;
            draft
        }
    };
    shadow::stop(&mut tx, queue).await?;
    let id = shadow::start(&mut tx, queue, &plan, percent).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("shadow_plan_started", "queue", Some(queue.0), json!({ "version": plan.version, "percent": percent }));
    tx.commit().await?;
    Ok(id)
}

/// Takes the plan out of the shadow of a queue; what was recorded stays as long as the decisions do.
pub async fn stop_shadow(app: &App, subject: &Subject, queue: QueueId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !shadow::stop(&mut tx, queue).await? {
        return Err(SetupRefused::NotFound("plan in shadow"));
    }
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("shadow_plan_stopped", "queue", Some(queue.0), json!({}));
    Ok(tx.commit().await?)
}

/// A plan in shadow, how it compares, and examples of what it would have done otherwise.
#[derive(Debug, Clone)]
pub struct Shadow {
    /// The plan.
    pub plan: shadow::ShadowPlan,
    /// Figures.
    pub compared: shadow::Compared,
    /// The latest differences.
    pub examples: Vec<shadow::Difference>,
}

/// The plan in shadow of a queue, or the last that was, with what came of it.
pub async fn shadow_of(app: &App, subject: &Subject, queue: QueueId) -> Result<Option<Shadow>, SetupRefused> {
    subject.require(Permission::ReadSetup)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let Some(plan) = shadow::of_queue(&mut tx, queue).await? else { return Ok(None) };
    let compared = shadow::compare(&mut tx, plan.id).await?;
    let examples = shadow::differences(&mut tx, plan.id, EXAMPLES).await?;
    Ok(Some(Shadow { plan, compared, examples }))
}
