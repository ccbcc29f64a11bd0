use super::*;
use crate::{calendar::Shift, ids::SiteId};
use uuid::Uuid;

fn site() -> Site {
    let shift = |weekday, starts_minute, ends_minute| Shift { weekday, starts_minute, ends_minute };
    Site {
        id: SiteId(Uuid::nil()),
        zone: "Europe/Berlin".parse().unwrap(),
        ring: 0,
        shifts: (1..=6).map(|day| shift(day, 9 * 60, 17 * 60)).chain([shift(7, 22 * 60, 30 * 60)]).collect(),
        exceptions: BTreeMap::new(),
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn file(event: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
}

/// Days with the hours in which the site is open all the same.
type Days = Vec<(String, Option<(u16, u16)>)>;

fn read(event: &str) -> Result<Days, InvalidFile> {
    let found = holidays(&file(event), &site(), day("2026-01-01"), day("2027-12-31"))?;
    Ok(found.into_iter().map(|holiday| (holiday.day.to_string(), holiday.hours)).collect())
}

fn closed(days: &[&str]) -> Days {
    days.iter().map(|day| ((*day).to_owned(), None)).collect()
}

#[test]
fn whole_days_close_a_site_and_come_again_each_year() {
    let new_year = "DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:New\\, Year";
    assert_eq!(read(new_year).unwrap(), closed(&["2026-01-01", "2027-01-01"]));
    let named = holidays(&file(new_year), &site(), day("2026-01-01"), day("2026-12-31")).unwrap();
    assert_eq!((named[0].reason.as_str(), named[0].line), ("New, Year", 3));
    // The fourth Thursday of November.
    let thanks = "DTSTART;VALUE=DATE:20201126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH";
    assert_eq!(read(thanks).unwrap(), closed(&["2026-11-26", "2027-11-25"]));
    let days = "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227";
    assert_eq!(read(days).unwrap(), closed(&["2026-12-25", "2026-12-26"]));
    let without = format!("{new_year}\r\nEXDATE;VALUE=DATE:20270101");
    assert_eq!(read(&without).unwrap(), closed(&["2026-01-01"]));
    let ended = "DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY;UNTIL=20260101";
    assert_eq!(read(ended).unwrap(), closed(&["2026-01-01"]));
    let counted = "DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=YEARLY;COUNT=1";
    assert_eq!(read(counted).unwrap(), closed(&["2026-05-01"]));
    assert_eq!(read("DTSTART;VALUE=DATE:20260501\r\nSTATUS:CANCELLED").unwrap(), closed(&[]));
}

#[test]
fn hours_leave_what_is_left_of_the_day_in_the_sites_own_time() {
    let open = |hours| vec![("2026-12-24".to_owned(), Some(hours))];
    assert_eq!(read("DTSTART:20261224T120000\r\nDTEND:20261224T235900").unwrap(), open((540, 720)));
    assert_eq!(read("DTSTART:20261224T110000Z\r\nDURATION:PT12H").unwrap(), open((540, 720)), "UTC");
    let tokyo = "DTSTART;TZID=Asia/Tokyo:20261224T200000\r\nDURATION:PT12H";
    assert_eq!(read(tokyo).unwrap(), open((540, 720)), "another zone");
    assert_eq!(read("DTSTART:20261224T060000\r\nDURATION:PT4H").unwrap(), open((600, 1020)));
    // A long line is folded.
    let folded = "DTSTART:20261224T1200\r\n 00\r\nDTEND:20261224T235900";
    assert_eq!(read(folded).unwrap(), open((540, 720)));
    // A night shift that begins on a closed day does not begin.
    assert_eq!(read("DTSTART;VALUE=DATE:20260503").unwrap(), closed(&["2026-05-03"]));
}

#[test]
fn one_of_many_is_moved() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:m\nDTSTART;VALUE=DATE:20250301\nRRULE:FREQ=YEARLY\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:m\nRECURRENCE-ID;VALUE=DATE:20260301\nDTSTART;VALUE=DATE:20260302\nEND:VEVENT\nEND:VCALENDAR\n";
    let found = holidays(text, &site(), day("2026-01-01"), day("2027-12-31")).unwrap();
    let days: Vec<String> = found.iter().map(|holiday| holiday.day.to_string()).collect();
    assert_eq!(days, ["2026-03-02", "2027-03-01"]);
}

#[test]
fn what_is_broken_is_refused_with_its_line() {
    let line = |event: &str| read(event).unwrap_err().line;
    assert_eq!(line("DTSTART:2026-12-24"), 5);
    assert_eq!(line("SUMMARY:x\r\nno colon"), 6);
    assert_eq!(line("DTSTART:20261224T120000"), 3, "how long?");
    assert_eq!(line("DTSTART:20261224T120000\r\nDURATION:4 hours"), 6);
    assert_eq!(line("DTSTART:20261224T120000\r\nDTEND:20261224T110000"), 3);
    assert_eq!(line("DTSTART;VALUE=DATE:20261224\r\nRRULE:FREQ=SOMETIMES"), 6);
    assert_eq!(line("DTSTART;TZID=Mars/Olympus:20261224T120000"), 5);
    assert_eq!(line("SUMMARY:x"), 3, "no DTSTART");
    assert_eq!(line("DTSTART:20261224T120000\r\nDURATION:PT1H"), 3, "two parts are left");
    assert_eq!(holidays("", &site(), day("2026-01-01"), day("2026-12-31")).unwrap_err().line, 1);
    let open = holidays("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", &site(), day("2026-01-01"), day("2026-12-31")).unwrap_err();
    assert_eq!((open.line, open.to_string().starts_with("line 2: ")), (2, true));
    let crossed = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n";
    assert_eq!(holidays(crossed, &site(), day("2026-01-01"), day("2026-12-31")).unwrap_err().line, 3);
}

proptest::proptest! {
    /// Nothing a file says makes it fall over.
    #[test]
    fn any_text_is_read_or_refused(text in "[A-Z:;=0-9TZ/,\\\\ \n-]{0,300}") {
        let event = file(&text);
        for text in [text, event] {
            if let Err(refused) = holidays(&text, &site(), day("2026-01-01"), day("2026-12-31")) {
                proptest::prop_assert!(refused.line >= 1 && !refused.problem.is_empty());
            }
        }
    }
}
