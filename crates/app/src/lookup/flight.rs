//! Requests on their way: one a customer at a time, however many look, and few a tenant.

use super::step;
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{CustomerId, TenantId},
    lookup::{self as rules, Answer, BUDGET, Fault, FaultKind, OPENS_AFTER, Question, Sent, Step},
    secret::Secret,
    time::Instant,
};
use meridian_store::{StoreError, WriteTx, lookups as store};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant as Tick, sleep, timeout_at},
};

/// Most requests of a tenant at a time, in one process.
const EACH: usize = 8;
/// Most requests at a time, in one process.
const ALL: usize = 64;
/// Seconds after which the asking of a process that died is free.
const CLAIM: f64 = 3.0;
/// Seconds in which one try says whether a system that failed often is back.
const TRY: f64 = 2.0;
/// How often another process' request is looked at.
const EVERY: Duration = Duration::from_millis(40);
/// The least time a system is given.
const LEAST: Duration = Duration::from_millis(400);
/// For how long those who look wait, above the budget: for the database on both sides of the request.
const SLACK: Duration = Duration::from_millis(500);

/// What somebody wants to know.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    pub tenant: TenantId,
    pub customer: CustomerId,
    pub locale: String,
    pub digest: String,
    pub sent: Vec<Sent>,
    /// Though the answer is fresh.
    pub again: bool,
    pub now: Instant,
}

type Key = (TenantId, CustomerId, String, String);
/// What came of a flight beside what is kept: why nothing was asked.
type Landing = Option<Fault>;

/// Requests under way in this process.
#[derive(Clone)]
pub struct Lookups(Arc<Inner>);

struct Inner {
    flights: Mutex<HashMap<Key, watch::Receiver<Landing>>>,
    places: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
    all: Arc<Semaphore>,
}

impl Default for Lookups {
    fn default() -> Self {
        let all = Arc::new(Semaphore::new(ALL));
        Self(Arc::new(Inner { flights: Mutex::default(), places: Mutex::default(), all }))
    }
}

impl Lookups {
    /// A place among the requests of the tenant, and among all.
    async fn place(&self, tenant: TenantId, until: Tick) -> Option<[OwnedSemaphorePermit; 2]> {
        let own = {
            let mut places = self.0.places.lock().unwrap_or_else(PoisonError::into_inner);
            places.retain(|known, held| *known == tenant || Arc::strong_count(held) > 1);
            Arc::clone(places.entry(tenant).or_insert_with(|| Arc::new(Semaphore::new(EACH))))
        };
        let own = timeout_at(until, own.acquire_owned()).await.ok()?.ok()?;
        let one = timeout_at(until, Arc::clone(&self.0.all).acquire_owned()).await.ok()?.ok()?;
        Some([own, one])
    }
}

/// A flight that is over, however it ended: the next one who looks may begin another.
struct Leaves(Lookups, Key);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.0.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// Asks, or waits for who asks already. The request goes on though the one who wanted it is gone.
pub(super) async fn fly(app: &App, errand: Errand) -> Landing {
    let key = (errand.tenant, errand.customer, errand.locale.clone(), errand.digest.clone());
    let (mut landing, begins) = {
        let mut flights = app.lookups.0.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(landing) = flights.get(&key) {
            (landing.clone(), None)
        } else {
            let (land, landing) = watch::channel(None);
            flights.insert(key.clone(), landing.clone());
            (landing, Some(land))
        }
    };
    if let Some(land) = begins {
        let (app, leaves) = (app.clone(), Leaves(app.lookups.clone(), key));
        tokio::spawn(async move {
            let _leaves = leaves;
            let came = ask(&app, &errand).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "a look-up failed");
                Some(Fault::new(FaultKind::Busy, ""))
            });
            let _ = land.send(came);
        });
    }
    match timeout_at(Tick::now() + BUDGET + SLACK, landing.changed()).await {
        Ok(_) => landing.borrow().clone(),
        Err(_) => Some(Fault::new(FaultKind::Busy, "")),
    }
}

