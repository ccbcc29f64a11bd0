//! An agent uploads a file, to send it with a message later.

use super::digest;
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{channel::MediaKind, ids::AttachmentId, media, people::Permission};
use meridian_store::{StoreError, attachments};

/// Why an upload was not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Only people upload.
    #[error("only people upload files")]
    NotAPerson,
    /// The file is not kept, and why.
    #[error("{0}")]
    File(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A file that may be kept; its bytes go to the file store under `key` before [`uploaded`] notes it.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its id.
    pub id: AttachmentId,
    /// Where its bytes go.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its media type as found.
    pub content_type: String,
    sha256: [u8; 32],
    size: usize,
}

impl Upload {
    /// Judges a file; nothing is stored yet.
    pub fn judge(
        app: &App,
        subject: &Subject,
        name: &str,
        bytes: &[u8],
        sniffed: Option<&str>,
        declared: Option<&str>,
    ) -> Result<Self, UploadRefused> {
        subject.require(Permission::HandleWork)?;
        subject.agent_id().ok_or(UploadRefused::NotAPerson)?;
        let name = media::file_name(name);
        let content_type = media::judge(bytes, sniffed, declared, &name).map_err(UploadRefused::File)?;
        let id: AttachmentId = app.db.ids().next();
        let key = media::key(subject.scope().tenant(), id);
        let name = media::named(&name, &content_type);
        Ok(Self { id, key, name, content_type, sha256: digest(bytes), size: bytes.len() })
    }
}

/// Notes an upload whose bytes are kept.
pub async fn uploaded(app: &App, subject: &Subject, upload: &Upload) -> Result<(), UploadRefused> {
    subject.require(Permission::HandleWork)?;
    let agent = subject.agent_id().ok_or(UploadRefused::NotAPerson)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let kind = MediaKind::of(&upload.content_type).code();
    let kept = attachments::Kept { content_type: &upload.content_type, size: upload.size, sha256: &upload.sha256 };
    attachments::insert_upload(&mut tx, upload.id, agent, kind, &upload.name, kept).await?;
    tx.commit().await?;
    Ok(())
}
