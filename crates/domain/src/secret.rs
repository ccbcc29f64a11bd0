//! Secrets that cannot be printed by accident.

use std::fmt;

/// A secret text: neither `Debug` nor `Display` nor serde shows it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself; every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True when nothing is set: such a secret must never verify anything.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}
