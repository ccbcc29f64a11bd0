//! Why somebody is not asked: told of one agent and one piece of work, by what decides.

use super::*;

fn explained(core: &mut Core, work: &Work, n: u128) -> Explanation {
    core.explain(t0(), work, agent(n).id)
}

fn reasons(of: &Explanation) -> Vec<Exclusion> {
    of.objections.iter().map(Objection::exclusion).collect()
}

#[test]
fn all_that_speaks_against_somebody_is_told_with_what_it_would_take() {
    let mut core = core();
    let need = vec![SkillNeed { skill: GERMAN, level: 4 }];
    let asks = Work { skills: need, language: Some("de".into()), ..work(1) };
    let few = Agent { skills: BTreeMap::from([(GERMAN, 3)]), ready: false, load: [(2, 2); 4], ..agent(10) };
    core.apply(t0(), Event::Agent(few));
    core.apply(t0(), Event::WorkWaits(asks.clone()));
    let told = explained(&mut core, &asks, 10);
    let skill = SkillNeed { skill: GERMAN, level: 4 };
    let expected = vec![
        Objection::SkillMissing { need: skill, held: 3 },
        Objection::LanguageMissing(vec!["de".into()]),
        Objection::NotReady,
        Objection::NoCapacity { class: ChannelClass::Messaging, used: 2, cap: 2, why: NoRoom::Class },
    ];
    assert_eq!((told.objections, told.before), (expected, vec![]));
    // Two levels less after a minute, any language after two.
    assert_eq!(told.later, Some((2, 120)));
    assert_eq!(reasons(&explained(&mut core, &asks, 99)), [Exclusion::NotInQueue], "who is not known here");
    assert_eq!(core.waiting(), 1);
}

#[test]
fn a_closed_site_says_when_it_opens_and_an_open_one_until_when_it_is() {
    let mut core = core();
    let shift = |from| (1..=5).map(|weekday| Shift { weekday, starts_minute: from, ends_minute: 610 }).collect();
    let site = |n, from| {
        let id = SiteId(Uuid::from_u128(n));
        Site { id, zone: chrono_tz::UTC, ring: 0, shifts: shift(from), exceptions: BTreeMap::new() }
    };
    // It is Monday, ten o'clock: one site goes home in ten minutes, the other has opened and closed its doors yet.
    core.apply(t0(), Event::Site(site(1, 540)));
    core.apply(t0(), Event::Site(Site { zone: "Asia/Singapore".parse().unwrap(), ..site(2, 540) }));
    for (n, site) in [(10, 1), (11, 2)] {
        core.apply(t0(), Event::Agent(Agent { site: Some(SiteId(Uuid::from_u128(site))), ..agent(n) }));
    }
    let at = |time: &str| Some(time.parse::<Instant>().unwrap());
    let closed = |site, open_until, opens_at| {
        let site = SiteId(Uuid::from_u128(site));
        vec![Objection::SiteClosed { site, open_until, opens_at, minutes: 15 }]
    };
    let soon = explained(&mut core, &work(1), 10);
    assert_eq!(soon.objections, closed(1, at("2026-03-02T10:10:00Z"), None));
    assert_eq!(soon.later, Some((1, 60)), "the second step asks for no rest of the shift");
    let asleep = explained(&mut core, &work(1), 11);
    assert_eq!(asleep.objections, closed(2, None, at("2026-03-03T01:00:00Z")));
    assert_eq!(asleep.later, Some((2, 120)));
}

