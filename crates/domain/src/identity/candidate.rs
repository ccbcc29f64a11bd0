//! Who may be the same customer, online: blocking keys for one indexed look-up, and the score of those it finds.
//!
//! A customer is compared as a whole: of several names, birth dates, mailboxes and phones the best pair of values counts
//! in each comparison, and what divides two persons ([`super::cluster`]) is looked for in everything known of both. So a
//! suggestion never rests on one link of a chain. Identifiers that several people use are left out from the start.

use super::{
    classes::{Class, Scheme, SubAddresses},
    cluster::{Limits, dividing},
    compare::Role,
    fellegi::Model,
    link::stand,
    name::Name,
    pairing::{Levels, MISSING, Records, Shares},
    script::{HAN, family_sounds, scripts},
    verifier::{Source, Told},
};
use crate::jobs::stable_hash;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// What is compared, in the order of a model's tables.
pub const COMPARED: [Role; 6] = [Role::Given, Role::Family, Role::Birth, Role::Mail, Role::Phone, Role::Document];

/// From this score on, in log odds, a likeness is shown to people: about nine in ten.
pub const SUGGEST: f64 = 2.0;

/// The most customers in one block; what fills a larger one says little, and rarer agreement finds the same pairs.
pub const LARGEST_BLOCK: i64 = 120;

/// The same for a key that is a whole name and nothing else: a name that more people bear tells them apart badly.
pub const LARGEST_NAME_BLOCK: i64 = 20;

/// The most customers that one is compared with: those that meet it in most blocks.
pub const MOST_PARTNERS: i64 = 200;

/// The most values of one kind that are kept of a customer.
const MOST_VALUES: usize = 8;

/// The kind of key that is a whole name.
const NAME_ALONE: u8 = 5;

/// What each further holder adds to the share of a mailbox, phone or account.
const HOLDER: f64 = 1e-5;

/// What is known of one customer, as far as it tells persons apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    births: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mails: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    phones: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accounts: Vec<String>,
}

impl Profile {
    /// Adds a name as it was said.
    pub fn name(&mut self, name: &str) {
        if Name::parse(name).is_some() {
            keep(&mut self.names, name.trim());
        }
    }

    /// The names that are known.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Adds a birth date in any common notation.
    pub fn birth(&mut self, birth: &str) {
        let digits = Role::Birth.prepare(birth);
        if digits.len() == 8 {
            keep(&mut self.births, &digits);
        }
    }

    /// Adds an identifier; one that is shared, blocked, or no key at all is left out.
    pub fn identifier(&mut self, scheme: &str, value: &str, declared: Option<Declared>) {
        self.identifier_by(scheme, value, declared, SubAddresses::Same);
    }

    /// The same by what the tenant says of sub-addresses.
    pub fn identifier_by(&mut self, scheme: &str, value: &str, declared: Option<Declared>, tags: SubAddresses) {
        let Some((key, class)) = super::classes::key_by(scheme, value, None, tags) else { return };
        match (declared, class) {
            (Some(Declared::Shared | Declared::Blocked), _) | (None, Class::Shared) => return,
            _ => {}
        }
        match key.scheme {
            Scheme::Mail => keep(&mut self.mails, &key.value),
            Scheme::Phone => keep(&mut self.phones, &key.value),
            Scheme::Account => keep(&mut self.accounts, &key.value),
            Scheme::Device | Scheme::Platform => {}
        }
    }

