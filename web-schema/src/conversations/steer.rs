//! Passing conversations on, putting them aside, taking them up again.

use super::Conversation;
use crate::{
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, ErrorExtensions, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::conversations::{self as app, SteerRefused, Target};
use meridian_domain::{
    ids::{AgentId, BotId, ConversationId, QueueId, SiteId},
    people::Permission,
};
use meridian_store::{agents, conversations as store, routing, setup, sites};

/// A queue that takes conversations.
#[derive(SimpleObject)]
struct TransferQueue {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
}

/// A colleague who takes conversations.
#[derive(SimpleObject)]
struct TransferAgent {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
    /// Signed in and ready for work.
    available: bool,
}

/// A site whose people take conversations.
#[derive(SimpleObject)]
struct TransferSite {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
    /// Until when it is open; null while it sleeps.
    open_until: Option<DateTime<Utc>>,
    /// When it opens next, within two weeks; null while it is open.
    opens_at: Option<DateTime<Utc>>,
}

/// To whom a conversation can be passed on.
#[derive(SimpleObject)]
struct TransferTargets {
    /// Queues by name.
    queues: Vec<TransferQueue>,
    /// Colleagues by name, those who are ready first, at most 200.
    agents: Vec<TransferAgent>,
    /// Sites by name.
    sites: Vec<TransferSite>,
}

#[derive(Default)]
pub(crate) struct SteerQueries;

#[Object]
impl SteerQueries {
    /// To whom a conversation can be passed on. Needs `work:handle`.
    async fn transfer_targets(&self, ctx: &Context<'_>) -> Resolved<TransferTargets> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::HandleWork).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let queues = setup::queues(&mut tx).await.map_err(AppError::from).extend()?;
        let people = agents::page(&mut tx, None, 200).await.map_err(AppError::from).extend()?;
        let mut agents: Vec<TransferAgent> = people
            .into_iter()
            .filter(|agent| agent.active && Some(agent.id) != viewer.subject.agent_id())
            .map(|agent| TransferAgent {
                available: agent.live && agent.chosen.takes_work(),
                id: id(agent.id),
                name: agent.name,
            })
            .collect();
        agents.sort_by(|a, b| (!a.available, &a.name).cmp(&(!b.available, &b.name)));
        let queues = queues.into_iter().map(|queue| TransferQueue { id: id(queue.id), name: queue.name }).collect();
        let now = routing::now(&mut tx).await.map_err(AppError::from).extend()?;
        let sites = sites::all(&mut tx).await.map_err(AppError::from).extend()?;
        let site = |named: sites::NamedSite| {
            let open_until = named.site.open_until(now);
            let opens_at = if open_until.is_none() { named.site.next_opening(now) } else { None };
            TransferSite { id: id(named.site.id), name: named.name, open_until, opens_at }
        };
        let sites = sites.into_iter().map(site).collect();
        Ok(TransferTargets { queues, agents, sites })
    }
}

#[derive(InputObject)]
struct ConversationTransferInput {
    /// The conversation.
    conversation_id: ID,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
    /// To whoever of this queue takes it.
    queue_id: Option<ID>,
    /// To this colleague first; a queue they work in takes it if they do not.
    agent_id: Option<ID>,
    /// To the people of this site alone, while it is open; then to everybody.
    site_id: Option<ID>,
    /// To wait for the people of the site while it sleeps and after it closed, instead of being refused.
    #[graphql(default)]
    wait_for_site: bool,
    /// A note for the next one.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct ConversationReturnInput {
    /// The conversation.
    conversation_id: ID,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
    /// A note for them.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct ConversationSnoozeInput {
    /// The conversation.
    conversation_id: ID,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
    /// When it comes back, unless the customer writes before: half a minute to a year from now.
    until: DateTime<Utc>,
}

#[derive(InputObject)]
struct ConversationUnsnoozeInput {
    /// The conversation.
    conversation_id: ID,
}

#[derive(InputObject)]
struct ConversationReopenInput {
    /// The conversation.
    conversation_id: ID,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
}

#[derive(InputObject)]
struct ConversationReturnToBotInput {
    /// The conversation.
    conversation_id: ID,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
    /// The bot; when left out, the one that handed it over, else the one of its channel account.
    bot_id: Option<ID>,
    /// A note for the bot, at most 10,000 characters.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct ConversationTakeFromBotInput {
    /// The conversation.
    conversation_id: ID,
}

/// Result of passing on, putting aside and taking up.
#[derive(SimpleObject)]
struct ConversationSteerPayload {
    /// The conversation as it is now.
    conversation: Option<Conversation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
    /// When the site opens, where it was refused because the site sleeps.
    site_opens_at: Option<DateTime<Utc>>,
}

async fn told(
    ctx: &Context<'_>,
    id: ConversationId,
    done: Result<(), SteerRefused>,
) -> Resolved<ConversationSteerPayload> {
    let viewer = viewer(ctx).extend()?;
    if let Err(refused) = done {
        let site_opens_at = if let SteerRefused::Asleep(asleep) = &refused { Some(asleep.opens) } else { None };
        let user_errors = vec![refused.split().extend()?];
        return Ok(ConversationSteerPayload { conversation: None, user_errors, site_opens_at });
    }
    let mut tx = viewer.read().await.extend()?;
    let conversation = store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(Conversation);
    Ok(ConversationSteerPayload { conversation, user_errors: Vec::new(), site_opens_at: None })
}

#[derive(Default)]
pub(crate) struct SteerMutations;

#[Object]
impl SteerMutations {
    /// Passes a conversation on to a queue, a colleague or the people of a site. A site that sleeps is refused with when it
    /// opens, unless it is waited for. Its owner or a supervisor may. Needs `work:handle`.
    async fn conversation_transfer(
        &self,
        ctx: &Context<'_>,
        input: ConversationTransferInput,
    ) -> Resolved<ConversationSteerPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let target = match (&input.queue_id, &input.agent_id, &input.site_id) {
            (Some(queue), None, None) => Target::Queue(read::<QueueId>(queue).extend()?),
            (None, Some(agent), None) => Target::Agent(read::<AgentId>(agent).extend()?),
            (None, None, Some(site)) => {
                Target::Site { site: read::<SiteId>(site).extend()?, wait: input.wait_for_site }
            }
            _ => {
                return Err(AppError::BadInput("name a queue, an agent or a site, and one of them".to_owned()).extend());
            }
        };
        let expected = input.expected_version;
        let done = app::transfer(&viewer.app, &viewer.subject, conversation, target, expected, &input.note).await;
        told(ctx, conversation, done).await
    }

    /// Gives a conversation back to whoever passed it on last: they are asked first. Its owner or a supervisor may. Needs
    /// `work:handle`.
    async fn conversation_return(
        &self,
        ctx: &Context<'_>,
        input: ConversationReturnInput,
    ) -> Resolved<ConversationSteerPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let (to, expected) = (Target::Back, input.expected_version);
        let done = app::transfer(&viewer.app, &viewer.subject, conversation, to, expected, &input.note).await;
        told(ctx, conversation, done).await
    }

    /// Gives a conversation back to a bot, with what the bot gave along at its hand-off and a note. Capacity comes back.
    /// Its owner or a supervisor may. Needs `work:handle`.
    async fn conversation_return_to_bot(
        &self,
        ctx: &Context<'_>,
        input: ConversationReturnToBotInput,
    ) -> Resolved<ConversationSteerPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let bot = input.bot_id.as_ref().map(read::<BotId>).transpose().extend()?;
        let expected = input.expected_version;
        let done = app::return_to_bot(&viewer.app, &viewer.subject, conversation, bot, &input.note, expected).await;
        told(ctx, conversation, done).await
    }

    /// Takes a conversation from a bot: it is the viewer's at once, with a brief. Capacity holds. Needs `work:handle`.
    async fn conversation_take_from_bot(
        &self,
        ctx: &Context<'_>,
        input: ConversationTakeFromBotInput,
    ) -> Resolved<ConversationSteerPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let done = app::take_from_bot(&viewer.app, &viewer.subject, conversation).await;
        told(ctx, conversation, done).await
    }

    /// Puts a conversation aside; capacity comes back meanwhile. Its owner or a supervisor may. Needs `work:handle`.
    async fn conversation_snooze(
        &self,
        ctx: &Context<'_>,
        input: ConversationSnoozeInput,
    ) -> Resolved<ConversationSteerPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let expected = input.expected_version;
        let done = app::snooze(&viewer.app, &viewer.subject, conversation, input.until, expected).await;
        told(ctx, conversation, done).await
    }

    /// Takes a snoozed conversation up again. Its owner or a supervisor may. Needs `work:handle`.
    async fn conversation_unsnooze(
        &self,
        ctx: &Context<'_>,
        input: ConversationUnsnoozeInput,
    ) -> Resolved<ConversationSteerPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let done = app::unsnooze(&viewer.app, &viewer.subject, conversation).await;
        told(ctx, conversation, done).await
    }

    /// Takes back that a conversation was resolved: it is open, with its newest session. Whoever still writes it up has it
    /// back; else it is the viewer's if they took part in it and have room, and waits in its queue if not. Refused once the
    /// customer has begun a newer one. Who took part in it or a supervisor may. Needs `work:handle`.
    async fn conversation_reopen(
        &self,
        ctx: &Context<'_>,
        input: ConversationReopenInput,
    ) -> Resolved<ConversationSteerPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let done = app::reopen(&viewer.app, &viewer.subject, conversation, input.expected_version).await;
        told(ctx, conversation, done).await
    }
}
