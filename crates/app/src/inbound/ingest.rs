//! A stored request's events become part of the timeline, each exactly once.

use super::{
    resolve::resolve,
    session::{Arrival, Place, place, wake},
};
use crate::{
    App,
    conversations::topics,
    delivery,
    media::{self, Source},
};
use meridian_domain::{
    actor::Actor,
    channel::ChannelKind,
    event::{Content, EventKind, InboundEvent},
    ids::{BotId, ChannelAccountId, ConversationId, ItemId, RawId, TenantId},
    jobs::Job,
    live::Change,
    work::{ItemKind, OwnerKind},
};
use meridian_store::{
    StoreError, TenantScope, WriteTx, accounts, bots, conversations, inbound,
    items::{self, NewItem},
};
use serde_json::{Value, json};

/// Files of one message that are fetched.
const MOST_FILES: usize = 50;

/// What came of a stored request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Events applied.
    pub applied: u32,
    /// Events seen before.
    pub duplicates: u32,
    /// Events kept without being understood.
    pub unknown: u32,
}

/// A stored request with the events its channel read from it.
pub struct Parsed {
    /// The request.
    pub raw: RawId,
    /// Its account.
    pub account: ChannelAccountId,
    /// The account's channel.
    pub kind: ChannelKind,
    /// What it says.
    pub events: Vec<InboundEvent>,
}

/// Applies the events of stored requests in their order, in one transaction with the marks that they are processed: all
/// of them or none. What came of each, in the same order.
pub async fn ingest(app: &App, tenant: TenantId, requests: &[Parsed]) -> Result<Vec<Ingested>, StoreError> {
    let scope = TenantScope::acting(tenant, Actor::System);
    app.db.reserve_number(&scope).await?;
    let mut tx = app.db.write(&scope).await?;
    let mut done = Vec::with_capacity(requests.len());
    for account in app.opened.newly_heard(requests.iter().map(|request| request.account)) {
        accounts::heard(&mut tx, account).await?;
    }
    for request in requests {
        let fresh = inbound::mark_processed(&mut tx, request.raw).await?;
        done.push(if fresh { apply_all(&mut tx, request).await? } else { Ingested::default() });
    }
    tx.commit().await?;
    Ok(done)
}

async fn apply_all(tx: &mut WriteTx, request: &Parsed) -> Result<Ingested, StoreError> {
    let mut done = Ingested::default();
    for event in &request.events {
        if !inbound::first_sight(tx, request.account, &event.dedupe_key).await? {
            done.duplicates += 1;
            continue;
        }
        let known = apply(tx, request, event).await?;
        if known {
            done.applied += 1;
        } else {
            let usual = match event.kind {
                EventKind::Message | EventKind::Unsupported => "the sender has no identifier that can be used",
                _ => "not understood",
            };
            let reason = event.detail.get("reason").and_then(Value::as_str).unwrap_or(usual);
            inbound::insert_unknown(tx, request.raw, request.account, reason, &json!(event)).await?;
            done.unknown += 1;
        }
    }
    Ok(done)
}

/// Applies one event; false when nobody knows what to do with it.
async fn apply(tx: &mut WriteTx, request: &Parsed, event: &InboundEvent) -> Result<bool, StoreError> {
    let account = request.account;
    match event.kind {
        EventKind::Message | EventKind::Unsupported => message(tx, request, event).await,
        EventKind::Receipt | EventKind::Edit | EventKind::Delete | EventKind::Reaction => {
            if !about(tx, account, event).await?
                && let Some(target) = &event.target
            {
                inbound::insert_orphan(tx, account, target, event).await?;
            }
            Ok(event.target.is_some() || event.target_ref.is_some())
        }
        EventKind::OptIn
        | EventKind::OptOut
        | EventKind::Subscribe
        | EventKind::Unsubscribe
        | EventKind::Consent
        | EventKind::Handover
        | EventKind::Call
        | EventKind::CallPermission
        | EventKind::IdentityChange
        | EventKind::IdentityEvent
        | EventKind::AccountLink
        | EventKind::Referral
        | EventKind::LocationReport
        | EventKind::ServiceEvent => notice(tx, account, event).await,
        EventKind::Typing | EventKind::IgnoredEvent => Ok(true),
        EventKind::SessionStart
        | EventKind::GroupEvent
        | EventKind::PollTrigger
        | EventKind::AccountEvent
        | EventKind::ChannelError
        | EventKind::UnknownEvent => Ok(false),
    }
}

