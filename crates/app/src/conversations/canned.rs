//! Answers that agents reuse: typed by their shortcut, filled in for the customer at hand.

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{ids::CannedReplyId, people::Permission, work::LONGEST_TEXT};
use meridian_store::{StoreError, canned};
use serde_json::json;

/// Why a canned reply was not saved or removed.
#[derive(Debug, thiserror::Error)]
pub enum CannedRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such reply.
    #[error("no such canned reply")]
    NotFound,
    /// A value breaks a rule, told in words.
    #[error("{0}")]
    Invalid(String),
    /// The shortcut is taken in this language.
    #[error("this shortcut is taken in this language")]
    Taken,
    /// The database.
    #[error("{0}")]
    Store(StoreError),
}

impl From<StoreError> for CannedRefused {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Constraint(name) if name == "canned_reply_tenant_id_shortcut_language_key" => Self::Taken,
            _ => Self::Store(error),
        }
    }
}

/// Adds or changes a canned reply. Supervisors keep them.
pub async fn save_canned(
    app: &App,
    subject: &Subject,
    id: Option<CannedReplyId>,
    new: canned::Text<'_>,
) -> Result<CannedReplyId, CannedRefused> {
    subject.require(Permission::SteerFloor)?;
    let (shortcut, title, text) = (new.shortcut.trim(), new.title.trim(), new.text.trim());
    let said = |what: &str| Err(CannedRefused::Invalid(what.to_owned()));
    let usual = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    if shortcut.is_empty() || shortcut.chars().count() > 40 || !shortcut.chars().all(usual) {
        return said("a shortcut has 1 to 40 letters, digits, - or _");
    }
    if title.is_empty() || title.chars().count() > 100 {
        return said("a title has 1 to 100 characters");
    }
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        return said("a text has 1 to 10,000 characters");
    }
    if new.language.len() > 35 || !new.language.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return said("a language is a tag like en or zh-Hans");
    }
    let mut tx = app.db.write(subject.scope()).await?;
    let id = match id {
        Some(id) if canned::find(&mut tx, id).await?.is_none() => return Err(CannedRefused::NotFound),
        Some(id) => id,
        None => tx.id(),
    };
    canned::save(&mut tx, id, &canned::Text { shortcut, title, text, ..new }).await?;
    tx.audit("canned_reply_saved", "canned_reply", Some(id.0), json!({ "shortcut": shortcut }));
    tx.commit().await?;
    Ok(id)
}

/// Removes a canned reply.
pub async fn remove_canned(app: &App, subject: &Subject, id: CannedReplyId) -> Result<(), CannedRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !canned::remove(&mut tx, id).await? {
        return Err(CannedRefused::NotFound);
    }
    tx.audit("canned_reply_removed", "canned_reply", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}
