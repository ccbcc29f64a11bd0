//! From the outbox to the broker and to the sockets.
//!
//! Lanes are leased: one process serves a lane at a time, fenced by the lease's epoch. Rows leave the outbox only after
//! the broker confirmed them, so a relay that dies publishes again, and consumers are idempotent. Live changes get
//! their place in the tenant's stream here, from what is seen committed: a cursor can never run ahead of a slow
//! transaction.

use crate::Settings;
use meridian_bus::{Envelope, Publisher};
use meridian_domain::jobs::RELAY_LANES;
use meridian_store::{StoreError, system};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Seconds a lane stays with a process that no longer says anything.
pub const LANE_LEASE_SECONDS: f64 = 5.0;
/// The net under wake-ups.
const POLL: Duration = Duration::from_millis(50);
/// Rows of one round.
const ROUND: i64 = 500;

/// The relay.
pub struct Relay {
    settings: Settings,
    publisher: Publisher,
    holder: Uuid,
    /// Epoch of each lane that is ours, and until when we believe it.
    lanes: Vec<Option<(i64, tokio::time::Instant)>>,
}

impl Relay {
    /// A relay that holds nothing yet.
    pub fn new(settings: Settings) -> Self {
        let publisher = Publisher::new(&settings.amqp_url, settings.topology.clone());
        let holder = settings.app.db.ids().next();
        Self { settings, publisher, holder, lanes: vec![None; usize::from(RELAY_LANES)] }
    }

    /// Runs until told to stop, then gives its lanes back.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let mut moved = 0;
            for lane in 0..RELAY_LANES {
                match self.serve(lane).await {
                    Ok(count) => moved += count,
                    Err(error) => {
                        tracing::warn!(%error, lane, "relay lane failed, it will be tried again");
                        self.lanes[usize::from(lane)] = None;
                        tokio::time::sleep(POLL).await;
                    }
                }
            }
            if moved == 0 {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.settings.wake.wait(POLL) => {}
                }
            }
        }
        if let Err(error) = self.give_back().await {
            tracing::warn!(%error, "lanes not given back, their leases run out");
        }
    }

    async fn give_back(&self) -> Result<(), StoreError> {
        let mut tx = self.settings.app.db.system("relay lanes").await?;
        for lane in 0..RELAY_LANES {
            system::drop_lease(&mut tx, &lease(lane), self.holder).await?;
        }
        tx.commit().await
    }

    /// Takes or extends the lane's lease when a third of it has passed.
    async fn hold(&mut self, lane: u16) -> Result<Option<i64>, StoreError> {
        let now = tokio::time::Instant::now();
        let slot = usize::from(lane);
        if let Some((epoch, until)) = self.lanes[slot]
            && now < until
        {
            return Ok(Some(epoch));
        }
        let mut tx = self.settings.app.db.system("relay lanes").await?;
        let epoch = system::hold_lease(&mut tx, &lease(lane), self.holder, LANE_LEASE_SECONDS).await?;
        tx.commit().await?;
        let trusted = now + Duration::from_secs_f64(LANE_LEASE_SECONDS / 3.0);
        self.lanes[slot] = epoch.map(|epoch| (epoch, trusted));
        Ok(epoch)
    }

    /// One round of one lane; returns how many rows left the outbox.
    async fn serve(&mut self, lane: u16) -> Result<usize, StoreError> {
        let Some(epoch) = self.hold(lane).await? else { return Ok(0) };
        let mut tx = self.settings.app.db.system("relay reads the outbox of all tenants").await?;
        let rows = system::outgoing(&mut tx, lane as i16, ROUND).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        // The fence keeps the lane ours until this transaction ends.
        if !system::fence(&mut tx, &lease(lane), self.holder, epoch).await? {
            self.lanes[usize::from(lane)] = None;
            return Ok(0);
        }
        let (jobs, changes): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.queue.is_some());
        let mut moved = changes.len();
        let hints = if changes.is_empty() { Vec::new() } else { system::place_changes(&mut tx, &changes).await? };
        let envelopes: Vec<(String, Envelope)> = jobs
            .iter()
            .filter_map(|row| {
                let envelope = Envelope { tenant: row.tenant.0, job: row.payload.clone(), attempt: 0 };
                Some((row.queue.clone()?, envelope))
            })
            .collect();
        // Sockets do not wait for a broker that is down: what could not be published stays in the outbox.
        match self.publisher.publish(&envelopes).await {
            Ok(()) => {
                moved += jobs.len();
                system::remove_outgoing(&mut tx, &jobs).await?;
            }
            Err(error) => tracing::debug!(%error, lane, "jobs stay in the outbox"),
        }
        tx.commit().await?;
        metrics::counter!("meridian_relay_rows_total").increment(moved as u64);
        let hints: Vec<(Uuid, String, i64)> =
            hints.into_iter().map(|(t, topic, position)| (t.0, topic, position)).collect();
        self.settings.hints.tell(&hints).await;
        Ok(moved)
    }
}

fn lease(lane: u16) -> String {
    format!("relay.{lane}")
}
