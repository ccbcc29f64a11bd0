//! Alerts: seen, and ended by hand.

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{ids::AlertId, people::Permission};
use meridian_store::{StoreError, alerts};
use serde_json::json;

/// Why an alert was not marked.
#[derive(Debug, thiserror::Error)]
pub enum AlertRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such alert, it is over, or it concerns somebody else.
    #[error("no such open alert")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Marks an alert as seen, or ends it: whoever it concerns, or a supervisor.
pub async fn acknowledge_alert(app: &App, subject: &Subject, id: AlertId, end: bool) -> Result<(), AlertRefused> {
    subject.require(Permission::HandleWork)?;
    let me = subject.agent_id().ok_or(AlertRefused::NotFound)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = alerts::many(&mut tx, &[id.0]).await?.pop().ok_or(AlertRefused::NotFound)?;
    if found.agent != Some(me) && !subject.may(Permission::SteerFloor) {
        return Err(AlertRefused::NotFound);
    }
    if !alerts::see(&mut tx, id, me, end).await? {
        return Err(AlertRefused::NotFound);
    }
    tx.audit(if end { "alert_ended" } else { "alert_acknowledged" }, "alert", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}
