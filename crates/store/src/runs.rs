//! Long work over a tenant's customers: where it stands, and the rows of imports.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{event::Identifier, identity::intake::Row, ids::RunId, time::Instant};
use uuid::Uuid;

/// A run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// dedupe or import.
    pub kind: String,
    /// The file's name.
    pub name: String,
    /// preview, waiting, running, done, failed.
    pub state: String,
    /// Steps in all.
    pub total: i32,
    /// Steps done.
    pub done: i32,
    /// dedupe: new suggestions; import: customers created, or to be created.
    pub found: i32,
    /// import: rows that met a known customer.
    pub linked: i32,
    /// import: rows refused.
    pub refused: i32,
    /// dedupe: 0 writes keys, 1 compares.
    pub phase: i16,
    /// dedupe: go on after this customer.
    pub last_id: Option<Uuid>,
    /// import: go on after this line.
    pub last_line: i32,
    /// What went wrong.
    pub error: Option<String>,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub finished_at: Option<Instant>,
}

/// Makes a run.
pub async fn insert(tx: &mut WriteTx, kind: &str, name: &str, state: &str, total: i64) -> Result<RunId, StoreError> {
    let (tenant, id, by) = (tx.tenant(), tx.id::<RunId>(), tx.scope().actor().id());
    sqlx::query!(
        "insert into identity_run (tenant_id, id, kind, name, state, total, actor_id) values ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        id.0,
        kind,
        name,
        state,
        i32::try_from(total).unwrap_or(i32::MAX),
        by
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Locks a run: its parts are done one after the other.
pub async fn lock(tx: &mut WriteTx, id: RunId) -> Result<Option<Run>, StoreError> {
    let tenant = tx.tenant();
    let run = sqlx::query_as!(
        Run,
        "select id, kind, name, state, total, done, found, linked, refused, phase, last_id, last_line, error, created_at,
                finished_at
         from identity_run where tenant_id = $1 and id = $2 for update",
        tenant,
        id.0
    );
    Ok(run.fetch_optional(tx.conn()).await?)
}

/// One run.
pub async fn find(tx: &mut ReadTx, id: RunId) -> Result<Option<Run>, StoreError> {
    let tenant = tx.tenant();
    let run = sqlx::query_as!(
        Run,
        "select id, kind, name, state, total, done, found, linked, refused, phase, last_id, last_line, error, created_at,
                finished_at
         from identity_run where tenant_id = $1 and id = $2",
        tenant,
        id.0
    );
    Ok(run.fetch_optional(tx.conn()).await?)
}

/// Runs, newest first.
pub async fn page(
    tx: &mut ReadTx,
    kind: &str,
    before: Option<(Instant, RunId)>,
    limit: i64,
) -> Result<Vec<Run>, StoreError> {
    let tenant = tx.tenant();
    let (at, id) = before.map_or((None, Uuid::max()), |(at, id)| (Some(at), id.0));
    let runs = sqlx::query_as!(
        Run,
        "select id, kind, name, state, total, done, found, linked, refused, phase, last_id, last_line, error, created_at,
                finished_at
         from identity_run where tenant_id = $1 and kind = $2
           and (created_at, id) < (coalesce($3::timestamptz, 'infinity'), $4)
         order by created_at desc, id desc limit $5",
        tenant,
        kind,
        at,
        id,
        limit
    );
    Ok(runs.fetch_all(tx.conn()).await?)
}

/// Whether a de-duplication waits or is on.
pub async fn deduping(tx: &mut ReadTx) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let there = sqlx::query_scalar!(
        r#"select exists (select from identity_run where tenant_id = $1 and kind = 'dedupe'
             and state in ('waiting', 'running')) as "there!""#,
        tenant
    );
    Ok(there.fetch_one(tx.conn()).await?)
}

