//! Connecting numbers, pages, mailboxes and widgets.

use super::{
    SetupRefused,
    refused::{name, within},
};
use crate::{App, authz::Subject, delivery};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind, Generated, form},
    ids::{BotId, ChannelAccountId, QueueId},
    outbound::{ErrorClass, OutboundMessage, SendError},
    people::Permission,
    secret::{self, Secret, Versions},
    time::Instant,
};
use meridian_store::{
    ReadTx,
    accounts::{self, Account, Health},
    bots, setup as store,
};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, time::Duration};

/// Longest overlap of an old secret with its successor: 30 days, in seconds.
const LONGEST_OVERLAP: i32 = 30 * 24 * 3600;
/// The longest a test may take.
const PATIENCE: Duration = Duration::from_secs(12);

/// An account to connect.
#[derive(Debug, Clone)]
pub struct NewAccount<'a> {
    /// Its kind.
    pub kind: ChannelKind,
    /// Name for people.
    pub name: &'a str,
    /// Settings by name, as the adapter's form says.
    pub settings: Map<String, Value>,
    /// Secrets by name.
    pub secrets: BTreeMap<String, String>,
    /// Addresses that belong to it; empty = any.
    pub addresses: Vec<String>,
    /// Where its work waits.
    pub queue: QueueId,
    /// The bot that answers first.
    pub bot: Option<BotId>,
}

/// What was connected.
#[derive(Debug, Clone)]
pub struct Connected {
    /// The account.
    pub id: ChannelAccountId,
    /// Secrets that Meridian made, to be pasted at the provider: shown this once.
    pub made: Vec<(String, String)>,
}

/// What an admin may change of an account; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct AccountChange<'a> {
    /// Name for people.
    pub name: Option<&'a str>,
    /// Settings to set; null takes one away.
    pub settings: Map<String, Value>,
    /// Addresses that belong to it.
    pub addresses: Option<Vec<String>>,
    /// Where its work waits.
    pub queue: Option<QueueId>,
    /// The bot that answers first, or none.
    pub bot: Option<Option<BotId>>,
}

/// What a test found.
#[derive(Debug, Clone)]
pub struct Tested {
    /// Whether the provider took the credentials (and the message).
    pub ok: bool,
    /// Whom they belong to, or what is wrong, in words.
    pub detail: String,
    /// The provider's id of the test message.
    pub message: Option<String>,
}

fn made(kind: Generated) -> String {
    let bytes: [u8; 48] = std::array::from_fn(|_| rand::random());
    let pick = |alphabet: &[u8], byte: u8| char::from(alphabet[usize::from(byte) % alphabet.len()]);
    match kind {
        Generated::Token => bytes[..32].iter().map(|b| pick(b"abcdefghijklmnopqrstuvwxyz234567", *b)).collect(),
        Generated::AesKey => {
            let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
            // The last of 43 characters carries four bits.
            let last = pick(b"AEIMQUYcgkosw048", bytes[42]);
            bytes[..42].iter().map(|b| pick(letters, *b)).chain([last]).collect()
        }
        Generated::Webhook => format!("whsec_{}", STANDARD.encode(&bytes[..32])),
    }
}

fn addresses(given: Vec<String>) -> Result<Vec<String>, SetupRefused> {
    let tidy: Vec<String> =
        given.into_iter().map(|address| address.trim().to_owned()).filter(|address| !address.is_empty()).collect();
    if tidy.len() > 1000 || tidy.iter().any(|a| a.chars().count() > 320 || a.chars().any(char::is_control)) {
        return Err(SetupRefused::Invalid("addresses are at most 1000 lines of at most 320 characters".to_owned()));
    }
    Ok(tidy)
}

/// The branch of a queue, and proof that queue and bot are there.
async fn place(
    tx: &mut ReadTx,
    queue: QueueId,
    bot: Option<BotId>,
) -> Result<meridian_domain::ids::BranchId, SetupRefused> {
    let found = store::queues(tx).await?.into_iter().find(|row| row.id == queue);
    let found = found.ok_or(SetupRefused::NotFound("queue"))?;
    if let Some(bot) = bot {
        bots::find(tx, bot).await?.ok_or(SetupRefused::NotFound("bot"))?;
    }
    Ok(found.branch)
}

