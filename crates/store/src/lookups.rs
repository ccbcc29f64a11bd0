//! The look-up of customers in a tenant's own system: its setting, and what it answered.

use crate::{ReadTx, Sealer, StoreError, SystemTx, WriteTx};
use meridian_domain::{
    ids::{CustomerId, TenantId},
    lookup::{Answer, Fault, FaultKind},
    secret::Secret,
    time::Instant,
};

/// How the tenant's system is asked, and how it fares.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Where to.
    pub url: String,
    /// Whether it is asked.
    pub enabled: bool,
    /// Schemes of identifiers that may be sent.
    pub schemes: Vec<String>,
    /// For how many seconds an answer is fresh.
    pub fresh_seconds: i32,
    /// Until when the secret before signs along.
    pub previous_until: Option<Instant>,
    /// Faults in a row.
    pub faults: i32,
    /// Until when nothing is asked.
    pub rests_until: Option<Instant>,
    /// When it answered last.
    pub answered_at: Option<Instant>,
    /// How long that took, milliseconds.
    pub answered_ms: Option<i32>,
    /// When it failed last.
    pub failed_at: Option<Instant>,
    /// A code of [`FaultKind`]: how it failed then.
    pub fault: Option<String>,
    /// What exactly.
    pub fault_detail: Option<String>,
    /// The database's time as it was read.
    pub now: Instant,
}

/// The setting of the tenant.
pub async fn setting(tx: &mut ReadTx) -> Result<Option<Setting>, StoreError> {
    let tenant = tx.tenant();
    let found = sqlx::query_as!(
        Setting,
        r#"select url, enabled, schemes, fresh_seconds, previous_until, faults, rests_until, answered_at, answered_ms,
                  failed_at, fault, fault_detail, clock_timestamp() as "now!"
           from customer_lookup where tenant_id = $1"#,
        tenant
    );
    Ok(found.fetch_optional(tx.conn()).await?)
}

/// What an admin sets.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Where to.
    pub url: &'a str,
    /// Whether it is asked.
    pub enabled: bool,
    /// Schemes of identifiers that may be sent.
    pub schemes: &'a [String],
    /// For how many seconds an answer is fresh.
    pub fresh_seconds: i32,
}

/// Adds the setting with its secret, sealed for the tenant; false when there is one already.
pub async fn insert(tx: &mut WriteTx, new: &Wanted<'_>, sealed: &[u8]) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into customer_lookup (tenant_id, url, enabled, schemes, fresh_seconds, secret_sealed)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        tenant,
        new.url,
        new.enabled,
        new.schemes,
        new.fresh_seconds,
        sealed
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Changes the setting; what was counted of faults is forgotten. What another address said, and what one said that is
/// asked no more, is forgotten too.
pub async fn update(tx: &mut WriteTx, new: &Wanted<'_>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "delete from customer_lookup_answer a using customer_lookup l
         where a.tenant_id = $1 and l.tenant_id = $1 and (l.url <> $2 or not $3::boolean)",
        tenant,
        new.url,
        new.enabled
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update customer_lookup set url = $2, enabled = $3, schemes = $4, fresh_seconds = $5, faults = 0, rests_until = null
         where tenant_id = $1",
        tenant,
        new.url,
        new.enabled,
        new.schemes,
        new.fresh_seconds
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Gives the setting a new secret; the present one signs along for so many hours. False when there is no setting.
pub async fn rotate(tx: &mut WriteTx, sealed: &[u8], overlap_hours: i32) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update customer_lookup set previous_sealed = secret_sealed, secret_sealed = $2,
                previous_until = clock_timestamp() + make_interval(hours => $3)
         where tenant_id = $1",
        tenant,
        sealed,
        overlap_hours
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The secrets that sign now: the present one, and the one before while its time lasts.
pub async fn secrets(tx: &mut ReadTx, sealer: &Sealer) -> Result<Vec<Secret>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "select secret_sealed, case when previous_until > clock_timestamp() then previous_sealed end as previous
         from customer_lookup where tenant_id = $1",
        tenant
    )
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(Vec::new()) };
    let sealed = std::iter::once(row.secret_sealed).chain(row.previous);
    sealed.map(|sealed| sealer.open(TenantId(tenant), tenant, &sealed)).collect()
}

/// The last answer about a customer.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Of the identifiers it was asked with.
    pub digest: String,
    /// Whether somebody asks right now.
    pub asking: bool,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// What; none when the customer is not known there.
    pub answer: Option<Answer>,
    /// When it was in vain, if since the answer.
    pub failed_at: Option<Instant>,
    /// Why.
    pub fault: Option<Fault>,
}

