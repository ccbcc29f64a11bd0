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
        knowledge: 0,
        branch: None,
        attributes: BTreeMap::new(),
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

/// What a plan may name: the members and nothing else.
fn known(members: &[Agent]) -> Known {
    Known { members: members.to_vec(), ..Known::default() }
}

#[test]
fn plans_are_checked_with_the_place_named() {
    let refused = |steps: Vec<Step>| Plan { steps, ..Plan::strict() }.check(&known(&[agent(10)])).unwrap_err();
    let place = |steps: Vec<Step>| {
        let refused = refused(steps);
        (refused.step, refused.field)
    };
    let step = Step { seconds: 30, ..Step::default() };
    let last = Step { relax_levels: 1, ..Step::default() };
    assert_eq!(place(vec![]), (0, "steps"));
    assert_eq!(place(vec![Step::default(), last.clone()]), (0, "seconds"));
    // A loop: the third step asks whom the first one asked.
    let back = refused(vec![step.clone(), Step { seconds: 5, ..last.clone() }, step.clone()]);
    assert!(back.step == 2 && back.to_string().starts_with("step 3: asks nobody whom step 1"), "{back}");
    let then = |second: Step| place(vec![step.clone(), second]);
    assert_eq!(then(Step { sites: vec![SiteId(Uuid::from_u128(7))], ..Step::default() }), (1, "sites"));
    assert_eq!(then(Step { branches: vec![BranchId(Uuid::from_u128(7))], ..Step::default() }), (1, "branches"));
    let need = SkillNeed { skill: GERMAN, level: 1 };
    assert_eq!(then(Step { skills: vec![need], ..Step::default() }), (1, "skills"));
    assert_eq!(then(Step { agents: vec![AgentId(Uuid::from_u128(7))], ..Step::default() }), (1, "agents"));
    assert_eq!(then(Step { languages: vec!["English".into()], ..Step::default() }), (1, "languages"));
    assert_eq!(then(Step { shift_left_minutes: 2000, ..Step::default() }), (1, "shift_left_minutes"));
    // An empty step: nobody of the queue is a partner.
    let partners = Step { pool: StaffPool::Outsourced, ..Step::default() };
    assert_eq!(then(partners.clone()), (1, "steps"));
    let skipped = Plan { steps: vec![Step { skip_if_empty: true, ..partners }], ..Plan::strict() };
    assert_eq!(skipped.check(&known(&[agent(10)])), Ok(()));
    assert_eq!(Plan::default().check(&known(&[])), Ok(()));
}

#[test]
fn a_step_asks_whom_it_names() {
    let (mut named, mut partner, mut here) = (agent(10), agent(11), agent(12));
    named.skills.insert(GERMAN, 3);
    partner.outsourced = true;
    here.branch = Some(BranchId(Uuid::from_u128(5)));
    here.languages.insert("en".to_owned());
    let asked = |step: &Step| [&named, &partner, &here].map(|agent| step.passes_over(agent));
    let only_named = Step { agents: vec![named.id], ..Step::default() };
    assert_eq!(asked(&only_named), [None, Some(Exclusion::NotNamed), Some(Exclusion::NotNamed)]);
    let german = Step { skills: vec![SkillNeed { skill: GERMAN, level: 3 }], ..Step::default() };
    assert_eq!(asked(&german), [None, Some(Exclusion::SkillMissing), Some(Exclusion::SkillMissing)]);
    let own = Step { pool: StaffPool::Own, ..Step::default() };
    assert_eq!(asked(&own), [None, Some(Exclusion::OtherPool), None]);
    let branch = Step { branches: vec![BranchId(Uuid::from_u128(5))], ..Step::default() };
    assert_eq!(asked(&branch), [Some(Exclusion::OtherBranch), Some(Exclusion::OtherBranch), None]);
    let english = Step { languages: vec!["en".to_owned()], ..Step::default() };
    assert_eq!(asked(&english), [Some(Exclusion::LanguageMissing), Some(Exclusion::LanguageMissing), None]);
}

fn one_of(key: &str, values: &[&str]) -> AttributeNeed {
    AttributeNeed { key: key.to_owned(), any_of: values.iter().map(ToString::to_string).collect(), at_least: None }
}

fn least(key: &str, at_least: i32) -> AttributeNeed {
    AttributeNeed { key: key.to_owned(), any_of: vec![], at_least: Some(at_least) }
}

