//! Redis: hints that something happened. Losing one costs a poll interval, never an event.

use futures_util::StreamExt;
use redis::aio::ConnectionManager;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Publishes hints.
#[derive(Clone)]
pub struct Hints {
    client: Option<redis::Client>,
    manager: Arc<tokio::sync::OnceCell<ConnectionManager>>,
    pub(crate) prefix: String,
}

/// The message that says so.
const GAP: &str = "*";
pub(crate) const TIMEOUT: Duration = Duration::from_millis(500);

impl Hints {
    /// Hints under a prefix. A wrong URL is reported at once; a server that is down is not an error.
    pub fn new(url: &str, prefix: &str) -> Result<Self, redis::RedisError> {
        let client = Some(redis::Client::open(url)?);
        Ok(Self { client, manager: Arc::default(), prefix: prefix.to_owned() })
    }

    pub(crate) async fn connection(&self) -> Option<ConnectionManager> {
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

    /// Tells everyone that hints may have been missed: followers look for themselves.
    pub async fn tell_gap(&self) {
        let Some(mut connection) = self.connection().await else { return };
        let mut pipe = redis::pipe();
        pipe.publish(format!("{}live", self.prefix), GAP).ignore();
        let _ = tokio::time::timeout(TIMEOUT, pipe.query_async::<()>(&mut connection)).await;
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
    here: watch::Sender<()>,
    hints: Hints,
}

/// One who is woken by every call since the last wait.
pub struct Sleeper(watch::Receiver<()>);

impl Wake {
    /// A wake-up call.
    pub fn new(hints: Hints) -> Self {
        Self { here: watch::Sender::new(()), hints }
    }

    /// Something was committed to the outbox.
    pub fn call(&self) {
        self.here.send_replace(());
        let hints = self.hints.clone();
        tokio::spawn(async move { hints.wake_relay().await });
    }

    /// Somebody to be woken.
    pub fn sleeper(&self) -> Sleeper {
        Sleeper(self.here.subscribe())
    }

    /// Listens to calls of other processes until told to stop.
    pub async fn listen(self, stop: CancellationToken) {
        let channel = format!("{}relay", self.hints.prefix);
        let here = self.here;
        listen(&self.hints, &channel, stop, move |heard| {
            if matches!(heard, Heard::Message(_)) {
                here.send_replace(());
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

/// What a follower of live changes hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// A topic of a tenant has news up to a position.
    Moved {
        /// The tenant.
        tenant: Uuid,
        /// The topic.
        topic: String,
        /// Its newest position.
        position: i64,
    },
    /// Hints arrive, but some may have been missed before.
    Connected,
    /// No hints come for now.
    Lost,
}

impl Hints {
    /// Follows the hints of all tenants until told to stop.
    pub async fn follow(self, stop: CancellationToken, mut on: impl FnMut(Hint)) {
        let channel = format!("{}live", self.prefix);
        listen(&self, &channel, stop, move |heard| match heard {
            Heard::Connected | Heard::Message(GAP) => on(Hint::Connected),
            Heard::Lost => on(Hint::Lost),
            Heard::Message(text) => {
                let mut parts = text.splitn(3, ' ');
                let tenant = parts.next().and_then(|id| Uuid::try_parse(id).ok());
                let position = parts.next().and_then(|n| n.parse::<i64>().ok());
                if let (Some(tenant), Some(position), Some(topic)) = (tenant, position, parts.next()) {
                    on(Hint::Moved { tenant, topic: topic.to_owned(), position });
                }
            }
        })
        .await;
    }
}

enum Heard<'a> {
    Connected,
    Lost,
    Message(&'a str),
}

/// Follows a channel; connects again for ever, between 100 ms and 2 s.
async fn listen(hints: &Hints, channel: &str, stop: CancellationToken, mut on: impl FnMut(Heard<'_>)) {
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
            on(Heard::Connected);
            let mut messages = pubsub.into_on_message();
            loop {
                let next = tokio::select! {
                    () = stop.cancelled() => return,
                    next = messages.next() => next,
                };
                let Some(message) = next else { break };
                if let Ok(text) = message.get_payload::<String>() {
                    on(Heard::Message(&text));
                }
            }
            on(Heard::Lost);
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(Duration::from_secs(2)),
        }
    }
}