/// Writes where a run stands.
pub async fn set(tx: &mut WriteTx, run: &Run) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update identity_run set state = $3, total = $4, done = $5, found = $6, linked = $7, refused = $8, phase = $9,
                last_id = $10, last_line = $11, error = $12, touched_at = clock_timestamp(),
                finished_at = case when $3 in ('done', 'failed') then clock_timestamp() end
         where tenant_id = $1 and id = $2",
        tenant,
        run.id.0,
        run.state,
        run.total,
        run.done,
        run.found,
        run.linked,
        run.refused,
        run.phase,
        run.last_id,
        run.last_line,
        run.error
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A row of an import.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Its line in the file, from 1.
    pub line: i32,
    /// What it says; nothing when it was refused.
    pub row: Row,
    /// Why it was refused.
    pub refusal: Option<String>,
}

/// How many of these rows, each by its identifiers, meet somebody known: a party of that key, or a verified value.
pub async fn known_rows(tx: &mut ReadTx, rows: &[Vec<Identifier>]) -> Result<i64, StoreError> {
    let tenant = tx.tenant();
    let (mut numbers, mut schemes, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (n, ids) in (0_i32..).zip(rows) {
        for id in ids {
            numbers.push(n);
            schemes.push(id.scheme.clone());
            values.push(id.value.clone());
        }
    }
    let known = sqlx::query_scalar!(
        r#"select count(distinct k.n) as "count!" from unnest($2::int[], $3::text[], $4::text[]) as k(n, scheme, value)
           where exists (select from party p where p.tenant_id = $1 and p.scheme = k.scheme and p.scope = ''
                         and p.value = k.value)
              or exists (select from customer_identity i where i.tenant_id = $1 and i.scheme = k.scheme
                         and i.value = k.value and i.scope = '' and i.valid_to is null
                         and i.verified in ('channel', 'token', 'agent'))"#,
        tenant,
        &numbers,
        &schemes,
        &values
    );
    Ok(known.fetch_one(tx.conn()).await?)
}

/// Keeps rows of an import.
pub async fn insert_rows(tx: &mut WriteTx, run: RunId, rows: &[ImportRow]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let lines: Vec<i32> = rows.iter().map(|row| row.line).collect();
    let records: Vec<serde_json::Value> = rows.iter().map(|row| serde_json::json!(row.row)).collect();
    let refusals: Vec<Option<String>> = rows.iter().map(|row| row.refusal.clone()).collect();
    sqlx::query!(
        "insert into identity_import_row (tenant_id, run_id, line, record, refusal)
         select $1, $2, line, record, refusal from unnest($3::int[], $4::jsonb[], $5::text[]) as r(line, record, refusal)",
        tenant,
        run.0,
        &lines,
        &records,
        &refusals as &[Option<String>]
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Refuses a row of an import that was good by itself.
pub async fn refuse_row(tx: &mut WriteTx, run: RunId, line: i32, refusal: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update identity_import_row set refusal = $4 where tenant_id = $1 and run_id = $2 and line = $3",
        tenant,
        run.0,
        line,
        refusal
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Rows of an import after a line, in their order; with `refused` only those that were refused.
pub async fn rows(
    tx: &mut ReadTx,
    run: RunId,
    after: i32,
    refused: bool,
    limit: i64,
) -> Result<Vec<ImportRow>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select line, record, refusal from identity_import_row
         where tenant_id = $1 and run_id = $2 and line > $3 and (refusal is not null) = $4 order by line limit $5",
        tenant,
        run.0,
        after,
        refused,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |record| serde_json::from_value(record).unwrap_or_default();
    Ok(rows.into_iter().map(|r| ImportRow { line: r.line, row: read(r.record), refusal: r.refusal }).collect())
}

/// Forgets what an applied import brought: its customers have it now. Refused rows stay, to be looked at.
pub async fn drop_rows(tx: &mut WriteTx, run: RunId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "delete from identity_import_row where tenant_id = $1 and run_id = $2 and refusal is null",
        tenant,
        run.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
