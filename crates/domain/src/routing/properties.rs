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
const PEOPLE: u128 = 6;

fn skill(n: u128) -> SkillId {
    SkillId(Uuid::from_u128(n % SKILLS + 1))
}

fn queue(n: u128) -> QueueId {
    QueueId(Uuid::from_u128(n % QUEUES + 1))
}

fn person(n: u128) -> AgentId {
    AgentId(Uuid::from_u128(n % PEOPLE))
}

/// Most work in the hands of partners, by the rule of a queue: 0 (none), 2 and 4.
fn cap(queue: QueueId) -> u32 {
    (queue.0.as_u128() as u32 - 1) * 2
}

/// The last queue borrows the people of the first.
fn lenders(n: u128) -> Vec<Lender> {
    let lender =
        Lender { queue: queue(0), busy_waiting: 3, busy_wait_seconds: 0, calm_waiting: 1, calm_wait_seconds: 3600 };
    if n == 2 { vec![lender] } else { vec![] }
}

fn is_full(queue: QueueId, lent: u32) -> bool {
    cap(queue) > 0 && lent >= cap(queue)
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

/// A decision without what a plan in shadow says, and with scores as far as they do not hang on the order of a sum.
fn plain(decision: &Decision) -> Decision {
    let mut decision = Decision { shadow: None, ..decision.clone() };
    for candidate in &mut decision.candidates {
        candidate.score = (candidate.score * 1e9).round();
    }
    decision
}

/// The world outside: what the database would hold.
struct World {
    core: Core,
    /// The same with plans in shadow, and whether these are those in force.
    twin: Option<(Core, bool)>,
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
            // One contract over all queues, with a cap of its own in two of them.
            let lenders = lenders(n);
            let rule =
                OverflowRule { open_waiting: 1, contract_cap: cap(queue(n)), lenders, ..OverflowRule::default() };
            let overflow = (n > 0).then_some(Overflow { rule, open: true, busy: BTreeSet::new() });
            let queue = Queue { id: queue(n), offer_seconds: 20, sticky_seconds: 15, plan, overflow };
            core.apply(start(), Event::Queue(queue));
        }
        Self {
            core,
            twin: None,
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
            sticky: (step.c > 200).then(|| person(u128::from(step.a))),
            named: None,
            enqueued_at: self.now,
            queued_at: self.now,
            head_start_seconds: if step.b > 230 { 300 } else { 0 },
            refused_by: (0..PEOPLE)
                .filter(|n| step.b > 150 && u128::from(step.a ^ step.c) >> n & 1 == 0)
                .map(person)
                .collect(),
            site: None,
        }
    }

    fn agent(&self, step: &Happening) -> Agent {
        let id = person(u128::from(step.a));
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
            outsourced: step.a % 6 > 3,
            knowledge: 0,
            branch: None,
            attributes: BTreeMap::new(),
            capacity: crate::capacity::Capacity::default(),
        }
    }

    /// Whether somebody may be asked for a queue's work at all, as one of its own or as one that is lent.
    fn serves(&self, agent: &Agent, queue: QueueId) -> bool {
        let overflow = self.core.queues.get(&queue).and_then(|queue| queue.overflow.as_ref());
        agent.queues.contains(&queue)
            || overflow.is_some_and(|overflow| overflow.lenders(&agent.queues).next().is_some())
    }

    /// Work in the hands of partners.
    fn lent(&self) -> u32 {
        let partners = self.agents.values().filter(|agent| agent.outsourced);
        partners.map(|agent| agent.load.iter().map(|(used, _)| *used as u32).sum::<u32>()).sum()
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
            _ if step.a.is_multiple_of(3) => {
                // The first queue becomes busy or calm.
                let mut borrower = self.core.queues[&queue(2)].clone();
                let busy = if step.b.is_multiple_of(2) { BTreeSet::from([queue(0)]) } else { BTreeSet::new() };
                if let Some(overflow) = borrower.overflow.as_mut() {
                    (overflow.busy, overflow.open) = (busy, step.c > 60);
                }
                Event::Queue(borrower)
            }
            _ => Event::Tick,
        };
        let made = self.core.apply(self.now, event.clone());
        if let Some((twin, same)) = self.twin.as_mut() {
            let told = twin.apply(self.now, event);
            let plain = |made: &[Decision]| made.iter().map(plain).collect::<Vec<_>>();
            prop_assert_eq!(plain(&made), plain(&told), "a plan in shadow changes nothing");
            for decision in &told {
                let shadow = decision.shadow.as_ref();
                prop_assert!(shadow.is_some(), "every decision is made under it as well");
                // A plan that keeps people back gives an agent what another plan asks others for; and in the very moment in
                // which a step begins an agent may be given work under the one before.
                let begun = shadow.is_none_or(|shadow| shadow.step != decision.step);
                if *same && !begun && decision.queue == queue(0) {
                    let candidate = shadow.and_then(|shadow| shadow.candidate.as_ref());
                    prop_assert_eq!(candidate.map(|c| c.agent), decision.agent, "{:?}", decision);
                }
            }
        }
        for decision in made.iter().filter(|decision| decision.outcome == Outcome::Offered) {
            prop_assert!(self.waiting.remove(&decision.work), "offered twice, or after it was gone");
            let lent = self.lent();
            let agent = self.agents.get_mut(&decision.agent.unwrap()).unwrap();
            let overflow = self.core.queues[&decision.queue].overflow.as_ref();
            let borrowed =
                overflow.is_some_and(|o| o.open && o.lenders(&agent.queues).any(|lender| !o.busy.contains(&lender)));
            prop_assert!(agent.ready && (borrowed || agent.queues.contains(&decision.queue)), "{:?}", decision);
            prop_assert!(agent.fits(ChannelClass::Chat), "over capacity");
            prop_assert!(!agent.outsourced || !is_full(decision.queue, lent), "beyond the contract");
            prop_assert_eq!(decision.candidates[0].agent, agent.id);
            agent.load[1].0 += 1;
            agent.idle_since = self.now;
            self.offered.insert(decision.work, agent.id);
        }
        Ok(())
    }

    /// Asks of everybody why they do not get what waits, and what is about to come, and compares that with what is decided.
    fn explain(&mut self) -> Result<(), TestCaseError> {
        let people: Vec<AgentId> = self.core.seat_of.keys().copied().collect();
        let waiting: Vec<Work> = self.core.work.values().map(|waiting| waiting.work.clone()).collect();
        for work in waiting {
            for id in &people {
                // Nothing waits for somebody who could be asked: something is against everybody. What was kept back for
                // work that was likely to come may be worth it a moment later; it is looked at again then.
                let told = self.core.explain(self.now, &work, *id);
                let waiting = &self.core.work[&work.id];
                let kept_back = waiting.lane == Lane::Late && self.core.pools[waiting.pool as usize].reserve;
                let said = kept_back || !told.objections.is_empty();
                prop_assert!(said, "{:?} waits, and nothing is against {:?}", work, id);
            }
        }
        for n in 0..24_u8 {
            let step = Happening { kind: 0, a: n, b: n.wrapping_mul(37), c: n.wrapping_mul(91), seconds: 0 };
            self.explain_new(&people, &step)?;
        }
        Ok(())
    }

    /// What would be said of new work is what its decision says.
    fn explain_new(&self, people: &[AgentId], step: &Happening) -> Result<(), TestCaseError> {
        let mut other = Self { core: self.core.clone(), agents: self.agents.clone(), ..Self::new() };
        other.now = self.now;
        other.numbered = 1_000_000;
        let mut work = other.work(step);
        // Somebody who left let it pass: it comes again, and is no arrival that would move the prices.
        work.refused_by.insert(AgentId(Uuid::from_u128(999)));
        let mut counted: BTreeMap<Exclusion, u32> = BTreeMap::new();
        let (mut next, mut behind) = (Vec::new(), Vec::new());
        let before = other.core.waiting();
        for id in people {
            let told = other.core.explain(other.now, &work, *id);
            match told.objections.first() {
                Some(first) => *counted.entry(first.exclusion()).or_insert(0) += 1,
                None if told.before.is_empty() => next.push(*id),
                None => behind.push((*id, told)),
            }
        }
        prop_assert_eq!(other.core.waiting(), before);
        let made = other.core.apply(other.now, Event::WorkWaits(work.clone()));
        let decided = made.iter().find(|decision| decision.work == work.id).unwrap();
        // Whom the core offers it to has nothing against them, and who has nothing against them is passed over for rank.
        prop_assert_eq!(decided.agent.into_iter().collect::<Vec<_>>(), next, "{:?}", decided);
        for (id, told) in behind {
            prop_assert_eq!(decided.agent, Some(told.before[0].agent));
            let own = told.own.unwrap();
            prop_assert!(own.agent == id && told.before.iter().all(|other| other.score >= own.score));
        }
        prop_assert_eq!(counted, decided.exclusions.clone());
        Ok(())
    }

    /// Compares every index with what a walk over everything gives.
    fn check(&self) -> Result<(), TestCaseError> {
        let core = &self.core;
        prop_assert_eq!(core.waiting(), self.waiting.len());
        let counted: usize = core.by_queue.keys().map(|queue| core.line(*queue, self.now).0 as usize).sum();
        prop_assert_eq!(counted, core.waiting(), "lines count what waits, however it comes and goes");
        for queue in core.by_queue.keys() {
            let in_line = core.work.values().filter(|w| w.work.queue == *queue && !matches!(w.lane, Lane::Held(_)));
            let came: Vec<Instant> = in_line.map(|w| w.work.enqueued_at).collect();
            prop_assert_eq!(core.depth(*queue), (came.len() as u32, came.iter().min().copied()));
        }
        for (id, agent) in &self.agents {
            prop_assert_eq!(core.seat_of(*id).map(|seat| &seat.agent), Some(agent));
        }
        let lent = self.lent();
        prop_assert_eq!(core.lent, lent);
        for (n, pool) in core.pools.iter().enumerate() {
            let at = |seat: SeatId| core.seat(seat).unwrap();
            let members: BTreeSet<SeatId> =
                core.seat_of.values().copied().filter(|seat| self.serves(&at(*seat).agent, pool.queue)).collect();
            prop_assert_eq!(pool.standing.keys().copied().collect::<BTreeSet<_>>(), members.clone());
            let mut naive = Pool::new(pool.queue, pool.kind.clone(), pool.step_no, pool.home, self.now);
            naive.overflow.clone_from(&pool.overflow);
            for id in members {
                let seat = at(id);
                prop_assert_eq!(seat.counted, seat.status());
                let standing = score::excluded(&seat.agent, &pool.kind, pool.rules(), &core.awake, self.now);
                prop_assert_eq!(pool.standing[&id], standing);
                prop_assert_eq!(seat.serves.contains(&(n as u32)), standing.is_none());
                match standing {
                    Some(reason) => *naive.excluded.entry(reason).or_insert(0) += 1,
                    None => naive.enter(id, &seat.agent, &seat.counted),
                }
            }
            prop_assert_eq!(&pool.free, &naive.free);
            prop_assert_eq!(&pool.own, &naive.own);
            prop_assert_eq!(pool.exclusions(0), naive.exclusions(0));
            prop_assert_eq!(pool.log_all_full, naive.log_all_full);
            let lane = |lane: Lane| {
                let of_lane = core.work.values().filter(move |w| w.pool == n as u32 && w.lane == lane);
                of_lane.map(|w| (w.place, w.work.id)).collect::<BTreeSet<_>>()
            };
            prop_assert_eq!(&pool.fresh, &lane(Lane::Fresh));
            prop_assert_eq!(&pool.late, &lane(Lane::Late));
            // Work within its target never waits while somebody could take it, whoever else is free, at the end of the
            // contract or let it pass; and without a reserve no work does.
            let full = is_full(pool.queue, lent);
            let anybody = pool.free.iter().any(|(_, seat)| !full || !at(*seat).agent.outsourced);
            prop_assert!(!anybody || pool.fresh.is_empty());
            prop_assert!(!anybody || pool.reserve || pool.late.is_empty());
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whoever else is free, at the end of their contract or let it pass: if anybody may be asked, somebody is, and
    /// everybody is accounted for.
    #[test]
    fn if_anybody_may_be_asked_somebody_is(
        crowd in proptest::collection::vec((0_i64..1000, any::<bool>(), 0_u8..3, any::<bool>()), 0..150),
        contract_cap in 0_u32..4,
        held in 0_i16..4,
        order in 0_usize..4,
    ) {
        let order = [Order::LongestIdle, Order::LeastOccupied, Order::BestLevel, Order::Scarcity][order];
        let plan = Plan { steps: vec![Step { any_hours: true, order, ..Step::default() }], ..Plan::default() };
        let rule = OverflowRule { open_waiting: 1, contract_cap, ..OverflowRule::default() };
        let overflow = Some(Overflow { rule, open: true, busy: BTreeSet::new() });
        let mut world = World::new();
        let set_up = Queue { id: queue(0), offer_seconds: 20, sticky_seconds: 0, plan, overflow };
        world.core.apply(start(), Event::Queue(set_up));
        let nobody = Happening { kind: 0, a: 0, b: 1, c: 0, seconds: 0 };
        let other = Agent { outsourced: true, load: [(held, 9); 4], queues: BTreeSet::new(), ..world.agent(&nobody) };
        world.core.apply(start(), Event::Agent(Agent { id: AgentId(Uuid::from_u128(9999)), ..other.clone() }));
        let full = contract_cap > 0 && 4 * held as u32 >= contract_cap;
        let mut refused_by = BTreeSet::new();
        let (mut asked, mut last) = (0, 0);
        for (n, (idle, outsourced, room, refused)) in crowd.iter().enumerate() {
            let id = AgentId(Uuid::from_u128(n as u128 + 1));
            let idle_since = start() - TimeDelta::seconds(*idle);
            // A third of them has no room.
            let load = [(0, 0), (0, i16::from(*room > 0)), (0, 0), (0, 0)];
            let queues = BTreeSet::from([queue(0)]);
            let one = Agent { id, ready: true, idle_since, outsourced: *outsourced, load, queues, ..other.clone() };
            world.core.apply(start(), Event::Agent(one));
            if *refused {
                refused_by.insert(id);
            }
            let may = *room > 0 && !(full && *outsourced);
            asked += u32::from(may && !refused);
            last += u32::from(may && *refused);
        }
        let work = Work { refused_by: refused_by.clone(), language: None, ..world.work(&nobody) };
        let made = world.core.apply(start(), Event::WorkWaits(work));
        prop_assert_eq!(made[0].outcome == Outcome::Offered, asked + last > 0);
        let passed = made[0].agent.is_some_and(|agent| refused_by.contains(&agent));
        prop_assert_eq!(passed, asked == 0 && last > 0, "who let it pass is asked last");
        let open = if asked > 0 { asked } else { last };
        let excluded: u32 = made[0].exclusions.values().sum();
        prop_assert_eq!(open + excluded, crowd.len() as u32 + 1, "{:?}", made[0].exclusions);
    }

    /// Decisions are the same with a plan in shadow and without; the plan that is in force agrees with itself.
    #[test]
    fn a_plan_in_shadow_changes_nothing(steps in happenings(120), same: bool) {
        let mut world = World::new();
        let mut twin = world.core.clone();
        for n in 0..QUEUES {
            let known = twin.queues[&queue(n)].clone();
            let other = Plan { target_seconds: 60, reserve: true, ..Plan::default() };
            let plan = if same { known.plan.clone() } else { other };
            let id = QueueId(Uuid::from_u128(100 + n));
            twin.put_in_shadow(known.id, Queue { id, plan, ..known }, 100);
        }
        world.twin = Some((twin, same));
        for step in &steps {
            world.happen(step)?;
        }
    }

    #[test]
    fn the_indexes_equal_a_naive_walk_and_nobody_is_over_capacity(steps in happenings(120)) {
        let mut world = World::new();
        for step in &steps {
            world.happen(step)?;
            world.check()?;
        }
    }

    /// An agent the core would offer to has nothing against them, and who has nothing against them is passed over for rank
    /// alone; what is said first of everybody is what decisions count.
    #[test]
    fn what_is_said_of_somebody_is_what_decides(steps in happenings(60)) {
        let mut world = World::new();
        for step in &steps {
            world.happen(step)?;
        }
        world.explain()?;
    }

    /// However much came before: once there are agents with room, all work that anyone can do is offered in the end,
    /// oldest first in the long run, and what nobody can do stays without holding anything up.
    #[test]
    fn nothing_starves_and_nothing_blocks(steps in happenings(150)) {
        let mut world = World::new();
        for step in &steps {
            world.happen(step)?;
        }
        let everything = Happening { kind: 4, a: 3, b: 0, c: 8, seconds: 0 };
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
