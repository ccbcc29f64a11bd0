//! The pools and the only doors to them.

use crate::{
    StoreError,
    causes::{Causes, WorkMove},
    spoken::Spoken,
    unbroken::Unbroken,
};
use meridian_domain::{
    actor::Actor,
    ids::{AuditId, ChannelAccountId, RawId, TenantId},
    jobs::{self, Family, Job, Roads},
    live::{Change, Topic},
    time::Ids,
};
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    collections::{HashMap, VecDeque},
    ops::{Deref, DerefMut, Range},
    str::FromStr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// Connection settings. A process gets only the roles it needs: the api has no system URL.
#[derive(Clone, Default)]
pub struct DbSettings {
    /// Serves tenants (role `meridian_app`).
    pub app_url: String,
    /// Stores raw inbound requests (role `meridian_intake`).
    pub intake_url: Option<String>,
    /// Crosses tenants (role `meridian_system`).
    pub system_url: Option<String>,
    /// Most connections of the app pool; the others take a quarter of it.
    pub max_connections: u32,
}

/// Who acts in which tenant: the key to [`Db::read`] and [`Db::write`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantScope {
    tenant: TenantId,
    actor: Actor,
}

impl TenantScope {
    /// The scope of an authenticated actor. Called by `app::authz` and by worker envelopes alone
    /// (`tests/layers.rs` lists the files).
    pub fn acting(tenant: TenantId, actor: Actor) -> Self {
        Self { tenant, actor }
    }

    /// The tenant.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The actor.
    pub fn actor(&self) -> Actor {
        self.actor
    }
}

/// A verified raw request on its way into the inbox.
#[derive(Debug, Clone)]
pub struct IntakeRow {
    /// The tenant of the account.
    pub tenant: TenantId,
    /// Id of the stored request.
    pub id: RawId,
    /// The account of the URL.
    pub account: ChannelAccountId,
    /// Unique within the account.
    pub dedupe_key: String,
    /// What must stay in order (a sender); may be empty.
    pub order_key: String,
    /// Method, query and the headers that parsing needs.
    pub request: Value,
    /// The body as received.
    pub body: Vec<u8>,
}

/// The database.
#[derive(Clone)]
pub struct Db {
    app: PgPool,
    intake: Option<PgPool>,
    system: Option<PgPool>,
    system_url: Option<String>,
    ids: Ids,
    numbers: Numbers,
    spoken: Spoken,
    on_commit: Arc<OnceLock<OnCommit>>,
}

/// Told what a commit left in the outbox.
type OnCommit = Box<dyn Fn(Roads) + Send + Sync>;

/// One connection of the relay, across tenants. Its commits do not wait for the disk: after a crash of the database
/// what it did last may be undone, whole statements from the newest on. Such a crash always shows as an error of the
/// next statement, for the connection is never exchanged silently.
#[derive(Clone)]
pub struct Road(PgPool);

impl Road {
    pub(crate) fn pool(&self) -> &PgPool {
        &self.0
    }
}

/// Conversation numbers taken in advance, a block a tenant: the counter's row is locked for an instant and not for the
/// length of every transaction that opens a conversation. Numbers that are lost leave a gap.
type Numbers = Arc<Mutex<HashMap<TenantId, VecDeque<i64>>>>;

/// Numbers that one transaction may use; what it leaves goes back.
struct Taken {
    shared: Numbers,
    tenant: TenantId,
    numbers: VecDeque<i64>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        if !self.numbers.is_empty() {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.entry(self.tenant).or_default().append(&mut self.numbers);
        }
    }
}

/// Numbers taken at once.
const BLOCK: i64 = 64;

