//! Consuming: jobs that must follow one another do, all others are done beside each other.

use crate::{
    Backoff, BusError, Envelope, Topology, envelope,
    publish::{PublishError, send, settled},
    session::{Parts, Session},
    within,
};
use futures_util::{
    FutureExt, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream, FuturesUnordered, SelectAll},
};
use lapin::{
    Channel,
    message::Delivery as Message,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions},
    types::FieldTable,
};
use meridian_domain::jobs;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

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

/// Handles jobs of one family. One outcome for each delivery.
pub trait Handler: Send + Sync {
    /// Handles a batch, in its order.
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>>;

    /// A connection has just been opened, the first one or after a loss, and nothing of it was handled yet. While there
    /// was none, another consumer may have had the queues: who remembers what earlier jobs said forgets it here.
    fn connected(&self) -> BoxFuture<'_, ()> {
        std::future::ready(()).boxed()
    }
}

/// Which jobs follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// All, as they come.
    Arrival,
    /// Those of a tenant.
    Tenant,
    /// Those of one key ([`jobs::key`]); a job without a key follows none.
    Key,
}

/// How jobs are done: one that is slow holds up those that must follow it, and nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// What keeps them in order.
    pub order: Order,
    /// Jobs of one order that are handled together at most: what gathers while the batch before them is handled.
    pub batch: usize,
    /// Batches beside each other at most.
    pub beside: usize,
}

/// Consumes queues until told to stop, over one connection.
#[derive(Clone)]
pub struct Consumer {
    /// Broker.
    pub url: String,
    /// Names.
    pub topology: Topology,
    /// Queues without prefix.
    pub queues: Vec<String>,
    /// Jobs of a queue on their way to us at most.
    pub prefetch: u16,
    /// How they are done.
    pub manner: Manner,
}

/// What the queues of a consumer give out, as it comes.
struct Coming<'c>(SelectAll<BoxStream<'c, Option<lapin::Result<Message>>>>);

impl<'c> Coming<'c> {
    fn of(consumers: &'c mut [lapin::Consumer]) -> Self {
        let ended = || stream::once(std::future::ready(None));
        Self(stream::select_all(consumers.iter_mut().map(|one| one.map(Some).chain(ended()).boxed())))
    }

    /// The next message; an error when a queue gives out no more.
    async fn next(&mut self) -> Result<Message, BusError> {
        match self.0.next().await.flatten() {
            Some(message) => Ok(message?),
            None => Err(BusError::TimedOut),
        }
    }
}

/// A job in hand: its message and what it says.
type Held = (Message, Envelope);

/// Jobs that wait, each in the line of those it must follow.
struct Lines<T> {
    /// A line stands while something of it waits or is handled.
    of: HashMap<Uuid, VecDeque<T>>,
    /// Lines of which something waits and nothing is handled.
    turns: VecDeque<Uuid>,
}

impl<T> Lines<T> {
    fn new() -> Self {
        Self { of: HashMap::new(), turns: VecDeque::new() }
    }

    fn push(&mut self, line: Uuid, job: T) {
        let turns = &mut self.turns;
        let waiting = self.of.entry(line).or_insert_with(|| {
            turns.push_back(line);
            VecDeque::new()
        });
        waiting.push_back(job);
    }

    /// The first of the line whose turn it is, at most so many.
    fn next(&mut self, most: usize) -> Option<(Uuid, Vec<T>)> {
        let line = self.turns.pop_front()?;
        let waiting = self.of.get_mut(&line)?;
        let batch = waiting.drain(..most.min(waiting.len())).collect();
        Some((line, batch))
    }

    /// What was handled of a line is done: the rest has its turn after the others.
    fn done(&mut self, line: Uuid) {
        if self.of.get(&line).is_some_and(|waiting| !waiting.is_empty()) {
            self.turns.push_back(line);
        } else {
            self.of.remove(&line);
        }
    }
}

/// A batch that is handled; its line, what it held and what became of it.
type Running = FuturesUnordered<BoxFuture<'static, (Uuid, Vec<Held>, Vec<Outcome>)>>;

