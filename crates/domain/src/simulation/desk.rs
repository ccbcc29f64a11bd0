//! The routing core behind the simulator's way of speaking.

use super::{AgentSpec, Answer, Arrival, Router, Told};
use crate::{
    channel::ChannelClass,
    ids::{AgentId, QueueId, SkillId, WorkItemId},
    routing::{Agent, Core, Decision, Event, Outcome, Plan, Queue, SkillNeed, Work},
    time::Instant,
};
use chrono::{DateTime, TimeDelta};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use uuid::Uuid;

/// Head start of valued customers: five minutes.
const VIP_HEAD_START: i32 = 300;
/// The simulator does not say when a shift ends during a call. Who has been silent for so long has left.
const SILENT_SECONDS: f64 = 1800.0;
const QUEUE: QueueId = QueueId(Uuid::from_u128(1));

/// Routes with the live core: one queue, skills and languages as needs, outsourced agents as such.
#[derive(Debug)]
pub struct Desk {
    core: Core,
    agents: Vec<(AgentSpec, Agent)>,
    by_name: HashMap<String, usize>,
    skills: BTreeMap<String, SkillId>,
    calls: HashMap<WorkItemId, String>,
    by_call: HashMap<String, WorkItemId>,
    numbered: u128,
    /// Who took a call when, oldest first.
    busy: VecDeque<(f64, usize)>,
    since: Vec<Option<f64>>,
    waked: Option<f64>,
}

fn instant(t: f64) -> Instant {
    DateTime::UNIX_EPOCH + TimeDelta::microseconds((t * 1e6).round() as i64)
}

impl Desk {
    /// A desk for these agents, all away until they are said to be idle.
    pub fn new(agents: Vec<AgentSpec>, plan: Plan) -> Self {
        let mut core = Core::new();
        core.apply(
            instant(0.0),
            Event::Queue(Queue { id: QUEUE, offer_seconds: 20, sticky_seconds: 0, plan, overflow: None }),
        );
        let by_name = agents.iter().enumerate().map(|(n, agent)| (agent.id.clone(), n)).collect();
        let names: BTreeSet<String> = agents.iter().flat_map(|agent| agent.skills.iter().cloned()).collect();
        let since = vec![None; agents.len()];
        let away = |(n, spec): (usize, AgentSpec)| {
            let agent = Agent {
                id: AgentId(Uuid::from_u128(n as u128 + 1)),
                ready: false,
                site: None,
                queues: BTreeSet::from([QUEUE]),
                skills: BTreeMap::new(),
                languages: spec.langs.keys().cloned().collect(),
                load: [(0, 1), (0, 0), (0, 0), (0, 0)],
                idle_since: instant(0.0),
                outsourced: spec.outsourced,
                knowledge: 0,
                branch: None,
                attributes: BTreeMap::new(),
                capacity: crate::capacity::Capacity::default(),
            };
            (spec, agent)
        };
        let agents = agents.into_iter().enumerate().map(away).collect();
        let mut desk = Self {
            core,
            agents,
            by_name,
            skills: BTreeMap::new(),
            calls: HashMap::new(),
            by_call: HashMap::new(),
            numbered: 0,
            busy: VecDeque::new(),
            since,
            waked: None,
        };
        for name in names {
            desk.skill(0.0, &name);
        }
        desk
    }

    /// A skill by name; who has no skills listed has them all.
    fn skill(&mut self, t: f64, name: &str) -> SkillId {
        if let Some(known) = self.skills.get(name) {
            return *known;
        }
        let id = SkillId(Uuid::from_u128(self.skills.len() as u128 + 1));
        self.skills.insert(name.to_owned(), id);
        for (spec, agent) in &mut self.agents {
            if spec.skills.is_empty() || spec.skills.iter().any(|skill| skill == name) {
                agent.skills.insert(id, 1);
                // A new skill changes no one's room, so there is nothing to decide.
                self.core.apply(instant(t), Event::Agent(agent.clone()));
            }
        }
        id
    }

    fn set(&mut self, t: f64, n: usize, ready: bool) -> Vec<Decision> {
        self.since[n] = None;
        let Some((_, agent)) = self.agents.get_mut(n) else { return Vec::new() };
        agent.ready = ready;
        agent.load[0].0 = 0;
        agent.idle_since = instant(t);
        let agent = agent.clone();
        self.core.apply(instant(t), Event::Agent(agent))
    }

    fn arrives(&mut self, t: f64, call: &Arrival) -> Vec<Decision> {
        let skill = self.skill(t, &call.skill);
        self.numbered += 1;
        let id = WorkItemId(Uuid::from_u128(self.numbered));
        self.calls.insert(id, call.id.clone());
        self.by_call.insert(call.id.clone(), id);
        let now = instant(t);
        let work = Work {
            id,
            queue: QUEUE,
            class: ChannelClass::Voice,
            epoch: 1,
            skills: vec![SkillNeed { skill, level: 1 }],
            language: Some(call.lang.clone()),
            sticky: None,
            named: None,
            enqueued_at: now,
            queued_at: now,
            head_start_seconds: if call.vip { VIP_HEAD_START } else { 0 },
            refused_by: BTreeSet::new(),
            site: None,
        };
        self.core.apply(now, Event::WorkWaits(work))
    }

    fn named(&mut self, t: f64, decision: &Decision) -> Option<(String, String)> {
        let agent = decision.agent.filter(|_| decision.outcome == Outcome::Offered)?;
        let n = (agent.0.as_u128() as usize).checked_sub(1)?;
        let (spec, known) = self.agents.get_mut(n)?;
        known.load[0].0 = 1;
        known.idle_since = instant(t);
        let call = self.calls.remove(&decision.work)?;
        self.by_call.remove(&call);
        self.busy.push_back((t, n));
        self.since[n] = Some(t);
        Some((call, spec.id.clone()))
    }

    /// Agents whose shift must have ended while they were busy.
    fn leave_silent(&mut self, t: f64) -> Vec<Decision> {
        let mut made = Vec::new();
        while let Some((since, n)) = self.busy.front().copied() {
            let over = self.since[n] != Some(since);
            if !over && t - since <= SILENT_SECONDS {
                break;
            }
            self.busy.pop_front();
            if !over {
                made.extend(self.set(t, n, false));
            }
        }
        made
    }
}

impl Router for Desk {
    fn event(&mut self, told: &Told) -> Answer {
        let t = told.t;
        let mut decisions = self.core.apply(instant(t), Event::Tick);
        decisions.extend(self.leave_silent(t));
        for name in &told.off {
            if let Some(n) = self.by_name.get(name).copied() {
                decisions.extend(self.set(t, n, false));
            }
        }
        for name in &told.abandoned {
            if let Some(id) = self.by_call.remove(name) {
                self.calls.remove(&id);
                decisions.extend(self.core.apply(instant(t), Event::WorkGone(id)));
            }
        }
        for name in &told.idle {
            if let Some(n) = self.by_name.get(name).copied() {
                decisions.extend(self.set(t, n, true));
            }
        }
        for call in &told.arrived {
            decisions.extend(self.arrives(t, call));
        }
        let assign = decisions.iter().filter_map(|decision| self.named(t, decision)).collect();
        let next = self.core.next_wake(instant(t)).map(|at| at.timestamp_micros() as f64 / 1e6);
        // Said once: the simulator remembers.
        let wake = next.filter(|at| *at > t && self.waked.is_none_or(|told| told <= t || *at < told));
        self.waked = wake.or(self.waked);
        Answer { assign, wake, decisions }
    }
}
