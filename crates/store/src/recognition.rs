//! What recognising a customer needs: facts of many customers at once, blocking keys, what people declared and parted.

use crate::{ReadTx, StoreError, WriteTx, error::code};
use meridian_domain::{
    event::{Identifier, Verification},
    identity::{
        Declared, Holder, SubAddresses,
        candidate::{LARGEST_BLOCK, LARGEST_NAME_BLOCK, MOST_PARTNERS, Profile},
        compare::Role,
        declarations_of,
        fellegi::Model,
        pairing::Shares,
    },
    ids::{CustomerId, PartyId},
    time::Instant,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// The most identifiers that are read of one customer, those seen last.
const MOST_IDENTIFIERS: i64 = 40;

/// A customer as recognition sees it.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What tells it from others.
    pub profile: Profile,
    /// Its name; may be empty.
    pub name: String,
    /// When it came to be; none when there is no such customer, or it was merged.
    pub since: Option<Instant>,
    /// Its identifiers that are valid now.
    pub ids: Vec<Identifier>,
}

/// What people declared, by scheme and value.
pub type Declarations = HashMap<(String, String), Declared>;

/// What is declared of an identifier: of the value itself before parts of it.
pub fn declared<T: Clone>(of: &HashMap<(String, String), T>, scheme: &str, value: &str) -> Option<T> {
    let (scheme, values) = declarations_of(scheme, value)?;
    values.into_iter().find_map(|value| of.get(&(scheme.to_owned(), value)).cloned())
}

/// What people declared of identifiers.
pub async fn declarations(tx: &mut ReadTx, ids: &[(&str, &str)]) -> Result<Declarations, StoreError> {
    let told = declarations_told(tx, ids).await?;
    Ok(told.into_iter().map(|(value, (declared, _))| (value, declared)).collect())
}

/// The same with why, in their words.
pub async fn declarations_told(
    tx: &mut ReadTx,
    ids: &[(&str, &str)],
) -> Result<HashMap<(String, String), (Declared, String)>, StoreError> {
    let tenant = tx.tenant();
    let (mut schemes, mut values) = (Vec::new(), Vec::new());
    for (scheme, all) in ids.iter().filter_map(|(scheme, value)| declarations_of(scheme, value)) {
        for value in all {
            schemes.push(scheme.to_owned());
            values.push(value);
        }
    }
    if values.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query!(
        "select r.scheme, r.value, r.declared, r.reason from unnest($2::text[], $3::text[]) as k(scheme, value)
         join identity_rule r on r.tenant_id = $1 and r.scheme = k.scheme and r.value = k.value",
        tenant,
        &schemes,
        &values
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            let declared = code("identity_rule", "declared", &row.declared, Declared::from_code)?;
            Ok(((row.scheme, row.value), (declared, row.reason)))
        })
        .collect()
}

/// Tells holders what people declared of their values.
pub async fn judge(tx: &mut ReadTx, holders: &mut [Holder]) -> Result<(), StoreError> {
    let ids: Vec<(&str, &str)> =
        holders.iter().map(|h| (h.identifier.scheme.as_str(), h.identifier.value.as_str())).collect();
    let said = declarations(tx, &ids).await?;
    for holder in holders {
        holder.declared = declared(&said, &holder.identifier.scheme, &holder.identifier.value);
    }
    Ok(())
}

/// Which of these customers people said are not one person, whatever was merged into them.
pub async fn parted(tx: &mut ReadTx, customers: &[Uuid]) -> Result<Vec<(CustomerId, CustomerId)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"with recursive family as (
             select id as root, id from unnest($2::uuid[]) as u(id)
             union
             select f.root, c.id from family f join customer c on c.tenant_id = $1 and c.merged_into = f.id
           )
           select distinct a.root as "a!", b.root as "b!" from family a
           join identity_candidate r on r.tenant_id = $1 and r.customer_id = a.id and r.state = 'refused'
           join family b on b.id = r.other_id where a.root <> b.root"#,
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.a.into(), row.b.into())).collect())
}

/// Those of customers one of whose identifiers somebody else holds, too.
pub async fn also_held(tx: &mut ReadTx, held: &[(CustomerId, &Identifier)]) -> Result<HashSet<CustomerId>, StoreError> {
    if held.is_empty() {
        return Ok(HashSet::new());
    }
    let tenant = tx.tenant();
    let customers: Vec<Uuid> = held.iter().map(|(customer, _)| customer.0).collect();
    let schemes: Vec<String> = held.iter().map(|(_, id)| id.scheme.clone()).collect();
    let scopes: Vec<String> = held.iter().map(|(_, id)| id.scope.clone()).collect();
    let values: Vec<String> = held.iter().map(|(_, id)| id.value.clone()).collect();
    let met = sqlx::query_scalar!(
        r#"select distinct k.customer as "customer!"
           from unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) as k(customer, scheme, scope, value)
           where exists (
             select from customer_identity i
             join party_customer p on p.tenant_id = i.tenant_id and p.party_id = i.party_id
             where i.tenant_id = $1 and i.scheme = k.scheme and i.value = k.value and i.scope = k.scope
               and i.valid_to is null and p.customer_id <> k.customer
           )"#,
        tenant,
        &customers,
        &schemes,
        &scopes,
        &values
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(met.into_iter().map(CustomerId).collect())
}

