//! What people say of a value: several use it, one person does, or it is never a key.

use super::look_at;
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    identity::{self, Declared},
    people::Permission,
};
use meridian_store::{
    StoreError,
    candidates::{self, Rule},
};
use serde_json::json;

/// Why nothing was declared.
#[derive(Debug, thiserror::Error)]
pub enum DeclareRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Nothing is declared of it.
    #[error("nothing is declared of this value")]
    NotFound,
    /// Something about the value is wrong, told in words.
    #[error("{0}")]
    Invalid(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Declares something of a value, or takes it back (`None`). Blocking is for supervisors. Links that stand are not touched:
/// what was joined by the value is taken back by hand.
pub async fn declare(
    app: &App,
    subject: &Subject,
    scheme: &str,
    value: &str,
    declared: Option<Declared>,
    reason: &str,
) -> Result<Rule, DeclareRefused> {
    let blocks = matches!(declared, Some(Declared::Blocked) | None);
    subject.require(if blocks { Permission::ManageCustomers } else { Permission::ManageIdentity })?;
    let scheme = if scheme == "wa_id" { "phone_e164" } else { scheme };
    if !matches!(scheme, "phone_e164" | "email" | "crm_id") {
        return Err(DeclareRefused::Invalid(
            "only of phone_e164, email and crm_id can something be declared".to_owned(),
        ));
    }
    if reason.chars().count() > 500 {
        return Err(DeclareRefused::Invalid("a reason has at most 500 characters".to_owned()));
    }
    let value = identity::normalise_declared(scheme, value).map_err(|e| DeclareRefused::Invalid(e.to_string()))?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !candidates::declare(&mut tx, scheme, &value, declared, reason).await? {
        return Err(DeclareRefused::NotFound);
    }
    let concerned = candidates::holding(&mut tx, &value).await?;
    look_at(&mut tx, concerned);
    let what = declared.map_or("nothing", Declared::code);
    tx.audit("identity_declared", "identity", None, json!({ "scheme": scheme, "declared": what }));
    tx.commit().await?;
    let (scheme, reason) = (scheme.to_owned(), reason.to_owned());
    let at = meridian_domain::time::Clock::now(&meridian_domain::time::SystemClock);
    Ok(Rule { scheme, value, declared: declared.unwrap_or(Declared::Personal), reason, at })
}
