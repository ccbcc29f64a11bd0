//! Dates as mailers write them (RFC 5322 3.3, its obsolete forms, and what else is seen).

use chrono::{NaiveDate, TimeDelta};
use meridian_domain::time::Instant;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Zones by name, in hours (RFC 5322 4.3); others and none at all count as UTC.
const ZONES: [(&str, i64); 8] =
    [("est", -5), ("edt", -4), ("cst", -6), ("cdt", -5), ("mst", -7), ("mdt", -6), ("pst", -8), ("pdt", -7)];

/// The instant that a date field states; none where no day and time can be made out.
pub(super) fn parse(field: &str) -> Option<Instant> {
    let text: String = field.chars().take(200).collect();
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text.trim()) {
        return Some(at.to_utc());
    }
    let (mut day, mut month, mut year, mut time, mut zone) = (None, None, None, None, 0);
    for word in words(&text) {
        let lower = word.to_ascii_lowercase();
        let number = word.parse::<u32>().ok();
        if let (Some(seconds), true) = (offset(&lower), time.is_some()) {
            zone = seconds;
        } else if lower.contains(':') {
            time = time.or_else(|| clock(&lower));
        } else if let Some(number) = number {
            if day.is_none() && word.len() <= 2 && (1..=31).contains(&number) {
                day = Some(number);
            } else if year.is_none() {
                year = Some(full_year(number, word.len()));
            }
        } else if let Some((y, m, d)) = iso(&lower) {
            (year, month, day) = (Some(y), Some(m), Some(d));
        } else if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == lower) {
            zone = hours * 3600;
        } else if let Some(found) = MONTHS.iter().position(|name| lower.starts_with(name)) {
            month = month.or(Some(found as u32 + 1));
        }
    }
    let (hour, minute, second) = time?;
    let date = NaiveDate::from_ymd_opt(year?, month?, day?)?.and_hms_opt(hour, minute, second)?;
    Some(date.checked_sub_signed(TimeDelta::try_seconds(zone)?)?.and_utc())
}

/// Words without comments; a zone that stands right after the time or after `GMT` is a word.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut depth = 0usize;
    for c in text.chars() {
        let Some(last) = words.last_mut() else { break };
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ',' | ' ' | '\t' => words.push(String::new()),
            '+' => words.push("+".to_owned()),
            '-' if last.contains(':') => words.push("-".to_owned()),
            // `4-May-2026`
            '-' if last.chars().all(char::is_alphanumeric) && last.len() <= 3 && !last.is_empty() => {
                words.push(String::new());
            }
            _ => last.push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `h:m` or `h:m:s`; a leap second is the one before.
fn clock(word: &str) -> Option<(u32, u32, u32)> {
    let mut parts = word.trim_matches(|c: char| !c.is_ascii_digit()).split([':', '.']);
    let mut part = || parts.next().map_or(Some(0), |part| part.parse::<u32>().ok());
    let (hour, minute, second) = (part()?, part()?, part()?);
    Some((hour, minute, second.min(59)))
}

/// Seconds east of UTC of `+0200`, `+02:00`, `-600`.
fn offset(word: &str) -> Option<i64> {
    let sign = match word.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let number: i64 = word[1..].replace(':', "").parse().ok()?;
    (number < 2400).then_some(sign * (number / 100 * 3600 + number % 100 * 60))
}

/// RFC 5322 4.3.
fn full_year(number: u32, digits: usize) -> i32 {
    let number = number.min(9999) as i32;
    match (digits, number) {
        (1 | 2, 0..=49) => 2000 + number,
        (1..=3, _) => 1900 + number,
        _ => number,
    }
}

fn iso(word: &str) -> Option<(i32, u32, u32)> {
    let mut parts = word.splitn(3, '-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    Some((year, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_old_new_and_wrong() {
        for (field, at) in [
            ("Mon, 4 May 2026 10:00:00 +0200", "2026-05-04T08:00:00Z"),
            ("Mon, 4 May 2026 10:00:00 -600", "2026-05-04T16:00:00Z"),
            ("Mon,4 May 2026 10:00:00+0200 (CEST)", "2026-05-04T08:00:00Z"),
            ("Mon May  4 10:00:00 2026", "2026-05-04T10:00:00Z"),
            ("4 May 26 10:00 EST", "2026-05-04T15:00:00Z"),
            ("Fri, 21 Nov 97 09:55:06 -0600", "1997-11-21T15:55:06Z"),
            ("Mon, 4 May 2026 10:00:00", "2026-05-04T10:00:00Z"),
            ("Mon, 4 May 2026 10:00:00 GMT+0200", "2026-05-04T08:00:00Z"),
            ("2026-05-04 10:00:00 +02:00", "2026-05-04T08:00:00Z"),
            ("2026-05-04T10:00:00Z", "2026-05-04T10:00:00Z"),
            ("4-May-2026 10:00:00 -0700", "2026-05-04T17:00:00Z"),
        ] {
            assert_eq!(parse(field), Some(at.parse().unwrap()), "{field}");
        }
        for field in [
            "",
            "yesterday",
            "Mon, 32 May 2026 10:00:00",
            "Mon, 4 May 2026",
            "4 May 2026 99:00:00",
            "Mon, 4 Mai 2026 1:00:00",
        ] {
            assert_eq!(parse(field), None, "{field}");
        }
    }
}
