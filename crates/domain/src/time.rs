//! Time and identifiers as parameters, so that every rule can be replayed.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};
use uuid::{ContextV7, Timestamp, Uuid};

/// UTC instant, microsecond resolution in the database.
pub type Instant = DateTime<Utc>;

/// Where the time comes from. Leases and deadlines use the database clock instead.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Instant {
        Utc::now()
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `at`.
    pub fn new(at: Instant) -> Self {
        Self(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}

/// Where identifiers come from: UUIDv7, increasing within one source (RFC 9562 section 6.2).
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    context: Arc<Mutex<ContextV7>>,
}

impl Ids {
    /// Identifiers stamped by `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, context: Arc::new(Mutex::new(ContextV7::new())) }
    }

    /// The next identifier, of whatever type the caller asks for.
    pub fn next<T: From<Uuid>>(&self) -> T {
        let now = self.clock.now();
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let stamp = Timestamp::from_unix(&*context, now.timestamp().unsigned_abs(), now.timestamp_subsec_nanos());
        T::from(Uuid::new_v7(stamp))
    }

    /// The present moment of the clock behind the identifiers.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}
