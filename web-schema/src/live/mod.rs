//! Subscriptions. Each event says where it stands in the stream; a client that comes back goes on from there.

mod feed;

pub use feed::{Feed, Moved};

use crate::{
    Viewer,
    context::viewer,
    conversations::{Conversation, ReplyDraft, TimelineItem},
    customers::Customer,
    error::AppError,
    ids::{id, read},
    page,
    people::Agent,
    work::{Alert, Offer, WorkItem},
};
use async_graphql::{Context, ID, ResultExt, SimpleObject, Subscription as GraphQlSubscription, Union};
use feed::{Following, Payload};
use futures_util::{StreamExt, stream::BoxStream};
use meridian_domain::{
    ids::ConversationId,
    live::{Topic, Typing, Writer},
    people::Permission,
    work::ItemKind,
};
use meridian_store::{conversations, items, live};
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
/// An alert was raised, seen or ended.
#[derive(SimpleObject)]
pub(crate) struct AlertChange {
    /// The alert as it is now.
    alert: Alert,
}
/// A draft of a reply was asked for, came, or was put aside.
#[derive(SimpleObject)]
pub(crate) struct ReplyDraftChange {
    /// The draft as it is now.
    reply_draft: ReplyDraft,
}
/// Somebody writes just now: shown until their message comes, or the time is over. It has no place in the stream, so its
/// cursor is that of the event before, and nobody who did not listen hears of it later.
#[derive(SimpleObject)]
pub(crate) struct TypingChange {
    /// The conversation.
    conversation_id: ID,
    /// Where they write.
    session_id: ID,
    /// Who writes: customer or agent.
    by: &'static str,
    /// Seconds for which it is shown, unless another sign comes.
    seconds: i32,
}
/// Read everything again, then go on from the cursor of this event: the one given was too old, or messages went to
/// another conversation because they are somebody else's.
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
    /// An alert.
    Alert(AlertChange),
    /// A draft of a reply.
    ReplyDraft(ReplyDraftChange),
    /// Somebody writes.
    Typing(TypingChange),
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
        follow(ctx, Topic::Agent(me), Permission::HandleWork, resume_after).await
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
        follow(ctx, Topic::Conversation(id), Permission::ReadConversations, resume_after).await
    }

    /// The floor: agents, queues, work. Needs `floor:read`.
    async fn floor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cursor of the last event seen")] resume_after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
        follow(ctx, Topic::Floor, Permission::ReadFloor, resume_after).await
    }

    /// What a web chat visitor sees of their session; without a cursor, or with one too old, first the messages there
    /// are. Needs a visitor's token.
    async fn visitor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cursor of the last event seen")] resume_after: Option<String>,
    ) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
        let session = viewer(ctx).extend()?.subject.visitor_session().ok_or(AppError::Unauthenticated).extend()?;
        start(ctx, Topic::Visitor(session), resume_after).await
    }
}

async fn follow(
    ctx: &Context<'_>,
    topic: Topic,
    permission: Permission,
    resume_after: Option<String>,
) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
    viewer(ctx).extend()?.require(permission).extend()?;
    start(ctx, topic, resume_after).await
}

struct Follower {
    viewer: Arc<Viewer>,
    topic: Topic,
    following: Following,
    position: i64,
    /// Whether something may lie after `position` that the feed does not bring.
    behind: bool,
    ready: VecDeque<LiveEvent>,
}

/// The nets under hints: with them, and without.
const POLL: Duration = Duration::from_mins(1);
const POLL_UNHINTED: Duration = Duration::from_secs(1);
/// Changes read at once.
const BATCH: i64 = 200;

