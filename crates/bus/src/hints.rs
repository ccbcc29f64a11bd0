//! Redis: hints that something happened. Losing one costs a poll interval, never an event.

use futures_util::StreamExt;
use redis::aio::ConnectionManager;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Publishes hints.
#[derive(Clone)]
pub struct Hints {
    client: Option<redis::Client>,
    manager: Arc<tokio::sync::OnceCell<ConnectionManager>>,
    prefix: String,
}

const TIMEOUT: Duration = Duration::from_millis(500);

impl Hints {
    /// Hints under a prefix. A wrong URL is reported at once; a server that is down is not an error.
    pub fn new(url: &str, prefix: &str) -> Result<Self, redis::RedisError> {
        let client = Some(redis::Client::open(url)?);
        Ok(Self { client, manager: Arc::default(), prefix: prefix.to_owned() })
    }

    async fn connection(&self) -> Option<ConnectionManager> {
        let client = self.client.clone()?;
        let made = self.manager.get_or_try_init(|| async move {
            match tokio::time::timeout(TIMEOUT, client.get_connection_manager()).await {
                Ok(made) => made.map_err(|_| ()),
                Err(_) => Err(()),
            }
        });
        made.await.ok().cloned()
    }

    /// Tells everyone the newest position of each (tenant, topic). Trouble is not the caller's.
    pub async fn tell(&self, positions: &[(Uuid, String, i64)]) {
        if positions.is_empty() {
            return;
        }
        let Some(mut connection) = self.connection().await else { return };
        let mut pipe = redis::pipe();
        for (tenant, topic, position) in positions {
            let body = format!("{} {position} {topic}", tenant.simple());
            pipe.publish(format!("{}live", self.prefix), body).ignore();
        }
        let sent = tokio::time::timeout(TIMEOUT, pipe.query_async::<()>(&mut connection)).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::debug!("hints not told, sockets poll");
        }
    }

    /// Wakes the relays of other processes.
    pub async fn wake_relay(&self) {
        let Some(mut connection) = self.connection().await else { return };
        let mut pipe = redis::pipe();
        pipe.publish(format!("{}relay", self.prefix), "1").ignore();
        let _ = tokio::time::timeout(TIMEOUT, pipe.query_async::<()>(&mut connection)).await;
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> bool {
        let Some(mut connection) = self.connection().await else { return false };
        let ping = redis::cmd("PING");
        matches!(tokio::time::timeout(TIMEOUT, ping.query_async::<String>(&mut connection)).await, Ok(Ok(_)))
    }
}

/// Wakes the relay: at once in this process, by a hint in others, by its own poll in any case.
#[derive(Clone)]
pub struct Wake {
    here: Arc<Notify>,
    hints: Hints,
}

impl Wake {
    /// A wake-up call.
    pub fn new(hints: Hints) -> Self {
        Self { here: Arc::new(Notify::new()), hints }
    }

    /// Something was committed to the outbox.
    pub fn call(&self) {
        self.here.notify_one();
        let hints = self.hints.clone();
        tokio::spawn(async move { hints.wake_relay().await });
    }

    /// Waits for a call, at most `net`.
    pub async fn wait(&self, net: Duration) {
        let _ = tokio::time::timeout(net, self.here.notified()).await;
    }

    /// Listens to calls of other processes until told to stop.
    pub async fn listen(self, stop: CancellationToken) {
        let channel = format!("{}relay", self.hints.prefix);
        let here = Arc::clone(&self.here);
        listen(&self.hints, &channel, stop, move |message| {
            if message.is_some() {
                here.notify_one();
            }
        })
        .await;
    }
}

type Watched = HashMap<(Uuid, String), Weak<watch::Sender<i64>>>;

/// Listens to the hints of all tenants and gives each topic a watch of its newest position.
#[derive(Clone)]
pub struct Hub {
    hints: Hints,
    topics: Arc<Mutex<Watched>>,
}

/// A watch of one topic; dropping the last one forgets the topic.
#[derive(Clone)]
pub struct TopicWatch {
    sender: Arc<watch::Sender<i64>>,
}

impl TopicWatch {
    /// A receiver that changes whenever the topic's position does, and after every reconnection.
    pub fn receiver(&self) -> watch::Receiver<i64> {
        self.sender.subscribe()
    }
}

impl Hub {
    /// A hub; [`Hub::run`] feeds it.
    pub fn new(hints: Hints) -> Self {
        Self { hints, topics: Arc::default() }
    }

    /// Watches a topic.
    pub fn watch(&self, tenant: Uuid, topic: &str) -> TopicWatch {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant, topic.to_owned());
        if let Some(sender) = topics.get(&key).and_then(Weak::upgrade) {
            return TopicWatch { sender };
        }
        if topics.len() > 1024 && topics.len().is_power_of_two() {
            topics.retain(|_, sender| sender.strong_count() > 0);
        }
        let sender = Arc::new(watch::Sender::new(0));
        topics.insert(key, Arc::downgrade(&sender));
        TopicWatch { sender }
    }

    /// Listens until told to stop. After a gap every watcher is woken, for hints may have been missed.
    pub async fn run(self, stop: CancellationToken) {
        let channel = format!("{}live", self.hints.prefix);
        let topics = Arc::clone(&self.topics);
        listen(&self.hints, &channel, stop, move |message| {
            let mut topics = topics.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(message) = message else {
                topics.retain(|_, sender| sender.upgrade().inspect(|s| s.send_modify(|_| {})).is_some());
                return;
            };
            let mut parts = message.splitn(3, ' ');
            let tenant = parts.next().and_then(|id| Uuid::try_parse(id).ok());
            let position = parts.next().and_then(|n| n.parse::<i64>().ok());
            let (Some(tenant), Some(position), Some(topic)) = (tenant, position, parts.next()) else { return };
            let key = (tenant, topic.to_owned());
            match topics.get(&key).map(Weak::upgrade) {
                Some(Some(sender)) => sender.send_modify(|newest| *newest = position.max(*newest)),
                Some(None) => {
                    topics.remove(&key);
                }
                None => {}
            }
        })
        .await;
    }
}

/// Follows a channel, `None` after every (re)connection; connects again for ever, between 100 ms and 2 s.
async fn listen(hints: &Hints, channel: &str, stop: CancellationToken, mut on: impl FnMut(Option<&str>)) {
    let mut wait = Duration::from_millis(100);
    while !stop.is_cancelled() {
        let opened = async {
            let client = hints.client.as_ref()?;
            let mut pubsub =
                tokio::time::timeout(Duration::from_secs(3), client.get_async_pubsub()).await.ok()?.ok()?;
            pubsub.subscribe(channel).await.ok()?;
            Some(pubsub)
        };
        if let Some(pubsub) = opened.await {
            wait = Duration::from_millis(100);
            on(None);
            let mut messages = pubsub.into_on_message();
            loop {
                let next = tokio::select! {
                    () = stop.cancelled() => return,
                    next = messages.next() => next,
                };
                let Some(message) = next else { break };
                if let Ok(text) = message.get_payload::<String>() {
                    on(Some(&text));
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(Duration::from_secs(2)),
        }
    }
}
