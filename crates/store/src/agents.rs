//! The tenant's people: sign-in, state, capacity.

use crate::{Db, ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    channel::ChannelClass,
    ids::{AgentId, BranchId, SignInId, SiteId, SkillId, TenantId},
    people::{ChosenState, Role},
    time::Instant,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A person of the tenant with the state the floor sees.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Id.
    pub id: AgentId,
    /// Sign-in address.
    pub email: String,
    /// Name shown to colleagues and customers.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// Where they are counted.
    pub branch: BranchId,
    /// Where they work.
    pub site: Option<SiteId>,
    /// IANA zone.
    pub time_zone: String,
    /// BCP 47.
    pub locale: String,
    /// Access tokens below this version are refused.
    pub token_version: i32,
    /// What they chose.
    pub chosen: ChosenState,
    /// Why, as a code of the tenant.
    pub reason: String,
    /// Since when.
    pub since: Instant,
    /// The supervisor who set it, when it was not they themselves.
    pub forced_by: Option<AgentId>,
    /// Whether they work for an outsourced partner.
    pub outsourced: bool,
    /// The revision of the knowledge they have learned.
    pub knowledge_revision: i32,
    /// What the tenant says of them, for routing plans: key to value.
    pub attributes: BTreeMap<String, String>,
    /// Whether a socket of theirs is connected.
    pub live: bool,
}

struct Row {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    status: String,
    branch_id: Uuid,
    site_id: Option<Uuid>,
    time_zone: String,
    locale: String,
    token_version: i32,
    chosen: String,
    reason: String,
    since: Instant,
    forced_by: Option<Uuid>,
    outsourced: bool,
    knowledge_revision: i32,
    attributes: serde_json::Value,
    live: bool,
}

impl TryFrom<Row> for Agent {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            email: row.email,
            name: row.name,
            role: code("agent", "role", &row.role, Role::from_code)?,
            active: row.status == "active",
            branch: row.branch_id.into(),
            site: row.site_id.map(SiteId),
            time_zone: row.time_zone,
            locale: row.locale,
            token_version: row.token_version,
            chosen: code("agent_state", "chosen", &row.chosen, ChosenState::from_code)?,
            reason: row.reason,
            since: row.since,
            forced_by: row.forced_by.map(AgentId),
            outsourced: row.outsourced,
            knowledge_revision: row.knowledge_revision,
            attributes: serde_json::from_value(row.attributes).unwrap_or_default(),
            live: row.live,
        })
    }
}

/// Several people by id, in no order.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Agent>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        r#"select a.id, a.email, a.name, a.role, a.status, a.branch_id, a.site_id, a.time_zone, a.locale,
                  a.token_version, a.outsourced, a.knowledge_revision, a.attributes, coalesce(s.chosen, 'offline') as "chosen!", coalesce(s.reason, '') as "reason!",
                  coalesce(s.since, a.created_at) as "since!",
                  case when s.set_by_kind = 'agent' and s.set_by_id <> a.id then s.set_by_id end as forced_by,
                  coalesce(s.live_until > clock_timestamp(), false) as "live!"
           from agent a left join agent_state s on s.tenant_id = a.tenant_id and s.agent_id = a.id
           where a.tenant_id = $1 and a.id = any($2)"#,
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Agent::try_from).collect()
}

/// One person.
pub async fn find(tx: &mut ReadTx, id: AgentId) -> Result<Option<Agent>, StoreError> {
    Ok(many(tx, &[id.0]).await?.pop())
}

/// A page of people by name.
pub async fn page(tx: &mut ReadTx, after: Option<(&str, AgentId)>, limit: i64) -> Result<Vec<Agent>, StoreError> {
    let tenant = tx.tenant();
    let (name, id) = after.map_or((None, Uuid::nil()), |(name, id)| (Some(name), id.0));
    let rows = sqlx::query_as!(
        Row,
        r#"select a.id, a.email, a.name, a.role, a.status, a.branch_id, a.site_id, a.time_zone, a.locale,
                  a.token_version, a.outsourced, a.knowledge_revision, a.attributes, coalesce(s.chosen, 'offline') as "chosen!", coalesce(s.reason, '') as "reason!",
                  coalesce(s.since, a.created_at) as "since!",
                  case when s.set_by_kind = 'agent' and s.set_by_id <> a.id then s.set_by_id end as forced_by,
                  coalesce(s.live_until > clock_timestamp(), false) as "live!"
           from agent a left join agent_state s on s.tenant_id = a.tenant_id and s.agent_id = a.id
           where a.tenant_id = $1 and ($2::text is null or (a.name, a.id) > ($2, $3))
           order by a.name, a.id limit $4"#,
        tenant,
        name,
        id,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Agent::try_from).collect()
}

/// Languages an agent speaks.
pub async fn languages(tx: &mut ReadTx, agents: &[Uuid]) -> Result<Vec<(AgentId, Vec<String>)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!("select id, languages from agent where tenant_id = $1 and id = any($2)", tenant, agents)
        .fetch_all(tx.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.languages)).collect())
}

