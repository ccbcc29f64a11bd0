//! Emergency plans, overflow, and who takes over when.

use super::Queue;
use crate::{
    admin::{again, maybe, outcome, refused},
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    page,
    people::Agent,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::{emergency as app, setup as rules};
use meridian_domain::{
    calendar,
    emergency::Switches,
    ids::{AgentId, EmergencyActivationId, EmergencyPlanId, QueueId},
    people::Permission,
    routing::{Lender, OverflowRule as Rule},
};
use meridian_store::{agents, emergency as store, overflow, routing, setup};

/// A named switch for emergencies.
#[derive(SimpleObject)]
struct EmergencyPlan {
    /// Opaque id.
    id: ID,
    /// Its name, which is typed to confirm.
    name: String,
    /// The queues it is about; empty = all.
    queue_ids: Vec<ID>,
    /// Partners may be asked, whatever the rules of overflow say.
    overflow: bool,
    /// Everybody is asked, members or not, at whatever hour.
    all_hands: bool,
    /// Nothing is offered: work waits until the plan ends.
    closed: bool,
    /// Told to customers whose work comes to the queues, once for each engagement.
    message: Option<String>,
    /// How long it is in force unless told otherwise.
    minutes: i32,
}

impl From<store::Plan> for EmergencyPlan {
    fn from(plan: store::Plan) -> Self {
        let switches = plan.switches;
        Self {
            id: id(plan.id),
            name: plan.name,
            queue_ids: switches.queues.iter().map(|queue| id(*queue)).collect(),
            overflow: switches.overflow,
            all_hands: switches.all_hands,
            closed: switches.closed,
            message: switches.message,
            minutes: plan.minutes,
        }
    }
}

/// One time that an emergency plan was in force.
#[derive(SimpleObject)]
struct EmergencyActivation {
    /// Opaque id.
    id: ID,
    /// The plan.
    plan_id: ID,
    /// Its name then.
    name: String,
    /// Who put it in force.
    activated_by_id: Option<ID>,
    /// From when.
    activated_at: DateTime<Utc>,
    /// Until when at most: then it is taken back by itself.
    expires_at: DateTime<Utc>,
    /// When it was taken back.
    ended_at: Option<DateTime<Utc>>,
    /// Who took it back; null when its time was over.
    ended_by_id: Option<ID>,
}

impl From<store::Activation> for EmergencyActivation {
    fn from(activation: store::Activation) -> Self {
        Self {
            id: id(activation.id),
            plan_id: id(activation.plan),
            name: activation.name,
            activated_by_id: activation.by.map(id),
            activated_at: activation.at,
            expires_at: activation.expires_at,
            ended_at: activation.ended_at,
            ended_by_id: activation.ended_by.map(id),
        }
    }
}

/// A stretch of time in which the same sites are awake.
#[derive(SimpleObject)]
struct SunStretch {
    /// From when.
    from: DateTime<Utc>,
    /// Until when.
    to: DateTime<Utc>,
    /// The sites that are open, in the order in which they are asked.
    awake_site_ids: Vec<ID>,
    /// The site that takes over when it ends; null when nobody opens within two weeks.
    takes_over_site_id: Option<ID>,
}

/// When a queue lends work to partners, and where that stands.
#[derive(SimpleObject)]
pub(super) struct QueueOverflow {
    /// Opens when so much waits; 0 = not by load.
    open_waiting: i32,
    /// Opens when the first in line has waited so long; 0 = not by the wait.
    open_wait_seconds: i32,
    /// Closes when no more than this waits ..
    close_waiting: i32,
    /// .. and the first in line has waited no longer than this.
    close_wait_seconds: i32,
    /// Partners must have learned this revision of the knowledge.
    required_revision: i32,
    /// Whether it follows the knowledge base.
    current_revision: bool,
    /// Most work in the hands of partners at once, over all queues; 0 = no cap.
    contract_cap: i32,
    /// Whether partners and lent people are asked now.
    open: bool,
    /// Since when; null when it never changed.
    since: Option<DateTime<Utc>>,
    /// Queues that lend their people.
    lenders: Vec<OverflowLender>,
}

/// A queue that lends its people while another's overflow is open, as long as it keeps its own promise.
#[derive(SimpleObject)]
pub(super) struct OverflowLender {
    /// The queue that lends.
    queue_id: ID,
    /// It keeps its people for itself when so much waits in it; 0 = not by load.
    busy_waiting: i32,
    /// It keeps its people for itself when the first in line has waited so long; 0 = not by the wait.
    busy_wait_seconds: i32,
    /// It lends them again when no more than this waits ..
    calm_waiting: i32,
    /// .. and the first in line has waited no longer than this.
    calm_wait_seconds: i32,
    /// Whether it keeps them for itself now.
    busy: bool,
}

/// The overflow of a queue.
pub(super) async fn overflow_of(ctx: &Context<'_>, queue: QueueId) -> Resolved<Option<QueueOverflow>> {
    let viewer = viewer(ctx).extend()?;
    if !viewer.subject.may(Permission::ReadFloor) {
        return Ok(None);
    }
    let mut tx = viewer.read().await.extend()?;
    let found = overflow::of_queues(&mut tx, &[queue.0]).await.map_err(AppError::from).extend()?.pop();
    let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
    let lenders = |stands: &overflow::Standing| {
        let of = |lender: &Lender| OverflowLender {
            queue_id: id(lender.queue),
            busy_waiting: number(lender.busy_waiting),
            busy_wait_seconds: number(lender.busy_wait_seconds),
            calm_waiting: number(lender.calm_waiting),
            calm_wait_seconds: number(lender.calm_wait_seconds),
            busy: stands.busy.contains(&lender.queue),
        };
        stands.rule.lenders.iter().map(of).collect()
    };
    Ok(found.map(|stands| QueueOverflow {
        lenders: lenders(&stands),
        open_waiting: number(stands.rule.open_waiting),
        open_wait_seconds: number(stands.rule.open_wait_seconds),
        close_waiting: number(stands.rule.close_waiting),
        close_wait_seconds: number(stands.rule.close_wait_seconds),
        required_revision: stands.rule.required_revision,
        current_revision: stands.rule.current_revision,
        contract_cap: number(stands.rule.contract_cap),
        open: stands.open,
        since: stands.since,
    }))
}

#[derive(Default)]
pub(crate) struct EmergencyQueries;

#[Object]
impl EmergencyQueries {
    /// Emergency plans by name. Needs `floor:read`.
    async fn emergency_plans(&self, ctx: &Context<'_>) -> Resolved<Vec<EmergencyPlan>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadFloor).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let plans = store::plans(&mut tx).await.map_err(AppError::from).extend()?;
        Ok(plans.into_iter().map(EmergencyPlan::from).collect())
    }

    /// The times emergency plans were in force, newest first; those without an end are in force now. Needs `floor:read`.
    async fn emergency_activations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
    ) -> Resolved<Vec<EmergencyActivation>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadFloor).extend()?;
        let most = page::first(first).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = store::history(&mut tx, most).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(EmergencyActivation::from).collect())
    }

    /// Who is awake and who takes over when, from now on. Needs `floor:read`.
    async fn follow_the_sun(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many hours to look ahead, 1 to 168", default = 24)] hours: i32,
    ) -> Resolved<Vec<SunStretch>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadFloor).extend()?;
        if !(1..=168).contains(&hours) {
            return Err(AppError::BadInput("hours goes from 1 to 168".to_owned())).extend();
        }
        let mut tx = viewer.read().await.extend()?;
        let now = routing::now(&mut tx).await.map_err(AppError::from).extend()?;
        let sites = routing::sites(&mut tx).await.map_err(AppError::from).extend()?;
        let until = now + chrono::TimeDelta::hours(hours.into());
        let shown = |stretch: calendar::Stretch| SunStretch {
            from: stretch.from,
            to: stretch.to,
            awake_site_ids: stretch.awake.into_iter().map(id).collect(),
            takes_over_site_id: stretch.takes_over.map(id),
        };
        Ok(calendar::board(&sites, now, until).into_iter().map(shown).collect())
    }
}

