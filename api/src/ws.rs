//! `/graphql/ws`: the graphql-transport-ws protocol (graphql-ws PROTOCOL.md). Bounded, authorised, and closed when the
//! token of an agent or a key no longer stands; a visitor's follows its one session for as long as it is open.

use crate::{Edge, graphql, pace::Pace, standing::Watch};
use actix_web::web;
use futures_util::{SinkExt, StreamExt};
use meridian_domain::ids::{AgentId, TenantId};
use meridian_web_schema::{GraphQl, OperationType, Viewer};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    sync::mpsc,
    task::AbortHandle,
    time::{Instant, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

/// Where sockets are opened.
pub(crate) const PATH: &str = "/graphql/ws";
pub(crate) const PROTOCOL: &str = "graphql-transport-ws";
/// Time to say `connection_init`.
const INIT: Duration = Duration::from_secs(3);
/// Between two pings; two unanswered ones close the socket.
const PING: Duration = Duration::from_secs(15);
/// Subscriptions of one socket.
const MOST: usize = 100;
/// Messages on their way to a slow reader.
const OUTBOX: usize = 64;
/// A reader that takes nothing for so long is gone.
const SLOW: Duration = Duration::from_secs(30);

/// How long the other side may take to hear the end.
const GOODBYE: Duration = Duration::from_secs(2);

type Close = (u16, &'static str);

const FORBIDDEN: Close = (4403, "Forbidden");
/// Our own trouble: a client comes back by itself, and keeps its token (RFC 6455 registry, "try again later").
const TRY_AGAIN: Close = (1013, "not available for a moment, connect again");

struct Socket {
    edge: web::Data<Edge>,
    viewer: Option<Arc<Viewer>>,
    /// Set for people: whose link this socket keeps alive.
    agent: Option<(TenantId, AgentId)>,
    /// Set for people and keys: what the socket rests on.
    watch: Option<Watch>,
    running: HashMap<String, AbortHandle>,
    send: mpsc::Sender<Out>,
}

enum Out {
    Message(String),
    /// A subscription ended by itself.
    Ended(String, String),
}

/// Serves an open socket until either side ends it.
pub(crate) async fn serve(edge: web::Data<Edge>, mut wire: WebSocketStream<TcpStream>) {
    let (send, mut receive) = mpsc::channel(OUTBOX);
    let mut socket =
        Socket { edge: edge.clone(), viewer: None, agent: None, watch: None, running: HashMap::new(), send };
    let opened = Instant::now();
    let mut beat = tokio::time::interval(PING);
    let mut unanswered = 0_u8;
    beat.tick().await;
    let close: Option<Close> = loop {
        let answer = tokio::select! {
            () = edge.stop.cancelled() => break Some((1012, "restarting, connect again")),
            () = tokio::time::sleep_until(opened + INIT), if socket.viewer.is_none() => break Some((4408, "Connection initialisation timeout")),
            _ = beat.tick() => {
                unanswered += 1;
                if unanswered > 2 { break None; }
                Some(Message::Ping(bytes::Bytes::new()))
            }
            () = socket.fallen() => break Some(FORBIDDEN),
            out = receive.recv() => match out {
                Some(Out::Message(text)) => Some(Message::text(text)),
                Some(Out::Ended(id, text)) => { socket.running.remove(&id); Some(Message::text(text)) }
                None => break None,
            },
            message = wire.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    unanswered = 0;
                    // In a box: what it needs is not kept by sockets that wait.
                    match Box::pin(socket.on_text(&text)).await {
                        Ok(answer) => answer.map(Message::text),
                        Err(close) => break Some(close),
                    }
                }
                Some(Ok(Message::Pong(_))) => { unanswered = 0; None }
                // The answer to a ping is made by the protocol, and leaves with the next flush.
                Some(Ok(Message::Ping(_))) => { let _ = wire.flush().await; None }
                Some(Ok(Message::Binary(_) | Message::Frame(_))) => break Some((4400, "Invalid message")),
                Some(Err(error)) => break broken(&error),
                Some(Ok(Message::Close(_))) | None => break None,
            }
        };
        if let Some(answer) = answer {
            let sent = tokio::select! {
                () = edge.stop.cancelled() => false,
                () = socket.fallen() => false,
                sent = timeout(SLOW, wire.send(answer)) => matches!(sent, Ok(Ok(()))),
            };
            if !sent {
                break None;
            }
        }
    };
    socket.ended().await;
    let frame = close.map(|(code, text)| CloseFrame { code: CloseCode::from(code), reason: text.into() });
    let _ = timeout(GOODBYE, farewell(&mut wire, frame)).await;
}

/// What ends a socket whose frames could not be read; nothing where nobody is left to hear it.
fn broken(error: &Error) -> Option<Close> {
    match error {
        Error::Capacity(_) => Some((1009, "the message is too large")),
        Error::Utf8(_) => Some((1007, "the text is not UTF-8")),
        Error::Protocol(_) => Some((1002, "broken frames")),
        _ => None,
    }
}

/// Says why, and waits for the other side to hear it: data left unread would cut the line before the reason is read.
async fn farewell(wire: &mut WebSocketStream<TcpStream>, frame: Option<CloseFrame>) {
    if wire.close(frame).await.is_ok() {
        while let Some(Ok(_)) = wire.next().await {}
    }
}

