//! Pairs of customers that may be one person, and what people declared of values.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    identity::{Declared, candidate::Piece},
    ids::{AgentId, CandidateId, CustomerId},
    time::Instant,
};
use uuid::Uuid;

/// How a pair stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has decided.
    Open,
    /// One person.
    Confirmed,
    /// Two.
    Refused,
}

impl State {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Open, Self::Confirmed, Self::Refused].into_iter().find(|state| state.code() == code)
    }
}

/// A pair with its score.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its id.
    pub id: CandidateId,
    /// The customer of the lower id.
    pub customer: CustomerId,
    /// The other.
    pub other: CustomerId,
    /// Log odds that they are one person, in hundredths.
    pub score: i32,
    /// What it is made of.
    pub evidence: Vec<Piece>,
    /// How it stands.
    pub state: State,
    /// Since when it is suggested.
    pub created_at: Instant,
    /// When it was decided.
    pub decided_at: Option<Instant>,
    /// Who decided.
    pub decided_by: Option<AgentId>,
    /// Which of the two held an address that is the other's now, when it is suggested for that.
    pub former: Option<CustomerId>,
    /// For how many days the address was silent then.
    pub silent_days: Option<i32>,
}

struct Row {
    id: Uuid,
    customer_id: Uuid,
    other_id: Uuid,
    score: i32,
    evidence: serde_json::Value,
    state: String,
    created_at: Instant,
    decided_at: Option<Instant>,
    decided_by: Option<Uuid>,
    former_id: Option<Uuid>,
    silent_days: Option<i32>,
}

impl TryFrom<Row> for Candidate {
    type Error = StoreError;
    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.into(),
            customer: row.customer_id.into(),
            other: row.other_id.into(),
            score: row.score,
            evidence: serde_json::from_value(row.evidence).unwrap_or_default(),
            state: code("identity_candidate", "state", &row.state, State::from_code)?,
            created_at: row.created_at,
            decided_at: row.decided_at,
            decided_by: row.decided_by.map(AgentId),
            former: row.former_id.map(CustomerId),
            silent_days: row.silent_days,
        })
    }
}

/// A pair worth a look.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// One of the two.
    pub a: CustomerId,
    /// The other.
    pub b: CustomerId,
    /// Log odds.
    pub score: f64,
    /// Why.
    pub evidence: Vec<Piece>,
}

/// Two customers in the order a pair keeps them.
fn ordered(a: CustomerId, b: CustomerId) -> (Uuid, Uuid) {
    (a.0.min(b.0), a.0.max(b.0))
}

/// Keeps suggestions; pairs that people decided stay as they are. How many are new.
pub async fn suggest(tx: &mut WriteTx, suggestions: &[Suggestion]) -> Result<u64, StoreError> {
    if suggestions.is_empty() {
        return Ok(0);
    }
    let tenant = tx.tenant();
    let ids: Vec<Uuid> = suggestions.iter().map(|_| tx.id::<CandidateId>().0).collect();
    let (customers, others): (Vec<Uuid>, Vec<Uuid>) = suggestions.iter().map(|s| ordered(s.a, s.b)).unzip();
    let scores: Vec<i32> = suggestions.iter().map(|s| (s.score * 100.0).clamp(-10_000.0, 10_000.0) as i32).collect();
    let evidence: Vec<serde_json::Value> = suggestions.iter().map(|s| serde_json::json!(s.evidence)).collect();
    let new = sqlx::query_scalar!(
        r#"with kept as (
             insert into identity_candidate as c (tenant_id, id, customer_id, other_id, score, evidence)
             select distinct on (customer, other) $1, id, customer, other, score, evidence
             from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::jsonb[]) as n(id, customer, other, score, evidence)
             order by customer, other
             on conflict (tenant_id, customer_id, other_id) do update set score = excluded.score, evidence = excluded.evidence
             where c.state = 'open' and (c.score, c.evidence) is distinct from (excluded.score, excluded.evidence)
             returning xmax = 0 as new
           )
           select count(*) filter (where new) as "count!" from kept"#,
        tenant,
        &ids,
        &customers,
        &others,
        &scores,
        &evidence
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(new.unsigned_abs())
}

