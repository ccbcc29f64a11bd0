//! Webhook endpoints: set up, tried, mended.

use super::{
    NewSecret, SetupRefused,
    integrations::webhook_secret,
    refused::{name, within},
};
use crate::{App, authz::Subject};
use chrono::TimeDelta;
use meridian_domain::{
    ids::{WebhookDeliveryId, WebhookEndpointId},
    people::Permission,
    time::Instant,
    webhook::{EventKind, NewEvent, TEST},
};
use meridian_store::{
    StoreError, WriteTx, alerts, routing,
    webhook_log::{self as log, NewDelivery},
    webhooks::{self, Endpoint, Wanted},
};
use serde_json::json;

/// Most endpoints of a tenant.
const MOST: usize = 50;

/// An endpoint to add or to change.
#[derive(Debug, Clone, Copy)]
pub struct NewEndpoint<'a> {
    /// The one to change.
    pub id: Option<WebhookEndpointId>,
    /// What it should be.
    pub wanted: Wanted<'a>,
}

fn checked(wanted: &Wanted<'_>) -> Result<(), SetupRefused> {
    name(wanted.name)?;
    for kind in wanted.events {
        if EventKind::from_code(kind).is_none() {
            let known: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.code()).collect();
            return Err(SetupRefused::Wrong("events", format!("an event is one of {}", known.join(", "))));
        }
    }
    within("disable_after_hours", wanted.disable_after_hours, 1..=240)?;
    Ok(())
}

/// The address as it is stored, if posts may go there.
pub(super) async fn address(app: &App, url: &str) -> Result<String, SetupRefused> {
    let wrong = |text: String| SetupRefused::Wrong("url", text);
    let parsed =
        url::Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    let Some(parsed) = parsed.filter(|url| url.username().is_empty() && url.password().is_none()) else {
        return Err(wrong("url is an https address without user and password".to_owned()));
    };
    let parsed = String::from(parsed);
    match app.providers.reaches(&parsed).await {
        Ok(()) => Ok(parsed),
        Err(error) => Err(wrong(format!("url: {}", error.detail))),
    }
}

/// Adds an endpoint and tells its signing secret, or changes one and tells none.
pub async fn save_endpoint(
    app: &App,
    subject: &Subject,
    new: NewEndpoint<'_>,
) -> Result<(WebhookEndpointId, Option<String>), SetupRefused> {
    subject.require(Permission::Administer)?;
    checked(&new.wanted)?;
    let url = address(app, new.wanted.url).await?;
    let wanted = Wanted { name: new.wanted.name.trim(), url: &url, ..new.wanted };
    let mut tx = app.db.write(subject.scope()).await?;
    let (id, secret) = if let Some(id) = new.id {
        if !webhooks::update(&mut tx, id, &wanted).await? {
            return Err(SetupRefused::NotFound("endpoint"));
        }
        (id, None)
    } else {
        if webhooks::all(&mut tx).await?.len() >= MOST {
            return Err(SetupRefused::Invalid(format!("a tenant has at most {MOST} endpoints: remove one first")));
        }
        let (id, secret) = (tx.id::<WebhookEndpointId>(), webhook_secret());
        let sealed = app.sealer.seal(tx.scope().tenant(), id.0, &secret);
        webhooks::insert(&mut tx, id, &wanted, &sealed).await?;
        (id, Some(secret))
    };
    tx.audit("webhook_endpoint_saved", "webhook_endpoint", Some(id.0), json!({ "events": wanted.events }));
    tx.commit().await?;
    Ok((id, secret))
}

