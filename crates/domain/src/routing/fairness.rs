//! Fairness: nobody who is free is passed over for long, and no work waits behind what came later for ever.

use super::{Agent, Core, Event, Order, Outcome, Plan, Queue, Step, Work};
use crate::{capacity::Capacity, channel::ChannelClass, ids::*, time::Instant};
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const Q: QueueId = QueueId(Uuid::from_u128(1));

fn start() -> Instant {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

fn agent(n: usize, used: i16, idle_since: Instant) -> Agent {
    Agent {
        id: AgentId(Uuid::from_u128(n as u128)),
        ready: true,
        site: None,
        queues: BTreeSet::from([Q]),
        skills: BTreeMap::new(),
        languages: BTreeSet::new(),
        load: [(0, 0), (used, 1), (0, 0), (0, 0)],
        idle_since,
        outsourced: false,
        knowledge: 0,
        branch: None,
        attributes: BTreeMap::new(),
        capacity: Capacity::default(),
    }
}

fn work(n: usize, at: Instant, head_start_seconds: i32) -> Work {
    Work {
        id: WorkItemId(Uuid::from_u128(n as u128)),
        queue: Q,
        class: ChannelClass::Chat,
        epoch: 1,
        skills: vec![],
        language: None,
        sticky: None,
        named: None,
        enqueued_at: at,
        queued_at: at,
        head_start_seconds,
        refused_by: BTreeSet::new(),
        site: None,
    }
}

fn core(order: Order) -> Core {
    let mut core = Core::new();
    let plan = Plan { steps: vec![Step { any_hours: true, order, ..Step::default() }], ..Plan::default() };
    core.apply(start(), Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan, overflow: None }));
    core
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Among people who can do the same, somebody free is asked before all others were asked again and again: within one
    /// round by idle time, within a few under `scarcity`, which counts how busy everybody was.
    #[test]
    fn nobody_free_is_passed_over_for_long(
        people in 2_usize..8,
        order in 0_usize..4,
        pieces in proptest::collection::vec((1_i64..60, 1_i64..400), 50..200),
    ) {
        let order = [Order::LongestIdle, Order::LeastOccupied, Order::BestLevel, Order::Scarcity][order];
        let (mut core, mut now) = (core(order), start());
        let mut until: Vec<Option<Instant>> = vec![None; people];
        let mut passed = vec![0_usize; people];
        for n in 0..people {
            core.apply(now, Event::Agent(agent(n, 0, now)));
        }
        for (n, (gap, handling)) in pieces.iter().enumerate() {
            now += TimeDelta::seconds(*gap);
            for (who, busy) in until.iter_mut().enumerate() {
                if busy.is_some_and(|end| end <= now) {
                    let end = busy.take().unwrap();
                    core.apply(now, Event::Agent(agent(who, 0, end)));
                }
            }
            if until.iter().all(Option::is_some) {
                continue;
            }
            let made = core.apply(now, Event::WorkWaits(work(1000 + n, now, 0)));
            let got = made.iter().find(|decision| decision.outcome == Outcome::Offered).and_then(|d| d.agent).unwrap();
            let got = got.0.as_u128() as usize;
            prop_assert!(until[got].is_none(), "whoever is busy is not asked");
            until[got] = Some(now + TimeDelta::seconds(*handling));
            passed[got] = 0;
            let most = if order == Order::Scarcity { 12 * people } else { people };
            for who in (0..people).filter(|who| until[*who].is_none()) {
                passed[who] += 1;
                prop_assert!(passed[who] <= most, "{:?}: {} free people, one passed over {} times", order, people, passed[who]);
            }
        }
    }

    /// Without a target the line is strict: whoever is given work gets what stands first in it, so that each piece has only
    /// so many before it, and none of those that come later than its head start makes up for.
    #[test]
    fn no_work_starves(pieces in proptest::collection::vec((0_i64..30, 0_i32..900), 1..120), every in 5_i64..60) {
        let (mut core, mut now) = (core(Order::LongestIdle), start());
        let mut waiting: BTreeSet<(i64, WorkItemId)> = BTreeSet::new();
        core.apply(now, Event::Agent(agent(1, 1, now)));
        let mut next = now + TimeDelta::seconds(every);
        let mut come = pieces.iter().enumerate();
        loop {
            let coming = come.next();
            if let Some((n, (gap, head_start))) = coming {
                now += TimeDelta::seconds(*gap);
                let new = work(1000 + n, now, *head_start);
                waiting.insert((now.timestamp_millis() - i64::from(*head_start) * 1000, new.id));
                prop_assert!(core.apply(now, Event::WorkWaits(new)).iter().all(|d| d.outcome == Outcome::Waiting));
            } else if waiting.is_empty() {
                break;
            } else {
                now = next;
            }
            if now >= next {
                // They are done with the piece before, and the next one goes to them.
                next = now + TimeDelta::seconds(every);
                let made = core.apply(now, Event::Agent(agent(1, 0, now)));
                let given = made.iter().find(|decision| decision.outcome == Outcome::Offered).map(|d| d.work);
                prop_assert_eq!(given, waiting.pop_first().map(|(_, id)| id));
                core.apply(now, Event::Agent(agent(1, 1, now)));
            }
        }
        prop_assert_eq!(core.waiting(), 0);
    }
}
