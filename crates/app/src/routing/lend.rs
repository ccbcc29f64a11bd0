//! Overflow, live: opened and closed by rule, told to the floor, and acted on at once.

use super::shape::Shape;
use chrono::TimeDelta;
use meridian_domain::{
    ids::QueueId,
    routing::{Core, Decision, Event, OverflowRule, Queue},
    time::Instant,
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
    overflow,
};
use serde_json::json;
use std::collections::BTreeSet;

/// The kind of its alerts.
pub(crate) const OVERFLOW: &str = "overflow";

/// Seconds after which an overflow that nobody needs any more closes, also when nothing else happens.
const CLOSES: i64 = 10;

/// Queues with a rule, as they stand.
#[derive(Default)]
pub(super) struct Lending {
    queues: Vec<Queue>,
    due: Option<Instant>,
}

impl Lending {
    pub(super) fn new(queues: &[Queue]) -> Self {
        Self { queues: queues.iter().filter(|queue| queue.overflow.is_some()).cloned().collect(), due: None }
    }

    /// When time alone may open or close one.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Opens and closes what the rules say; returns the offers that makes possible.
    pub(super) async fn look(
        &mut self,
        tx: &mut WriteTx,
        core: &mut Core,
        shape: &Shape,
        now: Instant,
    ) -> Result<Vec<Decision>, StoreError> {
        let mut made = Vec::new();
        self.due = None;
        for queue in &mut self.queues {
            let Some(stands) = queue.overflow.as_mut() else { continue };
            let rule = stands.rule.clone();
            let (waiting, waited, since) = depth(core, queue.id, now);
            let open = shape.overflows(queue.id) || rule.next(stands.open, waiting, waited);
            let lenders = Lenders::look(core, &rule, &stands.busy, now);
            let (opened, turned) = (open != stands.open, lenders.busy != stands.busy);
            if opened {
                stands.open = open;
                switch(tx, queue.id, open, (waiting, waited)).await?;
            }
            if turned {
                stands.busy.clone_from(&lenders.busy);
                keep(tx, queue.id, &lenders.busy, open).await?;
            }
            if opened || (turned && open) {
                made.extend(core.apply(now, shape.event(Event::Queue(queue.clone()))));
            }
            if open {
                self.due = self.due.into_iter().chain(lenders.due).min();
            }
            let next = if open {
                // What was just offered may have emptied the line.
                let (waiting, waited, _) = depth(core, queue.id, now);
                let idle = !shape.overflows(queue.id) && !rule.next(true, waiting, waited);
                idle.then(|| now + TimeDelta::seconds(CLOSES))
            } else {
                let seconds = TimeDelta::seconds(i64::from(rule.open_wait_seconds));
                since.filter(|_| rule.open_wait_seconds > 0).map(|since| since + seconds)
            };
            self.due = self.due.into_iter().chain(next).min();
        }
        Ok(made)
    }
}

/// Which lenders of a rule keep their people for themselves.
struct Lenders {
    busy: BTreeSet<QueueId>,
    /// When time alone may change that.
    due: Option<Instant>,
}

impl Lenders {
    fn look(core: &Core, rule: &OverflowRule, before: &BTreeSet<QueueId>, now: Instant) -> Self {
        let mut found = Self { busy: BTreeSet::new(), due: None };
        for lender in &rule.lenders {
            let (waiting, waited, since) = depth(core, lender.queue, now);
            if lender.next(before.contains(&lender.queue), waiting, waited) {
                found.busy.insert(lender.queue);
                // What was just offered may have emptied its line; nothing else may come that says so.
                found.due = found.due.into_iter().chain([now + TimeDelta::seconds(CLOSES)]).min();
            } else if lender.busy_wait_seconds > 0 {
                let turns = since.map(|since| since + TimeDelta::seconds(i64::from(lender.busy_wait_seconds)));
                found.due = found.due.into_iter().chain(turns).min();
            }
        }
        found
    }
}

/// Keeps which lenders of a queue keep their people for themselves. Told in the audit log while it matters.
async fn keep(tx: &mut WriteTx, queue: QueueId, busy: &BTreeSet<QueueId>, open: bool) -> Result<(), StoreError> {
    let ids: Vec<uuid::Uuid> = busy.iter().map(|queue| queue.0).collect();
    overflow::set_busy(tx, queue, &ids).await?;
    if open {
        tx.audit("overflow_lenders", "queue", Some(queue.0), json!({ "busy": busy }));
    }
    Ok(())
}

/// How much waits in a queue, how long who came first has waited, seconds, and since when.
fn depth(core: &Core, queue: QueueId, now: Instant) -> (u32, u32, Option<Instant>) {
    let (waiting, since) = core.depth(queue);
    let waited = since.map_or(0, |since| (now - since).num_seconds().max(0));
    (waiting, u32::try_from(waited).unwrap_or(u32::MAX), since)
}

/// Keeps that an overflow opened or closed, and tells the floor.
async fn switch(tx: &mut WriteTx, queue: QueueId, open: bool, stands: (u32, u32)) -> Result<(), StoreError> {
    overflow::set_open(tx, queue, open).await?;
    if open {
        let text = "overflow is open: partners are asked until the queue has calmed down";
        let new = NewAlert { kind: OVERFLOW, severity: 3, queue: Some(queue), text, ..NewAlert::default() };
        alerts::raise(tx, &new).await?;
    } else {
        alerts::end_of_queue(tx, OVERFLOW, queue).await?;
    }
    let what = json!({ "open": open, "waiting": stands.0, "waited_seconds": stands.1 });
    tx.audit("overflow_switched", "queue", Some(queue.0), what);
    Ok(())
}
