//! A contact centre in simulated time: recorded or synthetic calls, agents on shifts, and the live routing core.
//!
//! Calls, patience and handling times are given, so that two plans can be compared on the very same day. [`run`] plays
//! a [`Scenario`] against a [`Router`]; [`Desk`] is the router that asks [`crate::routing::Core`].

mod desk;
mod engine;
mod export;
mod metrics;
mod patience;
mod replay;
mod scenario;

pub use desk::Desk;
pub use engine::{Fate, Outcome, run};
pub use export::scenario_of;
pub use metrics::{Metrics, metrics};
pub use patience::Patience;
pub use replay::{Past, PastWork, QueueFigures, Replay};
pub use scenario::{AgentSpec, Answer, Arrival, Call, Person, Router, Scenario, Settings, Told};

#[cfg(test)]
mod tests;
