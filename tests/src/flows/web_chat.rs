//! A visitor writes in the chat and sees the answer on their own socket.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client};
use anyhow::{Context, Result};
use meridian_domain::channel::ChannelKind;
use meridian_lab::agent::Socket;
use meridian_testkit::Stack;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_and_an_agent_talk() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let token = opened["token"].as_str().context("token")?.to_owned();
    let say = async |token: &str, id: &str, text: &str| -> Result<u16> {
        let body = json!({ "client_id": id, "text": text });
        Ok(http
            .post(format!("{}/chat/messages", stack.base))
            .bearer_auth(token)
            .json(&body)
            .send()
            .await?
            .status()
            .as_u16())
    };
    let first = "00000000-0000-4000-8000-000000000001";
    assert_eq!(say(&token, first, "Is the shop open?").await?, 202);
    assert_eq!(say(&token, first, "Is the shop open?").await?, 202, "the same message again");
    assert_eq!(say(&token, first, " ").await?, 422);
    assert_eq!(say(&people[0].0.token, first, "hi").await?, 401, "an agent's token is no visitor's");
    let (who, conversation) = accept_first(&mut people).await?;
    let mut socket = Socket::open(&stack.base).await?;
    socket.say(&json!({ "type": "connection_init", "payload": { "authorization": token } })).await?;
    socket.until(PATIENCE, |m| (m["type"] == "connection_ack").then_some(())).await?;
    let follow = "subscription { visitor { cursor change { __typename ... on ItemChange { item { text actor { kind } attachments { name url } } } } } }";
    socket.subscribe("v", follow, json!({})).await?;
    socket
        .until(PATIENCE, |m| (m["payload"]["data"]["visitor"]["change"]["__typename"] == "Ready").then_some(()))
        .await?;
    let note =
        "mutation($c: ID!) { noteAdd(input: { conversationId: $c, text: \"a colleague's note\" }) { item { id } } }";
    people[who].0.query(note, json!({ "c": conversation })).await?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"Until eight.\" }) { item { id } userErrors { message } } }";
    people[who].0.query(send, json!({ "c": conversation })).await?;
    let heard = |m: &Value| m["payload"]["data"]["visitor"]["change"]["item"]["text"].as_str().map(str::to_owned);
    assert_eq!(socket.until(PATIENCE, heard).await?, "Is the shop open?", "what was said before comes first");
    assert_eq!(socket.until(PATIENCE, heard).await?, "Until eight.", "the note is not for visitors");
    // A file comes with its address, good without signing in.
    let upload = http.post(format!("{}/v1/uploads?name=list.txt", stack.base)).bearer_auth(&people[who].0.token);
    let kept: Value = upload.body("kettles, cups").send().await?.json().await?;
    let with = "mutation($c: ID!, $f: [ID!]!) { messageSend(input: { conversationId: $c, attachmentIds: $f }) { userErrors { message } } }";
    let sent = people[who].0.query(with, json!({ "c": conversation, "f": [kept["id"]] })).await?;
    assert_eq!(sent["messageSend"]["userErrors"], json!([]), "{sent}");
    let linked = |m: &Value| {
        m["payload"]["data"]["visitor"]["change"]["item"]["attachments"][0]["url"].as_str().map(str::to_owned)
    };
    let link = socket.until(PATIENCE, linked).await?;
    assert_eq!(http.get(link).send().await?.text().await?, "kettles, cups");
    // A page without a cursor gets all of it, once.
    let mut fresh = Socket::open(&stack.base).await?;
    fresh.say(&json!({ "type": "connection_init", "payload": { "authorization": token } })).await?;
    fresh.subscribe("v", follow, json!({})).await?;
    assert_eq!(fresh.until(PATIENCE, heard).await?, "Is the shop open?");
    assert_eq!(fresh.until(PATIENCE, heard).await?, "Until eight.");
    // A visitor's token opens nothing else.
    socket.subscribe("x", "{ conversations(view: OPEN) { nodes { id } } }", json!({})).await?;
    let refused = socket.until(PATIENCE, |m| (m["id"] == "x").then(|| m.clone())).await?;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    stack.settle("select count(*) from timeline_item where actor_kind = 'customer'", 1, PATIENCE).await?;
    stack.finish().await
}
