//! Past days again, under another plan: the same work, the same people at the same hours, the same core.

use super::Patience;
use crate::{
    calendar::Site,
    ids::{AgentId, QueueId, WorkItemId},
    jobs::stable_hash,
    routing::{Agent, Core, Decision, Event, Outcome, Queue, Work},
    time::Instant,
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

/// A piece of work as it was.
#[derive(Debug, Clone)]
pub struct PastWork {
    /// What it asked for, with the moment at which it came.
    pub work: Work,
    /// How long it waited, seconds: until somebody took it, or the customer left.
    pub waited: f64,
    /// Whether somebody took it.
    pub answered: bool,
    /// How long it was in hand, seconds.
    pub handling: f64,
}

/// Past days: what came, who was there, how it was set up.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Queues with their plans.
    pub queues: Vec<Queue>,
    /// Sites with their calendars.
    pub sites: Vec<Site>,
    /// People, with nothing in hand.
    pub agents: Vec<Agent>,
    /// When they were there.
    pub present: Vec<(AgentId, Instant, Instant)>,
    /// Work in the order in which it came.
    pub works: Vec<PastWork>,
}

/// What came of one queue's work under a plan. Shares go from 0 to 1; nothing where there is nothing to count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueFigures {
    /// The queue.
    pub queue: QueueId,
    /// Work that came.
    pub offered: u32,
    /// Of it, answered.
    pub answered: u32,
    /// Of it, given up by the customer.
    pub abandoned: u32,
    /// Answered within the target, of all that came.
    pub service_level: Option<f64>,
    /// Mean wait of the answered, seconds.
    pub asa_seconds: Option<f64>,
    /// Given up, of all that came.
    pub abandonment: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Work in hand is done.
    Done(AgentId, usize),
    On(AgentId),
    Off(AgentId),
    Born(usize),
    Quit(usize),
    Tick,
}

#[derive(Default)]
struct Sum {
    offered: u32,
    answered: u32,
    within: u32,
    abandoned: u32,
    waited: f64,
}

/// Past days being played. Work and people are as they were; who takes what is up to the plan. Whoever is offered work
/// takes it at once, for the time that it took then.
pub struct Replay<'a> {
    past: &'a Past,
    core: Core,
    due: BinaryHeap<Reverse<(Instant, Kind)>>,
    agents: HashMap<AgentId, Agent>,
    numbers: HashMap<WorkItemId, usize>,
    waits: Vec<bool>,
    target: TimeDelta,
    sums: BTreeMap<QueueId, Sum>,
    tick: Option<Instant>,
    settled: usize,
}

impl<'a> Replay<'a> {
    /// Past days under the plans that `past` names.
    pub fn new(past: &'a Past, target_seconds: i64) -> Self {
        let begin = past.works.first().map(|first| first.work.enqueued_at);
        let present = past.present.iter().map(|(_, from, _)| *from);
        let begin = begin.into_iter().chain(present).min().unwrap_or_default();
        let mut core = Core::new();
        for queue in &past.queues {
            core.apply(begin, Event::Queue(queue.clone()));
        }
        for site in &past.sites {
            core.apply(begin, Event::Site(site.clone()));
        }
        let mut agents = HashMap::new();
        for agent in &past.agents {
            let mut agent = Agent { ready: false, idle_since: begin, ..agent.clone() };
            for load in &mut agent.load {
                load.0 = 0;
            }
            core.apply(begin, Event::Agent(agent.clone()));
            agents.insert(agent.id, agent);
        }
        let mut due = BinaryHeap::new();
        for (agent, from, to) in &past.present {
            due.push(Reverse((*from, Kind::On(*agent))));
            due.push(Reverse((*to, Kind::Off(*agent))));
        }
        let patience = patience(past);
        let mut numbers = HashMap::new();
        for (n, one) in past.works.iter().enumerate() {
            numbers.insert(one.work.id, n);
            due.push(Reverse((one.work.enqueued_at, Kind::Born(n))));
            due.push(Reverse((one.work.enqueued_at + seconds(stays(one, &patience)), Kind::Quit(n))));
        }
        let (waits, target) = (vec![false; past.works.len()], TimeDelta::seconds(target_seconds));
        let (sums, tick) = (BTreeMap::new(), None);
        Self { past, core, due, agents, numbers, waits, target, sums, tick, settled: 0 }
    }

