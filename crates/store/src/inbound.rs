//! Stored raw requests, what was seen of them, and what nobody understood.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    event::InboundEvent,
    ids::{ChannelAccountId, RawId},
    time::Instant,
};
use serde_json::Value;
use uuid::Uuid;

/// A stored request.
#[derive(Debug, Clone)]
pub struct Raw {
    /// Its account.
    pub account: ChannelAccountId,
    /// Method, query, headers.
    pub request: Value,
    /// The body as received.
    pub body: Vec<u8>,
    /// When it was stored.
    pub received_at: Instant,
}

/// One request, whether processed or not.
pub async fn stored(tx: &mut ReadTx, id: RawId) -> Result<Option<Raw>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select account_id, request, body, received_at from inbound_raw where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|r| Raw { account: r.account_id.into(), request: r.request, body: r.body, received_at: r.received_at }))
}

/// Counts a failed attempt; after `limit` the request is set aside, visible to admins. Returns the attempts.
pub async fn record_failure(tx: &mut WriteTx, id: RawId, error: &str, limit: i32) -> Result<i32, StoreError> {
    let tenant = tx.tenant();
    let attempts = sqlx::query_scalar!(
        "update inbound_raw set attempts = attempts + 1, error = $3,
                state = case when attempts + 1 >= $4 then 'failed' else state end
         where tenant_id = $1 and id = $2 and state || '' = 'received' returning attempts",
        tenant,
        id.0,
        error,
        limit
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(attempts.unwrap_or(limit))
}

/// Something that was kept without being understood.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// Its id.
    pub id: Uuid,
    /// The account.
    pub account: ChannelAccountId,
    /// Why.
    pub reason: String,
    /// What it said.
    pub event: Value,
    /// When.
    pub at: Instant,
}

/// Keeps an unknown event.
pub async fn insert_unknown(
    tx: &mut WriteTx,
    raw: RawId,
    account: ChannelAccountId,
    reason: &str,
    event: &Value,
) -> Result<(), StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<Uuid>());
    sqlx::query!(
        "insert into unknown_event (tenant_id, id, raw_id, account_id, reason, event) values ($1, $2, $3, $4, $5, $6)",
        tenant,
        id,
        raw.0,
        account.0,
        reason,
        event
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The newest unknown events and requests that could not be processed.
pub async fn unknown_page(tx: &mut ReadTx, before: Option<Uuid>, limit: i64) -> Result<Vec<Unknown>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, account_id, reason, event, at from unknown_event
         where tenant_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3",
        tenant,
        before,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Unknown {
            id: row.id,
            account: row.account_id.into(),
            reason: row.reason,
            event: row.event,
            at: row.at,
        })
        .collect())
}

/// Takes one event that waits for its message; `None` when it waits no more.
pub async fn take_orphan(tx: &mut WriteTx, id: Uuid) -> Result<Option<(ChannelAccountId, InboundEvent)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "delete from orphan_event where tenant_id = $1 and id = $2 returning account_id, event",
        tenant,
        id
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|row| Some((row.account_id.into(), serde_json::from_value(row.event).ok()?))))
}

/// Keeps an event whose message has not come yet.
pub async fn insert_orphan(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    target: &str,
    event: &InboundEvent,
) -> Result<Uuid, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<Uuid>());
    let event = serde_json::to_value(event).unwrap_or_default();
    sqlx::query!(
        "insert into orphan_event (tenant_id, id, account_id, target, event) values ($1, $2, $3, $4, $5)",
        tenant,
        id,
        account.0,
        target,
        event
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}