#[test]
fn a_step_asks_for_attributes_by_value_and_by_number() {
    let with = |attributes: &[(&str, &str)]| Agent {
        attributes: attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        ..agent(10)
    };
    let senior = with(&[("region", "north"), ("years", "12")]);
    assert!(one_of("region", &["south", "north"]).met(&senior) && !one_of("region", &["south"]).met(&senior));
    assert!(least("years", 12).met(&senior) && !least("years", 13).met(&senior), "by number: 12 is more than 2");
    assert!(least("years", 2).met(&senior) && least("years", -5).met(&with(&[("years", "-5")])));
    assert!(!least("region", 0).met(&senior) && !one_of("team", &["a"]).met(&senior), "no number, no such attribute");
    assert!(least("years", 0).met(&with(&[("years", "99999999999")])));
    let step = Step { attributes: vec![one_of("region", &["north"]), least("years", 5)], ..Step::default() };
    assert_eq!(step.passes_over(&senior), None);
    let junior = with(&[("region", "north"), ("years", "1")]);
    assert_eq!(step.passes_over(&junior), Some(Exclusion::OtherAttribute));
    // Who gains an attribute is asked at once.
    let mut core = Core::new();
    let plan = Plan { steps: vec![step], ..Plan::strict() };
    core.apply(t0(), Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan, overflow: None }));
    core.apply(t0(), Event::Agent(junior));
    let waits = core.apply(t0(), Event::WorkWaits(work(1)));
    assert_eq!(waits[0].exclusions, BTreeMap::from([(Exclusion::OtherAttribute, 1)]));
    assert_eq!(core.unservable(t0()), [(work(1).id, Q)]);
    assert_eq!(core.apply(t0(), Event::Agent(senior))[0].agent, Some(agent(10).id));
}

#[test]
fn attributes_of_a_step_are_checked_and_written_only_when_there_are_any() {
    let check = |attributes: Vec<AttributeNeed>| {
        let step = Step { skip_if_empty: true, attributes, ..Step::default() };
        Plan { steps: vec![step], ..Plan::strict() }.check(&known(&[agent(10)])).map_err(|refused| refused.field)
    };
    let (values, many) = (vec!["x"; 20], vec!["x"; 21]);
    assert_eq!(check(vec![one_of("region_2", &values), least(&"k".repeat(40), 1)]), Ok(()));
    let nothing = AttributeNeed { key: "region".to_owned(), ..AttributeNeed::default() };
    let both = AttributeNeed { at_least: Some(1), ..one_of("region", &["north"]) };
    let long = "k".repeat(41);
    for wrong in
        [one_of("region", &many), nothing, both, least("", 1), least("Region", 1), least(&long, 1), least("é", 1)]
    {
        assert_eq!(check(vec![wrong.clone()]), Err("attributes"), "{wrong:?}");
    }
    assert_eq!(check(vec![least("years", 1); 11]), Err("attributes"));
    let empty = Plan { steps: vec![Step { attributes: vec![least("years", 1)], ..Step::default() }], ..Plan::strict() };
    assert_eq!(empty.check(&known(&[agent(10)])).map_err(|refused| refused.field), Err("steps"), "nobody has it");
    let written = serde_json::to_value(Step::default()).unwrap();
    assert!(written.get("attributes").is_none());
    let read: Step =
        serde_json::from_value(serde_json::json!({ "attributes": [{ "key": "years", "at_least": 5 }] })).unwrap();
    assert_eq!(read.attributes, [least("years", 5)]);
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
fn partners_are_asked_while_overflow_is_open_within_their_contract_and_with_what_they_learned() {
    let mut core = Core::new();
    let rule = OverflowRule { open_waiting: 2, required_revision: 7, contract_cap: 1, ..OverflowRule::default() };
    let queue = |open| {
        let overflow = Some(Overflow { rule: rule.clone(), open });
        Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan: Plan::default(), overflow })
    };
    core.apply(t0(), queue(false));
    let partner = |n, knowledge| Agent { outsourced: true, knowledge, load: [(0, 2); 4], ..agent(n) };
    core.apply(t0(), Event::Agent(partner(10, 6)));
    core.apply(t0(), Event::Agent(partner(11, 7)));
    let waits = core.apply(t0(), Event::WorkWaits(work(1)));
    let expected = BTreeMap::from([(Exclusion::KnowledgeOutdated, 1), (Exclusion::OverflowClosed, 1)]);
    assert_eq!((waits[0].outcome, &waits[0].exclusions), (Outcome::Waiting, &expected));
    core.apply(t0(), Event::WorkWaits(work(2)));
    assert_eq!(core.depth(Q), (2, Some(t0())));
    // The red channel in front hides nobody who has waited for longer.
    let since = t0() - TimeDelta::seconds(100);
    core.apply(t0(), Event::WorkWaits(Work { enqueued_at: since, ..work(8) }));
    core.apply(t0(), Event::WorkWaits(Work { head_start_seconds: 600, ..work(9) }));
    assert_eq!(core.depth(Q), (4, Some(since)));
    for gone in [8, 9] {
        core.apply(t0(), Event::WorkGone(work(gone).id));
    }
    assert_eq!(core.depth(Q), (2, Some(t0())));
    assert_eq!(core.unservable(t0()), []);
    // Open: the one who learned the revision is asked, for as much as the contract says.
    let opened = core.apply(t0(), queue(true));
    assert_eq!(opened.iter().map(|d| d.agent).collect::<Vec<_>>(), [Some(agent(11).id)]);
    let full = core.apply(t0(), Event::WorkWaits(work(3)));
    assert_eq!(full[0].exclusions.get(&Exclusion::ContractFull), Some(&1));
    // What they held is done: the next one may go to them.
    let freed = core.apply(t0(), Event::Agent(partner(11, 7)));
    assert_eq!(freed.len(), 1);
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

