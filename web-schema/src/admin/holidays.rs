//! Holidays of sites from iCalendar files.

use super::outcome;
use crate::{
    context::viewer,
    error::{Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::NaiveDate;
use meridian_app::setup as app;
use meridian_domain::ids::SiteId;

/// What a day of a file changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum HolidayChange {
    /// The day followed the week.
    New,
    /// The site knows it so already.
    Same,
    /// Something else was said of the day, which this replaces.
    Replaces,
}

/// A day of a site that differs from its week because of an event of the file.
#[derive(SimpleObject)]
struct ImportedHoliday {
    /// The local day.
    day: NaiveDate,
    /// Opens then, minutes after midnight; closed all day when null.
    starts_minute: Option<i32>,
    /// Closes then.
    ends_minute: Option<i32>,
    /// What the event is called.
    reason: String,
    /// The line of the file at which the event begins.
    line: i32,
    /// What it changes.
    change: HolidayChange,
}

#[derive(InputObject)]
struct SiteHolidaysImportInput {
    /// The site.
    site_id: ID,
    /// The file, iCalendar (RFC 5545), at most 512 KiB: the site is closed while an event lasts.
    ics: String,
    /// How far ahead it is read; two years when left out, ten at most.
    until: Option<NaiveDate>,
    /// Whether its days are kept; else they are only shown.
    #[graphql(default)]
    apply: bool,
}

/// Result of `siteHolidaysImport`.
#[derive(SimpleObject)]
struct SiteHolidaysPayload {
    /// The days, from today on, earliest first.
    days: Vec<ImportedHoliday>,
    /// Whether they were kept.
    applied: bool,
    /// Why it was not done; a file that is broken names its line.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct HolidayMutations;

#[Object]
impl HolidayMutations {
    /// Shows or keeps the holidays of an iCalendar file as days of a site that differ from its week; what was said of
    /// other days stays. Needs `setup:write`.
    async fn site_holidays_import(
        &self,
        ctx: &Context<'_>,
        input: SiteHolidaysImportInput,
    ) -> Resolved<SiteHolidaysPayload> {
        let viewer = viewer(ctx).extend()?;
        let site = read::<SiteId>(&input.site_id).extend()?;
        let done = app::import_holidays(&viewer.app, &viewer.subject, site, &input.ics, input.until, input.apply).await;
        let (days, user_errors) = outcome(done)?;
        let applied = input.apply && days.is_some();
        let shown =
            |(holiday, change): (meridian_domain::calendar::holidays::Holiday, app::DayChange)| ImportedHoliday {
                day: holiday.day,
                starts_minute: holiday.hours.map(|hours| hours.0.into()),
                ends_minute: holiday.hours.map(|hours| hours.1.into()),
                reason: holiday.reason,
                line: i32::try_from(holiday.line).unwrap_or(i32::MAX),
                change: match change {
                    app::DayChange::New => HolidayChange::New,
                    app::DayChange::Same => HolidayChange::Same,
                    app::DayChange::Replaces => HolidayChange::Replaces,
                },
            };
        Ok(SiteHolidaysPayload {
            days: days.unwrap_or_default().into_iter().map(shown).collect(),
            applied,
            user_errors,
        })
    }
}