#[derive(InputObject)]
struct EmergencyPlanSaveInput {
    /// The plan to change; a new one when left out.
    emergency_plan_id: Option<ID>,
    /// Name, which is typed to confirm.
    name: String,
    /// The queues it is about; all when left out.
    #[graphql(default)]
    queue_ids: Vec<ID>,
    /// Partners may be asked, whatever the rules of overflow say.
    #[graphql(default)]
    overflow: bool,
    /// Everybody is asked, members or not, at whatever hour.
    #[graphql(default)]
    all_hands: bool,
    /// Nothing is offered: work waits until the plan ends.
    #[graphql(default)]
    closed: bool,
    /// Told to customers whose work comes to the queues, 1 to 1,000 characters.
    message: Option<String>,
    /// How long it is in force unless told otherwise, 1 to 10,080.
    #[graphql(default = 60)]
    minutes: i32,
}

#[derive(InputObject)]
struct EmergencyPlanDeleteInput {
    /// The plan.
    emergency_plan_id: ID,
}

#[derive(InputObject)]
struct EmergencyActivateInput {
    /// The plan.
    emergency_plan_id: ID,
    /// Its name, typed to confirm.
    confirm: String,
    /// For how long; its own time when left out.
    minutes: Option<i32>,
}

#[derive(InputObject)]
struct EmergencyEndInput {
    /// The activation.
    emergency_activation_id: ID,
}

