//! What bots were told, sent once more by hand.

use crate::{App, authz::Subject, setup::SetupRefused};
use chrono::TimeDelta;
use meridian_domain::{
    ids::{BotEventId, BotId},
    jobs::Job,
    people::Permission,
    time::Instant,
};
use meridian_store::{bot_ledger as store, bots, routing};
use serde_json::json;

/// Tells a bot an event once more. Its answer is done only if the bot holds the session as it did then.
pub async fn resend_event(app: &App, subject: &Subject, id: BotEventId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let session = store::resend(&mut tx, id).await?.ok_or(SetupRefused::NotFound("event"))?;
    tx.job(&Job::BotEvent { event: id }, session.0);
    tx.audit("bot_event_resent", "bot_event", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// Tells a bot again, in order, what it did not take since a time; how many events that are.
pub async fn recover_events(app: &App, subject: &Subject, bot: BotId, since: Instant) -> Result<usize, SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    bots::find(&mut tx, bot).await?.ok_or(SetupRefused::NotFound("bot"))?;
    if routing::now(&mut tx).await? - since > TimeDelta::days(30) {
        return Err(SetupRefused::Wrong("since", "since: at most 30 days back".to_owned()));
    }
    let again = store::recover(&mut tx, bot, since).await?;
    for (event, session) in &again {
        tx.job(&Job::BotEvent { event: *event }, session.0);
    }
    tx.audit("bot_events_recovered", "bot", Some(bot.0), json!({ "events": again.len() }));
    tx.commit().await?;
    Ok(again.len())
}
