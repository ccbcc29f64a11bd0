//! Holidays from an iCalendar file (RFC 5545): a site is closed while an event lasts.
//!
//! Whole days, and hours of a day, in any of the ways in which the format gives a time; what comes again is worked out
//! for the time asked for. A file that breaks the format is refused with the line named; so is an event that would leave a
//! day with two stretches of opening, which a calendar of exceptions cannot keep.

mod lines;

use super::{Site, zone};
use crate::time::Instant;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use lines::{Line, lines};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Largest file, bytes.
pub const LARGEST: usize = 512 * 1024;
/// Most occurrences of one event.
const MOST: u16 = 1000;

/// A day of a site that differs from its week because of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    /// The local day.
    pub day: NaiveDate,
    /// Open between two minutes after midnight all the same; closed all day when nothing.
    pub hours: Option<(u16, u16)>,
    /// What the event is called.
    pub reason: String,
    /// The line at which the event begins, from 1.
    pub line: usize,
}

/// A file that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct InvalidFile {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

fn fail<T>(line: usize, problem: impl Into<String>) -> Result<T, InvalidFile> {
    Err(InvalidFile { line, problem: problem.into() })
}

/// A time as the file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    Day(NaiveDate),
    /// In the site's own time.
    Local(NaiveDateTime),
}

impl Time {
    fn naive(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.and_time(NaiveTime::MIN),
            Self::Local(at) => at,
        }
    }
}

#[derive(Debug, Default)]
struct Event {
    line: usize,
    uid: String,
    summary: String,
    start: Option<Time>,
    end: Option<Time>,
    duration: Option<TimeDelta>,
    rule: Option<(usize, String)>,
    without: Vec<Time>,
    also: Vec<Time>,
    replaces: Option<Time>,
    cancelled: bool,
}

/// When a day is closed.
#[derive(Default)]
struct Closed {
    minutes: Vec<(u16, u16)>,
    reasons: BTreeSet<String>,
    line: usize,
}

/// The days between two days on which a site differs from its week by what the file says, earliest first.
pub fn holidays(text: &str, site: &Site, from: NaiveDate, until: NaiveDate) -> Result<Vec<Holiday>, InvalidFile> {
    if text.len() > LARGEST {
        return fail(1, "the file is larger than 512 KiB");
    }
    let events = events(&lines(text)?, site.zone)?;
    let replaced: HashSet<(&str, NaiveDateTime)> =
        events.iter().filter_map(|event| Some((event.uid.as_str(), event.replaces?.naive()))).collect();
    let mut closed: BTreeMap<NaiveDate, Closed> = BTreeMap::new();
    for event in events.iter().filter(|event| !event.cancelled) {
        let (start, length) = event.shape()?;
        for at in event.occurrences(start, length, (from, until), site.zone)? {
            if event.replaces.is_none() && replaced.contains(&(event.uid.as_str(), at)) {
                continue;
            }
            for (day, hours) in of_days(at, at + length) {
                if day < from || day > until {
                    continue;
                }
                let known = closed.entry(day).or_insert_with(|| Closed { line: event.line, ..Closed::default() });
                known.minutes.push(hours);
                known.reasons.insert(event.summary.clone());
            }
        }
    }
    let holiday = |(day, closed): (NaiveDate, Closed)| {
        let hours = open_hours(site, day, closed.minutes, closed.line)?;
        let reasons = closed.reasons.into_iter().filter(|reason| !reason.is_empty());
        let reason = reasons.collect::<Vec<_>>().join(", ");
        let reason = reason.chars().filter(|c| !c.is_control()).take(200).collect();
        Ok(Holiday { day, hours, reason, line: closed.line })
    };
    closed.into_iter().map(holiday).collect()
}

/// What is left of a day's week when it is closed for some of its minutes.
fn open_hours(
    site: &Site,
    day: NaiveDate,
    closed: Vec<(u16, u16)>,
    line: usize,
) -> Result<Option<(u16, u16)>, InvalidFile> {
    let weekday = day.weekday().number_from_monday() as u8;
    let of_week = site.shifts.iter().filter(|shift| shift.weekday == weekday);
    let mut open: Vec<(u16, u16)> = of_week.map(|shift| (shift.starts_minute, shift.ends_minute)).collect();
    for (from, to) in closed {
        // A whole day is closed with what a night shift of it runs into the next.
        let to = if (from, to) == (0, 1440) { u16::MAX } else { to };
        let cut = |(start, end): (u16, u16)| [(start, end.min(from)), (start.max(to), end)];
        open = open.into_iter().flat_map(cut).filter(|(start, end)| start < end).collect();
    }
    open.sort_unstable();
    open.dedup_by(|next, last| {
        let joined = next.0 <= last.1;
        if joined {
            last.1 = last.1.max(next.1);
        }
        joined
    });
    match open[..] {
        [] => Ok(None),
        [hours] => Ok(Some(hours)),
        _ => fail(
            line,
            format!("leaves {day} open in {} parts: enter the day by hand, with the hours that matter", open.len()),
        ),
    }
}

