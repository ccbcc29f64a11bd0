//! Callbacks instead of waiting: when the customer may be called, what an attempt leads to, and when it is given up.

use crate::{calendar::local, time::Instant};
use chrono::{Days, NaiveDate, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Attempts before a callback is given up.
pub const MOST_ATTEMPTS: i16 = 3;
/// Hours in which customers are called unless they say when, minutes after their midnight.
const DAYTIME: (u16, u16) = (8 * 60, 20 * 60);
/// Shortest window.
const SHORTEST: TimeDelta = TimeDelta::minutes(15);
/// Furthest day.
const FURTHEST: u64 = 60;

/// What a customer asks for, in their own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// The day.
    pub day: NaiveDate,
    /// From so many minutes after midnight ..
    pub from_minute: u16,
    /// .. until so many.
    pub until_minute: u16,
}

/// When a callback is due and when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
}

/// A window that cannot be kept: the field of the wish, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct InvalidWindow {
    /// The field.
    pub field: &'static str,
    /// What is wrong.
    pub problem: &'static str,
}

/// The window of a callback in the customer's zone: the one they wish, else what is left of the day from eight to eight,
/// or the next one when less than an hour is left.
pub fn window(now: Instant, zone: Tz, wish: Option<Wish>) -> Result<Window, InvalidWindow> {
    let fail = |field, problem| Err(InvalidWindow { field, problem });
    let today = now.with_timezone(&zone).date_naive();
    let of_day = |day: NaiveDate, (from, until): (u16, u16)| {
        Some(Window { from: local(zone, day, from)?.max(now), until: local(zone, day, until)? })
    };
    let Some(wish) = wish else {
        let next = (0..3).filter_map(|days| of_day(today.checked_add_days(Days::new(days))?, DAYTIME));
        let mut enough = next.filter(|window| window.until - window.from >= TimeDelta::hours(1));
        return enough.next().ok_or(InvalidWindow { field: "day", problem: "no day is left in this calendar" });
    };
    if wish.until_minute > 1440 || wish.from_minute >= wish.until_minute {
        return fail("until_minute", "a window goes from a minute of the day to a later one, at most 1440");
    }
    if wish.day < today || today.checked_add_days(Days::new(FURTHEST)).is_none_or(|last| wish.day > last) {
        return fail("day", "choose a day from today to 60 days from now, in the customer's zone");
    }
    let window = of_day(wish.day, (wish.from_minute, wish.until_minute));
    match window.filter(|window| window.until - window.from >= SHORTEST) {
        Some(window) => Ok(window),
        None => fail("until_minute", "less than a quarter of an hour of this window is left"),
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// The customer was reached.
    Reached,
    /// Nobody answered.
    NoAnswer,
    /// The customer was busy, or asked for a moment.
    Busy,
    /// The address is wrong, or the customer wants no callback any more.
    Unreachable,
}

impl Attempt {
    /// The stored text.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NoAnswer => "no_answer",
            Self::Busy => "busy",
            Self::Unreachable => "unreachable",
        }
    }
}

/// What an attempt leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Done,
    /// Tried again then.
    Again(Instant),
    /// Given up, with a message to the customer.
    Over,
}

/// What the `attempts`-th attempt (from 1) leads to.
pub fn after(attempt: Attempt, attempts: i16, now: Instant, until: Instant) -> Next {
    let wait = match attempt {
        Attempt::Reached => return Next::Done,
        Attempt::Unreachable => return Next::Over,
        Attempt::NoAnswer => TimeDelta::minutes(20),
        Attempt::Busy => TimeDelta::minutes(5),
    };
    if attempts < MOST_ATTEMPTS && now + wait < until { Next::Again(now + wait) } else { Next::Over }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_is_the_customers_own_time() {
        let tokyo: Tz = "Asia/Tokyo".parse().unwrap();
        // 23:30 in Tokyo: tomorrow from eight.
        let night = window(at("2026-03-02T14:30:00Z"), tokyo, None).unwrap();
        assert_eq!(night, Window { from: at("2026-03-02T23:00:00Z"), until: at("2026-03-03T11:00:00Z") });
        // 15:00 in Tokyo: at once, until eight in the evening.
        let day = window(at("2026-03-02T06:00:00Z"), tokyo, None).unwrap();
        assert_eq!(day, Window { from: at("2026-03-02T06:00:00Z"), until: at("2026-03-02T11:00:00Z") });
        let wish = Wish { day: "2026-03-04".parse().unwrap(), from_minute: 600, until_minute: 660 };
        let asked = window(at("2026-03-02T06:00:00Z"), tokyo, Some(wish)).unwrap();
        assert_eq!(asked, Window { from: at("2026-03-04T01:00:00Z"), until: at("2026-03-04T02:00:00Z") });
        let field = |wish| window(at("2026-03-02T06:00:00Z"), tokyo, Some(wish)).map_err(|refused| refused.field);
        assert_eq!(field(Wish { day: "2026-03-01".parse().unwrap(), ..wish }), Err("day"));
        assert_eq!(field(Wish { day: "2026-06-01".parse().unwrap(), ..wish }), Err("day"));
        assert_eq!(field(Wish { until_minute: 600, ..wish }), Err("until_minute"));
        let over = Wish { day: "2026-03-02".parse().unwrap(), from_minute: 0, until_minute: 60 };
        assert_eq!(field(over), Err("until_minute"));
    }

    #[test]
    fn attempts_end() {
        let (now, until) = (at("2026-03-02T09:00:00Z"), at("2026-03-02T11:00:00Z"));
        assert_eq!(after(Attempt::Reached, 1, now, until), Next::Done);
        assert_eq!(after(Attempt::Unreachable, 1, now, until), Next::Over);
        assert_eq!(after(Attempt::NoAnswer, 1, now, until), Next::Again(at("2026-03-02T09:20:00Z")));
        assert_eq!(after(Attempt::NoAnswer, MOST_ATTEMPTS, now, until), Next::Over);
        assert_eq!(after(Attempt::Busy, 2, at("2026-03-02T10:58:00Z"), until), Next::Over, "the window ends before");
    }

    proptest::proptest! {
        /// In every zone, at every hour: a window lies ahead, lasts an hour at least, and is daytime where the customer is.
        #[test]
        fn nobody_is_called_at_night(minute in 0_i64..60 * 24 * 800, zone in 0_usize..chrono_tz::TZ_VARIANTS.len()) {
            use chrono::Timelike;
            let (zone, now) = (chrono_tz::TZ_VARIANTS[zone], at("2025-01-01T00:00:00Z") + TimeDelta::minutes(minute));
            let window = window(now, zone, None).unwrap();
            proptest::prop_assert!(window.from >= now && window.until - window.from >= TimeDelta::hours(1));
            let hour = window.from.with_timezone(&zone).hour();
            proptest::prop_assert!((8..20).contains(&hour), "{hour}");
        }
    }
}