    /// Whether there is nothing to compare.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Keys under which the customer is found by those who may be the same person; the same in every release. A key of a
    /// name alone is odd, all others are even.
    pub fn keys(&self) -> Vec<i64> {
        let mut keys = BTreeSet::new();
        let mut add = |kind: u8, parts: &[&str]| {
            let text = parts.join("\u{1}");
            let mut bytes = vec![kind];
            bytes.extend_from_slice(text.as_bytes());
            let hash = stable_hash(&bytes).cast_signed();
            keys.insert(if kind == NAME_ALONE { hash | 1 } else { hash & !1 });
        };
        for mail in &self.mails {
            add(1, &[mail]);
            let local = mail.split('@').next().unwrap_or("").replace('.', "");
            if local.chars().count() >= 5 {
                add(2, &[&local]);
            }
        }
        for phone in &self.phones {
            add(3, &[phone]);
        }
        for account in &self.accounts {
            add(4, &[account]);
        }
        for name in self.names.iter().filter_map(|name| Name::parse(name)) {
            let (given, family) = name.given_and_family();
            let mut words = vec![given, family.unwrap_or("")];
            // Whatever their order.
            words.sort_unstable();
            add(NAME_ALONE, &words);
            let sounds = if scripts(name.parts().iter().map(String::as_str)) & HAN != 0 {
                let heads = family_sounds(name.parts());
                heads.iter().map(|sound| head(sound, 2)).collect()
            } else {
                BTreeSet::new()
            };
            let heads: Vec<String> = words.iter().map(|word| head(word, 3)).collect();
            for birth in &self.births {
                let year = head(birth, 4);
                let parts: Vec<&str> = heads.iter().map(String::as_str).chain([year.as_str()]).collect();
                add(6, &parts);
                for word in words.iter().filter(|word| !word.is_empty()) {
                    add(7, &[birth, &head(word, 2)]);
                }
                // Those who write the name in Latin letters meet it where the birth date is the same. A key of the sound
                // alone would bring pairs that nothing else could make a suggestion.
                for sound in &sounds {
                    add(7, &[birth, sound]);
                }
            }
        }
        keys.into_iter().collect()
    }

    /// The values whose frequency among all customers matters: words of names, by role.
    pub fn terms(&self) -> Vec<(Role, String)> {
        let mut terms = BTreeSet::new();
        for name in self.names.iter().filter_map(|name| Name::parse(name)) {
            for word in name.parts() {
                terms.insert((Role::Given, word.clone()));
                terms.insert((Role::Family, word.clone()));
            }
        }
        terms.into_iter().collect()
    }

    /// As a record of its first values, for learning from many customers.
    pub fn record(&self) -> [String; 5] {
        [&self.names, &self.births, &self.mails, &self.phones, &self.accounts]
            .map(|values| values.first().cloned().unwrap_or_default())
    }

    fn rows(&self) -> usize {
        [&self.names, &self.births, &self.mails, &self.phones, &self.accounts]
            .map(Vec::len)
            .into_iter()
            .max()
            .unwrap_or(0)
    }
}

/// What people said of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Declared {
    /// Several people use it.
    Shared,
    /// One person uses it, whatever its kind.
    Personal,
    /// It is never a key.
    Blocked,
}

impl Declared {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Personal => "personal",
            Self::Blocked => "blocked",
        }
    }

    /// Read back from the database.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Shared, Self::Personal, Self::Blocked].into_iter().find(|declared| declared.code() == code)
    }
}

/// Columns of records for learning from profiles, in the order of [`COMPARED`].
pub fn columns(profiles: &[Profile]) -> Vec<(Role, Vec<String>)> {
    let mut columns: Vec<(Role, Vec<String>)> =
        [Role::FullName, Role::Birth, Role::Mail, Role::Phone, Role::Document].map(|role| (role, Vec::new())).into();
    for profile in profiles {
        for ((_, cells), cell) in columns.iter_mut().zip(profile.record()) {
            cells.push(cell);
        }
    }
    columns
}

/// How far two customers agree in one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// The same value.
    Same,
    /// A slip of the hand or another form away.
    Close,
    /// Some likeness.
    Partly,
    /// Another value.
    Other,
}

/// One thing that speaks for or against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// `given_name`, `family_name`, `birth_date`, `email`, `phone` or `account`; of a check by an outside verifier its kind.
    pub field: String,
    /// How far they agree; a check that passed agrees.
    pub agreement: Agreement,
    /// What it adds to the log odds, rounded to a tenth.
    pub weight: f64,
    /// Which check it is, when it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
}

/// How two customers compare.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// Log odds that they are one person.
    pub score: f64,
    /// What it is made of, weightiest first; told only of what is suggested.
    pub evidence: Vec<Piece>,
    /// Whether people should look at it: see [`SUGGEST`]. Never so when a hard fact divides the two.
    pub suggested: bool,
}

/// Compares customers, each pair by the places of the two among `profiles`. Everybody who shares a mailbox, phone or
/// account with one of them should be among them: how many hold a value is counted here.
pub fn compare(profiles: &[&Profile], pairs: &[(usize, usize)], model: &Model, shares: Shares) -> Vec<Likeness> {
    compare_told(profiles, pairs, &HashMap::new(), model, shares)
}