    /// Plays on for so many events; true when the days are over.
    pub fn play(&mut self, events: usize) -> bool {
        for _ in 0..events {
            let Some(Reverse((now, kind))) = self.due.pop() else { return true };
            self.step(now, kind);
        }
        self.due.is_empty()
    }

    /// Work of which it is known what came.
    pub fn settled(&self) -> usize {
        self.settled
    }

    /// The figures of each queue, by id.
    pub fn figures(&self) -> Vec<QueueFigures> {
        let share = |part: u32, whole: u32| (whole > 0).then(|| f64::from(part) / f64::from(whole));
        let of = |(queue, sum): (&QueueId, &Sum)| QueueFigures {
            queue: *queue,
            offered: sum.offered,
            answered: sum.answered,
            abandoned: sum.abandoned,
            service_level: share(sum.within, sum.offered),
            asa_seconds: (sum.answered > 0).then(|| sum.waited / f64::from(sum.answered)),
            abandonment: share(sum.abandoned, sum.offered),
        };
        self.sums.iter().map(of).collect()
    }

    fn step(&mut self, now: Instant, kind: Kind) {
        let made = match kind {
            Kind::Born(n) => {
                let work = self.past.works[n].work.clone();
                self.waits[n] = true;
                self.sums.entry(work.queue).or_default().offered += 1;
                self.core.apply(now, Event::WorkWaits(work))
            }
            Kind::Quit(n) if self.waits[n] => {
                let work = &self.past.works[n].work;
                self.waits[n] = false;
                self.settled += 1;
                self.sums.entry(work.queue).or_default().abandoned += 1;
                self.core.apply(now, Event::WorkGone(work.id))
            }
            Kind::On(agent) => self.change(now, agent, |agent| (agent.ready, agent.idle_since) = (true, now)),
            Kind::Off(agent) => self.change(now, agent, |agent| agent.ready = false),
            Kind::Done(agent, class) => self.change(now, agent, |agent| {
                agent.load[class].0 = (agent.load[class].0 - 1).max(0);
                agent.idle_since = now;
            }),
            Kind::Tick if self.tick == Some(now) => {
                self.tick = None;
                self.core.apply(now, Event::Tick)
            }
            Kind::Quit(_) | Kind::Tick => return,
        };
        for decision in made {
            self.take(now, &decision);
        }
        if let Some(wake) = self.core.next_wake(now).filter(|wake| *wake > now)
            && self.tick.is_none_or(|tick| wake < tick)
        {
            self.tick = Some(wake);
            self.due.push(Reverse((wake, Kind::Tick)));
        }
    }

    fn change(&mut self, now: Instant, agent: AgentId, change: impl FnOnce(&mut Agent)) -> Vec<Decision> {
        let Some(agent) = self.agents.get_mut(&agent) else { return Vec::new() };
        change(agent);
        self.core.apply(now, Event::Agent(agent.clone()))
    }

    fn take(&mut self, now: Instant, decision: &Decision) {
        let (Outcome::Offered, Some(who)) = (decision.outcome, decision.agent) else { return };
        let Some(n) = self.numbers.get(&decision.work).copied().filter(|n| self.waits[*n]) else { return };
        let Some(agent) = self.agents.get_mut(&who) else { return };
        let one = &self.past.works[n];
        let class = one.work.class.index();
        agent.load[class].0 += 1;
        agent.idle_since = now;
        self.waits[n] = false;
        self.settled += 1;
        let wait = now - one.work.enqueued_at;
        let sum = self.sums.entry(one.work.queue).or_default();
        sum.answered += 1;
        sum.within += u32::from(wait <= self.target);
        sum.waited += wait.num_milliseconds() as f64 / 1000.0;
        self.due.push(Reverse((now + seconds(one.handling.max(1.0)), Kind::Done(who, class))));
    }
}

fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::milliseconds((seconds * 1000.0).clamp(0.0, 1e12) as i64)
}

fn patience(past: &Past) -> Patience {
    Patience::learn(past.works.iter().map(|one| (one.waited, !one.answered)))
}

/// How long its customer stays: who left stays as long again; who was answered, as long as those who were not.
pub(super) fn stays(one: &PastWork, patience: &Patience) -> f64 {
    if one.answered {
        let draw = stable_hash(one.work.id.0.as_bytes()) % 1_000_000;
        patience.beyond(one.waited, draw as f64 / 1e6)
    } else {
        one.waited
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        channel::ChannelClass,
        routing::{Plan, Step},
    };
    use std::collections::{BTreeMap as Map, BTreeSet};
    use uuid::Uuid;

    const Q: QueueId = QueueId(Uuid::from_u128(9));

    fn agent(n: u128) -> AgentId {
        AgentId(Uuid::from_u128(n))
    }

    fn t(seconds: i64) -> Instant {
        Instant::UNIX_EPOCH + TimeDelta::seconds(1_700_000_000 + seconds)
    }

    fn work(n: u128, at: i64, waited: f64, answered: bool, handling: f64) -> PastWork {
        let work = Work {
            id: WorkItemId(Uuid::from_u128(n)),
            queue: Q,
            class: ChannelClass::Chat,
            epoch: 1,
            skills: Vec::new(),
            language: None,
            sticky: None,
            named: None,
            enqueued_at: t(at),
            queued_at: t(at),
            head_start_seconds: 0,
            refused_by: BTreeSet::new(),
            site: None,
        };
        PastWork { work, waited, answered, handling }
    }

    fn past(plan: Plan) -> Past {
        let person = |n: u128| Agent {
            id: agent(n),
            ready: true,
            site: None,
            queues: BTreeSet::from([Q]),
            skills: Map::new(),
            languages: BTreeSet::new(),
            load: [(0, 0), (0, 1), (0, 0), (0, 0)],
            idle_since: t(0),
            outsourced: false,
            knowledge: 0,
            branch: None,
            attributes: BTreeMap::new(),
            capacity: crate::capacity::Capacity::default(),
        };
        Past {
            queues: vec![Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan, overflow: None }],
            sites: Vec::new(),
            agents: vec![person(1), person(2)],
            present: vec![(agent(1), t(0), t(1000)), (agent(2), t(0), t(1000))],
            works: vec![
                work(11, 10, 5.0, true, 100.0),
                work(12, 20, 5.0, true, 100.0),
                work(13, 30, 40.0, false, 100.0),
            ],
        }
    }

    fn play(past: &Past) -> QueueFigures {
        let mut replay = Replay::new(past, 30);
        while !replay.play(3) {}
        assert_eq!(replay.settled(), past.works.len(), "everything ends");
        replay.figures().remove(0)
    }

    #[test]
    fn the_same_day_under_two_plans() {
        let any = Step { any_hours: true, ..Step::default() };
        let both = play(&past(Plan { steps: vec![any.clone()], ..Plan::default() }));
        assert_eq!((both.offered, both.answered, both.abandoned), (3, 2, 1), "two people, the third waits 40 s");
        assert_eq!((both.service_level, both.asa_seconds), (Some(2.0 / 3.0), Some(0.0)));
        // A plan that asks one of them alone: the second one waits for the first to be free, or leaves.
        let one = Step { agents: vec![agent(1)], ..any };
        let alone = play(&past(Plan { steps: vec![one], ..Plan::default() }));
        assert!(alone.service_level < both.service_level, "{alone:?}");
        assert_eq!(
            alone,
            play(&past(Plan {
                steps: vec![Step { agents: vec![agent(1)], any_hours: true, ..Step::default() }],
                ..Plan::default()
            })),
            "played again, the same"
        );
    }

    #[test]
    fn nobody_there_means_everybody_leaves() {
        let past = Past { present: Vec::new(), ..past(Plan::default()) };
        let figures = play(&past);
        assert_eq!((figures.answered, figures.abandoned, figures.asa_seconds), (0, 3, None));
    }
}
