//! Who is calling: spoken postal code, name and birth date against known profiles.
//!
//! Each item gives each profile a likeness, the best over all attempts and all that the recogniser offers. Likeness
//! turns into evidence by how few profiles reach it: what many profiles share says little, in any language and for any
//! customer base. The evidence of the items adds up to a posterior over profiles; a name is given only when one profile
//! clearly stands out.

use super::{
    compare::Role,
    spoken::{code_readings, date_readings, found_in, tokens},
    text::fold,
};
use std::collections::HashMap;

/// What the caller was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    /// Postal code or another short code.
    Code,
    /// Full name, spoken or spelt.
    Name,
    /// Birth date.
    Birth,
}

/// One attempt: what was asked, and what the recogniser offers, best first.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// What was asked.
    pub item: Item,
    /// Hypotheses, best first.
    pub heard: Vec<String>,
}

/// Settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    /// Lowest posterior of the best profile for it to be named.
    pub posterior: f64,
    /// Log of the prior weight of a caller who has no profile, against one profile at large.
    pub stranger: f64,
}

impl Default for Confidence {
    fn default() -> Self {
        Self { posterior: 0.9, stranger: 3.0 }
    }
}

/// The outcome: profile numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The caller, when sure.
    pub profile: Option<usize>,
    /// The likeliest profiles, best first.
    pub ranked: Vec<usize>,
}

/// Distinct values of a field and which profile has which.
#[derive(Debug)]
struct Values<T> {
    distinct: Vec<T>,
    of: Vec<Option<u32>>,
}

impl<T: Clone + Eq + std::hash::Hash> Values<T> {
    fn new(values: impl Iterator<Item = Option<T>>) -> Self {
        let mut numbers: HashMap<T, u32> = HashMap::new();
        let mut distinct = Vec::new();
        let of = values
            .map(|value| {
                value.map(|value| {
                    *numbers.entry(value).or_insert_with_key(|value| {
                        distinct.push(value.clone());
                        (distinct.len() - 1) as u32
                    })
                })
            })
            .collect();
        Self { distinct, of }
    }

    /// The likeness of every profile, from that of every distinct value.
    fn spread(&self, likeness: &[f32]) -> Vec<Option<f32>> {
        self.of.iter().map(|value| value.and_then(|value| likeness.get(value as usize).copied())).collect()
    }
}

/// Profiles ready to be asked for.
#[derive(Debug)]
pub struct Directory {
    codes: Values<Vec<char>>,
    given: Values<Vec<char>>,
    family: Values<Vec<char>>,
    births: Values<[Vec<char>; 3]>,
}

impl Directory {
    /// From `(code, name, birth date)` of each profile; empty texts are unknown.
    pub fn new(profiles: &[(String, String, String)]) -> Self {
        let letters = |text: &str| -> Option<Vec<char>> {
            let letters: Vec<char> = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
            (!letters.is_empty()).then_some(letters)
        };
        let split = |name: &str| -> (String, String) {
            let name = name.trim();
            name.rsplit_once(char::is_whitespace)
                .map_or((name.to_owned(), String::new()), |(g, f)| (g.into(), f.into()))
        };
        Self {
            codes: Values::new(profiles.iter().map(|(code, _, _)| letters(code))),
            given: Values::new(profiles.iter().map(|(_, name, _)| letters(&split(name).0))),
            family: Values::new(profiles.iter().map(|(_, name, _)| letters(&split(name).1))),
            births: Values::new(profiles.iter().map(|(_, _, birth)| written(&Role::Birth.prepare(birth)))),
        }
    }

    /// Finds the caller.
    pub fn recognise(&self, attempts: &[Attempt], confidence: Confidence) -> Recognised {
        let mut scores = vec![0f64; self.codes.of.len()];
        for item in [Item::Code, Item::Name, Item::Birth] {
            let heard: Vec<&Attempt> = attempts.iter().filter(|a| a.item == item && !a.heard.is_empty()).collect();
            if heard.is_empty() {
                continue;
            }
            let likeness = match item {
                Item::Code => self.codes.spread(&best(&self.codes.distinct, &heard, codes, |code, said| {
                    found_in(code, &said.signs, said.around)
                })),
                Item::Birth => self.births.spread(&best(&self.births.distinct, &heard, dates, |birth, said| {
                    birth_likeness(birth, &said.signs)
                })),
                Item::Name => self.name_likeness(&heard),
            };
            for (score, evidence) in scores.iter_mut().zip(evidence(&likeness)) {
                *score += evidence;
            }
        }
        decide(&scores, confidence)
    }

