//! Webhooks of a tenant's own: changes become events, events are posted.

use crate::{App, authz::Subject};
use chrono::SecondsFormat;
use meridian_domain::{
    ids::{TenantId, WebhookDeliveryId},
    secret::Secret,
    webhook::{self, gives_up, pause, retry_in, without_content},
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
    webhook_facts,
    webhook_log::{self as log, Delivery, NewDelivery, Outcome},
    webhooks::{self, Endpoint},
};
use serde_json::{Value, json};

/// Changes that become events at once.
const ROUND: i64 = 200;

/// Makes events of the oldest changes, and deliveries of the events, in one transaction. True when there may be more.
pub async fn gather(app: &App, tenant: TenantId) -> Result<bool, StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(since) = webhooks::source(&mut tx).await? else { return Ok(false) };
    let changes = webhooks::take_changes(&mut tx, ROUND).await?;
    if changes.is_empty() {
        tx.commit().await?;
        return Ok(false);
    }
    let facts = webhook_facts::of(&mut tx, &changes).await?;
    let events = webhook::events(&changes, &facts, since);
    if !events.is_empty() {
        let takers = log::lock_takers(&mut tx).await?;
        let wanted = |kind: &str| takers.iter().any(|(_, kinds)| wants(kinds, kind));
        let events: Vec<webhook::NewEvent> = events.into_iter().filter(|event| wanted(event.kind)).collect();
        let new = log::insert_events(&mut tx, &events).await?;
        let mut deliveries = Vec::new();
        for (place, event) in events.iter().enumerate() {
            let Some(id) = new.get(&place) else { continue };
            for (endpoint, _) in takers.iter().filter(|(_, kinds)| wants(kinds, event.kind)) {
                let kind = event.kind.to_owned();
                deliveries.push(NewDelivery { endpoint: *endpoint, event: *id, kind, order: event.order });
            }
        }
        if !deliveries.is_empty() {
            log::insert_deliveries(&mut tx, &deliveries).await?;
        }
    }
    tx.commit().await?;
    Ok(i64::try_from(changes.len()).is_ok_and(|n| n >= ROUND))
}

fn wants(kinds: &[String], kind: &str) -> bool {
    kinds.is_empty() || kinds.iter().any(|one| one == kind)
}

/// A post to make.
#[derive(Debug)]
pub struct Outgoing {
    /// Where to.
    pub url: String,
    /// What signs it: the present secret, and the one before while it is valid.
    pub secrets: Vec<Secret>,
    /// `webhook-id`: the same over all attempts and endpoints.
    pub webhook_id: String,
    /// The body.
    pub body: Value,
}

/// The body of a delivery.
pub fn body(delivery: &Delivery, content: bool) -> Value {
    let data = if content { delivery.data.clone() } else { without_content(delivery.data.clone()) };
    json!({
        "type": delivery.kind,
        "timestamp": delivery.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        "sequence": delivery.sequence,
        "conversation": delivery.conversation.map(|id| id.to_string()),
        "data": data,
    })
}

/// Prepares a delivery; none when it is not to be made any more.
pub async fn outgoing(app: &App, tenant: TenantId, id: WebhookDeliveryId) -> Result<Option<Outgoing>, StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let Some(delivery) = log::find(&mut tx, id).await?.filter(|delivery| delivery.state == "pending") else {
        return Ok(None);
    };
    let Some(endpoint) = webhooks::find(&mut tx, delivery.endpoint).await? else { return Ok(None) };
    Ok(Some(Outgoing {
        secrets: webhooks::secrets(&mut tx, &app.sealer, endpoint.id).await?,
        webhook_id: delivery.event.to_string(),
        body: body(&delivery, endpoint.content),
        url: endpoint.url,
    }))
}

/// Records an attempt. A failure is tried again on the schedule; an endpoint that fails often is left alone for a while,
/// and given up with a notice when it took nothing for as long as it may.
pub async fn attempted(
    app: &App,
    tenant: TenantId,
    id: WebhookDeliveryId,
    outcome: &Outcome,
    retry_after: Option<u32>,
) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(found) = log::find(&mut tx, id).await? else { return Ok(()) };
    let Some(endpoint) = webhooks::lock(&mut tx, found.endpoint).await? else { return Ok(()) };
    // Read again under the lock.
    let Some(delivery) = log::find(&mut tx, id).await?.filter(|found| found.state == "pending") else { return Ok(()) };
    let again = outcome.error.as_ref().and_then(|_| retry_in(delivery.tries + 1, retry_after));
    log::record(&mut tx, &delivery, outcome, again).await?;
    if outcome.error.is_none() {
        webhooks::took(&mut tx, endpoint.id).await?;
    } else {
        let seconds = webhooks::failed(&mut tx, endpoint.id, pause(endpoint.failures.saturating_add(1))).await?;
        if gives_up(outcome.status, seconds, endpoint.disable_after_hours) {
            give_up(&mut tx, &endpoint, outcome.error.as_deref().unwrap_or_default()).await?;
        }
    }
    tx.commit().await
}

/// Takes an endpoint out of use and says so. Its events go on being kept for it.
async fn give_up(tx: &mut WriteTx, endpoint: &Endpoint, error: &str) -> Result<(), StoreError> {
    if !webhooks::disable(tx, endpoint.id).await? {
        return Ok(());
    }
    let text = format!(
        "The webhook endpoint \"{}\" took nothing for too long and is disabled ({error}). Its events are kept for 30 days: \
         mend the receiver, then enable the endpoint to have them delivered.",
        endpoint.name
    );
    let alert = NewAlert { kind: "webhook", severity: 4, webhook: Some(endpoint.id), text: &text, ..NewAlert::default() };
    alerts::raise(tx, &alert).await?;
    tx.audit("webhook_endpoint_disabled", "webhook_endpoint", Some(endpoint.id.0), json!({ "by": "failure" }));
    Ok(())
}
