//! Consuming in batches: what is ready now, never waiting for more.

use crate::{
    Backoff, BusError, Envelope, Topology, envelope,
    publish::{PublishError, send, settled},
    session::{Parts, Session},
    within,
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use lapin::{
    Channel,
    message::Delivery as Message,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A job as a handler gets it.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The job.
    pub envelope: Envelope,
    /// Whether it was given out before.
    pub redelivered: bool,
}

/// What a handler did with a job. Its effect is committed before it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Done,
    /// Try again after at least so many seconds.
    Retry(u32),
    /// Cannot be done; the reason is for people.
    Dead(String),
}

/// Handles jobs of one queue, in order. One outcome for each delivery.
pub trait Handler: Send + Sync {
    /// Handles a batch.
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>>;
}

/// Consumes one queue until told to stop.
#[derive(Clone)]
pub struct Consumer {
    /// Broker.
    pub url: String,
    /// Names.
    pub topology: Topology,
    /// Queue without prefix.
    pub queue: String,
    /// Jobs on their way to us at most.
    pub prefetch: u16,
    /// Jobs in one batch at most.
    pub batch: usize,
}

impl Consumer {
    /// Runs for ever: connects, consumes, and builds everything anew after any failure. On cancellation the batch in
    /// hand is finished and acknowledged.
    pub async fn run(self, handler: Arc<dyn Handler>, stop: CancellationToken) {
        let mut backoff = Backoff::default();
        while !stop.is_cancelled() {
            match self.consume(&handler, &stop, &mut backoff).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, queue = %self.queue, "consumer lost, building it anew"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = backoff.wait() => {}
            }
        }
    }

    /// A connection that consumes.
    async fn open(&self) -> Result<Session, PublishError> {
        let mut session = Session::open(&self.url, &format!("meridian {}", self.queue)).await?;
        self.topology.declare_for(session.channel(), &self.queue).await?;
        within(session.channel().basic_qos(self.prefetch, BasicQosOptions::default())).await?;
        let name = self.topology.queue(&self.queue);
        let options = BasicConsumeOptions::default();
        let consuming =
            session.channel().basic_consume(name.as_str().into(), "".into(), options, FieldTable::default());
        let consuming = within(consuming).await?;
        session.parts().consumer = Some(consuming);
        Ok(session)
    }

    async fn consume(
        &self,
        handler: &Arc<dyn Handler>,
        stop: &CancellationToken,
        backoff: &mut Backoff,
    ) -> Result<(), PublishError> {
        let opened = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            opened = self.open() => opened,
        };
        let mut session = opened?;
        backoff.reset();
        let Parts { channel, consumer, .. } = session.parts();
        let Some(consumer) = consumer else { return Err(BusError::TimedOut.into()) };
        loop {
            let first = tokio::select! {
                () = stop.cancelled() => break,
                next = consumer.next() => next,
            };
            let Some(first) = first else { return Err(BusError::TimedOut.into()) };
            let mut messages = vec![first.map_err(BusError::from)?];
            while messages.len() < self.batch
                && let Some(Some(next)) = consumer.next().now_or_never()
            {
                messages.push(next.map_err(BusError::from)?);
            }
            self.settle(channel, handler, messages).await?;
        }
        // Closing returns what we were given and did not start.
        session.close().await?;
        Ok(())
    }

    async fn settle(
        &self,
        channel: &Channel,
        handler: &Arc<dyn Handler>,
        messages: Vec<Message>,
    ) -> Result<(), PublishError> {
        let name = self.topology.queue(&self.queue);
        let mut batch = Vec::with_capacity(messages.len());
        let mut readable = Vec::with_capacity(messages.len());
        for message in messages {
            match serde_json::from_slice::<Envelope>(&message.data) {
                Ok(envelope) => {
                    batch.push(Delivery { envelope, redelivered: message.redelivered });
                    readable.push(message);
                }
                Err(error) => {
                    tracing::error!(%error, queue = %self.queue, "unreadable job set aside");
                    let unreadable = Envelope { tenant: uuid::Uuid::nil(), job: serde_json::Value::Null, attempt: 0 };
                    let reason = format!("unreadable: {error}");
                    let confirm = send(channel, &self.topology.dead(), "", &name, &unreadable, Some(&reason)).await?;
                    settled(confirm.await.map_err(BusError::from)?, "dead")?;
                    within(message.ack(BasicAckOptions::default())).await?;
                }
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        let jobs: Vec<Envelope> = batch.iter().map(|delivery| delivery.envelope.clone()).collect();
        let (running, count) = (Arc::clone(handler), batch.len());
        // A panic of a handler costs an attempt of its batch, not the worker.
        let ran = tokio::spawn(async move { running.handle(batch).await }).await;
        let outcomes = ran.unwrap_or_else(|error| {
            tracing::error!(%error, queue = %self.queue, "handler panicked");
            vec![Outcome::Retry(5); count]
        });
        for ((message, mut job), outcome) in readable.into_iter().zip(jobs).zip(outcomes) {
            match outcome {
                Outcome::Done => {}
                Outcome::Retry(seconds) => {
                    job.attempt += 1;
                    let origin = envelope::origin(&message.properties).unwrap_or_else(|| name.clone());
                    let confirm = send(channel, &self.topology.retry(seconds), &name, &origin, &job, None).await?;
                    settled(confirm.await.map_err(BusError::from)?, "retry")?;
                }
                Outcome::Dead(reason) => {
                    tracing::error!(queue = %self.queue, reason, "job set aside");
                    let confirm = send(channel, &self.topology.dead(), "", &name, &job, Some(&reason)).await?;
                    settled(confirm.await.map_err(BusError::from)?, "dead")?;
                }
            }
            within(message.ack(BasicAckOptions::default())).await?;
        }
        Ok(())
    }
}
