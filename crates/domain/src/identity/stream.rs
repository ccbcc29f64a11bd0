//! The online engine: each contact finds its profile when it comes in, seeing only the past.
//!
//! A profile is a view over events; an event keeps its own evidence, so merging and splitting move links only. What an
//! agent says is a hard constraint that later evidence never overrides. A link on a movable key needs that no name,
//! birth date or account contradicts; on a shared key it needs a name that agrees. When a movable key was silent for
//! long and a new name turns up, the key has passed to a new owner; when two people use it in turns, it is shared.

use super::{
    classes::{Class, Key, Scheme},
    dossier::{Dossier, household_mail},
    name::{Agreement, Name},
    regroup::{Constraints, regroup},
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// How many uses of a key are looked at, newest first: a switchboard has no end of them.
const RECENT_USES: usize = 200;

/// Settings a tenant may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// After so many days of silence a new name on a movable key means a new owner; earlier, that the key is shared.
    pub reassigned_after_days: i64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { reassigned_after_days: super::REASSIGNED_AFTER_DAYS }
    }
}

/// One contact event with its own evidence.
#[derive(Debug, Clone)]
pub struct Contact {
    /// When, in seconds of any epoch.
    pub at: i64,
    /// Its keys with their declared classes.
    pub keys: Vec<(Key, Class)>,
    /// Birth date as digits `YYYYMMDD`.
    pub birth: Option<String>,
    /// Whether the claims were checked: a login, an agent's questions.
    pub verified: bool,
    /// Names, birth date, accounts, ready to compare.
    pub dossier: Dossier,
}

impl Contact {
    /// A contact from its keys (`classes::key`), the names it gave and what else was said.
    pub fn new(at: i64, keys: Vec<(Key, Class)>, names: &[Name], birth: Option<&str>, verified: bool) -> Self {
        let birth: Option<String> = birth
            .map(|text| {
                text.chars().filter_map(super::text::digit_value).filter_map(|d| char::from_digit(d, 10)).collect()
            })
            .filter(|digits: &String| digits.len() == 8);
        let plain: Vec<Key> = keys.iter().map(|(key, _)| key.clone()).collect();
        let dossier = Dossier::new(names, birth.as_deref(), &plain);
        Self { at, keys, birth, verified, dossier }
    }
}

/// A profile of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProfileId(pub usize);

/// Why a contact was put where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The profile.
    pub profile: ProfileId,
    /// The key that decided and how far names agreed; `None` for a new profile.
    pub evidence: Option<(Option<Key>, Agreement)>,
    /// Profiles that share a key but are not proven: what an agent is offered.
    pub candidates: Vec<ProfileId>,
}

#[derive(Debug, Default)]
struct Profile {
    dossier: Dossier,
    events: Vec<usize>,
}

/// The engine: feed it contacts and corrections in the order they happen.
#[derive(Debug, Default)]
pub struct Engine {
    policy: Policy,
    contacts: Vec<Contact>,
    profile_of: Vec<usize>,
    profiles: Vec<Profile>,
    uses: HashMap<Key, Vec<usize>>,
    births: HashMap<String, Vec<usize>>,
    learned_shared: HashSet<Key>,
    musts: Vec<(usize, usize)>,
    nots: Vec<(usize, usize)>,
    merges: Vec<Merge>,
}

/// A merge that an agent ordered: what it takes to undo it.
#[derive(Debug)]
struct Merge {
    /// The events that were in the profile that stayed.
    stayed: Vec<usize>,
    /// The events that were in the profile that went.
    moved: Vec<usize>,
}

/// A profile that a contact may belong to.
#[derive(Debug, Clone)]
struct Support {
    profile: usize,
    strength: i64,
    last: usize,
    key: Option<Key>,
    agreement: Agreement,
}

/// From this strength on, evidence also joins profiles.
const JOINS_PROFILES: i64 = 600;

