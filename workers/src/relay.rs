//! From the outbox to the broker and to the sockets, by two roads that do not wait for each other.
//!
//! Lanes are leased: one process serves a lane at a time, fenced by the lease's epoch. After an error the leases are
//! taken anew, under a higher epoch: the database may have crashed and forgotten what was done last. Jobs leave the outbox only after
//! the broker confirmed them, so a relay that dies publishes again, and consumers are idempotent. Live changes get
//! their place in the tenant's stream here, from what is seen committed: a cursor can never run ahead of a slow
//! transaction.

use crate::Settings;
use meridian_bus::{Envelope, Moved, Publisher, Sleeper};
use meridian_domain::jobs::RELAY_LANES;
use meridian_store::{
    Road, StoreError,
    outbox::{self, Held},
    system,
};
use meridian_telemetry::point;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Seconds a lane stays with a process that no longer says anything.
const LANE_LEASE_SECONDS: f64 = 5.0;
/// The net under wake-ups.
const POLL: Duration = Duration::from_millis(50);
/// Between two looks at lanes that others hold.
const LOOK: Duration = Duration::from_millis(500);
/// Rows of a lane in one round.
const ROUND: i64 = 500;

/// What a relay carries.
enum Load {
    /// Jobs, to the broker.
    Jobs(Box<Publisher>),
    /// Changes, to the tenants' streams.
    Changes,
}

/// One road out of the outbox.
pub struct Relay {
    settings: Settings,
    load: Load,
    road: Road,
    sleeper: Sleeper,
    holder: Uuid,
    /// Something went wrong since the leases were taken.
    shaken: bool,
    /// Changes were placed of which nobody was told.
    untold: bool,
    /// Epoch of each lane that is ours, and until when we believe it.
    lanes: Vec<Option<(i64, tokio::time::Instant)>>,
    /// When leases were last asked for.
    looked: tokio::time::Instant,
}

impl Relay {
    /// The road of jobs.
    pub fn jobs(settings: Settings) -> Result<Self, StoreError> {
        let publisher = Publisher::new(&settings.amqp_url, settings.topology.clone());
        let sleeper = settings.wake.jobs();
        Self::new(settings, Load::Jobs(Box::new(publisher)), sleeper)
    }

    /// The road of changes.
    pub fn changes(settings: Settings) -> Result<Self, StoreError> {
        let sleeper = settings.wake.changes();
        Self::new(settings, Load::Changes, sleeper)
    }

    fn new(settings: Settings, load: Load, sleeper: Sleeper) -> Result<Self, StoreError> {
        let (road, holder) = (settings.app.db.road()?, settings.app.db.ids().next());
        let lanes = vec![None; usize::from(RELAY_LANES)];
        let looked = tokio::time::Instant::now();
        Ok(Self { settings, load, road, sleeper, holder, shaken: false, untold: false, lanes, looked })
    }

    /// Runs until told to stop, then gives its lanes back.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let moved = match self.round().await {
                Ok(moved) => moved,
                Err(error) => {
                    tracing::warn!(%error, "relay round failed, it will be tried again");
                    self.lanes.fill(None);
                    self.shaken = true;
                    0
                }
            };
            if moved < ROUND as usize {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = self.sleeper.wait(POLL) => {}
                }
            }
        }
        if let Err(error) = self.give_back().await {
            tracing::warn!(%error, "lanes not given back, their leases run out");
        }
    }

    async fn give_back(&self) -> Result<(), StoreError> {
        let names: Vec<String> = (0..RELAY_LANES).map(|lane| self.lease(lane)).collect();
        let mut tx = self.settings.app.db.system("relay lanes").await?;
        system::drop_leases(&mut tx, &names, self.holder).await?;
        tx.commit().await
    }

    /// Takes or extends leases when a third of their time has passed; returns the lanes that are ours.
    async fn hold(&mut self) -> Result<Held, StoreError> {
        let now = tokio::time::Instant::now();
        let due = |lane: &Option<(i64, tokio::time::Instant)>| {
            lane.map_or(now >= self.looked + LOOK, |(_, until)| now >= until)
        };
        if self.shaken {
            self.give_back().await?;
            self.holder = self.settings.app.db.ids().next();
            self.shaken = false;
        }
        if self.lanes.iter().all(Option::is_none) || self.lanes.iter().any(due) {
            let mut tx = self.settings.app.db.system("relay lanes").await?;
            let mut taken = false;
            for lane in 0..RELAY_LANES {
                let epoch = system::hold_lease(&mut tx, &self.lease(lane), self.holder, LANE_LEASE_SECONDS).await?;
                // A lane of somebody else is looked at again as soon as one of ours.
                let trusted = now + Duration::from_secs_f64(LANE_LEASE_SECONDS / 3.0);
                let held = &mut self.lanes[usize::from(lane)];
                taken |= epoch.is_some() && held.map(|(epoch, _)| epoch) != epoch;
                *held = epoch.map(|epoch| (epoch, trusted));
            }
            tx.commit().await?;
            self.looked = now;
            // Who held a lane before may have died between placing changes and telling of them.
            if taken && matches!(self.load, Load::Changes) {
                self.untold = true;
                self.settings.hints.tell(&[], &mut self.untold).await;
            }
        }
        let mut held = Held { holder: self.holder, names: Vec::new(), epochs: Vec::new(), lanes: Vec::new() };
        for (lane, (epoch, _)) in (0..RELAY_LANES).zip(&self.lanes).filter_map(|(lane, held)| Some((lane, (*held)?))) {
            held.names.push(self.lease(lane));
            held.epochs.push(epoch);
            held.lanes.push(lane.cast_signed());
        }
        Ok(held)
    }

    /// One round over all lanes that are ours; returns how many rows left the outbox.
    async fn round(&mut self) -> Result<usize, StoreError> {
        let held = self.hold().await?;
        if held.lanes.is_empty() {
            return Ok(0);
        }
        let road = &self.road;
        let moved = match &mut self.load {
            Load::Changes => {
                let placed = outbox::place(road, &held, ROUND).await?;
                let changes = placed.len();
                if changes > 0 {
                    point("relay.placed");
                    let hint = |one: outbox::Placed| Moved {
                        tenant: one.tenant.0,
                        position: one.position,
                        topics: one.topics,
                        change: one.change,
                    };
                    let hints: Vec<Moved> = placed.into_iter().map(hint).collect();
                    self.settings.hints.tell(&hints, &mut self.untold).await;
                }
                changes
            }
            Load::Jobs(publisher) => {
                let rows = outbox::jobs(road, &held, ROUND).await?;
                if rows.is_empty() {
                    return Ok(0);
                }
                let envelope =
                    |row: &outbox::Outgoing| Envelope { tenant: row.tenant.0, job: row.payload.clone(), attempt: 0 };
                let envelopes: Vec<_> = rows.iter().map(|row| (row.queue.clone(), envelope(row))).collect();
                if let Err(error) = publisher.publish(&envelopes).await {
                    tracing::debug!(%error, "jobs stay in the outbox");
                    return Ok(0);
                }
                point("relay.published");
                outbox::remove(road, &rows).await?;
                point("relay.committed");
                rows.len()
            }
        };
        metrics::counter!("meridian_relay_rows_total").increment(moved as u64);
        Ok(moved)
    }

    fn lease(&self, lane: u16) -> String {
        match self.load {
            Load::Jobs(_) => format!("relay.jobs.{lane}"),
            Load::Changes => format!("relay.changes.{lane}"),
        }
    }
}
