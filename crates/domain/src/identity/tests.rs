//! The exact part, and what holds of it whatever happens.

use super::*;
use crate::{
    ids::{CustomerId, PartyId},
    time::Instant,
};
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
        facts: Facts::NONE,
    }
}

fn met(ids: &[Identifier], name: &str, holders: &[Holder]) -> Match {
    decide(Newcomer::new(ids, name), holders, &[])
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
    let newcomer = Newcomer::new(&ours, "");
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
    let late = Newcomer::new(&ours, "Ana Lopez");
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

fn facts(birth: &str, account: &str) -> Facts {
    let mut facts = Facts::NONE;
    facts.birth(birth);
    facts.account(&id("crm_id", account, Verification::Token), None);
    facts
}

#[test]
fn another_birth_date_or_account_holds_a_number_back_and_an_account_stands_above_it() {
    let phone = [id("phone_e164", MOBILE, Verification::Channel)];
    let known = Holder { facts: facts("1980-04-17", "C-1047"), ..holder(1, phone[0].clone()) };
    let comes = |facts: &Facts| {
        let newcomer = Newcomer { facts, ..Newcomer::new(&phone, "") };
        let found = decide(newcomer, std::slice::from_ref(&known), &[]);
        (linked(&found), suggested(&found))
    };
    assert_eq!(comes(&Facts::NONE), (Some(known.customer), 0));
    assert_eq!(comes(&facts("17.04.1980", "c1047")), (Some(known.customer), 0));
    assert_eq!(comes(&facts("1995-11-02", "")), (None, 1), "another birth date");
    assert_eq!(comes(&facts("", "C-2001")), (None, 1), "another account");
    // The account proves one, the number another who cannot be the same: the account counts.
    let both = [phone[0].clone(), id("crm_id", "C-2001", Verification::Token)];
    let by_account = Holder { facts: facts("", "C-2001"), ..holder(2, both[1].clone()) };
    let own = facts("", "C-2001");
    match decide(Newcomer { facts: &own, ..Newcomer::new(&both, "") }, &[known, by_account.clone()], &[]) {
        Match::Link { customer, also, .. } => assert_eq!((customer, also), (by_account.customer, vec![])),
        other @ Match::New { .. } => panic!("{other:?}"),
    }
}

#[test]
fn who_holds_values_of_two_people_who_contradict_each_other_is_neither() {
    let ours = [id("email", "ana@b.c", Verification::Channel), id("phone_e164", MOBILE, Verification::Channel)];
    let (by_mail, by_phone) = (holder(1, ours[0].clone()), holder(2, ours[1].clone()));
    let met = |one: Holder, other: Holder| {
        let found = decide(Newcomer::new(&ours, ""), &[one, other], &[]);
        (linked(&found).is_some(), suggested(&found))
    };
    assert_eq!(met(by_mail.clone(), by_phone.clone()), (true, 0));
    let born = |of: &Holder, birth: &str| Holder { facts: facts(birth, ""), ..of.clone() };
    assert_eq!(met(born(&by_mail, "1980-04-17"), born(&by_phone, "1995-11-02")), (false, 2));
    assert_eq!(met(born(&by_mail, "1980-04-17"), born(&by_phone, "1980-04-17")), (true, 0));
    let called = |of: &Holder, name: &str| Holder { names: vec![name.to_owned()], ..of.clone() };
    assert_eq!(met(called(&by_mail, "Ana Lopez"), called(&by_phone, "Bert Box")), (false, 2));
}

#[test]
fn a_number_that_two_people_use_by_turns_is_nobodys_without_a_name() {
    let ours = [id("phone_e164", MOBILE, Verification::Channel)];
    let known = |n, name: &str| Holder { names: vec![name.to_owned()], ..holder(n, ours[0].clone()) };
    let both = [known(1, "Ana Lopez"), known(2, "Bert Box")];
    let nameless = met(&ours, "", &both);
    assert_eq!((linked(&nameless), suggested(&nameless)), (None, 2));
    assert_eq!(linked(&met(&ours, "Bert", &both)), Some(both[1].customer));
    assert_eq!(linked(&met(&ours, "", &[known(1, "Ana Lopez"), known(2, "A Lopez")])), Some(both[0].customer));
}

#[test]
fn somebody_known_counts_as_a_holder_and_who_was_parted_from_them_does_too() {
    let ours = [id("phone_e164", MOBILE, Verification::Channel)];
    let all: Vec<Holder> = (1..=6).map(|n| holder(n, ours[0].clone())).collect();
    let looked_at = |holders: &[Holder], parted: &[(CustomerId, CustomerId)]| {
        linked(&decide(Newcomer { own: Some(all[0].customer), ..Newcomer::new(&ours, "") }, holders, parted))
    };
    assert_eq!(looked_at(&all[..1], &[]), None, "never itself");
    assert!(looked_at(&all[..5], &[]).is_some());
    assert_eq!(looked_at(&all, &[]), None, "six hold it");
    // The number is of two whom people parted: a third who has it is neither, from whichever side one looks.
    let parted = [(all[0].customer, all[1].customer)];
    assert_eq!(looked_at(&all[..3], &parted), None);
    assert_eq!(linked(&decide(Newcomer::new(&ours, ""), &all[..3], &parted)), None);
    // Who is about to hold it, too.
    assert_eq!(looked_at(&all[1..3], &parted), None);
}

#[test]
fn people_who_were_parted_are_never_brought_together_by_a_third_however_many_are_linked() {
    let values = [("crm_id", "C-1"), ("email", "ana@b.c"), ("phone_e164", MOBILE)];
    let ids: Vec<Identifier> = values.map(|(scheme, value)| id(scheme, value, Verification::Token)).into();
    let holders: Vec<Holder> = ids.iter().zip(1..).map(|(id, n)| holder(n, id.clone())).collect();
    let of = |n: usize| holders[n].customer;
    for (a, b) in [(0, 1), (1, 2), (0, 2)] {
        match decide(Newcomer::new(&ids, ""), &holders, &[(of(a), of(b))]) {
            Match::Link { customer, also, .. } => {
                let all: Vec<CustomerId> = also.into_iter().chain([customer]).collect();
                assert!(!(all.contains(&of(a)) && all.contains(&of(b))), "{a} {b}: {all:?}");
            }
            Match::New { candidates, .. } => assert!(candidates.len() >= 2),
        }
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
        ("phone_e164", "+266696687"),
        ("phone_e164", "+7378742833"),
        ("phone_e164", "+86282452253"),
        ("wa_id", "8656696"),
        ("crm_id", "0"),
        ("crm_id", "00-000"),
        ("crm_id", "XXXXX"),
        ("telegram", "\u{200b}\u{200b}"),
        ("app_user", "---"),
    ] {
        let sender = Sender { ids: vec![id(scheme, value, Verification::Channel)], ..Sender::default() };
        assert!(party_key(&sender).is_none(), "{scheme} {value}");
    }
    for (scheme, value) in [("crm_id", "7"), ("crm_id", "11"), ("telegram", "1111111"), ("username", "🌸")] {
        let sender = Sender { ids: vec![id(scheme, value, Verification::Channel)], ..Sender::default() };
        assert!(party_key(&sender).is_some(), "{scheme} {value}");
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
        let newcomer = Newcomer::new(ids, "");
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

/// People who tell a number or a mailbox and perhaps a birth date.
fn born() -> impl Strategy<Value = Vec<(Vec<Identifier>, Option<&'static str>)>> {
    let value = (0_u8..3, any::<bool>()).prop_map(|(n, mail)| {
        if mail {
            id("email", &format!("ana{n}@b.c"), Verification::Channel)
        } else {
            id("phone_e164", &format!("+44770090090{n}"), Verification::Channel)
        }
    });
    let birth = prop::option::of(prop::sample::select(vec!["19800417", "19951102"]));
    prop::collection::vec((prop::collection::vec(value, 1..3), birth), 1..10)
}

proptest! {
    #[test]
    fn nobody_is_together_with_whom_a_birth_date_divides_from_them(all in born()) {
        let mut parties: Vec<(CustomerId, Vec<Identifier>, Facts)> = Vec::new();
        for (n, (ids, birth)) in all.iter().enumerate() {
            let known = |of: CustomerId| {
                let mut known = Facts::NONE;
                parties.iter().filter(|(customer, ..)| *customer == of).for_each(|(.., facts)| known.add(facts));
                known
            };
            let mut holders = Vec::new();
            for (at, (customer, held, _)) in parties.iter().enumerate() {
                let same = held.iter().filter(|held| ids.iter().any(|id| same_value(id, held)));
                let of = |id: &Identifier| Holder { customer: *customer, customer_since: day(0), facts: known(*customer), ..holder(at as u128, id.clone()) };
                holders.extend(same.map(of));
            }
            let told = facts(birth.unwrap_or(""), "");
            let new = CustomerId(Uuid::from_u128(1000 + n as u128));
            let customer = match decide(Newcomer { facts: &told, ..Newcomer::new(ids, "") }, &holders, &[]) {
                Match::Link { customer, also, .. } => {
                    parties.iter_mut().filter(|(of, ..)| also.contains(of)).for_each(|(of, ..)| *of = customer);
                    customer
                }
                Match::New { .. } => new,
            };
            parties.push((customer, ids.clone(), told));
            for (a, _, ours) in &parties {
                prop_assert!(parties.iter().all(|(b, _, theirs)| a != b || !ours.divide(theirs)), "{:?}", parties);
            }
        }
    }

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
