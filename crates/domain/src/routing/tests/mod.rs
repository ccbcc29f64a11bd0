use super::*;
use crate::{
    calendar::{Shift, Site},
    capacity::NoRoom,
    channel::ChannelClass,
    ids::*,
    time::Instant,
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

mod partners;
mod plans;
mod why;

const Q: QueueId = QueueId(Uuid::from_u128(1));
const GERMAN: SkillId = SkillId(Uuid::from_u128(2));

fn t0() -> Instant {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

fn agent(n: u128) -> Agent {
    Agent {
        id: AgentId(Uuid::from_u128(n)),
        ready: true,
        site: None,
        queues: BTreeSet::from([Q]),
        skills: BTreeMap::new(),
        languages: BTreeSet::new(),
        load: [(0, 1); 4],
        idle_since: t0() - TimeDelta::seconds(n as i64),
        outsourced: false,
        knowledge: 0,
        branch: None,
        attributes: BTreeMap::new(),
        capacity: crate::capacity::Capacity::default(),
    }
}

fn work(n: u128) -> Work {
    Work {
        id: WorkItemId(Uuid::from_u128(n)),
        queue: Q,
        class: ChannelClass::Messaging,
        epoch: 1,
        skills: vec![],
        language: None,
        sticky: None,
        named: None,
        enqueued_at: t0(),
        queued_at: t0(),
        head_start_seconds: 0,
        refused_by: BTreeSet::new(),
        site: None,
    }
}

fn core() -> Core {
    let mut core = Core::new();
    core.apply(
        t0(),
        Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 30, plan: Plan::default(), overflow: None }),
    );
    core
}

#[test]
fn the_longest_idle_agent_is_offered_work_and_its_room_is_counted_at_once() {
    let mut core = core();
    for n in [10, 20] {
        assert!(core.apply(t0(), Event::Agent(agent(n))).is_empty());
    }
    let chosen = |decisions: Vec<Decision>| decisions[0].agent.map(|id| id.0.as_u128());
    assert_eq!(chosen(core.apply(t0(), Event::WorkWaits(work(100)))), Some(20));
    assert_eq!(chosen(core.apply(t0(), Event::WorkWaits(work(101)))), Some(10));
    let third = core.apply(t0(), Event::WorkWaits(work(102)));
    assert_eq!(third[0].outcome, Outcome::Waiting);
    assert_eq!(third[0].exclusions, BTreeMap::from([(Exclusion::NoCapacity, 2)]));
    // An agent freed up: the waiting work goes to them in the same event.
    assert_eq!(chosen(core.apply(t0(), Event::Agent(agent(10)))), Some(10));
    assert_eq!(core.waiting(), 0);
}

#[test]
fn work_for_a_site_goes_to_its_people_alone_and_holds_up_nobody() {
    let mut core = core();
    let (here, there) = (SiteId(Uuid::from_u128(1)), SiteId(Uuid::from_u128(2)));
    let shifts: Vec<Shift> = (1..=7).map(|weekday| Shift { weekday, starts_minute: 0, ends_minute: 1440 }).collect();
    for id in [here, there] {
        let zone = chrono_tz::UTC;
        core.apply(t0(), Event::Site(Site { id, zone, ring: 0, shifts: shifts.clone(), exceptions: BTreeMap::new() }));
    }
    core.apply(t0(), Event::Agent(Agent { site: Some(here), ..agent(10) }));
    core.apply(t0(), Event::Agent(Agent { site: Some(there), ready: false, ..agent(20) }));
    let waits = core.apply(t0(), Event::WorkWaits(Work { site: Some(there), ..work(1) }));
    assert_eq!(waits[0].outcome, Outcome::Waiting);
    assert_eq!(waits[0].exclusions, BTreeMap::from([(Exclusion::OtherSite, 1), (Exclusion::NotReady, 1)]));
    // What came later is not held up, whoever it is for.
    assert_eq!(core.apply(t0(), Event::WorkWaits(work(2)))[0].agent, Some(agent(10).id));
    let back = core.apply(t0(), Event::Agent(Agent { site: Some(there), ..agent(20) }));
    assert_eq!((back[0].work, back[0].agent), (work(1).id, Some(agent(20).id)));
    // To everybody again: it is another kind of work.
    core.apply(t0(), Event::WorkWaits(Work { site: Some(SiteId(Uuid::from_u128(3))), ..work(3) }));
    assert_eq!(core.unservable(t0()), [(work(3).id, Q)]);
    core.apply(t0(), Event::WorkWaits(work(3)));
    assert_eq!(core.unservable(t0()), []);
}

