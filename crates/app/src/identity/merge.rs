//! Two customers are one person, or were not.

use super::{look_at, raw, tell};
use crate::{
    App,
    authz::{Forbidden, Subject},
    customers::{MOST_TAGS, TIERS, judge_again},
};
use meridian_domain::{
    identity,
    ids::{CustomerId, LinkId, PartyId},
    people::Permission,
};
use meridian_store::{
    StoreError, WriteTx,
    candidates::{self, State},
    customers,
    identity::{self as store, Later},
    moves, passed, recognition,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::future::Future;

/// Why identities were not changed.
#[derive(Debug, thiserror::Error)]
pub enum MergeRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such customer, identity, candidate or merge.
    #[error("not found")]
    NotFound,
    /// Both are the same.
    #[error("these are the same customer already")]
    Same,
    /// The merge was taken back before, or its parties moved on.
    #[error("this merge no longer stands: its addresses belong to other customers now")]
    Moved,
    /// Merges that came after rest on this one.
    #[error("{} later merges rest on this one: take them back first, or all together with `andLater`", .0.len())]
    Later(Vec<Later>),
    /// A customer without an address would be left.
    #[error("a customer keeps at least one address: leave one out")]
    Last,
    /// The value is not what its scheme says.
    #[error(transparent)]
    Invalid(#[from] identity::InvalidIdentifier),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often an act is tried again that met others half way.
const TRIES: u32 = 4;

/// Does an act again that the database broke off because another one met it half way.
pub(super) async fn persistently<T, F>(act: impl Fn() -> F) -> Result<T, MergeRefused>
where
    F: Future<Output = Result<T, MergeRefused>>,
{
    for _ in 1..TRIES {
        match act().await {
            Err(MergeRefused::Store(error)) if error.collided() => {}
            done => return done,
        }
    }
    act().await
}

/// Holds customers with their addresses until the transaction ends: addresses first, as whoever writes from one does.
pub(super) async fn hold(tx: &mut WriteTx, customers: &[CustomerId]) -> Result<(), StoreError> {
    let ids = raw(customers);
    store::hold_parties(tx, &ids).await?;
    customers::lock(tx, &ids).await?;
    // Those that came in between; nobody comes to these customers any more.
    store::hold_parties(tx, &ids).await
}

pub(super) async fn present(tx: &mut WriteTx, id: CustomerId) -> Result<customers::Customer, MergeRefused> {
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
    persistently(|| async {
        let mut tx = app.db.write(subject.scope()).await?;
        let act = merge_in(&mut tx, &Merge { from, into, reason, kind: "merge", evidence: json!([]) }).await?;
        tx.commit().await?;
        Ok(act)
    })
    .await
}

/// Marks a merge into a customer that had no name.
const NAMELESS: &str = "nameless";
/// What a merge brought the customer that stays: a higher tier, from what, and tags.
const BROUGHT: &str = "brought";

/// A tier and tags that came along with a merge, and the tier that was before; part of its evidence.
#[derive(Debug, Serialize, Deserialize)]
struct Brought {
    tier: Option<(String, String)>,
    tags: Vec<String>,
}

impl Brought {
    /// What the one that stays lacks; nothing when it lacks nothing.
    fn new(left: &customers::Customer, stays: &customers::Customer) -> Option<Self> {
        let rank = |tier: &str| TIERS.iter().position(|known| *known == tier);
        let tier = (rank(&left.tier) > rank(&stays.tier)).then(|| (stays.tier.clone(), left.tier.clone()));
        let known = |tag: &str| stays.tags.iter().any(|held| held.eq_ignore_ascii_case(tag));
        let room = MOST_TAGS.saturating_sub(stays.tags.len());
        let tags: Vec<String> = left.tags.iter().filter(|tag| !known(tag)).take(room).cloned().collect();
        (tier.is_some() || !tags.is_empty()).then_some(Self { tier, tags })
    }

    async fn bring(&self, tx: &mut WriteTx, stays: &customers::Customer) -> Result<(), StoreError> {
        let tags: Vec<String> = stays.tags.iter().chain(&self.tags).cloned().collect();
        let tier = self.tier.as_ref().map(|(_, higher)| higher.as_str());
        customers::update(tx, stays.id, None, tier, Some(&tags)).await
    }

    /// Takes it back from the customer that stayed, as far as nobody changed it since.
    async fn take_back(&self, tx: &mut WriteTx, id: CustomerId) -> Result<(), StoreError> {
        let Some(stayed) = customers::find(tx, id).await? else { return Ok(()) };
        let tags: Vec<String> = stayed.tags.iter().filter(|tag| !self.tags.contains(tag)).cloned().collect();
        let tier = self.tier.as_ref().filter(|(_, higher)| *higher == stayed.tier).map(|(before, _)| before.as_str());
        customers::update(tx, id, None, tier, Some(&tags)).await
    }
}

/// A merge to do.
pub(super) struct Merge<'a> {
    pub from: CustomerId,
    pub into: CustomerId,
    pub reason: &'a str,
    /// merge, or confirm when it was suggested.
    pub kind: &'static str,
    pub evidence: Value,
}

/// The merge inside a transaction.
pub(super) async fn merge_in(tx: &mut WriteTx, merge: &Merge<'_>) -> Result<LinkId, MergeRefused> {
    let (from, into) = (merge.from, merge.into);
    if from == into {
        return Err(MergeRefused::Same);
    }
    hold(tx, &[from, into]).await?;
    let (left, stays) = (present(tx, from).await?, present(tx, into).await?);
    let parties = store::parties(tx, from).await?;
    let act = tx.id::<LinkId>();
    let mut evidence = merge.evidence.clone();
    if stays.name.is_empty() {
        // Who had no name is called as the other one, until they are parted again.
        customers::update(tx, into, Some(&left.name), None, None).await?;
        evidence.as_array_mut().into_iter().for_each(|pieces| pieces.push(json!({ NAMELESS: true })));
    }
    let brought = Brought::new(&left, &stays);
    if let Some(brought) = &brought {
        brought.bring(tx, &stays).await?;
        evidence.as_array_mut().into_iter().for_each(|pieces| pieces.push(json!({ BROUGHT: brought })));
    }
    for party in &parties {
        let link = store::Link {
            kind: merge.kind,
            party: PartyId(*party),
            customer: into,
            from: Some(from),
            act,
            reason: merge.reason.to_owned(),
            evidence: evidence.clone(),
        };
        store::insert_link(tx, &link).await?;
    }
    let touched = moves::move_parties(tx, &parties, into).await?;
    customers::set_merged_into(tx, from, Some(into)).await?;
    candidates::decide(tx, from, into, State::Confirmed).await?;
    candidates::keep_only(tx, &[from.0], &[], false).await?;
    passed::carry(tx, from, into).await?;
    recognition::hide(tx, from).await?;
    judge_again(tx, into).await?;
    look_at(tx, [into]);
    tell(tx, &[from, into], &touched).await?;
    tx.audit("customers_merged", "customer", Some(into.0), json!({ "from": from.to_string(), "act": act.to_string() }));
    Ok(act)
}

/// What an unmerge did.
#[derive(Debug, Clone)]
pub struct Unmerged {
    /// The customer that is back.
    pub customer: CustomerId,
    /// Merges that were taken back with it.
    pub later: Vec<Later>,
}

/// Takes a merge back: the parties that moved and still are where it put them return to their customers, their messages
/// with them, and the two are never brought together by evidence again. Later merges that rest on it are named, or taken
/// back first with `and_later`.
pub async fn unmerge(
    app: &App,
    subject: &Subject,
    act: LinkId,
    reason: &str,
    and_later: bool,
) -> Result<Unmerged, MergeRefused> {
    subject.require(Permission::ManageIdentity)?;
    persistently(|| async {
        let mut tx = app.db.write(subject.scope()).await?;
        let later = store::later_merges(&mut tx, act).await?;
        if !later.is_empty() && !and_later {
            return Err(MergeRefused::Later(later));
        }
        for merge in &later {
            undo(&mut tx, merge.act, reason).await?;
        }
        let customer = undo(&mut tx, act, reason).await?;
        tx.commit().await?;
        Ok(Unmerged { customer, later })
    })
    .await
}

async fn undo(tx: &mut WriteTx, act: LinkId, reason: &str) -> Result<CustomerId, MergeRefused> {
    let moved = store::act_moves(tx, act).await?;
    let store::Moved { into, from, ref evidence, .. } = *moved.first().ok_or(MergeRefused::NotFound)?;
    hold(tx, &[into, from]).await?;
    let parties: Vec<PartyId> = moved.iter().map(|moved| moved.party).collect();
    let mut back = moves::still(tx, &parties, into).await?;
    if back.is_empty() {
        return Err(MergeRefused::Moved);
    }
    // What came since goes where its evidence points.
    loop {
        let more = moves::followers(tx, act, &back, into).await?;
        if more.is_empty() {
            break;
        }
        back.extend(more);
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
        store::insert_link(tx, &link).await?;
    }
    customers::set_merged_into(tx, from, None).await?;
    let touched = moves::move_parties(tx, &back, from).await?;
    // Customers whose addresses have all gone along lead where these are.
    moves::redirect(tx, into, from).await?;
    if evidence.as_array().is_some_and(|pieces| pieces.iter().any(|piece| piece[NAMELESS] == true)) {
        moves::unname(tx, into, from).await?;
    }
    let brought = evidence.as_array().and_then(|pieces| pieces.iter().find_map(|piece| piece.get(BROUGHT)));
    if let Some(brought) = brought.and_then(|piece| Brought::deserialize(piece).ok()) {
        brought.take_back(tx, into).await?;
    }
    judge_again(tx, into).await?;
    judge_again(tx, from).await?;
    candidates::decide(tx, from, into, State::Refused).await?;
    look_at(tx, [from, into]);
    tell(tx, &[from, into], &touched).await?;
    tx.audit("customers_unmerged", "customer", Some(from.0), json!({ "act": act.to_string() }));
    Ok(from)
}
