//! How work of the channel classes goes together in one person's hands.

use super::SetupRefused;
use crate::{App, authz::Subject};
use meridian_domain::{capacity::CapacityPolicy, jobs::Job, people::Permission};
use meridian_store::capacity;
use serde_json::json;

/// Puts a policy in place; routing follows at once. What people hold beyond it stays with them.
pub async fn save_capacity(app: &App, subject: &Subject, policy: &CapacityPolicy) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    policy.check().map_err(|(field, why)| SetupRefused::Wrong(field, why.to_owned()))?;
    let mut tx = app.db.write(subject.scope()).await?;
    capacity::save(&mut tx, policy).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("capacity_policy_saved", "tenant", None, json!({ "policy": policy }));
    Ok(tx.commit().await?)
}
