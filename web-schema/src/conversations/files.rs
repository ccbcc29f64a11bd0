//! Files of messages.

use crate::{context::viewer, error::Resolved, ids::id, scalars::Long};
use async_graphql::{Context, Enum, ID, Object, ResultExt};
use meridian_app::media;
use meridian_domain::{
    media::MediaState,
    time::{Clock, SystemClock},
};
use meridian_store::attachments as store;

/// Where a file stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "MediaState")]
pub(crate) enum AttachmentState {
    /// Being fetched from the provider.
    Pending,
    /// Kept: it can be opened.
    Stored,
    /// The provider does not give it.
    Failed,
    /// Not kept: too large, empty or dangerous.
    Refused,
}

/// A file of a message.
pub(crate) struct Attachment(pub store::Attachment);

/// A file of a message.
#[Object]
impl Attachment {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// image, audio, voice, video, document, sticker or file.
    async fn kind(&self) -> &str {
        &self.0.kind
    }
    /// File name; empty when it came without one.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Media type: what its bytes say once it is stored, what the sender declared before.
    async fn content_type(&self) -> &str {
        &self.0.content_type
    }
    /// Bytes; 0 when not known yet.
    async fn size_bytes(&self) -> Long {
        Long(self.0.size)
    }
    /// Where it stands.
    async fn state(&self) -> AttachmentState {
        self.0.state.into()
    }
    /// Why it failed or was refused; empty otherwise.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// Where it can be read without signing in: for ten minutes, for visitors of a web chat for thirty days. Null unless it
    /// is stored.
    async fn url(&self, ctx: &Context<'_>) -> Resolved<Option<String>> {
        let viewer = viewer(ctx).extend()?;
        let tenant = viewer.subject.scope().tenant();
        let stored = self.0.state == MediaState::Stored;
        let link = if viewer.subject.visitor_session().is_some() { media::sent_link } else { media::link };
        Ok(stored.then(|| link(&viewer.app, tenant, self.0.id, SystemClock.now())))
    }
}
