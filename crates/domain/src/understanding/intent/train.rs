//! Training: one machine a label, confidence from folds held out.

use super::{
    Example, OUT_OF_SCOPE,
    calibrate::{Calibration, Trial, inputs, margin_threshold, threshold},
    features::{Part, Vector, Vocabulary, features},
    model::{Model, top},
    second::Second,
    svm::{self, Rows, Settings},
};
use std::collections::BTreeSet;

/// Why examples cannot be trained on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing to train on.
    #[error("there are no labelled examples with text")]
    Empty,
    /// Nothing to tell apart.
    #[error("all examples have the label {0:?}: at least two labels are needed")]
    OneLabel(String),
    /// No variety to learn from.
    #[error("the examples are duplicates: no label has two different texts")]
    OnlyDuplicates,
    /// The model would be too large.
    #[error("{0} labels are too many: at most 2000")]
    TooManyLabels(usize),
    /// Nothing can be held out.
    #[error("no intent has three different examples: nothing can be held out for the evaluation")]
    TooFew,
}

/// Parts the examples are dealt into for held-out predictions.
const FOLDS: usize = 3;
/// Most weights of a model, one byte each.
const CAPACITY: usize = 17_000_000;
/// Share of rightly answered requests that may be sent out of scope when examples of it are given, and when not.
const LOST: (f64, f64) = (0.0085, 0.001);

struct Data {
    texts: Vec<Vec<(Part, u32)>>,
    /// Label numbers of each; empty is out of scope.
    labels: Vec<Vec<usize>>,
    names: Vec<String>,
    multi: bool,
}

/// Trains a model. The same examples in the same order give the same model.
pub fn train(examples: &[Example]) -> Result<Model, Refused> {
    let data = prepare(examples)?;
    let all: Vec<usize> = (0..data.texts.len()).collect();
    let mut model = fit(&data, &all);
    let folds = deal(&data);
    let mut held_out = vec![(Vec::new(), 0.0); all.len()];
    for fold in 0..FOLDS {
        let rest: Vec<usize> = all.iter().copied().filter(|i| folds[*i] != fold).collect();
        let part = fit(&data, &rest);
        for i in all.iter().copied().filter(|i| folds[*i] == fold) {
            held_out[i] = part.margins_of(&data.texts[i]);
        }
    }
    calibrate(&mut model, &data, &held_out);
    Ok(model)
}

/// Confidence, scope and thresholds, from margins and shares of unknown words of examples held out.
fn calibrate(model: &mut Model, data: &Data, held_out: &[(Vec<f32>, f32)]) {
    let trial = |(labels, (margins, unknown)): (&Vec<usize>, &(Vec<f32>, f32))| {
        let (best, first) = top(margins);
        Trial { inputs: inputs(first, *unknown), right: labels.contains(&best), weight: 1.0 }
    };
    let trials: Vec<Trial> = data.labels.iter().zip(held_out).map(trial).collect();
    let outside = data.labels.iter().any(Vec::is_empty);
    model.calibration = Calibration::fit(&trials);
    model.scope = threshold(&trials, &model.calibration, if outside { LOST.0 } else { LOST.1 });
    if !data.multi {
        return;
    }
    let margins: Vec<Vec<f32>> = held_out.iter().map(|(margins, _)| margins.clone()).collect();
    let scored = |label: usize| -> Vec<(f32, bool)> {
        margins.iter().zip(&data.labels).map(|(margins, labels)| (margins[label], labels.contains(&label))).collect()
    };
    let together: Vec<(f32, bool)> = (0..data.names.len()).flat_map(scored).collect();
    let prior = margin_threshold(&together, 0.0);
    model.thresholds = (0..data.names.len()).map(|label| margin_threshold(&scored(label), prior)).collect();
    model.second = Second::train(&margins, &data.labels);
}

