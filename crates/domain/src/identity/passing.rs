//! Whether an address that leads to a customer is another person's by now: numbers and mailboxes are given out again.
//!
//! The rule of the reference: a movable identifier that was silent for long and comes back with a new name has passed on,
//! it is no match. Silence alone says nothing, people come back after a year; nor does a new name alone, people share a
//! phone. What a platform gives out (a user id) never passes.

use super::{Class, Declared, REASSIGNED_AFTER_DAYS, classes, name::Agreement, names_agree, standing_class};
use crate::event::Identifier;

/// How a sender's address leads to a customer.
#[derive(Debug, Clone, Copy)]
pub struct Hold<'a> {
    /// Names of the customer, of those it was merged from, of those the address was with before, and the one that was
    /// given on the address itself.
    pub names: &'a [String],
    /// Whole days since the customer used it: since its last sight, or since the one before a silence that somebody
    /// without a name broke.
    pub silent_days: i64,
    /// What people declared of the value.
    pub declared: Option<Declared>,
    /// How many customers hold it now.
    pub holders: usize,
}

/// The scheme of an identifier without the mark of a party that was only claimed.
pub fn plain_scheme(scheme: &str) -> &str {
    scheme.strip_prefix("claimed:").unwrap_or(scheme)
}

/// Whether identifiers of a scheme are given out again: phones and mailboxes.
pub fn given_out_again(scheme: &str) -> bool {
    matches!(
        plain_scheme(scheme),
        "phone_e164" | "wa_id" | "phone" | "mobile" | "landline" | "tel" | "msisdn" | "email" | "mail" | "e-mail"
    )
}

/// Whether the address has passed to whoever writes now under `name` (empty when none was given).
pub fn has_passed(address: &Identifier, name: &str, hold: Hold<'_>) -> bool {
    let scheme = plain_scheme(&address.scheme);
    given_out_again(scheme)
        && hold.silent_days > REASSIGNED_AFTER_DAYS
        && standing_class(scheme, &address.value, hold.declared, hold.holders).0 == Some(Class::Movable)
        && names_agree(name, hold.names) == Agreement::Conflict
}

