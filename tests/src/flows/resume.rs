//! A resumed subscription misses no event, in whatever order transactions commit.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::jobs::relay_lane;
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::{str::FromStr, time::Duration};

/// Transactions open at the same time.
const OPEN: usize = 24;

const FOLLOW: &str = "subscription($id: ID!, $after: String) { conversation(id: $id, resumeAfter: $after) {
    cursor change { __typename ... on ItemChange { item { text } } } } }";

/// Writes each change in a transaction of its own, first come first numbered, and leaves all of them open.
async fn write_all(stack: &Stack, changes: &[(Vec<String>, Value)]) -> Result<Vec<PgConnection>> {
    let mut open = Vec::new();
    for (topics, change) in changes {
        let mut connection: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
        sqlx::query("begin").execute(&mut connection).await?;
        sqlx::query("insert into outbox (tenant_id, lane, topics, payload) values ($1, $2, $3, $4)")
            .bind(stack.demo.tenant.0)
            .bind(relay_lane(stack.demo.tenant))
            .bind(topics)
            .bind(change)
            .execute(&mut connection)
            .await?;
        open.push(connection);
    }
    Ok(open)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_while_transactions_commit_out_of_order() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    for n in 0..OPEN {
        let message = whatsapp.text("447700900610", "Uma", &format!("wamid.o{n}"), &format!("m{n}"), unix());
        whatsapp.post(&http, &message).await?;
    }
    let written = "select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'";
    stack.settle(written, OPEN as i64, PATIENCE).await?;
    let said =
        "select c.text from timeline_item i join item_content c on c.tenant_id = i.tenant_id and c.item_id = i.id
                where i.kind = 'message' and i.actor_kind = 'customer' order by i.seq";
    let mut reader: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let said: Vec<String> = sqlx::query_scalar(said).fetch_all(&mut reader).await?;
    assert_eq!(said, (0..OPEN).map(|n| format!("m{n}")).collect::<Vec<_>>(), "in the order in which they came");
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let listed = sam.query("{ conversations(view: OPEN) { nodes { id } } }", json!({})).await?;
    let id = listed["conversations"]["nodes"][0]["id"].clone();
    stack.settle("select count(*) from outbox where due_at <= clock_timestamp()", 0, PATIENCE).await?;
    // The same changes once more, each told by a transaction of its own.
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let changes: Vec<(Vec<String>, Value)> = sqlx::query_as(
        "select array_agg(e.topic), e.change from live_event e
         join timeline_item i on i.id::text = e.change->>'item' or i.id::text = e.change->'item'->>'item'
         join item_content c on c.tenant_id = i.tenant_id and c.item_id = i.id
         where i.kind = 'message' group by e.position, e.change, c.text order by substr(c.text, 2)::int",
    )
    .fetch_all(&mut admin)
    .await?;
    ensure!(changes.len() == OPEN, "{} changes of {OPEN} messages", changes.len());
    let mut open = write_all(&stack, &changes).await?;

    let event = |m: &Value| Some(m["payload"]["data"]["conversation"].clone()).filter(Value::is_object);
    let mut socket = sam.connect().await?;
    socket.subscribe("c", FOLLOW, json!({ "id": id })).await?;
    let mut cursor = socket.until(PATIENCE, event).await?["cursor"].clone();
    let mut heard: Vec<String> = Vec::new();
    // Last written, first committed; every third commit the reader is cut off and comes back with its cursor.
    for n in 0..OPEN {
        let mut connection = open.pop().context("a transaction")?;
        sqlx::query("commit").execute(&mut connection).await?;
        if n % 3 == 2 {
            socket = sam.connect().await?;
            socket.subscribe("c", FOLLOW, json!({ "id": id, "after": cursor })).await?;
        }
        if n % 2 == 0 {
            continue;
        }
        while let Ok(message) = socket.next(Duration::from_millis(300)).await {
            let Some(event) = event(&message) else { continue };
            cursor = event["cursor"].clone();
            ensure!(event["change"]["__typename"] != "Resync", "{event}");
            heard.extend(event["change"]["item"]["text"].as_str().map(str::to_owned));
            if heard.len() > n {
                break;
            }
        }
    }
    while heard.len() < OPEN {
        let event = socket.until(PATIENCE, event).await.with_context(|| format!("heard only {heard:?}"))?;
        heard.extend(event["change"]["item"]["text"].as_str().map(str::to_owned));
    }
    let number = |text: &String| text.trim_start_matches('m').parse::<usize>().unwrap_or(usize::MAX);
    let mut numbers: Vec<usize> = heard.iter().map(number).collect();
    ensure!(numbers[0] + 3 > OPEN, "what was committed first came first: {heard:?}");
    numbers.sort_unstable();
    assert_eq!(numbers, (0..OPEN).collect::<Vec<_>>(), "each once");
    stack.finish().await
}

/// A socket to a server whose database just came back: it is told to try again, not that it is forbidden.
async fn again(agent: &Agent) -> Result<Socket> {
    loop {
        match agent.connect().await {
            Err(error) if error.to_string().contains("1013") => tokio::time::sleep(Duration::from_millis(50)).await,
            done => return done,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_that_forgets_places_gives_none_of_them_twice() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    for n in 0..2 {
        let message = whatsapp.text("447700900611", "Vera", &format!("wamid.p{n}"), &format!("m{n}"), unix());
        whatsapp.post(&http, &message).await?;
    }
    stack.settle("select count(*) from timeline_item where actor_kind = 'customer'", 2, PATIENCE).await?;
    let waiting = "select count(*) from outbox where due_at <= clock_timestamp()";
    stack.settle(waiting, 0, PATIENCE).await?;
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let listed = sam.query("{ conversations(view: OPEN) { nodes { id } } }", json!({})).await?;
    let id = listed["conversations"]["nodes"][0]["id"].clone();
    let event = |m: &Value| Some(m["payload"]["data"]["conversation"].clone()).filter(Value::is_object);
    let mut socket = sam.connect().await?;
    socket.subscribe("c", FOLLOW, json!({ "id": id })).await?;
    let cursor = socket.until(PATIENCE, event).await?["cursor"].clone();
    drop(socket);

    // The database forgets everything that was placed and every connection, as after a crash.
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    sqlx::raw_sql(
        "begin; lock table outbox, live_event, tenant_stream;
         insert into outbox (tenant_id, lane, topics, payload)
           select tenant_id, -1, array_agg(topic), change from live_event group by tenant_id, position, change
           order by position;
         delete from live_event; update tenant_stream set position = 0;
         select pg_terminate_backend(pid) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid();
         commit",
    )
    .execute(&mut admin)
    .await?;
    sqlx::query("update outbox set lane = $1").bind(relay_lane(stack.demo.tenant)).execute(&mut admin).await?;
    stack.settle(waiting, 0, PATIENCE).await?;
    let mut socket = again(&sam).await?;
    socket.subscribe("c", FOLLOW, json!({ "id": id, "after": cursor })).await?;
    let mut heard: Vec<String> = Vec::new();
    while heard.len() < 2 {
        let event = socket.until(PATIENCE, event).await.with_context(|| format!("heard only {heard:?}"))?;
        heard.extend(event["change"]["item"]["text"].as_str().map(str::to_owned));
    }
    assert_eq!(heard, ["m0", "m1"], "placed again, after every place that was ever given");
    stack.finish().await
}
