//! What an example has to be before it is kept.

use crate::understanding::token::words;
use sha2::{Digest, Sha256};

/// Longest text of an example, in characters.
pub const LONGEST: usize = 1000;
/// Most characters of the name of an intent.
const LONGEST_NAME: usize = 64;

/// Whether a text names an intent: 1 to 64 lower-case letters of any script, digits, dots, hyphens and underscores.
pub fn intent_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() && !c.is_uppercase() || matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.chars().count() <= LONGEST_NAME && text.chars().all(fits)
}

/// What is the same for texts that teach the same: their words in lower case, without marks between them. Nothing for
/// what has no words.
pub fn digest(text: &str) -> Option<[u8; 32]> {
    let words = words(text);
    (!words.is_empty()).then(|| Sha256::digest(words.join(" ").as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_texts_that_teach_the_same_are_one() {
        assert!(intent_name("refund") && intent_name("card.lost_2") && intent_name("退款") && intent_name("oos"));
        assert!(
            !intent_name("") && !intent_name("Refund") && !intent_name("two words") && !intent_name(&"x".repeat(65))
        );
        assert_eq!(digest("Where is  my PARCEL"), digest("where is my parcel"));
        assert_ne!(digest("where is my parcel"), digest("where is my order"));
        assert_eq!((digest("  "), digest("!!")), (None, None));
    }
}
