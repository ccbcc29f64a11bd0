//! Addresses that passed to other people: who held them, how that ends, and what must not be sent there any more.

use crate::{ReadTx, StoreError, WriteTx, identity::PartyView};
use meridian_domain::{
    event::Identifier,
    ids::{CandidateId, CustomerId, PartyId, SessionId},
};
use uuid::Uuid;

/// Leads the scheme of a party that is no longer found by its address; its scope is its own id then.
pub(crate) const FORMER: &str = "former:";

/// Names read of one customer at most.
const MOST_NAMES: i64 = 60;

/// What is known of a customer's hold on an address.
#[derive(Debug, Clone)]
pub struct Known {
    /// Names of the customer, of those merged into it, of those the party was with before, and what was given on the
    /// party's own addresses.
    pub names: Vec<String>,
    /// Whole days since anybody of the customer was seen with one of the forms; imports are no sight.
    pub silent_days: i64,
}

/// What is known of a customer's hold on an address in all its forms, read under the party's lock.
pub async fn known(tx: &mut WriteTx, held: PartyView, forms: &[Identifier]) -> Result<Known, StoreError> {
    let (tenant, (schemes, scopes, values)) = (tx.tenant(), columns(forms));
    let row = sqlx::query!(
        r#"with recursive family as (
             select id, name from customer where tenant_id = $1 and id = $2
             union all
             select c.id, c.name from family f join customer c on c.tenant_id = $1 and c.merged_into = f.id
           )
           select array(
                    select name from family where name <> ''
                    union
                    select h.name from identity_link l
                    join customer h on h.tenant_id = $1 and h.id = l.customer_id and h.name <> ''
                    where l.tenant_id = $1 and l.party_id = $3 and l.kind <> 'suggest' and not exists (
                      select from identity_candidate r where r.tenant_id = $1 and r.state = 'refused'
                        and r.customer_id = least(h.id, $2) and r.other_id = greatest(h.id, $2)
                    )
                    union
                    select said_name from customer_identity where tenant_id = $1 and party_id = $3 and said_name <> ''
                    limit $7
                  ) as "names!",
                  coalesce((
                    select extract(epoch from clock_timestamp() - max(coalesce(i.unnamed_since, i.last_seen)))::bigint / 86400
                    from unnest($4::text[], $5::text[], $6::text[]) as k(scheme, scope, value)
                    join customer_identity i on i.tenant_id = $1 and i.scheme = k.scheme and i.value = k.value
                      and i.scope = k.scope and i.valid_to is null and i.source <> 'import'
                    join party_customer pc on pc.tenant_id = $1 and pc.party_id = i.party_id and pc.customer_id = $2
                  ), 0) as "silent_days!""#,
        tenant,
        held.customer.0,
        held.party.0,
        &schemes,
        &scopes,
        &values,
        MOST_NAMES
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Known { names: row.names, silent_days: row.silent_days })
}

