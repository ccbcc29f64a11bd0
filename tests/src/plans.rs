//! The pages people look at all day never read a whole table: shown on real data by the server's own counters.

use anyhow::{Context, Result, ensure};
use meridian_app::setup::seed_crowd;
use meridian_lab::agent::Agent;
use meridian_store::bulk;
use meridian_testkit::Stack;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{collections::BTreeMap, str::FromStr, time::Duration};

/// Tables that grow with traffic.
const LARGE: &[&str] = &[
    "timeline_item",
    "item_content",
    "conversation",
    "session",
    "party",
    "party_customer",
    "customer",
    "customer_identity",
];

/// Scans of whole tables, and reads by index, so far.
async fn scans(stack: &Stack) -> Result<BTreeMap<String, (i64, i64)>> {
    // Sessions report what they did once a second.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let sql = "select relname::text, seq_scan, coalesce(idx_scan, 0) from pg_stat_user_tables where relname = any($1)";
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(sql).bind(LARGE).fetch_all(&mut admin).await?;
    admin.close().await?;
    Ok(rows.into_iter().map(|(table, whole, indexed)| (table, (whole, indexed))).collect())
}

/// Asks for a list page by page; how many nodes came.
async fn walk(agent: &Agent, query: &str, list: fn(&Value) -> &Value, id: &str, pages: usize) -> Result<usize> {
    let (mut after, mut nodes) = (Value::Null, 0);
    for _ in 0..pages {
        let data = agent.query(query, json!({ "id": id, "after": after })).await?;
        let list = list(&data);
        nodes += list["nodes"].as_array().context("nodes")?.len();
        after = list["pageInfo"]["endCursor"].clone();
    }
    Ok(nodes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_history_and_inbox_are_read_by_index() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    stack.kill_workers().await;
    let crowd = seed_crowd(&stack.app, "crowd", 1, 1, "http://127.0.0.1:9").await?;
    bulk::load(&stack.database, crowd.place(), 160_000).await?;
    let agent = Agent::sign_in(&stack.base, "crowd", &crowd.emails[0], crowd.password).await?;
    let page = "pageInfo { hasNextPage endCursor }";
    let history = format!(
        "query($id: ID!, $after: String) {{ customer(id: $id) {{ name identities {{ value }} links {{ reason }}
           timeline(first: 50, after: $after) {{ {page} nodes {{ id text channel delivery reactions }} }} }} }}"
    );
    let of_customer = format!(
        "query($id: ID!, $after: String) {{ customer(id: $id) {{
           conversations(first: 50, after: $after) {{ {page} nodes {{ id sessions {{ id }} workItems {{ id }} }} }} }} }}"
    );
    let inbox = format!(
        "query($after: String) {{ conversations(view: OPEN, first: 50, after: $after) {{ {page}
           nodes {{ id customer {{ name }} }} }} }}"
    );
    let one = format!(
        "query($after: String) {{ conversations(view: OPEN, first: 1, after: $after) {{ {page}
           nodes {{ timeline(first: 50) {{ nodes {{ seq text }} }} }} }} }}"
    );
    let largest = format!("cus_{}", bulk::largest().simple());
    let before = scans(&stack).await?;
    assert_eq!(walk(&agent, &history, |d| &d["customer"]["timeline"], &largest, 20).await?, 1000);
    assert_eq!(walk(&agent, &of_customer, |d| &d["customer"]["conversations"], &largest, 10).await?, 500);
    assert_eq!(walk(&agent, &inbox, |d| &d["conversations"], "", 20).await?, 1000);
    assert_eq!(walk(&agent, &one, |d| &d["conversations"], "", 20).await?, 20);
    let after = scans(&stack).await?;
    for (table, (whole, indexed)) in &after {
        let (whole_before, indexed_before) = before[table];
        ensure!(*whole == whole_before, "{table} was read as a whole {} times", whole - whole_before);
        ensure!(
            *indexed > indexed_before || table == "party",
            "{table} was not read at all: the test asks for too little"
        );
    }
    ensure!(after.len() == LARGE.len(), "tables are missing: {after:?}");
    stack.sql("delete from outbox").await?;
    stack.start_workers()?;
    stack.finish().await
}

