//! Setting webhook endpoints up, trying and mending them.

use super::{WebhookDelivery, WebhookEndpoint, delivery};
use crate::{
    admin::{maybe, outcome},
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::setup as app;
use meridian_domain::ids::{WebhookDeliveryId, WebhookEndpointId};
use meridian_store::webhooks as store;

#[derive(InputObject)]
struct WebhookEndpointSaveInput {
    /// The endpoint to change; a new one when left out.
    webhook_endpoint_id: Option<ID>,
    /// Name for people, 1 to 100 characters.
    name: String,
    /// Where events are posted: an http(s) address without user and password that resolves to nothing private.
    url: String,
    /// Kinds of events it wants, by their codes; empty for all.
    #[graphql(default)]
    events: Vec<String>,
    /// Whether what people wrote goes along, or only who and when.
    #[graphql(default = true)]
    content: bool,
    /// Hours it may take nothing before it is disabled, 1 to 240.
    #[graphql(default = 72)]
    disable_after_hours: i32,
}

#[derive(InputObject)]
struct WebhookEndpointInput {
    /// The endpoint.
    webhook_endpoint_id: ID,
}

#[derive(InputObject)]
struct WebhookEndpointRotateSecretInput {
    /// The endpoint.
    webhook_endpoint_id: ID,
    /// Hours for which the present secret signs along, 0 to 168.
    #[graphql(default = 24)]
    overlap_hours: i32,
}

#[derive(InputObject)]
struct WebhookEndpointRecoverInput {
    /// The endpoint.
    webhook_endpoint_id: ID,
    /// What was given up since then is delivered again, in order; at most 30 days back and 10,000 at once.
    since: DateTime<Utc>,
}

#[derive(InputObject)]
struct WebhookDeliveryResendInput {
    /// The delivery.
    webhook_delivery_id: ID,
}

/// Result of what changes a webhook endpoint.
#[derive(SimpleObject)]
struct WebhookEndpointPayload {
    /// The endpoint.
    endpoint: Option<WebhookEndpoint>,
    /// Its new signing secret (Standard Webhooks), shown this once.
    secret: Option<String>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `webhookEndpointRemove`.
#[derive(SimpleObject)]
struct WebhookEndpointRemovePayload {
    /// The endpoint that is gone.
    webhook_endpoint_id: Option<ID>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `webhookEndpointRecover`.
#[derive(SimpleObject)]
struct WebhookEndpointRecoverPayload {
    /// How many deliveries were taken up again.
    count: Option<i32>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `webhookEndpointTest` and `webhookDeliveryResend`.
#[derive(SimpleObject)]
struct WebhookDeliveryPayload {
    /// The delivery.
    delivery: Option<WebhookDelivery>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// The endpoint as it is now.
async fn shown(
    ctx: &Context<'_>,
    of: Option<WebhookEndpointId>,
    secret: Option<String>,
    user_errors: Vec<UserError>,
) -> Resolved<WebhookEndpointPayload> {
    let Some(of) = of else { return Ok(WebhookEndpointPayload { endpoint: None, secret, user_errors }) };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let endpoint = store::find(&mut tx, of).await.map_err(AppError::from).extend()?.map(WebhookEndpoint);
    Ok(WebhookEndpointPayload { endpoint, secret, user_errors })
}

#[derive(Default)]
pub(crate) struct WebhookMutations;

#[Object]
impl WebhookMutations {
    /// Adds a webhook endpoint and tells its signing secret once, or changes one. Needs `setup:write`.
    async fn webhook_endpoint_save(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointSaveInput,
    ) -> Resolved<WebhookEndpointPayload> {
        let viewer = viewer(ctx).extend()?;
        let wanted = store::Wanted {
            name: &input.name,
            url: &input.url,
            events: &input.events,
            content: input.content,
            disable_after_hours: input.disable_after_hours,
        };
        let new = app::NewEndpoint { id: maybe(input.webhook_endpoint_id.as_ref())?, wanted };
        let (saved, user_errors) = outcome(app::save_endpoint(&viewer.app, &viewer.subject, new).await)?;
        let (of, secret) = saved.map_or((None, None), |(of, secret)| (Some(of), secret));
        shown(ctx, of, secret, user_errors).await
    }

    /// Removes a webhook endpoint with its log. Needs `setup:write`.
    async fn webhook_endpoint_remove(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointInput,
    ) -> Resolved<WebhookEndpointRemovePayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<WebhookEndpointId>(&input.webhook_endpoint_id).extend()?;
        let (done, user_errors) = outcome(app::remove_endpoint(&viewer.app, &viewer.subject, of).await)?;
        Ok(WebhookEndpointRemovePayload { webhook_endpoint_id: done.map(|()| id(of)), user_errors })
    }

    /// Gives a webhook endpoint a new secret, told once; for a while every post is signed with both. Needs `setup:write`.
    async fn webhook_endpoint_rotate_secret(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointRotateSecretInput,
    ) -> Resolved<WebhookEndpointPayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<WebhookEndpointId>(&input.webhook_endpoint_id).extend()?;
        let made = app::rotate_endpoint_secret(&viewer.app, &viewer.subject, of, input.overlap_hours).await;
        let (made, user_errors) = outcome(made)?;
        let (of, secret) = made.map_or((None, None), |made| (Some(made.id), Some(made.secret)));
        shown(ctx, of, secret, user_errors).await
    }

    /// Puts a webhook endpoint into use again: everything kept for it is delivered in order. Needs `setup:write`.
    async fn webhook_endpoint_enable(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointInput,
    ) -> Resolved<WebhookEndpointPayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<WebhookEndpointId>(&input.webhook_endpoint_id).extend()?;
        let done = app::set_endpoint_active(&viewer.app, &viewer.subject, of, true).await;
        let (done, user_errors) = outcome(done)?;
        shown(ctx, done.map(|()| of), None, user_errors).await
    }

    /// Puts a webhook endpoint aside: what happens meanwhile is kept for it, for 30 days. Needs `setup:write`.
    async fn webhook_endpoint_pause(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointInput,
    ) -> Resolved<WebhookEndpointPayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<WebhookEndpointId>(&input.webhook_endpoint_id).extend()?;
        let done = app::set_endpoint_active(&viewer.app, &viewer.subject, of, false).await;
        let (done, user_errors) = outcome(done)?;
        shown(ctx, done.map(|()| of), None, user_errors).await
    }

    /// Sends an event of the kind `webhook.test`, which says nothing. Needs `setup:write`.
    async fn webhook_endpoint_test(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointInput,
    ) -> Resolved<WebhookDeliveryPayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<WebhookEndpointId>(&input.webhook_endpoint_id).extend()?;
        let (made, user_errors) = outcome(app::test_endpoint(&viewer.app, &viewer.subject, of).await)?;
        let Some(made) = made else { return Ok(WebhookDeliveryPayload { delivery: None, user_errors }) };
        Ok(WebhookDeliveryPayload { delivery: delivery(ctx, made).await?, user_errors })
    }

    /// Sends a delivery once more, whatever came of it: at once, and out of order. Needs `setup:write`.
    async fn webhook_delivery_resend(
        &self,
        ctx: &Context<'_>,
        input: WebhookDeliveryResendInput,
    ) -> Resolved<WebhookDeliveryPayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<WebhookDeliveryId>(&input.webhook_delivery_id).extend()?;
        let (done, user_errors) = outcome(app::resend_delivery(&viewer.app, &viewer.subject, of).await)?;
        if done.is_none() {
            return Ok(WebhookDeliveryPayload { delivery: None, user_errors });
        }
        Ok(WebhookDeliveryPayload { delivery: delivery(ctx, of).await?, user_errors })
    }

    /// Takes up again, in order, what was given up since a time. Needs `setup:write`.
    async fn webhook_endpoint_recover(
        &self,
        ctx: &Context<'_>,
        input: WebhookEndpointRecoverInput,
    ) -> Resolved<WebhookEndpointRecoverPayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<WebhookEndpointId>(&input.webhook_endpoint_id).extend()?;
        let (count, user_errors) =
            outcome(app::recover_endpoint(&viewer.app, &viewer.subject, of, input.since).await)?;
        let count = count.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        Ok(WebhookEndpointRecoverPayload { count, user_errors })
    }
}
