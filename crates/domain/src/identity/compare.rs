//! Comparing two records field by field: each comparison ends in a small level, from "other" to "the same".
//!
//! Values are interned, so that frequencies are counted once and equal values are found by number.

use super::{
    name::{similar, sorted},
    nickname::same_given_name,
    text::{edits, fold},
};
use std::collections::HashMap;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Given name.
    Given,
    /// Family name.
    Family,
    /// Given and family name in one.
    FullName,
    /// Birth date.
    Birth,
    /// Postal code.
    Postcode,
    /// Town, suburb, place of birth.
    Place,
    /// Street, further address lines.
    Street,
    /// Mail address.
    Mail,
    /// Phone.
    Phone,
    /// Account, document, social security: one a person.
    Document,
    /// One of few values: gender, state, occupation, house number.
    Category,
}

impl Role {
    /// Levels of agreement above "other"; the highest is equality.
    pub fn levels(self) -> usize {
        match self {
            Self::Given | Self::Family | Self::FullName | Self::Postcode | Self::Mail => 3,
            Self::Birth => 4,
            Self::Place | Self::Street | Self::Phone | Self::Document => 2,
            Self::Category => 1,
        }
    }

    /// How often a level is met in pairs of one person, before the data has spoken; lowest level first.
    /// Middle of the range published for such fields (Christen, *Data Matching*, 2012, chapter 6).
    pub fn typical(self) -> &'static [f64] {
        match self {
            Self::Given | Self::Family | Self::FullName => &[0.05, 0.07, 0.18, 0.70],
            Self::Birth => &[0.04, 0.06, 0.08, 0.12, 0.70],
            Self::Postcode => &[0.15, 0.10, 0.10, 0.65],
            Self::Mail => &[0.08, 0.04, 0.13, 0.75],
            Self::Place | Self::Street => &[0.20, 0.10, 0.70],
            Self::Phone | Self::Document => &[0.05, 0.10, 0.85],
            Self::Category => &[0.12, 0.88],
        }
    }

    /// How often a level is met in pairs of two persons, before the data has spoken; lowest level first. Names after the
    /// commonest ones of large registers, the rest after how many values there are.
    pub fn typical_at_large(self) -> &'static [f64] {
        match self {
            Self::Given => &[0.930, 0.050, 0.012, 0.008],
            Self::Family => &[0.950, 0.040, 0.006, 0.004],
            Self::FullName => &[0.970, 0.025, 0.004, 0.001],
            Self::Birth => &[0.920, 0.070, 0.009, 0.001, 0.000_1],
            Self::Postcode => &[0.950, 0.040, 0.009, 0.001],
            Self::Mail => &[0.999, 0.000_8, 0.000_1, 0.000_01],
            Self::Place | Self::Street => &[0.970, 0.020, 0.010],
            Self::Phone | Self::Document => &[0.999, 0.000_1, 0.000_01],
            Self::Category => &[0.700, 0.300],
        }
    }

    /// Its name in files and answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Given => "given_name",
            Self::Family => "family_name",
            Self::FullName => "name",
            Self::Birth => "birth_date",
            Self::Postcode => "postcode",
            Self::Place => "place",
            Self::Street => "street",
            Self::Mail => "email",
            Self::Phone => "phone",
            Self::Document => "account",
            Self::Category => "category",
        }
    }

    /// Whether a value of this kind brings few enough records together to look for matches by it.
    pub fn is_selective(self) -> bool {
        !matches!(self, Self::Category | Self::Place | Self::Street)
    }

    /// The comparable form of a value; empty when it holds nothing.
    pub fn prepare(self, text: &str) -> String {
        let folded = fold(text.trim());
        let keep = |test: fn(char) -> bool| folded.chars().filter(|c| test(*c)).collect::<String>();
        match self {
            Self::Birth => birth_digits(&folded),
            Self::Phone => keep(|c| c.is_ascii_digit()),
            Self::Postcode | Self::Document => keep(char::is_alphanumeric),
            Self::Mail => keep(|c| !c.is_whitespace()),
            _ => folded
                .split(|c: char| c.is_whitespace() || c == ',')
                .filter(|w| !w.is_empty())
                .collect::<Vec<_>>()
                .join(" "),
        }
    }

    /// The level of agreement of two prepared, present values of this role.
    pub fn level(self, a: &str, b: &str) -> u8 {
        if a == b {
            return self.levels() as u8;
        }
        match self {
            Self::Given | Self::Family | Self::FullName => word_level(a, b),
            Self::Birth => birth_level(a, b),
            Self::Postcode => match edits(a, b, 1) {
                Some(_) => 2,
                None => u8::from(area(a) == area(b)),
            },
            Self::Mail => mail_level(a, b),
            Self::Phone | Self::Document => u8::from(edits(a, b, 1).is_some()),
            Self::Place | Self::Street => {
                u8::from(edits(a, b, 2 + a.len().max(b.len()) / 8).is_some() && a.len().min(b.len()) > 3)
            }
            Self::Category => 0,
        }
    }
}

