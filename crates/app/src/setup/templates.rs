//! Templates of a channel account: kept by hand, or as the provider lists them.

use super::SetupRefused;
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{ChannelAccountId, SessionId, TemplateId, TenantId},
    outbound::SendError,
    people::Permission,
    template::{TemplateState, Wording},
};
use meridian_store::{StoreError, accounts, conversations, templates};
use serde_json::json;
use std::time::Duration;

pub use meridian_store::templates::Template;

/// The longest the provider may take to list its templates.
const PATIENCE: Duration = Duration::from_secs(20);

/// Templates of an account in all states, for those who set channels up.
pub async fn templates_of(
    app: &App,
    subject: &Subject,
    account: ChannelAccountId,
) -> Result<Vec<Template>, SetupRefused> {
    subject.require(Permission::ReadSetup)?;
    let mut tx = app.db.read(subject.scope()).await?;
    Ok(templates::of_account(&mut tx, account).await?)
}

/// Templates that may be sent on a session.
pub async fn templates_for(app: &App, subject: &Subject, session: SessionId) -> Result<Vec<Template>, SetupRefused> {
    subject.require(Permission::HandleWork)?;
    let mut tx = app.db.read(subject.scope()).await?;
    let found = conversations::session(&mut tx, session).await?.ok_or(SetupRefused::NotFound("session"))?;
    if !app.providers.capabilities(found.kind).templates {
        return Ok(Vec::new());
    }
    let mut all = templates::of_account(&mut tx, found.account).await?;
    all.retain(|template| template.state == TemplateState::Approved);
    Ok(all)
}

/// Keeps a template by hand, in place of the one of the same name and language.
pub async fn save_template(
    app: &App,
    subject: &Subject,
    account: ChannelAccountId,
    wording: &Wording,
) -> Result<TemplateId, SetupRefused> {
    subject.require(Permission::Administer)?;
    wording.check().map_err(SetupRefused::Invalid)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = accounts::find(&mut tx, account).await?.ok_or(SetupRefused::NotFound("channel account"))?;
    if !app.providers.capabilities(found.kind).templates {
        return Err(SetupRefused::Invalid(format!("{} has no templates", found.kind)));
    }
    let id = templates::save(&mut tx, account, wording, TemplateState::Approved, true).await?;
    let detail = json!({ "name": wording.name, "language": wording.language });
    tx.audit("message_template_saved", "message_template", Some(id.0), detail);
    tx.commit().await?;
    Ok(id)
}

/// Takes a template away; one that the provider lists comes back with the next look at its list.
pub async fn remove_template(app: &App, subject: &Subject, id: TemplateId) -> Result<(), SetupRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !templates::delete(&mut tx, id).await? {
        return Err(SetupRefused::NotFound("message template"));
    }
    tx.audit("message_template_removed", "message_template", Some(id.0), json!({}));
    tx.commit().await?;
    Ok(())
}

/// Reads the provider's list: what is new or changed is taken over, what is gone goes. Returns how many there are.
pub async fn sync_templates(app: &App, subject: &Subject, account: ChannelAccountId) -> Result<usize, SetupRefused> {
    subject.require(Permission::Administer)?;
    match take_over(app, subject, account).await? {
        None => Err(SetupRefused::NotFound("channel account")),
        Some(Ok(count)) => Ok(count),
        Some(Err(None)) => Err(SetupRefused::Invalid("the provider takes too long: try again".to_owned())),
        Some(Err(Some(error))) => Err(SetupRefused::Invalid(format!("the provider does not list them: {error}"))),
    }
}

/// The same when the provider says that a template changed. False when it could not be asked now, and may be later.
pub async fn read_templates(app: &App, tenant: TenantId, account: ChannelAccountId) -> Result<bool, StoreError> {
    match take_over(app, &Subject::system(tenant), account).await? {
        Some(Err(error)) => Ok(error.is_some_and(|error| !error.class.retryable())),
        None | Some(Ok(_)) => Ok(true),
    }
}

/// `None` without such an account; else how many were listed, or why they were not (`None`: it took too long).
async fn take_over(
    app: &App,
    subject: &Subject,
    account: ChannelAccountId,
) -> Result<Option<Result<usize, Option<SendError>>>, StoreError> {
    let mut tx = app.db.read(subject.scope()).await?;
    let found = accounts::config(&mut tx, &app.sealer, &app.public_url, account).await?;
    let Some(config) = found else { return Ok(None) };
    drop(tx);
    let listed = match tokio::time::timeout(PATIENCE, app.providers.templates(&config)).await {
        Ok(Ok(listed)) => listed,
        Ok(Err(error)) => return Ok(Some(Err(Some(error)))),
        Err(_) => return Ok(Some(Err(None))),
    };
    let mut tx = app.db.write(subject.scope()).await?;
    let mut kept = Vec::with_capacity(listed.len());
    for (wording, state) in &listed {
        kept.push(templates::save(&mut tx, account, wording, *state, false).await?);
    }
    templates::keep_only(&mut tx, account, &kept).await?;
    tx.audit("message_templates_read", "channel_account", Some(account.0), json!({ "count": kept.len() }));
    tx.commit().await?;
    Ok(Some(Ok(kept.len())))
}
