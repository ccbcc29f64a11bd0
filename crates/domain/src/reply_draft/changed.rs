//! How much of a draft was sent.

use crate::understanding::token::words;

/// Words that are compared; what is longer is compared as far.
const MOST: usize = 600;

/// What became of a draft that was put into a reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    /// It went out as it was, but for spaces.
    pub as_is: bool,
    /// Share of the words of both that are the same and in the same order, 0 to 1.
    pub share: f64,
}

/// Compares a draft with what was sent.
pub fn kept(draft: &str, sent: &str) -> Kept {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if flat(draft) == flat(sent) {
        return Kept { as_is: true, share: 1.0 };
    }
    let (mut a, mut b) = (words(draft), words(sent));
    a.truncate(MOST);
    b.truncate(MOST);
    if a.is_empty() && b.is_empty() {
        return Kept { as_is: false, share: 0.0 };
    }
    // The longest common subsequence, a row at a time.
    let mut row = vec![0_u32; b.len() + 1];
    for one in &a {
        let mut corner = 0;
        for (at, other) in b.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if one == other { corner + 1 } else { above.max(row[at]) };
            corner = above;
        }
    }
    let common = f64::from(row.last().copied().unwrap_or(0));
    Kept { as_is: false, share: 2.0 * common / (a.len() + b.len()) as f64 }
}
