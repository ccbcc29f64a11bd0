//! What holds of signals whatever they say.

use super::*;
use crate::{
    identity::{
        Declared, Facts,
        candidate::{COMPARED, Likeness, Profile, SUGGEST, compare, compare_told},
        fellegi::Model,
        pairing::Shares,
    },
    ids::PartyId,
};
use chrono::DateTime;
use proptest::prelude::*;
use std::collections::HashMap;
use uuid::Uuid;

fn now() -> Instant {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap()
}

fn hours(n: i64) -> TimeDelta {
    TimeDelta::hours(n)
}

/// A check that passed an hour ago, with everything in order.
fn signal(kind: Kind, score: f64) -> Signal {
    let checked_at = now() - hours(1);
    Signal {
        id: SignalId(Uuid::from_u128(1)),
        verifier: "Voice lab".into(),
        kind,
        enabled: true,
        score: Some(score),
        thresholds: Thresholds { accept: 0.8, reject: 0.3 },
        span: Span { checked_at, expires_at: checked_at + hours(24) },
        consent: Some(Consent { reference: "c-1".into(), given_at: checked_at - hours(1), withdrawn_at: None }),
    }
}

fn id(scheme: &str, value: &str, verified: Verification) -> Identifier {
    Identifier { scheme: scheme.into(), value: value.into(), scope: String::new(), verified, derived: false }
}

const CALLER: CustomerId = CustomerId(Uuid::from_u128(7));
const CLAIMED: CustomerId = CustomerId(Uuid::from_u128(101));

fn holder(n: u128, identifier: Identifier, name: &str) -> Holder {
    Holder {
        party: PartyId(Uuid::from_u128(n)),
        customer: CustomerId(Uuid::from_u128(n + 100)),
        identifier,
        customer_since: now() - hours(1000),
        names: vec![name.to_owned()],
        silent_days: 0,
        declared: None,
        facts: Facts::NONE,
    }
}

/// Whether a caller with these is by rule the customer who holds them, given what checks say.
fn links(ids: &[Identifier], name: &str, holders: &[Holder], told: &Told) -> bool {
    vouched(Newcomer::new(ids, name), holders, &[], CALLER, CLAIMED, told).is_some()
}

const MOBILE: (&str, &str) = ("phone_e164", "+447700900901");

fn caller(verified: Verification) -> Vec<Identifier> {
    vec![id(MOBILE.0, MOBILE.1, verified)]
}

fn holding(verified: Verification) -> Vec<Holder> {
    vec![holder(1, id(MOBILE.0, MOBILE.1, verified), "Kit Marlow")]
}

#[test]
fn a_voice_with_the_phone_and_the_name_links_and_each_alone_does_not() {
    let passed = told(&[signal(Kind::Voiceprint, 0.95)], now());
    let known = holding(Verification::Channel);
    let claims = caller(Verification::Claimed);
    assert!(links(&claims, "Kit Marlow", &known, &passed));
    // Without the check, without the phone, without the name, with another name.
    assert!(!links(&claims, "Kit Marlow", &known, &Told::default()));
    assert!(!links(&[], "Kit Marlow", &known, &passed));
    assert!(!links(&claims, "", &known, &passed) && !links(&claims, "Ada Stone", &known, &passed));
    // A phone that the customer only claimed; one that nobody vouches for at all: one step is not enough.
    assert!(!links(&claims, "Kit Marlow", &holding(Verification::Claimed), &passed));
    assert!(!links(&caller(Verification::Anonymous), "Kit Marlow", &known, &passed));
    // A failed check, one that says nothing.
    for score in [0.1, 0.5] {
        assert!(!links(&claims, "Kit Marlow", &known, &told(&[signal(Kind::Voiceprint, score)], now())));
    }
}

#[test]
fn an_account_needs_no_name_but_bears_no_other_one() {
    let passed = told(&[signal(Kind::Login, 0.9)], now());
    let ids = [id("crm_id", "C-1047", Verification::Claimed)];
    let known = [holder(1, id("crm_id", "C-1047", Verification::Token), "Kit Marlow")];
    assert!(links(&ids, "", &known, &passed) && links(&ids, "K. Marlow", &known, &passed));
    assert!(!links(&ids, "Ada Stone", &known, &passed));
}

