//! A number or a mailbox that was given out again: its new owner never lands on the former owner's customer.

use super::resolve::Comer;
use crate::{conversations::topics, identity as who};
use meridian_domain::{
    actor::Actor,
    event::Identifier,
    identity::{
        Class, Match, Newcomer, class_of,
        passing::{self, Hold},
    },
    ids::{CustomerId, LinkId},
    live::Change,
    work::ItemKind,
};
use meridian_store::{
    StoreError, WriteTx, conversations,
    identity::{self as store, Held, PartyView},
    items::{self, NewItem},
    passed, recognition,
};
use serde_json::json;

/// Log odds that who took over an address is who held it: another name after a long silence, about one in eight.
const STILL_THE_SAME: f64 = -2.0;

/// An address that passed on just now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passed {
    /// Who held it.
    pub former: PartyView,
    /// For how many days nobody of theirs was seen.
    pub silent_days: i64,
}

/// Whether the address a sender writes from has passed to them: then the hold of its party has ended, and it is found by
/// the address no more. Costs nothing for who was seen lately.
pub(super) async fn passed_on(tx: &mut WriteTx, held: &Held, comer: &Comer<'_>) -> Result<Option<Passed>, StoreError> {
    let silent = held.silent_days > meridian_domain::identity::REASSIGNED_AFTER_DAYS;
    let maybe = held.ended || silent && comer.seen && !comer.name().is_empty();
    if !maybe || !passing::given_out_again(&comer.key.scheme) {
        return Ok(None);
    }
    let forms = passing::forms(comer.key);
    let known = passed::known(tx, held.view, &forms).await?;
    if !held.ended && !is_another(tx, held.view, comer, &known).await? {
        return Ok(None);
    }
    passed::retire(tx, held.view, &forms).await?;
    let silent_days = if held.ended { held.silent_days } else { known.silent_days };
    Ok(Some(Passed { former: held.view, silent_days }))
}

/// Whether the sender is another person by the rule, in the light of what people declared of the address. An account that
/// the sender brings and the customer holds vouches for them.
async fn is_another(
    tx: &mut WriteTx,
    held: PartyView,
    comer: &Comer<'_>,
    known: &passed::Known,
) -> Result<bool, StoreError> {
    let plain = Identifier { scheme: passing::plain_scheme(&comer.key.scheme).to_owned(), ..comer.key.clone() };
    let mut holders = store::holders(tx, std::slice::from_ref(&plain)).await?;
    recognition::judge(tx, &mut holders).await?;
    let declared = holders.iter().find_map(|holder| holder.declared);
    let mut customers: Vec<CustomerId> = holders.iter().map(|holder| holder.customer).collect();
    customers.sort_unstable();
    customers.dedup();
    let hold = Hold { names: &known.names, silent_days: known.silent_days, declared, holders: customers.len() };
    if !passing::has_passed(&plain, comer.name(), hold) {
        return Ok(false);
    }
    let account = |id: &&Identifier| class_of(&id.scheme, &id.value, None) == Some(Class::Exclusive);
    let accounts: Vec<Identifier> = comer.ids.iter().filter(account).cloned().collect();
    if accounts.is_empty() {
        return Ok(true);
    }
    let vouched = match who::same_as(tx, Newcomer::new(&accounts, comer.name())).await? {
        Match::Link { customer, also, .. } => customer == held.customer || also.contains(&held.customer),
        Match::New { .. } => false,
    };
    Ok(!vouched)
}

/// Writes down that an address passed to a party: for the record, for who looks at the former owner's conversations, and
/// for people to say whether it is the same person after all.
pub(super) async fn record(
    tx: &mut WriteTx,
    passed: &Passed,
    now: PartyView,
    key: &Identifier,
) -> Result<(), StoreError> {
    let (former, days) = (passed.former, passed.silent_days);
    let scheme = passing::plain_scheme(&key.scheme);
    let link = store::Link {
        kind: "unlink",
        party: former.party,
        customer: former.customer,
        from: None,
        act: tx.id::<LinkId>(),
        reason: format!("the address passed to somebody else: silent for {days} days, then another name"),
        evidence: json!([{ "scheme": scheme, "silent_days": days }]),
    };
    store::insert_link(tx, &link).await?;
    tx.audit(
        "address_passed",
        "customer",
        Some(former.customer.0),
        json!({ "to": now.customer.to_string(), "scheme": scheme, "silent_days": days }),
    );
    if former.customer != now.customer {
        passed::suggest(tx, former.customer, now.customer, days, STILL_THE_SAME).await?;
    }
    for id in passed::open_sessions(tx, former.party).await? {
        let Some(session) = conversations::session(tx, id).await? else { continue };
        let Some(conversation) = conversations::lock(tx, session.conversation).await? else { continue };
        let notice = NewItem {
            conversation: conversation.id,
            session: Some(id),
            party: former.party,
            kind: ItemKind::Notice,
            actor: Actor::System,
            provider_at: None,
            text: None,
            body: json!({ "type": "address_passed", "detail": { "silent_days": days } }),
            activity: false,
            external: None,
            understood: None,
        };
        let item = items::append(tx, notice).await?;
        tx.live(&topics(&conversation, None), Change::Item { conversation: conversation.id, item });
    }
    who::look_at(tx, [former.customer]);
    who::tell(tx, &[former.customer], &[]).await
}