/// The same with what outside verifiers say of some of the pairs, by the place of the pair.
pub fn compare_told(
    profiles: &[&Profile],
    pairs: &[(usize, usize)],
    told: &HashMap<usize, Told>,
    model: &Model,
    mut shares: Shares,
) -> Vec<Likeness> {
    holders(profiles, &mut shares);
    let mut columns: [(Role, Vec<String>); 5] =
        [Role::FullName, Role::Birth, Role::Mail, Role::Phone, Role::Document].map(|role| (role, Vec::new()));
    let mut rows = vec![0];
    for profile in profiles {
        let values = [&profile.names, &profile.births, &profile.mails, &profile.phones, &profile.accounts];
        for row in 0..profile.rows() {
            for ((_, cells), values) in columns.iter_mut().zip(values) {
                cells.push(values.get(row).cloned().unwrap_or_default());
            }
        }
        rows.push(rows.last().copied().unwrap_or(0) + profile.rows());
    }
    let records = Records::few(columns.into(), shares);
    let (mut cache, facts) = (records.cache(), records.hard_facts());
    let of = |profile: usize| rows.get(profile).copied().unwrap_or(0)..rows.get(profile + 1).copied().unwrap_or(0);
    let mut now = Levels::default();
    let mut likeness = |(at, (one, other)): (usize, &(usize, usize))| {
        let mut best = Levels { levels: vec![MISSING; COMPARED.len()], frequencies: vec![None; COMPARED.len()] };
        for a in of(*one) {
            for b in of(*other) {
                records.compare_into(a, b, &mut cache, &mut now);
                take_better(&mut best, &now);
            }
        }
        judge(model, &best, facts.each_ref().map(|columns| stand(columns, &best)), told.get(&at))
    };
    pairs.iter().enumerate().map(&mut likeness).collect()
}

fn judge(
    model: &Model,
    levels: &Levels,
    facts: [Option<super::cluster::Stand>; super::cluster::FACTS],
    told: Option<&Told>,
) -> Likeness {
    let score = model.score(levels) + told.map_or(0.0, |told| told.weight);
    let (mut agreeing, mut reached) = (0, false);
    for (role, level) in COMPARED.into_iter().zip(&levels.levels).filter(|(_, level)| **level != MISSING) {
        agreeing += usize::from(*level > 0);
        reached |= usize::from(*level) == role.levels() && matches!(role, Role::Mail | Role::Phone | Role::Document);
    }
    // A passed check is one thing more that agrees, beside something that does; never the only one.
    agreeing += usize::from(agreeing > 0 && told.is_some_and(Told::passed));
    let limits = Limits::default();
    let suggested = dividing(facts).is_some_and(|facts| {
        score >= SUGGEST + f64::from(facts) * limits.despite && (reached || agreeing >= limits.agreeing)
    });
    Likeness { score, evidence: if suggested { evidence(model, levels, told) } else { Vec::new() }, suggested }
}

/// What a score is made of, weightiest first.
fn evidence(model: &Model, levels: &Levels, told: Option<&Told>) -> Vec<Piece> {
    let piece = |(at, role): (usize, Role)| {
        let (level, weight) = (levels.levels.get(at)?, model.weight(at, levels)?);
        let (level, top) = (usize::from(*level), role.levels());
        let agreement = match level {
            0 => Agreement::Other,
            level if level == top => Agreement::Same,
            level if level + 1 == top => Agreement::Close,
            _ => Agreement::Partly,
        };
        let weight = (weight * 10.0).round() / 10.0;
        Some(Piece { field: role.code().to_owned(), agreement, weight, source: None })
    };
    let mut evidence: Vec<Piece> = COMPARED.into_iter().enumerate().filter_map(piece).collect();
    evidence.extend(told.into_iter().flat_map(|told| told.pieces.iter().cloned()));
    evidence.sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
    evidence
}

