//! Articles are drafted, handed in, and published by supervisors. What is published takes the place of the revision before.

use super::KnowledgeRefused;
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{KnowledgeArticleId, KnowledgeSpaceId},
    jobs::Job,
    knowledge::{Audience, check, terms},
    people::Permission,
};
use meridian_store::{
    WriteTx, agents,
    knowledge::{self as store, Article, Revision},
    overflow,
};
use serde_json::json;

/// Adds or renames a space.
pub async fn save_space(
    app: &App,
    subject: &Subject,
    id: Option<KnowledgeSpaceId>,
    name: &str,
) -> Result<KnowledgeSpaceId, KnowledgeRefused> {
    subject.require(Permission::SteerFloor)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(KnowledgeRefused::Wrong("name", "a name has 1 to 100 characters".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let id = match id {
        Some(id) => the_space(&mut tx, id).await?,
        None => tx.id(),
    };
    store::save_space(&mut tx, id, name).await?;
    tx.audit("knowledge_space_saved", "knowledge_space", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(id)
}

async fn the_space(tx: &mut WriteTx, id: KnowledgeSpaceId) -> Result<KnowledgeSpaceId, KnowledgeRefused> {
    let known = store::spaces(tx).await?.iter().any(|space| space.id == id);
    if known { Ok(id) } else { Err(KnowledgeRefused::NotFound("space")) }
}

/// What an article says in one language.
#[derive(Debug, Clone, Copy)]
pub struct ArticleText<'a> {
    /// BCP 47.
    pub language: &'a str,
    /// Title.
    pub title: &'a str,
    /// Text.
    pub body: &'a str,
    /// What changed.
    pub note: &'a str,
}

/// An article to add or to change.
#[derive(Debug, Clone, Copy)]
pub struct NewArticle<'a> {
    /// The one to change.
    pub id: Option<KnowledgeArticleId>,
    /// Its space.
    pub space: KnowledgeSpaceId,
    /// Who may read it, by their codes.
    pub audience: &'a [String],
    /// What it says: the next draft of a language; none to leave its texts alone.
    pub text: Option<ArticleText<'a>>,
}

/// Adds an article or changes one; a text becomes the next draft of its language, whose number is told.
pub async fn save_article(
    app: &App,
    subject: &Subject,
    new: NewArticle<'_>,
) -> Result<(KnowledgeArticleId, Option<i32>), KnowledgeRefused> {
    subject.require(Permission::SteerFloor)?;
    if new.audience.is_empty() || new.audience.iter().any(|code| Audience::from_code(code).is_none()) {
        let known: Vec<&str> = Audience::ALL.into_iter().map(Audience::code).collect();
        return Err(KnowledgeRefused::Wrong("audience", format!("the audience is some of {}", known.join(", "))));
    }
    if let Some(text) = &new.text {
        check(text.language, text.title, text.body).map_err(|(field, what)| KnowledgeRefused::Wrong(field, what))?;
        if text.note.chars().count() > 1_000 {
            return Err(KnowledgeRefused::Wrong("note", "a note has at most 1,000 characters".to_owned()));
        }
    }
    let mut tx = app.db.write(subject.scope()).await?;
    the_space(&mut tx, new.space).await?;
    let mut audience = new.audience.to_vec();
    audience.sort_unstable();
    audience.dedup();
    let id = match new.id {
        Some(id) => {
            let before = usable(&mut tx, id).await?;
            let partner = |codes: &[String]| codes.iter().any(|code| code == Audience::Partner.code());
            if partner(&before.audience) != partner(&audience) {
                raise(&mut tx).await?;
            }
            id
        }
        None => tx.id(),
    };
    store::save_article(&mut tx, id, new.space, &audience).await?;
    let mut revision = None;
    if let Some(text) = &new.text {
        let (title, note) = (text.title.trim(), text.note.trim());
        revision = Some(store::draft(&mut tx, id, text.language, title, text.body, note).await?);
    }
    let detail = json!({ "audience": audience, "revision": revision });
    tx.audit("knowledge_article_saved", "knowledge_article", Some(id.0), detail);
    tx.commit().await?;
    Ok((id, revision))
}

/// An article under lock that is in use.
async fn usable(tx: &mut WriteTx, id: KnowledgeArticleId) -> Result<Article, KnowledgeRefused> {
    let article = store::lock(tx, id).await?.ok_or(KnowledgeRefused::NotFound("article"))?;
    if article.archived_at.is_some() {
        return Err(KnowledgeRefused::State("the article is archived: write a new one"));
    }
    Ok(article)
}

async fn the_revision(
    tx: &mut WriteTx,
    id: KnowledgeArticleId,
    language: &str,
    revision: i32,
) -> Result<Revision, KnowledgeRefused> {
    store::revision(tx, id, language, revision).await?.ok_or(KnowledgeRefused::NotFound("revision"))
}

/// Hands a draft in for review.
pub async fn submit_revision(
    app: &App,
    subject: &Subject,
    id: KnowledgeArticleId,
    language: &str,
    revision: i32,
) -> Result<(), KnowledgeRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    usable(&mut tx, id).await?;
    let one = the_revision(&mut tx, id, language, revision).await?;
    if !store::set_state(&mut tx, &one, "draft", "review").await? {
        return Err(KnowledgeRefused::State("only a draft is handed in for review"));
    }
    let detail = json!({ "language": language, "revision": revision });
    tx.audit("knowledge_revision_submitted", "knowledge_article", Some(id.0), detail);
    Ok(tx.commit().await?)
}