/// Takes open suggestions of customers away but for the pairs to keep: they no longer hold. With `later` only those of
/// customers with others of a higher id. What rests on an address that passed on stays.
pub async fn keep_only(
    tx: &mut WriteTx,
    customers: &[Uuid],
    pairs: &[(CustomerId, CustomerId)],
    later: bool,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let (lower, higher): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().map(|(a, b)| ordered(*a, *b)).unzip();
    sqlx::query!(
        "delete from identity_candidate c using (
           select id from identity_candidate where tenant_id = $1 and customer_id = any($2) and state = 'open'
           union
           select id from identity_candidate where tenant_id = $1 and other_id = any($2) and state = 'open'
             and not $5
         ) theirs
         where c.tenant_id = $1 and c.id = theirs.id and c.former_id is null and not exists (
           select from unnest($3::uuid[], $4::uuid[]) as k(lower, higher)
           where k.lower = c.customer_id and k.higher = c.other_id
         )",
        tenant,
        customers,
        &lower,
        &higher,
        later
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes the open suggestions of pairs away that rest on a check by an outside verifier.
pub async fn drop_resting(tx: &mut WriteTx, pairs: &[(CustomerId, CustomerId)]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let (lower, higher): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().map(|(a, b)| ordered(*a, *b)).unzip();
    sqlx::query!(
        r#"delete from identity_candidate c using unnest($2::uuid[], $3::uuid[]) as k(lower, higher)
           where c.tenant_id = $1 and c.customer_id = k.lower and c.other_id = k.higher and c.state = 'open'
             and c.evidence @> '[{"source": {}}]'"#,
        tenant,
        &lower,
        &higher
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Writes what people decided of two customers; the latest word counts.
pub async fn decide(tx: &mut WriteTx, a: CustomerId, b: CustomerId, state: State) -> Result<(), StoreError> {
    let (tenant, id, by) = (tx.tenant(), tx.id::<CandidateId>(), tx.scope().actor().id());
    let (customer, other) = ordered(a, b);
    sqlx::query!(
        "insert into identity_candidate (tenant_id, id, customer_id, other_id, score, state, decided_at, decided_by)
         values ($1, $2, $3, $4, 0, $5, clock_timestamp(), $6)
         on conflict (tenant_id, customer_id, other_id) do update set
           state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by",
        tenant,
        id.0,
        customer,
        other,
        state.code(),
        by
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// One pair.
pub async fn find(tx: &mut ReadTx, id: CandidateId) -> Result<Option<Candidate>, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query_as!(
        Row,
        "select id, customer_id, other_id, score, evidence, state, created_at, decided_at, decided_by, former_id, silent_days
         from identity_candidate where tenant_id = $1 and id = $2",
        tenant,
        id.0
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Candidate::try_from).transpose()
}

/// Open pairs of customers, best first.
pub async fn of_customers(tx: &mut ReadTx, customers: &[Uuid]) -> Result<Vec<Candidate>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", customer_id as "customer_id!", other_id as "other_id!", score as "score!",
                  evidence as "evidence!", state as "state!", created_at as "created_at!", decided_at, decided_by, former_id, silent_days
           from (
             select * from identity_candidate where tenant_id = $1 and customer_id = any($2) and state = 'open'
             union
             select * from identity_candidate where tenant_id = $1 and other_id = any($2) and state = 'open'
           ) c order by score desc, id limit 500"#,
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Candidate::try_from).collect()
}

/// A page of the review queue: pairs in a state, best first.
pub async fn queue(
    tx: &mut ReadTx,
    state: State,
    after: Option<(i32, CandidateId)>,
    limit: i64,
) -> Result<Vec<Candidate>, StoreError> {
    let tenant = tx.tenant();
    let (score, id) = after.map_or((i32::MAX, Uuid::max()), |(score, id)| (score, id.0));
    let rows = sqlx::query_as!(
        Row,
        "select id, customer_id, other_id, score, evidence, state, created_at, decided_at, decided_by, former_id, silent_days
         from identity_candidate where tenant_id = $1 and state = $2 and (score, id) < ($3, $4)
         order by score desc, id desc limit $5",
        tenant,
        state.code(),
        score,
        id,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Candidate::try_from).collect()
}

/// What people declared of a value.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `phone_e164`, `email`, `crm_id`.
    pub scheme: String,
    /// The value; of mail also `local@` and `@domain`.
    pub value: String,
    /// What of it.
    pub declared: Declared,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Instant,
}

/// Declares something of a value, or takes it back (`None`). Whether anything changed.
pub async fn declare(
    tx: &mut WriteTx,
    scheme: &str,
    value: &str,
    declared: Option<Declared>,
    reason: &str,
) -> Result<bool, StoreError> {
    let (tenant, by) = (tx.tenant(), tx.scope().actor().id());
    let done = if let Some(declared) = declared {
        sqlx::query!(
            "insert into identity_rule (tenant_id, scheme, value, declared, reason, actor_id) values ($1, $2, $3, $4, $5, $6)
             on conflict (tenant_id, scheme, value) do update set
               declared = $4, reason = $5, actor_id = $6, at = clock_timestamp()",
            tenant,
            scheme,
            value,
            declared.code(),
            reason,
            by
        )
        .execute(tx.conn())
        .await?
    } else {
        sqlx::query!(
            "delete from identity_rule where tenant_id = $1 and scheme = $2 and value = $3",
            tenant,
            scheme,
            value
        )
        .execute(tx.conn())
        .await?
    };
    Ok(done.rows_affected() > 0)
}

/// What is declared, by scheme and value.
pub async fn rules(tx: &mut ReadTx, after: Option<(&str, &str)>, limit: i64) -> Result<Vec<Rule>, StoreError> {
    let tenant = tx.tenant();
    let (scheme, value) = after.unwrap_or(("", ""));
    let rows = sqlx::query!(
        "select scheme, value, declared, reason, at from identity_rule
         where tenant_id = $1 and (scheme, value) > ($2, $3) order by scheme, value limit $4",
        tenant,
        scheme,
        value,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Rule {
                declared: code("identity_rule", "declared", &row.declared, Declared::from_code)?,
                scheme: row.scheme,
                value: row.value,
                reason: row.reason,
                at: row.at,
            })
        })
        .collect()
}

/// Customers who hold a value now: those whose likeness it changes; at most 200.
pub async fn holding(tx: &mut ReadTx, value: &str) -> Result<Vec<CustomerId>, StoreError> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select distinct p.customer_id from customer_identity i
         join party_customer p on p.tenant_id = i.tenant_id and p.party_id = i.party_id
         where i.tenant_id = $1 and i.scheme = any(array['phone_e164', 'wa_id', 'email', 'crm_id'])
           and i.value in ($2, ltrim($2, '+')) limit 200",
        tenant,
        value
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(CustomerId).collect())
}