/// A queue that lends no more than so much, and partners are asked.
fn lends(id: QueueId, contract_cap: u32, order: Order) -> Event {
    let plan = Plan { steps: vec![Step { any_hours: true, order, ..Step::default() }], ..Plan::default() };
    let rule = OverflowRule { open_waiting: 1, contract_cap, ..OverflowRule::default() };
    let overflow = Some(Overflow { rule, open: true });
    Event::Queue(Queue { id, offer_seconds: 20, sticky_seconds: 30, plan, overflow })
}

#[test]
fn those_who_may_not_be_asked_hide_nobody_however_long_they_have_been_idle() {
    for order in [Order::LongestIdle, Order::Scarcity, Order::LeastOccupied, Order::BestLevel] {
        let mut core = Core::new();
        core.apply(t0(), lends(Q, 1, order));
        // A hundred partners and a hundred who let it pass have been idle for longer than the last one.
        let (partners, refused, one) = (1000..1100_u128, 500..600_u128, agent(1));
        for n in partners {
            core.apply(t0(), Event::Agent(Agent { outsourced: true, load: [(0, 2); 4], ..agent(n) }));
        }
        let lent = core.apply(t0(), Event::WorkWaits(work(1)));
        assert!(lent[0].agent.is_some());
        for n in refused.clone() {
            core.apply(t0(), Event::Agent(agent(n)));
        }
        core.apply(t0(), Event::Agent(one.clone()));
        let passed = Work { refused_by: refused.map(|n| agent(n).id).collect(), ..work(2) };
        let made = core.apply(t0(), Event::WorkWaits(passed));
        assert_eq!((made[0].outcome, made[0].agent), (Outcome::Offered, Some(one.id)), "{order:?}");
        let expected = BTreeMap::from([(Exclusion::ContractFull, 100), (Exclusion::RefusedBefore, 100)]);
        assert_eq!(made[0].exclusions, expected, "{order:?}");
    }
}

#[test]
fn kept_work_does_not_go_past_the_contract_and_goes_when_there_is_room_again() {
    let mut core = Core::new();
    core.apply(t0(), lends(Q, 1, Order::LongestIdle));
    let partner = |n, used| Agent { outsourced: true, load: [(used, 2); 4], ..agent(n) };
    core.apply(t0(), Event::Agent(partner(11, 0)));
    core.apply(t0(), Event::Agent(Agent { load: [(0, 2), (0, 2), (1, 2), (0, 2)], ..partner(12, 0) }));
    let sticky = Work { sticky: Some(agent(11).id), ..work(1) };
    let until = t0() + TimeDelta::seconds(60);
    let named = Work { named: Some((agent(11).id, until)), ..work(2) };
    for kept in [sticky, named] {
        let made = core.apply(t0(), Event::WorkWaits(kept));
        assert_eq!(made[0].outcome, Outcome::Waiting);
        assert_eq!(made[0].exclusions, BTreeMap::from([(Exclusion::ContractFull, 2)]));
    }
    let freed = core.apply(t0(), Event::Agent(partner(12, 0)));
    let freed: Vec<_> = freed.iter().map(|decision| (decision.work, decision.agent)).collect();
    assert_eq!(freed, [(work(1).id, Some(agent(11).id))]);
}

#[test]
fn partners_are_asked_again_whenever_their_contract_has_room_however_that_came() {
    let other = QueueId(Uuid::from_u128(9));
    let partner = |n, used, queues: &[QueueId]| Agent {
        outsourced: true,
        queues: queues.iter().copied().collect(),
        load: [(0, 9), (0, 9), (used, 9), (0, 9)],
        ..agent(n)
    };
    let full = || {
        let mut core = Core::new();
        core.apply(t0(), lends(Q, 3, Order::LongestIdle));
        core.apply(t0(), lends(other, 10, Order::LongestIdle));
        core.apply(t0(), Event::Agent(partner(10, 4, &[other])));
        core.apply(t0(), Event::Agent(partner(11, 0, &[Q])));
        assert_eq!(core.apply(t0(), Event::WorkWaits(work(1)))[0].outcome, Outcome::Waiting);
        core
    };
    let asked = |made: Vec<Decision>| made.iter().map(|decision| decision.agent).collect::<Vec<_>>();
    // From beyond one contract to within it, in one event.
    assert_eq!(asked(full().apply(t0(), Event::Agent(partner(10, 2, &[other])))), [Some(agent(11).id)]);
    assert_eq!(asked(full().apply(t0(), Event::AgentGone(agent(10).id))), [Some(agent(11).id)]);
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