async fn start(
    ctx: &Context<'_>,
    topic: Topic,
    resume_after: Option<String>,
) -> async_graphql::Result<BoxStream<'static, LiveEvent>> {
    let viewer = ctx.data::<Arc<Viewer>>()?.clone();
    let after = resume_after.as_deref().map(page::read_number).transpose().extend()?;
    // Follow first, read the position second: what happens in between is heard.
    let following = viewer.feed.follow(viewer.subject.scope().tenant(), topic);
    let mut tx = viewer.read().await.extend()?;
    let (newest, swept) = live::bounds(&mut tx).await.map_err(AppError::from).extend()?;
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
    if let Topic::Visitor(session) = topic
        && after != Some(position)
    {
        let last = items::messages_of(&mut tx, session, BATCH).await.map_err(AppError::from).extend()?;
        let shown = |item| Change::Item(ItemChange { item: TimelineItem(item) });
        let cursor = page::number_cursor(position);
        ready.extend(last.into_iter().rev().map(|item| LiveEvent { cursor: cursor.clone(), change: shown(item) }));
    }
    drop(tx);
    let follower = Follower { viewer, topic, following, position, behind: true, ready };
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
            // Most followers wait most of the time, with nothing in hand.
            self.ready = VecDeque::new();
            if self.behind {
                match self.catch_up().await {
                    Ok(more) => self.behind = more,
                    // The database is away: the socket stays, the position too.
                    Err(_) => tokio::time::sleep(POLL_UNHINTED).await,
                }
                continue;
            }
            let net = if self.following.hinted() { POLL } else { POLL_UNHINTED };
            match tokio::time::timeout(net, self.following.receiver.recv()).await {
                Ok(Some(event)) => self.take(&event),
                Ok(None) => return None,
                Err(_) => self.behind = true,
            }
        }
    }

    /// Takes what the feed brings, if it follows on what was seen.
    fn take(&mut self, event: &feed::Event) {
        if let Some(Payload::Typing(sign, at)) = event.payload {
            if let Some(change) = Typing::left(at.elapsed()).and_then(|left| self.typing(sign, left)) {
                self.ready.push_back(LiveEvent { cursor: page::number_cursor(self.position), change });
            }
            return;
        }
        if event.position != i64::MAX && event.position <= self.position {
            return;
        }
        // Positions are the tenant's, so a later start than ours is a gap only if the feed says so.
        if event.after > self.position || self.following.missed() {
            self.behind = true;
            return;
        }
        self.position = event.position;
        if let Some(change) = event.payload.clone().and_then(|payload| self.shown(payload)) {
            self.ready.push_back(LiveEvent { cursor: page::number_cursor(self.position), change });
        }
    }

    /// Reads what came since, through the viewer's own scope. True when there may be more.
    async fn catch_up(&mut self) -> Result<bool, AppError> {
        self.following.missed();
        let mut tx = self.viewer.read().await?;
        let changes = live::after(&mut tx, &[self.topic.to_string()], self.position, BATCH).await?;
        let payloads = feed::payloads(&mut tx, changes.iter().filter_map(|placed| placed.change)).await?;
        drop(tx);
        let more = changes.len() as i64 == BATCH;
        for placed in changes {
            self.position = placed.position;
            let payload = placed.change.and_then(|change| feed::of(&payloads, change));
            if let Some(change) = payload.and_then(|payload| self.shown(payload)) {
                self.ready.push_back(LiveEvent { cursor: page::number_cursor(placed.position), change });
            }
        }
        Ok(more)
    }

    /// The sign that somebody writes, for who may see it.
    fn typing(&self, sign: Typing, left: u64) -> Option<Change> {
        let subject = &self.viewer.subject;
        let may = match sign.by {
            Writer::Agent => subject.visitor_session() == Some(sign.session),
            Writer::Customer => subject.may(Permission::ReadConversations),
        };
        let (conversation_id, session_id) = (id(sign.conversation), id(sign.session));
        let change = TypingChange { conversation_id, session_id, by: sign.by.code(), seconds: left as i32 };
        (may && sign.topic() == self.topic).then_some(Change::Typing(change))
    }

    /// What the viewer may see of it: asked for every single change.
    fn shown(&self, payload: Payload) -> Option<Change> {
        let subject = &self.viewer.subject;
        if subject.visitor_session().is_some() {
            return self.shown_to_visitor(payload);
        }
        let (reads, floor) = (subject.may(Permission::ReadConversations), subject.may(Permission::ReadFloor));
        match payload {
            Payload::Offer(offer) if Some(offer.agent) == subject.agent_id() => {
                Some(Change::Offer(OfferChange { offer: Offer(offer) }))
            }
            Payload::Conversation(found) if reads => {
                Some(Change::Conversation(ConversationChange { conversation: Conversation(found) }))
            }
            // What went to another conversation meanwhile is somebody else's.
            Payload::Item(item) if matches!(self.topic, Topic::Conversation(at) if at != item.conversation) => None,
            Payload::Item(item) if reads => Some(Change::Item(ItemChange { item: TimelineItem(item) })),
            // As with what goes to another conversation: its draft is nobody's here.
            Payload::ReplyDraft(draft) if matches!(self.topic, Topic::Conversation(at) if at != draft.conversation) => {
                None
            }
            Payload::ReplyDraft(draft) if reads => {
                Some(Change::ReplyDraft(ReplyDraftChange { reply_draft: ReplyDraft(draft) }))
            }
            Payload::Customer(found) if reads => Some(Change::Customer(CustomerChange { customer: Customer(found) })),
            Payload::Agent(agent) if floor || subject.agent_id() == Some(agent.id) => {
                Some(Change::Agent(AgentChange { agent: Agent(agent) }))
            }
            Payload::Reread if reads => {
                let reason = "messages moved to another conversation: they belong to somebody else".to_owned();
                Some(Change::Resync(Resync { reason }))
            }
            Payload::Work(item) if floor => Some(Change::Work(WorkChange { work_item: WorkItem(item) })),
            Payload::Alert(alert) if floor || alert.agent == subject.agent_id() => {
                Some(Change::Alert(AlertChange { alert: Alert(alert) }))
            }
            _ => None,
        }
    }

    /// Visitors see the messages of their own session and nothing else.
    fn shown_to_visitor(&self, payload: Payload) -> Option<Change> {
        let Payload::Item(item) = payload else { return None };
        let own = item.kind == ItemKind::Message && item.session.is_some_and(|s| self.topic == Topic::Visitor(s));
        own.then_some(Change::Item(ItemChange { item: TimelineItem(item) }))
    }
}
