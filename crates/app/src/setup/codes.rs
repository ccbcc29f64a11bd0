//! Codes that people choose from: what came of work, and why they let an offer pass.

use super::{SetupRefused, refused::name};
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{QueueId, WorkCodeId},
    people::Permission,
    work_code::{CodeKind, MOST_CODES, WorkCode},
};
use meridian_store::{codes, setup as store};
use serde_json::json;

/// A code to add or to change.
#[derive(Debug, Clone)]
pub struct NewCode<'a> {
    /// The one to change.
    pub id: Option<WorkCodeId>,
    /// What it is for; a code keeps its kind.
    pub kind: CodeKind,
    /// Name, 1 to 100 characters.
    pub name: &'a str,
    /// Name in Chinese; empty = as `name`.
    pub name_zh: &'a str,
    /// Queues that offer it; empty = all.
    pub queues: Vec<QueueId>,
    /// Whether it can be chosen from now on.
    pub active: bool,
}

/// Adds, changes or retires a code. What was counted under it stays.
pub async fn save_code(app: &App, subject: &Subject, new: NewCode<'_>) -> Result<WorkCodeId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(new.name)?.to_owned();
    let name_zh = if new.name_zh.trim().is_empty() { String::new() } else { name(new.name_zh)?.to_owned() };
    let mut tx = app.db.write(subject.scope()).await?;
    let all = codes::all(&mut tx, Some(new.kind), true).await?;
    let known = match new.id {
        Some(id) => Some(all.iter().find(|code| code.id == id).ok_or(SetupRefused::NotFound("code"))?),
        None => None,
    };
    let in_use = all.iter().filter(|code| code.active && Some(code.id) != new.id).count();
    if new.active && in_use >= MOST_CODES {
        return Err(SetupRefused::Invalid(format!(
            "at most {MOST_CODES} codes of a kind are in use: retire one first"
        )));
    }
    let queues = store::queues(&mut tx).await?;
    // A queue that was deleted meanwhile offers nothing any more.
    let there = |id: &QueueId| queues.iter().any(|queue| queue.id == *id);
    let before = known.map(|code| code.queues.clone()).unwrap_or_default();
    if new.queues.iter().any(|id| !there(id) && !before.contains(id)) {
        return Err(SetupRefused::NotFound("queue"));
    }
    let code = WorkCode {
        id: new.id.unwrap_or_else(|| tx.id()),
        kind: new.kind,
        name: label,
        name_zh,
        queues: new.queues.into_iter().collect(),
        active: new.active,
    };
    codes::save(&mut tx, &code).await?;
    tx.audit(
        "work_code_saved",
        "work_code",
        Some(code.id.0),
        json!({ "kind": code.kind.code(), "active": code.active }),
    );
    tx.commit().await?;
    Ok(code.id)
}
