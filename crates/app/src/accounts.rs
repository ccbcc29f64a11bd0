//! Channel accounts as adapters need them, with their secrets opened.

use crate::App;
use meridian_domain::{
    channel::AccountConfig,
    ids::{ChannelAccountId, TenantId},
};
use meridian_store::{StoreError, accounts};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// An account and its tenant.
pub type Found = Option<(TenantId, Arc<AccountConfig>)>;

/// How long an opened account is trusted: a rotated secret or a disabled account counts within this time.
const TRUSTED: Duration = Duration::from_secs(2);
/// Accounts kept at most.
const MOST: usize = 10_000;

/// Accounts that were opened a moment ago.
#[derive(Clone, Default)]
pub struct Opened(Arc<Mutex<HashMap<ChannelAccountId, (Instant, Found)>>>);

/// The account of a webhook URL, whatever its tenant; `None` when there is none, or it or its tenant is disabled.
pub async fn account(app: &App, id: ChannelAccountId) -> Result<Found, StoreError> {
    let kept = app.opened.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    if let Some((since, found)) = kept
        && since.elapsed() < TRUSTED
    {
        return Ok(found);
    }
    let found = accounts::lookup(&app.db, &app.sealer, &app.public_url, id).await?;
    let found = found.map(|(tenant, account)| (tenant, Arc::new(account)));
    let mut opened = app.opened.0.lock().unwrap_or_else(PoisonError::into_inner);
    if opened.len() >= MOST {
        opened.retain(|_, (since, _)| since.elapsed() < TRUSTED);
    }
    // Strangers ask for any id: what is not there is not kept.
    if found.is_some() {
        opened.insert(id, (Instant::now(), found.clone()));
    }
    Ok(found)
}