/// Keeps the better level of each comparison; given and family name are taken from one pair of names.
fn take_better(best: &mut Levels, now: &Levels) {
    // A missing value is the worst: `MISSING` wraps to nothing.
    let rank = |levels: &Levels, at: usize| levels.levels.get(at).map_or(0, |level| u32::from(level.wrapping_add(1)));
    let names = |levels: &Levels| rank(levels, 0) + rank(levels, 1);
    let named = names(now) > names(best);
    for at in 0..COMPARED.len() {
        let better = if at < 2 { named } else { rank(now, at) > rank(best, at) };
        let told = now.levels.get(at).zip(now.frequencies.get(at)).filter(|_| better);
        let kept = best.levels.get_mut(at).zip(best.frequencies.get_mut(at));
        if let (Some((level, share)), Some((kept_level, kept_share))) = (told, kept) {
            (*kept_level, *kept_share) = (*level, *share);
        }
    }
}

/// The share of a mailbox, phone or account: two holders are the pair itself, each further one makes it weaker.
fn holders(all: &[&Profile], shares: &mut Shares) {
    let mut counts: HashMap<(Role, &str), u32> = HashMap::new();
    for profile in all {
        for (role, values) in
            [(Role::Mail, &profile.mails), (Role::Phone, &profile.phones), (Role::Document, &profile.accounts)]
        {
            for value in values {
                *counts.entry((role, value)).or_default() += 1;
            }
        }
    }
    for ((role, value), count) in counts {
        let share = HOLDER * f64::from(count.saturating_sub(1).max(1));
        shares.known.insert((role, role.prepare(value)), share);
    }
}

fn keep(values: &mut Vec<String>, value: &str) {
    if values.len() < MOST_VALUES && !values.iter().any(|known| known == value) {
        values.push(value.to_owned());
    }
}

