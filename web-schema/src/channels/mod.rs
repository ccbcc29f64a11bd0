//! Connected accounts and what nobody understood.

use crate::{
    context::viewer,
    error::{AppError, Resolved},
    ids::id,
    page,
};
use async_graphql::{
    Context, ID, Json, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_domain::{people::Permission, platform::BotPlatform};
use meridian_store::{accounts, bots, inbound};
use serde_json::Value;

/// A connected number, page, mailbox or widget.
#[derive(SimpleObject)]
pub(crate) struct ChannelAccount {
    /// Opaque id.
    id: ID,
    /// Channel kind, like `whatsapp`.
    kind: &'static str,
    /// Name for people.
    name: String,
    /// active, disabled or needs_attention.
    status: String,
    /// Why it needs attention.
    status_reason: String,
    /// Where the provider posts to.
    webhook_url: String,
    /// Where its work waits.
    queue_id: ID,
    /// The bot that answers first.
    bot_id: Option<ID>,
}

/// A chatbot.
#[derive(SimpleObject)]
pub(crate) struct Bot {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
    /// Where it lives, like `native` or `dialogflow-cx`.
    platform: &'static str,
    /// Names by which it asks for a person, beside the usual ones.
    handoff_names: Vec<String>,
    /// Where its calls go: its hand-offs, or the posts of its platform.
    call_url: String,
    /// Where its events go; empty when it reads them from `/v1/bot/events`.
    url: String,
    /// Where work goes when it fails or falls silent.
    fallback_queue_id: ID,
    /// Seconds it has to act on a customer's message.
    silence_seconds: i32,
    /// active or disabled.
    status: String,
}

/// A well-signed thing that was kept without being understood.
#[derive(SimpleObject)]
pub(crate) struct UnknownEvent {
    /// The account.
    account_id: ID,
    /// Why it was not understood.
    reason: String,
    /// What it said.
    event: Json<Value>,
    /// When.
    at: DateTime<Utc>,
}

#[derive(Default)]
pub(crate) struct ChannelQueries;

#[Object]
impl ChannelQueries {
    /// Connected accounts by name. Needs `setup:read`.
    async fn channel_accounts(&self, ctx: &Context<'_>) -> Resolved<Vec<ChannelAccount>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = accounts::all(&mut tx).await.map_err(AppError::from).extend()?;
        let shown = |a: accounts::Account| ChannelAccount {
            id: id(a.id),
            kind: a.kind.code(),
            webhook_url: accounts::webhook_url(&viewer.app.public_url, a.kind, a.id),
            name: a.name,
            status: a.status,
            status_reason: a.status_reason,
            queue_id: id(a.queue),
            bot_id: a.bot.map(id),
        };
        Ok(found.into_iter().map(shown).collect())
    }

    /// Registered bots by name. Needs `setup:read`.
    async fn bots(&self, ctx: &Context<'_>) -> Resolved<Vec<Bot>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadSetup).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = bots::many(&mut tx, None).await.map_err(AppError::from).extend()?;
        let public = &viewer.app.public_url;
        let shown = |b: bots::Bot| Bot {
            call_url: match b.platform {
                BotPlatform::Native => format!("{public}/bots/{}/handoff", b.id),
                other => format!("{public}/bots/{}/{}", b.id, other.code()),
            },
            id: id(b.id),
            name: b.name,
            platform: b.platform.code(),
            handoff_names: b.handoff_names,
            url: b.url,
            fallback_queue_id: id(b.fallback_queue),
            silence_seconds: b.silence_seconds,
            status: b.status,
        };
        Ok(found.into_iter().map(shown).collect())
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
