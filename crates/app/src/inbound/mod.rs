//! What comes in from channels.

mod ingest;
mod messages;
mod resolve;
mod session;

pub use ingest::{Claimed, Ingested, Parsed, Stored, claim};
pub(crate) use session::{Enqueue, enqueue, wake};
