//! Two customers are one person, or were not.

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    event::{Identifier, Verification},
    identity,
    ids::{CustomerId, LinkId, PartyId},
    live::{Change, Topic},
    people::Permission,
};
use meridian_store::{
    StoreError, WriteTx,
    arrivals::{self, Said},
    customers,
    identity::{self as store, PartyView},
};
use serde_json::json;

/// Why identities were not changed.
#[derive(Debug, thiserror::Error)]
pub enum MergeRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such customer, identity or merge.
    #[error("not found")]
    NotFound,
    /// Both are the same.
    #[error("these are the same customer already")]
    Same,
    /// The merge was taken back before, or its parties moved on.
    #[error("this merge no longer stands: its addresses belong to other customers now")]
    Moved,
    /// The value is not what its scheme says.
    #[error(transparent)]
    Invalid(#[from] identity::InvalidIdentifier),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn present(tx: &mut WriteTx, id: CustomerId) -> Result<customers::Customer, MergeRefused> {
    customers::find(tx, id).await?.filter(|c| c.merged_into.is_none()).ok_or(MergeRefused::NotFound)
}

/// Moves all parties of `from` to `into`. Returns the act by which it is taken back.
pub async fn merge(
    app: &App,
    subject: &Subject,
    from: CustomerId,
    into: CustomerId,
    reason: &str,
) -> Result<LinkId, MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let act = merge_in(&mut tx, from, into, reason, "merge").await?;
    tx.commit().await?;
    Ok(act)
}

async fn merge_in(
    tx: &mut WriteTx,
    from: CustomerId,
    into: CustomerId,
    reason: &str,
    kind: &'static str,
) -> Result<LinkId, MergeRefused> {
    if from == into {
        return Err(MergeRefused::Same);
    }
    customers::lock(tx, &[from.0, into.0]).await?;
    present(tx, from).await?;
    present(tx, into).await?;
    let parties = store::parties(tx, from).await?;
    let act = tx.id::<LinkId>();
    for party in &parties {
        let link = store::Link {
            kind,
            party: PartyId(*party),
            customer: into,
            from: Some(from),
            act,
            reason: reason.to_owned(),
            evidence: json!([]),
        };
        store::insert_link(tx, &link).await?;
    }
    store::move_parties(tx, &parties, into).await?;
    customers::set_merged_into(tx, from, Some(into)).await?;
    for customer in [from, into] {
        tx.live(&[Topic::Floor], Change::Customer { customer });
    }
    tx.audit("customers_merged", "customer", Some(into.0), json!({ "from": from.to_string(), "act": act.to_string() }));
    Ok(act)
}

/// Takes a merge back: the parties that moved and still are where it put them return to their customers.
pub async fn unmerge(app: &App, subject: &Subject, act: LinkId, reason: &str) -> Result<CustomerId, MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let moves = store::act_moves(&mut tx, act).await?;
    let (_, into, from) = *moves.first().ok_or(MergeRefused::NotFound)?;
    customers::lock(&mut tx, &[into.0, from.0]).await?;
    let still = store::parties(&mut tx, into).await?;
    let back: Vec<uuid::Uuid> = moves.iter().map(|(party, ..)| party.0).filter(|party| still.contains(party)).collect();
    if back.is_empty() {
        return Err(MergeRefused::Moved);
    }
    let undo = tx.id::<LinkId>();
    for party in &back {
        let link = store::Link {
            kind: "unmerge",
            party: PartyId(*party),
            customer: from,
            from: Some(into),
            act: undo,
            reason: reason.to_owned(),
            evidence: json!([{ "act": act.to_string() }]),
        };
        store::insert_link(&mut tx, &link).await?;
    }
    store::move_parties(&mut tx, &back, from).await?;
    customers::set_merged_into(&mut tx, from, None).await?;
    for customer in [from, into] {
        tx.live(&[Topic::Floor], Change::Customer { customer });
    }
    tx.audit("customers_unmerged", "customer", Some(from.0), json!({ "act": act.to_string() }));
    tx.commit().await?;
    Ok(from)
}

/// An agent vouches for an identifier of a customer (a phone number told on the line, a second mail address). Customers
/// who hold the same verified value become one.
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
    present(&mut tx, customer).await?;
    let party = store::parties(&mut tx, customer).await?.first().copied().ok_or(MergeRefused::NotFound)?;
    store::lock_values(&mut tx, std::slice::from_ref(&id)).await?;
    let holders = store::holders(&mut tx, std::slice::from_ref(&id)).await?;
    let source = if verified == Verification::Agent { "agent" } else { "import" };
    let (party, ids) = (PartyView { party: PartyId(party), customer }, std::slice::from_ref(&id));
    arrivals::remember(&mut tx, &[Said { party, ids, name: "", source }]).await?;
    tx.audit("identity_confirmed", "customer", Some(customer.0), json!({ "scheme": scheme, "source": source }));
    let twin = holders.into_iter().find(|h| h.customer != customer && identity::joins(&h.identifier));
    let mut now = customer;
    if let Some(twin) = twin.filter(|_| identity::joins(&id)) {
        // The older customer stays.
        let own = present(&mut tx, customer).await?;
        let (from, into) =
            if twin.customer_since <= own.created_at { (customer, twin.customer) } else { (twin.customer, customer) };
        merge_in(&mut tx, from, into, &format!("same verified {scheme}"), "merge").await?;
        now = into;
    }
    tx.commit().await?;
    Ok(now)
}