/// Removes an endpoint with what it was told.
pub async fn remove_endpoint(app: &App, subject: &Subject, id: WebhookEndpointId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !webhooks::remove(&mut tx, id).await? {
        return Err(SetupRefused::NotFound("endpoint"));
    }
    tx.audit("webhook_endpoint_removed", "webhook_endpoint", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// Gives an endpoint a new secret. For the hours of overlap every post is signed with both, so that the receiver may
/// change over when it likes.
pub async fn rotate_endpoint_secret(
    app: &App,
    subject: &Subject,
    id: WebhookEndpointId,
    overlap_hours: i32,
) -> Result<NewSecret<WebhookEndpointId>, SetupRefused> {
    subject.require(Permission::Administer)?;
    within("overlap_hours", overlap_hours, 0..=168)?;
    let secret = webhook_secret();
    let mut tx = app.db.write(subject.scope()).await?;
    let sealed = app.sealer.seal(tx.scope().tenant(), id.0, &secret);
    if !webhooks::rotate(&mut tx, id, &sealed, overlap_hours).await? {
        return Err(SetupRefused::NotFound("endpoint"));
    }
    let detail = json!({ "overlap_hours": overlap_hours });
    tx.audit("webhook_secret_rotated", "webhook_endpoint", Some(id.0), detail);
    tx.commit().await?;
    Ok(NewSecret { id, secret })
}

async fn locked(tx: &mut WriteTx, id: WebhookEndpointId) -> Result<Endpoint, SetupRefused> {
    webhooks::lock(tx, id).await?.ok_or(SetupRefused::NotFound("endpoint"))
}

/// Puts an endpoint into use, or aside: what happens meanwhile is kept for it and delivered in order afterwards. Enabling
/// one that was given up ends the notice of it.
pub async fn set_endpoint_active(
    app: &App,
    subject: &Subject,
    id: WebhookEndpointId,
    active: bool,
) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    locked(&mut tx, id).await?;
    webhooks::set_status(&mut tx, id, if active { "active" } else { "paused" }).await?;
    if active {
        log::hurry(&mut tx, id).await?;
        alerts::end_of_webhook(&mut tx, id).await?;
    }
    let action = if active { "webhook_endpoint_enabled" } else { "webhook_endpoint_paused" };
    tx.audit(action, "webhook_endpoint", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// Sends an event that says nothing, to see whether it arrives.
pub async fn test_endpoint(
    app: &App,
    subject: &Subject,
    id: WebhookEndpointId,
) -> Result<WebhookDeliveryId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let endpoint = locked(&mut tx, id).await?;
    if endpoint.status != "active" {
        return Err(SetupRefused::Invalid("the endpoint is not active: enable it first".to_owned()));
    }
    let unique = tx.id::<uuid::Uuid>();
    let event = NewEvent {
        kind: TEST,
        key: format!("test:{}", unique.simple()),
        conversation: None,
        order: unique,
        at: routing::now(&mut tx).await?,
        data: json!({ "endpoint": id.to_string() }),
    };
    let new = log::insert_events(&mut tx, &[event]).await?;
    let none = || StoreError::Inconsistent { table: "webhook_event", column: "key", value: "test".to_owned() };
    let event = new.get(&0).copied().ok_or_else(none)?;
    let delivery = NewDelivery { endpoint: id, event, kind: TEST.to_owned(), order: unique };
    let made = log::insert_deliveries(&mut tx, &[delivery]).await?.pop().ok_or_else(none)?;
    tx.audit("webhook_endpoint_tested", "webhook_endpoint", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(made)
}

/// Sends a delivery once more, whatever came of it: at once, and out of order.
pub async fn resend_delivery(app: &App, subject: &Subject, id: WebhookDeliveryId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let delivery = log::find(&mut tx, id).await?.ok_or(SetupRefused::NotFound("delivery"))?;
    locked(&mut tx, delivery.endpoint).await?;
    log::resend(&mut tx, id).await?;
    tx.audit("webhook_delivery_resent", "webhook_delivery", Some(id.0), json!({}));
    Ok(tx.commit().await?)
}

/// Takes up again what was given up since a time, in order; how many deliveries that are.
pub async fn recover_endpoint(
    app: &App,
    subject: &Subject,
    id: WebhookEndpointId,
    since: Instant,
) -> Result<u64, SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    locked(&mut tx, id).await?;
    if routing::now(&mut tx).await? - since > TimeDelta::days(30) {
        return Err(SetupRefused::Wrong("since", "since: events are kept for 30 days".to_owned()));
    }
    let count = log::recover(&mut tx, id, since).await?;
    tx.audit("webhook_endpoint_recovered", "webhook_endpoint", Some(id.0), json!({ "deliveries": count }));
    tx.commit().await?;
    Ok(count)
}