/// What is known of customers, names and birth dates of those merged into them included. Merged ones are left out.
pub async fn known(tx: &mut ReadTx, customers: &[Uuid]) -> Result<HashMap<CustomerId, Known>, StoreError> {
    let tenant = tx.tenant();
    let people = sqlx::query!(
        r#"with recursive family as (
             select id as root, id, name, birth_date, created_at, true as itself from customer
             where tenant_id = $1 and id = any($2) and merged_into is null
             union all
             select f.root, c.id, c.name, c.birth_date, c.created_at, false
             from family f join customer c on c.tenant_id = $1 and c.merged_into = f.id
           )
           select root as "root!", name as "name!", birth_date::text as birth, created_at as "created_at!",
                  itself as "itself!", (select sub_addresses_apart from tenant where tenant_id = $1) as "apart!"
           from family order by itself desc, id"#,
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    let mut found: HashMap<CustomerId, Known> = HashMap::new();
    let mut tags = SubAddresses::Same;
    for row in people {
        tags = if row.apart { SubAddresses::Apart } else { SubAddresses::Same };
        let known = found.entry(row.root.into()).or_default();
        known.profile.name(&row.name);
        if let Some(birth) = &row.birth {
            known.profile.birth(birth);
        }
        if row.itself {
            known.name = row.name;
            known.since = Some(row.created_at);
        }
    }
    let roots: Vec<Uuid> = found.keys().map(|id| id.0).collect();
    let ids = sqlx::query!(
        "select k.id as customer, i.scheme, i.scope, i.value, i.verified from unnest($2::uuid[]) as k(id)
         cross join lateral (
           select i.scheme, i.scope, i.value, i.verified from party_customer p
           join customer_identity i on i.tenant_id = p.tenant_id and i.party_id = p.party_id and i.valid_to is null
           where p.tenant_id = $1 and p.customer_id = k.id order by i.last_seen desc limit $3
         ) i",
        tenant,
        &roots,
        MOST_IDENTIFIERS
    )
    .fetch_all(tx.conn())
    .await?;
    let values: Vec<(&str, &str)> = ids.iter().map(|row| (row.scheme.as_str(), row.value.as_str())).collect();
    let said = declarations(tx, &values).await?;
    for row in ids {
        let Some(known) = row.customer.and_then(|id| found.get_mut(&CustomerId(id))) else { continue };
        known.profile.identifier_by(&row.scheme, &row.value, declared(&said, &row.scheme, &row.value), tags);
        known.ids.push(Identifier {
            verified: code("customer_identity", "verified", &row.verified, Verification::from_code)?,
            scheme: row.scheme,
            scope: row.scope,
            value: row.value,
            derived: false,
        });
    }
    Ok(found)
}

