//! Routing: the leader that runs the core, and what agents do with offers.

mod leader;
mod offers;
mod presence;

pub use leader::{Leader, Woken};
pub(crate) use offers::rescind_for;
pub use offers::{OfferRefused, accept, decline, expire};
pub use presence::{PresenceRefused, disconnected, extend_leases, link_lapsed, set_presence};
