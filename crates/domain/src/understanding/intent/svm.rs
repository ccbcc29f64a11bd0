//! One linear support vector machine: dual coordinate descent with shrinking.
//!
//! Hsieh, Chang, Lin, Keerthi, Sundararajan: "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008,
//! algorithm 3, squared hinge loss. The order of visits comes from a fixed congruential sequence: the same data give
//! the same weights.

use super::features::Vector;

/// Most passes over the data.
const PASSES: usize = 60;

/// How to train.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// Cost of an error of an example of the class.
    pub cost_in: f32,
    /// Cost of an error of any other example.
    pub cost_out: f32,
    /// Stop when no coordinate can move by more.
    pub tolerance: f32,
}

/// Training data: rows and their squared lengths.
pub(super) struct Rows<'a> {
    /// The vectors.
    pub vectors: Vec<&'a Vector>,
    /// Their squared lengths.
    pub squares: Vec<f32>,
    /// Number of features.
    pub width: usize,
}

impl<'a> Rows<'a> {
    /// Of vectors of a vocabulary of `width` features.
    pub fn new(vectors: Vec<&'a Vector>, width: usize) -> Self {
        let squares = vectors.iter().map(|v| v.iter().map(|(_, x)| x * x).sum()).collect();
        Self { vectors, squares, width }
    }
}

/// Weights and bias of "is it the class", where `positive` says which rows are.
pub(super) fn train(rows: &Rows<'_>, positive: &[bool], settings: Settings) -> (Vec<f32>, f32) {
    let n = rows.vectors.len();
    let mut weights = vec![0.0_f32; rows.width];
    let mut bias = 0.0_f32;
    let mut alpha = vec![0.0_f32; n];
    let mut active: Vec<usize> = (0..n).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut limit = f32::INFINITY;
    for _ in 0..PASSES {
        let (mut most, mut least) = (f32::NEG_INFINITY, f32::INFINITY);
        let mut kept = active.len();
        let mut i = 0;
        while i < kept {
            // Visit in random order: Fisher-Yates as we go.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = i + ((state >> 33) as usize) % (kept - i);
            active.swap(i, pick);
            let row = active[i];
            let (sign, cost) = if positive[row] { (1.0, settings.cost_in) } else { (-1.0, settings.cost_out) };
            let diagonal = 0.5 / cost;
            let vector = rows.vectors[row];
            let output = vector.iter().map(|(j, x)| weights[*j as usize] * x).sum::<f32>() + bias;
            let gradient = sign * output - 1.0 + diagonal * alpha[row];
            if alpha[row] == 0.0 && gradient > limit {
                kept -= 1;
                active.swap(i, kept);
                continue;
            }
            let projected = if alpha[row] == 0.0 { gradient.min(0.0) } else { gradient };
            most = most.max(projected);
            least = least.min(projected);
            if projected.abs() > 1e-7 {
                let old = alpha[row];
                // The bias is one more feature of value 1.
                alpha[row] = (old - gradient / (rows.squares[row] + 1.0 + diagonal)).max(0.0);
                let step = (alpha[row] - old) * sign;
                for (j, x) in vector {
                    weights[*j as usize] += step * x;
                }
                bias += step;
            }
            i += 1;
        }
        active.truncate(kept);
        if most - least <= settings.tolerance {
            if active.len() == n {
                break;
            }
            // What was set aside has to agree too.
            active = (0..n).collect();
            limit = f32::INFINITY;
        } else {
            limit = if most <= 0.0 { f32::INFINITY } else { most };
        }
    }
    (weights, bias)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separable_data_are_separated() {
        let data: Vec<Vector> = vec![vec![(0, 1.0)], vec![(0, 0.9), (1, 0.1)], vec![(1, 1.0)], vec![(1, 0.8)]];
        let rows = Rows::new(data.iter().collect(), 2);
        let settings = Settings { cost_in: 1.0, cost_out: 1.0, tolerance: 0.01 };
        let (weights, bias) = train(&rows, &[true, true, false, false], settings);
        assert!(weights[0] + bias > 0.2 && weights[1] + bias < -0.2);
        assert_eq!(train(&rows, &[true, true, false, false], settings).0, weights);
    }
}
