//! The line before a queue: how much may wait in it, what happens beyond, how fast it moves, and what customers are
//! told of their wait.

use crate::{ids::QueueId, time::Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Half-life of how fast a line moves, seconds: customers are told of the last quarter of an hour, not of the morning.
const HALF_LIFE: f64 = 900.0;
/// Departures, faded, below which nothing is said of the pace.
const ENOUGH: f64 = 3.0;
/// Longest message.
const LONGEST: usize = 1000;
/// Edges of the ranges that customers are told, minutes.
const EDGES: [u32; 14] = [0, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240];

/// What becomes of work beyond the cap of its queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// The customer is told and the conversation ends; they may write again.
    #[default]
    Refuse,
    /// It waits in another queue instead, with the place it has.
    Overflow,
    /// It waits, and the customer is told that they may take a callback instead.
    Callback,
}

impl Beyond {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refuse => "refused",
            Self::Overflow => "overflow",
            Self::Callback => "callback",
        }
    }
}

/// How much may wait in a queue, and what happens beyond.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LineRule {
    /// Most work that waits; 0 = no cap by length.
    pub most_waiting: u32,
    /// Longest wait that new work would have by the pace of the line, seconds; 0 = no cap by wait. Where the pace is not
    /// known it caps nothing.
    pub most_wait_seconds: u32,
    /// What happens beyond.
    pub beyond: Beyond,
    /// The other queue, for [`Beyond::Overflow`].
    pub overflow_queue: Option<QueueId>,
    /// What the customer is told; needed unless the work goes to another queue.
    pub message: Option<String>,
}

impl LineRule {
    /// Checks a rule of a queue against the queues there are: the field, and what is wrong with it.
    pub fn check(&self, of: QueueId, queues: &BTreeSet<QueueId>) -> Result<(), (&'static str, String)> {
        let fail = |field, problem: &str| Err((field, problem.to_owned()));
        if self.most_waiting == 0 && self.most_wait_seconds == 0 {
            return fail("most_waiting", "caps nothing: give a length or a wait, or take the rule away");
        }
        if self.most_waiting > 100_000 || self.most_wait_seconds > 86_400 {
            return fail("most_waiting", "at most 100,000 waiting and a day of wait");
        }
        let message = self.message.as_deref().map(str::trim);
        if message.is_some_and(|text| text.is_empty() || text.chars().count() > LONGEST) {
            return fail("message", "a message has 1 to 1,000 characters");
        }
        match (self.beyond, self.overflow_queue) {
            (Beyond::Overflow, None) => fail("overflow_queue_id", "to which queue does it go?"),
            (Beyond::Overflow, Some(to)) if to == of => fail("overflow_queue_id", "this is the queue itself"),
            (Beyond::Overflow, Some(to)) if !queues.contains(&to) => fail("overflow_queue_id", "no such queue"),
            (Beyond::Refuse | Beyond::Callback, Some(_)) => {
                fail("overflow_queue_id", "only what overflows goes to another queue: leave it out")
            }
            (Beyond::Refuse | Beyond::Callback, None) if message.is_none() => {
                fail("message", "the customer is told so: give a message")
            }
            _ => Ok(()),
        }
    }

    /// Whether work that stands at `place` (from 1) of a line with this pace (departures a second) is beyond the cap.
    pub fn is_beyond(&self, place: u32, pace: Option<f64>) -> bool {
        let long = self.most_waiting > 0 && place > self.most_waiting;
        let slow = self.most_wait_seconds > 0
            && wait_seconds(place, pace).is_some_and(|seconds| seconds > f64::from(self.most_wait_seconds));
        long || slow
    }
}

/// How long who stands at `place` (from 1) will wait, seconds; `None` where the pace is not known.
pub fn wait_seconds(place: u32, pace: Option<f64>) -> Option<f64> {
    pace.filter(|pace| *pace > 0.0).map(|pace| f64::from(place) / pace)
}

/// What a customer is told: from and to so many minutes; without an end beyond four hours. A range says how little is
/// known, and does not jump with every departure.
pub fn wait_range(seconds: f64) -> (u32, Option<u32>) {
    let at = EDGES.iter().rposition(|edge| f64::from(*edge) * 60.0 <= seconds.max(0.0)).unwrap_or(0);
    (EDGES[at], EDGES.get(at + 1).copied())
}

/// How fast the line of a queue moves while something waits in it. What finds somebody at once never waited and says
/// nothing of the pace; neither does a time in which nobody waited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Drain {
    left: f64,
    waited: f64,
    waiting: u32,
    at: Instant,
}

impl Drain {
    pub(super) fn new(at: Instant) -> Self {
        Self { left: 0.0, waited: 0.0, waiting: 0, at }
    }

    /// A line whose pace was known before: enough of it to be told, little enough to be outweighed soon.
    pub(super) fn resumed(at: Instant, pace: f64) -> Self {
        let left = 2.0 * ENOUGH;
        Self { left, waited: left / pace.max(1e-6), ..Self::new(at) }
    }

    fn book(&mut self, now: Instant) {
        let elapsed = ((now - self.at).num_milliseconds() as f64 / 1000.0).max(0.0);
        // A line that stands empty forgets nothing: what was seen last is the best guess for the next customers.
        if self.waiting > 0 && elapsed > 0.0 {
            let kept = (-elapsed / HALF_LIFE).exp2();
            self.left *= kept;
            self.waited = self.waited * kept + elapsed;
        }
        self.at = self.at.max(now);
    }