/// The local days between two moments, each with its minutes.
fn of_days(from: NaiveDateTime, to: NaiveDateTime) -> Vec<(NaiveDate, (u16, u16))> {
    let mut days = Vec::new();
    let mut day = from.date();
    while day.and_time(NaiveTime::MIN) < to {
        let midnight = day.and_time(NaiveTime::MIN);
        let minute = |at: NaiveDateTime, up: i64| {
            let seconds = (at - midnight).num_seconds().clamp(0, 86_400);
            ((seconds + up) / 60) as u16
        };
        days.push((day, (minute(from, 0), minute(to, 59))));
        match day.checked_add_days(Days::new(1)) {
            Some(next) if days.len() < 400 => day = next,
            _ => break,
        }
    }
    days
}

impl Event {
    /// When it begins, and how long it lasts.
    fn shape(&self) -> Result<(Time, TimeDelta), InvalidFile> {
        let Some(start) = self.start else { return fail(self.line, "the event has no DTSTART") };
        let length = match (self.end, self.duration, start) {
            (Some(end), ..) => end.naive() - start.naive(),
            (None, Some(duration), _) => duration,
            (None, None, Time::Day(_)) => TimeDelta::days(1),
            (None, None, Time::Local(_)) => {
                return fail(self.line, "the event has neither DTEND nor DURATION: how long is the site closed?");
            }
        };
        if length <= TimeDelta::zero() {
            return fail(self.line, "the event ends before it begins");
        }
        if length > TimeDelta::days(366) {
            return fail(self.line, "the event lasts longer than a year");
        }
        Ok((start, length))
    }

