//! A bot that Meridian runs itself: one event of the ledger at a time, a bounded talk with its endpoint, and what comes of
//! it by the way of all bots. No transaction is open while the endpoint thinks.

use super::{
    deliver::{Taken, settle},
    handoff::take_over,
    summarise::turns,
};
use crate::{App, authz::Subject, knowledge};
use futures_util::future::BoxFuture;
use meridian_domain::{
    actor::Actor,
    assistant::{
        Article, Ask, CallNote, Completed, Decision, Dialogue, Fault, HandOver, LONGEST_SECONDS, ROUNDS, SHOWN, Search,
        Setup, Step, usage,
    },
    bot::{BotAction, BotEvent, HandoffReason, HandoffRequest, HandoffTarget},
    handoff::{Speaker, Turn},
    ids::{BotId, SessionId, TenantId},
    outbound::ErrorClass,
    people::Permission,
    platform::BotPlatform,
    secret::Secret,
    work::OwnerKind,
};
use meridian_store::{
    ReadTx, StoreError, bot_ledger,
    bots::{self, Bot, Entry},
    conversations::{self, Session},
    routing, setup,
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// Seconds before the end of the bot's time at which a talk ends, so that its failure is told before its silence is.
const SPARE: f64 = 0.5;
/// Between two attempts when the endpoint turned one away.
const PAUSE: Duration = Duration::from_millis(500);

/// The way to endpoints that complete chats.
pub trait Endpoint: Send + Sync {
    /// Asks once, within the question's patience.
    fn complete<'a>(&'a self, ask: Ask<'a>) -> BoxFuture<'a, Completed>;
}

/// What a talk needs.
struct Task {
    bot: Bot,
    key: Secret,
    setup: Setup,
    turns: Vec<Turn>,
    unseen: Option<String>,
    patience: Duration,
}

/// What an event asks of its bot.
enum Wanted {
    /// Nothing, or what needs no thought.
    Plain(Vec<BotAction>, Option<&'static str>),
    /// An answer.
    Thought(Box<Task>),
}

/// Does the oldest event of a session that an assistant was not told yet; false when there is none.
pub async fn assist(
    app: &App,
    tenant: TenantId,
    session: SessionId,
    bot: BotId,
    endpoint: &dyn Endpoint,
) -> Result<bool, StoreError> {
    let Some((entry, wanted)) = next(app, tenant, session, bot).await? else { return Ok(false) };
    let task = match wanted {
        Wanted::Plain(actions, note) => {
            settle(app, tenant, entry.id, Taken { note: note.map(str::to_owned), ..Taken::of(actions) }).await?;
            return Ok(true);
        }
        Wanted::Thought(task) => task,
    };
    let mut calls = Vec::new();
    let decided = think(app, tenant, &task, endpoint, &mut calls).await;
    match decided {
        Ok(decision) => {
            let body = if decision.sources.is_empty() {
                json!({ "type": "text" })
            } else {
                json!({ "type": "text", "sources": decision.sources })
            };
            let taken = Taken { body, calls: json!(calls), ..Taken::of(actions(decision)) };
            settle(app, tenant, entry.id, taken).await?;
        }
        Err(problem) => gave_up(app, tenant, &entry, &problem, &calls).await?,
    }
    Ok(true)
}

/// The oldest event that waits, and what it asks.
async fn next(
    app: &App,
    tenant: TenantId,
    session: SessionId,
    bot: BotId,
) -> Result<Option<(Entry, Wanted)>, StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let Some((id, wrote_on)) = bot_ledger::next_pending(&mut tx, session, bot).await? else { return Ok(None) };
    let (Some(entry), Some(bot), Some(session)) = (
        bots::event(&mut tx, id).await?,
        bots::find(&mut tx, bot).await?.filter(|bot| bot.platform == BotPlatform::Assistant),
        conversations::session(&mut tx, session).await?,
    ) else {
        return Ok(None);
    };
    let wanted = if !awaits(&entry.kind, &entry.data) || !holds(&session, &entry) {
        Wanted::Plain(Vec::new(), None)
    } else if entry.data["message"]["wants_person"] == true {
        // Who asks for a person gets one; no model is needed for that.
        Wanted::Plain(vec![hand_over(HandOver::requested())], None)
    } else if wrote_on {
        Wanted::Plain(Vec::new(), Some("the customer wrote on: answered with the next message"))
    } else {
        Wanted::Thought(Box::new(task(app, &mut tx, bot, &session, &entry).await?))
    };
    Ok(Some((entry, wanted)))
}

/// Whether the bot of an event holds its session as it did when the event was written.
fn holds(session: &Session, entry: &Entry) -> bool {
    session.control == OwnerKind::Bot
        && session.control_id == Some(entry.bot.0)
        && session.control_epoch == entry.control_epoch
        && session.closed_at.is_none()
}

/// Whether an event asks for an answer.
fn awaits(kind: &str, data: &Value) -> bool {
    kind == "message.created" || kind == "session.returned" && data["customer_waits"] == true
}

/// How long a talk may take when the customer has waited for so many seconds.
fn patience(bot: &Bot, waited: f64) -> Duration {
    let left = (f64::from(bot.silence_seconds) - SPARE - waited).min(LONGEST_SECONDS);
    Duration::from_secs_f64(left.max(0.0))
}

async fn task(app: &App, tx: &mut ReadTx, bot: Bot, session: &Session, entry: &Entry) -> Result<Task, StoreError> {
    let waited = (routing::now(tx).await? - entry.created_at).as_seconds_f64();
    let mut turns = turns(tx, session.conversation).await?;
    let message = &entry.data["message"];
    // A button says what is written on it.
    let pressed = message["choice"]["title"].as_str().filter(|_| message["text"].is_null());
    if let (Some(title), Some(item)) = (pressed, message["id"].as_str().and_then(|id| id.parse().ok())) {
        turns.push(Turn { item, speaker: Speaker::Customer, text: title.to_owned() });
    }
    let unseen = message["type"].as_str().filter(|_| message["text"].is_null() && pressed.is_none());
    Ok(Task {
        key: bots::secret(tx, &app.sealer, bot.id).await?.unwrap_or_default(),
        setup: Setup {
            model: bot.model.clone(),
            instructions: bot.instructions.clone(),
            queues: setup::queues(tx).await?.into_iter().map(|queue| queue.name).collect(),
        },
        turns,
        unseen: unseen.map(str::to_owned),
        patience: patience(&bot, waited),
        bot,
    })
}

/// An event that an assistant is asked about though there is no conversation.
pub(super) struct Rehearsal<'a> {
    pub bot: &'a Bot,
    pub key: &'a Secret,
    /// Names of the tenant's queues.
    pub queues: Vec<String>,
    /// What was said, a pressed button by its title.
    pub said: Vec<Turn>,
    pub event: &'a BotEvent,
}

