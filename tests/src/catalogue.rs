//! The catalogue gate: every tenant table is closed, and nobody in the application can open it.

use anyhow::Result;
use meridian_testkit::{database, urls};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use std::str::FromStr;

/// Each query lists offenders and must find none.
const GATES: &[(&str, &str)] = &[
    (
        "tables without a tenant",
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname not in ('lease', '_sqlx_migrations')
           and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull)",
    ),
    (
        "tenant tables without forced row-level security",
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)",
    ),
    (
        "policies of the app without a check, or that look at anything but the tenant",
        "select tablename || '.' || policyname from pg_policies where 'meridian_app' = any(roles)
         and (with_check is null or qual <> '(tenant_id = (current_setting(''app.tenant_id''::text))::uuid)' or with_check <> qual)",
    ),
    (
        "tenant tables without a policy of the app",
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not exists (select from pg_policies p
           where p.tablename = c.relname and 'meridian_app' = any(p.roles))",
    ),
    (
        "unique indexes that do not begin with the tenant",
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid
         join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and i.indisunique and i.indkey[0] <> a.attnum and i.indexrelid::regclass::text <> 'tenant_slug'",
    ),
    (
        "foreign keys that do not carry the tenant",
        "select k.conrelid::regclass || '.' || k.conname from pg_constraint k join pg_namespace n on n.oid = k.connamespace
         where n.nspname = 'public' and k.contype = 'f' and not exists (select from pg_attribute a
           where a.attrelid = k.conrelid and a.attname = 'tenant_id' and a.attnum = any(k.conkey))",
    ),
    (
        "views that run with their owner's rights",
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind = 'v' and not coalesce('security_invoker=true' = any(c.reloptions), false)",
    ),
    (
        "expression, enum or numeric keys, which leak or lose the index under row-level security",
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid
         join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relname <> '_sqlx_migrations' and (i.indexprs is not null
           or exists (select from pg_attribute a join pg_type t on t.oid = a.atttypid
                      where a.attrelid = i.indexrelid and (t.typtype = 'e' or t.typname = 'numeric')))",
    ),
    (
        "functions with their owner's rights that nobody vouched for",
        "select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname = 'public' and p.prosecdef
           and p.proname not in ('intake_accept', 'lookup_account', 'lookup_bot', 'lookup_login', 'lookup_mailbox', 'search_customers',
                                'search_items', 'search_knowledge')",
    ),
    (
        "roles that bypass, or own tables, or may do more than they need",
        "select r.rolname::text from pg_roles r where r.rolname like 'meridian\\_%' and (r.rolbypassrls or r.rolsuper or r.rolcreaterole
           or exists (select from pg_class c where c.relowner = r.oid and c.relkind = 'r'))",
    ),
    (
        "tables the intake role can touch",
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind = 'r'
           and has_table_privilege('meridian_intake', c.oid, 'select, insert, update, delete')",
    ),
];

#[tokio::test]
async fn no_table_function_or_role_is_open() -> Result<()> {
    let Some(urls) = urls() else { return Ok(()) };
    let url = database(&urls).await?;
    let mut conn: PgConnection = PgConnectOptions::from_str(&url)?.connect().await?;
    for (what, sql) in GATES {
        let found: Vec<String> = sqlx::query_scalar(*sql).fetch_all(&mut conn).await?;
        assert_eq!(found, Vec::<String>::new(), "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn the_gate_finds_a_table_that_was_left_open() -> Result<()> {
    let Some(urls) = urls() else { return Ok(()) };
    let url = database(&urls).await?;
    let mut conn: PgConnection = PgConnectOptions::from_str(&url)?.connect().await?;
    for statement in [
        "create table open_table (tenant_id uuid not null, id uuid primary key, ref uuid references party_ref)",
        "create table bare_table (id uuid primary key)",
        "create view open_view as select * from agent",
    ] {
        let statement = statement.replace(", ref uuid references party_ref", "");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut conn).await?;
    }
    let mut caught = 0;
    for (_, sql) in GATES {
        let found: Vec<String> = sqlx::query_scalar(*sql).fetch_all(&mut conn).await?;
        caught += usize::from(!found.is_empty());
    }
    assert_eq!(caught, 5, "no tenant, no security, no policy, unique key, view");
    Ok(())
}
