//! API keys, bots and the audit log.

use super::{outcome, reading};
use crate::{
    context::viewer,
    conversations::Actor,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    page,
};
use async_graphql::{
    Context, ID, InputObject, Json, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::setup as app;
use meridian_domain::{
    ids::{ApiKeyId, AuditId, BotId, QueueId},
    people::Permission,
    time::{Clock, SystemClock},
};
use meridian_store::keys::{self, AuditFilter};
use serde_json::Value;

/// A key for programs. Send it as `Authorization: Bearer mrd_…`.
#[derive(SimpleObject)]
pub(crate) struct ApiKey {
    /// Opaque id.
    id: ID,
    /// Name for people.
    name: String,
    /// What it may do.
    scopes: Vec<String>,
    /// The bot it acts as, if it is a bot's.
    bot_id: Option<ID>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it ends by itself.
    expires_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    revoked_at: Option<DateTime<Utc>>,
}

fn key(row: keys::ApiKey) -> ApiKey {
    ApiKey {
        id: id(row.id),
        name: row.name,
        scopes: row.scopes,
        bot_id: row.bot.map(id),
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    }
}

/// Who did what: ids and codes, never content.
#[derive(SimpleObject)]
pub(crate) struct AuditEntry {
    /// Opaque id.
    id: ID,
    /// When.
    at: DateTime<Utc>,
    /// Who.
    actor: Actor,
    /// What, as a code.
    action: String,
    /// To what kind of thing.
    object_kind: String,
    /// To which one: its id without the prefix of its type.
    object_id: Option<String>,
    /// More ids and codes.
    detail: Json<Value>,
}

fn entry(row: keys::AuditEntry) -> AuditEntry {
    AuditEntry {
        id: id(row.id),
        at: row.at,
        actor: row.actor.into(),
        action: row.action,
        object_kind: row.object_kind,
        object_id: row.object.map(|id| id.simple().to_string()),
        detail: Json(row.detail),
    }
}

#[derive(Default)]
pub(crate) struct IntegrationQueries;

#[Object]
impl IntegrationQueries {
    /// API keys, newest first. Needs `setup:read`.
    async fn api_keys(&self, ctx: &Context<'_>) -> Resolved<Vec<ApiKey>> {
        let mut tx = reading(ctx, Permission::ReadSetup).await?;
        Ok(keys::all(&mut tx).await.map_err(AppError::from).extend()?.into_iter().map(key).collect())
    }

    /// The audit log, newest first. Needs `audit:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only what was done to this thing: an id with or without its prefix")] object_id: Option<
            String,
        >,
        #[graphql(desc = "Only what this agent, bot, key or customer did: an id with or without its prefix")]
        actor_id: Option<String>,
        #[graphql(desc = "Only what was done then or later")] since: Option<DateTime<Utc>>,
        #[graphql(desc = "Only what was done before")] until: Option<DateTime<Utc>>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, AuditEntry, EmptyFields, EmptyFields>> {
        let mut tx = reading(ctx, Permission::ReadAudit).await?;
        let limit = page::first(first).extend()?;
        let bare = |name: &str, text: Option<String>| match text {
            Some(text) => uuid::Uuid::try_parse(text.rsplit('_').next().unwrap_or_default())
                .map(Some)
                .map_err(|_| AppError::BadInput(format!("{name} is not an id"))),
            None => Ok(None),
        };
        let object = bare("objectId", object_id).extend()?;
        let actor = bare("actorId", actor_id).extend()?;
        let filter = AuditFilter { object, actor, since, until };
        let from = after.as_deref().map(page::read_at::<AuditId>).transpose().extend()?;
        let rows = keys::audit_page(&mut tx, filter, from.map(|(_, id)| id), limit + 1).await;
        let rows = rows.map_err(AppError::from).extend()?;
        Ok(page::connection(rows, limit, from.is_some(), |row| page::at_cursor(row.at, row.id), entry))
    }
}

#[derive(InputObject)]
struct ApiKeyCreateInput {
    /// Name for people.
    name: String,
    /// What it may do, like `conversations:read`; never more than its maker. `bot:read` and `bot:act` are for keys of bots.
    scopes: Vec<String>,
    /// The bot it acts as under `/v1/bot`; none for other keys.
    bot_id: Option<ID>,
    /// When it ends by itself; never when left out.
    expires_at: Option<DateTime<Utc>>,
}

