//! The discrete-event engine.

use super::{Answer, Arrival, Call, Router, Scenario, Told};
use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    /// Answered after so many seconds, by this agent.
    Answered(f64, usize),
    /// The caller left after so many seconds.
    Abandoned(f64),
}

/// What came of a day.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Fate of each call, in their order.
    pub fates: Vec<Option<Fate>>,
    /// Busy seconds of each agent between warm-up and horizon.
    pub busy: Vec<f64>,
    /// Assignments that were impossible and left out.
    pub invalid: u32,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    On(usize),
    Off(usize),
    Call(usize),
    Quit(usize),
    Done(usize),
    Tick,
}

#[derive(Debug)]
struct Due {
    t: f64,
    n: u64,
    kind: Kind,
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Due {}
impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Due {
    /// The earliest is the greatest, so that the heap gives it first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.t.total_cmp(&self.t).then(other.n.cmp(&self.n))
    }
}

struct Day<'a> {
    scenario: &'a Scenario,
    due: BinaryHeap<Due>,
    numbered: u64,
    on: Vec<bool>,
    idle: Vec<bool>,
    busy_since: Vec<Option<f64>>,
    waits: Vec<bool>,
    by_call: HashMap<&'a str, usize>,
    by_agent: HashMap<&'a str, usize>,
    outcome: Outcome,
}

/// Plays a day. `watch` sees each answer of the router.
pub fn run(scenario: &Scenario, router: &mut dyn Router, watch: &mut dyn FnMut(f64, &Answer)) -> Outcome {
    let mut day = Day::new(scenario);
    while let Some(t) = day.due.peek().map(|due| due.t) {
        let told = day.step(t);
        let answer = router.event(&told);
        if let Some(wake) = answer.wake.filter(|wake| *wake > t) {
            day.push(wake, Kind::Tick);
        }
        for (call, agent) in &answer.assign {
            day.assign(t, call, agent);
        }
        watch(t, &answer);
    }
    day.outcome
}

impl<'a> Day<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        let (agents, calls) = (scenario.agents.len(), scenario.calls.len());
        let mut day = Self {
            scenario,
            due: BinaryHeap::new(),
            numbered: 0,
            on: vec![false; agents],
            idle: vec![false; agents],
            busy_since: vec![None; agents],
            waits: vec![false; calls],
            by_call: scenario.calls.iter().enumerate().map(|(n, call)| (call.arrival.id.as_str(), n)).collect(),
            by_agent: scenario.agents.iter().enumerate().map(|(n, agent)| (agent.spec.id.as_str(), n)).collect(),
            outcome: Outcome { fates: vec![None; calls], busy: vec![0.0; agents], invalid: 0 },
        };
        for (n, agent) in scenario.agents.iter().enumerate() {
            for (from, to) in &agent.shifts {
                day.push(*from, Kind::On(n));
                day.push(*to, Kind::Off(n));
            }
        }
        for (n, call) in scenario.calls.iter().enumerate() {
            day.push(call.t, Kind::Call(n));
        }
        day
    }

    fn push(&mut self, t: f64, kind: Kind) {
        self.due.push(Due { t, n: self.numbered, kind });
        self.numbered += 1;
    }

    /// Everything that happens at `t`.
    fn step(&mut self, t: f64) -> Told {
        let mut told = Told { t, ..Told::default() };
        let mut arrived = Vec::new();
        while let Some(due) = self.due.peek().filter(|due| due.t <= t) {
            let kind = due.kind;
            self.due.pop();
            match kind {
                Kind::Call(n) => {
                    self.waits[n] = true;
                    arrived.push(n);
                    self.push(t + self.scenario.calls[n].patience, Kind::Quit(n));
                }
                Kind::Quit(n) => {
                    if std::mem::take(&mut self.waits[n]) {
                        let call = &self.scenario.calls[n];
                        self.outcome.fates[n] = Some(Fate::Abandoned(t - call.t));
                        told.abandoned.push(call.arrival.id.clone());
                    }
                }
                Kind::On(n) => {
                    self.on[n] = true;
                    if self.busy_since[n].is_none() {
                        self.rest(n, &mut told);
                    }
                }
                Kind::Off(n) => {
                    self.on[n] = false;
                    if std::mem::take(&mut self.idle[n]) {
                        told.off.push(self.scenario.agents[n].spec.id.clone());
                    }
                }
                Kind::Done(n) => {
                    self.book(t, n);
                    if self.on[n] {
                        self.rest(n, &mut told);
                    }
                }
                Kind::Tick => {}
            }
        }
        let waiting = arrived.into_iter().filter(|n| self.waits[*n]);
        told.arrived = waiting.map(|n| self.scenario.calls[n].arrival.clone()).collect::<Vec<Arrival>>();
        told
    }

    fn rest(&mut self, n: usize, told: &mut Told) {
        self.idle[n] = true;
        told.idle.push(self.scenario.agents[n].spec.id.clone());
    }

    fn book(&mut self, t: f64, n: usize) {
        let settings = &self.scenario.settings;
        if let Some(since) = self.busy_since[n].take() {
            self.outcome.busy[n] += (t.min(settings.horizon) - since.max(settings.warmup)).max(0.0);
        }
    }

    fn assign(&mut self, t: f64, call: &str, agent: &str) {
        let known = self.by_call.get(call).zip(self.by_agent.get(agent));
        let valid = known.filter(|(call, agent)| {
            let spec = &self.scenario.agents[**agent].spec;
            let asked = &self.scenario.calls[**call].arrival;
            let speaks = spec.langs.contains_key(&asked.lang);
            let knows = spec.skills.is_empty() || spec.skills.contains(&asked.skill);
            self.waits[**call] && self.idle[**agent] && speaks && knows
        });
        let Some((call, agent)) = valid.map(|(call, agent)| (*call, *agent)) else {
            self.outcome.invalid += 1;
            return;
        };
        let (of_call, of_agent): (&Call, _) = (&self.scenario.calls[call], &self.scenario.agents[agent].spec);
        let foreign =
            if of_agent.country == of_call.arrival.country { 1.0 } else { self.scenario.settings.foreign_factor };
        self.waits[call] = false;
        self.idle[agent] = false;
        self.busy_since[agent] = Some(t);
        self.outcome.fates[call] = Some(Fate::Answered(t - of_call.t, agent));
        self.push(t + of_call.service * (of_agent.speed * foreign), Kind::Done(agent));
    }
}
