//! The exact part, and what holds of it whatever happens.

use super::*;
use chrono::DateTime;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const MOBILE: &str = "+447700900901";
const LANDLINE: &str = "+442079460018";

fn id(scheme: &str, value: &str, verified: Verification) -> Identifier {
    Identifier { scheme: scheme.into(), value: value.into(), scope: String::new(), verified, derived: false }
}

fn day(n: i64) -> Instant {
    DateTime::from_timestamp(1_750_000_000 + n * 86_400, 0).unwrap()
}

fn holder(n: u128, identifier: Identifier) -> Holder {
    Holder {
        party: PartyId(Uuid::from_u128(n)),
        customer: CustomerId(Uuid::from_u128(n + 100)),
        identifier,
        customer_since: day(n as i64),
        names: Vec::new(),
        silent_days: 0,
        declared: None,
    }
}

fn met(ids: &[Identifier], name: &str, holders: &[Holder]) -> Match {
    decide(Newcomer { ids, name }, holders, &[])
}

fn linked(found: &Match) -> Option<CustomerId> {
    match found {
        Match::Link { customer, .. } => Some(*customer),
        Match::New { .. } => None,
    }
}

fn suggested(found: &Match) -> usize {
    match found {
        Match::Link { .. } => 0,
        Match::New { candidates, .. } => candidates.len(),
    }
}

#[test]
fn a_class_tells_why() {
    let class = |declared, holders| standing_class("phone_e164", MOBILE, declared, holders);
    assert_eq!(class(None, SHARED_BY - 1), (Some(Class::Movable), Because::Kind));
    assert_eq!(class(None, SHARED_BY), (Some(Class::Shared), Because::Learned));
    assert_eq!(class(Some(Declared::Personal), SHARED_BY), (Some(Class::Movable), Because::Declared));
    assert_eq!(class(Some(Declared::Shared), 1), (Some(Class::Shared), Because::Declared));
    assert_eq!(class(Some(Declared::Blocked), 1), (None, Because::Declared));
    assert_eq!(standing_class("phone_e164", LANDLINE, None, 9), (Some(Class::Shared), Because::Kind));
    // A browser joins nobody anyway, however many use it.
    assert_eq!(standing_class("web_visitor", "v1", None, 9).1, Because::Kind);
}

#[test]
fn phones_of_many_notations_have_one_form() {
    for text in ["+44 20 7946 0018", "0044 20 7946 0018", "442079460018", "＋４４ (20) 7946-0018"] {
        assert_eq!(normalise("phone_e164", text).as_deref(), Ok(LANDLINE), "{text}");
    }
    assert!(normalise("phone_e164", "anonymous").is_err());
    assert!(normalise("phone_e164", "+1").is_err());
}

#[test]
fn mail_is_lower_cased_and_checked() {
    assert_eq!(normalise("email", " Ana@Example.ORG ").as_deref(), Ok("ana@example.org"));
    for bad in ["ana", "@example.org", "a@b@c", "a b@c.d", "a@b..c", "a@b.c\nBcc: x@y.z"] {
        assert!(normalise("email", bad).is_err(), "{bad}");
    }
}

#[test]
fn verified_on_both_sides_links_and_anything_weaker_is_a_candidate() {
    let ours = [id("phone_e164", MOBILE, Verification::Channel)];
    let verified = holder(1, id("phone_e164", MOBILE, Verification::Agent));
    let claimed = holder(2, id("phone_e164", MOBILE, Verification::Claimed));
    assert_eq!(linked(&met(&ours, "", &[verified.clone(), claimed.clone()])), Some(verified.customer));
    assert_eq!(suggested(&met(&ours, "", std::slice::from_ref(&claimed))), 1);
    let claim = [id("phone_e164", MOBILE, Verification::Claimed)];
    assert_eq!(suggested(&met(&claim, "", &[verified])), 1);
}

