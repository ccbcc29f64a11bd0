//! What divides customers from others: birth dates, verified accounts and documents.

use crate::{
    ReadTx, StoreError,
    error::code,
    recognition::{declarations, declared},
};
use meridian_domain::{
    event::{Identifier, Verification},
    identity::{ACCOUNTS, Facts},
    ids::CustomerId,
};
use std::collections::HashMap;
use uuid::Uuid;

/// What divides each of these customers from others, those merged into it included; and adds what the accounts among `ids`
/// say to `own`.
pub async fn of_customers(
    tx: &mut ReadTx,
    customers: &[Uuid],
    ids: &[Identifier],
    own: &mut Facts,
) -> Result<HashMap<CustomerId, Facts>, StoreError> {
    let tenant = tx.tenant();
    let births = sqlx::query!(
        r#"with recursive family as (
             select id as root, id, birth_date from customer where tenant_id = $1 and id = any($2)
             union all
             select f.root, c.id, c.birth_date from family f join customer c on c.tenant_id = $1 and c.merged_into = f.id
           )
           select distinct root as "root!", birth_date::text as "birth!" from family where birth_date is not null"#,
        tenant,
        customers
    )
    .fetch_all(tx.conn())
    .await?;
    let schemes: Vec<String> = ACCOUNTS.map(str::to_owned).into();
    let held = sqlx::query!(
        "select distinct p.customer_id, i.scheme, i.scope, i.value, i.verified from party_customer p
         join customer_identity i on i.tenant_id = $1 and i.party_id = p.party_id and i.scheme = any($3)
           and i.verified in ('channel', 'token', 'agent') and i.valid_to is null
         where p.tenant_id = $1 and p.customer_id = any($2)",
        tenant,
        customers,
        &schemes
    )
    .fetch_all(tx.conn())
    .await?;
    let mut all: Vec<(Option<CustomerId>, Identifier)> = Vec::with_capacity(held.len());
    for row in held {
        let verified = code("customer_identity", "verified", &row.verified, Verification::from_code)?;
        let id = Identifier { scheme: row.scheme, scope: row.scope, value: row.value, verified, derived: false };
        all.push((Some(row.customer_id.into()), id));
    }
    let accounts = ids.iter().filter(|id| ACCOUNTS.contains(&id.scheme.as_str()));
    all.extend(accounts.map(|id| (None, id.clone())));
    let values: Vec<(&str, &str)> = all.iter().map(|(_, id)| (id.scheme.as_str(), id.value.as_str())).collect();
    let said = declarations(tx, &values).await?;
    let mut facts: HashMap<CustomerId, Facts> = HashMap::new();
    for row in births {
        facts.entry(row.root.into()).or_default().birth(&row.birth);
    }
    for (customer, id) in &all {
        let facts = match customer {
            Some(customer) => facts.entry(*customer).or_default(),
            None => &mut *own,
        };
        facts.account(id, declared(&said, &id.scheme, &id.value));
    }
    Ok(facts)
}
