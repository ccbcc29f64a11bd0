//! Accepting, declining and expiring offers.

use crate::{
    App,
    authz::{Forbidden, Subject},
    conversations::topics,
};
use meridian_domain::{
    actor::Actor,
    bot::told,
    ids::{AgentId, ConversationId, OfferId, TenantId, WorkCodeId, WorkItemId},
    jobs::Job,
    live::{Change, Topic},
    people::{ChosenState, Permission},
    work::{ItemKind, OfferState, WorkState},
    work_code::{self, CodeKind, CodeRefused},
};
use meridian_store::{
    StoreError, WriteTx, agents, bots, codes, conversations, handoffs,
    items::{self, NewItem},
    offers::{self, Offer},
    work::{self, Step},
};
use serde_json::json;

/// Why an offer was not taken.
#[derive(Debug, thiserror::Error)]
pub enum OfferRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It ended before: expired, withdrawn or answered.
    #[error("this offer is gone")]
    Gone,
    /// The reason is too long.
    #[error("a reason has at most 100 characters")]
    Reason,
    /// The code cannot be taken, or one is asked for.
    #[error(transparent)]
    Code(#[from] CodeRefused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes offered work: work, conversation, session and control change hands in one transaction.
pub async fn accept(app: &App, subject: &Subject, id: OfferId) -> Result<ConversationId, OfferRefused> {
    subject.require(Permission::HandleWork)?;
    let me = subject.agent_id().ok_or(OfferRefused::Gone)?;
    let mut tx = app.db.write(subject.scope()).await?;
    // Locks go conversation first everywhere.
    let conversation = conversations::lock_of_offer(&mut tx, id).await?.ok_or(OfferRefused::Gone)?;
    let item = work::accept(&mut tx, id, me).await?.ok_or(OfferRefused::Gone)?;
    let session = conversations::hand_over(&mut tx, conversation.id, item.session, Some(me)).await?;
    let new = NewItem::notice(
        &session,
        ItemKind::State,
        Actor::Agent(me),
        json!({ "type": "accepted", "offer": id.to_string() }),
    );
    let state_item = items::append(&mut tx, new).await?;
    if let Some(handoff) = handoffs::of_conversations(&mut tx, &[conversation.id.0]).await?.first()
        && let Some(bot) = handoff.bot
    {
        bots::tell(&mut tx, bot, handoff.session, "handoff.accepted", &told::accepted(handoff.id)).await?;
    }
    let mut concerned = topics(&conversation, Some(&session));
    concerned.extend([Topic::Agent(me), Topic::Floor]);
    tx.live(&concerned, Change::Item { conversation: conversation.id, item: state_item });
    tx.live(&concerned, Change::Conversation { conversation: conversation.id });
    tx.live(&[Topic::Agent(me)], Change::Offer { offer: id });
    tx.audit("offer_accepted", "offer", Some(id.0), json!({ "work_item": item.id.to_string() }));
    tx.commit().await?;
    Ok(conversation.id)
}

/// Passes on offered work; it keeps its place in line. Why is told in words, or by a code of the queue, which may ask for
/// one; both stand on the decision that led to the offer.
pub async fn decline(
    app: &App,
    subject: &Subject,
    id: OfferId,
    reason: &str,
    code: Option<WorkCodeId>,
) -> Result<(), OfferRefused> {
    subject.require(Permission::HandleWork)?;
    if reason.chars().count() > 100 {
        return Err(OfferRefused::Reason);
    }
    let me = subject.agent_id().ok_or(OfferRefused::Gone)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = offers::many(&mut tx, &[id.0]).await?.pop();
    let found = found.filter(|offer| offer.agent == me && offer.state == OfferState::Pending);
    let found = found.ok_or(OfferRefused::Gone)?;
    conversations::lock_of_work(&mut tx, found.work).await?;
    let item = work::find(&mut tx, found.work).await?.ok_or(OfferRefused::Gone)?;
    let required = codes::required(&mut tx, item.queue, CodeKind::Decline).await?;
    let known = codes::all(&mut tx, Some(CodeKind::Decline), false).await?;
    let chosen = work_code::choose(&known, CodeKind::Decline, item.queue, required, code)?;
    let reason = if reason.is_empty() { chosen.map_or("", |code| code.name.as_str()) } else { reason };
    let offer = offers::end(&mut tx, id, OfferState::Declined, reason, false).await?.ok_or(OfferRefused::Gone)?;
    codes::declined(&mut tx, id, (offer.work, me), reason, code).await?;
    back_to_queue(&mut tx, &offer, "declined").await?;
    tx.audit(
        "offer_declined",
        "offer",
        Some(id.0),
        json!({ "reason": reason, "code": code.map(|code| code.to_string()) }),
    );
    tx.commit().await?;
    Ok(())
}

/// The time of an offer is over: the work goes on, and an agent who was there for it is marked as not responding.
pub async fn expire(app: &App, tenant: TenantId, id: OfferId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    // Most were answered long before their time is over.
    let pending = |offer: &Offer| offer.state == OfferState::Pending;
    let Some(found) = offers::many(&mut tx, &[id.0]).await?.pop().filter(pending) else { return Ok(()) };
    conversations::lock_of_work(&mut tx, found.work).await?;
    let Some(offer) = offers::end(&mut tx, id, OfferState::Expired, "not_answered", true).await? else {
        return Ok(());
    };
    back_to_queue(&mut tx, &offer, "offer_expired").await?;
    if agents::find(&mut tx, offer.agent).await?.is_some_and(|agent| agent.chosen.takes_work()) {
        agents::set_state(&mut tx, offer.agent, ChosenState::NotResponding, "offer_expired").await?;
    }
    tx.live(&[Topic::Agent(offer.agent), Topic::Floor], Change::Agent { agent: offer.agent });
    tx.commit().await
}

/// Withdraws every pending offer of an agent who does not answer any more: their link was lost, they went or were sent
/// away.
pub(super) async fn rescind_of(tx: &mut WriteTx, agent: AgentId, why: &'static str) -> Result<(), StoreError> {
    for offer in offers::pending_of(tx, agent).await? {
        conversations::lock_of_work(tx, offer.work).await?;
        if let Some(offer) = offers::end(tx, offer.id, OfferState::Rescinded, why, false).await? {
            back_to_queue(tx, &offer, why).await?;
        }
    }
    Ok(())
}

/// Withdraws the pending offer of a work item that ends; the caller moves the work.
pub(crate) async fn rescind_for(tx: &mut WriteTx, work: WorkItemId, reason: &str) -> Result<(), StoreError> {
    if let Some(id) = offers::pending_for(tx, work).await?
        && let Some(offer) = offers::end(tx, id, OfferState::Rescinded, reason, false).await?
    {
        tx.live(&[Topic::Agent(offer.agent)], Change::Offer { offer: offer.id });
    }
    Ok(())
}

async fn back_to_queue(tx: &mut WriteTx, offer: &Offer, reason: &'static str) -> Result<(), StoreError> {
    let tenant = tx.scope().tenant();
    if let Some(item) = work::lock(tx, offer.work).await?
        && item.state == WorkState::Offered
        && item.epoch == offer.epoch
    {
        work::transition(tx, &item, Step::to(WorkState::Queued, reason)).await?;
        tx.live(&[Topic::Floor], Change::Work { work: item.id, queue: item.queue });
    }
    tx.job(&Job::RouteOfferEnded { offer: offer.id }, tenant.0);
    tx.live(&[Topic::Agent(offer.agent)], Change::Offer { offer: offer.id });
    Ok(())
}
