//! A file that came with a message is fetched: what to fetch, and what became of it.

use super::{Source, digest};
use crate::{App, authz::Subject, conversations::topics};
use meridian_domain::{
    channel::AccountConfig,
    ids::{AttachmentId, TenantId},
    live::Change,
    media::{self, MediaState},
};
use meridian_store::{
    StoreError, accounts, attachments, conversations,
    inbound::{self, Raw},
};

/// A file to fetch.
#[derive(Debug)]
pub struct Fetch {
    /// The account it came over.
    pub account: AccountConfig,
    /// Where it is.
    pub source: Source,
    /// Its name, when it has one.
    pub name: String,
    /// The request it came in: some channels send the bytes along.
    pub raw: Option<Raw>,
}

/// What to fetch; `None` when it was fetched before, or its message is gone.
pub async fn claim(app: &App, tenant: TenantId, id: AttachmentId) -> Result<Option<Fetch>, StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let Some((account, source, name)) = attachments::pending(&mut tx, id).await? else { return Ok(None) };
    let config = accounts::config(&mut tx, &app.sealer, &app.public_url, account).await?;
    let Some(account) = config else { return Ok(None) };
    let raw = inbound::stored(&mut tx, source.raw).await?;
    Ok(Some(Fetch { account, source, name, raw }))
}

/// The bytes lie in the file store under `media::key`.
pub async fn kept(
    app: &App,
    tenant: TenantId,
    id: AttachmentId,
    content_type: &str,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let sha256 = digest(bytes);
    let kept = attachments::Kept { content_type, size: bytes.len(), sha256: &sha256 };
    settle(app, tenant, id, Ok(kept)).await
}

/// The file will not come, or is not kept; the reason is shown in the timeline.
pub async fn failed(
    app: &App,
    tenant: TenantId,
    id: AttachmentId,
    refused: bool,
    reason: &str,
) -> Result<(), StoreError> {
    let state = if refused { MediaState::Refused } else { MediaState::Failed };
    settle(app, tenant, id, Err((state, reason))).await
}

async fn settle(
    app: &App,
    tenant: TenantId,
    id: AttachmentId,
    outcome: Result<attachments::Kept<'_>, (MediaState, &str)>,
) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    if let Some(settled) = attachments::settle(&mut tx, id, outcome).await?
        && let Some(found) = conversations::find(&mut tx, settled.conversation).await?
    {
        let session = match settled.session {
            Some(session) => conversations::session(&mut tx, session).await?,
            None => None,
        };
        let change = Change::Item { conversation: settled.conversation, item: settled.item };
        tx.live(&topics(&found, session.as_ref()), change);
    }
    tx.commit().await
}

/// Notes the files of a message and has them fetched at once, for their addresses do not last.
pub(crate) async fn expect(
    tx: &mut meridian_store::WriteTx,
    item: meridian_domain::ids::ItemId,
    account: meridian_domain::ids::ChannelAccountId,
    sources: Vec<Source>,
) -> Result<(), StoreError> {
    for source in sources {
        let name = media::file_name(source.told.name.as_deref().unwrap_or_default());
        let id = attachments::insert_inbound(tx, item, account, &name, &source).await?;
        tx.job(&meridian_domain::jobs::Job::FetchMedia { attachment: id }, id.0);
    }
    Ok(())
}
