//! A message that was sent is changed at its provider, and here once the provider took it.

use super::{
    attempt::{ATTEMPTS, Attempt, backoff, recipients},
    note_failure,
};
use crate::{App, authz::Subject, conversations::topics};
use meridian_domain::{
    amendment::{Amending, Amendment, AmendmentState, OUR_REACTION, OutboundAmendment},
    channel::AccountConfig,
    ids::{ItemId, TenantId},
    live::Change,
    outbound::{ErrorClass, SendError},
};
use meridian_store::{
    StoreError, WriteTx, accounts, amendments,
    conversations::{self, Conversation, Session},
    items::{self, Item},
    routing,
};
use serde_json::{Value, json};

/// What the worker is to send; `None` when there is nothing (any more). A change can be made twice, so a worker that
/// died in between is no reason to ask anybody.
pub async fn claim_amendment(
    app: &App,
    tenant: TenantId,
    item: ItemId,
) -> Result<Option<Box<(AccountConfig, OutboundAmendment)>>, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(mut amending) = waiting(&mut tx, item).await? else { return Ok(None) };
    let Some((shown, session, conversation)) = place(&mut tx, item).await? else { return Ok(None) };
    if !accounts::standing(&mut tx, session.account).await?.0 {
        let off = "the channel account is switched off";
        amending = Amending { state: AmendmentState::Failed, error: Some(off.to_owned()), ..amending };
        amendments::keep(&mut tx, item, &amending).await?;
        tell(&mut tx, &conversation, &session, item);
        tx.commit().await?;
        return Ok(None);
    }
    let config = accounts::config(&mut tx, &app.sealer, &app.public_url, session.account).await?;
    let Some(config) = config else { return Ok(None) };
    let outbound = OutboundAmendment {
        item,
        targets: amendments::names(&mut tx, session.account, item).await?,
        to: recipients(&mut tx, &session, Some(&conversation)).await?,
        thread: session.thread.clone(),
        reaction: shown.reactions.get(OUR_REACTION).and_then(Value::as_str).map(str::to_owned),
        what: amending.what.clone(),
    };
    amending.attempt += 1;
    amending.tried_at = Some(routing::now(&mut tx).await?);
    amendments::keep(&mut tx, item, &amending).await?;
    tx.commit().await?;
    Ok(Some(Box::new((config, outbound))))
}

/// Records the provider's answer.
pub async fn record_amendment(
    app: &App,
    tenant: TenantId,
    item: ItemId,
    result: Result<(), SendError>,
) -> Result<Attempt, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some((shown, session, conversation)) = place(&mut tx, item).await? else { return Ok(Attempt::Over) };
    let Some(amending) = waiting(&mut tx, item).await? else { return Ok(Attempt::Over) };
    let outcome = match result {
        Ok(()) => {
            accounts::well(&mut tx, session.account).await?;
            carry_out(&mut tx, &shown, amending.what).await?;
            Attempt::Accepted
        }
        Err(error) => {
            note_failure(&mut tx, session.account, &error).await?;
            let again = error.class.retryable() || error.class == ErrorClass::Ambiguous;
            if again && amending.attempt < ATTEMPTS {
                tx.commit().await?;
                return Ok(Attempt::Retry(error.retry_after_s.unwrap_or_else(|| backoff(amending.attempt))));
            }
            let error = Some(error.to_string());
            amendments::keep(&mut tx, item, &Amending { state: AmendmentState::Failed, error, ..amending }).await?;
            Attempt::Over
        }
    };
    tell(&mut tx, &conversation, &session, item);
    tx.commit().await?;
    Ok(outcome)
}

/// The customer has the change: the timeline shows it.
pub(crate) async fn carry_out(tx: &mut WriteTx, item: &Item, what: Amendment) -> Result<(), StoreError> {
    let now = routing::now(tx).await?;
    let what = match what {
        Amendment::Edit { text } => {
            let mut body = item.body.clone();
            body["edited_at"] = json!(now);
            items::revise(tx, item.id, Some(&text), &body, None, now).await?;
            // The words stand in the revision alone.
            Amendment::Edit { text: String::new() }
        }
        Amendment::Delete => {
            items::withdraw(tx, item.id).await?;
            Amendment::Delete
        }
        Amendment::React { emoji } => {
            items::react(tx, item.id, OUR_REACTION, emoji.as_deref(), None).await?;
            Amendment::React { emoji }
        }
    };
    let done = Amending { state: AmendmentState::Done, done_at: Some(now), ..Amending::new(what) };
    amendments::keep(tx, item.id, &done).await
}

async fn waiting(tx: &mut WriteTx, item: ItemId) -> Result<Option<Amending>, StoreError> {
    Ok(amendments::lock(tx, item).await?.filter(|amending| amending.state == AmendmentState::Queued))
}

async fn place(tx: &mut WriteTx, item: ItemId) -> Result<Option<(Item, Session, Conversation)>, StoreError> {
    let Some(shown) = items::many(tx, &[item.0]).await?.pop() else { return Ok(None) };
    let Some(session) = shown.session else { return Ok(None) };
    let Some(session) = conversations::session(tx, session).await? else { return Ok(None) };
    let Some(conversation) = conversations::find(tx, shown.conversation).await? else { return Ok(None) };
    Ok(Some((shown, session, conversation)))
}

fn tell(tx: &mut WriteTx, conversation: &Conversation, session: &Session, item: ItemId) {
    tx.live(&topics(conversation, Some(session)), Change::Item { conversation: conversation.id, item });
}
