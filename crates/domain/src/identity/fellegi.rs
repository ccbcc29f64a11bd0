//! Fellegi-Sunter scoring with term frequencies, its parameters learned from the records themselves.
//!
//! A pair's score is the log of prior odds times, for each comparison, how much more often the observed level is met in
//! pairs of one person (`m`) than of two (`u`). Equality of a value counts by how rare that value is (Winkler 1988).
//! `u` comes from pairs taken at large, `m` from expectation maximisation on pairs that agree in one thing, each time
//! leaving out what they were chosen by (as Splink does; Linacre and others 2022). Levels that the data hardly shows
//! lean on typical values.

use super::{
    compare::Role,
    pairing::{Levels, MISSING, Records},
};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Pairs at large that `u` is counted on.
const PAIRS_AT_LARGE: usize = 80_000;
/// Pairs that one training block may give.
const TRAINING_PAIRS: usize = 60_000;
/// Rounds of expectation maximisation; it settles after about ten.
const ROUNDS: usize = 20;
/// Weight of the typical distribution, in pairs.
const TYPICAL_PAIRS: f64 = 30.0;

/// Learned parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// By comparison and level: share among pairs of one person.
    pub m: Vec<Vec<f64>>,
    /// By comparison and level: share among pairs of two.
    pub u: Vec<Vec<f64>>,
    /// Log odds that a pair at large is of one person.
    pub prior: f64,
    /// No value counts as rarer than this share of all records.
    pub rarest: f64,
}

impl Model {
    /// Learns from the records; the same records give the same model.
    pub fn learn(records: &Records) -> Self {
        let u = at_large(records);
        let typical: Vec<Vec<f64>> = records.comparisons().map(|role| role.typical().to_vec()).collect();
        let mut sums: Vec<Vec<f64>> =
            typical.iter().map(|levels| levels.iter().map(|share| share * TYPICAL_PAIRS).collect()).collect();
        for (left_out, pairs) in records.training_blocks(TRAINING_PAIRS) {
            let patterns = patterns(records, &pairs);
            let found = maximise(&patterns, &typical, &u, &left_out);
            for (comparison, levels) in found.into_iter().enumerate() {
                if left_out.contains(&comparison) {
                    continue;
                }
                if let Some(sum) = sums.get_mut(comparison) {
                    sum.iter_mut().zip(levels).for_each(|(sum, found)| *sum += found);
                }
            }
        }
        let m = sums.into_iter().map(normalised).collect();
        Self { m, u, prior: prior(records.len()), rarest: 0.5 / records.len().max(1) as f64 }
    }

    /// Typical parameters for comparisons of these roles among so many records, before they have taught anything.
    pub fn typical(roles: &[Role], records: usize) -> Self {
        let table = |shares: fn(Role) -> &'static [f64]| roles.iter().map(|role| shares(*role).to_vec()).collect();
        let records = records.max(FEW);
        Self { m: table(Role::typical), u: table(Role::typical_at_large), prior: prior(records), rarest: RAREST }
    }

    /// The same for more records than it was learned from, whose frequencies are told and not counted.
    #[must_use]
    pub fn among(mut self, records: usize) -> Self {
        self.prior = self.prior.min(prior(records.max(FEW)));
        self.rarest = RAREST;
        self
    }

    /// What one comparison with this outcome adds to the log odds; `None` when it has no value on one side.
    pub fn weight(&self, comparison: usize, levels: &Levels) -> Option<f64> {
        let level = levels.levels.get(comparison).filter(|level| **level != MISSING)?;
        let share = |table: &[Vec<f64>]| {
            table.get(comparison).and_then(|levels| levels.get(usize::from(*level))).copied().unwrap_or(1e-6)
        };
        let top = self.m.get(comparison).is_some_and(|levels| usize::from(*level) + 1 == levels.len());
        let chance = match levels.frequencies.get(comparison).copied().flatten() {
            Some(frequency) if top => frequency.max(self.rarest),
            _ => share(&self.u),
        };
        Some((share(&self.m) / chance).ln())
    }

    /// Log odds that the pair with these levels is of one person, prior included.
    pub fn score(&self, levels: &Levels) -> f64 {
        let weights = (0..levels.levels.len()).filter_map(|comparison| self.weight(comparison, levels));
        weights.fold(self.prior, |total, weight| total + weight)
    }
}

