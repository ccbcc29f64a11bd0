//! An agent writes something colleagues can read and customers cannot.

use super::{reply::read_id, topics};
use crate::{
    App,
    authz::{Forbidden, Subject},
    setup::IdempotencyKey,
};
use meridian_domain::{
    ids::{ConversationId, ItemId},
    live::Change,
    people::Permission,
    work::{ItemKind, LONGEST_TEXT},
};
use meridian_store::{
    StoreError, conversations,
    items::{self, NewItem},
};
use serde_json::json;

/// Why a note was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NoteRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such conversation.
    #[error("no such conversation")]
    NotFound,
    /// Empty or too long.
    #[error("write between 1 and 10,000 characters")]
    Text,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a note to a conversation, also to a resolved one.
pub async fn add_note(
    app: &App,
    subject: &Subject,
    id: ConversationId,
    text: &str,
    key: Option<&IdempotencyKey>,
) -> Result<ItemId, NoteRefused> {
    subject.require(Permission::HandleWork)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        return Err(NoteRefused::Text);
    }
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(key) = key
        && let Some(answer) = key.claim(&mut tx, subject).await?
        && let Some(item) = read_id(&answer, "item")
    {
        return Ok(ItemId(item));
    }
    let conversation = conversations::lock(&mut tx, id).await?.ok_or(NoteRefused::NotFound)?;
    let sessions = conversations::sessions(&mut tx, &[id.0]).await?;
    let party = sessions.first().ok_or(NoteRefused::NotFound)?.party;
    let new = NewItem {
        conversation: id,
        session: None,
        party,
        kind: ItemKind::Note,
        actor: subject.scope().actor(),
        provider_at: None,
        text: Some(text),
        body: json!({}),
        activity: true,
        external: None,
        understood: None,
    };
    let item = items::append(&mut tx, new).await?;
    tx.live(&topics(&conversation, None), Change::Item { conversation: id, item });
    if let Some(key) = key {
        key.answer(&mut tx, subject, &json!({ "item": item.0 })).await?;
    }
    tx.commit().await?;
    Ok(item)
}
