//! Events for webhooks, their deliveries, and every attempt.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{ConversationId, WebhookDeliveryId, WebhookEndpointId, WebhookEventId},
    time::Instant,
    webhook::NewEvent,
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Stores events; the ids of those that are new, by their place in the list.
pub async fn insert_events(
    tx: &mut WriteTx,
    events: &[NewEvent],
) -> Result<HashMap<usize, WebhookEventId>, StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = events.iter().map(|_| tx.id::<WebhookEventId>().0).collect();
    let keys: Vec<String> = events.iter().map(|event| event.key.clone()).collect();
    let kinds: Vec<String> = events.iter().map(|event| event.kind.to_owned()).collect();
    let conversations: Vec<Option<Uuid>> = events.iter().map(|event| event.conversation.map(|id| id.0)).collect();
    let datas: Vec<Value> = events.iter().map(|event| event.data.clone()).collect();
    let times: Vec<Instant> = events.iter().map(|event| event.at).collect();
    let new = sqlx::query_scalar!(
        "insert into webhook_event (tenant_id, id, key, kind, conversation_id, data, at)
         select $1, id, key, kind, conversation, data, at
         from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::jsonb[], $7::timestamptz[])
           as e(id, key, kind, conversation, data, at)
         on conflict (tenant_id, key) do nothing returning id",
        tenant,
        &ids,
        &keys,
        &kinds,
        &conversations as &[Option<Uuid>],
        &datas,
        &times
    )
    .fetch_all(tx.conn())
    .await?;
    let new: HashSet<Uuid> = new.into_iter().collect();
    let place = |(place, id): (usize, &Uuid)| new.contains(id).then_some((place, WebhookEventId(*id)));
    Ok(ids.iter().enumerate().filter_map(place).collect())
}

/// A delivery to make.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Where to.
    pub endpoint: WebhookEndpointId,
    /// What.
    pub event: WebhookEventId,
    /// Its kind.
    pub kind: String,
    /// What must stay in order.
    pub order: Uuid,
}

/// Locks endpoints that take events: (id, kinds wanted).
pub async fn lock_takers(tx: &mut WriteTx) -> Result<Vec<(WebhookEndpointId, Vec<String>)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, events from webhook_endpoint where tenant_id = $1 order by id limit 200 for update",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.events)).collect())
}

/// Makes deliveries in this order, each with the next number of its endpoint. The first of an order key goes at once,
/// the others wait for the one before. The endpoints are locked.
pub async fn insert_deliveries(
    tx: &mut WriteTx,
    deliveries: &[NewDelivery],
) -> Result<Vec<WebhookDeliveryId>, StoreError> {
    let tenant = tx.tenant();
    let ids: Vec<WebhookDeliveryId> = deliveries.iter().map(|_| tx.id()).collect();
    let rows: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let endpoints: Vec<Uuid> = deliveries.iter().map(|one| one.endpoint.0).collect();
    let events: Vec<Uuid> = deliveries.iter().map(|one| one.event.0).collect();
    let kinds: Vec<String> = deliveries.iter().map(|one| one.kind.clone()).collect();
    let orders: Vec<Uuid> = deliveries.iter().map(|one| one.order).collect();
    sqlx::query!(
        "with new as (
           select n.*, row_number() over (partition by endpoint order by place) as nth,
                  row_number() over (partition by endpoint, order_key order by place) as turn
           from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[])
             with ordinality as n(id, endpoint, event, kind, order_key, place)
         ), counted as (
           update webhook_endpoint e set sequence = e.sequence + c.count
           from (select endpoint, count(*) from new group by endpoint) c
           where e.tenant_id = $1 and e.id = c.endpoint returning e.id, e.sequence - c.count as before
         )
         insert into webhook_delivery (tenant_id, id, endpoint_id, event_id, kind, order_key, sequence, state)
         select $1, n.id, n.endpoint, n.event, n.kind, n.order_key, c.before + n.nth,
                case when n.turn = 1 and not exists (
                  select from webhook_delivery d where d.tenant_id = $1 and d.endpoint_id = n.endpoint
                    and d.order_key = n.order_key and d.state in ('waiting', 'pending')
                ) then 'pending' else 'waiting' end
         from new n join counted c on c.id = n.endpoint",
        tenant,
        &rows,
        &endpoints,
        &events,
        &kinds,
        &orders
    )
    .execute(tx.conn())
    .await?;
    Ok(ids)
}

