//! Sites and calendars, branches and teams, as admins see and change them.

use crate::{ReadTx, StoreError, WriteTx, routing};
use chrono::NaiveDate;
use meridian_domain::{
    calendar::Site,
    ids::{BranchId, ChannelAccountId, SiteId, TeamId},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A site with its name.
#[derive(Debug, Clone)]
pub struct NamedSite {
    /// Name.
    pub name: String,
    /// Zone, hours and exceptions.
    pub site: Site,
    /// Whether its open work goes on when a shift ends.
    pub hands_over: bool,
    /// Reasons of the exceptions, by day.
    pub reasons: BTreeMap<NaiveDate, String>,
}

/// Every site by name; a tenant has dozens at most.
pub async fn all(tx: &mut ReadTx) -> Result<Vec<NamedSite>, StoreError> {
    let tenant = tx.tenant();
    let names =
        sqlx::query!("select id, name, hands_over from site where tenant_id = $1", tenant).fetch_all(tx.conn()).await?;
    let names: BTreeMap<Uuid, (String, bool)> =
        names.into_iter().map(|row| (row.id, (row.name, row.hands_over))).collect();
    let reasons = sqlx::query!("select site_id, day, reason from site_exception where tenant_id = $1", tenant)
        .fetch_all(tx.conn())
        .await?;
    let mut found: Vec<NamedSite> = routing::sites(tx)
        .await?
        .into_iter()
        .map(|site| NamedSite {
            name: names.get(&site.id.0).map(|(name, _)| name.clone()).unwrap_or_default(),
            hands_over: names.get(&site.id.0).is_some_and(|(_, hands_over)| *hands_over),
            reasons: reasons.iter().filter(|r| r.site_id == site.id.0).map(|r| (r.day, r.reason.clone())).collect(),
            site,
        })
        .collect();
    found.sort_by(|a, b| (&a.name, a.site.id).cmp(&(&b.name, b.site.id)));
    Ok(found)
}

/// Makes a day of a site differ from its week: closed, or open between two minutes. Null removes what was said before.
pub async fn except(
    tx: &mut WriteTx,
    site: SiteId,
    day: NaiveDate,
    hours: Option<(i16, i16)>,
    reason: &str,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into site_exception (tenant_id, site_id, day, starts_minute, ends_minute, reason)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (tenant_id, site_id, day) do update set starts_minute = excluded.starts_minute,
           ends_minute = excluded.ends_minute, reason = excluded.reason",
        tenant,
        site.0,
        day,
        hours.map(|h| h.0),
        hours.map(|h| h.1),
        reason
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Lets a day follow the week again; false when it already did.
pub async fn unexcept(tx: &mut WriteTx, site: SiteId, day: NaiveDate) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "delete from site_exception where tenant_id = $1 and site_id = $2 and day = $3",
        tenant,
        site.0,
        day
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether a site is one of the tenant's.
pub async fn exists(tx: &mut ReadTx, site: SiteId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!("select 1 from site where tenant_id = $1 and id = $2", tenant, site.0)
        .fetch_optional(tx.conn())
        .await?;
    Ok(found.is_some())
}

/// A branch with its teams.
#[derive(Debug, Clone)]
pub struct Branch {
    /// Id.
    pub id: BranchId,
    /// Name.
    pub name: String,
    /// Teams by name.
    pub teams: Vec<(TeamId, String)>,
}

/// Every branch by name.
pub async fn branches(tx: &mut ReadTx) -> Result<Vec<Branch>, StoreError> {
    let tenant = tx.tenant();
    let branches = sqlx::query!("select id, name from branch where tenant_id = $1 order by name, id", tenant)
        .fetch_all(tx.conn())
        .await?;
    let teams = sqlx::query!("select id, branch_id, name from team where tenant_id = $1 order by name, id", tenant)
        .fetch_all(tx.conn())
        .await?;
    Ok(branches
        .into_iter()
        .map(|row| Branch {
            id: row.id.into(),
            name: row.name,
            teams: teams.iter().filter(|t| t.branch_id == row.id).map(|t| (t.id.into(), t.name.clone())).collect(),
        })
        .collect())
}

/// Adds or renames a team of a branch.
pub async fn team(tx: &mut WriteTx, id: TeamId, branch: BranchId, name: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into team (tenant_id, id, branch_id, name) values ($1, $2, $3, $4)
         on conflict (tenant_id, id) do update set name = excluded.name, branch_id = excluded.branch_id",
        tenant,
        id.0,
        branch.0,
        name
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sites of the people who serve the queue of a channel account, and whether some of them belong to none.
pub async fn serving(tx: &mut ReadTx, account: ChannelAccountId) -> Result<(Vec<SiteId>, bool), StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_scalar!(
        "select distinct a.site_id from channel_account c
         join queue_member m on m.tenant_id = c.tenant_id and m.queue_id = c.queue_id
           and m.valid_from <= now() and (m.valid_to is null or m.valid_to > now())
         join agent a on a.tenant_id = m.tenant_id and a.id = m.agent_id and a.status = 'active'
         where c.tenant_id = $1 and c.id = $2",
        tenant,
        account.0
    )
    .fetch_all(tx.conn())
    .await?;
    let roaming = rows.iter().any(Option::is_none);
    Ok((rows.into_iter().flatten().map(SiteId).collect(), roaming))
}
