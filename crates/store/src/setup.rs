//! Set-up of a tenant: branches, sites, queues, skills, people.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    calendar::Shift,
    channel::ChannelClass,
    ids::{AgentId, BranchId, QueueId, SiteId, SkillId},
    people::Role,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Makes the tenant of the transaction's scope, or renames it, so that all it begins with is made with it or not at all. A
/// slug that is taken violates `tenant_slug`.
pub async fn insert_tenant(tx: &mut WriteTx, slug: &str, name: &str, time_zone: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into tenant (tenant_id, slug, name, time_zone) values ($1, $2, $3, $4)
         on conflict (tenant_id) do update set name = excluded.name",
        tenant,
        slug,
        name,
        time_zone
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Adds or renames a branch.
pub async fn branch(tx: &mut WriteTx, id: BranchId, name: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into branch (tenant_id, id, name) values ($1, $2, $3)
         on conflict (tenant_id, id) do update set name = excluded.name",
        tenant,
        id.0,
        name
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Adds or replaces a site and its weekly shifts.
pub async fn site(
    tx: &mut WriteTx,
    id: SiteId,
    name: &str,
    zone: &str,
    ring: i16,
    hands_over: Option<bool>,
    shifts: &[Shift],
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into site (tenant_id, id, name, time_zone, ring, hands_over) values ($1, $2, $3, $4, $5, coalesce($6, false))
         on conflict (tenant_id, id) do update set name = excluded.name, time_zone = excluded.time_zone,
           ring = excluded.ring, hands_over = coalesce($6, site.hands_over)",
        tenant,
        id.0,
        name,
        zone,
        ring,
        hands_over
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from site_shift where tenant_id = $1 and site_id = $2", tenant, id.0)
        .execute(tx.conn())
        .await?;
    for shift in shifts {
        let shift_id = tx.id::<Uuid>();
        sqlx::query!(
            "insert into site_shift (tenant_id, id, site_id, weekday, starts_minute, ends_minute)
             values ($1, $2, $3, $4, $5, $6)",
            tenant,
            shift_id,
            id.0,
            i16::from(shift.weekday),
            shift.starts_minute as i16,
            shift.ends_minute as i16
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Adds or renames a skill.
pub async fn skill(tx: &mut WriteTx, id: SkillId, name: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into skill (tenant_id, id, name) values ($1, $2, $3)
         on conflict (tenant_id, id) do update set name = excluded.name",
        tenant,
        id.0,
        name
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A queue as admins see it.
#[derive(Debug, Clone)]
pub struct QueueRow {
    /// Id.
    pub id: QueueId,
    /// Branch.
    pub branch: BranchId,
    /// Name.
    pub name: String,
    /// Head start of its work, minutes.
    pub priority_minutes: i32,
    /// Seconds to answer an offer.
    pub offer_seconds: i32,
    /// Seconds to write up.
    pub wrap_up_seconds: i32,
    /// Seconds during which only the sticky agent is asked.
    pub sticky_seconds: i32,
    /// Whether a code for what came of the work must be chosen.
    pub wrap_up_code_required: bool,
    /// Whether a code must be chosen to let an offer pass.
    pub decline_code_required: bool,
}

/// Adds or changes a queue.
pub async fn queue(tx: &mut WriteTx, queue: &QueueRow) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into queue (tenant_id, id, branch_id, name, priority_minutes, offer_seconds, wrap_up_seconds, sticky_seconds,
                            wrap_up_code_required, decline_code_required)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (tenant_id, id) do update set branch_id = excluded.branch_id, name = excluded.name,
           priority_minutes = excluded.priority_minutes, offer_seconds = excluded.offer_seconds, wrap_up_seconds = excluded.wrap_up_seconds,
           sticky_seconds = excluded.sticky_seconds, wrap_up_code_required = excluded.wrap_up_code_required,
           decline_code_required = excluded.decline_code_required",
        tenant,
        queue.id.0,
        queue.branch.0,
        queue.name,
        queue.priority_minutes,
        queue.offer_seconds,
        queue.wrap_up_seconds,
        queue.sticky_seconds,
        queue.wrap_up_code_required,
        queue.decline_code_required
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// All queues by name; a tenant has hundreds at most.
pub async fn queues(tx: &mut ReadTx) -> Result<Vec<QueueRow>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, branch_id, name, priority_minutes, offer_seconds, wrap_up_seconds, sticky_seconds,
                wrap_up_code_required, decline_code_required
         from queue
         where tenant_id = $1 and active order by name, id limit 1000",
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| QueueRow {
            id: row.id.into(),
            branch: row.branch_id.into(),
            name: row.name,
            priority_minutes: row.priority_minutes,
            offer_seconds: row.offer_seconds,
            wrap_up_seconds: row.wrap_up_seconds,
            sticky_seconds: row.sticky_seconds,
            wrap_up_code_required: row.wrap_up_code_required,
            decline_code_required: row.decline_code_required,
        })
        .collect())
}

/// Whether a queue is still in use.
pub async fn in_use(tx: &mut ReadTx, id: QueueId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!("select active from queue where tenant_id = $1 and id = $2", tenant, id.0)
        .fetch_optional(tx.conn())
        .await?;
    Ok(found.unwrap_or(false))
}

/// Who takes the work of several queues now.
pub async fn members(tx: &mut ReadTx, queues: &[Uuid]) -> Result<Vec<(QueueId, AgentId)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select queue_id, agent_id from queue_member
         where tenant_id = $1 and queue_id = any($2) and valid_to is null order by queue_id, agent_id",
        tenant,
        queues
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.queue_id.into(), row.agent_id.into())).collect())
}

