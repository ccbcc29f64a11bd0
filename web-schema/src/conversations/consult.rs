//! Colleagues who are asked for advice.

use super::Conversation;
use crate::{
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::conversations as app;
use meridian_domain::ids::{AgentId, ConsultId, ConversationId};
use meridian_store::{consults, conversations as store};

/// A colleague who is asked for advice: reads along and writes notes, while the owner stays the owner.
#[derive(SimpleObject)]
pub(crate) struct Consult {
    /// Opaque id.
    id: ID,
    /// Who asked.
    asked_by_id: ID,
    /// Who is asked.
    agent_id: ID,
    /// What is asked.
    note: String,
    /// Since when.
    began_at: DateTime<Utc>,
    /// Until when; null while it goes on.
    ended_at: Option<DateTime<Utc>>,
    /// Why it ended: done, or resolved together with the conversation.
    end_reason: Option<String>,
}

impl From<consults::Consult> for Consult {
    fn from(consult: consults::Consult) -> Self {
        Self {
            id: id(consult.id),
            asked_by_id: id(consult.asked_by),
            agent_id: id(consult.agent),
            note: consult.note,
            began_at: consult.began_at,
            ended_at: consult.ended_at,
            end_reason: consult.end_reason,
        }
    }
}

#[derive(InputObject)]
struct ConsultStartInput {
    /// The conversation.
    conversation_id: ID,
    /// The colleague.
    agent_id: ID,
    /// What is asked, at most 1,000 characters; it stands in the timeline as a note.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct ConsultEndInput {
    /// The consult.
    consult_id: ID,
}

/// Result of `consultStart` and `consultEnd`.
#[derive(SimpleObject)]
struct ConsultPayload {
    /// The conversation as it is now.
    conversation: Option<Conversation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn told(ctx: &Context<'_>, done: Result<ConversationId, app::SteerRefused>) -> Resolved<ConsultPayload> {
    let viewer = viewer(ctx).extend()?;
    match done {
        Ok(id) => {
            let mut tx = viewer.read().await.extend()?;
            let conversation = store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(Conversation);
            Ok(ConsultPayload { conversation, user_errors: Vec::new() })
        }
        Err(refused) => Ok(ConsultPayload { conversation: None, user_errors: vec![refused.split().extend()?] }),
    }
}

#[derive(Default)]
pub(crate) struct ConsultMutations;

#[Object]
impl ConsultMutations {
    /// Asks a colleague about a conversation: they read along and write notes, its owner stays the owner. The view CONSULTED
    /// lists it for them. Its owner or a supervisor may. Needs `work:handle`.
    async fn consult_start(&self, ctx: &Context<'_>, input: ConsultStartInput) -> Resolved<ConsultPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let colleague = read::<AgentId>(&input.agent_id).extend()?;
        let done = app::start_consult(&viewer.app, &viewer.subject, conversation, colleague, &input.note).await;
        told(ctx, done.map(|_| conversation)).await
    }

    /// Ends a consult. Who was asked, who asked, the owner or a supervisor may. Needs `work:handle`.
    async fn consult_end(&self, ctx: &Context<'_>, input: ConsultEndInput) -> Resolved<ConsultPayload> {
        let viewer = viewer(ctx).extend()?;
        let consult = read::<ConsultId>(&input.consult_id).extend()?;
        told(ctx, app::end_consult(&viewer.app, &viewer.subject, consult).await).await
    }
}
