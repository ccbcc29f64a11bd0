//! A dialogue that an administrator plays with a bot: the customer's side and people's, what the bot is told, and what its
//! answers would do. Nothing of it is a conversation.
//!
//! Time does not pass in it: what Meridian does after some seconds of silence is done at once, and those seconds are named.

mod turn;

pub use turn::{Cause, Handed, Outcome, Received, Sent, TakenOver, Turn};

use super::{
    Answered, BotAction, HandoffRequest,
    dialogue::Step,
    told::{Returned, Wrote, accepted, taken},
    wants_person,
};
use crate::{
    button::{self, Button},
    handoff::{self, Speaker},
    ids::{HandoffId, ItemId, QueueId},
    time::Instant,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// Most turns of a test.
pub const MOST_TURNS: usize = 100;
/// Longest text of a customer, and longest note to the bot, in characters.
pub const LONGEST_TEXT: usize = 4_000;
/// Seconds a bot has to hand over by call after it answered a customer who asks for a person.
pub const GRACE_SECONDS: u32 = 3;
/// Characters of an answer that are kept.
const KEPT: usize = 4_096;
/// The name of the customer.
const NAME: &str = "Test customer";

/// Who may speak to the customer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// The bot.
    #[default]
    Bot,
    /// Nobody yet: it waits for an agent.
    Queue,
    /// An agent.
    Agent,
    /// It is over.
    Ended,
}

/// What the administrator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// The customer writes.
    Say(&'a str),
    /// The customer presses a button of the bot's last message, by its payload.
    Press(&'a str),
    /// The customer sends a picture without words.
    Attach,
    /// An agent takes the conversation.
    Take,
    /// An agent gives it back, with a note.
    Return(&'a str),
    /// The conversation is over.
    End,
}

/// Why something cannot be done in a test now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The text is empty or too long.
    #[error("write between 1 and 4,000 characters")]
    Text,
    /// The bot's last message has no such button.
    #[error("no such button stands there now: choose one of the bot's last message")]
    Button,
    /// An agent has it.
    #[error("an agent has the conversation already")]
    Taken,
    /// The bot has it.
    #[error("the bot has the conversation: let an agent take it first")]
    Held,
    /// It is over.
    #[error("the test has ended: start another")]
    Ended,
    /// It is long enough.
    #[error("a test has at most 100 turns and 1 MB: start another")]
    Full,
}

/// An event that the bot is told next.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Why.
    pub cause: Cause,
    /// The customer's words, or the agent's note.
    pub text: Option<String>,
    /// Its type.
    pub kind: String,
    /// Its data.
    pub data: Value,
    /// What a recorded dialogue says that the bot answers.
    pub expected: Option<Vec<BotAction>>,
}

/// The tenant around a test.
#[derive(Debug, Clone, Copy)]
pub struct House<'a> {
    /// Its queues.
    pub queues: &'a [(QueueId, String)],
    /// Where the bot's work goes when it fails.
    pub fallback: QueueId,
    /// Seconds the bot has to act on a customer's message.
    pub silence_seconds: i32,
}

/// A line of the dialogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// As which item a brief cites it.
    pub item: ItemId,
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
}

/// A test as it stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Test {
    /// The customer's language, BCP 47.
    pub locale: String,
    /// Who may speak to the customer.
    pub control: Control,
    /// Of the last event.
    pub sequence: i64,
    /// What the customer may press.
    pub buttons: Vec<Button>,
    /// What was said.
    pub lines: Vec<Line>,
    /// What the bot gave along with its last hand-off: it gets that back.
    pub given: HandoffRequest,
    /// What all its hand-offs told: a brief holds that.
    pub told: HandoffRequest,
    /// Its last hand-off.
    pub handoff: Option<HandoffId>,
    /// What happened, in order.
    pub turns: Vec<Turn>,
}

