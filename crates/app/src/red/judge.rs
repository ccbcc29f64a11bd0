//! Judging work by the rules: what goes ahead, to whom, and who is alarmed.

use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{AgentId, TenantId, WorkItemId},
    red::{Rule, Standing, verdict},
    time::Instant,
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
    red::{self, Mark, WorkFacts},
    routing, work,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Work to which a rule applies that did not before.
pub(crate) type Judged = HashSet<WorkItemId>;

/// Judges work by the rules and marks what they apply to: each rule once for each piece of work. The caller tells
/// routing; alerts are raised here, with `again` also for what was marked before.
pub(crate) async fn judge(
    tx: &mut WriteTx,
    rules: &[Rule],
    works: &[WorkItemId],
    now: Instant,
    again: bool,
) -> Result<Judged, StoreError> {
    if rules.is_empty() || works.is_empty() {
        return Ok(Judged::new());
    }
    let ids: Vec<Uuid> = works.iter().map(|id| id.0).collect();
    let facts = red::facts(tx, &ids).await?;
    let hits: Vec<(&WorkFacts, &Rule)> = facts
        .iter()
        .filter_map(|of| verdict(rules, &of.facts, now).map(|rule| (of, rule)))
        .filter(|(of, rule)| again || of.red_rule.as_deref() != Some(rule.name.as_str()))
        .collect();
    if hits.is_empty() {
        return Ok(Judged::new());
    }
    let hit: Vec<Uuid> = hits.iter().map(|(of, _)| of.work.0).collect();
    // Locks go conversation first everywhere.
    work::lock_for_offer(tx, &hit).await?;
    let standing = standings(tx, hits.iter().map(|(_, rule)| *rule), now).await?;
    let person = |rule: &Rule| rule.then.person(|agent| standing.get(&agent).copied());
    let marks: Vec<Mark<'_>> = hits
        .iter()
        .map(|(of, rule)| Mark {
            work: of.work,
            rule: &rule.name,
            head_start_seconds: i32::try_from(rule.then.head_start_minutes * 60).unwrap_or(i32::MAX),
            named: person(rule).map(|agent| (agent, i32::try_from(rule.then.hold_seconds).unwrap_or(3600))),
        })
        .collect();
    let judged = red::mark(tx, &marks).await?;
    for (of, rule) in hits.into_iter().filter(|(_, rule)| rule.then.alert) {
        if again || judged.contains(&of.work) {
            alarm(tx, of, rule, person(rule)).await?;
        }
    }
    Ok(judged)
}

/// Judges work that waits, in a transaction of its own.
pub(crate) async fn judge_waiting(
    app: &App,
    tenant: TenantId,
    rules: &[Rule],
    works: &[WorkItemId],
) -> Result<(), StoreError> {
    if rules.is_empty() {
        return Ok(());
    }
    for part in works.chunks(500) {
        let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
        let now = routing::now(&mut tx).await?;
        judge(&mut tx, rules, part, now, false).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Alarms the owner of the conversation and the floor, and the manager to whom the work goes.
async fn alarm(tx: &mut WriteTx, of: &WorkFacts, rule: &Rule, named: Option<AgentId>) -> Result<(), StoreError> {
    let severity = of.facts.events.iter().map(|event| i16::from(event.severity)).max().unwrap_or(3);
    let new = NewAlert {
        kind: "red_channel",
        severity,
        work: Some(of.work),
        conversation: Some(of.conversation),
        customer: Some(of.customer),
        queue: of.facts.queue,
        agent: of.owner.or(named),
        text: &rule.name,
        ..NewAlert::default()
    };
    alerts::raise(tx, &new).await?;
    Ok(())
}

/// Whether the people whom rules name can be asked now.
async fn standings(
    tx: &mut WriteTx,
    rules: impl Iterator<Item = &Rule>,
    now: Instant,
) -> Result<HashMap<AgentId, Standing>, StoreError> {
    let named: BTreeSet<Uuid> =
        rules.flat_map(|rule| [rule.then.manager, rule.then.deputy]).flatten().map(|agent| agent.0).collect();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = named.into_iter().collect();
    let sites = routing::sites(tx).await?;
    let open = |site| sites.iter().find(|s| s.id == site).is_none_or(|s| s.open_until(now).is_some());
    let people = routing::agents(tx, Some(&ids)).await?;
    Ok(people.into_iter().map(|a| (a.id, Standing { ready: a.ready, open: a.site.is_none_or(open) })).collect())
}
