//! Tests of bots: an administrator plays a customer, and sees what the bot is told and what its answers would do.

mod mutations;
mod types;

pub(crate) use mutations::BotTestMutations;

use crate::{
    admin::reading,
    error::{AppError, Resolved},
    ids::read,
};
use async_graphql::{Context, ID, Object, ResultExt};
use meridian_domain::{
    ids::{BotId, BotTestId},
    people::Permission,
};
use meridian_store::bot_tests as store;
use types::BotTest;

/// Tests of a bot that are listed.
const LISTED: i64 = 20;

/// One test as it stands.
async fn one(ctx: &Context<'_>, id: BotTestId) -> Resolved<Option<BotTest>> {
    let mut tx = reading(ctx, Permission::Administer).await?;
    Ok(store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(BotTest))
}

#[derive(Default)]
pub(crate) struct BotTestQueries;

#[Object]
impl BotTestQueries {
    /// A test of a bot with its turns; tests are forgotten after a day. Needs `setup:write`.
    async fn bot_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The test")] bot_test_id: ID,
    ) -> Resolved<Option<BotTest>> {
        let id = read::<BotTestId>(&bot_test_id).extend()?;
        one(ctx, id).await
    }

    /// The newest tests of a bot, at most 20. Needs `setup:write`.
    #[graphql(complexity = "20 * child_complexity")]
    async fn bot_tests(&self, ctx: &Context<'_>, #[graphql(desc = "The bot")] bot_id: ID) -> Resolved<Vec<BotTest>> {
        let mut tx = reading(ctx, Permission::Administer).await?;
        let bot = read::<BotId>(&bot_id).extend()?;
        let found = store::newest(&mut tx, bot, LISTED).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(BotTest).collect())
    }
}