impl Consumer {
    /// Runs for ever: connects, consumes, and builds everything anew after any failure. On cancellation what is in
    /// hand is finished and acknowledged.
    pub async fn run(self, handler: Arc<dyn Handler>, stop: CancellationToken) {
        let mut backoff = Backoff::default();
        while !stop.is_cancelled() {
            match self.consume(&handler, &stop, &mut backoff).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, queues = ?self.queues, "consumer lost, building it anew"),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = backoff.wait() => {}
            }
        }
    }

    /// A connection that consumes.
    async fn open(&self) -> Result<Session, PublishError> {
        let mut session = Session::open(&self.url, &format!("meridian {}", self.queues.join(" "))).await?;
        within(session.channel().basic_qos(self.prefetch, BasicQosOptions::default())).await?;
        self.topology.declare_for(session.channel(), &self.queues).await?;
        for queue in &self.queues {
            let (name, options) = (self.topology.queue(queue), BasicConsumeOptions::default());
            let consuming =
                session.channel().basic_consume(name.as_str().into(), "".into(), options, FieldTable::default());
            let consuming = within(consuming).await?;
            session.parts().consumers.push(consuming);
        }
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
        handler.connected().await;
        let Parts { channel, consumers, .. } = session.parts();
        let mut coming = Coming::of(consumers);
        let mut running = Running::new();
        let ended = self.work(channel, &mut coming, handler, stop, &mut running).await;
        // The broker gives out again what was not settled: not while it still runs here.
        while running.next().await.is_some() {}
        ended?;
        drop(coming);
        // Closing returns what we were given and did not start.
        session.close().await?;
        Ok(())
    }

    async fn work(
        &self,
        channel: &Channel,
        coming: &mut Coming<'_>,
        handler: &Arc<dyn Handler>,
        stop: &CancellationToken,
        running: &mut Running,
    ) -> Result<(), PublishError> {
        let mut lines = Lines::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some((line, batch, outcomes)) = running.next() => {
                    self.settle_all(channel, batch, outcomes).await?;
                    lines.done(line);
                }
                first = coming.next() => {
                    let mut next = Some(first);
                    while let Some(message) = next {
                        if let Some(held) = self.read(channel, message?).await? {
                            lines.push(self.line(&held), held);
                        }
                        next = coming.next().now_or_never();
                    }
                }
            }
            while running.len() < self.manner.beside
                && let Some((line, batch)) = lines.next(self.manner.batch)
            {
                running.push(run(Arc::clone(handler), line, batch));
            }
        }
        while let Some((_, batch, outcomes)) = running.next().await {
            self.settle_all(channel, batch, outcomes).await?;
        }
        Ok(())
    }

    /// The line a job stands in.
    fn line(&self, (message, envelope): &Held) -> Uuid {
        match self.manner.order {
            Order::Arrival => Uuid::nil(),
            Order::Tenant => envelope.tenant,
            Order::Key => jobs::key(&envelope.job).unwrap_or_else(|| Uuid::from_u128(u128::from(message.delivery_tag))),
        }
    }

    /// What a message says; one that cannot be read is set aside.
    async fn read(&self, channel: &Channel, message: Message) -> Result<Option<Held>, PublishError> {
        match serde_json::from_slice::<Envelope>(&message.data) {
            Ok(envelope) => Ok(Some((message, envelope))),
            Err(error) => {
                let name = message.routing_key.as_str();
                tracing::error!(%error, queue = name, "unreadable job set aside");
                let unreadable = Envelope { tenant: Uuid::nil(), job: serde_json::Value::Null, attempt: 0 };
                let reason = format!("unreadable: {error}");
                let confirm = send(channel, &self.topology.dead(), "", name, &unreadable, Some(&reason)).await?;
                settled(confirm.await.map_err(BusError::from)?, "dead")?;
                within(message.ack(BasicAckOptions::default())).await?;
                Ok(None)
            }
        }
    }

    async fn settle_all(
        &self,
        channel: &Channel,
        batch: Vec<Held>,
        outcomes: Vec<Outcome>,
    ) -> Result<(), PublishError> {
        for (held, outcome) in batch.into_iter().zip(outcomes) {
            self.settle(channel, held, outcome).await?;
        }
        Ok(())
    }

    /// Says goodbye to a job: acknowledged after what is to become of it is safe.
    async fn settle(&self, channel: &Channel, held: Held, outcome: Outcome) -> Result<(), PublishError> {
        let (message, mut job) = held;
        // By the default exchange, in and on the way back from a retry: the key is the queue's name.
        let name = message.routing_key.as_str();
        match outcome {
            Outcome::Done => {}
            Outcome::Retry(seconds) => {
                job.attempt += 1;
                let origin = envelope::origin(&message.properties).unwrap_or_else(|| name.to_owned());
                let confirm = send(channel, &self.topology.retry(seconds), name, &origin, &job, None).await?;
                settled(confirm.await.map_err(BusError::from)?, "retry")?;
            }
            Outcome::Dead(reason) => {
                tracing::error!(queue = name, reason, "job set aside");
                let confirm = send(channel, &self.topology.dead(), "", name, &job, Some(&reason)).await?;
                settled(confirm.await.map_err(BusError::from)?, "dead")?;
            }
        }
        within(message.ack(BasicAckOptions::default())).await?;
        Ok(())
    }
}

/// One outcome for each job. A panic of a handler costs an attempt of its batch, not the worker.
fn run(handler: Arc<dyn Handler>, line: Uuid, batch: Vec<Held>) -> BoxFuture<'static, (Uuid, Vec<Held>, Vec<Outcome>)> {
    async move {
        let delivery =
            |(message, envelope): &Held| Delivery { envelope: envelope.clone(), redelivered: message.redelivered };
        let jobs = batch.iter().map(delivery).collect();
        let handled = tokio::spawn(async move { handler.handle(jobs).await }).await;
        let outcomes = handled.unwrap_or_else(|error| {
            let queue = batch.first().map(|(message, _)| message.routing_key.as_str());
            tracing::error!(%error, queue, "handler panicked");
            vec![Outcome::Retry(5); batch.len()]
        });
        (line, batch, outcomes)
    }
    .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);
    const B: Uuid = Uuid::from_u128(2);

    #[test]
    fn a_line_gathers_while_its_batch_is_handled_and_others_pass() {
        let mut lines = Lines::new();
        lines.push(A, 1);
        assert_eq!(lines.next(2), Some((A, vec![1])));
        for (line, job) in [(A, 2), (A, 3), (B, 9), (A, 4)] {
            lines.push(line, job);
        }
        assert_eq!(lines.next(2), Some((B, vec![9])));
        assert_eq!(lines.next(2), None, "what follows A waits for it");
        lines.done(A);
        assert_eq!(lines.next(2), Some((A, vec![2, 3])));
        lines.done(B);
        lines.push(B, 10);
        lines.done(A);
        assert_eq!(lines.next(2), Some((B, vec![10])), "turn by turn");
        assert_eq!(lines.next(2), Some((A, vec![4])));
        lines.done(A);
        lines.done(B);
        assert!(lines.of.is_empty() && lines.turns.is_empty());
    }
}
