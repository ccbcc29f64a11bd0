//! Wake-up calls for the relay: at once in this process, by a hint in others, by its own poll in any case.

use crate::hints::{Heard, Hints, listen};
use meridian_domain::{jobs::Roads, time::Ids};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const JOBS: u8 = 1;
const CHANGES: u8 = 2;

/// Wakes the roads of the relay.
#[derive(Clone)]
pub struct Wake(Arc<Inner>);

struct Inner {
    jobs: watch::Sender<()>,
    changes: watch::Sender<()>,
    /// What other processes were not told of yet.
    untold: AtomicU8,
    hints: Hints,
    /// This process, so that it does not hear itself.
    name: String,
}

/// One who is woken by every call since the last wait.
pub struct Sleeper(watch::Receiver<()>);

impl Wake {
    /// Nobody is woken yet. Takes an id, so that this process does not hear itself.
    pub fn new(hints: Hints, ids: &Ids) -> Self {
        let (jobs, changes) = (watch::Sender::new(()), watch::Sender::new(()));
        let name = ids.next::<Uuid>().simple().to_string();
        Self(Arc::new(Inner { jobs, changes, untold: AtomicU8::new(0), hints, name }))
    }

    /// Something was committed to the outbox. Calls that come faster than Redis takes them are told together.
    pub fn call(&self, roads: Roads) {
        let bits = u8::from(roads.jobs) * JOBS + u8::from(roads.changes) * CHANGES;
        self.here(bits);
        if self.0.untold.fetch_or(bits, Ordering::AcqRel) == 0 && bits != 0 {
            let inner = Arc::clone(&self.0);
            tokio::spawn(async move {
                let bits = inner.untold.swap(0, Ordering::AcqRel);
                inner.hints.publish("relay", &[format!("{bits} {}", inner.name)]).await;
            });
        }
    }

    fn here(&self, bits: u8) {
        for (bit, road) in [(JOBS, &self.0.jobs), (CHANGES, &self.0.changes)] {
            if bits & bit != 0 {
                road.send_replace(());
            }
        }
    }

    /// The road of jobs, to be woken.
    pub fn jobs(&self) -> Sleeper {
        Sleeper(self.0.jobs.subscribe())
    }

    /// The road of changes, to be woken.
    pub fn changes(&self) -> Sleeper {
        Sleeper(self.0.changes.subscribe())
    }

    /// Listens to calls of other processes until told to stop.
    pub async fn listen(self, stop: CancellationToken) {
        let channel = format!("{}relay", self.0.hints.prefix);
        listen(&self.0.hints, &channel, stop, |heard| {
            if let Heard::Message(text) = heard
                && let Some((bits, name)) = text.split_once(' ')
                && name != self.0.name
            {
                self.here(bits.parse().unwrap_or(JOBS + CHANGES));
            }
        })
        .await;
    }
}

impl Sleeper {
    /// Waits for a call, at most `net`.
    pub async fn wait(&mut self, net: Duration) {
        let _ = tokio::time::timeout(net, self.0.changed()).await;
    }
}
