//! Overflow, live: opened and closed by rule, told to the floor, and acted on at once.

use super::shape::Shape;
use chrono::TimeDelta;
use meridian_domain::{
    ids::QueueId,
    routing::{Core, Decision, Event, Queue},
    time::Instant,
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
    overflow,
};
use serde_json::json;

/// The kind of its alerts.
const KIND: &str = "overflow";

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
            if open != stands.open {
                stands.open = open;
                switch(tx, queue.id, open, (waiting, waited)).await?;
                made.extend(core.apply(now, shape.event(Event::Queue(queue.clone()))));
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
        let new = NewAlert { kind: KIND, severity: 3, queue: Some(queue), text, ..NewAlert::default() };
        alerts::raise(tx, &new).await?;
    } else {
        alerts::end_of_queue(tx, KIND, queue).await?;
    }
    let what = json!({ "open": open, "waiting": stands.0, "waited_seconds": stands.1 });
    tx.audit("overflow_switched", "queue", Some(queue.0), what);
    Ok(())
}
