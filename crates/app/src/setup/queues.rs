//! Queues with their members, and skills.

use super::{
    SetupRefused,
    refused::{name, within},
};
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{AgentId, BranchId, QueueId, SkillId},
    jobs::Job,
    people::Permission,
};
use meridian_store::{WriteTx, agents, setup as store, sites};
use serde_json::json;
use uuid::Uuid;

/// A queue to add or to change.
#[derive(Debug, Clone)]
pub struct NewQueue<'a> {
    /// The one to change.
    pub id: Option<QueueId>,
    /// Branch it is counted in; when not given the one it has, or the tenant's first.
    pub branch: Option<BranchId>,
    /// Name.
    pub name: &'a str,
    /// Head start of its work, minutes.
    pub priority_minutes: i32,
    /// Seconds to answer an offer.
    pub offer_seconds: i32,
    /// Seconds to write up.
    pub wrap_up_seconds: i32,
    /// Seconds during which only the agent who knows the customer is asked.
    pub sticky_seconds: i32,
    /// Whether a code for what came of the work must be chosen; `None` leaves it as it is.
    pub wrap_up_code_required: Option<bool>,
    /// Whether a code must be chosen to let an offer pass; `None` leaves it as it is.
    pub decline_code_required: Option<bool>,
    /// Who takes its work; `None` leaves the members as they are.
    pub members: Option<Vec<AgentId>>,
}

/// The branch that is meant: the given one, else the tenant's first by name.
pub(super) async fn branch_of(tx: &mut WriteTx, given: Option<BranchId>) -> Result<BranchId, SetupRefused> {
    let branches = sites::branches(tx).await?;
    let found = match given {
        Some(id) => branches.iter().find(|b| b.id == id),
        None => branches.first(),
    };
    found.map(|b| b.id).ok_or(SetupRefused::NotFound("branch"))
}

/// Adds or changes a queue. Members that are left out leave from now on; the past keeps who was one.
pub async fn save_queue(app: &App, subject: &Subject, new: NewQueue<'_>) -> Result<QueueId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(new.name)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let known = match new.id {
        Some(id) => {
            let found = store::queues(&mut tx).await?.into_iter().find(|q| q.id == id);
            Some(found.ok_or(SetupRefused::NotFound("queue"))?)
        }
        None => None,
    };
    let id = known.as_ref().map_or_else(|| tx.id(), |queue| queue.id);
    let row = store::QueueRow {
        id,
        branch: branch_of(&mut tx, new.branch.or(known.as_ref().map(|queue| queue.branch))).await?,
        name: label.to_owned(),
        priority_minutes: within("priority_minutes", new.priority_minutes, 0..=10_080)?,
        offer_seconds: within("offer_seconds", new.offer_seconds, 1..=600)?,
        wrap_up_seconds: within("wrap_up_seconds", new.wrap_up_seconds, 0..=3600)?,
        sticky_seconds: within("sticky_seconds", new.sticky_seconds, 0..=3600)?,
        wrap_up_code_required: new
            .wrap_up_code_required
            .unwrap_or(known.as_ref().is_some_and(|q| q.wrap_up_code_required)),
        decline_code_required: new
            .decline_code_required
            .unwrap_or(known.as_ref().is_some_and(|q| q.decline_code_required)),
    };
    store::queue(&mut tx, &row).await?;
    if let Some(members) = &new.members {
        let ids: Vec<Uuid> = members.iter().map(|id| id.0).collect();
        if agents::many(&mut tx, &ids).await?.len() != members.len() {
            return Err(SetupRefused::NotFound("agent"));
        }
        store::leave_queue(&mut tx, id, &ids).await?;
        for member in members {
            store::join_queue(&mut tx, id, *member).await?;
        }
    }
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("queue_saved", "queue", Some(id.0), json!({ "members": new.members.as_ref().map(Vec::len) }));
    tx.commit().await?;
    Ok(id)
}

/// Adds a skill, or renames one.
pub async fn save_skill(
    app: &App,
    subject: &Subject,
    id: Option<SkillId>,
    label: &str,
) -> Result<SkillId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(label)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let id = match id {
        Some(id) if !store::skills(&mut tx).await?.iter().any(|s| s.0 == id) => {
            return Err(SetupRefused::NotFound("skill"));
        }
        Some(id) => id,
        None => tx.id(),
    };
    store::skill(&mut tx, id, label).await?;
    tx.audit("skill_saved", "skill", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(id)
}
