//! The routing core alone, on one thread: decisions a second, and how long one takes, at several sizes.

use clap::Args;
use meridian_domain::{
    channel::ChannelClass,
    ids::{AgentId, QueueId, SkillId, WorkItemId},
    routing::{Agent, Core, Event, Outcome, Plan, Queue, SkillNeed, Work},
    time::Instant as Moment,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Between two agents who free up: with 5,000 agents each does every five minutes.
const STEP: Duration = Duration::from_millis(60);

/// What to measure.
#[derive(Args)]
pub struct Options {
    /// Agents, at the size that counts; a quarter of it and four times as many are measured beside it.
    #[arg(long, default_value_t = 5000)]
    agents: usize,
    /// Queues.
    #[arg(long, default_value_t = 500)]
    queues: usize,
    /// Skills.
    #[arg(long, default_value_t = 200)]
    skills: usize,
    /// Work that waits all the time.
    #[arg(long, default_value_t = 20_000)]
    waiting: usize,
    /// Decisions a size.
    #[arg(long, default_value_t = 200_000)]
    decisions: usize,
}

/// Runs it, prints a table and returns it as JSON.
pub fn run(options: &Options) -> Value {
    println!("{:>8} {:>8} {:>12} {:>8} {:>8} {:>8}", "agents", "waiting", "decisions/s", "p50 us", "p99 us", "max us");
    let mut sizes = Vec::new();
    for agents in [options.agents / 4, options.agents, options.agents * 4] {
        let mut times = Floor::new(options, agents).work(options.decisions);
        let total: Duration = times.iter().sum();
        times.sort_unstable();
        let at = |share: f64| {
            let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e6)
        };
        let rate = times.len() as f64 / total.as_secs_f64();
        let (p50, p99, max) = (at(0.5), at(0.99), at(1.0));
        println!("{agents:>8} {:>8} {rate:>12.0} {p50:>8.1} {p99:>8.1} {max:>8.0}", options.waiting);
        sizes.push(json!({ "agents": agents, "waiting": options.waiting, "decisions_per_second": rate, "p50_us": p50,
                           "p99_us": p99, "max_us": max }));
    }
    json!({ "bench": "core", "queues": options.queues, "skills": options.skills, "sizes": sizes })
}

struct Floor {
    core: Core,
    random: StdRng,
    now: Moment,
    agents: Vec<Agent>,
    by_id: BTreeMap<AgentId, usize>,
    /// Skills and language each kind of work of a queue asks for.
    kinds: Vec<Vec<(SkillId, u8)>>,
    numbered: u128,
    waiting: usize,
}

impl Floor {
    /// A floor where everybody is busy and the lines are full.
    fn new(options: &Options, agents: usize) -> Self {
        let mut random = StdRng::seed_from_u64(7);
        let now = Moment::UNIX_EPOCH;
        let mut core = Core::new();
        let skill = |n: usize| SkillId(Uuid::from_u128(n as u128 + 1));
        let queue = |n: usize| QueueId(Uuid::from_u128(n as u128 + 1));
        let mut kinds = Vec::new();
        for n in 0..options.queues {
            let id = queue(n);
            core.apply(
                now,
                Event::Queue(Queue { id, offer_seconds: 20, sticky_seconds: 0, plan: Plan::default(), overflow: None }),
            );
            kinds.push(
                (0..4).map(|_| (skill(random.random_range(0..options.skills)), random.random_range(1..4))).collect(),
            );
        }
        let mut floor =
            Self { core, random, now, agents: Vec::new(), by_id: BTreeMap::new(), kinds, numbered: 0, waiting: 0 };
        for n in 0..agents {
            let queues: BTreeSet<usize> = (0..3).map(|_| floor.random.random_range(0..options.queues)).collect();
            let mut skills = BTreeMap::new();
            for (skill, _) in queues.iter().flat_map(|queue| &floor.kinds[*queue]) {
                if floor.random.random_bool(0.7) {
                    skills.insert(*skill, floor.random.random_range(2..6));
                }
            }
            let agent = Agent {
                id: AgentId(Uuid::from_u128(n as u128 + 1)),
                ready: true,
                site: None,
                queues: queues.into_iter().map(queue).collect(),
                skills,
                languages: BTreeSet::from(["en".to_owned()]),
                load: [(1, 1), (3, 3), (4, 4), (5, 5)],
                idle_since: now,
                outsourced: false,
                knowledge: 0,
                branch: None,
                attributes: BTreeMap::new(),
                capacity: meridian_domain::capacity::Capacity::default(),
            };
            floor.by_id.insert(agent.id, n);
            floor.agents.push(agent.clone());
            floor.core.apply(now, Event::Agent(agent));
        }
        for _ in 0..options.waiting {
            floor.now += STEP;
            let event = floor.arrival();
            floor.core.apply(floor.now, event);
            floor.waiting += 1;
        }
        floor
    }

    fn arrival(&mut self) -> Event {
        self.numbered += 1;
        let queue = self.random.random_range(0..self.kinds.len());
        let kinds = &self.kinds[queue];
        let (skill, level) = kinds[self.random.random_range(0..kinds.len())];
        let head_start_seconds = if self.random.random_bool(0.05) { 300 } else { 0 };
        Event::WorkWaits(Work {
            id: WorkItemId(Uuid::from_u128(self.numbered)),
            queue: QueueId(Uuid::from_u128(queue as u128 + 1)),
            class: ChannelClass::Voice,
            epoch: 1,
            skills: vec![SkillNeed { skill, level }],
            language: Some("en".to_owned()),
            sticky: None,
            named: None,
            enqueued_at: self.now,
            queued_at: self.now,
            head_start_seconds,
            refused_by: BTreeSet::new(),
            site: None,
        })
    }

    /// Agents free up, take the next work, and new work takes its place, all timed.
    fn work(&mut self, decisions: usize) -> Vec<Duration> {
        let mut times = Vec::with_capacity(decisions);
        let most = self.waiting;
        while times.len() < decisions {
            self.now += STEP;
            let n = self.random.random_range(0..self.agents.len());
            self.agents[n].load[0].0 = 0;
            self.agents[n].idle_since = self.now;
            let freed = Event::Agent(self.agents[n].clone());
            self.timed(freed, &mut times);
            while self.waiting < most {
                let event = self.arrival();
                self.waiting += 1;
                self.timed(event, &mut times);
            }
        }
        times
    }

    fn timed(&mut self, event: Event, times: &mut Vec<Duration>) {
        let began = Instant::now();
        let made = self.core.apply(self.now, event);
        times.push(began.elapsed());
        for decision in made.iter().filter(|decision| decision.outcome == Outcome::Offered) {
            self.waiting -= 1;
            if let Some(agent) = decision.agent.and_then(|id| self.by_id.get(&id)).and_then(|n| self.agents.get_mut(*n))
            {
                agent.load[0].0 = 1;
            }
        }
    }
}
