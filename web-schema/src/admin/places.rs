//! Sites with their calendars, branches and teams.

use super::{again, maybe, outcome, reading};
use crate::{
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use meridian_app::setup as app;
use meridian_domain::{
    calendar,
    ids::{BranchId, SiteId},
    people::Permission,
    time::{Clock, SystemClock},
};
use meridian_store::sites::{self, NamedSite};

/// Weekly hours of a site, in its own time.
#[derive(SimpleObject)]
struct Shift {
    /// 1 Monday to 7 Sunday, the day it starts on.
    weekday: i32,
    /// Minutes after midnight.
    starts_minute: i32,
    /// Minutes after the midnight of the day it starts on; over 1440 runs into the next day.
    ends_minute: i32,
}

/// A day that differs from the week.
#[derive(SimpleObject)]
struct SiteException {
    /// The local day.
    day: NaiveDate,
    /// Opens then; closed all day when null.
    starts_minute: Option<i32>,
    /// Closes then.
    ends_minute: Option<i32>,
    /// Why.
    reason: String,
}

/// Where people work: a zone and hours. Work follows the sites that are awake.
pub(crate) struct Site(NamedSite);

/// Where people work: a zone and hours. Work follows the sites that are awake.
#[Object]
impl Site {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.site.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// IANA time zone.
    async fn time_zone(&self) -> &'static str {
        self.0.site.zone.name()
    }
    /// Place in the dispatch ring, 0 asked first.
    async fn ring(&self) -> i32 {
        self.0.site.ring.into()
    }
    /// Whether its open work goes to who is awake when a shift ends.
    async fn hands_over(&self) -> bool {
        self.0.hands_over
    }
    /// Weekly hours.
    async fn shifts(&self) -> Vec<Shift> {
        let shown = |s: &calendar::Shift| Shift {
            weekday: s.weekday.into(),
            starts_minute: s.starts_minute.into(),
            ends_minute: s.ends_minute.into(),
        };
        self.0.site.shifts.iter().map(shown).collect()
    }
    /// Days that differ, earliest first.
    async fn exceptions(&self) -> Vec<SiteException> {
        let shown = |(day, hours): (&NaiveDate, &Option<(u16, u16)>)| SiteException {
            day: *day,
            starts_minute: hours.map(|h| h.0.into()),
            ends_minute: hours.map(|h| h.1.into()),
            reason: self.0.reasons.get(day).cloned().unwrap_or_default(),
        };
        self.0.site.exceptions.iter().map(shown).collect()
    }
    /// Whether it is open now.
    async fn open(&self) -> bool {
        self.0.site.open_until(SystemClock.now()).is_some()
    }
    /// When it opens or closes next; null when it does neither within two weeks.
    async fn next_change(&self) -> Option<DateTime<Utc>> {
        self.0.site.next_change(SystemClock.now())
    }
}

/// A team of a branch.
#[derive(SimpleObject)]
struct Team {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
}

/// A part of the tenant that reports and permissions follow.
#[derive(SimpleObject)]
pub(crate) struct Branch {
    /// Opaque id.
    id: ID,
    /// Name.
    name: String,
    /// Its teams by name.
    teams: Vec<Team>,
}

fn branch(row: sites::Branch) -> Branch {
    let teams = row.teams.into_iter().map(|(team, name)| Team { id: id(team), name }).collect();
    Branch { id: id(row.id), name: row.name, teams }
}

#[derive(Default)]
pub(crate) struct PlaceQueries;

#[Object]
impl PlaceQueries {
    /// All sites by name. Needs `floor:read`.
    async fn sites(&self, ctx: &Context<'_>) -> Resolved<Vec<Site>> {
        let mut tx = reading(ctx, Permission::ReadFloor).await?;
        Ok(sites::all(&mut tx).await.map_err(AppError::from).extend()?.into_iter().map(Site).collect())
    }

    /// All branches by name. Needs `setup:read`.
    async fn branches(&self, ctx: &Context<'_>) -> Resolved<Vec<Branch>> {
        let mut tx = reading(ctx, Permission::ReadSetup).await?;
        Ok(sites::branches(&mut tx).await.map_err(AppError::from).extend()?.into_iter().map(branch).collect())
    }
}

#[derive(InputObject)]
struct ShiftInput {
    /// 1 Monday to 7 Sunday.
    weekday: i32,
    /// Minutes after midnight, 0 to 1439.
    starts_minute: i32,
    /// Minutes after the same midnight, at most a day later.
    ends_minute: i32,
}

#[derive(InputObject)]
struct SiteSaveInput {
    /// The site to change; a new one when left out.
    site_id: Option<ID>,
    /// Name.
    name: String,
    /// IANA time zone.
    time_zone: String,
    /// Place in the dispatch ring, 0 asked first.
    #[graphql(default)]
    ring: i32,
    /// Whether its open work goes to who is awake when a shift ends; unchanged when left out.
    hands_over: Option<bool>,
    /// Weekly hours: they replace those there were.
    shifts: Vec<ShiftInput>,
}

