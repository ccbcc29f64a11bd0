//! Stored requests on their way into timelines: read, parsed and applied a batch at a time, so that under load many
//! messages share a transaction.

use crate::{Settings, handlers::on_failure};
use futures_util::future::BoxFuture;
use meridian_app::inbound::{self, Parsed, Stored};
use meridian_bus::{Delivery, Handler, Outcome};
use meridian_channels::{StoredRequest, registry};
use meridian_domain::{
    actor::Actor,
    ids::{RawId, TenantId},
    jobs::{Family, Job},
};
use meridian_store::{StoreError, TenantScope, inbound as raws};
use meridian_telemetry::point;
use std::collections::HashMap;

/// Attempts before a stored request is set aside as failed, visible to admins.
const ATTEMPTS: i32 = 10;

/// The handler of the family `ingest`.
pub(crate) struct Ingest {
    settings: Settings,
}

impl Handler for Ingest {
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>> {
        Box::pin(async move {
            let started = tokio::time::Instant::now();
            let mut outcomes = vec![Outcome::Done; batch.len()];
            let mut by_tenant: HashMap<TenantId, Vec<(usize, RawId)>> = HashMap::new();
            for (n, delivery) in batch.iter().enumerate() {
                match serde_json::from_value(delivery.envelope.job.clone()) {
                    Ok(Job::Ingest { raw }) => {
                        by_tenant.entry(TenantId(delivery.envelope.tenant)).or_default().push((n, raw));
                    }
                    Ok(_) => outcomes[n] = Outcome::Dead("a job of another family".to_owned()),
                    Err(error) => outcomes[n] = Outcome::Dead(format!("unknown job: {error}")),
                }
            }
            for (tenant, asked) in by_tenant {
                let raws: Vec<RawId> = asked.iter().map(|(_, raw)| *raw).collect();
                if raws.len() > 1 && self.together(tenant, &raws).await.is_ok() {
                    continue;
                }
                // One that cannot be applied is found by trying each alone.
                for (n, raw) in asked {
                    outcomes[n] = self.alone(tenant, raw, batch[n].envelope.attempt).await;
                }
            }
            metrics::histogram!("meridian_job_seconds", "family" => Family::Ingest.code())
                .record(started.elapsed().as_secs_f64());
            outcomes
        })
    }
}

impl Ingest {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings }
    }

    /// Reads and applies requests of one tenant and what came before them in their lanes; those that are done already
    /// are left out.
    async fn together(&self, tenant: TenantId, ids: &[RawId]) -> Result<(), StoreError> {
        while self.some(tenant, ids).await? {}
        Ok(())
    }

    /// As many as go into one transaction; whether there may be more.
    async fn some(&self, tenant: TenantId, ids: &[RawId]) -> Result<bool, StoreError> {
        let mut claimed = inbound::claim(&self.settings.app, tenant, ids).await?;
        if claimed.requests.is_empty() {
            return Ok(false);
        }
        let more = claimed.more;
        let read = |Stored { id, raw, account }: Stored| {
            let request = StoredRequest { part: raw.request, body: raw.body.into(), received_at: raw.received_at };
            let events = registry::get(account.kind).read(&account, &request);
            Parsed { raw: id, account: account.id, kind: account.kind, events }
        };
        let requests: Vec<Parsed> = std::mem::take(&mut claimed.requests).into_iter().map(read).collect();
        let done = claimed.apply(&requests).await?;
        point("ingest.committed");
        let read = done.read;
        if read.messages > 0 {
            metrics::counter!("meridian_messages_read_total").increment(read.messages as u64);
            metrics::counter!("meridian_messages_read_faults_total").increment(read.faults as u64);
            metrics::histogram!("meridian_message_read_seconds").record(read.took.as_secs_f64() / read.messages as f64);
        }
        for (request, done) in requests.iter().zip(done.each) {
            let kind = request.kind.code();
            metrics::counter!("meridian_events_total", "kind" => kind).increment(u64::from(done.applied));
            metrics::counter!("meridian_unknown_events_total", "kind" => kind).increment(u64::from(done.unknown));
        }
        Ok(more)
    }

    async fn alone(&self, tenant: TenantId, id: RawId, attempt: u32) -> Outcome {
        let error = match self.together(tenant, &[id]).await {
            Ok(()) => return Outcome::Done,
            Err(error) => error,
        };
        if error.transient() {
            tracing::warn!(%error, %tenant, raw = %id, attempt, "job failed");
            return on_failure(&error, attempt);
        }
        match self.count_failure(tenant, id, &error).await {
            Ok(attempts) => {
                tracing::error!(%error, %tenant, raw = %id, attempts, "a stored request cannot be applied");
                if attempts >= ATTEMPTS { Outcome::Dead(error.to_string()) } else { Outcome::Retry(5) }
            }
            Err(error) => on_failure(&error, attempt),
        }
    }

    /// Poison is counted where it survives the broker.
    async fn count_failure(&self, tenant: TenantId, id: RawId, error: &StoreError) -> Result<i32, StoreError> {
        let mut tx = self.settings.app.db.write(&TenantScope::acting(tenant, Actor::System)).await?;
        let attempts = raws::record_failure(&mut tx, id, &error.to_string(), ATTEMPTS).await?;
        tx.commit().await?;
        Ok(attempts)
    }
}
