//! All events at once: constrained agglomeration, strongest evidence first.
//!
//! Pairs of events that share evidence are joined in order of its strength. A join is refused when the two groups
//! contradict each other as wholes, or when a person said that two of their events are not one customer (a
//! cannot-link constraint, Wagstaff and Cardie 2000). The outcome does not depend on the order of the input pairs.

use super::{
    classes::{Class, Key, Scheme},
    dossier::Dossier,
    name::Agreement,
    stream::{Contact, DAY},
};
use std::collections::{BTreeMap, HashMap};

/// How many earlier uses of a key an event is compared with.
const LOOK_BACK: usize = 12;

/// What regrouping needs to know beside the events.
pub(super) struct Constraints<'a> {
    /// Events that a person declared one customer.
    pub musts: &'a [(usize, usize)],
    /// Events that a person declared different customers.
    pub nots: &'a [(usize, usize)],
    /// The class of a key in the light of all that was seen.
    pub class: &'a dyn Fn(&Key, Class) -> Class,
}

struct Pair {
    strength: i64,
    earlier: usize,
    later: usize,
    proven: bool,
}

/// Groups of event numbers, each ascending, in the order of their first event.
pub(super) fn regroup(events: &[usize], contacts: &[Contact], constraints: &Constraints<'_>) -> Vec<Vec<usize>> {
    let mut groups = Groups::new(events, contacts, constraints.nots);
    for (a, b) in constraints.musts {
        groups.join(*a, *b, true, true);
    }
    let mut pairs = pairs(events, contacts, constraints);
    pairs.sort_by_key(|pair| (-pair.strength, pair.earlier, pair.later));
    for pair in pairs {
        groups.join(pair.earlier, pair.later, false, pair.proven);
    }
    groups.into_groups()
}

fn pairs(events: &[usize], contacts: &[Contact], constraints: &Constraints<'_>) -> Vec<Pair> {
    let mut uses: BTreeMap<&Key, (Class, Vec<usize>)> = BTreeMap::new();
    let mut births: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &event in events {
        let Some(contact) = contacts.get(event) else { continue };
        for (key, class) in &contact.keys {
            uses.entry(key).or_insert((*class, Vec::new())).1.push(event);
        }
        if let Some(birth) = contact.birth.as_deref() {
            births.entry(birth).or_default().push(event);
        }
    }
    let mut out = Vec::new();
    for (key, (class, list)) in uses {
        let class = (constraints.class)(key, class);
        compare_uses(&list, contacts, &mut out, |a, b, agreement| strength(key, class, a, b, agreement));
    }
    for list in births.into_values() {
        compare_uses(&list, contacts, &mut out, |_, _, agreement| (agreement == Agreement::Same).then_some(850));
    }
    out
}

fn compare_uses(
    list: &[usize],
    contacts: &[Contact],
    out: &mut Vec<Pair>,
    strength: impl Fn(&Contact, &Contact, Agreement) -> Option<i64>,
) {
    for (at, &later) in list.iter().enumerate() {
        for &earlier in list.iter().take(at).rev().take(LOOK_BACK) {
            let (Some(a), Some(b)) = (contacts.get(earlier), contacts.get(later)) else { continue };
            if let Some(strength) = strength(a, b, a.dossier.names_agree(&b.dossier)) {
                out.push(Pair { strength, earlier, later, proven: a.verified && b.verified });
            }
        }
    }
}

/// How strongly two uses of a key speak for one person, in thousandths of a scale whose ends are "nothing" and "proof".
fn strength(key: &Key, class: Class, a: &Contact, b: &Contact, agreement: Agreement) -> Option<i64> {
    let gap = ((b.at - a.at).max(0) / DAY).min(365);
    match (class, agreement) {
        (Class::Exclusive, _) if key.scheme == Scheme::Account => Some(1000),
        (Class::Exclusive, _) => Some(950),
        (_, Agreement::Conflict) => None,
        (Class::Movable, Agreement::Same) => Some(900 - gap / 10),
        (Class::Movable, Agreement::Partial) => Some(800 - gap / 10),
        (Class::Movable, Agreement::Initials) => Some(700 - gap / 10),
        (Class::Movable, Agreement::Unknown) => Some(600 - gap / 4),
        (Class::Shared, _) if a.dossier.same_birth(&b.dossier) => Some(550),
        (Class::Shared, Agreement::Same) => Some(500),
        (Class::Shared, Agreement::Partial) => Some(400 - gap / 10),
        (Class::Shared, _) => None,
    }
}

/// A forest of joined events (union-find), each root with the evidence of its whole group.
struct Groups<'a> {
    parent: HashMap<usize, usize>,
    dossiers: HashMap<usize, Dossier>,
    nots: &'a [(usize, usize)],
    events: &'a [usize],
}

impl<'a> Groups<'a> {
    fn new(events: &'a [usize], contacts: &[Contact], nots: &'a [(usize, usize)]) -> Self {
        let dossier = |event: &usize| contacts.get(*event).map(|contact| (*event, contact.dossier.clone()));
        Self {
            parent: events.iter().map(|event| (*event, *event)).collect(),
            dossiers: events.iter().filter_map(dossier).collect(),
            nots,
            events,
        }
    }

    fn root(&self, mut event: usize) -> usize {
        while let Some(&up) = self.parent.get(&event) {
            if up == event {
                break;
            }
            event = up;
        }
        event
    }

    fn forbidden(&self, a: usize, b: usize) -> bool {
        self.nots.iter().any(|(x, y)| {
            let (x, y) = (self.root(*x), self.root(*y));
            (x, y) == (a, b) || (x, y) == (b, a)
        })
    }

    /// Joins the groups of two events. `ordered` by a person: only another person's word is above it. `proven`: the
    /// evidence was checked on both sides, so a name may differ.
    fn join(&mut self, a: usize, b: usize, ordered: bool, proven: bool) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b || self.forbidden(a, b) {
            return;
        }
        let (Some(mine), Some(theirs)) = (self.dossiers.get(&a), self.dossiers.get(&b)) else { return };
        let same_account = proven && mine.shares_account(theirs);
        if !ordered && !same_account && mine.contradicts(theirs) {
            return;
        }
        let (keep, gone) = (a.min(b), a.max(b));
        if let Some(absorbed) = self.dossiers.remove(&gone) {
            if let Some(kept) = self.dossiers.get_mut(&keep) {
                kept.absorb(&absorbed);
            }
            self.parent.insert(gone, keep);
        }
    }

    fn into_groups(self) -> Vec<Vec<usize>> {
        let mut sorted: Vec<usize> = self.events.to_vec();
        sorted.sort_unstable();
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for event in sorted {
            groups.entry(self.root(event)).or_default().push(event);
        }
        groups.into_values().collect()
    }
}
