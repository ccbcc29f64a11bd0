//! Plans are kept, and one made in a quiet hour serves the busy one after it. Statistics then say that next to nothing
//! waits, so that an index of what waits looks smaller than the key: reading all of it to find one row by its id costs
//! nothing, until much waits. Every statement of the store is planned as of such an hour, and none may do that.

use anyhow::{Context, Result, ensure};
use meridian_app::setup::seed_crowd;
use meridian_store::{SETTINGS, bulk};
use meridian_testkit::Stack;
use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{collections::BTreeMap, fs, path::Path, str::FromStr};

/// Tables whose rows wait and are done with, and what they hold in a quiet hour.
const DONE: &[(&str, &str)] = &[
    ("inbound_raw", "state = 'processed'"),
    ("work_item", "state = 'done'"),
    ("offer", "state = 'accepted'"),
    ("delivery", "state = 'delivered'"),
    ("bot_event", "state = 'delivered', bot_id = '00000000-0000-7000-8000-000000000001'"),
    ("attachment", "state = 'stored', item_id = gen_random_uuid()"),
    ("webhook_delivery", "state = 'delivered'"),
    ("scheduled_work", "state = 'done', work_item_id = gen_random_uuid()"),
    ("handoff", "brief_state = 'ready'"),
    ("reply_draft", "state = 'ready'"),
];

/// Tables that are filled by a history in which nothing is open any more.
const CLOSED: &[(&str, &str)] = &[
    ("conversation", "lifecycle = 'resolved', resolved_at = now(), owner = 'none', owner_agent_id = null"),
    ("session", "closed_at = now(), bot_waits_since = null, control = 'none', control_id = null"),
];

/// Columns that name a row by itself.
const NAMES: &[&str] = &["id", "item_id", "work_item_id", "session_id", "conversation_id", "agent_id"];

/// Fills a table with rows that are done with: what has no default gets a value of its type.
async fn fill(owner: &mut PgConnection, table: &str, set: &str, tenant: uuid::Uuid) -> Result<()> {
    let sql = "select column_name::text, data_type::text from information_schema.columns
               where table_name = $1 and table_schema = 'public' and is_nullable = 'NO' and column_default is null
                 and is_generated = 'NEVER' and is_identity = 'NO' order by ordinal_position";
    let columns: Vec<(String, String)> = sqlx::query_as(sql).bind(table).fetch_all(&mut *owner).await?;
    let mut values: BTreeMap<String, String> = columns
        .into_iter()
        .map(|(name, kind)| {
            let value = match kind.as_str() {
                "uuid" if name == "tenant_id" => format!("'{tenant}'"),
                "uuid" => "gen_random_uuid()".to_owned(),
                "text" if name.contains("kind") => "'task'".to_owned(),
                "text" => "'x' || n".to_owned(),
                "jsonb" | "ARRAY" => "'{}'".to_owned(),
                "boolean" => "false".to_owned(),
                "bytea" => "''".to_owned(),
                kind if kind.starts_with("timestamp") => "now()".to_owned(),
                _ => "n".to_owned(),
            };
            (name, value)
        })
        .collect();
    for one in set.split(", ") {
        let (column, value) = one.split_once(" = ").context("column = value")?;
        values.insert(column.to_owned(), value.to_owned());
    }
    let names: Vec<&str> = values.keys().map(String::as_str).collect();
    let given: Vec<&str> = values.values().map(String::as_str).collect();
    let insert = format!(
        "insert into {table} ({}) select {} from generate_series(1, 3000) n",
        names.join(", "),
        given.join(", ")
    );
    sqlx::query(AssertSqlSafe(insert.clone())).execute(owner).await.with_context(|| insert)?;
    Ok(())
}

/// The plan of a statement as it is kept: for any values.
async fn plan(db: &mut PgConnection, role: &str, query: &str, parameters: usize) -> Result<Value> {
    let values = if parameters == 0 { String::new() } else { format!("({})", vec!["null"; parameters].join(", ")) };
    let sql = format!("set role {role}; prepare kept as {query}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *db).await?;
    let explained = format!("explain (format json) execute kept{values}");
    let told = sqlx::query_scalar::<_, Value>(AssertSqlSafe(explained)).persistent(false).fetch_one(&mut *db).await;
    sqlx::raw_sql("deallocate kept; reset role").execute(db).await?;
    Ok(told?[0]["Plan"].clone())
}

/// Reads by an index that holds none of the names by which the rows are then picked.
fn astray(node: &Value, found: &mut Vec<String>) {
    let (table, index) = (node["Relation Name"].as_str().unwrap_or_default(), node["Index Name"].as_str());
    let condition = node["Index Cond"].as_str().unwrap_or_default();
    let filter = node["Filter"].as_str().unwrap_or_default();
    let compared =
        |text: &str, name: &str| text.contains(&format!("({name} = ")) || text.contains(&format!(".{name} = "));
    if DONE.iter().chain(CLOSED).any(|(of, _)| *of == table)
        && let Some(index) = index
        && NAMES.iter().any(|name| compared(filter, name))
        && !NAMES.iter().chain(&["queue"]).any(|name| compared(condition, name))
    {
        found.push(format!("{table} by {index} {condition}, then {filter}"));
    }
    for below in node["Plans"].as_array().into_iter().flatten() {
        astray(below, found);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_found_by_their_names_also_under_plans_of_a_quiet_hour() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    stack.kill_workers().await;
    let crowd = seed_crowd(&stack.app, "crowd", 1, 1, "http://127.0.0.1:9").await?;
    bulk::load(&stack.database, crowd.place(), 40_000).await?;
    let mut owner: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    sqlx::raw_sql("set session_replication_role = replica").execute(&mut owner).await?;
    for (table, set) in DONE {
        fill(&mut owner, table, set, crowd.tenant.0).await?;
    }
    for (table, set) in CLOSED {
        sqlx::raw_sql(AssertSqlSafe(format!("update {table} set {set}"))).execute(&mut owner).await?;
    }
    sqlx::raw_sql("analyze").execute(&mut owner).await?;
    for (name, value) in SETTINGS.iter().chain([&("app.tenant_id", crowd.tenant.0.to_string().as_str())]) {
        sqlx::raw_sql(AssertSqlSafe(format!("set {name} = '{value}'"))).execute(&mut owner).await?;
    }
    let statements = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/store/.sqlx");
    let (mut planned, mut wrong) = (0, Vec::new());
    for file in fs::read_dir(statements)? {
        let statement: Value = serde_json::from_str(&fs::read_to_string(file?.path())?)?;
        let query = statement["query"].as_str().context("query")?;
        let parameters = statement["describe"]["parameters"]["Left"].as_array().map_or(0, Vec::len);
        let mut shown = plan(&mut owner, "meridian_app", query, parameters).await;
        if shown.is_err() {
            sqlx::raw_sql("reset role").execute(&mut owner).await?;
            shown = plan(&mut owner, "meridian_system", query, parameters).await;
        }
        let mut found = Vec::new();
        astray(&shown.with_context(|| query.to_owned())?, &mut found);
        planned += 1;
        wrong.extend(
            found
                .into_iter()
                .map(|found| format!("{found}\n  {}", query.split_whitespace().collect::<Vec<_>>().join(" "))),
        );
    }
    println!("{planned} statements planned");
    ensure!(planned > 500, "only {planned} statements were planned");
    ensure!(wrong.is_empty(), "{} statements lose their way:\n{}", wrong.len(), wrong.join("\n"));
    owner.close().await?;
    stack.sql("delete from outbox").await?;
    stack.start_workers()?;
    stack.finish().await
}
