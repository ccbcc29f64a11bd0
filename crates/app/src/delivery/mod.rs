//! Sending to customers: intent first, at most once, forward only.

mod amend;
mod attempt;
mod receipt;

pub(crate) use amend::carry_out;
pub use amend::{claim_amendment, record_amendment};
pub use attempt::{Attempt, Claimed, claim, move_on, record};
pub(crate) use attempt::{note_failure, recipients};
pub(crate) use receipt::{echoed, receipt};
