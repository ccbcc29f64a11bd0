//! Records ready to be compared, and the comparison of two of them.
//!
//! Given and family name are compared together: a swap of the two, a lone word that may be either, and middle names are
//! habits of data entry, not differences.

use super::{
    cluster::{FACTS, Fact},
    compare::{Column, Role},
    hanzi::simplified,
    name::{Agreement, Name},
    script::scripts,
    title::untitled,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// The level of a comparison that has no value on one side.
pub const MISSING: u8 = u8::MAX;

/// How frequent values are among all records, where the records at hand are only a few of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shares {
    /// By role and comparable form.
    pub known: HashMap<(Role, String), f64>,
    /// For names that are not among the known ones; `None` leaves them to the typical share.
    pub rest: Option<f64>,
}

impl Shares {
    fn of(&self, role: Role, text: &str) -> Option<f64> {
        let name = matches!(role, Role::Given | Role::Family);
        self.known.get(&(role, text.to_owned())).copied().or(self.rest.filter(|_| name))
    }
}

/// The names of all records, in one dictionary.
#[derive(Debug)]
struct Names {
    words: Vec<String>,
    /// The scripts of each record's name, as bits.
    scripts: Vec<u16>,
    given: Vec<Option<u32>>,
    family: Vec<Option<u32>>,
    middle: Vec<Box<[u32]>>,
    generation: Vec<Option<u8>>,
    counts: [Vec<u32>; 2],
    /// Instead of the counts.
    shares: Option<Arc<Shares>>,
}

/// All records.
#[derive(Debug)]
pub struct Records {
    names: Option<Names>,
    columns: Vec<Column>,
    len: usize,
    shares: Option<Arc<Shares>>,
}

/// How two records compare.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// The level of each comparison, or [`MISSING`].
    pub levels: Vec<u8>,
    /// How frequent the value of each comparison is, where both have the same.
    pub frequencies: Vec<Option<f64>>,
}

/// Levels of value pairs compared before: a table of fixed size, where a newer pair takes the place of an older one.
#[derive(Debug, Clone)]
struct Known {
    slots: Box<[(u64, u8)]>,
}

/// The comparisons to leave out, and pairs of records to learn from.
pub type TrainingBlock = (Vec<usize>, Vec<(u32, u32)>);

/// Slots of one table at most: 1 MiB.
const SLOTS: usize = 1 << 16;

/// What comparing remembers, by comparison; its size does not depend on the records.
#[derive(Debug, Clone)]
pub struct Cache(Vec<Known>);

impl Records {
    /// Takes columns (role and one cell a record), at most one of each name role. Cells are let go as they are read.
    pub fn new(columns: Vec<(Role, Vec<String>)>) -> Self {
        let len = columns.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
        let (mut given, mut family, mut full, mut rest) = (None, None, None, Vec::new());
        for (role, cells) in columns {
            match role {
                Role::Given => given = given.or(Some(cells)),
                Role::Family => family = family.or(Some(cells)),
                Role::FullName => full = full.or(Some(cells)),
                _ => rest.push(Column::new(role, cells.into_iter().map(|cell| role.prepare(&cell)))),
            }
        }
        let named = given.is_some() || family.is_some() || full.is_some();
        let names = named.then(|| Names::new(len, given.as_ref(), family.as_ref(), full.as_ref()));
        Self { names, columns: rest, len, shares: None }
    }

    /// A few records of many: how frequent their values are among all is told, not counted.
    pub fn few(columns: Vec<(Role, Vec<String>)>, shares: Shares) -> Self {
        let (mut records, shares) = (Self::new(columns), Arc::new(shares));
        if let Some(names) = &mut records.names {
            names.shares = Some(Arc::clone(&shares));
        }
        records.shares = Some(shares);
        records
    }

