//! Templates of a channel account: kept by hand, or as the provider lists them.

use super::SetupRefused;
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{ChannelAccountId, SessionId, TemplateId},
    people::Permission,
    template::{TemplateState, Wording},
};
use meridian_store::{accounts, conversations, templates};
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
    let mut tx = app.db.read(subject.scope()).await?;
    let found = accounts::config(&mut tx, &app.sealer, &app.public_url, account).await?;
    let config = found.ok_or(SetupRefused::NotFound("channel account"))?;
    drop(tx);
    let listed = tokio::time::timeout(PATIENCE, app.providers.templates(&config)).await;
    let listed = match listed {
        Ok(Ok(listed)) => listed,
        Ok(Err(error)) => return Err(SetupRefused::Invalid(format!("the provider does not list them: {error}"))),
        Err(_) => return Err(SetupRefused::Invalid("the provider takes too long: try again".to_owned())),
    };
    let mut tx = app.db.write(subject.scope()).await?;
    let mut kept = Vec::with_capacity(listed.len());
    for (wording, state) in &listed {
        kept.push(templates::save(&mut tx, account, wording, *state, false).await?);
    }
    templates::keep_only(&mut tx, account, &kept).await?;
    tx.audit("message_templates_read", "channel_account", Some(account.0), json!({ "count": kept.len() }));
    tx.commit().await?;
    Ok(kept.len())
}
