//! Stored requests' events become part of the timeline, each exactly once.

use super::{
    memory::Memory,
    messages::{Arrived, messages},
    news,
    notice::notice,
};
use crate::{
    App, accounts as opened,
    authz::Subject,
    conversations::{Typing, topics, typing_reported},
    delivery, pulls,
    understanding::{Ears, Read, again},
};
use meridian_domain::{
    actor::Actor,
    amendment::OUR_REACTION,
    channel::{AccountConfig, ChannelKind},
    event::{EventKind, InboundEvent},
    ids::{ChannelAccountId, RawId, TenantId},
    jobs::Job,
    live::{self, Change},
};
use meridian_store::{
    StoreError, TenantScope, WriteTx, accounts, amendments,
    arrivals::{self, Named, Sight},
    conversations, inbound, items, routing,
};
use serde_json::{Value, json};
use std::sync::Arc;

/// Seconds after which an event that found no message looks again: the message may have been stored by a transaction
/// that ran at the same moment, and neither saw the other.
const LOOK_AGAIN: f64 = 2.0;

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

/// What came of a batch.
#[derive(Debug, Clone, Default)]
pub struct Applied {
    /// What came of each request, in the order given.
    pub each: Vec<Ingested>,
    /// How the messages of customers were read.
    pub read: Read,
}

