//! One turn of a test, as it is kept.

use super::{Control, KEPT};
use crate::{
    assistant::CallNote,
    bot::{BotAction, BotEvent, HandoffRequest, dialogue::Step},
    button::Button,
    handoff::Brief,
    ids::QueueId,
    time::Instant,
};
use serde::{Deserialize, Serialize};

/// Why a turn was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The customer wrote.
    Wrote,
    /// The customer pressed a button.
    Pressed,
    /// The customer sent a picture without words.
    Attached,
    /// An agent took the conversation.
    AgentTook,
    /// An agent gave it back.
    AgentReturned,
    /// People took over because the bot did not act.
    TakenOver,
    /// The conversation ended.
    Ended,
    /// A recorded dialogue says so.
    Replayed,
}

/// An event that the bot was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// `webhook-id`; none for an assistant, which is not posted to.
    pub webhook_id: Option<String>,
    /// Its type.
    pub kind: String,
    /// The body as it was signed.
    pub body: String,
}

/// What came back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// HTTP status; none when there was no answer.
    pub status: Option<u16>,
    /// How long it took.
    pub duration_ms: u64,
    /// The beginning of the body.
    pub body: String,
    /// Why it counts as no answer.
    pub error: Option<String>,
}

/// What becomes of a hand-off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handed {
    /// As it counts, with what earlier hand-offs told.
    pub request: HandoffRequest,
    /// Where it waits.
    pub queue: QueueId,
    /// Its name.
    pub queue_name: String,
    /// What the agent reads.
    pub brief: Brief,
}

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The action.
    pub action: BotAction,
    /// Whether it is done.
    pub performed: bool,
    /// Why it is not, or what of it was left out.
    pub problem: Option<String>,
    /// What the customer reads.
    pub text: Option<String>,
    /// What the customer may press.
    pub buttons: Vec<Button>,
    /// What comes of a hand-off.
    pub handed: Option<Handed>,
}

impl Outcome {
    pub(super) fn performed(action: &BotAction) -> Self {
        Self { action: action.clone(), performed: true, problem: None, text: None, buttons: Vec::new(), handed: None }
    }

    pub(super) fn refused(action: &BotAction, why: &str) -> Self {
        Self { performed: false, problem: Some(why.to_owned()), ..Self::performed(action) }
    }
}

/// People take over because the bot did not act.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TakenOver {
    /// requested, bot_unresponsive, bot_failed.
    pub reason: String,
    /// After how many seconds: in a test at once.
    pub after_seconds: u32,
    /// What comes of it.
    pub handed: Handed,
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Why it was.
    pub cause: Cause,
    /// When.
    pub at: Instant,
    /// The customer's words, or the agent's note.
    pub text: Option<String>,
    /// What the bot was told; none while it does not hold the conversation.
    pub sent: Option<Sent>,
    /// What came back.
    pub received: Option<Received>,
    /// What calls of an assistant's endpoint came to.
    pub calls: Vec<CallNote>,
    /// The actions of the answer.
    pub outcomes: Vec<Outcome>,
    /// What of the answer could not be read.
    pub unread: Option<String>,
    /// People took over behind it.
    pub taken_over: Option<TakenOver>,
    /// Who may speak after it.
    pub control: Control,
    /// What a recorded dialogue says that the bot answers.
    pub expected: Option<Vec<BotAction>>,
}

impl Turn {
    /// A turn of which nothing more is known.
    pub fn of(cause: Cause, at: Instant) -> Self {
        Self {
            cause,
            at,
            text: None,
            sent: None,
            received: None,
            calls: Vec::new(),
            outcomes: Vec::new(),
            unread: None,
            taken_over: None,
            control: Control::Bot,
            expected: None,
        }
    }

    /// The actions that the bot answered.
    pub fn actions(&self) -> Vec<BotAction> {
        self.outcomes.iter().map(|outcome| outcome.action.clone()).collect()
    }

    /// Whether the bot answered otherwise than it did when the dialogue was recorded; none for what was not.
    pub fn differs(&self) -> Option<bool> {
        let expected = self.expected.as_ref()?;
        Some(!self.took() || *expected != self.actions())
    }

    /// Whether the bot took the event.
    pub fn took(&self) -> bool {
        self.received.as_ref().is_some_and(|received| received.error.is_none())
    }

    /// The turn as a step of a dialogue that is kept; none when the bot was told nothing, or did not take it.
    pub(super) fn step(&self) -> Option<Step> {
        let sent = self.sent.as_ref().filter(|_| self.took())?;
        let event: BotEvent = serde_json::from_str(&sent.body).ok()?;
        Some(Step { event: event.kind, data: event.data, actions: self.actions() })
    }
}

impl Received {
    /// What is kept of an answer.
    pub fn of(status: Option<u16>, duration_ms: u64, body: &[u8], error: Option<String>) -> Self {
        Self { status, duration_ms, body: String::from_utf8_lossy(body).chars().take(KEPT).collect(), error }
    }
}
