//! Rules of the red channel: published in versions, taken back, and tried on what came before.

use crate::{App, authz::Subject, customers::TIERS, setup::SetupRefused};
use chrono::TimeDelta;
use meridian_domain::{
    ids::WorkItemId,
    jobs::Job,
    people::Permission,
    red::{Facts, Known, Rule, check, verdict},
};
use meridian_store::{ReadTx, agents, red as store, routing, setup};
use serde_json::json;

/// Longest note of a version.
const LONGEST_NOTE: usize = 500;
/// Work a trial looks at, newest first.
const MOST_TRIED: i64 = 5000;
/// Pieces of work a trial names for each rule.
const NAMED: usize = 20;

async fn refuse_wrong(tx: &mut ReadTx, rules: &[Rule]) -> Result<(), SetupRefused> {
    let named: Vec<uuid::Uuid> =
        rules.iter().flat_map(|rule| [rule.then.manager, rule.then.deputy]).flatten().map(|agent| agent.0).collect();
    let people = agents::many(tx, &named).await?;
    let known = Known {
        agents: people.into_iter().filter(|agent| agent.active).map(|agent| agent.id).collect(),
        queues: setup::queues(tx).await?.into_iter().map(|queue| queue.id).collect(),
        tiers: &TIERS,
    };
    Ok(check(rules, &known)?)
}

/// Publishes rules as the newest version; work that waits is judged by them at once. With `expected` they are refused
/// when somebody published meanwhile. Returns the version.
pub async fn publish_rules(
    app: &App,
    subject: &Subject,
    rules: &[Rule],
    note: &str,
    expected: Option<i32>,
) -> Result<i32, SetupRefused> {
    subject.require(Permission::Administer)?;
    let note = note.trim();
    if note.chars().count() > LONGEST_NOTE {
        return Err(SetupRefused::Wrong("note", format!("a note has at most {LONGEST_NOTE} characters")));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(expected) = expected
        && store::rules(&mut tx).await?.version != expected
    {
        return Err(SetupRefused::Stale);
    }
    refuse_wrong(&mut tx, rules).await?;
    let version = store::publish(&mut tx, rules, note).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("red_rules_published", "red_rules", None, json!({ "version": version, "rules": rules.len() }));
    tx.commit().await?;
    Ok(version)
}

/// Publishes an earlier version again, as a new one; version 0 is no rules.
pub async fn revert_rules(app: &App, subject: &Subject, version: i32, note: &str) -> Result<i32, SetupRefused> {
    subject.require(Permission::Administer)?;
    let rules = if version == 0 {
        Vec::new()
    } else {
        let mut tx = app.db.read(subject.scope()).await?;
        let found = store::versions(&mut tx, version.checked_add(1), 1).await?.pop();
        found.filter(|found| found.version == version).ok_or(SetupRefused::NotFound("version"))?.rules
    };
    let note = if note.trim().is_empty() { format!("back to version {version}") } else { note.to_owned() };
    publish_rules(app, subject, &rules, &note, None).await
}

/// Versions of the rules, newest first.
pub async fn rules_history(
    app: &App,
    subject: &Subject,
    before: Option<i32>,
    most: i64,
) -> Result<Vec<store::RulesVersion>, SetupRefused> {
    subject.require(Permission::ReadSetup)?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(store::versions(&mut tx, before, most).await?)
}

/// What one rule would have done.
#[derive(Debug, Clone, Default)]
pub struct RuleTrial {
    /// Its name.
    pub name: String,
    /// How much work it would have applied to.
    pub applied: usize,
    /// Some of that work, newest first.
    pub examples: Vec<WorkItemId>,
}

/// What rules would have done.
#[derive(Debug, Clone, Default)]
pub struct RulesTrial {
    /// How much work was looked at.
    pub looked_at: usize,
    /// Whether there was more, which was not.
    pub more: bool,
    /// Rule by rule.
    pub rules: Vec<RuleTrial>,
}

/// Tries rules on the work of the last day: tags and tiers as they are now, events as they were when the work came.
/// Nothing is stored.
pub async fn try_rules(app: &App, subject: &Subject, rules: &[Rule]) -> Result<RulesTrial, SetupRefused> {
    subject.require(Permission::ReadSetup)?;
    let mut tx = app.db.read(subject.scope()).await?;
    refuse_wrong(&mut tx, rules).await?;
    let since = routing::now(&mut tx).await? - TimeDelta::hours(24);
    let works = store::work_since(&mut tx, since, MOST_TRIED + 1).await?;
    let named = |rule: &Rule| RuleTrial { name: rule.name.clone(), ..RuleTrial::default() };
    let mut trial = RulesTrial {
        looked_at: works.len().min(MOST_TRIED as usize),
        more: works.len() > MOST_TRIED as usize,
        rules: rules.iter().map(named).collect(),
    };
    for part in works[..trial.looked_at].chunks(500) {
        let ids: Vec<uuid::Uuid> = part.iter().map(|id| id.0).collect();
        let mut found = store::facts(&mut tx, &ids).await?;
        found.sort_by_key(|of| std::cmp::Reverse(of.work));
        for of in found {
            let then = of.enqueued_at;
            let events = of.facts.events.into_iter().filter(|event| event.at <= then).collect();
            let facts = Facts { events, ..of.facts };
            let rule = verdict(rules, &facts, then).map(|rule| rule.name.clone());
            if let Some(applied) = trial.rules.iter_mut().find(|trial| Some(&trial.name) == rule.as_ref()) {
                applied.applied += 1;
                if applied.examples.len() < NAMED {
                    applied.examples.push(of.work);
                }
            }
        }
    }
    Ok(trial)
}
