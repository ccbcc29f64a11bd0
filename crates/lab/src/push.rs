//! A bare WebSocket server that pushes texts, and its listener: the last step of the floor.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use std::{collections::HashMap, sync::Arc};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Mutex,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

type Sinks = Arc<Mutex<HashMap<usize, SplitSink<WebSocketStream<TcpStream>, Message>>>>;

/// Pushes texts to numbered sockets. Dropping it stops it.
pub struct PushServer {
    url: String,
    sinks: Sinks,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for PushServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl PushServer {
    /// Starts on a free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("ws://{}", listener.local_addr()?);
        let sinks = Sinks::default();
        let shared = Arc::clone(&sinks);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    let (sink, mut stream) = tokio_tungstenite::accept_async(stream).await?.split();
                    if let Some(Ok(Message::Text(number))) = stream.next().await {
                        shared.lock().await.insert(number.parse()?, sink);
                    }
                    anyhow::Ok(())
                });
            }
        });
        Ok(Self { url, sinks, task })
    }

    /// Pushes to one socket.
    pub fn sender(&self, socket: usize) -> Sender {
        Sender(Arc::clone(&self.sinks), socket)
    }
}

/// Pushes to one socket.
pub struct Sender(Sinks, usize);

impl Sender {
    /// Pushes a text; a socket that is gone gets nothing.
    pub async fn push(&self, text: &str) {
        if let Some(sink) = self.0.lock().await.get_mut(&self.1) {
            let _ = sink.send(Message::text(text)).await;
        }
    }
}

/// The other end of a socket.
pub struct Listener(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Listener {
    /// Connects as socket `number`.
    pub async fn connect(server: &PushServer, number: usize) -> Result<Self> {
        let (mut socket, _) = tokio_tungstenite::connect_async(&server.url).await?;
        socket.send(Message::text(number.to_string())).await?;
        Ok(Self(socket))
    }

    /// The next text.
    pub async fn next(&mut self) -> Result<String> {
        match self.0.next().await.context("closed")?? {
            Message::Text(text) => Ok(text.to_string()),
            other => bail!("not a text: {other:?}"),
        }
    }
}
