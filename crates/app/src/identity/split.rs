//! Identifiers that are somebody else's go to a new customer.

use super::{
    look_at,
    merge::{MergeRefused, hold, persistently, present},
    tell,
};
use crate::{App, authz::Subject};
use meridian_domain::{
    event::Identifier,
    ids::{CustomerId, IdentityId, LinkId, PartyId},
    people::Permission,
};
use meridian_store::{
    WriteTx,
    candidates::{self, State},
    customers::{self, NewCustomer},
    identity::{self as store, Identity},
    moves,
    parties::{self, NewParty, Why},
    recognition,
};
use serde_json::json;
use std::collections::BTreeMap;

/// Takes identifiers of a customer away to a new one. An address of their own goes with everything that was said there;
/// one that the customer only told ends here and names the new customer from now on. The two are never brought together
/// by evidence again. Returns the new customer.
pub async fn split(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    identities: &[IdentityId],
    reason: &str,
) -> Result<CustomerId, MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    persistently(|| split_once(app, subject, customer, identities, reason)).await
}

async fn split_once(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    identities: &[IdentityId],
    reason: &str,
) -> Result<CustomerId, MergeRefused> {
    let mut tx = app.db.write(subject.scope()).await?;
    hold(&mut tx, &[customer]).await?;
    present(&mut tx, customer).await?;
    let held = store::of_customers(&mut tx, &[customer.0]).await?;
    let taken: Vec<&Identity> = held.iter().filter(|one| identities.contains(&one.id)).collect();
    if taken.is_empty() || taken.len() != identities.len() {
        return Err(MergeRefused::NotFound);
    }
    let (mut whole, mut told) = (Vec::new(), Vec::new());
    let mut of_party: BTreeMap<PartyId, Vec<&Identity>> = BTreeMap::new();
    for one in taken {
        of_party.entry(one.party).or_default().push(one);
    }
    for (party, ids) in of_party {
        let (key, _) = store::party(&mut tx, party).await?.ok_or(MergeRefused::NotFound)?;
        let named = ids.iter().any(|id| {
            key.scheme.trim_start_matches("claimed:") == id.scheme && (&key.value, &key.scope) == (&id.value, &id.scope)
        });
        let all = held.iter().filter(|other| other.party == party).count() == ids.len();
        if named || all {
            whole.push(party.0);
        } else {
            told.extend(ids);
        }
    }
    let parties = store::parties(&mut tx, customer).await?;
    if parties.iter().all(|party| whole.contains(party)) {
        return Err(MergeRefused::Last);
    }
    let new = customers::insert(&mut tx, &NewCustomer { name: "", tags: &[], birth_date: None }).await?;
    let act = tx.id::<LinkId>();
    let why = Why { kind: "split", from: Some(customer), act, reason: reason.to_owned(), evidence: json!([]) };
    for id in told {
        whole.extend(end_here(&mut tx, id, customer, (new, &why)).await?.map(|party| party.0));
    }
    for party in &whole {
        let Why { kind, from, act, reason, evidence } = why.clone();
        let link = store::Link { kind, party: PartyId(*party), customer: new, from, act, reason, evidence };
        store::insert_link(&mut tx, &link).await?;
    }
    let touched = moves::move_parties(&mut tx, &whole, new).await?;
    candidates::decide(&mut tx, customer, new, State::Refused).await?;
    look_at(&mut tx, [customer, new]);
    tell(&mut tx, &[customer, new], &touched).await?;
    tx.audit("customer_split", "customer", Some(customer.0), json!({ "new": new.to_string(), "act": act.to_string() }));
    tx.commit().await?;
    Ok(new)
}

/// Ends what a customer told of itself, and makes it an address of the new one, unless it names somebody else already. A
/// party that the customer has of it, which goes as a whole.
async fn end_here(
    tx: &mut WriteTx,
    id: &Identity,
    customer: CustomerId,
    (new, why): (CustomerId, &Why),
) -> Result<Option<PartyId>, MergeRefused> {
    let key = Identifier {
        scheme: id.scheme.clone(),
        value: id.value.clone(),
        scope: id.scope.clone(),
        verified: id.verified,
        derived: false,
    };
    recognition::ended(tx, id.party, &key).await?;
    if let Some(known) = store::lock_party(tx, &key).await? {
        return Ok((known.customer == customer).then_some(known.party));
    }
    let (ids, customer) = (std::slice::from_ref(&key), Some(new));
    let told = NewParty { key: &key, ids, name: "", locale: None, source: "agent", seen: true, customer, why };
    parties::make(tx, told).await?;
    Ok(None)
}
