//! From a sender to a party and its customer: the exact part of identity.

use meridian_domain::{
    event::{Identifier, Sender},
    identity::{self, Match},
    ids::{CustomerId, LinkId},
};
use meridian_store::{StoreError, WriteTx, customers, identity as store};
use serde_json::json;

/// Finds or makes the party of a sender, under its lock. `None` for a sender without any identifier.
pub(crate) async fn resolve(
    tx: &mut WriteTx,
    sender: &Sender,
    source: &str,
) -> Result<Option<store::PartyView>, StoreError> {
    let Some((key, ids)) = identity::party_key(sender) else { return Ok(None) };
    if let Some(known) = store::lock_party(tx, &key).await? {
        remember(tx, known, sender, &ids, source).await?;
        return Ok(Some(known));
    }
    // Two newcomers that share a verified value must see each other: lock the values, then look again.
    let joining: Vec<Identifier> = ids.iter().filter(|id| identity::joins(id)).cloned().collect();
    store::lock_values(tx, &joining).await?;
    if let Some(known) = store::lock_party(tx, &key).await? {
        remember(tx, known, sender, &ids, source).await?;
        return Ok(Some(known));
    }
    let holders = store::holders(tx, &ids).await?;
    let decided = identity::decide(&ids, &holders);
    let customer = match &decided {
        Match::Link { customer, .. } => *customer,
        Match::New { .. } => {
            let id = tx.id::<CustomerId>();
            customers::insert(tx, id, sender.name.as_deref().unwrap_or(""), sender.locale.as_deref()).await?;
            id
        }
    };
    let Some(party) = store::insert_party(tx, &key, customer).await? else {
        // Another transaction made the same party meanwhile (a claimed sender holds no value lock).
        return store::lock_party(tx, &key).await;
    };
    let view = store::PartyView { party, customer };
    remember(tx, view, sender, &ids, source).await?;
    record(tx, view, decided).await?;
    Ok(Some(view))
}

async fn remember(
    tx: &mut WriteTx,
    view: store::PartyView,
    sender: &Sender,
    ids: &[Identifier],
    source: &str,
) -> Result<(), StoreError> {
    let name = sender.name.as_deref().map_or("", str::trim);
    store::remember(tx, view, ids, name, source).await
}

async fn record(tx: &mut WriteTx, view: store::PartyView, decided: Match) -> Result<(), StoreError> {
    let mut link = store::Link {
        kind: "link",
        party: view.party,
        customer: view.customer,
        from: None,
        act: tx.id::<LinkId>(),
        reason: String::new(),
        evidence: json!([]),
    };
    match decided {
        Match::Link { evidence, .. } => {
            let schemes: Vec<&str> = evidence.iter().map(|e| e.scheme.as_str()).collect();
            link.reason = format!("same verified {}", schemes.join(" and "));
            link.evidence = json!(evidence);
            store::insert_link(tx, &link).await
        }
        Match::New { candidates } => {
            "first contact of this address".clone_into(&mut link.reason);
            store::insert_link(tx, &link).await?;
            for (customer, evidence) in candidates {
                let schemes: Vec<&str> = evidence.iter().map(|e| e.scheme.as_str()).collect();
                let suggestion = store::Link {
                    kind: "suggest",
                    customer: view.customer,
                    from: Some(customer),
                    reason: format!("same {}, not verified on both sides", schemes.join(" and ")),
                    evidence: json!(evidence),
                    ..link.clone()
                };
                store::insert_link(tx, &suggestion).await?;
            }
            Ok(())
        }
    }
}
