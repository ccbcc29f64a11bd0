//! Sending to customers: intent first, at most once, forward only.

mod attempt;
mod receipt;

pub(crate) use attempt::note_failure;
pub use attempt::{Attempt, Claimed, claim, give_up, record};
pub(crate) use receipt::{echoed, receipt};
