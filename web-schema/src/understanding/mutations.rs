//! Teaching intents, versions of the model, corrections.

use super::types::IntentModel;
use crate::{
    admin::camel,
    context::viewer,
    conversations::TimelineItem,
    error::{AppError, Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::understanding as app;
use meridian_domain::ids::{IntentExampleId, ItemId};
use meridian_store::{intents as store, items};

#[derive(InputObject)]
struct IntentExampleInput {
    /// Its intent: 1 to 64 lower-case letters, digits, dots, hyphens and underscores; `oos` for none of the intents.
    intent: String,
    /// What was said, at most 1,000 characters.
    text: String,
}

#[derive(InputObject)]
struct IntentExamplesAddInput {
    /// At most 1,000; all of them are added or none.
    examples: Vec<IntentExampleInput>,
}

#[derive(InputObject)]
struct IntentExampleRemoveInput {
    /// The example.
    intent_example_id: ID,
}

#[derive(InputObject)]
struct IntentModelActivateInput {
    /// The version; an earlier one goes back to it.
    version: i32,
}

#[derive(InputObject)]
struct IntentCorrectInput {
    /// The customer's message.
    item_id: ID,
    /// What it is really about: an intent that has examples, or `oos`; left alone when null.
    intent: Option<String>,
    /// Its language, like en; left alone when null.
    language: Option<String>,
}

/// Result of `intentExamplesAdd`.
#[derive(SimpleObject)]
struct IntentExamplesAddPayload {
    /// How many examples there are then.
    examples: Option<i32>,
    /// Why nothing was added; `field` is a path like `examples.2.text`, counted from 0.
    user_errors: Vec<UserError>,
}

/// Result of `intentExampleRemove`.
#[derive(SimpleObject)]
struct IntentExampleRemovePayload {
    /// The example that is gone.
    intent_example_id: Option<ID>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of a change of the intent model.
#[derive(SimpleObject)]
struct IntentModelPayload {
    /// The version; null when none is in use.
    intent_model: Option<IntentModel>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `intentCorrect`.
#[derive(SimpleObject)]
struct IntentCorrectPayload {
    /// The message.
    item: Option<TimelineItem>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// A refusal with the field it is about, in the words of the schema.
fn told(refused: app::TeachRefused) -> Resolved<UserError> {
    let field = refused.field().as_deref().map(camel);
    Ok(UserError { field, ..refused.split().extend()? })
}

async fn payload(ctx: &Context<'_>, done: Result<Option<i32>, app::TeachRefused>) -> Resolved<IntentModelPayload> {
    let version = match done {
        Ok(version) => version,
        Err(refused) => return Ok(IntentModelPayload { intent_model: None, user_errors: vec![told(refused)?] }),
    };
    let Some(version) = version else { return Ok(IntentModelPayload { intent_model: None, user_errors: Vec::new() }) };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let found = store::version(&mut tx, version).await.map_err(AppError::from).extend()?;
    Ok(IntentModelPayload { intent_model: found.map(IntentModel::from), user_errors: Vec::new() })
}

#[derive(Default)]
pub(crate) struct UnderstandingMutations;

#[Object]
impl UnderstandingMutations {
    /// Adds texts whose intent is known. Texts that repeat one another or are there already are refused. Needs
    /// `setup:write`.
    async fn intent_examples_add(
        &self,
        ctx: &Context<'_>,
        input: IntentExamplesAddInput,
    ) -> Resolved<IntentExamplesAddPayload> {
        let viewer = viewer(ctx).extend()?;
        let labelled = |one: IntentExampleInput| app::Labelled { intent: one.intent, text: one.text };
        let examples: Vec<_> = input.examples.into_iter().map(labelled).collect();
        match app::add_examples(&viewer.app, &viewer.subject, &examples).await {
            Ok(count) => {
                let examples = Some(i32::try_from(count).unwrap_or(i32::MAX));
                Ok(IntentExamplesAddPayload { examples, user_errors: Vec::new() })
            }
            Err(refused) => Ok(IntentExamplesAddPayload { examples: None, user_errors: vec![told(refused)?] }),
        }
    }

    /// Removes an example; models that learned from it stay as they are. Needs `setup:write`.
    async fn intent_example_remove(
        &self,
        ctx: &Context<'_>,
        input: IntentExampleRemoveInput,
    ) -> Resolved<IntentExampleRemovePayload> {
        let viewer = viewer(ctx).extend()?;
        let example = read::<IntentExampleId>(&input.intent_example_id).extend()?;
        match app::remove_example(&viewer.app, &viewer.subject, example).await {
            Ok(()) => Ok(IntentExampleRemovePayload {
                intent_example_id: Some(input.intent_example_id),
                user_errors: Vec::new(),
            }),
            Err(refused) => {
                Ok(IntentExampleRemovePayload { intent_example_id: None, user_errors: vec![told(refused)?] })
            }
        }
    }

    /// Begins to train the next version of the intent model, in the background; its evaluation is there when it is
    /// trained. Examples of one intent alone are refused. Needs `setup:write`.
    async fn intent_model_train(&self, ctx: &Context<'_>) -> Resolved<IntentModelPayload> {
        let viewer = viewer(ctx).extend()?;
        payload(ctx, app::start_training(&viewer.app, &viewer.subject).await.map(Some)).await
    }

    /// Takes a version of the intent model into use, an earlier one as well. Needs `setup:write`.
    async fn intent_model_activate(
        &self,
        ctx: &Context<'_>,
        input: IntentModelActivateInput,
    ) -> Resolved<IntentModelPayload> {
        let viewer = viewer(ctx).extend()?;
        let done = app::activate(&viewer.app, &viewer.subject, input.version).await;
        payload(ctx, done.map(|()| Some(input.version))).await
    }

    /// Uses no intent model from now on. Needs `setup:write`.
    async fn intent_model_retire(&self, ctx: &Context<'_>) -> Resolved<IntentModelPayload> {
        let viewer = viewer(ctx).extend()?;
        payload(ctx, app::retire(&viewer.app, &viewer.subject).await.map(|()| None)).await
    }

    /// Says what a customer's message is really about, or in which language it is; the next model learns from it. Needs
    /// `work:handle`.
    async fn intent_correct(&self, ctx: &Context<'_>, input: IntentCorrectInput) -> Resolved<IntentCorrectPayload> {
        let viewer = viewer(ctx).extend()?;
        let item = read::<ItemId>(&input.item_id).extend()?;
        let correction = app::Correction { intent: input.intent.as_deref(), language: input.language.as_deref() };
        if let Err(refused) = app::correct(&viewer.app, &viewer.subject, item, correction).await {
            return Ok(IntentCorrectPayload { item: None, user_errors: vec![refused.split().extend()?] });
        }
        let mut tx = viewer.read().await.extend()?;
        let found = items::many(&mut tx, &[item.0]).await.map_err(AppError::from).extend()?.pop();
        Ok(IntentCorrectPayload { item: found.map(TimelineItem), user_errors: Vec::new() })
    }
}
