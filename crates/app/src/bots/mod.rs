//! Bots: what they are told, what they may do, and who takes over when they fall silent.

mod deliver;
mod handoff;
mod silence;
mod summarise;

pub use deliver::{Answer, Outgoing, answered, failed, outgoing};
pub use handoff::{HandedOff, HandoffRefused, hand_off};
pub use silence::bot_silent;
pub use summarise::{Writer, summarise, write_up};
