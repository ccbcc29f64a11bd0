//! Why one agent is not asked for one piece of work: what the filters that decide say of them, all of it.

use super::{
    Agent, Candidate, Core, Event, Exclusion, Objection, Order, Queue, Work,
    choose::{KEPT, worth_it},
    core::{Lane, Waiting},
    pool::Pool,
    score::{self, Kind},
};
use crate::{calendar::Site, capacity::NoRoom, ids::AgentId, time::Instant};
use chrono::TimeDelta;
use std::{collections::BTreeMap, ops::ControlFlow};

/// How an agent stands to a piece of work. Without objections and without anybody before them they are asked next.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explanation {
    /// The step in force, from 0.
    pub step: u16,
    /// Version of the plan.
    pub plan_version: i32,
    /// How the step orders candidates.
    pub order: Order,
    /// All that speaks against them; what decisions count comes first.
    pub objections: Vec<Objection>,
    /// Who is asked before them, best first, at most five; only when nothing speaks against them.
    pub before: Vec<Candidate>,
    /// They as a candidate; only when nothing speaks against them and it is known.
    pub own: Option<Candidate>,
    /// The first later step that would ask them, and the seconds until it begins; when the present one does not.
    pub later: Option<(u16, i64)>,
}

/// A decision as it was recorded.
#[derive(Debug, Clone, Default)]
pub struct Recorded {
    /// The step in force, from 0.
    pub step: u16,
    /// To whom the work went.
    pub agent: Option<AgentId>,
    /// The best few candidates, best first.
    pub candidates: Vec<Candidate>,
    /// Why the others were none: reason and how many.
    pub exclusions: BTreeMap<Exclusion, u32>,
}

impl Core {
    /// How an agent stands to waiting work now; work that is not known here is looked at as if it had just been put in.
    /// Nothing is offered, and nothing is learned from the question.
    pub fn explain(&mut self, now: Instant, work: &Work, agent: AgentId) -> Explanation {
        let visiting = !self.work.contains_key(&work.id);
        if visiting {
            self.put_in(now, work.clone());
        }
        let found = self.explained(now, work, agent);
        if visiting {
            self.take_out(work.id);
        }
        found.unwrap_or_default()
    }

    fn explained(&mut self, now: Instant, work: &Work, agent: AgentId) -> Option<Explanation> {
        let waiting = self.work.get(&work.id)?;
        let pool = self.pools.get(waiting.pool as usize)?;
        let mut objections = self.against(now, pool, &waiting.work, waiting.lane, agent);
        let ranked: Vec<Candidate> =
            self.asked(now, waiting, pool).0.into_iter().map(|(candidate, _)| candidate).collect();
        self.passed_by(now, pool, waiting, agent, &ranked, &mut objections);
        let (mut before, mut own) = (Vec::new(), None);
        if objections.is_empty() {
            own = self.seat_of(agent).map(|seat| self.candidate(now, pool, seat));
            before = ranked.into_iter().take_while(|candidate| candidate.agent != agent).collect();
            before.retain(|candidate| self.kept_back(now, pool, waiting, candidate.agent).is_none());
            before.truncate(KEPT);
        }
        let (step, order, eligible) = (pool.step_no, pool.step.order, self.eligible(pool, agent));
        let plan_version = self.queues.get(&work.queue).map_or(0, |queue| queue.plan.version);
        let later = if eligible { None } else { self.asked_later(now, work, step, agent) };
        Some(Explanation { step, plan_version, order, objections, before, own, later })
    }

    /// Whether somebody serves the queue of a pool, as one of its own or as one that is lent.
    fn member(&self, pool: &Pool, agent: AgentId) -> bool {
        self.seat_of.get(&agent).is_some_and(|seat| pool.standing.contains_key(seat))
    }

