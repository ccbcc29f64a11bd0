//! Checklists of next steps.

mod mutations;
mod types;

pub(crate) use mutations::ChecklistMutations;
pub(crate) use types::{Checklist, NextSteps};

use crate::{
    context::viewer,
    error::{AppError, Resolved},
};
use async_graphql::{Context, Object, ResultExt};
use meridian_domain::people::Permission;
use meridian_store::checklists as store;

#[derive(Default)]
pub(crate) struct ChecklistQueries;

#[Object]
impl ChecklistQueries {
    /// Checklists of next steps by title, those out of use last. Needs `conversations:read`.
    #[graphql(complexity = "5 + 10 * child_complexity")]
    async fn checklists(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those out of use as well", default)] archived: bool,
    ) -> Resolved<Vec<Checklist>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let all = store::all(&mut tx, archived).await.map_err(AppError::from).extend()?;
        Ok(all.into_iter().map(Checklist).collect())
    }
}
