//! Telling a bot what happened, and doing what it answers.

use super::handoff::{self, take_over};
use crate::{App, authz::Subject, conversations::say_with};
use chrono::SecondsFormat;
use meridian_domain::{
    actor::Actor,
    bot::{BotAction, BotEvent},
    button,
    ids::{BotEventId, BotId, SessionId, TenantId},
    jobs::Job,
    platform::BotPlatform,
    secret::Secret,
    work::{ItemKind, OwnerKind},
};
use meridian_store::{
    StoreError, bot_ledger, bots, conversations,
    items::{self, NewItem},
};
use serde_json::{Value, json};

/// Seconds a bot has to hand over by call after it answered a customer who asks for a person.
pub(super) const GRACE_SECONDS: f64 = 3.0;

/// An event to post.
#[derive(Debug)]
pub struct Outgoing {
    /// Where to.
    pub url: String,
    /// Signed with.
    pub secret: Secret,
    /// `webhook-id`: the ledger entry, the same over all attempts.
    pub webhook_id: String,
    /// The body.
    pub event: BotEvent,
    /// How often it was tried before.
    pub attempts: u32,
}

/// What to do with a ledger entry.
#[derive(Debug)]
pub enum Answer {
    /// Post it.
    Post(Box<Outgoing>),
    /// An earlier event of the session goes first.
    NotYet,
    /// Meridian runs the bot itself: its events of the session are done by [`super::assist`], in order.
    Assistant(SessionId, BotId),
    /// Delivered or given up before.
    Done,
}

/// Prepares a ledger entry for posting.
pub async fn outgoing(app: &App, tenant: TenantId, id: BotEventId) -> Result<Answer, StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let Some(entry) = bots::event(&mut tx, id).await?.filter(|entry| entry.state == "pending") else {
        return Ok(Answer::Done);
    };
    let (Some(bot), Some(session)) =
        (bots::find(&mut tx, entry.bot).await?, conversations::session(&mut tx, entry.session).await?)
    else {
        return Ok(Answer::Done);
    };
    if bot.platform == BotPlatform::Assistant {
        return Ok(Answer::Assistant(entry.session, entry.bot));
    }
    // Without an address the bot reads its events as a stream: they wait in the ledger until it acknowledges them.
    if bot.url.is_empty() {
        return Ok(Answer::Done);
    }
    if bots::earlier_pending(&mut tx, &entry).await? {
        return Ok(Answer::NotYet);
    }
    let Some(secret) = bots::secret(&mut tx, &app.sealer, entry.bot).await? else { return Ok(Answer::Done) };
    Ok(Answer::Post(Box::new(Outgoing {
        url: bot.url,
        secret,
        webhook_id: entry.id.to_string(),
        attempts: u32::try_from(entry.attempts).unwrap_or(0),
        event: BotEvent {
            kind: entry.kind,
            session: entry.session.to_string(),
            conversation: session.conversation.to_string(),
            sequence: entry.sequence,
            at: entry.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            data: entry.data,
        },
    })))
}

/// Queues an event again whose job was lost.
pub async fn tell_again(app: &App, tenant: TenantId, id: BotEventId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    if let Some(entry) = bots::event(&mut tx, id).await? {
        tx.job(&Job::BotEvent { event: id }, entry.session.0);
    }
    tx.commit().await
}

/// What a bot made of an event.
pub(super) struct Taken {
    /// What it does.
    pub actions: Vec<BotAction>,
    /// Body of the messages it sends.
    pub body: Value,
    /// What calls of an assistant's endpoint came to.
    pub calls: Value,
    /// Something for the ledger, beside that it took the event.
    pub note: Option<String>,
    /// Whether the event behind it has waited and goes now.
    pub next: bool,
}

impl Taken {
    /// Actions without more.
    pub fn of(actions: Vec<BotAction>) -> Self {
        Self { actions, body: json!({ "type": "text" }), calls: json!([]), note: None, next: false }
    }
}

/// The bot took the event: its actions are done if it still holds the conversation, else recorded as stale. `problem` is
/// what of its answer could not be read; it stands in the ledger.
pub async fn answered(
    app: &App,
    tenant: TenantId,
    id: BotEventId,
    actions: Vec<BotAction>,
    problem: Option<String>,
) -> Result<(), StoreError> {
    settle(app, tenant, id, Taken { note: problem, next: true, ..Taken::of(actions) }).await
}

