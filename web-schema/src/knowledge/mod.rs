//! The knowledge base.

mod mutations;

pub(crate) use mutations::KnowledgeMutations;

use crate::{
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    page,
};
use async_graphql::{
    Context, Enum, ID, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::knowledge::{self as app, KnowledgeRefused};
use meridian_domain::{
    ids::{AgentId, ConversationId, KnowledgeArticleId, KnowledgeSpaceId},
    knowledge::Audience,
    people::Permission,
};
use meridian_store::knowledge as store;

/// Who may read an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum KnowledgeAudience {
    /// Customers, in a help centre.
    Customer,
    /// Bots.
    Bot,
    /// The tenant's own people.
    Agent,
    /// People of outsourced partners.
    Partner,
}

impl KnowledgeAudience {
    fn code(self) -> &'static str {
        match self {
            Self::Customer => Audience::Customer.code(),
            Self::Bot => Audience::Bot.code(),
            Self::Agent => Audience::Agent.code(),
            Self::Partner => Audience::Partner.code(),
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        Some(match Audience::from_code(code)? {
            Audience::Customer => Self::Customer,
            Audience::Bot => Self::Bot,
            Audience::Agent => Self::Agent,
            Audience::Partner => Self::Partner,
        })
    }
}

/// Where a revision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum KnowledgeState {
    /// It is written.
    Draft,
    /// It was handed in.
    Review,
    /// It is what readers find.
    Published,
    /// A later one took its place.
    Superseded,
}

/// A space of articles.
#[derive(SimpleObject)]
pub(crate) struct KnowledgeSpace {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
}

fn space(row: store::Space) -> KnowledgeSpace {
    KnowledgeSpace { id: id(row.id), name: row.name }
}

/// What an article says in one language, as it was written once.
#[derive(SimpleObject)]
pub(crate) struct KnowledgeRevision {
    /// BCP 47.
    language: String,
    /// Its number within the language, from 1.
    revision: i32,
    /// Where it stands.
    state: KnowledgeState,
    /// Title.
    title: String,
    /// Text.
    body: String,
    /// Who wrote it.
    author_id: Option<ID>,
    /// Who published it.
    reviewer_id: Option<ID>,
    /// What changed.
    note: String,
    /// When it was written.
    created_at: DateTime<Utc>,
    /// When it was published.
    published_at: Option<DateTime<Utc>>,
}

fn revision(row: store::Revision) -> KnowledgeRevision {
    KnowledgeRevision {
        language: row.language,
        revision: row.revision,
        state: match row.state.as_str() {
            "draft" => KnowledgeState::Draft,
            "review" => KnowledgeState::Review,
            "published" => KnowledgeState::Published,
            _ => KnowledgeState::Superseded,
        },
        title: row.title,
        body: row.body,
        author_id: row.author_id.map(|author| id(AgentId(author))),
        reviewer_id: row.reviewer_id.map(|reviewer| id(AgentId(reviewer))),
        note: row.note,
        created_at: row.created_at,
        published_at: row.published_at,
    }
}

/// An article, in any number of languages.
pub(crate) struct KnowledgeArticle(pub store::Article);

/// An article, in any number of languages.
#[Object]
impl KnowledgeArticle {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Its space.
    async fn space_id(&self) -> ID {
        id(self.0.space_id)
    }
    /// Who may read it.
    async fn audience(&self) -> Vec<KnowledgeAudience> {
        self.0.audience.iter().filter_map(|code| KnowledgeAudience::from_code(code)).collect()
    }
    /// When it was taken out of use.
    async fn archived_at(&self) -> Option<DateTime<Utc>> {
        self.0.archived_at
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Its revisions by language, newest first, at most 200; without `floor:steer` only what is published.
    #[graphql(complexity = "5 + child_complexity")]
    async fn revisions(&self, ctx: &Context<'_>) -> Resolved<Vec<KnowledgeRevision>> {
        let viewer = viewer(ctx).extend()?;
        let all = viewer.subject.may(Permission::SteerFloor);
        let mut tx = viewer.read().await.extend()?;
        let rows = store::revisions(&mut tx, self.0.id).await.map_err(AppError::from).extend()?;
        Ok(rows.into_iter().filter(|row| all || row.state == "published").map(revision).collect())
    }
    /// How often agents took it when it was suggested.
    #[graphql(complexity = 5)]
    async fn accepted_count(&self, ctx: &Context<'_>) -> Resolved<i32> {
        Ok(i32::try_from(self.uses(ctx).await?.0).unwrap_or(i32::MAX))
    }
    /// How often agents left it when it was suggested.
    #[graphql(complexity = 5)]
    async fn ignored_count(&self, ctx: &Context<'_>) -> Resolved<i32> {
        Ok(i32::try_from(self.uses(ctx).await?.1).unwrap_or(i32::MAX))
    }
}

impl KnowledgeArticle {
    async fn uses(&self, ctx: &Context<'_>) -> Resolved<(i64, i64)> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        store::uses(&mut tx, self.0.id).await.map_err(AppError::from).extend()
    }
}

/// A published text that fits.
#[derive(SimpleObject)]
pub(crate) struct KnowledgeHit {
    /// The article.
    article_id: ID,
    /// BCP 47.
    language: String,
    /// The published revision.
    revision: i32,
    /// Title.
    title: String,
    /// The passage that fits best, at most 240 characters.
    excerpt: String,
    /// The whole text.
    body: String,
    /// How well it fits; comparable within one answer.
    score: f64,
}

fn hit(found: app::Found) -> KnowledgeHit {
    KnowledgeHit {
        article_id: id(found.hit.article),
        language: found.hit.language,
        revision: found.hit.revision,
        title: found.hit.title,
        excerpt: found.excerpt,
        body: found.hit.body,
        score: found.hit.score,
    }
}

/// What fits the customer's newest message.
#[derive(SimpleObject)]
pub(crate) struct KnowledgeSuggestions {
    /// The message.
    item_id: ID,
    /// Published texts, best first, at most three.
    hits: Vec<KnowledgeHit>,
}

/// A refusal with the field that is meant.
fn told(refused: KnowledgeRefused) -> Resolved<UserError> {
    let field = refused.field().map(str::to_owned);
    Ok(UserError { field, ..refused.split().extend()? })
}

/// What a reading refused, at the top level.
fn failed(refused: KnowledgeRefused) -> AppError {
    match refused {
        KnowledgeRefused::Forbidden(error) => error.into(),
        KnowledgeRefused::Store(error) => error.into(),
        KnowledgeRefused::NotFound(_) => AppError::NotFound,
        other => AppError::BadInput(other.to_string()),
    }
}

#[derive(Default)]
pub(crate) struct KnowledgeQueries;

#[Object]
impl KnowledgeQueries {
    /// Spaces of the knowledge base by name. Needs `conversations:read`.
    async fn knowledge_spaces(&self, ctx: &Context<'_>) -> Resolved<Vec<KnowledgeSpace>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        Ok(store::spaces(&mut tx).await.map_err(AppError::from).extend()?.into_iter().map(space).collect())
    }