/// Result of `siteSave`.
#[derive(SimpleObject)]
struct SitePayload {
    /// The site.
    site: Option<Site>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct SiteDeleteInput {
    /// The site.
    site_id: ID,
}

/// Result of `siteDelete`.
#[derive(SimpleObject)]
struct SiteDeletePayload {
    /// The site that is gone.
    site_id: Option<ID>,
    /// Why it was not done, with what needs it.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct SiteExceptInput {
    /// The site.
    site_id: ID,
    /// The local day.
    day: NaiveDate,
    /// Opens then; closed all day when both are left out.
    starts_minute: Option<i32>,
    /// Closes then.
    ends_minute: Option<i32>,
    /// Why.
    #[graphql(default)]
    reason: String,
}

#[derive(InputObject)]
struct SiteUnexceptInput {
    /// The site.
    site_id: ID,
    /// The local day.
    day: NaiveDate,
}

#[derive(InputObject)]
struct BranchSaveInput {
    /// The branch to rename; a new one when left out.
    branch_id: Option<ID>,
    /// Name.
    name: String,
}

#[derive(InputObject)]
struct TeamSaveInput {
    /// The team to change; a new one when left out.
    team_id: Option<ID>,
    /// Its branch.
    branch_id: ID,
    /// Name.
    name: String,
}

/// Result of `branchSave` and `teamSave`.
#[derive(SimpleObject)]
struct BranchPayload {
    /// The branch with its teams.
    branch: Option<Branch>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn site_payload(ctx: &Context<'_>, done: Result<SiteId, app::SetupRefused>) -> Resolved<SitePayload> {
    let (saved, user_errors) = outcome(done)?;
    let site = match saved {
        Some(saved) => again(ctx, async |tx| sites::all(tx).await, |row| row.site.id == saved, Site).await?,
        None => None,
    };
    Ok(SitePayload { site, user_errors })
}

async fn branch_payload(ctx: &Context<'_>, done: Result<BranchId, app::SetupRefused>) -> Resolved<BranchPayload> {
    let (saved, user_errors) = outcome(done)?;
    let found = match saved {
        Some(saved) => again(ctx, async |tx| sites::branches(tx).await, |row| row.id == saved, branch).await?,
        None => None,
    };
    Ok(BranchPayload { branch: found, user_errors })
}

/// A number of an input that must fit a shift; what does not becomes one the use case refuses.
fn small<T: TryFrom<i32> + Default>(value: i32, refused: T) -> T {
    T::try_from(value).unwrap_or(refused)
}

#[derive(Default)]
pub(crate) struct PlaceMutations;

#[Object]
impl PlaceMutations {
    /// Adds or changes a site and its weekly hours; routing follows at once. Needs `setup:write`.
    async fn site_save(&self, ctx: &Context<'_>, input: SiteSaveInput) -> Resolved<SitePayload> {
        let viewer = viewer(ctx).extend()?;
        let shift = |s: &ShiftInput| calendar::Shift {
            weekday: small(s.weekday, 0),
            starts_minute: small(s.starts_minute, u16::MAX),
            ends_minute: small(s.ends_minute, u16::MAX),
        };
        let shifts: Vec<calendar::Shift> = input.shifts.iter().map(shift).collect();
        let new = app::NewSite {
            id: maybe(input.site_id.as_ref())?,
            name: &input.name,
            time_zone: &input.time_zone,
            ring: input.ring,
            hands_over: input.hands_over,
            shifts: &shifts,
        };
        site_payload(ctx, app::save_site(&viewer.app, &viewer.subject, new).await).await
    }

    /// Removes a site with its calendar; refused, with the uses named, while something needs it. Needs `setup:write`.
    async fn site_delete(&self, ctx: &Context<'_>, input: SiteDeleteInput) -> Resolved<SiteDeletePayload> {
        let viewer = viewer(ctx).extend()?;
        let site = read::<SiteId>(&input.site_id).extend()?;
        let (done, user_errors) = outcome(app::delete_site(&viewer.app, &viewer.subject, site).await)?;
        Ok(SiteDeletePayload { site_id: done.map(|()| id(site)), user_errors })
    }

    /// Makes one day differ from the week: a holiday, or other hours. Needs `setup:write`.
    async fn site_except(&self, ctx: &Context<'_>, input: SiteExceptInput) -> Resolved<SitePayload> {
        let viewer = viewer(ctx).extend()?;
        let site = read::<SiteId>(&input.site_id).extend()?;
        let hours = match (input.starts_minute, input.ends_minute) {
            (None, None) => None,
            (from, to) => Some((from.unwrap_or(-1), to.unwrap_or(-1))),
        };
        let done = app::except_day(&viewer.app, &viewer.subject, site, input.day, hours, &input.reason).await;
        site_payload(ctx, done.map(|()| site)).await
    }

    /// Lets a day follow the week again. Needs `setup:write`.
    async fn site_unexcept(&self, ctx: &Context<'_>, input: SiteUnexceptInput) -> Resolved<SitePayload> {
        let viewer = viewer(ctx).extend()?;
        let site = read::<SiteId>(&input.site_id).extend()?;
        let done = app::unexcept_day(&viewer.app, &viewer.subject, site, input.day).await;
        site_payload(ctx, done.map(|()| site)).await
    }

    /// Adds or renames a branch. Needs `setup:write`.
    async fn branch_save(&self, ctx: &Context<'_>, input: BranchSaveInput) -> Resolved<BranchPayload> {
        let viewer = viewer(ctx).extend()?;
        let known = maybe(input.branch_id.as_ref())?;
        branch_payload(ctx, app::save_branch(&viewer.app, &viewer.subject, known, &input.name).await).await
    }

    /// Adds a team to a branch, or renames or moves one. Needs `setup:write`.
    async fn team_save(&self, ctx: &Context<'_>, input: TeamSaveInput) -> Resolved<BranchPayload> {
        let viewer = viewer(ctx).extend()?;
        let (known, of) = (maybe(input.team_id.as_ref())?, read::<BranchId>(&input.branch_id).extend()?);
        let done = app::save_team(&viewer.app, &viewer.subject, known, of, &input.name).await;
        branch_payload(ctx, done.map(|_| of)).await
    }
}
