//! Setting a tenant up.

mod demo;
mod idempotency;
mod people;

pub use demo::{Demo, DemoLogin, DemoWorld, demo_secret, demo_webhook_secret, seed_demo};
pub use idempotency::IdempotencyKey;
pub use people::{PeopleRefused, set_agent_active};
