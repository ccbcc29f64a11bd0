//! Bots: what they are told, what they may do, and who takes over when they fall silent.

mod act;
mod assistant;
mod deliver;
mod handoff;
mod ledger;
mod person;
mod platform;
mod silence;
mod stream;
mod summarise;
mod test;
mod transcript;

pub use act::{ActRefused, Page, Standing, hand_off_as, pass_back, resolve_as, say_as, standing, transcript_of};
pub use assistant::{Endpoint, assist};
pub use deliver::{Answer, Outgoing, answered, failed, outgoing, tell_again};
pub use handoff::{HandedOff, HandoffRefused, hand_off};
pub(crate) use handoff::{loses as bot_loses, take_over};
pub use ledger::{recover_events, resend_event};
pub use person::person_asked;
pub use platform::{CallRefused, Called, call};
pub use silence::bot_silent;
pub use stream::{StreamRefused, Streamed, acknowledge, signing_secret, streamed};
pub(crate) use summarise::turns;
pub use summarise::{Writer, summarise, write_up};
pub use test::{
    BotTestRefused, LARGEST_DIALOGUE, Source, act_in_test, go_on_replaying, left_to_replay, replay_dialogue, start_test,
};