#[test]
fn what_several_use_or_people_parted_stays_apart() {
    let passed = told(&[signal(Kind::Login, 1.0)], now());
    let (claims, known) = (caller(Verification::Claimed), holding(Verification::Channel));
    let landline = |verified| id("phone_e164", "+442079460018", verified);
    let shared = [holder(1, landline(Verification::Channel), "Kit Marlow")];
    assert!(!links(&[landline(Verification::Claimed)], "Kit Marlow", &shared, &passed));
    for declared in [Declared::Shared, Declared::Blocked] {
        let told_so: Vec<Holder> =
            known.iter().map(|holder| Holder { declared: Some(declared), ..holder.clone() }).collect();
        assert!(!links(&claims, "Kit Marlow", &told_so, &passed), "{declared:?}");
    }
    let crowd: Vec<Holder> =
        (1..7).map(|n| holder(n, id(MOBILE.0, MOBILE.1, Verification::Channel), "Kit Marlow")).collect();
    assert!(!links(&claims, "Kit Marlow", &crowd, &passed), "six hold it");
    let newcomer = Newcomer::new(&claims, "Kit Marlow");
    for parted in [(CALLER, CLAIMED), (CLAIMED, CALLER)] {
        assert_eq!(vouched(newcomer, &known, &[parted], CALLER, CLAIMED, &passed), None);
    }
    // It speaks of one customer, not of others who hold the same.
    let other = [holder(2, id(MOBILE.0, MOBILE.1, Verification::Channel), "Kit Marlow")];
    assert!(!links(&claims, "Kit Marlow", &other, &passed));
}

#[test]
fn what_is_wrong_with_a_check_is_refused() {
    let span = |checked: i64, expires: Option<i64>| {
        Span::new(Kind::Voiceprint, 24, now(), Some(now() + hours(checked)), expires.map(|n| now() + hours(n)))
    };
    assert_eq!(span(-1, None).unwrap().expires_at, now() + hours(23));
    assert_eq!(span(1, None), Err(InvalidSignal::Future));
    assert_eq!(span(-1, Some(24)), Err(InvalidSignal::Expiry(24)));
    assert_eq!(span(-1, Some(-2)), Err(InvalidSignal::Expiry(24)));
    assert_eq!(span(-30, None), Err(InvalidSignal::Over));
    assert_eq!(check_hours(Kind::Document, 24 * 30), Ok(720));
    assert_eq!(check_hours(Kind::Voiceprint, 25), Err(InvalidSignal::Hours(24)));
    for (accept, reject, good) in [(0.8, 0.3, true), (1.0, 1.0, true), (0.0, 0.0, false), (0.5, 0.6, false)] {
        assert_eq!(Thresholds { accept, reject }.check().is_ok(), good, "{accept} {reject}");
    }
    assert!(Thresholds { accept: f64::NAN, reject: 0.0 }.check().is_err());
    assert_eq!(check_reference("chk/2026-05:18.4_a"), Ok("chk/2026-05:18.4_a"));
    for bad in ["", "two words", "UklGRiQAAABXQVZFZm10IBAAAAABAAEA=", &"a".repeat(129)] {
        assert_eq!(check_reference(bad), Err(InvalidSignal::Reference), "{bad}");
    }
}