/// What every connection is set to. Statements are planned once and their plans are kept, so a plan must be the right one
/// also for tables that were all but empty when it was made, and for queues that were (`tests/src/quiet_hour.rs`): where a
/// row is named by its id, its state is asked for as `state || ''` (and whether it is open by `coalesce`), which no index of
/// what waits holds.
pub const SETTINGS: &[(&str, &str)] = &[
    ("statement_timeout", "10s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "30s"),
    // Every statement finds its rows by key: planning it again for each value costs more than running it.
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    // Joins run in the order in which they are written, which is by key from what is asked for.
    ("join_collapse_limit", "1"),
    ("jit", "off"),
];

fn options(url: &str) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(url)?.application_name("meridian");
    Ok(options.statement_cache_capacity(STATEMENTS).options(SETTINGS.iter().copied()))
}

fn pool(url: &str, max: u32) -> Result<PgPool, StoreError> {
    Ok(PgPoolOptions::new()
        .max_connections(max.max(1))
        .acquire_timeout(Duration::from_secs(3))
        // A connection used a moment ago is trusted: asking it first would be one more round trip a transaction.
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options(url)?))
}

/// Statements a connection keeps prepared: more than there are. With fewer, a busy connection forgets those it needs next
/// and has them parsed and planned again.
const STATEMENTS: usize = 1000;

/// How long an idle connection is trusted to be alive.
const TRUSTED: Duration = Duration::from_secs(2);

impl Db {
    /// Opens the pools; connections are made when first used.
    pub fn connect(settings: &DbSettings, ids: Ids) -> Result<Self, StoreError> {
        let max = settings.max_connections.max(1);
        let side = |url: &Option<String>| url.as_deref().map(|url| pool(url, (max / 4).max(2))).transpose();
        Ok(Self {
            app: pool(&settings.app_url, max)?,
            intake: side(&settings.intake_url)?,
            system: side(&settings.system_url)?,
            system_url: settings.system_url.clone(),
            ids,
            numbers: Numbers::default(),
            spoken: Spoken::default(),
            on_commit: Arc::default(),
        })
    }

    /// Has somebody told, after each commit, what it left in the outbox to be carried at once. The first call counts.
    pub fn on_commit(&self, tell: impl Fn(Roads) + Send + Sync + 'static) {
        let _ = self.on_commit.set(Box::new(tell));
    }

    fn committed(&self, left: Roads) {
        if let Some(tell) = self.on_commit.get().filter(|_| left != Roads::default()) {
            tell(left);
        }
    }

    /// Takes `count` conversation numbers of a tenant in hand.
    async fn take_numbers(&self, scope: &TenantScope, count: usize) -> Result<Taken, StoreError> {
        let tenant = scope.tenant;
        let taken = |numbers| Taken { shared: Arc::clone(&self.numbers), tenant, numbers };
        let at_hand = |more: Option<Range<i64>>| {
            let mut shared = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
            let numbers = shared.entry(tenant).or_default();
            numbers.extend(more.into_iter().flatten());
            (numbers.len() >= count).then(|| numbers.drain(..count).collect::<VecDeque<i64>>())
        };
        if let Some(numbers) = at_hand(None) {
            return Ok(taken(numbers));
        }
        let more = BLOCK.max(count as i64);
        let mut tx = self.begin(scope, "", "").await?;
        let last = sqlx::query_scalar!(
            "update tenant set conversation_number = conversation_number + $2 where tenant_id = $1
             returning conversation_number",
            tenant.0,
            more
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(taken(at_hand(Some(last - more + 1..last + 1)).unwrap_or_default()))
    }

    /// The source of identifiers.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    async fn begin(
        &self,
        scope: &TenantScope,
        mode: &str,
        also: &str,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        // One round trip; safe because the only value is a typed UUID.
        let begin = format!("BEGIN {mode}; SET LOCAL app.tenant_id = '{}'; {also}", scope.tenant.0);
        let pool = self.app.clone();
        Ok(Unbroken::new(async move { pool.begin_with(AssertSqlSafe(begin)).await }).await?)
    }

    /// A transaction that reads one tenant.
    pub async fn read(&self, scope: &TenantScope) -> Result<ReadTx, StoreError> {
        Ok(ReadTx { tx: self.begin(scope, "READ ONLY", "").await?, scope: *scope })
    }

