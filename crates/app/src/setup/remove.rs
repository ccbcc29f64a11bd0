//! Taking queues, skills and sites out of use. What is in use stays, and says by what.

use super::SetupRefused;
use crate::{App, authz::Subject, routing::OVERFLOW};
use meridian_domain::{
    ids::{QueueId, SiteId, SkillId},
    jobs::Job,
    people::Permission,
};
use meridian_store::{
    WriteTx, alerts,
    uses::{self, Use},
};
use serde_json::json;
use uuid::Uuid;

/// Refuses what is in use, with the uses in words.
fn unused(what: &'static str, found: Vec<Use>) -> Result<(), SetupRefused> {
    if found.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = found.into_iter().map(|found| format!("{} {}", found.kind, found.name)).collect();
    Err(SetupRefused::InUse(what, told.join(", ")))
}

async fn done(mut tx: WriteTx, gone: bool, what: &'static str, id: Uuid) -> Result<(), SetupRefused> {
    if !gone {
        return Err(SetupRefused::NotFound(what));
    }
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit(&format!("{what}_deleted"), what, Some(id), json!({}));
    Ok(tx.commit().await?)
}

/// Takes a queue out of use; its past stays, its name is free again.
pub async fn delete_queue(app: &App, subject: &Subject, id: QueueId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let gone = uses::retire_queue(&mut tx, id).await?;
    unused("queue", uses::of_queue(&mut tx, id).await?)?;
    alerts::end_of_queue(&mut tx, OVERFLOW, id).await?;
    done(tx, gone, "queue", id.0).await
}

/// Takes a skill out of use.
pub async fn delete_skill(app: &App, subject: &Subject, id: SkillId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let gone = uses::retire_skill(&mut tx, id).await?;
    unused("skill", uses::of_skill(&mut tx, id).await?)?;
    done(tx, gone, "skill", id.0).await
}

/// Removes a site.
pub async fn delete_site(app: &App, subject: &Subject, id: SiteId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    unused("site", uses::of_site(&mut tx, id).await?)?;
    let gone = uses::remove_site(&mut tx, id).await?;
    done(tx, gone, "site", id.0).await
}
