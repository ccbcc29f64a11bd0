//! Verified requests into the inbox, many in one commit when many come at once.

use meridian_store::{Db, IntakeRow, StoreError};
use tokio::sync::{mpsc, oneshot};

/// Waiting requests at most; more are answered 503.
const QUEUE: usize = 4096;
/// Requests of one commit.
const BATCH: usize = 128;

type Waiting = (IntakeRow, oneshot::Sender<bool>);

/// The way into the inbox.
pub(crate) struct Intake(mpsc::Sender<Waiting>);

impl Intake {
    pub(crate) fn start(db: Db) -> Self {
        let (send, mut receive) = mpsc::channel::<Waiting>(QUEUE);
        tokio::spawn(async move {
            let mut gathered = Vec::new();
            // One commit at a time: while it is flushed the next batch gathers. More beside it would each be smaller,
            // and cost the database more than they win.
            while receive.recv_many(&mut gathered, BATCH).await > 0 {
                let (rows, answers): (Vec<IntakeRow>, Vec<_>) = gathered.drain(..).unzip();
                let db = db.clone();
                // A panic costs its batch, which is answered 503, not the way in.
                let count = rows.len();
                let stored = tokio::spawn(async move { store_all(&db, &rows).await }).await;
                for (answer, stored) in answers.into_iter().zip(stored.unwrap_or_else(|_| vec![false; count])) {
                    // A client that went away gets no answer; the request is stored all the same.
                    let _ = answer.send(stored);
                }
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

/// Whether each was stored: together, or each alone when the database refuses one of them.
async fn store_all(db: &Db, rows: &[IntakeRow]) -> Vec<bool> {
    let refused = match store(db, rows).await {
        Ok(()) => return vec![true; rows.len()],
        Err(error) => !error.transient(),
    };
    if !refused || rows.len() == 1 {
        return vec![false; rows.len()];
    }
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        stored.push(store(db, std::slice::from_ref(row)).await.is_ok());
    }
    stored
}

async fn store(db: &Db, rows: &[IntakeRow]) -> Result<(), StoreError> {
    let new = db
        .intake(rows)
        .await
        .inspect_err(|error| tracing::error!(%error, requests = rows.len(), "requests could not be stored"))?;
    metrics::counter!("meridian_requests_stored_total").increment(new.unsigned_abs());
    Ok(())
}