impl Test {
    /// A test with a customer of some language.
    pub fn open(locale: &str) -> Self {
        Self { locale: locale.to_owned(), ..Self::default() }
    }

    /// Does it; what the bot is told of it, in order. What it is not told of stands in a turn of its own.
    pub fn act(&mut self, act: Act<'_>, now: Instant, new: impl Fn() -> Uuid) -> Result<Vec<Event>, Refused> {
        if self.control == Control::Ended {
            return Err(Refused::Ended);
        }
        if self.turns.len() >= MOST_TURNS {
            return Err(Refused::Full);
        }
        match act {
            Act::Say(text) => {
                let text = text.trim();
                if text.is_empty() || text.chars().count() > LONGEST_TEXT {
                    return Err(Refused::Text);
                }
                Ok(self.wrote(Cause::Wrote, Some(text.to_owned()), None, now, &new))
            }
            Act::Press(payload) => {
                let found = self.buttons.iter().find(|button| button.payload == payload).cloned();
                let button = found.ok_or(Refused::Button)?;
                Ok(self.wrote(Cause::Pressed, Some(button.title.clone()), Some(&button), now, &new))
            }
            Act::Attach => Ok(self.wrote(Cause::Attached, None, None, now, &new)),
            Act::Take => self.take(&new),
            Act::Return(note) => self.give_back(note, &new),
            Act::End => Ok(self.end(now)),
        }
    }

    fn wrote(
        &mut self,
        cause: Cause,
        text: Option<String>,
        button: Option<&Button>,
        now: Instant,
        new: &impl Fn() -> Uuid,
    ) -> Vec<Event> {
        let item = ItemId(new());
        if let Some(text) = &text {
            self.lines.push(Line { item, speaker: Speaker::Customer, text: text.clone() });
        }
        self.buttons.clear();
        if self.control != Control::Bot {
            self.turns.push(Turn { control: self.control, text, ..Turn::of(cause, now) });
            return Vec::new();
        }
        let kind = match cause {
            Cause::Attached => "image",
            Cause::Pressed => "interactive",
            _ => "text",
        };
        let choice = button.map(|button| json!({ "title": button.title, "payload": button.payload }));
        let data = Wrote {
            item,
            kind: Some(kind),
            text: text.as_deref().filter(|_| button.is_none()),
            choice: &json!(choice),
            attachments: &json!([]),
            wants_person: text.as_deref().is_some_and(wants_person),
            channel: "web_chat",
            name: Some(NAME),
            locale: Some(&self.locale),
        }
        .data();
        vec![Event { cause, text, kind: "message.created".to_owned(), data, expected: None }]
    }

    fn take(&mut self, new: &impl Fn() -> Uuid) -> Result<Vec<Event>, Refused> {
        let mut events = Vec::new();
        match self.control {
            Control::Agent => return Err(Refused::Taken),
            Control::Bot => events.push(Event::of(Cause::AgentTook, "session.taken", taken("taken"))),
            Control::Queue | Control::Ended => {}
        }
        self.control = Control::Agent;
        let handoff = *self.handoff.get_or_insert_with(|| HandoffId(new()));
        events.push(Event::of(Cause::AgentTook, "handoff.accepted", accepted(handoff)));
        Ok(events)
    }

    /// Who gives it back has taken it before.
    fn give_back(&mut self, note: &str, new: &impl Fn() -> Uuid) -> Result<Vec<Event>, Refused> {
        let note = note.trim();
        if note.chars().count() > LONGEST_TEXT {
            return Err(Refused::Text);
        }
        let mut events = match self.control {
            Control::Bot => return Err(Refused::Held),
            Control::Queue => self.take(new)?,
            Control::Agent | Control::Ended => Vec::new(),
        };
        let last = self.lines.last().filter(|line| line.speaker == Speaker::Customer);
        let data = Returned {
            by: None,
            note,
            handoff: self.handoff,
            given: &self.given,
            waits: last.map(|line| Some(line.text.as_str())),
        }
        .data();
        self.control = Control::Bot;
        let text = Some(note.to_owned()).filter(|note| !note.is_empty());
        events.push(Event { text, ..Event::of(Cause::AgentReturned, "session.returned", data) });
        Ok(events)
    }

