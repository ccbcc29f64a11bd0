//! A provider double: one small HTTP server that stands for every provider and for the bot. It records what it got and
//! answers as it is told.

use anyhow::Result;
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// A request that arrived.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Path with query.
    pub path: String,
    /// Headers, lower-case names.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
}

impl Recorded {
    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// What to answer to the next request of a path.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A status and a body.
    Say(u16, Value),
    /// A file of a type.
    File(&'static str, Vec<u8>),
    /// Look elsewhere.
    Elsewhere(String),
    /// Take the request and drop the connection.
    Hang,
    /// Take the request, and answer it when told to (within ten seconds).
    When(Arc<Notify>, Value),
}

#[derive(Default)]
struct State {
    seen: Vec<Recorded>,
    planned: Vec<(String, VecDeque<Answer>)>,
    count: u64,
}

/// The double. Dropping it stops it.
pub struct Provider {
    /// Its base URL.
    pub url: String,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Provider {
    /// Starts on a free port.
    pub async fn start() -> Result<Self> {
        Self::listen("127.0.0.1:0").await
    }

    /// Starts at an address.
    pub async fn listen(address: &str) -> Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        // Names are never given twice, also not by the double of a later run on kept data.
        let count = u64::try_from(crate::unix()).unwrap_or(0) * 1000;
        let state = Arc::new(Mutex::new(State { count, ..State::default() }));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { tokio::time::timeout(Duration::from_secs(10), serve(stream, shared)).await });
            }
        });
        Ok(Self { url, state, task })
    }

    /// Answers the next requests whose path contains `part` in this order; after that as by default.
    pub fn plan(&self, part: &str, answers: Vec<Answer>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.planned.push((part.to_owned(), answers.into()));
    }

    /// The number in the id of the last message taken.
    pub fn count(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).count
    }

    /// Requests whose path contains `part`, in order of arrival.
    pub fn seen(&self, part: &str) -> Vec<Recorded> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.seen.iter().filter(|request| request.path.contains(part)).cloned().collect()
    }
}

/// Serves an address until the task ends: each request is given to `respond`, which says the status of the answer.
pub async fn receive(listener: TcpListener, respond: impl Fn(&Recorded) -> u16) -> Result<()> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let read = tokio::time::timeout(Duration::from_secs(10), read(&mut stream)).await;
        if let Ok(Ok(request)) = read {
            let status = respond(&request);
            let _ = write(&mut stream, status, "application/json", b"{}", "").await;
        }
    }
}

/// Serves an address until the task ends, several requests at once: each is answered as `respond` says, after a while.
pub async fn answer_each<F>(listener: TcpListener, respond: F) -> Result<()>
where
    F: Fn(&Recorded) -> (Duration, Answer) + Send + Sync + 'static,
{
    let respond = Arc::new(respond);
    loop {
        let (mut stream, _) = listener.accept().await?;
        let respond = Arc::clone(&respond);
        tokio::spawn(async move {
            if let Ok(Ok(request)) = tokio::time::timeout(Duration::from_secs(10), read(&mut stream)).await {
                let (after, answer) = respond(&request);
                tokio::time::sleep(after).await;
                let _ = say(&mut stream, answer).await;
            }
        });
    }
}

/// Reads one request.
async fn read(stream: &mut TcpStream) -> Result<Recorded> {
    let mut raw = Vec::new();
    let (head, length) = loop {
        let mut chunk = [0_u8; 8192];
        let read = stream.read(&mut chunk).await?;
        anyhow::ensure!(read > 0, "closed early");
        raw.extend_from_slice(&chunk[..read]);
        if let Some(end) = raw.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&raw[..end]).into_owned();
            let length = head.lines().find_map(|line| {
                line.to_lowercase().strip_prefix("content-length:").and_then(|n| n.trim().parse().ok())
            });
            break (head, end + 4 + length.unwrap_or(0));
        }
    };
    let start = head.len() + 4;
    while raw.len() < length {
        let mut chunk = [0_u8; 8192];
        let read = stream.read(&mut chunk).await?;
        anyhow::ensure!(read > 0, "closed early");
        raw.extend_from_slice(&chunk[..read]);
    }
    let mut lines = head.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or("/").to_owned();
    let headers = lines.filter_map(|line| line.split_once(':')).map(|(k, v)| (k.to_lowercase(), v.trim().to_owned()));
    Ok(Recorded { path, headers: headers.collect(), body: raw[start..length].to_vec() })
}

