//! Conversations: reading, replying, noting, resolving.

mod amend;
mod bot;
mod canned;
mod consult;
mod note;
mod reopen;
mod reply;
mod resolve;
mod steer;
mod typing;

pub use amend::amend;
pub use bot::{return_to_bot, take_from_bot};
pub use canned::{CannedRefused, remove_canned, save_canned};
pub(crate) use consult::end_all as end_consults;
pub use consult::{end_consult, start_consult};
pub use note::{NoteRefused, add_note};
pub use reopen::reopen;
pub(crate) use reply::{PASSED, holder, said_enough, say, say_with, silenced};
pub use reply::{Reply, ReplyRefused, Words, reply};
pub use resolve::{Closing, ResolveRefused, end_wrap_up, resolve, wrap_up_end};
pub(crate) use resolve::{close, written_up};
pub(crate) use steer::take_off;
pub use steer::{SteerRefused, Target, site_wait_end, snooze, snooze_end, transfer, unsnooze};

pub(crate) use typing::reported as typing_reported;
pub use typing::{Typing, typing};

use meridian_domain::{live::Topic, work::OwnerKind};
use meridian_store::conversations::{Conversation, Session};

/// Whom a change of a conversation concerns: those who look at it, and the agent who owns it.
pub(crate) fn topics(conversation: &Conversation, visitor: Option<&Session>) -> Vec<Topic> {
    let mut topics = vec![Topic::Conversation(conversation.id)];
    if conversation.owner == OwnerKind::Agent {
        topics.extend(conversation.owner_agent.map(Topic::Agent));
    }
    if let Some(session) = visitor.filter(|s| s.kind == meridian_domain::channel::ChannelKind::WebChat) {
        topics.push(Topic::Visitor(session.id));
    }
    topics
}
