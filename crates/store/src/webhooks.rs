//! Webhook endpoints, and the changes that become their events.

use crate::{Db, ReadTx, Sealer, StoreError, WriteTx};
use meridian_domain::{
    ids::{TenantId, WebhookDeliveryId, WebhookEndpointId},
    live::Change,
    secret::Secret,
    time::Instant,
};
use uuid::Uuid;

/// Where a tenant has its events posted.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Id.
    pub id: WebhookEndpointId,
    /// Name for people.
    pub name: String,
    /// Where to.
    pub url: String,
    /// Kinds of events it wants; empty for all.
    pub events: Vec<String>,
    /// Whether what was written goes along.
    pub content: bool,
    /// active, paused (by an admin) or disabled (given up).
    pub status: String,
    /// Hours it may take nothing before it is given up.
    pub disable_after_hours: i32,
    /// Failures in a row.
    pub failures: i32,
    /// Since when it takes nothing.
    pub failing_since: Option<Instant>,
    /// Until when nothing is tried.
    pub open_until: Option<Instant>,
    /// Until when the secret before signs along.
    pub previous_until: Option<Instant>,
    /// Since when.
    pub created_at: Instant,
}

macro_rules! endpoints {
    ($tx:expr, $filter:literal $(, $value:expr)*) => {{
        let tenant = $tx.tenant();
        sqlx::query_as!(
            Endpoint,
            "select id, name, url, events, content, status, disable_after_hours, failures, failing_since, open_until,
                    previous_until, created_at
             from webhook_endpoint where tenant_id = $1 " + $filter,
            tenant
            $(, $value)*
        )
        .fetch_all($tx.conn())
        .await?
    }};
}

/// All endpoints of the tenant by id, at most 200.
pub async fn all(tx: &mut ReadTx) -> Result<Vec<Endpoint>, StoreError> {
    Ok(endpoints!(tx, "order by id limit 200"))
}

/// A page of endpoints after one.
pub async fn page(tx: &mut ReadTx, after: Option<Uuid>, limit: i64) -> Result<Vec<Endpoint>, StoreError> {
    Ok(endpoints!(tx, "and ($2::uuid is null or id > $2) order by id limit $3", after, limit))
}

/// One endpoint.
pub async fn find(tx: &mut ReadTx, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
    Ok(endpoints!(tx, "and id = $2", id.0).pop())
}

/// One endpoint under lock: what orders its deliveries.
pub async fn lock(tx: &mut WriteTx, id: WebhookEndpointId) -> Result<Option<Endpoint>, StoreError> {
    Ok(endpoints!(tx, "and id = $2 for update", id.0).pop())
}

/// What an admin sets.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Name for people.
    pub name: &'a str,
    /// Where to.
    pub url: &'a str,
    /// Kinds of events it wants; empty for all.
    pub events: &'a [String],
    /// Whether what was written goes along.
    pub content: bool,
    /// Hours it may take nothing before it is given up.
    pub disable_after_hours: i32,
}

/// Adds an endpoint, its secret sealed for its id. The first one begins the copying of changes.
pub async fn insert(
    tx: &mut WriteTx,
    id: WebhookEndpointId,
    new: &Wanted<'_>,
    sealed: &[u8],
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "with source as (insert into webhook_source (tenant_id) values ($1) on conflict do nothing)
         insert into webhook_endpoint (tenant_id, id, name, url, events, content, disable_after_hours, secret_sealed)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        tenant,
        id.0,
        new.name,
        new.url,
        new.events,
        new.content,
        new.disable_after_hours,
        sealed
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Changes an endpoint; false when there is none.
pub async fn update(tx: &mut WriteTx, id: WebhookEndpointId, new: &Wanted<'_>) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update webhook_endpoint set name = $3, url = $4, events = $5, content = $6, disable_after_hours = $7
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        new.name,
        new.url,
        new.events,
        new.content,
        new.disable_after_hours
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes an endpoint with its deliveries; false when there is none. The last one ends the copying of changes.
pub async fn remove(tx: &mut WriteTx, id: WebhookEndpointId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!("delete from webhook_endpoint where tenant_id = $1 and id = $2", tenant, id.0)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "with gone as (
           delete from webhook_source where tenant_id = $1
             and not exists (select from webhook_endpoint where tenant_id = $1) returning tenant_id
         )
         delete from webhook_change c using gone where c.tenant_id = gone.tenant_id",
        tenant
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives an endpoint a new secret; the present one signs along for so many hours.
pub async fn rotate(
    tx: &mut WriteTx,
    id: WebhookEndpointId,
    sealed: &[u8],
    overlap_hours: i32,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update webhook_endpoint set previous_sealed = secret_sealed, secret_sealed = $3,
                previous_until = clock_timestamp() + make_interval(hours => $4)
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        sealed,
        overlap_hours
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The secrets that sign now: the present one, and the one before while its time lasts.
pub async fn secrets(tx: &mut ReadTx, sealer: &Sealer, id: WebhookEndpointId) -> Result<Vec<Secret>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select secret_sealed, case when previous_until > clock_timestamp() then previous_sealed end as previous
         from webhook_endpoint where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Vec::new()) };
    let sealed = std::iter::once(row.secret_sealed).chain(row.previous);
    sealed.map(|sealed| sealer.open(TenantId(tenant), id.0, &sealed)).collect()
}

