//! Sending to customers: intent first, at most once, forward only.

mod attempt;
mod receipt;

pub use attempt::{Attempt, Claimed, claim, give_up, record};
pub(crate) use receipt::receipt;