fn prepare(examples: &[Example]) -> Result<Data, Refused> {
    let multi = examples.iter().any(|example| example.labels.len() > 1);
    let mut seen = BTreeSet::new();
    let kept: Vec<&Example> = examples
        .iter()
        .filter(|example| !example.text.trim().is_empty() && (multi || !example.labels.is_empty()))
        .filter(|example| seen.insert((example.text.trim(), example.context.trim(), &example.labels)))
        .collect();
    if kept.is_empty() {
        return Err(Refused::Empty);
    }
    let distinct: BTreeSet<&str> = kept.iter().flat_map(|e| &e.labels).map(String::as_str).collect();
    let names: Vec<String> = distinct.iter().filter(|l| **l != OUT_OF_SCOPE).map(|l| (*l).to_owned()).collect();
    if distinct.len() < 2 || names.is_empty() {
        return Err(Refused::OneLabel(distinct.into_iter().next().unwrap_or_default().to_owned()));
    }
    if names.len() > 2000 {
        return Err(Refused::TooManyLabels(names.len()));
    }
    let number = |label: &String| names.binary_search(label).ok();
    let labels: Vec<Vec<usize>> = kept.iter().map(|e| e.labels.iter().filter_map(number).collect()).collect();
    let mut texts_of: Vec<BTreeSet<String>> = vec![BTreeSet::new(); names.len()];
    for (example, labels) in kept.iter().zip(&labels) {
        for label in labels {
            texts_of[*label].insert(example.text.trim().to_lowercase());
        }
    }
    if texts_of.iter().all(|texts| texts.len() < 2) {
        return Err(Refused::OnlyDuplicates);
    }
    let texts = kept.iter().map(|example| features(&example.text, &example.context)).collect();
    Ok(Data { texts, labels, names, multi })
}

/// Deals the examples of each label round the folds, in a mixed order: examples that stand together in a file are often
/// made after one pattern.
fn deal(data: &Data) -> Vec<usize> {
    let mut order: Vec<usize> = (0..data.labels.len()).collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for i in (1..order.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(i, (state >> 33) as usize % (i + 1));
    }
    let mut next = vec![0_usize; data.names.len() + 1];
    let mut folds = vec![0; order.len()];
    for i in order {
        let label = data.labels[i].first().copied().unwrap_or(data.names.len());
        next[label] += 1;
        folds[i] = (next[label] + label) % FOLDS;
    }
    folds
}

fn fit(data: &Data, chosen: &[usize]) -> Model {
    let corpus: Vec<Vec<(Part, u32)>> = chosen.iter().map(|i| data.texts[*i].clone()).collect();
    let width = data.names.len();
    let least = if chosen.len() < 2000 { 1 } else { 2 };
    let vocabulary = Vocabulary::of(&corpus, least, CAPACITY / width);
    let mut vectors: Vec<Vector> = corpus.iter().map(|text| vocabulary.vector(text).0).collect();
    let place = commonest_first(&mut vectors, vocabulary.names.len());
    let rows = Rows::new(vectors.iter().collect(), vocabulary.names.len());
    let mut weights = vec![0_i8; vocabulary.names.len() * width];
    let (mut scales, mut biases) = (Vec::with_capacity(width), Vec::with_capacity(width));
    for first in (0..width).step_by(svm::SIDE) {
        let count = svm::SIDE.min(width - first);
        let positive = svm::bits(chosen.iter().map(|i| &data.labels[*i]), first);
        let settings = Settings { cost_in: 2.0, cost_out: 1.0, tolerance: 0.1 };
        let (columns, bias) = svm::train(&rows, positive, count, settings);
        for k in 0..count {
            let most = columns.iter().fold(1e-6_f32, |most, w| most.max(w[k].abs()));
            for (feature, weight) in columns.iter().enumerate() {
                let step = (weight[k].abs() / most).sqrt() * 127.0;
                weights[place[feature] as usize * width + first + k] = (step.round() * weight[k].signum()) as i8;
            }
            scales.push(most / (127.0 * 127.0));
            biases.push(bias[k]);
        }
    }
    Model {
        labels: data.names.clone(),
        multi: data.multi,
        vocabulary,
        weights,
        scales,
        biases,
        thresholds: vec![0.0; width],
        second: None,
        calibration: Calibration { weights: [0.0, 1.0, 0.0] },
        scope: 0.0,
    }
}

/// Renumbers features by how common they are, so that those which every row asks for lie together: most of the time of
/// training is waiting for memory. Returns the old number of each new one.
fn commonest_first(vectors: &mut [Vector], width: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; width];
    vectors.iter().flatten().for_each(|(index, _)| counts[*index as usize] += 1);
    let mut place: Vec<u32> = (0..width as u32).collect();
    place.sort_by_key(|old| std::cmp::Reverse(counts[*old as usize]));
    let mut new = vec![0_u32; width];
    place.iter().zip(0..).for_each(|(old, number)| new[*old as usize] = number);
    for vector in vectors {
        for (index, _) in vector.iter_mut() {
            *index = new[*index as usize];
        }
        vector.sort_unstable_by_key(|(index, _)| *index);
    }
    place
}
