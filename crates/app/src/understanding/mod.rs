//! What is understood of customers' messages, and what the tenant's people teach: examples, versions of the intent model,
//! corrections.

mod correct;
mod examples;
mod listen;
mod minds;
mod train;

pub use correct::{CorrectRefused, Correction, correct};
pub use examples::{InvalidExample, Labelled, TeachRefused, add_examples, remove_example};
pub(crate) use listen::{Ears, again, alarm, retold};
pub use listen::{Read, warm};
pub use minds::Minds;
pub use train::{activate, retire, start_training, train};
