//! Why somebody did not get a piece of work: by what holds now while it waits, by its record once it was given.

use super::shape::Shape;
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    ids::{AgentId, DecisionId, WorkItemId},
    people::{ChosenState, Permission},
    routing::{Core, Event, Explanation, Objection, Plan, Queue, Recorded, explain_past},
    time::Instant,
    work::WorkState,
};
use meridian_store::{
    ReadTx, StoreError, agents, emergency, plans,
    routing::{self, DecisionView},
    then, work,
};

/// Why the question was not answered.
#[derive(Debug, thiserror::Error)]
pub enum WhyNotRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such work item or agent.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// In a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They have it, or it is offered to them.
    HasIt,
    /// Nothing speaks against them: they are asked next.
    Next,
    /// They could have been asked, and somebody else came first.
    Behind,
    /// Something speaks against them.
    Excluded,
    /// It was given to somebody by hand.
    ByHand,
    /// It does not wait, and was not given to anybody by routing.
    NotRouted,
}

/// What an agent had chosen.
#[derive(Debug, Clone)]
pub struct StateThen {
    /// The state.
    pub chosen: ChosenState,
    /// Why, as a code of the tenant.
    pub reason: String,
    /// Whether a connection of theirs was alive; of the past that is not known.
    pub live: Option<bool>,
}

/// Why an agent did not get a piece of work.
#[derive(Debug, Clone)]
pub struct WhyNot {
    /// The moment for which it holds.
    pub at: Instant,
    /// The decision it explains; `None` for what waits.
    pub decision: Option<DecisionId>,
    /// In a word.
    pub verdict: Verdict,
    /// Who got it.
    pub chosen: Option<AgentId>,
    /// The agent's own state at that moment.
    pub state: Option<StateThen>,
    /// In detail; empty where there is nothing to explain.
    pub explanation: Explanation,
}

/// Says why an agent did not get a piece of work. What waits is judged by the rows as they are now; what the live router
/// has learned of rates is not known here, so that an order by scarcity is that of a router just started. What was given
/// is explained by its record and by what the agent was at that moment. For supervisors, and for agents of themselves.
pub async fn why_not(app: &App, subject: &Subject, id: WorkItemId, agent: AgentId) -> Result<WhyNot, WhyNotRefused> {
    subject.require(needed(subject, agent))?;
    let mut tx = app.db.read(subject.scope()).await?;
    let item = work::many(&mut tx, &[id.0]).await?.pop().ok_or(WhyNotRefused::NotFound("work item"))?;
    let asked = agents::find(&mut tx, agent).await?.ok_or(WhyNotRefused::NotFound("agent"))?;
    let now = routing::now(&mut tx).await?;
    let mut answer = if item.state == WorkState::Queued {
        let explanation = waiting(&mut tx, id, agent, now).await?;
        let state = StateThen { chosen: asked.chosen, reason: asked.reason, live: Some(asked.live) };
        let verdict = verdict(&explanation);
        WhyNot { at: now, decision: None, verdict, chosen: None, state: Some(state), explanation }
    } else {
        given(&mut tx, id, agent, now).await?
    };
    if item.agent == Some(agent) && item.state != WorkState::Queued {
        (answer.verdict, answer.explanation) = (Verdict::HasIt, Explanation::default());
    }
    Ok(answer)
}

/// What it takes to ask of somebody: people may ask of themselves.
fn needed(subject: &Subject, agent: AgentId) -> Permission {
    if subject.agent_id() == Some(agent) { Permission::ReadConversations } else { Permission::ReadFloor }
}

/// Decisions in which somebody was one of the best candidates or got the work, newest first, before the one given. For
/// supervisors, and for agents of themselves.
pub async fn decisions_about(
    app: &App,
    subject: &Subject,
    agent: AgentId,
    before: Option<DecisionId>,
    most: i64,
) -> Result<Vec<DecisionView>, WhyNotRefused> {
    subject.require(needed(subject, agent))?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(routing::decisions_about(&mut tx, agent, before, most).await?)
}

fn verdict(explanation: &Explanation) -> Verdict {
    match (explanation.objections.is_empty(), explanation.before.is_empty()) {
        (false, _) => Verdict::Excluded,
        (true, false) => Verdict::Behind,
        (true, true) => Verdict::Next,
    }
}

/// By what holds now, emergency plans included.
async fn waiting(tx: &mut ReadTx, id: WorkItemId, agent: AgentId, now: Instant) -> Result<Explanation, WhyNotRefused> {
    let work = routing::work(tx, id).await?.ok_or(WhyNotRefused::NotFound("work item"))?;
    let queues = routing::queues(tx).await?;
    let shape = Shape::new(emergency::in_force(tx).await?, &queues);
    let mut core = Core::new();
    for queue in queues {
        core.apply(now, shape.event(Event::Queue(queue)));
    }
    for site in routing::sites(tx).await? {
        core.apply(now, Event::Site(site));
    }
    for agent in routing::agents(tx, None).await? {
        core.apply(now, shape.event(Event::Agent(agent)));
    }
    let mut found = core.explain(now, &work, agent);
    if shape.closed(work.queue) {
        found.objections.insert(0, Objection::QueueClosed);
        (found.before, found.own) = (Vec::new(), None);
    }
    Ok(found)
}

/// By the record of the decision that gave it away.
async fn given(tx: &mut ReadTx, id: WorkItemId, agent: AgentId, now: Instant) -> Result<WhyNot, WhyNotRefused> {
    let nothing = |at, verdict| {
        let explanation = Explanation::default();
        WhyNot { at, decision: None, verdict, chosen: None, state: None, explanation }
    };
    let Some(record) = routing::last_given(tx, id).await? else { return Ok(nothing(now, Verdict::NotRouted)) };
    let (decision, chosen) = (Some(record.id), record.agent);
    if record.outcome == "assigned" {
        return Ok(WhyNot { decision, chosen, ..nothing(record.at, Verdict::ByHand) });
    }
    let (Some(work), Some(then)) = (then::work(tx, id, record.at).await?, then::agent(tx, agent, record.at).await?)
    else {
        return Ok(WhyNot { decision, chosen, ..nothing(record.at, Verdict::NotRouted) });
    };
    let plan = match record.plan_version {
        0 => None,
        version => plans::version(tx, record.queue, Some(version)).await?.map(|found| found.plan),
    };
    let known = routing::queues(tx).await?.into_iter().find(|queue| queue.id == record.queue);
    let queue = Queue {
        id: record.queue,
        plan: plan.unwrap_or_else(Plan::default),
        offer_seconds: known.as_ref().map_or(0, |queue| queue.offer_seconds),
        sticky_seconds: known.as_ref().map_or(0, |queue| queue.sticky_seconds),
        overflow: known.and_then(|queue| queue.overflow),
    };
    let recorded = Recorded {
        step: u16::try_from(record.step).unwrap_or(0),
        agent: record.agent,
        candidates: serde_json::from_value(record.candidates).unwrap_or_default(),
        exclusions: serde_json::from_value(record.exclusions).unwrap_or_default(),
    };
    let state = Some(StateThen { chosen: then.chosen, reason: then.reason, live: None });
    let sites = routing::sites(tx).await?;
    // Where the work waited then; it may have gone on to another queue.
    let work = meridian_domain::routing::Work { queue: record.queue, ..work };
    let explanation = explain_past(record.at, queue, sites, (&work, then.agent), &recorded);
    let verdict = verdict(&explanation);
    Ok(WhyNot { at: record.at, decision, verdict, chosen, state, explanation })
}
