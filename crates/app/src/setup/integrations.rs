//! What speaks to Meridian for a tenant: API keys and bots.

use super::{
    SetupRefused,
    refused::{name, within},
};
use crate::{App, auth, authz::Subject};
use base64::{Engine, engine::general_purpose::STANDARD};
use meridian_domain::{
    ids::{ApiKeyId, BotId, QueueId},
    people::Permission,
    time::Instant,
};
use meridian_store::{
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
    }
    if expires_at.is_some_and(|at| at <= now) {
        return Err(SetupRefused::Wrong("expires_at", "expires_at lies in the past".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let id: ApiKeyId = tx.id();
    let (secret, hash) = auth::new_key(tx.scope().tenant(), id);
    keys::insert(&mut tx, id, label, &hash, scopes, expires_at).await?;
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
    /// Where its events go.
    pub url: &'a str,
    /// Where work goes when it fails or falls silent.
    pub fallback_queue: QueueId,
    /// Seconds it has to act on a customer's message.
    pub silence_seconds: i32,
}

/// A Standard Webhooks secret: `whsec_` and 32 random bytes in base64.
fn webhook_secret() -> String {
    let bytes: [u8; 32] = std::array::from_fn(|_| rand::random());
    format!("whsec_{}", STANDARD.encode(bytes))
}

/// Registers a bot and tells its signing secret, or changes one and tells none.
pub async fn save_bot(app: &App, subject: &Subject, new: NewBot<'_>) -> Result<(BotId, Option<String>), SetupRefused> {
    subject.require(Permission::Administer)?;
    let url = url::Url::parse(new.url).ok().filter(|u| matches!(u.scheme(), "https" | "http") && u.has_host());
    let url = url.ok_or_else(|| SetupRefused::Wrong("url", "url is an https address".to_owned()))?;
    let silence_seconds = within("silence_seconds", new.silence_seconds, 1..=300)?;
    let label = name(new.name)?.to_owned();
    let mut tx = app.db.write(subject.scope()).await?;
    if !store::queues(&mut tx).await?.iter().any(|q| q.id == new.fallback_queue) {
        return Err(SetupRefused::NotFound("queue"));
    }
    let known = match new.id {
        Some(id) => Some(bots::find(&mut tx, id).await?.ok_or(SetupRefused::NotFound("bot"))?),
        None => None,
    };
    let bot = Bot {
        id: known.as_ref().map_or_else(|| tx.id(), |bot| bot.id),
        name: label,
        url: url.into(),
        fallback_queue: new.fallback_queue,
        silence_seconds,
        status: known.as_ref().map_or_else(|| "active".to_owned(), |bot| bot.status.clone()),
    };
    let secret = if known.is_some() {
        bots::update(&mut tx, &bot).await?;
        None
    } else {
        let secret = webhook_secret();
        let sealed = app.sealer.seal(tx.scope().tenant(), bot.id.0, &secret);
        bots::insert(&mut tx, &bot, &sealed).await?;
        Some(secret)
    };
    tx.audit("bot_saved", "bot", Some(bot.id.0), json!({}));
    tx.commit().await?;
    Ok((bot.id, secret))
}

/// Gives a bot a new signing secret; the old one is refused from then on.
pub async fn rotate_bot_secret(app: &App, subject: &Subject, id: BotId) -> Result<NewSecret<BotId>, SetupRefused> {
    subject.require(Permission::Administer)?;
    let secret = webhook_secret();
    let mut tx = app.db.write(subject.scope()).await?;
    let sealed = app.sealer.seal(tx.scope().tenant(), id.0, &secret);
    if !bots::set_secret(&mut tx, id, &sealed).await? {
        return Err(SetupRefused::NotFound("bot"));
    }
    tx.audit("bot_secret_rotated", "bot", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(NewSecret { id, secret })
}
