//! What bots answer that is wrong, late or told twice, and what they missed while they were away: the customer gets a
//! person or an answer, and the ledger says why.

use super::{PATIENCE, ada, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::{agent::Agent, customer, provider::Answer};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

const DELIVERED: &str = "select count(*) from bot_event where state = 'delivered'";
const READY: &str = "select count(*) from handoff where brief_state = 'ready'";

async fn write(stack: &Stack, phone: &str, id: &str, text: &str) -> Result<()> {
    let whatsapp = stack.whatsapp()?;
    ensure!(whatsapp.post(&reqwest_client(), &whatsapp.text(phone, "Ida", id, text, unix())).await? == 200);
    Ok(())
}

/// What the ledger says of the bot's events, oldest first.
async fn ledger(stack: &Stack, who: &Agent) -> Result<Vec<Value>> {
    let look = "query($b: ID!) { botEvents(botId: $b, first: 50) { nodes { kind state attemptCount lastError } } }";
    let seen = who.query(look, json!({ "b": stack.demo.bot.to_string() })).await?;
    let mut events = seen["botEvents"]["nodes"].as_array().with_context(|| seen.to_string())?.clone();
    events.reverse();
    Ok(events)
}

async fn newest(who: &Agent) -> Result<Value> {
    let look = "{ conversations(view: OPEN, first: 1) { nodes { owner handoffs { brief request }
        timeline(first: 50) { nodes { kind text } } } } }";
    Ok(who.query(look, json!({})).await?["conversations"]["nodes"][0].take())
}

