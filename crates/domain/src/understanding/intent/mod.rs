//! Intents of short requests: a linear model over word and character n-grams, trained in seconds on a tenant's own
//! examples, calibrated on examples it has not seen, and aware that a request may be none of its intents.

mod calibrate;
mod codec;
mod evaluate;
mod example;
mod features;
mod model;
mod second;
mod svm;
mod train;

pub use codec::{InvalidModel, readable};
pub use evaluate::{Evaluation, Score, evaluate, trainable};
pub use example::{LONGEST, digest, intent_name};
pub use model::{Model, Prediction};
pub use train::{Refused, train};

/// The reserved label of requests that are none of the intents.
pub const OUT_OF_SCOPE: &str = "oos";

/// A labelled request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Example {
    /// What was said.
    pub text: String,
    /// The turn before, or empty.
    pub context: String,
    /// One label, or several where requests carry several; [`OUT_OF_SCOPE`] alone for none of the intents.
    pub labels: Vec<String>,
}

#[cfg(test)]
mod tests;
