//! Agents: GraphQL over HTTP, and a socket that speaks graphql-transport-ws.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A signed-in agent.
#[derive(Clone)]
pub struct Agent {
    base: String,
    /// Access token.
    pub token: String,
    /// Refresh token.
    pub refresh_token: String,
    http: reqwest::Client,
}

impl Agent {
    /// Signs in.
    pub async fn sign_in(base: &str, workspace: &str, email: &str, password: &str) -> Result<Self> {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(20)).build()?;
        Self::sign_in_with(http, base, workspace, email, password).await
    }

    /// Signs in over connections shared with others.
    pub async fn sign_in_with(
        http: reqwest::Client,
        base: &str,
        workspace: &str,
        email: &str,
        password: &str,
    ) -> Result<Self> {
        let body = json!({ "workspace": workspace, "email": email, "password": password });
        let answer = http.post(format!("{base}/auth/sign-in")).json(&body).send().await?;
        if !answer.status().is_success() {
            bail!("sign-in: {}", answer.status());
        }
        let answer: Value = answer.json().await?;
        let field = |name: &str| answer[name].as_str().map(str::to_owned).context("an incomplete sign-in");
        Ok(Self { base: base.to_owned(), token: field("access_token")?, refresh_token: field("refresh_token")?, http })
    }

    /// The same client with another token: an API key, a stale one.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Executes a document and returns the whole response.
    pub async fn send(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        let post = || self.http.post(format!("{}/graphql", self.base)).bearer_auth(&self.token).json(&body).send();
        let mut answer = post().await?;
        if answer.status() == reqwest::StatusCode::REQUEST_TIMEOUT {
            // Meant for a connection that was opened ahead of need: asked again on another (RFC 9110, section 15.5.9).
            answer = post().await?;
        }
        let (status, text) = (answer.status(), answer.text().await?);
        serde_json::from_str(&text).with_context(|| format!("answered with {status}: {text:?}"))
    }

    /// Executes a document that must not fail and returns its data.
    pub async fn query(&self, query: &str, variables: Value) -> Result<Value> {
        let mut answer = self.send(query, variables).await?;
        if let Some(errors) = answer.get("errors") {
            bail!("{errors}");
        }
        Ok(answer["data"].take())
    }

    /// Opens a socket and introduces itself.
    pub async fn connect(&self) -> Result<Socket> {
        let mut socket = Socket::open(&self.base).await?;
        socket
            .say(
                &json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", self.token) } }),
            )
            .await?;
        let ack = socket.next(Duration::from_secs(5)).await?;
        anyhow::ensure!(ack["type"] == "connection_ack", "no acknowledgement: {ack}");
        Ok(socket)
    }
}

/// A graphql-transport-ws client.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens a socket and says nothing.
    pub async fn open(base: &str) -> Result<Self> {
        Self::open_as(base, Some("graphql-transport-ws"), None).await
    }

    /// Opens a socket with these protocols from a page of this origin.
    pub async fn open_as(base: &str, protocols: Option<&str>, origin: Option<&str>) -> Result<Self> {
        let url = format!("{}/graphql/ws", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request()?;
        for (name, value) in [("sec-websocket-protocol", protocols), ("origin", origin)] {
            if let Some(value) = value {
                request.headers_mut().insert(name, value.parse()?);
            }
        }
        Ok(Self(tokio_tungstenite::connect_async(request).await?.0))
    }

    /// Says a text as it is.
    pub async fn say_text(&mut self, text: &str) -> Result<()> {
        Ok(self.0.send(Message::text(text)).await?)
    }

    /// Says bytes.
    pub async fn say_binary(&mut self, bytes: Vec<u8>) -> Result<()> {
        Ok(self.0.send(Message::binary(bytes)).await?)
    }

    /// Says something.
    pub async fn say(&mut self, message: &Value) -> Result<()> {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    /// Starts a subscription.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) -> Result<()> {
        let payload = json!({ "query": query, "variables": variables });
        self.say(&json!({ "id": id, "type": "subscribe", "payload": payload })).await
    }

    /// The next message; a close is an error that names its code.
    pub async fn next(&mut self, patience: Duration) -> Result<Value> {
        let wait = async {
            while let Some(message) = self.0.next().await {
                match message? {
                    Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                    Message::Close(frame) => bail!("closed {}", frame.map_or(1005, |frame| u16::from(frame.code))),
                    _ => {}
                }
            }
            bail!("closed without a word")
        };
        tokio::time::timeout(patience, wait).await.context("nothing came")?
    }

    /// The next message that `wanted` picks something from.
    pub async fn until<T>(&mut self, patience: Duration, wanted: impl Fn(&Value) -> Option<T>) -> Result<T> {
        let wait = async {
            loop {
                let message = self.next(patience).await?;
                if let Some(found) = wanted(&message) {
                    return Ok(found);
                }
            }
        };
        tokio::time::timeout(patience, wait).await.context("what was waited for did not come")?
    }
}