/// A hand-off by call, signed; the answer's status.
async fn hand_over(stack: &Stack, key: &str, request: &Value) -> Result<u16> {
    let body = request.to_string();
    let mut post = reqwest_client().post(format!("{}/bots/{}/handoff", stack.base, stack.demo.bot));
    for (name, value) in customer::standard_webhook(&Stack::webhook_secret("bot"), key, unix(), &body)? {
        post = post.header(name, value);
    }
    Ok(post.body(body).send().await?.status().as_u16())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_in_an_answer_is_named_and_the_rest_is_done() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    let odd = json!({ "actions": [{ "type": "dance" }, { "type": "message", "text": "Which order is it?" }] });
    // Too much context, and a feeling that is none: no reason to keep the customer from people.
    let over = json!({ "actions": [{ "type": "handoff", "sentiment": 7, "context": "x".repeat(70_000),
                                     "slots": { "order": "48213" } }] });
    stack.provider.plan("/bot", vec![Answer::Say(200, odd), Answer::Say(200, over)]);
    write(&stack, "447700900841", "wamid.o1", "my kettle leaks all over").await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    write(&stack, "447700900841", "wamid.o2", "48213").await?;
    stack.settle(READY, 1, PATIENCE).await?;
    let told = ledger(&stack, &ada).await?;
    ensure!(
        told[0]["lastError"].as_str().is_some_and(|e| e.contains("actions[0]: left out, unknown variant `dance`")),
        "{told:?}"
    );
    let wanted = "handoff.context: left out; handoff.sentiment: left out";
    assert_eq!((&told[1]["state"], &told[1]["lastError"]), (&json!("DELIVERED"), &json!(wanted)), "{told:?}");
    let seen = newest(&ada).await?;
    assert_eq!((&seen["owner"], &seen["handoffs"][0]["request"]["slots"]["order"]), (&json!("QUEUE"), &json!("48213")));

    // A second hand-off adds to the first: one piece of work, both orders' facts, nothing heard is told twice.
    let session = stack.provider.seen("/bot")[0].json()["session"].clone();
    let line = |id: Value, from: &str, text: &str| json!({ "id": id, "from": from, "text": text });
    let request = json!({ "session": session, "slots": { "colour": "red" }, "transcript": [
        line(json!("wamid.o1"), "customer", "my kettle leaks all over"),
        line(Value::Null, "bot", "Which order is it?"),
        line(json!("x9"), "customer", "it is the red one") ] });
    assert_eq!(hand_over(&stack, "again", &request).await?, 202);
    assert_eq!(hand_over(&stack, "again", &request).await?, 202);
    stack.settle(READY, 2, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from work_item").await?, 1);
    let seen = newest(&ada).await?;
    let facts = seen["handoffs"][0]["brief"]["facts"].to_string();
    ensure!(facts.contains("48213") && facts.contains("red"), "the first hand-off is forgotten: {facts}");
    let said: Vec<&str> = seen["timeline"]["nodes"]
        .as_array()
        .context("timeline")?
        .iter()
        .filter(|node| node["kind"] == "message")
        .filter_map(|node| node["text"].as_str())
        .collect();
    // The newest comes first.
    assert_eq!(said, ["it is the red one", "48213", "Which order is it?", "my kettle leaks all over"]);
    // Words that say it in short stand in the brief as well.
    let summary = seen["handoffs"][0]["brief"]["summary"].as_str().unwrap_or_default().to_owned();
    ensure!(summary.contains("kettle leaks") && summary.split_whitespace().count() <= 60, "{summary}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_late_is_recorded_and_the_bot_is_told_why() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    stack.sql("update bot set silence_seconds = 1").await?;
    let go = Arc::new(Notify::new());
    let says = json!({ "actions": [{ "type": "message", "text": "Here I am" }] });
    stack.provider.plan("/bot", vec![Answer::When(Arc::clone(&go), says)]);
    write(&stack, "447700900842", "wamid.l1", "hello").await?;
    stack.settle(READY, 1, PATIENCE).await?;
    go.notify_one();
    stack.settle(DELIVERED, 2, PATIENCE).await?;
    let told = ledger(&stack, &ada).await?;
    let why = "answered when it no longer held the session: recorded, not sent";
    assert_eq!(told[0]["lastError"], why, "{told:?}");
    assert_eq!((&told[1]["kind"], &told[1]["lastError"]), (&json!("session.taken"), &Value::Null), "{told:?}");
    assert_eq!(stack.count("select count(*) from delivery").await?, 0);
    stack.finish().await
}

/// The types and sequences of what the bot was told of each session, in order of arrival.
fn told(stack: &Stack, skip: usize) -> Vec<(String, String, i64)> {
    let seen = stack.provider.seen("/bot").into_iter().skip(skip).map(|request| request.json());
    let text = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
    seen.map(|event| (text(&event, "session"), text(&event, "type"), event["sequence"].as_i64().unwrap_or_default()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_bot_missed_is_told_in_order_when_it_is_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    // It fails once: what comes after waits for what came before, though people have the conversation by then.
    stack.provider.plan("/bot", vec![Answer::Say(500, json!({}))]);
    write(&stack, "447700900851", "wamid.r1", "first").await?;
    stack.settle(READY, 1, Duration::from_secs(10)).await?;
    stack.settle(DELIVERED, 2, PATIENCE).await?;
    let order: Vec<(String, i64)> = told(&stack, 0).into_iter().map(|(_, kind, at)| (kind, at)).collect();
    let wanted = [("message.created", 1), ("message.created", 1), ("session.taken", 2)];
    assert_eq!(order, wanted.map(|(kind, at)| (kind.to_owned(), at)));

    // It is away for an hour: everybody gets a person, and all of it is kept.
    stack.provider.plan("/bot", vec![Answer::Say(503, json!({})); 3]);
    for n in 2..5 {
        write(&stack, &format!("44770090085{n}"), &format!("wamid.r{n}"), "hello").await?;
        stack
            .settle("select count(*) from bot_event where attempts > 0 and state = 'pending'", n - 1, PATIENCE)
            .await?;
    }
    stack.settle(READY, 4, Duration::from_secs(10)).await?;
    let skip = stack.provider.seen("/bot").len();
    let first: Vec<String> = stack
        .provider
        .seen("/bot")
        .iter()
        .skip(skip - 3)
        .filter_map(|r| r.header("webhook-id").map(str::to_owned))
        .collect();
    stack.sql("update bot_event set state = 'failed', created_at = created_at - interval '1 hour' where state = 'pending'").await?;
    let again = "mutation($b: ID!, $s: DateTime!) { botEventsRecover(input: { botId: $b, since: $s }) { count userErrors { message } } }";
    let since = chrono::DateTime::from_timestamp(unix() - 7200, 0).context("time")?.to_rfc3339();
    let done = ada.query(again, json!({ "b": stack.demo.bot.to_string(), "s": since })).await?;
    assert_eq!(done["botEventsRecover"]["count"], 6, "{done}");
    stack.settle(DELIVERED, 8, PATIENCE).await?;
    let heard = told(&stack, skip);
    for session in heard.iter().map(|(session, ..)| session).collect::<std::collections::BTreeSet<_>>() {
        let own: Vec<i64> = heard.iter().filter(|(s, ..)| s == session).map(|(.., at)| *at).collect();
        assert_eq!(own, [1, 2], "out of order: {heard:?}");
    }
    assert_eq!(heard.len(), 6, "{heard:?}");
    let repeated: Vec<String> = stack
        .provider
        .seen("/bot")
        .iter()
        .skip(skip)
        .filter_map(|r| r.header("webhook-id").map(str::to_owned))
        .collect();
    ensure!(first.iter().all(|id| repeated.contains(id)), "an event has another webhook-id: {first:?} {repeated:?}");
    // What it answers now comes too late to be sent.
    assert_eq!(stack.count("select count(*) from delivery").await?, 0);
    stack.finish().await
}
