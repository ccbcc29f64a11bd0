//! Linear support vector machines: dual coordinate descent with shrinking.
//!
//! Hsieh, Chang, Lin, Keerthi, Sundararajan: "A Dual Coordinate Descent Method for Large-scale Linear SVM", ICML 2008,
//! algorithm 3, squared hinge loss. The order of visits comes from a fixed congruential sequence: the same data give
//! the same weights. Several machines are trained side by side on the same rows: most of the time of one alone is spent
//! waiting for its row and for the weights from memory.

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

/// Machines that are trained side by side: a row is fetched once for all of them, and their sums fill whole registers.
pub(super) const SIDE: usize = 8;

/// Machines in training, and what they have come to.
struct Block<'a> {
    rows: &'a Rows<'a>,
    settings: Settings,
    weights: Vec<[f32; SIDE]>,
    bias: [f32; SIDE],
    alpha: Vec<[f32; SIDE]>,
    /// Machines that each row is positive for, and those it is still visited for, one bit each.
    positive: Vec<u8>,
    open: Vec<u8>,
    /// Gradients beyond this set a row aside.
    limit: [f32; SIDE],
}

/// Weights and bias of "is it the class" for at most [`SIDE`] classes; `positive` says of each row which, a bit each.
pub(super) fn train(
    rows: &Rows<'_>,
    positive: Vec<u8>,
    classes: usize,
    settings: Settings,
) -> (Vec<[f32; SIDE]>, [f32; SIDE]) {
    let n = rows.vectors.len();
    let all = u8::MAX >> (SIDE - classes.clamp(1, SIDE));
    let mut block = Block {
        rows,
        settings,
        weights: vec![[0.0; SIDE]; rows.width],
        bias: [0.0; SIDE],
        alpha: vec![[0.0; SIDE]; n],
        positive,
        open: vec![all; n],
        limit: [f32::INFINITY; SIDE],
    };
    let mut running = all;
    let mut aside = 0_u8;
    let mut active: Vec<usize> = (0..n).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for _ in 0..PASSES {
        let (mut most, mut least) = ([f32::NEG_INFINITY; SIDE], [f32::INFINITY; SIDE]);
        for i in 0..active.len() {
            // Visit in random order: Fisher-Yates as we go.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let pick = i + ((state >> 33) as usize) % (active.len() - i);
            active.swap(i, pick);
            aside |= block.visit(active[i], &mut most, &mut least);
        }
        for k in 0..SIDE {
            if most[k] - least[k] <= settings.tolerance {
                running &= !(1 << k);
            } else {
                block.limit[k] = if most[k] <= 0.0 { f32::INFINITY } else { most[k] };
            }
        }
        if running == 0 {
            if aside == 0 {
                break;
            }
            // What was set aside has to agree too.
            (running, aside) = (aside, 0);
            block.limit = [f32::INFINITY; SIDE];
            block.open.fill(running);
            active = (0..n).collect();
        } else {
            block.open.iter_mut().for_each(|open| *open &= running);
            active.retain(|row| block.open[*row] != 0);
        }
    }
    (block.weights, block.bias)
}

impl Block<'_> {
    /// Moves the coordinates of one row. Returns the machines it was set aside for.
    fn visit(&mut self, row: usize, most: &mut [f32; SIDE], least: &mut [f32; SIDE]) -> u8 {
        let vector = self.rows.vectors[row];
        let mut outputs = self.bias;
        for (j, x) in vector {
            let weights = self.weights[*j as usize];
            outputs = std::array::from_fn(|k| outputs[k] + weights[k] * x);
        }
        let (mut steps, mut moved, mut aside) = ([0.0_f32; SIDE], false, 0_u8);
        for k in (0..SIDE).filter(|k| self.open[row] & 1 << k != 0) {
            let (sign, cost) = if self.positive[row] & 1 << k == 0 {
                (-1.0, self.settings.cost_out)
            } else {
                (1.0, self.settings.cost_in)
            };
            let diagonal = 0.5 / cost;
            let old = self.alpha[row][k];
            let gradient = sign * outputs[k] - 1.0 + diagonal * old;
            if old == 0.0 && gradient > self.limit[k] {
                aside |= 1 << k;
                continue;
            }
            let projected = if old == 0.0 { gradient.min(0.0) } else { gradient };
            most[k] = most[k].max(projected);
            least[k] = least[k].min(projected);
            if projected.abs() > 1e-7 {
                // The bias is one more feature of value 1.
                let new = (old - gradient / (self.rows.squares[row] + 1.0 + diagonal)).max(0.0);
                self.alpha[row][k] = new;
                steps[k] = (new - old) * sign;
                moved = true;
            }
        }
        self.open[row] &= !aside;
        if moved {
            for (j, x) in vector {
                let weights = &mut self.weights[*j as usize];
                *weights = std::array::from_fn(|k| weights[k] + steps[k] * x);
            }
            self.bias.iter_mut().zip(&steps).for_each(|(bias, step)| *bias += step);
        }
        aside
    }
}

/// For each row, which of the classes from `first` on it carries, one bit each.
pub(super) fn bits<'a>(carried: impl Iterator<Item = &'a Vec<usize>>, first: usize) -> Vec<u8> {
    let bit = |label: &usize| if (first..first + SIDE).contains(label) { 1 << (label - first) } else { 0_u8 };
    carried.map(|labels| labels.iter().map(bit).fold(0, |all, bit| all | bit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separable_data_are_separated() {
        let data: Vec<Vector> = vec![vec![(0, 1.0)], vec![(0, 0.9), (1, 0.1)], vec![(1, 1.0)], vec![(1, 0.8)]];
        let rows = Rows::new(data.iter().collect(), 2);
        let settings = Settings { cost_in: 1.0, cost_out: 1.0, tolerance: 0.01 };
        let labels = [vec![4], vec![4], vec![3], vec![3, 12]];
        let positive = bits(labels.iter(), 3);
        assert_eq!(positive, [0b10, 0b10, 0b01, 0b01]);
        let (weights, bias) = train(&rows, positive.clone(), 2, settings);
        assert!(weights[0][1] + bias[1] > 0.2 && weights[1][1] + bias[1] < -0.2);
        assert!(weights[0][0] + bias[0] < -0.2 && weights[1][0] + bias[0] > 0.2);
        assert_eq!(train(&rows, positive, 2, settings).0, weights);
    }
}