/// The same with what an assistant adds to it.
pub(super) async fn settle(app: &App, tenant: TenantId, id: BotEventId, taken: Taken) -> Result<(), StoreError> {
    let system = Subject::system(tenant);
    let mut look = app.db.read(system.scope()).await?;
    let Some(entry) = bots::event(&mut look, id).await? else { return Ok(()) };
    drop(look);
    let actor = Actor::Bot(entry.bot);
    let mut tx = app.db.write(Subject::integration(tenant, actor, Vec::new()).scope()).await?;
    let Some(session) = conversations::session(&mut tx, entry.session).await? else { return Ok(()) };
    let Some(conversation) = conversations::lock(&mut tx, session.conversation).await? else { return Ok(()) };
    if !bots::record_attempt(&mut tx, id, "delivered", taken.note.as_deref()).await? {
        return Ok(());
    }
    let mut notes: Vec<String> = Vec::new();
    if taken.calls != json!([]) {
        bot_ledger::add_calls(&mut tx, id, &taken.calls).await?;
    }
    let Some(session) = conversations::session(&mut tx, entry.session).await? else { return Ok(()) };
    let bot_holds = session.control == OwnerKind::Bot && session.control_id == Some(entry.bot.0);
    // Nothing is said any more in what was resolved meanwhile.
    let holds = bot_holds && session.closed_at.is_none();
    if holds && !taken.actions.is_empty() {
        conversations::bot_acted(&mut tx, session.id).await?;
    }
    let mut handed_over = false;
    for action in taken.actions {
        if !holds || session.control_epoch != entry.control_epoch {
            stale(&mut tx, &session, entry.bot, &action).await?;
            if !notes.iter().any(|note| note == STALE) {
                notes.push(STALE.to_owned());
            }
            continue;
        }
        match action {
            BotAction::Message { text, buttons } if !text.trim().is_empty() => {
                let mut body = taken.body.clone();
                // Nobody is there to mend them: the words are said, the buttons show as a list.
                let (text, buttons) =
                    if button::check(&buttons).is_ok() { (text, buttons) } else { button::shown(&text, buttons, 0) };
                if !buttons.is_empty() {
                    body["buttons"] = json!(buttons);
                }
                say_with(&mut tx, &conversation, &session, actor, text.trim(), &[], body).await?;
            }
            BotAction::Message { .. } => notes.push("message: an empty text is not sent".to_owned()),
            BotAction::Handoff(mut request) => {
                request.session = Some(session.id.to_string());
                // Nobody is there to mend it: the customer gets a person, with what can be taken of it.
                notes.extend(request.mend().iter().map(|left_out| format!("handoff.{left_out}: left out")));
                let key = format!("answer:{id}");
                match handoff::take(&mut tx, entry.bot, &key, session.id, &request).await {
                    Ok(_) => {}
                    Err(handoff::HandoffRefused::Invalid(wrong)) => notes.push(format!("handoff.{wrong}")),
                    Err(handoff::HandoffRefused::NoSession) => notes.push("handoff: the session is closed".to_owned()),
                    Err(handoff::HandoffRefused::Store(error)) => return Err(error),
                }
                handed_over = true;
                break;
            }
        }
    }
    // Who asks for a person gets one, whatever the bot makes of it: soon, for it may hand over by a call of its own.
    if holds && !handed_over && entry.data["message"]["wants_person"] == true {
        tx.job_in(&Job::BotSilence { session: session.id }, session.id.0, GRACE_SECONDS);
    }
    if !notes.is_empty() {
        bot_ledger::note(&mut tx, id, &notes.join("; ")).await?;
    }
    if taken.next {
        next(&mut tx, entry.session, entry.bot).await?;
    }
    tx.commit().await
}

/// The event of the session that waited for this one goes at once.
async fn next(tx: &mut meridian_store::WriteTx, session: SessionId, bot: BotId) -> Result<(), StoreError> {
    if let Some((event, _)) = bot_ledger::next_pending(tx, session, bot).await? {
        tx.job(&Job::BotEvent { event }, session.0);
    }
    Ok(())
}

/// What the ledger says of an answer that came too late.
const STALE: &str = "answered when it no longer held the session: recorded, not sent";

/// Words of a bot that no longer holds the conversation: recorded, not delivered.
async fn stale(
    tx: &mut meridian_store::WriteTx,
    session: &conversations::Session,
    bot: BotId,
    action: &BotAction,
) -> Result<(), StoreError> {
    let new = NewItem::notice(
        session,
        ItemKind::Notice,
        Actor::Bot(bot),
        json!({ "type": "stale_bot_answer", "action": action }),
    );
    items::append(tx, new).await.map(|_| ())
}

/// The bot did not take the event. After the first failure people take over; the ledger goes on trying.
pub async fn failed(app: &App, tenant: TenantId, id: BotEventId, error: &str, last: bool) -> Result<(), StoreError> {
    let system = Subject::system(tenant);
    let mut tx = app.db.write(system.scope()).await?;
    let Some(entry) = bots::event(&mut tx, id).await? else { return Ok(()) };
    bots::record_attempt(&mut tx, id, if last { "failed" } else { "pending" }, Some(error)).await?;
    if matches!(entry.kind.as_str(), "message.created" | "session.returned") && entry.attempts == 0 {
        take_over(&mut tx, entry.session, "bot_failed").await?;
    }
    if last {
        next(&mut tx, entry.session, entry.bot).await?;
    }
    tx.commit().await
}
