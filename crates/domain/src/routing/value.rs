//! What work is worth, and what an agent's time costs.
//!
//! The unit is one piece of ordinary work answered within its target. Taking an agent costs what other work that agent
//! could have answered meanwhile is likely to lose by it: the rate of such work, times the chance that all others
//! who could take it are without room (Stolyar and Tezcan, "Shadow-routing based control of flexible multiserver
//! pools in overload", 2011, price pools in the same spirit; here the price is computed from learned occupancies).

/// Head start seconds that add the worth of one ordinary piece of work.
const HEAD_START_UNIT: f64 = 150.0;
/// Most that a head start adds.
const HEAD_START_MOST: f64 = 4.0;
/// How much more a kind of work counts when it is never answered in time.
const BADLY_SERVED: f64 = 1.5;
/// Worth of work that has just missed its target: enough that it is not held back in quiet hours.
const LATE_BASE: f64 = 0.1;
/// After so many targets...
const LATE_TARGETS: f64 = 7.5;
/// ...it has gained so much, and it grows with the square of its wait from then on: it beats whatever comes in the
/// end.
const LATE_GROWTH: f64 = 1.4;
/// What an outsourced agent costs on top.
const OUTSOURCED: f64 = 0.2;
/// What a fully occupied agent costs on top of one who had nothing to do all day.
const FAIRNESS: f64 = 1.25;
/// How far the present state of an agent tells their state when the next work comes: half of the way.
const PERSISTENCE: f64 = 0.5;

/// Fixed-point unit of logarithms, so that adding and taking away leaves nothing behind.
const LOG_UNIT: f64 = 1_048_576.0;

/// Worth of work within its target.
pub(super) fn fresh(head_start_seconds: i32, missed: f64) -> f64 {
    weight(missed) * (1.0 + (f64::from(head_start_seconds) / HEAD_START_UNIT).clamp(0.0, HEAD_START_MOST))
}

/// How much a kind of work counts, by the share of it that misses its target.
pub(super) fn weight(missed: f64) -> f64 {
    1.0 + BADLY_SERVED * missed.clamp(0.0, 1.0)
}

/// Worth of work beyond its target, by waiting seconds and head start together.
pub(super) fn late(rank_seconds: f64, target_seconds: f64) -> f64 {
    let grown = rank_seconds.max(0.0) / (LATE_TARGETS * target_seconds.max(1.0));
    LATE_BASE + LATE_GROWTH * grown * grown
}

/// At which rank, in seconds, late work is worth `price`.
pub(super) fn late_rank(price: f64, target_seconds: f64) -> f64 {
    ((price - LATE_BASE).max(0.0) / LATE_GROWTH).sqrt() * LATE_TARGETS * target_seconds.max(1.0)
}

/// Price of an agent's time: `lost` is the rate per second at which work is lost without them, `weighted` the same
/// by its weight, `handle` the seconds they are taken for. One agent saves at most one piece at a time.
pub(super) fn price(lost: f64, weighted: f64, handle: f64, outsourced: bool) -> f64 {
    weighted * handle / (1.0 + lost * handle) + if outsourced { OUTSOURCED } else { 0.0 }
}

/// What speaks against an agent for being busier than others.
pub(super) fn fairness(share: f64, outsourced: bool) -> f64 {
    if outsourced { 0.0 } else { FAIRNESS * share }
}

/// The chance that an agent has no room when the next work comes.
pub(super) fn chance_full(share: f64, free: bool) -> f64 {
    let share = share.clamp(0.05, 0.98);
    if free { share * (1.0 - PERSISTENCE) } else { share + (1.0 - share) * PERSISTENCE }
}

/// Natural logarithm in fixed point.
pub(super) fn to_log(chance: f64) -> i64 {
    (chance.ln() * LOG_UNIT).round() as i64
}

/// Whether two logarithms differ by less than two in a hundred.
pub(super) fn about_the_same(a: i64, b: i64) -> bool {
    (a - b).abs() < (LOG_UNIT / 50.0) as i64
}

/// Back from fixed point.
pub(super) fn from_log(log: i64) -> f64 {
    (log as f64 / LOG_UNIT).exp()
}
