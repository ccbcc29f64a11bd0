//! Setting a tenant up.

mod crowd;
mod demo;
mod idempotency;
mod people;

pub use crowd::{Crowd, seed_crowd};
pub use demo::{Demo, DemoIds, DemoLogin, DemoWorld, demo_ids, demo_secret, demo_webhook_secret, seed_demo};
pub use idempotency::IdempotencyKey;
pub use people::{PeopleRefused, set_agent_active};