/// The identifiers that are the same number or mailbox as an address: they pass together.
pub fn forms(address: &Identifier) -> Vec<Identifier> {
    let plain =
        |scheme: &str, value: &str| Identifier { scheme: scheme.into(), value: value.into(), ..address.clone() };
    let mut forms = vec![plain(plain_scheme(&address.scheme), &address.value)];
    if let Some((key, _)) = classes::key(plain_scheme(&address.scheme), &address.value, None)
        && key.scheme == classes::Scheme::Phone
    {
        for (scheme, value) in [("phone_e164", key.value.as_str()), ("wa_id", key.value.trim_start_matches('+'))] {
            if forms.iter().all(|form| form.scheme != scheme) {
                forms.push(plain(scheme, value));
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Verification;
    use proptest::prelude::*;

    fn address(scheme: &str, value: &str) -> Identifier {
        let verified = Verification::Channel;
        Identifier { scheme: scheme.into(), value: value.into(), scope: String::new(), verified, derived: false }
    }

    fn hold(names: &[String], silent_days: i64) -> Hold<'_> {
        Hold { names, silent_days, declared: None, holders: 1 }
    }

    const ADDRESSES: [(&str, &str); 5] = [
        ("phone_e164", "+447700900901"),
        ("wa_id", "447700900901"),
        ("email", "ana.lopez@example.org"),
        ("claimed:email", "ana.lopez@example.org"),
        ("claimed:phone_e164", "+447700900901"),
    ];

    #[test]
    fn silence_and_another_name_together_pass_a_number_or_a_mailbox_on() {
        let names = ["Ana Lopez".to_owned(), "Sunny".to_owned()];
        for (scheme, value) in ADDRESSES {
            let address = address(scheme, value);
            assert!(has_passed(&address, "Bert Box", hold(&names, 61)), "{scheme}");
            for (name, days) in
                [("Bert Box", 60), ("", 900), ("A Lopez", 900), ("Lopez, Ana", 900), ("sunny", 900), ("123 🌸", 900)]
            {
                assert!(!has_passed(&address, name, hold(&names, days)), "{scheme} {name} {days}");
            }
            // Of somebody without a name nothing contradicts.
            assert!(!has_passed(&address, "Bert Box", hold(&[], 900)));
        }
    }

    #[test]
    fn a_name_in_another_script_passes_nothing_on_unless_it_is_clearly_another() {
        let address = address("phone_e164", "+447700900901");
        let passed = |known: &[&str], name: &str| {
            let names: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
            has_passed(&address, name, hold(&names, 900))
        };
        for name in ["Wang Xiaoming", "Wong Siu Ming", "Michael Wang", "Michael", "Сяомин", "王曉明", "王先生"]
        {
            assert!(!passed(&["王晓明"], name), "{name}");
        }
        assert!(passed(&["王晓明"], "Li Na") && passed(&["Li Na"], "王晓明"));
        // The name in the other script does not hide the contradiction.
        assert!(passed(&["王晓明", "Xiaoming Wang"], "Bert Box"));
        assert!(!passed(&["王晓明", "Michael Wang"], "Michael Wang"));
    }

    #[test]
    fn what_several_use_and_what_a_platform_gives_out_does_not_pass() {
        let names = ["Ana Lopez".to_owned()];
        let passes = |scheme: &str, value: &str, hold| has_passed(&address(scheme, value), "Bert Box", hold);
        let silent = hold(&names, 900);
        for (scheme, value) in [
            ("phone_e164", "+442079460018"),
            ("email", "info@example.org"),
            ("wa_bsuid", "GB.7"),
            ("telegram", "178414"),
            ("crm_id", "C-1047"),
            ("web_visitor", "v1"),
            ("sms_sender", "PARCELS"),
        ] {
            assert!(!passes(scheme, value, silent), "{scheme}");
        }
        let mobile = |hold| passes("phone_e164", "+447700900901", hold);
        assert!(mobile(silent));
        assert!(!mobile(Hold { declared: Some(Declared::Shared), ..silent }));
        assert!(!mobile(Hold { declared: Some(Declared::Blocked), ..silent }));
        assert!(!mobile(Hold { holders: 6, ..silent }));
        assert!(mobile(Hold { holders: 6, declared: Some(Declared::Personal), ..silent }));
        assert!(passes("phone_e164", "+442079460018", Hold { declared: Some(Declared::Personal), ..silent }));
    }

    #[test]
    fn a_number_passes_in_all_its_forms() {
        let of = |scheme: &str, value: &str| -> Vec<(String, String)> {
            forms(&address(scheme, value)).into_iter().map(|form| (form.scheme, form.value)).collect()
        };
        let both =
            [("phone_e164".to_owned(), "+447700900901".to_owned()), ("wa_id".to_owned(), "447700900901".to_owned())];
        for (scheme, value) in
            [("phone_e164", "+447700900901"), ("wa_id", "447700900901"), ("claimed:phone_e164", "+447700900901")]
        {
            let mut found = of(scheme, value);
            found.sort();
            assert_eq!(found, both, "{scheme}");
        }
        assert_eq!(of("claimed:email", "a+b@b.org"), [("email".to_owned(), "a+b@b.org".to_owned())]);
        assert_eq!(of("telegram", "7"), [("telegram".to_owned(), "7".to_owned())]);
    }

    proptest! {
        #[test]
        fn it_never_passes_soon_nor_without_a_name_nor_to_a_known_one(
            names in prop::collection::vec("[A-Z][a-z]{2,8} [A-Z][a-z]{2,8}", 0..4),
            name in "[A-Z][a-z]{2,8} [A-Z][a-z]{2,8}|[A-Z][a-z]{0,8}|",
            days in -5_i64..200,
            which in 0usize..5,
        ) {
            let (scheme, value) = ADDRESSES[which];
            let address = address(scheme, value);
            let passed = has_passed(&address, &name, hold(&names, days));
            prop_assert!(!(passed && days <= REASSIGNED_AFTER_DAYS));
            prop_assert!(!(passed && (name.is_empty() || names.is_empty())));
            // More silence never takes it back; one more name that agrees always does.
            prop_assert!(!passed || has_passed(&address, &name, hold(&names, days + 1)));
            let mut more = names.clone();
            more.push(name.clone());
            prop_assert!(!has_passed(&address, &name, hold(&more, days)));
            more.rotate_right(1);
            prop_assert!(!has_passed(&address, &name, hold(&more, days)));
            // Who comes back under a name of their own finds what is theirs.
            for known in &names {
                prop_assert!(!has_passed(&address, known, hold(&names, days)));
            }
        }
    }
}
