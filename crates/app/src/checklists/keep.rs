//! Supervisors keep checklists: an intent has one at most, and what is out of use can come back.

use super::ChecklistRefused;
use crate::{App, authz::Subject};
use meridian_domain::{
    checklist::{MOST, Step, Wrong, check},
    ids::ChecklistId,
    people::Permission,
};
use meridian_store::{
    WriteTx,
    checklists::{self as store, Checklist, Says},
    intents, knowledge,
};
use serde_json::json;

/// A checklist to add or to change.
#[derive(Debug, Clone)]
pub struct NewChecklist {
    /// The one to change; a new one when there is none.
    pub id: Option<ChecklistId>,
    /// Refuse when it changed since this version.
    pub expected_version: Option<i32>,
    /// Title.
    pub title: String,
    /// Title in Chinese; empty = as `title`.
    pub title_zh: String,
    /// Intents it is for: intents that have examples.
    pub intents: Vec<String>,
    /// What is to be done, in order.
    pub steps: Vec<Step>,
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// Adds a checklist or changes one. Where it is followed already it stays as it was.
pub async fn save(app: &App, subject: &Subject, new: NewChecklist) -> Result<ChecklistId, ChecklistRefused> {
    subject.require(Permission::SteerFloor)?;
    let (title, title_zh) = (trimmed(&new.title), trimmed(&new.title_zh));
    let intents: Vec<String> = new.intents.iter().map(|intent| trimmed(intent)).collect();
    let shorn = |step: Step| Step { text: trimmed(&step.text), text_zh: trimmed(&step.text_zh), ..step };
    let steps: Vec<Step> = new.steps.into_iter().map(shorn).collect();
    check(&title, &title_zh, &intents, &steps)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let before = match new.id {
        Some(id) => Some(store::lock(&mut tx, id).await?.ok_or(ChecklistRefused::NotFound("checklist"))?),
        None => None,
    };
    if before.as_ref().is_some_and(|known| new.expected_version.is_some_and(|version| version != known.version)) {
        return Err(ChecklistRefused::Stale);
    }
    let id = new.id.unwrap_or_else(|| tx.id());
    known_intents(&mut tx, &intents, before.as_ref()).await?;
    known_articles(&mut tx, &steps, before.as_ref()).await?;
    if before.as_ref().is_none_or(|known| known.archived_at.is_none()) {
        free(&mut tx, &intents, id).await?;
    }
    if before.is_none() {
        room(&mut tx).await?;
    }
    store::save(&mut tx, id, Says { title: &title, title_zh: &title_zh, intents: &intents, steps: &steps }).await?;
    tx.audit("checklist_saved", "checklist", Some(id.0), json!({ "intents": intents, "steps": steps.len() }));
    tx.commit().await?;
    Ok(id)
}

/// Intents that have examples, or stood in it before.
async fn known_intents(tx: &mut WriteTx, named: &[String], before: Option<&Checklist>) -> Result<(), ChecklistRefused> {
    let known = intents::labels(tx).await?;
    let there = |intent: &String| {
        known.iter().any(|(label, ..)| label == intent) || before.is_some_and(|before| before.intents.contains(intent))
    };
    match named.iter().position(|intent| !there(intent)) {
        Some(n) => {
            let problem = "there is no such intent: an admin adds it with its first examples".to_owned();
            Err(Wrong { place: format!("intents.{n}"), problem }.into())
        }
        None => Ok(()),
    }
}

/// Articles that are in use, or stood in it before.
async fn known_articles(tx: &mut WriteTx, steps: &[Step], before: Option<&Checklist>) -> Result<(), ChecklistRefused> {
    let ids: Vec<_> = steps.iter().filter_map(|step| step.article).map(|article| article.0).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let known = knowledge::many(tx, &ids).await?;
    let stood = |id| before.is_some_and(|before| before.steps.iter().any(|step| step.article == Some(id)));
    for (n, step) in steps.iter().enumerate() {
        let Some(id) = step.article else { continue };
        if !known.iter().any(|article| article.id == id && (article.archived_at.is_none() || stood(id))) {
            let place = format!("steps.{n}.knowledgeArticleId");
            return Err(Wrong { place, problem: "no such article".to_owned() }.into());
        }
    }
    Ok(())
}

/// No other checklist in use has one of the intents.
async fn free(tx: &mut WriteTx, named: &[String], besides: ChecklistId) -> Result<(), ChecklistRefused> {
    let taken = store::taken(tx, named, besides).await?;
    let first = named
        .iter()
        .enumerate()
        .find_map(|(n, intent)| taken.iter().find(|(label, _)| label == intent).map(|(_, title)| (n, intent, title)));
    match first {
        Some((n, intent, title)) => {
            let problem = format!("\"{intent}\" has the checklist \"{title}\" already");
            Err(Wrong { place: format!("intents.{n}"), problem }.into())
        }
        None => Ok(()),
    }
}

async fn room(tx: &mut WriteTx) -> Result<(), ChecklistRefused> {
    if store::in_use(tx).await? >= i64::try_from(MOST).unwrap_or(i64::MAX) {
        return Err(ChecklistRefused::State("at most 200 checklists are in use: archive one first"));
    }
    Ok(())
}

/// Takes a checklist out of use, or into use again. Where it is followed it stays.
pub async fn archive(app: &App, subject: &Subject, id: ChecklistId, archived: bool) -> Result<(), ChecklistRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let known = store::lock(&mut tx, id).await?.ok_or(ChecklistRefused::NotFound("checklist"))?;
    if known.archived_at.is_some() == archived {
        return Ok(());
    }
    if !archived {
        room(&mut tx).await?;
        free(&mut tx, &known.intents, id).await?;
    }
    store::set_archived(&mut tx, &known, archived).await?;
    let action = if archived { "checklist_archived" } else { "checklist_restored" };
    tx.audit(action, "checklist", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}
