//! Somebody writes, and the other side sees it: at the moment, and nobody else.

use super::{
    PATIENCE,
    identity::{person, post},
    main_job::reqwest_client,
};
use anyhow::{Context, Result, ensure};
use meridian_app::setup::{DemoWorld, seed_demo};
use meridian_domain::{
    channel::ChannelKind,
    ids::{ConversationId, SessionId},
};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const CHANGE: &str = "cursor change { __typename ... on ItemChange { item { text } }
    ... on TypingChange { conversationId sessionId by seconds } }";
const SHOW: &str = "mutation($i: TypingShowInput!) { typingShow(input: $i) { shown userErrors { message } } }";
/// What nobody hears within this is not told.
const SILENCE: Duration = Duration::from_millis(700);
/// Signs of one writer that come closer than this are told once.
const OFTEN: Duration = Duration::from_millis(1_100);

/// Somebody in the web chat who said something, with what it made.
pub(crate) struct Visitor {
    pub(crate) socket: Socket,
    pub(crate) session: SessionId,
    pub(crate) conversation: ConversationId,
    asked: u32,
}

impl Visitor {
    /// Says something in a chat of the demo tenant, as the visitor of that number, and follows what is answered.
    pub(crate) async fn come(stack: &Stack, number: i64, text: &str) -> Result<Self> {
        let http = reqwest_client();
        let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
        let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
        let token = opened["token"].as_str().context("token")?.to_owned();
        let said = json!({ "client_id": stack.app.db.ids().next::<Uuid>(), "text": text });
        http.post(format!("{}/chat/messages", stack.base)).bearer_auth(&token).json(&said).send().await?;
        stack.settle("select count(*) from session where kind = 'webchat'", number, PATIENCE).await?;
        let newest =
            "select id || ' ' || conversation_id from session where kind = 'webchat' order by opened_at desc, id desc";
        let ids = stack.texts(newest).await?;
        let (session, conversation) = ids[0].split_once(' ').context("ids")?;
        let mut socket = Socket::open(&stack.base).await?;
        socket.say(&json!({ "type": "connection_init", "payload": { "authorization": token } })).await?;
        socket.until(PATIENCE, |m| (m["type"] == "connection_ack").then_some(())).await?;
        follow(&mut socket, "visitor", "", Value::Null).await?;
        let (session, conversation) = (session.parse::<Uuid>()?.into(), conversation.parse::<Uuid>()?.into());
        Ok(Self { socket, session, conversation, asked: 0 })
    }

    /// Types, naming whatever the input says.
    pub(crate) async fn types(&mut self, input: Value) -> Result<Value> {
        self.asked += 1;
        let id = format!("t{}", self.asked);
        self.socket.subscribe(&id, SHOW, json!({ "i": input })).await?;
        let answer =
            |m: &Value| (m["id"] == id && m["type"] == "next").then(|| m["payload"]["data"]["typingShow"].clone());
        self.socket.until(PATIENCE, answer).await
    }
}

/// Follows a subscription until it stands.
async fn follow(socket: &mut Socket, field: &str, arguments: &str, after: Value) -> Result<()> {
    let arguments = format!("({arguments} resumeAfter: $after)");
    let query = format!("subscription($after: String) {{ {field}{arguments} {{ {CHANGE} }} }}");
    socket.subscribe(&format!("{field}{arguments}"), &query, json!({ "after": after })).await?;
    let ready = |m: &Value| (event(m)?["change"]["__typename"] == "Ready").then_some(());
    socket.until(PATIENCE, ready).await
}

/// An agent's socket that follows a conversation.
async fn watch(agent: &Agent, conversation: ConversationId, after: Value) -> Result<Socket> {
    let mut socket = agent.connect().await?;
    follow(&mut socket, "conversation", &format!("id: \"{conversation}\""), after).await?;
    Ok(socket)
}

fn event(message: &Value) -> Option<&Value> {
    message["payload"]["data"].as_object()?.values().next().filter(|event| event["cursor"].is_string())
}

