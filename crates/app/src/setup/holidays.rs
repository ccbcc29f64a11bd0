//! Holidays of a site from an iCalendar file: looked at, then applied.

use super::SetupRefused;
use crate::{App, authz::Subject};
use chrono::{Days, NaiveDate};
use meridian_domain::{
    calendar::holidays::{Holiday, holidays},
    ids::SiteId,
    jobs::Job,
    people::Permission,
};
use meridian_store::{routing, sites};
use serde_json::json;

/// How far ahead a file is read unless told otherwise, days.
const AHEAD: u64 = 730;
/// How far ahead it is read at most, days.
const FURTHEST: i64 = 3660;

/// What a day of the file changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayChange {
    /// The day followed the week.
    New,
    /// The site knows it so already.
    Same,
    /// Something else was said of the day, which this replaces.
    Replaces,
}

/// Reads a file for a site and says what each day of it would change, from today on; with `apply` the days are kept as
/// exceptions, all or none. What was said of other days stays.
pub async fn import_holidays(
    app: &App,
    subject: &Subject,
    site: SiteId,
    file: &str,
    until: Option<NaiveDate>,
    apply: bool,
) -> Result<Vec<(Holiday, DayChange)>, SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = sites::all(&mut tx).await?.into_iter().find(|known| known.site.id == site);
    let known = found.ok_or(SetupRefused::NotFound("site"))?;
    let today = routing::now(&mut tx).await?.with_timezone(&known.site.zone).date_naive();
    let until = until.or_else(|| today.checked_add_days(Days::new(AHEAD))).unwrap_or(today);
    if until < today || (until - today).num_days() > FURTHEST {
        return Err(SetupRefused::Wrong("until", "until goes from today to ten years from now".to_owned()));
    }
    let days = holidays(file, &known.site, today, until);
    let days = days.map_err(|refused| SetupRefused::Wrong("ics", refused.to_string()))?;
    let change = |holiday: &Holiday| match known.site.exceptions.get(&holiday.day) {
        None => DayChange::New,
        Some(hours) if *hours == holiday.hours && known.reasons.get(&holiday.day) == Some(&holiday.reason) => {
            DayChange::Same
        }
        Some(_) => DayChange::Replaces,
    };
    let days: Vec<(Holiday, DayChange)> =
        days.into_iter().map(|day| (change(&day), day)).map(|(c, d)| (d, c)).collect();
    if apply {
        for (holiday, _) in days.iter().filter(|(_, change)| *change != DayChange::Same) {
            let minute = |minute: u16| i16::try_from(minute).unwrap_or(i16::MAX);
            let hours = holiday.hours.map(|(from, to)| (minute(from), minute(to)));
            sites::except(&mut tx, site, holiday.day, hours, &holiday.reason).await?;
        }
        let tenant = tx.scope().tenant();
        tx.job(&Job::RouteReload, tenant.0);
        tx.audit("site_holidays_imported", "site", Some(site.0), json!({ "days": days.len() }));
        tx.commit().await?;
    }
    Ok(days)
}
