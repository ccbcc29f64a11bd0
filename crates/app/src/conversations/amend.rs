//! An agent changes a message: edits or withdraws what was sent, or reacts to what was said.

use super::{
    ReplyRefused,
    reply::{holder, may_leave},
    topics,
};
use crate::{App, accounts::capabilities_in, authz::Subject, delivery::carry_out, setup::IdempotencyKey};
use chrono::TimeDelta;
use meridian_domain::{
    amendment::{Amending, Amendment, Standing, refusal},
    channel::ChannelKind,
    ids::ItemId,
    jobs::Job,
    live::Change,
    people::Permission,
    work::{ItemKind, LONGEST_TEXT, Lifecycle},
};
use meridian_store::{WriteTx, amendments, conversations, deliveries::FORGOTTEN, items, routing};
use serde_json::json;

/// Takes a change on: the provider is told next, and the timeline follows once it took it; in a web chat at once. Only the
/// holder of the session may.
pub async fn amend(
    app: &App,
    subject: &Subject,
    item: ItemId,
    what: Amendment,
    key: Option<&IdempotencyKey>,
) -> Result<ItemId, ReplyRefused> {
    subject.require(Permission::HandleWork)?;
    let what = tidied(what)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(key) = key
        && key.claim(&mut tx, subject).await?.is_some()
    {
        return Ok(item);
    }
    let found = items::many(&mut tx, &[item.0]).await?.pop().filter(|found| found.kind == ItemKind::Message);
    let found = found.ok_or(ReplyRefused::NotFound)?;
    let conversation = conversations::lock(&mut tx, found.conversation).await?.ok_or(ReplyRefused::NotFound)?;
    if conversation.lifecycle == Lifecycle::Resolved {
        return Err(ReplyRefused::Resolved);
    }
    let session = match found.session {
        Some(session) => conversations::session(&mut tx, session).await?,
        None => None,
    };
    let session = session.filter(|session| holder(subject, session)).ok_or(ReplyRefused::NotHolder)?;
    let can = capabilities_in(app, &mut tx, session.account, session.kind).await?;
    if matches!(what, Amendment::React { emoji: Some(_) }) {
        may_leave(&mut tx, &session, &can, false).await?;
    }
    let now = standing(&mut tx, &session, item).await?;
    if let Some(why) = refusal(session.kind, &can, &what, &now) {
        return Err(ReplyRefused::Amendment(why));
    }
    let code = what.code();
    if session.kind == ChannelKind::WebChat {
        carry_out(&mut tx, &found, what).await?;
    } else {
        let tried_at = Some(routing::now(&mut tx).await?);
        amendments::keep(&mut tx, item, &Amending { tried_at, ..Amending::new(what) }).await?;
        tx.job(&Job::Amend { item }, session.id.0);
    }
    tx.audit("message_changed", "timeline_item", Some(item.0), json!({ "change": code }));
    tx.live(&topics(&conversation, Some(&session)), Change::Item { conversation: conversation.id, item });
    if let Some(key) = key {
        key.answer(&mut tx, subject, &json!({ "item": item.0 })).await?;
    }
    tx.commit().await?;
    Ok(item)
}

fn tidied(what: Amendment) -> Result<Amendment, ReplyRefused> {
    match what {
        Amendment::Edit { text } => {
            let text = text.trim().to_owned();
            if text.is_empty() || text.chars().count() > LONGEST_TEXT {
                return Err(ReplyRefused::Text);
            }
            Ok(Amendment::Edit { text })
        }
        other => Ok(other),
    }
}

/// The message as it stands, under the lock of its conversation.
async fn standing(tx: &mut WriteTx, session: &conversations::Session, item: ItemId) -> Result<Standing, ReplyRefused> {
    let (now, slowest) = (routing::now(tx).await?, TimeDelta::seconds(FORGOTTEN as i64));
    let changing = amendments::lock(tx, item).await?.is_some_and(|known| known.under_way(now, slowest));
    // Read after the lock: a change that was on its way may have arrived.
    let found = items::many(tx, &[item.0]).await?.pop().ok_or(ReplyRefused::NotFound)?;
    let parts = amendments::names(tx, session.account, item).await?.len();
    let here = session.kind == ChannelKind::WebChat;
    let taken = |state: &str| matches!(state, "accepted" | "sent" | "delivered" | "read");
    let has = |name: &str| found.body.get(name).is_some_and(|part| !part.is_null());
    Ok(Standing {
        ours: found.delivery.is_some(),
        arrived: found.delivery.as_deref().is_some_and(taken) && (here || parts > 0),
        withdrawn: found.deleted_at.is_some(),
        bare: found.body.get("type").is_none_or(|kind| kind == "text") && !has("buttons") && !has("template"),
        parts,
        changing,
        age: now - found.placed_at,
    })
}
