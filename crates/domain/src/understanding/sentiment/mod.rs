//! stub
use super::intent::Model;
/// Mood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Negative.
    Negative,
    /// Neutral.
    Neutral,
    /// Positive.
    Positive,
}
impl Mood {
    /// Name.
    pub fn name(self) -> &'static str { "neutral" }
}
/// Stub.
pub fn with_learnt(_text: &str, _model: Option<&Model>) -> Mood { Mood::Neutral }