/// A skill an agent holds.
#[derive(Debug, Clone)]
pub struct HeldSkill {
    /// The agent.
    pub agent: AgentId,
    /// The skill.
    pub skill: SkillId,
    /// Its name.
    pub name: String,
    /// 1 to 5.
    pub level: i16,
}

/// Skills of several agents, by name.
pub async fn skills(tx: &mut ReadTx, agents: &[Uuid]) -> Result<Vec<HeldSkill>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select h.agent_id, h.skill_id, s.name, h.level from agent_skill h
         join skill s on s.tenant_id = h.tenant_id and s.id = h.skill_id
         where h.tenant_id = $1 and h.agent_id = any($2) and h.valid_to is null order by h.agent_id, s.name",
        tenant,
        agents
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| HeldSkill { agent: r.agent_id.into(), skill: r.skill_id.into(), name: r.name, level: r.level })
        .collect())
}

/// What a sign-in is checked against.
#[derive(Clone)]
pub struct Login {
    /// Their tenant.
    pub tenant: TenantId,
    /// The person.
    pub agent: AgentId,
    /// Argon2id in PHC form.
    pub password_hash: Option<String>,
}

/// Finds an active person by workspace and address, before the tenant is known.
pub async fn lookup_login(db: &Db, workspace: &str, email: &str) -> Result<Option<Login>, StoreError> {
    let row = sqlx::query!(
        r#"select tenant_id as "tenant_id!", agent_id as "agent_id!", password_hash from lookup_login($1, $2)"#,
        workspace,
        email
    )
    .fetch_optional(db.lookups())
    .await?;
    Ok(row.map(|row| Login {
        tenant: TenantId(row.tenant_id),
        agent: AgentId(row.agent_id),
        password_hash: row.password_hash,
    }))
}

/// Whether an active person still has this password, as its hash; holds them until the transaction ends.
pub async fn lock_login(tx: &mut WriteTx, agent: AgentId, hash: Option<&str>) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_scalar!(
        "select id from agent where tenant_id = $1 and id = $2 and password_hash = $3 and status = 'active' for no key update",
        tenant,
        agent.0,
        hash
    );
    Ok(found.fetch_optional(tx.conn()).await?.is_some())
}

/// Starts a sign-in.
pub async fn insert_sign_in(
    tx: &mut WriteTx,
    id: SignInId,
    agent: AgentId,
    refresh_hash: &[u8],
    days: i32,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into sign_in (tenant_id, id, agent_id, refresh_hash, expires_at)
         values ($1, $2, $3, $4, clock_timestamp() + make_interval(days => $5))",
        tenant,
        id.0,
        agent.0,
        refresh_hash,
        days
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sets a person's password, as a hash in PHC form.
pub async fn set_password(tx: &mut WriteTx, agent: AgentId, hash: &str) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("update agent set password_hash = $3 where tenant_id = $1 and id = $2", tenant, agent.0, hash)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What became of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It was the newest, and the next one is stored; or the one before it, a moment ago, and the next one stands.
    Rotated(AgentId),
    /// It was used before, or is none. The whole sign-in is revoked now.
    Reused(AgentId),
    /// Unknown, expired or revoked.
    Refused,
}

/// Exchanges a refresh token for the next one, which is good for so many `days`, or does so again within so many `seconds`.
pub async fn rotate(
    tx: &mut WriteTx,
    id: SignInId,
    hash: &[u8],
    next: &[u8],
    days: i32,
    seconds: f64,
) -> Result<Rotation, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select s.agent_id, s.refresh_hash,
                  coalesce(s.previous_hash = $3 and s.refresh_hash = $4
                    and s.rotated_at > clock_timestamp() - make_interval(secs => $5), false) as "again!",
                  (s.revoked_at is null and s.expires_at > clock_timestamp() and a.status = 'active') as "valid!"
           from sign_in s join agent a on a.tenant_id = s.tenant_id and a.id = s.agent_id
           where s.tenant_id = $1 and s.id = $2 for update of s"#,
        tenant,
        id.0,
        hash,
        next,
        seconds
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row.filter(|row| row.valid) else { return Ok(Rotation::Refused) };
    if row.again {
        return Ok(Rotation::Rotated(AgentId(row.agent_id)));
    }
    if row.refresh_hash != hash {
        revoke_sign_ins(tx, AgentId(row.agent_id), Some(id)).await?;
        return Ok(Rotation::Reused(AgentId(row.agent_id)));
    }
    sqlx::query!(
        "update sign_in set refresh_hash = $3, previous_hash = $4, rotated_at = clock_timestamp(),
           expires_at = clock_timestamp() + make_interval(days => $5)
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        next,
        hash,
        days
    )
    .execute(tx.conn())
    .await?;
    Ok(Rotation::Rotated(AgentId(row.agent_id)))
}