    /// Whether a pool would ask somebody, once they are there and have room.
    fn eligible(&self, pool: &Pool, agent: AgentId) -> bool {
        self.seat_of.get(&agent).is_some_and(|seat| pool.standing.get(seat) == Some(&None))
    }

    /// What speaks against the person: what they are, what they do, and what a contract says.
    fn against(&self, now: Instant, pool: &Pool, work: &Work, lane: Lane, id: AgentId) -> Vec<Objection> {
        let Some(seat) = self.seat_of(id) else { return vec![Objection::NotInQueue] };
        let mut found = Vec::new();
        // Who is named for it needs no place in its queue.
        let named = lane == Lane::Held(id) && work.named.is_some_and(|(named, _)| named == id);
        if !named {
            if !self.member(pool, id) {
                found.push(Objection::NotInQueue);
            }
            let all = &mut |_, detail: &dyn Fn() -> Objection| {
                found.push(self.with_opening(now, detail()));
                ControlFlow::<()>::Continue(())
            };
            _ = score::objections(&seat.agent, &pool.kind, pool.rules(), (&self.awake, now), all);
        }
        if !seat.agent.ready {
            found.push(Objection::NotReady);
        }
        let class = pool.kind.class;
        let (used, cap) = seat.agent.load[class.index()];
        let told = found.iter().any(|objection| objection.exclusion() == Exclusion::NoCapacity);
        if let Some(why) = seat.agent.capacity.no_room(&seat.agent.load, class).filter(|_| !told) {
            found.push(Objection::NoCapacity { class, used, cap, why });
        }
        if seat.agent.outsourced && self.contract_full(pool) {
            found.push(Objection::ContractFull { cap: pool.contract_cap() });
        }
        found
    }

    /// Says of a site that is closed when it opens.
    fn with_opening(&self, now: Instant, objection: Objection) -> Objection {
        match objection {
            Objection::SiteClosed { site, open_until: None, opens_at: None, minutes } => {
                let opens_at = self.sites.get(&site).and_then(|site| site.next_opening(now));
                Objection::SiteClosed { site, open_until: None, opens_at, minutes }
            }
            other => other,
        }
    }

    /// What speaks against somebody who may be asked: that the work is kept for another, that they let it pass, that they
    /// are kept free. Of those about whom more is said already, what they did with it before is said as well.
    fn passed_by(
        &self,
        now: Instant,
        pool: &Pool,
        waiting: &Waiting,
        agent: AgentId,
        asked: &[Candidate],
        found: &mut Vec<Objection>,
    ) {
        if let Lane::Held(other) = waiting.lane {
            if other != agent {
                let named = waiting.work.named.filter(|(named, _)| *named == other).map(|(_, until)| until);
                let until = named.or_else(|| self.sticky_until(&waiting.work));
                found.push(Objection::KeptFor { agent: other, until });
            }
        } else if waiting.work.refused_by.contains(&agent)
            && (!found.is_empty() || !asked.iter().any(|candidate| candidate.agent == agent))
        {
            found.push(Objection::RefusedBefore);
        }
        if found.is_empty()
            && let Some(until) = self.kept_back(now, pool, waiting, agent)
        {
            found.push(Objection::Reserved { until: Some(until) });
        }
    }

    /// Until when an agent is kept free for other work than this, if they are.
    fn kept_back(&self, now: Instant, pool: &Pool, waiting: &Waiting, agent: AgentId) -> Option<Instant> {
        if waiting.lane != Lane::Late || !pool.reserve {
            return None;
        }
        let price = self.price(now, self.seat_of(agent)?, pool.kind.class.index())?;
        worth_it(now, waiting.place, pool, price).err()
    }

