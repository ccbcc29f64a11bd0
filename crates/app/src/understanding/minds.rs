//! Intent models and rules in force, kept in the process: one model is shared by all lanes, and another version is read
//! when the first message after its activation comes.

use crate::{App, authz::Subject};
use meridian_domain::{
    ids::TenantId,
    red::Rule,
    understanding::{
        intent::Model,
        message::{Reading, looked_at},
    },
};
use meridian_store::{StoreError, WriteTx, intents, red};
use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::OnceCell;

/// Bytes of models that are kept; those that were not asked longest go first.
const MOST_BYTES: usize = 256 * 1024 * 1024;
/// How long a model that could not be fetched is not tried again.
const AGAIN: Duration = Duration::from_secs(30);
/// How long fetching one may hold up its messages.
const PATIENCE: Duration = Duration::from_secs(5);
/// Messages that are read at once on the thread at hand; more go to one that may be kept busy.
const FEW: usize = 4;

/// A model in force.
struct Active {
    version: i32,
    model: Model,
    bytes: usize,
}

/// A model that is there, being fetched, or cannot be had.
#[derive(Clone)]
struct Slot {
    version: i32,
    model: Arc<OnceCell<Option<Arc<Active>>>>,
    failed: Option<Instant>,
    asked: Instant,
}

/// The rules of a version, if one of them listens.
type Rules = (i32, Arc<Vec<Rule>>);

/// Models and rules of tenants in force.
#[derive(Clone, Default)]
pub struct Minds(Arc<Shared>);

#[derive(Default)]
struct Shared {
    models: Mutex<HashMap<TenantId, Slot>>,
    rules: Mutex<HashMap<TenantId, Rules>>,
}

/// What a batch of messages is read with.
#[derive(Clone)]
pub(crate) struct Mind {
    model: Option<Arc<Active>>,
    /// A model is in force and could not be had.
    pub lacks_model: bool,
    /// The rules of the red channel that listen to what customers say.
    pub rules: Arc<Vec<Rule>>,
}

/// Reading a text failed: a defect, whose trace is in the log.
#[derive(Debug, Clone, Copy)]
struct Broke;

/// What came of reading a text; none when it is blank.
type Tried = Result<Option<Reading>, Broke>;

/// What came of reading texts.
pub(crate) struct Readings {
    /// In the order given; none for what is blank, and for what could not be read.
    pub each: Vec<Option<Reading>>,
    /// How many could not be read.
    pub faults: usize,
    /// How long it took.
    pub took: Duration,
}

impl Minds {
    /// What the messages of a tenant are read with, given the versions in force. A model that cannot be had is done
    /// without.
    pub(crate) async fn of(
        &self,
        app: &App,
        tx: &mut WriteTx,
        model: Option<i32>,
        rules: i32,
    ) -> Result<Mind, StoreError> {
        let tenant = tx.scope().tenant();
        let rules = self.rules(tx, tenant, rules).await?;
        let Some(version) = model else {
            return Ok(Mind { model: None, lacks_model: false, rules });
        };
        let model = self.model(app, tenant, version).await;
        Ok(Mind { lacks_model: model.is_none(), model, rules })
    }

