//! Keeping checklists, and following them in a conversation.

use super::{Checklist, store};
use crate::{
    admin::maybe,
    context::viewer,
    conversations::Conversation,
    error::{AppError, Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::checklists::{self as app, ChecklistRefused};
use meridian_domain::{
    checklist::Step,
    ids::{ChecklistId, ConversationId},
};
use meridian_store::conversations;

#[derive(InputObject)]
struct ChecklistStepInput {
    /// What is to be done, 1 to 300 characters.
    text: String,
    /// The same in Chinese; empty = as `text`.
    #[graphql(default)]
    text_zh: String,
    /// An article of the knowledge base that tells how.
    knowledge_article_id: Option<ID>,
    /// Whether it must be done before the conversation is resolved.
    #[graphql(default)]
    required: bool,
}

#[derive(InputObject)]
struct ChecklistSaveInput {
    /// The checklist to change; a new one when left out.
    checklist_id: Option<ID>,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
    /// Title, 1 to 100 characters.
    title: String,
    /// Title in Chinese; empty = as `title`.
    #[graphql(default)]
    title_zh: String,
    /// Intents it is for, 1 to 50: the whole list. An intent has examples, and one checklist in use at most.
    intents: Vec<String>,
    /// What is to be done, in order, 1 to 30 steps: the whole list.
    steps: Vec<ChecklistStepInput>,
}

#[derive(InputObject)]
struct ChecklistArchiveInput {
    /// The checklist.
    checklist_id: ID,
    /// False takes it into use again.
    #[graphql(default = true)]
    archived: bool,
}

#[derive(InputObject)]
struct ChecklistAnswerInput {
    /// The conversation.
    conversation_id: ID,
    /// The checklist: suggested, or chosen by hand.
    checklist_id: ID,
    /// True follows it; false ignores it for what the customer asks for, and puts it away where it is followed.
    accepted: bool,
}

#[derive(InputObject)]
struct ChecklistTickInput {
    /// The conversation.
    conversation_id: ID,
    /// The checklist that is followed.
    checklist_id: ID,
    /// The step, by its place from 1.
    place: i32,
    /// Whether it is done; false takes the tick back.
    done: bool,
    /// For colleagues, at most 500 characters; empty removes it, null leaves it.
    remark: Option<String>,
}

/// Result of what changes a checklist.
#[derive(SimpleObject)]
struct ChecklistPayload {
    /// The checklist.
    checklist: Option<Checklist>,
    /// Why it was not done; `field` is a path like `steps.2.text`, counted from 0.
    user_errors: Vec<UserError>,
}

/// Result of what is said of a checklist in a conversation.
#[derive(SimpleObject)]
struct NextStepsPayload {
    /// The conversation.
    conversation: Option<Conversation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// A refusal with the field that is meant.
fn told(refused: ChecklistRefused) -> Resolved<UserError> {
    let field = refused.field().map(str::to_owned);
    Ok(UserError { field, ..refused.split().extend()? })
}

async fn kept(ctx: &Context<'_>, done: Result<ChecklistId, ChecklistRefused>) -> Resolved<ChecklistPayload> {
    let saved = match done {
        Ok(saved) => saved,
        Err(refused) => return Ok(ChecklistPayload { checklist: None, user_errors: vec![told(refused)?] }),
    };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let found = store::find(&mut tx, saved).await.map_err(AppError::from).extend()?;
    Ok(ChecklistPayload { checklist: found.map(Checklist), user_errors: Vec::new() })
}

async fn followed(
    ctx: &Context<'_>,
    id: ConversationId,
    done: Result<(), ChecklistRefused>,
) -> Resolved<NextStepsPayload> {
    if let Err(refused) = done {
        return Ok(NextStepsPayload { conversation: None, user_errors: vec![told(refused)?] });
    }
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let found = conversations::find(&mut tx, id).await.map_err(AppError::from).extend()?;
    Ok(NextStepsPayload { conversation: found.map(Conversation), user_errors: Vec::new() })
}

#[derive(Default)]
pub(crate) struct ChecklistMutations;

#[Object]
impl ChecklistMutations {
    /// Adds a checklist of next steps or changes one; where it is followed already it stays as it was. Needs
    /// `floor:steer`.
    async fn checklist_save(&self, ctx: &Context<'_>, input: ChecklistSaveInput) -> Resolved<ChecklistPayload> {
        let viewer = viewer(ctx).extend()?;
        let step = |one: ChecklistStepInput| -> Resolved<Step> {
            let article = maybe(one.knowledge_article_id.as_ref())?;
            Ok(Step { text: one.text, text_zh: one.text_zh, article, required: one.required })
        };
        let new = app::NewChecklist {
            id: maybe(input.checklist_id.as_ref())?,
            expected_version: input.expected_version,
            title: input.title,
            title_zh: input.title_zh,
            intents: input.intents,
            steps: input.steps.into_iter().map(step).collect::<Resolved<_>>()?,
        };
        kept(ctx, app::save(&viewer.app, &viewer.subject, new).await).await
    }

    /// Takes a checklist out of use, or into use again: it is suggested no more, and stays where it is followed. Needs
    /// `floor:steer`.
    async fn checklist_archive(&self, ctx: &Context<'_>, input: ChecklistArchiveInput) -> Resolved<ChecklistPayload> {
        let viewer = viewer(ctx).extend()?;
        let id = read::<ChecklistId>(&input.checklist_id).extend()?;
        let done = app::archive(&viewer.app, &viewer.subject, id, input.archived).await;
        kept(ctx, done.map(|()| id)).await
    }

    /// Follows a checklist in a conversation, or ignores it; the last word counts. For whoever holds the conversation, or
    /// steers the floor. Needs `work:handle`.
    async fn checklist_answer(&self, ctx: &Context<'_>, input: ChecklistAnswerInput) -> Resolved<NextStepsPayload> {
        let viewer = viewer(ctx).extend()?;
        let id = read::<ConversationId>(&input.conversation_id).extend()?;
        let list = read::<ChecklistId>(&input.checklist_id).extend()?;
        followed(ctx, id, app::answer(&viewer.app, &viewer.subject, id, list, input.accepted).await).await
    }

    /// Ticks a step of a checklist that is followed, or takes the tick back. For whoever holds the conversation, or
    /// steers the floor. Needs `work:handle`.
    async fn checklist_tick(&self, ctx: &Context<'_>, input: ChecklistTickInput) -> Resolved<NextStepsPayload> {
        let viewer = viewer(ctx).extend()?;
        let id = read::<ConversationId>(&input.conversation_id).extend()?;
        let list = read::<ChecklistId>(&input.checklist_id).extend()?;
        let tick = app::Tick { place: input.place, done: input.done, remark: input.remark.as_deref() };
        followed(ctx, id, app::tick(&viewer.app, &viewer.subject, id, list, tick).await).await
    }
}
