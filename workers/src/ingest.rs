//! Stored requests on their way into timelines: read, parsed and applied a batch at a time, so that under load many
//! messages share a transaction.

use crate::{
    Settings,
    behind::{Behind, Group},
    handlers::on_failure,
};
use futures_util::future::BoxFuture;
use meridian_app::inbound::{self, Claimed, Parsed, Stored};
use meridian_bus::{Delivery, Handler, Outcome, Turn};
use meridian_channels::{StoredRequest, registry};
use meridian_domain::{
    actor::Actor,
    ids::{RawId, TenantId},
    jobs::Job,
};
use meridian_store::{StoreError, TenantScope, inbound as raws};
use meridian_telemetry::point;
use std::collections::HashSet;

/// Attempts before a stored request is set aside as failed, visible to admins.
const ATTEMPTS: i32 = 10;

/// The handler of the family `ingest`. Its jobs come in lines by tenant.
pub(crate) struct Ingest {
    settings: Settings,
    behind: Behind,
}

impl Handler for Ingest {
    fn handle(&self, batch: Vec<Delivery>, turn: Turn) -> BoxFuture<'_, Vec<Outcome>> {
        Box::pin(async move {
            let started = tokio::time::Instant::now();
            let mut outcomes = vec![Outcome::Done; batch.len()];
            let mut asked: Vec<Asked> = Vec::with_capacity(batch.len());
            for (at, delivery) in batch.iter().enumerate() {
                match serde_json::from_value(delivery.envelope.job.clone()) {
                    Ok(Job::Ingest { raw }) => asked.push(Asked { raw, at, attempt: delivery.envelope.attempt }),
                    Ok(_) => outcomes[at] = Outcome::Dead("a job of another family".to_owned()),
                    Err(error) => outcomes[at] = Outcome::Dead(format!("unknown job: {error}")),
                }
            }
            if let Some(tenant) = batch.first().map(|delivery| TenantId(delivery.envelope.tenant)) {
                self.all(tenant, &asked, &mut outcomes, turn).await;
            }
            metrics::histogram!("meridian_job_seconds", "family" => "ingest").record(started.elapsed().as_secs_f64());
            outcomes
        })
    }
}

/// A stored request that a job asks for, with the place of the job in its batch.
struct Asked {
    raw: RawId,
    at: usize,
    attempt: u32,
}

impl Ingest {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings, behind: Behind::default() }
    }

    /// What has its place is applied first; then what follows in the line may go on while newcomers are seen to.
    async fn all(&self, tenant: TenantId, asked: &[Asked], outcomes: &mut [Outcome], turn: Turn) {
        let raws: Vec<RawId> = asked.iter().map(|one| one.raw).collect();
        let mut groups = Vec::new();
        loop {
            match self.known_first(tenant, &raws, &mut groups).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::debug!(%error, %tenant, requests = raws.len(), "applied one by one");
                    drop(groups);
                    // One that cannot be applied is found by trying each alone.
                    for one in asked {
                        outcomes[one.at] = self.alone(tenant, one.raw, one.attempt).await;
                    }
                    return;
                }
            }
        }
        turn.pass();
        for mut group in groups {
            group.turn().await;
            point("ingest.behind");
            let others: Vec<RawId> =
                self.behind.of(tenant).raws.into_iter().filter(|raw| !group.raws.contains(raw)).collect();
            if self.together(tenant, &group.raws, &others).await.is_ok() {
                continue;
            }
            for raw in &group.raws {
                let of_ours = asked.iter().find(|one| one.raw == *raw);
                let outcome = self.alone(tenant, *raw, of_ours.map_or(0, |one| one.attempt)).await;
                if let Some(one) = of_ours {
                    outcomes[one.at] = outcome;
                }
            }
        }
    }

    /// Takes requests in hand with what came before them in their lanes, applies those that have their places, and lets
    /// the others wait in a group; those that are done already are left out. Whether there may be more.
    async fn known_first<'a>(
        &'a self,
        tenant: TenantId,
        ids: &[RawId],
        groups: &mut Vec<Group<'a>>,
    ) -> Result<bool, StoreError> {
        let behind = self.behind.of(tenant);
        let mut claimed = inbound::claim(&self.settings.app, tenant, ids, &behind.raws).await?;
        if claimed.requests.is_empty() {
            return Ok(false);
        }
        let (more, nobody) = (claimed.more, behind.raws.is_empty());
        let requests = read(&mut claimed);
        if nobody && requests.len() == 1 {
            self.apply(claimed, &requests).await?;
            return Ok(more);
        }
        let comers = claimed.newcomers(&requests, &behind.senders).await?;
        if nobody && comers.iter().all(|one| one.new) {
            self.apply(claimed, &requests).await?;
            return Ok(more);
        }
        let (mut known, mut new, mut senders) = (Vec::with_capacity(requests.len()), Vec::new(), HashSet::new());
        for (request, comer) in requests.into_iter().zip(comers) {
            if comer.new {
                new.push(request.raw);
                senders.extend(comer.senders);
            } else {
                known.push(request);
            }
        }
        if !new.is_empty() {
            metrics::counter!("meridian_ingest_behind_total").increment(new.len() as u64);
            groups.push(self.behind.join(tenant, new.clone(), senders));
        }
        // Without anything to apply, what was claimed is given back by undoing all.
        if !known.is_empty() {
            if !new.is_empty() {
                claimed.give_back(&new).await?;
            }
            self.apply(claimed, &known).await?;
        }
        Ok(more)
    }

    /// Reads and applies requests of one tenant and what came before them in their lanes, but for `except`; those that
    /// are done already are left out.
    async fn together(&self, tenant: TenantId, ids: &[RawId], except: &[RawId]) -> Result<(), StoreError> {
        loop {
            let mut claimed = inbound::claim(&self.settings.app, tenant, ids, except).await?;
            if claimed.requests.is_empty() {
                return Ok(());
            }
            let (more, requests) = (claimed.more, read(&mut claimed));
            self.apply(claimed, &requests).await?;
            if !more {
                return Ok(());
            }
        }
    }

    async fn apply(&self, claimed: Claimed, requests: &[Parsed]) -> Result<(), StoreError> {
        let done = claimed.apply(requests).await?;
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
        Ok(())
    }

    async fn alone(&self, tenant: TenantId, id: RawId, attempt: u32) -> Outcome {
        let error = match self.together(tenant, &[id], &[]).await {
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

/// What the channels make of requests.
fn read(claimed: &mut Claimed) -> Vec<Parsed> {
    let read = |Stored { id, raw, account }: Stored| {
        let request = StoredRequest { part: raw.request, body: raw.body.into(), received_at: raw.received_at };
        let events = registry::get(account.kind).read(&account, &request);
        Parsed { raw: id, account: account.id, kind: account.kind, events }
    };
    std::mem::take(&mut claimed.requests).into_iter().map(read).collect()
}
