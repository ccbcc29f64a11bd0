//! Callbacks instead of waiting, and work that is due later.

use crate::{
    admin::{camel, maybe},
    context::viewer,
    conversations::Conversation,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    loaders::{TheConversation, load},
    page,
};
use async_graphql::{
    Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, NaiveDate, Utc};
use meridian_app::scheduled as app;
use meridian_domain::{
    callback::{Attempt, Wish},
    ids::{AgentId, ConversationId, QueueId, ScheduledWorkId},
    people::Permission,
};
use meridian_store::scheduled as store;

/// What is due later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum ScheduledKind {
    /// A customer took a callback instead of waiting; its work keeps its place in line.
    Callback,
    /// Work for a queue or for somebody at a time.
    Task,
}

/// What came of an attempt to reach a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum CallbackOutcome {
    /// The customer was reached.
    Reached,
    /// Nobody answered: tried again after 20 minutes.
    NoAnswer,
    /// The customer was busy, or asked for a moment: tried again after five minutes.
    Busy,
    /// The address is wrong, or the customer wants no callback any more: it ends.
    Unreachable,
}

impl From<CallbackOutcome> for Attempt {
    fn from(outcome: CallbackOutcome) -> Self {
        match outcome {
            CallbackOutcome::Reached => Self::Reached,
            CallbackOutcome::NoAnswer => Self::NoAnswer,
            CallbackOutcome::Busy => Self::Busy,
            CallbackOutcome::Unreachable => Self::Unreachable,
        }
    }
}

/// One attempt to reach a customer.
#[derive(SimpleObject)]
struct CallbackAttempt {
    /// From 1.
    number: i32,
    /// When.
    at: DateTime<Utc>,
    /// By whom.
    agent_id: Option<ID>,
    /// reached, no_answer, busy or unreachable.
    outcome: String,
    /// In words.
    note: String,
}

/// A callback, or work that is due later.
pub(crate) struct ScheduledWork(store::Scheduled);

/// A callback, or work that is due later.
#[Object]
impl ScheduledWork {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// What it is.
    async fn kind(&self) -> ScheduledKind {
        if self.0.is_callback() { ScheduledKind::Callback } else { ScheduledKind::Task }
    }
    /// waiting (for its time), due (its work waits or somebody has it), done, expired or cancelled.
    async fn state(&self) -> &str {
        &self.0.state
    }
    /// When it is due.
    async fn due_at(&self) -> DateTime<Utc> {
        self.0.due_at
    }
    /// When a callback is given up, with a message to the customer.
    async fn until_at(&self) -> Option<DateTime<Utc>> {
        self.0.until_at
    }
    /// The customer's IANA zone.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }
    /// Where it waits.
    async fn queue_id(&self) -> ID {
        id(self.0.queue)
    }
    /// Who is asked first.
    async fn agent_id(&self) -> Option<ID> {
        self.0.agent.map(id)
    }
    /// The work: of a callback from the start, of a task once it is due.
    async fn work_item_id(&self) -> Option<ID> {
        self.0.work.map(id)
    }
    /// What it is about.
    async fn note(&self) -> &str {
        &self.0.note
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Attempts to reach the customer, oldest first; none for visitors.
    async fn attempts(&self, ctx: &Context<'_>) -> Resolved<Vec<CallbackAttempt>> {
        let viewer = viewer(ctx).extend()?;
        if self.0.attempts == 0 || viewer.visits() {
            return Ok(Vec::new());
        }
        let mut tx = viewer.read().await.extend()?;
        let found = store::attempts(&mut tx, self.0.id).await.map_err(AppError::from).extend()?;
        let shown = |row: store::AttemptRow| CallbackAttempt {
            number: row.number.into(),
            at: row.at,
            agent_id: row.agent.map(id),
            outcome: row.outcome,
            note: row.note,
        };
        Ok(found.into_iter().map(shown).collect())
    }
    /// The conversation it is about; null for visitors.
    async fn conversation(&self, ctx: &Context<'_>) -> Resolved<Option<Conversation>> {
        if !viewer(ctx).extend()?.subject.may(Permission::ReadConversations) {
            return Ok(None);
        }
        Ok(load(ctx, TheConversation(self.0.conversation)).await?.map(Conversation))
    }
}

/// Callbacks and later work of a conversation, newest first.
pub(crate) async fn of_conversation(ctx: &Context<'_>, conversation: ConversationId) -> Resolved<Vec<ScheduledWork>> {
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let found = store::of_conversation(&mut tx, conversation).await.map_err(AppError::from).extend()?;
    Ok(found.into_iter().map(ScheduledWork).collect())
}

#[derive(Default)]
pub(crate) struct ScheduledQueries;

#[Object]
impl ScheduledQueries {
    /// Callbacks and later work that stand open, by when they are due. Needs `floor:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn scheduled_work(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, ScheduledWork, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadFloor).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<ScheduledWorkId>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let rows = store::open(&mut tx, from, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |row: &store::Scheduled| page::at_cursor(row.due_at, row.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, ScheduledWork))
    }
}

