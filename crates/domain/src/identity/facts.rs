//! Facts that divide two people whatever else is the same: the veto of a customer as a whole against a link by a number or
//! a mailbox, both of which people share.

use super::{Class, Declared, class_of, classes, compare::Role};
use crate::event::{Identifier, Verification};
use std::collections::{BTreeMap, BTreeSet};

/// Schemes of accounts and documents: of one numbering a person has one.
pub const ACCOUNTS: [&str; 6] = ["account", "account_no", "account_number", "customer_no", "crm_id", "document"];

/// Birth dates, verified accounts and documents of one customer, of those merged into it, too.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    births: BTreeSet<String>,
    accounts: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Facts {
    /// Nothing is known.
    pub const NONE: Self = Self { births: BTreeSet::new(), accounts: BTreeMap::new() };

    /// Adds a birth date in any common notation.
    pub fn birth(&mut self, birth: &str) {
        let digits = Role::Birth.prepare(birth);
        if digits.len() == 8 {
            self.births.insert(digits);
        }
    }

    /// Adds an account or a document. What is not verified, what several use and garbage says nothing, nor does any other
    /// identifier: people have several numbers, mailboxes and users of platforms.
    pub fn account(&mut self, id: &Identifier, declared: Option<Declared>) {
        if id.verified < Verification::Channel
            || !ACCOUNTS.contains(&id.scheme.as_str())
            || class_of(&id.scheme, &id.value, declared) != Some(Class::Exclusive)
        {
            return;
        }
        if let Some((key, _)) = classes::key(&id.scheme, &id.value, None) {
            self.accounts.entry((id.scheme.clone(), id.scope.clone())).or_default().insert(key.value);
        }
    }

    /// Adds all that is known of another one who is the same person.
    pub fn add(&mut self, other: &Self) {
        self.births.extend(other.births.iter().cloned());
        for (numbering, values) in &other.accounts {
            self.accounts.entry(numbering.clone()).or_default().extend(values.iter().cloned());
        }
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.births.is_empty() && self.accounts.is_empty()
    }

    /// Whether two are clearly not one person: both tell a birth date, and it is another, more than a slip of the hand away;
    /// or both have accounts of one numbering, and none in common.
    pub fn divide(&self, other: &Self) -> bool {
        let births = !self.births.is_empty() && !other.births.is_empty();
        if births && self.births.iter().all(|a| other.births.iter().all(|b| Role::Birth.level(a, b) == 0)) {
            return true;
        }
        let apart = |(numbering, ours): (_, &BTreeSet<String>)| {
            other.accounts.get(numbering).is_some_and(|theirs| ours.is_disjoint(theirs))
        };
        self.accounts.iter().any(apart)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn account(scheme: &str, value: &str, verified: Verification) -> Identifier {
        Identifier { scheme: scheme.into(), value: value.into(), scope: String::new(), verified, derived: false }
    }

    fn with(births: &[&str], accounts: &[(&str, &str)]) -> Facts {
        let mut facts = Facts::NONE;
        for birth in births {
            facts.birth(birth);
        }
        for (scheme, value) in accounts {
            facts.account(&account(scheme, value, Verification::Token), None);
        }
        facts
    }

    #[test]
    fn another_birth_date_or_account_divides_and_a_slip_or_another_numbering_does_not() {
        let divided = |a: &Facts, b: &Facts| a.divide(b) && b.divide(a);
        assert!(divided(&with(&["1980-04-17"], &[]), &with(&["1995-11-02"], &[])));
        assert!(!divided(&with(&["1980-04-17"], &[]), &with(&["17.04.1980"], &[])));
        assert!(!divided(&with(&["1980-04-17"], &[]), &with(&["1980-04-18"], &[])), "a slip of the hand");
        assert!(!divided(&with(&["1980-04-17"], &[]), &with(&["1995-11-02", "1980-04-17"], &[])));
        let first = with(&[], &[("crm_id", "C-1047")]);
        assert!(divided(&first, &with(&[], &[("crm_id", "C-2001")])));
        assert!(!divided(&first, &with(&[], &[("crm_id", "C-2001"), ("crm_id", "c1047")])));
        assert!(!divided(&first, &with(&[], &[("document", "C-2001")])));
        assert!(!divided(&first, &Facts::NONE) && !divided(&Facts::NONE, &Facts::NONE));
    }

    #[test]
    fn what_is_claimed_shared_or_garbage_is_no_fact() {
        let mut facts = Facts::NONE;
        facts.account(&account("crm_id", "C-1", Verification::Claimed), None);
        facts.account(&account("crm_id", "C-1047", Verification::Token), Some(Declared::Shared));
        facts.account(&account("crm_id", "C-1047", Verification::Token), Some(Declared::Blocked));
        facts.account(&account("crm_id", "0000000", Verification::Token), None);
        facts.account(&account("telegram", "178414", Verification::Channel), None);
        facts.account(&account("phone_e164", "+447700900901", Verification::Channel), None);
        facts.birth("unknown");
        assert!(facts.is_empty(), "{facts:?}");
    }

    proptest! {
        #[test]
        fn it_is_the_same_both_ways_and_never_divides_one_from_themselves(
            births in prop::collection::vec(prop::sample::select(vec!["1980-04-17", "1995-11-02", "2001-01-01"]), 0..3),
            accounts in prop::collection::vec(prop::sample::select(vec![("crm_id", "C-1047"), ("crm_id", "C-2001"), ("document", "X99")]), 0..3),
            cut in (0usize..4, 0usize..4),
        ) {
            let whole = with(&births, &accounts);
            let part = with(&births[..cut.0.min(births.len())], &accounts[..cut.1.min(accounts.len())]);
            prop_assert!(!whole.divide(&whole) && !whole.divide(&part));
            let mut both = part.clone();
            both.add(&whole);
            prop_assert_eq!(&both, &whole);
            let other = with(&["1933-07-08"], &[]);
            prop_assert_eq!(whole.divide(&other), other.divide(&whole));
            prop_assert_eq!(whole.divide(&other), !births.is_empty());
        }
    }
}