/// Lets customers be found by what is known of them, in place of what was written before.
pub async fn show(tx: &mut WriteTx, known: &HashMap<CustomerId, Known>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let (mut customers, mut owners, mut all) = (Vec::new(), Vec::new(), Vec::new());
    let (mut profiled, mut profiles) = (Vec::new(), Vec::new());
    for (customer, known) in known {
        let keys = known.profile.keys();
        customers.push(customer.0);
        if !keys.is_empty() {
            profiled.push(customer.0);
            profiles.push(serde_json::to_string(&known.profile).unwrap_or_default());
        }
        owners.extend(keys.iter().map(|_| customer.0));
        all.extend(keys);
    }
    sqlx::query!(
        "with new as (select customer, key from unnest($3::uuid[], $4::bigint[]) as n(customer, key)), gone as (
           delete from identity_block b where b.tenant_id = $1 and b.customer_id = any($2)
             and not exists (select from new n where n.customer = b.customer_id and n.key = b.key)
         ), unseen as (
           delete from identity_profile p where p.tenant_id = $1 and p.customer_id = any($2)
             and not exists (select from unnest($5::uuid[]) as n(customer) where n.customer = p.customer_id)
         ), profiled as (
           insert into identity_profile as p (tenant_id, customer_id, profile)
           select $1, customer, profile from unnest($5::uuid[], $6::text[]) as n(customer, profile) order by customer
           on conflict (tenant_id, customer_id) do update set profile = excluded.profile
           where p.profile <> excluded.profile
         )
         insert into identity_block (tenant_id, key, customer_id) select $1, key, customer from new
         order by key, customer on conflict do nothing",
        tenant,
        &customers,
        &owners,
        &all,
        &profiled,
        &profiles
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes a customer out of sight: nobody is compared with it.
pub async fn hide(tx: &mut WriteTx, customer: CustomerId) -> Result<(), StoreError> {
    show(tx, &HashMap::from([(customer, Known::default())])).await
}

/// For each customer, the others that share a block of bearable size with it, those that do most often first. With
/// `later` only those of a higher id: then each pair is met once when all customers are gone through.
pub async fn partners(
    tx: &mut ReadTx,
    subjects: &[(CustomerId, Profile)],
    later: bool,
) -> Result<Vec<(CustomerId, CustomerId)>, StoreError> {
    let tenant = tx.tenant();
    let (mut owners, mut all) = (Vec::new(), Vec::new());
    for (customer, profile) in subjects {
        let keys = profile.keys();
        owners.extend(keys.iter().map(|_| customer.0));
        all.extend(keys);
    }
    let rows = sqlx::query!(
        r#"with found as (
             select k.customer, b.customer_id, count(*) over (partition by k.customer, k.key) as size,
                    case when k.key % 2 = 0 then $4 else $6 end as most
             from unnest($2::uuid[], $3::bigint[]) as k(customer, key)
             cross join lateral (
               select b.customer_id from identity_block b where b.tenant_id = $1 and b.key = k.key limit $4
             ) b
           ), counted as (
             select customer, customer_id, count(*) as times from found
             where size < most and (customer_id > customer or customer_id < customer and not $7)
             group by customer, customer_id
           )
           select customer as "customer!", customer_id as "other!" from (
             select *, row_number() over (partition by customer order by times desc, customer_id) as rank from counted
           ) r where rank <= $5 order by customer, rank"#,
        tenant,
        &owners,
        &all,
        LARGEST_BLOCK + 1,
        MOST_PARTNERS,
        LARGEST_NAME_BLOCK + 1,
        later
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.customer.into(), row.other.into())).collect())
}

/// What was written of customers when they were last looked at.
pub async fn profiles(tx: &mut ReadTx, customers: &[Uuid]) -> Result<Vec<(CustomerId, Profile)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select k.id as \"id!\", p.profile from unnest($2::uuid[]) as k(id) cross join lateral (
           select profile from identity_profile p where p.tenant_id = $1 and p.customer_id = k.id limit 1
         ) p",
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
    Ok(rows.into_iter().map(|row| (row.id.into(), read(&row.profile))).collect())
}

/// What scoring in a tenant rests on.
#[derive(Debug, Clone)]
pub struct Learned {
    /// Parameters, if there were enough customers to learn from.
    pub params: Option<Model>,
    /// How many customers it was learned from.
    pub records: usize,
    /// How many customers there were.
    pub customers: usize,
    /// Whether it is to be estimated: never done, or asked for more than a day ago.
    pub stale: bool,
}

/// The tenant's parameters, as they are now.
pub async fn learned(tx: &mut ReadTx) -> Result<Learned, StoreError> {
    let tenant = tx.tenant();
    let row = sqlx::query!(
        r#"select params, records, customers, asked_at < clock_timestamp() - interval '1 day' as "stale!"
           from identity_model where tenant_id = $1"#,
        tenant
    )
    .fetch_optional(tx.conn())
    .await?;
    let size = |n: i32| usize::try_from(n).unwrap_or(0);
    Ok(match row {
        Some(row) => Learned {
            params: row.params.and_then(|params| serde_json::from_value(params).ok()),
            records: size(row.records),
            customers: size(row.customers),
            stale: row.stale,
        },
        None => Learned { params: None, records: 0, customers: 0, stale: true },
    })
}

