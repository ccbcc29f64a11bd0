//! RabbitMQ carries work between processes, Redis carries hints. Neither holds anything that is not in PostgreSQL:
//! a broker built anew and a flushed Redis lose nothing.

pub mod consume;
mod envelope;
pub mod hints;
pub mod publish;
mod rates;
mod redrive;
mod session;
pub mod topology;
mod wake;

pub use consume::{Consumer, Delivery, Handler, Manner, Order, Outcome};
pub use envelope::Envelope;
pub use hints::{Hint, Hints, Moved};
pub use publish::{Pipelined, PublishError, Publisher};
pub use rates::Counted;
pub use redrive::redrive;
pub use topology::{RETRY_TIERS, Topology};
pub use wake::{Sleeper, Wake};

use session::Session;
use std::time::Duration;

/// Longest wait for a broker operation.
const BROKER_TIMEOUT: Duration = Duration::from_secs(5);

/// Trouble with the broker.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// What lapin says.
    #[error("broker: {0}")]
    Broker(#[from] lapin::Error),
    /// The broker did not answer in time.
    #[error("the broker did not answer within {} s", BROKER_TIMEOUT.as_secs())]
    TimedOut,
}

async fn within<T>(work: impl Future<Output = lapin::Result<T>>) -> Result<T, BusError> {
    tokio::time::timeout(BROKER_TIMEOUT, work).await.map_err(|_| BusError::TimedOut)?.map_err(BusError::from)
}

/// Doubling wait from 100 ms to 5 s.
#[derive(Debug, Default)]
struct Backoff(u32);

impl Backoff {
    async fn wait(&mut self) {
        let millis = (100_u64 << self.0.min(6)).min(5_000);
        self.0 += 1;
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    fn reset(&mut self) {
        self.0 = 0;
    }
}

/// Whether a broker accepts connections.
pub async fn ping_broker(url: &str) -> Result<(), BusError> {
    Session::open(url, "meridian ping").await?.close().await
}
