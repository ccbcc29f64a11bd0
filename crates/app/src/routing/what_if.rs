//! What if: two plans of a queue over the same past days, with the core that routes live.

use crate::{
    App,
    authz::Subject,
    setup::{SetupRefused, check_plan},
};
use chrono::TimeDelta;
use meridian_domain::{
    ids::{QueueId, TenantId, WhatIfId},
    jobs::Job,
    people::Permission,
    routing::Plan,
    simulation::{Past, Replay},
    time::Instant,
};
use meridian_store::{
    StoreError,
    history::{self as store, WhatIf},
    plans, routing,
};
use serde_json::{Value, json};

/// Longest time that is played, days.
const LONGEST: i64 = 31;
/// Events between two looks at whether it was cancelled.
const PART: usize = 20_000;

/// A plan to compare.
#[derive(Debug, Clone)]
pub enum Choice {
    /// A version that was published; 0 is the default plan, and without a number the one in force.
    Version(Option<i32>),
    /// A draft.
    Draft(Plan),
}

/// What to compare.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The queue whose plans are compared; all others keep theirs.
    pub queue: QueueId,
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Seconds within which work should be answered.
    pub target_seconds: i32,
    /// One plan.
    pub a: Choice,
    /// The other.
    pub b: Choice,
}

/// Begins a comparison; one at a time. Its progress is seen, and it can be cancelled.
pub async fn compare_plans(app: &App, subject: &Subject, new: Comparison) -> Result<WhatIfId, SetupRefused> {
    subject.require(Permission::ReadSetup)?;
    subject.require(Permission::SteerFloor)?;
    if !(1..=86_400).contains(&new.target_seconds) {
        return Err(SetupRefused::Wrong("target_seconds", "target_seconds goes from 1 to 86400".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let now = routing::now(&mut tx).await?;
    if new.from >= new.to || new.to > now || new.to - new.from > TimeDelta::days(LONGEST) {
        let help = format!("choose a time that is over, of at most {LONGEST} days");
        return Err(SetupRefused::Wrong("to", help));
    }
    if !routing::queues(&mut tx).await?.iter().any(|queue| queue.id == new.queue) {
        return Err(SetupRefused::NotFound("queue"));
    }
    let mut chosen = Vec::with_capacity(2);
    for choice in [&new.a, &new.b] {
        let plan = match choice {
            Choice::Draft(plan) => {
                check_plan(&mut tx, new.queue, plan).await?;
                plan.clone()
            }
            Choice::Version(Some(0)) => Plan::default(),
            Choice::Version(version) => match plans::version(&mut tx, new.queue, *version).await? {
                Some(found) => found.plan,
                None if version.is_none() => Plan::default(),
                None => return Err(SetupRefused::NotFound("version")),
            },
        };
        chosen.push(serde_json::to_value(plan).unwrap_or_default());
    }
    let times = (new.from, new.to);
    let kept = store::insert_what_if(&mut tx, new.queue, times, new.target_seconds, (&chosen[0], &chosen[1])).await?;
    let id = kept.ok_or_else(|| SetupRefused::Invalid("one is being made already: wait, or cancel it".to_owned()))?;
    tx.job(&Job::RunWhatIf { what_if: id }, id.0);
    tx.audit("what_if_begun", "queue", Some(new.queue.0), json!({ "from": new.from, "to": new.to }));
    tx.commit().await?;
    Ok(id)
}

/// Cancels a comparison that is being made.
pub async fn cancel_comparison(app: &App, subject: &Subject, id: WhatIfId) -> Result<WhatIfId, SetupRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    store::what_if(&mut tx, id).await?.ok_or(SetupRefused::NotFound("comparison"))?;
    if !store::finish(&mut tx, id, "cancelled", None, None).await? {
        return Err(SetupRefused::Invalid("this comparison is over".to_owned()));
    }
    tx.audit("what_if_cancelled", "what_if", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(id)
}

/// Makes a comparison. What was interrupted is made again from the start: nothing but its result is kept.
pub async fn run_comparison(app: &App, tenant: TenantId, id: WhatIfId) -> Result<(), StoreError> {
    let subject = Subject::system(tenant);
    let mut tx = app.db.read(subject.scope()).await?;
    let Some(asked) = store::what_if(&mut tx, id).await? else { return Ok(()) };
    let past = store::past(&mut tx, asked.from, asked.to).await?;
    drop(tx);
    let Ok(mut past) = past else {
        let why = "more than 100,000 pieces of work or changes of hands: choose a shorter time";
        return end(app, tenant, id, "failed", None, Some(why)).await;
    };
    let total = past.works.len() * 2;
    let mut figures = Vec::with_capacity(2);
    for (n, plan) in [&asked.plan_a, &asked.plan_b].into_iter().enumerate() {
        let Some(()) = set_plan(&mut past, &asked, plan) else {
            return end(app, tenant, id, "failed", None, Some("the queue or its plan is not there any more")).await;
        };
        let mut replay = Replay::new(&past, asked.target_seconds.into());
        loop {
            let over = replay.play(PART);
            let done = n * past.works.len() + replay.settled();
            let mut tx = app.db.write(subject.scope()).await?;
            if !store::progress(&mut tx, id, done, total).await? {
                return Ok(());
            }
            tx.commit().await?;
            if over {
                break;
            }
        }
        figures.push(replay.figures());
    }
    end(app, tenant, id, "done", Some(&json!(figures)), None).await
}

fn set_plan(past: &mut Past, asked: &WhatIf, plan: &Value) -> Option<()> {
    let queue = past.queues.iter_mut().find(|queue| queue.id == asked.queue)?;
    queue.plan = serde_json::from_value(plan.clone()).ok()?;
    Some(())
}

async fn end(
    app: &App,
    tenant: TenantId,
    id: WhatIfId,
    state: &'static str,
    result: Option<&Value>,
    error: Option<&str>,
) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    store::finish(&mut tx, id, state, result, error).await?;
    tx.commit().await
}
