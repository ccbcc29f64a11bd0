//! Webhooks of the tenant's own: endpoints, what they were told, and every attempt.

mod ledger;
mod mutations;

pub(crate) use ledger::{AssistantCall, BotEventMutations, BotEventQueries};
pub(crate) use mutations::WebhookMutations;

use crate::{
    admin::reading,
    context::viewer,
    error::{AppError, Resolved},
    ids::{id, read},
    page,
    scalars::Long,
};
use async_graphql::{
    Context, Enum, ID, Json, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::webhooks as app;
use meridian_domain::{
    ids::{WebhookDeliveryId, WebhookEndpointId},
    people::Permission,
    time::{Clock, SystemClock},
    webhook::EventKind,
};
use meridian_store::{webhook_log as log, webhooks as store};
use serde_json::Value;

/// Whether an endpoint is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum WebhookStatus {
    /// It is told.
    Active,
    /// An admin put it aside: what happens is kept for it.
    Paused,
    /// It took nothing for too long, or said that it is gone: what happens is kept for it until it is enabled.
    Disabled,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum WebhookDeliveryState {
    /// An earlier one of the same conversation goes first.
    Waiting,
    /// It goes next, or is tried again.
    Pending,
    /// It was answered with 2xx.
    Delivered,
    /// It was given up after its last attempt.
    Failed,
}

impl WebhookDeliveryState {
    fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn from_code(code: &str) -> Self {
        match code {
            "waiting" => Self::Waiting,
            "delivered" => Self::Delivered,
            "failed" => Self::Failed,
            _ => Self::Pending,
        }
    }
}

/// A kind of event.
#[derive(SimpleObject)]
pub(crate) struct WebhookEventKind {
    /// As it is told in `type`, and as endpoints ask for it.
    code: &'static str,
    /// When it happens.
    about: &'static str,
}

/// Where the tenant has its events posted, signed after Standard Webhooks.
pub(crate) struct WebhookEndpoint(pub store::Endpoint);

/// Where the tenant has its events posted, signed after Standard Webhooks.
#[Object]
impl WebhookEndpoint {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Where to.
    async fn url(&self) -> &str {
        &self.0.url
    }
    /// Kinds of events it wants, by their codes; empty for all.
    async fn events(&self) -> &[String] {
        &self.0.events
    }
    /// Whether what people wrote goes along, or only who and when.
    async fn content(&self) -> bool {
        self.0.content
    }
    /// Whether it is told.
    async fn status(&self) -> WebhookStatus {
        match self.0.status.as_str() {
            "active" => WebhookStatus::Active,
            "paused" => WebhookStatus::Paused,
            _ => WebhookStatus::Disabled,
        }
    }
    /// Hours it may take nothing before it is disabled, 1 to 240.
    async fn disable_after_hours(&self) -> i32 {
        self.0.disable_after_hours
    }
    /// Failures in a row.
    async fn failures(&self) -> i32 {
        self.0.failures
    }
    /// Since when it takes nothing.
    async fn failing_since(&self) -> Option<DateTime<Utc>> {
        self.0.failing_since
    }
    /// Until when it is left alone after failures in a row; then one delivery tries it.
    async fn open_until(&self) -> Option<DateTime<Utc>> {
        self.0.open_until.filter(|until| *until > SystemClock.now())
    }
    /// Until when the secret before the last rotation signs along.
    async fn previous_secret_until(&self) -> Option<DateTime<Utc>> {
        self.0.previous_until.filter(|until| *until > SystemClock.now())
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Deliveries still to be made, counted up to 1,000.
    #[graphql(complexity = 5)]
    async fn open_up_to(&self, ctx: &Context<'_>) -> Resolved<i32> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let open = log::open(&mut tx, self.0.id).await.map_err(AppError::from).extend()?;
        Ok(i32::try_from(open).unwrap_or(i32::MAX))
    }
    /// What it was told, newest first. Kept for 30 days.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those in this state")] state: Option<WebhookDeliveryState>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, WebhookDelivery, EmptyFields, EmptyFields>> {
        let limit = page::first(first).extend()?;
        let before = after.as_deref().map(page::read_number).transpose().extend()?;
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let state = state.map(WebhookDeliveryState::code);
        let rows = log::page(&mut tx, self.0.id, state, before, limit + 1).await.map_err(AppError::from).extend()?;
        let content = self.0.content;
        let shown = |row| WebhookDelivery { row, content };
        Ok(page::connection(rows, limit, before.is_some(), |row| page::number_cursor(row.sequence), shown))
    }
}

/// The post of an event to one endpoint.
pub(crate) struct WebhookDelivery {
    row: log::Delivery,
    content: bool,
}

/// The post of an event to one endpoint.
#[Object]
impl WebhookDelivery {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.row.id)
    }
    /// The endpoint.
    async fn endpoint_id(&self) -> ID {
        id(self.row.endpoint)
    }
    /// `webhook-id`: the same over all attempts and endpoints.
    async fn event_id(&self) -> ID {
        id(self.row.event)
    }
    /// The kind of event.
    async fn kind(&self) -> &str {
        &self.row.kind
    }
    /// Its number within the endpoint, without gaps.
    async fn sequence(&self) -> Long {
        Long(self.row.sequence)
    }
    /// Where it stands.
    async fn state(&self) -> WebhookDeliveryState {
        WebhookDeliveryState::from_code(&self.row.state)
    }
    /// Attempts so far.
    async fn attempt_count(&self) -> i32 {
        self.row.attempts
    }
    /// When it is tried next; null when it is not.
    async fn due_at(&self) -> Option<DateTime<Utc>> {
        (self.row.state == "pending").then_some(self.row.due_at)
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
    /// When it was delivered or given up.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.row.finished_at
    }
    /// The body that is posted.
    async fn body(&self) -> Json<Value> {
        Json(app::body(&self.row, self.content))
    }
    /// Every attempt, oldest first, at most 100.
    #[graphql(complexity = "5 + child_complexity")]
    async fn attempts(&self, ctx: &Context<'_>) -> Resolved<Vec<WebhookAttempt>> {
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let rows = log::attempts(&mut tx, self.row.id).await.map_err(AppError::from).extend()?;
        Ok(rows.into_iter().map(attempt).collect())
    }
}

