//! Conversation, session, timeline item.

use super::{amend::MessageChange, consult::Consult, drafts::ReplyDraft, files::Attachment};
use crate::{
    channels::ChannelCapabilities,
    checklists::NextSteps,
    context::viewer,
    customers::Customer,
    error::{AppError, Resolved},
    ids::id,
    loaders::{
        AttachmentsOf, ConsultsOf, DraftOf, HandoffsOf, SessionsOf, SnoozedUntil, TheAgent, TheCustomer, WorkOf, load,
    },
    page,
    people::Agent,
    scalars::Long,
    understanding::Understanding,
    work::{Handoff, ScheduledWork, WorkCode, WorkCodeKind, WorkItem, codes_offered, scheduled_of},
};
use async_graphql::{
    Context, Enum, ID, Json, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::accounts::capabilities;
use meridian_domain::{
    actor::Actor as DomainActor,
    people::Permission,
    work::{ItemKind, Lifecycle as DomainLifecycle, OwnerKind as DomainOwner},
};
use meridian_store::{conversations as store, items};
use serde_json::Value;

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainLifecycle")]
pub(crate) enum Lifecycle {
    /// Going on.
    Open,
    /// Out of sight until a reply or a time.
    Snoozed,
    /// Finished.
    Resolved,
}

/// Who owns a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DomainOwner")]
pub(crate) enum OwnerKind {
    /// Nobody.
    None,
    /// The tenant's bot talks.
    Bot,
    /// It waits for people.
    Queue,
    /// An agent has it.
    Agent,
}

/// What a customer may choose.
#[derive(SimpleObject)]
pub(crate) struct Button {
    /// What the customer sees.
    pub title: String,
    /// What comes back when it is chosen.
    pub payload: String,
}

impl From<meridian_domain::button::Button> for Button {
    fn from(button: meridian_domain::button::Button) -> Self {
        Self { title: button.title, payload: button.payload }
    }
}

/// Who did something.
#[derive(SimpleObject)]
pub(crate) struct Actor {
    /// agent, bot, customer, api_key or system.
    pub kind: &'static str,
    /// Id of the agent, bot, party or key.
    pub id: Option<ID>,
}

impl From<DomainActor> for Actor {
    fn from(actor: DomainActor) -> Self {
        let told = match actor {
            DomainActor::Agent(agent) => Some(id(agent)),
            DomainActor::Bot(bot) => Some(id(bot)),
            DomainActor::Customer(party) => Some(id(party)),
            DomainActor::ApiKey(key) => Some(id(key)),
            DomainActor::System => None,
        };
        Self { kind: actor.kind(), id: told }
    }
}

/// One engagement on one channel.
pub(crate) struct Session(store::Session);

/// One engagement on one channel.
#[Object]
impl Session {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Channel kind, like `whatsapp`.
    async fn channel(&self) -> &'static str {
        self.0.kind.code()
    }
    /// The group, room or channel of the provider it takes place in; null = in private.
    async fn thread(&self) -> Option<&str> {
        self.0.thread.as_deref()
    }
    /// Since when.
    async fn opened_at(&self) -> DateTime<Utc> {
        self.0.opened_at
    }
    /// Until when.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.closed_at
    }
    /// What its channel can do.
    async fn channel_capabilities(&self, ctx: &Context<'_>) -> Resolved<ChannelCapabilities> {
        let viewer = viewer(ctx).extend()?;
        Ok(capabilities(&viewer.app, self.0.account, self.0.kind).await.map_err(AppError::from).extend()?.into())
    }
    /// Until when the provider takes an answer; null = always. It moves with each message of the customer.
    async fn reply_until(&self, ctx: &Context<'_>) -> Resolved<Option<DateTime<Utc>>> {
        let viewer = viewer(ctx).extend()?;
        let can = capabilities(&viewer.app, self.0.account, self.0.kind).await.map_err(AppError::from).extend()?;
        Ok(can.open_until(self.0.last_customer_at))
    }
    /// Who may speak to the customer now.
    async fn control(&self) -> OwnerKind {
        self.0.control.into()
    }
}