impl Engine {
    /// An engine that has seen nothing.
    pub fn new(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// Takes a contact and tells its profile. Contacts are numbered from 0 in the order they are given.
    pub fn observe(&mut self, contact: Contact) -> Placement {
        let event = self.contacts.len();
        let (mut supports, mut candidates) = self.supports(&contact);
        supports.sort_by_key(|support| (-support.strength, std::cmp::Reverse(support.last)));
        let profile = if let Some(best) = supports.first() {
            best.profile
        } else {
            self.profiles.push(Profile::default());
            self.profiles.len() - 1
        };
        self.learn(&contact, profile);
        for (key, _) in &contact.keys {
            self.uses.entry(key.clone()).or_default().push(event);
        }
        if let Some(birth) = &contact.birth {
            self.births.entry(birth.clone()).or_default().push(event);
        }
        self.profile_of.push(profile);
        if let Some(kept) = self.profiles.get_mut(profile) {
            kept.dossier.absorb(&contact.dossier);
            kept.events.push(event);
        }
        self.contacts.push(contact);
        for other in supports.iter().skip(1).filter(|support| support.strength >= JOINS_PROFILES) {
            self.merge_profiles(profile, other.profile, false);
        }
        candidates.retain(|candidate| *candidate != profile);
        candidates.dedup();
        Placement {
            profile: ProfileId(self.profile_of.get(event).copied().unwrap_or(profile)),
            evidence: supports.first().map(|support| (support.key.clone(), support.agreement)),
            candidates: candidates.into_iter().map(ProfileId).collect(),
        }
    }

    /// The profile that an event belongs to now.
    pub fn profile(&self, event: usize) -> Option<ProfileId> {
        self.profile_of.get(event).copied().map(ProfileId)
    }

    /// An agent says that two events are of one customer. The latest word about them counts.
    pub fn confirm_same(&mut self, a: usize, b: usize) {
        self.nots.retain(|pair| !about(*pair, a, b));
        self.musts.push((a, b));
        let (Some(&into), Some(&from)) = (self.profile_of.get(a), self.profile_of.get(b)) else { return };
        let events = |profile: usize| self.profiles.get(profile).map(|p| p.events.clone()).unwrap_or_default();
        let merge = Merge { stayed: events(into), moved: events(from) };
        if self.merge_profiles(into, from, true) {
            self.merges.push(merge);
        }
    }

    /// An agent says that two events are of different customers. Where a merge by an agent brought them together, that
    /// merge is undone: both sides are what they were, and what came since goes where its evidence points. Else the
    /// profile that held both is taken apart anew.
    pub fn confirm_different(&mut self, a: usize, b: usize) {
        self.musts.retain(|pair| !about(*pair, a, b));
        self.nots.push((a, b));
        let (Some(&mixed), Some(&other)) = (self.profile_of.get(a), self.profile_of.get(b)) else { return };
        if mixed != other {
            return;
        }
        let parts = |merge: &Merge| {
            let sides = |x: usize, y: usize| merge.stayed.contains(&x) && merge.moved.contains(&y);
            sides(a, b) || sides(b, a)
        };
        let undone = self.merges.iter().rposition(parts).map(|at| self.merges.remove(at));
        let mut together = Vec::new();
        if let Some(Merge { stayed, moved }) = &undone {
            let crosses = |x: &usize, y: &usize| stayed.contains(x) && moved.contains(y);
            self.musts.retain(|(x, y)| !crosses(x, y) && !crosses(y, x));
            for side in [stayed, moved] {
                together.extend(side.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))));
            }
        }
        let events = self.profiles.get(mixed).map(|profile| profile.events.clone()).unwrap_or_default();
        let mut groups = self.regrouped(&events, &together);
        // The side that stayed keeps its number; without one, the largest part does.
        let stayed = |group: &[usize]| {
            undone.as_ref().is_some_and(|merge| group.iter().any(|event| merge.stayed.contains(event)))
        };
        groups.sort_by_key(|group| (!stayed(group), std::cmp::Reverse(group.len())));
        for (rank, group) in groups.into_iter().enumerate() {
            self.regroup_as(if rank == 0 { mixed } else { self.profiles.len() }, group);
        }
    }

    /// Makes events one profile of this number.
    fn regroup_as(&mut self, id: usize, events: Vec<usize>) {
        let mut profile = Profile::default();
        for event in &events {
            if let Some(contact) = self.contacts.get(*event) {
                profile.dossier.absorb(&contact.dossier);
            }
            if let Some(of) = self.profile_of.get_mut(*event) {
                *of = id;
            }
        }
        profile.events = events;
        match self.profiles.get_mut(id) {
            Some(kept) => *kept = profile,
            None => self.profiles.push(profile),
        }
    }

    /// The profile of every event in the light of everything seen and said, in event order.
    pub fn settled(&self) -> Vec<ProfileId> {
        let all: Vec<usize> = (0..self.contacts.len()).collect();
        let mut out = vec![ProfileId(0); all.len()];
        for (number, group) in self.regrouped(&all, &[]).into_iter().enumerate() {
            for event in group {
                if let Some(slot) = out.get_mut(event) {
                    *slot = ProfileId(number);
                }
            }
        }
        out
    }

    /// Groups of events; `together` are pairs to keep beside what agents said.
    fn regrouped(&self, events: &[usize], together: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let class = |key: &Key, declared: Class| self.class_now(key, declared);
        let inside: HashSet<usize> = events.iter().copied().collect();
        let within = |pairs: &[(usize, usize)]| -> Vec<(usize, usize)> {
            pairs.iter().copied().filter(|(a, b)| inside.contains(a) && inside.contains(b)).collect()
        };
        let (mut musts, nots) = (within(&self.musts), within(&self.nots));
        musts.extend_from_slice(&within(together));
        regroup(events, &self.contacts, &Constraints { musts: &musts, nots: &nots, class: &class })
    }

    /// The class of a key after what was learned.
    fn class_now(&self, key: &Key, declared: Class) -> Class {
        if declared == Class::Movable && self.learned_shared.contains(key) { Class::Shared } else { declared }
    }

    /// Joins two profiles unless something forbids it; tells whether it did.
    fn merge_profiles(&mut self, into: usize, from: usize, ordered: bool) -> bool {
        if into == from || self.parted(into, from) {
            return false;
        }
        let (Some(a), Some(b)) = (self.profiles.get(into), self.profiles.get(from)) else { return false };
        if !ordered && a.dossier.contradicts(&b.dossier) {
            return false;
        }
        let gone = self.profiles.get_mut(from).map(std::mem::take).unwrap_or_default();
        for event in &gone.events {
            if let Some(of) = self.profile_of.get_mut(*event) {
                *of = into;
            }
        }
        if let Some(kept) = self.profiles.get_mut(into) {
            kept.dossier.absorb(&gone.dossier);
            kept.events.extend(gone.events);
            kept.events.sort_unstable();
        }
        true
    }

    /// Whether a person said that the two profiles are different customers.
    fn parted(&self, a: usize, b: usize) -> bool {
        let of = |event: usize| self.profile_of.get(event).copied();
        self.nots.iter().any(|(x, y)| {
            let pair = (of(*x), of(*y));
            pair == (Some(a), Some(b)) || pair == (Some(b), Some(a))
        })
    }

    /// Profiles that the contact's evidence speaks for, and those that only share a key.
    fn supports(&self, contact: &Contact) -> (Vec<Support>, Vec<usize>) {
        let (mut supports, mut candidates): (Vec<Support>, Vec<usize>) = (Vec::new(), Vec::new());
        for (key, declared) in &contact.keys {
            let users = self.users(self.uses.get(key));
            let holder = users.iter().max_by_key(|(_, last)| **last).map(|(profile, _)| *profile);
            let mut found = Vec::new();
            for (&profile, &last) in &users {
                candidates.push(profile);
                let class = self.class_towards(key, *declared, profile, contact);
                if let Some(support) = self.support(contact, key, class, (profile, last), holder == Some(profile)) {
                    found.push(support);
                }
            }
            // On a shared key a partial name must fit one user only.
            let partial = |s: &Support| s.strength < 500 && s.agreement == Agreement::Partial;
            if found.len() > 1 && found.iter().any(partial) {
                found.retain(|support| !partial(support));
            }
            supports.extend(found);
        }
        let born = contact.birth.as_ref().and_then(|birth| self.births.get(birth));
        for (profile, last) in self.users(born) {
            let Some(known) = self.profiles.get(profile) else { continue };
            let agreement = known.dossier.names_agree(&contact.dossier);
            if agreement == Agreement::Same && !known.dossier.contradicts(&contact.dossier) {
                supports.push(Support { profile, strength: 850, last, key: None, agreement });
            }
        }
        (supports, candidates)
    }

    /// The profiles behind events, each with its latest one.
    fn users(&self, events: Option<&Vec<usize>>) -> BTreeMap<usize, usize> {
        let recent = events.into_iter().flatten().rev().take(RECENT_USES);
        let mut out = BTreeMap::new();
        for &event in recent {
            if let Some(&profile) = self.profile_of.get(event) {
                out.entry(profile).or_insert(event);
            }
        }
        out
    }

    /// The class of a key as seen from a profile: mail named after a household is shared, whoever wrote first.
    fn class_towards(&self, key: &Key, declared: Class, profile: usize, contact: &Contact) -> Class {
        let class = self.class_now(key, declared);
        let known = self.profiles.get(profile).map(|p| &p.dossier);
        let of_household = of_household(key, &contact.dossier) || known.is_some_and(|known| of_household(key, known));
        if class == Class::Movable && of_household { Class::Shared } else { class }
    }

    fn support(
        &self,
        contact: &Contact,
        key: &Key,
        class: Class,
        (profile, last): (usize, usize),
        holder: bool,
    ) -> Option<Support> {
        let known = &self.profiles.get(profile)?.dossier;
        let agreement = known.names_agree(&contact.dossier);
        let days = (contact.at - self.contacts.get(last)?.at) / DAY;
        let proven = class == Class::Exclusive && key.scheme == Scheme::Account && contact.verified;
        if !proven && known.contradicts(&contact.dossier) {
            return None;
        }
        let strength = match (class, agreement) {
            (Class::Exclusive, _) if key.scheme == Scheme::Account => 1000,
            (Class::Exclusive, _) => 950,
            (Class::Movable, Agreement::Same) if holder => 900,
            (Class::Movable, Agreement::Partial) if holder => 800,
            (Class::Movable, Agreement::Initials) if holder => 700,
            // Whoever sits at a device is less sure than whose mail or phone is named.
            (Class::Movable, Agreement::Unknown) if holder && key.scheme == Scheme::Device => 600,
            (Class::Movable, Agreement::Unknown) if holder => 650 - days.clamp(0, 365) / 10,
            (_, Agreement::Same) if class == Class::Movable || known.named() => 550,
            (Class::Shared, _) if known.same_birth(&contact.dossier) => 560,
            (_, Agreement::Partial) if contact.dossier.named() => 450,
            _ => return None,
        };
        Some(Support { profile, strength, last, key: Some(key.clone()), agreement })
    }

    /// Learns that a movable key is shared: another person uses it soon after the last, or its former user is back.
    fn learn(&mut self, contact: &Contact, profile: usize) {
        for (key, declared) in &contact.keys {
            if self.class_now(key, *declared) != Class::Movable {
                continue;
            }
            let user = self.profiles.get(profile).is_some_and(|known| of_household(key, &known.dossier));
            if user || of_household(key, &contact.dossier) {
                self.learned_shared.insert(key.clone());
                continue;
            }
            let users = self.users(self.uses.get(key));
            let Some((&holder, &last)) = users.iter().max_by_key(|(_, last)| **last) else { continue };
            if holder == profile {
                continue;
            }
            let silent = (contact.at - self.contacts.get(last).map_or(contact.at, |c| c.at)) / DAY;
            let contradicted = self.profiles.get(holder).is_some_and(|p| p.dossier.contradicts(&contact.dossier));
            let back = users.contains_key(&profile);
            if contradicted && (back || silent <= self.policy.reassigned_after_days) {
                self.learned_shared.insert(key.clone());
            }
        }
    }
}

/// Whether a pair is of these two, in either order.
fn about((x, y): (usize, usize), a: usize, b: usize) -> bool {
    (x, y) == (a, b) || (x, y) == (b, a)
}

/// Whether the key is mail named after the family of the person behind the dossier.
fn of_household(key: &Key, dossier: &Dossier) -> bool {
    key.scheme == Scheme::Mail
        && dossier.names().iter().any(|(name, _)| name.is_full() && household_mail(&key.value, name))
}
