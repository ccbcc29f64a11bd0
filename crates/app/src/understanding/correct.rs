//! An agent says what a message is really about, or in which language it is: the next model learns from it.

use super::examples::MOST;
use crate::{
    App,
    authz::{Forbidden, Subject},
    conversations::topics,
};
use meridian_domain::{
    actor::Actor,
    ids::ItemId,
    live::Change,
    people::Permission,
    understanding::{
        intent::{LONGEST, OUT_OF_SCOPE, digest},
        message::Understood,
        redact::{Also, redact},
    },
    work::ItemKind,
};
use meridian_store::{
    StoreError, WriteTx, conversations,
    intents::{self, NewExample},
    items::{self, Item},
    sessions,
};
use serde_json::json;

/// Why a correction was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CorrectRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such message.
    #[error("no such message")]
    NotFound,
    /// Nobody but customers is understood.
    #[error("only what a customer wrote is understood")]
    NotACustomers,
    /// The intent has no examples.
    #[error("there is no such intent: an admin adds it with its first examples")]
    NoSuchIntent,
    /// Not a language.
    #[error("a language is a tag like en or zh-Hans")]
    Language,
    /// Nothing is corrected.
    #[error("name an intent or a language")]
    Nothing,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a message is really about.
#[derive(Debug, Clone, Copy)]
pub struct Correction<'a> {
    /// An intent that has examples; `oos` for none of the intents; none to leave it.
    pub intent: Option<&'a str>,
    /// Its language, a tag whose first part counts; none to leave it.
    pub language: Option<&'a str>,
}

/// Corrects what is understood of a customer's message.
pub async fn correct(
    app: &App,
    subject: &Subject,
    id: ItemId,
    correction: Correction<'_>,
) -> Result<(), CorrectRefused> {
    subject.require(Permission::HandleWork)?;
    if correction.intent.is_none() && correction.language.is_none() {
        return Err(CorrectRefused::Nothing);
    }
    let primary = correction.language.and_then(|tag| tag.split('-').next());
    let known = |tag: &str| (2..=3).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_lowercase());
    if primary.is_some_and(|language| !known(language)) {
        return Err(CorrectRefused::Language);
    }
    let correction = Correction { language: primary, ..correction };
    let mut tx = app.db.write(subject.scope()).await?;
    let item = items::many(&mut tx, &[id.0]).await?.pop().ok_or(CorrectRefused::NotFound)?;
    let conversation = conversations::lock(&mut tx, item.conversation).await?.ok_or(CorrectRefused::NotFound)?;
    let text = match (item.kind, item.actor, item.text.as_deref()) {
        (ItemKind::Message, Actor::Customer(_), Some(text)) if item.deleted_at.is_none() => text,
        _ => return Err(CorrectRefused::NotACustomers),
    };
    let before = item.understood.clone().unwrap_or_default();
    let mut now = Understood { corrected: true, ..before.clone() };
    if let Some(language) = correction.language {
        (now.lang, now.sure) = (Some(language.to_owned()), Some(1.0));
    }
    if let Some(intent) = correction.intent {
        if intent != OUT_OF_SCOPE && !intents::has_label(&mut tx, intent).await? {
            return Err(CorrectRefused::NoSuchIntent);
        }
        now.intent = (intent != OUT_OF_SCOPE).then(|| intent.to_owned());
        now.score = Some(1.0);
        teach(&mut tx, id, intent, text).await?;
    }
    intents::set_understood(&mut tx, id, &now).await?;
    keep_heard(&mut tx, &item, &before, &now, correction).await?;
    let detail = json!({ "intent": correction.intent, "language": correction.language, "was": before.intent });
    tx.audit("understanding_corrected", "timeline_item", Some(id.0), detail);
    tx.live(&topics(&conversation, None), Change::Item { conversation: conversation.id, item: id });
    tx.commit().await?;
    Ok(())
}

/// The text becomes an example, without numbers that nobody may learn.
async fn teach(tx: &mut WriteTx, item: ItemId, intent: &str, text: &str) -> Result<(), StoreError> {
    let masked = redact(text, Also { phones: true, emails: true }).text;
    let text: String = masked.trim().chars().take(LONGEST).collect();
    let Some(digest) = digest(&text) else { return Ok(()) };
    intents::correct(tx, item, NewExample { label: intent, text: &text, digest: &digest }, MOST).await
}

/// What is kept of the engagement follows.
async fn keep_heard(
    tx: &mut WriteTx,
    item: &Item,
    before: &Understood,
    now: &Understood,
    correction: Correction<'_>,
) -> Result<(), StoreError> {
    let Some(session) = item.session else { return Ok(()) };
    let Some(mut session) = conversations::session(tx, session).await? else { return Ok(()) };
    if let Some(language) = correction.language {
        session.heard.lang = Some(language.to_owned());
    }
    if correction.intent.is_some() {
        before.intent.iter().for_each(|intent| session.heard.never_asked(intent));
        now.intent.iter().for_each(|intent| session.heard.asks(intent));
    }
    sessions::set_heard(tx, session.id, &session.heard).await
}
