//! Alerts, and work given by hand.

use crate::{
    context::viewer,
    conversations::Conversation,
    customers::Customer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    loaders::{TheConversation, TheCustomer, TheWork, load},
    page,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::routing as app;
use meridian_domain::{
    ids::{AgentId, AlertId, WorkItemId},
    people::Permission,
};
use meridian_store::{alerts, conversations};

use super::WorkItem;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum AlertKind {
    /// Work that nobody can serve until the set-up changes.
    Unservable,
    /// A rule of the red channel applies.
    RedChannel,
    /// Overflow to partners opened or closed.
    Overflow,
    /// An emergency plan is in force.
    Emergency,
    /// A shift ended with open work.
    Shift,
    /// A webhook endpoint took nothing for too long and is disabled.
    Webhook,
}

/// Something that needs somebody's eye.
pub(crate) struct Alert(pub alerts::Alert);

/// Something that needs somebody's eye.
#[Object]
impl Alert {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// What it is about.
    async fn kind(&self) -> AlertKind {
        match self.0.kind.as_str() {
            "unservable" => AlertKind::Unservable,
            "overflow" => AlertKind::Overflow,
            "emergency" => AlertKind::Emergency,
            "shift" => AlertKind::Shift,
            "webhook" => AlertKind::Webhook,
            _ => AlertKind::RedChannel,
        }
    }
    /// 1 (mild) to 5 (at once).
    async fn severity(&self) -> i32 {
        self.0.severity.into()
    }
    /// What is the matter; of the red channel, the name of the rule.
    async fn text(&self) -> &str {
        &self.0.text
    }
    /// The work it is about.
    async fn work_item(&self, ctx: &Context<'_>) -> Resolved<Option<WorkItem>> {
        let Some(work) = self.0.work else { return Ok(None) };
        Ok(load(ctx, TheWork(work)).await?.map(WorkItem))
    }
    /// Its conversation. Null without `conversations:read`.
    async fn conversation(&self, ctx: &Context<'_>) -> Resolved<Option<Conversation>> {
        let reads = viewer(ctx).extend()?.subject.may(Permission::ReadConversations);
        let Some(conversation) = self.0.conversation.filter(|_| reads) else { return Ok(None) };
        Ok(load(ctx, TheConversation(conversation)).await?.map(Conversation))
    }
    /// The customer it is about. Null without `conversations:read`.
    async fn customer(&self, ctx: &Context<'_>) -> Resolved<Option<Customer>> {
        let reads = viewer(ctx).extend()?.subject.may(Permission::ReadConversations);
        let Some(customer) = self.0.customer.filter(|_| reads) else { return Ok(None) };
        Ok(load(ctx, TheCustomer(customer)).await?.map(Customer))
    }
    /// The queue it is about.
    async fn queue_id(&self) -> Option<ID> {
        self.0.queue.map(id)
    }
    /// Whom it concerns first.
    async fn agent_id(&self) -> Option<ID> {
        self.0.agent.map(id)
    }
    /// When it was raised.
    async fn raised_at(&self) -> DateTime<Utc> {
        self.0.raised_at
    }
    /// When somebody saw it.
    async fn acknowledged_at(&self) -> Option<DateTime<Utc>> {
        self.0.acknowledged.map(|(_, at)| at)
    }
    /// Who saw it.
    async fn acknowledged_by_id(&self) -> Option<ID> {
        self.0.acknowledged.map(|(agent, _)| id(agent))
    }
    /// When it was over.
    async fn ended_at(&self) -> Option<DateTime<Utc>> {
        self.0.ended_at
    }
}

#[derive(Default)]
pub(crate) struct AlertQueries;

#[Object]
impl AlertQueries {
    /// Open alerts, newest first: with `floor:read` all of them, else those that concern the viewer.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
    ) -> Resolved<Vec<Alert>> {
        let viewer = viewer(ctx).extend()?;
        let most = page::first(first).extend()?;
        let of = if viewer.subject.may(Permission::ReadFloor) {
            None
        } else {
            viewer.require(Permission::HandleWork).extend()?;
            Some(viewer.subject.agent_id().ok_or(AppError::Unauthenticated).extend()?)
        };
        let mut tx = viewer.read().await.extend()?;
        let found = alerts::open(&mut tx, of, most).await.map_err(AppError::from).extend()?;
        Ok(found.into_iter().map(Alert).collect())
    }
}

#[derive(InputObject)]
struct AlertAcknowledgeInput {
    /// The alert.
    alert_id: ID,
    /// Whether it is over.
    #[graphql(default)]
    end: bool,
}

/// Result of `alertAcknowledge`.
#[derive(SimpleObject)]
struct AlertAcknowledgePayload {
    /// The alert as it is now.
    alert: Option<Alert>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct WorkAssignInput {
    /// The work: waiting, offered, or in an agent's hands.
    work_item_id: ID,
    /// To whom; to oneself (pull) when left out.
    agent_id: Option<ID>,
    /// To give it although they have no room; the audit log says so.
    #[graphql(default)]
    beyond_capacity: bool,
}

/// Result of `workAssign`.
#[derive(SimpleObject)]
struct WorkAssignPayload {
    /// The conversation, now the agent's.
    conversation: Option<Conversation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct AlertMutations;

#[Object]
impl AlertMutations {
    /// Marks an alert as seen, or ends it. Whom it concerns and supervisors may. Needs `work:handle`.
    async fn alert_acknowledge(
        &self,
        ctx: &Context<'_>,
        input: AlertAcknowledgeInput,
    ) -> Resolved<AlertAcknowledgePayload> {
        let viewer = viewer(ctx).extend()?;
        let alert = read::<AlertId>(&input.alert_id).extend()?;
        if let Err(refused) = app::acknowledge_alert(&viewer.app, &viewer.subject, alert, input.end).await {
            return Ok(AlertAcknowledgePayload { alert: None, user_errors: vec![refused.split().extend()?] });
        }
        let mut tx = viewer.read().await.extend()?;
        let found = alerts::many(&mut tx, &[alert.0]).await.map_err(AppError::from).extend()?.pop();
        Ok(AlertAcknowledgePayload { alert: found.map(Alert), user_errors: Vec::new() })
    }

    /// Gives work to an agent at once, without asking them, or to oneself; who had it is freed. Capacity holds,
    /// unless it is told to go beyond. Needs `floor:steer`.
    async fn work_assign(&self, ctx: &Context<'_>, input: WorkAssignInput) -> Resolved<WorkAssignPayload> {
        let viewer = viewer(ctx).extend()?;
        let work = read::<WorkItemId>(&input.work_item_id).extend()?;
        let to = input.agent_id.as_ref().map(read::<AgentId>).transpose().extend()?;
        match app::assign(&viewer.app, &viewer.subject, work, to, input.beyond_capacity).await {
            Ok(conversation) => {
                let mut tx = viewer.read().await.extend()?;
                let found = conversations::find(&mut tx, conversation).await.map_err(AppError::from).extend()?;
                Ok(WorkAssignPayload { conversation: found.map(Conversation), user_errors: Vec::new() })
            }
            Err(refused) => Ok(WorkAssignPayload { conversation: None, user_errors: vec![refused.split().extend()?] }),
        }
    }
}
