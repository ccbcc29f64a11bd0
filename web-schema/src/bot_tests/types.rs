//! What a test shows.

use crate::{ids::id, webhooks::AssistantCall};
use async_graphql::{Enum, ID, Json, Object, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::bots::left_to_replay;
use meridian_domain::{
    bot::{BotAction, dialogue, test as rules},
    button::Button,
};
use meridian_store::bot_tests as store;
use serde_json::{Value, json};

fn number(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

/// Who may speak to the customer of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "rules::Control")]
enum BotTestControl {
    /// The bot.
    Bot,
    /// Nobody yet: it waits for an agent.
    Queue,
    /// An agent.
    Agent,
    /// Nobody any more: it is over.
    Ended,
}

/// Why a turn was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "rules::Cause")]
enum BotTestCause {
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

/// What the customer may choose.
#[derive(SimpleObject)]
struct BotTestButton {
    /// What is written on it.
    title: String,
    /// What the bot gets when it is pressed.
    payload: String,
}

fn buttons(all: &[Button]) -> Vec<BotTestButton> {
    let one = |button: &Button| BotTestButton { title: button.title.clone(), payload: button.payload.clone() };
    all.iter().map(one).collect()
}

/// The event that a bot was told.
#[derive(SimpleObject)]
struct BotTestEvent {
    /// `webhook-id`; null for an assistant, whose endpoint is asked instead.
    webhook_id: Option<String>,
    /// Its type, like `message.created`.
    kind: String,
    /// The body as it was signed.
    body: String,
}

/// What came back.
#[derive(SimpleObject)]
struct BotTestResponse {
    /// HTTP status; null when there was no answer.
    status: Option<i32>,
    /// How long it took, in milliseconds.
    duration_ms: i32,
    /// The beginning of the body, at most 4,096 characters.
    body: String,
    /// Why it counts as no answer.
    error: Option<String>,
}

/// What would come of a hand-off.
#[derive(SimpleObject)]
struct BotTestHandoff {
    /// As it counts, with what earlier hand-offs of the test told.
    request: Json<Value>,
    /// Where it would wait; without a queue of the bot's own that of the channel account comes before this one.
    queue_id: ID,
    /// The queue's name.
    queue_name: String,
    /// What the agent would read.
    brief: Json<Value>,
}

fn handoff(handed: &rules::Handed) -> BotTestHandoff {
    BotTestHandoff {
        request: Json(json!(handed.request)),
        queue_id: id(handed.queue),
        queue_name: handed.queue_name.clone(),
        brief: Json(json!(handed.brief)),
    }
}

/// An action of an answer, and what becomes of it.
#[derive(SimpleObject)]
struct BotTestAction {
    /// The action as it was read.
    action: Json<Value>,
    /// Whether it is done.
    performed: bool,
    /// Why it is not, or what of it was left out.
    problem: Option<String>,
    /// What the customer reads.
    text: Option<String>,
    /// What the customer may press.
    buttons: Vec<BotTestButton>,
    /// What would come of a hand-off.
    handoff: Option<BotTestHandoff>,
}

fn action(outcome: &rules::Outcome) -> BotTestAction {
    BotTestAction {
        action: Json(json!(outcome.action)),
        performed: outcome.performed,
        problem: outcome.problem.clone(),
        text: outcome.text.clone(),
        buttons: buttons(&outcome.buttons),
        handoff: outcome.handed.as_ref().map(handoff),
    }
}

/// People take over because the bot did not act.
#[derive(SimpleObject)]
struct BotTestTakeover {
    /// `requested`, `bot_unresponsive` or `bot_failed`.
    reason: String,
    /// After how many seconds they would; in a test at once.
    after_seconds: i32,
    /// What would come of it.
    handoff: BotTestHandoff,
}

/// One turn of a test.
#[derive(SimpleObject)]
struct BotTestTurn {
    /// From 1.
    number: i32,
    /// Why it was.
    cause: BotTestCause,
    /// When.
    at: DateTime<Utc>,
    /// The customer's words, or the agent's note.
    text: Option<String>,
    /// What the bot was told; null while it does not hold the conversation.
    event: Option<BotTestEvent>,
    /// What came back.
    response: Option<BotTestResponse>,
    /// What an assistant asked its endpoint, oldest first.
    calls: Vec<AssistantCall>,
    /// The actions of the answer.
    actions: Vec<BotTestAction>,
    /// What of the answer could not be read.
    unread: Option<String>,
    /// People took over behind it.
    takeover: Option<BotTestTakeover>,
    /// Who may speak after it.
    control: BotTestControl,
    /// The actions of the recorded answer; null for what is not played again.
    expected: Option<Json<Value>>,
    /// Whether the bot answered otherwise than it was recorded, or not at all; null for what is not played again.
    differs: Option<bool>,
}

fn turn((n, turn): (usize, &rules::Turn)) -> BotTestTurn {
    BotTestTurn {
        number: number(n + 1),
        cause: turn.cause.into(),
        at: turn.at,
        text: turn.text.clone(),
        event: turn.sent.as_ref().map(|sent| BotTestEvent {
            webhook_id: sent.webhook_id.clone(),
            kind: sent.kind.clone(),
            body: sent.body.clone(),
        }),
        response: turn.received.as_ref().map(|received| BotTestResponse {
            status: received.status.map(i32::from),
            duration_ms: number(received.duration_ms),
            body: received.body.clone(),
            error: received.error.clone(),
        }),
        calls: turn.calls.iter().cloned().map(Into::into).collect(),
        actions: turn.outcomes.iter().map(action).collect(),
        unread: turn.unread.clone(),
        takeover: turn.taken_over.as_ref().map(|over| BotTestTakeover {
            reason: over.reason.clone(),
            after_seconds: number(over.after_seconds),
            handoff: handoff(&over.handed),
        }),
        control: turn.control.into(),
        expected: turn.expected.as_ref().map(|actions: &Vec<BotAction>| Json(json!(actions))),
        differs: turn.differs(),
    }
}

/// How a recorded dialogue that is played again compares.
#[derive(SimpleObject)]
struct BotTestReplay {
    /// Events of the dialogue.
    event_count: i32,
    /// Those that were played.
    played_count: i32,
    /// Those that the bot answered otherwise, or not at all.
    differing_count: i32,
    /// Whether it is over: everything was played, or the bot did not take an event.
    done: bool,
}

/// A dialogue that an administrator plays with a bot. It is no conversation: no customer, no work, no figures.
pub(crate) struct BotTest(pub store::BotTest);

/// A dialogue that an administrator plays with a bot. It is no conversation: no customer, no work, no figures.
#[Object]
impl BotTest {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// The bot.
    async fn bot_id(&self) -> ID {
        id(self.0.bot)
    }
    /// The customer's language, BCP 47.
    async fn language(&self) -> &str {
        &self.0.test.locale
    }
    /// Who may speak to the customer.
    async fn control(&self) -> BotTestControl {
        self.0.test.control.into()
    }
    /// Whether the bot is told something right now.
    async fn busy(&self) -> bool {
        self.0.busy
    }
    /// What the customer may press.
    async fn buttons(&self) -> Vec<BotTestButton> {
        buttons(&self.0.test.buttons)
    }
    /// What happened, in order.
    async fn turns(&self) -> Vec<BotTestTurn> {
        self.0.test.turns.iter().enumerate().map(turn).collect()
    }
    /// How the recorded dialogue compares that is played again; null for a test that is played by hand.
    async fn replay(&self) -> Option<BotTestReplay> {
        let steps = self.0.dialogue.as_ref()?;
        let turns = &self.0.test.turns;
        Some(BotTestReplay {
            event_count: number(steps.len()),
            played_count: number(turns.len()),
            differing_count: number(turns.iter().filter(|turn| turn.differs() == Some(true)).count()),
            done: left_to_replay(&self.0).is_empty(),
        })
    }
    /// The events that the bot took, with its answers: JSON lines as `meridian bot chat --record` keeps them, for
    /// `meridian bot test` and `botTestReplay`.
    async fn dialogue(&self) -> String {
        dialogue::write(&self.0.test.dialogue())
    }
    /// When it began.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}