async fn message(tx: &mut WriteTx, request: &Parsed, event: &InboundEvent) -> Result<bool, StoreError> {
    let (account, kind) = (request.account, request.kind);
    let Some(party) = resolve(tx, &event.sender, kind.code()).await? else { return Ok(false) };
    if let Some(external) = &event.external_id
        && items::by_external(tx, account, external).await?.is_some()
    {
        // The same message in another envelope, or the echo of one of ours.
        return Ok(true);
    }
    let content = event.content.clone().unwrap_or_default();
    let hint =
        event.detail.get("conversation").and_then(Value::as_str).and_then(|id| id.parse::<ConversationId>().ok());
    let arrival = Arrival {
        account,
        kind,
        thread: event.thread.as_deref(),
        subject: content.subject.as_deref().unwrap_or(""),
        language: event.sender.locale.as_deref().and_then(|tag| tag.split(['-', '_']).next()),
        hint,
    };
    let Place { session, conversation } = place(tx, party, &arrival).await?;
    let mut body = json!({
        "type": if event.kind == EventKind::Unsupported { "unsupported" } else { content.message_type.as_str() },
        "html": content.html, "subject": content.subject, "attachments": content.attachments,
        "choice": content.choice, "location": content.location, "contacts": content.contacts,
        "form": content.form, "order": content.order, "extra": content.extra, "reply_to": event.reply_to,
        "forwarded": event.forwarded, "album": event.album, "referral": event.referral, "echo": event.is_echo(),
        "standby": event.standby,
    });
    if !event.detail.is_null() {
        body["detail"] = event.detail.clone();
    }
    strip_nulls(&mut body);
    let automatic = event.detail.get("auto").and_then(Value::as_bool).unwrap_or(false);
    let new = NewItem {
        conversation: conversation.id,
        session: Some(session.id),
        party: party.party,
        kind: ItemKind::Message,
        actor: if event.is_echo() { Actor::System } else { Actor::Customer(party.party) },
        provider_at: Some(event.at),
        text: content.text.as_deref(),
        body,
        activity: !automatic,
    };
    let (item, _) = items::append(tx, &new).await?;
    media::expect(tx, item, account, sources(request, event, &content)).await?;
    if let Some(external) = &event.external_id {
        items::name_external(tx, account, external, item).await?;
        for orphan in inbound::take_orphans(tx, account, external).await? {
            Box::pin(about(tx, account, &orphan)).await?;
        }
    }
    // In standby another application answers: kept, neither routed nor answered.
    let to_bot = session.control == OwnerKind::Bot && !automatic && !event.is_echo() && !event.standby;
    if !event.is_echo() {
        conversations::customer_wrote(tx, session.id, event.at, event.external_id.as_deref(), to_bot).await?;
    }
    if !event.standby {
        wake(tx, &conversation).await?;
    }
    if let (true, Some(bot)) = (to_bot, session.control_id) {
        tell_bot(tx, BotId(bot), &session, item, event).await?;
    }
    tx.live(&topics(&conversation, Some(&session)), Change::Item { conversation: conversation.id, item });
    Ok(true)
}

