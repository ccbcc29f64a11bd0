//! Why somebody did not get a piece of work, and what was decided about them.

use super::{
    ChannelClass, RoutingDecision,
    plans::{AttributeNeed, RoutingCandidate, RoutingOrder, StaffPool, number},
};
use crate::{
    context::viewer,
    error::{AppError, Resolved},
    ids::{id, read},
    page,
    people::PresenceState,
};
use async_graphql::{
    Context, Enum, ID, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::routing as app;
use meridian_domain::{
    capacity,
    ids::{AgentId, DecisionId, WorkItemId},
    routing::{Exclusion, Explanation, Objection},
};
use meridian_store::routing::DecisionView;

/// Why somebody did not get a piece of work, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "app::Verdict")]
pub(crate) enum WhyNotVerdict {
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

/// One thing that speaks against asking somebody; what it would take, where that can be said.
#[derive(SimpleObject)]
pub(crate) struct WhyNotReason {
    /// The reason, as in `exclusions` of a decision.
    code: String,
    /// The skill that is missing, or too low.
    skill_id: Option<ID>,
    /// The level or the revision of the knowledge that is asked for; minutes of shift at a closed site.
    needed: Option<i32>,
    /// The level or the revision they have; 0 = none.
    held: Option<i32>,
    /// Languages that would do, BCP 47 primary subtags.
    languages: Vec<String>,
    /// The attribute that is asked for.
    attribute: Option<AttributeNeed>,
    /// Whose people the step asks.
    pool: Option<StaffPool>,
    /// The sites the step names, or the one that is closed.
    site_ids: Vec<ID>,
    /// The branches the step names.
    branch_ids: Vec<ID>,
    /// When it passes: a closed site opens, what is kept for another is let go, late work is worth their time.
    passes_at: Option<DateTime<Utc>>,
    /// Until when their site is open, when too little of the shift is left.
    open_until: Option<DateTime<Utc>>,
    /// The kind of channel that has no room.
    class: Option<ChannelClass>,
    /// Units of it in use.
    used: Option<i32>,
    /// Units of it there are, or work that partners may hold.
    cap: Option<i32>,
    /// What of their capacity stands in the way.
    no_room: Option<NoRoom>,
    /// The class that they hold and on top of which the work does not come.
    beside_class: Option<ChannelClass>,
    /// Units over all classes, this work included, where the total stands in the way.
    units: Option<i32>,
    /// Units over all classes that there are, where the total stands in the way.
    total: Option<i32>,
    /// For whom the work is kept.
    agent_id: Option<ID>,
    /// Their queue that lends its people and is busy itself.
    queue_id: Option<ID>,
}

/// What of somebody's capacity stands in the way of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum NoRoom {
    /// All places of the class are taken.
    Class,
    /// They are finishing: the share of the places that they still take is taken.
    Finishing,
    /// They hold work on top of which this does not come.
    Beside,
    /// Over all classes too many units would be in use.
    Total,
}

impl From<capacity::NoRoom> for NoRoom {
    fn from(why: capacity::NoRoom) -> Self {
        match why {
            capacity::NoRoom::Class => Self::Class,
            capacity::NoRoom::Finishing => Self::Finishing,
            capacity::NoRoom::Beside(_) => Self::Beside,
            capacity::NoRoom::Total { .. } => Self::Total,
        }
    }
}

/// A later step of the plan that would ask somebody.
#[derive(SimpleObject)]
pub(crate) struct WhyNotStep {
    /// The step, from 0.
    step: i32,
    /// Seconds until it begins.
    in_seconds: i32,
}

/// Why somebody did not get a piece of work.
#[derive(SimpleObject)]
pub(crate) struct WhyNot {
    /// In a word.
    verdict: WhyNotVerdict,
    /// The moment for which it holds: now for what waits, that of the decision for what was given.
    at: DateTime<Utc>,
    /// The decision it explains; null for what waits.
    decision_id: Option<ID>,
    /// Who got it.
    chosen_agent_id: Option<ID>,
    /// Plan step in force, from 0.
    step: i32,
    /// Version of the plan.
    plan_version: i32,
    /// All that speaks against them; what decisions count comes first.
    reasons: Vec<WhyNotReason>,
    /// How the step orders candidates.
    order: RoutingOrder,
    /// Who came before them, best first, at most five.
    before: Vec<RoutingCandidate>,
    /// They as a candidate, when nothing speaks against them and it is known.
    own: Option<RoutingCandidate>,
    /// The first later step that would ask them; null when the present one does, or none does.
    later: Option<WhyNotStep>,
    /// The state they had chosen at that moment; null where there is nothing to explain.
    state: Option<PresenceState>,
    /// Why, as a code of the tenant.
    state_reason: Option<String>,
    /// Whether a connection of theirs is alive; of the past that is not known.
    live: Option<bool>,
}

fn code(exclusion: Exclusion) -> String {
    serde_json::to_value(exclusion).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}

fn reason(objection: Objection) -> WhyNotReason {
    let mut told = WhyNotReason {
        code: code(objection.exclusion()),
        skill_id: None,
        needed: None,
        held: None,
        languages: Vec::new(),
        attribute: None,
        pool: None,
        site_ids: Vec::new(),
        branch_ids: Vec::new(),
        passes_at: None,
        open_until: None,
        class: None,
        used: None,
        cap: None,
        no_room: None,
        beside_class: None,
        units: None,
        total: None,
        agent_id: None,
        queue_id: None,
    };
    match objection {
        Objection::SkillMissing { need, held } => {
            told.skill_id = Some(id(need.skill));
            (told.needed, told.held) = (Some(need.level.into()), Some(held.into()));
        }
        Objection::LanguageMissing(languages) => told.languages = languages,
        Objection::OtherSite(sites) => told.site_ids = sites.into_iter().map(id).collect(),
        Objection::OtherBranch(branches) => told.branch_ids = branches.into_iter().map(id).collect(),
        Objection::OtherAttribute(need) => told.attribute = Some((&need).into()),
        Objection::OtherPool(pool) => told.pool = Some(pool.into()),
        Objection::KnowledgeOutdated { needed, held } => (told.needed, told.held) = (Some(needed), Some(held)),
        Objection::SiteClosed { site, open_until, opens_at, minutes } => {
            told.site_ids = vec![id(site)];
            (told.open_until, told.passes_at, told.needed) = (open_until, opens_at, Some(minutes.into()));
        }
        Objection::NoCapacity { class, used, cap, why } => {
            (told.class, told.used, told.cap) = (Some(class.into()), Some(used.into()), Some(cap.into()));
            told.no_room = Some(why.into());
            match why {
                capacity::NoRoom::Beside(held) => told.beside_class = Some(held.into()),
                capacity::NoRoom::Total { units, most } => {
                    (told.units, told.total) = (Some(units), Some(most.into()));
                }
                capacity::NoRoom::Class | capacity::NoRoom::Finishing => {}
            }
        }
        Objection::ContractFull { cap } => told.cap = Some(number(cap)),
        Objection::KeptFor { agent, until } => (told.agent_id, told.passes_at) = (Some(id(agent)), until),
        Objection::Reserved { until } => told.passes_at = until,
        Objection::LenderBusy(queue) => told.queue_id = Some(id(queue)),
        Objection::NotInQueue
        | Objection::NotNamed
        | Objection::OverflowClosed
        | Objection::NotReady
        | Objection::RefusedBefore
        | Objection::QueueClosed => {}
    }
    told
}

impl From<app::WhyNot> for WhyNot {
    fn from(answer: app::WhyNot) -> Self {
        let Explanation { step, plan_version, order, objections, before, own, later } = answer.explanation;
        let state = answer.state.as_ref();
        Self {
            verdict: answer.verdict.into(),
            at: answer.at,
            decision_id: answer.decision.map(id),
            chosen_agent_id: answer.chosen.map(id),
            step: step.into(),
            plan_version,
            reasons: objections.into_iter().map(reason).collect(),
            order: order.into(),
            before: before.into_iter().map(RoutingCandidate::from).collect(),
            own: own.map(RoutingCandidate::from),
            later: later.map(|(step, seconds)| WhyNotStep { step: step.into(), in_seconds: number(seconds) }),
            state: state.map(|state| state.chosen.into()),
            state_reason: state.map(|state| state.reason.clone()),
            live: state.and_then(|state| state.live),
        }
    }
}

/// A decision in which somebody was one of the best candidates or got the work.
#[derive(SimpleObject)]
pub(crate) struct AgentDecision {
    /// The work it was about.
    work_item_id: ID,
    /// Where it waited.
    queue_id: ID,
    /// The decision.
    decision: RoutingDecision,
}

impl From<DecisionView> for AgentDecision {
    fn from(view: DecisionView) -> Self {
        Self { work_item_id: id(view.work), queue_id: id(view.queue), decision: view.into() }
    }
}

#[derive(Default)]
pub(crate) struct WhyNotQueries;

#[Object]
impl WhyNotQueries {
    /// Why somebody did not get a piece of work: while it waits, by what holds now; once it was given, by its last decision.
    /// Needs `floor:read`; people may ask of themselves.
    #[graphql(complexity = "50 + child_complexity")]
    async fn why_not(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The work")] work_item_id: ID,
        #[graphql(desc = "Of whom")] agent_id: ID,
    ) -> Resolved<WhyNot> {
        let viewer = viewer(ctx).extend()?;
        let (work, agent) = (read::<WorkItemId>(&work_item_id).extend()?, read::<AgentId>(&agent_id).extend()?);
        let told = app::why_not(&viewer.app, &viewer.subject, work, agent).await;
        told.map(WhyNot::from).map_err(AppError::from).extend()
    }

    /// Decisions in which somebody was one of the best candidates or got the work, newest first. Needs `floor:read`; people
    /// may ask of themselves.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn agent_decisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of whom")] agent_id: ID,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, AgentDecision, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        let agent = read::<AgentId>(&agent_id).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<DecisionId>).transpose().extend()?;
        let before = from.map(|(_, decision)| decision);
        let found = app::decisions_about(&viewer.app, &viewer.subject, agent, before, limit + 1).await;
        let found = found.map_err(AppError::from).extend()?;
        let cursor = |decision: &DecisionView| page::at_cursor(decision.at, decision.id);
        Ok(page::connection(found, limit, from.is_some(), cursor, AgentDecision::from))
    }
}
