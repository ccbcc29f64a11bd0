//! What comes in from channels.

mod ingest;
mod resolve;
mod session;

pub use ingest::{Ingested, Parsed, ingest};
pub(crate) use resolve::resolve;
pub(crate) use session::{Arrival, Enqueue, Place, enqueue, place, wake};