fn sign(message: &Value) -> Option<Value> {
    event(message).filter(|event| event["change"]["__typename"] == "TypingChange").cloned()
}

/// The sign that came, as `(by, session, conversation)`, with a time that is plausible.
async fn sees(socket: &mut Socket) -> Result<(String, String, String, Value)> {
    let seen = socket.until(PATIENCE, sign).await?;
    let change = &seen["change"];
    ensure!((1..=7).contains(&change["seconds"].as_i64().unwrap_or_default()), "{change}");
    let text = |name: &str| change[name].as_str().unwrap_or_default().to_owned();
    Ok((text("by"), text("sessionId"), text("conversationId"), seen["cursor"].clone()))
}

/// Nobody is seen writing.
async fn sees_nobody(socket: &mut Socket, why: &str) -> Result<()> {
    while let Ok(message) = socket.next(SILENCE).await {
        ensure!(sign(&message).is_none(), "{why}: {message}");
    }
    Ok(())
}

/// Gives the first session to Ana.
async fn hold(stack: &Stack) -> Result<Agent> {
    stack
        .sql(
            "update session set control = 'agent', control_id = (select id from agent where email = 'ana@demo.example')
             where id = (select id from session order by opened_at, id limit 1)",
        )
        .await?;
    Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await
}

async fn shows(agent: &Agent, input: Value) -> Result<Value> {
    Ok(agent.query(SHOW, json!({ "i": input })).await?["typingShow"].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_web_chat_each_side_sees_the_other_write() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (mut vera, mut otto) =
        (Visitor::come(&stack, 1, "Is it open?").await?, Visitor::come(&stack, 2, "Another matter").await?);
    ensure!(vera.conversation != otto.conversation);
    let ana = hold(&stack).await?;
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let mut looks = watch(&ana, vera.conversation, Value::Null).await?;
    let mut also = watch(&sam, vera.conversation, Value::Null).await?;
    let mut elsewhere = watch(&sam, otto.conversation, Value::Null).await?;
    stack.settle("select count(*) from outbox where due_at <= clock_timestamp()", 0, PATIENCE).await?;
    let kept = "select concat_ws(' ', (select count(*) from timeline_item), (select count(*) from live_event),
        (select count(*) from inbound_raw), (select count(*) from audit_entry))";
    let before = stack.texts(kept).await?;

    // The visitor writes: all who look at the conversation see it, whatever else they name.
    let shown = json!({ "shown": true, "userErrors": [] });
    assert_eq!(vera.types(json!({ "conversationId": otto.conversation.to_string() })).await?, shown);
    let (by, session, conversation, cursor) = sees(&mut looks).await?;
    assert_eq!((by.as_str(), session), ("customer", vera.session.to_string()));
    assert_eq!(conversation, vera.conversation.to_string());
    assert_eq!(sees(&mut also).await?.0, "customer");
    assert_eq!(vera.types(json!({})).await?, shown, "said too often");
    sees_nobody(&mut looks, "it is told once in a while").await?;
    sees_nobody(&mut elsewhere, "it is another conversation").await?;
    sees_nobody(&mut vera.socket, "it is they who write").await?;
    tokio::time::sleep(OFTEN).await;
    vera.types(json!({})).await?;
    assert_eq!(sees(&mut looks).await?.0, "customer", "who goes on writing is seen again");

    // Who comes later, with the cursor of the sign or without, hears nothing of it.
    sees_nobody(&mut watch(&sam, vera.conversation, cursor).await?, "it has passed").await?;

    // The agent writes: the visitor of that session sees it.
    let mine = json!({ "conversationId": vera.conversation.to_string(), "sessionId": vera.session.to_string() });
    assert_eq!(shows(&ana, mine.clone()).await?, shown);
    let (by, session, ..) = sees(&mut vera.socket).await?;
    assert_eq!((by.as_str(), session), ("agent", vera.session.to_string()));
    sees_nobody(&mut otto.socket, "they are not spoken to").await?;
    sees_nobody(&mut looks, "it is for the visitor").await?;
    for (who, input) in
        [(&sam, mine.clone()), (&ana, json!({})), (&ana, json!({ "conversationId": otto.conversation.to_string() }))]
    {
        let refused = shows(who, input).await?;
        assert_eq!((&refused["shown"], refused["userErrors"].as_array().map(Vec::len)), (&json!(false), Some(1)));
    }
    sees_nobody(&mut otto.socket, "nobody who may writes to them").await?;
    assert_eq!(stack.texts(kept).await?, before, "nothing of it is kept");

    // A message comes after the sign that announced it; what has ended shows nobody.
    tokio::time::sleep(OFTEN).await;
    shows(&ana, mine).await?;
    let send =
        "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"Until eight.\" }) { item { id } } }";
    ana.query(send, json!({ "c": vera.conversation.to_string() })).await?;
    sees(&mut vera.socket).await?;
    let said = |m: &Value| (event(m)?["change"]["item"]["text"] == "Until eight.").then_some(());
    vera.socket.until(PATIENCE, said).await?;
    stack.sql("update session set closed_at = clock_timestamp()").await?;
    assert_eq!(otto.types(json!({})).await?, json!({ "shown": false, "userErrors": [] }));
    sees_nobody(&mut elsewhere, "it is over").await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_tenant_sees_nobody_write() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let bot = format!("{}/bot", stack.provider.url);
    let second =
        seed_demo(&stack.app, "second", &DemoWorld { provider_url: &stack.provider.url, bot_url: &bot }).await?;
    let mut vera = Visitor::come(&stack, 1, "Is it open?").await?;
    let ana = hold(&stack).await?;
    let stranger = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    let mut looks = watch(&ana, vera.conversation, Value::Null).await?;
    let mut strange = stranger.connect().await?;
    for field in ["inbox", "floor"] {
        follow(&mut strange, field, "", Value::Null).await?;
    }
    assert!(watch(&stranger, vera.conversation, Value::Null).await.is_err(), "it is none of theirs");
    let refused = shows(&stranger, json!({ "conversationId": vera.conversation.to_string() })).await?;
    assert_eq!(refused["shown"], false, "{refused}");
    vera.types(json!({})).await?;
    assert_eq!(sees(&mut looks).await?.0, "customer");
    sees_nobody(&mut strange, "it is none of theirs").await?;
    sees_nobody(&mut vera.socket, "nobody who may writes to them").await?;
    stack.finish().await
}