/// What is kept of a customer in a language.
pub async fn kept(tx: &mut ReadTx, customer: CustomerId, locale: &str) -> Result<Option<Kept>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select digest, coalesce(asking_until > clock_timestamp(), false) as "asking!", answered_at, answer, failed_at,
                  fault, fault_detail
           from customer_lookup_answer where tenant_id = $1 and customer_id = $2 and locale = $3"#,
        tenant,
        customer.0,
        locale
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Kept {
        digest: row.digest,
        asking: row.asking,
        answered_at: row.answered_at,
        // What an earlier release kept otherwise is as good as not kept: it is asked for again.
        answer: row.answer.and_then(|answer| serde_json::from_value(answer).ok()),
        failed_at: row.failed_at,
        fault: row
            .fault
            .as_deref()
            .and_then(FaultKind::from_code)
            .map(|kind| Fault { kind, detail: row.fault_detail.unwrap_or_default() }),
    }))
}

/// Takes the asking about a customer upon oneself; false when another one is at it. What was kept for other identifiers
/// is forgotten.
pub async fn claim(
    tx: &mut WriteTx,
    customer: CustomerId,
    locale: &str,
    digest: &str,
    seconds: f64,
) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into customer_lookup_answer as a (tenant_id, customer_id, locale, digest, asking_until)
         values ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5))
         on conflict (tenant_id, customer_id, locale) do update set
           digest = excluded.digest, asked_at = excluded.asked_at, asking_until = excluded.asking_until,
           answered_at = case when a.digest = excluded.digest then a.answered_at end,
           answer = case when a.digest = excluded.digest then a.answer end,
           failed_at = case when a.digest = excluded.digest then a.failed_at end,
           fault = case when a.digest = excluded.digest then a.fault end,
           fault_detail = case when a.digest = excluded.digest then a.fault_detail end
         where a.asking_until is null or a.asking_until <= clock_timestamp() or a.digest <> excluded.digest",
        tenant,
        customer.0,
        locale,
        digest,
        seconds
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// When the system has failed often: takes the one try upon oneself that it gets; false when another one has.
pub async fn try_resting(tx: &mut WriteTx, seconds: f64) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update customer_lookup set rests_until = clock_timestamp() + make_interval(secs => $2)
         where tenant_id = $1 and (rests_until is null or rests_until <= clock_timestamp())",
        tenant,
        seconds
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps what came of a request, unless the customer was asked about by other identifiers meanwhile.
pub async fn record(
    tx: &mut WriteTx,
    customer: CustomerId,
    locale: &str,
    digest: &str,
    outcome: &Result<Option<Answer>, Fault>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let answer = outcome.as_ref().ok().and_then(Option::as_ref).map(serde_json::to_value).transpose();
    let answer = answer.unwrap_or_default();
    let fault = outcome.as_ref().err();
    sqlx::query!(
        "update customer_lookup_answer set asking_until = null,
                answered_at = case when $5::text is null then clock_timestamp() else answered_at end,
                answer = case when $5::text is null then $4::jsonb else answer end,
                failed_at = case when $5::text is null then null else clock_timestamp() end,
                fault = $5::text, fault_detail = $6::text
         where tenant_id = $1 and customer_id = $2 and locale = $3 and digest = $7",
        tenant,
        customer.0,
        locale,
        answer,
        fault.map(|fault| fault.kind.code()),
        fault.map(|fault| fault.detail.as_str()),
        digest
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The system answered. Noted every few seconds at most: the row is everybody's.
pub async fn answered(tx: &mut WriteTx, ms: i32) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer_lookup set faults = 0, rests_until = null, answered_at = clock_timestamp(), answered_ms = $2
         where tenant_id = $1
           and (faults > 0 or answered_at is null or answered_at < clock_timestamp() - interval '5 seconds')",
        tenant,
        ms
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The system failed: so many faults in a row now, after which it is left alone for `pause` seconds, if any.
pub async fn failed(tx: &mut WriteTx, fault: &Fault, faults: i32, pause: Option<u32>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer_lookup set faults = $2, failed_at = clock_timestamp(), fault = $3, fault_detail = $4,
                rests_until = case when $5::float8 is null then null
                                   else clock_timestamp() + make_interval(secs => $5) end
         where tenant_id = $1",
        tenant,
        faults,
        fault.kind.code(),
        fault.detail,
        pause.map(f64::from)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Faults in a row, under lock; none when there is no setting.
pub async fn lock_faults(tx: &mut WriteTx) -> Result<Option<i32>, StoreError> {
    let tenant = tx.tenant();
    let faults = sqlx::query_scalar!("select faults from customer_lookup where tenant_id = $1 for update", tenant);
    Ok(faults.fetch_optional(tx.conn()).await?)
}

/// Forgets answers two days after they were asked for, at most so many at once.
pub async fn forget(tx: &mut SystemTx, most: i64) -> Result<u64, StoreError> {
    let done = sqlx::query!(
        "delete from customer_lookup_answer where (tenant_id, customer_id, locale) in (
           select tenant_id, customer_id, locale from customer_lookup_answer
           where asked_at < now() - interval '2 days' order by asked_at limit $1
         )",
        most
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected())
}
