//! From the outbox to the broker and to the sockets.
//!
//! Lanes are leased: one process serves a lane at a time, fenced by the lease's epoch. Rows leave the outbox only after
//! the broker confirmed them, so a relay that dies publishes again, and consumers are idempotent. Live changes get
//! their place in the tenant's stream here, from what is seen committed: a cursor can never run ahead of a slow
//! transaction.

use crate::Settings;
use meridian_bus::{Envelope, Publisher};
use meridian_domain::jobs::RELAY_LANES;
use meridian_store::{
    StoreError, SystemTx,
    system::{self, Outgoing},
};
use meridian_telemetry::point;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Seconds a lane stays with a process that no longer says anything.
pub const LANE_LEASE_SECONDS: f64 = 5.0;
/// The net under wake-ups.
const POLL: Duration = Duration::from_millis(50);
/// Between two looks at lanes that others hold.
const LOOK: Duration = Duration::from_millis(500);
/// Rows of one round.
const ROUND: i64 = 500;

/// The relay.
pub struct Relay {
    settings: Settings,
    publisher: Publisher,
    holder: Uuid,
    /// Epoch of each lane that is ours, and until when we believe it.
    lanes: Vec<Option<(i64, tokio::time::Instant)>>,
    /// When leases were last asked for.
    looked: tokio::time::Instant,
}

impl Relay {
    /// A relay that holds nothing yet.
    pub fn new(settings: Settings) -> Self {
        let publisher = Publisher::new(&settings.amqp_url, settings.topology.clone());
        let holder = settings.app.db.ids().next();
        Self {
            settings,
            publisher,
            holder,
            lanes: vec![None; usize::from(RELAY_LANES)],
            looked: tokio::time::Instant::now(),
        }
    }

    /// Runs until told to stop, then gives its lanes back.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let moved = match self.round().await {
                Ok(moved) => moved,
                Err(error) => {
                    tracing::warn!(%error, "relay round failed, it will be tried again");
                    self.lanes.fill(None);
                    0
                }
            };
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

    /// Takes or extends leases when a third of their time has passed; returns the lanes that are ours with their epochs.
    async fn hold(&mut self) -> Result<Vec<(i16, i64)>, StoreError> {
        let now = tokio::time::Instant::now();
        let due = |lane: &Option<(i64, tokio::time::Instant)>| {
            lane.map_or(now >= self.looked + LOOK, |(_, until)| now >= until)
        };
        if self.lanes.iter().all(Option::is_none) || self.lanes.iter().any(due) {
            let mut tx = self.settings.app.db.system("relay lanes").await?;
            for lane in 0..RELAY_LANES {
                let epoch = system::hold_lease(&mut tx, &lease(lane), self.holder, LANE_LEASE_SECONDS).await?;
                // A lane of somebody else is looked at again as soon as one of ours.
                let trusted = now + Duration::from_secs_f64(LANE_LEASE_SECONDS / 3.0);
                self.lanes[usize::from(lane)] = epoch.map(|epoch| (epoch, trusted));
            }
            tx.commit().await?;
            self.looked = now;
        }
        Ok(self.ours())
    }

    fn ours(&self) -> Vec<(i16, i64)> {
        self.lanes.iter().enumerate().filter_map(|(lane, held)| held.map(|(epoch, _)| (lane as i16, epoch))).collect()
    }

    /// One round over all lanes that are ours; returns how many rows left the outbox.
    async fn round(&mut self) -> Result<usize, StoreError> {
        let held = self.hold().await?;
        if held.is_empty() {
            return Ok(0);
        }
        let lanes: Vec<i16> = held.iter().map(|(lane, _)| *lane).collect();
        let mut tx = self.settings.app.db.system("relay reads the outbox of all tenants").await?;
        let rows = system::outgoing(&mut tx, &lanes, ROUND).await?;
        let (jobs, changes): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.queue.is_some());
        let mut moved = 0;
        // Sockets do not wait for the broker: changes go out first, and by themselves.
        if !changes.is_empty() {
            if !self.fenced(&mut tx, &held).await? {
                return Ok(0);
            }
            let hints = system::place_changes(&mut tx, &changes).await?;
            point("relay.placed");
            tx.commit().await?;
            let hints: Vec<_> = hints.into_iter().map(|(t, topic, position)| (t.0, topic, position)).collect();
            self.settings.hints.tell(&hints).await;
            moved += changes.len();
            tx = self.settings.app.db.system("relay publishes jobs of all tenants").await?;
        }
        if !jobs.is_empty() && self.fenced(&mut tx, &held).await? {
            moved += self.publish(&mut tx, &jobs).await?;
            tx.commit().await?;
            point("relay.committed");
        }
        metrics::counter!("meridian_relay_rows_total").increment(moved as u64);
        Ok(moved)
    }

    /// Keeps the lanes ours until the transaction ends; false when one was lost.
    async fn fenced(&mut self, tx: &mut SystemTx, held: &[(i16, i64)]) -> Result<bool, StoreError> {
        let names: Vec<String> = held.iter().map(|(lane, _)| lease(lane.unsigned_abs())).collect();
        let epochs: Vec<i64> = held.iter().map(|(_, epoch)| *epoch).collect();
        let ours = system::fence(tx, &names, self.holder, &epochs).await?;
        if !ours {
            self.lanes.fill(None);
        }
        Ok(ours)
    }

    /// Publishes jobs and takes them out of the outbox; what the broker does not confirm stays there.
    async fn publish(&mut self, tx: &mut SystemTx, jobs: &[Outgoing]) -> Result<usize, StoreError> {
        let envelopes: Vec<(String, Envelope)> = jobs
            .iter()
            .filter_map(|row| {
                let envelope = Envelope { tenant: row.tenant.0, job: row.payload.clone(), attempt: 0 };
                Some((row.queue.clone()?, envelope))
            })
            .collect();
        match self.publisher.publish(&envelopes).await {
            Ok(()) => {
                point("relay.published");
                system::remove_outgoing(tx, jobs).await?;
                Ok(jobs.len())
            }
            Err(error) => {
                tracing::debug!(%error, "jobs stay in the outbox");
                Ok(0)
            }
        }
    }
}

fn lease(lane: u16) -> String {
    format!("relay.{lane}")
}