/// Connects an account. Its webhook URL is to be pasted at the provider, with the secrets that were made.
pub async fn connect_account(app: &App, subject: &Subject, new: NewAccount<'_>) -> Result<Connected, SetupRefused> {
    subject.require(Permission::Administer)?;
    let schema = app.providers.form(new.kind);
    let label = name(new.name)?.to_owned();
    let settings = form::settings(schema, &new.settings);
    let secrets = form::secrets(schema, &new.secrets);
    let (settings, (given, to_make)) = match (settings, secrets) {
        (Ok(settings), Ok(secrets)) => (settings, secrets),
        (settings, secrets) => {
            let faults = [settings.err(), secrets.err()].into_iter().flatten().collect::<Vec<_>>();
            return Err(SetupRefused::Invalid(faults.join("; ")));
        }
    };
    let fresh: Vec<(String, String)> =
        to_make.into_iter().map(|(name, generated)| (name.to_owned(), made(generated))).collect();
    let versions: Versions = given
        .into_iter()
        .chain(fresh.iter().cloned())
        .map(|(name, value)| (name, vec![Secret::new(value).into()]))
        .collect();
    let own = addresses(new.addresses)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let branch = place(&mut tx, new.queue, new.bot).await?;
    let account = Account {
        id: tx.id(),
        kind: new.kind,
        name: label,
        settings: settings.into(),
        addresses: own,
        branch,
        queue: new.queue,
        bot: new.bot,
        active: true,
        health: Health::default(),
    };
    let sealed = app.sealer.seal_map(tx.scope().tenant(), account.id.0, &versions);
    accounts::insert(&mut tx, &account, &sealed).await?;
    tx.audit("channel_account_connected", "channel_account", Some(account.id.0), json!({ "kind": new.kind.code() }));
    tx.commit().await?;
    Ok(Connected { id: account.id, made: fresh })
}

/// Changes name, settings, addresses, queue or bot of an account.
pub async fn update_account(
    app: &App,
    subject: &Subject,
    id: ChannelAccountId,
    change: AccountChange<'_>,
) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let mut account = accounts::find(&mut tx, id).await?.ok_or(SetupRefused::NotFound("channel account"))?;
    let changed: Vec<String> = change.settings.keys().cloned().collect();
    if let Some(label) = change.name {
        name(label)?.clone_into(&mut account.name);
    }
    let mut settings = account.settings.as_object().cloned().unwrap_or_default();
    settings.extend(change.settings);
    let settings = form::settings(app.providers.form(account.kind), &settings).map_err(SetupRefused::Invalid)?;
    account.settings = settings.into();
    if let Some(own) = change.addresses {
        account.addresses = addresses(own)?;
    }
    account.queue = change.queue.unwrap_or(account.queue);
    account.bot = change.bot.unwrap_or(account.bot);
    account.branch = place(&mut tx, account.queue, account.bot).await?;
    accounts::update(&mut tx, &account).await?;
    let detail = json!({ "settings": changed, "queue": account.queue.0, "bot": account.bot.map(|bot| bot.0) });
    tx.audit("channel_account_changed", "channel_account", Some(id.0), detail);
    tx.commit().await?;
    app.opened.forget(id);
    Ok(())
}

/// Switches an account off (its hook answers 404 and nothing is sent) or on again.
pub async fn set_account_active(
    app: &App,
    subject: &Subject,
    id: ChannelAccountId,
    active: bool,
) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let account = accounts::find(&mut tx, id).await?.ok_or(SetupRefused::NotFound("channel account"))?;
    if account.active != active {
        accounts::update(&mut tx, &Account { active, ..account }).await?;
        let action = if active { "channel_account_activated" } else { "channel_account_disabled" };
        tx.audit(action, "channel_account", Some(id.0), json!({}));
    }
    tx.commit().await?;
    app.opened.forget(id);
    Ok(())
}