    fn end(&mut self, now: Instant) -> Vec<Event> {
        let told = self.control == Control::Bot;
        (self.control, self.buttons) = (Control::Ended, Vec::new());
        if told {
            return vec![Event::of(Cause::Ended, "session.closed", json!({}))];
        }
        self.turns.push(Turn { control: self.control, ..Turn::of(Cause::Ended, now) });
        Vec::new()
    }

    /// The next event of a recorded dialogue, told as it was then.
    pub fn replayed(&mut self, step: &Step, new: impl Fn() -> Uuid) -> Event {
        let message = &step.data["message"];
        let said = message["text"].as_str().or_else(|| message["choice"]["title"].as_str());
        if let Some(text) = said {
            self.lines.push(Line { item: ItemId(new()), speaker: Speaker::Customer, text: text.to_owned() });
        }
        self.control = match step.event.as_str() {
            "message.created" | "session.returned" => Control::Bot,
            "session.taken" => Control::Queue,
            "handoff.accepted" => Control::Agent,
            "session.closed" => Control::Ended,
            _ => self.control,
        };
        let text = said.or_else(|| step.data["note"].as_str()).map(str::to_owned);
        Event {
            text,
            expected: Some(step.actions.clone()),
            ..Event::of(Cause::Replayed, &step.event, step.data.clone())
        }
    }

    /// Takes what came back for an event, and says what of it would be done. Gives the event that follows when people take
    /// over.
    pub fn settle(
        &mut self,
        event: Event,
        mut turn: Turn,
        answer: Result<&Answered, ()>,
        house: &House<'_>,
        new: impl Fn() -> Uuid,
    ) -> Option<Event> {
        let asked =
            event.kind == "message.created" || event.kind == "session.returned" && event.data["customer_waits"] == true;
        let told = matches!(event.kind.as_str(), "message.created" | "session.returned");
        let held = self.control == Control::Bot;
        let silence = u32::try_from(house.silence_seconds).unwrap_or(0);
        let took = turn.received.as_ref().map_or(0, |received| received.duration_ms);
        let late = held && asked && took > u64::from(silence) * 1_000;
        let mut over = None;
        if late {
            over = Some(("bot_unresponsive", silence));
        }
        if let Ok(answered) = answer {
            turn.unread.clone_from(&answered.problem);
            for action in &answered.actions {
                let outcome = if held && !late {
                    self.done(action, house, &new)
                } else if late {
                    Outcome::refused(action, "too late: people had taken over by then")
                } else {
                    Outcome::refused(action, "the bot does not hold the conversation: recorded, not sent")
                };
                turn.outcomes.push(outcome);
            }
            let mine = self.control == Control::Bot;
            if held && mine && event.data["message"]["wants_person"] == true {
                over = over.or(Some(("requested", GRACE_SECONDS)));
            } else if held && mine && asked && answered.actions.is_empty() {
                over = over.or(Some(("bot_unresponsive", silence)));
            }
        } else if held && told {
            over = over.or(Some(("bot_failed", 0)));
        }
        let replayed = event.expected.is_some();
        turn.expected = event.expected;
        turn.text = event.text;
        if let Some((reason, after_seconds)) = over {
            turn.taken_over = Some(self.taken_over(reason, after_seconds, house, &new));
        }
        turn.control = self.control;
        self.turns.push(turn);
        // A recorded dialogue tells what it told then. Who did not take an event is not told the next one before it.
        let (reason, _) = over.filter(|_| !replayed && answer.is_ok())?;
        Some(Event::of(Cause::TakenOver, "session.taken", taken(reason)))
    }