#[test]
fn head_start_moves_ahead_and_waiting_makes_up_for_it() {
    let mut core = core();
    let plan = Plan { target_seconds: 0, ..Plan::default() };
    core.apply(t0(), Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 30, plan, overflow: None }));
    let vip = Work { head_start_seconds: 300, enqueued_at: t0() + TimeDelta::seconds(100), ..work(2) };
    let patient = Work { enqueued_at: t0() - TimeDelta::seconds(250), ..work(3) };
    for work in [work(1), vip, patient] {
        core.apply(t0(), Event::WorkWaits(work));
    }
    let decisions = core.apply(t0(), Event::Agent(Agent { load: [(0, 9); 4], ..agent(10) }));
    let order: Vec<u128> = decisions.iter().map(|d| d.work.0.as_u128()).collect();
    assert_eq!(order, [3, 2, 1]);
}

#[test]
fn work_nobody_can_do_never_blocks_the_line() {
    let mut core = core();
    let need = vec![SkillNeed { skill: GERMAN, level: 3 }];
    core.apply(t0(), Event::WorkWaits(Work { skills: need, enqueued_at: t0() - TimeDelta::hours(1), ..work(1) }));
    core.apply(t0(), Event::WorkWaits(work(2)));
    let decisions = core.apply(t0(), Event::Agent(agent(10)));
    assert_eq!(decisions.len(), 1);
    assert_eq!(decisions[0].work, work(2).id);
}

#[test]
fn requirements_relax_step_by_step_and_the_core_says_when_to_look_again() {
    let mut core = core();
    let skilled = Agent { skills: BTreeMap::from([(GERMAN, 2)]), ..agent(10) };
    core.apply(t0(), Event::Agent(skilled));
    let need = vec![SkillNeed { skill: GERMAN, level: 4 }];
    let first = core.apply(t0(), Event::WorkWaits(Work { skills: need, ..work(1) }));
    assert_eq!(first[0].exclusions.get(&Exclusion::SkillMissing), Some(&1));
    let wake = core.next_wake(t0()).unwrap();
    assert_eq!(wake, t0() + TimeDelta::seconds(60));
    assert!(core.apply(wake - TimeDelta::seconds(1), Event::Tick).is_empty());
    let decision = &core.apply(wake, Event::Tick)[0];
    assert_eq!((decision.agent, decision.step), (Some(AgentId(Uuid::from_u128(10))), 1));
}

#[test]
fn the_sticky_agent_is_waited_for_shortly() {
    let mut core = core();
    core.apply(t0(), Event::Agent(agent(10)));
    core.apply(t0(), Event::Agent(Agent { load: [(1, 1); 4], ..agent(11) }));
    let kept = core.apply(t0(), Event::WorkWaits(Work { sticky: Some(agent(11).id), ..work(1) }));
    assert_eq!(kept[0].outcome, Outcome::Waiting);
    assert_eq!(kept[0].exclusions.get(&Exclusion::KeptForSticky), Some(&1));
    let later = t0() + TimeDelta::seconds(30);
    assert_eq!(core.apply(later, Event::Tick)[0].agent, Some(agent(10).id));
}

#[test]
fn who_let_it_pass_is_asked_last() {
    let mut core = core();
    core.apply(t0(), Event::Agent(agent(10)));
    core.apply(t0(), Event::Agent(agent(99)));
    let passed = Work { refused_by: BTreeSet::from([agent(99).id]), ..work(1) };
    assert_eq!(core.apply(t0(), Event::WorkWaits(passed.clone()))[0].agent, Some(agent(10).id));
    let everyone = Work { refused_by: BTreeSet::from([agent(99).id, agent(10).id]), id: work(2).id, ..passed };
    assert_eq!(core.apply(t0(), Event::WorkWaits(everyone))[0].agent, Some(agent(99).id));
}

