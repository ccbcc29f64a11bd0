//! What is known of a person from events: names, birth dates, accounts; and what contradicts.

use super::{
    classes::{Key, Scheme},
    name::{Agreement, Name, similar, strongest},
    text::edits,
};

/// How many different names one dossier keeps; more tell nothing new.
const MOST_NAMES: usize = 24;

/// The evidence of one contact event, or of all events of a profile together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dossier {
    names: Vec<(Name, u32)>,
    hints: Vec<Name>,
    births: Vec<String>,
    accounts: Vec<String>,
}

impl Dossier {
    /// The evidence of one event: names as said, birth date as digits, keys (for account and mail).
    pub fn new(names: &[Name], birth: Option<&str>, keys: &[Key]) -> Self {
        let mut dossier = Self { births: birth.map(str::to_owned).into_iter().collect(), ..Self::default() };
        for name in names {
            dossier.add_name(name, 1);
        }
        for key in keys {
            match key.scheme {
                Scheme::Account => dossier.accounts.push(key.value.clone()),
                Scheme::Mail => dossier.hints.extend(mail_name(&key.value)),
                Scheme::Phone | Scheme::Device | Scheme::Platform => {}
            }
        }
        dossier
    }

    fn add_name(&mut self, name: &Name, times: u32) {
        if let Some((_, count)) = self.names.iter_mut().find(|(known, _)| known == name) {
            *count += times;
        } else if self.names.len() < MOST_NAMES {
            self.names.push((name.clone(), times));
        }
    }

    /// Takes up the evidence of another.
    pub fn absorb(&mut self, other: &Self) {
        other.names.iter().for_each(|(name, times)| self.add_name(name, *times));
        for (mine, theirs) in [(&mut self.births, &other.births), (&mut self.accounts, &other.accounts)] {
            theirs
                .iter()
                .filter(|value| !mine.contains(value))
                .cloned()
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|v| mine.push(v));
        }
        for hint in &other.hints {
            if !self.hints.contains(hint) {
                self.hints.push(hint.clone());
            }
        }
    }

    /// Whether any name was said.
    pub fn named(&self) -> bool {
        !self.names.is_empty()
    }

    /// The names said, each with how often.
    pub fn names(&self) -> &[(Name, u32)] {
        &self.names
    }

    /// Whether both hold the same birth date.
    pub fn same_birth(&self, other: &Self) -> bool {
        self.births.iter().any(|birth| other.births.contains(birth))
    }

    /// How the names of the two relate: the best pair decides, unless it is a weak one and most contradict.
    /// Names hidden in mail addresses count where none was said.
    pub fn names_agree(&self, other: &Self) -> Agreement {
        match (self.named(), other.named()) {
            (true, true) => weigh(&self.names, &other.names),
            (true, false) => hinted(self.names.iter().map(|(name, _)| name), &other.hints),
            (false, true) => hinted(other.names.iter().map(|(name, _)| name), &self.hints),
            (false, false) => hinted(self.hints.iter(), &other.hints),
        }
    }

    /// Whether the two cannot be one person: other account, other birth date (one typing error forgiven), other name.
    pub fn contradicts(&self, other: &Self) -> bool {
        self.accounts_differ(other) || self.births_differ(other) || self.names_agree(other) == Agreement::Conflict
    }

    /// Whether both hold an account in common.
    pub fn shares_account(&self, other: &Self) -> bool {
        self.accounts.iter().any(|account| other.accounts.contains(account))
    }

    /// Whether both hold accounts and none in common.
    pub fn accounts_differ(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.accounts, &other.accounts);
        !mine.is_empty() && !theirs.is_empty() && !mine.iter().any(|account| theirs.contains(account))
    }

    /// Whether both hold birth dates and no two are alike.
    pub fn births_differ(&self, other: &Self) -> bool {
        let alike = |a: &String| other.births.iter().any(|b| edits(a, b, 1).is_some());
        !self.births.is_empty() && !other.births.is_empty() && !self.births.iter().any(alike)
    }
}

