use super::*;
use crate::routing::Plan;
use std::collections::BTreeMap;

fn person(id: &str, langs: &[&str], shift: (f64, f64)) -> Person {
    let spec = AgentSpec {
        id: id.to_owned(),
        country: "DE".to_owned(),
        langs: langs.iter().map(|lang| ((*lang).to_owned(), 1.0)).collect::<BTreeMap<_, _>>(),
        skills: vec![],
        speed: 1.0,
        outsourced: false,
    };
    Person { spec, shifts: vec![shift] }
}

fn call(id: &str, t: f64, lang: &str, patience: f64) -> Call {
    let arrival = Arrival {
        id: id.to_owned(),
        country: "DE".to_owned(),
        lang: lang.to_owned(),
        skill: "help".to_owned(),
        vip: false,
    };
    Call { arrival, t, patience, service: 100.0 }
}

fn day(agents: Vec<Person>, calls: Vec<Call>) -> (Scenario, Outcome) {
    let settings = Settings { horizon: 1000.0, threshold: 30.0, foreign_factor: 1.0, ..Settings::default() };
    let scenario = Scenario { settings, agents, calls };
    let specs = scenario.agents.iter().map(|agent| agent.spec.clone()).collect();
    let outcome = run(&scenario, &mut Desk::new(specs, Plan::strict()), &mut |_, _| {});
    (scenario, outcome)
}

#[test]
fn calls_are_answered_wait_or_are_abandoned_and_the_figures_say_so() {
    let agents = vec![person("a", &["de"], (0.0, 500.0))];
    let calls = vec![call("1", 0.0, "de", 60.0), call("2", 10.0, "de", 95.0), call("3", 20.0, "de", 30.0)];
    let (scenario, outcome) = day(agents, calls);
    assert_eq!(
        outcome.fates,
        [Some(Fate::Answered(0.0, 0)), Some(Fate::Answered(90.0, 0)), Some(Fate::Abandoned(30.0))]
    );
    let figures = metrics(&scenario, &outcome);
    assert_eq!((figures.calls, figures.invalid_assignments), (3, 0));
    assert_eq!(figures.service_level, Some(1.0 / 3.0));
    assert_eq!((figures.asa, figures.max_wait), (Some(45.0), Some(90.0)));
    assert!((figures.occupancy - 0.4).abs() < 1e-9 && (figures.abandon - 1.0 / 3.0).abs() < 1e-9);
}

#[test]
fn a_language_nobody_speaks_blocks_nobody() {
    let agents = vec![person("a", &["de"], (0.0, 500.0))];
    let (_, outcome) = day(agents, vec![call("1", 1.0, "fi", 400.0), call("2", 2.0, "de", 60.0)]);
    assert_eq!(outcome.fates, [Some(Fate::Abandoned(400.0)), Some(Fate::Answered(0.0, 0))]);
}

#[test]
fn the_one_who_alone_speaks_a_language_is_kept_free_for_it() {
    let agents = vec![person("both", &["de", "th"], (0.0, 90_000.0)), person("one", &["de"], (0.0, 90_000.0))];
    // Thai calls come now and then; at the end both agents are free and a German call comes.
    let mut calls: Vec<Call> = (0..40).map(|n| call(&format!("t{n}"), f64::from(n) * 200.0, "th", 60.0)).collect();
    calls.push(call("last", 8150.0, "de", 60.0));
    let (_, outcome) = day(agents, calls);
    assert_eq!(outcome.fates.last(), Some(&Some(Fate::Answered(0.0, 1))));
}

#[test]
fn nothing_starves_when_there_is_always_newer_work() {
    let agents = vec![person("a", &["de"], (0.0, 90_000.0))];
    let patient = call("patient", 1.0, "de", 80_000.0);
    let mut calls: Vec<Call> = (0..300).map(|n| call(&format!("{n}"), f64::from(n) * 50.0, "de", 25.0)).collect();
    calls.insert(1, patient);
    let (_, outcome) = day(agents, calls);
    assert!(matches!(outcome.fates[1], Some(Fate::Answered(wait, _)) if wait < 400.0), "{:?}", outcome.fates[1]);
}