/// Names: 2 for a form or a slip of the same, 1 for initials and remote likeness.
fn word_level(a: &str, b: &str) -> u8 {
    let (a, b) = (a.trim_end_matches('.'), b.trim_end_matches('.'));
    if same_given_name(a, b) || similar(a, b) || misplaced(a, b) {
        return 2;
    }
    let initial = |x: &str, y: &str| x.chars().count() == 1 && y.starts_with(x);
    u8::from(initial(a, b) || initial(b, a) || jaro_winkler(a, b).max(jaro_winkler(b, a)) > 0.82)
}

/// Whether a longer word has the letters of another in another order: swapped letters need not be neighbours.
fn misplaced(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.len() >= 5 && sorted(a) == sorted(b)
}

fn mail_level(a: &str, b: &str) -> u8 {
    if edits(a, b, 2).is_some() {
        return 2;
    }
    let local = |mail: &str| mail.split('@').next().unwrap_or("").replace('.', "");
    u8::from(local(a) == local(b) || edits(a, b, 4).is_some() && a.len().max(b.len()) > 12)
}

fn birth_digits(text: &str) -> String {
    let groups: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|g| !g.is_empty()).collect();
    match groups.as_slice() {
        [y, m, d, ..] if y.len() == 4 => format!("{y}{m:0>2}{d:0>2}"),
        [d, m, y, ..] if y.len() == 4 => format!("{y}{m:0>2}{d:0>2}"),
        _ => groups.concat(),
    }
}

/// Birth dates: 3 for one slip of the hand, 2 for two equal parts of three or a month apart, 1 for the year alone, two
/// slips or a year apart (the distances of Splink's `DateOfBirthComparison`).
///
/// The first of January mostly stands for a day nobody knew (Christen, *Data Matching*, 2012, section 3.3): only the
/// year is compared then.
fn birth_level(a: &str, b: &str) -> u8 {
    let year_only = |text: &str| text.len() == 8 && text.ends_with("0101");
    if let (true, Some(x), Some(y)) = (year_only(a) || year_only(b), a.get(..4), b.get(..4)) {
        return if x == y { 2 } else { u8::from(edits(x, y, 1).is_some()) };
    }
    if edits(a, b, 1).is_some() {
        return 3;
    }
    let part = |text: &str, from: usize, to: usize| text.get(from..to).map(str::to_owned);
    let equal = |from: usize, to: usize| part(a, from, to).is_some() && part(a, from, to) == part(b, from, to);
    let (year, month, day) = (equal(0, 4), equal(4, 6), equal(6, 8));
    let swapped = year && part(a, 4, 6) == part(b, 6, 8) && part(a, 6, 8) == part(b, 4, 6);
    let apart = days(a).zip(days(b)).map_or(i64::MAX, |(x, y)| (x - y).abs());
    if swapped || apart <= 31 || [year, month, day].into_iter().filter(|same| *same).count() >= 2 {
        return 2;
    }
    u8::from(year || apart <= 366 || edits(a, b, 2).is_some())
}

/// About how many days `YYYYMMDD` lies after the beginning of the era; a day more or less is no matter here.
fn days(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<i64>().ok());
    Some(part(0, 4)? * 365 + part(4, 6)? * 61 / 2 + part(6, 8)?)
}

/// The part of a postal code that names the wider area: all but the last three characters, at least two.
pub(super) fn area(code: &str) -> &str {
    let keep = code.chars().count().saturating_sub(3).max(2);
    code.char_indices().nth(keep).map_or(code, |(at, _)| code.get(..at).unwrap_or(code))
}