#[test]
fn work_follows_the_sun() {
    let mut core = core();
    let office: Vec<Shift> =
        (1..=5).map(|weekday| Shift { weekday, starts_minute: 9 * 60, ends_minute: 17 * 60 }).collect();
    let site = |n, zone: &str| Site {
        id: SiteId(Uuid::from_u128(n)),
        zone: zone.parse().unwrap(),
        ring: n as i16,
        shifts: office.clone(),
        exceptions: BTreeMap::new(),
    };
    core.apply(t0(), Event::Site(site(1, "Europe/London")));
    core.apply(t0(), Event::Site(site(2, "Asia/Singapore")));
    let at_site = |n: u128, site| Agent { site: Some(SiteId(Uuid::from_u128(site))), ..agent(n) };
    core.apply(t0(), Event::Agent(at_site(10, 1)));
    core.apply(t0(), Event::Agent(at_site(11, 2)));
    let came = |at: Instant, n| Event::WorkWaits(Work { enqueued_at: at, queued_at: at, ..work(n) });
    // Monday 10:00 UTC: London works, Singapore (18:00) sleeps.
    assert_eq!(core.apply(t0(), came(t0(), 1))[0].agent, Some(agent(10).id));
    // Tuesday 02:00 UTC: Singapore works, London sleeps.
    let night: Instant = "2026-03-03T02:00:00Z".parse().unwrap();
    let decision = &core.apply(night, came(night, 2))[0];
    assert_eq!(decision.agent, Some(agent(11).id));
    // Both asleep: it waits, and the core knows when the plan lets anyone in.
    let gap: Instant = "2026-03-03T20:00:00Z".parse().unwrap();
    core.apply(gap, Event::Agent(at_site(12, 1)));
    let waits = &core.apply(gap, came(gap, 3))[0];
    assert_eq!((waits.outcome, waits.exclusions.get(&Exclusion::SiteClosed)), (Outcome::Waiting, Some(&3)));
}

#[test]
fn a_preview_tells_each_step_and_offers_nothing() {
    let mut core = core();
    let mut german = agent(10);
    german.skills.insert(GERMAN, 2);
    core.apply(t0(), Event::Agent(german));
    core.apply(t0(), Event::Agent(agent(11)));
    let asks = Work { skills: vec![SkillNeed { skill: GERMAN, level: 4 }], ..work(1) };
    let seen = core.preview(t0(), &asks);
    let told: Vec<_> = seen.iter().map(|p| (p.begins_seconds, p.ends_seconds, p.free)).collect();
    assert_eq!(told, [(0, Some(60), 0), (60, Some(120), 1), (120, None, 2)]);
    assert_eq!(seen[0].exclusions, BTreeMap::from([(Exclusion::SkillMissing, 2)]));
    assert_eq!(core.apply(t0(), Event::WorkWaits(work(2)))[0].outcome, Outcome::Offered);
}

#[test]
fn what_nobody_can_serve_is_told_and_blocks_nobody() {
    let mut core = Core::new();
    let queue = |plan| Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan, overflow: None });
    core.apply(t0(), queue(Plan::strict()));
    let asks = Work { skills: vec![SkillNeed { skill: GERMAN, level: 1 }], ..work(1) };
    core.apply(t0(), Event::WorkWaits(asks));
    assert_eq!(core.unservable(t0()), [(work(1).id, Q)]);
    core.apply(t0(), Event::Agent(agent(10)));
    assert_eq!(core.unservable(t0()), [(work(1).id, Q)], "nobody has the skill");
    assert_eq!(core.apply(t0(), Event::WorkWaits(work(2)))[0].outcome, Outcome::Offered);
    // Somebody away who could: it will be served.
    let mut away = agent(11);
    away.ready = false;
    away.skills.insert(GERMAN, 1);
    core.apply(t0(), Event::Agent(away));
    assert_eq!(core.unservable(t0()), []);
    core.apply(t0(), Event::AgentGone(agent(11).id));
    assert_eq!(core.unservable(t0()), [(work(1).id, Q)]);
    // A later step takes anyone.
    core.apply(t0(), queue(Plan::default()));
    assert_eq!(core.unservable(t0()), []);
}