    fn name_likeness(&self, heard: &[&Attempt]) -> Vec<Option<f32>> {
        let part = |distinct: &[Vec<char>]| {
            best(distinct, heard, name_readings, |name, said| found_in(name, &said.signs, said.around))
        };
        let given = self.given.spread(&part(&self.given.distinct));
        let family = self.family.spread(&part(&self.family.distinct));
        let both = given.into_iter().zip(family);
        both.map(|(given, family)| match (given, family) {
            (Some(given), Some(family)) => Some(f32::midpoint(given, family)),
            (one, other) => one.or(other),
        })
        .collect()
    }
}

fn codes(text: &str) -> Vec<Reading> {
    code_readings(text).iter().map(|reading| Reading::new(reading, AROUND_CODE)).collect()
}

fn dates(text: &str) -> Vec<Reading> {
    date_readings(text).iter().map(|reading| Reading::new(reading, 1.0)).collect()
}

/// Forms of a birth date `YYYYMMDD` as people say it: day first, month first, year first.
fn written(digits: &str) -> Option<[Vec<char>; 3]> {
    let (year, month, day) = (digits.get(0..4)?, digits.get(4..6)?, digits.get(6..8)?);
    Some(
        [format!("{day}{month}{year}"), format!("{month}{day}{year}"), format!("{year}{month}{day}")]
            .map(|d| d.chars().collect()),
    )
}

fn birth_likeness(forms: &[Vec<char>; 3], said: &[char]) -> f32 {
    // Month first is rarer than day first, and a wrong guess of the order should cost something.
    let weights = [1.0f32, 0.97, 1.0];
    let whole =
        forms.iter().zip(weights).map(|(form, weight)| digits_likeness(form, said) * weight).fold(0.0, f32::max);
    // A year of two digits.
    let short: Vec<char> =
        forms.first().map(|form| form.iter().take(4).chain(form.iter().skip(6)).copied().collect()).unwrap_or_default();
    if said.len() <= 6 { whole.max(digits_likeness(&short, said) * 0.95) } else { whole }
}

/// Share of digits that stand, by plain edits: digits do not sound alike in any systematic way.
fn digits_likeness(wanted: &[char], said: &[char]) -> f32 {
    let mut row = [0u32; 41];
    let Some(row) = row.get_mut(..=said.len()) else { return 0.0 };
    row.iter_mut().zip(0..).for_each(|(slot, j)| *slot = j);
    for (i, w) in wanted.iter().enumerate() {
        let mut diagonal = i as u32;
        let mut left = i as u32 + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (slot, s) in row.iter_mut().skip(1).zip(said) {
            let cell = (diagonal + u32::from(w != s)).min(*slot + 1).min(left + 1);
            diagonal = *slot;
            *slot = cell;
            left = cell;
        }
    }
    let distance = row.last().copied().unwrap_or(u32::MAX) as f32;
    (1.0 - distance / wanted.len().max(1) as f32).max(0.0)
}

/// What a name may be hidden in: words, neighbours joined, and signs spelt one by one joined.
///
/// Given and family name are often spelt in one go, and spoken first: a part of a spelt run is as good as a word.
fn name_readings(text: &str) -> Vec<Reading> {
    let words = tokens(text);
    let short = |word: &String| word.chars().count() <= 2;
    let mut out: Vec<Reading> =
        words.iter().filter(|word| !short(word)).map(|word| Reading::new(word, AROUND)).collect();
    let pairs = words.windows(2).filter(|pair| !pair.iter().all(short));
    out.extend(pairs.map(|pair| Reading::new(&pair.concat(), AROUND)));
    for run in words.chunk_by(|a, b| short(a) && short(b)).filter(|run| run.iter().all(short)) {
        out.push(Reading::new(&run.concat(), AROUND_SPELT));
    }
    let spelt = words.iter().filter(|word| short(word)).count();
    if spelt * 2 > words.len() {
        out.push(Reading::new(&words.concat(), AROUND_SPELT));
    }
    out
}

/// Cost of each sign said before or after what is looked for: in a word, in a spelt run, in a code.
const AROUND: f32 = 0.6;
const AROUND_SPELT: f32 = 0.2;
const AROUND_CODE: f32 = 0.35;

/// One way to read a hypothesis.
#[derive(Debug, Clone, PartialEq)]
struct Reading {
    signs: Vec<char>,
    around: f32,
}

impl Reading {
    fn new(text: &str, around: f32) -> Self {
        Self { signs: text.chars().take(40).collect(), around }
    }
}

