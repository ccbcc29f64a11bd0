//! What stands in the events that a bot is told, wherever they come from.

use super::HandoffRequest;
use crate::ids::{AgentId, HandoffId, ItemId};
use serde_json::{Value, json};

/// What a customer wrote, as a bot is told of it.
#[derive(Debug, Clone, Copy)]
pub struct Wrote<'a> {
    /// The message.
    pub item: ItemId,
    /// Its type: text, interactive, image ..
    pub kind: Option<&'a str>,
    /// Its words.
    pub text: Option<&'a str>,
    /// The button that was pressed.
    pub choice: &'a Value,
    /// Its files.
    pub attachments: &'a Value,
    /// Whether it asks for a person.
    pub wants_person: bool,
    /// Code of the channel.
    pub channel: &'a str,
    /// The customer's name.
    pub name: Option<&'a str>,
    /// The customer's language, BCP 47.
    pub locale: Option<&'a str>,
}

impl Wrote<'_> {
    /// Data of `message.created`.
    pub fn data(&self) -> Value {
        json!({
            "message": {
                "id": self.item.to_string(),
                "type": self.kind,
                "text": self.text,
                "choice": self.choice,
                "attachments": self.attachments,
                "wants_person": self.wants_person,
            },
            "channel": self.channel,
            "customer": { "name": self.name, "locale": self.locale },
        })
    }
}

/// Data of `handoff.accepted`.
pub fn accepted(handoff: HandoffId) -> Value {
    json!({ "handoff": handoff.to_string() })
}

/// Data of `session.taken`.
pub fn taken(reason: &str) -> Value {
    json!({ "reason": reason })
}

/// A conversation that people give back.
#[derive(Debug, Clone, Copy)]
pub struct Returned<'a> {
    /// Who.
    pub by: Option<AgentId>,
    /// What they say to the bot.
    pub note: &'a str,
    /// The bot's last hand-off.
    pub handoff: Option<HandoffId>,
    /// What it gave along then.
    pub given: &'a HandoffRequest,
    /// The customer waits for an answer, to this; inner none when it has no words.
    pub waits: Option<Option<&'a str>>,
}

impl Returned<'_> {
    /// Data of `session.returned`.
    pub fn data(&self) -> Value {
        json!({
            "by": self.by.map(|agent| agent.to_string()),
            "note": self.note,
            "handoff": self.handoff.map(|handoff| handoff.to_string()),
            "context": self.given.context,
            "slots": self.given.slots,
            "customer_waits": self.waits.is_some(),
            "last_message": self.waits.flatten(),
        })
    }
}
