//! Conformance with graphql-transport-ws (graphql-ws PROTOCOL.md), case by case. There is no auditor to take off the
//! shelf, so this is ours.

use anyhow::{Context, Result, ensure};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

use crate::flows::{INBOX, PATIENCE};

/// What a case says, and what must come of it.
struct Case {
    name: &'static str,
    say: Vec<Say>,
    then: Then,
}

enum Say {
    Json(Value),
    Text(String),
    Binary(Vec<u8>),
    /// Not said: waits until this type was heard.
    Hear(&'static str),
}

enum Then {
    /// Closed with this code.
    Closes(u16),
    /// Messages of these types in this order; then the socket still answers a ping.
    Hears(&'static [&'static str]),
}

fn said(messages: Vec<Value>) -> Vec<Say> {
    messages.into_iter().map(Say::Json).collect()
}

fn refusals(init: &Value, subscribe: &Value) -> Vec<Case> {
    let closes = |name, say, code| Case { name, say, then: Then::Closes(code) };
    let raw = |text: &str| vec![Say::Json(init.clone()), Say::Text(text.to_owned())];
    let with = |message: Value| said(vec![init.clone(), message]);
    vec![
        closes("no init within 3 s", vec![], 4408),
        closes("subscribe before init", said(vec![subscribe.clone()]), 4401),
        closes("init without token", said(vec![json!({ "type": "connection_init" })]), 4403),
        closes("init with a null payload", said(vec![json!({ "type": "connection_init", "payload": null })]), 4403),
        closes(
            "init with garbage for a token",
            said(vec![json!({ "type": "connection_init", "payload": { "authorization": "x.y.z" } })]),
            4403,
        ),
        closes(
            "init with a token of the wrong type",
            said(vec![json!({ "type": "connection_init", "payload": { "authorization": 7 } })]),
            4403,
        ),
        closes("init twice", said(vec![init.clone(), init.clone()]), 4429),
        closes("the same id twice", said(vec![init.clone(), subscribe.clone(), subscribe.clone()]), 4409),
        closes("unknown type", with(json!({ "type": "dance" })), 4400),
        closes("type of the old protocol", with(json!({ "type": "start", "id": "1", "payload": {} })), 4400),
        closes("no type", with(json!({ "id": "1" })), 4400),
        closes("type is a number", with(json!({ "type": 1 })), 4400),
        closes("an array", with(json!([1])), 4400),
        closes("null", raw("null"), 4400),
        closes("not JSON", raw("{"), 4400),
        closes("empty text", raw(""), 4400),
        closes("deep nesting", raw(&"[".repeat(10_000)), 4400),
        closes("binary", vec![Say::Json(init.clone()), Say::Binary(vec![1, 2, 3])], 4400),
        closes("subscribe without id", with(json!({ "type": "subscribe", "payload": { "query": INBOX } })), 4400),
        closes(
            "subscribe with an empty id",
            with(json!({ "type": "subscribe", "id": "", "payload": { "query": INBOX } })),
            4400,
        ),
        closes(
            "subscribe with a number for an id",
            with(json!({ "type": "subscribe", "id": 1, "payload": { "query": INBOX } })),
            4400,
        ),
        closes("subscribe without payload", with(json!({ "type": "subscribe", "id": "1" })), 4400),
        closes(
            "subscribe whose query is no text",
            with(json!({ "type": "subscribe", "id": "1", "payload": { "query": 1 } })),
            4400,
        ),
        closes("complete without id", with(json!({ "type": "complete" })), 4400),
    ]
}

fn goes_on(init: &Value, subscribe: &Value) -> Vec<Case> {
    let hears = |name, say: Vec<Value>, types| Case { name, say: said(say), then: Then::Hears(types) };
    let query = |id: &str, query: &str| json!({ "type": "subscribe", "id": id, "payload": { "query": query } });
    let complete = json!({ "type": "complete", "id": "1" });
    vec![
        hears("init", vec![init.clone()], &["connection_ack"]),
        hears("ping before init", vec![json!({ "type": "ping" }), init.clone()], &["pong", "connection_ack"]),
        hears(
            "ping with a payload",
            vec![init.clone(), json!({ "type": "ping", "payload": { "a": 1 } })],
            &["connection_ack", "pong"],
        ),
        hears("pong unasked", vec![init.clone(), json!({ "type": "pong" })], &["connection_ack"]),
        hears(
            "a query",
            vec![init.clone(), query("q", "{ viewer { workspace } }")],
            &["connection_ack", "next", "complete"],
        ),
        hears("a query that does not parse", vec![init.clone(), query("q", "{")], &["connection_ack", "error"]),
        hears(
            "a field that is not there",
            vec![init.clone(), query("q", "subscription { nothing }")],
            &["connection_ack", "error"],
        ),
        Case {
            name: "the id is free again after an error",
            say: vec![
                Say::Json(init.clone()),
                Say::Hear("connection_ack"),
                Say::Json(query("1", "{")),
                Say::Hear("error"),
                Say::Json(subscribe.clone()),
            ],
            then: Then::Hears(&["next"]),
        },
        hears("complete of an unknown id", vec![init.clone(), complete.clone()], &["connection_ack"]),
        hears(
            "the id is free again after complete",
            vec![init.clone(), subscribe.clone(), complete.clone(), subscribe.clone(), complete],
            &["connection_ack"],
        ),
    ]
}

async fn check(stack: &Stack, case: &Case) -> Result<()> {
    let mut socket = Socket::open(&stack.base).await?;
    for say in &case.say {
        match say {
            Say::Json(message) => socket.say(message).await?,
            Say::Text(text) => socket.say_text(text).await?,
            Say::Binary(bytes) => socket.say_binary(bytes.clone()).await?,
            Say::Hear(wanted) => {
                let heard = socket.next(PATIENCE).await?;
                ensure!(heard["type"] == *wanted, "{heard} instead of {wanted}");
            }
        }
    }
    match &case.then {
        Then::Closes(code) => {
            let ended = loop {
                if let Err(error) = socket.next(Duration::from_secs(6)).await {
                    break error.to_string();
                }
            };
            ensure!(ended == format!("closed {code}"), "{ended} instead of {code}");
        }
        Then::Hears(types) => {
            for wanted in *types {
                let heard = socket.next(PATIENCE).await?;
                ensure!(heard["type"] == *wanted, "{heard} instead of {wanted}");
            }
            socket.say(&json!({ "type": "ping" })).await?;
            socket.until(PATIENCE, |message| (message["type"] == "pong").then_some(())).await?;
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_keep_to_the_protocol_in_every_case() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let agent = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", agent.token) } });
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": INBOX } });
    let cases: Vec<Case> = refusals(&init, &subscribe).into_iter().chain(goes_on(&init, &subscribe)).collect();
    for case in &cases {
        check(&stack, case).await.with_context(|| case.name)?;
    }
    // The handshake itself.
    for (protocol, origin, wanted) in [
        (None, None, "400"),
        (Some("graphql-ws"), None, "400"),
        (Some("graphql-transport-ws"), Some("https://elsewhere.example"), "403"),
    ] {
        let refused = Socket::open_as(&stack.base, protocol, origin).await.err().map(|error| format!("{error:#}"));
        ensure!(refused.as_ref().is_some_and(|error| error.contains(wanted)), "{protocol:?} {origin:?}: {refused:?}");
    }
    let own = Socket::open_as(&stack.base, Some("graphql-ws, graphql-transport-ws"), Some(&stack.base)).await;
    ensure!(own.is_ok(), "our own pages are let in");
    println!("transport-ws: {} cases", cases.len() + 4);
    stack.finish().await
}