/// The best likeness of every distinct value over attempts, hypotheses and readings.
fn best<T>(
    distinct: &[T],
    heard: &[&Attempt],
    readings: impl Fn(&str) -> Vec<Reading>,
    likeness: impl Fn(&T, &Reading) -> f32,
) -> Vec<f32> {
    let mut said: Vec<(Reading, f32)> = Vec::new();
    for attempt in heard {
        for (rank, hypothesis) in attempt.heard.iter().take(12).enumerate() {
            // Later hypotheses are less likely ones.
            let trust = 1.0 - 0.006 * rank as f32;
            for reading in readings(hypothesis) {
                match said.iter_mut().find(|(known, _)| *known == reading) {
                    Some((_, known)) => *known = known.max(trust),
                    None => said.push((reading, trust)),
                }
            }
        }
    }
    distinct
        .iter()
        .map(|value| said.iter().map(|(reading, trust)| likeness(value, reading) * trust).fold(0.0, f32::max))
        .collect()
}

/// How fast belief falls with likeness: a caller's own value is seldom heard so badly.
const FALL: f64 = 9.0;
/// The lowest evidence of one item: recognition of it may have failed altogether.
const LOWEST: f64 = -4.0;

/// Evidence for each profile: the chance that the right one is heard so badly over the share of profiles that reach as
/// high a likeness by accident.
fn evidence(likeness: &[Option<f32>]) -> Vec<f64> {
    let mut sorted: Vec<f32> = likeness.iter().flatten().copied().collect();
    sorted.sort_by(f32::total_cmp);
    let all = sorted.len().max(1) as f64;
    likeness
        .iter()
        .map(|value| {
            let Some(value) = value else { return 0.0 };
            let reached = sorted.len() - sorted.partition_point(|other| *other < *value - 1e-4);
            let chance = (reached as f64).max(1.0) / all;
            (-FALL * (1.0 - f64::from(*value)) - chance.ln()).max(LOWEST)
        })
        .collect()
}

fn decide(scores: &[f64], confidence: Confidence) -> Recognised {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    let score = |at: usize| scores.get(at).copied().unwrap_or(f64::MIN);
    order.sort_by(|a, b| score(*b).total_cmp(&score(*a)).then(a.cmp(b)));
    let Some(&first) = order.first() else { return Recognised { profile: None, ranked: Vec::new() } };
    let top = score(first);
    let others: f64 = scores.iter().map(|score| (score - top).exp()).sum();
    let stranger = (confidence.stranger + (scores.len() as f64).ln() * 0.5 - top).exp();
    let posterior = 1.0 / (others + stranger);
    order.truncate(10);
    Recognised { profile: (posterior >= confidence.posterior).then_some(first), ranked: order }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let row = |code: &str, name: &str, birth: &str| (code.to_owned(), name.to_owned(), birth.to_owned());
        let mut rows = vec![
            row("AB1 2CD", "Maria Keller", "1980-03-04"),
            row("AB1 2CD", "Paul Keller", "1955-12-24"),
            row("ZX9 8YT", "Olga Brandt", "1991-07-15"),
        ];
        for n in 0..200u32 {
            rows.push(row(
                &format!("Q{n:03}W"),
                &format!("Name{n} Other{n}"),
                &format!("19{:02}-{:02}-11", n % 100, n % 12 + 1),
            ));
        }
        Directory::new(&rows)
    }

    fn attempt(item: Item, heard: &[&str]) -> Attempt {
        Attempt { item, heard: heard.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn the_caller_is_told_from_a_neighbour() {
        let said = [
            attempt(Item::Code, &["a b 1 2 see d"]),
            attempt(Item::Name, &["maria color", "mariah keller"]),
            attempt(Item::Birth, &["4th of march 1980"]),
        ];
        assert_eq!(directory().recognise(&said, Confidence::default()).profile, Some(0));
    }

    #[test]
    fn nobody_is_named_without_evidence() {
        let said = [attempt(Item::Code, &["hello"]), attempt(Item::Name, &["I do not know"])];
        assert_eq!(directory().recognise(&said, Confidence::default()).profile, None);
        assert_eq!(directory().recognise(&[], Confidence::default()).profile, None);
        assert_eq!(Directory::new(&[]).recognise(&said, Confidence::default()).ranked, Vec::<usize>::new());
    }

    #[test]
    fn a_shared_code_alone_names_nobody() {
        let said = [attempt(Item::Code, &["A B 1 2 C D"])];
        let found = directory().recognise(&said, Confidence::default());
        assert_eq!((found.profile, found.ranked.len()), (None, 10));
        assert!(found.ranked[..2].contains(&0) && found.ranked[..2].contains(&1));
    }
}
