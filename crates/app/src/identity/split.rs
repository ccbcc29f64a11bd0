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
use uuid::Uuid;

/// Takes identifiers of a customer away to a new one. An address of their own goes with everything that was said there;
/// one that the customer only told ends here and names the new customer from now on, or whose address it is already. The two
/// are never brought together by evidence again. Returns the other customer.
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
    let Parting { mut whole, told } = parting(&mut tx, &held, taken).await?;
    let (mut anew, mut others) = (Vec::new(), Vec::new());
    for id in told {
        let key = ended(&mut tx, id).await?;
        match store::lock_party(&mut tx, &key).await? {
            None => anew.push(key),
            Some(known) if known.customer == customer => whole.push(known.party.0),
            Some(known) => others.push(known.customer),
        }
    }
    let parties = store::parties(&mut tx, customer).await?;
    if parties.iter().all(|party| whole.contains(party)) {
        return Err(MergeRefused::Last);
    }
    for other in &others {
        candidates::decide(&mut tx, customer, *other, State::Refused).await?;
    }
    let new = match others.first() {
        // All of it names somebody who is known: nothing is left for another one.
        Some(holder) if whole.is_empty() && anew.is_empty() => *holder,
        _ => part(&mut tx, customer, &whole, &anew, reason).await?,
    };
    look_at(&mut tx, [customer, new]);
    tx.audit("customer_split", "customer", Some(customer.0), json!({ "new": new.to_string() }));
    tx.commit().await?;
    Ok(new)
}

/// What is taken away from a customer: addresses of its own, and what it only told.
struct Parting<'a> {
    whole: Vec<Uuid>,
    told: Vec<&'a Identity>,
}

async fn parting<'a>(
    tx: &mut WriteTx,
    held: &[Identity],
    taken: Vec<&'a Identity>,
) -> Result<Parting<'a>, MergeRefused> {
    let mut parting = Parting { whole: Vec::new(), told: Vec::new() };
    let mut of_party: BTreeMap<PartyId, Vec<&Identity>> = BTreeMap::new();
    for one in taken {
        of_party.entry(one.party).or_default().push(one);
    }
    for (party, ids) in of_party {
        let (key, _) = store::party(tx, party).await?.ok_or(MergeRefused::NotFound)?;
        let named = ids.iter().any(|id| {
            key.scheme.trim_start_matches("claimed:") == id.scheme && (&key.value, &key.scope) == (&id.value, &id.scope)
        });
        let all = held.iter().filter(|other| other.party == party).count() == ids.len();
        if named || all {
            parting.whole.push(party.0);
        } else {
            parting.told.extend(ids);
        }
    }
    Ok(parting)
}

/// Makes a customer of addresses that are not another one's, and of values that name nobody yet.
async fn part(
    tx: &mut WriteTx,
    customer: CustomerId,
    whole: &[Uuid],
    anew: &[Identifier],
    reason: &str,
) -> Result<CustomerId, MergeRefused> {
    let new = customers::insert(tx, &NewCustomer { name: "", tags: &[], birth_date: None }).await?;
    let act = tx.id::<LinkId>();
    let why = Why { kind: "split", from: Some(customer), act, reason: reason.to_owned(), evidence: json!([]) };
    for key in anew {
        let ids = std::slice::from_ref(key);
        let customer = Some(new);
        let told = NewParty { key, ids, name: "", locale: None, source: "agent", seen: true, customer, why: &why };
        parties::make(tx, told).await?;
    }
    for party in whole {
        let Why { kind, from, act, reason, evidence } = why.clone();
        let link = store::Link { kind, party: PartyId(*party), customer: new, from, act, reason, evidence };
        store::insert_link(tx, &link).await?;
    }
    let touched = moves::move_parties(tx, whole, new).await?;
    candidates::decide(tx, customer, new, State::Refused).await?;
    tell(tx, &[customer, new], &touched).await?;
    Ok(new)
}

/// Ends what a customer told of itself.
async fn ended(tx: &mut WriteTx, id: &Identity) -> Result<Identifier, MergeRefused> {
    let key = Identifier {
        scheme: id.scheme.clone(),
        value: id.value.clone(),
        scope: id.scope.clone(),
        verified: id.verified,
        derived: false,
    };
    recognition::ended(tx, id.party, &key).await?;
    Ok(key)
}
