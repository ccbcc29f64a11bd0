//! A second look where requests carry several intents: which go together.
//!
//! One machine a label judges by itself; "asks about a hotel" and "asks about a restaurant" both look likely when only
//! one of them is meant. The second stage sees all margins and their products (stacked generalisation, Wolpert 1992),
//! and is trained on margins of examples held out, so that it knows how far to trust them.

use super::{
    features::Vector,
    svm::{self, Rows, Settings},
};

/// Most labels: the products are as many as the square.
const MOST_LABELS: usize = 48;
/// Fewest examples it is worth while for.
const FEWEST: usize = 400;
/// Margins beyond this say no more.
const FAR: f32 = 3.0;

/// The second stage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Second {
    /// Weights of each label, one label after the other; the bias of each comes last.
    pub weights: Vec<f32>,
}

/// Number of weights a label has, its bias included.
pub(super) fn size(labels: usize) -> usize {
    labels + labels * (labels + 1) / 2 + 1
}

/// Margins, and their products.
fn crossed(margins: &[f32]) -> Vec<f32> {
    let near: Vec<f32> = margins.iter().map(|margin| margin.clamp(-FAR, FAR)).collect();
    let mut all = near.clone();
    for (i, a) in near.iter().enumerate() {
        all.extend(near[i..].iter().map(|b| a * b));
    }
    all
}

impl Second {
    /// Trains on margins of examples held out, with the labels that each carries. Nothing when there are too few
    /// examples or too many labels.
    pub fn train(held_out: &[Vec<f32>], labels: &[Vec<usize>]) -> Option<Self> {
        let width = held_out.first()?.len();
        if held_out.len() < FEWEST || width > MOST_LABELS {
            return None;
        }
        let vectors: Vec<Vector> = held_out
            .iter()
            .map(|margins| crossed(margins).into_iter().zip(0..).map(|(x, i)| (i, x)).collect())
            .collect();
        let rows = Rows::new(vectors.iter().collect(), size(width) - 1);
        let mut weights = Vec::with_capacity(width * size(width));
        for first in (0..width).step_by(svm::SIDE) {
            let count = svm::SIDE.min(width - first);
            let positive = svm::bits(labels.iter(), first);
            let settings = Settings { cost_in: COST_IN, cost_out: COST_OUT, tolerance: 0.01 };
            let (columns, bias) = svm::train(&rows, positive, count, settings);
            for k in 0..count {
                weights.extend(columns.iter().map(|column| column[k]));
                weights.push(bias[k]);
            }
        }
        Some(Self { weights })
    }

    /// The margin of each label, 0 between yes and no.
    pub fn margins(&self, first: &[f32]) -> Vec<f32> {
        let crossed = crossed(first);
        let one = [1.0];
        let inputs = || crossed.iter().chain(&one);
        self.weights.chunks_exact(size(first.len())).map(|w| w.iter().zip(inputs()).map(|(w, x)| w * x).sum()).collect()
    }
}

/// Costs of errors: low, for the inputs are few and large; a label left out costs more, as the best F1 has its border
/// below even odds.
const COST_IN: f32 = 0.045;
const COST_OUT: f32 = 0.03;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_that_one_excludes_the_other() {
        // Both margins are positive, and the larger one is meant.
        let (mut held_out, mut labels) = (Vec::new(), Vec::new());
        for i in 0..600_u16 {
            let lean = f32::from(i % 10) / 10.0 - 0.45;
            held_out.push(vec![0.4 + lean, 0.4 - lean]);
            labels.push(vec![usize::from(lean < 0.0)]);
        }
        let second = Second::train(&held_out, &labels).unwrap();
        let said = second.margins(&[0.6, 0.2]);
        assert!(said[0] > 0.0 && said[1] < 0.0, "{said:?}");
        assert_eq!(second.weights.len(), 2 * size(2));
        assert_eq!(Second::train(&held_out[..10], &labels[..10]), None);
    }
}