    /// A transaction that changes one tenant.
    pub async fn write(&self, scope: &TenantScope) -> Result<WriteTx, StoreError> {
        self.begin_write(scope, 0, "").await
    }

    /// A transaction that may open so many conversations.
    pub async fn write_opening(&self, scope: &TenantScope, conversations: usize) -> Result<WriteTx, StoreError> {
        self.begin_write(scope, conversations, "").await
    }

    /// A transaction that may open so many conversations and whose work will be done again if it is lost: its commit
    /// does not wait for the disk. A crash of the database undoes the newest of them as a whole, and none that
    /// something durable was built on.
    pub async fn write_again(&self, scope: &TenantScope, conversations: usize) -> Result<WriteTx, StoreError> {
        self.begin_write(scope, conversations, "SET LOCAL synchronous_commit = off").await
    }

    async fn begin_write(&self, scope: &TenantScope, conversations: usize, also: &str) -> Result<WriteTx, StoreError> {
        let numbers = self.take_numbers(scope, conversations).await?;
        let read = ReadTx { tx: self.begin(scope, "", also).await?, scope: *scope };
        Ok(WriteTx { read, db: self.clone(), numbers, causes: Causes::default() })
    }

    /// The pool for single statements across tenants. `why` is for the log.
    pub(crate) fn crossing(&self, why: &'static str) -> Result<&PgPool, StoreError> {
        tracing::trace!(why, "across tenants");
        self.system.as_ref().ok_or(StoreError::Driver(sqlx::Error::PoolClosed))
    }

    /// A connection for one road of the relay. It is opened at once: whoever takes a lane over has much to carry, and a
    /// busy machine may need seconds for a new connection.
    pub fn road(&self) -> Result<Road, StoreError> {
        let url = self.system_url.as_deref().ok_or(StoreError::Driver(sqlx::Error::PoolClosed))?;
        let pool = PgPoolOptions::new()
            .min_connections(1)
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options(url)?.options([("synchronous_commit", "off")]));
        Ok(Road(pool))
    }

    /// A transaction across tenants, for the clock, look-ups and tenant creation. `why` is for the log.
    pub async fn system(&self, why: &'static str) -> Result<SystemTx, StoreError> {
        let pool = self.crossing(why)?.clone();
        Ok(SystemTx { tx: Unbroken::new(async move { pool.begin().await }).await? })
    }

    /// Stores verified requests of any tenants in one statement; returns how many were new.
    pub async fn intake(&self, rows: &[IntakeRow]) -> Result<i64, StoreError> {
        let pool = self.intake.as_ref().ok_or(StoreError::Driver(sqlx::Error::PoolClosed))?;
        let queues: Vec<String> = rows
            .iter()
            .map(|row| {
                let mut key = row.account.0.as_bytes().to_vec();
                key.extend_from_slice(row.order_key.as_bytes());
                Family::Ingest.queue(&key)
            })
            .collect();
        let tenants: Vec<Uuid> = rows.iter().map(|row| row.tenant.0).collect();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
        let accounts: Vec<Uuid> = rows.iter().map(|row| row.account.0).collect();
        let keys: Vec<String> = rows.iter().map(|row| row.dedupe_key.clone()).collect();
        let lanes: Vec<i16> = rows.iter().map(|row| jobs::relay_lane(row.tenant)).collect();
        let requests: Vec<Value> = rows.iter().map(|row| row.request.clone()).collect();
        let bodies: Vec<Vec<u8>> = rows.iter().map(|row| row.body.clone()).collect();
        let new = sqlx::query_scalar!(
            r#"select intake_accept($1, $2, $3, $4, $5, $6, $7, $8) as "n!""#,
            &tenants,
            &ids,
            &accounts,
            &keys,
            &lanes,
            &queues,
            &requests,
            &bodies
        )
        .fetch_one(pool)
        .await?;
        self.committed(Roads { jobs: new > 0, changes: false });
        Ok(new)
    }

    /// A pool for look-ups before a tenant is known (SECURITY DEFINER functions only).
    pub(crate) fn lookups(&self) -> &PgPool {
        &self.app
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").execute(&self.app).await?;
        Ok(())
    }

    /// Whether the database takes the other roles that this process has.
    pub async fn ping_others(&self) -> Vec<(&'static str, Result<(), StoreError>)> {
        let mut answers = Vec::new();
        for (role, pool) in [("meridian_intake", &self.intake), ("meridian_system", &self.system)] {
            if let Some(pool) = pool {
                answers.push((role, sqlx::query("select 1").execute(pool).await.map(drop).map_err(StoreError::from)));
            }
        }
        answers
    }

    /// Closes all pools.
    pub async fn close(&self) {
        self.app.close().await;
        for pool in [&self.intake, &self.system].into_iter().flatten() {
            pool.close().await;
        }
    }
}