/// Another system says that its customer types: seen as in a web chat, while it is true.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_reports_typing_shows_it() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let hook = stack.hook(ChannelKind::Generic)?;
    let nils = person("Nils", &["crm_id:N-1"]);
    let hello = json!({ "kind": "message", "external_id": "n1", "sender": nils, "content": { "message_type": "text", "text": "Hello" } });
    post(&stack, "demo", &hook, "n1", &hello).await?;
    stack.settle("select count(*) from session where kind = 'generic'", 1, PATIENCE).await?;
    let ids = stack.texts("select conversation_id::text from session").await?;
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let mut looks = watch(&sam, ids[0].parse::<Uuid>()?.into(), Value::Null).await?;
    post(&stack, "demo", &hook, "n2", &json!({ "kind": "typing", "sender": nils })).await?;
    assert_eq!(sees(&mut looks).await?.0, "customer");
    let long_ago = json!({ "kind": "typing", "sender": nils, "at": "2026-01-01T00:00:00Z" });
    post(&stack, "demo", &hook, "n3", &long_ago).await?;
    let unknown = json!({ "kind": "typing", "sender": person("Nobody", &["crm_id:N-2"]) });
    post(&stack, "demo", &hook, "n4", &unknown).await?;
    stack.settle("select count(*) from inbound_raw where processed_at is null", 0, PATIENCE).await?;
    sees_nobody(&mut looks, "it is not true any more, or of somebody else").await?;
    stack.finish().await
}
