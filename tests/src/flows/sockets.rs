//! How a connection becomes a socket, and how sockets end.

use anyhow::{Context, Result};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{PATIENCE, on_duty};

const HANDSHAKE: &str = "Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";

async fn connect(stack: &Stack) -> Result<TcpStream> {
    let address = stack.base.strip_prefix("http://").context("plain http")?;
    Ok(TcpStream::connect(address).await?)
}

/// Writes bytes and reads until `enough` was seen, or the other side ends.
async fn told(stack: &Stack, bytes: &[u8], enough: &str) -> Result<String> {
    let mut connection = connect(stack).await?;
    connection.write_all(bytes).await?;
    let (mut heard, mut part) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&heard).contains(enough) {
        match timeout(PATIENCE, connection.read(&mut part)).await.context("no answer in time")?? {
            0 => break,
            read => heard.extend_from_slice(&part[..read]),
        }
    }
    Ok(String::from_utf8_lossy(&heard).into_owned())
}

/// A text frame as clients send them (RFC 6455, 5.2), short or of medium length, masked with zeros.
fn frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match u8::try_from(text.len()) {
        Ok(short) if short < 126 => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 0x7e);
            frame.extend(u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(text.as_bytes());
    frame
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_are_opened_at_one_place_and_lose_no_early_word() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let end = "\"}"; // of a problem's body
    let elsewhere = told(&stack, format!("GET /hooks HTTP/1.1\r\n{HANDSHAKE}").as_bytes(), end).await?;
    assert!(elsewhere.starts_with("HTTP/1.1 404") && elsewhere.contains("urn:meridian:not_found"), "{elsewhere}");
    let proxied = told(&stack, b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n", end).await?;
    assert!(proxied.starts_with("HTTP/1.1 404"), "{proxied}");
    let old = HANDSHAKE.replace("Version: 13", "Version: 8");
    let old = told(&stack, format!("GET /graphql/ws HTTP/1.1\r\n{old}").as_bytes(), end).await?;
    assert!(old.starts_with("HTTP/1.1 400") && old.contains("urn:meridian:handshake"), "{old}");
    let plain = told(&stack, b"GET /graphql/ws HTTP/1.1\r\nHost: x\r\n\r\n", end).await?;
    assert!(plain.starts_with("HTTP/1.1 426") && plain.contains("urn:meridian:upgrade_required"), "{plain}");

    // A client that does not wait for the handshake's answer.
    let agent = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", agent.token) } });
    let mut early = format!("GET /graphql/ws HTTP/1.1\r\n{HANDSHAKE}").into_bytes();
    early.extend(frame(&init.to_string()));
    let heard = told(&stack, &early, "connection_ack").await?;
    assert!(heard.starts_with("HTTP/1.1 101") && heard.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{heard}");
    assert!(heard.contains("connection_ack"), "{heard}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_tells_sockets_to_come_back_and_waits_for_nobody_who_is_idle() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (_ana, mut following) = on_duty(&stack, "ana").await?;
    let mut undecided = Socket::open(&stack.base).await?;
    let _idle = connect(&stack).await?;
    let began = Instant::now();
    let ended = tokio::spawn(stack.finish());
    for socket in [&mut following, &mut undecided] {
        let closed = loop {
            if let Err(error) = socket.next(PATIENCE).await {
                break error.to_string();
            }
        };
        assert_eq!(closed, "closed 1012");
    }
    ended.await??;
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
    Ok(())
}
