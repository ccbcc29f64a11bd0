//! How often something may happen in a minute. Keyed by what is used, not by who uses it, so a spoofed address changes
//! nothing; each process counts for itself.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_mins(1);
/// Keys kept before those whose minute is over are dropped, once a minute at most: nobody waits for it twice.
const MOST: usize = 10_000;

#[derive(Default)]
struct Counts {
    /// Since when a key is counted, and how often it came.
    keys: HashMap<(Pace, String), (Instant, u32)>,
    /// When keys whose minute is over were dropped last.
    swept: Option<Instant>,
}

/// What is counted, and how often each of its keys may in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Pace {
    /// Attempts to sign in to one account.
    SignIn,
    /// New visitors of one web chat.
    Visitors,
    /// Messages of one visitor.
    Messages,
    /// Files of one visitor.
    Files,
    /// What one visitor does over a socket, subscriptions apart.
    Acts,
}

impl Pace {
    fn most(self) -> u32 {
        match self {
            Self::SignIn | Self::Files => 10,
            Self::Messages => 60,
            Self::Acts => 120,
            Self::Visitors => 1_200,
        }
    }

    /// Counts once more; true when that is too often.
    pub(crate) fn exceeded(self, key: impl Into<String>) -> bool {
        static COUNTS: LazyLock<Mutex<Counts>> = LazyLock::new(Mutex::default);
        let mut counts = COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.keys.len() > MOST && counts.swept.is_none_or(|at| at.elapsed() >= WINDOW) {
            counts.keys.retain(|_, (since, _)| since.elapsed() < WINDOW);
            counts.swept = Some(Instant::now());
        }
        let entry = counts.keys.entry((self, key.into())).or_insert_with(|| (Instant::now(), 0));
        if entry.0.elapsed() >= WINDOW {
            *entry = (Instant::now(), 0);
        }
        entry.1 += 1;
        entry.1 > self.most()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_of_each_pace_has_its_own_minute() {
        let over = (0..11).filter(|_| Pace::Files.exceeded("one")).count();
        assert_eq!(over, 1);
        assert!(!Pace::Files.exceeded("other"));
        assert!(!Pace::Messages.exceeded("one"));
    }
}
