//! Overflow, live: opened and closed by rule, told to the floor, and acted on at once.

use super::shape::Shape;
use chrono::TimeDelta;
use meridian_domain::{
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

    /// When a wait alone may open one.
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
            let (waiting, since) = core.depth(queue.id);
            let waited = since.map_or(0, |since| (now - since).num_seconds().max(0));
            let waited = u32::try_from(waited).unwrap_or(u32::MAX);
            let open = shape.overflows(queue.id) || stands.rule.next(stands.open, waiting, waited);
            if open != stands.open {
                stands.open = open;
                overflow::set_open(tx, queue.id, open).await?;
                if open {
                    let text = "overflow is open: partners are asked until the queue has calmed down";
                    let new = NewAlert { kind: KIND, severity: 3, queue: Some(queue.id), text, ..NewAlert::default() };
                    alerts::raise(tx, &new).await?;
                } else {
                    alerts::end_of_queue(tx, KIND, queue.id).await?;
                }
                let what = json!({ "open": open, "waiting": waiting, "waited_seconds": waited });
                tx.audit("overflow_switched", "queue", Some(queue.id.0), what);
                made.extend(core.apply(now, shape.event(Event::Queue(queue.clone()))));
            } else if !open && stands.rule.open_wait_seconds > 0 {
                let opens = since.map(|since| since + TimeDelta::seconds(i64::from(stands.rule.open_wait_seconds)));
                self.due = self.due.into_iter().chain(opens).min();
            }
        }
        Ok(made)
    }
}