#[test]
fn a_shared_value_never_links_and_is_suggested_under_the_same_name_only() {
    let ours = [id("phone_e164", LANDLINE, Verification::Channel)];
    let known = |name: &str| Holder {
        names: vec![name.to_owned()],
        ..holder(1, id("phone_e164", LANDLINE, Verification::Agent))
    };
    assert_eq!(suggested(&met(&ours, "", &[known("")])), 0);
    assert_eq!(suggested(&met(&ours, "Ana Lopez", &[known("Eva Stone")])), 0);
    let same = met(&ours, "Ana Lopez", &[known("Lopez, Ana")]);
    assert_eq!((linked(&same), suggested(&same)), (None, 1));
    let personal = Holder { declared: Some(Declared::Personal), ..known("") };
    assert!(linked(&met(&ours, "", &[personal])).is_some());
    // A mobile that people declared shared, that is blocked, that six people hold, that two parted people hold.
    let ours = [id("phone_e164", MOBILE, Verification::Channel)];
    let known = |n: u128| holder(n, id("phone_e164", MOBILE, Verification::Channel));
    for declared in [Declared::Shared, Declared::Blocked] {
        assert_eq!(linked(&met(&ours, "", &[Holder { declared: Some(declared), ..known(1) }])), None);
    }
    let crowd: Vec<Holder> = (1..=6).map(known).collect();
    assert!(linked(&met(&ours, "", &crowd[..5])).is_some() && linked(&met(&ours, "", &crowd)).is_none());
    let parted = [(crowd[0].customer, crowd[1].customer)];
    let newcomer = Newcomer { ids: &ours, name: "" };
    let found = decide(newcomer, &crowd[..2], &parted);
    assert_eq!((linked(&found), suggested(&found)), (None, 2));
}

#[test]
fn a_number_that_was_silent_passes_to_a_new_name_and_a_contradiction_is_only_suggested() {
    let ours = [id("phone_e164", MOBILE, Verification::Channel)];
    let known =
        Holder { names: vec!["Eva Stone".into()], ..holder(1, id("phone_e164", MOBILE, Verification::Channel)) };
    let soon = met(&ours, "Ana Lopez", std::slice::from_ref(&known));
    assert_eq!((linked(&soon), suggested(&soon)), (None, 1));
    let known = Holder { silent_days: 100, ..known };
    let late = Newcomer { ids: &ours, name: "Ana Lopez" };
    match decide(late, std::slice::from_ref(&known), &[]) {
        Match::New { candidates, former } => assert_eq!((candidates.len(), former[0].0), (0, known.party)),
        other => panic!("{other:?}"),
    }
    assert!(linked(&decide(Newcomer { name: "E Stone", ..late }, &[known], &[])).is_some());
}

#[test]
fn the_oldest_customer_wins_a_tie_and_the_others_are_told() {
    let ours = [id("email", "ana@b.c", Verification::Channel), id("phone_e164", MOBILE, Verification::Channel)];
    let young = holder(9, id("email", "ana@b.c", Verification::Channel));
    let old = holder(3, id("phone_e164", MOBILE, Verification::Token));
    match met(&ours, "", &[young.clone(), old.clone()]) {
        Match::Link { customer, also, .. } => assert_eq!((customer, also), (old.customer, vec![young.customer])),
        other @ Match::New { .. } => panic!("{other:?}"),
    }
}

#[test]
fn a_claimed_address_names_a_party_of_its_own_and_garbage_names_none() {
    let sender = Sender { ids: vec![id("email", "A@b.c", Verification::Claimed)], ..Sender::default() };
    let (key, ids) = party_key(&sender).unwrap();
    assert_eq!((key.scheme.as_str(), key.value.as_str()), ("claimed:email", "a@b.c"));
    assert_eq!(ids[0].scheme, "email");
    assert!(party_key(&Sender::default()).is_none());
    for (scheme, value) in [
        ("phone_e164", "anonymous"),
        ("phone_e164", "0000000"),
        ("email", "unknown"),
        ("crm_id", "N/A"),
        ("sip_uri", "Anonymous"),
    ] {
        let sender = Sender { ids: vec![id(scheme, value, Verification::Channel)], ..Sender::default() };
        assert!(party_key(&sender).is_none(), "{scheme} {value}");
    }
}

