//! Routing plans: steps that relax what is asked for, inside the queue, so that the place in line is kept.

use crate::{calendar::Site, ids::SiteId};
use serde::{Deserialize, Serialize};

/// How candidates are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Longest without new work first.
    #[default]
    LongestIdle,
    /// Least share of capacity in use first.
    LeastOccupied,
    /// Best levels in the skills asked for first.
    BestLevel,
    /// Whose time costs other waiting customers least first, then who was less busy: scarce skills are kept free for
    /// the work that needs them, and load is spread evenly. Learned from what comes; see `docs/routing.md`.
    Scarcity,
}

/// One step of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// How long it lasts; the last step lasts for ever.
    pub seconds: u32,
    /// Taken off every level asked for; a level that falls to 0 is no longer asked for.
    pub relax_levels: u8,
    /// Whether the language still matters.
    pub any_language: bool,
    /// Only these sites; empty = all.
    pub sites: Vec<SiteId>,
    /// Whether agents of sites that are asleep may be asked (they are available out of hours).
    pub any_hours: bool,
    /// Least minutes of shift left at the site.
    pub shift_left_minutes: u16,
    /// Skip the step at once when it has no candidate at all, busy ones included.
    pub skip_if_empty: bool,
    /// Order of candidates.
    pub order: Order,
}

/// Answered within half a minute: the most common promise of the trade for calls and chats.
const TARGET_SECONDS: u32 = 30;

/// No shift is longer than a day.
const MOST_SHIFT_MINUTES: u16 = 1440;

/// A versioned list of steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Rises with every change.
    pub version: i32,
    /// At least one.
    pub steps: Vec<Step>,
    /// Within how many seconds work should be answered (service level). Work within it goes first, then what is beyond
    /// by a worth that grows with the square of its wait. 0 = none: strictly by place in line.
    pub target_seconds: u32,
    /// Whether work beyond its target leaves an agent free for work that is likely to come, until it is worth more.
    pub reserve: bool,
}

/// A plan that cannot work, with the place named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {problem}")]
pub struct InvalidPlan {
    /// Index of the step, from 0.
    pub step: usize,
    /// What is wrong.
    pub problem: String,
}

impl Default for Plan {
    /// Asks for everything for a minute at sites with a quarter of an hour left, then relaxes level by level, then
    /// anyone who is available. Strictly by place in line, and nobody is kept idle beside waiting work: what people
    /// expect of a queue. A plan that wants a service level more than that says so.
    fn default() -> Self {
        let order = Order::Scarcity;
        let awake = Step { seconds: 60, shift_left_minutes: 15, order, ..Step::default() };
        let relaxed = Step { seconds: 60, relax_levels: 2, order, ..Step::default() };
        let anyone = Step { relax_levels: 5, any_language: true, any_hours: true, order, ..Step::default() };
        Self { version: 0, steps: vec![awake, relaxed, anyone], target_seconds: 0, reserve: false }
    }
}

impl Plan {
    /// One step that never relaxes anything: whoever has the skills and the language.
    pub fn strict() -> Self {
        let step = Step { any_hours: true, order: Order::Scarcity, ..Step::default() };
        Self { version: 0, steps: vec![step], target_seconds: TARGET_SECONDS, reserve: true }
    }

    /// Checks a plan against the sites there are.
    pub fn check(&self, sites: &[Site]) -> Result<(), InvalidPlan> {
        let fail = |step, problem: &str| Err(InvalidPlan { step, problem: problem.to_owned() });
        if self.steps.is_empty() {
            return fail(0, "a plan needs at least one step");
        }
        if self.steps.len() > 20 {
            return fail(20, "a plan has at most 20 steps");
        }
        let last = self.steps.len() - 1;
        for (n, step) in self.steps.iter().enumerate() {
            if n < last && step.seconds == 0 {
                return fail(n, "lasts 0 seconds and is never in force");
            }
            if step.relax_levels > 5 {
                return fail(n, "relax_levels goes from 0 to 5");
            }
            if n > 0
                && self.steps.get(n - 1).is_some_and(|before| Step { seconds: step.seconds, ..before.clone() } == *step)
            {
                return fail(n, "asks nobody whom the step before does not ask already");
            }
            if !step.any_hours && step.shift_left_minutes > MOST_SHIFT_MINUTES {
                return fail(n, "nobody ever has so many minutes of shift left");
            }
            if step.any_hours && step.shift_left_minutes > 0 {
                return fail(n, "any_hours and shift_left_minutes contradict each other");
            }
            if let Some(unknown) = step.sites.iter().find(|id| sites.iter().all(|site| site.id != **id)) {
                return fail(n, &format!("no such site: {unknown}"));
            }
        }
        Ok(())
    }

    /// The step in force after `waited` seconds, and the seconds until the next one begins.
    pub fn step_at(&self, waited: i64) -> (usize, Option<i64>) {
        let mut begins = 0_i64;
        for (n, step) in self.steps.iter().enumerate() {
            let ends = begins + i64::from(step.seconds);
            if n + 1 == self.steps.len() {
                return (n, None);
            }
            if waited < ends {
                return (n, Some(ends - waited));
            }
            begins = ends;
        }
        (0, None)
    }
}
