//! Verified requests into the inbox, many in one commit when many come at once.

use meridian_store::{Db, IntakeRow};
use std::sync::Arc;
use tokio::sync::{Semaphore, mpsc, oneshot};

/// Waiting requests at most; more are answered 503.
const QUEUE: usize = 4096;
/// Requests of one commit.
const BATCH: usize = 128;
/// Commits at the same time: while they flush, the next batch gathers.
const FLIGHTS: usize = 3;

type Waiting = (IntakeRow, oneshot::Sender<bool>);

/// The way into the inbox.
pub(crate) struct Intake(mpsc::Sender<Waiting>);

impl Intake {
    pub(crate) fn start(db: Db) -> Self {
        let (send, mut receive) = mpsc::channel::<Waiting>(QUEUE);
        tokio::spawn(async move {
            let flights = Arc::new(Semaphore::new(FLIGHTS));
            while let Ok(flight) = Arc::clone(&flights).acquire_owned().await {
                let mut batch = Vec::new();
                if receive.recv_many(&mut batch, BATCH).await == 0 {
                    return;
                }
                let db = db.clone();
                tokio::spawn(async move {
                    let (rows, answers): (Vec<IntakeRow>, Vec<_>) = batch.into_iter().unzip();
                    let stored = store(&db, &rows).await;
                    for answer in answers {
                        // A client that went away gets no answer; the request is stored all the same.
                        let _ = answer.send(stored);
                    }
                    drop(flight);
                });
            }
        });
        Self(send)
    }

    /// Stores a request; false is our own trouble.
    pub(crate) async fn accept(&self, row: IntakeRow) -> bool {
        let (send, receive) = oneshot::channel();
        self.0.try_send((row, send)).is_ok() && receive.await.unwrap_or(false)
    }
}

async fn store(db: &Db, rows: &[IntakeRow]) -> bool {
    match db.intake(rows).await {
        Ok(new) => {
            metrics::counter!("meridian_requests_stored_total").increment(new.unsigned_abs());
            true
        }
        Err(error) => {
            tracing::error!(%error, requests = rows.len(), "requests could not be stored");
            false
        }
    }
}
