//! Redis: hints that something happened. Losing one costs a poll interval, never an event.

use futures_util::StreamExt;
use meridian_domain::{ids::TenantId, live::Typing};
use redis::aio::ConnectionManager;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
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

    /// Tells everyone of changes in their places, in order. `untold` is set when that failed, and says, when set
    /// before, that earlier ones may have been missed: followers then look for themselves.
    pub async fn tell(&self, changes: &[Moved], untold: &mut bool) {
        let gap = untold.then(|| GAP.to_owned());
        let bodies = changes.iter().filter_map(|change| serde_json::to_string(change).ok());
        let bodies: Vec<String> = gap.into_iter().chain(bodies).collect();
        *untold = !bodies.is_empty() && !self.publish("live", &bodies).await;
        if *untold {
            tracing::debug!("hints not told, sockets poll");
        }
    }

    /// Tells everyone now that somebody writes, and does not wait for it. Without Redis nobody hears of it.
    pub fn typing(self, tenant: TenantId, sign: Typing) {
        let Ok(change) = serde_json::to_value(sign) else { return };
        let moved = Moved { tenant: tenant.0, position: NOWHERE, topics: vec![sign.topic().to_string()], change };
        if let Ok(body) = serde_json::to_string(&moved) {
            tokio::spawn(async move { self.publish("live", &[body]).await });
        }
    }

    /// Whether Redis took it.
    pub(crate) async fn publish(&self, channel: &str, bodies: &[String]) -> bool {
        let Some(mut connection) = self.connection().await else { return false };
        let mut pipe = redis::pipe();
        for body in bodies {
            pipe.publish(format!("{}{channel}", self.prefix), body).ignore();
        }
        let sent = tokio::time::timeout(TIMEOUT, pipe.query_async::<()>(&mut connection)).await;
        matches!(sent, Ok(Ok(())))
    }

    /// Whether Redis answers.
    pub async fn ping(&self) -> bool {
        let Some(mut connection) = self.connection().await else { return false };
        let ping = redis::cmd("PING");
        matches!(tokio::time::timeout(TIMEOUT, ping.query_async::<String>(&mut connection)).await, Ok(Ok(_)))
    }
}

/// The position of what has no place in the stream. Releases that know no signs take it for a change they have seen.
const NOWHERE: i64 = 0;

/// A change in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// The tenant.
    pub tenant: Uuid,
    /// The place in the tenant's stream.
    pub position: i64,
    /// The topics it is told to.
    pub topics: Vec<String>,
    /// The change.
    pub change: Value,
}

/// What a follower of live changes hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Something changed.
    Moved(Moved),
    /// Somebody of a tenant writes just now.
    Typing(TenantId, Typing),
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
            // What another release says differently was said, all the same.
            Heard::Message(text) => on(serde_json::from_str(text).map_or(Hint::Connected, read)),
        })
        .await;
    }
}

/// What was told; a sign that a later release says differently is a change of the past, which harms nobody.
fn read(moved: Moved) -> Hint {
    if moved.position == NOWHERE
        && let Ok(sign) = Typing::deserialize(&moved.change)
    {
        return Hint::Typing(TenantId(moved.tenant), sign);
    }
    Hint::Moved(moved)
}

pub(crate) enum Heard<'a> {
    Connected,
    Lost,
    Message(&'a str),
}

/// Follows a channel; connects again for ever, between 100 ms and 2 s.
pub(crate) async fn listen(hints: &Hints, channel: &str, stop: CancellationToken, mut on: impl FnMut(Heard<'_>)) {
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