/// Jaro similarity with Winkler's bonus for an equal beginning (Winkler 1990), 0 to 1.
pub fn jaro_winkler(a: &str, b: &str) -> f64 {
    let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if x.is_empty() || y.is_empty() {
        return 0.0;
    }
    let reach = (x.len().max(y.len()) / 2).saturating_sub(1);
    let mut taken = vec![false; y.len()];
    let mut ours = Vec::new();
    for (i, c) in x.iter().enumerate() {
        let window = i.saturating_sub(reach)..(i + reach + 1).min(y.len());
        if let Some(j) = window.into_iter().find(|j| y.get(*j) == Some(c) && taken.get(*j) == Some(&false)) {
            if let Some(slot) = taken.get_mut(j) {
                *slot = true;
            }
            ours.push(*c);
        }
    }
    let theirs = y.iter().zip(&taken).filter(|(_, taken)| **taken).map(|(c, _)| *c);
    let swapped = ours.iter().zip(theirs).filter(|(a, b)| **a != *b).count() as f64 / 2.0;
    let matched = ours.len() as f64;
    if matched == 0.0 {
        return 0.0;
    }
    let jaro = (matched / x.len() as f64 + matched / y.len() as f64 + (matched - swapped) / matched) / 3.0;
    let prefix = x.iter().zip(&y).take(4).take_while(|(a, b)| a == b).count() as f64;
    jaro + prefix * 0.1 * (1.0 - jaro)
}

/// One comparable column of all records.
#[derive(Debug)]
pub struct Column {
    /// What it holds.
    pub role: Role,
    /// The value number of every record, if any.
    pub values: Vec<Option<u32>>,
    /// The values by number.
    pub texts: Vec<String>,
    /// How many records hold each value.
    pub counts: Vec<u32>,
    /// How many records hold a value.
    held: u32,
}

impl Column {
    /// Interns the prepared values of a column.
    pub fn new(role: Role, cells: impl Iterator<Item = String>) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let (mut values, mut texts, mut counts) = (Vec::new(), Vec::new(), Vec::<u32>::new());
        for cell in cells {
            if cell.is_empty() {
                values.push(None);
                continue;
            }
            let number = *numbers.entry(cell).or_insert_with_key(|text| {
                texts.push(text.clone());
                counts.push(0);
                (texts.len() - 1) as u32
            });
            if let Some(count) = counts.get_mut(number as usize) {
                *count += 1;
            }
            values.push(Some(number));
        }
        let held = counts.iter().sum();
        Self { role, values, texts, counts, held }
    }

    /// The value of a record.
    pub fn value(&self, record: usize) -> Option<u32> {
        self.values.get(record).copied().flatten()
    }

    /// The text of a value.
    pub fn text(&self, value: u32) -> &str {
        self.texts.get(value as usize).map_or("", String::as_str)
    }

    /// The share of records with a value that hold this one.
    pub fn frequency(&self, value: u32) -> f64 {
        f64::from(self.counts.get(value as usize).copied().unwrap_or(1)) / f64::from(self.held.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_that_changed_places_are_a_slip() {
        assert_eq!(Role::Given.level("sofia", "fosia"), 2);
        assert_eq!(Role::Given.level("jessica", "aessicj"), 2);
        assert!(Role::Given.level("sean", "nase") < 2, "a short word has too many");
    }

    #[test]
    fn levels_fall_with_likeness() {
        for (role, same, close, far, other) in [
            (Role::Birth, "19800102", "19800112", "19801231", "19771130"),
            (Role::Birth, "19800101", "19800517", "19810101", "19520101"),
            (Role::Given, "katherine", "katharine", "k", "peter"),
            (Role::Postcode, "ab12cd", "ab13cd", "ab19xy", "zz11zz"),
        ] {
            let level = |b| role.level(same, b);
            assert!(level(same) > level(close) && level(close) > level(far) && level(far) > level(other), "{role:?}");
            assert_eq!(level(other), 0);
        }
    }

    #[test]
    fn birth_dates_of_many_notations_are_one() {
        assert!(
            ["1980-01-02", "2.1.1980", "19800102", "1980/1/2"]
                .iter()
                .all(|text| Role::Birth.prepare(text) == "19800102")
        );
    }

    proptest! {
        #[test]
        fn levels_are_symmetric_and_equality_is_highest(a in "[a-c0-2@]{1,16}", b in "[a-c0-2@]{1,16}") {
            for role in [Role::Given, Role::Birth, Role::Postcode, Role::Place, Role::Mail, Role::Document, Role::Category] {
                prop_assert_eq!(role.level(&a, &b), role.level(&b, &a));
                prop_assert_eq!(usize::from(role.level(&a, &a)), role.levels());
                prop_assert!(usize::from(role.level(&a, &b)) <= role.levels());
                prop_assert_eq!(role.typical().len(), role.levels() + 1);
                prop_assert_eq!(role.typical_at_large().len(), role.levels() + 1);
            }
        }
    }
}