/// One post.
#[derive(SimpleObject)]
pub(crate) struct WebhookAttempt {
    /// Its number, from 1.
    number: i32,
    /// When it was over.
    at: DateTime<Utc>,
    /// How long it took, in milliseconds.
    duration_ms: i32,
    /// The headers that were sent.
    request_headers: Json<Value>,
    /// The answer's status; null when there was no answer.
    status: Option<i32>,
    /// The beginning of the answer, at most 4,096 characters.
    response: String,
    /// Why it failed; null when it was taken.
    error: Option<String>,
}

fn attempt(row: log::Attempt) -> WebhookAttempt {
    WebhookAttempt {
        number: row.n,
        at: row.at,
        duration_ms: row.duration_ms,
        request_headers: Json(row.headers),
        status: row.status,
        response: row.response,
        error: row.error,
    }
}

/// One delivery, for who may see the set-up.
async fn delivery(ctx: &Context<'_>, wanted: WebhookDeliveryId) -> Resolved<Option<WebhookDelivery>> {
    let mut tx = reading(ctx, Permission::ReadSetup).await?;
    let Some(row) = log::find(&mut tx, wanted).await.map_err(AppError::from).extend()? else { return Ok(None) };
    let endpoint = store::find(&mut tx, row.endpoint).await.map_err(AppError::from).extend()?;
    let content = endpoint.is_some_and(|endpoint| endpoint.content);
    Ok(Some(WebhookDelivery { row, content }))
}

#[derive(Default)]
pub(crate) struct WebhookQueries;

#[Object]
impl WebhookQueries {
    /// Webhook endpoints, oldest first. Needs `setup:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn webhook_endpoints(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, WebhookEndpoint, EmptyFields, EmptyFields>> {
        let mut tx = reading(ctx, Permission::ReadSetup).await?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<WebhookEndpointId>).transpose().extend()?;
        let after = from.map(|(_, endpoint)| endpoint.0);
        let rows = store::page(&mut tx, after, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |row: &store::Endpoint| page::at_cursor(row.created_at, row.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, WebhookEndpoint))
    }

    /// One webhook endpoint. Needs `setup:read`.
    async fn webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The endpoint")] webhook_endpoint_id: ID,
    ) -> Resolved<Option<WebhookEndpoint>> {
        let wanted = read::<WebhookEndpointId>(&webhook_endpoint_id).extend()?;
        let mut tx = reading(ctx, Permission::ReadSetup).await?;
        Ok(store::find(&mut tx, wanted).await.map_err(AppError::from).extend()?.map(WebhookEndpoint))
    }

    /// One delivery of a webhook. Needs `setup:read`.
    async fn webhook_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delivery")] webhook_delivery_id: ID,
    ) -> Resolved<Option<WebhookDelivery>> {
        delivery(ctx, read::<WebhookDeliveryId>(&webhook_delivery_id).extend()?).await
    }

    /// The kinds of events that endpoints may ask for. Needs `setup:read`.
    async fn webhook_event_kinds(&self, ctx: &Context<'_>) -> Resolved<Vec<WebhookEventKind>> {
        viewer(ctx).extend()?.require(Permission::ReadSetup).extend()?;
        Ok(EventKind::ALL.iter().map(|kind| WebhookEventKind { code: kind.code(), about: kind.about() }).collect())
    }
}
