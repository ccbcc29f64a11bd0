//! What outside verifiers are registered, what their checks found, and the consents that these rest on.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    identity::verifier::{Consent, Kind, Signal, Span, Thresholds},
    ids::{CustomerId, IdentityId, PartyId, SessionId, SignalId, VerifierId},
    time::Instant,
};
use uuid::Uuid;

/// The most verifiers of a tenant that are listed.
const MOST_VERIFIERS: i64 = 200;

/// The most checks that are read of some customers, the newest.
const MOST_CHECKS: i64 = 1_000;

/// A registered verifier.
#[derive(Debug, Clone)]
pub struct Verifier {
    /// Its id.
    pub id: VerifierId,
    /// Name.
    pub name: String,
    /// How it checks.
    pub kind: Kind,
    /// When a check passes, and when it failed.
    pub thresholds: Thresholds,
    /// For how long a check counts when it does not say, hours.
    pub hours: i16,
    /// Whether the tenant listens to it.
    pub enabled: bool,
    /// Since when.
    pub created_at: Instant,
}

struct VerifierRow {
    id: Uuid,
    name: String,
    kind: String,
    accept: f64,
    reject: f64,
    hours: i16,
    enabled: bool,
    created_at: Instant,
}

impl TryFrom<VerifierRow> for Verifier {
    type Error = StoreError;
    fn try_from(row: VerifierRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            kind: code("identity_verifier", "kind", &row.kind, Kind::from_code)?,
            name: row.name,
            thresholds: Thresholds { accept: row.accept, reject: row.reject },
            hours: row.hours,
            enabled: row.enabled,
            created_at: row.created_at,
        })
    }
}

/// The tenant's verifiers, by name.
pub async fn verifiers(tx: &mut ReadTx) -> Result<Vec<Verifier>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        VerifierRow,
        "select id, name, kind, accept, reject, hours, enabled, created_at from identity_verifier
         where tenant_id = $1 order by name limit $2",
        tenant,
        MOST_VERIFIERS
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Verifier::try_from).collect()
}

/// One verifier.
pub async fn verifier(tx: &mut ReadTx, id: VerifierId) -> Result<Option<Verifier>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        VerifierRow,
        "select id, name, kind, accept, reject, hours, enabled, created_at from identity_verifier
         where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Verifier::try_from).transpose()
}

/// Writes a verifier: new, or in place of what was known of it; its kind stays. A name that another has violates
/// `identity_verifier_tenant_id_name_key`.
pub async fn save_verifier(tx: &mut WriteTx, verifier: &Verifier) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "insert into identity_verifier (tenant_id, id, name, kind, accept, reject, hours, enabled)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (tenant_id, id) do update set name = $3, accept = $5, reject = $6, hours = $7, enabled = $8",
        tenant,
        verifier.id.0,
        verifier.name,
        verifier.kind.code(),
        verifier.thresholds.accept,
        verifier.thresholds.reject,
        verifier.hours,
        verifier.enabled
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Remembers a consent and holds it until the transaction ends: nobody withdraws it meanwhile. As it is known, whatever
/// is said of it now.
pub async fn hold_consent(tx: &mut WriteTx, reference: &str, given_at: Instant) -> Result<Consent, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        "insert into identity_consent as c (tenant_id, reference, given_at) values ($1, $2, $3)
         on conflict (tenant_id, reference) do update set reference = c.reference
         returning given_at, withdrawn_at",
        tenant,
        reference,
        given_at
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Consent { reference: reference.to_owned(), given_at: row.given_at, withdrawn_at: row.withdrawn_at })
}

/// Withdraws a consent, for good: the scores of the checks that rest on it are gone. Which checks those are; `None` when
/// nobody knows the consent.
pub async fn withdraw(tx: &mut WriteTx, reference: &str) -> Result<Option<Vec<SignalId>>, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update identity_consent set withdrawn_at = coalesce(withdrawn_at, clock_timestamp())
         where tenant_id = $1 and reference = $2",
        tenant,
        reference
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let gone = sqlx::query_scalar!(
        "update identity_signal set score = null where tenant_id = $1 and consent = $2 and score is not null returning id",
        tenant,
        reference
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(Some(gone.into_iter().map(SignalId).collect()))
}

/// A check to keep.
#[derive(Debug, Clone, Copy)]
pub struct NewCheck<'a> {
    /// Who checked.
    pub verifier: &'a Verifier,
    /// Its own number of the check.
    pub reference: &'a str,
    /// The address that was checked.
    pub party: PartyId,
    /// In which session.
    pub session: Option<SessionId>,
    /// The customer it claims to be.
    pub claimed: CustomerId,
    /// How sure, 0 to 1.
    pub score: f64,
    /// When, and until when it counts.
    pub span: Span,
    /// Reference of the consent.
    pub consent: &'a str,
}

