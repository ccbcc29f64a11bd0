//! Templates: messages a provider has approved, for outside of its reply window.

use crate::{
    admin::outcome,
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use chrono::{DateTime, Utc};
use meridian_app::setup as app;
use meridian_domain::{
    ids::{ChannelAccountId, SessionId, TemplateId},
    template::{Header, TemplateState, Wording},
};

/// What stands above the text of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Header")]
pub(crate) enum MessageTemplateHeader {
    /// Nothing.
    None,
    /// A line.
    Text,
    /// A picture, sent along as the first file.
    Image,
    /// A film, sent along as the first file.
    Video,
    /// A file, sent along as the first file.
    Document,
}

/// Where a template stands at its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "TemplateState")]
pub(crate) enum MessageTemplateState {
    /// It may be sent.
    Approved,
    /// The provider looks at it.
    Pending,
    /// The provider refused it.
    Rejected,
    /// The provider stopped it.
    Paused,
}

/// A message that a provider has approved.
#[derive(SimpleObject)]
pub(crate) struct MessageTemplate {
    /// Opaque id.
    id: ID,
    /// The account it belongs to.
    channel_account_id: ID,
    /// Its name at the provider.
    name: String,
    /// Its language as the provider writes it (`en_US`, `zh_CN`).
    language: String,
    /// Its category at the provider; empty when not known.
    category: String,
    /// Where it stands at its provider.
    state: MessageTemplateState,
    /// What stands above the text.
    header: MessageTemplateHeader,
    /// The line above the text; may have places like `{{1}}`.
    header_text: String,
    /// The text, with places like `{{1}}` or `{{first_name}}`.
    body: String,
    /// The line below the text.
    footer: String,
    /// The places to be filled in, in the order in which `messageSend` takes their values: those of the line above first.
    parameters: Vec<String>,
    /// How people take it, in the provider's word (green, yellow, red); empty when it says nothing.
    quality: String,
    /// Why it stands there, in the provider's words; empty when it says nothing.
    reason: String,
    /// Kept by hand, or as the provider lists it.
    by_hand: bool,
    /// When it was changed here last.
    updated_at: DateTime<Utc>,
}

fn shown(template: app::Template) -> MessageTemplate {
    let (above, inside) = template.wording.places();
    let wording = template.wording;
    MessageTemplate {
        id: id(template.id),
        channel_account_id: id(template.account),
        parameters: above.into_iter().chain(inside).collect(),
        name: wording.name,
        language: wording.language,
        category: wording.category,
        state: template.state.into(),
        header: wording.header.into(),
        header_text: wording.header_text,
        body: wording.body,
        footer: wording.footer,
        quality: template.quality,
        reason: template.reason,
        by_hand: template.by_hand,
        updated_at: template.updated_at,
    }
}

/// What a query refuses is an error of its own: there is no payload to tell it in.
fn top(refused: app::SetupRefused) -> AppError {
    match refused {
        app::SetupRefused::NotFound(_) => AppError::NotFound,
        refused => match refused.split() {
            Ok(told) => AppError::BadInput(told.message),
            Err(error) => error,
        },
    }
}

#[derive(Default)]
pub(crate) struct TemplateQueries;

#[Object]
impl TemplateQueries {
    /// Templates that may be sent on a session, by name and language; none where the channel has none. Needs
    /// `work:handle`.
    async fn message_templates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session the message would go out on")] session_id: ID,
    ) -> Resolved<Vec<MessageTemplate>> {
        let viewer = viewer(ctx).extend()?;
        let session = read::<SessionId>(&session_id).extend()?;
        let found = app::templates_for(&viewer.app, &viewer.subject, session).await;
        found.map(|found| found.into_iter().map(shown).collect()).map_err(top).extend()
    }

    /// Templates of an account in all states, by name and language. Needs `setup:read`.
    async fn channel_templates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The account")] channel_account_id: ID,
    ) -> Resolved<Vec<MessageTemplate>> {
        let viewer = viewer(ctx).extend()?;
        let account = read::<ChannelAccountId>(&channel_account_id).extend()?;
        let found = app::templates_of(&viewer.app, &viewer.subject, account).await;
        Ok(found.map_err(top).extend()?.into_iter().map(shown).collect())
    }
}

