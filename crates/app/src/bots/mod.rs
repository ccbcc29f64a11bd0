//! Bots: what they are told, what they may do, and who takes over when they fall silent.

mod deliver;
mod handoff;
mod platform;
mod silence;
mod summarise;
mod transcript;

pub use deliver::{Answer, Outgoing, answered, failed, outgoing};
pub use handoff::{HandedOff, HandoffRefused, hand_off};
pub use platform::{CallRefused, Called, call};
pub use silence::bot_silent;
pub use summarise::{Writer, summarise, write_up};