    /// The most frequent words of names with their shares, those in at least two records; at most `most` a place.
    pub fn common_names(&self, most: usize) -> Vec<(Role, String, f64)> {
        let Some(names) = &self.names else { return Vec::new() };
        let mut out = Vec::new();
        for (role, counts) in [Role::Given, Role::Family].into_iter().zip(&names.counts) {
            let mut words: Vec<(u32, &str)> =
                counts.iter().zip(&names.words).filter(|(n, _)| **n > 1).map(|(n, word)| (*n, word.as_str())).collect();
            words.sort_by_key(|(count, word)| (std::cmp::Reverse(*count), *word));
            let share = |count: u32| f64::from(count) / self.len.max(1) as f64;
            out.extend(words.into_iter().take(most).map(|(count, word)| (role, word.to_owned(), share(count))));
        }
        out
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What is compared, in order: given and family name where there are any, then the other columns.
    pub fn comparisons(&self) -> impl Iterator<Item = Role> + '_ {
        let names = self.names.iter().flat_map(|_| [Role::Given, Role::Family]);
        names.chain(self.columns.iter().map(|column| column.role))
    }

    /// An empty cache for [`Records::compare`].
    pub fn cache(&self) -> Cache {
        // Few records have few pairs of values.
        let slots = self.len.saturating_mul(self.len).next_power_of_two().clamp(64, SLOTS);
        Cache(vec![Known { slots: vec![(u64::MAX, 0); slots].into_boxed_slice() }; self.columns.len() + 1])
    }

    /// Compares two records.
    pub fn compare(&self, a: usize, b: usize, cache: &mut Cache) -> Levels {
        let mut out = Levels::default();
        self.compare_into(a, b, cache, &mut out);
        out
    }

    /// Compares two records; what `out` held is forgotten.
    pub fn compare_into(&self, a: usize, b: usize, cache: &mut Cache, out: &mut Levels) {
        out.levels.clear();
        out.frequencies.clear();
        let mut caches = cache.0.iter_mut();
        let (Some(of_names), columns) = (caches.next(), caches) else { return };
        if let Some(names) = &self.names {
            names.compare(a, b, of_names, out);
        }
        for (column, known) in self.columns.iter().zip(columns) {
            let (Some(x), Some(y)) = (column.value(a), column.value(b)) else {
                out.push(MISSING, None);
                continue;
            };
            let level = known.level(x, y, || column.role.level(column.text(x), column.text(y)));
            let frequency = || match &self.shares {
                Some(shares) => shares.of(column.role, column.text(x)),
                None => Some(column.frequency(x)),
            };
            out.push(level, (x == y).then(frequency).flatten());
        }
    }

    /// Pairs that agree in one selective thing, and the comparisons to leave out when learning from them.
    pub fn training_blocks(&self, most: usize) -> Vec<TrainingBlock> {
        let mut out = Vec::new();
        let first = if self.names.is_some() { 2 } else { 0 };
        if let Some(names) = &self.names {
            let both = |record: usize| Some((names.given.get(record).copied()??, names.family.get(record).copied()??));
            out.push((vec![0, 1], equal_pairs((0..self.len).map(both), most)));
        }
        for (at, column) in self.columns.iter().enumerate().filter(|(_, column)| column.role.is_selective()) {
            let values = (0..self.len).map(|record| column.value(record).map(|value| (value, 0)));
            out.push((vec![first + at], equal_pairs(values, most)));
        }
        out
    }

    /// Everything records can be brought together by: for each kind, the key of a record.
    pub(super) fn projections(&self, record: usize) -> Vec<Option<String>> {
        let mut out = Vec::new();
        if let Some(names) = &self.names {
            let word = |of: &[Option<u32>]| of.get(record).copied().flatten().map(|word| names.word(word).to_owned());
            out.push(word(&names.given).map(|word| head(&word, 3)));
            out.push(word(&names.family).map(|word| head(&word, 4)));
        }
        for column in &self.columns {
            let text = column.value(record).map(|value| column.text(value));
            match column.role {
                Role::Birth => {
                    out.push(text.map(|text| head(text, 4)));
                    out.push(text.and_then(|text| text.get(4..)).map(str::to_owned));
                }
                Role::Mail => out.push(text.and_then(|text| text.split('@').next()).map(|l| l.replace('.', ""))),
                Role::Category => {}
                _ => out.push(text.map(str::to_owned)),
            }
        }
        out
    }