/// Writes the answer to it, the last one of its connection.
async fn write(stream: &mut TcpStream, status: u16, content_type: &str, body: &[u8], more: &str) -> Result<()> {
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await?;
    Ok(())
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) -> Result<()> {
    let request = read(&mut stream).await?;
    let path = request.path.clone();
    let answer = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.seen.push(request);
        state.count += 1;
        let count = state.count;
        let planned = state.planned.iter_mut().find(|(part, left)| path.contains(part.as_str()) && !left.is_empty());
        planned.and_then(|(_, left)| left.pop_front()).unwrap_or_else(|| by_default(&path, count))
    };
    say(&mut stream, answer).await
}

async fn say(stream: &mut TcpStream, answer: Answer) -> Result<()> {
    let (status, content_type, body, more) = match answer {
        Answer::Say(status, body) => (status, "application/json", body.to_string().into_bytes(), String::new()),
        Answer::File(content_type, bytes) => (200, content_type, bytes, String::new()),
        Answer::Elsewhere(url) => (307, "text/plain", Vec::new(), format!("location: {url}\r\n")),
        Answer::Hang => return Ok(()),
        Answer::When(told, body) => {
            told.notified().await;
            (200, "application/json", body.to_string().into_bytes(), String::new())
        }
    };
    write(stream, status, content_type, &body, &more).await
}

/// What changes a message at Telegram and Slack.
const CHANGES: [&str; 8] = [
    "/editMessageText",
    "/deleteMessage",
    "/setMessageReaction",
    "/sendChatAction",
    "/chat.update",
    "/chat.delete",
    "/reactions.add",
    "/reactions.remove",
];

/// As the real ones answer a good request.
fn by_default(path: &str, count: u64) -> Answer {
    if path.contains("/getMe") {
        Answer::Say(200, json!({ "ok": true, "result": { "id": 42, "is_bot": true, "username": "demo_bot" } }))
    } else if path.contains("/auth.test") {
        Answer::Say(200, json!({ "ok": true, "team": "Harbour Goods" }))
    } else if path.contains("Messages.json") {
        Answer::Say(201, json!({ "sid": format!("SM{count:032x}"), "status": "queued" }))
    } else if path.contains("/me/messages") {
        Answer::Say(200, json!({ "recipient_id": "1", "message_id": format!("mid.out{count}") }))
    } else if ["/sendMessage", "/sendPhoto", "/sendDocument"].iter().any(|name| path.contains(name)) {
        Answer::Say(200, json!({ "ok": true, "result": { "message_id": count, "date": 0, "chat": { "id": 1 } } }))
    } else if CHANGES.iter().any(|name| path.contains(name)) {
        Answer::Say(200, json!({ "ok": true, "result": true }))
    } else if path.contains("/bot/message/push") {
        Answer::Say(200, json!({ "sentMessages": [{ "id": format!("{count}"), "quoteToken": "q" }] }))
    } else if path.contains("chat.postMessage") {
        Answer::Say(200, json!({ "ok": true, "channel": "D1", "ts": format!("1700000000.{count:06}") }))
    } else if path.contains("/cgi-bin/stable_token") || path.contains("/cgi-bin/gettoken") {
        Answer::Say(200, json!({ "errcode": 0, "access_token": "token", "expires_in": 7200 }))
    } else if path.contains("/cgi-bin/media/upload") {
        Answer::Say(200, json!({ "type": "image", "media_id": format!("media{count}"), "created_at": 0 }))
    } else if path.contains("/files.") || path.contains("/conversations.open") {
        Answer::Say(200, json!({ "ok": true, "channel": { "id": "D1" } }))
    } else if path.contains("/cgi-bin/") {
        Answer::Say(200, json!({ "errcode": 0, "errmsg": "ok", "msgid": format!("m{count}") }))
    } else if path.ends_with("/media") {
        Answer::Say(200, json!({ "id": format!("media{count}") }))
    } else if path.contains("/messages") {
        Answer::Say(
            200,
            json!({ "messaging_product": "whatsapp", "messages": [{ "id": format!("wamid.out{count}") }] }),
        )
    } else if path.contains("generic") {
        Answer::Say(200, json!({ "external_id": format!("g{count}") }))
    } else {
        Answer::Say(200, json!({}))
    }
}