/// The way to endpoints that the use cases themselves have.
struct Own<'a>(&'a App);

impl Endpoint for Own<'_> {
    fn complete<'a>(&'a self, ask: Ask<'a>) -> BoxFuture<'a, Completed> {
        self.0.providers.complete(ask)
    }
}

/// What the assistant of a rehearsal does, and the calls of its endpoint; the error says why nothing of use came.
pub(super) async fn rehearse(
    app: &App,
    tenant: TenantId,
    rehearsal: Rehearsal<'_>,
) -> (Result<Vec<BotAction>, String>, Vec<CallNote>) {
    let Rehearsal { bot, key, queues, said, event } = rehearsal;
    let message = &event.data["message"];
    if !awaits(&event.kind, &event.data) {
        return (Ok(Vec::new()), Vec::new());
    }
    if message["wants_person"] == true {
        return (Ok(vec![hand_over(HandOver::requested())]), Vec::new());
    }
    let unseen = message["type"].as_str().filter(|_| message["text"].is_null() && message["choice"].is_null());
    let task = Task {
        key: key.clone(),
        setup: Setup { model: bot.model.clone(), instructions: bot.instructions.clone(), queues },
        turns: said,
        unseen: unseen.map(str::to_owned),
        patience: patience(bot, 0.0),
        bot: bot.clone(),
    };
    let mut calls = Vec::new();
    let decided = think(app, tenant, &task, &Own(app), &mut calls).await;
    (decided.map(actions), calls)
}

