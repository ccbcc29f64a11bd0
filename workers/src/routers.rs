//! Routing leaders of one lane. The lane has a single active consumer, so each tenant has one leader at a time;
//! whatever a zombie still decides is refused by epoch and capacity in the database.

use crate::{Settings, handlers::on_failure, sweeper::wake_waiting};
use futures_util::future::BoxFuture;
use meridian_app::routing::Leader;
use meridian_bus::{Delivery, Handler, Outcome};
use meridian_domain::{ids::TenantId, jobs::Job};
use meridian_telemetry::point;
use std::collections::HashMap;
use tokio::sync::Mutex;

pub(crate) struct Routers {
    settings: Settings,
    queues: Vec<String>,
    leaders: Mutex<HashMap<TenantId, Leader>>,
}

impl Routers {
    /// The leaders of the tenants of these queues.
    pub(crate) fn new(settings: Settings, queues: Vec<String>) -> Self {
        Self { settings, queues, leaders: Mutex::default() }
    }

    /// One wake-up of one tenant: all its jobs of the batch in one transaction.
    async fn wake(&self, leader: &mut Leader, jobs: &[Job], redelivered: bool, attempt: u32) -> Outcome {
        if redelivered {
            // Another consumer had these: what we know may be old.
            leader.reset();
        }
        match leader.handle(&self.settings.app, jobs).await {
            Ok(woken) => {
                point("route.committed");
                metrics::counter!("meridian_offers_total").increment(u64::from(woken.offered));
                metrics::counter!("meridian_routing_lost_races_total").increment(u64::from(woken.lost));
                Outcome::Done
            }
            Err(error) => {
                tracing::warn!(%error, "routing failed, the leader reads its tenant again");
                on_failure(&error, attempt)
            }
        }
    }
}

impl Handler for Routers {
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>> {
        Box::pin(async move {
            let mut leaders = self.leaders.lock().await;
            let mut outcomes = vec![Outcome::Done; batch.len()];
            let mut by_tenant: HashMap<TenantId, Vec<usize>> = HashMap::new();
            for (n, delivery) in batch.iter().enumerate() {
                by_tenant.entry(TenantId(delivery.envelope.tenant)).or_default().push(n);
            }
            for (tenant, mut places) in by_tenant {
                let mut jobs: Vec<Job> = Vec::with_capacity(places.len());
                places.retain(|n| match serde_json::from_value(batch[*n].envelope.job.clone()) {
                    Ok(job) => {
                        jobs.push(job);
                        true
                    }
                    Err(error) => {
                        outcomes[*n] = Outcome::Dead(format!("a job that cannot be read: {error}"));
                        false
                    }
                });
                let redelivered = places.iter().any(|n| batch[*n].redelivered);
                let attempt = places.iter().map(|n| batch[*n].envelope.attempt).max().unwrap_or(0);
                let leader = leaders
                    .entry(tenant)
                    .or_insert_with(|| Leader::new(tenant).when_decided(|| point("route.decided")));
                let outcome = self.wake(leader, &jobs, redelivered, attempt).await;
                for n in places {
                    outcomes[n] = outcome.clone();
                }
            }
            outcomes
        })
    }

    fn connected(&self) -> BoxFuture<'_, ()> {
        // Another consumer may have led meanwhile, and nothing comes again that would say so.
        Box::pin(async move {
            self.leaders.lock().await.clear();
            if let Err(error) = wake_waiting(&self.settings, &self.queues).await {
                tracing::warn!(%error, "work that waits is looked at with the next event of its tenant");
            }
        })
    }
}