    /// The first step after this one that would ask an agent, and the seconds until it begins.
    fn asked_later(&mut self, now: Instant, work: &Work, step: u16, agent: AgentId) -> Option<(u16, i64)> {
        let kind = Kind::of(work);
        let seconds: Vec<u32> = self.queues.get(&work.queue)?.plan.steps.iter().map(|step| step.seconds).collect();
        let found = (usize::from(step) + 1..seconds.len()).find(|later| {
            let pool = self.pool(now, work.queue, &kind, *later as u16);
            let pool = self.pools.get(pool as usize);
            pool.is_some_and(|pool| self.eligible(pool, agent))
        })?;
        let begins = seconds[..found].iter().map(|seconds| i64::from(*seconds)).sum();
        let at = work.queued_at + TimeDelta::seconds(begins);
        Some((found as u16, (at - now).num_seconds().max(0)))
    }
}

/// How an agent stood to a piece of work when it was given to somebody: from the queue with the plan of then, the agent and
/// the work as they were then, and what the record says. What the record holds of them beats what is worked out again.
pub fn explain_past(
    at: Instant,
    mut queue: Queue,
    sites: Vec<Site>,
    (work, agent): (&Work, Agent),
    recorded: &Recorded,
) -> Explanation {
    let id = agent.id;
    let said = |reason| recorded.exclusions.contains_key(&reason);
    if let Some(overflow) = queue.overflow.as_mut() {
        overflow.open = !said(Exclusion::OverflowClosed);
        let lenders = overflow.rule.lenders.iter().filter(|_| said(Exclusion::LenderBusy));
        overflow.busy = lenders.map(|lender| lender.queue).collect();
    }
    let (plan_version, outsourced) = (queue.plan.version, agent.outsourced);
    let mut core = Core::new();
    core.apply(at, Event::Queue(queue));
    for site in sites {
        core.apply(at, Event::Site(site));
    }
    core.apply(at, Event::Agent(agent));
    let pool = core.pool(at, work.queue, &Kind::of(work), recorded.step);
    let Some(pool) = core.pools.get(pool as usize) else { return Explanation::default() };
    let (order, mut objections) = (pool.step.order, core.against(at, pool, work, Lane::Late, id));
    let place = recorded.candidates.iter().position(|candidate| candidate.agent == id);
    let kept_for = recorded
        .agent
        .filter(|chosen| work.sticky == Some(*chosen) || work.named.is_some_and(|(named, _)| named == *chosen));
    if outsourced && said(Exclusion::ContractFull) {
        objections.retain(|objection| !matches!(objection, Objection::ContractFull { .. }));
        objections.push(Objection::ContractFull { cap: pool.contract_cap() });
    }
    if let Some(agent) = kept_for.filter(|_| said(Exclusion::KeptForSticky)) {
        objections.push(Objection::KeptFor { agent, until: None });
    }
    if work.refused_by.contains(&id) && (said(Exclusion::RefusedBefore) || !objections.is_empty()) {
        objections.push(Objection::RefusedBefore);
    }
    // What decisions count first of somebody is in the counts: what is not did not hold then.
    while objections.first().is_some_and(|first| place.is_some() || !said(first.exclusion())) {
        objections.remove(0);
    }
    // A short list of candidates is all of them: who is not in it was away or full.
    if place.is_none() && objections.is_empty() && recorded.candidates.len() < KEPT {
        let (class, seat) = (work.class, core.seat_of(id));
        let (used, cap) = seat.map_or((0, 0), |seat| seat.agent.load[class.index()]);
        let why = seat.and_then(|seat| seat.agent.capacity.no_room(&seat.agent.load, class)).unwrap_or(NoRoom::Class);
        let likely = [Objection::NotReady, Objection::NoCapacity { class, used, cap, why }];
        objections.extend(likely.into_iter().find(|objection| said(objection.exclusion())));
    }
    let ahead = if objections.is_empty() { place.unwrap_or(recorded.candidates.len()) } else { 0 };
    Explanation {
        step: recorded.step,
        plan_version,
        order,
        before: recorded.candidates[..ahead].to_vec(),
        own: place.map(|place| recorded.candidates[place].clone()),
        objections,
        later: None,
    }
}