    /// When it takes place in the time asked for.
    fn occurrences(
        &self,
        start: Time,
        length: TimeDelta,
        (from, until): (NaiveDate, NaiveDate),
        of_site: Tz,
    ) -> Result<Vec<NaiveDateTime>, InvalidFile> {
        let first = start.naive();
        let mut found = vec![first];
        if let Some((line, rule)) = &self.rule {
            if !["YEARLY", "MONTHLY", "WEEKLY", "DAILY"].iter().any(|often| rule.contains(&format!("FREQ={often}"))) {
                return fail(*line, "RRULE comes yearly, monthly, weekly or daily");
            }
            let text = format!("DTSTART:{}\nRRULE:{}", first.format("%Y%m%dT%H%M%SZ"), whole_until(rule, of_site));
            let set: rrule::RRuleSet =
                text.parse().map_err(|error| InvalidFile { line: *line, problem: format!("RRULE: {error}") })?;
            let at = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc().with_timezone(&rrule::Tz::UTC);
            let early = from.checked_sub_signed(length).unwrap_or(from);
            let late = until.checked_add_days(Days::new(1)).unwrap_or(until);
            let all = set.after(at(early)).before(at(late)).all(MOST);
            if all.limited {
                return fail(*line, "RRULE comes too often to be a holiday");
            }
            found = all.dates.iter().map(DateTime::naive_utc).collect();
        }
        found.extend(self.also.iter().map(|also| also.naive()));
        found.retain(|at| !self.without.iter().any(|without| without.naive() == *at));
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// The end of a rule in the site's own time, to the second: the format also gives it as a day, or in UTC.
fn whole_until(rule: &str, of_site: Tz) -> String {
    let part = |part: &str| {
        let Some(until) = part.strip_prefix("UNTIL=") else { return part.to_owned() };
        let utc = until.strip_suffix('Z').and_then(|at| NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%S").ok());
        match (utc, until.contains('T')) {
            (Some(at), _) => format!("UNTIL={}Z", at.and_utc().with_timezone(&of_site).format("%Y%m%dT%H%M%S")),
            (None, true) => format!("UNTIL={}Z", until.trim_end_matches('Z')),
            (None, false) => format!("UNTIL={until}T235959Z"),
        }
    };
    rule.split(';').map(part).collect::<Vec<_>>().join(";")
}

/// The events of a file.
fn events(lines: &[Line], of_site: Tz) -> Result<Vec<Event>, InvalidFile> {
    let Some(first) = lines.first() else { return fail(1, "the file is empty") };
    if !(first.name == "BEGIN" && first.value.eq_ignore_ascii_case("VCALENDAR")) {
        return fail(first.number, "an iCalendar file begins with BEGIN:VCALENDAR");
    }
    let (mut open, mut events, mut event): (Vec<(String, usize)>, Vec<Event>, Event) = Default::default();
    for line in lines {
        match line.name.as_str() {
            "BEGIN" => {
                open.push((line.value.to_ascii_uppercase(), line.number));
                if line.value.eq_ignore_ascii_case("VEVENT") {
                    event = Event { line: line.number, ..Event::default() };
                }
            }
            "END" => {
                let ends = line.value.to_ascii_uppercase();
                match open.pop() {
                    Some((began, _)) if began == ends => {}
                    Some((began, at)) => {
                        return fail(line.number, format!("END:{ends} does not end BEGIN:{began} of line {at}"));
                    }
                    None => return fail(line.number, format!("END:{ends} without a BEGIN")),
                }
                if ends == "VEVENT" {
                    events.push(std::mem::take(&mut event));
                }
            }
            // Alarms and time zones inside the file say nothing of when a site is closed.
            _ if open.last().is_some_and(|(inside, _)| inside == "VEVENT") => event.take(line, of_site)?,
            _ => {}
        }
    }
    match open.pop() {
        Some((began, at)) => fail(at, format!("BEGIN:{began} is never ended")),
        None => Ok(events),
    }
}

impl Event {
    fn take(&mut self, line: &Line, of_site: Tz) -> Result<(), InvalidFile> {
        match line.name.as_str() {
            "UID" => self.uid.clone_from(&line.value),
            "SUMMARY" => self.summary = line.text(),
            "STATUS" => self.cancelled = line.value.eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" => self.start = Some(time(line, &line.value, of_site)?),
            "DTEND" => self.end = Some(time(line, &line.value, of_site)?),
            "DURATION" => self.duration = Some(duration(line)?),
            "RRULE" => self.rule = Some((line.number, line.value.to_ascii_uppercase())),
            "RECURRENCE-ID" => self.replaces = Some(time(line, &line.value, of_site)?),
            "EXDATE" | "RDATE" => {
                for value in line.value.split(',') {
                    let at = time(line, value.split('/').next().unwrap_or(value), of_site)?;
                    if line.name == "EXDATE" { self.without.push(at) } else { self.also.push(at) }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// A time in the site's own time: a day, a wall clock time, one of another zone, or UTC.
fn time(line: &Line, value: &str, of_site: Tz) -> Result<Time, InvalidFile> {
    let wrong = || {
        let problem = format!("{} is no day or time: {value}", line.name);
        InvalidFile { line: line.number, problem }
    };
    if let Ok(day) = NaiveDate::parse_from_str(value, "%Y%m%d") {
        return Ok(Time::Day(day));
    }
    let bare = value.strip_suffix('Z');
    let at = NaiveDateTime::parse_from_str(bare.unwrap_or(value), "%Y%m%dT%H%M%S").map_err(|_| wrong())?;
    let here = |at: Instant| Time::Local(at.with_timezone(&of_site).naive_local());
    if bare.is_some() {
        return Ok(here(Utc.from_utc_datetime(&at)));
    }
    let Some(named) = line.param("TZID") else { return Ok(Time::Local(at)) };
    let Some(named) = zone(named.trim_start_matches('/')) else {
        return fail(line.number, format!("TZID {named} is no zone of the IANA data base"));
    };
    match named.from_local_datetime(&at).earliest() {
        Some(at) => Ok(here(at.with_timezone(&Utc))),
        None => Ok(Time::Local(at)),
    }
}

/// A duration like `P1D` or `PT4H30M`.
fn duration(line: &Line) -> Result<TimeDelta, InvalidFile> {
    let wrong = || fail(line.number, format!("DURATION is none: {}", line.value));
    let Some(rest) = line.value.trim_start_matches('+').strip_prefix('P') else { return wrong() };
    let (mut seconds, mut number) = (0_i64, String::new());
    for c in rest.chars() {
        let unit = match c {
            '0'..='9' if number.len() < 6 => {
                number.push(c);
                continue;
            }
            'T' if number.is_empty() => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return wrong(),
        };
        let Ok(count) = number.parse::<i64>() else { return wrong() };
        number.clear();
        seconds += count * unit;
    }
    if number.is_empty() && seconds > 0 { Ok(TimeDelta::seconds(seconds)) } else { wrong() }
}

#[cfg(test)]
mod tests;
