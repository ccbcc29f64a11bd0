//! Who may be the same person: looked at when a customer is new or something was learned, never while a message waits.

use super::{
    merge::{Merge, MergeRefused, hold, merge_in},
    raw,
    verify::{heard, vouched},
    vouch::same_as,
};
use crate::{App, authz::Subject};
use meridian_domain::{
    event::Identifier,
    identity::{
        Match, Newcomer,
        candidate::{COMPARED, Profile, columns, compare_told},
        fellegi::Model,
        joins,
        pairing::{Records, Shares},
        verifier::Told,
    },
    ids::{CustomerId, TenantId},
    jobs::Job,
};
use meridian_store::{
    ReadTx, StoreError, WriteTx,
    candidates::{self, Suggestion},
    customers, identity as store,
    recognition::{self, Known, Learned},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Looks at customers: joins whom rules make one person with them, writes their blocking keys, and suggests whom they
/// are like. Those whom a rule may join are looked at one by one, all others together.
pub async fn recognise(app: &App, tenant: TenantId, customers: &[CustomerId]) -> Result<(), StoreError> {
    let subject = Subject::system(tenant);
    let mut tx = app.db.write(subject.scope()).await?;
    let mut known = recognition::known(&mut tx, &raw(customers)).await?;
    let held: Vec<(CustomerId, &Identifier)> =
        known.iter().flat_map(|(id, known)| known.ids.iter().filter(|id| joins(id)).map(|held| (*id, held))).collect();
    let mut rule = recognition::also_held(&mut tx, &held).await?;
    let all: Vec<CustomerId> = known.keys().copied().collect();
    rule.extend(heard(&mut tx, &all).await?.into_keys().flat_map(|(a, b)| [a, b]));
    known.retain(|id, _| !rule.contains(id));
    look(app, &subject, tx, known).await?;
    for customer in all.into_iter().filter(|id| rule.contains(id)) {
        let mut tx = app.db.write(subject.scope()).await?;
        if let Some(customer) = join(&mut tx, customer).await? {
            let known = recognition::known(&mut tx, &[customer.0]).await?;
            look(app, &subject, tx, known).await?;
        } else {
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Writes the blocking keys of customers and suggests whom they are like.
async fn look(
    app: &App,
    subject: &Subject,
    mut tx: WriteTx,
    known: HashMap<CustomerId, Known>,
) -> Result<(), StoreError> {
    if known.is_empty() {
        return tx.commit().await;
    }
    let learned = recognition::learned(&mut tx).await?;
    if learned.stale && recognition::ask_to_learn(&mut tx).await? {
        tx.job(&Job::LearnIdentity, subject.scope().tenant().0);
    }
    recognition::show(&mut tx, &known).await?;
    tx.commit().await?;
    // Of two that are looked at at once, the one that reads later sees the other's keys: both have committed them before.
    let mut tx = app.db.write(subject.scope()).await?;
    let customers: Vec<CustomerId> = known.keys().copied().collect();
    let subjects = known.into_iter().map(|(id, known)| (id, known.profile)).collect();
    let near = near(&mut tx, subjects, &learned, false).await?;
    keep(&mut tx, &customers, near.score(), false).await?;
    tx.commit().await
}

/// Joins customers that hold the same verified identifier of one person, or one that a passed check lifts. The one that
/// stands, if there is any.
async fn join(tx: &mut WriteTx, customer: CustomerId) -> Result<Option<CustomerId>, StoreError> {
    let Some(mut own) = customers::find(tx, customer).await?.filter(|c| c.merged_into.is_none()) else {
        return Ok(None);
    };
    let known = recognition::known(tx, &[customer.0]).await?;
    let ids: Vec<Identifier> = known.into_values().flat_map(|known| known.ids).filter(joins).collect();
    store::lock_values(tx, &ids).await?;
    match same_as(tx, Newcomer { own: Some(customer), ..Newcomer::new(&ids, &own.name) }).await? {
        Match::Link { customer: first, also, evidence } => {
            let schemes: Vec<&str> = evidence.iter().map(|e| e.scheme.as_str()).collect();
            let reason = format!("same verified {}", schemes.join(" and "));
            for twin in std::iter::once(first).chain(also) {
                become_one(tx, &mut own, twin, &reason, &json!(evidence)).await?;
            }
        }
        Match::New { former, .. } => {
            for (party, id) in former {
                recognition::ended(tx, party, &id).await?;
            }
        }
    }
    if let Some(by_check) = vouched(tx, own.id).await? {
        become_one(tx, &mut own, by_check.other, &by_check.reason, &by_check.evidence).await?;
    }
    Ok(Some(own.id))
}

/// Joins two customers, the older of whom stays: `own` is the one that stands.
async fn become_one(
    tx: &mut WriteTx,
    own: &mut customers::Customer,
    twin: CustomerId,
    reason: &str,
    evidence: &Value,
) -> Result<(), StoreError> {
    let Some(other) = customers::find(tx, twin).await?.filter(|c| c.merged_into.is_none()) else { return Ok(()) };
    let older = (other.created_at, other.id) <= (own.created_at, own.id);
    let (from, into) = if older { (own.id, other.id) } else { (other.id, own.id) };
    hold(tx, &[from, into]).await?;
    // A person may have spoken meanwhile.
    if !recognition::parted(tx, &raw(&[from, into])).await?.is_empty() {
        return Ok(());
    }
    match merge_in(tx, &Merge { from, into, reason, kind: "merge", evidence: evidence.clone() }).await {
        Ok(_) if older => *own = other,
        // Somebody else was faster: their merge has it looked at again.
        Ok(_) | Err(MergeRefused::Same | MergeRefused::NotFound) => {}
        Err(MergeRefused::Store(error)) => return Err(error),
        Err(other) => tracing::warn!(%other, "a join by rule was refused"),
    }
    Ok(())
}

/// Customers, those they share a block with, and how frequent the words of their names are.
pub(super) struct Near {
    profiles: Vec<(CustomerId, Profile)>,
    partners: Vec<(CustomerId, CustomerId)>,
    told: BTreeMap<(CustomerId, CustomerId), Told>,
    model: Model,
    shares: Shares,
}

/// Finds whom customers are to be compared with; with `later` only those of a higher id.
pub(super) async fn near(
    tx: &mut WriteTx,
    subjects: Vec<(CustomerId, Profile)>,
    learned: &Learned,
    later: bool,
) -> Result<Near, StoreError> {
    let mut partners = recognition::partners(tx, &subjects, later).await?;
    let own: HashSet<CustomerId> = subjects.iter().map(|(id, _)| *id).collect();
    let told = told(tx, &subjects).await?;
    // Whom a check speaks of is compared, whether they share a block or not.
    for (a, b) in told.keys().copied() {
        let pair = if own.contains(&a) { (a, b) } else { (b, a) };
        let wanted = own.contains(&pair.0) && (!later || pair.0 < pair.1);
        if wanted && !partners.contains(&pair) && !partners.contains(&(pair.1, pair.0)) {
            partners.push(pair);
        }
    }
    let mut others: Vec<CustomerId> = partners.iter().map(|(_, other)| *other).filter(|id| !own.contains(id)).collect();
    others.sort_unstable();
    others.dedup();
    let mut terms: Vec<_> = subjects.iter().flat_map(|(_, profile)| profile.terms()).collect();
    terms.sort_unstable();
    terms.dedup();
    let shares = recognition::shares(tx, &terms, learned).await?;
    let mut profiles = subjects;
    profiles.extend(recognition::profiles(tx, &raw(&others)).await?);
    Ok(Near { profiles, partners, told, model: model(learned), shares })
}

/// What outside verifiers say of customers and others.
async fn told(
    tx: &mut WriteTx,
    subjects: &[(CustomerId, Profile)],
) -> Result<BTreeMap<(CustomerId, CustomerId), Told>, StoreError> {
    let ids: Vec<CustomerId> = subjects.iter().map(|(id, _)| *id).collect();
    Ok(heard(tx, &ids).await?.into_iter().map(|(pair, heard)| (pair, heard.told)).collect())
}

impl Near {
    /// The pairs that are likely.
    pub(super) fn score(self) -> Vec<Suggestion> {
        let places: HashMap<CustomerId, usize> =
            self.profiles.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
        let place = |id: &CustomerId| places.get(id).copied();
        // Who was merged meanwhile has no profile any more.
        let met = self.partners.iter().filter_map(|pair| Some((*pair, (place(&pair.0)?, place(&pair.1)?))));
        let (met, pairs): (Vec<_>, Vec<_>) = met.unzip();
        let profiles: Vec<&Profile> = self.profiles.iter().map(|(_, profile)| profile).collect();
        let said = |(at, (a, b)): (usize, &(CustomerId, CustomerId))| {
            self.told.get(&(*a.min(b), *a.max(b))).map(|told| (at, told.clone()))
        };
        let told: HashMap<usize, Told> = met.iter().enumerate().filter_map(said).collect();
        let likely = met.into_iter().zip(compare_told(&profiles, &pairs, &told, &self.model, self.shares));
        likely
            .filter(|(_, likeness)| likeness.suggested)
            .map(|((a, b), likeness)| Suggestion { a, b, score: likeness.score, evidence: likeness.evidence })
            .collect()
    }
}

/// Suggests what is likely of customers, and forgets what no longer is; with `later` only with those of a higher id. How
/// many suggestions are new.
pub(super) async fn keep(
    tx: &mut WriteTx,
    customers: &[CustomerId],
    mut found: Vec<Suggestion>,
    later: bool,
) -> Result<u64, StoreError> {
    let mut concerned: Vec<CustomerId> = found.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    concerned.sort_unstable();
    concerned.dedup();
    if !concerned.is_empty() {
        let parted = recognition::parted(tx, &raw(&concerned)).await?;
        found.retain(|pair| !parted.contains(&(pair.a, pair.b)) && !parted.contains(&(pair.b, pair.a)));
    }
    let pairs: Vec<(CustomerId, CustomerId)> = found.iter().map(|pair| (pair.a, pair.b)).collect();
    candidates::keep_only(tx, &raw(customers), &pairs, later).await?;
    candidates::suggest(tx, &found).await
}

/// The tenant's parameters, or typical ones until there were enough customers.
fn model(learned: &Learned) -> Model {
    match &learned.params {
        Some(params) => params.clone().among(learned.customers),
        None => Model::typical(&COMPARED, learned.customers),
    }
}

/// Customers that are learned from, the newest.
const LEARN_FROM: usize = 50_000;
/// From so many on there is something to learn.
const LEARN_AT_LEAST: usize = 500;
/// Words of names whose share is kept, a place.
const TERMS: usize = 5_000;
/// Customers read at once.
const PART: i64 = 1_000;

/// Estimates the tenant's parameters from its own customers.
pub async fn learn(app: &App, tenant: TenantId) -> Result<(), StoreError> {
    let subject = Subject::system(tenant);
    let (mut profiles, mut after) = (Vec::new(), None);
    let mut tx = app.db.read(subject.scope()).await?;
    let customers = usize::try_from(recognition::count(&mut tx).await?).unwrap_or(0);
    drop(tx);
    while profiles.len() < LEARN_FROM {
        let mut tx: ReadTx = app.db.read(subject.scope()).await?;
        let ids = recognition::next(&mut tx, after, true, PART).await?;
        let Some(last) = ids.last() else { break };
        after = Some(last.0);
        let known = recognition::known(&mut tx, &raw(&ids)).await?;
        // In id order, so that the same customers give the same parameters.
        profiles.extend(ids.iter().filter_map(|id| known.get(id)).map(|known| known.profile.clone()));
    }
    profiles.retain(|profile| !profile.is_empty());
    let records = profiles.len();
    let learned = tokio::task::spawn_blocking(move || {
        let records = Records::new(columns(&profiles));
        (records.len() >= LEARN_AT_LEAST).then(|| (Model::learn(&records), records.common_names(TERMS)))
    });
    let (params, terms) = learned.await.ok().flatten().map_or((None, Vec::new()), |(m, terms)| (Some(m), terms));
    let mut tx = app.db.write(subject.scope()).await?;
    recognition::set_learned(&mut tx, &Learned { params, records, customers, stale: false }, &terms).await?;
    tx.commit().await
}
