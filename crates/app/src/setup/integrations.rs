//! What speaks to Meridian for a tenant: API keys and bots.

use super::{
    SetupRefused, assistant,
    refused::{name, within},
};
use crate::{App, auth, authz::Subject};
use base64::{Engine, engine::general_purpose::STANDARD};
use meridian_domain::{
    ids::{ApiKeyId, BotId, QueueId},
    jobs::Job,
    people::Permission,
    platform::BotPlatform,
    secret::Secret,
    time::Instant,
};
use meridian_store::{
    WriteTx,
    bots::{self, Bot},
    keys, setup as store,
};
use serde_json::json;

/// A secret that is shown this once.
#[derive(Debug, Clone)]
pub struct NewSecret<T> {
    /// Whose.
    pub id: T,
    /// The secret.
    pub secret: String,
}

/// Makes an API key. It may do what its scopes say and never more than its maker.
pub async fn create_key(
    app: &App,
    subject: &Subject,
    label: &str,
    scopes: &[String],
    bot: Option<BotId>,
    expires_at: Option<Instant>,
    now: Instant,
) -> Result<NewSecret<ApiKeyId>, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(label)?;
    if scopes.is_empty() {
        return Err(SetupRefused::Wrong("scopes", "a key needs at least one scope".to_owned()));
    }
    for scope in scopes {
        let permission = Permission::from_code(scope).ok_or_else(|| {
            let known: Vec<&str> = Permission::ALL.into_iter().map(Permission::code).collect();
            SetupRefused::Wrong("scopes", format!("a scope is one of {}", known.join(", ")))
        })?;
        subject.require(permission)?;
        if permission.of_bots() != bot.is_some() {
            let text = "bot:read and bot:act are scopes of keys that name a bot, and their only ones";
            return Err(SetupRefused::Wrong("scopes", text.to_owned()));
        }
    }
    if expires_at.is_some_and(|at| at <= now) {
        return Err(SetupRefused::Wrong("expires_at", "expires_at lies in the past".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(bot) = bot {
        bots::find(&mut tx, bot).await?.ok_or(SetupRefused::NotFound("bot"))?;
    }
    let id: ApiKeyId = tx.id();
    let (secret, hash) = auth::new_key(tx.scope().tenant(), id);
    keys::insert(&mut tx, id, label, &hash, scopes, bot, expires_at).await?;
    tx.audit("api_key_created", "api_key", Some(id.0), json!({ "scopes": scopes }));
    tx.commit().await?;
    Ok(NewSecret { id, secret })
}

/// Ends an API key at once; its open sockets close within two seconds.
pub async fn revoke_key(app: &App, subject: &Subject, id: ApiKeyId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !keys::revoke(&mut tx, id).await? {
        return Err(SetupRefused::NotFound("key that is not revoked"));
    }
    tx.audit("api_key_revoked", "api_key", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// A bot to register or to change.
#[derive(Debug, Clone)]
pub struct NewBot<'a> {
    /// The one to change.
    pub id: Option<BotId>,
    /// Name.
    pub name: &'a str,
    /// Where it lives: a code of [`BotPlatform`].
    pub platform: &'a str,
    /// Names of intents, actions, tags or contexts by which it asks for a person, beside the usual ones.
    pub handoff_names: &'a [String],
    /// The secret that the platform made (a client or webhook secret); none to have one made or to keep the present one.
    /// For an assistant the key of its endpoint; an empty one for an endpoint without.
    pub secret: Option<&'a str>,
    /// Where its events go; empty when it reads them as a stream. For an assistant the base address of its endpoint.
    pub url: &'a str,
    /// Where work goes when it fails or falls silent.
    pub fallback_queue: QueueId,
    /// Seconds it has to act on a customer's message.
    pub silence_seconds: i32,
    /// Name of an assistant's model; empty for other bots.
    pub model: &'a str,
    /// What an assistant is to do; empty for other bots.
    pub instructions: &'a str,
}

/// A Standard Webhooks secret: `whsec_` and 32 random bytes in base64.
pub(super) fn webhook_secret() -> String {
    let bytes: [u8; 32] = std::array::from_fn(|_| rand::random());
    format!("whsec_{}", STANDARD.encode(bytes))
}

/// Where events go: an address, or nothing.
fn address(url: &str) -> Result<String, SetupRefused> {
    if url.trim().is_empty() {
        return Ok(String::new());
    }
    let url = url::Url::parse(url).ok().filter(|u| matches!(u.scheme(), "https" | "http") && u.has_host());
    let text = "url is an https address, or empty for a bot that reads its events from /v1/bot/events";
    url.map(String::from).ok_or_else(|| SetupRefused::Wrong("url", text.to_owned()))
}

/// Checks what can be checked without the database.
fn checked(new: &NewBot<'_>) -> Result<Bot, SetupRefused> {
    let platform = BotPlatform::from_code(new.platform).ok_or_else(|| {
        let known: Vec<&str> = BotPlatform::ALL.iter().map(|platform| platform.code()).collect();
        SetupRefused::Wrong("platform", format!("platform is one of {}", known.join(", ")))
    })?;
    if new.secret.is_some() && platform == BotPlatform::Native {
        return Err(SetupRefused::Wrong("secret", "secret: a native bot's secret is made here".to_owned()));
    }
    if platform == BotPlatform::Assistant {
        assistant::check(new)?;
    } else if !new.model.trim().is_empty() || !new.instructions.trim().is_empty() {
        let text = "model and instructions are for the platform `assistant`: leave them out";
        return Err(SetupRefused::Wrong("model", text.to_owned()));
    } else if new.secret.is_some_and(|secret| !(16..=512).contains(&secret.trim().len())) {
        return Err(SetupRefused::Wrong("secret", "secret has 16 to 512 characters".to_owned()));
    }
    if new.handoff_names.len() > 50 || new.handoff_names.iter().any(|n| n.trim().is_empty() || n.len() > 200) {
        return Err(SetupRefused::Wrong(
            "handoff_names",
            "handoffNames are at most 50 names of 1 to 200 characters".to_owned(),
        ));
    }
    Ok(Bot {
        id: new.id.unwrap_or(BotId(uuid::Uuid::nil())),
        name: name(new.name)?.to_owned(),
        platform,
        handoff_names: new.handoff_names.iter().map(|name| name.trim().to_owned()).collect(),
        // An assistant's is looked at later, for that takes a look at its host.
        url: if platform == BotPlatform::Assistant { String::new() } else { address(new.url)? },
        fallback_queue: new.fallback_queue,
        silence_seconds: within("silence_seconds", new.silence_seconds, 1..=300)?,
        status: "active".to_owned(),
        model: new.model.trim().to_owned(),
        instructions: new.instructions.trim().to_owned(),
    })
}

/// Most events that a bot with a new address is told of its time without one.
const WAITING: i64 = 10_000;

/// A bot that read its events as a stream has an address now: what it did not acknowledge is posted there.
async fn post_what_waits(tx: &mut WriteTx, id: BotId) -> Result<(), SetupRefused> {
    bots::place_events(tx, id).await?;
    for waiting in bots::stream(tx, id, 0, WAITING).await? {
        tx.job(&Job::BotEvent { event: waiting.entry.id }, waiting.entry.session.0);
    }
    Ok(())
}

/// Registers a bot and tells its signing secret, or changes one and tells none, unless it was an assistant before.
pub async fn save_bot(app: &App, subject: &Subject, new: NewBot<'_>) -> Result<(BotId, Option<String>), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut bot = checked(&new)?;
    if bot.platform == BotPlatform::Assistant {
        bot.url = assistant::address(app, new.url).await?;
    }
    let given = new.secret.map(str::trim);
    let mut tx = app.db.write(subject.scope()).await?;
    if !store::queues(&mut tx).await?.iter().any(|q| q.id == new.fallback_queue) {
        return Err(SetupRefused::NotFound("queue"));
    }
    let tenant = tx.scope().tenant();
    let told = if let Some(id) = new.id {
        let known = bots::find(&mut tx, id).await?.ok_or(SetupRefused::NotFound("bot"))?;
        bot.status.clone_from(&known.status);
        let present = match known.platform {
            BotPlatform::Assistant => bots::secret(&mut tx, &app.sealer, id).await?.unwrap_or_default(),
            _ => Secret::default(),
        };
        let made = assistant::moved(&known, &bot, given, &present)?;
        bots::update(&mut tx, &bot).await?;
        if known.url.is_empty() && !bot.url.is_empty() {
            post_what_waits(&mut tx, id).await?;
        }
        if let Some(secret) = given.or(made.as_deref()) {
            bots::set_secret(&mut tx, id, &app.sealer.seal(tenant, id.0, secret)).await?;
        }
        made.filter(|secret| !secret.is_empty())
    } else {
        bot.id = tx.id();
        let makes = given.is_none() && bot.platform != BotPlatform::Assistant;
        let made = makes.then(webhook_secret);
        let secret = given.or(made.as_deref()).unwrap_or_default();
        bots::insert(&mut tx, &bot, &app.sealer.seal(tenant, bot.id.0, secret)).await?;
        made
    };
    tx.audit("bot_saved", "bot", Some(bot.id.0), json!({ "platform": bot.platform.code() }));
    tx.commit().await?;
    Ok((bot.id, told))
}

/// Gives a bot a new signing secret; the old one is refused from then on.
pub async fn rotate_bot_secret(app: &App, subject: &Subject, id: BotId) -> Result<NewSecret<BotId>, SetupRefused> {
    subject.require(Permission::Administer)?;
    let secret = webhook_secret();
    let mut tx = app.db.write(subject.scope()).await?;
    if bots::find(&mut tx, id).await?.is_some_and(|bot| bot.platform == BotPlatform::Assistant) {
        let text = "an assistant's key is made by its endpoint: give the new one as `secret` of botSave";
        return Err(SetupRefused::Invalid(text.to_owned()));
    }
    let sealed = app.sealer.seal(tx.scope().tenant(), id.0, &secret);
    if !bots::set_secret(&mut tx, id, &sealed).await? {
        return Err(SetupRefused::NotFound("bot"));
    }
    tx.audit("bot_secret_rotated", "bot", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(NewSecret { id, secret })
}