#[test]
fn a_check_lifts_a_name_to_a_suggestion_and_a_failed_one_takes_it_away() {
    let person = |name: &str, phone: &str| {
        let mut profile = Profile::default();
        profile.name(name);
        profile.identifier("phone_e164", phone, None);
        profile
    };
    let likeness = |one: &Profile, other: &Profile, scores: &[f64]| -> Likeness {
        let all: Vec<Signal> = scores.iter().map(|score| signal(Kind::Voiceprint, *score)).collect();
        let told = HashMap::from([(0, told(&all, now()))]);
        compare_told(&[one, other], &[(0, 1)], &told, &Model::typical(&COMPARED, 100), Shares::default()).remove(0)
    };
    let (kit, twin) = (person("Makenzie Webb", ""), person("Makenzie Webb", ""));
    assert!(!likeness(&kit, &twin, &[]).suggested, "a name alone is no person");
    let lifted = likeness(&kit, &twin, &[0.95]);
    assert!(lifted.suggested, "{lifted:?}");
    let piece = lifted.evidence.iter().find(|piece| piece.field == "voiceprint").unwrap();
    assert_eq!(piece.source.as_ref().map(|source| source.verifier.as_str()), Some("Voice lab"));
    // The same phone alone is suggested; a failed check beside it is not.
    let (one, other) = (person("", MOBILE.1), person("M Webb", MOBILE.1));
    assert!(likeness(&one, &other, &[]).suggested);
    let (plain, failed) = (likeness(&one, &other, &[]).score, likeness(&one, &other, &[0.0]).score);
    assert!((plain - failed - Kind::Voiceprint.strongest()).abs() < 1e-9);
}

fn any_signal() -> impl Strategy<Value = Signal> {
    let parts = (0usize..5, 0u32..=100, 1u32..=100, 0u32..=100, -900i64..3, 1i64..=720);
    let rest = (any::<bool>(), any::<bool>(), -5i64..=2, proptest::option::of(-50i64..50), 1u128..9);
    (parts, rest).prop_map(|((kind, score, accept, reject, checked, life), (on, allowed, given, withdrawn, number))| {
        let (kind, checked_at) = (Kind::ALL[kind], now() + hours(checked));
        let share = |n: u32| f64::from(n) / 100.0;
        Signal {
            id: SignalId(Uuid::from_u128(number)),
            kind,
            enabled: on,
            score: Some(share(score)),
            thresholds: Thresholds { accept: share(accept), reject: share(reject.min(accept)) },
            span: Span { checked_at, expires_at: checked_at + hours(life) },
            consent: allowed.then(|| Consent {
                reference: "c".into(),
                given_at: checked_at + hours(given),
                withdrawn_at: withdrawn.map(|n| now() + hours(n)),
            }),
            verifier: "any".into(),
        }
    })
}

/// One that counts now, with any score and thresholds.
fn live() -> impl Strategy<Value = Signal> {
    any_signal().prop_map(|any| Signal {
        enabled: true,
        span: signal(any.kind, 0.0).span,
        consent: signal(any.kind, 0.0).consent,
        ..any
    })
}

/// Ways in which a signal does not count.
fn muted(signal: &Signal, way: usize) -> Signal {
    let mut signal = signal.clone();
    match way {
        0 => signal.consent = None,
        1 => {
            if let Some(consent) = &mut signal.consent {
                consent.withdrawn_at = Some(now());
            }
        }
        2 => signal.span.expires_at = now(),
        3 => signal.enabled = false,
        4 => signal.score = None,
        5 => {
            // Longer than its kind allows, whatever was written.
            signal.span.checked_at = now() - hours(signal.kind.longest_hours());
            signal.span.expires_at = now() + hours(1);
        }
        _ => {
            if let Some(consent) = &mut signal.consent {
                consent.given_at = signal.span.checked_at + hours(1);
            }
        }
    }
    signal
}

fn with_name(name: &str) -> Profile {
    let mut profile = Profile::default();
    profile.name(name);
    profile.birth("1980-01-22");
    profile
}

