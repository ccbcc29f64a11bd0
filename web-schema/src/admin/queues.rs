//! Queues and skills.

use super::{again, maybe, outcome, reading};
use crate::{
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    work::Queue,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::setup as app;
use meridian_domain::{
    ids::{AgentId, QueueId, SkillId},
    people::Permission,
};
use meridian_store::setup as store;

/// Something an agent can be good at.
#[derive(SimpleObject)]
pub(crate) struct Skill {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
}

fn skill((skill, name): (SkillId, String)) -> Skill {
    Skill { id: id(skill), name }
}

#[derive(Default)]
pub(crate) struct SkillQueries;

#[Object]
impl SkillQueries {
    /// All skills by name. Needs `floor:read`.
    async fn skills(&self, ctx: &Context<'_>) -> Resolved<Vec<Skill>> {
        let mut tx = reading(ctx, Permission::ReadFloor).await?;
        Ok(store::skills(&mut tx).await.map_err(AppError::from).extend()?.into_iter().map(skill).collect())
    }
}

#[derive(InputObject)]
struct QueueSaveInput {
    /// The queue to change; a new one when left out.
    queue_id: Option<ID>,
    /// Branch it is counted in; when left out the one it has, or the tenant's first.
    branch_id: Option<ID>,
    /// Name.
    name: String,
    /// Head start of its work, minutes.
    #[graphql(default)]
    priority_minutes: i32,
    /// Seconds to answer an offer, 1 to 600.
    #[graphql(default = 20)]
    offer_seconds: i32,
    /// Seconds to write up, 0 to 3600.
    #[graphql(default)]
    wrap_up_seconds: i32,
    /// Seconds during which only the agent who knows the customer is asked, 0 to 3600.
    #[graphql(default = 30)]
    sticky_seconds: i32,
    /// Whether a code for what came of the work must be chosen. Unchanged when left out.
    wrap_up_code_required: Option<bool>,
    /// Whether a code must be chosen to let an offer pass. Unchanged when left out.
    decline_code_required: Option<bool>,
    /// Who takes its work: the whole list. Unchanged when left out.
    agent_ids: Option<Vec<ID>>,
}

/// Result of `queueSave`.
#[derive(SimpleObject)]
struct QueuePayload {
    /// The queue.
    queue: Option<Queue>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct SkillSaveInput {
    /// The skill to rename; a new one when left out.
    skill_id: Option<ID>,
    /// Name.
    name: String,
}

/// Result of `skillSave`.
#[derive(SimpleObject)]
struct SkillPayload {
    /// The skill.
    skill: Option<Skill>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct QueueDeleteInput {
    /// The queue.
    queue_id: ID,
}

/// Result of `queueDelete`.
#[derive(SimpleObject)]
struct QueueDeletePayload {
    /// The queue that is out of use.
    queue_id: Option<ID>,
    /// Why it was not done, with what needs it.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct SkillDeleteInput {
    /// The skill.
    skill_id: ID,
}

/// Result of `skillDelete`.
#[derive(SimpleObject)]
struct SkillDeletePayload {
    /// The skill that is out of use.
    skill_id: Option<ID>,
    /// Why it was not done, with what needs it.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct QueueMutations;

#[Object]
impl QueueMutations {
    /// Adds or changes a queue and its members. Needs `setup:write`.
    async fn queue_save(&self, ctx: &Context<'_>, input: QueueSaveInput) -> Resolved<QueuePayload> {
        let viewer = viewer(ctx).extend()?;
        let members = input.agent_ids.as_deref().map(|ids| ids.iter().map(read::<AgentId>).collect());
        let new = app::NewQueue {
            id: maybe(input.queue_id.as_ref())?,
            branch: maybe(input.branch_id.as_ref())?,
            name: &input.name,
            priority_minutes: input.priority_minutes,
            offer_seconds: input.offer_seconds,
            wrap_up_seconds: input.wrap_up_seconds,
            sticky_seconds: input.sticky_seconds,
            wrap_up_code_required: input.wrap_up_code_required,
            decline_code_required: input.decline_code_required,
            members: members.transpose().extend()?,
        };
        let (saved, user_errors) = outcome(app::save_queue(&viewer.app, &viewer.subject, new).await)?;
        let queue = match saved {
            Some(saved) => again(ctx, async |tx| store::queues(tx).await, |row| row.id == saved, Queue).await?,
            None => None,
        };
        Ok(QueuePayload { queue, user_errors })
    }

    /// Takes a queue out of use; refused, with the uses named, while something needs it. Needs `setup:write`.
    async fn queue_delete(&self, ctx: &Context<'_>, input: QueueDeleteInput) -> Resolved<QueueDeletePayload> {
        let viewer = viewer(ctx).extend()?;
        let queue = read::<QueueId>(&input.queue_id).extend()?;
        let (done, user_errors) = outcome(app::delete_queue(&viewer.app, &viewer.subject, queue).await)?;
        Ok(QueueDeletePayload { queue_id: done.map(|()| id(queue)), user_errors })
    }

    /// Takes a skill out of use; refused, with the uses named, while something needs it. Needs `setup:write`.
    async fn skill_delete(&self, ctx: &Context<'_>, input: SkillDeleteInput) -> Resolved<SkillDeletePayload> {
        let viewer = viewer(ctx).extend()?;
        let skill = read::<SkillId>(&input.skill_id).extend()?;
        let (done, user_errors) = outcome(app::delete_skill(&viewer.app, &viewer.subject, skill).await)?;
        Ok(SkillDeletePayload { skill_id: done.map(|()| id(skill)), user_errors })
    }

    /// Adds or renames a skill. Needs `setup:write`.
    async fn skill_save(&self, ctx: &Context<'_>, input: SkillSaveInput) -> Resolved<SkillPayload> {
        let viewer = viewer(ctx).extend()?;
        let known = maybe(input.skill_id.as_ref())?;
        let done = app::save_skill(&viewer.app, &viewer.subject, known, &input.name).await;
        let (saved, user_errors) = outcome(done)?;
        let found = match saved {
            Some(saved) => again(ctx, async |tx| store::skills(tx).await, |row| row.0 == saved, skill).await?,
            None => None,
        };
        Ok(SkillPayload { skill: found, user_errors })
    }
}
