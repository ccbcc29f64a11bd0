//! A bot had its time and did nothing.

use super::handoff::take_over;
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{SessionId, TenantId},
    work::OwnerKind,
};
use meridian_store::{StoreError, bots, conversations, routing};

/// Lets people take over when the customer has waited longer than the bot's time, or asked for a person and did not get
/// one in that time; nothing when the bot acted otherwise.
pub async fn bot_silent(app: &App, tenant: TenantId, id: SessionId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(session) = conversations::session(&mut tx, id).await? else { return Ok(()) };
    let (OwnerKind::Bot, Some(bot)) = (session.control, session.control_id) else { return Ok(()) };
    let Some(since) = session.bot_waits_since else {
        // It acted by call, but the customer asked for a person.
        if bots::asked_for_person(&mut tx, id).await? && take_over(&mut tx, id, "requested").await? {
            tx.commit().await?;
        }
        return Ok(());
    };
    let seconds = bots::find(&mut tx, bot.into()).await?.map_or(0, |bot| bot.silence_seconds);
    let now = routing::now(&mut tx).await?;
    if (now - since).as_seconds_f64() + 0.2 < f64::from(seconds) {
        return Ok(());
    }
    take_over(&mut tx, id, "bot_unresponsive").await?;
    tx.commit().await
}
