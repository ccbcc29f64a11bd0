//! Chinese: the longest words of the lexicon found in each clause, turned by negation, scaled by degree.

use super::{
    chinese_words::{DEGREES, LEXICON, NEGATIONS, NO_NEGATIONS, REQUESTS, TURNS},
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
    let clauses = clauses(&chars);
    // What stands after the last "but" is what is meant.
    let turn = clauses.iter().rposition(|(clause, _)| turns(clause));
    let sum: f64 = clauses
        .iter()
        .enumerate()
        .map(|(i, (clause, end))| {
            let place = match turn {
                Some(at) if i < at => 0.6,
                Some(_) => 1.3,
                None => 1.0,
            };
            let asks = matches!(end, '？' | '?') || holds(clause, REQUESTS);
            clause_value(clause, if asks { 0.05 } else { 1.0 })
                * place
                * if matches!(end, '！' | '!') { 1.2 } else { 1.0 }
        })
        .sum();
    squash(sum)
}

/// Clauses, each with the mark it ends in.
fn clauses(chars: &[char]) -> Vec<(&[char], char)> {
    let ends = |c: &char| {
        matches!(
            c,
            '，' | '。' | '！' | '？' | '；' | '、' | '…' | '~' | '～' | ',' | '.' | '!' | '?' | ';' | ' ' | '\n'
        )
    };
    let mut found = Vec::new();
    let mut start = 0;
    for (i, c) in chars.iter().enumerate() {
        if ends(c) {
            if i > start {
                found.push((&chars[start..i], *c));
            }
            start = i + 1;
        }
    }
    if start < chars.len() {
        found.push((&chars[start..], '。'));
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

fn holds(clause: &[char], words: &[&str]) -> bool {
    (0..clause.len()).any(|i| words.iter().any(|word| starts(&clause[i..], word)))
}

/// The sum of a clause's words; `liking` is how much of what speaks for liking counts.
fn clause_value(clause: &[char], liking: f64) -> f64 {
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
        sum += weighed(if weight > 0.0 { weight * liking } else { weight }, before);
        at += length;
        last = at;
    }
    sum
}

/// A word's weight after what stands before it.
fn weighed(weight: f64, before: &[char]) -> f64 {
    let degree = DEGREES
        .iter()
        .filter(|(_, words)| holds(before, words))
        .map(|(by, _)| *by)
        .fold(1.0_f64, |most, by| if (by - 1.0).abs() > (most - 1.0).abs() { by } else { most });
    let scaled = weight * degree;
    if negations(before).is_multiple_of(2) {
        scaled
    } else if weight > 0.0 {
        // "not good" is bad; "not bad" is only half good.
        -0.9 * scaled
    } else {
        -0.5 * scaled
    }
}

/// How many negations stand in `before`; the 非 of 非常 and the 不 of 不但 are none.
fn negations(before: &[char]) -> usize {
    let (mut at, mut found) = (0, 0);
    while at < before.len() {
        let rest = &before[at..];
        let length = |words: &[&str]| words.iter().find(|word| starts(rest, word)).map(|word| word.chars().count());
        if let Some(skipped) = length(NO_NEGATIONS) {
            at += skipped;
        } else if let Some(negation) = length(NEGATIONS) {
            found += 1;
            at += negation;
        } else {
            at += 1;
        }
    }
    found
}
