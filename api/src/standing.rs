//! Whether what open sockets rest on still stands: sign-ins and API keys, asked for in one statement a tenant and
//! second, however many sockets there are.

use meridian_app::{App, auth, authz::Subject};
use meridian_domain::ids::TenantId;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// Between two looks. A revocation reaches its sockets within two.
const EVERY: Duration = Duration::from_secs(1);

struct Watched {
    subject: Subject,
    token_version: i32,
    fallen: CancellationToken,
}

/// What the open sockets of this process rest on.
pub(crate) struct Standing {
    app: App,
    next: AtomicU64,
    watched: Mutex<HashMap<u64, Watched>>,
}

/// Ends the watch when the socket goes.
pub(crate) struct Watch {
    standing: Arc<Standing>,
    id: u64,
    /// Cancelled when the subject no longer stands.
    pub fallen: CancellationToken,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.standing.map().remove(&self.id);
    }
}

impl Standing {
    pub(crate) fn new(app: App) -> Self {
        Self { app, next: AtomicU64::new(0), watched: Mutex::default() }
    }

    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Watches the subject of a socket.
    pub(crate) fn watch(self: &Arc<Self>, subject: Subject, token_version: i32) -> Watch {
        let (id, fallen) = (self.next.fetch_add(1, Ordering::Relaxed), CancellationToken::new());
        self.map().insert(id, Watched { subject, token_version, fallen: fallen.clone() });
        Watch { standing: Arc::clone(self), id, fallen }
    }

    /// Looks until told to stop. A database that does not answer is no reason to close sockets.
    pub(crate) async fn run(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let mut by_tenant: HashMap<TenantId, Vec<(u64, Subject, i32)>> = HashMap::new();
            for (id, one) in self.map().iter() {
                let tenant = one.subject.scope().tenant();
                by_tenant.entry(tenant).or_default().push((*id, one.subject.clone(), one.token_version));
            }
            for (tenant, sockets) in by_tenant {
                let asked: Vec<(Subject, i32)> = sockets.iter().map(|(_, s, v)| (s.clone(), *v)).collect();
                let Ok(stands) = auth::all_stand(&self.app, tenant, &asked).await else { continue };
                let map = self.map();
                let fallen = sockets.iter().zip(stands).filter(|(_, stands)| !stands);
                for one in fallen.filter_map(|((id, ..), _)| map.get(id)) {
                    one.fallen.cancel();
                }
            }
        }
    }
}
