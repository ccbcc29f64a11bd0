//! What a bot says was said: what Meridian did not hear itself becomes part of the timeline, what it did is not repeated.

use crate::{conversations::topics, understanding::retold};
use meridian_domain::{
    actor::Actor,
    bot::TranscriptTurn,
    ids::{BotId, ItemId},
    live::Change,
    time::Instant,
    understanding::message::Heard as Words,
    work::ItemKind,
};
use meridian_store::{
    StoreError, WriteTx,
    conversations::{Conversation, Session},
    items::{self, Item, NewItem},
    sessions,
};
use serde_json::json;
use std::collections::HashMap;

/// Items that are looked through for what came over the channel already.
const LOOK_BACK: i64 = 500;
/// Seconds two clocks may be apart for the same words to be the same message.
const SKEW: i64 = 30;
/// Days after which a stated time cannot be compared: the timeline keeps none that is older.
const COMPARABLE_DAYS: i64 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Speaker {
    Customer,
    Bot,
    Person,
}

/// Known messages by speaker and words, each to be met once.
type Heard = HashMap<(Speaker, String), Vec<(ItemId, Instant)>>;

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn heard(known: Vec<Item>) -> Heard {
    let mut heard = Heard::new();
    for item in known.into_iter().filter(|item| item.kind == ItemKind::Message) {
        let speaker = match item.actor {
            Actor::Customer(_) => Speaker::Customer,
            Actor::Bot(_) => Speaker::Bot,
            Actor::Agent(_) | Actor::ApiKey(_) | Actor::System => Speaker::Person,
        };
        let at = item.provider_at.unwrap_or(item.placed_at);
        heard.entry((speaker, words(item.text.as_deref().unwrap_or_default()))).or_default().push((item.id, at));
    }
    heard
}

/// The known message that a turn repeats. Newest first in, so the last fitting one is the oldest.
fn repeated(heard: &mut Heard, speaker: Speaker, text: &str, at: Option<Instant>) -> Option<ItemId> {
    let known = heard.get_mut(&(speaker, words(text)))?;
    let near = |then: &Instant| at.is_none_or(|at| (*then - at).num_seconds().abs() <= SKEW);
    let place = known.iter().rposition(|(_, then)| near(then))?;
    Some(known.remove(place).0)
}

/// Appends what is new of a transcript, oldest first. The conversation is locked.
pub(super) async fn merge(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &mut Session,
    bot: BotId,
    turns: &[TranscriptTurn],
) -> Result<(), StoreError> {
    if turns.is_empty() {
        return Ok(());
    }
    let mut heard = heard(items::before(tx, conversation.id, i64::MAX, LOOK_BACK).await?);
    let now = meridian_store::routing::now(tx).await?;
    let before = session.heard.clone();
    for turn in turns {
        let (speaker, actor) = match turn.from.as_str() {
            "customer" | "user" => (Speaker::Customer, Actor::Customer(session.party)),
            "bot" | "assistant" => (Speaker::Bot, Actor::Bot(bot)),
            "agent" => (Speaker::Person, Actor::System),
            _ => continue,
        };
        let text = turn.text.trim();
        if text.is_empty() {
            continue;
        }
        let id = turn.id.as_deref().filter(|id| !id.is_empty());
        if let Some(id) = id
            && items::by_external(tx, session.account, id).await?.is_some()
        {
            continue;
        }
        let stated = turn.at.as_deref().and_then(|at| at.parse::<Instant>().ok());
        let at = stated.filter(|at| (now - *at).num_days().abs() < COMPARABLE_DAYS);
        let item = if let Some(known) = repeated(&mut heard, speaker, text, at) {
            known
        } else {
            line(tx, conversation, session, actor, text, stated).await?
        };
        if let Some(id) = id {
            items::name_external(tx, session.account, id, item).await?;
        }
    }
    keep_heard(tx, session, &before).await
}

/// Keeps what lines changed in what is known of the customer's words.
pub(super) async fn keep_heard(tx: &mut WriteTx, session: &Session, before: &Words) -> Result<(), StoreError> {
    if session.heard == *before { Ok(()) } else { sessions::set_heard(tx, session.id, &session.heard).await }
}

/// One line said on the bot's platform; one of the customer's is understood, which the session takes in.
pub(super) async fn line(
    tx: &mut WriteTx,
    conversation: &Conversation,
    session: &mut Session,
    actor: Actor,
    text: &str,
    at: Option<Instant>,
) -> Result<ItemId, StoreError> {
    let customers = matches!(actor, Actor::Customer(_));
    let understood = if customers { retold(&mut session.heard, text) } else { None };
    let new = NewItem {
        conversation: conversation.id,
        session: Some(session.id),
        party: session.party,
        kind: ItemKind::Message,
        actor,
        provider_at: at,
        text: Some(text),
        body: json!({ "type": "text", "told_by": "bot" }),
        activity: true,
        external: None,
        understood,
    };
    let item = items::append(tx, new).await?;
    tx.live(&topics(conversation, Some(session)), Change::Item { conversation: conversation.id, item });
    Ok(item)
}
