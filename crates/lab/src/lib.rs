//! The outside world: providers that record and answer, customers that sign what they post, agents on sockets.

pub mod agent;
pub mod customer;
pub mod provider;
pub mod story;

/// The HTTP client of the outside world.
pub use reqwest;
