//! What a bot does by call: look at a session of its own, speak, hand off, pass back, resolve.

use super::handoff::{self, HandedOff, HandoffRefused};
use crate::{
    App,
    authz::{Forbidden, Subject},
    conversations::{self as talk, Reply, topics},
    setup::IdempotencyKey,
};
use meridian_domain::{
    actor::Actor,
    bot::HandoffRequest,
    button::{self, Button},
    ids::{BotId, DeliveryId, ItemId, SessionId},
    live::Change,
    people::Permission,
    work::{ItemKind, LONGEST_TEXT, Lifecycle, OwnerKind},
};
use meridian_store::{
    ReadTx, StoreError, WriteTx,
    conversations::{self, Conversation, Session},
    items::{self, Item, NewItem},
};
use serde_json::json;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such session, or another bot's.
    #[error("no session of this bot has that id")]
    NotFound,
    /// It is closed.
    #[error("the session is closed: the customer's next message opens a new one")]
    Closed,
    /// People have it.
    #[error("this bot does not hold the session: people answer now, what it says is not sent")]
    NotHolder,
    /// Others have a part of the conversation.
    #[error("the conversation is open on another channel that this bot does not hold: pass it back instead")]
    NotAlone,
    /// Empty or too long.
    #[error("text: write between 1 and 10,000 characters")]
    Text,
    /// Buttons that some channel could not show.
    #[error("buttons: {0}")]
    Buttons(String),
    /// The hand-off was refused.
    #[error(transparent)]
    Handoff(#[from] HandoffRefused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session and who may speak in it.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The session.
    pub session: Session,
    /// Its conversation.
    pub conversation: Conversation,
    /// Whether this bot holds it.
    pub mine: bool,
}

fn holds(session: &Session, bot: BotId) -> bool {
    session.control == OwnerKind::Bot && session.control_id == Some(bot.0)
}

/// A session this bot holds, held, or answers for.
async fn own(tx: &mut ReadTx, bot: BotId, id: SessionId) -> Result<Session, ActRefused> {
    let session = conversations::session(tx, id).await?.ok_or(ActRefused::NotFound)?;
    let part = holds(&session, bot) || conversations::took_part(tx, id, bot.0).await?;
    if part { Ok(session) } else { Err(ActRefused::NotFound) }
}

/// The session under the lock of its conversation, if this bot may speak in it.
async fn held(tx: &mut WriteTx, bot: BotId, id: SessionId) -> Result<(Session, Conversation), ActRefused> {
    let found = own(tx, bot, id).await?;
    let conversation = conversations::lock(tx, found.conversation).await?.ok_or(ActRefused::NotFound)?;
    // Read again under the lock.
    let session = conversations::session(tx, id).await?.ok_or(ActRefused::NotFound)?;
    if session.closed_at.is_some() {
        return Err(ActRefused::Closed);
    }
    if !holds(&session, bot) {
        return Err(ActRefused::NotHolder);
    }
    Ok((session, conversation))
}

/// How a session stands.
pub async fn standing(app: &App, subject: &Subject, bot: BotId, id: SessionId) -> Result<Standing, ActRefused> {
    subject.require(Permission::ReadAsBot)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let session = own(&mut tx, bot, id).await?;
    let conversation = conversations::find(&mut tx, session.conversation).await?.ok_or(ActRefused::NotFound)?;
    let mine = holds(&session, bot) && session.closed_at.is_none();
    Ok(Standing { session, conversation, mine })
}

/// A page of what was said.
#[derive(Debug, Clone)]
pub struct Page {
    /// Messages and hand-offs, oldest first. Notes of people are not among them.
    pub items: Vec<Item>,
    /// Where to go on; none at the end.
    pub next: Option<i64>,
}

/// What was said in a session's conversation, after a place.
pub async fn transcript_of(
    app: &App,
    subject: &Subject,
    bot: BotId,
    id: SessionId,
    after: i64,
    limit: i64,
) -> Result<Page, ActRefused> {
    subject.require(Permission::ReadAsBot)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let session = own(&mut tx, bot, id).await?;
    let limit = limit.clamp(1, 200);
    let found = items::after(&mut tx, session.conversation, after, limit).await?;
    let full = i64::try_from(found.len()).is_ok_and(|n| n == limit);
    let next = found.last().filter(|_| full).map(|item| item.seq);
    let shown = |item: &Item| matches!(item.kind, ItemKind::Message | ItemKind::Handoff);
    Ok(Page { items: found.into_iter().filter(shown).collect(), next })
}

