//! Events about a customer's channel that are no messages: heeded, and shown in the open session.

use super::{
    messages::{Arrived, arrival_of},
    resolve::{Comer, resolve},
    session::{place, rouse},
};
use crate::{conversations::topics, identity as who};
use meridian_domain::{
    actor::Actor,
    channel::{ChannelKind, Silence},
    event::{EventKind, Identifier, Sender, Verification},
    identity,
    ids::{CustomerId, LinkId},
    live::Change,
    work::ItemKind,
};
use meridian_store::{
    StoreError, WriteTx, conversations, identity as store,
    items::{self, NewItem},
    opt_outs,
    parties::{self, NewParty, Why},
};
use serde_json::{Value, json};

/// Whether a call comes in: it opens a conversation as a message does.
fn rings(one: &Arrived<'_>) -> bool {
    let said = |name: &str| one.event.detail.get(name).and_then(Value::as_str);
    let begins = match said("event").or_else(|| said("status")) {
        None => one.kind == ChannelKind::Generic,
        Some(what) => matches!(what, "connect" | "ringing" | "initiated"),
    };
    let ours = one.event.is_echo() || one.event.target_ref.is_some() || said("direction") == Some("business_initiated");
    one.event.kind == EventKind::Call && begins && !ours
}

/// Something to know about the customer's channel, shown in the open session if there is one; a call opens one. False
/// when nobody would learn of it.
pub(super) async fn notice(tx: &mut WriteTx, one: &Arrived<'_>) -> Result<bool, StoreError> {
    let (account, event) = (one.account, one.event);
    let Some((key, ids)) = identity::party_key(&event.sender) else { return Ok(false) };
    let seen = !event.is_quiet();
    let party = resolve(tx, &Comer { sender: &event.sender, key: &key, ids: &ids, source: "notice", seen }).await?;
    let wish = Silence::said_by(event.kind);
    if let Some(wish) = wish {
        opt_outs::set(tx, party.view.party, account, wish).await?;
    }
    let moved = event.kind == EventKind::IdentityChange && moved(tx, one, party.view.customer).await?;
    let (session, conversation) = if rings(one) {
        let arrival = arrival_of(one, None);
        let mut at = place(tx, party, &arrival).await?;
        rouse(tx, &mut at, &arrival, false).await?;
        (at.session, at.conversation)
    } else {
        let thread = event.thread.as_deref();
        let heeded = wish.is_some() || moved;
        let Some(session) = conversations::open_session(tx, party.view.party, account, thread).await? else {
            return Ok(heeded);
        };
        let Some(conversation) = conversations::lock(tx, session.conversation).await? else { return Ok(heeded) };
        (session, conversation)
    };
    let new = NewItem {
        conversation: conversation.id,
        session: Some(session.id),
        party: party.view.party,
        kind: ItemKind::Notice,
        actor: Actor::Customer(party.view.party),
        provider_at: None,
        text: None,
        body: json!({ "type": event.kind.code(), "detail": event.detail }),
        activity: event.kind == EventKind::Call,
        external: None,
        understood: None,
    };
    let item = items::append(tx, new).await?;
    tx.live(&topics(&conversation, Some(&session)), Change::Item { conversation: conversation.id, item });
    Ok(true)
}

/// The provider says that somebody has other identifiers now: whoever writes by them is this customer. Whether that is
/// news; a party that is known by them already stays where it is.
async fn moved(tx: &mut WriteTx, one: &Arrived<'_>, customer: CustomerId) -> Result<bool, StoreError> {
    let ids = one.event.detail.pointer("/new/ids").cloned().unwrap_or_default();
    let ids: Vec<Identifier> = serde_json::from_value(ids).unwrap_or_default();
    let ids = ids.into_iter().map(|id| Identifier { verified: Verification::Channel, ..id }).collect();
    let sender = Sender { ids, ..Sender::default() };
    let Some((key, ids)) = identity::party_key(&sender) else { return Ok(false) };
    if store::lock_party(tx, &key).await?.is_some() {
        return Ok(false);
    }
    let why = &Why {
        kind: "link",
        from: None,
        act: tx.id::<LinkId>(),
        reason: "the provider says that the customer has this address now".to_owned(),
        evidence: json!([]),
    };
    let (source, customer) = (one.kind.code(), Some(customer));
    let new = NewParty { key: &key, ids: &ids, name: "", locale: None, source, seen: true, customer, why };
    let (party, made) = parties::make(tx, new).await?;
    who::look_at(tx, [party.customer]);
    Ok(made)
}