/// A read-only transaction of one tenant.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct ReadTx {
    tx: Transaction<'static, Postgres>,
    scope: TenantScope,
}

impl ReadTx {
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// The tenant's raw id, for queries.
    pub(crate) fn tenant(&self) -> Uuid {
        self.scope.tenant.0
    }

    /// Who acts where.
    pub fn scope(&self) -> TenantScope {
        self.scope
    }
}

/// A transaction that changes one tenant. What it causes (jobs, live changes, audit, work events) is collected and
/// written with the commit, so that a state change and its consequences are one.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct WriteTx {
    read: ReadTx,
    db: Db,
    numbers: Taken,
    causes: Causes,
}

impl Deref for WriteTx {
    type Target = ReadTx;
    fn deref(&self) -> &ReadTx {
        &self.read
    }
}

impl DerefMut for WriteTx {
    fn deref_mut(&mut self) -> &mut ReadTx {
        &mut self.read
    }
}

impl WriteTx {
    /// The next identifier.
    pub fn id<T: From<Uuid>>(&self) -> T {
        self.db.ids.next()
    }

    /// A conversation number taken in advance, if one is left.
    pub(crate) fn number(&mut self) -> Option<i64> {
        self.numbers.numbers.pop_front()
    }

    /// What is known of the languages of queues.
    pub(crate) fn spoken(&self) -> Spoken {
        self.db.spoken.clone()
    }

    /// Hands a job to the broker after the commit. `key` names what must stay in order.
    pub fn job(&mut self, job: &Job, key: Uuid) {
        self.push_job(job, key, None);
    }

    /// Hands a job to the broker `seconds` after the commit, by the database clock.
    pub fn job_in(&mut self, job: &Job, key: Uuid, seconds: f64) {
        self.push_job(job, key, Some(seconds));
    }

    fn push_job(&mut self, job: &Job, key: Uuid, due: Option<f64>) {
        self.causes.job(job.family().queue(key.as_bytes()), jobs::payload(job, key), due);
    }

    /// Tells sockets what changed, after the commit.
    pub fn live(&mut self, topics: &[Topic], change: Change) {
        let payload = serde_json::to_value(change).unwrap_or_default();
        let topics: Vec<String> = topics.iter().map(ToString::to_string).collect();
        self.causes.live(&topics, payload);
    }

    /// Records who did what; ids and codes only.
    pub fn audit(&mut self, action: &str, object_kind: &str, object: Option<Uuid>, detail: Value) {
        let id: AuditId = self.id();
        self.causes.audit(id.0, action, object_kind, object, detail);
    }

    /// Records a transition of a work item.
    pub fn work_moved(&mut self, moved: WorkMove) {
        self.causes.moved(moved);
    }

    /// Writes everything collected and commits.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let (tenant, actor, lane) = (self.tenant(), self.scope.actor, jobs::relay_lane(self.scope.tenant));
        let left = self.causes.roads();
        self.causes.write(self.read.conn(), tenant, actor, lane).await?;
        self.read.tx.commit().await?;
        self.db.committed(left);
        Ok(())
    }
}

/// A transaction across tenants.
#[must_use = "a transaction that is dropped is rolled back"]
pub struct SystemTx {
    tx: Transaction<'static, Postgres>,
}

impl SystemTx {
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// Commits.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}
