//! What a resolver knows: who asks, and the way to the data.

use crate::{error::AppError, live::Feed};
use async_graphql::{Context, Request, Value};
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
}

impl Viewer {
    /// A transaction that reads the viewer's tenant.
    pub(crate) async fn read(&self) -> Result<ReadTx, AppError> {
        Ok(self.app.db.read(self.subject.scope()).await?)
    }

    /// Whether a visitor of a web chat asks: what colleagues say of customers is not theirs to read.
    pub(crate) fn visits(&self) -> bool {
        self.subject.visitor_session().is_some()
    }

    /// Refuses who may not.
    pub(crate) fn require(&self, permission: Permission) -> Result<(), AppError> {
        Ok(self.subject.require(permission)?)
    }
}

/// The viewer of a resolver.
pub(crate) fn viewer<'a>(ctx: &Context<'a>) -> Result<&'a Viewer, AppError> {
    ctx.data_opt::<Arc<Viewer>>().map(AsRef::as_ref).ok_or(AppError::Unauthenticated)
}

/// The name under which a request's extensions carry its idempotency key; over HTTP a header of that name may.
pub const IDEMPOTENCY_KEY: &str = "idempotencyKey";

/// The idempotency key of a request; an error is a key that is none.
pub(crate) fn key_of(request: &Request) -> Result<Option<IdempotencyKey>, &'static str> {
    let Some(given) = request.extensions.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let asked = format!("{}\n{}", request.query, serde_json::to_string(&request.variables).unwrap_or_default());
    let Value::String(given) = given else { return Err("an idempotency key is a text") };
    IdempotencyKey::new(given, &asked).map(Some).ok_or("an idempotency key has 1 to 200 characters of ASCII")
}

/// The idempotency key of a mutation: that of the request, for this field of it.
pub(crate) fn idempotency(ctx: &Context<'_>) -> Option<IdempotencyKey> {
    let field = ctx.item.node.response_key();
    ctx.data_opt::<Option<IdempotencyKey>>().and_then(Option::as_ref).map(|key| key.part(&field.node))
}