/// A delivery, as it stands.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Id.
    pub id: WebhookDeliveryId,
    /// Where to.
    pub endpoint: WebhookEndpointId,
    /// What: the `webhook-id`.
    pub event: WebhookEventId,
    /// Its kind.
    pub kind: String,
    /// What must stay in order.
    pub order: Uuid,
    /// Its number within the endpoint.
    pub sequence: i64,
    /// waiting, pending, delivered or failed.
    pub state: String,
    /// Attempts in all.
    pub attempts: i32,
    /// Attempts of the present round.
    pub tries: i32,
    /// When it is tried next.
    pub due_at: Instant,
    /// Since when.
    pub created_at: Instant,
    /// When it was delivered or given up.
    pub finished_at: Option<Instant>,
    /// The conversation it is about.
    pub conversation: Option<ConversationId>,
    /// What is told.
    pub data: Value,
    /// When it happened.
    pub at: Instant,
}

struct Row {
    id: Uuid,
    endpoint_id: Uuid,
    event_id: Uuid,
    kind: String,
    order_key: Uuid,
    sequence: i64,
    state: String,
    attempts: i32,
    tries: i32,
    due_at: Instant,
    created_at: Instant,
    finished_at: Option<Instant>,
    conversation_id: Option<Uuid>,
    data: Value,
    at: Instant,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.into(),
            endpoint: row.endpoint_id.into(),
            event: row.event_id.into(),
            kind: row.kind,
            order: row.order_key,
            sequence: row.sequence,
            state: row.state,
            attempts: row.attempts,
            tries: row.tries,
            due_at: row.due_at,
            created_at: row.created_at,
            finished_at: row.finished_at,
            conversation: row.conversation_id.map(ConversationId),
            data: row.data,
            at: row.at,
        }
    }
}

/// One delivery.
pub async fn find(tx: &mut ReadTx, id: WebhookDeliveryId) -> Result<Option<Delivery>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select d.id, d.endpoint_id, d.event_id, d.kind, d.order_key, d.sequence, d.state, d.attempts, d.tries, d.due_at,
                d.created_at, d.finished_at, e.conversation_id, e.data, e.at
         from webhook_delivery d join webhook_event e on e.tenant_id = d.tenant_id and e.id = d.event_id
         where d.tenant_id = $1 and d.id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(Delivery::from))
}

/// A page of an endpoint's deliveries, newest first, before a number; in one state only, if one is named.
pub async fn page(
    tx: &mut ReadTx,
    endpoint: WebhookEndpointId,
    state: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        "select d.id, d.endpoint_id, d.event_id, d.kind, d.order_key, d.sequence, d.state, d.attempts, d.tries, d.due_at,
                d.created_at, d.finished_at, e.conversation_id, e.data, e.at
         from webhook_delivery d join webhook_event e on e.tenant_id = d.tenant_id and e.id = d.event_id
         where d.tenant_id = $1 and d.endpoint_id = $2 and d.sequence < coalesce($4, 9223372036854775807)
           and ($3::text is null or d.state = $3)
         order by d.sequence desc limit $5",
        tenant,
        endpoint.0,
        state,
        before,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Delivery::from).collect())
}

/// Deliveries of several endpoints that are still to be made, counted up to a thousand each.
pub async fn open(tx: &mut ReadTx, endpoint: WebhookEndpointId) -> Result<i64, StoreError> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "n!" from (
             select from webhook_delivery
             where tenant_id = $1 and endpoint_id = $2 and state in ('waiting', 'pending') limit 1000
           ) d"#,
        tenant,
        endpoint.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(count)
}

/// One attempt.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its number, from 1.
    pub n: i32,
    /// When it was over.
    pub at: Instant,
    /// How long it took.
    pub duration_ms: i32,
    /// What was sent as headers.
    pub headers: Value,
    /// The answer's status; none when there was no answer.
    pub status: Option<i32>,
    /// The beginning of the answer.
    pub response: String,
    /// Why it failed.
    pub error: Option<String>,
}

