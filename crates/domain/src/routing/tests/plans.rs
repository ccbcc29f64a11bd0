//! Plans: what is refused, and whom a step asks.

use super::*;

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
    let early = |minutes, any_hours| Step { opens_within_minutes: minutes, any_hours, ..Step::default() };
    assert_eq!(then(early(20_000, false)), (1, "opens_within_minutes"));
    assert_eq!(then(early(60, true)), (1, "opens_within_minutes"));
    let says = |message: &str| Step { tells: Some(Tells { message: message.into(), callback: true }), ..last.clone() };
    assert_eq!((then(says(" ")), then(says(&"x".repeat(1001)))), ((1, "tells"), (1, "tells")));
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

/// The rings of a dispatcher: who is open with enough of the shift left, who is next to open, partners, and then a word to
/// the customer, who waits on.
#[test]
fn rings_go_from_open_sites_to_the_next_to_open_to_partners_to_a_word() {
    let tells = Some(Tells { message: "Shall we call you back?".into(), callback: true });
    let steps = vec![
        Step { seconds: 60, shift_left_minutes: 30, pool: StaffPool::Own, ..Step::default() },
        Step { seconds: 60, opens_within_minutes: 60, pool: StaffPool::Own, ..Step::default() },
        Step { seconds: 60, any_hours: true, pool: StaffPool::Outsourced, ..Step::default() },
        Step { any_hours: true, pool: StaffPool::Outsourced, tells: tells.clone(), ..Step::default() },
    ];
    let plan = Plan { version: 1, steps, target_seconds: 0, reserve: false };
    let at = |seconds: i64| t0() + TimeDelta::seconds(seconds);
    let shift =
        |from: u16, to: u16| (1..=5).map(|weekday| Shift { weekday, starts_minute: from, ends_minute: to }).collect();
    let site = |n: u128, from, to| Site {
        id: SiteId(Uuid::from_u128(n)),
        zone: chrono_tz::UTC,
        ring: 0,
        shifts: shift(from, to),
        exceptions: BTreeMap::new(),
    };
    let of = |n: u128, site: u128| Agent { site: Some(SiteId(Uuid::from_u128(site))), ..agent(n) };
    // It is Monday, ten: one site closes in twenty minutes, one opens in an hour and a minute, one in three hours.
    let day = |people: &[Agent]| {
        let mut core = Core::new();
        core.apply(
            t0(),
            Event::Queue(Queue { id: Q, offer_seconds: 20, sticky_seconds: 0, plan: plan.clone(), overflow: None }),
        );
        for site in [site(1, 540, 620), site(2, 661, 900), site(3, 780, 900)] {
            core.apply(t0(), Event::Site(site));
        }
        for agent in people {
            core.apply(t0(), Event::Agent(agent.clone()));
        }
        core
    };
    let known = Known { members: vec![agent(10), Agent { outsourced: true, ..agent(11) }], ..Known::default() };
    assert_eq!(plan.check(&known), Ok(()));
    let partner = Agent { outsourced: true, ready: false, ..agent(13) };
    let mut core = day(&[of(10, 1), of(12, 3), partner.clone()]);
    let made = core.apply(t0(), Event::WorkWaits(work(1)));
    assert_eq!(made[0].outcome, Outcome::Waiting, "too little of the shift is left, and nobody else is open");
    // In the second ring who is still there counts, however little of the shift is left.
    let again = core.apply(at(60), Event::Tick);
    assert_eq!((again[0].agent, again[0].step), (Some(agent(10).id), 1));

    let mut core = day(&[of(11, 2), of(12, 3), partner.clone()]);
    core.apply(t0(), Event::WorkWaits(work(1)));
    assert_eq!(core.next_wake(t0()), Some(at(60)), "the second ring, and then the hour before the opening");
    let early = core.apply(at(60), Event::Tick);
    assert_eq!((early[0].agent, early[0].step), (Some(agent(11).id), 1), "an hour before it opens");
    assert!(core.begun().is_empty());

    // Nobody at all: the last ring says so, once, and the work waits on.
    let mut core = day(&[of(12, 3), partner.clone()]);
    core.apply(t0(), Event::WorkWaits(work(1)));
    for second in [60, 120, 180, 181, 500] {
        core.apply(at(second), Event::Tick);
    }
    assert_eq!(core.begun(), [(work(1).id, Q, 3)]);
    assert_eq!((core.tells(Q, 3), core.tells(Q, 2)), (tells.as_ref(), None));
    let back = core.apply(at(600), Event::Agent(Agent { ready: true, ..partner }));
    assert_eq!((back[0].agent, back[0].step), (Some(agent(13).id), 3));
    assert!(core.begun().is_empty());
}
