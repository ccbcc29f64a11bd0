//! The outside world: providers that record and answer, customers that sign what they post, agents on sockets.

pub mod agent;
pub mod customer;
pub mod load;
pub mod mail;
pub mod names;
pub mod platforms;
pub mod provider;
pub mod push;
pub mod senders;
pub mod story;

/// The HTTP client of the outside world.
pub use reqwest;

/// Seconds since 1970, as the outside world's own clocks say.
#[expect(clippy::disallowed_methods, reason = "the outside world has its own clock")]
pub fn unix() -> i64 {
    use std::time::SystemTime;
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}
