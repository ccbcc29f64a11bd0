//! Webhooks: changes become events, and what is due is posted. Any number of processes may run beside each other: changes
//! of a tenant are taken under its lock, deliveries are claimed. A slow endpoint holds up nothing but itself.

use crate::Settings;
use meridian_app::webhooks as app;
use meridian_domain::time::Clock;
use meridian_store::{
    StoreError,
    webhook_log::Outcome,
    webhooks::{self as store, Due},
};
use meridian_telemetry::point;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Between two looks when nothing is to be done.
const EVERY: Duration = Duration::from_millis(200);
/// Between two looks while the database is away.
const AWAY: Duration = Duration::from_secs(2);
/// Posts on their way, in all and to one endpoint.
const MOST: usize = 64;
const EACH: usize = 8;

/// Posts on their way, each with where it goes.
#[derive(Default)]
struct Flying {
    tasks: JoinSet<()>,
    endpoints: HashMap<Id, Uuid>,
}

impl Flying {
    /// One came down, as it was to or broken.
    fn landed(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = ended.map_or_else(|broken| broken.id(), |(id, ())| id);
        self.endpoints.remove(&id);
    }

    fn busy(&self) -> Vec<Uuid> {
        let busy: BTreeSet<Uuid> = self.endpoints.values().copied().collect();
        busy.into_iter().collect()
    }
}

pub(crate) async fn run(settings: Settings, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut flying = Flying::default();
    while !stop.is_cancelled() {
        while let Some(ended) = flying.tasks.try_join_next_with_id() {
            flying.landed(ended);
        }
        let wait = match round(&settings, &clock, &mut flying).await {
            Ok(true) => continue,
            Ok(false) => EVERY,
            Err(error) => {
                tracing::warn!(%error, "webhooks wait, they are tried again");
                AWAY
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(wait) => {}
            Some(ended) = flying.tasks.join_next_with_id(), if !flying.tasks.is_empty() => flying.landed(ended),
        }
    }
    while flying.tasks.join_next().await.is_some() {}
}

/// One look over all tenants; true when there may be more to gather at once.
async fn round(settings: &Settings, clock: &Arc<dyn Clock>, flying: &mut Flying) -> Result<bool, StoreError> {
    let db = &settings.app.db;
    let mut more = false;
    for tenant in store::waiting(db).await? {
        match app::gather(&settings.app, tenant).await {
            Ok(full) => more |= full,
            // One tenant's trouble is not the others'.
            Err(error) => tracing::warn!(%error, %tenant, "changes did not become webhook events, they wait"),
        }
    }
    let room = MOST.saturating_sub(flying.tasks.len());
    if room > 0 {
        let (busy, each) = (flying.busy(), i64::try_from(EACH).unwrap_or(8));
        for due in store::claim(db, &busy, each, i64::try_from(room).unwrap_or(0)).await? {
            let endpoint = due.endpoint.0;
            let task = flying.tasks.spawn(deliver(settings.clone(), Arc::clone(clock), due));
            flying.endpoints.insert(task.id(), endpoint);
        }
    }
    Ok(more)
}

/// Posts one delivery and records what came of it.
async fn deliver(settings: Settings, clock: Arc<dyn Clock>, due: Due) {
    if let Err(error) = attempt(&settings, &*clock, due).await {
        // The claim runs out, and it is tried again.
        tracing::warn!(%error, delivery = %due.delivery, tenant = %due.tenant, "a webhook attempt was not recorded");
    }
}

async fn attempt(settings: &Settings, clock: &dyn Clock, due: Due) -> Result<(), StoreError> {
    let Some(out) = app::outgoing(&settings.app, due.tenant, due.delivery).await? else { return Ok(()) };
    let begun = tokio::time::Instant::now();
    let posted = meridian_channels::webhooks::post(
        &settings.http,
        &out.url,
        &out.secrets,
        &out.webhook_id,
        &out.body,
        clock.now(),
    )
    .await;
    point("webhook.posted");
    let took = begun.elapsed();
    metrics::histogram!("meridian_webhook_seconds").record(took.as_secs_f64());
    let result = if posted.error.is_none() { "taken" } else { "refused" };
    metrics::counter!("meridian_webhook_posts_total", "result" => result).increment(1);
    let outcome = Outcome {
        duration_ms: i32::try_from(took.as_millis()).unwrap_or(i32::MAX),
        headers: posted.headers,
        status: posted.status,
        response: posted.response,
        error: posted.error,
    };
    app::attempted(&settings.app, due.tenant, due.delivery, &outcome, posted.retry_after_s).await
}
