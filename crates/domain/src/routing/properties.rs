//! What holds whatever happens.

use super::{
    core::Lane,
    pool::{Pool, SeatId},
    *,
};
use crate::{channel::ChannelClass, ids::*, time::Instant};
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use uuid::Uuid;

const QUEUES: u128 = 3;
const SKILLS: u128 = 3;

fn skill(n: u128) -> SkillId {
    SkillId(Uuid::from_u128(n % SKILLS + 1))
}

fn queue(n: u128) -> QueueId {
    QueueId(Uuid::from_u128(n % QUEUES + 1))
}

fn start() -> Instant {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

/// One random happening; the numbers choose whom and what.
#[derive(Debug, Clone)]
struct Happening {
    kind: u8,
    a: u8,
    b: u8,
    c: u8,
    seconds: u16,
}

fn happenings(most: usize) -> impl Strategy<Value = Vec<Happening>> {
    let one = (0_u8..10, any::<u8>(), any::<u8>(), any::<u8>(), 0_u16..40)
        .prop_map(|(kind, a, b, c, seconds)| Happening { kind, a, b, c, seconds });
    proptest::collection::vec(one, 1..most)
}

/// The world outside: what the database would hold.
struct World {
    core: Core,
    now: Instant,
    agents: BTreeMap<AgentId, Agent>,
    waiting: BTreeSet<WorkItemId>,
    offered: BTreeMap<WorkItemId, AgentId>,
    numbered: u128,
}

impl World {
    fn new() -> Self {
        let mut core = Core::new();
        for n in 0..QUEUES {
            let plan = if n == 0 { Plan::default() } else { Plan::strict() };
            core.apply(
                start(),
                Event::Queue(Queue { id: queue(n), offer_seconds: 20, sticky_seconds: 15, plan, overflow: None }),
            );
        }
        Self {
            core,
            now: start(),
            agents: BTreeMap::new(),
            waiting: BTreeSet::new(),
            offered: BTreeMap::new(),
            numbered: 0,
        }
    }

    fn work(&mut self, step: &Happening) -> Work {
        self.numbered += 1;
        let languages = [None, Some("de"), Some("th"), Some("fi")];
        Work {
            id: WorkItemId(Uuid::from_u128(self.numbered)),
            queue: queue(u128::from(step.a)),
            class: ChannelClass::Chat,
            epoch: 1,
            skills: if step.b.is_multiple_of(2) {
                vec![SkillNeed { skill: skill(u128::from(step.b)), level: 3 }]
            } else {
                vec![]
            },
            language: languages[usize::from(step.c % 4)].map(ToOwned::to_owned),
            sticky: (step.c > 200).then(|| AgentId(Uuid::from_u128(u128::from(step.a % 6)))),
            named: None,
            enqueued_at: self.now,
            queued_at: self.now,
            head_start_seconds: if step.b > 230 { 300 } else { 0 },
            refused_by: BTreeSet::new(),
        }
    }

    fn agent(&self, step: &Happening) -> Agent {
        let id = AgentId(Uuid::from_u128(u128::from(step.a % 6)));
        let used = self.offered.values().filter(|agent| **agent == id).count() as i16;
        let mut languages = BTreeSet::from(["de".to_owned()]);
        if step.b.is_multiple_of(3) {
            languages.insert("th".to_owned());
        }
        Agent {
            id,
            ready: !step.c.is_multiple_of(5),
            site: None,
            queues: (0..QUEUES).filter(|n| u128::from(step.b) >> n & 1 == 0).map(queue).collect(),
            skills: (0..SKILLS).filter(|n| u128::from(step.c) >> n & 1 == 0).map(|n| (skill(n), 3)).collect(),
            languages,
            load: [(0, 0), (used, i16::from(step.b % 4)), (0, 0), (0, 0)],
            idle_since: self.now,
            outsourced: step.c > 240,
            knowledge: 0,
            branch: None,
        }
    }

    /// Lets it happen, and checks each decision against what the database would say.
    fn happen(&mut self, step: &Happening) -> Result<(), TestCaseError> {
        self.now += TimeDelta::seconds(i64::from(step.seconds));
        let event = match step.kind {
            0..=3 => {
                let work = self.work(step);
                self.waiting.insert(work.id);
                Event::WorkWaits(work)
            }
            4..=5 => {
                let agent = self.agent(step);
                self.agents.insert(agent.id, agent.clone());
                Event::Agent(agent)
            }
            6..=7 => {
                // Work ends, its agent has room again.
                let nth = usize::from(step.a) % self.offered.len().max(1);
                let Some((work, agent)) = self.offered.iter().nth(nth).map(|(work, agent)| (*work, *agent)) else {
                    return Ok(());
                };
                self.offered.remove(&work);
                let Some(known) = self.agents.get_mut(&agent) else { return Ok(()) };
                known.load[1].0 -= 1;
                Event::Agent(known.clone())
            }
            8 => {
                let nth = usize::from(step.a) % self.waiting.len().max(1);
                let Some(id) = self.waiting.iter().nth(nth).copied() else { return Ok(()) };
                self.waiting.remove(&id);
                Event::WorkGone(id)
            }
            _ => Event::Tick,
        };
        let made = self.core.apply(self.now, event);
        for decision in made.iter().filter(|decision| decision.outcome == Outcome::Offered) {
            prop_assert!(self.waiting.remove(&decision.work), "offered twice, or after it was gone");
            let agent = self.agents.get_mut(&decision.agent.unwrap()).unwrap();
            prop_assert!(agent.ready && agent.queues.contains(&decision.queue));
            prop_assert!(agent.fits(ChannelClass::Chat), "over capacity");
            prop_assert_eq!(decision.candidates[0].agent, agent.id);
            agent.load[1].0 += 1;
            agent.idle_since = self.now;
            self.offered.insert(decision.work, agent.id);
        }
        Ok(())
    }

    /// Compares every index with what a walk over everything gives.
    fn check(&self) -> Result<(), TestCaseError> {
        let core = &self.core;
        prop_assert_eq!(core.waiting(), self.waiting.len());
        let counted: usize = core.by_queue.keys().map(|queue| core.line(*queue, self.now).0 as usize).sum();
        prop_assert_eq!(counted, core.waiting(), "lines count what waits, however it comes and goes");
        for (id, agent) in &self.agents {
            prop_assert_eq!(core.seat_of(*id).map(|seat| &seat.agent), Some(agent));
        }
        for (n, pool) in core.pools.iter().enumerate() {
            let at = |seat: SeatId| core.seat(seat).unwrap();
            let members: BTreeSet<SeatId> =
                core.seat_of.values().copied().filter(|seat| at(*seat).agent.queues.contains(&pool.queue)).collect();
            prop_assert_eq!(pool.standing.keys().copied().collect::<BTreeSet<_>>(), members.clone());
            let mut naive = Pool::new(pool.queue, pool.kind.clone(), pool.step_no, pool.home, self.now);
            for id in members {
                let seat = at(id);
                prop_assert_eq!(seat.counted, seat.status());
                let standing = score::excluded(
                    &seat.agent,
                    &pool.kind,
                    (&pool.step, pool.overflow.as_ref()),
                    &core.awake,
                    self.now,
                );
                prop_assert_eq!(pool.standing[&id], standing);
                prop_assert_eq!(seat.serves.contains(&(n as u32)), standing.is_none());
                match standing {
                    Some(reason) => *naive.excluded.entry(reason).or_insert(0) += 1,
                    None => naive.enter(id, &seat.counted),
                }
            }
            prop_assert_eq!(&pool.free, &naive.free);
            prop_assert_eq!(pool.exclusions(0), naive.exclusions(0));
            prop_assert_eq!(pool.log_all_full, naive.log_all_full);
            let lane = |lane: Lane| {
                let of_lane = core.work.values().filter(move |w| w.pool == n as u32 && w.lane == lane);
                of_lane.map(|w| (w.place, w.work.id)).collect::<BTreeSet<_>>()
            };
            prop_assert_eq!(&pool.fresh, &lane(Lane::Fresh));
            prop_assert_eq!(&pool.late, &lane(Lane::Late));
            // Work within its target never waits while somebody could take it.
            prop_assert!(pool.fresh.is_empty() || pool.free.is_empty());
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_indexes_equal_a_naive_walk_and_nobody_is_over_capacity(steps in happenings(120)) {
        let mut world = World::new();
        for step in &steps {
            world.happen(step)?;
            world.check()?;
        }
    }

    /// However much came before: once there are agents with room, all work that anyone can do is offered in the end,
    /// oldest first in the long run, and what nobody can do stays without holding anything up.
    #[test]
    fn nothing_starves_and_nothing_blocks(steps in happenings(150)) {
        let mut world = World::new();
        for step in &steps {
            world.happen(step)?;
        }
        let everything = Happening { kind: 4, a: 5, b: 0, c: 8, seconds: 0 };
        for round in 0..600_u16 {
            let mut agent = world.agent(&everything);
            world.offered.retain(|_, holder| *holder != agent.id);
            (agent.ready, agent.load[1]) = (true, (0, 1));
            world.agents.insert(agent.id, agent.clone());
            let made = world.core.apply(world.now, Event::Agent(agent));
            for decision in made.iter().filter(|d| d.outcome == Outcome::Offered) {
                world.waiting.remove(&decision.work);
                world.offered.insert(decision.work, decision.agent.unwrap());
            }
            world.now += TimeDelta::seconds(10);
            // New work keeps coming all the time.
            let came = Happening { kind: 0, a: (round % 3) as u8, b: 1, c: 0, seconds: 0 };
            if round % 2 == 0 {
                let work = world.work(&came);
                world.waiting.insert(work.id);
                let made = world.core.apply(world.now, Event::WorkWaits(work));
                for decision in made.iter().filter(|d| d.outcome == Outcome::Offered) {
                    world.waiting.remove(&decision.work);
                    world.offered.insert(decision.work, decision.agent.unwrap());
                }
            }
        }
        let hopeless: HashSet<WorkItemId> = world.core.work.values()
            .filter(|w| w.work.queue != queue(0) && w.work.language.as_deref() == Some("fi"))
            .map(|w| w.work.id).collect();
        let old = world.core.work.values()
            .filter(|w| !hopeless.contains(&w.work.id) && world.now - w.work.enqueued_at > TimeDelta::minutes(30));
        prop_assert_eq!(old.count(), 0);
    }
}