/// The bounded talk; the error says why nothing of use came, in words an admin understands.
async fn think(
    app: &App,
    tenant: TenantId,
    task: &Task,
    endpoint: &dyn Endpoint,
    calls: &mut Vec<CallNote>,
) -> Result<Decision, String> {
    let until = Instant::now() + task.patience;
    let mut talk = Dialogue::open(&task.setup, &task.turns, task.unseen.as_deref());
    let mut again = true;
    while calls.len() < ROUNDS {
        let patience = until.saturating_duration_since(Instant::now());
        if patience.is_zero() {
            return Err("no answer within the bot's time".to_owned());
        }
        let body = talk.request();
        let done = endpoint.complete(Ask { url: &task.bot.url, key: &task.key, body: &body, patience }).await;
        let duration_ms = u64::try_from(done.took.as_millis()).unwrap_or(u64::MAX);
        let mut note = CallNote { duration_ms, status: done.status, ..CallNote::default() };
        let answer = match done.answer {
            Ok(answer) => answer,
            Err(error) => {
                note.problem = Some(error.detail.clone());
                calls.push(note);
                let pause = PAUSE.max(Duration::from_secs(error.retry_after_s.unwrap_or(0).into()));
                if !again || !passes(error.class) || Instant::now() + pause >= until {
                    return Err(error.detail);
                }
                again = false;
                tokio::time::sleep(pause).await;
                continue;
            }
        };
        (note.prompt_tokens, note.completion_tokens) = usage(&answer);
        let step = talk.take(&answer);
        if let Ok(Step::Search(searches)) = &step {
            for search in searches {
                let found = look_up(app, tenant, task.bot.id, search).await?;
                talk.found(search, found);
            }
        }
        note.tools = talk.notes();
        note.problem = step.as_ref().err().map(ToString::to_string);
        calls.push(note);
        if let Step::Done(decision) = step.map_err(|fault| fault.to_string())? {
            return Ok(decision);
        }
    }
    Err(Fault::Rounds.to_string())
}

/// Whether the endpoint may answer in a moment.
fn passes(class: ErrorClass) -> bool {
    matches!(class, ErrorClass::Throttled | ErrorClass::ProviderDown | ErrorClass::Ambiguous)
}

/// What is published for bots; in all languages when the one asked for has nothing.
async fn look_up(app: &App, tenant: TenantId, bot: BotId, search: &Search) -> Result<Vec<Article>, String> {
    let subject = Subject::integration(tenant, Actor::Bot(bot), vec![Permission::ReadAsBot]);
    let language = search.language.as_deref().and_then(|tag| tag.split('-').next());
    let mut found = look(app, &subject, &search.query, language).await?;
    if found.is_empty() && language.is_some() {
        found = look(app, &subject, &search.query, None).await?;
    }
    Ok(found.into_iter().map(Into::into).collect())
}

/// Searches, once more after a passing fault of the database.
async fn look(
    app: &App,
    subject: &Subject,
    query: &str,
    language: Option<&str>,
) -> Result<Vec<knowledge::Found>, String> {
    let mut found = knowledge::search_as_bot(app, subject, query, language, SHOWN).await;
    if matches!(&found, Err(knowledge::KnowledgeRefused::Store(error)) if error.transient()) {
        tokio::time::sleep(PAUSE).await;
        found = knowledge::search_as_bot(app, subject, query, language, SHOWN).await;
    }
    found.map_err(|refused| format!("the articles could not be searched: {refused}"))
}

fn hand_over(wanted: HandOver) -> BotAction {
    BotAction::Handoff(Box::new(HandoffRequest {
        reason: HandoffReason { code: wanted.reason, text: String::new() },
        target: HandoffTarget { queue: wanted.queue },
        language: wanted.language,
        summary: wanted.summary,
        ..HandoffRequest::default()
    }))
}

fn actions(decision: Decision) -> Vec<BotAction> {
    let said = decision.text.map(|text| BotAction::Message { text, buttons: Vec::new() });
    said.into_iter().chain(decision.hand_over.map(hand_over)).collect()
}

/// Nothing of use came: it is recorded, and people take over if the bot still holds the session. It is not tried again, for
/// the answer would come too late.
async fn gave_up(
    app: &App,
    tenant: TenantId,
    entry: &Entry,
    problem: &str,
    calls: &[CallNote],
) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(found) = conversations::session(&mut tx, entry.session).await? else { return Ok(()) };
    conversations::lock(&mut tx, found.conversation).await?;
    // Read again under the lock.
    let Some(session) = conversations::session(&mut tx, entry.session).await? else { return Ok(()) };
    if !bots::record_attempt(&mut tx, entry.id, "failed", Some(problem)).await? {
        return Ok(());
    }
    bot_ledger::add_calls(&mut tx, entry.id, &json!(calls)).await?;
    if holds(&session, entry) {
        take_over(&mut tx, entry.session, "bot_failed").await?;
    }
    tx.commit().await
}
