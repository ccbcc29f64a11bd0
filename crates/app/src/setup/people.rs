//! Enabling and disabling people.

use crate::{
    App, auth,
    authz::{Forbidden, Subject},
};
use meridian_domain::{ids::AgentId, jobs::Job, people::Permission};
use meridian_store::{StoreError, agents};
use serde_json::json;

/// Why a person was not changed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such person.
    #[error("no such agent")]
    NotFound,
    /// One would lock oneself out.
    #[error("you cannot disable yourself")]
    Oneself,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Enables or disables a person. Disabling ends every sign-in at once, open sockets included.
pub async fn set_agent_active(app: &App, subject: &Subject, id: AgentId, active: bool) -> Result<(), PeopleRefused> {
    subject.require(Permission::Administer)?;
    if !active && subject.agent_id() == Some(id) {
        return Err(PeopleRefused::Oneself);
    }
    let mut tx = app.db.write(subject.scope()).await?;
    agents::find(&mut tx, id).await?.ok_or(PeopleRefused::NotFound)?;
    if agents::set_active(&mut tx, id, active).await? {
        if !active {
            auth::end_all(&mut tx, id).await?;
        }
        let tenant = tx.scope().tenant();
        tx.job(&Job::RouteAgent { agent: id }, tenant.0);
        let action = if active { "agent_enabled" } else { "agent_disabled" };
        tx.audit(action, "agent", Some(id.0), json!({}));
        tx.commit().await?;
    }
    Ok(())
}