/// One issue of one customer, over any number of channels.
pub(crate) struct Conversation(pub store::Conversation);

/// One issue of one customer, over any number of channels.
#[Object]
impl Conversation {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Number for people.
    async fn number(&self) -> Long {
        Long(self.0.number)
    }
    /// Rises with every change of state.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn lifecycle(&self) -> Lifecycle {
        self.0.lifecycle.into()
    }
    /// When it comes back, while it is snoozed.
    async fn snoozed_until(&self, ctx: &Context<'_>) -> Resolved<Option<DateTime<Utc>>> {
        if self.0.lifecycle != meridian_domain::work::Lifecycle::Snoozed {
            return Ok(None);
        }
        load(ctx, SnoozedUntil(self.0.id)).await
    }
    /// Who owns it.
    async fn owner(&self) -> OwnerKind {
        self.0.owner.into()
    }
    /// The agent who owns it.
    async fn assignee(&self, ctx: &Context<'_>) -> Resolved<Option<Agent>> {
        let Some(agent) = self.0.owner_agent else { return Ok(None) };
        Ok(load(ctx, TheAgent(agent)).await?.map(Agent))
    }
    /// The queue it waits in or came from.
    async fn queue_id(&self) -> Option<ID> {
        self.0.queue.map(id)
    }
    /// Subject; empty for chats.
    async fn subject(&self) -> &str {
        &self.0.subject
    }
    /// Whose it is.
    async fn customer(&self, ctx: &Context<'_>) -> Resolved<Option<Customer>> {
        Ok(load(ctx, TheCustomer(self.0.customer)).await?.map(Customer))
    }
    /// Its engagements, the one used last first.
    async fn sessions(&self, ctx: &Context<'_>) -> Resolved<Vec<Session>> {
        let found = load(ctx, SessionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(Session).collect())
    }
    /// What was routed for it, oldest first.
    async fn work_items(&self, ctx: &Context<'_>) -> Resolved<Vec<WorkItem>> {
        let found = load(ctx, WorkOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(WorkItem).collect())
    }
    /// Codes that can be chosen for what came of its work.
    async fn wrap_up_codes(&self, ctx: &Context<'_>) -> Resolved<Vec<WorkCode>> {
        codes_offered(ctx, WorkCodeKind::WrapUp, self.0.queue).await
    }
    /// Colleagues who are or were asked about it, newest first.
    async fn consults(&self, ctx: &Context<'_>) -> Resolved<Vec<Consult>> {
        let found = load(ctx, ConsultsOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(Into::into).collect())
    }
    /// Hand-offs from bots, newest first.
    async fn handoffs(&self, ctx: &Context<'_>) -> Resolved<Vec<Handoff>> {
        let found = load(ctx, HandoffsOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(Handoff).collect())
    }
    /// The newest draft of a reply that was asked for.
    #[graphql(complexity = "5 + child_complexity")]
    async fn reply_draft(&self, ctx: &Context<'_>) -> Resolved<Option<ReplyDraft>> {
        Ok(load(ctx, DraftOf(self.0.id)).await?.map(ReplyDraft))
    }
    /// Its next steps: the checklist suggested for what the customer asks for, and those that are followed.
    // One read, however much of it is asked for.
    #[graphql(complexity = 1)]
    async fn next_steps(&self, ctx: &Context<'_>) -> Resolved<NextSteps> {
        NextSteps::of(ctx, self.0.id).await
    }
    /// Callbacks and later work of it, newest first, at most 50.
    async fn scheduled_work(&self, ctx: &Context<'_>) -> Resolved<Vec<ScheduledWork>> {
        scheduled_of(ctx, self.0.id).await
    }
    /// `seq` of the newest item.
    async fn seq(&self) -> Long {
        Long(self.0.seq)
    }
    /// The timeline, newest first; `after` goes back in time.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, TimelineItem, EmptyFields, EmptyFields>> {
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_number).transpose().extend()?;
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let before = from.unwrap_or(i64::MAX);
        let rows = items::before(&mut tx, self.0.id, before, limit + 1).await.map_err(AppError::from).extend()?;
        Ok(page::connection(rows, limit, from.is_some(), |i| page::number_cursor(i.seq), TimelineItem))
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Newest message or note.
    async fn last_activity_at(&self) -> DateTime<Utc> {
        self.0.last_activity_at
    }
}