/// Result of `apiKeyCreate`.
#[derive(SimpleObject)]
struct ApiKeyCreatePayload {
    /// The key.
    api_key: Option<ApiKey>,
    /// Its text, shown this once.
    secret: Option<String>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct ApiKeyRevokeInput {
    /// The key.
    api_key_id: ID,
}

#[derive(InputObject)]
struct BotSaveInput {
    /// The bot to change; a new one when left out.
    bot_id: Option<ID>,
    /// Name.
    name: String,
    /// Where it lives: `native`, or `dialogflow-es`, `dialogflow-cx`, `intercom`, `amazon-connect`, `amazon-lex`,
    /// `chatwoot`, `rasa`, `botpress`, `sunshine`, `rocketchat`. Decides its URL `/bots/{bot}/{platform}`. `assistant` is run
    /// by Meridian itself, over an endpoint that completes chats as OpenAI's does.
    #[graphql(default = "native")]
    platform: String,
    /// Names of intents, actions, tags or contexts by which it asks for a person, beside the usual ones.
    #[graphql(default)]
    handoff_names: Vec<String>,
    /// The secret that the platform made, 16 to 512 characters; without one a secret is made, or the present one stays.
    /// For an assistant the key of its endpoint: empty for an endpoint without, to be given anew with another host.
    secret: Option<String>,
    /// Where its events go; empty for a bot that reads them from `/v1/bot/events`. For an assistant the base address of its
    /// endpoint, like `https://api.example.com/v1`.
    url: String,
    /// Where work goes when it fails or falls silent.
    fallback_queue_id: ID,
    /// Seconds it has to act on a customer's message, 1 to 300.
    #[graphql(default = 8)]
    silence_seconds: i32,
    /// The name of an assistant's model, as its endpoint calls it.
    #[graphql(default)]
    model: String,
    /// What an assistant is to do, at most 8,000 characters. It may hand over to the queues that are named here.
    #[graphql(default)]
    instructions: String,
}

#[derive(InputObject)]
struct BotRotateSecretInput {
    /// The bot.
    bot_id: ID,
}

/// Result of `botSave` and `botRotateSecret`.
#[derive(SimpleObject)]
struct BotPayload {
    /// The bot.
    bot_id: Option<ID>,
    /// Its new signing secret (Standard Webhooks), shown this once.
    secret: Option<String>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `apiKeyRevoke`.
#[derive(SimpleObject)]
struct ApiKeyRevokePayload {
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct IntegrationMutations;

#[Object]
impl IntegrationMutations {
    /// Makes an API key; its text is shown this once. Needs `setup:write`.
    async fn api_key_create(&self, ctx: &Context<'_>, input: ApiKeyCreateInput) -> Resolved<ApiKeyCreatePayload> {
        let viewer = viewer(ctx).extend()?;
        let now = SystemClock.now();
        let bot = super::maybe(input.bot_id.as_ref())?;
        let made =
            app::create_key(&viewer.app, &viewer.subject, &input.name, &input.scopes, bot, input.expires_at, now).await;
        let (made, user_errors) = outcome(made)?;
        let Some(made) = made else { return Ok(ApiKeyCreatePayload { api_key: None, secret: None, user_errors }) };
        let api_key = super::again(ctx, async |tx| keys::all(tx).await, |row| row.id == made.id, key).await?;
        Ok(ApiKeyCreatePayload { api_key, secret: Some(made.secret), user_errors })
    }

    /// Ends an API key at once. Needs `setup:write`.
    async fn api_key_revoke(&self, ctx: &Context<'_>, input: ApiKeyRevokeInput) -> Resolved<ApiKeyRevokePayload> {
        let viewer = viewer(ctx).extend()?;
        let key = read::<ApiKeyId>(&input.api_key_id).extend()?;
        let (_, user_errors) = outcome(app::revoke_key(&viewer.app, &viewer.subject, key).await)?;
        Ok(ApiKeyRevokePayload { user_errors })
    }

    /// Registers a bot and tells its signing secret once, or changes one. Needs `setup:write`.
    async fn bot_save(&self, ctx: &Context<'_>, input: BotSaveInput) -> Resolved<BotPayload> {
        let viewer = viewer(ctx).extend()?;
        let new = app::NewBot {
            id: super::maybe(input.bot_id.as_ref())?,
            name: &input.name,
            platform: &input.platform,
            handoff_names: &input.handoff_names,
            secret: input.secret.as_deref(),
            url: &input.url,
            fallback_queue: read::<QueueId>(&input.fallback_queue_id).extend()?,
            silence_seconds: input.silence_seconds,
            model: &input.model,
            instructions: &input.instructions,
        };
        let (saved, user_errors) = outcome(app::save_bot(&viewer.app, &viewer.subject, new).await)?;
        let (bot, secret) = saved.map_or((None, None), |(bot, secret)| (Some(id(bot)), secret));
        Ok(BotPayload { bot_id: bot, secret, user_errors })
    }

    /// Gives a bot a new signing secret; the old one is refused from then on. Needs `setup:write`.
    async fn bot_rotate_secret(&self, ctx: &Context<'_>, input: BotRotateSecretInput) -> Resolved<BotPayload> {
        let viewer = viewer(ctx).extend()?;
        let bot = read::<BotId>(&input.bot_id).extend()?;
        let (made, user_errors) = outcome(app::rotate_bot_secret(&viewer.app, &viewer.subject, bot).await)?;
        let (bot, secret) = made.map_or((None, None), |made| (Some(id(made.id)), Some(made.secret)));
        Ok(BotPayload { bot_id: bot, secret, user_errors })
    }
}
