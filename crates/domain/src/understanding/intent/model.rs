//! A trained model and what it says.

use super::{
    OUT_OF_SCOPE,
    calibrate::{Calibration, inputs},
    features::{Part, Vocabulary, features},
    second::Second,
};

/// A trained model. Weights are kept in one byte each, as signed squares: fine where they are dense, near zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(super) labels: Vec<String>,
    pub(super) multi: bool,
    pub(super) vocabulary: Vocabulary,
    /// Row by feature, column by label.
    pub(super) weights: Vec<i8>,
    /// What one step of a weight's square is worth, by label.
    pub(super) scales: Vec<f32>,
    pub(super) biases: Vec<f32>,
    /// Margin from which a label is given, by label; only where requests carry several.
    pub(super) thresholds: Vec<f32>,
    /// Where requests carry several and there are examples enough; decides in place of the thresholds.
    pub(super) second: Option<Second>,
    pub(super) calibration: Calibration,
    /// Confidence below which a request is out of scope.
    pub(super) scope: f64,
}

/// What a model says about a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The intent, or [`OUT_OF_SCOPE`].
    pub label: String,
    /// The best intent, in scope or not.
    pub best: String,
    /// Confidence in the best intent, 0 to 1, also when the label is out of scope.
    pub score: f64,
    /// The intents given, where requests carry several; at most one otherwise.
    pub labels: Vec<String>,
}

impl Model {
    /// Requests may carry several intents.
    pub fn multi(&self) -> bool {
        self.multi
    }

    /// The intents it knows.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The margins of all labels, and the share of unknown words.
    pub(super) fn margins_of(&self, text: &[(Part, u32)]) -> (Vec<f32>, f32) {
        let (vector, unknown) = self.vocabulary.vector(text);
        let width = self.labels.len();
        let mut sums = vec![0.0_f32; width];
        for (index, value) in vector {
            let start = index as usize * width;
            if let Some(row) = self.weights.get(start..start + width) {
                for (sum, weight) in sums.iter_mut().zip(row) {
                    let weight = f32::from(*weight);
                    *sum += value * weight * weight.abs();
                }
            }
        }
        for ((sum, scale), bias) in sums.iter_mut().zip(&self.scales).zip(&self.biases) {
            *sum = *sum * scale + bias;
        }
        (sums, unknown)
    }

    /// The labels given to a request that may carry several.
    fn given(&self, margins: &[f32]) -> Vec<String> {
        let given: Vec<bool> = match &self.second {
            Some(second) => second.margins(margins).iter().map(|margin| *margin > 0.0).collect(),
            None => margins.iter().zip(&self.thresholds).map(|(margin, least)| margin >= least).collect(),
        };
        self.labels.iter().zip(given).filter(|(_, given)| *given).map(|(label, _)| label.clone()).collect()
    }

    /// What a request is about. `context` is the turn before, or empty.
    pub fn predict(&self, text: &str, context: &str) -> Prediction {
        let (margins, unknown) = self.margins_of(&features(text, context));
        let (best, first) = top(&margins);
        let score = self.calibration.confidence(&inputs(first, unknown));
        let name = self.labels.get(best).cloned().unwrap_or_default();
        if self.multi {
            let labels = self.given(&margins);
            return Prediction { label: name.clone(), best: name, score, labels };
        }
        let outside = score < self.scope;
        let label = if outside { OUT_OF_SCOPE.to_owned() } else { name.clone() };
        Prediction { labels: if outside { Vec::new() } else { vec![name.clone()] }, label, best: name, score }
    }
}

/// The best label and its margin.
pub(super) fn top(margins: &[f32]) -> (usize, f32) {
    let best = margins.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or((0, -10.0), |(best, margin)| (best, margin.clamp(-10.0, 10.0)))
}
