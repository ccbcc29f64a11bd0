//! Who is awake, and who takes over when.

use super::Site;
use crate::{ids::SiteId, time::Instant};
use chrono::TimeDelta;

/// A stretch of time in which the same sites are awake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// The sites that are open, in the order in which they are asked.
    pub awake: Vec<SiteId>,
    /// The site that takes over when it ends: of those open then the first in the ring, else the one that opens next.
    /// `None` when nobody opens within two weeks.
    pub takes_over: Option<SiteId>,
}

/// Most stretches of one board: sites with very many short shifts are cut off there.
const MOST: usize = 500;

fn open(sites: &[Site], at: Instant) -> Vec<&Site> {
    let mut open: Vec<&Site> = sites.iter().filter(|site| site.open_until(at).is_some()).collect();
    open.sort_by_key(|site| (site.ring, site.id));
    open
}

/// Who takes over at a moment: the first of the ring that is open then, else who opens next.
pub fn takes_over(sites: &[Site], at: Instant) -> Option<SiteId> {
    let now = open(sites, at).first().map(|site| site.id);
    let next = || {
        let opening = |site: &Site| Some((site.next_opening(at)?, site.ring, site.id));
        sites.iter().filter_map(opening).min().map(|(.., id)| id)
    };
    now.or_else(next)
}

/// The stretches between two moments, without a gap.
pub fn board(sites: &[Site], from: Instant, to: Instant) -> Vec<Stretch> {
    let mut stretches = Vec::new();
    let mut at = from;
    while at < to && stretches.len() < MOST {
        let change = sites.iter().filter_map(|site| site.next_change(at)).filter(|change| *change > at).min();
        let until = change.map_or(to, |change| change.min(to));
        stretches.push(Stretch {
            from: at,
            to: until,
            awake: open(sites, at).iter().map(|site| site.id).collect(),
            takes_over: takes_over(sites, until),
        });
        at = until;
    }
    stretches
}

impl Site {
    /// Since when the site is closed, if it is closed at `at` and was open within the week before.
    pub fn closed_since(&self, at: Instant) -> Option<Instant> {
        if self.open_until(at).is_some() {
            return None;
        }
        let mut cursor = at - TimeDelta::days(8);
        let mut last = None;
        for _ in 0..200 {
            let end = match self.open_until(cursor) {
                Some(end) => end,
                None => match self.next_opening(cursor) {
                    Some(opens) => self.open_until(opens)?,
                    None => break,
                },
            };
            if end > at {
                break;
            }
            last = Some(end);
            cursor = end;
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Shift;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn site(n: u128, zone: &str, ring: i16, from: u16, to: u16) -> Site {
        let shifts = (1..=7).map(|weekday| Shift { weekday, starts_minute: from, ends_minute: to }).collect();
        Site { id: SiteId(Uuid::from_u128(n)), zone: zone.parse().unwrap(), ring, shifts, exceptions: BTreeMap::new() }
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_evening_in_europe_goes_to_asia_and_comes_back() {
        let london = site(1, "Europe/London", 0, 9 * 60, 18 * 60);
        let singapore = site(2, "Asia/Singapore", 1, 2 * 60, 16 * 60);
        let sites = [london.clone(), singapore.clone()];
        let told: Vec<_> = board(&sites, at("2026-01-12T12:00:00Z"), at("2026-01-13T12:00:00Z"))
            .into_iter()
            .map(|s| (s.from.format("%H:%M").to_string(), s.awake.len(), s.takes_over))
            .collect();
        let (london, singapore) = (Some(london.id), Some(singapore.id));
        assert_eq!(
            told,
            [
                ("12:00".to_owned(), 1, singapore),
                ("18:00".to_owned(), 1, london),
                ("08:00".to_owned(), 0, london),
                ("09:00".to_owned(), 1, london),
            ]
        );
    }

    #[test]
    fn closed_since_is_the_end_of_the_last_shift() {
        let london = site(1, "Europe/London", 0, 9 * 60, 18 * 60);
        assert_eq!(london.closed_since(at("2026-01-12T20:00:00Z")), Some(at("2026-01-12T18:00:00Z")));
        assert_eq!(london.closed_since(at("2026-01-12T18:00:00Z")), Some(at("2026-01-12T18:00:00Z")));
        assert_eq!(london.closed_since(at("2026-01-12T12:00:00Z")), None);
        assert_eq!(Site { shifts: vec![], ..london }.closed_since(at("2026-01-12T12:00:00Z")), None);
    }

    #[test]
    fn a_shift_before_a_long_holiday_has_ended_too() {
        let mut london = site(1, "Europe/London", 0, 9 * 60, 18 * 60);
        for day in 13..=31 {
            london.exceptions.insert(chrono::NaiveDate::from_ymd_opt(2026, 1, day).unwrap(), None);
        }
        for day in 1..=10 {
            london.exceptions.insert(chrono::NaiveDate::from_ymd_opt(2026, 2, day).unwrap(), None);
        }
        let end = at("2026-01-12T18:00:00Z");
        assert_eq!(london.closed_since(end + TimeDelta::minutes(1)), Some(end));
        assert_eq!(london.closed_since(at("2026-01-19T12:00:00Z")), Some(end));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        /// In any two zones, around any hour of ten years: the board has no gap, says who is open at each moment, and
        /// who takes over is open when they do or opens next.
        #[test]
        fn a_board_has_no_gap_and_tells_the_truth(
            hour in 0_i64..24 * 3650, a in 0_usize..chrono_tz::TZ_VARIANTS.len(), b in 0_usize..chrono_tz::TZ_VARIANTS.len(),
            from in 0_u16..1440, len in 60_u16..1440,
        ) {
            let zone = |n: usize| chrono_tz::TZ_VARIANTS[n];
            let sites = [
                Site { zone: zone(a), ..site(1, "UTC", 0, from, from + len) },
                Site { zone: zone(b), ..site(2, "UTC", 1, from, from + len) },
            ];
            let start = at("2024-01-01T00:00:00Z") + TimeDelta::hours(hour);
            let end = start + TimeDelta::hours(24);
            let told = board(&sites, start, end);
            proptest::prop_assert_eq!((told[0].from, told[told.len() - 1].to), (start, end));
            for pair in told.windows(2) {
                proptest::prop_assert_eq!(pair[0].to, pair[1].from);
            }
            for stretch in &told {
                let middle = stretch.from + (stretch.to - stretch.from) / 2;
                let awake: Vec<SiteId> = open(&sites, middle).iter().map(|site| site.id).collect();
                proptest::prop_assert_eq!(&stretch.awake, &awake);
                let next = sites.iter().find(|site| Some(site.id) == stretch.takes_over).unwrap();
                if next.open_until(stretch.to).is_none() {
                    proptest::prop_assert!(open(&sites, stretch.to).is_empty());
                }
            }
        }
    }
}