/// Sets the status; what was counted of failures is forgotten. False when there is no such endpoint.
pub async fn set_status(tx: &mut WriteTx, id: WebhookEndpointId, status: &str) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update webhook_endpoint set status = $3, failures = 0, failing_since = null, open_until = null
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        status
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives an endpoint up; false when it was not active.
pub async fn disable(tx: &mut WriteTx, id: WebhookEndpointId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update webhook_endpoint set status = 'disabled' where tenant_id = $1 and id = $2 and status = 'active'",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An endpoint took something.
pub async fn took(tx: &mut WriteTx, id: WebhookEndpointId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update webhook_endpoint set failures = 0, failing_since = null, open_until = null
         where tenant_id = $1 and id = $2 and failures > 0",
        tenant,
        id.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An endpoint failed once more; it is left alone for `pause` seconds, if any. For how many seconds it takes nothing now.
pub async fn failed(tx: &mut WriteTx, id: WebhookEndpointId, pause: Option<u32>) -> Result<i64, StoreError> {
    let tenant = tx.tenant();
    let seconds = sqlx::query_scalar!(
        r#"update webhook_endpoint set failures = failures + 1,
                  failing_since = coalesce(failing_since, clock_timestamp()),
                  open_until = case when $3::float8 is null then open_until
                                    else clock_timestamp() + make_interval(secs => $3) end
           where tenant_id = $1 and id = $2
           returning extract(epoch from clock_timestamp() - failing_since)::bigint as "seconds!""#,
        tenant,
        id.0,
        pause.map(f64::from)
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(seconds.unwrap_or_default())
}

/// Locks the tenant's copying of changes; since when it goes on. `None` when somebody else is at it or nothing is copied.
pub async fn source(tx: &mut WriteTx) -> Result<Option<Instant>, StoreError> {
    let tenant = tx.tenant();
    let since = sqlx::query_scalar!(
        "select since from webhook_source where tenant_id = $1 for update skip locked",
        tenant
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(since)
}

/// Takes the oldest changes out, in order.
pub async fn take_changes(tx: &mut WriteTx, limit: i64) -> Result<Vec<Change>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with old as (
             select position from webhook_change where tenant_id = $1 order by position limit $2
           ), gone as (
             delete from webhook_change c using old where c.tenant_id = $1 and c.position = old.position
             returning c.position, c.change
           )
           select change as "change!" from gone order by position"#,
        tenant,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    // A change of a later release is nothing that this one could tell.
    Ok(rows.into_iter().filter_map(|row| serde_json::from_value(row.change).ok()).collect())
}

/// Tenants whose changes wait to become events.
pub async fn waiting(db: &Db) -> Result<Vec<TenantId>, StoreError> {
    let rows = sqlx::query_scalar!(
        "select s.tenant_id from webhook_source s
         where exists (select from webhook_change c where c.tenant_id = s.tenant_id) limit 200"
    )
    .fetch_all(db.crossing("changes that wait to become webhook events")?)
    .await?;
    Ok(rows.into_iter().map(TenantId).collect())
}

/// A delivery that is due.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its endpoint.
    pub endpoint: WebhookEndpointId,
    /// The delivery.
    pub delivery: WebhookDeliveryId,
}

/// Claims due deliveries for half a minute, at most `each` an endpoint. Endpoints that are busy enough, off, or left alone
/// are passed over; one that failed often gets a single delivery as a try.
pub async fn claim(db: &Db, busy: &[Uuid], each: i64, limit: i64) -> Result<Vec<Due>, StoreError> {
    let rows = sqlx::query!(
        r#"with due as (
             select d.tenant_id, d.id, e.id as endpoint_id, e.failures
             from webhook_endpoint e
             cross join lateral (
               select tenant_id, id from webhook_delivery
               where tenant_id = e.tenant_id and endpoint_id = e.id and state = 'pending'
                 and due_at <= clock_timestamp()
               order by due_at limit case when e.failures >= $4 then 1 else $2::bigint end
               for update skip locked
             ) d
             where e.status = 'active' and (e.open_until is null or e.open_until <= clock_timestamp())
               and e.id <> all($1)
             limit $3
           ), tried as (
             update webhook_endpoint e set open_until = clock_timestamp() + interval '15 seconds'
             from due where e.tenant_id = due.tenant_id and e.id = due.endpoint_id and due.failures >= $4
           )
           update webhook_delivery d set due_at = clock_timestamp() + interval '30 seconds'
           from due where d.tenant_id = due.tenant_id and d.id = due.id
           returning d.tenant_id, d.endpoint_id, d.id"#,
        busy,
        each,
        limit,
        meridian_domain::webhook::OPENS_AFTER
    )
    .fetch_all(db.crossing("webhook deliveries that are due")?)
    .await?;
    let due = |(tenant, endpoint, delivery): (Uuid, Uuid, Uuid)| Due {
        tenant: TenantId(tenant),
        endpoint: endpoint.into(),
        delivery: delivery.into(),
    };
    Ok(rows.into_iter().map(|row| due((row.tenant_id, row.endpoint_id, row.id))).collect())
}