    /// The comparisons that hold each [`Fact`], in their order.
    pub(super) fn hard_facts(&self) -> [Vec<(usize, Role)>; FACTS] {
        let of =
            |fact: Fact| self.comparisons().enumerate().filter(move |(_, role)| fact_of(*role) == Some(fact)).collect();
        [Fact::Birth, Fact::Document, Fact::Given, Fact::Family, Fact::Reach].map(of)
    }
}

/// What a role tells of a person.
fn fact_of(role: Role) -> Option<Fact> {
    Some(match role {
        Role::Birth => Fact::Birth,
        Role::Document => Fact::Document,
        Role::Given => Fact::Given,
        Role::Family => Fact::Family,
        Role::Mail | Role::Phone => Fact::Reach,
        _ => return None,
    })
}

impl Levels {
    fn push(&mut self, level: u8, frequency: Option<f64>) {
        self.levels.push(level);
        self.frequencies.push(frequency);
    }
}

/// The first `count` characters.
fn head(text: &str, count: usize) -> String {
    text.chars().take(count).collect()
}

impl Known {
    /// The level of a pair of values, from the table if it is there. Symmetric.
    fn level(&mut self, x: u32, y: u32, level: impl FnOnce() -> u8) -> u8 {
        let key = u64::from(x.min(y)) << 32 | u64::from(x.max(y));
        let at = (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48) as usize & (self.slots.len() - 1);
        match self.slots.get_mut(at) {
            Some((known, level)) if *known == key => *level,
            Some(slot) => {
                *slot = (key, level());
                slot.1
            }
            None => level(),
        }
    }
}

/// Pairs of records with equal values, the rarest values first, up to a number.
fn equal_pairs(values: impl Iterator<Item = Option<(u32, u32)>>, most: usize) -> Vec<(u32, u32)> {
    let mut blocks: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for (record, value) in values.enumerate() {
        if let Some(value) = value {
            blocks.entry(value).or_default().push(record as u32);
        }
    }
    let mut blocks: Vec<Vec<u32>> = blocks.into_values().filter(|block| block.len() > 1).collect();
    blocks.sort_by_key(Vec::len);
    let mut out = Vec::new();
    for block in blocks {
        for (at, a) in block.iter().enumerate() {
            out.extend(block.iter().skip(at + 1).map(|b| (*a, *b)));
        }
        if out.len() >= most {
            break;
        }
    }
    out
}

