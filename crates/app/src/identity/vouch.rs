//! An identifier that somebody answers for.

use super::{
    look_at,
    merge::{Merge, MergeRefused, hold, merge_in, persistently, present},
    raw,
    verify::refuted,
};
use crate::{App, authz::Subject};
use meridian_domain::{
    event::{Identifier, Verification},
    identity::{self, ACCOUNTS, Facts, Holder, Match, Newcomer},
    ids::{CustomerId, PartyId},
    people::Permission,
};
use meridian_store::{
    ReadTx, StoreError, WriteTx,
    arrivals::{self, Said},
    customers, facts,
    identity::{self as store, PartyView},
    recognition,
};
use serde_json::json;

/// An agent vouches for an identifier of a customer (a phone number told on the line, a second mail address). Customers
/// who hold the same verified value become one, unless the value is shared or people said that they are two.
pub async fn confirm_identity(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    scheme: &str,
    value: &str,
) -> Result<CustomerId, MergeRefused> {
    vouch(app, subject, customer, scheme, value, Verification::Agent).await
}

/// Holds two customers who are to become one; whether both still stand, and nobody said meanwhile that they are two.
async fn may_be_one(tx: &mut WriteTx, one: CustomerId, other: CustomerId) -> Result<bool, StoreError> {
    let both = raw(&[one, other]);
    hold(tx, &[one, other]).await?;
    let stand = customers::many(tx, &both).await?.iter().filter(|customer| customer.merged_into.is_none()).count();
    Ok(stand == both.len() && recognition::parted(tx, &both).await?.is_empty())
}

/// An import brings an identifier marked as verified at its source.
pub async fn import_identity(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    scheme: &str,
    value: &str,
) -> Result<CustomerId, MergeRefused> {
    vouch(app, subject, customer, scheme, value, Verification::Token).await
}

async fn vouch(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    scheme: &str,
    value: &str,
    verified: Verification,
) -> Result<CustomerId, MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    let value = identity::normalise(scheme, value)?;
    let id = Identifier { scheme: scheme.to_owned(), value, scope: String::new(), verified, derived: false };
    persistently(|| vouch_once(app, subject, customer, &id)).await
}

async fn vouch_once(
    app: &App,
    subject: &Subject,
    customer: CustomerId,
    id: &Identifier,
) -> Result<CustomerId, MergeRefused> {
    let (verified, scheme) = (id.verified, &id.scheme);
    let mut tx = app.db.write(subject.scope()).await?;
    let own = present(&mut tx, customer).await?;
    let ids = std::slice::from_ref(id);
    store::lock_values(&mut tx, ids).await?;
    let same = same_as(&mut tx, Newcomer { own: Some(customer), ..Newcomer::new(ids, &own.name) }).await?;
    let party = store::parties(&mut tx, customer).await?.first().copied().ok_or(MergeRefused::NotFound)?;
    let source = if verified == Verification::Agent { "agent" } else { "import" };
    let party = PartyView { party: PartyId(party), customer };
    arrivals::remember(&mut tx, &[Said { party, ids, name: &own.name, source, seen: true }]).await?;
    if verified == Verification::Agent {
        // Somebody looked: it may have passed to another meanwhile, and is theirs again.
        recognition::stands_again(&mut tx, party.party, id).await?;
    }
    tx.audit("identity_confirmed", "customer", Some(customer.0), json!({ "scheme": scheme, "source": source }));
    let mut now = customer;
    if let Match::Link { customer: twin, evidence, .. } = same
        && may_be_one(&mut tx, customer, twin).await?
    {
        let other = present(&mut tx, twin).await?;
        // The older customer stays.
        let (from, into) = if other.created_at <= own.created_at { (customer, twin) } else { (twin, customer) };
        let reason = format!("same verified {scheme}");
        merge_in(&mut tx, &Merge { from, into, reason: &reason, kind: "merge", evidence: json!(evidence) }).await?;
        now = into;
    }
    look_at(&mut tx, [now]);
    tx.commit().await?;
    Ok(now)
}

/// Who somebody with these identifiers would be, if they came in now: nothing is written.
pub async fn whose(app: &App, subject: &Subject, ids: &[Identifier], name: &str) -> Result<Match, MergeRefused> {
    subject.require(Permission::ReadConversations)?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(same_as(&mut tx, Newcomer::new(ids, name)).await?)
}

/// Who by rule is the same person as a newcomer, whoever it is already aside: holders of its identifiers, in the light of
/// what people declared of values and said of customers, of checks that failed, and of what divides people from others.
pub(crate) async fn same_as(tx: &mut ReadTx, newcomer: Newcomer<'_>) -> Result<Match, StoreError> {
    let mut holders = store::holders(tx, newcomer.ids).await?;
    if holders.is_empty() {
        return Ok(Match::New { candidates: Vec::new(), former: Vec::new() });
    }
    recognition::judge(tx, &mut holders).await?;
    let mut customers: Vec<CustomerId> = holders.iter().map(|holder| holder.customer).chain(newcomer.own).collect();
    customers.sort_unstable();
    customers.dedup();
    let mut parted = Vec::new();
    if customers.len() > 1 {
        parted = recognition::parted(tx, &raw(&customers)).await?;
        parted.extend(refuted(tx, &customers).await?);
    }
    let facts = divide(tx, newcomer, &customers, &mut holders).await?;
    Ok(identity::decide(Newcomer { facts: &facts, ..newcomer }, &holders, &parted))
}

/// Tells holders what divides them from others; the same of the newcomer. Nothing is read where nothing could divide.
pub(super) async fn divide(
    tx: &mut ReadTx,
    newcomer: Newcomer<'_>,
    customers: &[CustomerId],
    holders: &mut [Holder],
) -> Result<Facts, StoreError> {
    let mut own = newcomer.facts.clone();
    let tells = !own.is_empty() || newcomer.ids.iter().any(|id| ACCOUNTS.contains(&id.scheme.as_str()));
    if customers.len() < 2 && !tells {
        return Ok(own);
    }
    let known = facts::of_customers(tx, &raw(customers), newcomer.ids, &mut own).await?;
    if let Some(more) = newcomer.own.and_then(|own| known.get(&own)) {
        own.add(more);
    }
    for holder in holders {
        if let Some(facts) = known.get(&holder.customer) {
            holder.facts = facts.clone();
        }
    }
    Ok(own)
}