#[derive(InputObject)]
struct MessageTemplateSaveInput {
    /// The account.
    channel_account_id: ID,
    /// Its name at the provider: letters, digits and underscores.
    name: String,
    /// Its language as the provider writes it (`en_US`, `zh_CN`).
    language: String,
    /// Its category at the provider.
    #[graphql(default)]
    category: String,
    /// What stands above the text.
    #[graphql(default_with = "MessageTemplateHeader::None")]
    header: MessageTemplateHeader,
    /// The line above the text, for the header `TEXT` alone; at most 200 characters.
    #[graphql(default)]
    header_text: String,
    /// The text with its places, word for word as approved, 1 to 4096 characters.
    body: String,
    /// The line below the text, at most 200 characters.
    #[graphql(default)]
    footer: String,
}

#[derive(InputObject)]
struct MessageTemplateRemoveInput {
    /// The template.
    template_id: ID,
}

#[derive(InputObject)]
struct MessageTemplatesSyncInput {
    /// The account.
    channel_account_id: ID,
}

/// Result of `messageTemplateSave`.
#[derive(SimpleObject)]
struct MessageTemplateSavePayload {
    /// The template.
    template: Option<MessageTemplate>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `messageTemplateRemove`.
#[derive(SimpleObject)]
struct MessageTemplateRemovePayload {
    /// The template that is gone.
    template_id: Option<ID>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

/// Result of `messageTemplatesSync`.
#[derive(SimpleObject)]
struct MessageTemplatesSyncPayload {
    /// All templates of the account afterwards.
    templates: Vec<MessageTemplate>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct TemplateMutations;

#[Object]
impl TemplateMutations {
    /// Keeps a template by hand, in place of the one of the same name and language. Needs `setup:write`.
    async fn message_template_save(
        &self,
        ctx: &Context<'_>,
        input: MessageTemplateSaveInput,
    ) -> Resolved<MessageTemplateSavePayload> {
        let viewer = viewer(ctx).extend()?;
        let account = read::<ChannelAccountId>(&input.channel_account_id).extend()?;
        let wording = Wording {
            name: input.name.trim().to_owned(),
            language: input.language.trim().to_owned(),
            category: input.category.trim().to_owned(),
            header: input.header.into(),
            header_text: input.header_text,
            body: input.body,
            footer: input.footer,
        };
        let saved = app::save_template(&viewer.app, &viewer.subject, account, &wording).await;
        let (saved, user_errors) = outcome(saved)?;
        let mut template = None;
        if let Some(saved) = saved {
            let all = app::templates_of(&viewer.app, &viewer.subject, account).await.map_err(top).extend()?;
            template = all.into_iter().find(|one| one.id == saved).map(shown);
        }
        Ok(MessageTemplateSavePayload { template, user_errors })
    }

    /// Takes a template away; one that the provider lists comes back with the next look at its list. Needs
    /// `setup:write`.
    async fn message_template_remove(
        &self,
        ctx: &Context<'_>,
        input: MessageTemplateRemoveInput,
    ) -> Resolved<MessageTemplateRemovePayload> {
        let viewer = viewer(ctx).extend()?;
        let template = read::<TemplateId>(&input.template_id).extend()?;
        let (done, user_errors) = outcome(app::remove_template(&viewer.app, &viewer.subject, template).await)?;
        Ok(MessageTemplateRemovePayload { template_id: done.map(|()| id(template)), user_errors })
    }

    /// Reads the provider's own list of an account's templates. Needs `setup:write`.
    async fn message_templates_sync(
        &self,
        ctx: &Context<'_>,
        input: MessageTemplatesSyncInput,
    ) -> Resolved<MessageTemplatesSyncPayload> {
        let viewer = viewer(ctx).extend()?;
        let account = read::<ChannelAccountId>(&input.channel_account_id).extend()?;
        let (done, user_errors) = outcome(app::sync_templates(&viewer.app, &viewer.subject, account).await)?;
        let mut templates = Vec::new();
        if done.is_some() {
            let all = app::templates_of(&viewer.app, &viewer.subject, account).await.map_err(top).extend()?;
            templates.extend(all.into_iter().map(shown));
        }
        Ok(MessageTemplatesSyncPayload { templates, user_errors })
    }
}
