//! Which agents have a socket open here; their link leases are extended in one batch a tenant.

use meridian_app::{App, routing};
use meridian_domain::ids::{AgentId, TenantId};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Between two extensions.
const EVERY: Duration = Duration::from_secs(10);
/// Length of a lease, seconds: two beats may be lost.
const LEASE: f64 = 25.0;
/// Seconds a reload of the page may take before the link counts as lost. Longer than a beat: another process, to which the
/// person is connected as well, extends the lease within one.
const GRACE: f64 = 12.0;
const _: () = assert!(GRACE > EVERY.as_secs() as f64);

/// Agents with open sockets, and how many.
pub(crate) struct Connected {
    app: App,
    sockets: Mutex<HashMap<(TenantId, AgentId), u32>>,
}

impl Connected {
    pub(crate) fn new(app: App) -> Self {
        Self { app, sockets: Mutex::default() }
    }

    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<(TenantId, AgentId), u32>> {
        self.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A socket opened.
    pub(crate) async fn opened(&self, tenant: TenantId, agent: AgentId) {
        *self.map().entry((tenant, agent)).or_insert(0) += 1;
        if let Err(error) = routing::extend_leases(&self.app, tenant, &[agent], LEASE).await {
            tracing::warn!(%error, "a link lease could not be taken, the next beat tries again");
        }
    }

    /// A socket closed; the lease of the last one runs out after a short grace.
    pub(crate) async fn closed(&self, tenant: TenantId, agent: AgentId) {
        let last = {
            let mut map = self.map();
            let left = map.get_mut(&(tenant, agent)).map(|count| {
                *count -= 1;
                *count
            });
            if left == Some(0) {
                map.remove(&(tenant, agent));
            }
            left == Some(0)
        };
        if last && let Err(error) = routing::disconnected(&self.app, tenant, agent, GRACE).await {
            tracing::debug!(%error, "the lease runs out by itself");
        }
    }

    /// Extends leases until told to stop.
    pub(crate) async fn run(self: std::sync::Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let mut by_tenant: HashMap<TenantId, Vec<AgentId>> = HashMap::new();
            for (tenant, agent) in self.map().keys() {
                by_tenant.entry(*tenant).or_default().push(*agent);
            }
            for (tenant, agents) in by_tenant {
                if let Err(error) = routing::extend_leases(&self.app, tenant, &agents, LEASE).await {
                    tracing::warn!(%error, "link leases not extended, the next beat tries again");
                }
            }
        }
    }
}
