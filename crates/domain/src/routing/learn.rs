//! What the core learns from what it sees: how fast each kind of work comes, how long a place stays taken, how busy
//! each agent is, how well each kind of work is served. Everything fades, so that yesterday does not rule today.

use crate::time::Instant;

/// Half-life of arrival rates, seconds: long enough for a rare language, short enough for the hour of the day.
const RATE_HALF_LIFE: f64 = 2400.0;
/// Half-life of occupancy and of service levels, seconds: a few shifts.
const SHARE_HALF_LIFE: f64 = 86_400.0;
/// Seconds of a guess that the first observations have to outweigh.
const PRIOR_SECONDS: f64 = 600.0;
/// The guess: share of time without room.
const PRIOR_SHARE: f64 = 0.6;
/// Mean seconds a place stays taken before anything was seen.
const PRIOR_HANDLE: f64 = 300.0;
/// Observations after which a mean handle time follows like a moving average.
const HANDLE_MEMORY: f64 = 1000.0;

fn seconds(from: Instant, to: Instant) -> f64 {
    ((to - from).num_milliseconds() as f64 / 1000.0).max(0.0)
}

fn fade(elapsed: f64, half_life: f64) -> f64 {
    (-elapsed / half_life).exp2()
}

/// Arrivals per second, exponentially weighted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    per_second: f64,
    at: Instant,
}

impl Rate {
    pub(super) fn new(at: Instant) -> Self {
        Self { per_second: 0.0, at }
    }

    /// The rate as it has faded until `now`.
    pub(super) fn at(&self, now: Instant) -> f64 {
        self.per_second * fade(seconds(self.at, now), RATE_HALF_LIFE)
    }

    /// One more came.
    pub(super) fn count(&mut self, now: Instant) {
        self.per_second = self.at(now) + std::f64::consts::LN_2 / RATE_HALF_LIFE;
        self.at = now;
    }
}

/// Share of the present time in which an agent had no room, and so could not have been given more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    full: f64,
    present: f64,
    since: Instant,
}

impl Share {
    pub(super) fn new(at: Instant) -> Self {
        Self { full: 0.0, present: 0.0, since: at }
    }

    /// Books the time since the last change, during which the agent was present or not, full or not.
    pub(super) fn book(&mut self, now: Instant, present: bool, full: bool) {
        let elapsed = seconds(self.since, now);
        if elapsed <= 0.0 {
            return;
        }
        let kept = fade(elapsed, SHARE_HALF_LIFE);
        self.full = self.full * kept + if full { elapsed } else { 0.0 };
        self.present = self.present * kept + if present || full { elapsed } else { 0.0 };
        self.since = now;
    }

    /// The share, for an agent who has been present and had room since the last change.
    pub(super) fn of_free(&self, now: Instant) -> f64 {
        (self.full + PRIOR_SHARE * PRIOR_SECONDS) / (self.present + seconds(self.since, now) + PRIOR_SECONDS)
    }

    /// The share as last booked.
    pub(super) fn booked(&self) -> f64 {
        (self.full + PRIOR_SHARE * PRIOR_SECONDS) / (self.present + PRIOR_SECONDS)
    }
}

/// Mean seconds a place stays taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct HandleTime {
    mean: f64,
    weight: f64,
}

impl Default for HandleTime {
    fn default() -> Self {
        Self { mean: PRIOR_HANDLE, weight: 5.0 }
    }
}

impl HandleTime {
    pub(super) fn mean(&self) -> f64 {
        self.mean
    }

    pub(super) fn saw(&mut self, from: Instant, to: Instant) {
        self.weight = (self.weight + 1.0).min(HANDLE_MEMORY);
        self.mean += (seconds(from, to) - self.mean) / self.weight;
    }
}

/// Share of a kind of work that was offered within its target.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    met: f64,
    all: f64,
    at: Instant,
}

impl Level {
    pub(super) fn new(at: Instant) -> Self {
        Self { met: 5.0, all: 5.0, at }
    }

    pub(super) fn count(&mut self, now: Instant, met: bool) {
        let kept = fade(seconds(self.at, now), SHARE_HALF_LIFE);
        self.met = self.met * kept + if met { 1.0 } else { 0.0 };
        self.all = self.all * kept + 1.0;
        self.at = now;
    }

    /// What was counted last did not happen.
    pub(super) fn take_back(&mut self, met: bool) {
        self.met = (self.met - if met { 1.0 } else { 0.0 }).max(0.0);
        self.all = (self.all - 1.0).max(f64::MIN_POSITIVE);
    }

    pub(super) fn missed(&self) -> f64 {
        1.0 - self.met / self.all
    }
}
