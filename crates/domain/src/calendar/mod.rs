//! Sites, shifts and who is awake.
//!
//! A site has an IANA zone, weekly intervals in local time (split and overnight ones too) and dated exceptions.
//! Local times that a change of clocks skips begin when the gap ends; times that happen twice mean the first.

mod board;
pub mod holidays;

pub use board::{Stretch, board, takes_over};

use crate::{ids::SiteId, time::Instant};
use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// A weekly interval in the site's own time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    /// 1 Monday to 7 Sunday (ISO 8601), the day it starts on.
    pub weekday: u8,
    /// Minutes after midnight, 0 to 1439.
    pub starts_minute: u16,
    /// Minutes after the midnight it starts on; over 1440 runs into the next day.
    pub ends_minute: u16,
}

/// A site and its calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Id.
    pub id: SiteId,
    /// IANA zone.
    pub zone: Tz,
    /// Place in the dispatch ring; lower is asked first among equals.
    pub ring: i16,
    /// Weekly hours; none at all means never open.
    pub shifts: Vec<Shift>,
    /// Days that differ: `None` closed, else from minute to minute.
    pub exceptions: BTreeMap<NaiveDate, Option<(u16, u16)>>,
}

/// A local time of a day as a moment.
pub(crate) fn local(zone: Tz, day: NaiveDate, minute: u16) -> Option<Instant> {
    let naive = day.and_hms_opt(0, 0, 0)? + TimeDelta::minutes(i64::from(minute));
    let at = match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
        // In the gap: the first local time after it. Gaps are at most a day (a date line change).
        LocalResult::None => (1..=96)
            .find_map(|quarter| zone.from_local_datetime(&(naive + TimeDelta::minutes(15 * quarter))).earliest())?,
    };
    Some(at.with_timezone(&Utc))
}

impl Site {
    /// The open intervals that start on one local day.
    fn of_day(&self, day: NaiveDate) -> Vec<(Instant, Instant)> {
        let minutes: Vec<(u16, u16)> = match self.exceptions.get(&day) {
            Some(None) => Vec::new(),
            Some(Some(hours)) => vec![*hours],
            None => {
                let weekday = day.weekday().number_from_monday() as u8;
                let of_week = self.shifts.iter().filter(|shift| shift.weekday == weekday);
                of_week.map(|shift| (shift.starts_minute, shift.ends_minute)).collect()
            }
        };
        let interval = |(from, to)| Some((local(self.zone, day, from)?, local(self.zone, day, to)?));
        minutes.into_iter().filter_map(interval).filter(|(from, to)| from < to).collect()
    }

    /// Until when the site is open, if it is open at `at`: joined shifts count as one. Who never closes is said to be
    /// open for the two weeks that follow.
    pub fn open_until(&self, at: Instant) -> Option<Instant> {
        let today = at.with_timezone(&self.zone).date_naive();
        let yesterday = today.checked_sub_days(Days::new(1))?;
        let mut until: Option<Instant> = None;
        for day in yesterday.iter_days().take(16) {
            // What starts on later days cannot join a stretch that has ended, nor begin one that covers `at`.
            let midnight = local(self.zone, day, 0)?;
            if until.map_or(day > today, |until| until < midnight) {
                break;
            }
            let mut shifts = self.of_day(day);
            shifts.sort_unstable();
            for (start, end) in shifts {
                match until {
                    None if start <= at && at < end => until = Some(end),
                    Some(known) if start <= known && end > known => until = Some(end),
                    _ => {}
                }
            }
        }
        until
    }

    /// When the site opens next after `at`, within two weeks.
    pub fn next_opening(&self, at: Instant) -> Option<Instant> {
        let today = at.with_timezone(&self.zone).date_naive();
        let from = today.checked_sub_days(Days::new(1))?;
        (0..16)
            .filter_map(|n| from.checked_add_days(Days::new(n)))
            .flat_map(|day| self.of_day(day))
            .map(|(start, _)| start)
            .filter(|start| *start > at)
            .min()
    }

