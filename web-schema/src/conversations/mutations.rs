//! Replying, noting, resolving.

use super::{Conversation, TimelineItem};
use crate::{
    admin::maybe,
    context::{Viewer, idempotency, viewer},
    error::{AppError, Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::conversations as app;
use meridian_domain::ids::{AttachmentId, ConversationId, ItemId, ReplyDraftId, SessionId, TemplateId};
use meridian_store::{conversations as store, items};

#[derive(InputObject)]
struct MessageSendInput {
    /// The conversation.
    conversation_id: ID,
    /// The session to answer on; the one the customer used last when left out.
    session_id: Option<ID>,
    /// Plain text, at most 10,000 characters; may be empty when there are files or a template.
    #[graphql(default)]
    text: String,
    /// Files to send after the text: ids that `POST /v1/uploads` answered, at most 10.
    #[graphql(default)]
    attachment_ids: Vec<ID>,
    /// An approved message instead of a text: the way to answer when the reply window is closed.
    template: Option<MessageTemplateInput>,
    /// The draft that went into the text, changed or not: how much of it is sent is kept with it.
    reply_draft_id: Option<ID>,
}

#[derive(InputObject)]
struct MessageTemplateInput {
    /// The template; `messageTemplates` lists those of a session.
    template_id: ID,
    /// Values of its places, in the order of its `parameters`.
    #[graphql(default)]
    parameters: Vec<String>,
}

/// Result of `messageSend`.
#[derive(SimpleObject)]
struct MessageSendPayload {
    /// The message, on its way.
    item: Option<TimelineItem>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct NoteAddInput {
    /// The conversation.
    conversation_id: ID,
    /// Plain text, 1 to 10,000 characters.
    text: String,
}

/// Result of `noteAdd`.
#[derive(SimpleObject)]
struct NoteAddPayload {
    /// The note.
    item: Option<TimelineItem>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct WrapUpEndInput {
    /// The conversation that is written up.
    conversation_id: ID,
    /// What came of it, as a code of the queue.
    work_code_id: Option<ID>,
    /// A note for colleagues, at most 10,000 characters.
    #[graphql(default)]
    note: String,
}

/// Result of `wrapUpEnd`.
#[derive(SimpleObject)]
struct WrapUpEndPayload {
    /// The conversation.
    conversation: Option<Conversation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(InputObject)]
struct ConversationResolveInput {
    /// The conversation.
    conversation_id: ID,
    /// Refuse when it changed since this version.
    expected_version: Option<i32>,
    /// How it ended, in a word; the name of the code when left out.
    #[graphql(default)]
    disposition: String,
    /// What came of it, as a code of the queue: `wrapUpCodes` of the conversation.
    work_code_id: Option<ID>,
    /// A note for colleagues, at most 10,000 characters.
    #[graphql(default)]
    note: String,
    /// Why steps that must be done are left open, at most 500 characters; its holder is asked for it then.
    #[graphql(default)]
    open_steps_reason: String,
}

/// Result of `conversationResolve`.
#[derive(SimpleObject)]
struct ConversationResolvePayload {
    /// The conversation.
    conversation: Option<Conversation>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

pub(super) async fn item(viewer: &Viewer, id: ItemId) -> Resolved<Option<TimelineItem>> {
    let mut tx = viewer.read().await.extend()?;
    Ok(items::many(&mut tx, &[id.0]).await.map_err(AppError::from).extend()?.pop().map(TimelineItem))
}

#[derive(Default)]
pub(crate) struct ConversationMutations;

#[Object]
impl ConversationMutations {
    /// Answers the customer; only the holder of the session may. Needs `work:handle`.
    async fn message_send(&self, ctx: &Context<'_>, input: MessageSendInput) -> Resolved<MessageSendPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let session = input.session_id.as_ref().map(read::<SessionId>).transpose().extend()?;
        let files = input.attachment_ids.iter().map(read::<AttachmentId>).collect::<Result<Vec<_>, _>>().extend()?;
        let key = idempotency(ctx);
        let named = input.template.as_ref().map(|t| Ok((read::<TemplateId>(&t.template_id)?, &*t.parameters)));
        let template = named.transpose().map_err(|error: AppError| error).extend()?;
        let draft = input.reply_draft_id.as_ref().map(read::<ReplyDraftId>).transpose().extend()?;
        let words = app::Words { text: &input.text, files: &files, template, draft };
        match app::reply(&viewer.app, &viewer.subject, conversation, session, words, key.as_ref()).await {
            Ok(said) => Ok(MessageSendPayload { item: item(viewer, said.item).await?, user_errors: Vec::new() }),
            Err(refused) => Ok(MessageSendPayload { item: None, user_errors: vec![refused.split().extend()?] }),
        }
    }

    /// Writes something colleagues can read and customers cannot. Needs `work:handle`.
    async fn note_add(&self, ctx: &Context<'_>, input: NoteAddInput) -> Resolved<NoteAddPayload> {
        let viewer = viewer(ctx).extend()?;
        let conversation = read::<ConversationId>(&input.conversation_id).extend()?;
        let key = idempotency(ctx);
        match app::add_note(&viewer.app, &viewer.subject, conversation, &input.text, key.as_ref()).await {
            Ok(note) => Ok(NoteAddPayload { item: item(viewer, note).await?, user_errors: Vec::new() }),
            Err(refused) => Ok(NoteAddPayload { item: None, user_errors: vec![refused.split().extend()?] }),
        }
    }

    /// Ends the writing up of a conversation before its time is over: capacity comes back. Refused without a code where the
    /// queue asks for one. Needs `work:handle`.
    async fn wrap_up_end(&self, ctx: &Context<'_>, input: WrapUpEndInput) -> Resolved<WrapUpEndPayload> {
        let viewer = viewer(ctx).extend()?;
        let id = read::<ConversationId>(&input.conversation_id).extend()?;
        let code = maybe(input.work_code_id.as_ref())?;
        let closing = app::Closing { code, note: &input.note, ..app::Closing::default() };
        if let Err(refused) = app::end_wrap_up(&viewer.app, &viewer.subject, id, closing).await {
            return Ok(WrapUpEndPayload { conversation: None, user_errors: vec![refused.split().extend()?] });
        }
        let mut tx = viewer.read().await.extend()?;
        let conversation = store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(Conversation);
        Ok(WrapUpEndPayload { conversation, user_errors: Vec::new() })
    }

    /// Ends a conversation: sessions close, work is written up, capacity comes back. Needs `work:handle`.
    async fn conversation_resolve(
        &self,
        ctx: &Context<'_>,
        input: ConversationResolveInput,
    ) -> Resolved<ConversationResolvePayload> {
        let viewer = viewer(ctx).extend()?;
        let id = read::<ConversationId>(&input.conversation_id).extend()?;
        let code = maybe(input.work_code_id.as_ref())?;
        let closing = app::Closing {
            disposition: &input.disposition,
            code,
            note: &input.note,
            open_steps_reason: &input.open_steps_reason,
        };
        let done = app::resolve(&viewer.app, &viewer.subject, id, input.expected_version, closing).await;
        if let Err(refused) = done {
            return Ok(ConversationResolvePayload { conversation: None, user_errors: vec![refused.split().extend()?] });
        }
        let mut tx = viewer.read().await.extend()?;
        let conversation = store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(Conversation);
        Ok(ConversationResolvePayload { conversation, user_errors: Vec::new() })
    }
}
