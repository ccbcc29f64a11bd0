//! Writing, reviewing and publishing knowledge, and what became of suggestions.

use super::{KnowledgeArticle, KnowledgeAudience, KnowledgeSpace, space, store, told};
use crate::{
    admin::maybe,
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::knowledge::{self as app, KnowledgeRefused};
use meridian_domain::ids::{ItemId, KnowledgeArticleId, KnowledgeSpaceId};

#[derive(InputObject)]
struct KnowledgeSpaceSaveInput {
    /// The space to rename; a new one when left out.
    knowledge_space_id: Option<ID>,
    /// Name, 1 to 100 characters.
    name: String,
}

#[derive(InputObject)]
struct KnowledgeTextInput {
    /// BCP 47, like en or zh-Hans.
    language: String,
    /// Title, 1 to 200 characters.
    title: String,
    /// Text, 1 to 50,000 characters.
    body: String,
    /// What changed, at most 1,000 characters.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct KnowledgeArticleSaveInput {
    /// The article to change; a new one when left out.
    knowledge_article_id: Option<ID>,
    /// Its space.
    knowledge_space_id: ID,
    /// Who may read it, one at least.
    audience: Vec<KnowledgeAudience>,
    /// The next draft of a language; left out, the texts stay.
    text: Option<KnowledgeTextInput>,
}

#[derive(InputObject)]
struct KnowledgeRevisionInput {
    /// The article.
    knowledge_article_id: ID,
    /// The language of the revision.
    language: String,
    /// Its number.
    revision: i32,
}

#[derive(InputObject)]
struct KnowledgeArticleArchiveInput {
    /// The article.
    knowledge_article_id: ID,
}

#[derive(InputObject)]
struct KnowledgeLearnInput {
    /// The revision that was read, as `knowledgeRevision` tells it.
    revision: i32,
}

#[derive(InputObject)]
struct KnowledgeSuggestionAnswerInput {
    /// The message it was suggested for.
    item_id: ID,
    /// The article.
    knowledge_article_id: ID,
    /// The language of the text.
    language: String,
    /// Whether it was taken.
    accepted: bool,
}

/// Result of `knowledgeSpaceSave`.
#[derive(SimpleObject)]
struct KnowledgeSpacePayload {
    /// The space.
    space: Option<KnowledgeSpace>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of what changes an article.
#[derive(SimpleObject)]
struct KnowledgeArticlePayload {
    /// The article.
    article: Option<KnowledgeArticle>,
    /// The draft that was written.
    revision: Option<i32>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `knowledgeLearn`.
#[derive(SimpleObject)]
struct KnowledgeLearnPayload {
    /// The revision that counts as learned.
    revision: Option<i32>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `knowledgeSuggestionAnswer`.
#[derive(SimpleObject)]
struct KnowledgeSuggestionPayload {
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// The article as it is now, or why it was not changed.
async fn shown(
    ctx: &Context<'_>,
    of: KnowledgeArticleId,
    done: Result<Option<i32>, KnowledgeRefused>,
) -> Resolved<KnowledgeArticlePayload> {
    let revision = match done {
        Ok(revision) => revision,
        Err(refused) => {
            let user_errors = vec![told(refused)?];
            return Ok(KnowledgeArticlePayload { article: None, revision: None, user_errors });
        }
    };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let article = store::many(&mut tx, &[of.0]).await.map_err(AppError::from).extend()?.pop().map(KnowledgeArticle);
    Ok(KnowledgeArticlePayload { article, revision, user_errors: Vec::new() })
}

#[derive(Default)]
pub(crate) struct KnowledgeMutations;

#[Object]
impl KnowledgeMutations {
    /// Adds or renames a space of the knowledge base. Needs `floor:steer`.
    async fn knowledge_space_save(
        &self,
        ctx: &Context<'_>,
        input: KnowledgeSpaceSaveInput,
    ) -> Resolved<KnowledgeSpacePayload> {
        let viewer = viewer(ctx).extend()?;
        let known = maybe::<KnowledgeSpaceId>(input.knowledge_space_id.as_ref())?;
        match app::save_space(&viewer.app, &viewer.subject, known, &input.name).await {
            Ok(saved) => {
                let mut tx = viewer.read().await.extend()?;
                let all = store::spaces(&mut tx).await.map_err(AppError::from).extend()?;
                let found = all.into_iter().find(|row| row.id == saved).map(space);
                Ok(KnowledgeSpacePayload { space: found, user_errors: Vec::new() })
            }
            Err(refused) => Ok(KnowledgeSpacePayload { space: None, user_errors: vec![told(refused)?] }),
        }
    }

    /// Adds an article or changes one; a text becomes the next draft of its language. Needs `floor:steer`.
    async fn knowledge_article_save(
        &self,
        ctx: &Context<'_>,
        input: KnowledgeArticleSaveInput,
    ) -> Resolved<KnowledgeArticlePayload> {
        let viewer = viewer(ctx).extend()?;
        let audience: Vec<String> = input.audience.iter().map(|one| one.code().to_owned()).collect();
        let text = input.text.as_ref().map(|text| app::ArticleText {
            language: &text.language,
            title: &text.title,
            body: &text.body,
            note: &text.note,
        });
        let new = app::NewArticle {
            id: maybe(input.knowledge_article_id.as_ref())?,
            space: read::<KnowledgeSpaceId>(&input.knowledge_space_id).extend()?,
            audience: &audience,
            text,
        };
        match app::save_article(&viewer.app, &viewer.subject, new).await {
            Ok((saved, revision)) => shown(ctx, saved, Ok(revision)).await,
            Err(refused) => {
                Ok(KnowledgeArticlePayload { article: None, revision: None, user_errors: vec![told(refused)?] })
            }
        }
    }

    /// Hands a draft in for review. Needs `floor:steer`.
    async fn knowledge_revision_submit(
        &self,
        ctx: &Context<'_>,
        input: KnowledgeRevisionInput,
    ) -> Resolved<KnowledgeArticlePayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<KnowledgeArticleId>(&input.knowledge_article_id).extend()?;
        let number = input.revision;
        let done = app::submit_revision(&viewer.app, &viewer.subject, of, &input.language, number).await;
        shown(ctx, of, done.map(|()| Some(number))).await
    }

    /// Publishes a revision that was handed in, or one that was replaced before; the author of it may not, unless they
    /// hold `setup:write`. Needs `floor:steer`.
    async fn knowledge_revision_publish(
        &self,
        ctx: &Context<'_>,
        input: KnowledgeRevisionInput,
    ) -> Resolved<KnowledgeArticlePayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<KnowledgeArticleId>(&input.knowledge_article_id).extend()?;
        let number = input.revision;
        let done = app::publish_revision(&viewer.app, &viewer.subject, of, &input.language, number).await;
        shown(ctx, of, done.map(|()| Some(number))).await
    }

    /// Takes an article out of use: it is found no more. Needs `floor:steer`.
    async fn knowledge_article_archive(
        &self,
        ctx: &Context<'_>,
        input: KnowledgeArticleArchiveInput,
    ) -> Resolved<KnowledgeArticlePayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<KnowledgeArticleId>(&input.knowledge_article_id).extend()?;
        let done = app::archive_article(&viewer.app, &viewer.subject, of).await;
        shown(ctx, of, done.map(|()| None)).await
    }

    /// Says that the viewer has learned the knowledge as it is now; a partner is then asked in overflow. Needs
    /// `work:handle`.
    async fn knowledge_learn(&self, ctx: &Context<'_>, input: KnowledgeLearnInput) -> Resolved<KnowledgeLearnPayload> {
        let viewer = viewer(ctx).extend()?;
        match app::learn(&viewer.app, &viewer.subject, input.revision).await {
            Ok(revision) => Ok(KnowledgeLearnPayload { revision: Some(revision), user_errors: Vec::new() }),
            Err(refused) => Ok(KnowledgeLearnPayload { revision: None, user_errors: vec![told(refused)?] }),
        }
    }

    /// Records whether a suggestion was taken. Needs `work:handle`.
    async fn knowledge_suggestion_answer(
        &self,
        ctx: &Context<'_>,
        input: KnowledgeSuggestionAnswerInput,
    ) -> Resolved<KnowledgeSuggestionPayload> {
        let viewer = viewer(ctx).extend()?;
        let item = read::<ItemId>(&input.item_id).extend()?;
        let article = read::<KnowledgeArticleId>(&input.knowledge_article_id).extend()?;
        let (language, accepted) = (input.language.as_str(), input.accepted);
        let done = app::answer_suggestion(&viewer.app, &viewer.subject, item, article, language, accepted).await;
        let user_errors = done.err().map(told).transpose()?.into_iter().collect();
        Ok(KnowledgeSuggestionPayload { user_errors })
    }
}