/// One entry of the timeline. Kinds may be added: show unknown ones by `summaryText`.
pub(crate) struct TimelineItem(pub items::Item);

/// One entry of the timeline. Kinds may be added: show unknown ones by `summaryText`.
#[Object]
impl TimelineItem {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// message, note, handoff, routing, state, notice or moved.
    async fn kind(&self) -> &'static str {
        self.0.kind.code()
    }
    /// Place in the conversation, from 1, without gaps.
    async fn seq(&self) -> Long {
        Long(self.0.seq)
    }
    /// Its conversation.
    async fn conversation_id(&self) -> ID {
        id(self.0.conversation)
    }
    /// Channel kind, like `whatsapp`.
    async fn channel(&self) -> Option<&'static str> {
        self.0.channel.map(meridian_domain::channel::ChannelKind::code)
    }
    /// Who.
    async fn actor(&self) -> Actor {
        self.0.actor.into()
    }
    /// When it was placed; the order of the timeline.
    async fn placed_at(&self) -> DateTime<Utc> {
        self.0.placed_at
    }
    /// When the provider says it happened.
    async fn provider_at(&self) -> Option<DateTime<Utc>> {
        self.0.provider_at
    }
    /// Text of the newest revision.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }
    /// Everything else of it (type, attachments, choice, data of a notice).
    async fn body(&self) -> Json<&Value> {
        Json(&self.0.body)
    }
    /// What is understood of what a customer wrote; null for everything else, and for visitors.
    async fn understanding(&self, ctx: &Context<'_>) -> Resolved<Option<Understanding>> {
        let shown = !viewer(ctx).extend()?.visits();
        Ok(self.0.understood.as_ref().filter(|_| shown).map(Understanding::from))
    }
    /// Its files, in their order; none when it was withdrawn.
    async fn attachments(&self, ctx: &Context<'_>) -> Resolved<Vec<Attachment>> {
        if self.0.deleted_at.is_some() {
            return Ok(Vec::new());
        }
        let found = load(ctx, AttachmentsOf(self.0.id)).await?.unwrap_or_default();
        Ok(found.into_iter().map(Attachment).collect())
    }
    /// Revision shown, from 1: above 1 it was edited.
    async fn revision(&self) -> i32 {
        self.0.revision
    }
    /// What the customer may choose instead of writing.
    async fn buttons(&self) -> Vec<Button> {
        let all = self.0.body.get("buttons").cloned().unwrap_or_default();
        serde_json::from_value::<Vec<meridian_domain::button::Button>>(all)
            .unwrap_or_default()
            .into_iter()
            .map(Button::from)
            .collect()
    }
    /// Reactor to emoji; ours stands under `us`.
    async fn reactions(&self) -> Json<&Value> {
        Json(&self.0.reactions)
    }
    /// When it was withdrawn.
    async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.0.deleted_at
    }
    /// Its newest change by our side, done or not.
    async fn change(&self) -> Option<MessageChange> {
        self.0.amendment.as_ref().map(MessageChange::from)
    }
    /// For what went out: queued, sending, unknown, accepted, sent, delivered, read or failed.
    async fn delivery(&self) -> Option<&str> {
        self.0.delivery.as_deref()
    }
    /// What was wrong with the send.
    async fn delivery_error(&self) -> Option<&str> {
        self.0.delivery_error.as_deref()
    }
    /// One line that says what it is, for kinds a client does not know.
    async fn summary_text(&self) -> String {
        let kind = self.0.body.get("type").and_then(Value::as_str).unwrap_or_default();
        match (self.0.kind, self.0.text.as_deref()) {
            (ItemKind::Message | ItemKind::Note, Some(text)) => text.chars().take(200).collect(),
            (item, _) => format!("{} {kind}", item.code()).trim().replace('_', " "),
        }
    }
}