    /// The rules of a version that listen.
    async fn rules(&self, tx: &mut WriteTx, tenant: TenantId, version: i32) -> Result<Arc<Vec<Rule>>, StoreError> {
        if version == 0 {
            return Ok(Arc::default());
        }
        let known = || self.0.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rules)) = known().get(&tenant).filter(|(known, _)| *known == version) {
            return Ok(Arc::clone(rules));
        }
        let found = red::rules(tx).await?;
        // A rule that does not listen may come before one that does, and decide.
        let listens = found.rules.iter().any(|rule| rule.when.listens());
        let rules = Arc::new(if listens { found.rules } else { Vec::new() });
        known().insert(tenant, (found.version, Arc::clone(&rules)));
        Ok(rules)
    }

    async fn model(&self, app: &App, tenant: TenantId, version: i32) -> Option<Arc<Active>> {
        let slot = self.slot(tenant, version);
        if slot.failed.is_some_and(|at| at.elapsed() < AGAIN) {
            return None;
        }
        let fetched = slot.model.get_or_try_init(|| fetch(app, tenant, version)).await;
        match fetched {
            Ok(model) => {
                let model = model.clone();
                self.shrink(tenant);
                model
            }
            Err(error) => {
                tracing::error!(%error, %tenant, version, "the intent model could not be fetched");
                let mut slots = self.0.models.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(slot) = slots.get_mut(&tenant).filter(|slot| slot.version == version) {
                    slot.failed = Some(Instant::now());
                }
                None
            }
        }
    }

    fn slot(&self, tenant: TenantId, version: i32) -> Slot {
        let now = Instant::now();
        let fresh = || Slot { version, model: Arc::default(), failed: None, asked: now };
        let mut slots = self.0.models.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = slots.entry(tenant).or_insert_with(fresh);
        if slot.version != version {
            *slot = fresh();
        }
        slot.asked = now;
        slot.clone()
    }

    /// Lets models go that were not asked longest, until the rest fits; never the one at hand.
    fn shrink(&self, at_hand: TenantId) {
        let bytes = |slot: &Slot| slot.model.get().and_then(Option::as_ref).map_or(0, |model| model.bytes);
        let mut slots = self.0.models.lock().unwrap_or_else(PoisonError::into_inner);
        while slots.values().map(bytes).sum::<usize>() > MOST_BYTES {
            let others = slots.iter().filter(|(tenant, slot)| **tenant != at_hand && bytes(slot) > 0);
            let Some(oldest) = others.min_by_key(|(_, slot)| slot.asked).map(|(tenant, _)| *tenant) else { break };
            slots.remove(&oldest);
        }
    }
}

/// Fetches a model, in a transaction of its own: what goes wrong here costs its messages nothing. `None` when this
/// release cannot read it.
async fn fetch(app: &App, tenant: TenantId, version: i32) -> Result<Option<Arc<Active>>, StoreError> {
    let bytes = tokio::time::timeout(PATIENCE, async {
        let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
        intents::model(&mut tx, version).await
    });
    let Some(bytes) = bytes.await.map_err(|_| StoreError::Interrupted)?? else { return Ok(None) };
    let read = tokio::task::spawn_blocking(move || (Model::from_bytes(&bytes), bytes.len())).await;
    let (model, bytes) = read.map_err(|_| StoreError::Interrupted)?;
    match model {
        Ok(model) => Ok(Some(Arc::new(Active { version, model, bytes }))),
        Err(error) => {
            tracing::error!(%error, %tenant, version, "the intent model cannot be read");
            Ok(None)
        }
    }
}

impl Mind {
    /// Reads texts. What goes wrong with one leaves that one out.
    pub async fn read(&self, texts: Vec<Option<&str>>) -> Readings {
        let began = Instant::now();
        let some = texts.iter().flatten().count();
        let read: Vec<Option<Tried>> = if some <= FEW {
            texts.iter().map(|text| text.map(|text| self.one(text))).collect()
        } else {
            let (mind, all) = (self.clone(), texts.len());
            let texts: Vec<Option<String>> =
                texts.iter().map(|text| text.and_then(looked_at).map(str::to_owned)).collect();
            let read = tokio::task::spawn_blocking(move || {
                texts.iter().map(|text| text.as_deref().map(|text| mind.one(text))).collect()
            });
            read.await.unwrap_or_else(|_| vec![Some(Err(Broke)); all])
        };
        let faults = read.iter().filter(|read| matches!(read, Some(Err(Broke)))).count();
        let each = read.into_iter().map(|read| read.and_then(Result::ok).flatten()).collect();
        Readings { each, faults, took: began.elapsed() }
    }

    /// One text; an error when reading it failed.
    fn one(&self, text: &str) -> Tried {
        let model = self.model.as_deref().map(|active| (active.version, &active.model));
        catch_unwind(AssertUnwindSafe(|| Reading::of(text, model))).map_err(|_| Broke)
    }
}
