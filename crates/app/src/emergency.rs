//! Emergency plans: kept, put in force with confirmation, and taken back, by hand or by themselves.

use crate::{App, authz::Subject, conversations::say, setup::SetupRefused};
use meridian_domain::{
    actor::Actor,
    emergency::Switches,
    ids::{EmergencyActivationId, EmergencyPlanId, TenantId, WorkItemId},
    jobs::Job,
    people::Permission,
    work::WorkState,
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
    conversations,
    emergency::{self as store, Activation, Plan},
    setup, work,
};
use serde_json::json;
use uuid::Uuid;

/// Longest time a plan is in force, minutes: a week.
const MOST_MINUTES: i32 = 10_080;

fn minutes(given: i32) -> Result<i32, SetupRefused> {
    if (1..=MOST_MINUTES).contains(&given) {
        return Ok(given);
    }
    Err(SetupRefused::Wrong("minutes", format!("minutes goes from 1 to {MOST_MINUTES}")))
}

/// Adds or changes a plan. One in force goes on as it was activated.
pub async fn save_plan(
    app: &App,
    subject: &Subject,
    id: Option<EmergencyPlanId>,
    name: &str,
    switches: Switches,
    lasts: i32,
) -> Result<EmergencyPlanId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(SetupRefused::Wrong("name", "a name has 1 to 100 characters".to_owned()));
    }
    let lasts = minutes(lasts)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let queues = setup::queues(&mut tx).await?.into_iter().map(|queue| queue.id).collect();
    switches.check(&queues).map_err(|(field, problem)| SetupRefused::Wrong(field, problem))?;
    let known = store::plans(&mut tx).await?;
    let id = match id {
        Some(id) if known.iter().all(|plan| plan.id != id) => return Err(SetupRefused::NotFound("plan")),
        Some(id) => id,
        None => tx.id(),
    };
    if known.iter().any(|plan| plan.id != id && plan.name.eq_ignore_ascii_case(name)) {
        return Err(SetupRefused::Taken("name"));
    }
    store::save(&mut tx, &Plan { id, name: name.to_owned(), switches, minutes: lasts }).await?;
    tx.audit("emergency_plan_saved", "emergency_plan", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(id)
}

/// Removes a plan that is not in force.
pub async fn delete_plan(app: &App, subject: &Subject, id: EmergencyPlanId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !store::plans(&mut tx).await?.iter().any(|plan| plan.id == id) {
        return Err(SetupRefused::NotFound("plan"));
    }
    if !store::remove(&mut tx, id).await? {
        return Err(SetupRefused::InUse("plan", "an activation that stands".to_owned()));
    }
    tx.audit("emergency_plan_deleted", "emergency_plan", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// Puts a plan in force, for its own time or a given one. Who does it types its name: one act, and no slip of a finger.
pub async fn activate(
    app: &App,
    subject: &Subject,
    id: EmergencyPlanId,
    confirm: &str,
    lasts: Option<i32>,
) -> Result<EmergencyActivationId, SetupRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let plan = store::plans(&mut tx).await?.into_iter().find(|plan| plan.id == id);
    let plan = plan.ok_or(SetupRefused::NotFound("plan"))?;
    if confirm.trim() != plan.name {
        return Err(SetupRefused::Wrong("confirm", format!("type the name of the plan to confirm: {}", plan.name)));
    }
    let lasts = minutes(lasts.unwrap_or(plan.minutes))?;
    let activation = store::activate(&mut tx, &plan, lasts).await?;
    let activation = activation.ok_or(SetupRefused::Invalid("this plan is in force already".to_owned()))?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.job_in(&Job::EmergencyEnd { activation }, activation.0, f64::from(lasts) * 60.0);
    let new = NewAlert { kind: "emergency", severity: 5, text: &plan.name, ..NewAlert::default() };
    alerts::raise(&mut tx, &new).await?;
    let what = json!({ "minutes": lasts, "switches": plan.switches });
    tx.audit("emergency_activated", "emergency_plan", Some(id.0), what);
    tx.commit().await?;
    Ok(activation)
}

/// Takes a plan back before its time.
pub async fn end(app: &App, subject: &Subject, id: EmergencyActivationId) -> Result<Activation, SetupRefused> {
    subject.require(Permission::SteerFloor)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !store::end(&mut tx, id, false).await? {
        return Err(SetupRefused::NotFound("activation"));
    }
    let ended = taken_back(&mut tx, id).await?.ok_or(SetupRefused::NotFound("activation"))?;
    tx.commit().await?;
    Ok(ended)
}

/// The time of a plan is over: it is taken back by itself.
pub async fn expire(app: &App, tenant: TenantId, id: EmergencyActivationId) -> Result<bool, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    if !store::end(&mut tx, id, true).await? {
        return Ok(false);
    }
    taken_back(&mut tx, id).await?;
    tx.commit().await?;
    Ok(true)
}

async fn taken_back(tx: &mut WriteTx, id: EmergencyActivationId) -> Result<Option<Activation>, StoreError> {
    let Some(ended) = store::find(tx, id).await? else { return Ok(None) };
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    alerts::end_named(tx, "emergency", &ended.name).await?;
    tx.audit("emergency_ended", "emergency_plan", Some(ended.plan.0), json!({ "by_itself": ended.ended_by.is_none() }));
    Ok(Some(ended))
}

/// Tells customers whose work waits what the plans in force say, once for each engagement and plan.
pub(crate) async fn tell(
    app: &App,
    tenant: TenantId,
    plans: &[Activation],
    works: &[WorkItemId],
) -> Result<(), StoreError> {
    let speaking: Vec<&Activation> = plans.iter().filter(|plan| plan.switches.message.is_some()).collect();
    if speaking.is_empty() || works.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = speaking.iter().map(|plan| plan.id.0).collect();
    let works: Vec<Uuid> = works.iter().map(|work| work.0).collect();
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let untold = store::untold(&mut tx, &ids, &works).await?;
    drop(tx);
    for id in untold {
        let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
        let Some(conversation) = conversations::lock_of_work(&mut tx, id).await? else { continue };
        let found = work::find(&mut tx, id).await?.filter(|item| item.state == WorkState::Queued);
        let Some(item) = found else { continue };
        let Some(session) = conversations::session(&mut tx, item.session).await? else { continue };
        for plan in speaking.iter().filter(|plan| plan.switches.about(item.queue)) {
            if let Some(text) = &plan.switches.message
                && store::note(&mut tx, plan.id, session.id).await?
            {
                say(&mut tx, &conversation, &session, Actor::System, text, &[], None).await?;
            }
        }
        tx.commit().await?;
    }
    Ok(())
}
