//! Confirming, merging and unmerging customers. Links move; parties, sessions and items never do.

mod merge;

pub use merge::{MergeRefused, confirm_identity, import_identity, merge, unmerge};