/// Says something to the customer. The same key again gives the same answer and says nothing.
pub async fn say_as(
    app: &App,
    subject: &Subject,
    bot: BotId,
    id: SessionId,
    text: &str,
    buttons: &[Button],
    key: Option<&IdempotencyKey>,
) -> Result<Reply, ActRefused> {
    subject.require(Permission::ActAsBot)?;
    let text = text.trim();
    button::check(buttons).map_err(ActRefused::Buttons)?;
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        return Err(ActRefused::Text);
    }
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(key) = key
        && let Some(answer) = key.claim(&mut tx, subject).await?
        && let Ok((item, delivery)) = serde_json::from_value::<(ItemId, DeliveryId)>(answer)
    {
        return Ok(Reply { item, delivery });
    }
    let (session, conversation) = held(&mut tx, bot, id).await?;
    let mut body = json!({ "type": "text" });
    if !buttons.is_empty() {
        body["buttons"] = json!(buttons);
    }
    let said = talk::say_with(&mut tx, &conversation, &session, Actor::Bot(bot), text, &[], body).await?;
    conversations::bot_acted(&mut tx, id).await?;
    if let Some(key) = key {
        key.answer(&mut tx, subject, &json!((said.item, said.delivery))).await?;
    }
    tx.commit().await?;
    Ok(said)
}

/// Hands a session over to people, as `POST /bots/{bot}/handoff` does.
pub async fn hand_off_as(
    app: &App,
    subject: &Subject,
    bot: BotId,
    key: &str,
    request: &HandoffRequest,
) -> Result<HandedOff, ActRefused> {
    subject.require(Permission::ActAsBot)?;
    Ok(handoff::hand_off(app, subject.scope().tenant(), bot, key, request).await?)
}

/// Gives the session back: to the agent who has the conversation, else to the queue, where people get a brief of it.
pub async fn pass_back(app: &App, subject: &Subject, bot: BotId, id: SessionId) -> Result<(), ActRefused> {
    subject.require(Permission::ActAsBot)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let (session, conversation) = held(&mut tx, bot, id).await?;
    if let Some(agent) = conversation.owner_agent {
        conversations::pass_control(&mut tx, id, OwnerKind::Agent, Some(agent.0)).await?;
        let new = NewItem {
            conversation: conversation.id,
            session: Some(id),
            party: session.party,
            kind: ItemKind::State,
            actor: Actor::Bot(bot),
            provider_at: None,
            text: None,
            body: json!({ "type": "passed_back" }),
            activity: false,
            external: None,
            understood: None,
        };
        let item = items::append(&mut tx, new).await?;
        let concerned = topics(&conversation, Some(&session));
        tx.live(&concerned, Change::Item { conversation: conversation.id, item });
        tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    } else {
        handoff::take_over(&mut tx, id, "passed_back").await?;
    }
    tx.audit("bot_passed_back", "session", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// Ends a conversation the bot settled alone. Doing it again changes nothing.
pub async fn resolve_as(
    app: &App,
    subject: &Subject,
    bot: BotId,
    id: SessionId,
    disposition: &str,
) -> Result<(), ActRefused> {
    subject.require(Permission::ActAsBot)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let (session, conversation) = match held(&mut tx, bot, id).await {
        Err(ActRefused::Closed) => return Ok(()),
        other => other?,
    };
    let sessions = conversations::sessions(&mut tx, &[conversation.id.0]).await?;
    if !sessions.iter().filter(|s| s.closed_at.is_none()).all(|s| holds(s, bot)) {
        return Err(ActRefused::NotAlone);
    }
    if conversation.lifecycle != Lifecycle::Resolved {
        talk::close(&mut tx, &conversation, &sessions, Actor::Bot(bot), disposition).await?;
    }
    tx.audit("bot_resolved", "session", Some(session.id.0), json!({ "disposition": disposition }));
    Ok(tx.commit().await?)
}
