//! Adding and changing people.

use super::{maybe, outcome};
use crate::{
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    people::{Agent, Role},
    work::ChannelClass,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::setup::{self as app, Person, SetupRefused};
use meridian_domain::ids::{AgentId, SkillId};
use meridian_store::agents;

/// A skill of an agent.
#[derive(SimpleObject)]
pub(crate) struct Held {
    /// The skill.
    skill_id: ID,
    /// Its name.
    name: String,
    /// 1 to 5.
    level: i32,
}

impl From<agents::HeldSkill> for Held {
    fn from(held: agents::HeldSkill) -> Self {
        Self { skill_id: id(held.skill), name: held.name, level: held.level.into() }
    }
}

#[derive(InputObject)]
struct HeldInput {
    /// The skill.
    skill_id: ID,
    /// 1 to 5.
    level: i32,
}

/// What a tenant says of a person, for routing plans.
#[derive(SimpleObject, InputObject)]
#[graphql(input_name = "AttributeInput")]
pub(crate) struct Attribute {
    /// 1 to 40 lower-case letters, digits and underscores.
    pub key: String,
    /// 1 to 100 characters; plans compare whole numbers by size.
    pub value: String,
}

type AttributeInput = Attribute;

#[derive(InputObject)]
struct CapacityInput {
    /// Of which kind of channel.
    class: ChannelClass,
    /// So many at once, 0 to 100.
    cap: i32,
}

fn capacity(given: Option<Vec<CapacityInput>>) -> Vec<(meridian_domain::channel::ChannelClass, i32)> {
    given.into_iter().flatten().map(|one| (one.class.into(), one.cap)).collect()
}

fn attributes(given: Option<Vec<Attribute>>) -> Option<Vec<(String, String)>> {
    given.map(|all| all.into_iter().map(|one| (one.key, one.value)).collect())
}

#[derive(InputObject)]
struct AgentCreateInput {
    /// Sign-in address.
    email: String,
    /// Name shown to colleagues and customers.
    name: String,
    /// First password, 12 characters or more.
    password: String,
    /// Role.
    role: Role,
    /// Branch they are counted in; the tenant's first when left out.
    branch_id: Option<ID>,
    /// Site they work at.
    site_id: Option<ID>,
    /// IANA time zone.
    time_zone: Option<String>,
    /// Languages spoken, BCP 47.
    languages: Option<Vec<String>>,
    /// Skills with levels.
    skills: Option<Vec<HeldInput>>,
    /// What routing plans may ask for.
    attributes: Option<Vec<AttributeInput>>,
    /// Pieces of work at once; channel classes left out have 1 call, 3 chats, 5 messaging threads, 10 mails.
    capacity: Option<Vec<CapacityInput>>,
}

#[derive(InputObject)]
struct AgentUpdateInput {
    /// The person.
    agent_id: ID,
    /// Sign-in address.
    email: Option<String>,
    /// Name shown to colleagues and customers.
    name: Option<String>,
    /// A new password; ends every sign-in of theirs.
    password: Option<String>,
    /// Role; a new one ends every sign-in of theirs.
    role: Option<Role>,
    /// Branch they are counted in.
    branch_id: Option<ID>,
    /// Site they work at.
    site_id: Option<ID>,
    /// IANA time zone.
    time_zone: Option<String>,
    /// Languages spoken, BCP 47.
    languages: Option<Vec<String>>,
    /// Skills with levels: the whole list.
    skills: Option<Vec<HeldInput>>,
    /// What routing plans may ask for: the whole list.
    attributes: Option<Vec<AttributeInput>>,
    /// Pieces of work at once, of the channel classes named. Who holds more keeps it, and gets nothing new until it fits.
    capacity: Option<Vec<CapacityInput>>,
}

/// Result of `agentCreate` and `agentUpdate`.
#[derive(SimpleObject)]
struct AgentPayload {
    /// The person.
    agent: Option<Agent>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

fn held(given: Option<&[HeldInput]>) -> Resolved<Option<Vec<(SkillId, i32)>>> {
    let each = |h: &HeldInput| Ok((read::<SkillId>(&h.skill_id)?, h.level));
    given.map(|list| list.iter().map(each).collect::<Result<_, AppError>>()).transpose().extend()
}

async fn payload(ctx: &Context<'_>, done: Result<AgentId, SetupRefused>) -> Resolved<AgentPayload> {
    let (saved, user_errors) = outcome(done)?;
    let Some(saved) = saved else { return Ok(AgentPayload { agent: None, user_errors }) };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let agent = agents::find(&mut tx, saved).await.map_err(AppError::from).extend()?.map(Agent);
    Ok(AgentPayload { agent, user_errors })
}

#[derive(Default)]
pub(crate) struct AgentMutations;

#[Object]
impl AgentMutations {
    /// Adds a person who can sign in. Needs `setup:write`.
    async fn agent_create(&self, ctx: &Context<'_>, input: AgentCreateInput) -> Resolved<AgentPayload> {
        let viewer = viewer(ctx).extend()?;
        let person = Person {
            email: Some(input.email),
            name: Some(input.name),
            role: Some(input.role.into()),
            branch: maybe(input.branch_id.as_ref())?,
            site: maybe(input.site_id.as_ref())?,
            time_zone: input.time_zone,
            languages: input.languages,
            password: Some(input.password),
            skills: held(input.skills.as_deref())?,
            attributes: attributes(input.attributes),
            capacity: capacity(input.capacity),
        };
        payload(ctx, app::create_agent(&viewer.app, &viewer.subject, person).await).await
    }

    /// Changes a person; what is left out stays. Needs `setup:write`.
    async fn agent_update(&self, ctx: &Context<'_>, input: AgentUpdateInput) -> Resolved<AgentPayload> {
        let viewer = viewer(ctx).extend()?;
        let agent = read::<AgentId>(&input.agent_id).extend()?;
        let person = Person {
            email: input.email,
            name: input.name,
            role: input.role.map(Into::into),
            branch: maybe(input.branch_id.as_ref())?,
            site: maybe(input.site_id.as_ref())?,
            time_zone: input.time_zone,
            languages: input.languages,
            password: input.password,
            skills: held(input.skills.as_deref())?,
            attributes: attributes(input.attributes),
            capacity: capacity(input.capacity),
        };
        payload(ctx, app::update_agent(&viewer.app, &viewer.subject, agent, person).await).await
    }
}
