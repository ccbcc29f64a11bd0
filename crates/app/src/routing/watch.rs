//! An eye on what nobody can ever serve: supervisors hear of it, and nothing else waits for it.

use chrono::TimeDelta;
use meridian_domain::{
    ids::{QueueId, WorkItemId},
    routing::Core,
    time::Instant,
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
};
use std::collections::BTreeSet;

/// The kind of its alerts.
const KIND: &str = "unservable";
/// Least seconds between two looks: reported well within a minute, and never a cost of each decision.
const EVERY: i64 = 20;

/// What was reported, and when to look again.
#[derive(Default)]
pub(super) struct Watch {
    /// Work for which an alert stands; `None` until it was read.
    reported: Option<BTreeSet<WorkItemId>>,
    changed: bool,
    looked_at: Option<Instant>,
}

impl Watch {
    /// Work, people, plans or hours changed since the last look.
    pub(super) fn something_changed(&mut self) {
        self.changed = true;
    }

    /// When to look again, if there is a reason to.
    pub(super) fn due(&self) -> Option<Instant> {
        let last = self.looked_at.filter(|_| self.changed)?;
        Some(last + TimeDelta::seconds(EVERY))
    }

    /// Looks, if it is time: raises alerts for work that nobody can serve, ends those of work that somebody can again.
    pub(super) async fn look(&mut self, tx: &mut WriteTx, core: &mut Core, now: Instant) -> Result<(), StoreError> {
        let early = self.looked_at.is_some_and(|last| now - last < TimeDelta::seconds(EVERY));
        if !self.changed || early {
            return Ok(());
        }
        (self.changed, self.looked_at) = (false, Some(now));
        let mut reported = match self.reported.take() {
            Some(reported) => reported,
            None => alerts::works(tx, KIND).await?.into_iter().collect(),
        };
        let found: Vec<(WorkItemId, QueueId)> = core.unservable(now);
        let still: BTreeSet<WorkItemId> = found.iter().map(|(work, _)| *work).collect();
        let over: Vec<uuid::Uuid> = reported.difference(&still).map(|work| work.0).collect();
        if !over.is_empty() {
            alerts::end_of_work(tx, KIND, &over).await?;
        }
        for (work, queue) in found.into_iter().filter(|(work, _)| !reported.contains(work)) {
            let text = "nobody who serves this queue has what the work asks for, under any step of its plan";
            let new =
                NewAlert { kind: KIND, severity: 4, work: Some(work), queue: Some(queue), text, ..NewAlert::default() };
            alerts::raise(tx, &new).await?;
        }
        reported.clone_from(&still);
        self.reported = Some(reported);
        Ok(())
    }
}
