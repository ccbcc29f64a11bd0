//! Bots: what they are sent and what they may answer.

mod answer;
pub mod dialogue;
mod person;
pub mod test;
pub mod told;

pub use answer::{Answered, Exchange, Posting};
pub use person::wants_person;

use crate::{button::Button, event::Identifier};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An event posted to a bot, signed after Standard Webhooks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BotEvent {
    /// `message.created`, `session.started`, `handoff.accepted`, `session.returned` ..
    #[serde(rename = "type")]
    pub kind: String,
    /// The bot's session id: one engagement on one channel.
    pub session: String,
    /// The conversation.
    pub conversation: String,
    /// Rises by one with each event of a session.
    pub sequence: i64,
    /// RFC 3339.
    pub at: String,
    /// What the customer wrote, or other data of the event.
    pub data: Value,
}

/// What a bot may do, in the response body or by call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum BotAction {
    /// Say something to the customer.
    Message {
        /// Plain text.
        text: String,
        /// What the customer may choose ([`crate::button`]).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        buttons: Vec<Button>,
    },
    /// Hand over to people.
    Handoff(Box<HandoffRequest>),
}

/// Why a bot hands over.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandoffReason {
    /// requested, low_confidence, policy, failure, after_form, vip.
    pub code: String,
    /// In words.
    pub text: String,
}

/// What the bot understood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BotIntent {
    /// Its name of the intent.
    pub name: String,
    /// 0 to 1.
    pub confidence: Option<f64>,
}

/// Where the bot would like the work to go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandoffTarget {
    /// A queue by name or id.
    pub queue: Option<String>,
}

/// A callback that the customer takes instead of waiting for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandoffCallback {
    /// The day, in the customer's zone; with `from_minute` and `until_minute`. Else the rest of the day, or the next.
    pub day: Option<chrono::NaiveDate>,
    /// From so many minutes after midnight.
    pub from_minute: u16,
    /// Until so many.
    pub until_minute: u16,
    /// IANA name; the customer's known zone, or the tenant's, when left out.
    pub time_zone: Option<String>,
    /// What it is about.
    pub note: String,
}

/// One turn of a transcript the bot brings along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TranscriptTurn {
    /// The provider's or the bot's id of the message.
    #[serde(default)]
    pub id: Option<String>,
    /// RFC 3339.
    #[serde(default)]
    pub at: Option<String>,
    /// customer, bot, agent, system.
    pub from: String,
    /// What was said.
    pub text: String,
}

/// `POST /bots/{account}/handoff`: structured context of a hand-off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HandoffRequest {
    /// The session the bot hands over (id from its events).
    pub session: Option<String>,
    /// Why.
    pub reason: HandoffReason,
    /// What it understood.
    pub intent: Option<BotIntent>,
    /// Facts it collected, by name.
    pub slots: serde_json::Map<String, Value>,
    /// BCP 47.
    pub language: Option<String>,
    /// Skills it asks for, by name.
    pub skills: Vec<String>,
    /// Where to.
    pub target: HandoffTarget,
    /// -1 to 1.
    pub sentiment: Option<f64>,
    /// Minutes of head start in the queue.
    pub urgency_minutes: Option<u32>,
    /// The customer would rather be called back than wait.
    pub callback: Option<HandoffCallback>,
    /// The bot's own summary.
    pub summary: Option<String>,
    /// What was said where Meridian did not hear it.
    pub transcript: Vec<TranscriptTurn>,
    /// Identifiers the bot verified or was told.
    pub customer: Vec<Identifier>,
    /// Opaque, at most 64 KB, given back on return.
    pub context: Value,
}

/// A hand-off the bot must mend (HTTP 422).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvalidHandoff {
    /// The field at fault.
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// Most bytes of `context`.
pub const CONTEXT_LIMIT: usize = 64 * 1024;
/// Most turns of a transcript.
pub const TRANSCRIPT_LIMIT: usize = 500;

/// Most slots.
const SLOT_LIMIT: usize = 200;