impl Names {
    fn new(len: usize, given: Option<&Vec<String>>, family: Option<&Vec<String>>, full: Option<&Vec<String>>) -> Self {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut out = Self {
            words: Vec::new(),
            scripts: Vec::new(),
            given: Vec::with_capacity(len),
            family: Vec::with_capacity(len),
            middle: Vec::with_capacity(len),
            generation: Vec::with_capacity(len),
            counts: [Vec::new(), Vec::new()],
            shares: None,
        };
        let cell = |column: Option<&Vec<String>>, record: usize| {
            let text = column.and_then(|cells| cells.get(record)).map_or("", String::as_str);
            Role::Given.prepare(text).chars().map(simplified).collect::<String>()
        };
        for record in 0..len {
            let (whole, first, last) = (cell(full, record), cell(given, record), cell(family, record));
            let (words, told) = untitled(whole.split(' ').filter(|word| !word.is_empty()));
            let ((first, one), (last, other)) = (untitled(first.split(' ')), untitled(last.split(' ')));
            let (mut first, mut last) = (first.join(" "), last.join(" "));
            let known = |name: &str| !name.is_empty() && words.iter().any(|word| name.contains(word));
            let (knows_first, knows_last) = (known(&first), known(&last));
            // Columns cut from a full name may hold its title or be empty: the words of the full name count then.
            let unlike = words.len() > 1 && !(knows_first && knows_last);
            if unlike || first.is_empty() && last.is_empty() {
                first = words.first().map_or(String::new(), |word| (*word).to_owned());
                last = words.get(1..).and_then(<[&str]>::last).map_or(String::new(), |word| (*word).to_owned());
            } else if words.len() == 1 && knows_first != knows_last {
                (first, last) =
                    (if knows_first { first } else { String::new() }, if knows_last { last } else { String::new() });
            }
            let middle: Box<[u32]> = words
                .iter()
                .filter(|word| **word != first && **word != last)
                .map(|word| number(&mut numbers, &mut out.words, word))
                .collect();
            out.generation.push(told.or(other).or(one));
            let mut intern = |text: &str| (!text.is_empty()).then(|| number(&mut numbers, &mut out.words, text));
            let (g, f) = (intern(&first), intern(&last));
            out.given.push(g);
            out.family.push(f);
            out.middle.push(middle);
        }
        out.scripts = (0..len).map(|record| scripts(out.numbers(record).map(|number| out.word(number)))).collect();
        for (column, counts) in [&out.given, &out.family].into_iter().zip(&mut out.counts) {
            counts.resize(out.words.len(), 0);
            for value in column.iter().flatten() {
                if let Some(count) = counts.get_mut(*value as usize) {
                    *count += 1;
                }
            }
        }
        out
    }

    fn word(&self, number: u32) -> &str {
        self.words.get(number as usize).map_or("", String::as_str)
    }

    fn level(&self, x: u32, y: u32, known: &mut Known) -> u8 {
        known.level(x, y, || Role::Given.level(self.word(x), self.word(y)))
    }

    /// The share of records with this word in either place, for names that are swapped.
    fn anywhere(&self, word: u32) -> Option<f64> {
        Some(self.frequency(0, word)? + self.frequency(1, word)?)
    }

    /// The share of records with this word in this place (0 given, 1 family).
    fn frequency(&self, place: usize, word: u32) -> Option<f64> {
        if let Some(shares) = &self.shares {
            return shares.of(if place == 0 { Role::Given } else { Role::Family }, self.word(word));
        }
        let counts = self.counts.get(place);
        let count = |word: u32| counts.and_then(|c| c.get(word as usize)).copied().unwrap_or(0);
        Some(f64::from(count(word).max(1)) / self.given.len().max(1) as f64)
    }

    /// The words of a record's name, in order.
    fn numbers(&self, record: usize) -> impl Iterator<Item = u32> {
        let of = |column: &[Option<u32>]| column.get(record).copied().flatten();
        let middle = self.middle.get(record).map(AsRef::as_ref).unwrap_or_default();
        of(&self.given).into_iter().chain(middle.iter().copied()).chain(of(&self.family))
    }

    /// How two names without a script in common agree, which is weak evidence and counts as one thing: all of it as a
    /// likeness of the given name, a part as a remote one of the family name. Nothing when they have one in common.
    fn across(&self, a: usize, b: usize) -> Option<(u8, u8)> {
        let of = |record: usize| self.scripts.get(record).copied().unwrap_or(0);
        if of(a) & of(b) != 0 || of(a) == 0 || of(b) == 0 {
            return None;
        }
        let name = |record: usize| {
            let words: Vec<&str> = self.numbers(record).map(|number| self.word(number)).collect();
            Name::parse(&words.join(" "))
        };
        let agreement = name(a).zip(name(b)).map_or(Agreement::Unknown, |(a, b)| a.agreement(&b));
        Some(match agreement {
            Agreement::Same | Agreement::Partial => (2, MISSING),
            Agreement::Initials => (MISSING, 1),
            Agreement::Unknown => (MISSING, MISSING),
            Agreement::Conflict => (0, 0),
        })
    }

