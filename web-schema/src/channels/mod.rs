//! Kinds of channels, connected accounts and what nobody understood.

mod mutations;
mod templates;
mod types;

pub(crate) use mutations::ChannelMutations;
pub(crate) use templates::{TemplateMutations, TemplateQueries};
pub(crate) use types::ChannelCapabilities;

use crate::{
    context::viewer,
    error::{AppError, Resolved},
    ids::id,
    page,
};
use async_graphql::{
    Context, Json, Object, ResultExt,
    connection::{Connection, EmptyFields},
};
use meridian_domain::people::Permission;
use meridian_store::{accounts, bots, inbound};
use types::{Bot, ChannelAccount, ChannelKind, UnknownEvent};

#[derive(Default)]
pub(crate) struct ChannelQueries;

#[Object]
impl ChannelQueries {
    /// Kinds of channels that can be connected, with the form each needs. Needs `setup:read`.
    async fn channel_kinds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Language of labels and help: en or zh", default = "en")] locale: String,
    ) -> Resolved<Vec<ChannelKind>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let kinds = meridian_domain::channel::ChannelKind::ALL.iter();
        Ok(kinds.map(|kind| ChannelKind::of(&viewer.app, *kind, &locale)).collect())
    }

    /// Connected accounts by name. Needs `setup:read`.
    async fn channel_accounts(&self, ctx: &Context<'_>) -> Resolved<Vec<ChannelAccount>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = accounts::all(&mut tx).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(|account| ChannelAccount::of(&viewer.app, account)).collect())
    }

    /// Registered bots by name. Needs `setup:read`.
    async fn bots(&self, ctx: &Context<'_>) -> Resolved<Vec<Bot>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = bots::many(&mut tx, None).await.map_err(AppError::from).extend()?;
        let public = viewer.app.public_url.clone();
        Ok(found.into_iter().map(|bot| Bot::of(bot, &public)).collect())
    }

    /// What came well signed and was not understood, newest first. Needs `setup:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn unknown_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, UnknownEvent, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<uuid::Uuid>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let before = from.map(|(_, id)| id);
        let rows = inbound::unknown_page(&mut tx, before, limit + 1).await.map_err(AppError::from).extend()?;
        let shown = |u: inbound::Unknown| UnknownEvent {
            account_id: id(u.account),
            reason: u.reason,
            event: Json(u.event),
            at: u.at,
        };
        Ok(page::connection(rows, limit, from.is_some(), |u| page::at_cursor(u.at, u.id), shown))
    }
}
