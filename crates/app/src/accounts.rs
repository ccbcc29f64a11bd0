//! Channel accounts as adapters need them, with their secrets opened.

use crate::{App, authz::Subject};
use meridian_domain::{
    channel::{AccountConfig, Capabilities, ChannelKind},
    ids::{ChannelAccountId, TenantId},
    time::Instant as Moment,
};
use meridian_store::{ReadTx, StoreError, accounts, routing, sites};
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

/// How exact "heard from last" is.
const HEARD: Duration = Duration::from_secs(15);

/// Accounts that were opened a moment ago, and those that were heard from.
#[derive(Clone, Default)]
pub struct Opened(
    Arc<Mutex<HashMap<ChannelAccountId, (Instant, Found)>>>,
    Arc<Mutex<HashMap<ChannelAccountId, Instant>>>,
);

impl Opened {
    /// Those of the accounts whose last sign of life was noted a while ago: not every request writes it down.
    pub(crate) fn newly_heard(&self, accounts: impl Iterator<Item = ChannelAccountId>) -> Vec<ChannelAccountId> {
        let mut heard = self.1.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.len() >= MOST {
            heard.retain(|_, since| since.elapsed() < HEARD);
        }
        let mut fresh = Vec::new();
        for account in accounts {
            if heard.get(&account).is_none_or(|since| since.elapsed() >= HEARD) {
                heard.insert(account, Instant::now());
                fresh.push(account);
            }
        }
        // Rows are locked in one order everywhere.
        fresh.sort_unstable();
        fresh
    }

    /// Forgets an account, so that a change counts at once in this process.
    pub(crate) fn forget(&self, account: ChannelAccountId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }
}

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

/// What an account can do; of one that is off or gone, what its kind can.
pub async fn capabilities(app: &App, id: ChannelAccountId, kind: ChannelKind) -> Result<Capabilities, StoreError> {
    Ok(match account(app, id).await? {
        Some((_, account)) => app.providers.capabilities_of(&account),
        None => app.providers.capabilities(kind),
    })
}

/// The same inside a transaction: whoever holds a connection does not wait for a second one.
pub(crate) async fn capabilities_in(
    app: &App,
    tx: &mut ReadTx,
    id: ChannelAccountId,
    kind: ChannelKind,
) -> Result<Capabilities, StoreError> {
    let found = accounts::config(tx, &app.sealer, &app.public_url, id).await?;
    Ok(found.map_or_else(|| app.providers.capabilities(kind), |account| app.providers.capabilities_of(&account)))
}

/// When people are there for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// Somebody's site is open now.
    pub open: bool,
    /// While nobody's is: when the first opens, within two weeks.
    pub opens_at: Option<Moment>,
}

/// Whether a site of the people who serve an account's queue is open. People without a site are there at all hours.
pub async fn hours(app: &App, tenant: TenantId, account: ChannelAccountId, now: Moment) -> Result<Hours, StoreError> {
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let (serving, roaming) = sites::serving(&mut tx, account).await?;
    let mut all = routing::sites(&mut tx).await?;
    all.retain(|site| serving.contains(&site.id));
    let open = roaming || all.iter().any(|site| site.open_until(now).is_some());
    let opens_at = all.iter().filter_map(|site| site.next_opening(now)).min().filter(|_| !open);
    Ok(Hours { open, opens_at })
}
