//! How good a model is: trained on some of the examples, asked about the others.

use super::{Example, OUT_OF_SCOPE, Refused, train};
use crate::jobs::stable_hash;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One of so many examples of an intent is held out.
const ONE_OF: usize = 5;
/// Fewest examples of an intent of which one is held out.
const LEAST: usize = 3;
/// Mixed into the choice of what is held out: the same examples are always dealt the same way.
const SEED: u64 = 0x6d65_7269_6469_616e;

/// What became of one intent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Its name; [`OUT_OF_SCOPE`] for none of the intents.
    pub intent: String,
    /// How many examples it has.
    pub examples: usize,
    /// How many of them were held out.
    pub held_out: usize,
    /// How many of those were found.
    pub right: usize,
    /// How often it was said of examples of others.
    pub wrongly_said: usize,
}

/// What an evaluation shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// How many examples were held out.
    pub held_out: usize,
    /// How many of those were answered rightly.
    pub right: usize,
    /// Intent by intent, in order of their names.
    pub intents: Vec<Score>,
}

impl Evaluation {
    /// Share of right answers, 0 to 1.
    pub fn accuracy(&self) -> f64 {
        share(self.right, self.held_out).unwrap_or(0.0)
    }

    /// Share of requests out of scope that were told as such, 0 to 1; unknown when none were held out.
    pub fn out_of_scope_recall(&self) -> Option<f64> {
        let outside = self.intents.iter().find(|score| score.intent == OUT_OF_SCOPE)?;
        share(outside.right, outside.held_out)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How many of so many examples of an intent are held out.
fn held_out(examples: usize) -> usize {
    if examples < LEAST { 0 } else { (examples / ONE_OF).max(1) }
}

/// Whether intents with so many different examples each can be trained and evaluated.
pub fn trainable(intents: &[(String, usize)]) -> Result<(), Refused> {
    match intents {
        [] => Err(Refused::Empty),
        [(label, _)] => Err(Refused::OneLabel(label.clone())),
        all if all.iter().all(|(_, examples)| *examples < 2) => Err(Refused::OnlyDuplicates),
        all if all.iter().all(|(_, examples)| held_out(*examples) == 0) => Err(Refused::TooFew),
        _ => Ok(()),
    }
}

/// Trains on most of the examples and asks about the rest: one in five of each intent, always the same ones. Each
/// example has one label.
pub fn evaluate(examples: &[Example]) -> Result<Evaluation, Refused> {
    let mut by_label: BTreeMap<&str, Vec<&Example>> = BTreeMap::new();
    for example in examples {
        if let Some(label) = example.labels.first() {
            by_label.entry(label).or_default().push(example);
        }
    }
    let counts: Vec<(String, usize)> = by_label.iter().map(|(label, all)| ((*label).to_owned(), all.len())).collect();
    trainable(&counts)?;
    let (mut rest, mut asked) = (Vec::with_capacity(examples.len()), Vec::new());
    for all in by_label.values_mut() {
        all.sort_by_cached_key(|example| (stable_hash(example.text.as_bytes()) ^ SEED, example.text.clone()));
        let (held, kept) = all.split_at(held_out(all.len()));
        asked.extend(held.iter().copied());
        rest.extend(kept.iter().map(|example| (*example).clone()));
    }
    let model = train(&rest)?;
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for (label, examples) in &counts {
        scores.insert(label, Score { intent: label.clone(), examples: *examples, ..Score::default() });
    }
    let mut shown = Evaluation { held_out: asked.len(), ..Evaluation::default() };
    for example in asked {
        let Some(label) = example.labels.first() else { continue };
        let said = model.predict(&example.text, &example.context).label;
        let right = said == *label;
        shown.right += usize::from(right);
        if let Some(score) = scores.get_mut(label.as_str()) {
            score.held_out += 1;
            score.right += usize::from(right);
        }
        if let Some(score) = scores.get_mut(said.as_str()).filter(|_| !right) {
            score.wrongly_said += 1;
        }
    }
    shown.intents = scores.into_values().collect();
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(label: &str, texts: impl IntoIterator<Item = String>) -> Vec<Example> {
        let one = |text| Example { text, context: String::new(), labels: vec![label.to_owned()] };
        texts.into_iter().map(one).collect()
    }

    fn some() -> Vec<Example> {
        let things = ["kettle", "lamp", "chair", "phone", "shirt", "bag", "table", "clock", "mirror", "ring"];
        let mut all = examples("refund", things.iter().map(|thing| format!("please refund the {thing} I sent back")));
        all.extend(examples("tracking", things.iter().map(|thing| format!("where is the {thing} that I ordered"))));
        all.extend(examples(OUT_OF_SCOPE, things.iter().map(|thing| format!("sing a song of a {thing}"))));
        all
    }

    #[test]
    fn one_in_five_of_each_is_held_out_and_always_the_same() {
        let all = some();
        let shown = evaluate(&all).unwrap();
        assert_eq!((shown.held_out, shown.intents.len()), (6, 3));
        assert!(shown.intents.iter().all(|score| (score.examples, score.held_out) == (10, 2)));
        assert_eq!(shown.right, shown.intents.iter().map(|score| score.right).sum::<usize>());
        assert!(shown.accuracy() > 0.6 && shown.out_of_scope_recall().is_some(), "{shown:?}");
        let turned: Vec<Example> = all.into_iter().rev().collect();
        assert_eq!(evaluate(&turned).unwrap().intents.iter().map(|s| s.held_out).sum::<usize>(), 6);
        assert_eq!(evaluate(&turned), evaluate(&turned));
    }

    #[test]
    fn what_cannot_be_trained_or_evaluated_is_refused_with_the_reason() {
        let count = |label: &str, examples| (label.to_owned(), examples);
        assert_eq!(trainable(&[]), Err(Refused::Empty));
        assert_eq!(trainable(&[count("a", 9)]), Err(Refused::OneLabel("a".to_owned())));
        assert_eq!(trainable(&[count("a", 1), count("b", 1)]), Err(Refused::OnlyDuplicates));
        assert_eq!(trainable(&[count("a", 2), count("b", 2)]), Err(Refused::TooFew));
        assert_eq!(trainable(&[count("a", 3), count("b", 1)]), Ok(()));
        let few = [examples("a", ["x y".to_owned(), "x z".to_owned()]), examples("b", ["q".to_owned()])].concat();
        assert_eq!(evaluate(&few), Err(Refused::TooFew));
    }

    #[test]
    fn an_evaluation_without_scope_has_no_recall_of_it() {
        let all: Vec<Example> = some().into_iter().filter(|example| example.labels[0] != OUT_OF_SCOPE).collect();
        let shown = evaluate(&all).unwrap();
        assert_eq!((shown.held_out, shown.out_of_scope_recall()), (4, None));
    }
}
