//! Consuming: in batches of what is ready now, or job beside job where each waits for somebody outside.

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

/// Handles jobs of one queue. One outcome for each delivery.
pub trait Handler: Send + Sync {
    /// Handles a batch, in its order.
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>>;
}

/// How the jobs of a queue are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// One batch after the other, of so many jobs at most.
    Batches(usize),
    /// So many jobs at most beside each other, each settled when it is done: one that waits for a slow server holds up
    /// nobody else. Jobs of one key ([`jobs::key`]) follow one another.
    Beside(usize),
}

/// Consumes queues until told to stop, over one connection: what waits in any of them goes into one batch.
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

/// A job that runs; what it held and what became of it.
type Running = FuturesUnordered<BoxFuture<'static, (Held, Outcome)>>;

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
        let Parts { channel, consumers, .. } = session.parts();
        let mut coming = Coming::of(consumers);
        match self.manner {
            Manner::Batches(most) => self.in_batches(channel, &mut coming, handler, stop, most).await?,
            Manner::Beside(most) => {
                let mut running = Running::new();
                let ended = self.beside(channel, &mut coming, handler, stop, most, &mut running).await;
                // The broker gives out again what was not settled: not while it still runs here.
                while running.next().await.is_some() {}
                ended?;
            }
        }
        drop(coming);
        // Closing returns what we were given and did not start.
        session.close().await?;
        Ok(())
    }

    async fn in_batches(
        &self,
        channel: &Channel,
        coming: &mut Coming<'_>,
        handler: &Arc<dyn Handler>,
        stop: &CancellationToken,
        most: usize,
    ) -> Result<(), PublishError> {
        loop {
            let first = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                next = coming.next() => next?,
            };
            let mut batch: Vec<Held> = self.read(channel, first).await?.into_iter().collect();
            while batch.len() < most
                && let Some(next) = coming.next().now_or_never()
            {
                batch.extend(self.read(channel, next?).await?);
            }
            if batch.is_empty() {
                continue;
            }
            let outcomes = self.run_all(handler, &batch).await;
            for (held, outcome) in batch.into_iter().zip(outcomes) {
                self.settle(channel, held, outcome).await?;
            }
        }
    }

    async fn beside(
        &self,
        channel: &Channel,
        coming: &mut Coming<'_>,
        handler: &Arc<dyn Handler>,
        stop: &CancellationToken,
        most: usize,
        running: &mut Running,
    ) -> Result<(), PublishError> {
        // Keys of what runs, and what of the same key waits for it.
        let mut busy: HashMap<Uuid, VecDeque<Held>> = HashMap::new();
        loop {
            let next = tokio::select! {
                () = stop.cancelled() => break,
                Some((held, outcome)) = running.next() => {
                    let key = jobs::key(&held.1.job);
                    self.settle(channel, held, outcome).await?;
                    let follower = key.and_then(|key| {
                        let follower = busy.get_mut(&key).and_then(VecDeque::pop_front);
                        if follower.is_none() {
                            busy.remove(&key);
                        }
                        follower
                    });
                    running.extend(follower.map(|held| self.run_one(handler, held)));
                    continue;
                }
                next = coming.next(), if running.len() < most => next?,
            };
            let Some(held) = self.read(channel, next).await? else { continue };
            match jobs::key(&held.1.job) {
                Some(key) if busy.contains_key(&key) => busy.entry(key).or_default().push_back(held),
                key => {
                    busy.extend(key.map(|key| (key, VecDeque::new())));
                    running.push(self.run_one(handler, held));
                }
            }
        }
        while let Some((held, outcome)) = running.next().await {
            self.settle(channel, held, outcome).await?;
        }
        Ok(())
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

    /// One outcome for each job. A panic of a handler costs an attempt of its batch, not the worker.
    async fn run_all(&self, handler: &Arc<dyn Handler>, batch: &[Held]) -> Vec<Outcome> {
        let delivery =
            |(message, envelope): &Held| Delivery { envelope: envelope.clone(), redelivered: message.redelivered };
        let (running, jobs) = (Arc::clone(handler), batch.iter().map(delivery).collect());
        let ran = tokio::spawn(async move { running.handle(jobs).await }).await;
        ran.unwrap_or_else(|error| {
            tracing::error!(%error, queues = ?self.queues, "handler panicked");
            vec![Outcome::Retry(5); batch.len()]
        })
    }

    fn run_one(&self, handler: &Arc<dyn Handler>, held: Held) -> BoxFuture<'static, (Held, Outcome)> {
        let (consumer, handler) = (self.clone(), Arc::clone(handler));
        async move {
            let outcome = consumer.run_all(&handler, std::slice::from_ref(&held)).await.pop();
            (held, outcome.unwrap_or(Outcome::Retry(5)))
        }
        .boxed()
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
