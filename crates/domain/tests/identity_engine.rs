//! What holds of the online identity engine whatever comes in: made-up people who share phones, mailboxes and browsers.

use meridian_domain::identity::{
    classes,
    name::Name,
    stream::{Contact, Engine, Policy, ProfileId},
};
use proptest::prelude::*;
use std::collections::{BTreeSet, HashMap};

const DAY: i64 = 86_400;
const NAMES: [&str; 6] = ["Ana Lopez", "Eva Lopez", "Paul Berg", "Olga Brandt", "王 小明", "Kofi Mensah"];

/// One contact: who, on which day, by which of their own keys and of the shared ones, and what was told.
#[derive(Debug, Clone)]
struct Told {
    who: usize,
    day: i64,
    key: usize,
    named: bool,
    born: bool,
    account: bool,
}

fn told() -> impl Strategy<Value = Told> {
    (0..NAMES.len(), 0..40i64, 0..5usize, any::<bool>(), any::<bool>(), any::<bool>())
        .prop_map(|(who, day, key, named, born, account)| Told { who, day, key, named, born, account })
}

fn contact(told: &Told) -> Contact {
    let who = told.who;
    let (scheme, value) = match told.key {
        0 => ("phone", format!("+61 412 345 6{who}0")),
        1 => ("email", format!("m{who}x@mail.example")),
        2 => ("cookie", format!("browser-{who}")),
        // The switchboard of an office, and a mailbox of a role.
        3 => ("phone", "+61 2 9374 4000".to_owned()),
        _ => ("email", "info@office.example".to_owned()),
    };
    let mut keys: Vec<_> = classes::key(scheme, &value, Some("AU")).into_iter().collect();
    if told.account {
        keys.extend(classes::key("account_no", &format!("AC-{who}77"), None));
    }
    let names: Vec<Name> =
        NAMES.get(who).filter(|_| told.named).and_then(|name| Name::parse(name)).into_iter().collect();
    let birth = told.born.then(|| format!("19{}0-0{}-17", who + 2, who + 1));
    Contact::new(told.day * DAY, keys, &names, birth.as_deref(), told.account)
}

fn engine(all: &[Told]) -> Engine {
    let mut engine = Engine::new(Policy::default());
    for told in all {
        engine.observe(contact(told));
    }
    engine
}

/// Which events are together, without the numbers of the groups.
fn parts(of: impl IntoIterator<Item = ProfileId>) -> BTreeSet<Vec<usize>> {
    let mut groups: HashMap<ProfileId, Vec<usize>> = HashMap::new();
    of.into_iter().enumerate().for_each(|(event, profile)| groups.entry(profile).or_default().push(event));
    groups.into_values().collect()
}

fn now(engine: &Engine, len: usize) -> Vec<ProfileId> {
    (0..len).filter_map(|event| engine.profile(event)).collect()
}

proptest! {
    #[test]
    fn merge_then_unmerge_is_the_identity(all in prop::collection::vec(told(), 2..40), a in 0..40usize, b in 0..40usize) {
        let (a, b) = (a % all.len(), b % all.len());
        let mut engine = engine(&all);
        let (online, settled) = (now(&engine, all.len()), engine.settled());
        let apart = |of: &[ProfileId]| of[a] != of[b];
        prop_assume!(apart(&online) && apart(&settled));
        engine.confirm_same(a, b);
        prop_assert_eq!(engine.profile(a), engine.profile(b));
        engine.confirm_different(a, b);
        prop_assert_eq!(parts(now(&engine, all.len())), parts(online));
        prop_assert_eq!(engine.settled(), settled);
    }

    #[test]
    fn a_persons_word_is_never_overridden(
        all in prop::collection::vec(told(), 4..30), later in prop::collection::vec(told(), 0..30), a in 0..30usize, b in 0..30usize,
    ) {
        let (a, b) = (a % all.len(), b % all.len());
        prop_assume!(a != b);
        let mut engine = engine(&all);
        engine.confirm_different(a, b);
        for told in &later {
            engine.observe(contact(told));
        }
        prop_assert_ne!(engine.profile(a), engine.profile(b));
        let settled = engine.settled();
        prop_assert_ne!(settled[a], settled[b]);
    }

    #[test]
    fn the_order_of_events_does_not_change_the_final_links(
        all in prop::collection::vec(told().prop_map(|told| Told { named: true, born: true, ..told }), 2..30), turn in 0..30usize,
    ) {
        let by = turn % all.len();
        let mut turned = all.clone();
        turned.rotate_left(by);
        let (one, other) = (engine(&all).settled(), engine(&turned).settled());
        let mut back = other.clone();
        back.rotate_right(by);
        prop_assert_eq!(parts(one), parts(back));
    }
}

#[test]
fn what_came_after_a_merge_goes_where_its_evidence_points() {
    let told = |who: usize, day: i64| Told { who, day, key: 0, named: true, born: false, account: false };
    let mut engine = engine(&[told(0, 1), told(2, 2)]);
    let before = now(&engine, 2);
    engine.confirm_same(0, 1);
    engine.observe(contact(&told(2, 3)));
    engine.observe(contact(&told(0, 4)));
    assert_eq!(parts(now(&engine, 4)).len(), 1);
    engine.confirm_different(0, 1);
    assert_eq!(parts(now(&engine, 4)), parts([before[0], before[1], before[1], before[0]]));
}