/// How much waits in a queue and since when its oldest does.
pub async fn queue_depth(tx: &mut ReadTx, id: QueueId) -> Result<(i64, i64), StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select count(*) as "waiting!",
                  coalesce(extract(epoch from clock_timestamp() - min(enqueued_at)), 0)::bigint as "oldest!"
           from work_item where tenant_id = $1 and queue_id = $2 and state in ('queued', 'offered')"#,
        tenant,
        id.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.waiting, row.oldest))
}

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewAgent<'a> {
    /// Id.
    pub id: AgentId,
    /// Sign-in address, lower-cased.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// Role.
    pub role: Role,
    /// Branch.
    pub branch: BranchId,
    /// Site.
    pub site: Option<SiteId>,
    /// IANA zone.
    pub time_zone: &'a str,
    /// Languages spoken.
    pub languages: &'a [String],
    /// What the tenant says of them: key to value.
    pub attributes: &'a BTreeMap<String, String>,
    /// Argon2id in PHC form.
    pub password_hash: Option<&'a str>,
}

/// Adds or changes a person, with capacity per channel class.
pub async fn agent(tx: &mut WriteTx, new: &NewAgent<'_>, caps: [i16; 4]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into agent (tenant_id, id, email, name, role, branch_id, site_id, time_zone, languages, password_hash,
                            attributes)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (tenant_id, id) do update set email = excluded.email, name = excluded.name, role = excluded.role,
           branch_id = excluded.branch_id, site_id = excluded.site_id, time_zone = excluded.time_zone,
           languages = excluded.languages, attributes = excluded.attributes,
           password_hash = coalesce(excluded.password_hash, agent.password_hash)",
        tenant,
        new.id.0,
        new.email,
        new.name,
        new.role.code(),
        new.branch.0,
        new.site.map(|s| s.0),
        new.time_zone,
        new.languages,
        new.password_hash,
        serde_json::json!(new.attributes)
    )
    .execute(tx.conn())
    .await?;
    for class in ChannelClass::ALL {
        sqlx::query!(
            "insert into agent_load (tenant_id, agent_id, class, cap) values ($1, $2, $3, $4)
             on conflict (tenant_id, agent_id, class) do update
               set cap = greatest(excluded.cap, agent_load.used), wanted = excluded.cap",
            tenant,
            new.id.0,
            class.code(),
            caps[class.index()]
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Makes an agent a member of a queue from now on.
pub async fn join_queue(tx: &mut WriteTx, queue: QueueId, agent: AgentId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into queue_member (tenant_id, queue_id, agent_id) select $1, $2, $3
         where not exists (select 1 from queue_member
           where tenant_id = $1 and queue_id = $2 and agent_id = $3 and valid_to is null)",
        tenant,
        queue.0,
        agent.0
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Ends the membership of everybody but those named.
pub async fn leave_queue(tx: &mut WriteTx, queue: QueueId, keep: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update queue_member set valid_to = clock_timestamp()
         where tenant_id = $1 and queue_id = $2 and valid_to is null and agent_id <> all($3)",
        tenant,
        queue.0,
        keep
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// All skills by name.
pub async fn skills(tx: &mut ReadTx) -> Result<Vec<(SkillId, String)>, StoreError> {
    let tenant = tx.tenant();
    let rows =
        sqlx::query!("select id, name from skill where tenant_id = $1 and active order by name limit 1000", tenant)
            .fetch_all(tx.conn())
            .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.name)).collect())
}

/// Takes from an agent every skill that is not named, from now on.
pub async fn drop_skills(tx: &mut WriteTx, agent: AgentId, keep: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update agent_skill set valid_to = clock_timestamp()
         where tenant_id = $1 and agent_id = $2 and valid_to is null and skill_id <> all($3)",
        tenant,
        agent.0,
        keep
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives an agent a skill at a level from now on.
pub async fn set_skill(tx: &mut WriteTx, agent: AgentId, skill: SkillId, level: i16) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update agent_skill set valid_to = clock_timestamp()
         where tenant_id = $1 and agent_id = $2 and skill_id = $3 and valid_to is null and level <> $4",
        tenant,
        agent.0,
        skill.0,
        level
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into agent_skill (tenant_id, agent_id, skill_id, level) select $1, $2, $3, $4
         where not exists (select 1 from agent_skill
           where tenant_id = $1 and agent_id = $2 and skill_id = $3 and valid_to is null)",
        tenant,
        agent.0,
        skill.0,
        level
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Skill ids by name.
pub async fn skills_by_name(tx: &mut ReadTx, names: &[String]) -> Result<Vec<(SkillId, String)>, StoreError> {
    let tenant = tx.tenant();
    let rows =
        sqlx::query!("select id, name from skill where tenant_id = $1 and active and name = any($2)", tenant, names)
            .fetch_all(tx.conn())
            .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.name)).collect())
}

/// The tenant's own name and workspace.
pub async fn tenant(tx: &mut ReadTx) -> Result<Option<(String, String, String)>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!("select slug, name, time_zone from tenant where tenant_id = $1", tenant)
        .fetch_optional(tx.conn())
        .await?;
    Ok(row.map(|row| (row.slug, row.name, row.time_zone)))
}
