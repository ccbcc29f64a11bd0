//! Canned replies.

use crate::{
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::conversations as app;
use meridian_domain::{ids::CannedReplyId, people::Permission};
use meridian_store::canned as store;

/// An answer that agents reuse.
#[derive(SimpleObject)]
pub(crate) struct CannedReply {
    /// Opaque id.
    id: ID,
    /// What is typed after the slash.
    shortcut: String,
    /// Title in lists.
    title: String,
    /// What is sent; `{{customer.name}}` and `{{agent.name}}` stand for the names at hand.
    text: String,
    /// BCP 47; empty for any.
    language: String,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

fn shown(reply: store::CannedReply) -> CannedReply {
    CannedReply {
        id: id(reply.id),
        shortcut: reply.shortcut,
        title: reply.title,
        text: reply.text,
        language: reply.language,
        updated_at: reply.updated_at,
    }
}

#[derive(Default)]
pub(crate) struct CannedQueries;

#[Object]
impl CannedQueries {
    /// All canned replies by shortcut. Needs `conversations:read`.
    async fn canned_replies(&self, ctx: &Context<'_>) -> Resolved<Vec<CannedReply>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        Ok(store::all(&mut tx).await.map_err(AppError::from).extend()?.into_iter().map(shown).collect())
    }
}

#[derive(InputObject)]
struct CannedReplySaveInput {
    /// The reply to change; a new one when left out.
    canned_reply_id: Option<ID>,
    /// What is typed after the slash: 1 to 40 letters, digits, - or _.
    shortcut: String,
    /// Title in lists, 1 to 100 characters.
    title: String,
    /// What is sent, 1 to 10,000 characters.
    text: String,
    /// BCP 47; empty for any.
    #[graphql(default)]
    language: String,
}

#[derive(InputObject)]
struct CannedReplyRemoveInput {
    /// The reply.
    canned_reply_id: ID,
}

/// Result of `cannedReplySave`.
#[derive(SimpleObject)]
struct CannedReplyPayload {
    /// The reply.
    canned_reply: Option<CannedReply>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `cannedReplyRemove`.
#[derive(SimpleObject)]
struct CannedReplyRemovePayload {
    /// The reply that is gone.
    canned_reply_id: Option<ID>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct CannedMutations;

#[Object]
impl CannedMutations {
    /// Adds or changes a canned reply. Needs `floor:steer`.
    async fn canned_reply_save(&self, ctx: &Context<'_>, input: CannedReplySaveInput) -> Resolved<CannedReplyPayload> {
        let viewer = viewer(ctx).extend()?;
        let known = input.canned_reply_id.as_ref().map(read::<CannedReplyId>).transpose().extend()?;
        let new = store::Text {
            shortcut: &input.shortcut,
            title: &input.title,
            text: &input.text,
            language: &input.language,
        };
        match app::save_canned(&viewer.app, &viewer.subject, known, new).await {
            Ok(saved) => {
                let mut tx = viewer.read().await.extend()?;
                let reply = store::find(&mut tx, saved).await.map_err(AppError::from).extend()?;
                Ok(CannedReplyPayload { canned_reply: reply.map(shown), user_errors: Vec::new() })
            }
            Err(refused) => Ok(CannedReplyPayload { canned_reply: None, user_errors: vec![refused.split().extend()?] }),
        }
    }

    /// Removes a canned reply. Needs `floor:steer`.
    async fn canned_reply_remove(
        &self,
        ctx: &Context<'_>,
        input: CannedReplyRemoveInput,
    ) -> Resolved<CannedReplyRemovePayload> {
        let viewer = viewer(ctx).extend()?;
        let reply = read::<CannedReplyId>(&input.canned_reply_id).extend()?;
        match app::remove_canned(&viewer.app, &viewer.subject, reply).await {
            Ok(()) => Ok(CannedReplyRemovePayload { canned_reply_id: Some(id(reply)), user_errors: Vec::new() }),
            Err(refused) => {
                Ok(CannedReplyRemovePayload { canned_reply_id: None, user_errors: vec![refused.split().extend()?] })
            }
        }
    }
}
