//! Bots without an address: events as a stream with a cursor, actions by call, each bot its own sessions alone.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::{agent::Agent, customer, reqwest};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const SAVE: &str = "mutation($i: BotSaveInput!) { botSave(input: $i) { botId secret userErrors { message } } }";
const KEY: &str = "mutation($i: ApiKeyCreateInput!) { apiKeyCreate(input: $i) { secret userErrors { message } } }";

struct Bot {
    id: String,
    secret: String,
    key: String,
    reader: String,
}

async fn key(ada: &Agent, bot: Option<&str>, scopes: &[&str]) -> Result<String> {
    let made = ada.query(KEY, json!({ "i": { "name": "k", "scopes": scopes, "botId": bot } })).await?;
    made["apiKeyCreate"]["secret"].as_str().map(str::to_owned).with_context(|| made.to_string())
}

async fn bot(ada: &Agent, name: &str) -> Result<Bot> {
    let queues = ada.query("{ queues { id } }", json!({})).await?;
    let input = json!({ "name": name, "url": "", "fallbackQueueId": queues["queues"][0]["id"], "silenceSeconds": 300 });
    let saved = ada.query(SAVE, json!({ "i": input })).await?;
    let text = |name: &str| saved["botSave"][name].as_str().map(str::to_owned).with_context(|| saved.to_string());
    let id = text("botId")?;
    Ok(Bot {
        key: key(ada, Some(&id), &["bot:read", "bot:act"]).await?,
        reader: key(ada, Some(&id), &["bot:read"]).await?,
        secret: text("secret")?,
        id,
    })
}

/// Calls of `/v1/bot`.
struct Api {
    base: String,
    http: reqwest::Client,
}

impl Api {
    async fn get(&self, key: &str, path: &str) -> Result<(u16, Value)> {
        let answer = self.http.get(format!("{}{path}", self.base)).bearer_auth(key).send().await?;
        Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
    }

    async fn post(&self, key: &str, path: &str, idempotency: &str, body: Value) -> Result<(u16, Value)> {
        let post = self.http.post(format!("{}{path}", self.base)).bearer_auth(key);
        let answer = post.header("idempotency-key", idempotency).body(body.to_string()).send().await?;
        Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
    }

