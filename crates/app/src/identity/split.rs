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
    arrivals::{self, Said},
    candidates::{self, State},
    customers::{self, NewCustomer},
    identity::{self as store, Belongs, Identity, PartyView},
    moves, recognition,
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
    let mut made = Vec::new();
    for id in told {
        match end_here(&mut tx, id, customer, new).await? {
            Told::Whole(party) => whole.push(party.0),
            Told::Made(party) => made.push(party.0),
            Told::Elsewhere => {}
        }
    }
    let act = tx.id::<LinkId>();
    for party in whole.iter().chain(&made) {
        let link = store::Link {
            kind: "split",
            party: PartyId(*party),
            customer: new,
            from: Some(customer),
            act,
            reason: reason.to_owned(),
            evidence: json!([]),
        };
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

/// What becomes of an address that a customer told of itself.
enum Told {
    /// The customer has a party of it: that goes as a whole.
    Whole(PartyId),
    /// It names the new customer from now on.
    Made(PartyId),
    /// It names somebody else already.
    Elsewhere,
}

/// Ends what a customer told of itself, and makes it an address of the new one.
async fn end_here(
    tx: &mut WriteTx,
    id: &Identity,
    customer: CustomerId,
    new: CustomerId,
) -> Result<Told, MergeRefused> {
    let key = Identifier {
        scheme: id.scheme.clone(),
        value: id.value.clone(),
        scope: id.scope.clone(),
        verified: id.verified,
        derived: false,
    };
    recognition::ended(tx, id.party, &key).await?;
    if let Some(known) = store::lock_party(tx, &key).await? {
        return Ok(if known.customer == customer { Told::Whole(known.party) } else { Told::Elsewhere });
    }
    let made: Option<PartyView> = store::insert_party(tx, &key, Belongs::To(new)).await?;
    let Some(party) = made else { return Ok(Told::Elsewhere) };
    let said = Said { party, ids: std::slice::from_ref(&key), name: "", source: "agent", seen: true };
    arrivals::remember(tx, &[said]).await?;
    Ok(Told::Made(party.party))
}