#[test]
fn parts_of_mail_addresses_can_be_declared() {
    assert_eq!(normalise_declared("email", " Info@ ").as_deref(), Ok("info@"));
    assert_eq!(normalise_declared("email", "@Example.org").as_deref(), Ok("@example.org"));
    assert!(normalise_declared("email", "@").is_err() && normalise_declared("phone_e164", "@x").is_err());
    assert_eq!(declarable("info@example.org"), ["info@example.org", "info@", "@example.org"]);
}

/// Customers as the store keeps them, for one tenant: parties with identifiers, and to whom each belongs.
#[derive(Default)]
struct World {
    parties: Vec<(CustomerId, Vec<Identifier>)>,
}

impl World {
    fn holders(&self, ids: &[Identifier]) -> Vec<Holder> {
        let mut found = Vec::new();
        for (n, (customer, held)) in self.parties.iter().enumerate() {
            for identifier in held.iter().filter(|held| ids.iter().any(|id| same_value(id, held))) {
                found.push(Holder {
                    customer: *customer,
                    customer_since: day(0),
                    ..holder(n as u128, identifier.clone())
                });
            }
        }
        found
    }

    /// Somebody comes in: links at once, and joins those whom the newcomer proves to be one.
    fn arrive(&mut self, ids: &[Identifier], parted: &[(CustomerId, CustomerId)]) {
        let new = CustomerId(Uuid::from_u128(1000 + self.parties.len() as u128));
        let newcomer = Newcomer { ids, name: "" };
        let customer = match decide(newcomer, &self.holders(ids), parted) {
            Match::Link { customer, also, .. } => {
                for (of, _) in &mut self.parties {
                    if also.contains(of) {
                        *of = customer;
                    }
                }
                customer
            }
            Match::New { .. } => new,
        };
        self.parties.push((customer, ids.to_vec()));
    }

    /// The sets of identifiers that are one person's, whatever the customers are called.
    fn people(&self) -> BTreeSet<BTreeSet<Vec<String>>> {
        let mut people: BTreeMap<CustomerId, BTreeSet<Vec<String>>> = BTreeMap::new();
        for (customer, ids) in &self.parties {
            let ids = ids.iter().map(|id| id.value.clone()).collect();
            people.entry(*customer).or_default().insert(ids);
        }
        people.into_values().collect()
    }
}

fn parties() -> impl Strategy<Value = Vec<Vec<Identifier>>> {
    let one = (0_u8..6).prop_map(|n| id("crm_id", &format!("account{n}"), Verification::Token));
    let ids = prop::collection::btree_map(0_u8..6, one, 1..3).prop_map(|ids| ids.into_values().collect());
    prop::collection::vec(ids, 1..8)
}

proptest! {
    #[test]
    fn the_order_of_arrivals_does_not_change_who_is_one(all in parties(), seed in any::<prop::sample::Index>()) {
        let (mut there, mut elsewhere) = (World::default(), World::default());
        for ids in &all {
            there.arrive(ids, &[]);
        }
        let mut turned = all.clone();
        turned.rotate_left(seed.index(all.len()));
        turned.reverse();
        for ids in &turned {
            elsewhere.arrive(ids, &[]);
        }
        prop_assert_eq!(there.people(), elsewhere.people());
    }

    #[test]
    fn parted_customers_are_never_brought_together(all in parties(), more in parties()) {
        let mut world = World::default();
        for ids in &all {
            world.arrive(ids, &[]);
        }
        let customers: BTreeSet<CustomerId> = world.parties.iter().map(|(customer, _)| *customer).collect();
        let all: Vec<CustomerId> = customers.into_iter().collect();
        let parted: Vec<(CustomerId, CustomerId)> =
            all.iter().enumerate().flat_map(|(n, a)| all.iter().skip(n + 1).map(move |b| (*a, *b))).collect();
        let before = world.parties.clone();
        for ids in &more {
            world.arrive(ids, &parted);
        }
        prop_assert_eq!(&world.parties[..before.len()], &before[..]);
    }
}
