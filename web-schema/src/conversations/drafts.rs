//! Drafts of replies.

use crate::{
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::reply_drafts as app;
use meridian_domain::{
    ids::{ConversationId, ReplyDraftId},
    people::Permission,
    reply_draft::{Draft, Sentence, Source},
};
use meridian_store::reply_drafts as store;

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ReplyDraftState {
    /// It is being written.
    Pending,
    /// It is there.
    Ready,
    /// There is none; `reason` says why.
    Failed,
    /// It was given up before it came.
    Cancelled,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ReplyDraftOutcome {
    /// It was sent as it is.
    Sent,
    /// It was sent with changes.
    Edited,
    /// It was put aside.
    Dismissed,
}

/// What a source of a draft is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ReplyDraftSourceKind {
    /// A message of the conversation: `itemId`.
    Message,
    /// A published text of an article: `articleId`, `language`, `revision` and `title`.
    Article,
    /// What a bot told at the hand-off: `title`.
    Brief,
    /// The instruction of who asked.
    Instruction,
}

/// What something a draft says rests on.
#[derive(SimpleObject)]
struct ReplyDraftSource {
    /// What it is.
    kind: ReplyDraftSourceKind,
    /// The message.
    item_id: Option<ID>,
    /// The article.
    article_id: Option<ID>,
    /// Language of the article, BCP 47.
    language: Option<String>,
    /// The revision that was read.
    revision: Option<i32>,
    /// Title of the article, or what the bot told.
    title: Option<String>,
}

impl From<Source> for ReplyDraftSource {
    fn from(source: Source) -> Self {
        let bare = |kind| Self { kind, item_id: None, article_id: None, language: None, revision: None, title: None };
        match source {
            Source::Message { item } => Self { item_id: Some(id(item)), ..bare(ReplyDraftSourceKind::Message) },
            Source::Article { article, language, revision, title } => Self {
                article_id: Some(id(article)),
                language: Some(language),
                revision: Some(revision),
                title: Some(title),
                ..bare(ReplyDraftSourceKind::Article)
            },
            Source::Brief { text } => Self { title: Some(text), ..bare(ReplyDraftSourceKind::Brief) },
            Source::Instruction => bare(ReplyDraftSourceKind::Instruction),
        }
    }
}

/// A sentence of a draft.
#[derive(SimpleObject)]
struct ReplyDraftSentence {
    /// What the customer would read.
    text: String,
    /// Places in `sources` of the draft, from 0; none for greetings, thanks and questions.
    sources: Vec<i32>,
}

/// A draft of a reply, written by a language model. It is never sent by itself.
pub(crate) struct ReplyDraft(pub store::ReplyDraft);

/// A draft of a reply, written by a language model. It is never sent by itself.
#[Object]
impl ReplyDraft {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Its conversation.
    async fn conversation_id(&self) -> ID {
        id(self.0.conversation)
    }
    /// The message of the customer that was the newest when it was asked for.
    async fn item_id(&self) -> ID {
        id(self.0.item)
    }
    /// Who asked for it.
    async fn asked_by_id(&self) -> ID {
        id(self.0.asked_by)
    }
    /// What they wished of it; empty for nothing in particular.
    async fn instruction(&self) -> &str {
        &self.0.instruction
    }
    /// Where it stands.
    async fn state(&self) -> ReplyDraftState {
        match self.0.state.as_str() {
            "pending" => ReplyDraftState::Pending,
            "ready" => ReplyDraftState::Ready,
            "cancelled" => ReplyDraftState::Cancelled,
            _ => ReplyDraftState::Failed,
        }
    }
    /// The customer has written since it was asked for.
    async fn stale(&self) -> bool {
        self.0.stale
    }
    /// The whole of it, ready to be put into a reply; empty unless it is ready.
    async fn text(&self) -> String {
        self.0.draft.as_ref().map(Draft::text).unwrap_or_default()
    }
    /// Its sentences in their order.
    async fn sentences(&self) -> Vec<ReplyDraftSentence> {
        let place = |place: usize| i32::try_from(place).unwrap_or(i32::MAX);
        let sentence = |one: &Sentence| ReplyDraftSentence {
            text: one.text.clone(),
            sources: one.sources.iter().copied().map(place).collect(),
        };
        self.0.draft.iter().flat_map(|draft| &draft.sentences).map(sentence).collect()
    }
    /// What its sentences rest on.
    async fn sources(&self) -> Vec<ReplyDraftSource> {
        self.0.draft.iter().flat_map(|draft| &draft.sources).cloned().map(Into::into).collect()
    }
    /// Sentences of the model that were left out: nothing held them.
    async fn dropped_count(&self) -> i32 {
        self.0.draft.as_ref().map_or(0, |draft| i32::try_from(draft.dropped).unwrap_or(i32::MAX))
    }
    /// Why it failed.
    async fn reason(&self) -> Option<&str> {
        Some(self.0.reason.as_str()).filter(|reason| !reason.is_empty())
    }
    /// What became of it; null while nobody has said.
    async fn outcome(&self) -> Option<ReplyDraftOutcome> {
        Some(match self.0.outcome.as_deref()? {
            "sent" => ReplyDraftOutcome::Sent,
            "edited" => ReplyDraftOutcome::Edited,
            _ => ReplyDraftOutcome::Dismissed,
        })
    }
    /// Share of its words that were sent, 0 to 1; null unless it was sent.
    async fn kept_share(&self) -> Option<f64> {
        self.0.kept.map(f64::from)
    }
    /// When it was asked for.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it came, failed or was given up.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
}

/// What became of the drafts of some days.
#[derive(SimpleObject)]
struct ReplyDraftCounts {
    /// That were asked for.
    asked_count: i32,
    /// That failed.
    failed_count: i32,
    /// That were sent as they were.
    accepted_count: i32,
    /// That were sent with changes.
    edited_count: i32,
    /// That came and were not sent.
    ignored_count: i32,
    /// Mean share of the words of the edited ones that was sent, 0 to 1; 0 without any.
    kept_share: f64,
}

#[derive(InputObject)]
struct ReplyDraftRequestInput {
    /// The conversation.
    conversation_id: ID,
    /// What is wished of it, like shorter or friendlier; at most 300 characters.
    #[graphql(default)]
    instruction: String,
}

#[derive(InputObject)]
struct ReplyDraftDismissInput {
    /// The draft.
    reply_draft_id: ID,
}

/// Result of `replyDraftRequest` and `replyDraftDismiss`.
#[derive(SimpleObject)]
struct ReplyDraftPayload {
    /// The draft as it is now.
    reply_draft: Option<ReplyDraft>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn told(ctx: &Context<'_>, done: Result<ReplyDraftId, app::DraftRefused>) -> Resolved<ReplyDraftPayload> {
    match done {
        Ok(id) => {
            let mut tx = viewer(ctx).extend()?.read().await.extend()?;
            let found = store::many(&mut tx, &[id.0]).await.map_err(AppError::from).extend()?.pop();
            Ok(ReplyDraftPayload { reply_draft: found.map(ReplyDraft), user_errors: Vec::new() })
        }
        Err(refused) => Ok(ReplyDraftPayload { reply_draft: None, user_errors: vec![refused.split().extend()?] }),
    }
}

#[derive(Default)]
pub(crate) struct DraftQueries;

#[Object]
impl DraftQueries {
    /// Whether a language model is configured that writes drafts of replies. Needs `conversations:read`.
    async fn reply_drafts_available(&self, ctx: &Context<'_>) -> Resolved<bool> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        Ok(viewer.app.model)
    }

    /// What became of the drafts of the last days. Needs `floor:read`.
    async fn reply_draft_counts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many days, 1 to 30", default = 30)] days: i32,
    ) -> Resolved<ReplyDraftCounts> {
        let viewer = viewer(ctx).extend()?;
        let counts = match app::counts(&viewer.app, &viewer.subject, days).await {
            Ok(counts) => counts,
            Err(app::DraftRefused::Forbidden(error)) => return Err(AppError::from(error)).extend(),
            Err(app::DraftRefused::Store(error)) => return Err(AppError::from(error)).extend(),
            Err(_) => return Err(AppError::NotFound).extend(),
        };
        let count = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Ok(ReplyDraftCounts {
            asked_count: count(counts.asked),
            failed_count: count(counts.failed),
            accepted_count: count(counts.sent),
            edited_count: count(counts.edited),
            ignored_count: count(counts.ignored),
            kept_share: counts.kept,
        })
    }
}

#[derive(Default)]
pub(crate) struct DraftMutations;

#[Object]
impl DraftMutations {
    /// Asks for a draft of the next reply; only the holder of the conversation may. While one about the same message of the
    /// customer is being written, that one is the answer. It comes over the subscription of the conversation. Needs
    /// `work:handle`.
    async fn reply_draft_request(
        &self,
        ctx: &Context<'_>,
        input: ReplyDraftRequestInput,
    ) -> Resolved<ReplyDraftPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        told(ctx, app::request(&viewer.app, &viewer.subject, conversation, &input.instruction).await).await
    }

    /// Gives up a draft that is being written, or puts aside one that came; only the holder of its conversation may. Needs
    /// `work:handle`.
    async fn reply_draft_dismiss(
        &self,
        ctx: &Context<'_>,
        input: ReplyDraftDismissInput,
    ) -> Resolved<ReplyDraftPayload> {
        let viewer = viewer(ctx).extend()?;
        let draft = read::<ReplyDraftId>(&input.reply_draft_id).extend()?;
        told(ctx, app::dismiss(&viewer.app, &viewer.subject, draft).await.map(|()| draft)).await
    }
}