/// Ends a customer's hold on an address in all its forms: the party is found by it no more, what was said there stays
/// with it. The next who writes from there gets a party of their own.
pub async fn retire(tx: &mut WriteTx, held: PartyView, forms: &[Identifier]) -> Result<(), StoreError> {
    let (tenant, (schemes, scopes, values)) = (tx.tenant(), columns(forms));
    sqlx::query!(
        "with renamed as (
           update party set scheme = $7 || scheme, scope = id::text where tenant_id = $1 and id = $2
         )
         update customer_identity i set valid_to = clock_timestamp()
         from unnest($4::text[], $5::text[], $6::text[]) as k(scheme, scope, value), party_customer pc
         where i.tenant_id = $1 and i.scheme = k.scheme and i.value = k.value and i.scope = k.scope and i.valid_to is null
           and pc.tenant_id = $1 and pc.party_id = i.party_id and pc.customer_id = $3",
        tenant,
        held.party.0,
        held.customer.0,
        &schemes,
        &scopes,
        &values,
        FORMER
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

fn columns(forms: &[Identifier]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let of = |what: fn(&Identifier) -> &str| forms.iter().map(|form| what(form).to_owned()).collect();
    (of(|form| &form.scheme), of(|form| &form.scope), of(|form| &form.value))
}

/// Suggests that whoever took over an address may be who held it; a pair that people decided stays as it is.
pub async fn suggest(
    tx: &mut WriteTx,
    former: CustomerId,
    now: CustomerId,
    silent_days: i64,
    score: f64,
) -> Result<(), StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<CandidateId>());
    sqlx::query!(
        "insert into identity_candidate as c (tenant_id, id, customer_id, other_id, score, evidence, former_id, silent_days)
         values ($1, $2, least($3::uuid, $4::uuid), greatest($3, $4), $5, '[]', $3, $6)
         on conflict (tenant_id, customer_id, other_id) do update set
           former_id = excluded.former_id, silent_days = excluded.silent_days
         where c.state = 'open'",
        tenant,
        id.0,
        former.0,
        now.0,
        (score * 100.0) as i32,
        i32::try_from(silent_days).unwrap_or(i32::MAX)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A customer is merged into another: pairs that rest on an address that passed are the other's from now on.
pub async fn carry(tx: &mut WriteTx, from: CustomerId, into: CustomerId) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let pairs = sqlx::query!(
        "delete from identity_candidate where tenant_id = $1 and state = 'open' and former_id is not null
           and (customer_id = $2 or other_id = $2)
         returning id, customer_id, other_id, score, evidence, former_id, silent_days, created_at",
        tenant,
        from.0
    )
    .fetch_all(tx.conn())
    .await?;
    for pair in pairs {
        let there = |id: Uuid| if id == from.0 { into.0 } else { id };
        let (a, b) = (there(pair.customer_id), there(pair.other_id));
        if a == b {
            continue;
        }
        sqlx::query!(
            "insert into identity_candidate (tenant_id, id, customer_id, other_id, score, evidence, former_id, silent_days,
                                             created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant_id, customer_id, other_id) do nothing",
            tenant,
            pair.id,
            a.min(b),
            a.max(b),
            pair.score,
            pair.evidence,
            pair.former_id.map(there),
            pair.silent_days,
            pair.created_at
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

/// Whether the address of a session is another customer's by now: what is sent there would reach a stranger. False when
/// whoever has it now was made one with the session's customer.
pub async fn of_session(tx: &mut ReadTx, session: SessionId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let passed = sqlx::query_scalar!(
        r#"select exists (
             select from session s
             join party p on p.tenant_id = $1 and p.id = s.party_id
             join party_customer pc on pc.tenant_id = $1 and pc.party_id = p.id
             join customer_identity i on i.tenant_id = $1 and i.party_id = p.id and i.value = p.value
               and i.valid_to is not null
               and i.scheme = regexp_replace(p.scheme, '^(former:)?(claimed:)?', '')
             where s.tenant_id = $1 and s.id = $2 and not exists (
               select from customer_identity h
               join party_customer hc on hc.tenant_id = $1 and hc.party_id = h.party_id and hc.customer_id = pc.customer_id
               where h.tenant_id = $1 and h.scheme = i.scheme and h.value = i.value and h.scope = i.scope
                 and h.valid_to is null
             )
           ) as "passed!""#,
        tenant,
        session.0
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(passed)
}

/// Open sessions of a party, at most ten: where people learn that its address passed on.
pub async fn open_sessions(tx: &mut ReadTx, party: PartyId) -> Result<Vec<SessionId>, StoreError> {
    let tenant = tx.tenant();
    let ids = sqlx::query_scalar!(
        "select id from session where tenant_id = $1 and party_id = $2 and closed_at is null
         order by conversation_id, id limit 10",
        tenant,
        party.0
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(ids.into_iter().map(SessionId).collect())
}
