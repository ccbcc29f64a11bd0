//! What a provider tells about the account itself: its templates and its health follow.

use super::messages::Arrived;
use meridian_domain::{
    channel::{
        health,
        news::{STANDING, StandingNews, TEMPLATE, TemplateNews},
    },
    jobs::Job,
    template::TemplateState,
};
use meridian_store::{StoreError, WriteTx, accounts, templates};
use serde::de::DeserializeOwned;
use serde_json::json;

/// Heeds news; false when there is nothing to heed in them.
pub(super) async fn heed(tx: &mut WriteTx, one: &Arrived<'_>) -> Result<bool, StoreError> {
    let (template, standing) = (told::<TemplateNews>(one, TEMPLATE), told::<StandingNews>(one, STANDING));
    let heeded = template.is_some() || standing.is_some();
    if let Some(news) = template {
        of_template(tx, one, &news).await?;
    }
    if let Some(news) = standing {
        let code = news.judged.code();
        let words = if news.reason.is_empty() { String::new() } else { health::words(code, &news.reason) };
        accounts::judged(tx, one.account, code, &words).await?;
    }
    Ok(heeded)
}

fn told<T: DeserializeOwned>(one: &Arrived<'_>, name: &str) -> Option<T> {
    serde_json::from_value(one.event.detail.get(name)?.clone()).ok()
}

/// What the news hold is kept at once; the provider's list is read where only it has the words.
async fn of_template(tx: &mut WriteTx, one: &Arrived<'_>, news: &TemplateNews) -> Result<(), StoreError> {
    let known = templates::heard(tx, one.account, news).await?;
    if let Some(template) = known {
        let detail = json!({ "name": news.name, "language": news.language, "state": news.state, "gone": news.gone,
                             "category": news.category, "quality": news.quality });
        tx.audit("message_template_told", "message_template", Some(template.0), detail);
    }
    if news.reworded || (known.is_none() && news.state == Some(TemplateState::Approved)) {
        tx.job(&Job::ReadTemplates { account: one.account }, one.account.0);
    }
    Ok(())
}
