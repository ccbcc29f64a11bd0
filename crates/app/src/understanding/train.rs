//! Versions of the intent model: trained and evaluated in the background, then taken into use, and out of it.

use super::{TeachRefused, examples::MOST};
use crate::{App, authz::Subject};
use meridian_domain::{
    ids::{IntentExampleId, TenantId},
    jobs::Job,
    people::Permission,
    understanding::intent::{self, Evaluation, Example, trainable},
};
use meridian_store::{StoreError, intents};
use serde_json::json;

/// Versions that are kept beside the one in use.
const KEPT: i64 = 10;
/// Largest model, in bytes.
const LARGEST: usize = 20 * 1024 * 1024;
/// Examples that are read at once.
const PAGE: i64 = 5000;

/// Begins the next version of the model; it is trained in the background. Examples that cannot be learned from are
/// refused here, with the reason.
pub async fn start_training(app: &App, subject: &Subject) -> Result<i32, TeachRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let labels = intents::labels(&mut tx).await?;
    let counts: Vec<(String, usize)> =
        labels.into_iter().map(|(label, examples, _)| (label, usize::try_from(examples).unwrap_or(0))).collect();
    trainable(&counts)?;
    let version = intents::begin(&mut tx).await?.ok_or(TeachRefused::Training)?;
    let tenant = tx.scope().tenant();
    tx.job(&Job::TrainIntents { version }, tenant.0);
    tx.audit("intent_training_started", "intent_model", None, json!({ "version": version }));
    tx.commit().await?;
    Ok(version)
}

/// Evaluates on a part held out, then trains on everything: what a version is once it is trained. Doing it again gives
/// the same.
pub async fn train(app: &App, tenant: TenantId, version: i32) -> Result<(), StoreError> {
    let subject = Subject::system(tenant);
    let examples = read(app, &subject).await?;
    let count = i32::try_from(examples.len()).unwrap_or(i32::MAX);
    if !progress(app, &subject, version, 10, count).await? {
        return Ok(());
    }
    let evaluated = tokio::task::spawn_blocking(move || (intent::evaluate(&examples), examples)).await;
    let trained = match evaluated {
        Ok((Ok(evaluation), examples)) => {
            progress(app, &subject, version, 60, count).await?;
            let model = tokio::task::spawn_blocking(move || intent::train(&examples).map(|model| model.to_bytes()));
            match model.await {
                Ok(Ok(model)) if model.len() <= LARGEST => Ok((evaluation, model)),
                Ok(Ok(_)) => Err("the model would be larger than 20 MB: use fewer intents".to_owned()),
                Ok(Err(refused)) => Err(refused.to_string()),
                Err(_) => Err(BROKE.to_owned()),
            }
        }
        Ok((Err(refused), _)) => Err(refused.to_string()),
        Err(_) => Err(BROKE.to_owned()),
    };
    keep(app, &subject, version, trained).await
}

/// What is told when the training itself fails: a defect, whose trace is in the log.
const BROKE: &str = "the training broke off";

async fn read(app: &App, subject: &Subject) -> Result<Vec<Example>, StoreError> {
    let (mut all, mut after): (Vec<Example>, Option<IntentExampleId>) = (Vec::new(), None);
    let mut tx = app.db.read(subject.scope()).await?;
    while (all.len() as i64) < MOST {
        let page = intents::examples(&mut tx, None, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        let example =
            |one: intents::Example| Example { text: one.text, context: String::new(), labels: vec![one.label] };
        all.extend(page.into_iter().map(example));
    }
    Ok(all)
}

async fn progress(app: &App, subject: &Subject, version: i32, percent: i16, count: i32) -> Result<bool, StoreError> {
    let mut tx = app.db.write(subject.scope()).await?;
    let on = intents::progress(&mut tx, version, percent, count).await?;
    tx.commit().await?;
    Ok(on)
}

async fn keep(
    app: &App,
    subject: &Subject,
    version: i32,
    trained: Result<(Evaluation, Vec<u8>), String>,
) -> Result<(), StoreError> {
    let mut tx = app.db.write(subject.scope()).await?;
    let what = trained.as_ref().map(|(evaluation, model)| (evaluation, model.as_slice())).map_err(String::as_str);
    intents::finish(&mut tx, version, what, KEPT).await?;
    tx.commit().await
}

/// Takes a version into use, an earlier one as well: messages that come from now on are understood by it.
pub async fn activate(app: &App, subject: &Subject, version: i32) -> Result<(), TeachRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let found = intents::version(&mut tx, version).await?.ok_or(TeachRefused::NotFound("version"))?;
    let trained = matches!(found.state.as_str(), "trained" | "active" | "retired");
    // A model of an earlier release may not be readable by this one.
    if !trained || found.evaluation.is_none() || !found.readable {
        return Err(TeachRefused::Unusable);
    }
    if !intents::activate(&mut tx, Some(version)).await? {
        return Err(TeachRefused::NotFound("version"));
    }
    tx.audit("intent_model_activated", "intent_model", None, json!({ "version": version }));
    Ok(tx.commit().await?)
}

/// Uses no model from now on; its version stays.
pub async fn retire(app: &App, subject: &Subject) -> Result<(), TeachRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if !intents::activate(&mut tx, None).await? {
        return Err(TeachRefused::NotFound("version"));
    }
    tx.audit("intent_model_retired", "intent_model", None, json!({}));
    Ok(tx.commit().await?)
}
