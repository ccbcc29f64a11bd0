//! What a resolver knows: who asks, and the way to the data.

use crate::{error::AppError, live::Feed};
use async_graphql::{Context, Variables};
use meridian_app::{App, authz::Subject, setup::IdempotencyKey};
use meridian_domain::people::Permission;
use meridian_store::ReadTx;
use std::sync::Arc;

/// Who asks, and with what.
pub struct Viewer {
    /// Use cases.
    pub app: App,
    /// The subject.
    pub subject: Subject,
    /// Version of the subject's token, checked again while a socket is open.
    pub token_version: i32,
    /// Live changes.
    pub feed: Feed,
    /// `Idempotency-Key` of the request.
    pub idempotency_key: Option<String>,
}

impl Viewer {
    /// A transaction that reads the viewer's tenant.
    pub(crate) async fn read(&self) -> Result<ReadTx, AppError> {
        Ok(self.app.db.read(self.subject.scope()).await?)
    }

    /// Refuses who may not.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), AppError> {
        Ok(self.subject.require(permission)?)
    }

    pub(crate) fn idempotency_for(&self, query: &str, variables: &Variables) -> Option<IdempotencyKey> {
        let asked = format!("{query}\n{}", serde_json::to_string(variables).unwrap_or_default());
        self.idempotency_key.as_deref().and_then(|key| IdempotencyKey::new(key, &asked))
    }
}

/// The viewer of a resolver.
pub(crate) fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer, AppError> {
    ctx.data_opt::<Arc<Viewer>>().map(AsRef::as_ref).ok_or(AppError::Unauthenticated)
}

/// The idempotency key of a mutation.
pub(crate) fn idempotency<'a>(ctx: &Context<'a>) -> Option<&'a IdempotencyKey> {
    ctx.data_opt::<Option<IdempotencyKey>>().and_then(Option::as_ref)
}
