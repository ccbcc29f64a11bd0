//! Canned replies.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{ids::CannedReplyId, time::Instant};

/// What a canned reply says.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// What is typed after the slash.
    pub shortcut: &'a str,
    /// Title in lists.
    pub title: &'a str,
    /// What is sent.
    pub text: &'a str,
    /// BCP 47; empty for any.
    pub language: &'a str,
}

/// A canned reply.
#[derive(Debug, Clone)]
pub struct CannedReply {
    /// Id.
    pub id: CannedReplyId,
    /// What is typed after the slash.
    pub shortcut: String,
    /// Title in lists.
    pub title: String,
    /// What is sent.
    pub text: String,
    /// BCP 47; empty for any.
    pub language: String,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// All canned replies by shortcut, at most 1,000.
pub async fn all(tx: &mut ReadTx) -> Result<Vec<CannedReply>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        CannedReply,
        "select id, shortcut, title, text, language, updated_at from canned_reply
         where tenant_id = $1 order by shortcut, language limit 1000",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One canned reply.
pub async fn find(tx: &mut ReadTx, id: CannedReplyId) -> Result<Option<CannedReply>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        CannedReply,
        "select id, shortcut, title, text, language, updated_at from canned_reply where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Adds or changes one.
pub async fn save(tx: &mut WriteTx, id: CannedReplyId, new: &Text<'_>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into canned_reply (tenant_id, id, shortcut, title, text, language) values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, id) do update set shortcut = excluded.shortcut, title = excluded.title,
           text = excluded.text, language = excluded.language, updated_at = clock_timestamp()",
        tenant,
        id.0,
        new.shortcut,
        new.title,
        new.text,
        new.language
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes one; false when there is none.
pub async fn remove(tx: &mut WriteTx, id: CannedReplyId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!("delete from canned_reply where tenant_id = $1 and id = $2", tenant, id.0)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}
