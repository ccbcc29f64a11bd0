//! The outbox on its way out: jobs to the broker, changes to their place in the tenants' streams. The relay serves all
//! tenants. Each function is one statement that is its own transaction, fenced by the leases of its lanes.

use crate::{Db, StoreError};
use meridian_domain::ids::TenantId;
use serde_json::Value;
use uuid::Uuid;

/// Leases as the relay believes them: what is no longer held under its epoch is left alone.
#[derive(Debug, Clone)]
pub struct Held {
    /// Who holds them.
    pub holder: Uuid,
    /// Names of the leases.
    pub names: Vec<String>,
    /// Their epochs.
    pub epochs: Vec<i64>,
    /// The lanes they stand for.
    pub lanes: Vec<i16>,
}

/// A job on its way to the broker.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its place.
    pub id: i64,
    /// Its queue, without prefix.
    pub queue: String,
    /// The job.
    pub payload: Value,
}

/// Jobs that are due in some lanes, in order within each, at most `limit` a lane.
pub async fn jobs(db: &Db, held: &Held, limit: i64) -> Result<Vec<Outgoing>, StoreError> {
    let rows = sqlx::query!(
        r#"select o.tenant_id as "tenant_id!", o.id as "id!", o.queue as "queue!", o.payload as "payload!"
           from unnest($1::smallint[], $2::text[], $3::bigint[]) as h(lane, name, epoch)
           join lease l on l.name = h.name and l.epoch = h.epoch and l.holder = $4
           cross join lateral (
             select tenant_id, id, queue, payload, due_at from outbox
             where lane = h.lane and queue is not null and due_at <= clock_timestamp() order by due_at, id limit $5
           ) o
           order by h.lane, o.due_at, o.id"#,
        &held.lanes,
        &held.names,
        &held.epochs,
        held.holder,
        limit
    )
    .fetch_all(db.crossing("the relay publishes the jobs of all tenants")?)
    .await?;
    let job =
        |(tenant_id, id, queue, payload): (Uuid, _, _, _)| Outgoing { tenant: tenant_id.into(), id, queue, payload };
    Ok(rows.into_iter().map(|row| job((row.tenant_id, row.id, row.queue, row.payload))).collect())
}

/// Takes published jobs out of the outbox.
pub async fn remove(db: &Db, rows: &[Outgoing]) -> Result<(), StoreError> {
    let tenants: Vec<Uuid> = rows.iter().map(|row| row.tenant.0).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    sqlx::query!(
        "delete from outbox o using unnest($1::uuid[], $2::bigint[]) as gone(tenant_id, id)
         where o.tenant_id = gone.tenant_id and o.id = gone.id",
        &tenants,
        &ids
    )
    .execute(db.crossing("the relay removes published jobs of all tenants")?)
    .await?;
    Ok(())
}

/// What [`place`] did.
#[derive(Debug, Clone, Default)]
pub struct Placed {
    /// Changes that left the outbox.
    pub changes: usize,
    /// The newest position of each (tenant, topic), for the hints.
    pub newest: Vec<(TenantId, String, i64)>,
}

/// Moves due changes from the outbox to the end of their tenants' streams, at most `limit` a lane. A row is placed by
/// the statement that deletes it, so never twice.
pub async fn place(db: &Db, held: &Held, limit: i64) -> Result<Placed, StoreError> {
    let rows = sqlx::query!(
        r#"with due as (
             select o.tenant_id, o.id
             from unnest($1::smallint[], $2::text[], $3::bigint[]) as h(lane, name, epoch)
             join lease l on l.name = h.name and l.epoch = h.epoch and l.holder = $4
             cross join lateral (
               select tenant_id, id from outbox
               where lane = h.lane and topics is not null and due_at <= clock_timestamp() order by due_at, id limit $5
             ) o
           ), gone as (
             delete from outbox o using due where o.tenant_id = due.tenant_id and o.id = due.id
             returning o.tenant_id, o.id, o.topics, o.payload
           ), numbered as (
             select tenant_id, topics, payload, row_number() over (partition by tenant_id order by id) as n from gone
           ), stream as (
             insert into tenant_stream (tenant_id, position)
             select tenant_id, count(*) from gone group by tenant_id order by tenant_id
             on conflict (tenant_id) do update set position = tenant_stream.position + excluded.position
             returning tenant_id, position
           ), placed as (
             insert into live_event (tenant_id, topic, position, change)
             select n.tenant_id, t.topic,
                    s.position - (select count(*) from gone g where g.tenant_id = n.tenant_id) + n.n, n.payload
             from numbered n join stream s using (tenant_id) cross join lateral (select distinct unnest(n.topics) as topic) t
             returning tenant_id, topic, position
           )
           select tenant_id as "tenant_id!", topic as "topic!", max(position) as "position!",
                  (select count(*) from gone) as "changes!"
           from placed group by tenant_id, topic"#,
        &held.lanes,
        &held.names,
        &held.epochs,
        held.holder,
        limit
    )
    .fetch_all(db.crossing("the relay places the changes of all tenants")?)
    .await?;
    let changes = rows.first().map_or(0, |row| usize::try_from(row.changes).unwrap_or(0));
    let newest = rows.into_iter().map(|row| (row.tenant_id.into(), row.topic, row.position)).collect();
    Ok(Placed { changes, newest })
}
