//! Links to files: whoever holds one may read one file for a few minutes.

use crate::{App, authz::Subject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use meridian_domain::{
    ids::{AttachmentId, TenantId},
    media::{self, MediaState},
    time::Instant,
};
use meridian_store::{StoreError, attachments};
use uuid::Uuid;

/// How long a link lasts, seconds.
pub const LINK_SECONDS: i64 = 600;

/// Bytes before the signature: end, tenant, file.
const SIGNED: usize = 8 + 16 + 16;

/// A file to hand out.
#[derive(Debug, Clone)]
pub struct Download {
    /// Where it lies in the file store.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its media type.
    pub content_type: String,
}

/// How long a link lasts that goes to a customer, seconds: messengers fetch a file each time it is shown.
const SENT_LINK_SECONDS: i64 = 30 * 24 * 3600;

/// An address of a file that lasts ten minutes. Who may ask for one was decided where the file was shown.
pub fn link(app: &App, tenant: TenantId, id: AttachmentId, now: Instant) -> String {
    lasting(app, tenant, id, now, LINK_SECONDS)
}

/// An address of a file for a customer: messengers and pages show a file long after it was sent.
pub fn sent_link(app: &App, tenant: TenantId, id: AttachmentId, now: Instant) -> String {
    lasting(app, tenant, id, now, SENT_LINK_SECONDS)
}

/// An address of a file that lasts so many seconds.
fn lasting(app: &App, tenant: TenantId, id: AttachmentId, now: Instant, seconds: i64) -> String {
    let ends = (now + TimeDelta::seconds(seconds)).timestamp();
    let told = [&ends.to_be_bytes()[..], tenant.0.as_bytes(), id.0.as_bytes()].concat();
    let signed = [&told[..], &app.sealer.tag(&told)].concat();
    format!("{}/files/{}", app.public_url, URL_SAFE_NO_PAD.encode(signed))
}

/// The file of a link; `None` when the link is not ours or has ended, or the file is not there.
pub async fn opened(app: &App, token: &str, now: Instant) -> Result<Option<Download>, StoreError> {
    let Some((tenant, id)) = read(app, token, now) else { return Ok(None) };
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let found = attachments::find(&mut tx, id).await?.filter(|file| file.state == MediaState::Stored);
    Ok(found.map(|file| Download {
        key: media::key(tenant, id),
        name: media::named(&file.name, &file.content_type),
        content_type: file.content_type,
    }))
}

fn read(app: &App, token: &str, now: Instant) -> Option<(TenantId, AttachmentId)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (told, tag) = bytes.split_at_checked(SIGNED)?;
    if !app.sealer.tagged(told, tag) {
        return None;
    }
    let ends = i64::from_be_bytes(told[..8].try_into().ok()?);
    let ids = (Uuid::from_slice(&told[8..24]).ok()?, Uuid::from_slice(&told[24..]).ok()?);
    (DateTime::from_timestamp(ends, 0)? > now).then_some((TenantId(ids.0), AttachmentId(ids.1)))
}
