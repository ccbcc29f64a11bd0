//! From margins to confidence: a small logistic regression (Platt 1999) on predictions for examples held out.

/// Inputs of the regression: constant, best margin, share of unknown words. The lead over the second best is left out:
/// it says which of two intents, not whether it is any.
pub(super) const INPUTS: usize = 3;

/// Confidence from margins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    /// A weight for each input.
    pub weights: [f64; INPUTS],
}

/// One held-out prediction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    /// Its inputs.
    pub inputs: [f64; INPUTS],
    /// The prediction was right.
    pub right: bool,
    /// How much it counts.
    pub weight: f64,
}

pub(super) fn inputs(best: f32, unknown: f32) -> [f64; INPUTS] {
    [1.0, f64::from(best), f64::from(unknown)]
}

impl Calibration {
    /// Fits by Newton's method with a little shrinkage, from which the constant is spared.
    pub fn fit(trials: &[Trial]) -> Self {
        let mut weights = [0.0, 2.0, 0.0];
        for _ in 0..30 {
            let mut gradient = [0.0; INPUTS];
            let mut curve = [[0.0; INPUTS]; INPUTS];
            for trial in trials {
                let p = logistic(dot(&weights, &trial.inputs));
                let error = (p - f64::from(u8::from(trial.right))) * trial.weight;
                let bend = (p * (1.0 - p)).max(1e-6) * trial.weight;
                for i in 0..INPUTS {
                    gradient[i] += error * trial.inputs[i];
                    for (cell, input) in curve[i].iter_mut().zip(&trial.inputs) {
                        *cell += bend * trial.inputs[i] * input;
                    }
                }
            }
            for i in 0..INPUTS {
                let shrink = if i == 0 { 1e-3 } else { 1.0 };
                gradient[i] += shrink * weights[i];
                curve[i][i] += shrink;
            }
            let step = solve(curve, gradient);
            for i in 0..INPUTS {
                weights[i] -= step[i].clamp(-4.0, 4.0);
            }
            if step.iter().all(|s| s.abs() < 1e-6) {
                break;
            }
        }
        Self { weights }
    }

    /// Probability that the best intent is right, 0 to 1.
    pub fn confidence(&self, inputs: &[f64; INPUTS]) -> f64 {
        logistic(dot(&self.weights, inputs))
    }
}

fn dot(a: &[f64; INPUTS], b: &[f64; INPUTS]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Gaussian elimination with pivoting; the shrinkage keeps the matrix regular.
fn solve(mut a: [[f64; INPUTS]; INPUTS], mut b: [f64; INPUTS]) -> [f64; INPUTS] {
    for column in 0..INPUTS {
        let pivot =
            (column..INPUTS).max_by(|i, j| a[*i][column].abs().total_cmp(&a[*j][column].abs())).unwrap_or(column);
        a.swap(column, pivot);
        b.swap(column, pivot);
        if a[column][column].abs() < 1e-12 {
            continue;
        }
        for row in 0..INPUTS {
            if row != column {
                let factor = a[row][column] / a[column][column];
                let from = a[column];
                for (target, source) in a[row].iter_mut().zip(from) {
                    *target -= factor * source;
                }
                b[row] -= factor * b[column];
            }
        }
    }
    let mut x = [0.0; INPUTS];
    for i in 0..INPUTS {
        x[i] = if a[i][i].abs() < 1e-12 { 0.0 } else { b[i] / a[i][i] };
    }
    x
}

/// The confidence below which a request is out of scope: as high as the in-scope requests allow, given that at most
/// `share` of those answered rightly may be lost.
pub(super) fn threshold(trials: &[Trial], calibration: &Calibration, share: f64) -> f64 {
    let mut right: Vec<f64> =
        trials.iter().filter(|trial| trial.right).map(|trial| calibration.confidence(&trial.inputs)).collect();
    right.sort_unstable_by(f64::total_cmp);
    let at = right.len() as f64 * share;
    // With few examples the lowest of them says little: come down to nought as they become fewer.
    let trust = at.min(1.0);
    right.get(at as usize).map_or(0.0, |confidence| confidence * trust)
}

/// The margin above which a label of several is given: the one with the best F1 on what was held out, drawn towards
/// `prior` when there are few examples.
pub(super) fn margin_threshold(scored: &[(f32, bool)], prior: f32) -> f32 {
    let mut sorted: Vec<(f32, bool)> = scored.to_vec();
    sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let positives = sorted.iter().filter(|s| s.1).count();
    let (mut best, mut at, mut hits) = (0.0, prior, 0_usize);
    for (i, (margin, positive)) in sorted.iter().enumerate() {
        hits += usize::from(*positive);
        let f1 = 2.0 * hits as f32 / (i + 1 + positives) as f32;
        if f1 > best {
            let next = sorted.get(i + 1).map_or(*margin - 0.1, |s| s.0);
            (best, at) = (f1, f32::midpoint(*margin, next));
        }
    }
    let trust = positives as f32 / (positives as f32 + 30.0);
    trust * at + (1.0 - trust) * prior
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_rises_with_the_margin() {
        let trials: Vec<Trial> = (0..400)
            .map(|i| {
                let margin = (i % 40) as f32 / 20.0 - 1.0;
                Trial { inputs: inputs(margin, 0.1), right: margin > 0.0 || i % 7 == 0, weight: 1.0 }
            })
            .collect();
        let fitted = Calibration::fit(&trials);
        let low = fitted.confidence(&inputs(-0.8, 0.1));
        let high = fitted.confidence(&inputs(0.8, 0.1));
        assert!(low < 0.4 && high > 0.9, "{low} {high}");
        assert!(threshold(&trials, &fitted, 0.02) < high);
    }

    #[test]
    fn the_threshold_of_a_label_parts_what_it_can() {
        let scored: Vec<(f32, bool)> = (0..100).map(|i| (i as f32 / 50.0 - 1.0, i > 60)).collect();
        let at = margin_threshold(&scored, 0.0);
        assert!((0.0..0.3).contains(&at), "{at}");
    }
}
