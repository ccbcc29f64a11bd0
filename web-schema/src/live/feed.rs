//! What all sockets of a process follow, read once for all of them.
//!
//! A hint brings a change with its place. The feed reads what it names, if somebody here follows one of its topics, many
//! changes of a tenant in one transaction, and hands each to its followers. Whether a follower may see it is decided
//! by the follower, change by change. A follower that missed something reads it for itself.

use meridian_app::{App, authz::Subject};
use meridian_domain::{
    ids::TenantId,
    live::{Change, Topic, Typing},
};
use meridian_store::{ReadTx, StoreError, agents, alerts, conversations, customers, items, offers, reply_drafts, work};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use tokio::sync::mpsc;
use uuid::Uuid;

/// What a change names, as it is now.
#[derive(Debug, Clone)]
pub(crate) enum Payload {
    Offer(offers::Offer),
    Conversation(conversations::Conversation),
    Item(items::Item),
    Customer(customers::Customer),
    Agent(agents::Agent),
    Work(work::WorkItem),
    /// Read the conversation again.
    Reread,
    Alert(alerts::Alert),
    ReplyDraft(reply_drafts::ReplyDraft),
    /// Somebody writes, as was heard then; it has no place in the stream.
    Typing(Typing, Instant),
}

/// A change at its place, with what it names.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// What the feed had handed out before, in this topic: who stands before it missed something.
    pub after: i64,
    /// Its place.
    pub position: i64,
    /// `None` when it is gone or of a later release.
    pub payload: Option<Payload>,
}

/// A hint that reached the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// Something changed.
    Change {
        /// Whose.
        tenant: TenantId,
        /// Its place in the tenant's stream.
        position: i64,
        /// The topics it is told to.
        topics: Vec<String>,
        /// `None` for a change of a later release.
        change: Option<Change>,
    },
    /// Somebody writes just now.
    Typing {
        /// Whose.
        tenant: TenantId,
        /// The sign.
        sign: Typing,
        /// When it was heard.
        at: Instant,
    },
    /// Hints may have been missed: all followers look for themselves.
    Gap,
}

/// A change somebody here wants to hear of.
struct News {
    position: i64,
    /// Of its topics, those that are followed.
    topics: Vec<String>,
    change: Option<Change>,
}

/// Events on their way to one follower; more make it read for itself.
const BACKLOG: usize = 128;
/// Bits of a position below the epoch of the lease it was given under (`store::outbox::place`). Hints of one epoch come
/// in order; between two epochs some may be missing.
const EPOCH: u32 = 32;
/// Hints taken together.
const HINTS: usize = 1024;

type Key = (TenantId, String);

struct Followers {
    /// Newest position handed out; `None` until the first hint.
    handed: Option<i64>,
    senders: Vec<(u64, mpsc::Sender<Arc<Event>>, Arc<AtomicBool>)>,
}

#[derive(Default)]
struct Inner {
    topics: Mutex<HashMap<Key, Followers>>,
    listening: AtomicBool,
    next: std::sync::atomic::AtomicU64,
}

/// The feed of a process.
#[derive(Clone)]
pub struct Feed {
    app: App,
    inner: Arc<Inner>,
}

/// One follower's end. Dropping it ends the following.
pub(crate) struct Following {
    inner: Arc<Inner>,
    key: Key,
    id: u64,
    pub receiver: mpsc::Receiver<Arc<Event>>,
    missed: Arc<AtomicBool>,
}

impl Following {
    /// Whether something was not handed over since the last time this was asked.
    pub fn missed(&self) -> bool {
        self.missed.swap(false, Ordering::AcqRel)
    }

    /// Whether hints arrive; without them a follower must look more often.
    pub fn hinted(&self) -> bool {
        self.inner.listening.load(Ordering::Relaxed)
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        let mut topics = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(followers) = topics.get_mut(&self.key) {
            followers.senders.retain(|(id, ..)| *id != self.id);
            if followers.senders.is_empty() {
                topics.remove(&self.key);
            }
        }
    }
}

impl Feed {
    /// A feed; [`Feed::run`] drives it.
    pub fn new(app: App) -> Self {
        Self { app, inner: Arc::default() }
    }

    /// Says whether hints arrive.
    pub fn listening(&self, yes: bool) {
        self.inner.listening.store(yes, Ordering::Relaxed);
    }

    /// Follows a topic.
    pub(crate) fn follow(&self, tenant: TenantId, topic: Topic) -> Following {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        let (missed, id) = (Arc::new(AtomicBool::new(false)), self.inner.next.fetch_add(1, Ordering::Relaxed));
        let key = (tenant, topic.to_string());
        let mut topics = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let followers = topics.entry(key.clone()).or_insert(Followers { handed: None, senders: Vec::new() });
        followers.senders.push((id, sender, Arc::clone(&missed)));
        drop(topics);
        Following { inner: Arc::clone(&self.inner), key, id, receiver, missed }
    }

    /// Hands out what hints point at until they end. Hints that come while a read runs are taken together.
    pub async fn run(self, mut hints: mpsc::Receiver<Moved>) {
        let mut batch = Vec::with_capacity(HINTS);
        while hints.recv_many(&mut batch, HINTS).await > 0 {
            if batch.contains(&Moved::Gap) {
                self.poke_all();
            }
            // Before the changes: the message that a sign announces comes after it.
            for hint in &batch {
                if let Moved::Typing { tenant, sign, at } = hint {
                    self.pass(*tenant, *sign, *at);
                }
            }
            for (tenant, news) in self.wanted(batch.drain(..)) {
                if let Err(error) = self.hand_out(tenant, &news).await {
                    tracing::debug!(%error, "followers read for themselves");
                    for topic in news.into_iter().flat_map(|one| one.topics) {
                        self.poke(&(tenant, topic));
                    }
                }
            }
        }
    }

