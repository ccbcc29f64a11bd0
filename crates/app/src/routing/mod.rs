//! Routing: the leader that runs the core, and what agents do with offers.

mod alerts;
mod assign;
mod export;
mod leader;
mod lend;
mod line;
mod offers;
mod presence;
mod report;
mod rows;
mod shape;
mod shift;
mod watch;
mod what_if;
mod why_not;

pub use alerts::{AlertRefused, acknowledge_alert};
pub use assign::{AssignRefused, assign};
pub use export::{ExportRefused, export_past};
pub use leader::{Leader, Woken};
pub(crate) use lend::OVERFLOW;
pub(crate) use offers::rescind_for;
pub use offers::{OfferRefused, accept, decline, expire};
pub(crate) use presence::agent_changed;
pub use presence::{PresenceRefused, disconnected, extend_leases, link_lapsed, set_presence};
pub use report::{ReportRefused, report};
pub(crate) use shape::Shape;
pub use shift::{ShiftEnded, end_shift};
pub use what_if::{Choice, Comparison, cancel_comparison, compare_plans, run_comparison};
pub use why_not::{StateThen, Verdict, WhyNot, WhyNotRefused, decisions_about, why_not};
