//! Figures of a time.

use super::codes::{WorkCodeCount, counts, given};
use crate::{
    context::viewer,
    error::{AppError, Resolved},
    ids::{id, read},
};
use async_graphql::{Context, Enum, ID, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::routing as app;
use meridian_domain::{
    calendar,
    ids::QueueId,
    report::{Ask, Bucket, By, Key, Row},
};

/// By what the rows of a report are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum ReportBy {
    /// Queues: their work, their members.
    Queue,
    /// People: the work they took first, they themselves.
    Agent,
    /// Skills: the work that asked for them, those who hold them.
    Skill,
}

/// How long a row of a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum ReportBucket {
    /// The whole time.
    Whole,
    /// An hour of the given zone; at most a week of them.
    Hour,
    /// A day of the given zone.
    Day,
}

/// Figures of one queue, person or skill in one stretch of time. Shares go from 0 to 1 and are null where there is
/// nothing to count.
#[derive(SimpleObject)]
pub(crate) struct RoutingReportRow {
    /// The queue, in a report by queue.
    queue_id: Option<ID>,
    /// The person, in a report by person.
    agent_id: Option<ID>,
    /// The skill, in a report by skill.
    skill_id: Option<ID>,
    /// From when.
    from: DateTime<Utc>,
    /// Until when.
    to: DateTime<Utc>,
    /// Work that came in it.
    offered: i32,
    /// Of it, answered by somebody.
    answered: i32,
    /// Of it, ended before anybody answered.
    abandoned: i32,
    /// Of it, turned away by the cap of the queue.
    refused: i32,
    /// Of it, called back instead of waiting.
    callbacks: i32,
    /// Answered within the target, of all that was answered, was abandoned, or has waited beyond the target.
    service_level: Option<f64>,
    /// Mean wait of the answered, seconds.
    average_speed_of_answer: Option<f64>,
    /// Abandoned, of the answered and the abandoned.
    abandonment: Option<f64>,
    /// Time with work in hand, of the time present, of the people together.
    occupancy: Option<f64>,
    /// How unevenly occupancy is spread among them: Gini, 0 = all alike; from two people present.
    occupancy_gini: Option<f64>,
    /// Seconds with work in hand.
    handling_seconds: i32,
    /// Seconds present: available, or with work in hand.
    present_seconds: i32,
    /// People who were present.
    people_present: i32,
    /// What came of the work, as far as it was said, most often first.
    wrap_up_codes: Vec<WorkCodeCount>,
    /// Offers that were let pass, by the reason given: in a row of a person theirs, else those of the work.
    declines: Vec<WorkCodeCount>,
}

impl From<Row> for RoutingReportRow {
    fn from(row: Row) -> Self {
        let number = |value: u32| i32::try_from(value).unwrap_or(i32::MAX);
        let seconds = |value: i64| i32::try_from(value).unwrap_or(i32::MAX);
        Self {
            queue_id: if let Key::Queue(queue) = row.key { Some(id(queue)) } else { None },
            agent_id: if let Key::Agent(agent) = row.key { Some(id(agent)) } else { None },
            skill_id: if let Key::Skill(skill) = row.key { Some(id(skill)) } else { None },
            from: row.from,
            to: row.to,
            offered: number(row.offered),
            answered: number(row.answered),
            abandoned: number(row.abandoned),
            refused: number(row.refused),
            callbacks: number(row.callbacks),
            service_level: row.service_level,
            average_speed_of_answer: row.asa_seconds,
            abandonment: row.abandonment,
            occupancy: row.occupancy,
            occupancy_gini: row.gini,
            handling_seconds: seconds(row.handling_seconds),
            present_seconds: seconds(row.present_seconds),
            people_present: number(row.present),
            wrap_up_codes: given(row.wrap_ups),
            declines: counts(row.declines),
        }
    }
}

#[derive(Default)]
pub(crate) struct ReportQueries;

#[Object]
impl ReportQueries {
    /// Service level, speed of answer, abandonment, occupancy and fairness of a time of at most 92 days, worked out from
    /// what was recorded of work and people. At most 2,000 rows, by queue, person or skill and then by time. Needs
    /// `floor:read`.
    #[graphql(complexity = "20 * child_complexity")]
    async fn routing_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "From when")] from: DateTime<Utc>,
        #[graphql(desc = "Until when")] to: DateTime<Utc>,
        #[graphql(desc = "IANA zone of hours and days", default_with = "\"UTC\".to_owned()")] time_zone: String,
        #[graphql(desc = "By what rows are made")] by: ReportBy,
        #[graphql(desc = "How long a row is", default_with = "ReportBucket::Whole")] bucket: ReportBucket,
        #[graphql(desc = "Seconds within which work should be answered", default = 30)] target_seconds: i32,
        #[graphql(desc = "Only work of these queues")] queue_ids: Option<Vec<ID>>,
    ) -> Resolved<Vec<RoutingReportRow>> {
        let viewer = viewer(ctx).extend()?;
        let unknown = || AppError::BadInput("timeZone is an IANA name like Europe/Lisbon".to_owned());
        let ask = Ask {
            from,
            to,
            zone: calendar::zone(&time_zone).ok_or_else(unknown).extend()?,
            bucket: match bucket {
                ReportBucket::Whole => Bucket::Whole,
                ReportBucket::Hour => Bucket::Hour,
                ReportBucket::Day => Bucket::Day,
            },
            by: match by {
                ReportBy::Queue => By::Queue,
                ReportBy::Agent => By::Agent,
                ReportBy::Skill => By::Skill,
            },
            target_seconds: target_seconds.into(),
        };
        let queues = queue_ids.map(|ids| ids.iter().map(read::<QueueId>).collect::<Result<Vec<_>, _>>());
        let queues = queues.transpose().extend()?;
        let done = app::report(&viewer.app, &viewer.subject, &ask, queues.as_deref()).await;
        let rows = done.map_err(|refused| match refused {
            app::ReportRefused::Forbidden(error) => AppError::from(error),
            app::ReportRefused::Range(why) => AppError::BadInput(why),
            app::ReportRefused::Store(error) => AppError::from(error),
        });
        Ok(rows.extend()?.into_iter().map(Into::into).collect())
    }
}
