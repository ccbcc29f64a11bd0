use super::*;
use crate::{
    calendar::{Shift, Site},
    channel::ChannelClass,
    ids::*,
    time::Instant,
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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
        enqueued_at: t0(),
        queued_at: t0(),
        head_start_seconds: 0,
        refused_by: BTreeSet::new(),
    }
}

fn core() -> Core {
    let mut core = Core::new();
    core.apply(t0(), Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 30, plan: Plan::default() }));
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
fn head_start_moves_ahead_and_waiting_makes_up_for_it() {
    let mut core = core();
    let plan = Plan { target_seconds: 0, ..Plan::default() };
    core.apply(t0(), Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 30, plan }));
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
fn plans_are_checked_with_the_place_named() {
    let endless = Plan { steps: vec![Step::default(), Step::default()], ..Plan::strict() };
    assert_eq!(endless.check(&[]).unwrap_err().step, 0);
    let site = SiteId(Uuid::from_u128(7));
    let unknown = Plan { steps: vec![Step { sites: vec![site], ..Step::default() }], ..Plan::strict() };
    assert!(unknown.check(&[]).unwrap_err().problem.contains("no such site"));
    let step = Step { seconds: 30, ..Step::default() };
    let again = Plan { steps: vec![step.clone(), step.clone()], ..Plan::strict() };
    assert!(again.check(&[]).is_err_and(|refused| refused.step == 1 && refused.problem.contains("step before")));
    let never = Plan { steps: vec![Step { shift_left_minutes: 2000, ..step }], ..Plan::strict() };
    assert!(never.check(&[]).is_err_and(|refused| refused.step == 0 && refused.problem.contains("shift left")));
    assert_eq!(Plan::default().check(&[]), Ok(()));
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
