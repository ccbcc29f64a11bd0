//! Understanding what customers write, without a language model: intent, language, sentiment, and what must be masked.
//!
//! Pure functions over text. The live path and the offline commands call the same ones.

pub mod country;
pub mod intent;
pub mod language;
pub mod message;
pub mod redact;
pub mod sentiment;
pub mod token;