/// Publishes a revision that was handed in, or takes one that was replaced back. Its reviewer is another than its author,
/// unless it is an administrator.
pub async fn publish_revision(
    app: &App,
    subject: &Subject,
    id: KnowledgeArticleId,
    language: &str,
    revision: i32,
) -> Result<(), KnowledgeRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let article = usable(&mut tx, id).await?;
    let one = the_revision(&mut tx, id, language, revision).await?;
    match one.state.as_str() {
        "published" => return Ok(()),
        "draft" => return Err(KnowledgeRefused::State("a draft is handed in for review first")),
        _ => {}
    }
    let own = one.author_id.is_some() && one.author_id == subject.scope().actor().id();
    if one.state == "review" && own && !subject.may(Permission::Administer) {
        return Err(KnowledgeRefused::State("somebody else reviews what you wrote"));
    }
    let title = terms(&one.title);
    let mut all = terms(&one.body);
    all.extend(title.iter().cloned());
    all.sort_unstable();
    all.dedup();
    store::publish(&mut tx, &one, &article.audience, &title, &all).await?;
    if article.audience.iter().any(|code| code == Audience::Partner.code()) {
        raise(&mut tx).await?;
    }
    let detail = json!({ "language": language, "revision": revision });
    tx.audit("knowledge_revision_published", "knowledge_article", Some(id.0), detail);
    Ok(tx.commit().await?)
}

/// What partners must know changed: who has not learned it is asked no more where the rule follows the knowledge.
async fn raise(tx: &mut WriteTx) -> Result<(), KnowledgeRefused> {
    store::raise(tx).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    Ok(())
}

/// Takes an article out of use.
pub async fn archive_article(app: &App, subject: &Subject, id: KnowledgeArticleId) -> Result<(), KnowledgeRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let article = usable(&mut tx, id).await?;
    store::archive(&mut tx, id).await?;
    if article.audience.iter().any(|code| code == Audience::Partner.code()) {
        raise(&mut tx).await?;
    }
    tx.audit("knowledge_article_archived", "knowledge_article", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// Whoever acts has learned the knowledge as it is now; tells the revision. `expected` is the one they read: when it rose
/// meanwhile, nothing is recorded.
pub async fn learn(app: &App, subject: &Subject, expected: i32) -> Result<i32, KnowledgeRefused> {
    subject.require(Permission::HandleWork)?;
    let me = subject.agent_id().ok_or(KnowledgeRefused::NotFound("agent"))?;
    let mut tx = app.db.write(subject.scope()).await?;
    agents::find(&mut tx, me).await?.ok_or(KnowledgeRefused::NotFound("agent"))?;
    let current = store::current(&mut tx).await?;
    if current != expected {
        return Err(KnowledgeRefused::State("the knowledge changed meanwhile: read what is new first"));
    }
    overflow::set_partner(&mut tx, me, None, Some(current)).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteAgent { agent: me }, tenant.0);
    tx.audit("knowledge_learned", "agent", Some(me.0), json!({ "revision": current }));
    tx.commit().await?;
    Ok(current)
}
