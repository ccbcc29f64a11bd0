//! Caps of queues.

use super::SetupRefused;
use crate::{App, authz::Subject};
use meridian_domain::{ids::QueueId, jobs::Job, people::Permission, routing::LineRule};
use meridian_store::{line as store, setup};
use serde_json::json;

/// Gives a queue a cap, or takes it away. What waits already stays in its line.
pub async fn save_line(
    app: &App,
    subject: &Subject,
    queue: QueueId,
    rule: Option<&LineRule>,
) -> Result<QueueId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let queues = setup::queues(&mut tx).await?.into_iter().map(|row| row.id).collect();
    if let Some(rule) = rule {
        rule.check(queue, &queues).map_err(|(field, problem)| SetupRefused::Wrong(field, problem))?;
    }
    if !store::save(&mut tx, queue, rule).await? {
        return Err(SetupRefused::NotFound("queue"));
    }
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("queue_cap_saved", "queue", Some(queue.0), json!({ "capped": rule.is_some() }));
    tx.commit().await?;
    Ok(queue)
}