/// The first `count` characters.
fn head(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn profile(name: &str, birth: &str, ids: &[(&str, &str)]) -> Profile {
        let mut profile = Profile::default();
        profile.name(name);
        profile.birth(birth);
        for (scheme, value) in ids {
            profile.identifier(scheme, value, None);
        }
        profile
    }

    fn likeness(a: &Profile, b: &Profile) -> Likeness {
        let model = Model::typical(&COMPARED, 100);
        compare(&[a, b], &[(0, 1)], &model, Shares::default()).remove(0)
    }

    fn meet(a: &Profile, b: &Profile) -> bool {
        a.keys().iter().any(|key| b.keys().contains(key))
    }

    #[test]
    fn the_same_person_in_other_notation_meets_and_is_suggested() {
        let known = profile("Makenzie Webb", "1980-01-22", &[("phone_e164", "+447700900901")]);
        for other in [
            profile("Webb, Makenzie", "22.1.1980", &[]),
            profile("Mackenzie Webb", "1980/1/22", &[]),
            profile("M Webb", "", &[("wa_id", "447700900901")]),
            profile("", "", &[("phone", "+44 7700 900901")]),
        ] {
            assert!(meet(&known, &other), "{other:?}");
            assert!(likeness(&known, &other).suggested, "{other:?}: {:?}", likeness(&known, &other));
        }
    }

    #[test]
    fn relatives_common_names_and_shared_values_are_not() {
        let known =
            profile("Makenzie Webb", "1980-01-22", &[("phone_e164", "+447700900901"), ("email", "info@shop.example")]);
        for other in [
            // A relative at the same phone, a namesake of another age, somebody at the same role mailbox.
            profile("Josh Webb", "2005-11-03", &[("phone_e164", "+447700900901")]),
            profile("Makenzie Webb", "1951-12-03", &[]),
            profile("Makenzie Webb", "", &[]),
            profile("Ada Stone", "", &[("email", "info@shop.example")]),
        ] {
            assert!(!likeness(&known, &other).suggested, "{other:?}: {:?}", likeness(&known, &other));
        }
    }

    #[test]
    fn what_people_declared_comes_before_what_a_value_looks_like() {
        let mut landline = Profile::default();
        landline.identifier("phone_e164", "+442079460018", None);
        assert!(landline.is_empty(), "a landline is shared by nature");
        landline.identifier("phone_e164", "+442079460018", Some(Declared::Personal));
        assert_eq!(landline.phones, ["+442079460018"]);
        let mut mobile = Profile::default();
        mobile.identifier("phone_e164", "+447700900901", Some(Declared::Shared));
        mobile.identifier("email", "ana@example.org", Some(Declared::Blocked));
        assert!(mobile.is_empty() && mobile.keys().is_empty());
    }

    #[test]
    fn tags_of_mail_are_folders_unless_the_tenant_holds_them_apart() {
        let of = |mail: &str, tags: SubAddresses| {
            let mut profile = Profile::default();
            profile.identifier_by("email", mail, None, tags);
            profile
        };
        for (tags, same) in [(SubAddresses::Same, true), (SubAddresses::Apart, false)] {
            let (plain, tagged) = (of("kit@mail.example", tags), of("Kit+shop@mail.example", tags));
            assert_eq!((meet(&plain, &tagged), likeness(&plain, &tagged).suggested), (same, same), "{tags:?}");
            assert!(meet(&tagged, &of("kit+Shop@mail.example", tags)), "{tags:?}");
        }
        // A role stays a role whatever its tag.
        assert!(of("info+berlin@mail.example", SubAddresses::Apart).is_empty());
    }

    #[test]
    fn the_best_of_several_values_counts_and_many_holders_make_a_value_weak() {
        let mut known = profile("Ana Lopez", "", &[("email", "ana@example.org")]);
        known.name("Ana Maria Lopez Garcia");
        known.identifier("email", "lopez.ana@example.net", None);
        let other = profile("Ana Lopez", "", &[("email", "lopez.ana@example.net")]);
        assert!(likeness(&known, &other).suggested);
        let crowd: Vec<Profile> = (0..100).map(|_| profile("", "", &[("email", "desk7@example.org")])).collect();
        let all: Vec<&Profile> = crowd.iter().collect();
        let pairs: Vec<(usize, usize)> = (1..crowd.len()).map(|other| (0, other)).collect();
        let model = Model::typical(&COMPARED, 100);
        assert!(compare(&all, &pairs, &model, Shares::default()).iter().all(|likeness| !likeness.suggested));
    }

    #[test]
    fn a_name_in_the_other_script_meets_and_is_suggested_beside_something_else() {
        let known = profile("王曉明", "1980-01-22", &[("phone_e164", "+447700900901")]);
        for other in [
            profile("Wang Xiaoming", "22.1.1980", &[]),
            profile("Xiao-Ming Wang", "1980/1/22", &[]),
            profile("王晓明", "1980/1/22", &[]),
            profile("Wang Xiaoming", "", &[("wa_id", "447700900901")]),
            profile("Michael Wang", "", &[("wa_id", "447700900901")]),
        ] {
            assert!(meet(&known, &other), "{other:?}");
            assert!(likeness(&known, &other).suggested, "{other:?}: {:?}", likeness(&known, &other));
        }
        for other in [
            profile("Wang Xiaoming", "", &[]),
            profile("Michael Wang", "1980-01-22", &[]),
            profile("Wang Xiaoming", "1951-12-03", &[]),
            profile("Li Na", "1980-01-22", &[]),
            profile("Li Na", "", &[("wa_id", "447700900901")]),
        ] {
            assert!(!likeness(&known, &other).suggested, "{other:?}: {:?}", likeness(&known, &other));
        }
    }

    #[test]
    fn keys_never_change_between_releases() {
        assert_eq!(
            profile("", "", &[("phone", "+447700900901")]).keys(),
            [stable_hash(b"\x03+447700900901").cast_signed() & !1]
        );
    }

    proptest! {
        #[test]
        fn scores_are_symmetric_and_garbage_has_no_keys(
            a in "[A-D][a-c]{2,4} [A-D][a-c]{2,4}", b in "[A-D][a-c]{2,4} [A-D][a-c]{2,4}",
            x in "19[0-9]{2}0[1-9]1[0-9]", y in "19[0-9]{2}0[1-9]1[0-9]",
        ) {
            let (one, two) = (profile(&a, &x, &[]), profile(&b, &y, &[]));
            let (there, back) = (likeness(&one, &two), likeness(&two, &one));
            prop_assert!((there.score - back.score).abs() < 1e-9 && there.suggested == back.suggested);
            prop_assert!(meet(&one, &one));
            for value in ["anonymous", "0000000", "unknown", "n/a"] {
                prop_assert!(profile("123", "", &[("phone", value), ("email", value), ("crm_id", value)]).keys().is_empty());
            }
        }
    }
}
