//! Changing messages, and showing that somebody types.

use super::{TimelineItem, mutations::item};
use crate::{
    context::{idempotency, viewer},
    error::{Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::conversations as app;
use meridian_domain::{
    amendment::{Amending, Amendment},
    ids::{ConversationId, ItemId, SessionId},
};

/// The newest change of a message by our side.
#[derive(SimpleObject)]
pub(crate) struct MessageChange {
    /// edit, delete or react.
    kind: &'static str,
    /// queued, done or failed.
    state: &'static str,
    /// The new text of an edit that is not done.
    text: Option<String>,
    /// The reaction; null = taken away.
    emoji: Option<String>,
    /// Why it failed: the message stands as it was.
    error: Option<String>,
}

impl From<&Amending> for MessageChange {
    fn from(amending: &Amending) -> Self {
        let (text, emoji) = match &amending.what {
            Amendment::Edit { text } => (Some(text.clone()).filter(|text| !text.is_empty()), None),
            Amendment::React { emoji } => (None, emoji.clone()),
            Amendment::Delete => (None, None),
        };
        let (kind, state) = (amending.what.code(), amending.state.code());
        Self { kind, state, text, emoji, error: amending.error.clone() }
    }
}

#[derive(InputObject)]
struct MessageEditInput {
    /// The message.
    item_id: ID,
    /// The new text, 1 to 10,000 characters.
    text: String,
}

#[derive(InputObject)]
struct MessageDeleteInput {
    /// The message.
    item_id: ID,
}

#[derive(InputObject)]
struct MessageReactInput {
    /// The message.
    item_id: ID,
    /// One of the channel's `reactionsSent`; null takes our reaction away.
    emoji: Option<String>,
}

#[derive(InputObject)]
struct TypingShowInput {
    /// The conversation; a visitor leaves it out, and means their own.
    conversation_id: Option<ID>,
    /// The session; the one the customer used last when left out.
    session_id: Option<ID>,
}

/// Result of a change of a message.
#[derive(SimpleObject)]
struct MessageChangePayload {
    /// The message; its `change` says how far it is.
    item: Option<TimelineItem>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `typingShow`.
#[derive(SimpleObject)]
struct TypingShowPayload {
    /// Whether the channel has such a thing; nobody knows whether the customer saw it.
    shown: bool,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn amend(ctx: &Context<'_>, id: &ID, what: Amendment) -> Resolved<MessageChangePayload> {
    let viewer = viewer(ctx).extend()?;
    let id = read::<ItemId>(id).extend()?;
    match app::amend(&viewer.app, &viewer.subject, id, what, idempotency(ctx).as_ref()).await {
        Ok(changed) => Ok(MessageChangePayload { item: item(viewer, changed).await?, user_errors: Vec::new() }),
        Err(refused) => Ok(MessageChangePayload { item: None, user_errors: vec![refused.split().extend()?] }),
    }
}

#[derive(Default)]
pub(crate) struct AmendMutations;

#[Object]
impl AmendMutations {
    /// Gives a message that was sent other words, where the channel can (`edits`); only the holder of the session may. The
    /// timeline follows once the provider took it. Needs `work:handle`.
    async fn message_edit(&self, ctx: &Context<'_>, input: MessageEditInput) -> Resolved<MessageChangePayload> {
        amend(ctx, &input.item_id, Amendment::Edit { text: input.text }).await
    }

    /// Takes a message that was sent back, where the channel can (`deletes`): the fact stays, its content goes. Needs
    /// `work:handle`.
    async fn message_delete(&self, ctx: &Context<'_>, input: MessageDeleteInput) -> Resolved<MessageChangePayload> {
        amend(ctx, &input.item_id, Amendment::Delete).await
    }

    /// Reacts to a message, where the channel can (`reactionsSent`). Needs `work:handle`.
    async fn message_react(&self, ctx: &Context<'_>, input: MessageReactInput) -> Resolved<MessageChangePayload> {
        amend(ctx, &input.item_id, Amendment::React { emoji: input.emoji }).await
    }

    /// Shows the customer for some seconds that somebody types, where the channel can (`typing`); by a visitor, those who
    /// look at their conversation. Best effort: call it again every four seconds while somebody types. Needs
    /// `work:handle`, or a visitor's token.
    async fn typing_show(&self, ctx: &Context<'_>, input: TypingShowInput) -> Resolved<TypingShowPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = input.conversation_id.as_ref().map(read::<ConversationId>).transpose().extend()?;
        let session = input.session_id.as_ref().map(read::<SessionId>).transpose().extend()?;
        match app::typing(&viewer.app, &viewer.subject, conversation, session).await {
            Ok(shown) => Ok(TypingShowPayload { shown, user_errors: Vec::new() }),
            Err(refused) => Ok(TypingShowPayload { shown: false, user_errors: vec![refused.split().extend()?] }),
        }
    }
}