    /// Articles of a space, oldest first: for who keeps them. Needs `floor:steer`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn knowledge_articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The space")] knowledge_space_id: ID,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, KnowledgeArticle, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::SteerFloor).extend()?;
        let wanted = read::<KnowledgeSpaceId>(&knowledge_space_id).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<KnowledgeArticleId>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let rows = store::page(&mut tx, wanted, from.map(|(_, id)| id.0), limit + 1).await;
        let rows = rows.map_err(AppError::from).extend()?;
        let cursor = |row: &store::Article| page::at_cursor(row.created_at, row.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, KnowledgeArticle))
    }

    /// One article, for whom it is written. Needs `conversations:read`.
    async fn knowledge_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The article")] knowledge_article_id: ID,
    ) -> Resolved<Option<KnowledgeArticle>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let wanted = read::<KnowledgeArticleId>(&knowledge_article_id).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = store::many(&mut tx, &[wanted.0]).await.map_err(AppError::from).extend()?.pop();
        let Some(article) = found else { return Ok(None) };
        let may = app::readable(&mut tx, &viewer.subject, &article.audience).await.map_err(AppError::from).extend()?;
        Ok(may.then_some(KnowledgeArticle(article)))
    }

    /// Published texts that fit a question, best first: what is written for the viewer. Needs `conversations:read`.
    #[graphql(complexity = "10 + first.unwrap_or(10).clamp(1, 50) as usize * child_complexity")]
    async fn knowledge_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question, in any words")] query: String,
        #[graphql(desc = "Only texts in this language, like en; zh finds zh-Hans")] language: Option<String>,
        #[graphql(desc = "How many, 1 to 50")] first: Option<i32>,
    ) -> Resolved<Vec<KnowledgeHit>> {
        let viewer = viewer(ctx).extend()?;
        if query.chars().count() > 1_000 {
            return Err(AppError::BadInput("a question has at most 1,000 characters".to_owned())).extend();
        }
        let language = language.as_deref().filter(|tag| tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        let found = app::search(&viewer.app, &viewer.subject, &query, language, first.unwrap_or(10)).await;
        Ok(found.map_err(failed).extend()?.into_iter().map(hit).collect())
    }

    /// Published texts that fit the customer's newest message; null when nothing was written. Needs `conversations:read`.
    #[graphql(complexity = "10 + 3 * child_complexity")]
    async fn knowledge_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation")] conversation_id: ID,
    ) -> Resolved<Option<KnowledgeSuggestions>> {
        let viewer = viewer(ctx).extend()?;
        let wanted = read::<ConversationId>(&conversation_id).extend()?;
        match app::suggest(&viewer.app, &viewer.subject, wanted).await {
            Ok(found) => Ok(found.map(|one| KnowledgeSuggestions {
                item_id: id(one.item),
                hits: one.found.into_iter().map(hit).collect(),
            })),
            Err(KnowledgeRefused::NotFound(_)) => Ok(None),
            Err(refused) => Err(failed(refused)).extend(),
        }
    }

    /// The revision of the knowledge: it rises with each publication for partners, who must have learned it to be asked
    /// in overflow. Needs `conversations:read`.
    async fn knowledge_revision(&self, ctx: &Context<'_>) -> Resolved<i32> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        store::current(&mut tx).await.map_err(AppError::from).extend()
    }
}