/// Whether the parameters are to be estimated now: never done, or older than a day. Says so once.
pub async fn ask_to_learn(tx: &mut WriteTx) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "insert into identity_model as m (tenant_id) values ($1)
         on conflict (tenant_id) do update set asked_at = clock_timestamp()
         where m.asked_at < clock_timestamp() - interval '1 day'",
        tenant
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps new parameters and how frequent words of names are.
pub async fn set_learned(tx: &mut WriteTx, learned: &Learned, terms: &[(Role, String, f64)]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let params = learned.params.as_ref().and_then(|params| serde_json::to_value(params).ok());
    let size = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    sqlx::query!(
        "insert into identity_model (tenant_id, params, records, customers, learned_at)
         values ($1, $2, $3, $4, clock_timestamp())
         on conflict (tenant_id) do update set params = $2, records = $3, customers = $4, learned_at = clock_timestamp()",
        tenant,
        params,
        size(learned.records),
        size(learned.customers)
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from identity_term where tenant_id = $1", tenant).execute(tx.conn()).await?;
    let roles: Vec<String> = terms.iter().map(|(role, ..)| role.code().to_owned()).collect();
    let values: Vec<String> = terms.iter().map(|(_, value, _)| value.clone()).collect();
    let shares: Vec<f64> = terms.iter().map(|(.., share)| *share).collect();
    sqlx::query!(
        "insert into identity_term (tenant_id, role, value, share)
         select $1, role, value, share from unnest($2::text[], $3::text[], $4::float8[]) as t(role, value, share)",
        tenant,
        &roles,
        &values,
        &shares
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// How frequent words of names are among the tenant's customers.
pub async fn shares(tx: &mut ReadTx, terms: &[(Role, String)], learned: &Learned) -> Result<Shares, StoreError> {
    let tenant = tx.tenant();
    let mut shares = Shares::default();
    if learned.params.is_none() {
        return Ok(shares);
    }
    shares.rest = Some(1.0 / learned.records.max(1) as f64);
    let roles: Vec<String> = terms.iter().map(|(role, _)| role.code().to_owned()).collect();
    let values: Vec<String> = terms.iter().map(|(_, value)| value.clone()).collect();
    let rows = sqlx::query!(
        "select t.role, t.value, t.share from unnest($2::text[], $3::text[]) as k(role, value)
         join identity_term t on t.tenant_id = $1 and t.role = k.role and t.value = k.value",
        tenant,
        &roles,
        &values
    )
    .fetch_all(tx.conn())
    .await?;
    for row in rows {
        let role = if row.role == Role::Given.code() { Role::Given } else { Role::Family };
        shares.known.insert((role, row.value), row.share);
    }
    Ok(shares)
}

/// What the tenant says of tags in mail addresses.
pub async fn sub_addresses(tx: &mut ReadTx) -> Result<SubAddresses, StoreError> {
    let tenant = tx.tenant();
    let apart = sqlx::query_scalar!("select sub_addresses_apart from tenant where tenant_id = $1", tenant);
    Ok(if apart.fetch_one(tx.conn()).await? { SubAddresses::Apart } else { SubAddresses::Same })
}

/// Says what tags in mail addresses mean. Whether that is news.
pub async fn set_sub_addresses(tx: &mut WriteTx, tags: SubAddresses) -> Result<bool, StoreError> {
    let (tenant, apart) = (tx.tenant(), tags == SubAddresses::Apart);
    let done = sqlx::query!(
        "update tenant set sub_addresses_apart = $2 where tenant_id = $1 and sub_addresses_apart <> $2",
        tenant,
        apart
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many customers there are, merged ones aside.
pub async fn count(tx: &mut ReadTx) -> Result<i64, StoreError> {
    let tenant = tx.tenant();
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from customer where tenant_id = $1 and merged_into is null"#,
        tenant
    );
    Ok(count.fetch_one(tx.conn()).await?)
}

/// The next customers after `after`, merged ones aside, in id order; from the newest backwards when `newest`.
pub async fn next(
    tx: &mut ReadTx,
    after: Option<Uuid>,
    newest: bool,
    most: i64,
) -> Result<Vec<CustomerId>, StoreError> {
    let tenant = tx.tenant();
    let ids = if newest {
        sqlx::query_scalar!(
            "select id from customer where tenant_id = $1 and id < $2 and merged_into is null order by id desc limit $3",
            tenant,
            after.unwrap_or(Uuid::max()),
            most
        )
        .fetch_all(tx.conn())
        .await?
    } else {
        sqlx::query_scalar!(
            "select id from customer where tenant_id = $1 and id > $2 and merged_into is null order by id limit $3",
            tenant,
            after.unwrap_or(Uuid::nil()),
            most
        )
        .fetch_all(tx.conn())
        .await?
    };
    Ok(ids.into_iter().map(CustomerId).collect())
}

/// An identifier that ended is its holder's again.
pub async fn stands_again(tx: &mut WriteTx, party: PartyId, id: &Identifier) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer_identity set valid_to = null, last_seen = clock_timestamp(), unnamed_since = null
         where tenant_id = $1 and party_id = $2 and scheme = $3 and scope = $4 and value = $5 and valid_to is not null",
        tenant,
        party.0,
        id.scheme,
        id.scope,
        id.value
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// An identifier is its holder's no more.
pub async fn ended(tx: &mut WriteTx, party: PartyId, id: &Identifier) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer_identity set valid_to = clock_timestamp()
         where tenant_id = $1 and party_id = $2 and scheme = $3 and scope = $4 and value = $5 and valid_to is null",
        tenant,
        party.0,
        id.scheme,
        id.scope,
        id.value
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