proptest! {
    #[test]
    fn what_does_not_count_is_as_if_it_were_not_there(
        all in proptest::collection::vec(any_signal(), 0..6), more in live(), way in 0usize..7,
    ) {
        let plain = told(&all, now());
        let mut with = all.clone();
        with.push(muted(&more, way));
        prop_assert_eq!(told(&with, now()), plain.clone());
        let counting: Vec<Signal> = all.into_iter().filter(|s| s.standing(now()) == Standing::Counts).collect();
        prop_assert_eq!(told(&counting, now()), plain);
    }

    #[test]
    fn it_is_bounded_and_what_it_says_is_what_its_pieces_add_up_to(all in proptest::collection::vec(any_signal(), 0..9)) {
        let all_told = told(&all, now());
        prop_assert!(all_told.weight.abs() <= MOST + 1e-9);
        prop_assert!(all.iter().all(|signal| signal.weight(now()).abs() <= signal.kind.strongest()));
        let sum: f64 = all_told.pieces.iter().map(|piece| piece.weight).sum();
        prop_assert!((sum - all_told.weight).abs() <= 0.05 * all_told.pieces.len() as f64 + 1e-9);
        let mut fields: Vec<&str> = all_told.pieces.iter().map(|piece| piece.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        prop_assert_eq!(fields.len(), all_told.pieces.len());
    }

    #[test]
    fn a_better_score_never_weighs_less_and_a_failed_check_never_helps(
        all in proptest::collection::vec(live(), 0..5), one in live(), better in 0u32..=100,
    ) {
        let better = Signal { score: one.score.map(|score| score.max(f64::from(better) / 100.0)), ..one.clone() };
        let with = |one: &Signal| {
            let mut all = all.clone();
            all.push(one.clone());
            told(&all, now()).weight
        };
        prop_assert!(better.weight(now()) >= one.weight(now()));
        prop_assert!(with(&better) >= with(&one) - 1e-9);
        let plain = told(&all, now()).weight;
        match one.outcome() {
            Some(Outcome::Passed) => prop_assert!(with(&one) >= plain - 1e-9),
            Some(Outcome::Failed) => prop_assert!(with(&one) < 0.0 && with(&one) <= plain + 1e-9),
            _ => prop_assert!((with(&one) - plain).abs() < 1e-9),
        }
    }

    #[test]
    fn alone_it_neither_suggests_nor_links(
        all in proptest::collection::vec(live(), 0..9), records in 1usize..2_000_000, name in "[A-C][a-c]{2}",
    ) {
        let all_told = told(&all, now());
        // Two who have nothing in common, and two who tell nothing at all.
        let (one, other) = (with_name("Xu Yang"), Profile::default());
        for (a, b) in [(&one, &other), (&other, &other)] {
            let told = HashMap::from([(0, all_told.clone())]);
            let model = Model::typical(&COMPARED, records);
            let found = compare_told(&[a, b], &[(0, 1)], &told, &model, Shares::default()).remove(0);
            prop_assert!(!found.suggested && found.evidence.is_empty() && found.score < SUGGEST);
        }
        prop_assert!(!links(&[], &name, &holding(Verification::Agent), &all_told));
        let strange = [id("phone_e164", "+447700900999", Verification::Agent)];
        prop_assert!(!links(&strange, "Kit Marlow", &holding(Verification::Agent), &all_told));
    }

    #[test]
    fn a_failed_check_links_nobody_and_lowers_every_score(all in proptest::collection::vec(live(), 0..6), failed in live()) {
        let failed = Signal { score: Some(0.0), thresholds: Thresholds { reject: failed.thresholds.accept, ..failed.thresholds }, ..failed };
        let mut all = all;
        all.push(failed);
        let all_told = told(&all, now());
        prop_assert!(all_told.refuted() && !all_told.passed());
        prop_assert!(!links(&caller(Verification::Channel), "Kit Marlow", &holding(Verification::Agent), &all_told));
        let (one, other) = (with_name("Kit Marlow"), with_name("Kit Marlow"));
        let model = Model::typical(&COMPARED, 100);
        let plain = compare(&[&one, &other], &[(0, 1)], &model, Shares::default()).remove(0);
        let told = HashMap::from([(0, all_told)]);
        let lower = compare_told(&[&one, &other], &[(0, 1)], &told, &model, Shares::default()).remove(0);
        prop_assert!(lower.score < plain.score && (plain.suggested || !lower.suggested));
    }

    #[test]
    fn one_step_up_is_all(level in 0usize..5) {
        let all = [Verification::Anonymous, Verification::Claimed, Verification::Channel, Verification::Token, Verification::Agent];
        let up = lifted(all[level]);
        prop_assert!(up >= all[level] && (up == all[level] || up == all[level + 1]));
        prop_assert!(up <= Verification::Channel || up == all[level]);
    }
}
