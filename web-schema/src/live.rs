//! Subscriptions. Each event says where it stands in the stream; a client that comes back goes on from there.

use crate::{
    Viewer,
    context::viewer,
    conversations::{Conversation, TimelineItem},
    customers::Customer,
    error::AppError,
    ids::{id, read},
    page,
    people::Agent,
    work::{Offer, WorkItem},
};
use async_graphql::{Context, ID, ResultExt, SimpleObject, Subscription as GraphQlSubscription, Union};
use futures_util::{
    StreamExt,
    stream::{BoxStream, FuturesUnordered},
};
use meridian_domain::{
    ids::ConversationId,
    live::{Change as DomainChange, Topic},
    people::Permission,
};
use meridian_store::{ReadTx, agents, conversations, customers, items, live, offers, work};
use std::{collections::VecDeque, sync::Arc, time::Duration};

/// An offer was made or ended.
#[derive(SimpleObject)]
pub(crate) struct OfferChange {
    /// The offer as it is now.
    offer: Offer,
}
/// A conversation changed.
#[derive(SimpleObject)]
pub(crate) struct ConversationChange {
    /// The conversation as it is now.
    conversation: Conversation,
}
/// An item was added or changed.
#[derive(SimpleObject)]
pub(crate) struct ItemChange {
    /// The item as it is now.
    item: TimelineItem,
}
/// A customer was linked, merged or split.
#[derive(SimpleObject)]
pub(crate) struct CustomerChange {
    /// The customer as it is now.
    customer: Customer,
}
/// An agent's state or load changed.
#[derive(SimpleObject)]
pub(crate) struct AgentChange {
    /// The agent as they are now.
    agent: Agent,
}
/// A work item moved.
#[derive(SimpleObject)]
pub(crate) struct WorkChange {
    /// The item as it is now.
    work_item: WorkItem,
}
/// The cursor is too old: read everything again, then go on from the cursor of this event.
#[derive(SimpleObject)]
pub(crate) struct Resync {
    /// Why.
    reason: String,
}
/// The subscription stands; nothing has changed yet. Its cursor is where it stands.
#[derive(SimpleObject)]
pub(crate) struct Ready {
    /// The agent or session that listens.
    listener: Option<ID>,
}

/// What changed.
#[derive(Union)]
pub(crate) enum Change {
    /// An offer.
    Offer(OfferChange),
    /// A conversation.
    Conversation(ConversationChange),
    /// An item.
    Item(ItemChange),
    /// A customer.
    Customer(CustomerChange),
    /// An agent.
    Agent(AgentChange),
    /// Work.
    Work(WorkChange),
    /// Start again.
    Resync(Resync),
    /// Listening.
    Ready(Ready),
}

/// One event of a subscription.
#[derive(SimpleObject)]
pub(crate) struct LiveEvent {
    /// Where it stands; pass the last one as `resumeAfter` to go on.
    cursor: String,
    /// What changed.
    change: Change,
}

/// What can be followed.
pub(crate) struct Subscription;

#[GraphQlSubscription]
impl Subscription {
    /// Everything meant for the signed-in agent: offers, own conversations, own state. Needs `work:handle`.
    async fn inbox(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cursor of the last event seen")] resume_after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
        let me = viewer(ctx).extend()?.subject.agent_id().ok_or(AppError::Unauthenticated).extend()?;
        follow(ctx, vec![Topic::Agent(me)], Permission::HandleWork, resume_after).await
    }

    /// One conversation. Needs `conversations:read`.
    async fn conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The conversation")] id: ID,
        #[graphql(desc = "Cursor of the last event seen")] resume_after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
        let viewer = viewer(ctx).extend()?;
        let id = read::<ConversationId>(&id).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let found = conversations::find(&mut tx, id).await.map_err(AppError::from).extend()?;
        found.ok_or(AppError::NotFound).extend()?;
        drop(tx);
        follow(ctx, vec![Topic::Conversation(id)], Permission::ReadConversations, resume_after).await
    }

    /// The floor: agents, queues, work. Needs `floor:read`.
    async fn floor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cursor of the last event seen")] resume_after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
        follow(ctx, vec![Topic::Floor], Permission::ReadFloor, resume_after).await
    }

    /// What a web chat visitor sees of their session. Needs a visitor's token.
    async fn visitor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cursor of the last event seen")] resume_after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
        let session = viewer(ctx).extend()?.subject.visitor_session().ok_or(AppError::Unauthenticated).extend()?;
        start(ctx, vec![Topic::Visitor(session)], resume_after).await
    }
}

async fn follow(
    ctx: &Context<'_>,
    topics: Vec<Topic>,
    permission: Permission,
    resume_after: Option<String>,
) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
    viewer(ctx).extend()?.require(permission).extend()?;
    start(ctx, topics, resume_after).await
}

struct Follower {
    viewer: Arc<Viewer>,
    topics: Vec<Topic>,
    names: Vec<String>,
    watch: crate::Watch,
    position: i64,
    ready: VecDeque<LiveEvent>,
}

/// The net under hints: without Redis a socket still hears within this time.
const POLL: Duration = Duration::from_secs(3);
/// Changes read at once.
const BATCH: i64 = 200;

