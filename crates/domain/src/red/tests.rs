use super::*;
use uuid::Uuid;

fn agent(n: u128) -> AgentId {
    AgentId(Uuid::from_u128(n))
}

fn now() -> Instant {
    "2026-03-02T10:00:00Z".parse().unwrap()
}

fn rule(name: &str, when: When) -> Rule {
    let then =
        Then { head_start_minutes: 30, manager: Some(agent(1)), deputy: Some(agent(2)), hold_seconds: 60, alert: true };
    Rule { name: name.to_owned(), when, then }
}

fn transfer(severity: u8, minutes_ago: i64) -> Happened {
    Happened { kind: "large_transfer".to_owned(), severity, at: now() - TimeDelta::minutes(minutes_ago) }
}

#[test]
fn the_first_rule_whose_every_part_holds_decides() {
    let event = EventMatch { kinds: vec!["large_transfer".to_owned()], min_severity: 3, within_minutes: 60 };
    let rules = [
        rule("money", When { tiers: vec!["vip".to_owned()], event: Some(event), ..When::default() }),
        rule("gold", When { tags: vec!["Gold".to_owned()], ..When::default() }),
    ];
    let found = |facts: Facts| verdict(&rules, &facts, now()).map(|rule| rule.name.as_str());
    let vip = |events| Facts { tier: "vip".to_owned(), events, ..Facts::default() };
    assert_eq!(found(vip(vec![transfer(3, 10)])), Some("money"));
    assert_eq!(found(vip(vec![transfer(2, 10), transfer(5, 61)])), None, "too mild, too old");
    assert_eq!(found(Facts { tier: "standard".to_owned(), events: vec![transfer(5, 1)], ..Facts::default() }), None);
    assert_eq!(found(Facts { tags: vec!["gold".to_owned()], ..Facts::default() }), Some("gold"));
}

#[test]
fn the_deputy_stands_in_for_who_is_away_or_asleep() {
    let then = rule("x", When::default()).then;
    let at = |ready, open| Some(Standing { ready, open });
    assert_eq!(then.person(|_| at(true, true)), Some(agent(1)));
    assert_eq!(then.person(|a| if a == agent(1) { at(false, true) } else { at(true, true) }), Some(agent(2)));
    assert_eq!(then.person(|a| if a == agent(1) { at(true, false) } else { at(true, true) }), Some(agent(2)));
    assert_eq!(then.person(|_| at(false, true)), None);
    assert_eq!(then.person(|_| None), None);
}

#[test]
fn rules_are_checked_with_the_place_named() {
    let known = Known { agents: [agent(1), agent(2)].into(), queues: BTreeSet::new(), tiers: &["standard", "vip"] };
    let good = rule("good", When { tags: vec!["gold".to_owned()], ..When::default() });
    let place = |bad: Rule| {
        let refused = check(&[good.clone(), bad], &known).unwrap_err();
        assert!(refused.to_string().starts_with("rule 2: "), "{refused}");
        refused.field
    };
    let with = |change: &dyn Fn(&mut Rule)| {
        let mut changed = Rule { name: "other".to_owned(), ..good.clone() };
        change(&mut changed);
        changed
    };
    assert_eq!(check(std::slice::from_ref(&good), &known), Ok(()));
    assert_eq!(place(good.clone()), "name");
    assert_eq!(place(with(&|r| r.when = When::default())), "when");
    assert_eq!(place(with(&|r| r.when.tiers = vec!["gold".to_owned()])), "tiers");
    assert_eq!(place(with(&|r| r.when.queues = vec![QueueId(Uuid::nil())])), "queues");
    assert_eq!(place(with(&|r| r.then = Then::default())), "then");
    assert_eq!(place(with(&|r| r.then.manager = Some(agent(9)))), "manager");
    assert_eq!(place(with(&|r| r.then.manager = None)), "deputy");
    assert_eq!(place(with(&|r| r.then.hold_seconds = 0)), "hold_seconds");
    let event = |min_severity, within_minutes| Some(EventMatch { kinds: vec![], min_severity, within_minutes });
    assert_eq!(place(with(&|r| r.when.event = event(6, 5))), "min_severity");
    assert_eq!(place(with(&|r| r.when.event = event(1, 0))), "within_minutes");
    assert_eq!(place(with(&|r| r.when.sentiment_below = Some(20))), "sentiment_below");
    assert_eq!(place(with(&|r| r.when.intents = vec![" ".to_owned()])), "intents");
}

#[test]
fn a_rule_listens_to_what_the_customer_says() {
    let angry = rule("angry", When { sentiment_below: Some(-50), ..When::default() });
    let leaving = rule("leaving", When { intents: vec!["cancel".to_owned()], ..When::default() });
    let rules = [angry, leaving];
    let heard = |low, intents: &[&str]| Heard {
        low,
        intents: intents.iter().map(ToString::to_string).collect(),
        ..Heard::default()
    };
    let found = |heard: &Heard| {
        let facts = Facts { heard: heard.clone(), ..Facts::default() };
        verdict(&rules, &facts, now()).map(|rule| rule.name.clone())
    };
    assert_eq!(found(&heard(Some(-51), &[])).as_deref(), Some("angry"));
    assert_eq!(found(&heard(Some(-50), &[])), None);
    assert_eq!(found(&heard(None, &["refund"])), None);
    assert_eq!(found(&heard(Some(20), &["refund", "cancel"])).as_deref(), Some("leaving"));
    let calm = heard(Some(-10), &[]);
    assert!(news(&rules, &calm, &heard(Some(-60), &[])) && news(&rules, &calm, &heard(Some(-10), &["cancel"])));
    assert!(!news(&rules, &heard(Some(-60), &[]), &heard(Some(-90), &[])), "it listened before");
    assert!(!news(
        &[rule("gold", When { tags: vec!["gold".to_owned()], ..When::default() })],
        &calm,
        &heard(Some(-99), &[])
    ));
}

#[test]
fn a_rule_of_the_previous_release_reads_and_is_written_as_before() {
    let when = When { tags: vec!["gold".to_owned()], ..When::default() };
    let written = serde_json::to_value(&when).unwrap();
    assert_eq!(written, serde_json::json!({ "tags": ["gold"], "tiers": [], "queues": [], "event": null }));
    assert_eq!(serde_json::from_value::<When>(written).unwrap(), when);
}