/// One request, if nobody else makes it, and what came of it.
async fn ask(app: &App, errand: &Errand) -> Result<Landing, StoreError> {
    let until = Tick::now() + BUDGET;
    // Who waited too long for a place asks nothing: a system that is given no time would seem slow.
    let Some(_place) = app.lookups.place(errand.tenant, until - LEAST).await else {
        return Ok(Some(Fault::new(FaultKind::Busy, "")));
    };
    let (url, secrets) = match set_out(app, errand).await? {
        Start::Go(url, secrets) => (url, secrets),
        Start::Done => return Ok(None),
        Start::Rests => return Ok(Some(Fault::new(FaultKind::Resting, ""))),
        Start::Wait => return wait(app, errand, until).await,
    };
    let body = rules::request(&errand.customer.to_string(), &errand.sent, &errand.locale);
    let id = format!("lkp_{}", app.db.ids().next::<uuid::Uuid>().simple());
    let patience = until.duration_since(Tick::now()).max(LEAST);
    let question = Question { url: &url, secrets: &secrets, id: &id, body: &body, now: errand.now, patience };
    let exchange = app.providers.look_up(question).await;
    let outcome = rules::understand(&exchange);
    let mut tx = app.db.write_again(Subject::system(errand.tenant).scope(), 0).await?;
    store::record(&mut tx, errand.customer, &errand.locale, &errand.digest, &outcome).await?;
    fares(&mut tx, &outcome, exchange.took, exchange.retry_after_s).await?;
    tx.commit().await?;
    Ok(None)
}

/// How a request begins.
enum Start {
    /// It is made: where to, and what signs it.
    Go(String, Vec<Secret>),
    /// What is kept is good by now, or the look-up is off.
    Done,
    /// Another process makes it.
    Wait,
    /// The system is left alone.
    Rests,
}

/// Takes the request upon this process, in the light of what others did a moment ago.
async fn set_out(app: &App, errand: &Errand) -> Result<Start, StoreError> {
    let mut tx = app.db.write_again(Subject::system(errand.tenant).scope(), 0).await?;
    if !store::claim(&mut tx, errand.customer, &errand.locale, &errand.digest, CLAIM).await? {
        return Ok(Start::Wait);
    }
    // Read after the claim, which waited for whoever had it.
    let Some(setting) = store::setting(&mut tx).await?.filter(|setting| setting.enabled) else {
        return Ok(Start::Done);
    };
    let kept = store::kept(&mut tx, errand.customer, &errand.locale).await?;
    match step(&setting, kept.as_ref(), &errand.digest, errand.again) {
        Step::Show => return Ok(Start::Done),
        Step::Rest(_) => return Ok(Start::Rests),
        Step::Ask => {}
    }
    if setting.faults >= OPENS_AFTER && !store::try_resting(&mut tx, TRY).await? {
        return Ok(Start::Rests);
    }
    let secrets = store::secrets(&mut tx, &app.sealer).await?;
    tx.commit().await?;
    Ok(Start::Go(setting.url, secrets))
}

/// Waits for the request of another process.
async fn wait(app: &App, errand: &Errand, until: Tick) -> Result<Landing, StoreError> {
    while Tick::now() < until {
        sleep(EVERY).await;
        let mut tx = app.db.read(Subject::system(errand.tenant).scope()).await?;
        let kept = store::kept(&mut tx, errand.customer, &errand.locale).await?;
        if kept.is_none_or(|kept| !kept.asking) {
            return Ok(None);
        }
    }
    Ok(Some(Fault::new(FaultKind::Busy, "")))
}

/// Notes how the system fares: faults in a row, and for how long it is left alone. One that answers badly answers.
pub(crate) async fn fares(
    tx: &mut WriteTx,
    outcome: &Result<Option<Answer>, Fault>,
    took: Duration,
    retry_after_s: Option<u32>,
) -> Result<(), StoreError> {
    match outcome {
        Ok(_) => store::answered(tx, i32::try_from(took.as_millis()).unwrap_or(i32::MAX)).await,
        Err(fault) => {
            let Some(before) = store::lock_faults(tx).await? else { return Ok(()) };
            let faults = if fault.kind.of_system() { before.saturating_add(1) } else { 0 };
            store::failed(tx, fault, faults, rules::pause(faults, retry_after_s)).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tenant_has_few_places_and_takes_none_from_others() {
        let (lookups, soon) = (Lookups::default(), || Tick::now() + Duration::from_millis(20));
        let tenant = |n: u128| TenantId(uuid::Uuid::from_u128(n));
        let mut held = Vec::new();
        for _ in 0..EACH {
            held.push(lookups.place(tenant(1), soon()).await.unwrap());
        }
        assert!(lookups.place(tenant(1), soon()).await.is_none());
        assert!(lookups.place(tenant(2), soon()).await.is_some());
        held.pop();
        assert!(lookups.place(tenant(1), soon()).await.is_some());
        for n in 3..100 {
            held.extend(lookups.place(tenant(n), soon()).await);
        }
        assert_eq!(held.len(), ALL, "all together have no more than this");
    }
}