async fn start(
    ctx: &Context<'_>,
    topics: Vec<Topic>,
    resume_after: Option<String>,
) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
    let viewer = ctx.data::<Arc<Viewer>>()?.clone();
    let after = resume_after.as_deref().map(page::read_number).transpose().extend()?;
    // Watch first, read the position second: what happens in between wakes us.
    let watch = viewer.live.watch(viewer.subject.scope().tenant(), &topics);
    let mut tx = viewer.read().await.extend()?;
    let (newest, swept) = live::bounds(&mut tx).await.map_err(AppError::from).extend()?;
    drop(tx);
    let mut ready = VecDeque::new();
    let position = match after {
        Some(cursor) if cursor >= swept && cursor <= newest => cursor,
        Some(_) => {
            let reason = "the cursor is older than a day or of another workspace".to_owned();
            ready.push_back(LiveEvent {
                cursor: page::number_cursor(newest),
                change: Change::Resync(Resync { reason }),
            });
            newest
        }
        None => newest,
    };
    if ready.is_empty() {
        let listener = viewer.subject.agent_id().map(id).or(viewer.subject.visitor_session().map(id));
        ready.push_back(LiveEvent { cursor: page::number_cursor(position), change: Change::Ready(Ready { listener }) });
    }
    let names = topics.iter().map(ToString::to_string).collect();
    let follower = Follower { viewer, topics, names, watch, position, ready };
    Ok(futures_util::stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((event, follower))
    })
    .boxed())
}

impl Follower {
    async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            match self.fetch().await {
                Ok(true) => {}
                Ok(false) => self.wait().await,
                // The database is away: the socket stays, the position too.
                Err(_) => tokio::time::sleep(POLL).await,
            }
        }
    }

    async fn wait(&mut self) {
        let mut changed: FuturesUnordered<_> =
            self.watch.receivers.iter_mut().map(tokio::sync::watch::Receiver::changed).collect();
        let _ = tokio::time::timeout(POLL, changed.next()).await;
    }

    /// Reads what came since, through the viewer's own scope and permissions. True when something was found.
    async fn fetch(&mut self) -> Result<bool, AppError> {
        let mut tx = self.viewer.read().await?;
        let changes = live::after(&mut tx, &self.names, self.position, BATCH).await?;
        let found = !changes.is_empty();
        for placed in changes {
            if let Some(change) = placed.change
                && let Some(change) = load(&mut tx, &self.viewer, &self.topics, change).await?
            {
                self.ready.push_back(LiveEvent { cursor: page::number_cursor(placed.position), change });
            }
            self.position = placed.position;
        }
        Ok(found)
    }
}

/// Reads what a change names, if the viewer may see it.
async fn load(
    tx: &mut ReadTx,
    viewer: &Viewer,
    topics: &[Topic],
    change: DomainChange,
) -> Result<Option<Change>, AppError> {
    let subject = &viewer.subject;
    if subject.visitor_session().is_some() {
        return visitor(tx, topics, change).await;
    }
    let reads = subject.may(Permission::ReadConversations);
    Ok(match change {
        DomainChange::Offer { offer } => {
            let found = offers::many(tx, &[offer.0]).await?.pop().filter(|o| Some(o.agent) == subject.agent_id());
            found.map(|offer| Change::Offer(OfferChange { offer: Offer(offer) }))
        }
        DomainChange::Conversation { conversation } if reads => conversations::find(tx, conversation)
            .await?
            .map(|c| Change::Conversation(ConversationChange { conversation: Conversation(c) })),
        DomainChange::Item { item, .. } if reads => {
            items::many(tx, &[item.0]).await?.pop().map(|i| Change::Item(ItemChange { item: TimelineItem(i) }))
        }
        DomainChange::Customer { customer } if reads => {
            customers::find(tx, customer).await?.map(|c| Change::Customer(CustomerChange { customer: Customer(c) }))
        }
        DomainChange::Agent { agent } => {
            let may = subject.may(Permission::ReadFloor) || subject.agent_id() == Some(agent);
            let found = if may { agents::find(tx, agent).await? } else { None };
            found.map(|a| Change::Agent(AgentChange { agent: Agent(a) }))
        }
        DomainChange::Work { work: id, .. } if subject.may(Permission::ReadFloor) => {
            work::find(tx, id).await?.map(|w| Change::Work(WorkChange { work_item: WorkItem(w) }))
        }
        _ => None,
    })
}

/// Visitors see the messages of their own session and nothing else.
async fn visitor(tx: &mut ReadTx, topics: &[Topic], change: DomainChange) -> Result<Option<Change>, AppError> {
    let DomainChange::Item { item, .. } = change else { return Ok(None) };
    let own = |i: &items::Item| {
        i.kind == meridian_domain::work::ItemKind::Message
            && i.session.is_some_and(|s| topics.contains(&Topic::Visitor(s)))
    };
    let found = items::many(tx, &[item.0]).await?.pop().filter(own);
    Ok(found.map(|i| Change::Item(ItemChange { item: TimelineItem(i) })))
}