/// The attempts of a delivery, oldest first.
pub async fn attempts(tx: &mut ReadTx, id: WebhookDeliveryId) -> Result<Vec<Attempt>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Attempt,
        "select n, at, duration_ms, headers, status, response, error from webhook_attempt
         where tenant_id = $1 and delivery_id = $2 order by n limit 100",
        tenant,
        id.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// What an attempt came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// How long it took.
    pub duration_ms: i32,
    /// What was sent as headers.
    pub headers: Value,
    /// The answer's status.
    pub status: Option<u16>,
    /// The beginning of the answer.
    pub response: String,
    /// Why it failed; none when it was taken.
    pub error: Option<String>,
}

/// Records an attempt: delivered, to be tried again in `again` seconds, or given up. When that ends the delivery, the
/// next one of its order key goes. False when it was no longer to be made. The endpoint is locked.
pub async fn record(
    tx: &mut WriteTx,
    delivery: &Delivery,
    outcome: &Outcome,
    again: Option<u32>,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let state = match (&outcome.error, again) {
        (None, _) => "delivered",
        (Some(_), Some(_)) => "pending",
        (Some(_), None) => "failed",
    };
    let done = sqlx::query!(
        "with d as (
           update webhook_delivery set state = $3, attempts = attempts + 1, tries = tries + 1,
             due_at = clock_timestamp() + make_interval(secs => $4),
             finished_at = case when $3 <> 'pending' then clock_timestamp() end
           where tenant_id = $1 and id = $2 and state || '' = 'pending' returning attempts
         )
         insert into webhook_attempt (tenant_id, delivery_id, n, duration_ms, headers, status, response, error)
         select $1, $2, attempts, $5, $6, $7, $8, $9 from d",
        tenant,
        delivery.id.0,
        state,
        f64::from(again.unwrap_or(0)),
        outcome.duration_ms,
        outcome.headers,
        outcome.status.map(i32::from),
        outcome.response,
        outcome.error.as_deref()
    )
    .execute(tx.conn())
    .await?;
    if state != "pending" {
        advance(tx, delivery.endpoint, &[delivery.order]).await?;
    }
    Ok(done.rows_affected() == 1)
}

/// Lets the first delivery of each order key go that has none on its way.
async fn advance(tx: &mut WriteTx, endpoint: WebhookEndpointId, orders: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update webhook_delivery d set state = 'pending', due_at = clock_timestamp()
         from unnest($3::uuid[]) as o(order_key)
         cross join lateral (
           select id, state from webhook_delivery where tenant_id = $1 and endpoint_id = $2 and order_key = o.order_key
             and state in ('waiting', 'pending') order by sequence limit 1
         ) first
         where d.tenant_id = $1 and d.id = first.id and d.state = 'waiting'",
        tenant,
        endpoint.0,
        orders
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sends a delivery once more, at once and out of order. The endpoint is locked.
pub async fn resend(tx: &mut WriteTx, id: WebhookDeliveryId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update webhook_delivery set state = 'pending', tries = 0, due_at = clock_timestamp(), finished_at = null
         where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes up again, in order, what was given up since a time, at most 10,000; how many. The endpoint is locked.
pub async fn recover(tx: &mut WriteTx, endpoint: WebhookEndpointId, since: Instant) -> Result<u64, StoreError> {
    let tenant = tx.tenant();
    let orders = sqlx::query_scalar!(
        "update webhook_delivery d set state = 'waiting', tries = 0, finished_at = null
         from (
           select id from webhook_delivery where tenant_id = $1 and endpoint_id = $2 and state = 'failed'
             and created_at >= $3 order by created_at limit 10000
         ) f
         where d.tenant_id = $1 and d.id = f.id returning d.order_key",
        tenant,
        endpoint.0,
        since
    )
    .fetch_all(tx.conn())
    .await?;
    let count = orders.len() as u64;
    let mut orders = orders;
    orders.sort_unstable();
    orders.dedup();
    // What is on its way and younger steps back behind what was given up before it.
    sqlx::query!(
        "update webhook_delivery set state = 'waiting'
         where tenant_id = $1 and endpoint_id = $2 and order_key = any($3) and state = 'pending'",
        tenant,
        endpoint.0,
        &orders
    )
    .execute(tx.conn())
    .await?;
    advance(tx, endpoint, &orders).await?;
    Ok(count)
}

/// Everything of an endpoint that is on its way is due now: it was just enabled.
pub async fn hurry(tx: &mut WriteTx, endpoint: WebhookEndpointId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update webhook_delivery set due_at = clock_timestamp(), tries = 0
         where tenant_id = $1 and endpoint_id = $2 and state = 'pending'",
        tenant,
        endpoint.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
