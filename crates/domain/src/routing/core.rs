//! The state machine.

use super::{
    Agent, Candidate, Decision, Event, Exclusion, Outcome, Plan, Queue, Work,
    score::{self, Awake},
};
use crate::{
    calendar::Site,
    ids::{AgentId, QueueId, SiteId, WorkItemId},
    time::Instant,
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Candidates kept in a decision record.
const KEPT: usize = 5;

/// Everything one tenant's routing knows.
#[derive(Debug, Clone, Default)]
pub struct Core {
    queues: HashMap<QueueId, Queue>,
    sites: BTreeMap<SiteId, Site>,
    agents: BTreeMap<AgentId, Agent>,
    by_queue: HashMap<QueueId, BTreeSet<AgentId>>,
    work: HashMap<WorkItemId, Work>,
    /// Waiting work by place in line: (place, id); earlier place first.
    line: BTreeSet<(i64, WorkItemId)>,
}

/// The place in line: when it came, moved forward by its head start. Ageing is linear and equal for all, so this
/// never changes while it waits.
fn place(work: &Work) -> i64 {
    work.enqueued_at.timestamp_millis() - i64::from(work.head_start_seconds) * 1000
}

impl Core {
    /// An empty core.
    pub fn new() -> Self {
        Self::default()
    }

    /// How much waits.
    pub fn waiting(&self) -> usize {
        self.work.len()
    }

    /// How many agents are known.
    pub fn agents(&self) -> usize {
        self.agents.len()
    }

    /// Takes in what happened and decides what it makes possible. Offers are counted against the agents at once, so
    /// that one wake-up never gives the same room away twice.
    pub fn apply(&mut self, now: Instant, event: Event) -> Vec<Decision> {
        match event {
            Event::Queue(queue) => {
                let id = queue.id;
                self.queues.insert(id, queue);
                self.decide_queues(now, |queue| queue == id)
            }
            Event::Site(site) => {
                self.sites.insert(site.id, site);
                self.decide_queues(now, |_| true)
            }
            Event::WorkWaits(work) => {
                let id = work.id;
                self.remove_work(id);
                self.line.insert((place(&work), id));
                self.work.insert(id, work);
                let awake = score::awake(self.sites.values(), now);
                self.decide_one(now, id, &awake).into_iter().collect()
            }
            Event::WorkGone(id) => {
                self.remove_work(id);
                Vec::new()
            }
            Event::Agent(agent) => {
                self.remove_agent(agent.id);
                for queue in &agent.queues {
                    self.by_queue.entry(*queue).or_default().insert(agent.id);
                }
                let queues = agent.queues.clone();
                let could = agent.ready;
                self.agents.insert(agent.id, agent);
                if could { self.decide_queues(now, |queue| queues.contains(&queue)) } else { Vec::new() }
            }
            Event::AgentGone(id) => {
                self.remove_agent(id);
                Vec::new()
            }
            Event::Tick => self.decide_queues(now, |_| true),
        }
    }

    /// When the passing of time alone may change something: a step begins, a sticky hold ends, a site opens or closes.
    pub fn next_wake(&self, now: Instant) -> Option<Instant> {
        if self.work.is_empty() {
            return None;
        }
        let steps = self.work.values().filter_map(|work| {
            let queue = self.queues.get(&work.queue)?;
            let waited = (now - work.queued_at).num_seconds();
            let sticky = work.sticky.map(|_| i64::from(queue.sticky_seconds) - waited).filter(|left| *left > 0);
            let left = queue.plan.step_at(waited).1.into_iter().chain(sticky).min()?;
            Some(now + TimeDelta::seconds(left.max(1)))
        });
        let sites = self.sites.values().filter_map(|site| site.next_change(now));
        steps.chain(sites).min()
    }

    fn remove_work(&mut self, id: WorkItemId) {
        if let Some(old) = self.work.remove(&id) {
            self.line.remove(&(place(&old), id));
        }
    }

    fn remove_agent(&mut self, id: AgentId) {
        if let Some(old) = self.agents.remove(&id) {
            for queue in &old.queues {
                if let Some(members) = self.by_queue.get_mut(queue) {
                    members.remove(&id);
                }
            }
        }
    }

    /// Looks at waiting work in order of its place. What cannot be placed never blocks what comes behind it; the
    /// walk ends when nobody of those queues has room left.
    fn decide_queues(&mut self, now: Instant, concerned: impl Fn(QueueId) -> bool) -> Vec<Decision> {
        let awake = score::awake(self.sites.values(), now);
        let mut room = self.room(&concerned);
        let mut decisions = Vec::new();
        let waiting: Vec<WorkItemId> = self.line.iter().map(|(_, id)| *id).collect();
        for id in waiting {
            if room <= 0 {
                break;
            }
            let Some(work) = self.work.get(&id).filter(|work| concerned(work.queue)) else { continue };
            if !self.by_queue.get(&work.queue).is_some_and(|members| self.anyone_free(members, work)) {
                continue;
            }
            if let Some(decision) = self.decide_one(now, id, &awake)
                && decision.outcome == Outcome::Offered
            {
                room -= 1;
                decisions.push(decision);
            }
        }
        decisions
    }

    fn anyone_free(&self, members: &BTreeSet<AgentId>, work: &Work) -> bool {
        members.iter().filter_map(|id| self.agents.get(id)).any(|agent| agent.ready && agent.fits(work.class))
    }

    /// Free units of ready agents in the queues concerned.
    fn room(&self, concerned: &impl Fn(QueueId) -> bool) -> i64 {
        let ready = self.agents.values().filter(|agent| agent.ready && agent.queues.iter().any(|q| concerned(*q)));
        ready.flat_map(|agent| agent.load).map(|(used, cap)| i64::from((cap - used).max(0))).sum()
    }

    fn decide_one(&mut self, now: Instant, id: WorkItemId, awake: &Awake) -> Option<Decision> {
        let work = self.work.get(&id)?;
        let default_plan = Plan::default();
        let queue = self.queues.get(&work.queue);
        let plan = queue.map_or(&default_plan, |queue| &queue.plan);
        let waited = (now - work.queued_at).num_seconds().max(0);
        let (mut step_no, _) = plan.step_at(waited);
        let mut looked = self.look(work, queue, plan, step_no, waited, awake, now);
        while looked.0.is_empty() && step_no + 1 < plan.steps.len() && self.skips(work, plan, step_no, awake, now) {
            step_no += 1;
            looked = self.look(work, queue, plan, step_no, waited, awake, now);
        }
        let (mut candidates, exclusions) = looked;
        candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.agent.cmp(&b.agent)));
        let agent = candidates.first().map(|best| best.agent);
        candidates.truncate(KEPT);
        let decision = Decision {
            work: id,
            epoch: work.epoch,
            queue: work.queue,
            outcome: if agent.is_some() { Outcome::Offered } else { Outcome::Waiting },
            agent,
            offer_seconds: queue.map_or(20, |queue| queue.offer_seconds),
            step: step_no as u16,
            plan_version: plan.version,
            candidates,
            exclusions,
            rank_seconds: (now - work.enqueued_at).num_seconds() + i64::from(work.head_start_seconds),
        };
        if let Some(chosen) = agent.and_then(|id| self.agents.get_mut(&id)) {
            let class = self.work.get(&id).map(|work| work.class)?;
            chosen.load[class.index()].0 += 1;
            chosen.idle_since = now;
            self.remove_work(id);
        }
        Some(decision)
    }

    /// A step that names nobody at all, busy and absent ones included.
    fn skips(&self, work: &Work, plan: &Plan, step: usize, awake: &Awake, now: Instant) -> bool {
        let Some(step) = plan.steps.get(step).filter(|step| step.skip_if_empty) else { return false };
        !self.agents.values().any(|agent| {
            matches!(
                score::excluded(agent, work, step, awake, now),
                None | Some(Exclusion::NotReady | Exclusion::NoCapacity)
            )
        })
    }

    fn look(
        &self,
        work: &Work,
        queue: Option<&Queue>,
        plan: &Plan,
        step: usize,
        waited: i64,
        awake: &Awake,
        now: Instant,
    ) -> (Vec<Candidate>, BTreeMap<Exclusion, u32>) {
        let mut exclusions = BTreeMap::new();
        let Some(step) = plan.steps.get(step) else { return (Vec::new(), exclusions) };
        let members = self.by_queue.get(&work.queue);
        let outside = self.agents.len() - members.map_or(0, BTreeSet::len);
        if outside > 0 {
            exclusions.insert(Exclusion::NotInQueue, outside as u32);
        }
        let (mut candidates, mut again) = (Vec::new(), Vec::new());
        for agent in members.into_iter().flatten().filter_map(|id| self.agents.get(id)) {
            if let Some(reason) = score::excluded(agent, work, step, awake, now) {
                *exclusions.entry(reason).or_insert(0) += 1;
                continue;
            }
            let ring = agent.site.and_then(|id| self.sites.get(&id)).map_or(0, |site| site.ring);
            let candidate = score::candidate(agent, work, step, ring, now);
            if work.refused_by.contains(&agent.id) { again.push(candidate) } else { candidates.push(candidate) }
        }
        if let Some(sticky) = work.sticky.filter(|_| waited < queue.map_or(0, |q| i64::from(q.sticky_seconds)))
            && self.worth_waiting_for(sticky, work)
        {
            let all = candidates.len();
            candidates.retain(|candidate| candidate.agent == sticky);
            let kept_back = (all - candidates.len()) as u32;
            if kept_back > 0 {
                exclusions.insert(Exclusion::KeptForSticky, kept_back);
            }
            return (candidates, exclusions);
        }
        if candidates.is_empty() {
            return (again, exclusions);
        }
        if !again.is_empty() {
            exclusions.insert(Exclusion::RefusedBefore, again.len() as u32);
        }
        (candidates, exclusions)
    }

    /// The sticky agent is asked first while they are ready, busy or not, and did not let it pass.
    fn worth_waiting_for(&self, sticky: AgentId, work: &Work) -> bool {
        !work.refused_by.contains(&sticky) && self.agents.get(&sticky).is_some_and(|agent| agent.ready)
    }
}
