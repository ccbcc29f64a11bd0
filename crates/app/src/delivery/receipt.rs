//! A provider reports on a message of ours.

use crate::conversations::topics;
use meridian_domain::{
    channel::ChannelKind,
    event::{InboundEvent, ProviderError, ReceiptStatus},
    identity,
    ids::{ChannelAccountId, DeliveryId, ItemId},
    live::Change,
    outbound::{DeliveryState, ErrorClass, SendError},
};
use meridian_store::{
    StoreError, WriteTx, amendments, conversations,
    deliveries::{self, Delivery},
    items,
};
use serde_json::Value;

/// A report on one message or several: Messenger names all that it delivered (`mids`). False when one is not known (yet).
pub(crate) async fn receipt(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    event: &InboundEvent,
) -> Result<bool, StoreError> {
    let mut known = one(tx, account, event).await?;
    let also = event.detail.get("targets").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for target in also.filter(|target| Some(*target) != event.target.as_deref()) {
        let told = InboundEvent { target: Some(target.to_owned()), watermark: None, ..event.clone() };
        known &= one(tx, account, &told).await?;
    }
    Ok(known)
}

/// Moves a send forward; false when the message is not known (yet). Reports may come twice, late and in any order.
async fn one(tx: &mut WriteTx, account: ChannelAccountId, event: &InboundEvent) -> Result<bool, StoreError> {
    if event.watermark.is_some() {
        everything_until(tx, account, event).await?;
        if event.target.is_none() {
            return Ok(true);
        }
    }
    let by_name = match &event.target {
        Some(target) => items::by_external(tx, account, target).await?.map(|(item, _)| item),
        None => None,
    };
    let id: Option<DeliveryId> = match by_name {
        Some(item) => deliveries::of_item(tx, item).await?,
        // The provider hands our own id back: known even before its answer was stored.
        None => event.target_ref.as_deref().and_then(|text| text.parse().ok()),
    };
    let Some(id) = id else { return Ok(by_name.is_some()) };
    let Some(delivery) = deliveries::lock(tx, id).await? else { return Ok(false) };
    if delivery.account != account {
        return Ok(false);
    }
    if let Some(target) = &event.target {
        items::name_external(tx, account, target, delivery.item).await?;
    }
    match reported(event) {
        Some(DeliveryState::Failed) => fail(tx, &delivery, event).await?,
        Some(next) if delivery.state.advances_to(next) => {
            let error = event.errors.first().map(refused);
            let told = error.as_ref().map(|(class, detail, _)| (*class, detail.as_str()));
            deliveries::set_state(tx, id, next, told).await?;
            changed(tx, delivery.item).await?;
        }
        _ => {}
    }
    Ok(true)
}

/// Whether a channel takes the parts of a message one by one, so that one may arrive and another fail. The others take
/// a message whole, however many names it has.
fn one_by_one(kind: ChannelKind) -> bool {
    use ChannelKind::{Instagram, Messenger, Slack, Sms, Telegram, WeChat, WeCom, WhatsApp};
    matches!(kind, WhatsApp | Messenger | Instagram | Telegram | Slack | Sms | WeChat | WeCom)
}

/// A send failed, in one of its parts if it has several.
async fn fail(tx: &mut WriteTx, delivery: &Delivery, event: &InboundEvent) -> Result<(), StoreError> {
    let Some(session) = conversations::session(tx, delivery.session).await? else { return Ok(()) };
    let whole = !one_by_one(session.kind);
    let parts = if whole { 1 } else { amendments::names(tx, delivery.account, delivery.item).await?.len() };
    let late = delivery.state.fails_late(session.kind, parts);
    if !late && !delivery.state.advances_to(DeliveryState::Failed) {
        return Ok(());
    }
    let error = event.errors.first().map(refused);
    let told = match &error {
        Some((class, words, _)) => Some((*class, of_part(words, parts, event.target.as_deref()))),
        None if parts > 1 => Some(("failed", of_part("no reason given", parts, event.target.as_deref()))),
        None => None,
    };
    let told = told.as_ref().map(|(class, words)| (*class, words.as_str()));
    deliveries::set_state(tx, delivery.id, DeliveryState::Failed, told).await?;
    if let Some((_, detail, Some(class))) = error {
        super::note_failure(tx, delivery.account, &SendError { class, detail, retry_after_s: None }).await?;
    }
    changed(tx, delivery.item).await
}

/// Says which of several parts it is about, by the provider's name: their order is not stored.
fn of_part(words: &str, parts: usize, name: Option<&str>) -> String {
    match name {
        Some(name) if parts > 1 => format!("one of {parts} parts ({name}): {words}"),
        None if parts > 1 => format!("one of {parts} parts: {words}"),
        _ => words.to_owned(),
    }
}

/// Whether a message is the echo of one of ours that says which: it gets the provider's name, and nothing is added to the
/// timeline. An echo may come before the answer to our send.
pub(crate) async fn echoed(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    event: &InboundEvent,
) -> Result<bool, StoreError> {
    let ours = event.target_ref.as_deref().filter(|_| event.is_echo()).and_then(|text| text.parse().ok());
    let (Some(id), Some(name)) = (ours, &event.external_id) else { return Ok(false) };
    let Some(delivery) = deliveries::lock(tx, id).await?.filter(|delivery| delivery.account == account) else {
        return Ok(false);
    };
    items::name_external(tx, account, name, delivery.item).await?;
    Ok(true)
}

/// What failed, as a refusal of the send would say it: its class, else the provider's own code, and the words.
fn refused(error: &ProviderError) -> (&str, String, Option<ErrorClass>) {
    let class = error.class.map_or(error.code.as_str(), |class| class.code());
    let words = [error.code.as_str(), error.title.as_str()];
    let words = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let detail = error.remedy.as_ref().map_or(words.clone(), |remedy| format!("{words}: {remedy}"));
    (class, detail, error.class)
}

/// What a report says of a send, if it says anything new.
fn reported(event: &InboundEvent) -> Option<DeliveryState> {
    match event.status? {
        ReceiptStatus::Accepted => Some(DeliveryState::Accepted),
        ReceiptStatus::Sent => Some(DeliveryState::Sent),
        ReceiptStatus::Delivered => Some(DeliveryState::Delivered),
        ReceiptStatus::Read | ReceiptStatus::Played => Some(DeliveryState::Read),
        ReceiptStatus::Failed => Some(DeliveryState::Failed),
        ReceiptStatus::Deferred => None,
    }
}

/// One report for everything we said to the sender up to a time (Messenger Platform "message_deliveries",
/// "message_reads").
async fn everything_until(tx: &mut WriteTx, account: ChannelAccountId, event: &InboundEvent) -> Result<(), StoreError> {
    let (Some(until), Some(next)) = (event.watermark, reported(event)) else { return Ok(()) };
    let Some((sender, _)) = identity::party_key(&event.sender) else { return Ok(()) };
    for item in deliveries::moved_until(tx, account, &sender, until, next).await? {
        changed(tx, item).await?;
    }
    Ok(())
}

async fn changed(tx: &mut WriteTx, item: ItemId) -> Result<(), StoreError> {
    let Some(item) = items::many(tx, &[item.0]).await?.pop() else { return Ok(()) };
    if let Some(conversation) = conversations::find(tx, item.conversation).await? {
        tx.live(&topics(&conversation, None), Change::Item { conversation: conversation.id, item: item.id });
    }
    Ok(())
}
