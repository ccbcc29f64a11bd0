//! What people say of a suggested pair: its word stands above all later evidence.

use super::{
    look_at,
    merge::{Merge, MergeRefused, hold, merge_in, persistently, present},
    tell,
};
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{CandidateId, CustomerId, LinkId, PartyId},
    people::Permission,
};
use meridian_store::{
    WriteTx,
    candidates::{self, Candidate, State},
    customers, identity as store,
};
use serde_json::json;

/// The pair with the customers that its two stand for after all merges.
async fn pair(tx: &mut WriteTx, id: CandidateId) -> Result<(Candidate, CustomerId, CustomerId), MergeRefused> {
    let candidate = candidates::find(tx, id).await?.ok_or(MergeRefused::NotFound)?;
    hold(tx, &[candidate.customer, candidate.other]).await?;
    let a = customers::standing(tx, candidate.customer).await?.ok_or(MergeRefused::NotFound)?;
    let b = customers::standing(tx, candidate.other).await?.ok_or(MergeRefused::NotFound)?;
    if a == b { Err(MergeRefused::Same) } else { Ok((candidate, a, b)) }
}

/// The two are one person: the younger customer is merged into the older. Returns it and the act.
pub async fn confirm(
    app: &App,
    subject: &Subject,
    id: CandidateId,
    reason: &str,
) -> Result<(CustomerId, LinkId), MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    persistently(|| confirm_once(app, subject, id, reason)).await
}

async fn confirm_once(
    app: &App,
    subject: &Subject,
    id: CandidateId,
    reason: &str,
) -> Result<(CustomerId, LinkId), MergeRefused> {
    let mut tx = app.db.write(subject.scope()).await?;
    let (candidate, a, b) = pair(&mut tx, id).await?;
    let (one, other) = (present(&mut tx, a).await?, present(&mut tx, b).await?);
    let (from, into) = if (one.created_at, a) <= (other.created_at, b) { (b, a) } else { (a, b) };
    let reason = if reason.trim().is_empty() { "suggested and confirmed" } else { reason };
    let evidence = json!(candidate.evidence);
    let act = merge_in(&mut tx, &Merge { from, into, reason, kind: "confirm", evidence }).await?;
    candidates::decide(&mut tx, candidate.customer, candidate.other, State::Confirmed).await?;
    tx.commit().await?;
    Ok((into, act))
}

/// The two are not one person: the pair never comes back, and nothing but a person's word brings them together.
pub async fn refuse(app: &App, subject: &Subject, id: CandidateId, reason: &str) -> Result<CandidateId, MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let (candidate, a, b) = pair(&mut tx, id).await?;
    decide(&mut tx, &candidate, (a, b), State::Refused, reason).await?;
    tx.audit("candidate_refused", "customer", Some(a.0), json!({ "other": b.to_string() }));
    tx.commit().await?;
    Ok(id)
}

/// Writes what was decided of a pair, and that it was, into the customer's history.
async fn decide(
    tx: &mut WriteTx,
    candidate: &Candidate,
    (a, b): (CustomerId, CustomerId),
    state: State,
    reason: &str,
) -> Result<(), MergeRefused> {
    candidates::decide(tx, candidate.customer, candidate.other, state).await?;
    if let Some(party) = store::parties(tx, a).await?.first() {
        let link = store::Link {
            kind: if state == State::Refused { "reject" } else { "suggest" },
            party: PartyId(*party),
            customer: a,
            from: Some(b),
            act: tx.id::<LinkId>(),
            reason: reason.to_owned(),
            evidence: json!(candidate.evidence),
        };
        store::insert_link(tx, &link).await?;
    }
    look_at(tx, [a, b]);
    tell(tx, &[a, b], &[]).await?;
    Ok(())
}

/// Takes a refusal back: the pair is to be decided again. A pair that nobody refused stays as it is.
pub async fn reopen(app: &App, subject: &Subject, id: CandidateId, reason: &str) -> Result<CandidateId, MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let (candidate, a, b) = pair(&mut tx, id).await?;
    if candidate.state != State::Refused {
        return Ok(id);
    }
    decide(&mut tx, &candidate, (a, b), State::Open, reason).await?;
    tx.audit("candidate_reopened", "customer", Some(a.0), json!({ "other": b.to_string() }));
    tx.commit().await?;
    Ok(id)
}
