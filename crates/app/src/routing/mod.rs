//! Routing: the leader that runs the core, and what agents do with offers.

mod alerts;
mod assign;
mod leader;
mod lend;
mod offers;
mod presence;
mod shape;
mod shift;
mod watch;

pub use alerts::{AlertRefused, acknowledge_alert};
pub use assign::{AssignRefused, assign};
pub use leader::{Leader, Woken};
pub(crate) use offers::rescind_for;
pub use offers::{OfferRefused, accept, decline, expire};
pub use presence::{PresenceRefused, disconnected, extend_leases, link_lapsed, set_presence};
pub use shift::{ShiftEnded, end_shift};