/// Rows of the search that were fetched by its index, so far.
async fn searched(stack: &Stack) -> Result<(i64, i64, i64)> {
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let sql = "select t.seq_scan, i.idx_scan, t.idx_tup_fetch from pg_stat_user_tables t
               join pg_stat_user_indexes i on i.relname = t.relname and i.indexrelname = 'item_search_keys'
               where t.relname = 'item_search'";
    let read: (i64, i64, i64) = sqlx::query_as(sql).fetch_one(&mut admin).await?;
    admin.close().await?;
    Ok(read)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_is_found_by_index_however_much_was_said() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    stack.kill_workers().await;
    let crowd = seed_crowd(&stack.app, "crowd", 1, 1, "http://127.0.0.1:9").await?;
    bulk::load(&stack.database, crowd.place(), 40_000).await?;
    let tenant = crowd.place().tenant.into();
    let from = std::time::Instant::now();
    while meridian_app::search::index_past(&stack.app, tenant).await? {}
    let took = from.elapsed();
    ensure!(stack.count("select count(*) from item_search").await? >= 40_000, "the index is not filled");
    let agent = Agent::sign_in(&stack.base, "crowd", &crowd.emails[0], crowd.password).await?;
    let find = "query($t: String!, $after: String) { messageSearch(text: $t, first: 50, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { item { id } conversation { id } passage { text hit } } } }";
    let before = searched(&stack).await?;
    let rare = agent.query(find, json!({ "t": "conversation 1234 message" })).await?;
    let after = searched(&stack).await?;
    ensure!(rare["messageSearch"]["nodes"].as_array().context("nodes")?.len() == 20, "{rare}");
    ensure!(after.0 == before.0, "the search read its table as a whole");
    ensure!(after.1 > before.1, "the index was not asked");
    ensure!(after.2 - before.2 < 100, "{} rows were fetched for 20", after.2 - before.2);
    // What everybody says: a day's rows at most, and page by page.
    let (mut cursor, mut nodes) = (Value::Null, 0);
    let asked = std::time::Instant::now();
    for _ in 0..10 {
        let page = agent.query(find, json!({ "t": "parcel", "after": cursor })).await?["messageSearch"].clone();
        nodes += page["nodes"].as_array().context("nodes")?.len();
        cursor = page["pageInfo"]["endCursor"].clone();
    }
    ensure!(nodes == 500, "{nodes} of 500 were found");
    let none = agent.query(find, json!({ "t": "marmalade" })).await?;
    ensure!(none["messageSearch"]["nodes"] == json!([]), "{none}");
    println!("search: 40,000 items put into the index in {took:?}; 10 pages of what all say in {:?}", asked.elapsed());
    stack.sql("delete from outbox").await?;
    stack.start_workers()?;
    stack.finish().await
}

/// Looks of the relay at jobs, and rows of their index that it read, so far.
async fn looks_at_jobs(stack: &Stack) -> Result<(i64, i64)> {
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let sql = "select idx_scan, idx_tup_read from pg_stat_user_indexes where indexrelname = 'outbox_jobs'";
    let read: (i64, i64) = sqlx::query_as(sql).fetch_one(&mut admin).await?;
    admin.close().await?;
    Ok(read)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_that_are_not_due_cost_the_relay_nothing() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack
        .sql(
            "insert into outbox (tenant_id, lane, queue, payload, due_at)
             select gen_random_uuid(), n % 64, 'routing', '{}', now() + interval '1 hour'
             from generate_series(1, 64000) n",
        )
        .await?;
    let before = looks_at_jobs(&stack).await?;
    let after = looks_at_jobs(&stack).await?;
    let (looks, read) = (after.0 - before.0, after.1 - before.1);
    ensure!(looks > 0, "the relay did not look for jobs: the test shows nothing");
    ensure!(read < looks * 10, "{looks} looks read {read} jobs that were not due");
    stack.sql("delete from outbox").await?;
    stack.finish().await
}
