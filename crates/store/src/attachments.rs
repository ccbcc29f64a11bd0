//! Files of messages: what is known of them; their bytes lie elsewhere.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    event::Attachment as Told,
    ids::{AgentId, AttachmentId, ChannelAccountId, ConversationId, ItemId, RawId, SessionId},
    media::MediaState,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// A file of a message.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Id.
    pub id: AttachmentId,
    /// Its message; `None` for an upload that was not sent yet.
    pub item: Option<ItemId>,
    /// image, audio, voice, video, document, sticker, file.
    pub kind: String,
    /// Its name; empty when it came without one.
    pub name: String,
    /// Its media type: as found once it is stored, as declared before.
    pub content_type: String,
    /// Bytes; 0 when unknown.
    pub size: i64,
    /// Where it stands.
    pub state: MediaState,
    /// Why it failed or was refused.
    pub reason: String,
}

/// Where the bytes of a file come from: forgotten once they are here, for it may hold keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Source {
    /// What the channel told of it.
    pub told: Told,
    /// The request it came in.
    pub raw: RawId,
    /// The provider's id of its message.
    pub external_id: Option<String>,
    /// Its place in the message, from 0.
    pub position: u16,
}

struct Row {
    id: Uuid,
    item_id: Option<Uuid>,
    kind: String,
    name: String,
    content_type: String,
    size: i64,
    state: String,
    reason: String,
}

impl TryFrom<Row> for Attachment {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            item: row.item_id.map(ItemId),
            kind: row.kind,
            name: row.name,
            content_type: row.content_type,
            size: row.size,
            state: code("attachment", "state", &row.state, MediaState::from_code)?,
            reason: row.reason,
        })
    }
}

/// Notes a file that came with a message, to be fetched.
pub async fn insert_inbound(
    tx: &mut WriteTx,
    item: ItemId,
    account: ChannelAccountId,
    name: &str,
    source: &Source,
) -> Result<AttachmentId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<AttachmentId>());
    let size = source.told.size.and_then(|size| i64::try_from(size).ok()).unwrap_or_default();
    sqlx::query!(
        "insert into attachment (tenant_id, id, item_id, account_id, position, kind, name, content_type, size, source)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        tenant,
        id.0,
        item.0,
        account.0,
        source.position as i16,
        source.told.kind,
        name,
        source.told.mime.as_deref().unwrap_or_default(),
        size,
        json!(source)
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// What is stored, in words of the store.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Media type as found.
    pub content_type: &'a str,
    /// Bytes.
    pub size: usize,
    /// SHA-256 of the bytes.
    pub sha256: &'a [u8],
}

/// Notes a file that an agent uploaded; its bytes are kept already.
pub async fn insert_upload(
    tx: &mut WriteTx,
    id: AttachmentId,
    agent: AgentId,
    kind: &str,
    name: &str,
    kept: Kept<'_>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into attachment (tenant_id, id, uploaded_by, kind, name, content_type, size, sha256, state, stored_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'stored', clock_timestamp())",
        tenant,
        id.0,
        agent.0,
        kind,
        name,
        kept.content_type,
        kept.size as i64,
        kept.sha256
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Uploads of an agent that belong to no message yet, under lock, in the order asked for.
pub async fn lock_uploads(tx: &mut WriteTx, agent: AgentId, ids: &[Uuid]) -> Result<Vec<Attachment>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, item_id, kind, name, content_type, size, state, reason from attachment
         where tenant_id = $1 and id = any($2) and uploaded_by = $3 and item_id is null order by id for update",
        tenant,
        ids,
        agent.0
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found = rows.into_iter().map(Attachment::try_from).collect::<Result<Vec<_>, _>>()?;
    found.sort_by_key(|file| ids.iter().position(|id| *id == file.id.0));
    Ok(found)
}

/// Makes an upload part of a message.
pub async fn give(tx: &mut WriteTx, id: AttachmentId, item: ItemId, position: usize) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update attachment set item_id = $3, position = $4 where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        item.0,
        position as i16
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Files of several messages, in their order.
pub async fn of_items(tx: &mut ReadTx, items: &[Uuid]) -> Result<Vec<Attachment>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select id, item_id, kind, name, content_type, size, state, reason from attachment
         where tenant_id = $1 and item_id = any($2) order by item_id, position, id",
        tenant,
        items
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Attachment::try_from).collect()
}

/// One file.
pub async fn find(tx: &mut ReadTx, id: AttachmentId) -> Result<Option<Attachment>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, item_id, kind, name, content_type, size, state, reason from attachment
         where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Attachment::try_from).transpose()
}

/// A file to be fetched: where from, and as what it was announced. `None` when there is nothing to do.
pub async fn pending(
    tx: &mut ReadTx,
    id: AttachmentId,
) -> Result<Option<(ChannelAccountId, Source, String)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select account_id as "account_id!", source, name from attachment
           where tenant_id = $1 and id = $2 and state || '' = 'pending' and account_id is not null"#,
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let source = code("attachment", "source", &row.source.to_string(), |text| serde_json::from_str(text).ok())?;
    Ok(Some((row.account_id.into(), source, row.name)))
}

/// The message of a file, where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Settled {
    /// The message.
    pub item: ItemId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its session.
    pub session: Option<SessionId>,
}

/// Ends a fetch: kept, or not and why. Returns its message; `None` when it ended before.
pub async fn settle(
    tx: &mut WriteTx,
    id: AttachmentId,
    outcome: Result<Kept<'_>, (MediaState, &str)>,
) -> Result<Option<Settled>, StoreError> {
    let tenant = tx.tenant();
    let (state, reason) = outcome.map_or_else(|(state, reason)| (state, reason), |_| (MediaState::Stored, ""));
    let kept = outcome.ok();
    let row = sqlx::query!(
        r#"update attachment a set state = $3, reason = $4, source = $5,
             content_type = coalesce($6, a.content_type), size = coalesce($7, a.size), sha256 = $8,
             stored_at = case when $3 = 'stored' then clock_timestamp() end
           from timeline_item t
           where a.tenant_id = $1 and a.id = $2 and a.state || '' = 'pending' and t.tenant_id = $1 and t.id = a.item_id
           returning t.id as "item!", t.conversation_id as "conversation!", t.session_id as session"#,
        tenant,
        id.0,
        state.code(),
        reason,
        Value::Null,
        kept.map(|kept| kept.content_type),
        kept.map(|kept| kept.size as i64),
        kept.map(|kept| kept.sha256)
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Settled {
        item: row.item.into(),
        conversation: row.conversation.into(),
        session: row.session.map(Into::into),
    }))
}
