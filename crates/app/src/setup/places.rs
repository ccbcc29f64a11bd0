//! Sites with their calendars, branches and teams.

use super::{
    SetupRefused,
    refused::{name, within, zone},
};
use crate::{App, authz::Subject};
use chrono::NaiveDate;
use meridian_domain::{
    calendar::Shift,
    ids::{BranchId, SiteId, TeamId},
    jobs::Job,
    people::Permission,
};
use meridian_store::{setup as store, sites};
use serde_json::json;

/// A site to add or to change.
#[derive(Debug, Clone)]
pub struct NewSite<'a> {
    /// The one to change.
    pub id: Option<SiteId>,
    /// Name.
    pub name: &'a str,
    /// IANA zone.
    pub time_zone: &'a str,
    /// Place in the dispatch ring, 0 first.
    pub ring: i32,
    /// Whether open work goes to who is awake when a shift ends here; `None` leaves it as it is.
    pub hands_over: Option<bool>,
    /// Weekly hours; none means never open.
    pub shifts: &'a [Shift],
}

fn check_shifts(shifts: &[Shift]) -> Result<(), SetupRefused> {
    let wrong = |shift: &Shift| {
        let (from, to) = (shift.starts_minute, shift.ends_minute);
        !(1..=7).contains(&shift.weekday) || from > 1439 || to <= from || to > from + 1440
    };
    if let Some(at) = shifts.iter().position(wrong) {
        return Err(SetupRefused::Wrong(
            "shifts",
            format!(
                "shift {}: weekday goes from 1 (Monday) to 7, a shift starts before minute 1440 and lasts at most a day",
                at + 1
            ),
        ));
    }
    let mut week: Vec<(u16, u16)> = shifts
        .iter()
        .map(|s| {
            let day = (u16::from(s.weekday) - 1) * 1440;
            (day + s.starts_minute, day + s.ends_minute)
        })
        .collect();
    week.sort_unstable();
    if week.windows(2).any(|pair| pair[1].0 < pair[0].1) {
        return Err(SetupRefused::Wrong("shifts", "two shifts overlap".to_owned()));
    }
    Ok(())
}

/// Adds or changes a site; its shifts replace those it had. Routing follows at once.
pub async fn save_site(app: &App, subject: &Subject, new: NewSite<'_>) -> Result<SiteId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(new.name)?;
    zone(new.time_zone)?;
    let ring = within("ring", new.ring, 0..=100)?;
    check_shifts(new.shifts)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let id = match new.id {
        Some(id) if !sites::exists(&mut tx, id).await? => return Err(SetupRefused::NotFound("site")),
        Some(id) => id,
        None => tx.id(),
    };
    store::site(&mut tx, id, label, new.time_zone, i16::try_from(ring).unwrap_or(0), new.hands_over, new.shifts)
        .await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("site_saved", "site", Some(id.0), json!({ "time_zone": new.time_zone, "shifts": new.shifts.len() }));
    tx.commit().await?;
    Ok(id)
}

/// Makes one day of a site differ from its week: closed without hours, else open between two minutes after midnight.
pub async fn except_day(
    app: &App,
    subject: &Subject,
    site: SiteId,
    day: NaiveDate,
    hours: Option<(i32, i32)>,
    reason: &str,
) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let hours = match hours {
        None => None,
        Some((from, to)) => {
            let from = within("starts_minute", from, 0..=1439)?;
            let to = within("ends_minute", to, from + 1..=from + 1440)?;
            Some((i16::try_from(from).unwrap_or(0), i16::try_from(to).unwrap_or(0)))
        }
    };
    if reason.chars().count() > 200 {
        return Err(SetupRefused::Wrong("reason", "a reason has at most 200 characters".to_owned()));
    }
    let mut tx = app.db.write(subject.scope()).await?;
    if !sites::exists(&mut tx, site).await? {
        return Err(SetupRefused::NotFound("site"));
    }
    sites::except(&mut tx, site, day, hours, reason.trim()).await?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("site_day_excepted", "site", Some(site.0), json!({ "day": day, "open": hours.is_some() }));
    Ok(tx.commit().await?)
}

/// Lets a day of a site follow its week again.
pub async fn unexcept_day(app: &App, subject: &Subject, site: SiteId, day: NaiveDate) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !sites::unexcept(&mut tx, site, day).await? {
        return Err(SetupRefused::NotFound("exception"));
    }
    let tenant = tx.scope().tenant();
    tx.job(&Job::RouteReload, tenant.0);
    tx.audit("site_day_as_usual", "site", Some(site.0), json!({ "day": day }));
    Ok(tx.commit().await?)
}

/// Adds or renames a branch.
pub async fn save_branch(
    app: &App,
    subject: &Subject,
    id: Option<BranchId>,
    label: &str,
) -> Result<BranchId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(label)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let id = match id {
        Some(id) if !sites::branches(&mut tx).await?.iter().any(|b| b.id == id) => {
            return Err(SetupRefused::NotFound("branch"));
        }
        Some(id) => id,
        None => tx.id(),
    };
    store::branch(&mut tx, id, label).await?;
    tx.audit("branch_saved", "branch", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(id)
}

/// Adds a team to a branch, or renames or moves one.
pub async fn save_team(
    app: &App,
    subject: &Subject,
    id: Option<TeamId>,
    branch: BranchId,
    label: &str,
) -> Result<TeamId, SetupRefused> {
    subject.require(Permission::Administer)?;
    let label = name(label)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let branches = sites::branches(&mut tx).await?;
    if !branches.iter().any(|b| b.id == branch) {
        return Err(SetupRefused::NotFound("branch"));
    }
    let id = match id {
        Some(id) if !branches.iter().any(|b| b.teams.iter().any(|t| t.0 == id)) => {
            return Err(SetupRefused::NotFound("team"));
        }
        Some(id) => id,
        None => tx.id(),
    };
    sites::team(&mut tx, id, branch, label).await?;
    tx.audit("team_saved", "team", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(weekday: u8, starts_minute: u16, ends_minute: u16) -> Shift {
        Shift { weekday, starts_minute, ends_minute }
    }

    #[test]
    fn impossible_and_overlapping_hours_are_refused_with_the_place_named() {
        assert!(check_shifts(&[shift(1, 540, 720), shift(1, 780, 1020), shift(5, 1320, 1800)]).is_ok());
        let refused = check_shifts(&[shift(1, 540, 720), shift(8, 0, 60)]).unwrap_err().to_string();
        assert!(refused.starts_with("shift 2:"), "{refused}");
        assert!(check_shifts(&[shift(1, 600, 600)]).is_err());
        assert_eq!(
            check_shifts(&[shift(1, 1320, 1800), shift(2, 300, 600)]).unwrap_err().to_string(),
            "two shifts overlap"
        );
    }
}