    /// One more waits.
    pub(super) fn joins(&mut self, now: Instant) {
        self.book(now);
        self.waiting += 1;
    }

    /// One waits no more: `served` when it went to somebody or gave up its place for good.
    pub(super) fn leaves(&mut self, now: Instant, served: bool) {
        self.book(now);
        self.waiting = self.waiting.saturating_sub(1);
        if served {
            self.left += 1.0;
        }
    }

    /// What was counted as served waits again: the offer was not taken.
    pub(super) fn takes_back(&mut self) {
        self.left = (self.left - 1.0).max(0.0);
    }

    /// Departures a second while something waits; `None` before enough was seen.
    pub(super) fn pace(&self, now: Instant) -> Option<f64> {
        let mut until_now = *self;
        until_now.book(now);
        (until_now.left >= ENOUGH && until_now.waited > 0.0).then(|| until_now.left / until_now.waited)
    }

    pub(super) fn waiting(&self) -> u32 {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use uuid::Uuid;

    fn queue(n: u128) -> QueueId {
        QueueId(Uuid::from_u128(n))
    }

    #[test]
    fn rules_are_checked_and_cap_by_length_and_by_wait() {
        let known = BTreeSet::from([queue(1), queue(2)]);
        let field = |rule: &LineRule| rule.check(queue(1), &known).map_err(|(field, _)| field);
        let refuse =
            LineRule { most_waiting: 5, most_wait_seconds: 60, message: Some("Later".into()), ..LineRule::default() };
        assert_eq!(field(&refuse), Ok(()));
        assert_eq!(field(&LineRule { message: None, ..refuse.clone() }), Err("message"));
        assert_eq!(field(&LineRule { most_waiting: 0, most_wait_seconds: 0, ..refuse.clone() }), Err("most_waiting"));
        let over = LineRule { beyond: Beyond::Overflow, message: None, ..refuse.clone() };
        assert_eq!(field(&over), Err("overflow_queue_id"));
        assert_eq!(field(&LineRule { overflow_queue: Some(queue(1)), ..over.clone() }), Err("overflow_queue_id"));
        assert_eq!(field(&LineRule { overflow_queue: Some(queue(3)), ..over.clone() }), Err("overflow_queue_id"));
        assert_eq!(field(&LineRule { overflow_queue: Some(queue(2)), ..over }), Ok(()));
        assert_eq!(field(&LineRule { overflow_queue: Some(queue(2)), ..refuse.clone() }), Err("overflow_queue_id"));
        assert!(!refuse.is_beyond(5, None) && refuse.is_beyond(6, None), "an unknown pace caps nothing by wait");
        assert!(!refuse.is_beyond(3, Some(0.05)) && refuse.is_beyond(4, Some(0.05)));
    }

    #[test]
    fn ranges_are_honest_and_round() {
        assert_eq!(wait_range(-4.0), (0, Some(1)));
        assert_eq!(wait_range(59.0), (0, Some(1)));
        assert_eq!(wait_range(60.0), (1, Some(2)));
        assert_eq!(wait_range(421.0), (5, Some(10)));
        assert_eq!(wait_range(1e9), (240, None));
        assert_eq!(wait_seconds(3, None), None);
    }

    #[test]
    fn the_pace_is_known_after_a_few_departures_and_counts_busy_time_alone() {
        let mut now: Instant = "2026-03-02T09:00:00Z".parse().unwrap();
        let mut line = Drain::new(now);
        for _ in 0..10 {
            line.joins(now);
        }
        assert_eq!((line.pace(now), line.waiting()), (None, 10));
        for _ in 0..8 {
            now += TimeDelta::seconds(30);
            line.leaves(now, true);
        }
        let pace = line.pace(now).unwrap();
        assert!((pace - 1.0 / 30.0).abs() < 0.003, "{pace}");
        line.leaves(now, true);
        line.leaves(now, false);
        // An empty line says nothing new.
        let (before, later) = (line.pace(now), now + TimeDelta::hours(3));
        assert_eq!(line.pace(later), before);
        // Nobody leaves for long: the pace falls, then it is not known any more.
        line.joins(later);
        let slow = line.pace(later + TimeDelta::minutes(10)).unwrap();
        assert!(slow < pace / 2.0, "{slow}");
        assert_eq!(line.pace(later + TimeDelta::hours(2)), None);
    }

    proptest::proptest! {
        /// More in front never means a shorter wait, and a range holds what it was made from.
        #[test]
        fn estimates_are_monotonic(place in 1_u32..10_000, pace in 0.0001_f64..10.0) {
            let (here, behind) = (wait_seconds(place, Some(pace)).unwrap(), wait_seconds(place + 1, Some(pace)).unwrap());
            proptest::prop_assert!(here < behind);
            let (from, to) = wait_range(here);
            proptest::prop_assert!(f64::from(from) * 60.0 <= here);
            proptest::prop_assert!(to.is_none_or(|to| here < f64::from(to) * 60.0));
            proptest::prop_assert!(wait_range(behind).0 >= from);
        }
    }
}
