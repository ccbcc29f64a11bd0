//! Customers.

use crate::{ReadTx, StoreError, WriteTx};
use chrono::NaiveDate;
use meridian_domain::{ids::CustomerId, time::Instant};
use uuid::Uuid;

/// A person as the tenant sees them.
#[derive(Debug, Clone)]
pub struct Customer {
    /// Id.
    pub id: CustomerId,
    /// Name; empty until known.
    pub name: String,
    /// standard, valued, vip, red_channel.
    pub tier: String,
    /// Tags.
    pub tags: Vec<String>,
    /// BCP 47.
    pub locale: Option<String>,
    /// Where its parties went, when it was merged into another.
    pub merged_into: Option<CustomerId>,
    /// Rises with every change.
    pub version: i32,
    /// Since when.
    pub created_at: Instant,
    /// Birth date, when it is known.
    pub birth_date: Option<NaiveDate>,
}

/// A customer to make.
#[derive(Debug, Clone, Copy)]
pub struct NewCustomer<'a> {
    /// Name; may be empty.
    pub name: &'a str,
    /// Tags.
    pub tags: &'a [String],
    /// Birth date.
    pub birth_date: Option<NaiveDate>,
}

/// Several customers by id.
pub async fn many(tx: &mut ReadTx, ids: &[Uuid]) -> Result<Vec<Customer>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select id, name, tier, tags, locale, merged_into, version, created_at, birth_date from customer
         where tenant_id = $1 and id = any($2)",
        tenant,
        ids
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Customer {
            id: row.id.into(),
            name: row.name,
            tier: row.tier,
            tags: row.tags,
            locale: row.locale,
            merged_into: row.merged_into.map(CustomerId),
            version: row.version,
            created_at: row.created_at,
            birth_date: row.birth_date,
        })
        .collect())
}

/// One customer.
pub async fn find(tx: &mut ReadTx, id: CustomerId) -> Result<Option<Customer>, StoreError> {
    Ok(many(tx, &[id.0]).await?.pop())
}

/// Where a customer stands after all merges, held against further ones until the transaction ends.
pub async fn standing(tx: &mut WriteTx, id: CustomerId) -> Result<Option<CustomerId>, StoreError> {
    let (tenant, mut at) = (tx.tenant(), id.0);
    loop {
        let row =
            sqlx::query!("select merged_into from customer where tenant_id = $1 and id = $2 for share", tenant, at)
                .fetch_optional(tx.conn())
                .await?;
        match row {
            None => return Ok(None),
            Some(row) => match row.merged_into {
                Some(into) => at = into,
                None => return Ok(Some(at.into())),
            },
        }
    }
}

/// Makes a customer without an address.
pub async fn insert(tx: &mut WriteTx, new: &NewCustomer<'_>) -> Result<CustomerId, StoreError> {
    let (tenant, id) = (tx.tenant(), tx.id::<CustomerId>());
    sqlx::query!(
        "insert into customer (tenant_id, id, name, tags, birth_date) values ($1, $2, $3, $4, $5)",
        tenant,
        id.0,
        new.name,
        new.tags,
        new.birth_date
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Adds what an import knows: a name and a birth date where there is none, tags beside those there are.
pub async fn complete(tx: &mut WriteTx, id: CustomerId, new: &NewCustomer<'_>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer set name = case when name = '' then $3 else name end,
                birth_date = coalesce(birth_date, $5),
                tags = tags || array(select t from unnest($4::text[]) t
                  where not exists (select from unnest(tags) k where lower(k) = lower(t))), version = version + 1
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        new.name,
        new.tags,
        new.birth_date
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Sets or clears the pointer of an emptied customer.
pub async fn set_merged_into(tx: &mut WriteTx, id: CustomerId, into: Option<CustomerId>) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer set merged_into = $3, version = version + 1 where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        into.map(|c| c.0)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Changes what people write about a customer; what is left out stays.
pub async fn update(
    tx: &mut WriteTx,
    id: CustomerId,
    name: Option<&str>,
    tier: Option<&str>,
    tags: Option<&[String]>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update customer set name = coalesce($3, name), tier = coalesce($4, tier), tags = coalesce($5, tags),
                version = version + 1
         where tenant_id = $1 and id = $2",
        tenant,
        id.0,
        name,
        tier,
        tags
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Customers with these words in their name, by name; with fewer than three characters, whose name begins with them.
pub async fn named(tx: &mut ReadTx, words: &str, most: i64) -> Result<Vec<CustomerId>, StoreError> {
    let found = sqlx::query_scalar!(
        r#"select id as "id!" from search_customers($1, $2)"#,
        words,
        i32::try_from(most).unwrap_or(i32::MAX)
    );
    Ok(found.fetch_all(tx.conn()).await?.into_iter().map(CustomerId).collect())
}

/// Locks customers in id order.
pub async fn lock(tx: &mut WriteTx, ids: &[Uuid]) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!("select id from customer where tenant_id = $1 and id = any($2) order by id for update", tenant, ids)
        .fetch_all(tx.conn())
        .await?;
    Ok(())
}
