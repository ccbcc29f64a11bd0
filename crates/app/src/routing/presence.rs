//! What agents say of themselves, and whether their link lives.

use super::offers::rescind_of;
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    ids::{AgentId, TenantId},
    jobs::Job,
    live::{Change, Topic},
    people::{ChosenState, Permission},
};
use meridian_store::{StoreError, WriteTx, agents};
use serde_json::json;

/// Why a state was not set.
#[derive(Debug, thiserror::Error)]
pub enum PresenceRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such agent.
    #[error("no such agent")]
    NotFound,
    /// Meridian alone sets it.
    #[error("this state cannot be chosen")]
    NotAChoice,
    /// A reason is a short code.
    #[error("a reason has at most 100 characters")]
    Reason,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets one's own state, or, as a supervisor, somebody else's.
pub async fn set_presence(
    app: &App,
    subject: &Subject,
    agent: Option<AgentId>,
    state: ChosenState,
    reason: &str,
) -> Result<AgentId, PresenceRefused> {
    subject.require(Permission::HandleWork)?;
    let target = agent.or(subject.agent_id()).ok_or(PresenceRefused::NotFound)?;
    let forced = subject.agent_id() != Some(target);
    if forced {
        subject.require(Permission::SteerFloor)?;
    }
    if reason.chars().count() > 100 {
        return Err(PresenceRefused::Reason);
    }
    if state == ChosenState::NotResponding {
        return Err(PresenceRefused::NotAChoice);
    }
    let mut tx = app.db.write(subject.scope()).await?;
    agents::find(&mut tx, target).await?.ok_or(PresenceRefused::NotFound)?;
    if !state.takes_work() {
        rescind_of(&mut tx, target, if forced { "forced_away" } else { "went_away" }).await?;
    }
    agents::set_state(&mut tx, target, state, reason).await?;
    agent_changed(&mut tx, target);
    if forced {
        tx.audit("presence_forced", "agent", Some(target.0), json!({ "state": state.code(), "reason": reason }));
    }
    tx.commit().await?;
    Ok(target)
}

/// Something of an agent changed: routing looks at them again, and so does who sees them.
pub(crate) fn agent_changed(tx: &mut WriteTx, agent: AgentId) {
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteAgent { agent }, tenant.0);
    tx.live(&[Topic::Agent(agent), Topic::Floor], Change::Agent { agent });
}

/// Extends the link leases of the agents connected to this process; a link gained is an event.
pub async fn extend_leases(app: &App, tenant: TenantId, connected: &[AgentId], seconds: f64) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    extend(&mut tx, connected, seconds).await?;
    tx.commit().await
}

/// The last socket of an agent closed here: the lease runs out by itself unless another process extends it. A lease that
/// had run out already lives again until then, so that is told, too.
pub async fn disconnected(app: &App, tenant: TenantId, agent: AgentId, grace_seconds: f64) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    extend(&mut tx, &[agent], grace_seconds).await?;
    tx.commit().await
}

async fn extend(tx: &mut WriteTx, connected: &[AgentId], seconds: f64) -> Result<(), StoreError> {
    let ids: Vec<uuid::Uuid> = connected.iter().map(|id| id.0).collect();
    for agent in agents::extend_leases(tx, &ids, seconds).await? {
        agent_changed(tx, agent);
    }
    Ok(())
}

/// A lease ran out: the link is lost, offers on that screen are withdrawn. A link lost is an event too.
pub async fn link_lapsed(app: &App, tenant: TenantId, agent: AgentId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    if agents::end_lease(&mut tx, agent).await? {
        rescind_of(&mut tx, agent, "link_lost").await?;
        agent_changed(&mut tx, agent);
        tx.commit().await?;
    }
    Ok(())
}
