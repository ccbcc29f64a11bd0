//! The owner's view past all scopes, for benches and chores on a database of one's own.

use crate::StoreError;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::str::FromStr;

/// One number, by a statement of the caller's own source.
pub async fn count(owner_url: &str, sql: &'static str) -> Result<i64, StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    let count = sqlx::query_scalar(sql).fetch_one(&mut conn).await?;
    conn.close().await?;
    Ok(count)
}