#[derive(InputObject)]
struct CallbackRequestInput {
    /// The conversation whose work waits; a visitor leaves it out, and means their own.
    conversation_id: Option<ID>,
    /// The day in the customer's zone, with both minutes. When left out the rest of their day from eight to eight, or the
    /// next one.
    day: Option<NaiveDate>,
    /// From so many minutes after midnight.
    from_minute: Option<i32>,
    /// Until so many, at most 1440.
    until_minute: Option<i32>,
    /// The customer's IANA zone; the one known of them, else the workspace's, when left out.
    time_zone: Option<String>,
    /// What it is about, at most 1,000 characters.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct CallbackAttemptInput {
    /// The callback.
    scheduled_work_id: ID,
    /// What came of it.
    outcome: CallbackOutcome,
    /// In words, at most 1,000 characters.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct WorkScheduleInput {
    /// The conversation it is about.
    conversation_id: ID,
    /// When, from now to a year from now.
    due_at: DateTime<Utc>,
    /// Where it waits then; when left out where the conversation waits, or a queue of the person.
    queue_id: Option<ID>,
    /// Who is asked first.
    agent_id: Option<ID>,
    /// What it is about, at most 1,000 characters.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct ScheduledWorkCancelInput {
    /// The callback or later work.
    scheduled_work_id: ID,
}

/// Result of what is done with callbacks and later work.
#[derive(SimpleObject)]
struct ScheduledWorkPayload {
    /// As it is now.
    scheduled_work: Option<ScheduledWork>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn payload(
    ctx: &Context<'_>,
    done: Result<ScheduledWorkId, app::ScheduleRefused>,
) -> Resolved<ScheduledWorkPayload> {
    match done {
        Ok(done) => {
            let mut tx = viewer(ctx).extend()?.read().await.extend()?;
            let found = store::many(&mut tx, &[done.0]).await.map_err(AppError::from).extend()?.pop();
            Ok(ScheduledWorkPayload { scheduled_work: found.map(ScheduledWork), user_errors: Vec::new() })
        }
        Err(refused) => {
            let field = refused.field().map(camel);
            let error = UserError { field, ..refused.split().extend()? };
            Ok(ScheduledWorkPayload { scheduled_work: None, user_errors: vec![error] })
        }
    }
}

/// The wish of an input; a day without both minutes is refused by what it leads to.
fn wish(input: &CallbackRequestInput) -> Result<Option<Wish>, app::ScheduleRefused> {
    let minute = |value: Option<i32>| value.and_then(|value| u16::try_from(value).ok());
    match (input.day, input.from_minute, input.until_minute) {
        (None, None, None) => Ok(None),
        (Some(day), from, until) => match (minute(from), minute(until)) {
            (Some(from_minute), Some(until_minute)) => Ok(Some(Wish { day, from_minute, until_minute })),
            _ => Err(app::ScheduleRefused::Wrong("until_minute", "a day goes with both minutes, 0 to 1440".to_owned())),
        },
        (None, ..) => Err(app::ScheduleRefused::Wrong("day", "minutes go with a day".to_owned())),
    }
}

#[derive(Default)]
pub(crate) struct ScheduledMutations;

#[Object]
impl ScheduledMutations {
    /// A callback instead of waiting: the place in line is kept, and the customer need not stay. Needs `work:handle`, or a
    /// visitor's token for the visitor's own.
    async fn callback_request(&self, ctx: &Context<'_>, input: CallbackRequestInput) -> Resolved<ScheduledWorkPayload> {
        let viewer = viewer(ctx).extend()?;
        let caller = match maybe::<ConversationId>(input.conversation_id.as_ref())? {
            Some(conversation) => app::Caller::Conversation(conversation),
            None => app::Caller::Visitor,
        };
        let done = match wish(&input) {
            Ok(wish) => {
                let asked = app::Asked { wish, time_zone: input.time_zone.as_deref(), note: &input.note };
                app::request_callback(&viewer.app, &viewer.subject, caller, asked).await
            }
            Err(refused) => Err(refused),
        };
        payload(ctx, done).await
    }

    /// Notes what came of an attempt to reach the customer, by who has the work: tried again, done, or ended with a
    /// message after the third. Needs `work:handle`.
    async fn callback_attempt_record(
        &self,
        ctx: &Context<'_>,
        input: CallbackAttemptInput,
    ) -> Resolved<ScheduledWorkPayload> {
        let viewer = viewer(ctx).extend()?;
        let callback = read::<ScheduledWorkId>(&input.scheduled_work_id).extend()?;
        let outcome = input.outcome.into();
        let done = app::record_attempt(&viewer.app, &viewer.subject, callback, outcome, &input.note).await;
        payload(ctx, done.map(|_| callback)).await
    }

    /// Schedules work of a conversation for a queue or for somebody; when it is due it waits like any other, also when
    /// the conversation was resolved meanwhile. Needs `work:handle`.
    async fn work_schedule(&self, ctx: &Context<'_>, input: WorkScheduleInput) -> Resolved<ScheduledWorkPayload> {
        let viewer = viewer(ctx).extend()?;
        let new = app::NewTask {
            conversation: read::<ConversationId>(&input.conversation_id).extend()?,
            due_at: input.due_at,
            queue: maybe::<QueueId>(input.queue_id.as_ref())?,
            agent: maybe::<AgentId>(input.agent_id.as_ref())?,
            note: &input.note,
        };
        payload(ctx, app::schedule_work(&viewer.app, &viewer.subject, new).await).await
    }

    /// Takes back a callback, whose work goes on waiting at its place, or work that is due later. Needs `work:handle`, or a
    /// visitor's token for the visitor's own.
    async fn scheduled_work_cancel(
        &self,
        ctx: &Context<'_>,
        input: ScheduledWorkCancelInput,
    ) -> Resolved<ScheduledWorkPayload> {
        let viewer = viewer(ctx).extend()?;
        let known = read::<ScheduledWorkId>(&input.scheduled_work_id).extend()?;
        let done = app::cancel_scheduled(&viewer.app, &viewer.subject, known).await;
        payload(ctx, done.map(|()| known)).await
    }
}