/// Result of keeping a plan.
#[derive(SimpleObject)]
struct EmergencyPlanPayload {
    /// The plan.
    emergency_plan_id: Option<ID>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of putting a plan in force or taking it back.
#[derive(SimpleObject)]
struct EmergencyActivationPayload {
    /// The activation.
    activation: Option<EmergencyActivation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct OverflowInput {
    /// Opens when so much waits; 0 = not by load.
    #[graphql(default)]
    open_waiting: i32,
    /// Opens when the first in line has waited so long; 0 = not by the wait.
    #[graphql(default)]
    open_wait_seconds: i32,
    /// Closes when no more than this waits ..
    #[graphql(default)]
    close_waiting: i32,
    /// .. and the first in line has waited no longer than this.
    #[graphql(default)]
    close_wait_seconds: i32,
    /// Partners must have learned this revision of the knowledge.
    #[graphql(default)]
    required_revision: i32,
    /// It follows the knowledge base: each publication for partners raises the revision that is asked for.
    #[graphql(default)]
    current_revision: bool,
    /// Most work in the hands of partners at once, over all queues; 0 = no cap.
    #[graphql(default)]
    contract_cap: i32,
    /// Queues that lend their people, at most 20; as they were when left out.
    lenders: Option<Vec<OverflowLenderInput>>,
}

#[derive(InputObject)]
struct OverflowLenderInput {
    /// The queue that lends.
    queue_id: ID,
    /// It keeps its people for itself when so much waits in it; 0 = not by load.
    #[graphql(default)]
    busy_waiting: i32,
    /// It keeps its people for itself when the first in line has waited so long; 0 = not by the wait.
    #[graphql(default)]
    busy_wait_seconds: i32,
    /// It lends them again when no more than this waits ..
    #[graphql(default)]
    calm_waiting: i32,
    /// .. and the first in line has waited no longer than this.
    #[graphql(default)]
    calm_wait_seconds: i32,
}

/// What does not fit becomes a number that is refused.
fn mark(value: i32) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl OverflowLenderInput {
    fn read(&self) -> Resolved<Lender> {
        Ok(Lender {
            queue: read(&self.queue_id).extend()?,
            busy_waiting: mark(self.busy_waiting),
            busy_wait_seconds: mark(self.busy_wait_seconds),
            calm_waiting: mark(self.calm_waiting),
            calm_wait_seconds: mark(self.calm_wait_seconds),
        })
    }
}

#[derive(InputObject)]
struct QueueOverflowSaveInput {
    /// The queue.
    queue_id: ID,
    /// The rule; without one partners are asked like everybody else.
    rule: Option<OverflowInput>,
}

/// Result of `queueOverflowSave`.
#[derive(SimpleObject)]
struct QueueOverflowPayload {
    /// The queue.
    queue: Option<Queue>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct AgentPartnerSetInput {
    /// The person.
    agent_id: ID,
    /// Whether they work for an outsourced partner.
    outsourced: Option<bool>,
    /// The revision of the knowledge they have learned, from 0.
    knowledge_revision: Option<i32>,
}

/// Result of `agentPartnerSet`.
#[derive(SimpleObject)]
struct AgentPartnerPayload {
    /// The person.
    agent: Option<Agent>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn activation(
    ctx: &Context<'_>,
    done: Result<EmergencyActivationId, rules::SetupRefused>,
) -> Resolved<EmergencyActivationPayload> {
    let (done, user_errors) = outcome(done)?;
    let Some(done) = done else { return Ok(EmergencyActivationPayload { activation: None, user_errors }) };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let found = store::find(&mut tx, done).await.map_err(AppError::from).extend()?;
    Ok(EmergencyActivationPayload { activation: found.map(EmergencyActivation::from), user_errors })
}

#[derive(Default)]
pub(crate) struct EmergencyMutations;

#[Object]
impl EmergencyMutations {
    /// Adds or changes an emergency plan. Needs `setup:write`.
    async fn emergency_plan_save(
        &self,
        ctx: &Context<'_>,
        input: EmergencyPlanSaveInput,
    ) -> Resolved<EmergencyPlanPayload> {
        let viewer = viewer(ctx).extend()?;
        let known = maybe::<EmergencyPlanId>(input.emergency_plan_id.as_ref())?;
        let switches = Switches {
            queues: input.queue_ids.iter().map(read::<QueueId>).collect::<Result<_, _>>().extend()?,
            overflow: input.overflow,
            all_hands: input.all_hands,
            closed: input.closed,
            message: input.message,
        };
        let done = app::save_plan(&viewer.app, &viewer.subject, known, &input.name, switches, input.minutes).await;
        let (saved, user_errors) = outcome(done)?;
        Ok(EmergencyPlanPayload { emergency_plan_id: saved.map(id), user_errors })
    }