#[test]
fn named_work_goes_to_its_manager_whatever_queue_they_serve_and_to_the_line_without_them() {
    let mut core = core();
    let manager = Agent { queues: BTreeSet::new(), ..agent(20) };
    core.apply(t0(), Event::Agent(manager.clone()));
    core.apply(t0(), Event::Agent(agent(10)));
    let named = |n| Work { named: Some((manager.id, t0() + TimeDelta::seconds(60))), ..work(n) };
    assert_eq!(core.apply(t0(), Event::WorkWaits(named(1)))[0].agent, Some(manager.id));
    // The manager is full now: the next one waits for them, then goes to whoever is free.
    let waits = core.apply(t0(), Event::WorkWaits(named(2)));
    assert_eq!((waits[0].outcome, waits[0].exclusions.get(&Exclusion::KeptForSticky)), (Outcome::Waiting, Some(&1)));
    let later = core.apply(t0() + TimeDelta::seconds(61), Event::Tick);
    assert_eq!(later.iter().map(|d| d.agent).collect::<Vec<_>>(), [Some(agent(10).id)]);
}

#[test]
fn work_of_a_queue_without_a_target_does_not_crush_that_of_one_with_a_target() {
    let with_target = QueueId(Uuid::from_u128(9));
    let plan = |target_seconds| {
        let steps = vec![Step { any_hours: true, order: Order::Scarcity, ..Step::default() }];
        Plan { steps, target_seconds, reserve: false, ..Plan::default() }
    };
    let mut core = Core::new();
    for (id, target) in [(Q, 0), (with_target, 30)] {
        core.apply(
            t0(),
            Event::Queue(Queue { id, offer_seconds: 20, sticky_seconds: 0, plan: plan(target), overflow: None }),
        );
    }
    let came = |seconds| t0() - TimeDelta::seconds(seconds);
    let waits = |id, queue, seconds| {
        Event::WorkWaits(Work { queue, enqueued_at: came(seconds), queued_at: came(seconds), ..work(id) })
    };
    // Late by minutes, late by less; and within its target against a minute of wait.
    for event in [waits(1, with_target, 300), waits(2, Q, 120), waits(3, with_target, 10), waits(4, Q, 60)] {
        core.apply(t0(), event);
    }
    let everything = Agent { queues: BTreeSet::from([Q, with_target]), load: [(0, 9); 4], ..agent(10) };
    let order: Vec<u128> = core.apply(t0(), Event::Agent(everything)).iter().map(|d| d.work.0.as_u128()).collect();
    assert_eq!(order, [1, 3, 2, 4]);
}

#[test]
fn an_agent_kept_back_from_one_queue_still_takes_what_waits_in_another() {
    let reserving = QueueId(Uuid::from_u128(9));
    let mut core = core();
    let queue = Queue { id: reserving, offer_seconds: 20, sticky_seconds: 0, plan: Plan::strict(), overflow: None };
    core.apply(t0(), Event::Queue(queue));
    // Much of it comes, so that an agent's time is dear.
    for n in 1000..1060 {
        core.apply(t0(), Event::WorkWaits(Work { queue: reserving, ..work(n) }));
        core.withdraw(t0(), work(n).id);
    }
    core.apply(t0(), Event::WorkWaits(Work { queue: reserving, ..work(1) }));
    let now = t0() + TimeDelta::seconds(35);
    core.apply(now, Event::WorkWaits(Work { enqueued_at: now, queued_at: now, ..work(2) }));
    let both = Agent { queues: BTreeSet::from([Q, reserving]), load: [(0, 2); 4], ..agent(10) };
    let given: Vec<_> = core.apply(now, Event::Agent(both)).iter().map(|decision| decision.work).collect();
    assert_eq!(given, [work(2).id], "the late one is not worth their time yet");
}

