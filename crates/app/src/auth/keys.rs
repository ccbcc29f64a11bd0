//! API keys: an opaque text that names its tenant and itself and proves it with 32 random bytes. Only a hash is kept.

use crate::{App, authz::Subject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use meridian_domain::{
    actor::Actor,
    ids::{ApiKeyId, BotId, TenantId},
    people::Permission,
};
use meridian_store::{StoreError, TenantScope, keys};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What an API key begins with, so that scanners of leaked secrets know it.
pub const KEY_PREFIX: &str = "mrd_";

/// Makes the text of a key and the hash that is stored of it.
pub fn new_key(tenant: TenantId, id: ApiKeyId) -> (String, [u8; 32]) {
    let secret: [u8; 32] = std::array::from_fn(|_| rand::random());
    let whole = [tenant.0.as_bytes().as_slice(), id.0.as_bytes().as_slice(), &secret].concat();
    (format!("{KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(whole)), Sha256::digest(secret).into())
}

/// Tenant, key and secret out of the text.
fn read(text: &str) -> Option<(TenantId, ApiKeyId, [u8; 32])> {
    let whole: [u8; 64] = URL_SAFE_NO_PAD.decode(text.strip_prefix(KEY_PREFIX)?).ok()?.try_into().ok()?;
    let id = |at: usize| uuid::Uuid::from_slice(&whole[at..at + 16]).ok();
    Some((TenantId(id(0)?), ApiKeyId(id(16)?), whole[32..].try_into().ok()?))
}

/// A verified key.
struct Verified {
    tenant: TenantId,
    id: ApiKeyId,
    scopes: Vec<Permission>,
    bot: Option<BotId>,
}

async fn verified(app: &App, text: &str) -> Result<Option<Verified>, StoreError> {
    let Some((tenant, id, secret)) = read(text) else { return Ok(None) };
    let mut tx = app.db.read(&TenantScope::acting(tenant, Actor::ApiKey(id))).await?;
    let Some(key) = keys::standing(&mut tx, id).await? else { return Ok(None) };
    if !bool::from(Sha256::digest(secret).as_slice().ct_eq(&key.hash)) {
        return Ok(None);
    }
    let scopes = key.scopes.iter().filter_map(|scope| Permission::from_code(scope)).collect();
    Ok(Some(Verified { tenant, id, scopes, bot: key.bot }))
}

/// The subject of a key that stands; `None` for every other text, with one answer for all reasons.
pub async fn verify_key(app: &App, text: &str) -> Result<Option<Subject>, StoreError> {
    let found = verified(app, text).await?;
    Ok(found.map(|key| Subject::integration(key.tenant, Actor::ApiKey(key.id), key.scopes)))
}

/// Who calls with a bot's key.
#[derive(Debug, Clone)]
pub struct BotCaller {
    /// The bot as a subject, with the scopes of the key.
    pub subject: Subject,
    /// The key as a subject: what an open stream rests on.
    pub key_subject: Subject,
    /// The bot.
    pub bot: BotId,
    /// The key: what calls are counted by.
    pub key: ApiKeyId,
}

/// The bot behind a key that stands; `None` for every other text and for keys that are no bot's.
pub async fn verify_bot_key(app: &App, text: &str) -> Result<Option<BotCaller>, StoreError> {
    let Some(key) = verified(app, text).await? else { return Ok(None) };
    let Some(bot) = key.bot else { return Ok(None) };
    Ok(Some(BotCaller {
        subject: Subject::integration(key.tenant, Actor::Bot(bot), key.scopes.clone()),
        key_subject: Subject::integration(key.tenant, Actor::ApiKey(key.id), key.scopes),
        bot,
        key: key.id,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_and_a_changed_one_is_another() {
        let (tenant, id) = (TenantId(uuid::Uuid::from_u128(7)), ApiKeyId(uuid::Uuid::from_u128(8)));
        let (text, hash) = new_key(tenant, id);
        let (tenant_read, id_read, secret) = read(&text).unwrap();
        assert_eq!((tenant_read, id_read), (tenant, id));
        assert_eq!(Sha256::digest(secret).as_slice(), hash);
        assert!(read(&text[4..]).is_none() && read(&text[..text.len() - 1]).is_none() && read("mrd_").is_none());
        assert_ne!(new_key(tenant, id).0, text);
    }
}