/// A stored request in hand, with its account.
pub struct Stored {
    /// Its id.
    pub id: RawId,
    /// The request.
    pub raw: inbound::Raw,
    /// Its account.
    pub account: Arc<AccountConfig>,
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

/// Stored requests taken in hand: nobody else applies them while this lives.
pub struct Claimed {
    tx: WriteTx,
    memory: Memory,
    ears: Ears,
    typing: Typing,
    /// Those that were not done yet, and what came before them, in the order in which they came.
    pub requests: Vec<Stored>,
    /// More are to be taken in hand.
    pub more: bool,
}

/// Takes stored requests of one tenant in hand, and what came before them in their lanes. What is made of them does not
/// wait for the disk: requests are durable since they were accepted, and those whose timeline was lost in a crash of the
/// database are unprocessed again.
pub async fn claim(app: &App, tenant: TenantId, ids: &[RawId]) -> Result<Claimed, StoreError> {
    take(app, tenant, ids).await.inspect_err(|_| app.known.forget())
}

async fn take(app: &App, tenant: TenantId, ids: &[RawId]) -> Result<Claimed, StoreError> {
    let scope = TenantScope::acting(tenant, Actor::System);
    let mut tx = app.db.write_again(&scope, ids.len()).await?;
    let claim = arrivals::claim(&mut tx, ids).await?;
    let mut requests = Vec::with_capacity(claim.requests.len());
    for (id, raw) in claim.requests {
        let account = account(app, &mut tx, tenant, raw.account).await?;
        requests.push(Stored { id, raw, account });
    }
    for account in app.opened.newly_heard(requests.iter().map(|request| request.account.id)) {
        accounts::heard(&mut tx, account).await?;
    }
    let ears = Ears::new(app.minds.of(app, &mut tx, claim.model, claim.rules).await?);
    let (memory, typing) = (app.known.memory(), app.typing.clone());
    Ok(Claimed { tx, memory, ears, typing, requests, more: claim.more })
}

async fn account(
    app: &App,
    tx: &mut WriteTx,
    tenant: TenantId,
    id: ChannelAccountId,
) -> Result<Arc<AccountConfig>, StoreError> {
    if let Some((owner, account)) = opened::account(app, id).await?
        && owner == tenant
    {
        return Ok(account);
    }
    // What came in before an account was disabled is still read.
    let found = accounts::config(tx, &app.sealer, &app.public_url, id).await?;
    let gone = || StoreError::Inconsistent { table: "channel_account", column: "id", value: id.to_string() };
    found.map(Arc::new).ok_or_else(gone)
}

impl Claimed {
    /// Applies the events read from the requests, in their order, in one transaction with the marks that they are
    /// processed: all of them or none.
    pub async fn apply(mut self, requests: &[Parsed]) -> Result<Applied, StoreError> {
        let known = self.memory.known().clone();
        let applied = async {
            let each = apply_all(&mut self.tx, &mut self.memory, &mut self.ears, requests).await?;
            let signs = typing(&mut self.tx, requests).await?;
            let tenant = self.tx.scope().tenant();
            self.tx.commit().await?;
            for sign in signs {
                self.typing.tell_seldom(tenant, sign);
            }
            self.memory.keep();
            Ok(Applied { each, read: self.ears.read })
        };
        applied.await.inspect_err(|_| known.forget())
    }
}

/// What the requests report of customers who type just now: told once all is committed, and kept nowhere.
async fn typing(tx: &mut WriteTx, requests: &[Parsed]) -> Result<Vec<live::Typing>, StoreError> {
    let typed = |event: &&InboundEvent| event.kind == EventKind::Typing && !event.is_echo();
    let typed: Vec<(ChannelAccountId, &InboundEvent)> =
        requests.iter().flat_map(|one| one.events.iter().filter(typed).map(|event| (one.account, event))).collect();
    let mut signs = Vec::new();
    if typed.is_empty() {
        return Ok(signs);
    }
    let now = routing::now(tx).await?;
    for (account, event) in typed {
        if live::Typing::left((now - event.at).to_std().unwrap_or_default()).is_some() {
            signs.extend(typing_reported(tx, account, &event.sender).await?);
        }
    }
    signs.dedup();
    Ok(signs)
}

async fn apply_all(
    tx: &mut WriteTx,
    memory: &mut Memory,
    ears: &mut Ears,
    requests: &[Parsed],
) -> Result<Vec<Ingested>, StoreError> {
    let mut done = vec![Ingested::default(); requests.len()];
    let each = requests.iter().enumerate().flat_map(|(n, request)| request.events.iter().map(move |event| (n, event)));
    let arrived: Vec<Arrived<'_>> = each
        .map(|(n, event)| Arrived {
            request: n,
            raw: requests[n].raw,
            account: requests[n].account,
            kind: requests[n].kind,
            event,
        })
        .collect();
    if arrived.is_empty() {
        return Ok(done);
    }
    let sights = first_sights(tx, &arrived).await?;
    let mut understood: Vec<(Arrived<'_>, bool)> = Vec::with_capacity(arrived.len());
    // Neighbouring messages are applied together; what came of messages we sent is applied after them.
    let (mut run, mut receipts) = (Vec::new(), Vec::new());
    for (one, sight) in arrived.into_iter().zip(sights) {
        match one.event.kind {
            _ if !sight.fresh => done[one.request].duplicates += 1,
            EventKind::Message | EventKind::Unsupported if sight.known => understood.push((one, true)),
            EventKind::Message if delivery::echoed(tx, one.account, one.event).await? => understood.push((one, true)),
            EventKind::Message | EventKind::Unsupported => run.push(one),
            EventKind::Receipt => receipts.push(one),
            _ => {
                understood.extend(messages(tx, memory, ears, std::mem::take(&mut run)).await?);
                understood.push((one, apply(tx, &one).await?));
            }
        }
    }
    understood.extend(messages(tx, memory, ears, run).await?);
    for one in receipts {
        understood.push((one, apply(tx, &one).await?));
    }
    for (one, understood) in understood {
        if understood {
            done[one.request].applied += 1;
        } else {
            keep_unknown(tx, one).await?;
            done[one.request].unknown += 1;
        }
    }
    Ok(done)
}

async fn first_sights(tx: &mut WriteTx, arrived: &[Arrived<'_>]) -> Result<Vec<Sight>, StoreError> {
    let named = arrived.iter().map(|one| {
        let brings = matches!(one.event.kind, EventKind::Message | EventKind::Unsupported);
        let message = one.event.external_id.as_deref().filter(|_| brings);
        Named { account: one.account, key: &one.event.dedupe_key, message }
    });
    arrivals::first_sights(tx, &named.collect::<Vec<_>>()).await
}

async fn keep_unknown(tx: &mut WriteTx, one: Arrived<'_>) -> Result<(), StoreError> {
    let usual = match one.event.kind {
        EventKind::Message | EventKind::Unsupported => "the sender has no identifier that can be used",
        EventKind::UnknownEvent => "not understood",
        EventKind::AccountEvent => "about the account, not about a customer",
        EventKind::ChannelError => "the provider reports trouble",
        _ => "no conversation is open that could show it",
    };
    let reason = one.event.detail.get("reason").and_then(Value::as_str).unwrap_or(usual);
    inbound::insert_unknown(tx, one.raw, one.account, reason, &json!(one.event)).await
}

/// Applies one event that is not a message; false when nobody knows what to do with it.
async fn apply(tx: &mut WriteTx, one: &Arrived<'_>) -> Result<bool, StoreError> {
    let (account, event) = (one.account, one.event);
    match event.kind {
        EventKind::Receipt | EventKind::Edit | EventKind::Delete | EventKind::Reaction => {
            if !about(tx, account, event).await?
                && let Some(target) = &event.target
            {
                let orphan = inbound::insert_orphan(tx, account, target, event).await?;
                tx.job_in(&Job::AttachOrphan { orphan }, orphan, LOOK_AGAIN);
            }
            Ok(event.target.is_some() || event.target_ref.is_some() || event.watermark.is_some())
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
        | EventKind::SessionStart
        | EventKind::GroupEvent
        | EventKind::ServiceEvent => notice(tx, one).await,
        EventKind::PollTrigger => {
            let named = |name: &str| event.detail.get(name).and_then(Value::as_str);
            let Some(what) = named("open_kfid") else { return Ok(false) };
            pulls::call(tx, account, what, named("token").unwrap_or_default()).await?;
            Ok(true)
        }
        EventKind::Typing | EventKind::IgnoredEvent => Ok(true),
        EventKind::AccountEvent => news::heed(tx, one).await,
        EventKind::Message | EventKind::Unsupported | EventKind::ChannelError | EventKind::UnknownEvent => Ok(false),
    }
}

/// An event about an earlier message; false when that message has not come yet.
pub(crate) async fn about(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    event: &InboundEvent,
) -> Result<bool, StoreError> {
    if event.kind == EventKind::Receipt {
        return delivery::receipt(tx, account, event).await;
    }
    let Some(target) = &event.target else { return Ok(false) };
    let Some((item, conversation)) = items::by_external(tx, account, target).await? else { return Ok(false) };
    let Some(locked) = conversations::lock(tx, conversation).await? else { return Ok(false) };
    // What we changed ourselves comes back in the provider's own form: the timeline has it.
    if event.is_echo() && amendments::lock(tx, item).await?.is_some_and(|ours| ours.comes_back(event.kind, event.at)) {
        return Ok(true);
    }
    match event.kind {
        EventKind::Edit => {
            let content = event.content.clone().unwrap_or_default();
            let mut body = json!({ "type": content.message_type, "html": content.html,
                                   "attachments": content.attachments, "edited_at": event.at });
            strip_nulls(&mut body);
            let text = content.text.as_deref();
            let understood = text.filter(|_| !event.is_echo()).and_then(again);
            items::revise(tx, item, text, &body, understood.as_ref(), event.at).await?;
        }
        EventKind::Delete => items::withdraw(tx, item).await?,
        _ => {
            let customer = || event.sender.ids.first().map_or("unknown", |id| id.value.as_str());
            let reactor = if event.is_echo() { OUR_REACTION } else { customer() };
            let emoji = event.reaction.as_deref().filter(|emoji| !emoji.is_empty());
            // Ours are kept as they are written, and may be told by another name.
            let only = event.detail.get("emoji").and_then(Value::as_str).filter(|_| !event.is_echo());
            items::react(tx, item, reactor, emoji, only).await?;
        }
    }
    tx.live(&topics(&locked, None), Change::Item { conversation, item });
    Ok(true)
}

/// Looks once more for the message of an event that waits; true when it waits no more.
pub async fn attach_orphan(app: &App, tenant: TenantId, orphan: uuid::Uuid) -> Result<bool, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some((account, event)) = inbound::take_orphan(&mut tx, orphan).await? else { return Ok(true) };
    if !about(&mut tx, account, &event).await? {
        return Ok(false);
    }
    tx.commit().await?;
    Ok(true)
}

pub(super) fn strip_nulls(body: &mut Value) {
    if let Value::Object(map) = body {
        map.retain(|_, value| !(value.is_null() || *value == json!([]) || *value == json!(false)));
    }
}