#[test]
fn work_that_has_changed_is_given_to_nobody_as_it_was_and_is_no_new_arrival() {
    let mut core = core();
    core.apply(t0(), Event::WorkWaits(work(1)));
    core.apply(t0(), Event::WorkWaits(work(2)));
    let rate = |core: &Core| core.pools[0].rate.at(t0());
    let before = rate(&core);
    core.lift(t0(), &work(1));
    assert_eq!(core.waiting(), 2, "it is as it was");
    let german = Work { skills: vec![SkillNeed { skill: GERMAN, level: 1 }], ..work(1) };
    core.lift(t0(), &german);
    let given: Vec<_> = core.apply(t0(), Event::Agent(agent(10))).iter().map(|decision| decision.work).collect();
    assert_eq!(given, [work(2).id]);
    assert_eq!(core.apply(t0(), Event::WorkWaits(german))[0].outcome, Outcome::Waiting);
    assert_eq!((rate(&core), core.line(Q, t0()).0), (before, 1));
    let arrived: f64 = core.pools.iter().map(|pool| pool.rate.at(t0())).sum();
    assert!((arrived - before).abs() < 1e-12, "{arrived}");
}

#[test]
fn an_offer_that_lost_its_race_teaches_nothing() {
    let mut core = Core::new();
    let strict = |id| Queue { id, offer_seconds: 20, sticky_seconds: 0, plan: Plan::strict(), overflow: None };
    core.apply(t0(), Event::Queue(strict(Q)));
    core.resume_line(Q, t0(), 0.05);
    let learned = |core: &Core, now| {
        let ((waiting, pace), pool) = (core.line(Q, now), &core.pools[0]);
        [pool.rate.at(now), pool.level.missed(), f64::from(waiting), pace.unwrap()]
    };
    let same = |core: &Core, now, before: [f64; 4]| {
        let now = learned(core, now);
        assert!(now.iter().zip(before).all(|(now, before)| (now - before).abs() < 1e-9), "{now:?} {before:?}");
    };
    // Late work and work within its target, after a wait and at once.
    for (n, came) in [(1, 0), (2, 50), (3, 60)] {
        core.apply(t0(), Event::AgentGone(agent(10).id));
        let at = t0() + TimeDelta::seconds(came);
        let waits = Work { enqueued_at: at, queued_at: at, ..work(n) };
        core.apply(at, Event::WorkWaits(waits.clone()));
        let now = t0() + TimeDelta::seconds(60);
        core.apply(now, Event::Tick);
        let before = learned(&core, now);
        let made = core.apply(now, Event::Agent(agent(10)));
        assert_eq!(made.iter().map(|decision| decision.work).collect::<Vec<_>>(), [waits.id]);
        core.apply(now, Event::Agent(Agent { load: [(1, 1); 4], ..agent(10) }));
        core.unmade(now, &waits);
        let again = core.apply(now, Event::WorkWaits(waits.clone()));
        assert_eq!(again[0].outcome, Outcome::Waiting);
        same(&core, now, before);
        core.unmade(now, &waits);
        // It waits: there is nothing to take back.
        same(&core, now, before);
        core.withdraw(now, waits.id);
    }
}

proptest::proptest! {
    /// Whatever happens, nobody is given more than fits and nothing is offered twice.
    #[test]
    fn never_over_capacity_never_offered_twice(events in proptest::collection::vec((0_u8..4, 0_u128..6, 0_i16..4), 1..200)) {
        let mut core = core();
        let mut now = t0();
        let mut load: BTreeMap<AgentId, (i16, i16)> = BTreeMap::new();
        let mut offered = BTreeSet::new();
        let mut next = 1000;
        for (kind, n, cap) in events {
            now += TimeDelta::seconds(7);
            let decisions = match kind {
                0 => {
                    next += 1;
                    core.apply(now, Event::WorkWaits(Work { enqueued_at: now, queued_at: now, ..work(next) }))
                }
                1 => {
                    let known = load.entry(agent(n).id).or_insert((0, cap));
                    let agent = Agent { load: [(0, 0), (0, 0), *known, (0, 0)], ..agent(n) };
                    core.apply(now, Event::Agent(agent))
                }
                2 => {
                    load.remove(&agent(n).id);
                    core.apply(now, Event::AgentGone(agent(n).id))
                }
                _ => core.apply(now, Event::Tick),
            };
            for decision in decisions.iter().filter(|d| d.outcome == Outcome::Offered) {
                let (used, cap) = load.get_mut(&decision.agent.unwrap()).unwrap();
                *used += 1;
                proptest::prop_assert!(*used <= *cap);
                proptest::prop_assert!(offered.insert(decision.work));
            }
        }
    }
}
