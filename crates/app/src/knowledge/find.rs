//! What is published is searched, and suggested for the customer's newest message.

use super::KnowledgeRefused;
use crate::{App, authz::Subject};
use meridian_domain::{
    actor::Actor,
    assistant::Article,
    ids::{AgentId, ConversationId, ItemId, KnowledgeArticleId},
    knowledge::{Audience, excerpt, terms},
    people::Permission,
    work::ItemKind,
};
use meridian_store::{
    ReadTx, StoreError, agents, conversations, items,
    knowledge::{self as store, Hit},
};

/// Terms of a question that are looked for.
const TERMS: usize = 40;
/// Items looked back on for the customer's newest message.
const LOOK_BACK: i64 = 30;
/// How much of a message a suggestion must hold.
const SHARE: f64 = 0.25;

/// An article that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The text.
    pub hit: Hit,
    /// Its passage that fits best.
    pub excerpt: String,
}

impl From<Found> for Article {
    fn from(found: Found) -> Self {
        let Found { hit, excerpt } = found;
        Self {
            id: hit.article,
            language: hit.language,
            revision: hit.revision,
            title: hit.title,
            excerpt,
            body: hit.body,
        }
    }
}

/// As whom somebody reads: partners, bots, and the tenant's own people each see their own.
async fn reader(tx: &mut ReadTx, subject: &Subject) -> Result<Audience, StoreError> {
    Ok(match subject.scope().actor() {
        Actor::Bot(_) => Audience::Bot,
        Actor::Customer(_) => Audience::Customer,
        Actor::Agent(id) => of_agent(tx, id).await?,
        Actor::ApiKey(_) | Actor::System => Audience::Agent,
    })
}

async fn of_agent(tx: &mut ReadTx, agent: AgentId) -> Result<Audience, StoreError> {
    let partner = agents::find(tx, agent).await?.is_some_and(|agent| agent.outsourced);
    Ok(if partner { Audience::Partner } else { Audience::Agent })
}

/// Whether somebody may read an article as people who keep it do: with its drafts, whoever it is for.
pub async fn readable(tx: &mut ReadTx, subject: &Subject, audience: &[String]) -> Result<bool, StoreError> {
    if subject.may(Permission::SteerFloor) {
        return Ok(true);
    }
    let reader = reader(tx, subject).await?;
    Ok(audience.iter().any(|code| code == reader.code()))
}

async fn found(
    tx: &mut ReadTx,
    reader: Audience,
    text: &str,
    language: Option<&str>,
    most: i32,
) -> Result<Vec<Found>, StoreError> {
    let mut asked = terms(text);
    asked.truncate(TERMS);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let hits = store::search(tx, &asked, reader.code(), language, most).await?;
    Ok(hits.into_iter().map(|hit| Found { excerpt: excerpt(&hit.body, &asked), hit }).collect())
}

/// What is published for whoever asks and fits a question, best first; at most `most`.
pub async fn search(
    app: &App,
    subject: &Subject,
    text: &str,
    language: Option<&str>,
    most: i32,
) -> Result<Vec<Found>, KnowledgeRefused> {
    subject.require(Permission::ReadConversations)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let reader = reader(&mut tx, subject).await?;
    Ok(found(&mut tx, reader, text, language, most.clamp(1, 50)).await?)
}

/// The same for a bot by its key: what is published for bots, at most 20.
pub async fn search_as_bot(
    app: &App,
    subject: &Subject,
    text: &str,
    language: Option<&str>,
    most: i32,
) -> Result<Vec<Found>, KnowledgeRefused> {
    subject.require(Permission::ReadAsBot)?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(found(&mut tx, Audience::Bot, text, language, most.clamp(1, 20)).await?)
}

/// What fits what a customer wrote, newest first, as an agent may read it: for the newest words alone, or else for the last
/// three messages together.
pub(crate) async fn fitting(
    tx: &mut ReadTx,
    agent: AgentId,
    said: &[&str],
    most: i32,
) -> Result<Vec<Found>, StoreError> {
    let Some(newest) = said.first() else { return Ok(Vec::new()) };
    let reader = of_agent(tx, agent).await?;
    let mut hits = found(tx, reader, newest, None, most).await?;
    hits.retain(|one| one.hit.share >= SHARE);
    if hits.is_empty() {
        let last: Vec<&str> = said.iter().take(3).copied().collect();
        hits = found(tx, reader, &last.join("\n"), None, most).await?;
        hits.retain(|one| one.hit.share >= SHARE / 2.0);
    }
    Ok(hits)
}

/// Suggestions for a message.
#[derive(Debug, Clone)]
pub struct Suggested {
    /// The customer's newest message.
    pub item: ItemId,
    /// What fits it, best first.
    pub found: Vec<Found>,
}

/// Suggestions for the customer's newest message of a conversation; none when nothing was written.
pub async fn suggest(
    app: &App,
    subject: &Subject,
    conversation: ConversationId,
) -> Result<Option<Suggested>, KnowledgeRefused> {
    subject.require(Permission::ReadConversations)?;
    let mut tx = app.db.read(subject.scope()).await?;
    conversations::find(&mut tx, conversation).await?.ok_or(KnowledgeRefused::NotFound("conversation"))?;
    let said = items::before(&mut tx, conversation, i64::MAX, LOOK_BACK).await?;
    let newest = said
        .into_iter()
        .find(|item| item.kind == ItemKind::Message && matches!(item.actor, Actor::Customer(_)) && item.text.is_some());
    let Some(item) = newest else { return Ok(None) };
    let reader = reader(&mut tx, subject).await?;
    let mut found = found(&mut tx, reader, item.text.as_deref().unwrap_or_default(), None, 10).await?;
    found.retain(|one| one.hit.share >= SHARE);
    found.truncate(3);
    Ok(Some(Suggested { item: item.id, found }))
}

/// Records whether an agent took a suggestion.
pub async fn answer_suggestion(
    app: &App,
    subject: &Subject,
    item: ItemId,
    article: KnowledgeArticleId,
    language: &str,
    accepted: bool,
) -> Result<(), KnowledgeRefused> {
    subject.require(Permission::HandleWork)?;
    let me = subject.agent_id().ok_or(KnowledgeRefused::NotFound("agent"))?;
    let mut tx = app.db.write(subject.scope()).await?;
    if items::many(&mut tx, &[item.0]).await?.is_empty() {
        return Err(KnowledgeRefused::NotFound("message"));
    }
    let published = |one: &store::Revision| one.state == "published" && one.language == language;
    let text = store::revisions(&mut tx, article).await?.into_iter().find(published);
    let text = text.ok_or(KnowledgeRefused::NotFound("article that is published in this language"))?;
    store::used(&mut tx, item, &text, me, accepted).await?;
    Ok(tx.commit().await?)
}
