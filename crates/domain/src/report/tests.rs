use super::*;
use uuid::Uuid;

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn agent(n: u128) -> AgentId {
    AgentId(Uuid::from_u128(n))
}

const Q: QueueId = QueueId(Uuid::from_u128(1));
const S: SkillId = SkillId(Uuid::from_u128(2));

fn ask(by: By, bucket: Bucket) -> Ask {
    let (from, to) = (at("2026-03-02T09:00:00Z"), at("2026-03-02T11:00:00Z"));
    Ask { from, to, zone: Tz::UTC, bucket, by, target_seconds: 30 }
}

fn work(born: &str, wait: Option<i64>, ended: bool) -> WorkFact {
    let born = at(born);
    WorkFact {
        queue: Q,
        skills: vec![S],
        born,
        answered: wait.map(|wait| (born + TimeDelta::seconds(wait), agent(1))),
        ended: ended.then(|| born + TimeDelta::minutes(5)),
        refused: false,
        callback: false,
        wrap_up: None,
        declines: Vec::new(),
    }
}

fn span(n: u128, from: &str, to: &str) -> Span {
    Span { agent: agent(n), from: at(from), to: at(to) }
}

fn facts() -> Facts {
    Facts {
        works: vec![
            work("2026-03-02T09:00:00Z", Some(30), true),
            work("2026-03-02T09:10:00Z", Some(90), true),
            work("2026-03-02T09:20:00Z", None, true),
            work("2026-03-02T10:59:50Z", None, false),
            WorkFact { refused: true, ..work("2026-03-02T09:30:00Z", None, true) },
            WorkFact { callback: true, ..work("2026-03-02T09:40:00Z", Some(3000), true) },
        ],
        handling: vec![
            span(1, "2026-03-02T08:30:00Z", "2026-03-02T09:30:00Z"),
            span(1, "2026-03-02T09:15:00Z", "2026-03-02T10:00:00Z"),
            span(2, "2026-03-02T10:00:00Z", "2026-03-02T10:30:00Z"),
        ],
        available: vec![
            span(1, "2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z"),
            span(2, "2026-03-02T09:00:00Z", "2026-03-02T10:15:00Z"),
        ],
        members: BTreeMap::from([(Q, BTreeSet::from([agent(1), agent(2), agent(3)]))]),
        holders: BTreeMap::from([(S, BTreeSet::from([agent(1)]))]),
    }
}

#[test]
fn figures_follow_their_definitions() {
    let rows = report(&ask(By::Queue, Bucket::Whole), at("2026-03-02T11:00:00Z"), &facts());
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.offered, row.answered, row.abandoned, row.refused, row.callbacks), (6, 2, 1, 1, 1));
    // One of three: the newest has waited ten seconds and is not judged yet.
    assert_eq!(row.service_level, Some(1.0 / 3.0));
    assert_eq!(row.asa_seconds, Some(60.0));
    assert_eq!(row.abandonment, Some(1.0 / 3.0));
    // 60 of 120 minutes, and 30 of 90: what lies before the time does not count, what overlaps counts once.
    assert_eq!((row.handling_seconds, row.present_seconds, row.present), (5400, 12_600, 2));
    assert_eq!(row.occupancy, Some(5400.0 / 12_600.0));
    assert!((row.gini.unwrap() - 0.1).abs() < 1e-9, "{:?}", row.gini);
    // A minute later it is.
    let later = report(&ask(By::Queue, Bucket::Whole), at("2026-03-02T11:01:00Z"), &facts());
    assert_eq!(later[0].service_level, Some(0.25));
}