/// Puts a new value in front of a secret; the old one verifies beside it for `overlap_seconds` more. Returns the value
/// when Meridian made it, and when the old one ends.
pub async fn rotate_account_secret(
    app: &App,
    subject: &Subject,
    id: ChannelAccountId,
    named: &str,
    value: Option<&str>,
    overlap_seconds: i32,
) -> Result<(Option<String>, Instant), SetupRefused> {
    subject.require(Permission::Administer)?;
    let overlap = within("overlap_seconds", overlap_seconds, 0..=LONGEST_OVERLAP)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = accounts::lock_secrets(&mut tx, &app.sealer, id).await?;
    let (kind, mut versions, now) = found.ok_or(SetupRefused::NotFound("channel account"))?;
    let schema = app.providers.form(kind);
    let generated = schema.iter().find(|s| s.secret && s.name == named).and_then(|s| s.generated);
    let new = match (value, generated) {
        (Some(value), _) => form::secret(schema, named, value).map_err(SetupRefused::Invalid)?,
        (None, Some(generated)) => made(generated),
        (None, None) => {
            return Err(SetupRefused::Invalid(format!("give the new value: only the provider makes `{named}`")));
        }
    };
    let ends = now + TimeDelta::seconds(i64::from(overlap));
    secret::rotate(versions.entry(named.to_owned()).or_default(), Secret::new(new.clone()), now, ends);
    let sealed = app.sealer.seal_map(tx.scope().tenant(), id.0, &versions);
    accounts::set_secrets(&mut tx, id, &sealed).await?;
    let detail = json!({ "secret": named, "overlap_seconds": overlap });
    tx.audit("channel_account_secret_rotated", "channel_account", Some(id.0), detail);
    tx.commit().await?;
    app.opened.forget(id);
    Ok((value.is_none().then_some(new), ends))
}

/// Checks an account's credentials at its provider, and sends a test message to an address if one is given. What is
/// found goes into the account's health.
pub async fn test_account(
    app: &App,
    subject: &Subject,
    id: ChannelAccountId,
    to: Option<&str>,
    text: &str,
) -> Result<Tested, SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let found = accounts::config(&mut tx, &app.sealer, &app.public_url, id).await?;
    let account = found.ok_or(SetupRefused::NotFound("channel account"))?;
    drop(tx);
    let message = to.map(|to| test_message(app, &account, to, text)).transpose()?;
    let calls = async {
        let whose = app.providers.check(&account).await?;
        match &message {
            Some(message) => Ok((whose, app.providers.send(&account, message).await?.external_ids.into_iter().next())),
            None => Ok((whose, None)),
        }
    };
    let slow = || SendError {
        class: ErrorClass::ProviderDown,
        detail: format!("no answer within {} s", PATIENCE.as_secs()),
        retry_after_s: None,
    };
    let done = tokio::time::timeout(PATIENCE, calls).await.unwrap_or_else(|_| Err(slow()));
    let mut tx = app.db.write(subject.scope()).await?;
    match &done {
        Ok(_) => accounts::tested(&mut tx, id).await?,
        Err(error) => delivery::note_failure(&mut tx, id, error).await?,
    }
    let detail = json!({ "ok": done.is_ok(), "message": message.is_some() });
    tx.audit("channel_account_tested", "channel_account", Some(id.0), detail);
    tx.commit().await?;
    Ok(match done {
        Ok((whose, message)) => Tested { ok: true, detail: whose, message },
        Err(error) => Tested { ok: false, detail: error.to_string(), message: None },
    })
}

fn test_message(app: &App, account: &AccountConfig, to: &str, text: &str) -> Result<OutboundMessage, SetupRefused> {
    let address = app.providers.address(account.kind, to);
    let address = address.ok_or_else(|| SetupRefused::Invalid(format!("`to` is no address of {}", account.kind)))?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 1000 {
        return Err(SetupRefused::Invalid("the text has 1 to 1000 characters".to_owned()));
    }
    let ids = app.db.ids();
    Ok(OutboundMessage {
        id: ids.next(),
        item: ids.next(),
        conversation: ids.next(),
        to: vec![address],
        thread: None,
        text: text.to_owned(),
        subject: None,
        in_reply_to: None,
        references: Vec::new(),
        files: Vec::new(),
        template: None,
        buttons: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_secrets_fit_their_providers() {
        let token = made(Generated::Token);
        assert!(
            token.len() == 32 && token.bytes().all(|b| b.is_ascii_alphanumeric()) && token != made(Generated::Token)
        );
        let key = made(Generated::AesKey);
        assert!(key.len() == 43 && key.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_eq!(STANDARD.decode(format!("{key}=")).unwrap().len(), 32);
        assert!(made(Generated::Webhook).starts_with("whsec_"));
    }
}
