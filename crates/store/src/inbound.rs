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

/// Reads requests that are not processed yet, without a lock, so that parsing holds none; in the order asked for.
pub async fn peek(tx: &mut ReadTx, ids: &[RawId]) -> Result<Vec<(RawId, Raw)>, StoreError> {
    let tenant = tx.tenant();
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select r.id, account_id, request, body, received_at
         from unnest($2::uuid[]) with ordinality as w(id, n)
         join inbound_raw r on r.tenant_id = $1 and r.id = w.id
         where r.state = 'received' order by w.n",
        tenant,
        &wanted
    )
    .fetch_all(tx.conn())
    .await?;
    let raw =
        |account_id: Uuid, request, body, received_at| Raw { account: account_id.into(), request, body, received_at };
    Ok(rows.into_iter().map(|r| (r.id.into(), raw(r.account_id, r.request, r.body, r.received_at))).collect())
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

/// Marks a request as processed; false when another worker was first.
pub async fn mark_processed(tx: &mut WriteTx, id: RawId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update inbound_raw set state = 'processed', processed_at = clock_timestamp()
         where tenant_id = $1 and id = $2 and state = 'received'",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Counts a failed attempt; after `limit` the request is set aside, visible to admins. Returns the attempts.
pub async fn record_failure(tx: &mut WriteTx, id: RawId, error: &str, limit: i32) -> Result<i32, StoreError> {
    let tenant = tx.tenant();
    let attempts = sqlx::query_scalar!(
        "update inbound_raw set attempts = attempts + 1, error = $3,
                state = case when attempts + 1 >= $4 then 'failed' else state end
         where tenant_id = $1 and id = $2 and state = 'received' returning attempts",
        tenant,
        id.0,
        error,
        limit
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(attempts.unwrap_or(limit))
}

/// Claims an event of an account; false when it was seen before.
pub async fn first_sight(tx: &mut WriteTx, account: ChannelAccountId, key: &str) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into seen_event (tenant_id, account_id, dedupe_key) values ($1, $2, $3) on conflict do nothing",
        tenant,
        account.0,
        key
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
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

/// Keeps an event whose message has not come yet.
pub async fn insert_orphan(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    target: &str,
    event: &InboundEvent,
) -> Result<(), StoreError> {
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
    Ok(())
}

/// Takes the events that waited for a message, oldest first.
pub async fn take_orphans(
    tx: &mut WriteTx,
    account: ChannelAccountId,
    target: &str,
) -> Result<Vec<InboundEvent>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "with taken as (
           delete from orphan_event where tenant_id = $1 and account_id = $2 and target = $3 returning id, event
         )
         select event from taken order by id",
        tenant,
        account.0,
        target
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row.event).ok()).collect())
}