/// Keeps a check. Its id, and whether it is news: the verifier may have told it before.
pub async fn insert(tx: &mut WriteTx, new: &NewCheck<'_>) -> Result<(SignalId, bool), StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<SignalId>());
    let done = sqlx::query!(
        "insert into identity_signal (tenant_id, id, verifier_id, reference, party_id, session_id, customer_id, score,
                                      accept, reject, consent, checked_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (tenant_id, verifier_id, reference) do nothing",
        tenant,
        id.0,
        new.verifier.id.0,
        new.reference,
        new.party.0,
        new.session.map(|session| session.0),
        new.claimed.0,
        new.score,
        new.verifier.thresholds.accept,
        new.verifier.thresholds.reject,
        new.consent,
        new.span.checked_at,
        new.span.expires_at
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 {
        return Ok((id, true));
    }
    let known = sqlx::query_scalar!(
        "select id from identity_signal where tenant_id = $1 and verifier_id = $2 and reference = $3",
        tenant,
        new.verifier.id.0,
        new.reference
    );
    Ok((known.fetch_one(tx.conn()).await?.into(), false))
}

/// A check as it is kept, between the customers as they are now.
#[derive(Debug, Clone)]
pub struct Check {
    /// What it says.
    pub signal: Signal,
    /// Who checked.
    pub verifier: VerifierId,
    /// The verifier's own number of it.
    pub reference: String,
    /// In which session.
    pub session: Option<SessionId>,
    /// Whose the address is that was checked.
    pub subject: CustomerId,
    /// Who it claims to be.
    pub claimed: CustomerId,
}

/// Checks by id, newest first; those that were forgotten are left out.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Check>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with recursive up as (
             select s.id, c.id as at, c.merged_into from identity_signal s
             join customer c on c.tenant_id = $1 and c.id = s.customer_id
             where s.tenant_id = $1 and s.id = any($2)
             union all
             select u.id, c.id, c.merged_into from up u join customer c on c.tenant_id = $1 and c.id = u.merged_into
           )
           select s.id, s.verifier_id, v.name, v.kind, v.enabled, s.reference, s.session_id, s.score, s.accept, s.reject,
                  s.consent, t.given_at, t.withdrawn_at, s.checked_at, s.expires_at, p.customer_id as subject,
                  u.at as "claimed!"
           from identity_signal s
           join up u on u.id = s.id and u.merged_into is null
           join identity_verifier v on v.tenant_id = $1 and v.id = s.verifier_id
           join identity_consent t on t.tenant_id = $1 and t.reference = s.consent
           join party_customer p on p.tenant_id = $1 and p.party_id = s.party_id
           where s.tenant_id = $1 and s.id = any($2) order by s.checked_at desc, s.id desc"#,
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Check {
                signal: Signal {
                    id: row.id.into(),
                    verifier: row.name,
                    kind: code("identity_verifier", "kind", &row.kind, Kind::from_code)?,
                    enabled: row.enabled,
                    score: row.score,
                    thresholds: Thresholds { accept: row.accept, reject: row.reject },
                    span: Span { checked_at: row.checked_at, expires_at: row.expires_at },
                    consent: Some(Consent {
                        reference: row.consent,
                        given_at: row.given_at,
                        withdrawn_at: row.withdrawn_at,
                    }),
                },
                verifier: row.verifier_id.into(),
                reference: row.reference,
                session: row.session_id.map(SessionId),
                subject: row.subject.into(),
                claimed: row.claimed.into(),
            })
        })
        .collect()
}

/// Checks of the addresses of customers, and those that claim to be one of them or of those merged into them; newest
/// first.
pub async fn of_customers(tx: &mut ReadTx, customers: &[Uuid]) -> Result<Vec<Check>, StoreError> {
    let ids = ids_of(tx, customers).await?;
    if ids.is_empty() { Ok(Vec::new()) } else { many(tx, &ids).await }
}

/// The same, and none of their consents is withdrawn until the transaction ends: what is made of them is undone then.
pub async fn held_of_customers(tx: &mut WriteTx, customers: &[Uuid]) -> Result<Vec<Check>, StoreError> {
    let ids = ids_of(tx, customers).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = tx.tenant();
    sqlx::query!(
        "select reference from identity_consent where tenant_id = $1 and reference in (
           select consent from identity_signal where tenant_id = $1 and id = any($2)
         ) order by reference for share",
        tenant,
        &ids
    )
    .fetch_all(tx.conn())
    .await?;
    many(tx, &ids).await
}

async fn ids_of(tx: &mut ReadTx, customers: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        r#"with recursive family as (
             select id from unnest($2::uuid[]) as u(id)
             union
             select c.id from family f join customer c on c.tenant_id = $1 and c.merged_into = f.id
           )
           select s.id as "id!" from family f
           join identity_signal s on s.tenant_id = $1 and s.customer_id = f.id
           union
           select s.id from party_customer p
           join identity_signal s on s.tenant_id = $1 and s.party_id = p.party_id
           where p.tenant_id = $1 and p.customer_id = any($2)
           order by 1 desc limit $3"#,
        tenant,
        customers,
        MOST_CHECKS
    );
    Ok(ids.fetch_all(tx.conn()).await?)
}

/// Checks of a verifier that may still count, newest first.
pub async fn of_verifier(tx: &mut ReadTx, verifier: VerifierId) -> Result<Vec<Check>, StoreError> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select id from identity_signal where tenant_id = $1 and verifier_id = $2 and expires_at > clock_timestamp()
         order by id desc limit $3",
        tenant,
        verifier.0,
        MOST_CHECKS
    )
    .fetch_all(tx.conn())
    .await?;
    many(tx, &ids).await
}

/// The party that holds an identifier.
pub async fn party_of(tx: &mut ReadTx, identity: IdentityId) -> Result<Option<PartyId>, StoreError> {
    let tenant = tx.tenant();
    let party = sqlx::query_scalar!(
        "select party_id from customer_identity where tenant_id = $1 and id = $2",
        tenant,
        identity.0
    );
    Ok(party.fetch_optional(tx.conn()).await?.map(PartyId))
}
