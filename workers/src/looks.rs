//! Customers to be looked at: nobody waits for it, so those of a tenant that come within a moment are looked at together.

use crate::{BATCH, handlers::Jobs};
use futures_util::future::BoxFuture;
use meridian_app::identity;
use meridian_bus::{Delivery, Handler, Outcome};
use meridian_domain::{
    ids::{CustomerId, TenantId},
    jobs::{Family, Job},
};
use std::time::Duration;

/// From the start of a batch to the next one of the same tenant; what comes meanwhile shares it.
const GATHER: Duration = Duration::from_millis(250);

/// The handler of the family `identity`.
pub(crate) struct Looks(pub Jobs);

impl Handler for Looks {
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>> {
        Box::pin(async move {
            let (next, full) = (tokio::time::Instant::now() + GATHER, batch.len() >= BATCH);
            let mut customers: Vec<CustomerId> = batch.iter().filter_map(customer).collect();
            customers.sort_unstable();
            customers.dedup();
            let tenant = batch.first().map(|delivery| TenantId(delivery.envelope.tenant));
            let looked = match tenant {
                Some(tenant) if customers.len() > 1 => self.together(tenant, &customers).await,
                _ => false,
            };
            let mut outcomes = Vec::with_capacity(batch.len());
            for delivery in batch {
                let done = looked && customer(&delivery).is_some();
                outcomes.push(if done { Outcome::Done } else { self.0.one(delivery).await });
            }
            if !full {
                tokio::time::sleep_until(next).await;
            }
            outcomes
        })
    }
}

impl Looks {
    /// Whether all were looked at; where not, the one in the way is found by looking at each alone.
    async fn together(&self, tenant: TenantId, customers: &[CustomerId]) -> bool {
        let started = tokio::time::Instant::now();
        let looked = self.0.stored(identity::recognise(&self.0.settings().app, tenant, customers)).await;
        metrics::histogram!("meridian_job_seconds", "family" => Family::Identity.code())
            .record(started.elapsed().as_secs_f64());
        if let Err(error) = &looked {
            tracing::debug!(%error, %tenant, customers = customers.len(), "looked at one by one");
        }
        looked.is_ok()
    }
}

/// Whom a job wants looked at.
fn customer(delivery: &Delivery) -> Option<CustomerId> {
    match serde_json::from_value(delivery.envelope.job.clone()) {
        Ok(Job::Recognise { customer }) => Some(customer),
        _ => None,
    }
}
