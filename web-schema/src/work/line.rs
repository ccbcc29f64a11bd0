//! Lines before queues: how much may wait, where work stands in them, and what that means for the customer.

use super::Queue;
use crate::{
    admin::{again, maybe, outcome},
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::setup as app;
use meridian_domain::{
    ids::{QueueId, WorkItemId},
    routing::{Beyond, LineRule as Rule, wait_range, wait_seconds},
};
use meridian_store::{line as store, setup};

/// What becomes of work beyond the cap of its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum BeyondCap {
    /// The customer is told and the conversation ends; they may write again.
    Refuse,
    /// It waits in another queue instead, with the place it has.
    Overflow,
    /// It waits, and the customer is told that they may take a callback instead.
    Callback,
}

impl From<Beyond> for BeyondCap {
    fn from(beyond: Beyond) -> Self {
        match beyond {
            Beyond::Refuse => Self::Refuse,
            Beyond::Overflow => Self::Overflow,
            Beyond::Callback => Self::Callback,
        }
    }
}

/// How much may wait in a queue, and what happens beyond.
#[derive(SimpleObject)]
struct QueueCap {
    /// Most work that waits; 0 = no cap by length.
    most_waiting: i32,
    /// Longest expected wait of new work, seconds; 0 = no cap by wait.
    most_wait_seconds: i32,
    /// What happens beyond.
    beyond: BeyondCap,
    /// The other queue, for work that overflows.
    overflow_queue_id: Option<ID>,
    /// What the customer is told.
    message: Option<String>,
}

/// The line before a queue.
#[derive(SimpleObject)]
pub(super) struct QueueLine {
    /// Its cap; null without one.
    cap: Option<QueueCap>,
    /// Departures an hour while something waits, of the last quarter of an hour; null while that is not known.
    per_hour: Option<i32>,
    /// What a customer who came now would wait; null while that is not known.
    expected: Option<WaitRange>,
    /// When the router looked last; null before it ever did.
    seen_at: Option<DateTime<Utc>>,
}

/// A wait in minutes, as a range: it says how little is known, and does not jump with every departure.
#[derive(SimpleObject)]
pub(crate) struct WaitRange {
    /// At least.
    from_minutes: i32,
    /// At most; null beyond four hours.
    to_minutes: Option<i32>,
}

/// Where work stands in its line.
#[derive(SimpleObject)]
pub(crate) struct WorkWait {
    /// From 1; work with a head start may still come before it. 1,001 stands for everybody further behind.
    position: i32,
    /// How long it will still wait, by the pace of its line; null while that is not known.
    expected: Option<WaitRange>,
    /// Whether the customer was told that they may take a callback instead.
    callback_offered: bool,
}

fn small<T: TryInto<i32>>(number: T) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}

fn expected(place: i64, per_hour: Option<i32>) -> Option<WaitRange> {
    let place = u32::try_from(place).unwrap_or(u32::MAX);
    let (from, to) = wait_range(wait_seconds(place, per_hour.map(|pace| f64::from(pace) / 3600.0))?);
    Some(WaitRange { from_minutes: small(from), to_minutes: to.map(small) })
}

/// The line of a queue.
pub(super) async fn of_queue(ctx: &Context<'_>, queue: QueueId) -> Resolved<QueueLine> {
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let line = store::of_queue(&mut tx, queue).await.map_err(AppError::from).extend()?;
    let line = line.unwrap_or(store::Line { rule: None, per_hour: None, at: None });
    let waiting = setup::queue_depth(&mut tx, queue).await.map_err(AppError::from).extend()?.0;
    let cap = line.rule.map(|rule| QueueCap {
        most_waiting: small(rule.most_waiting),
        most_wait_seconds: small(rule.most_wait_seconds),
        beyond: rule.beyond.into(),
        overflow_queue_id: rule.overflow_queue.map(id),
        message: rule.message,
    });
    Ok(QueueLine { cap, per_hour: line.per_hour, expected: expected(waiting + 1, line.per_hour), seen_at: line.at })
}

/// Where work stands.
pub(super) async fn of_work(ctx: &Context<'_>, work: WorkItemId) -> Resolved<Option<WorkWait>> {
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let place = store::place(&mut tx, work).await.map_err(AppError::from).extend()?;
    Ok(place.map(|place| WorkWait {
        position: small(place.position),
        expected: expected(place.position, place.per_hour),
        callback_offered: place.callback_offered,
    }))
}

#[derive(Default)]
pub(crate) struct LineQueries;

#[Object]
impl LineQueries {
    /// Where the visitor of a web chat stands in line; null when nothing of theirs waits. Needs a visitor's token, over
    /// the WebSocket; ask again after a while, for places change without a message.
    async fn visitor_wait(&self, ctx: &Context<'_>) -> Resolved<Option<WorkWait>> {
        let viewer = viewer(ctx).extend()?;
        let session = viewer.subject.visitor_session().ok_or(AppError::Unauthenticated).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let work = store::open_of_session(&mut tx, session).await.map_err(AppError::from).extend()?;
        drop(tx);
        match work {
            Some(work) => of_work(ctx, work).await,
            None => Ok(None),
        }
    }
}

#[derive(InputObject)]
struct QueueCapInput {
    /// Most work that waits, to 100,000; 0 = no cap by length.
    #[graphql(default)]
    most_waiting: i32,
    /// Longest expected wait of new work, to 86,400 seconds; 0 = no cap by wait.
    #[graphql(default)]
    most_wait_seconds: i32,
    /// What happens beyond.
    beyond: BeyondCap,
    /// The other queue, for work that overflows.
    overflow_queue_id: Option<ID>,
    /// What the customer is told, 1 to 1,000 characters; needed unless the work goes to another queue.
    message: Option<String>,
}

#[derive(InputObject)]
struct QueueCapSaveInput {
    /// The queue.
    queue_id: ID,
    /// The cap; without one everything may wait.
    cap: Option<QueueCapInput>,
}

/// Result of `queueCapSave`.
#[derive(SimpleObject)]
struct QueueCapPayload {
    /// The queue.
    queue: Option<Queue>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct LineMutations;

#[Object]
impl LineMutations {
    /// Caps how much may wait in a queue, or takes the cap away; what waits already keeps its place. Needs `setup:write`.
    async fn queue_cap_save(&self, ctx: &Context<'_>, input: QueueCapSaveInput) -> Resolved<QueueCapPayload> {
        let viewer = viewer(ctx).extend()?;
        let queue = read::<QueueId>(&input.queue_id).extend()?;
        // What does not fit becomes a number that is refused.
        let number = |value: i32| u32::try_from(value).unwrap_or(u32::MAX);
        let rule = match input.cap {
            Some(cap) => Some(Rule {
                most_waiting: number(cap.most_waiting),
                most_wait_seconds: number(cap.most_wait_seconds),
                beyond: match cap.beyond {
                    BeyondCap::Refuse => Beyond::Refuse,
                    BeyondCap::Overflow => Beyond::Overflow,
                    BeyondCap::Callback => Beyond::Callback,
                },
                overflow_queue: maybe(cap.overflow_queue_id.as_ref())?,
                message: cap.message,
            }),
            None => None,
        };
        let (saved, user_errors) = outcome(app::save_line(&viewer.app, &viewer.subject, queue, rule.as_ref()).await)?;
        let queue = match saved {
            Some(saved) => again(ctx, async |tx| setup::queues(tx).await, |row| row.id == saved, Queue).await?,
            None => None,
        };
        Ok(QueueCapPayload { queue, user_errors })
    }
}
