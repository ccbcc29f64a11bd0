//! The routing core: events in, decisions out. Pure and incremental.
//!
//! The live router, `meridian simulate` and the tests drive the same [`Core`]. It keeps what waits and who could
//! take it, and answers each event with offers to make. It never looks at a clock: events carry the time. A decision
//! is a proposal; the database has the last word (capacity and single ownership are invariants there), and a lost
//! race comes back as an event with the rows as they really are.

mod choose;
mod core;
mod explain;
mod index;
mod learn;
mod line;
mod objection;
mod overflow;
mod plan;
mod pool;
mod preview;
mod score;
mod shadow;
mod types;
mod value;

pub use self::core::Core;
pub use explain::{Explanation, Recorded, explain_past};
pub use line::{Beyond, LineRule, wait_range, wait_seconds};
pub use objection::Objection;
pub use overflow::{InvalidLender, Lender, Overflow, OverflowRule};
pub use plan::{AttributeNeed, InvalidPlan, Known, Order, Plan, StaffPool, Step, Tells, attribute_key, language_of};
pub use shadow::Shadowed;
pub use types::{Agent, Candidate, Decision, Event, Exclusion, Outcome, Preview, Queue, SkillNeed, Work};

#[cfg(test)]
mod fairness;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