/// Fewer records than this count as so many: a small set says nothing of how rare a likeness is.
const FEW: usize = 10_000;

/// The least share that is told of a value.
const RAREST: f64 = 1e-5;

/// One in so many records at large is the same person.
fn prior(records: usize) -> f64 {
    -(records.max(2) as f64).ln()
}

fn normalised(levels: Vec<f64>) -> Vec<f64> {
    let sum: f64 = levels.iter().sum();
    levels.into_iter().map(|level| (level / sum.max(1e-9)).max(1e-4)).collect()
}

/// Shares of levels in pairs chosen without regard to anything: record `i` with one a fixed, growing stride away.
fn at_large(records: &Records) -> Vec<Vec<f64>> {
    let n = records.len();
    let mut counts: Vec<Vec<f64>> = records.comparisons().map(|role| vec![0.02; role.levels() + 1]).collect();
    let all = n.saturating_mul(n.saturating_sub(1)) / 2;
    let wanted = all.min(PAIRS_AT_LARGE);
    let mut cache = records.cache();
    // An odd multiplier modulo 2^64 visits pairs evenly, and the same ones each time.
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % below.max(1)
    };
    for _ in 0..wanted {
        let (a, b) = (draw(n), draw(n));
        if a == b {
            continue;
        }
        let levels = records.compare(a, b, &mut cache);
        for (count, level) in counts.iter_mut().zip(levels.levels) {
            if let Some(slot) = count.get_mut(usize::from(level)) {
                *slot += 1.0;
            }
        }
    }
    counts
        .into_iter()
        .map(|levels| {
            let sum: f64 = levels.iter().sum();
            levels.into_iter().map(|level| level / sum).collect()
        })
        .collect()
}

/// How often each pattern of levels is met in the pairs.
fn patterns(records: &Records, pairs: &[(u32, u32)]) -> Vec<(Vec<u8>, f64)> {
    let mut cache = records.cache();
    let (mut counts, mut levels) = (HashMap::<Vec<u8>, f64>::new(), Levels::default());
    for (a, b) in pairs {
        records.compare_into(*a as usize, *b as usize, &mut cache, &mut levels);
        match counts.get_mut(&levels.levels) {
            Some(count) => *count += 1.0,
            None => {
                counts.insert(levels.levels.clone(), 1.0);
            }
        }
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    sorted
}

/// Expected counts of levels among the pairs of one person, `u` held fixed.
fn maximise(patterns: &[(Vec<u8>, f64)], typical: &[Vec<f64>], u: &[Vec<f64>], left_out: &[usize]) -> Vec<Vec<f64>> {
    let mut m: Vec<Vec<f64>> = typical.to_vec();
    let mut expected: Vec<Vec<f64>> = Vec::new();
    let mut share = 0.2;
    for _ in 0..ROUNDS {
        expected = typical.iter().map(|levels| levels.iter().map(|s| s * TYPICAL_PAIRS / 10.0).collect()).collect();
        let (mut matched, mut seen) = (0.0, 0.0);
        for (pattern, count) in patterns {
            let mut odds = share / (1.0 - share);
            for (comparison, level) in observed(pattern, left_out) {
                let of = |table: &[Vec<f64>]| table.get(comparison).and_then(|l| l.get(level)).copied().unwrap_or(1e-6);
                odds *= of(&m) / of(u).max(1e-7);
            }
            let weight = count * odds / (1.0 + odds);
            matched += weight;
            seen += count;
            for (comparison, level) in observed(pattern, left_out) {
                if let Some(slot) = expected.get_mut(comparison).and_then(|levels| levels.get_mut(level)) {
                    *slot += weight;
                }
            }
        }
        m = expected.iter().cloned().map(normalised).collect();
        share = f64::clamp(matched / f64::max(seen, 1.0), 1e-4, 0.999);
    }
    expected
}

fn observed<'a>(pattern: &'a [u8], left_out: &'a [usize]) -> impl Iterator<Item = (usize, usize)> + 'a {
    pattern
        .iter()
        .enumerate()
        .filter(|(comparison, level)| **level != MISSING && !left_out.contains(comparison))
        .map(|(comparison, level)| (comparison, usize::from(*level)))
}