#[test]
fn who_may_be_asked_is_told_who_comes_first() {
    let mut core = core();
    for n in [10, 20, 30] {
        core.apply(t0(), Event::Agent(agent(n)));
    }
    let told = explained(&mut core, &work(1), 10);
    let before: Vec<_> = told.before.iter().map(|candidate| candidate.agent).collect();
    assert_eq!((before, told.objections), (vec![agent(30).id, agent(20).id], vec![]));
    assert!(told.own.is_some() && told.order == Order::Scarcity);
    let first = explained(&mut core, &work(1), 30);
    assert!(first.before.is_empty() && first.objections.is_empty());
    // Who let it pass is told so while others are there.
    let passed = Work { refused_by: BTreeSet::from([agent(30).id]), ..work(1) };
    assert_eq!(reasons(&explained(&mut core, &passed, 30)), [Exclusion::RefusedBefore]);
    // What is kept for the one who had the customer last is told of whom and until when.
    let sticky = Work { sticky: Some(agent(10).id), ..work(2) };
    let kept = explained(&mut core, &sticky, 20).objections;
    assert_eq!(kept, [Objection::KeptFor { agent: agent(10).id, until: Some(t0() + TimeDelta::seconds(30)) }]);
    assert_eq!(core.waiting(), 0, "a question puts nothing in");
}

#[test]
fn late_work_says_from_when_it_is_worth_somebody() {
    let mut core = core();
    let plan = Plan::strict();
    core.apply(t0(), Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan, overflow: None }));
    // So much comes that the one person is dear.
    for n in 0..500 {
        core.apply(t0(), Event::WorkWaits(work(1000 + n)));
        core.apply(t0(), Event::WorkGone(work(1000 + n).id));
    }
    let late = Work { enqueued_at: t0() - TimeDelta::seconds(40), queued_at: t0(), ..work(1) };
    core.apply(t0(), Event::WorkWaits(late.clone()));
    let made = core.apply(t0(), Event::Agent(agent(10)));
    assert_eq!(made, []);
    let told = explained(&mut core, &late, 10).objections;
    assert!(matches!(told[..], [Objection::Reserved { until: Some(until) }] if until > t0()), "{told:?}");
}

#[test]
fn what_was_given_is_explained_by_its_record_and_by_what_was_then() {
    let candidate = |n| Candidate { agent: agent(n).id, score: 1.0, idle_seconds: 5, levels: 0, occupancy: 0.0 };
    let queue = Queue { id: Q, offer_seconds: 20, sticky_seconds: 30, plan: Plan::default(), overflow: None };
    let recorded = Recorded {
        step: 0,
        agent: Some(agent(20).id),
        candidates: vec![candidate(20), candidate(10)],
        exclusions: BTreeMap::new(),
    };
    let past = |agent: Agent, work: &Work, recorded: &Recorded| {
        explain_past(t0(), queue.clone(), vec![], (work, agent), recorded)
    };
    let second = past(agent(10), &work(1), &recorded);
    assert_eq!((&second.before[..], second.own), (&[candidate(20)][..], Some(candidate(10))));
    let counted = |reason| Recorded { exclusions: BTreeMap::from([(reason, 1)]), ..recorded.clone() };
    // The record beats what is worked out again; of who is not in it, all are before them or something is against them.
    assert_eq!(reasons(&past(Agent { ready: false, ..agent(10) }, &work(1), &recorded)), []);
    assert_eq!(past(agent(30), &work(1), &recorded).before.len(), 2);
    let away = Agent { ready: false, ..agent(30) };
    assert_eq!(reasons(&past(away.clone(), &work(1), &counted(Exclusion::NotReady))), [Exclusion::NotReady]);
    assert_eq!(reasons(&past(away, &work(1), &counted(Exclusion::NoCapacity))), [Exclusion::NoCapacity]);
    let lost_link = past(agent(30), &work(1), &counted(Exclusion::NotReady));
    assert_eq!(reasons(&lost_link), [Exclusion::NotReady], "all who could be asked are in a list so short");
    let kept = counted(Exclusion::KeptForSticky);
    let sticky = Work { sticky: Some(agent(20).id), ..work(1) };
    assert_eq!(reasons(&past(agent(30), &sticky, &kept)), [Exclusion::KeptForSticky]);
}
