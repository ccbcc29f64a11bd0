//! Routing plans: published in versions, taken back, and tried out without effect.

use super::SetupRefused;
use crate::{App, authz::Subject, routing::Shape};
use meridian_domain::{
    channel::ChannelClass,
    ids::{AgentId, EmergencyActivationId, QueueId, WorkItemId},
    jobs::Job,
    people::Permission,
    routing::{Agent, Core, Event, Exclusion, Known, Plan, Preview, SkillNeed, Work},
    time::Instant,
};
use meridian_store::{ReadTx, emergency, plans, routing, setup, sites};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Longest note of a version.
const LONGEST_NOTE: usize = 500;

pub(super) fn note(text: &str) -> Result<&str, SetupRefused> {
    let text = text.trim();
    if text.chars().count() > LONGEST_NOTE {
        return Err(SetupRefused::Wrong("note", format!("a note has at most {LONGEST_NOTE} characters")));
    }
    Ok(text)
}

/// Refuses a plan that cannot work for the queue as it is now.
pub(crate) async fn check(tx: &mut ReadTx, queue: QueueId, plan: &Plan) -> Result<(), SetupRefused> {
    if plan.target_seconds > 86_400 {
        return Err(SetupRefused::Wrong("target_seconds", "target_seconds goes from 0 to 86400".to_owned()));
    }
    if plan.reserve && plan.target_seconds == 0 {
        let help = "reserve keeps agents free for work within its target: give target_seconds";
        return Err(SetupRefused::Wrong("reserve", help.to_owned()));
    }
    let members: Vec<Agent> = routing::agents(tx, None).await?;
    let known = Known {
        sites: sites::all(tx).await?.into_iter().map(|site| site.site.id).collect(),
        skills: setup::skills(tx).await?.into_iter().map(|(id, _)| id).collect(),
        branches: sites::branches(tx).await?.into_iter().map(|branch| branch.id).collect(),
        members: members.into_iter().filter(|agent| agent.queues.contains(&queue)).collect(),
    };
    Ok(plan.check(&known)?)
}

/// Publishes a plan as the newest version of its queue; routing follows at once. With `expected` it is refused when
/// somebody published meanwhile. Returns its version.
pub async fn publish_plan(
    app: &App,
    subject: &Subject,
    queue: QueueId,
    plan: &Plan,
    why: &str,
    expected: Option<i32>,
) -> Result<i32, SetupRefused> {
    subject.require(Permission::Administer)?;
    let why = note(why)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !plans::lock_queue(&mut tx, queue).await? {
        return Err(SetupRefused::NotFound("queue"));
    }
    let newest = plans::version(&mut tx, queue, None).await?.map_or(0, |found| found.plan.version);
    if expected.is_some_and(|expected| expected != newest) {
        return Err(SetupRefused::Stale);
    }
    check(&mut tx, queue, plan).await?;
    let version = plans::publish(&mut tx, queue, plan, why).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("plan_published", "queue", Some(queue.0), json!({ "version": version, "steps": plan.steps.len() }));
    tx.commit().await?;
    Ok(version)
}

/// Publishes an earlier version again, as a new one; version 0 is the default plan.
pub async fn revert_plan(
    app: &App,
    subject: &Subject,
    queue: QueueId,
    version: i32,
    why: &str,
) -> Result<i32, SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let plan = match version {
        0 => Plan::default(),
        _ => plans::version(&mut tx, queue, Some(version)).await?.ok_or(SetupRefused::NotFound("version"))?.plan,
    };
    drop(tx);
    let why = if why.trim().is_empty() { format!("back to version {version}") } else { why.to_owned() };
    publish_plan(app, subject, queue, &plan, &why, None).await
}

