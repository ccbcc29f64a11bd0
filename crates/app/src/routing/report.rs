//! Figures of a time: by queue, by person or by skill.

use crate::{
    App,
    authz::{Forbidden, Subject},
};
use chrono::TimeDelta;
use meridian_domain::{
    ids::QueueId,
    people::Permission,
    report::{self, Ask, Bucket, Row},
};
use meridian_store::{StoreError, reports, routing};

/// Most rows of a report.
const MOST_ROWS: usize = 2000;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReportRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The time is too long, or ends before it begins.
    #[error("{0}")]
    Range(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The figures of a time; its cost is bounded: 92 days, a week for hours, 100,000 pieces of work, 2,000 rows.
pub async fn report(
    app: &App,
    subject: &Subject,
    ask: &Ask,
    queues: Option<&[QueueId]>,
) -> Result<Vec<Row>, ReportRefused> {
    subject.require(Permission::ReadFloor)?;
    let refuse = |why: &str| Err(ReportRefused::Range(why.to_owned()));
    let most = if ask.bucket == Bucket::Hour { 7 } else { 92 };
    if ask.to <= ask.from {
        return refuse("the time ends before it begins: give a `to` after `from`");
    }
    if ask.to - ask.from > TimeDelta::days(most) + TimeDelta::hours(2) {
        return Err(ReportRefused::Range(format!("at most {most} days: shorten the time, or ask for longer rows")));
    }
    if !(1..=86_400).contains(&ask.target_seconds) {
        return refuse("targetSeconds goes from 1 to 86,400");
    }
    let queues: Option<Vec<uuid::Uuid>> = queues.map(|queues| queues.iter().map(|queue| queue.0).collect());
    let mut tx = app.db.read(subject.scope()).await?;
    let now = routing::now(&mut tx).await?;
    let Ok(facts) = reports::facts(&mut tx, ask.from, ask.to, queues.as_deref()).await? else {
        return refuse("more than 100,000 pieces of work or changes of hands: shorten the time or name queues");
    };
    drop(tx);
    let rows = report::report(ask, now, &facts);
    if rows.len() > MOST_ROWS {
        return refuse("more than 2,000 rows: shorten the time, name queues, or ask for longer rows");
    }
    Ok(rows)
}
