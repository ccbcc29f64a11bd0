//! Migrations and the roles they need.

use crate::{DbSettings, StoreError};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::str::FromStr;

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// The login roles of a deployment.
pub const ROLES: [&str; 3] = ["meridian_app", "meridian_intake", "meridian_system"];

/// Lets the group roles log in with `password`, then applies what is missing. Safe to run from many processes at
/// once: sqlx holds an advisory lock. Returns the number of migrations the binary knows.
pub async fn run(owner_url: &str, password: &str) -> Result<usize, StoreError> {
    let mut conn = PgConnectOptions::from_str(owner_url)?.connect().await?;
    MIGRATOR.run(&mut conn).await.map_err(|error| StoreError::Driver(error.into()))?;
    for role in ROLES {
        // A password cannot be a parameter of ALTER ROLE; the quotes are doubled as the lexer wants it.
        let quoted = password.replace('\'', "''");
        sqlx::query(AssertSqlSafe(format!("alter role {role} login nobypassrls password '{quoted}'")))
            .execute(&mut conn)
            .await?;
    }
    conn.close().await?;
    Ok(MIGRATOR.iter().count())
}

/// Whether the database is at the version this binary was built with.
pub async fn up_to_date(owner_url: &str) -> Result<bool, StoreError> {
    let mut conn: PgConnection = PgConnectOptions::from_str(owner_url)?.connect().await?;
    let applied: i64 =
        sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(&mut conn).await?;
    conn.close().await?;
    Ok(applied as usize == MIGRATOR.iter().count())
}

/// URLs of the three roles on the owner's server, all with one password: what development and tests use.
pub fn role_urls(owner_url: &str, password: &str) -> Result<DbSettings, StoreError> {
    let url = |role: &str| -> Result<String, StoreError> {
        let options = PgConnectOptions::from_str(owner_url)?.username(role).password(password);
        Ok(options.to_url_lossy().to_string())
    };
    Ok(DbSettings {
        app_url: url(ROLES[0])?,
        intake_url: Some(url(ROLES[1])?),
        system_url: Some(url(ROLES[2])?),
        max_connections: 16,
    })
}