fn text(message: &Value, name: &str) -> Option<String> {
    message.get(name)?.as_str().map(str::to_owned)
}

impl Socket {
    async fn on_text(&mut self, raw: &str) -> Result<Option<String>, Close> {
        let invalid: Close = (4400, "Invalid message");
        let message: Value = serde_json::from_str(raw).map_err(|_| invalid)?;
        match message.get("type").and_then(Value::as_str).ok_or(invalid)? {
            "connection_init" => self.init(&message).await.map(Some),
            "ping" => Ok(Some(json!({ "type": "pong" }).to_string())),
            "pong" => Ok(None),
            "subscribe" => self.subscribe(&message).map(|()| None),
            "complete" => {
                let id = text(&message, "id").ok_or(invalid)?;
                if let Some(running) = self.running.remove(&id) {
                    running.abort();
                }
                Ok(None)
            }
            _ => Err(invalid),
        }
    }

    async fn init(&mut self, message: &Value) -> Result<String, Close> {
        if self.viewer.is_some() {
            return Err((4429, "Too many initialisation requests"));
        }
        let payload = message.get("payload").cloned().unwrap_or_default();
        let given = text(&payload, "authorization").or_else(|| text(&payload, "Authorization"));
        let token = given.as_deref().map(|token| token.strip_prefix("Bearer ").unwrap_or(token)).ok_or(FORBIDDEN)?;
        let viewer = if self.edge.tokens.verify_visitor(token).is_some() {
            self.visitor(token).await?
        } else {
            graphql::viewer(&self.edge, token)
                .await
                .map_err(|refused| if graphql::unavailable(&refused) { TRY_AGAIN } else { FORBIDDEN })?
        };
        if viewer.subject.visitor_session().is_none() {
            self.watch = Some(self.edge.standing.watch(viewer.subject.clone(), viewer.token_version));
        }
        if let Some(agent) = viewer.subject.agent_id() {
            let tenant = viewer.subject.scope().tenant();
            self.agent = Some((tenant, agent));
            let connected = Arc::clone(&self.edge.connected);
            self.edge.run(async move { connected.opened(tenant, agent).await }).await;
        }
        self.viewer = Some(viewer);
        Ok(json!({ "type": "connection_ack" }).to_string())
    }

    /// A visitor follows the session their first message opened.
    async fn visitor(&self, token: &str) -> Result<Arc<Viewer>, Close> {
        let claims = self.edge.tokens.verify_visitor(token).ok_or(FORBIDDEN)?;
        let subject = crate::chat::visitor(&self.edge, &claims).await.ok_or(TRY_AGAIN)?.ok_or(FORBIDDEN)?;
        Ok(Arc::new(Viewer { app: self.edge.app.clone(), subject, token_version: 0, feed: self.edge.feed.clone() }))
    }

    fn subscribe(&mut self, message: &Value) -> Result<(), Close> {
        let viewer = self.viewer.clone().ok_or((4401, "Unauthorized"))?;
        let id = text(message, "id").filter(|id| !id.is_empty() && id.len() <= 100).ok_or((4400, "Invalid message"))?;
        self.running.retain(|_, running| !running.is_finished());
        if self.running.contains_key(&id) {
            return Err((4409, "Subscriber already exists"));
        }
        if self.running.len() >= MOST {
            return Err((4429, "Too many subscriptions"));
        }
        let payload = message.get("payload").unwrap_or(&Value::Null);
        let mut request = graphql::read(payload).map_err(|_| (4400, "Invalid message"))?;
        if let Some(session) = viewer.subject.visitor_session()
            && GraphQl::operation(&mut request) != Some(OperationType::Subscription)
            && Pace::Acts.exceeded(session.to_string())
        {
            return Err((4429, "Too many requests"));
        }
        let mut responses = self.edge.graphql.stream(request, viewer);
        let (send, name) = (self.send.clone(), id.clone());
        let task = self.edge.runtime.spawn(async move {
            while let Some(response) = responses.next().await {
                let refused = response.data == async_graphql::Value::Null && !response.errors.is_empty();
                if refused {
                    let text = json!({ "id": name, "type": "error", "payload": response.errors }).to_string();
                    let _ = send.send(Out::Ended(name, text)).await;
                    return;
                }
                // A slow reader holds up its own subscription, which reads no further; nothing piles up.
                let text = json!({ "id": name, "type": "next", "payload": response }).to_string();
                if send.send(Out::Message(text)).await.is_err() {
                    return;
                }
            }
            let text = json!({ "id": name, "type": "complete" }).to_string();
            let _ = send.send(Out::Ended(name, text)).await;
        });
        self.running.insert(id, task.abort_handle());
        Ok(())
    }

    /// Ends when the sign-in or key behind the socket no longer stands.
    async fn fallen(&self) {
        match &self.watch {
            Some(watch) => watch.fallen.cancelled().await,
            None => std::future::pending().await,
        }
    }

    async fn ended(&mut self) {
        for running in self.running.values() {
            running.abort();
        }
        if let Some((tenant, agent)) = self.agent {
            let connected = Arc::clone(&self.edge.connected);
            self.edge.run(async move { connected.closed(tenant, agent).await }).await;
        }
    }
}
