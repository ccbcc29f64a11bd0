//! A bot's events as a stream, for bots without an address: in order, kept in the ledger until acknowledged.

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use chrono::SecondsFormat;
use meridian_domain::{bot::BotEvent, ids::BotId, people::Permission, secret::Secret};
use meridian_store::{StoreError, bots};

/// An event with its place.
#[derive(Debug, Clone)]
pub struct Streamed {
    /// Its place in the bot's stream: the cursor.
    pub position: i64,
    /// `webhook-id`: the ledger entry.
    pub webhook_id: String,
    /// The body, the same that is posted to bots with an address.
    pub event: BotEvent,
}

/// Why a stream gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum StreamRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The bot has an address.
    #[error("the events of this bot are posted to its url: empty the url to read them here")]
    HasAddress,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Unacknowledged events after a place, in order; at most `limit`.
pub async fn streamed(
    app: &App,
    subject: &Subject,
    bot: BotId,
    after: i64,
    limit: i64,
) -> Result<Vec<Streamed>, StreamRefused> {
    subject.require(Permission::ReadAsBot)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let fresh = bots::unplaced(&mut tx, bot).await?;
    if fresh {
        drop(tx);
        let mut placing = app.db.write(subject.scope()).await?;
        bots::place_events(&mut placing, bot).await?;
        placing.commit().await?;
        tx = app.db.read(subject.scope()).await?;
    }
    let found = bots::stream(&mut tx, bot, after, limit).await?;
    let told = |one: bots::Streamed| Streamed {
        position: one.position,
        webhook_id: one.entry.id.to_string(),
        event: BotEvent {
            kind: one.entry.kind,
            session: one.entry.session.to_string(),
            conversation: one.conversation.to_string(),
            sequence: one.entry.sequence,
            at: one.entry.created_at.to_rfc3339_opts(SecondsFormat::Millis, true),
            data: one.entry.data,
        },
    };
    Ok(found.into_iter().map(told).collect())
}

/// What the stream's events are signed with; refused for a bot with an address.
pub async fn signing_secret(app: &App, subject: &Subject, bot: BotId) -> Result<Option<Secret>, StreamRefused> {
    subject.require(Permission::ReadAsBot)?;
    let mut tx = app.db.read(subject.scope()).await?;
    if bots::find(&mut tx, bot).await?.is_some_and(|bot| !bot.url.is_empty()) {
        return Err(StreamRefused::HasAddress);
    }
    Ok(bots::secret(&mut tx, &app.sealer, bot).await?)
}

/// The bot has everything up to a place; how many events that settled.
pub async fn acknowledge(app: &App, subject: &Subject, bot: BotId, up_to: i64) -> Result<u64, StreamRefused> {
    subject.require(Permission::ReadAsBot)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let settled = bots::acknowledge(&mut tx, bot, up_to).await?;
    tx.commit().await?;
    Ok(settled)
}