    /// The next moment at which this site opens or closes.
    pub fn next_change(&self, at: Instant) -> Option<Instant> {
        self.open_until(at).or_else(|| self.next_opening(at))
    }
}

/// Reads a zone name, refusing what the IANA data base does not know.
pub fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// Midnight UTC of a day, for tests and reports.
pub fn midnight(day: NaiveDate) -> Instant {
    DateTime::from_naive_utc_and_offset(day.and_hms_opt(0, 0, 0).unwrap_or_default(), Utc)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn site(zone: &str, shifts: &[(u8, u16, u16)]) -> Site {
        let shift = |&(weekday, starts_minute, ends_minute)| Shift { weekday, starts_minute, ends_minute };
        Site {
            id: SiteId(Uuid::nil()),
            zone: zone.parse().unwrap(),
            ring: 0,
            shifts: shifts.iter().map(shift).collect(),
            exceptions: BTreeMap::new(),
        }
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_shift_runs_over_midnight_and_joins_the_next() {
        let night = site("Asia/Kolkata", &[(1, 22 * 60, 30 * 60), (2, 6 * 60, 8 * 60)]);
        // Tuesday 01:00 local is Monday's night shift; it ends with Tuesday's at 08:00 (02:30 UTC).
        assert_eq!(night.open_until(at("2026-03-02T19:30:00Z")), Some(at("2026-03-03T02:30:00Z")));
        assert_eq!(night.open_until(at("2026-03-03T02:30:00Z")), None);
        assert_eq!(night.next_opening(at("2026-03-03T02:30:00Z")), Some(at("2026-03-09T16:30:00Z")));
    }

    #[test]
    fn a_skipped_hour_opens_when_the_gap_ends_and_the_day_is_shorter() {
        // Berlin, 29 March 2026: 02:00 to 03:00 does not exist.
        let early = site("Europe/Berlin", &[(7, 150, 6 * 60)]);
        assert_eq!(early.next_opening(at("2026-03-28T23:00:00Z")), Some(at("2026-03-29T01:00:00Z")));
        assert_eq!(early.open_until(at("2026-03-29T01:00:00Z")), Some(at("2026-03-29T04:00:00Z")));
    }

    #[test]
    fn days_that_meet_at_midnight_are_one_stretch_however_many() {
        // Open from Monday 00:00 to Friday 24:00; on Monday the end is five days away.
        let days: Vec<_> = (1..=5).map(|day| (day, 0, 24 * 60)).collect();
        let office = site("Asia/Famagusta", &days);
        assert_eq!(office.open_until(at("2025-05-19T09:27:00Z")), Some(at("2025-05-23T21:00:00Z")));
        let never_closes = site("UTC", &[days.as_slice(), &[(6, 0, 24 * 60), (7, 0, 24 * 60)]].concat());
        assert_eq!(never_closes.open_until(at("2025-05-19T09:27:00Z")), Some(at("2025-06-03T00:00:00Z")));
    }

    #[test]
    fn exceptions_close_or_replace_a_day() {
        let mut office = site("America/New_York", &[(4, 9 * 60, 17 * 60), (5, 9 * 60, 17 * 60)]);
        let holiday: NaiveDate = "2026-11-26".parse().unwrap();
        office.exceptions.insert(holiday, None);
        assert_eq!(office.open_until(at("2026-11-26T15:00:00Z")), None);
        office.exceptions.insert(holiday, Some((10 * 60, 12 * 60)));
        assert_eq!(office.open_until(at("2026-11-26T15:30:00Z")), Some(at("2026-11-26T17:00:00Z")));
    }

    /// The changes of the clocks of a zone from 2024 to 2034, to the minute: at the first minute of the new offset.
    fn changes(zone: Tz) -> Vec<Instant> {
        use chrono::Offset;
        let offset = |at: Instant| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        let begin = at("2024-01-01T00:00:00Z");
        let mut found = Vec::new();
        for day in 0..3653 {
            let (mut from, mut to) = (begin + TimeDelta::days(day), begin + TimeDelta::days(day + 1));
            if offset(from) == offset(to) {
                continue;
            }
            while to - from > TimeDelta::minutes(1) {
                let middle = from + TimeDelta::minutes((to - from).num_minutes() / 2);
                if offset(from) == offset(middle) { from = middle } else { to = middle }
            }
            found.push(to);
        }
        found
    }

    /// Every zone of the IANA data base, around every change of its clocks in ten years: a site is open exactly when
    /// the clock on its wall says so, and one that never closes is open through every gap and every hour that comes
    /// twice.
    #[test]
    fn the_wall_clock_decides_in_every_zone_through_every_change_of_ten_years() {
        let spans: [(u16, u16); 4] = [(9 * 60, 17 * 60), (22 * 60, 30 * 60), (7 * 60, 11 * 60), (15 * 60, 19 * 60)];
        let of_day = |spans: &[(u16, u16)]| -> Vec<(u8, u16, u16)> {
            (1..=7).flat_map(|day| spans.iter().map(move |(from, to)| (day, *from, *to))).collect()
        };
        let mut seen = 0;
        for zone in chrono_tz::TZ_VARIANTS {
            let all_day = Site { zone, ..site("UTC", &of_day(&[(0, 1440)])) };
            let sites =
                [&spans[..1], &spans[1..2], &spans[2..]].map(|of| (of, Site { zone, ..site("UTC", &of_day(of)) }));
            for change in changes(zone) {
                seen += 1;
                for quarter in [-60, -9, -4, -1, 0, 1, 3, 5, 30, 70] {
                    let now = change + TimeDelta::minutes(15 * quarter);
                    assert!(all_day.open_until(now).is_some(), "{zone} closed at {now}");
                    let wall = now.with_timezone(&zone).naive_local();
                    let minute = (wall - wall.date().and_hms_opt(0, 0, 0).unwrap()).num_minutes() as u16;
                    for (spans, site) in &sites {
                        // Hours that are skipped or come twice are for the tests above.
                        let plain = |(from, to): &(u16, u16)| {
                            (-1..=1).all(|day| {
                                let midnight = (wall.date() + TimeDelta::days(day)).and_hms_opt(0, 0, 0).unwrap();
                                [from, to].into_iter().all(|minute| {
                                    let edge = midnight + TimeDelta::minutes(i64::from(*minute));
                                    matches!(zone.from_local_datetime(&edge), LocalResult::Single(_))
                                })
                            })
                        };
                        if !spans.iter().all(plain) {
                            continue;
                        }
                        let within = |(from, to): &(u16, u16)| {
                            (*from..*to).contains(&minute) || (*from..*to).contains(&(minute + 1440))
                        };
                        let says = spans.iter().any(within);
                        assert_eq!(site.open_until(now).is_some(), says, "{zone} at {now} ({wall})");
                    }
                }
            }
        }
        assert!(seen > 1000, "{seen}");
    }

    proptest::proptest! {
        #[test]
        fn open_until_and_next_opening_never_contradict(
            minute in 0_i64..60 * 24 * 800, zone in 0_usize..chrono_tz::TZ_VARIANTS.len(), start in 0_u16..1440, len in proptest::prop_oneof![1_u16..=1440, proptest::strategy::Just(1440)],
        ) {
            let shifts: Vec<_> = (1..=5).map(|day| (day, start, start + len)).collect();
            let site = Site { zone: chrono_tz::TZ_VARIANTS[zone], ..site("UTC", &shifts) };
            let now = at("2025-01-01T00:00:00Z") + TimeDelta::minutes(minute);
            if let Some(until) = site.open_until(now) {
                proptest::prop_assert!(until > now);
                proptest::prop_assert!(site.open_until(until).is_none());
            } else {
                let opens = site.next_opening(now).unwrap();
                proptest::prop_assert!(opens > now && site.open_until(opens).is_some());
            }
        }
    }
}
