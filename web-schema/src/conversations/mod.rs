//! Conversations and their timeline.

mod amend;
mod canned;
mod consult;
mod drafts;
mod files;
mod mutations;
mod search;
mod steer;
mod types;

pub(crate) use amend::AmendMutations;
pub(crate) use canned::{CannedMutations, CannedQueries};
pub(crate) use consult::ConsultMutations;
pub(crate) use drafts::{DraftMutations, DraftQueries, ReplyDraft};
pub(crate) use mutations::ConversationMutations;
pub(crate) use search::SearchQueries;
pub(crate) use steer::{SteerMutations, SteerQueries};
pub(crate) use types::{Actor, Conversation, TimelineItem};

use crate::{
    context::viewer,
    error::{AppError, Resolved},
    ids::read,
    page,
};
use async_graphql::{
    Context, Enum, ErrorExtensions, ID, Object, ResultExt,
    connection::{Connection, EmptyFields},
};
use meridian_domain::{
    ids::{AgentId, ConversationId, QueueId},
    people::Permission,
    work::Lifecycle,
};
use meridian_store::conversations as store;

/// Which conversations a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum ConversationView {
    /// Open and owned by the viewer.
    Mine,
    /// Open, in the queue named by `queueId`.
    Queue,
    /// All that are open.
    Open,
    /// Open and owned by the agent named by `agentId`. Needs `floor:read`.
    Agent,
    /// The viewer is asked for advice.
    Consulted,
    /// Snoozed.
    Snoozed,
    /// Resolved.
    Resolved,
}

#[derive(Default)]
pub(crate) struct ConversationQueries;

#[Object]
impl ConversationQueries {
    /// One conversation. Needs `conversations:read`.
    async fn conversation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id")] id: ID,
    ) -> Resolved<Option<Conversation>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let id = read::<ConversationId>(&id).extend()?;
        let mut tx = viewer.read().await.extend()?;
        Ok(store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(Conversation))
    }

    /// Conversations of a view, newest activity first. Needs `conversations:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which")] view: ConversationView,
        #[graphql(desc = "The queue of the view QUEUE")] queue_id: Option<ID>,
        #[graphql(desc = "The agent of the view AGENT")] agent_id: Option<ID>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, Conversation, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let agent = agent_id.as_ref().map(read::<AgentId>).transpose().extend()?;
        if view == ConversationView::Agent {
            viewer.require(Permission::ReadFloor).extend()?;
        }
        let queue = queue_id.as_ref().map(read::<QueueId>).transpose().extend()?;
        let missing = |what: &str| AppError::BadInput(what.to_owned());
        let view = match (view, queue, viewer.subject.agent_id()) {
            (ConversationView::Mine, _, Some(me)) => store::View::Mine(me),
            (ConversationView::Consulted, _, Some(me)) => store::View::Consulted(me),
            (ConversationView::Mine | ConversationView::Consulted, _, None) => {
                return Err(missing("only people have a list of their own").extend());
            }
            (ConversationView::Agent, ..) => {
                store::View::Mine(agent.ok_or_else(|| missing("agentId is needed for this view").extend())?)
            }
            (ConversationView::Queue, Some(queue), _) => store::View::Queue(queue),
            (ConversationView::Queue, None, _) => return Err(missing("queueId is needed for this view").extend()),
            (ConversationView::Open, ..) => store::View::Lifecycle(Lifecycle::Open),
            (ConversationView::Snoozed, ..) => store::View::Lifecycle(Lifecycle::Snoozed),
            (ConversationView::Resolved, ..) => store::View::Lifecycle(Lifecycle::Resolved),
        };
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<ConversationId>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let rows = store::page(&mut tx, view, from, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |c: &store::Conversation| page::at_cursor(c.last_activity_at, c.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, Conversation))
    }
}