/// The best pair decides when it is a whole name; else full names speak before single words and initials.
fn weigh(mine: &[(Name, u32)], theirs: &[(Name, u32)]) -> Agreement {
    let mut best = None;
    // Counts for and against, among pairs of full names and among all.
    let (mut full, mut all) = ((0u32, 0u32), (0u32, 0u32));
    for (a, times_a) in mine {
        for (b, times_b) in theirs {
            let agreement = a.agreement(b);
            // Names in two scripts often say nothing of each other: neither for nor against.
            if agreement == Agreement::Unknown {
                continue;
            }
            best = best.max(Some(agreement));
            let weight = times_a.saturating_mul(*times_b);
            let add = |counts: &mut (u32, u32)| match agreement {
                Agreement::Conflict => counts.1 = counts.1.saturating_add(weight),
                _ => counts.0 = counts.0.saturating_add(weight),
            };
            add(&mut all);
            if a.is_full() && b.is_full() {
                add(&mut full);
            }
        }
    }
    let (in_favour, against) = if full == (0, 0) { all } else { full };
    let best = best.unwrap_or(Agreement::Unknown);
    if best < Agreement::Same && against > in_favour { Agreement::Conflict } else { best }
}

/// Names of mail addresses are guesses: they agree at most in part.
fn hinted<'a>(names: impl Iterator<Item = &'a Name>, hints: &[Name]) -> Agreement {
    if hints.is_empty() {
        return Agreement::Unknown;
    }
    strongest(names.flat_map(|name| hints.iter().map(|hint| name.agreement(hint)))).min(Agreement::Partial)
}

/// The name in a mail address like `ana.lopez7@..`: two words or more, or nothing.
fn mail_name(mail: &str) -> Option<Name> {
    let local = mail.split('@').next()?;
    let words: Vec<String> =
        local.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= 3).map(str::to_owned).collect();
    (words.len() == 2).then(|| Name::parse(&words.join(" "))).flatten()
}

/// Whether a mail address looks like a household's: it holds the family name of its user, but neither the given name
/// nor its initial before it.
pub fn household_mail(mail: &str, name: &Name) -> bool {
    let local: String = mail.split('@').next().unwrap_or("").chars().filter(|c| c.is_alphabetic()).collect();
    let (given, Some(family)) = name.given_and_family() else { return false };
    if family.chars().count() < 3 {
        return false;
    }
    let Some((before, after)) = local.split_once(family) else { return false };
    let initial = given.chars().next();
    let personal = |rest: &str| {
        let letters = rest.chars().count();
        similar(rest, given)
            || rest.contains(given)
            || rest.chars().next() == initial && (1..=2).contains(&letters)
            || rest.chars().next() == initial && letters >= 4
    };
    !personal(before) && !personal(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dossier(name: &str, birth: Option<&str>, account: Option<&str>) -> Dossier {
        let keys: Vec<Key> =
            account.map(|value| Key { scheme: Scheme::Account, value: value.into() }).into_iter().collect();
        Dossier::new(&Name::parse(name).into_iter().collect::<Vec<_>>(), birth, &keys)
    }

    #[test]
    fn other_names_births_and_accounts_contradict() {
        let ana = dossier("Ana Lopez", Some("19800102"), Some("a1"));
        assert!(ana.contradicts(&dossier("Eva Lopez", None, None)));
        assert!(ana.contradicts(&dossier("Ana Lopez", Some("19531211"), None)));
        assert!(ana.contradicts(&dossier("Ana Lopez", None, Some("a2"))));
        assert!(!ana.contradicts(&dossier("A Lopez", Some("19800112"), Some("a1"))));
        assert!(!ana.contradicts(&Dossier::default()));
    }

    #[test]
    fn names_in_mail_addresses_count_when_nobody_said_one() {
        let mail = |local: &str| Key { scheme: Scheme::Mail, value: format!("{local}@mail.example") };
        let hinted = Dossier::new(&[], None, &[mail("eva.maier77")]);
        assert_eq!(dossier("Eva Maier", None, None).names_agree(&hinted), Agreement::Partial);
        assert_eq!(dossier("Paul Berg", None, None).names_agree(&hinted), Agreement::Conflict);
        assert_eq!(
            dossier("Paul Berg", None, None).names_agree(&Dossier::new(&[], None, &[mail("skipper")])),
            Agreement::Unknown
        );
    }

    #[test]
    fn household_mail_holds_the_family_name_only() {
        let name = Name::parse("Alec Laning").unwrap();
        assert!(household_mail("thelanings36@mail.example", &name));
        assert!(household_mail("laning@mail.example", &name));
        for personal in ["alec.laning@m.example", "alaning@m.example", "laninga@m.example", "alec7@m.example"] {
            assert!(!household_mail(personal, &name), "{personal}");
        }
    }
}
