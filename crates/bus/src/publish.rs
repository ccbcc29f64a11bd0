//! Publishing with confirms, pipelined.

use crate::{BROKER_TIMEOUT, Backoff, BusError, Envelope, Topology, envelope, session::Session, within};
use lapin::{Channel, Confirmation, options::BasicPublishOptions};

/// Why a job is not in the broker for sure.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// No queue took it.
    #[error("no such queue: {0}")]
    Unroutable(String),
    /// The broker refused it (a full queue).
    #[error("the broker refused the message")]
    Refused,
    /// Connection trouble; it may or may not have arrived. Publish it again.
    #[error(transparent)]
    Bus(#[from] BusError),
}

/// Publishes jobs; builds its connection anew after any failure.
pub struct Publisher {
    url: String,
    topology: Topology,
    open: Option<Session>,
    backoff: Backoff,
}

impl Publisher {
    /// A publisher that connects when first used.
    pub fn new(url: &str, topology: Topology) -> Self {
        Self { url: url.to_owned(), topology, open: None, backoff: Backoff::default() }
    }

    /// Publishes all (queue without prefix, job) in order and waits for all confirms. The first trouble ends the
    /// connection; everything from there on is to be published again (consumers are idempotent).
    pub async fn publish(&mut self, jobs: &[(String, Envelope)]) -> Result<(), PublishError> {
        let outcome = self.try_publish(jobs).await;
        match &outcome {
            Ok(()) => self.backoff.reset(),
            Err(error) => {
                tracing::warn!(%error, jobs = jobs.len(), "publishing failed");
                self.open = None;
                self.backoff.wait().await;
            }
        }
        outcome
    }

    async fn channel(&mut self) -> Result<Channel, BusError> {
        if let Some(session) = self.open.as_ref().filter(|session| session.connected()) {
            return Ok(session.channel().clone());
        }
        let session = Session::open(&self.url, "meridian publish").await?;
        self.topology.declare(session.channel()).await?;
        Ok(self.open.insert(session).channel().clone())
    }

    async fn try_publish(&mut self, jobs: &[(String, Envelope)]) -> Result<(), PublishError> {
        let channel = self.channel().await?;
        let all = async {
            let mut confirms = Vec::with_capacity(jobs.len());
            for (queue, job) in jobs {
                let name = self.topology.queue(queue);
                confirms.push((queue, send(&channel, "", &name, &name, job, None).await?));
            }
            for (queue, confirm) in confirms {
                settled(confirm.await.map_err(BusError::from)?, queue)?;
            }
            Ok(())
        };
        tokio::time::timeout(BROKER_TIMEOUT, all).await.map_err(|_| PublishError::Bus(BusError::TimedOut))?
    }
}

/// Publishes from many tasks over one channel, each waiting for its own confirm only.
pub struct Pipelined {
    topology: Topology,
    session: Session,
}

impl Pipelined {
    /// Connects and declares the topology.
    pub async fn connect(url: &str, topology: Topology) -> Result<Self, PublishError> {
        let session = Session::open(url, "meridian pipelined").await?;
        topology.declare(session.channel()).await?;
        Ok(Self { topology, session })
    }

    /// Publishes one job and waits for its confirm.
    pub async fn publish(&self, queue: &str, job: &Envelope) -> Result<(), PublishError> {
        let name = self.topology.queue(queue);
        let confirm = send(self.session.channel(), "", &name, &name, job, None).await?;
        settled(within(confirm).await?, queue)
    }
}

/// An ack that brings the message back means that nobody has it.
pub(crate) fn settled(confirmation: Confirmation, queue: &str) -> Result<(), PublishError> {
    match confirmation {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(_)) => Err(PublishError::Unroutable(queue.to_owned())),
        Confirmation::Nack(_) | Confirmation::NotRequested => Err(PublishError::Refused),
    }
}

pub(crate) async fn send(
    channel: &Channel,
    exchange: &str,
    key: &str,
    origin: &str,
    job: &Envelope,
    reason: Option<&str>,
) -> Result<lapin::PublisherConfirm, PublishError> {
    let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
    let body = job.body();
    let properties = envelope::properties(origin, reason);
    let publish = channel.basic_publish(exchange.into(), key.into(), options, &body, properties);
    Ok(within(publish).await?)
}