    fn done(&mut self, action: &BotAction, house: &House<'_>, new: &impl Fn() -> Uuid) -> Outcome {
        if self.control != Control::Bot {
            return Outcome::refused(action, "what comes after a hand-off is left out");
        }
        let mut outcome = Outcome::performed(action);
        match action {
            BotAction::Message { text, .. } if text.trim().is_empty() => {
                return Outcome::refused(action, "an empty text is not sent");
            }
            BotAction::Message { text, buttons } => {
                let wrong = button::check(buttons).err();
                let (text, buttons) = if wrong.is_none() {
                    (text.clone(), buttons.clone())
                } else {
                    button::shown(text, buttons.clone(), 0)
                };
                outcome.problem = wrong.map(|wrong| format!("buttons: {wrong}; shown as a list"));
                let text = text.trim().to_owned();
                self.lines.push(Line { item: ItemId(new()), speaker: Speaker::Bot, text: text.clone() });
                self.buttons.clone_from(&buttons);
                (outcome.text, outcome.buttons) = (Some(text), buttons);
            }
            BotAction::Handoff(request) => {
                let mut request = HandoffRequest::clone(request);
                let left_out = request.mend();
                if !left_out.is_empty() {
                    outcome.problem = Some(format!("{}: left out, see the limits", left_out.join(", ")));
                }
                let wanted = request.target.queue.as_deref();
                let found = wanted.and_then(|wanted| named_queue(house.queues, wanted));
                if wanted.is_some() && found.is_none() {
                    let told = "target.queue: no queue has this name or id".to_owned();
                    outcome.problem = Some(outcome.problem.map_or(told.clone(), |before| format!("{before}; {told}")));
                }
                outcome.handed = Some(self.handed(request, found.unwrap_or(house.fallback), house, new));
            }
        }
        outcome
    }

    fn handed(
        &mut self,
        mut request: HandoffRequest,
        queue: QueueId,
        house: &House<'_>,
        new: &impl Fn() -> Uuid,
    ) -> Handed {
        self.given = request.clone();
        request.adds_to(&self.told);
        self.told = request.clone();
        (self.control, self.buttons) = (Control::Queue, Vec::new());
        self.handoff = Some(HandoffId(new()));
        let name = house.queues.iter().find(|(id, _)| *id == queue).map(|(_, name)| name.clone());
        let brief = handoff::brief(&self.said(), &request);
        Handed { request, queue, queue_name: name.unwrap_or_default(), brief }
    }

    fn taken_over(
        &mut self,
        reason: &str,
        after_seconds: u32,
        house: &House<'_>,
        new: &impl Fn() -> Uuid,
    ) -> TakenOver {
        let mut request = HandoffRequest::default();
        reason.clone_into(&mut request.reason.code);
        let handed = self.handed(request, house.fallback, house, new);
        TakenOver { reason: reason.to_owned(), after_seconds, handed }
    }

    /// What was said, as a brief and an assistant read it.
    pub fn said(&self) -> Vec<handoff::Turn> {
        let line = |line: &Line| handoff::Turn { item: line.item, speaker: line.speaker, text: line.text.clone() };
        self.lines.iter().map(line).collect()
    }

    /// The dialogue as it can be kept and played again: the events that the bot took, with its answers.
    pub fn dialogue(&self) -> Vec<Step> {
        self.turns.iter().filter_map(Turn::step).collect()
    }
}

impl Event {
    fn of(cause: Cause, kind: &str, data: Value) -> Self {
        Self { cause, text: None, kind: kind.to_owned(), data, expected: None }
    }
}

/// The queue that is called so, or has this id.
pub fn named_queue(queues: &[(QueueId, String)], wanted: &str) -> Option<QueueId> {
    let named = |(id, name): &&(QueueId, String)| name.eq_ignore_ascii_case(wanted) || id.to_string() == wanted;
    queues.iter().find(named).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests;
