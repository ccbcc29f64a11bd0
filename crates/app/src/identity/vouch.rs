//! An identifier that somebody answers for.

use super::{
    look_at,
    merge::{Merge, MergeRefused, merge_in, present},
    raw,
    verify::refuted,
};
use crate::{App, authz::Subject};
use meridian_domain::{
    event::{Identifier, Verification},
    identity::{self, Match, Newcomer},
    ids::{CustomerId, PartyId},
    people::Permission,
};
use meridian_store::{
    ReadTx, StoreError,
    arrivals::{self, Said},
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
    let mut tx = app.db.write(subject.scope()).await?;
    let own = present(&mut tx, customer).await?;
    let ids = std::slice::from_ref(&id);
    store::lock_values(&mut tx, ids).await?;
    let same = same_as(&mut tx, Newcomer { ids, name: &own.name }, Some(customer)).await?;
    let party = store::parties(&mut tx, customer).await?.first().copied().ok_or(MergeRefused::NotFound)?;
    let source = if verified == Verification::Agent { "agent" } else { "import" };
    let party = PartyView { party: PartyId(party), customer };
    arrivals::remember(&mut tx, &[Said { party, ids, name: &own.name, source, seen: true }]).await?;
    tx.audit("identity_confirmed", "customer", Some(customer.0), json!({ "scheme": scheme, "source": source }));
    let mut now = customer;
    if let Match::Link { customer: twin, evidence, .. } = same {
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
    Ok(same_as(&mut tx, Newcomer { ids, name }, None).await?)
}

/// Who by rule is the same person as a newcomer, `own` aside: holders of its identifiers, in the light of what people
/// declared of values and said of customers, and of checks that failed.
pub(crate) async fn same_as(
    tx: &mut ReadTx,
    newcomer: Newcomer<'_>,
    own: Option<CustomerId>,
) -> Result<Match, StoreError> {
    let mut holders = store::holders(tx, newcomer.ids).await?;
    if holders.is_empty() {
        return Ok(Match::New { candidates: Vec::new(), former: Vec::new() });
    }
    recognition::judge(tx, &mut holders).await?;
    let mut customers: Vec<CustomerId> = holders.iter().map(|holder| holder.customer).chain(own).collect();
    customers.sort_unstable();
    customers.dedup();
    let mut parted = Vec::new();
    if customers.len() > 1 {
        parted = recognition::parted(tx, &raw(&customers)).await?;
        parted.extend(refuted(tx, &customers).await?);
    }
    let said = |holder: &identity::Holder| {
        let pair = own.map(|own| (own, holder.customer));
        pair.is_some_and(|(a, b)| parted.contains(&(a, b)) || parted.contains(&(b, a)))
    };
    holders.retain(|holder| Some(holder.customer) != own && !said(holder));
    Ok(identity::decide(newcomer, &holders, &parted))
}
