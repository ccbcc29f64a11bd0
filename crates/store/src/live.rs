//! The stream of changes that sockets follow.

use crate::{ReadTx, StoreError};
use meridian_domain::live::Change;

/// One change at its place in the tenant's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Positioned {
    /// Its place.
    pub position: i64,
    /// What changed; `None` for a change of a later release.
    pub change: Option<Change>,
}

/// The newest position, and the oldest a cursor may still name.
pub async fn bounds(tx: &mut ReadTx) -> Result<(i64, i64), StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!("select position, swept from tenant_stream where tenant_id = $1", tenant)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map_or((0, 0), |row| (row.position, row.swept)))
}

/// Changes of some topics after a position, in order; a change on several topics comes once.
pub async fn after(
    tx: &mut ReadTx,
    topics: &[String],
    position: i64,
    limit: i64,
) -> Result<Vec<Positioned>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select distinct on (e.position) e.position as "position!", e.change as "change!"
           from unnest($2::text[]) as t(topic)
           cross join lateral (
             select position, change from live_event
             where tenant_id = $1 and topic = t.topic and position > $3 order by position limit $4
           ) e
           order by e.position limit $4"#,
        tenant,
        topics,
        position,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Positioned { position: row.position, change: serde_json::from_value(row.change).ok() })
        .collect())
}