impl HandoffRequest {
    /// Leaves out what [`HandoffRequest::check`] would refuse, where nobody is there to mend it; the names of what was left
    /// out.
    pub fn mend(&mut self) -> Vec<&'static str> {
        let mut left_out = Vec::new();
        if serde_json::to_vec(&self.context).map_or(usize::MAX, |bytes| bytes.len()) > CONTEXT_LIMIT {
            self.context = Value::Null;
            left_out.push("context");
        }
        if self.transcript.len() > TRANSCRIPT_LIMIT {
            // The end of a talk says more than its beginning.
            self.transcript.drain(..self.transcript.len() - TRANSCRIPT_LIMIT);
            left_out.push("transcript");
        }
        if self.slots.len() > SLOT_LIMIT {
            let names: Vec<String> = self.slots.keys().skip(SLOT_LIMIT).cloned().collect();
            for name in names {
                self.slots.remove(&name);
            }
            left_out.push("slots");
        }
        if let Some(intent) = self.intent.as_mut()
            && intent.confidence.is_some_and(|c| !(0.0..=1.0).contains(&c))
        {
            intent.confidence = None;
            left_out.push("intent.confidence");
        }
        if self.sentiment.is_some_and(|s| !(-1.0..=1.0).contains(&s)) {
            self.sentiment = None;
            left_out.push("sentiment");
        }
        left_out
    }

    /// Takes over what an earlier hand-off of the same session told and this one does not.
    pub fn adds_to(&mut self, before: &Self) {
        for (name, value) in &before.slots {
            self.slots.entry(name).or_insert_with(|| value.clone());
        }
        if !self.names_intent() {
            self.intent.clone_from(&before.intent);
        }
        self.language = self.language.take().or_else(|| before.language.clone());
        self.sentiment = self.sentiment.or(before.sentiment);
        if self.summary.as_deref().is_none_or(|summary| summary.trim().is_empty()) {
            self.summary.clone_from(&before.summary);
        }
    }

    /// Whether the bot named what the customer is after.
    pub fn names_intent(&self) -> bool {
        self.intent.as_ref().is_some_and(|intent| !intent.name.is_empty())
    }

    /// Checks bounds that JSON itself does not.
    pub fn check(&self) -> Result<(), InvalidHandoff> {
        let fail = |field, problem: &str| Err(InvalidHandoff { field, problem: problem.to_owned() });
        if self.session.as_deref().is_none_or(str::is_empty) {
            return fail("session", "is required: the `session` of the events you receive");
        }
        if serde_json::to_vec(&self.context).map_or(usize::MAX, |bytes| bytes.len()) > CONTEXT_LIMIT {
            return fail("context", "is larger than 64 KB");
        }
        if self.transcript.len() > TRANSCRIPT_LIMIT {
            return fail("transcript", "has more than 500 turns");
        }
        if self.slots.len() > SLOT_LIMIT {
            return fail("slots", "has more than 200 entries");
        }
        if self.intent.as_ref().and_then(|intent| intent.confidence).is_some_and(|c| !(0.0..=1.0).contains(&c)) {
            return fail("intent.confidence", "must lie between 0 and 1");
        }
        if self.sentiment.is_some_and(|s| !(-1.0..=1.0).contains(&s)) {
            return fail("sentiment", "must lie between -1 and 1");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_check_refuses_is_left_out_by_mending() {
        let mut request = HandoffRequest { session: Some("ses_1".into()), ..HandoffRequest::default() };
        assert_eq!(request.mend(), [""; 0]);
        let turn = |n: usize| TranscriptTurn { id: None, at: None, from: "customer".into(), text: n.to_string() };
        request.context = Value::String("x".repeat(CONTEXT_LIMIT + 1));
        request.transcript = (0..600).map(turn).collect();
        request.slots = (0..300).map(|n| (n.to_string(), Value::from(n))).collect();
        request.intent = Some(BotIntent { name: "refund".into(), confidence: Some(7.0) });
        request.sentiment = Some(-3.0);
        assert!(request.check().is_err());
        assert_eq!(request.mend(), ["context", "transcript", "slots", "intent.confidence", "sentiment"]);
        assert_eq!(request.check(), Ok(()));
        assert_eq!(request.transcript.last().map(|turn| turn.text.as_str()), Some("599"), "the end is kept");
        assert_eq!(request.intent.map(|intent| intent.name).as_deref(), Some("refund"));
    }
}