    fn compare(&self, a: usize, b: usize, known: &mut Known, out: &mut Levels) {
        if let Some((given, family)) = self.across(a, b) {
            out.push(given, None);
            out.push(family, None);
            return;
        }
        let of = |column: &[Option<u32>], record: usize| column.get(record).copied().flatten();
        let (g1, f1, g2, f2) = (of(&self.given, a), of(&self.family, a), of(&self.given, b), of(&self.family, b));
        match ((g1, f1), (g2, f2)) {
            ((Some(g1), Some(f1)), (Some(g2), Some(f2))) => {
                let straight = (self.level(g1, g2, known), self.level(f1, f2, known));
                let crossed = (self.level(g1, f2, known), self.level(f1, g2, known));
                if crossed.0.min(crossed.1) >= 2 && crossed.0 + crossed.1 > straight.0 + straight.1 {
                    out.push(crossed.0, (g1 == f2).then(|| self.anywhere(g1)).flatten());
                    out.push(crossed.1, (f1 == g2).then(|| self.anywhere(f1)).flatten());
                    return;
                }
                let generation = |record: usize| self.generation.get(record).copied().flatten();
                if generation(a).zip(generation(b)).is_some_and(|(x, y)| x != y) {
                    out.push(0, None);
                    out.push(straight.1, (f1 == f2).then(|| self.frequency(1, f1)).flatten());
                    return;
                }
                let given =
                    if straight.0 < 2 { straight.0.max(self.by_middle(a, b, g1, g2, known)) } else { straight.0 };
                out.push(given, (g1 == g2).then(|| self.frequency(0, g1)).flatten());
                out.push(straight.1, (f1 == f2).then(|| self.frequency(1, f1)).flatten());
            }
            ((Some(lone), None) | (None, Some(lone)), (g, f)) | ((g, f), (Some(lone), None) | (None, Some(lone))) => {
                self.lone(lone, g, f, known, out);
            }
            _ => {
                out.push(MISSING, None);
                out.push(MISSING, None);
            }
        }
    }

    /// A given name that is a middle name on the other side is close, not equal.
    fn by_middle(&self, a: usize, b: usize, g1: u32, g2: u32, known: &mut Known) -> u8 {
        let middle = |record: usize| self.middle.get(record).map(AsRef::as_ref).unwrap_or_default();
        let mut best = 0;
        for (words, other) in [(middle(a), g2), (middle(b), g1)] {
            for word in words {
                best = best.max(self.level(*word, other, known));
            }
        }
        best.min(2)
    }

    /// A lone word counts for whichever part it is like.
    fn lone(&self, word: u32, g: Option<u32>, f: Option<u32>, known: &mut Known, out: &mut Levels) {
        let to_given = g.map(|g| self.level(word, g, known));
        let to_family = f.map(|f| self.level(word, f, known));
        if to_given.is_none() && to_family.is_none() {
            out.push(MISSING, None);
            out.push(MISSING, None);
        } else if to_family > to_given {
            out.push(MISSING, None);
            out.push(to_family.unwrap_or(MISSING), f.filter(|f| *f == word).and_then(|f| self.frequency(1, f)));
        } else {
            out.push(to_given.unwrap_or(MISSING), g.filter(|g| *g == word).and_then(|g| self.frequency(0, g)));
            out.push(MISSING, None);
        }
    }
}

fn number(numbers: &mut HashMap<String, u32>, words: &mut Vec<String>, word: &str) -> u32 {
    if let Some(known) = numbers.get(word) {
        return *known;
    }
    let new = words.len() as u32;
    words.push(word.to_owned());
    numbers.insert(word.to_owned(), new);
    new
}
