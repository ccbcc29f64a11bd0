//! What is understood of customers' messages: on the timeline, and what it is learned from.

mod mutations;
mod types;

pub(crate) use mutations::UnderstandingMutations;
pub(crate) use types::Understanding;

use crate::{
    context::viewer,
    error::{AppError, Resolved},
    page,
};
use async_graphql::{
    Context, Object, ResultExt,
    connection::{Connection, EmptyFields},
};
use meridian_domain::{ids::IntentExampleId, people::Permission};
use meridian_store::intents as store;
use types::{Intent, IntentExample, IntentModel};

/// Versions of the model that are told at once: as many as there are.
const MOST_VERSIONS: i64 = 20;

#[derive(Default)]
pub(crate) struct UnderstandingQueries;

#[Object]
impl UnderstandingQueries {
    /// The tenant's intents by name: what a message may be corrected to. Needs `conversations:read`.
    async fn intents(&self, ctx: &Context<'_>) -> Resolved<Vec<Intent>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = store::labels(&mut tx).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(Intent::from).collect())
    }

    /// Texts whose intent is known, oldest first. Needs `setup:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn intent_examples(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those of one intent alone")] intent: Option<String>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, IntentExample, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_name::<IntentExampleId>).transpose().extend()?.map(|(_, id)| id);
        let mut tx = viewer.read().await.extend()?;
        let rows =
            store::examples(&mut tx, intent.as_deref(), from, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |row: &store::Example| page::name_cursor("", row.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, IntentExample::from))
    }

    /// Versions of the intent model, newest first: the one in use, and at most ten others. Needs `setup:read`.
    #[graphql(complexity = "12 * child_complexity")]
    async fn intent_models(&self, ctx: &Context<'_>) -> Resolved<Vec<IntentModel>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = store::versions(&mut tx, None, MOST_VERSIONS).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(IntentModel::from).collect())
    }
}