/// What a plan is tried on.
#[derive(Debug, Clone)]
pub enum Example {
    /// A piece of work there is, as it is now.
    Work(WorkItemId),
    /// Work that might come.
    Made {
        /// Where it would wait.
        queue: QueueId,
        /// What it would cost.
        class: ChannelClass,
        /// What it would ask for.
        skills: Vec<SkillNeed>,
        /// BCP 47 primary subtag.
        language: Option<String>,
        /// Who had the customer last.
        sticky: Option<AgentId>,
    },
}

/// What came of a trial.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Where the work waits.
    pub queue: QueueId,
    /// The moment for which it holds.
    pub at: Instant,
    /// Step by step.
    pub steps: Vec<Preview>,
    /// Emergency plans in force that are about the queue; they are taken in.
    pub emergencies: Vec<EmergencyActivationId>,
    /// One of them closes the queue: nothing is offered until it ends, whatever the steps say.
    pub closed: bool,
}

/// Says who would be asked now at each step of a plan, the draft or the one in force, as emergency plans in force make it.
/// Nothing is stored or offered. What
/// the live router has learned of rates is not known here: scores of `scarcity` are those of a router just started.
pub async fn try_plan(
    app: &App,
    subject: &Subject,
    example: Example,
    draft: Option<Plan>,
) -> Result<Trial, SetupRefused> {
    subject.require(Permission::ReadSetup)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let now = routing::now(&mut tx).await?;
    let work = example_work(&mut tx, example, now).await?;
    let mut queue = routing::queues(&mut tx).await?.into_iter().find(|queue| queue.id == work.queue);
    let queue = queue.as_mut().ok_or(SetupRefused::NotFound("queue"))?;
    if let Some(draft) = draft {
        check(&mut tx, work.queue, &draft).await?;
        queue.plan = draft;
    }
    let shape = Shape::new(emergency::in_force(&mut tx).await?, std::slice::from_ref(&*queue));
    let about = shape.plans().iter().filter(|plan| plan.switches.about(work.queue));
    let emergencies = about.map(|plan| plan.id).collect();
    let mut core = Core::new();
    core.apply(now, shape.event(Event::Queue(queue.clone())));
    for site in routing::sites(&mut tx).await? {
        core.apply(now, Event::Site(site));
    }
    for agent in routing::agents(&mut tx, None).await? {
        core.apply(now, shape.event(Event::Agent(agent)));
    }
    let (closed, mut steps) = (shape.closed(work.queue), core.preview(now, &work));
    if closed {
        let everybody = u32::try_from(core.agents()).unwrap_or(u32::MAX);
        for step in &mut steps {
            (step.free, step.candidates) = (0, Vec::new());
            step.exclusions = BTreeMap::from([(Exclusion::QueueClosed, everybody)]);
        }
    }
    Ok(Trial { queue: work.queue, at: now, steps, emergencies, closed })
}

async fn example_work(tx: &mut ReadTx, example: Example, now: Instant) -> Result<Work, SetupRefused> {
    match example {
        Example::Work(id) => routing::work(tx, id).await?.ok_or(SetupRefused::NotFound("work item")),
        Example::Made { queue, class, skills, language, sticky } => {
            let there = setup::skills(tx).await?;
            if skills.iter().any(|need| there.iter().all(|(id, _)| *id != need.skill)) {
                return Err(SetupRefused::NotFound("skill"));
            }
            Ok(Work {
                id: WorkItemId(uuid::Uuid::nil()),
                queue,
                class,
                epoch: 0,
                skills,
                language,
                sticky,
                named: None,
                enqueued_at: now,
                queued_at: now,
                head_start_seconds: 0,
                refused_by: BTreeSet::new(),
                site: None,
            })
        }
    }
}

/// Versions of a queue's plan, newest first. Needs `setup:read`.
pub async fn plan_history(
    app: &App,
    subject: &Subject,
    queue: QueueId,
    before: Option<i32>,
    most: i64,
) -> Result<Vec<plans::PlanVersion>, SetupRefused> {
    subject.require(Permission::ReadSetup)?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(plans::versions(&mut tx, queue, before, most).await?)
}
