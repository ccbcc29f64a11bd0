//! Stored requests that wait behind others of their tenant: they open something, which takes long, and what has its
//! place already need not wait for that.

use meridian_app::inbound::PartyKey;
use meridian_domain::ids::{RawId, TenantId};
use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};
use tokio::sync::oneshot;

/// What waits, by tenant.
#[derive(Default)]
pub(crate) struct Behind(Mutex<HashMap<TenantId, Waiting>>);

#[derive(Default)]
struct Waiting {
    raws: HashSet<RawId>,
    /// Each with the number of groups that bring something of theirs.
    senders: HashMap<PartyKey, usize>,
    /// Resolves when the group that came last is done.
    last: Option<oneshot::Receiver<()>>,
}

/// What waits of a tenant at a moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub raws: Vec<RawId>,
    pub senders: HashSet<PartyKey>,
}

/// Requests that wait together; when it is dropped they do no more, and the next group of the tenant has its turn.
pub(crate) struct Group<'a> {
    all: &'a Behind,
    tenant: TenantId,
    pub raws: Vec<RawId>,
    senders: Vec<PartyKey>,
    before: Option<oneshot::Receiver<()>>,
    /// Tells the next group when it is dropped.
    _done: oneshot::Sender<()>,
}

impl Behind {
    fn with<T>(&self, look: impl FnOnce(&mut HashMap<TenantId, Waiting>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn of(&self, tenant: TenantId) -> Seen {
        self.with(|all| {
            all.get(&tenant).map_or_else(Seen::default, |waiting| Seen {
                raws: waiting.raws.iter().copied().collect(),
                senders: waiting.senders.keys().cloned().collect(),
            })
        })
    }

    /// A group that waits from now on, behind those of the tenant that came before it.
    pub(crate) fn join(&self, tenant: TenantId, raws: Vec<RawId>, senders: HashSet<PartyKey>) -> Group<'_> {
        let (done, last) = oneshot::channel();
        let senders: Vec<PartyKey> = senders.into_iter().collect();
        let before = self.with(|all| {
            let waiting = all.entry(tenant).or_default();
            waiting.raws.extend(&raws);
            for sender in &senders {
                *waiting.senders.entry(sender.clone()).or_default() += 1;
            }
            waiting.last.replace(last)
        });
        Group { all: self, tenant, raws, senders, before, _done: done }
    }
}

impl Group<'_> {
    /// Waits until the groups before it are done.
    pub(crate) async fn turn(&mut self) {
        if let Some(before) = self.before.take() {
            // It tells nothing but its end.
            let _ = before.await;
        }
    }
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        self.all.with(|all| {
            let Some(waiting) = all.get_mut(&self.tenant) else { return };
            for raw in &self.raws {
                waiting.raws.remove(raw);
            }
            for sender in &self.senders {
                if let Some(count) = waiting.senders.get_mut(sender) {
                    *count -= 1;
                    if *count == 0 {
                        waiting.senders.remove(sender);
                    }
                }
            }
            if waiting.raws.is_empty() && waiting.senders.is_empty() {
                all.remove(&self.tenant);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use uuid::Uuid;

    fn sender(value: &str) -> PartyKey {
        ("phone_e164".to_owned(), String::new(), value.to_owned())
    }

    fn raw(n: u128) -> RawId {
        RawId(Uuid::from_u128(n))
    }

    #[test]
    fn groups_wait_for_one_another_and_leave_nothing_behind() {
        let (behind, tenant) = (Behind::default(), TenantId(Uuid::from_u128(9)));
        let mut first = behind.join(tenant, vec![raw(1)], HashSet::from([sender("a")]));
        let mut second = behind.join(tenant, vec![raw(2)], HashSet::from([sender("a"), sender("b")]));
        assert_eq!(first.turn().now_or_never(), Some(()));
        assert_eq!(second.turn().now_or_never(), None, "the first is not done");
        let mut third = behind.join(tenant, vec![raw(3)], HashSet::new());
        assert_eq!(behind.of(tenant).raws.len(), 3);
        drop(first);
        assert!(behind.of(tenant).senders.contains(&sender("a")), "the second brings something of theirs too");
        // A turn that was not awaited to its end is no longer waited for.
        assert_eq!(third.turn().now_or_never(), None);
        drop(second);
        assert_eq!(behind.of(tenant), Seen { raws: vec![raw(3)], senders: HashSet::new() });
        drop(third);
        assert_eq!(behind.of(tenant), Seen::default());
    }
}
