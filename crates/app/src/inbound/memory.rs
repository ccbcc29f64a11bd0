//! What senders said of themselves a moment ago need not be written again with each of their messages.

use meridian_store::arrivals::Said;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long what was written is not written again; "seen last" is exact to the ten minutes of
/// `meridian_store::arrivals::remember` and these.
const FRESH: Duration = Duration::from_mins(5);
/// Senders kept at most.
const MOST: usize = 50_000;

/// Who said what of themselves, by a keyed hash, and when it was written.
#[derive(Clone, Default)]
pub struct Known(Arc<Shared>);

#[derive(Default)]
struct Shared {
    hasher: RandomState,
    written: Mutex<HashMap<u64, Instant>>,
}

impl Known {
    pub(super) fn memory(&self) -> Memory {
        Memory { known: self.clone(), new: Vec::new() }
    }

    /// Forgets everything: after an error of the database, what was written last may be undone.
    pub(super) fn forget(&self) {
        self.0.written.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// What one transaction writes of senders. It counts as written once [`Memory::keep`] is called, after the commit.
pub(super) struct Memory {
    known: Known,
    new: Vec<u64>,
}

impl Memory {
    pub(super) fn known(&self) -> &Known {
        &self.known
    }

    /// The same, if it has to be written.
    pub(super) fn news<'a>(&mut self, said: Said<'a>) -> Option<Said<'a>> {
        let ids: Vec<_> = said.ids.iter().map(|id| (&id.scheme, &id.scope, &id.value, id.verified.code())).collect();
        let what = self.known.0.hasher.hash_one((said.party.party, said.party.customer, ids, said.name, said.seen));
        let written = self.known.0.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.get(&what).is_some_and(|at| at.elapsed() < FRESH) {
            return None;
        }
        drop(written);
        self.new.push(what);
        Some(said)
    }

    /// What was written stands.
    pub(super) fn keep(self) {
        let mut written = self.known.0.written.lock().unwrap_or_else(PoisonError::into_inner);
        if written.len() + self.new.len() > MOST {
            written.retain(|_, at| at.elapsed() < FRESH);
        }
        if written.len() + self.new.len() > MOST {
            written.clear();
        }
        let now = Instant::now();
        written.extend(self.new.into_iter().map(|what| (what, now)));
    }
}
