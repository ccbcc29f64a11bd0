//! Two tenants, every table, every operation: the second tenant sees, changes and takes nothing of the first.

use anyhow::Result;
use meridian_testkit::Stack;
use serde_json::json;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres, Transaction, postgres::PgConnectOptions,
};
use std::{str::FromStr, time::Duration};
use uuid::Uuid;

use crate::flows::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};

/// Puts a row into every table that traffic alone does not fill.
const FILL: &[&str] = &[
    "insert into team (tenant_id, id, branch_id, name) select tenant_id, id, id, 'team' from branch",
    "insert into site_exception (tenant_id, site_id, day) select tenant_id, id, '2030-01-01' from site",
    "insert into routing_plan (tenant_id, queue_id, version, steps) select tenant_id, id, 1, '[{}]' from queue",
    "insert into api_key (tenant_id, id, name, secret_hash, scopes) select tenant_id, id, 'key', '', '{}' from branch",
    "insert into idempotency (tenant_id, actor_id, key, request_hash) select tenant_id, id, 'k', '' from branch",
    "insert into item_state (tenant_id, item_id) select tenant_id, id from timeline_item limit 1",
    "insert into orphan_event (tenant_id, id, account_id, target, event) select tenant_id, id, id, 't', '{}' from channel_account limit 1",
    "insert into unknown_event (tenant_id, id, raw_id, account_id, reason, event) select tenant_id, id, id, id, 'r', '{}' from channel_account limit 1",
    "insert into item_search (tenant_id, item_id, placed_at, keys) select tenant_id, id, placed_at, '{1}' from timeline_item limit 1 on conflict do nothing",
    "insert into search_state (tenant_id) select tenant_id from tenant on conflict do nothing",
    "insert into attachment (tenant_id, id, account_id, kind) select tenant_id, id, id, 'image' from channel_account limit 1",
    "insert into canned_reply (tenant_id, id, shortcut, title, text) select tenant_id, id, 's', 't', 't' from branch",
    "insert into channel_pace (tenant_id, account_id, next_at) select tenant_id, id, now() from channel_account on conflict do nothing",
    "insert into opt_out (tenant_id, party_id, account_id, kind) select p.tenant_id, p.id, a.id, 'left' from party p join channel_account a on a.tenant_id = p.tenant_id limit 1",
    "insert into channel_cursor (tenant_id, id, account_id, name) select tenant_id, id, id, 'INBOX' from channel_account limit 1",
    "insert into message_template (tenant_id, id, account_id, name, language, body) select tenant_id, id, id, 't', 'en', 't' from channel_account limit 1",
    "insert into customer (tenant_id, id, name) select tenant_id, gen_random_uuid(), 'other' from tenant",
    "insert into identity_block (tenant_id, key, customer_id) select tenant_id, 1, id from customer limit 1",
    "insert into identity_profile (tenant_id, customer_id, profile) select tenant_id, id, '{}' from customer limit 1 on conflict do nothing",
    "insert into identity_candidate (tenant_id, id, customer_id, other_id, score)
       select a.tenant_id, gen_random_uuid(), a.id, b.id, 0 from customer a join customer b on a.tenant_id = b.tenant_id and a.id < b.id limit 1",
    "insert into identity_rule (tenant_id, scheme, value, declared) select tenant_id, 'email', 'info@', 'blocked' from tenant",
    "insert into identity_model (tenant_id) select tenant_id from tenant on conflict do nothing",
    "insert into identity_term (tenant_id, role, value, share) select tenant_id, 'given_name', 'ana', 0.01 from tenant",
    "insert into identity_run (tenant_id, id, kind) select tenant_id, gen_random_uuid(), 'import' from tenant",
    "insert into identity_import_row (tenant_id, run_id, line, record) select tenant_id, id, 2, '{}' from identity_run limit 1",
    "insert into identity_verifier (tenant_id, id, name, kind, accept, reject, hours) select tenant_id, id, 'v', 'voiceprint', 0.8, 0.3, 24 from branch limit 1",
    "insert into identity_consent (tenant_id, reference, given_at) select tenant_id, 'c', now() from tenant",
    "insert into identity_signal (tenant_id, id, verifier_id, reference, party_id, customer_id, score, accept, reject, consent, checked_at, expires_at)
       select v.tenant_id, gen_random_uuid(), v.id, 'r', p.id, c.id, 0.9, 0.8, 0.3, 'c', now(), now() + interval '1 day'
       from identity_verifier v join party p on p.tenant_id = v.tenant_id join customer c on c.tenant_id = v.tenant_id limit 1",
    "insert into alert (tenant_id, id, kind, text) select tenant_id, id, 'overflow', 't' from branch",
    "insert into customer_event (tenant_id, id, party_id, kind, severity, occurred_at) select tenant_id, id, id, 'k', 1, now() from party",
    "insert into red_rules (tenant_id, version, rules) select tenant_id, 1, '[]' from branch",
    "insert into intent_example (tenant_id, id, label, text, digest, source) select tenant_id, id, 'l', 't', '', 'imported' from branch limit 1",
    "insert into intent_model (tenant_id, version) select tenant_id, 1 from tenant",
    "insert into webhook_source (tenant_id) select tenant_id from tenant on conflict do nothing",
    "insert into webhook_change (tenant_id, position, change) select tenant_id, 1, '{}' from tenant",
    "insert into webhook_endpoint (tenant_id, id, name, url, secret_sealed) select tenant_id, id, 'w', 'http://localhost', '' from branch limit 1",
    "insert into webhook_event (tenant_id, id, key, kind, data, at) select tenant_id, id, 'k', 'k', '{}', now() from webhook_endpoint",
    "insert into webhook_delivery (tenant_id, id, endpoint_id, event_id, kind, order_key, sequence) select tenant_id, id, id, id, 'k', id, 1 from webhook_endpoint",
    "insert into webhook_attempt (tenant_id, delivery_id, n, duration_ms, headers) select tenant_id, id, 1, 1, '{}' from webhook_endpoint",
    "insert into customer_lookup (tenant_id, url, schemes, fresh_seconds, secret_sealed) select tenant_id, 'https://localhost', '{email}', 300, '' from tenant",
    "insert into customer_lookup_answer (tenant_id, customer_id, locale, digest) select l.tenant_id, c.id, 'en', '' from customer_lookup l join customer c on c.tenant_id = l.tenant_id limit 1",
    "insert into knowledge_space (tenant_id, id, name) select tenant_id, id, 's' from branch limit 1",
    "insert into knowledge_article (tenant_id, id, space_id, audience) select tenant_id, id, id, '{agent}' from knowledge_space",
    "insert into knowledge_revision (tenant_id, article_id, language, revision, title, body) select tenant_id, id, 'en', 1, 't', 't' from knowledge_article",
    "insert into knowledge_text (tenant_id, article_id, language, revision, audience, title_terms, terms) select tenant_id, id, 'en', 1, audience, '{t}', '{t}' from knowledge_article",
    "insert into knowledge_state (tenant_id) select tenant_id from tenant",
    "insert into knowledge_use (tenant_id, item_id, article_id, agent_id, language, revision, accepted) select i.tenant_id, i.id, a.id, g.id, 'en', 1, true from timeline_item i join knowledge_article a on a.tenant_id = i.tenant_id join agent g on g.tenant_id = i.tenant_id limit 1",
    "insert into reply_draft (tenant_id, id, conversation_id, item_id, asked_by) select i.tenant_id, i.id, i.conversation_id, i.id, g.id from timeline_item i join agent g on g.tenant_id = i.tenant_id limit 1",
    "insert into bot_test (tenant_id, id, bot_id, test) select tenant_id, id, id, '{}' from bot",
    "insert into checklist (tenant_id, id, title, intents, steps) select tenant_id, id, 't', '{l}', '[]' from branch limit 1",
    "insert into checklist_intent (tenant_id, label, checklist_id) select tenant_id, 'l', id from checklist",
    "insert into checklist_use (tenant_id, conversation_id, checklist_id, state, version, title, steps) select l.tenant_id, c.id, l.id, 'followed', 1, 't', '[]' from checklist l join conversation c on c.tenant_id = l.tenant_id limit 1",
    "insert into emergency_plan (tenant_id, id, name, switches, minutes) select tenant_id, id, 'p', '{}', 1 from branch",
    "insert into emergency_activation (tenant_id, id, plan_id, name, switches, expires_at) select tenant_id, id, id, 'p', '{}', now() from branch",
    "insert into emergency_notice (tenant_id, activation_id, session_id) select s.tenant_id, a.id, s.id from session s join emergency_activation a on a.tenant_id = s.tenant_id",
    "insert into scheduled_work (tenant_id, id, kind, session_id, queue_id, due_at, time_zone, created_by_kind)
       select s.tenant_id, s.id, 'task', s.id, q.id, now() + interval '1 day', 'UTC', 'system' from session s join queue q on q.tenant_id = s.tenant_id limit 1",
    "insert into callback_attempt (tenant_id, scheduled_work_id, number, outcome) select tenant_id, id, 1, 'busy' from scheduled_work",
    "insert into queue_pace (tenant_id, queue_id, waiting) select tenant_id, id, 0 from queue on conflict do nothing",
    "insert into what_if (tenant_id, id, queue_id, from_at, to_at, target_seconds, plan_a, plan_b, state)
       select tenant_id, id, id, now(), now(), 30, '{}', '{}', 'done' from queue",
    "insert into shadow_plan (tenant_id, id, queue_id, steps, percent) select tenant_id, id, id, '[{}]', 1 from queue",
    "insert into shadow_decision (tenant_id, decision_id, shadow_id, step) select d.tenant_id, d.id, s.id, 0 from routing_decision d join shadow_plan s on s.tenant_id = d.tenant_id limit 1",
    "insert into capacity_policy (tenant_id, policy) select tenant_id, '{}' from tenant",
    "insert into work_code (tenant_id, id, kind, name) select tenant_id, id, 'decline', 'c' from branch",
    "insert into consult (tenant_id, id, conversation_id, asked_by, agent_id) select c.tenant_id, c.id, c.id, a.id, a.id from conversation c join agent a on a.tenant_id = c.tenant_id limit 1",
    "insert into routing_considered (tenant_id, agent_id, decision_id) select d.tenant_id, a.id, d.id from routing_decision d join agent a on a.tenant_id = d.tenant_id on conflict do nothing",
    "insert into outbox (tenant_id, lane, queue, payload, due_at) select tenant_id, 0, 'timer.0', '{}', 'infinity' from tenant",
    "insert into handoff (tenant_id, id, session_id, conversation_id, item_id, bot_id, webhook_id, request)
       select s.tenant_id, s.id, s.id, s.conversation_id, s.id, b.id, 'w', '{}' from session s join bot b on b.tenant_id = s.tenant_id limit 1",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_tenant_reaches_no_row_of_the_first() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let mut people = both_sites(&stack).await?;
    whatsapp.post(&http, &whatsapp.text("447700900900", "Ida", "wamid.t1", "hello", unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"hi\" }) { item { id } } }";
    people[who].0.query(send, json!({ "c": conversation })).await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    stack.settle("select count(*) from outbox where due_at <= clock_timestamp()", 0, PATIENCE).await?;
    stack.kill_workers().await;
    for statement in FILL {
        stack.sql(statement).await?;
    }
    let first = stack.demo.tenant.0;
    let second = Uuid::from_u128(2);
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    sqlx::query("insert into tenant (tenant_id, slug, name) values ($1, 'second', 'Second')")
        .bind(second)
        .execute(&mut admin)
        .await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' order by 1",
    )
    .fetch_all(&mut admin)
    .await?;
    let options = PgConnectOptions::from_str(&stack.database)?.username("meridian_app").password("meridian-tests");
    let mut app: PgConnection = options.connect().await?;
    let mut covered = 0;
    for table in &tables {
        let rows = |tenant: Uuid| format!("select count(*) from {table} where tenant_id = '{tenant}'");
        let there: i64 = sqlx::query_scalar(AssertSqlSafe(rows(first))).fetch_one(&mut admin).await?;
        assert!(there > 0, "{table} has no row to protect: fill it in FILL");
        // Without a scope nothing can be read at all.
        let unscoped = sqlx::query(AssertSqlSafe(format!("select 1 from {table} limit 1"))).execute(&mut app).await;
        assert!(unscoped.is_err(), "{table} answers without a scope");
        let mut tx = app.begin().await?;
        sqlx::query("select set_config('app.tenant_id', $1, true)").bind(second.to_string()).execute(&mut *tx).await?;
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(rows(first))).fetch_one(&mut *tx).await?;
        assert_eq!(seen, 0, "{table} shows rows of the other tenant");
        let mut refused = Vec::new();
        for (what, statement) in [
            ("lock", format!("select 1 from {table} where tenant_id = '{first}' for update")),
            ("update", format!("update {table} set tenant_id = tenant_id where tenant_id = '{first}'")),
            ("delete", format!("delete from {table} where tenant_id = '{first}'")),
            ("take", format!("update {table} set tenant_id = '{second}' where tenant_id = '{first}'")),
        ] {
            let mut inner = tx.begin().await?;
            if let Ok(done) = sqlx::query(AssertSqlSafe(statement)).execute(&mut *inner).await {
                assert_eq!(done.rows_affected(), 0, "{what} {table}");
            }
            inner.rollback().await?;
            refused.push(what);
        }
        insert_is_refused(&mut admin, &mut tx, table, first).await?;
        tx.rollback().await?;
        covered += 1;
    }
    println!(
        "two tenants: {covered} of {} tables, select, lock, update, delete, take and insert refused",
        tables.len()
    );
    assert_eq!(covered, tables.len());
    app.close().await?;
    admin.close().await?;
    stack.sql("delete from outbox").await?;
    stack.start_workers()?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    stack.finish().await
}