/// Those of several sign-ins that stand, each with its person and the version tokens must carry.
pub async fn standing(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<(SignInId, AgentId, i32)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select s.id, s.agent_id, a.token_version from sign_in s
         join agent a on a.tenant_id = s.tenant_id and a.id = s.agent_id
         where s.tenant_id = $1 and s.id = any($2) and s.revoked_at is null and s.expires_at > clock_timestamp()
           and a.status = 'active'",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.id.into(), row.agent_id.into(), row.token_version)).collect())
}

/// Revokes one sign-in of a person, or all of them.
pub async fn revoke_sign_ins(tx: &mut WriteTx, agent: AgentId, only: Option<SignInId>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update sign_in set revoked_at = clock_timestamp()
         where tenant_id = $1 and agent_id = $2 and revoked_at is null and ($3::uuid is null or id = $3)",
        tenant,
        agent.0,
        only.map(|id| id.0)
    )
    .execute(tx.conn())
    .await?;
    if only.is_none() {
        sqlx::query!(
            "update agent set token_version = token_version + 1 where tenant_id = $1 and id = $2",
            tenant,
            agent.0
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Enables or disables a person.
pub async fn set_active(tx: &mut WriteTx, agent: AgentId, active: bool) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let status = if active { "active" } else { "disabled" };
    let done = sqlx::query!(
        "update agent set status = $3 where tenant_id = $1 and id = $2 and status <> $3",
        tenant,
        agent.0,
        status
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes what an agent chose, and keeps the interval that ended.
pub async fn set_state(tx: &mut WriteTx, agent: AgentId, state: ChosenState, reason: &str) -> Result<(), StoreError> {
    let (tenant, actor) = (tx.tenant(), tx.scope().actor());
    sqlx::query!(
        "with ended as (
           update agent_state_interval set valid_to = clock_timestamp()
           where tenant_id = $1 and agent_id = $2 and valid_to is null
         ), begun as (
           insert into agent_state_interval (tenant_id, agent_id, chosen, reason, valid_from)
           values ($1, $2, $3, $4, clock_timestamp())
         )
         insert into agent_state (tenant_id, agent_id, chosen, reason, since, set_by_kind, set_by_id)
         values ($1, $2, $3, $4, clock_timestamp(), $5, $6)
         on conflict (tenant_id, agent_id) do update set chosen = excluded.chosen, reason = excluded.reason,
           since = excluded.since, set_by_kind = excluded.set_by_kind, set_by_id = excluded.set_by_id,
           idle_since = case when agent_state.chosen = any(array['available', 'finishing']) then agent_state.idle_since else excluded.since end",
        tenant,
        agent.0,
        state.code(),
        reason,
        actor.kind(),
        actor.id()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Extends the link lease of connected agents by `seconds`; returns those who were not live before, also when nobody has
/// noticed yet that their lease had run out: routing counts them as gone from that moment on.
pub async fn extend_leases(tx: &mut WriteTx, agents: &[Uuid], seconds: f64) -> Result<Vec<AgentId>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with before as (
             select agent_id, live and live_until > clock_timestamp() as live from agent_state
             where tenant_id = $1 and agent_id = any($2) order by agent_id for update
           ), extended as (
             insert into agent_state (tenant_id, agent_id, live_until, live)
             select $1, a.id, clock_timestamp() + make_interval(secs => $3), true
             -- Counted, so that all are read and locked before the first is changed.
             from agent a where a.tenant_id = $1 and a.id = any($2) and (select count(*) from before) >= 0
             on conflict (tenant_id, agent_id) do update set live_until = excluded.live_until, live = true
             returning agent_id
           )
           -- Not a join: the plan for one would compare each with each.
           select agent_id from extended where agent_id not in (select agent_id from before where live)"#,
        tenant,
        agents,
        seconds
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| AgentId(row.agent_id)).collect())
}

/// Ends the lease of an agent that has run out; true when it was live until now.
pub async fn end_lease(tx: &mut WriteTx, agent: AgentId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update agent_state set live = false
         where tenant_id = $1 and agent_id = $2 and live and live_until <= clock_timestamp()",
        tenant,
        agent.0
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Load of an agent per channel class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// The agent.
    pub agent: AgentId,
    /// The class.
    pub class: ChannelClass,
    /// Units in use.
    pub used: i16,
    /// Units there are.
    pub cap: i16,
}

/// Loads of several agents.
pub async fn loads(tx: &mut ReadTx, agents: &[Uuid]) -> Result<Vec<Load>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select agent_id, class, used, coalesce(wanted, cap) as \"cap!\" from agent_load where tenant_id = $1 and agent_id = any($2)
         order by agent_id, class",
        tenant,
        agents
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let class =
                code("agent_load", "class", &row.class, |t| ChannelClass::ALL.into_iter().find(|c| c.code() == t))?;
            Ok(Load { agent: AgentId(row.agent_id), class, used: row.used, cap: row.cap })
        })
        .collect()
}