    /// The changes of the hints that somebody here has not heard of.
    fn wanted(&self, hints: impl Iterator<Item = Moved>) -> HashMap<TenantId, Vec<News>> {
        let followed = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted: HashMap<TenantId, Vec<News>> = HashMap::new();
        for hint in hints {
            let Moved::Change { tenant, position, mut topics, change } = hint else { continue };
            topics.retain(|topic| {
                let followers = followed.get(&(tenant, topic.clone()));
                followers.is_some_and(|followers| followers.handed.is_none_or(|handed| handed < position))
            });
            if !topics.is_empty() {
                wanted.entry(tenant).or_default().push(News { position, topics, change });
            }
        }
        wanted
    }

    async fn hand_out(&self, tenant: TenantId, news: &[News]) -> Result<(), StoreError> {
        let mut tx = self.app.db.read(Subject::system(tenant).scope()).await?;
        let payloads = payloads(&mut tx, news.iter().filter_map(|one| one.change)).await?;
        drop(tx);
        let mut all = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        for one in news {
            let payload = one.change.and_then(|change| payloads.get(&name(change)).cloned());
            for topic in &one.topics {
                let Some(followers) = all.get_mut(&(tenant, topic.clone())) else { continue };
                // Followers that came before the first hint do not know where it starts: they look for themselves.
                let known = followers.handed.filter(|handed| handed >> EPOCH == one.position >> EPOCH);
                followers.handed = Some(one.position);
                let after = known.unwrap_or(i64::MAX);
                let event = Arc::new(Event { after, position: one.position, payload: payload.clone() });
                for (_, sender, missed) in &followers.senders {
                    if sender.try_send(Arc::clone(&event)).is_err() {
                        missed.store(true, Ordering::Release);
                    }
                }
            }
        }
        Ok(())
    }

    /// Hands a sign to those who listen now; one without room for it never hears of it.
    fn pass(&self, tenant: TenantId, sign: Typing, at: Instant) {
        let topics = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(followers) = topics.get(&(tenant, sign.topic().to_string())) {
            let event = Arc::new(Event { after: 0, position: 0, payload: Some(Payload::Typing(sign, at)) });
            for (_, sender, _) in &followers.senders {
                let _ = sender.try_send(Arc::clone(&event));
            }
        }
    }

    /// Lets the followers of a topic look for themselves.
    fn poke(&self, key: &Key) {
        let mut topics = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(followers) = topics.get_mut(key) {
            poke(followers);
        }
    }

    fn poke_all(&self) {
        let mut topics = self.inner.topics.lock().unwrap_or_else(PoisonError::into_inner);
        topics.values_mut().for_each(poke);
    }
}

fn poke(followers: &mut Followers) {
    followers.handed = None;
    let event = Arc::new(Event { after: i64::MAX, position: i64::MAX, payload: None });
    for (_, sender, missed) in &followers.senders {
        missed.store(true, Ordering::Release);
        let _ = sender.try_send(Arc::clone(&event));
    }
}

/// What a change names, as a key.
fn name(change: Change) -> (u8, Uuid) {
    match change {
        Change::Offer { offer } => (0, offer.0),
        Change::Conversation { conversation } => (1, conversation.0),
        Change::Item { item, .. } => (2, item.0),
        Change::Customer { customer } => (3, customer.0),
        Change::Agent { agent } => (4, agent.0),
        Change::Work { work, .. } => (5, work.0),
        Change::Revoked { agent } => (6, agent.0),
        Change::Reread { conversation } => (7, conversation.0),
        Change::Alert { alert } => (8, alert.0),
        Change::ReplyDraft { draft } => (9, draft.0),
    }
}

/// Reads what changes name, one statement a kind.
pub(crate) async fn payloads(
    tx: &mut ReadTx,
    changes: impl Iterator<Item = Change>,
) -> Result<HashMap<(u8, Uuid), Payload>, StoreError> {
    let mut ids: [Vec<Uuid>; 10] = Default::default();
    for change in changes {
        let (kind, id) = name(change);
        let of_kind = &mut ids[usize::from(kind)];
        if !of_kind.contains(&id) {
            of_kind.push(id);
        }
    }
    let mut found = HashMap::new();
    macro_rules! read {
        ($kind:literal, $many:path, $payload:path) => {
            if !ids[$kind].is_empty() {
                for value in $many(tx, &ids[$kind]).await? {
                    found.insert(($kind, value.id.0), $payload(value));
                }
            }
        };
    }
    read!(0, offers::many, Payload::Offer);
    read!(1, conversations::many, Payload::Conversation);
    read!(2, items::many, Payload::Item);
    read!(3, customers::many, Payload::Customer);
    read!(4, agents::many, Payload::Agent);
    read!(5, work::many, Payload::Work);
    found.extend(ids[7].iter().map(|id| ((7, *id), Payload::Reread)));
    read!(8, alerts::many, Payload::Alert);
    read!(9, reply_drafts::many, Payload::ReplyDraft);
    Ok(found)
}

/// The payload of one change among those read.
pub(crate) fn of(payloads: &HashMap<(u8, Uuid), Payload>, change: Change) -> Option<Payload> {
    payloads.get(&name(change)).cloned()
}
