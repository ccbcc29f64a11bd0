//! Chinese: the longest words of the lexicon found in each clause, turned by negation, scaled by degree.

use super::{
    chinese_words::{DEGREES, LEXICON, NEGATIONS, TURNS},
    squash,
};
use std::{collections::HashMap, sync::LazyLock};

/// Below this a text is unhappy.
pub(super) const UNHAPPY: f64 = -0.05;
/// Above this it is happy.
pub(super) const HAPPY: f64 = 0.05;
/// Longest word, in characters.
const LONGEST: usize = 8;
/// How far before a word negation and degree are looked for, in characters.
const REACH: usize = 5;
/// Most characters that are looked at.
const MOST: usize = 2000;

static WEIGHTS: LazyLock<HashMap<Vec<char>, f64>> = LazyLock::new(|| {
    let words = LEXICON.iter().flat_map(|(weight, words)| words.split_whitespace().map(move |word| (word, *weight)));
    words.map(|(word, weight)| (word.chars().collect(), weight)).collect()
});

/// From -1 to 1.
pub(super) fn value(text: &str) -> f64 {
    let chars: Vec<char> = text.chars().take(MOST).collect();
    let clauses: Vec<(&[char], bool)> = clauses(&chars);
    // What stands after the last "but" is what is meant.
    let turn = clauses.iter().rposition(|(clause, _)| turns(clause));
    let sum: f64 = clauses
        .iter()
        .enumerate()
        .map(|(i, (clause, loud))| {
            let place = match turn {
                Some(at) if i < at => 0.6,
                Some(_) => 1.3,
                None => 1.0,
            };
            clause_value(clause) * place * if *loud { 1.2 } else { 1.0 }
        })
        .sum();
    squash(sum)
}

/// Clauses, and whether each ends loudly.
fn clauses(chars: &[char]) -> Vec<(&[char], bool)> {
    let ends = |c: &char| {
        matches!(c, '，' | '。' | '！' | '？' | '；' | '、' | '…' | '~' | '～' | ',' | '.' | '!' | '?' | ';' | ' ' | '\n')
    };
    let mut found = Vec::new();
    let mut start = 0;
    for (i, c) in chars.iter().enumerate() {
        if ends(c) {
            if i > start {
                found.push((&chars[start..i], matches!(c, '！' | '!')));
            }
            start = i + 1;
        }
    }
    if start < chars.len() {
        found.push((&chars[start..], false));
    }
    found
}

fn starts(clause: &[char], word: &str) -> bool {
    let mut at = clause.iter();
    word.chars().all(|c| at.next() == Some(&c))
}

fn turns(clause: &[char]) -> bool {
    TURNS.iter().any(|word| starts(clause, word))
}

fn clause_value(clause: &[char]) -> f64 {
    let mut sum = 0.0;
    let mut at = 0;
    let mut last = 0;
    while at < clause.len() {
        let longest = LONGEST.min(clause.len() - at);
        let hit = (1..=longest).rev().find_map(|n| WEIGHTS.get(&clause[at..at + n]).map(|weight| (n, *weight)));
        let Some((length, weight)) = hit else {
            at += 1;
            continue;
        };
        let before = &clause[last.max(at.saturating_sub(REACH))..at];
        sum += weighed(weight, before);
        at += length;
        last = at;
    }
    sum
}

/// A word's weight after what stands before it.
fn weighed(weight: f64, before: &[char]) -> f64 {
    let count = |words: &[&str]| {
        let mut i = 0;
        let mut found = 0;
        while i < before.len() {
            let hit = words.iter().find(|word| starts(&before[i..], word));
            found += usize::from(hit.is_some());
            i += hit.map_or(1, |word| word.chars().count());
        }
        found
    };
    let degree = DEGREES
        .iter()
        .filter(|(_, words)| words.iter().any(|word| (0..before.len()).any(|i| starts(&before[i..], word))))
        .map(|(by, _)| *by)
        .fold(1.0_f64, |most, by| if (by - 1.0).abs() > (most - 1.0).abs() { by } else { most });
    let scaled = weight * degree;
    if count(NEGATIONS) % 2 == 0 {
        scaled
    } else if weight > 0.0 {
        // "not good" is bad; "not bad" is only half good.
        -0.9 * scaled
    } else {
        -0.5 * scaled
    }
}