#[test]
fn rows_are_cut_by_local_hours_and_days() {
    let rows = report(&ask(By::Agent, Bucket::Hour), at("2026-03-02T12:00:00Z"), &facts());
    let seen: Vec<(Key, u32, i64)> = rows.iter().map(|row| (row.key, row.answered, row.handling_seconds)).collect();
    let (one, two) = (Key::Agent(agent(1)), Key::Agent(agent(2)));
    assert_eq!(seen, [(one, 2, 3600), (one, 0, 0), (two, 0, 0), (two, 0, 1800)]);
    // Berlin, 29 March 2026 has 23 hours.
    let berlin = Ask {
        from: at("2026-03-28T23:00:00Z"),
        to: at("2026-03-30T22:00:00Z"),
        zone: "Europe/Berlin".parse().unwrap(),
        bucket: Bucket::Day,
        ..ask(By::Queue, Bucket::Day)
    };
    assert_eq!(edges(&berlin), [berlin.from, at("2026-03-29T22:00:00Z"), berlin.to]);
    // Kathmandu is three quarters of an hour off.
    let nepal = Ask { zone: "Asia/Kathmandu".parse().unwrap(), ..ask(By::Queue, Bucket::Hour) };
    assert_eq!(edges(&nepal)[..2], [nepal.from, at("2026-03-02T09:15:00Z")]);
}

#[test]
fn a_skill_counts_those_who_hold_it() {
    let rows = report(&ask(By::Skill, Bucket::Whole), at("2026-03-02T11:00:00Z"), &facts());
    assert_eq!((rows.len(), rows[0].key, rows[0].present, rows[0].gini), (1, Key::Skill(S), 1, None));
}

#[test]
fn codes_are_counted_by_work_and_declines_of_a_person_are_their_own() {
    let (paid, busy) = (WorkCodeId(Uuid::from_u128(8)), WorkCodeId(Uuid::from_u128(9)));
    let works = vec![
        WorkFact {
            wrap_up: Some(paid),
            declines: vec![(agent(2), Some(busy)), (agent(2), None)],
            ..work("2026-03-02T09:00:00Z", Some(30), true)
        },
        WorkFact { wrap_up: Some(paid), ..work("2026-03-02T09:10:00Z", Some(90), true) },
    ];
    let facts = Facts { works, ..Facts::default() };
    let now = at("2026-03-02T11:00:00Z");
    let of_queue = report(&ask(By::Queue, Bucket::Whole), now, &facts);
    let declines = BTreeMap::from([(None, 1), (Some(busy), 1)]);
    assert_eq!((&of_queue[0].wrap_ups, &of_queue[0].declines), (&BTreeMap::from([(paid, 2)]), &declines));
    let of_people = report(&ask(By::Agent, Bucket::Whole), now, &facts);
    let seen: Vec<_> = of_people.iter().map(|row| (row.key, row.wrap_ups.len(), row.declines.len())).collect();
    assert_eq!(seen, [(Key::Agent(agent(1)), 1, 0), (Key::Agent(agent(2)), 0, 2)]);
}

proptest::proptest! {
    /// However a time is cut, counts and seconds add up to those of the whole.
    #[test]
    fn parts_add_up(minutes in proptest::collection::vec((0_i64..120, 0_i64..200), 0..40)) {
        let begin = at("2026-03-02T09:00:00Z");
        let works = minutes.iter().map(|(born, wait)| WorkFact {
            born: begin + TimeDelta::minutes(*born),
            answered: Some((begin + TimeDelta::minutes(*born) + TimeDelta::seconds(*wait), agent(1))),
            ..work("2026-03-02T09:00:00Z", None, true)
        });
        let handling = minutes.iter().map(|(born, wait)| Span {
            agent: agent(1), from: begin + TimeDelta::minutes(*born), to: begin + TimeDelta::minutes(born + wait),
        });
        let facts = Facts { works: works.collect(), handling: handling.collect(), ..facts() };
        let now = at("2026-03-02T12:00:00Z");
        let (whole, parts) = (report(&ask(By::Queue, Bucket::Whole), now, &facts), report(&ask(By::Queue, Bucket::Hour), now, &facts));
        let count = |rows: &[Row]| rows.iter().map(|row| (row.offered, row.answered)).fold((0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        proptest::prop_assert_eq!(count(&whole), count(&parts));
        let seconds = |rows: &[Row]| rows.iter().map(|row| row.handling_seconds).sum::<i64>();
        proptest::prop_assert!((seconds(&whole) - seconds(&parts)).abs() <= 2);
        proptest::prop_assert!(whole.iter().chain(&parts).all(|row| row.gini.is_none_or(|gini| (0.0..=1.0).contains(&gini))));
    }
}