/// The files of a message that can be fetched: by an id, by an address, or out of the mail itself.
fn sources(request: &Parsed, event: &InboundEvent, content: &Content) -> Vec<Source> {
    let mail = request.kind == ChannelKind::Email;
    let files = content.attachments.iter().take(MOST_FILES).zip(0_u16..);
    files
        .filter(|(file, _)| mail || file.media_id.is_some() || file.url.is_some())
        .map(|(file, position)| Source {
            told: file.clone(),
            raw: request.raw,
            external_id: event.external_id.clone(),
            position,
        })
        .collect()
}

fn strip_nulls(body: &mut Value) {
    if let Value::Object(map) = body {
        map.retain(|_, value| !(value.is_null() || *value == json!([]) || *value == json!(false)));
    }
}

/// Writes the message into the bot's ledger and starts its time to act.
async fn tell_bot(
    tx: &mut WriteTx,
    bot: BotId,
    session: &conversations::Session,
    item: ItemId,
    event: &InboundEvent,
) -> Result<(), StoreError> {
    let content = event.content.as_ref();
    let data = json!({
        "message": {
            "id": item.to_string(),
            "type": content.map(|c| c.message_type.as_str()),
            "text": content.and_then(|c| c.text.as_deref()),
            "choice": content.and_then(|c| c.choice.as_ref()),
            "attachments": content.map(|c| &c.attachments),
        },
        "channel": session.kind.code(),
        "customer": { "name": event.sender.name, "locale": event.sender.locale },
    });
    let entry = bots::insert_event(tx, bot, session.id, "message.created", &data).await?;
    tx.job(&Job::BotEvent { event: entry }, session.id.0);
    if let Some(found) = bots::find(tx, bot).await? {
        tx.job_in(&Job::BotSilence { session: session.id }, session.id.0, f64::from(found.silence_seconds));
    }
    Ok(())
}

/// An event about an earlier message; false when that message has not come yet.
async fn about(tx: &mut WriteTx, account: ChannelAccountId, event: &InboundEvent) -> Result<bool, StoreError> {
    if event.kind == EventKind::Receipt {
        return delivery::receipt(tx, account, event).await;
    }
    let Some(target) = &event.target else { return Ok(false) };
    let Some((item, conversation)) = items::by_external(tx, account, target).await? else { return Ok(false) };
    let Some(locked) = conversations::lock(tx, conversation).await? else { return Ok(false) };
    match event.kind {
        EventKind::Edit => {
            let content = event.content.clone().unwrap_or_default();
            let mut body = json!({ "type": content.message_type, "html": content.html,
                                   "attachments": content.attachments, "edited_at": event.at });
            strip_nulls(&mut body);
            items::revise(tx, item, content.text.as_deref(), &body).await?;
        }
        EventKind::Delete => items::withdraw(tx, item).await?,
        _ => {
            let reactor = event.sender.ids.first().map_or("unknown", |id| id.value.as_str());
            items::react(tx, item, reactor, event.reaction.as_deref().filter(|emoji| !emoji.is_empty())).await?;
        }
    }
    tx.live(&topics(&locked, None), Change::Item { conversation, item });
    Ok(true)
}

/// Something to know about the customer's channel, shown in the open session if there is one.
async fn notice(tx: &mut WriteTx, account: ChannelAccountId, event: &InboundEvent) -> Result<bool, StoreError> {
    let Some(party) = resolve(tx, &event.sender, "notice").await? else { return Ok(false) };
    let Some(session) = conversations::open_session(tx, party.party, account).await? else { return Ok(false) };
    let Some(conversation) = conversations::lock(tx, session.conversation).await? else { return Ok(false) };
    let new = NewItem {
        conversation: conversation.id,
        session: Some(session.id),
        party: party.party,
        kind: ItemKind::Notice,
        actor: Actor::Customer(party.party),
        provider_at: None,
        text: None,
        body: json!({ "type": event.kind.code(), "detail": event.detail }),
        activity: false,
    };
    let (item, _) = items::append(tx, &new).await?;
    tx.live(&topics(&conversation, Some(&session)), Change::Item { conversation: conversation.id, item });
    Ok(true)
}