    /// The first events of the stream after a cursor: (cursor, envelope).
    async fn events(&self, key: &str, cursor: Option<i64>, count: usize) -> Result<Vec<(i64, Value)>> {
        let mut get = self.http.get(format!("{}/events", self.base)).bearer_auth(key);
        if let Some(cursor) = cursor {
            get = get.header("last-event-id", cursor.to_string());
        }
        let mut answer = get.send().await?;
        ensure!(answer.status() == 200, "{}", answer.text().await?);
        let mut text = String::new();
        let read = async {
            while text.matches("\ndata: ").count() < count || !text.ends_with("\n\n") {
                text.push_str(&String::from_utf8_lossy(&answer.chunk().await?.context("the stream ended")?));
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, read).await.context("no events")??;
        let field = |block: &str, name: &str| block.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        let blocks = text.split("\n\n").filter_map(|block| Some((field(block, "id: ")?, field(block, "data: ")?)));
        blocks.map(|(id, data)| Ok((id.parse()?, serde_json::from_str(&data)?))).collect()
    }
}

fn body(envelope: &Value) -> Result<Value> {
    Ok(serde_json::from_str(envelope["body"].as_str().context("body")?)?)
}

async fn write(stack: &Stack, phone: &str, id: &str, text: &str) -> Result<()> {
    let whatsapp = stack.whatsapp()?;
    ensure!(whatsapp.post(&reqwest_client(), &whatsapp.text(phone, "Ida", id, text, unix())).await? == 200);
    Ok(())
}

/// At least once, in order, signed, kept until acknowledged.
async fn the_stream(stack: &Stack, api: &Api, bot: &Bot) -> Result<String> {
    write(stack, "447700900701", "wamid.s1", "first").await?;
    stack.settle("select count(*) from bot_event", 1, PATIENCE).await?;
    write(stack, "447700900701", "wamid.s2", "second").await?;
    let events = api.events(&bot.key, None, 2).await?;
    let (first, second) = (body(&events[0].1)?, body(&events[1].1)?);
    assert_eq!((&first["sequence"], &first["data"]["message"]["text"]), (&json!(1), &json!("first")));
    assert_eq!((&second["sequence"], &second["data"]["message"]["text"]), (&json!(2), &json!("second")));
    let envelope = &events[0].1;
    let text = |name: &str| envelope[name].as_str().context("envelope");
    let signed = customer::standard_webhook(
        &bot.secret,
        text("webhook-id")?,
        text("webhook-timestamp")?.parse()?,
        text("body")?,
    )?;
    ensure!(
        signed.iter().any(|(_, value)| value == text("webhook-signature").unwrap_or_default()),
        "not signed: {envelope}"
    );
    let again = api.events(&bot.key, None, 2).await?;
    assert_eq!(again[0].1["webhook-id"], envelope["webhook-id"], "what is not acknowledged comes again, the same");
    let rest = api.events(&bot.key, Some(events[0].0), 1).await?;
    assert_eq!((rest.len(), rest[0].0), (1, events[1].0), "the cursor acknowledges what is before it");
    let (status, acked) = api.post(&bot.key, "/events/ack", "a", json!({ "cursor": events[1].0 })).await?;
    assert_eq!((status, &acked["settled"]), (200, &json!(1)));
    write(stack, "447700900701", "wamid.s3", "third").await?;
    let third = api.events(&bot.key, None, 1).await?;
    assert_eq!(body(&third[0].1)?["data"]["message"]["text"], "third", "acknowledged events do not come again");
    first["session"].as_str().map(str::to_owned).context("session")
}

async fn refusals(api: &Api, ada: &Agent, bot: &Bot, session: &str) -> Result<()> {
    let path = format!("/sessions/{session}");
    let stranger = self::bot(ada, "Stranger").await?;
    let plain = key(ada, None, &["conversations:read"]).await?;
    for (key, wanted, kind) in [
        (stranger.key.as_str(), 404, "urn:meridian:unknown_session"),
        (plain.as_str(), 401, "urn:meridian:unauthenticated"),
        ("mrd_guess", 401, "urn:meridian:unauthenticated"),
    ] {
        let (status, problem) = api.get(key, &path).await?;
        assert_eq!((status, &problem["type"]), (wanted, &json!(kind)), "{problem}");
        let (status, _) = api.post(key, &format!("{path}/messages"), "x", json!({ "text": "hi" })).await?;
        assert_eq!(status, wanted);
    }
    let (status, problem) = api.post(&bot.reader, &format!("{path}/messages"), "x", json!({ "text": "hi" })).await?;
    assert_eq!((status, &problem["type"]), (403, &json!("urn:meridian:forbidden")), "{problem}");
    let (status, _) = api.post(&bot.key, &format!("{path}/messages"), "y", json!({ "words": "hi" })).await?;
    assert_eq!(status, 422);
    let wrong = ada.query(KEY, json!({ "i": { "name": "k", "scopes": ["setup:write"], "botId": bot.id } })).await?;
    ensure!(wrong["apiKeyCreate"]["secret"].is_null(), "a bot's key may do more than a bot: {wrong}");
    Ok(())
}

async fn actions(stack: &Stack, api: &Api, bot: &Bot, session: &str) -> Result<()> {
    let path = format!("/sessions/{session}");
    let (_, state) = api.get(&bot.key, &path).await?;
    assert_eq!((&state["control"]["mine"], &state["channel"]), (&json!(true), &json!("whatsapp")), "{state}");
    ensure!(state["customer_waits_since"].is_string(), "{state}");
    let many: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let (status, problem) =
        api.post(&bot.key, &format!("{path}/messages"), "m0", json!({ "text": "Which?", "buttons": many })).await?;
    ensure!(status == 422 && problem["detail"].as_str().unwrap_or_default().contains("at most 10"), "{problem}");
    let say = json!({ "text": "Which order is it?", "buttons": ["48213", { "title": "Another", "payload": "other" }] });
    let (status, said) = api.post(&bot.key, &format!("{path}/messages"), "m1", say.clone()).await?;
    let (_, again) = api.post(&bot.key, &format!("{path}/messages"), "m1", say).await?;
    assert_eq!((status, &said["message"]), (202, &again["message"]), "{said} {again}");
    let (status, problem) = api.post(&bot.key, &format!("{path}/messages"), "m1", json!({ "text": "other" })).await?;
    assert_eq!((status, &problem["type"]), (409, &json!("urn:meridian:idempotency_key_reused")));
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let out = stack.provider.seen("/messages").pop().context("nothing was sent")?.json();
    assert_eq!(
        out["interactive"]["action"]["buttons"][1]["reply"],
        json!({ "id": "other", "title": "Another" }),
        "{out}"
    );
    let (_, page) = api.get(&bot.reader, &format!("{path}/transcript?limit=50")).await?;
    let lines: Vec<(&str, &str)> = page["items"]
        .as_array()
        .context("items")?
        .iter()
        .map(|line| (line["from"].as_str().unwrap_or_default(), line["text"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        lines,
        [("customer", "first"), ("customer", "second"), ("customer", "third"), ("bot", "Which order is it?")]
    );
    let answer = api.http.get(format!("{}{path}", api.base)).bearer_auth(&bot.key).send().await?;
    let header = |name: &str| answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("ratelimit-policy"), "\"default\";q=600;w=60");
    ensure!(header("ratelimit").starts_with("\"default\";r=5"), "{}", header("ratelimit"));

    let request = json!({ "reason": { "code": "requested" }, "slots": { "order": "48213" } });
    let (status, taken) = api.post(&bot.key, &format!("{path}/handoff"), "h1", request.clone()).await?;
    let (_, again) = api.post(&bot.key, &format!("{path}/handoff"), "h1", request).await?;
    assert_eq!((status, &taken["handoff"], &taken["position"]), (202, &again["handoff"], &json!(1)), "{taken} {again}");
    stack.settle("select count(*) from handoff where brief_state = 'ready'", 1, PATIENCE).await?;
    let (status, late) = api.post(&bot.key, &format!("{path}/messages"), "m2", json!({ "text": "late" })).await?;
    assert_eq!((status, &late["type"]), (409, &json!("urn:meridian:not_holder")), "{late}");
    let (_, state) = api.get(&bot.key, &path).await?;
    assert_eq!(state["control"]["holder"], "queue");
    Ok(())
}

/// A key that calls more often than it may is told to wait, and no other key waits with it.
async fn limited(api: &Api, ada: &Agent, bot: &Bot) -> Result<()> {
    let eager = key(ada, Some(&bot.id), &["bot:read"]).await?;
    let mut calls = 0;
    let refused = loop {
        let answer = api.http.get(format!("{}/sessions/x", api.base)).bearer_auth(&eager).send().await?;
        if answer.status() == 429 {
            break answer;
        }
        calls += 1;
        ensure!(calls <= 600, "the {calls}th call of a minute was taken");
    };
    let wait: u64 = refused.headers()["retry-after"].to_str()?.parse()?;
    ensure!((1..=60).contains(&wait) && calls >= 500, "{calls} calls, then wait for {wait} s");
    let (status, _) = api.get(&bot.reader, "/sessions/x").await?;
    ensure!(status != 429, "another key waits as well");
    Ok(())
}

/// A new customer's session with the bot.
async fn newcomer(stack: &Stack, api: &Api, bot: &Bot, phone: &str, seen: i64) -> Result<String> {
    write(stack, phone, &format!("wamid.{phone}"), "hello").await?;
    let events = api.events(&bot.key, Some(seen), 1).await?;
    body(&events[0].1)?["session"].as_str().map(str::to_owned).context("session")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_without_an_address_reads_a_stream_and_acts_by_call() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let bot = bot(&ada, "Streamer").await?;
    stack
        .sql("update channel_account set bot_id = (select id from bot where name = 'Streamer') where kind = 'whatsapp'")
        .await?;
    let api = Api { base: format!("{}/v1/bot", stack.base), http: reqwest_client() };
    let (status, document) = api.get("", "/openapi.json").await?;
    assert_eq!((status, &document["openapi"]), (200, &json!("3.1.0")));

    let session = the_stream(&stack, &api, &bot).await?;
    refusals(&api, &ada, &bot, &session).await?;
    actions(&stack, &api, &bot, &session).await?;

    let settled = newcomer(&stack, &api, &bot, "447700900702", 3).await?;
    let (status, state) = api.post(&bot.key, &format!("/sessions/{settled}/resolve"), "r", json!({})).await?;
    assert_eq!((status, &state["lifecycle"]), (200, &json!("resolved")), "{state}");
    let given = newcomer(&stack, &api, &bot, "447700900703", 5).await?;
    let (status, state) = api.post(&bot.key, &format!("/sessions/{given}/pass-back"), "p", json!({})).await?;
    assert_eq!((status, &state["control"]["holder"]), (200, &json!("queue")), "{state}");
    stack.settle("select count(*) from work_item where state = 'queued'", 2, PATIENCE).await?;

    limited(&api, &ada, &bot).await?;

    // A key that falls takes its open stream along.
    let mut open = api.http.get(format!("{}/events", api.base)).bearer_auth(&bot.reader).send().await?;
    stack.sql("update api_key set revoked_at = clock_timestamp()").await?;
    let ended = async {
        while open.chunk().await?.is_some() {}
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(4), ended).await.context("the stream of a revoked key stays open")??;
    let (status, _) = api.get(&bot.key, "/sessions/x").await?;
    assert_eq!(status, 401);
    stack.finish().await
}
