//! Answers kept for a day, so that a client may repeat a mutation whose answer was lost.

use crate::{StoreError, WriteTx};
use serde_json::Value;
use uuid::Uuid;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Nothing: the caller now holds the key until its transaction ends.
    Fresh,
    /// It was answered before.
    Answered(Value),
    /// It was used for another request.
    OtherRequest,
}

/// Claims a key for a request. A second claim waits for the first one's transaction.
pub async fn claim(tx: &mut WriteTx, actor: Uuid, key: &str, request_hash: &[u8]) -> Result<Known, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into idempotency (tenant_id, actor_id, key, request_hash) values ($1, $2, $3, $4) on conflict do nothing",
        tenant,
        actor,
        key,
        request_hash
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 {
        return Ok(Known::Fresh);
    }
    let row = sqlx::query!(
        "select request_hash, response from idempotency where tenant_id = $1 and actor_id = $2 and key = $3",
        tenant,
        actor,
        key
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(match row.response {
        _ if row.request_hash != request_hash => Known::OtherRequest,
        Some(response) => Known::Answered(response),
        None => Known::OtherRequest,
    })
}

/// Keeps the answer, in the transaction of its effect.
pub async fn answer(tx: &mut WriteTx, actor: Uuid, key: &str, response: &Value) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update idempotency set response = $4 where tenant_id = $1 and actor_id = $2 and key = $3",
        tenant,
        actor,
        key,
        response
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
