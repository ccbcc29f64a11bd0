//! What bots were told.

use crate::{
    admin::{outcome, reading},
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    page,
    scalars::Long,
};
use async_graphql::{
    Context, Enum, ID, InputObject, Json, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::bots as app;
use meridian_domain::{
    assistant::CallNote,
    ids::{BotEventId, BotId},
    people::Permission,
};
use meridian_store::bot_ledger as store;
use serde_json::Value;

/// Where an event of a bot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum BotEventState {
    /// It is told, or waits to be read from the stream.
    Pending,
    /// The bot took it.
    Delivered,
    /// It was given up.
    Failed,
}

impl BotEventState {
    fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// A tool that an assistant's model called.
#[derive(SimpleObject)]
pub(crate) struct AssistantTool {
    /// The name it called.
    name: String,
    /// What came of it, or why nothing did.
    outcome: String,
}

/// One call of an assistant's endpoint.
#[derive(SimpleObject)]
pub(crate) struct AssistantCall {
    /// Milliseconds until its answer.
    duration_ms: i32,
    /// HTTP status, when there was an answer.
    status: Option<i32>,
    /// Tokens of the question, as the endpoint counted them.
    prompt_tokens: Option<i32>,
    /// Tokens of the answer, as the endpoint counted them.
    completion_tokens: Option<i32>,
    /// Why it was of no use.
    problem: Option<String>,
    /// The tools its answer called.
    tools: Vec<AssistantTool>,
}

impl From<CallNote> for AssistantCall {
    fn from(note: CallNote) -> Self {
        let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            duration_ms: i32::try_from(note.duration_ms).unwrap_or(i32::MAX),
            status: note.status.map(i32::from),
            prompt_tokens: note.prompt_tokens.map(number),
            completion_tokens: note.completion_tokens.map(number),
            problem: note.problem,
            tools: note.tools.into_iter().map(|one| AssistantTool { name: one.name, outcome: one.outcome }).collect(),
        }
    }
}

/// What a bot was told.
#[derive(SimpleObject)]
pub(crate) struct BotEvent {
    /// Opaque id: the `webhook-id`.
    id: ID,
    /// The session.
    session_id: ID,
    /// Order within the session.
    sequence: Long,
    /// Event type, like `message.created`.
    kind: String,
    /// Event data.
    data: Json<Value>,
    /// Where it stands.
    state: BotEventState,
    /// Attempts so far.
    attempt_count: i32,
    /// Why the last attempt failed.
    last_error: Option<String>,
    /// When it was written.
    created_at: DateTime<Utc>,
    /// When it was taken.
    delivered_at: Option<DateTime<Utc>>,
    /// What an assistant asked its endpoint because of it, oldest first; nothing for other bots.
    calls: Vec<AssistantCall>,
}

fn event(row: store::Told) -> BotEvent {
    let calls: Vec<CallNote> = serde_json::from_value(row.calls).unwrap_or_default();
    BotEvent {
        id: id(row.id),
        session_id: id(row.session_id),
        sequence: Long(row.sequence),
        kind: row.kind,
        data: Json(row.data),
        state: match row.state.as_str() {
            "delivered" => BotEventState::Delivered,
            "failed" => BotEventState::Failed,
            _ => BotEventState::Pending,
        },
        attempt_count: row.attempts,
        last_error: row.last_error,
        created_at: row.created_at,
        delivered_at: row.delivered_at,
        calls: calls.into_iter().map(Into::into).collect(),
    }
}

#[derive(Default)]
pub(crate) struct BotEventQueries;

#[Object]
impl BotEventQueries {
    /// What a bot was told, newest first. Needs `setup:read`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn bot_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bot")] bot_id: ID,
        #[graphql(desc = "Only those in this state")] state: Option<BotEventState>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, BotEvent, EmptyFields, EmptyFields>> {
        let mut tx = reading(ctx, Permission::ReadSetup).await?;
        let bot = read::<BotId>(&bot_id).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<BotEventId>).transpose().extend()?;
        let before = from.map(|(_, event)| event.0);
        let rows = store::page(&mut tx, bot, state.map(BotEventState::code), before, limit + 1).await;
        let rows = rows.map_err(AppError::from).extend()?;
        let cursor = |row: &store::Told| page::at_cursor(row.created_at, row.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, event))
    }
}

#[derive(InputObject)]
struct BotEventResendInput {
    /// The event.
    bot_event_id: ID,
}

#[derive(InputObject)]
struct BotEventsRecoverInput {
    /// The bot.
    bot_id: ID,
    /// What it did not take since then is told again, in order; at most 30 days back and 10,000 at once.
    since: DateTime<Utc>,
}

/// Result of `botEventResend` and `botEventsRecover`.
#[derive(SimpleObject)]
struct BotEventsPayload {
    /// How many events are told again.
    count: Option<i32>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct BotEventMutations;

#[Object]
impl BotEventMutations {
    /// Tells a bot an event once more; what it answers counts only if it holds the session as it did then. Needs
    /// `setup:write`.
    async fn bot_event_resend(&self, ctx: &Context<'_>, input: BotEventResendInput) -> Resolved<BotEventsPayload> {
        let viewer = viewer(ctx).extend()?;
        let of = read::<BotEventId>(&input.bot_event_id).extend()?;
        let (done, user_errors) = outcome(app::resend_event(&viewer.app, &viewer.subject, of).await)?;
        Ok(BotEventsPayload { count: done.map(|()| 1), user_errors })
    }

    /// Tells a bot again, in order, what it did not take since a time. Needs `setup:write`.
    async fn bot_events_recover(&self, ctx: &Context<'_>, input: BotEventsRecoverInput) -> Resolved<BotEventsPayload> {
        let viewer = viewer(ctx).extend()?;
        let bot = read::<BotId>(&input.bot_id).extend()?;
        let (count, user_errors) = outcome(app::recover_events(&viewer.app, &viewer.subject, bot, input.since).await)?;
        let count = count.map(|count| i32::try_from(count).unwrap_or(i32::MAX));
        Ok(BotEventsPayload { count, user_errors })
    }
}
