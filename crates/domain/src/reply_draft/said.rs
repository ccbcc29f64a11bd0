//! What a sentence says, so that two can be compared: its words, and the values in it.

use super::lexicon;
use crate::{
    knowledge::terms,
    understanding::token::{located, unspaced},
};
use std::collections::BTreeSet;

/// Letters of a word that tell its stem.
const STEM: usize = 5;

/// What a text says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// Stems, and pairs of characters in scripts without spaces.
    pub words: BTreeSet<String>,
    /// Numbers with their units, days and months.
    pub values: BTreeSet<String>,
    /// Those of the values that name something: an order, a ticket.
    pub references: BTreeSet<String>,
    /// It says that something is not so.
    pub denies: bool,
}

impl Said {
    /// Of one sentence, or of several.
    pub fn of(text: &str) -> Self {
        let stem = |term: String| term.chars().take(STEM).collect::<String>();
        let words = terms(text).into_iter().filter(|term| !term.contains(|c: char| c.is_ascii_digit())).map(stem);
        let mut said = Self { words: words.collect(), denies: lexicon::denies(text), ..Self::default() };
        said.take_values(text);
        said
    }

    fn take_values(&mut self, text: &str) {
        let tokens = joined(text);
        let mut at = 0;
        while at < tokens.len() {
            let Some((number, length)) = number(&tokens[at..]) else {
                if let Some(day) = lexicon::calendar(&tokens[at..]) {
                    self.values.insert(day.to_owned());
                }
                at += 1;
                continue;
            };
            let behind = &tokens[at + length..];
            // Between a number and its unit stands one word at most: "five working days".
            let unit = lexicon::unit(behind).or_else(|| {
                let between = behind.first().is_some_and(|word| lexicon::BETWEEN.contains(&word.as_str()));
                between.then(|| lexicon::unit(&behind[1..])).flatten()
            });
            if unit.is_none() && lexicon::refers(&tokens[..at]) {
                self.references.insert(number.clone());
            }
            self.values.insert(unit.map_or_else(|| number.clone(), |unit| format!("{number} {unit}")));
            at += length;
        }
    }
}

/// Tokens in their order; a point or comma inside a number parts none, and one between thousands is none.
fn joined(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut end = 0;
    for (token, place) in located(text) {
        let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
        let between = text.get(end..place.start).unwrap_or_default();
        let last = tokens.last_mut().filter(|last| last.ends_with(|c: char| c.is_ascii_digit()) && digits(&token));
        match last {
            Some(last) if between == "," && token.len() == 3 => last.push_str(&token),
            Some(last) if matches!(between, "." | ",") => {
                last.push('.');
                last.push_str(&token);
            }
            _ => tokens.push(token),
        }
        end = place.end;
    }
    tokens
}

/// The number that begins here, and of how many tokens it is.
fn number(tokens: &[String]) -> Option<(String, usize)> {
    let first = tokens.first()?;
    if first.contains(|c: char| c.is_ascii_digit()) {
        return Some((first.clone(), 1));
    }
    if let Some(value) = lexicon::spelled(first) {
        return Some((value.to_string(), 1));
    }
    if !first.starts_with(unspaced) {
        return None;
    }
    let run: Vec<char> =
        tokens.iter().map_while(|token| token.chars().next().filter(|c| lexicon::numeral(*c))).take(12).collect();
    // 一 alone is an article more often than a number.
    let counts = !run.is_empty() && (run != ['一'] || lexicon::unit(&tokens[1..]).is_some());
    counts.then(|| (lexicon::counted(&run).to_string(), run.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<String> {
        Said::of(text).values.into_iter().collect()
    }

    #[test]
    fn numbers_are_one_however_they_are_written() {
        assert_eq!(values("within five working days"), ["5 day"]);
        assert_eq!(values("within 5 days"), ["5 day"]);
        assert_eq!(values("五个工作日内，5天内"), ["5 day"]);
        assert_eq!(values("退款需要十二天"), ["12 day"]);
        assert_eq!(values("1,000.50 EUR on Monday"), ["1000.50", "monday"]);
        assert_eq!(values("下周一给您一个答复"), ["monday", "week monday"]);
        assert!(values("Have a nice day, this is the one").is_empty());
        assert!(values("给您一个新的").is_empty());
    }

    #[test]
    fn references_are_told_from_amounts() {
        assert!(Said::of("your order no. 48213").references.contains("48213"));
        assert!(Said::of("您的订单48213").references.contains("48213"));
        assert!(Said::of("a refund of 48213").references.is_empty());
    }
}
