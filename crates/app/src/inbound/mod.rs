//! What comes in from channels.

mod ingest;
mod memory;
mod messages;
mod news;
mod notice;
mod passing;
mod resolve;
mod session;

pub(crate) use ingest::about;
pub use ingest::{Applied, Claimed, Ingested, Parsed, Stored, attach_orphan, claim};
pub use memory::Known;
pub(crate) use resolve::{Comer, resolve};
pub(crate) use session::{Arrival, Enqueue, enqueue, place, wake};
