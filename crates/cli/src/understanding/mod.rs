//! The offline commands of the understanding core: hand-off briefs, intent, language, sentiment.
//!
//! Thin: read JSON lines, call `meridian_domain`, write JSON lines. Lines without `id` take their 0-based number.

mod brief;
mod lines;

pub use brief::brief;