/// A copy of the other tenant's own row is not taken, whatever the row.
async fn insert_is_refused(
    admin: &mut PgConnection,
    tx: &mut Transaction<'_, Postgres>,
    table: &str,
    tenant: Uuid,
) -> Result<()> {
    // Writing into the other tenant is refused by the check, whatever the row.
    let columns: Vec<String> = sqlx::query_scalar(
        "select attname::text from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = ''",
    )
    .bind(table)
    .fetch_all(&mut *admin)
    .await?;
    let list = columns.join(", ");
    sqlx::query(AssertSqlSafe(format!("create temp table if not exists copy_{table} as select {list} from {table} where tenant_id = '{tenant}' limit 1")))
        .execute(&mut *admin)
        .await?;
    let row: String = sqlx::query_scalar(AssertSqlSafe(format!("select row_to_json(c)::text from copy_{table} c")))
        .fetch_one(&mut *admin)
        .await?;
    let mut inner = tx.begin().await?;
    let insert =
        format!("insert into {table} ({list}) select {list} from json_populate_record(null::{table}, $1::json)");
    let error = sqlx::query(AssertSqlSafe(insert)).bind(row).execute(&mut *inner).await;
    let error = error.map_or_else(|error| error.to_string(), |_| "accepted".to_owned());
    assert!(error.contains("row-level security"), "{table}: {error}");
    inner.rollback().await?;
    Ok(())
}
