//! What was said goes into the index of the search, a while after it stands: a message never waits for it. One process
//! at a time follows the changes of all tenants, and walks through what was said before there was an index.

use crate::Settings;
use meridian_app::search as app;
use meridian_domain::ids::TenantId;
use meridian_store::{StoreError, search, system};
use std::{collections::BTreeMap, time::Duration};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Between two looks, and between two batches: others need the database too.
const EVERY: Duration = Duration::from_secs(2);
const BETWEEN: Duration = Duration::from_millis(100);
/// Changes taken at once.
const MOST: i64 = 500;
/// One look at the past in so many rounds; while there is some, in each.
const PAST_EVERY: u64 = 15;
const LEASE: &str = "search";
const LEASE_SECONDS: f64 = 15.0;

pub(crate) async fn run(settings: Settings, stop: CancellationToken) {
    let holder = settings.app.db.ids().next();
    let mut behind = true;
    for round in 0_u64.. {
        let wait = match look(&settings, holder, behind || round % PAST_EVERY == 0).await {
            Ok(left) => {
                behind = left.past;
                if left.changes || left.past { BETWEEN } else { EVERY }
            }
            Err(error) => {
                tracing::warn!(%error, "the search waits, it is brought up to date again");
                EVERY
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// What there is more of.
#[derive(Default)]
struct Left {
    changes: bool,
    past: bool,
}

async fn look(settings: &Settings, holder: Uuid, past: bool) -> Result<Left, StoreError> {
    let app = &settings.app;
    let mut tx = app.db.system("the search follows the changes of all tenants").await?;
    if system::hold_lease(&mut tx, LEASE, holder, LEASE_SECONDS).await?.is_none() {
        tx.commit().await?;
        return Ok(Left::default());
    }
    let since = search::reached(&mut tx, LEASE).await?;
    let (items, until) = match since {
        Some(since) => search::changed(&mut tx, since, MOST).await?,
        None => (Vec::new(), chrono::DateTime::UNIX_EPOCH),
    };
    let tenants = if past { search::behind(&mut tx).await? } else { Vec::new() };
    tx.commit().await?;
    let mut by_tenant: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (tenant, item) in &items {
        by_tenant.entry(tenant.0).or_default().push(item.0);
    }
    for (tenant, ids) in &by_tenant {
        // One tenant's trouble is not the others': its past is walked again.
        if let Err(error) = app::index(app, TenantId(*tenant), ids).await {
            tracing::warn!(%error, %tenant, "messages are not in the search");
            app::index_again(app, TenantId(*tenant)).await?;
        }
    }
    let mut left = Left { changes: false, past: false };
    for tenant in tenants {
        left.past |= app::index_past(app, tenant).await?;
    }
    if let Some(since) = since.filter(|since| until > *since) {
        left.changes = !items.is_empty() && until > since;
        let mut tx = app.db.system("the search keeps how far it has come").await?;
        search::reach(&mut tx, LEASE, until).await?;
        tx.commit().await?;
    }
    Ok(left)
}