    /// Removes an emergency plan that is not in force. Needs `setup:write`.
    async fn emergency_plan_delete(
        &self,
        ctx: &Context<'_>,
        input: EmergencyPlanDeleteInput,
    ) -> Resolved<EmergencyPlanPayload> {
        let viewer = viewer(ctx).extend()?;
        let plan = read::<EmergencyPlanId>(&input.emergency_plan_id).extend()?;
        let (done, user_errors) = outcome(app::delete_plan(&viewer.app, &viewer.subject, plan).await)?;
        Ok(EmergencyPlanPayload { emergency_plan_id: done.map(|()| id(plan)), user_errors })
    }

    /// Puts an emergency plan in force at once; it is taken back by itself. Needs `floor:steer`.
    async fn emergency_activate(
        &self,
        ctx: &Context<'_>,
        input: EmergencyActivateInput,
    ) -> Resolved<EmergencyActivationPayload> {
        let viewer = viewer(ctx).extend()?;
        let plan = read::<EmergencyPlanId>(&input.emergency_plan_id).extend()?;
        activation(ctx, app::activate(&viewer.app, &viewer.subject, plan, &input.confirm, input.minutes).await).await
    }

    /// Takes an emergency plan back before its time. Needs `floor:steer`.
    async fn emergency_end(&self, ctx: &Context<'_>, input: EmergencyEndInput) -> Resolved<EmergencyActivationPayload> {
        let viewer = viewer(ctx).extend()?;
        let ended = read::<EmergencyActivationId>(&input.emergency_activation_id).extend()?;
        activation(ctx, app::end(&viewer.app, &viewer.subject, ended).await.map(|done| done.id)).await
    }

    /// Gives a queue a rule of overflow, or takes it away; it begins closed. Needs `setup:write`.
    async fn queue_overflow_save(
        &self,
        ctx: &Context<'_>,
        input: QueueOverflowSaveInput,
    ) -> Resolved<QueueOverflowPayload> {
        let viewer = viewer(ctx).extend()?;
        let queue = read::<QueueId>(&input.queue_id).extend()?;
        let lenders = input.rule.as_ref().and_then(|rule| rule.lenders.as_ref());
        let lenders = lenders.map(|all| all.iter().map(OverflowLenderInput::read).collect::<Resolved<Vec<_>>>());
        let lenders = lenders.transpose()?;
        let rule = input.rule.map(|rule| Rule {
            open_waiting: mark(rule.open_waiting),
            open_wait_seconds: mark(rule.open_wait_seconds),
            close_waiting: mark(rule.close_waiting),
            close_wait_seconds: mark(rule.close_wait_seconds),
            required_revision: rule.required_revision,
            current_revision: rule.current_revision,
            contract_cap: mark(rule.contract_cap),
            lenders: Vec::new(),
        });
        let done = rules::save_overflow(&viewer.app, &viewer.subject, queue, rule.as_ref(), lenders).await;
        let (saved, user_errors) = outcome(done)?;
        let queue = match saved {
            Some(saved) => again(ctx, async |tx| setup::queues(tx).await, |row| row.id == saved, Queue).await?,
            None => None,
        };
        Ok(QueueOverflowPayload { queue, user_errors })
    }

    /// Says whether somebody works for a partner, and what they have learned. Needs `setup:write`.
    async fn agent_partner_set(&self, ctx: &Context<'_>, input: AgentPartnerSetInput) -> Resolved<AgentPartnerPayload> {
        let viewer = viewer(ctx).extend()?;
        let agent = read::<AgentId>(&input.agent_id).extend()?;
        let (outsourced, revision) = (input.outsourced, input.knowledge_revision);
        if let Err(error) = rules::set_partner(&viewer.app, &viewer.subject, agent, outsourced, revision).await {
            return Ok(AgentPartnerPayload { agent: None, user_errors: vec![refused(error)?] });
        }
        let mut tx = viewer.read().await.extend()?;
        let found = agents::find(&mut tx, agent).await.map_err(AppError::from).extend()?;
        Ok(AgentPartnerPayload { agent: found.map(Agent), user_errors: Vec::new() })
    }
}
