//! Connecting channels.

use super::types::ChannelAccount;
use crate::{
    admin::{maybe, outcome},
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Json, MaybeUndefined, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::setup as app;
use meridian_domain::{
    channel::ChannelKind,
    ids::{BotId, ChannelAccountId, QueueId},
};
use meridian_store::accounts;
use serde_json::Value;

/// A setting by name.
#[derive(InputObject)]
struct ChannelSettingInput {
    /// Name, as the form says.
    name: String,
    /// Its value: a text, a number, true or false, or a list of texts. Null takes it away.
    value: Option<Json<Value>>,
}

/// A secret by name.
#[derive(InputObject)]
struct ChannelSecretInput {
    /// Name, as the form says.
    name: String,
    /// Its value, never empty.
    value: String,
}

#[derive(InputObject)]
struct ChannelAccountConnectInput {
    /// Channel kind, like `whatsapp`; `channelKinds` lists them.
    kind: String,
    /// Name for people.
    name: String,
    /// Settings, as the form of the kind says.
    #[graphql(default)]
    settings: Vec<ChannelSettingInput>,
    /// Secrets, as the form of the kind says; those marked `generated` are made when left out.
    #[graphql(default)]
    secrets: Vec<ChannelSecretInput>,
    /// Addresses (numbers, pages, mailboxes) that belong to it; any when left out.
    #[graphql(default)]
    addresses: Vec<String>,
    /// Where its work waits.
    queue_id: ID,
    /// The bot that answers first.
    bot_id: Option<ID>,
}

/// A secret that Meridian made: shown this once.
#[derive(SimpleObject)]
struct GeneratedSecret {
    /// Its name in the form.
    name: String,
    /// Its value, to be pasted at the provider.
    value: String,
}

/// Result of `channelAccountConnect`.
#[derive(SimpleObject)]
struct ChannelAccountConnectPayload {
    /// The account; its `webhookUrl` is to be pasted at the provider.
    channel_account: Option<ChannelAccount>,
    /// Secrets that Meridian made: shown this once.
    generated_secrets: Vec<GeneratedSecret>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct ChannelAccountUpdateInput {
    /// The account.
    channel_account_id: ID,
    /// Name for people.
    name: Option<String>,
    /// Settings to set or take away; the others stay.
    #[graphql(default)]
    settings: Vec<ChannelSettingInput>,
    /// Addresses that belong to it, all of them.
    addresses: Option<Vec<String>>,
    /// Where its work waits.
    queue_id: Option<ID>,
    /// The bot that answers first; null for none.
    bot_id: MaybeUndefined<ID>,
}

#[derive(InputObject)]
struct ChannelAccountSetActiveInput {
    /// The account.
    channel_account_id: ID,
    /// Whether it takes and sends anything.
    active: bool,
}

/// Result of `channelAccountUpdate` and `channelAccountSetActive`.
#[derive(SimpleObject)]
struct ChannelAccountPayload {
    /// The account.
    channel_account: Option<ChannelAccount>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct ChannelAccountRotateSecretInput {
    /// The account.
    channel_account_id: ID,
    /// Which secret, as the form says.
    secret_name: String,
    /// The new value; left out, Meridian makes one where it may (`generated`).
    value: Option<String>,
    /// Seconds the old value stays valid beside the new one, 0 to 2592000 (30 days).
    #[graphql(default = 86400)]
    overlap_seconds: i32,
}

/// Result of `channelAccountRotateSecret`.
#[derive(SimpleObject)]
struct ChannelAccountRotateSecretPayload {
    /// The new value, when Meridian made it: shown this once.
    secret: Option<String>,
    /// When the old value ends.
    old_valid_until: Option<DateTime<Utc>>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct ChannelAccountTestInput {
    /// The account.
    channel_account_id: ID,
    /// Where a test message goes (a number, an address, an id of the channel); none is sent when left out.
    to: Option<String>,
    /// What it says.
    #[graphql(default = "This is a test. 这是一条测试消息。")]
    text: String,
}

/// Result of `channelAccountTest`.
#[derive(SimpleObject)]
struct ChannelAccountTestPayload {
    /// Whether the provider took the credentials, and the message if there was one.
    ok: bool,
    /// Whom the credentials belong to, or what is wrong.
    detail: String,
    /// The provider's id of the test message.
    external_id: Option<String>,
    /// The account, with what the test taught of its health.
    channel_account: Option<ChannelAccount>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn shown(ctx: &Context<'_>, id: ChannelAccountId) -> Resolved<Option<ChannelAccount>> {
    let viewer = viewer(ctx).extend()?;
    let mut tx = viewer.read().await.extend()?;
    let found = accounts::find(&mut tx, id).await.map_err(AppError::from).extend()?;
    Ok(found.map(|account| ChannelAccount::of(&viewer.app, account)))
}

fn settings(given: Vec<ChannelSettingInput>) -> serde_json::Map<String, Value> {
    given.into_iter().map(|s| (s.name, s.value.map_or(Value::Null, |value| value.0))).collect()
}

#[derive(Default)]
pub(crate) struct ChannelMutations;

#[Object]
impl ChannelMutations {
    /// Connects a number, page, mailbox or widget. Needs `setup:write`.
    async fn channel_account_connect(
        &self,
        ctx: &Context<'_>,
        input: ChannelAccountConnectInput,
    ) -> Resolved<ChannelAccountConnectPayload> {
        let viewer = viewer(ctx).extend()?;
        let unknown = |_| AppError::BadInput("kind is a code that channelKinds lists".to_owned());
        let new = app::NewAccount {
            kind: input.kind.parse::<ChannelKind>().map_err(unknown).extend()?,
            name: &input.name,
            settings: settings(input.settings),
            secrets: input.secrets.into_iter().map(|secret| (secret.name, secret.value)).collect(),
            addresses: input.addresses,
            queue: read::<QueueId>(&input.queue_id).extend()?,
            bot: maybe::<BotId>(input.bot_id.as_ref())?,
        };
        let (done, user_errors) = outcome(app::connect_account(&viewer.app, &viewer.subject, new).await)?;
        let Some(done) = done else {
            return Ok(ChannelAccountConnectPayload {
                channel_account: None,
                generated_secrets: Vec::new(),
                user_errors,
            });
        };
        let generated_secrets = done.made.into_iter().map(|(name, value)| GeneratedSecret { name, value }).collect();
        Ok(ChannelAccountConnectPayload { channel_account: shown(ctx, done.id).await?, generated_secrets, user_errors })
    }

    /// Changes name, settings, addresses, queue or bot of an account. Needs `setup:write`.
    async fn channel_account_update(
        &self,
        ctx: &Context<'_>,
        input: ChannelAccountUpdateInput,
    ) -> Resolved<ChannelAccountPayload> {
        let viewer = viewer(ctx).extend()?;
        let account = read::<ChannelAccountId>(&input.channel_account_id).extend()?;
        let bot = match input.bot_id {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(bot) => Some(Some(read::<BotId>(&bot).extend()?)),
        };
        let change = app::AccountChange {
            name: input.name.as_deref(),
            settings: settings(input.settings),
            addresses: input.addresses,
            queue: maybe::<QueueId>(input.queue_id.as_ref())?,
            bot,
        };
        let done = app::update_account(&viewer.app, &viewer.subject, account, change).await;
        let (done, user_errors) = outcome(done)?;
        let channel_account = if done.is_some() { shown(ctx, account).await? } else { None };
        Ok(ChannelAccountPayload { channel_account, user_errors })
    }

    /// Switches an account off, so that its webhook answers 404 and nothing is sent, or on again. Needs `setup:write`.
    async fn channel_account_set_active(
        &self,
        ctx: &Context<'_>,
        input: ChannelAccountSetActiveInput,
    ) -> Resolved<ChannelAccountPayload> {
        let viewer = viewer(ctx).extend()?;
        let account = read::<ChannelAccountId>(&input.channel_account_id).extend()?;
        let done = app::set_account_active(&viewer.app, &viewer.subject, account, input.active).await;
        let (done, user_errors) = outcome(done)?;
        let channel_account = if done.is_some() { shown(ctx, account).await? } else { None };
        Ok(ChannelAccountPayload { channel_account, user_errors })
    }

    /// Gives an account a new secret; requests signed with the old one are taken until the overlap ends. Sends use the
    /// new one at once. Needs `setup:write`.
    async fn channel_account_rotate_secret(
        &self,
        ctx: &Context<'_>,
        input: ChannelAccountRotateSecretInput,
    ) -> Resolved<ChannelAccountRotateSecretPayload> {
        let viewer = viewer(ctx).extend()?;
        let account = read::<ChannelAccountId>(&input.channel_account_id).extend()?;
        let (named, value) = (&input.secret_name, input.value.as_deref());
        let overlap = input.overlap_seconds;
        let done = app::rotate_account_secret(&viewer.app, &viewer.subject, account, named, value, overlap).await;
        let (done, user_errors) = outcome(done)?;
        let (secret, old_valid_until) = done.map_or((None, None), |(secret, until)| (secret, Some(until)));
        Ok(ChannelAccountRotateSecretPayload { secret, old_valid_until, user_errors })
    }

    /// Checks an account's credentials at its provider, within 12 seconds, and sends a test message if asked to. What is
    /// found goes into the account's health. Needs `setup:write`.
    async fn channel_account_test(
        &self,
        ctx: &Context<'_>,
        input: ChannelAccountTestInput,
    ) -> Resolved<ChannelAccountTestPayload> {
        let viewer = viewer(ctx).extend()?;
        let account = read::<ChannelAccountId>(&input.channel_account_id).extend()?;
        let to = input.to.as_deref();
        let done = app::test_account(&viewer.app, &viewer.subject, account, to, &input.text).await;
        let (done, user_errors) = outcome(done)?;
        let Some(tested) = done else {
            let (detail, external_id, channel_account) = (String::new(), None, None);
            return Ok(ChannelAccountTestPayload { ok: false, detail, external_id, channel_account, user_errors });
        };
        Ok(ChannelAccountTestPayload {
            ok: tested.ok,
            detail: tested.detail,
            external_id: tested.message,
            channel_account: shown(ctx, account).await?,
            user_errors,
        })
    }
}
