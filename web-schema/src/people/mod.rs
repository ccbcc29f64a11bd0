//! The viewer, agents and their states.

use crate::{
    admin::{Attribute, Held},
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    loaders::{LanguagesOf, LoadsOf, SkillsOf, load},
    page,
    work::Offer,
};
use async_graphql::{
    Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::{auth, routing, setup};
use meridian_domain::{
    ids::AgentId,
    people::{ChosenState, Permission, Role as DomainRole},
};
use meridian_store::{agents, offers, setup as store};

/// Role of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainRole")]
pub(crate) enum Role {
    /// Answers customers.
    Agent,
    /// Also sees and steers the floor.
    Supervisor,
    /// Also sets the tenant up.
    Admin,
    /// Reads everything, changes nothing.
    Auditor,
}

/// What an agent says of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ChosenState")]
pub(crate) enum PresenceState {
    /// Ready for work.
    Available,
    /// About to go: takes the share of the usual work that the capacity policy says.
    Finishing,
    /// At work on something else.
    Busy,
    /// On a break.
    Break,
    /// Let an offer pass unanswered; set by Meridian.
    NotResponding,
    /// Signed out.
    Offline,
}

/// Units of work of one kind an agent has and can have.
#[derive(SimpleObject)]
pub(crate) struct ChannelLoad {
    /// voice, chat, messaging or mail.
    pub class: &'static str,
    /// In use.
    pub used: i32,
    /// At most.
    pub cap: i32,
}

/// A person of the tenant.
pub(crate) struct Agent(pub agents::Agent);

/// A person of the tenant.
#[Object]
impl Agent {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name shown to colleagues and customers.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Role.
    async fn role(&self) -> Role {
        self.0.role.into()
    }
    /// IANA time zone.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }
    /// Whether they may sign in.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// What they chose.
    async fn state(&self) -> PresenceState {
        self.0.chosen.into()
    }
    /// Why, as a code of the tenant.
    async fn state_reason(&self) -> &str {
        &self.0.reason
    }
    /// Since when.
    async fn state_since(&self) -> DateTime<Utc> {
        self.0.since
    }
    /// The supervisor who set the state, when it was not they themselves.
    async fn state_forced_by_id(&self) -> Option<ID> {
        self.0.forced_by.map(id)
    }
    /// Whether they work for an outsourced partner.
    async fn outsourced(&self) -> bool {
        self.0.outsourced
    }
    /// What routing plans may ask for.
    async fn attributes(&self) -> Vec<Attribute> {
        let all = self.0.attributes.iter();
        all.map(|(key, value)| Attribute { key: key.clone(), value: value.clone() }).collect()
    }
    /// The revision of the knowledge they have learned.
    async fn knowledge_revision(&self) -> i32 {
        self.0.knowledge_revision
    }
    /// Whether a connection of theirs is alive.
    async fn live(&self) -> bool {
        self.0.live
    }
    /// Sign-in address. Needs `setup:read`.
    async fn email(&self, ctx: &Context<'_>) -> Resolved<Option<&str>> {
        let may = viewer(ctx).extend()?.subject.may(Permission::ReadSetup);
        Ok(may.then_some(self.0.email.as_str()))
    }
    /// Branch they are counted in.
    async fn branch_id(&self) -> ID {
        id(self.0.branch)
    }
    /// Site they work at.
    async fn site_id(&self) -> Option<ID> {
        self.0.site.map(id)
    }
    /// Languages spoken, BCP 47. Needs `setup:read`; null without it.
    async fn languages(&self, ctx: &Context<'_>) -> Resolved<Option<Vec<String>>> {
        if !viewer(ctx).extend()?.subject.may(Permission::ReadSetup) {
            return Ok(None);
        }
        Ok(Some(load(ctx, LanguagesOf(self.0.id)).await?.unwrap_or_default()))
    }
    /// What they are good at, by name.
    async fn skills(&self, ctx: &Context<'_>) -> Resolved<Vec<Held>> {
        let held = load(ctx, SkillsOf(self.0.id)).await?.unwrap_or_default();
        Ok(held.into_iter().map(Held::from).collect())
    }
    /// Work in hand by kind.
    async fn load(&self, ctx: &Context<'_>) -> Resolved<Vec<ChannelLoad>> {
        let loads = load(ctx, LoadsOf(self.0.id)).await?.unwrap_or_default();
        let load = |l: agents::Load| ChannelLoad { class: l.class.code(), used: l.used.into(), cap: l.cap.into() };
        Ok(loads.into_iter().map(load).collect())
    }
}

/// Who is signed in.
pub(crate) struct ViewerObject;

/// Who is signed in.
#[Object(name = "Viewer")]
impl ViewerObject {
    /// The workspace's name.
    async fn workspace(&self, ctx: &Context<'_>) -> Resolved<String> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let tenant = store::tenant(&mut tx).await.map_err(AppError::from).extend()?;
        Ok(tenant.map(|(_, name, _)| name).unwrap_or_default())
    }
    /// The agent, when a person is signed in.
    async fn agent(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        let viewer = viewer(ctx).extend()?;
        let Some(me) = viewer.subject.agent_id() else { return Ok(None) };
        let mut tx = viewer.read().await.extend()?;
        Ok(agents::find(&mut tx, me).await.map_err(AppError::from).extend()?.map(Agent))
    }
    /// What may be done.
    async fn permissions(&self, ctx: &Context<'_>) -> Resolved<Vec<&'static str>> {
        let viewer = viewer(ctx).extend()?;
        Ok(Permission::ALL.into_iter().filter(|p| viewer.subject.may(*p)).map(Permission::code).collect())
    }
    /// Offers on the screen now, oldest first.
    async fn offers(&self, ctx: &Context<'_>) -> Resolved<Vec<Offer>> {
        let viewer = viewer(ctx).extend()?;
        let Some(me) = viewer.subject.agent_id() else { return Ok(Vec::new()) };
        let mut tx = viewer.read().await.extend()?;
        let pending = offers::pending_of(&mut tx, me).await.map_err(AppError::from).extend()?;
        Ok(pending.into_iter().map(Offer).collect())
    }
}

#[derive(Default)]
pub(crate) struct PeopleQueries;

#[Object]
impl PeopleQueries {
    /// Who is signed in.
    async fn viewer(&self, ctx: &Context<'_>) -> Resolved<ViewerObject> {
        viewer(ctx).extend()?;
        Ok(ViewerObject)
    }

    /// People by name. Needs `floor:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn agents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, Agent, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadFloor).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_name::<AgentId>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let key = from.as_ref().map(|(name, id)| (name.as_str(), *id));
        let rows = agents::page(&mut tx, key, limit + 1).await.map_err(AppError::from).extend()?;
        Ok(page::connection(rows, limit, from.is_some(), |a| page::name_cursor(&a.name, a.id), Agent))
    }
}

#[derive(InputObject)]
struct PresenceSetInput {
    /// Somebody else's state (supervisors); one's own when left out.
    agent_id: Option<ID>,
    /// The state.
    state: PresenceState,
    /// Why, as a code of the tenant.
    #[graphql(default)]
    reason: String,
}

/// Result of `presenceSet`.
#[derive(SimpleObject)]
struct PresenceSetPayload {
    /// The agent.
    agent: Option<Agent>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct AgentSetActiveInput {
    /// The person.
    agent_id: ID,
    /// Whether they may sign in.
    active: bool,
}

/// Result of `agentSetActive`.
#[derive(SimpleObject)]
struct AgentSetActivePayload {
    /// The agent.
    agent: Option<Agent>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn reload(ctx: &Context<'_>, agent: AgentId) -> Resolved<Option<Agent>> {
    let viewer = viewer(ctx).extend()?;
    let mut tx = viewer.read().await.extend()?;
    Ok(agents::find(&mut tx, agent).await.map_err(AppError::from).extend()?.map(Agent))
}

#[derive(Default)]
pub(crate) struct PeopleMutations;

#[Object]
impl PeopleMutations {
    /// Sets one's own state, or as a supervisor somebody else's. Needs `work:handle`.
    async fn presence_set(&self, ctx: &Context<'_>, input: PresenceSetInput) -> Resolved<PresenceSetPayload> {
        let viewer = viewer(ctx).extend()?;
        let agent = input.agent_id.as_ref().map(read::<AgentId>).transpose().extend()?;
        match routing::set_presence(&viewer.app, &viewer.subject, agent, input.state.into(), &input.reason).await {
            Ok(agent) => Ok(PresenceSetPayload { agent: reload(ctx, agent).await?, user_errors: Vec::new() }),
            Err(refused) => Ok(PresenceSetPayload { agent: None, user_errors: vec![refused.split().extend()?] }),
        }
    }

    /// Enables or disables a person; disabling ends all their sign-ins at once. Needs `setup:write`.
    async fn agent_set_active(&self, ctx: &Context<'_>, input: AgentSetActiveInput) -> Resolved<AgentSetActivePayload> {
        let viewer = viewer(ctx).extend()?;
        let agent = read::<AgentId>(&input.agent_id).extend()?;
        match setup::set_agent_active(&viewer.app, &viewer.subject, agent, input.active).await {
            Ok(()) => Ok(AgentSetActivePayload { agent: reload(ctx, agent).await?, user_errors: Vec::new() }),
            Err(refused) => Ok(AgentSetActivePayload { agent: None, user_errors: vec![refused.split().extend()?] }),
        }
    }

    /// Ends the sign-in behind the token; its sockets close.
    async fn sign_out(&self, ctx: &Context<'_>) -> Resolved<bool> {
        let viewer = viewer(ctx).extend()?;
        auth::sign_out(&viewer.app, &viewer.subject).await.map_err(AppError::from).extend()?;
        Ok(true)
    }
}
