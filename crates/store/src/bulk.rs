//! The owner's view past all scopes, for benches and chores on a database of one's own.

use crate::StoreError;
use sqlx::{ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::str::FromStr;

/// The statements that took most of the server's time since they are counted (`pg_stat_statements`), as text.
pub async fn costliest(owner_url: &str, most: i64) -> Result<Vec<String>, StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    sqlx::query("create extension if not exists pg_stat_statements").execute(&mut conn).await?;
    let lines = sqlx::query_scalar(
        r"select format('%8s calls %9s ms %7s ms each  %s', calls, round(total_exec_time::numeric, 0),
                       round(mean_exec_time::numeric, 3), left(regexp_replace(query, '\s+', ' ', 'g'), 150))
         from pg_stat_statements order by total_exec_time desc limit $1",
    )
    .bind(most)
    .fetch_all(&mut conn)
    .await?;
    conn.close().await?;
    Ok(lines)
}
