//! Intents of a tenant: examples they are learned from, and versions of the model.

use crate::{ReadTx, StoreError, WriteTx};
use meridian_domain::{
    ids::{AgentId, IntentExampleId, ItemId},
    time::Instant,
    understanding::{
        intent::{Evaluation, readable},
        message::Understood,
    },
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// A labelled text.
#[derive(Debug, Clone)]
pub struct Example {
    /// Id.
    pub id: IntentExampleId,
    /// Its intent.
    pub label: String,
    /// What was said.
    pub text: String,
    /// imported or corrected.
    pub source: String,
    /// Who added it, when a person did.
    pub author: Option<AgentId>,
    /// When.
    pub created_at: Instant,
}

/// A labelled text to add.
#[derive(Debug, Clone, Copy)]
pub struct NewExample<'a> {
    /// Its intent.
    pub label: &'a str,
    /// What was said.
    pub text: &'a str,
    /// Of the text, as duplicates are told.
    pub digest: &'a [u8],
}

struct ExampleRow {
    id: Uuid,
    label: String,
    text: String,
    source: String,
    actor_id: Option<Uuid>,
    created_at: Instant,
}

impl From<ExampleRow> for Example {
    fn from(row: ExampleRow) -> Self {
        Self {
            id: row.id.into(),
            label: row.label,
            text: row.text,
            source: row.source,
            author: row.actor_id.map(AgentId),
            created_at: row.created_at,
        }
    }
}

/// Examples of an intent, or of all, oldest first, those after `after` alone.
pub async fn examples(
    tx: &mut ReadTx,
    label: Option<&str>,
    after: Option<IntentExampleId>,
    limit: i64,
) -> Result<Vec<Example>, StoreError> {
    let (tenant, after) = (tx.tenant(), after.map_or(Uuid::nil(), |id| id.0));
    let rows = if let Some(label) = label {
        sqlx::query_as!(
            ExampleRow,
            "select id, label, text, source, actor_id, created_at from intent_example
             where tenant_id = $1 and label = $2 and id > $3 order by id limit $4",
            tenant,
            label,
            after,
            limit
        )
        .fetch_all(tx.conn())
        .await?
    } else {
        sqlx::query_as!(
            ExampleRow,
            "select id, label, text, source, actor_id, created_at from intent_example
             where tenant_id = $1 and id > $2 order by id limit $3",
            tenant,
            after,
            limit
        )
        .fetch_all(tx.conn())
        .await?
    };
    Ok(rows.into_iter().map(Example::from).collect())
}

/// Intents by name, each with its examples, and how many of those people have corrected.
pub async fn labels(tx: &mut ReadTx) -> Result<Vec<(String, i64, i64)>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        r#"select label, count(*) as "examples!", count(*) filter (where source = 'corrected') as "corrected!"
           from intent_example where tenant_id = $1 group by label order by label limit 2001"#,
        tenant
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.label, row.examples, row.corrected)).collect())
}

/// Whether an intent has examples.
pub async fn has_label(tx: &mut ReadTx, label: &str) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let there = sqlx::query_scalar!(
        r#"select exists (select from intent_example where tenant_id = $1 and label = $2) as "there!""#,
        tenant,
        label
    );
    Ok(there.fetch_one(tx.conn()).await?)
}

/// The intents of texts that are there already, by digest.
pub async fn known(tx: &mut ReadTx, digests: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, String>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query!(
        "select digest, label from intent_example where tenant_id = $1 and digest = any($2)",
        tenant,
        digests
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.digest, row.label)).collect())
}

/// Adds examples by hand. A text that is there already is a broken constraint.
pub async fn insert(tx: &mut WriteTx, new: &[NewExample<'_>]) -> Result<(), StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent().map(|agent| agent.0));
    let ids: Vec<Uuid> = new.iter().map(|_| tx.id::<IntentExampleId>().0).collect();
    let labels: Vec<String> = new.iter().map(|one| one.label.to_owned()).collect();
    let texts: Vec<String> = new.iter().map(|one| one.text.to_owned()).collect();
    let digests: Vec<Vec<u8>> = new.iter().map(|one| one.digest.to_vec()).collect();
    sqlx::query!(
        "insert into intent_example (tenant_id, id, label, text, digest, source, actor_id)
         select $1, id, label, text, digest, 'imported', $6
         from unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[]) as n(id, label, text, digest)",
        tenant,
        &ids,
        &labels,
        &texts,
        &digests,
        author
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Adds what a person corrected on a message, in place of what was corrected there before. What was imported stays as
/// it is: one slip does not overrule it. At most `most` examples are corrected ones.
pub async fn correct(tx: &mut WriteTx, item: ItemId, new: NewExample<'_>, most: i64) -> Result<(), StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent().map(|agent| agent.0));
    sqlx::query!("delete from intent_example where tenant_id = $1 and item_id = $2", tenant, item.0)
        .execute(tx.conn())
        .await?;
    let id = tx.id::<IntentExampleId>();
    sqlx::query!(
        "insert into intent_example as known (tenant_id, id, label, text, digest, source, item_id, actor_id)
         select $1, $2, $3, $4, $5, 'corrected', $6, $7
         where (select count(*) from intent_example where tenant_id = $1) < $8
         on conflict (tenant_id, digest) do update set label = excluded.label, item_id = excluded.item_id,
           actor_id = excluded.actor_id, created_at = clock_timestamp()
         where known.source = 'corrected'",
        tenant,
        id.0,
        new.label,
        new.text,
        new.digest,
        item.0,
        author,
        most
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes an example.
pub async fn remove(tx: &mut WriteTx, id: IntentExampleId) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!("delete from intent_example where tenant_id = $1 and id = $2", tenant, id.0)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps what is understood of an item, on its newest revision.
pub async fn set_understood(tx: &mut WriteTx, item: ItemId, understood: &Understood) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    sqlx::query!(
        "update item_content set understood = $3 where tenant_id = $1 and item_id = $2
           and revision = (select max(revision) from item_content where tenant_id = $1 and item_id = $2)",
        tenant,
        item.0,
        json!(understood)
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A version of the model.
#[derive(Debug, Clone)]
pub struct ModelVersion {
    /// Its number, from 1.
    pub version: i32,
    /// training, trained, active, retired or failed.
    pub state: String,
    /// Of the training, percent.
    pub progress: i16,
    /// How many examples it learned from.
    pub examples: i32,
    /// How good it is.
    pub evaluation: Option<Evaluation>,
    /// Bytes of the model.
    pub bytes: i32,
    /// Whether this release can read it.
    pub readable: bool,
    /// Why there is none.
    pub error: Option<String>,
    /// Who asked for it, when a person did.
    pub requested_by: Option<AgentId>,
    /// When.
    pub requested_at: Instant,
    /// When it was there.
    pub trained_at: Option<Instant>,
    /// Who took it into use last.
    pub activated_by: Option<AgentId>,
    /// When.
    pub activated_at: Option<Instant>,
}

struct ModelRow {
    version: i32,
    state: String,
    progress: i16,
    examples: i32,
    evaluation: Option<Value>,
    bytes: i32,
    start: Vec<u8>,
    error: Option<String>,
    requested_by: Option<Uuid>,
    requested_at: Instant,
    trained_at: Option<Instant>,
    activated_by: Option<Uuid>,
    activated_at: Option<Instant>,
}

impl From<ModelRow> for ModelVersion {
    fn from(row: ModelRow) -> Self {
        Self {
            version: row.version,
            state: row.state,
            progress: row.progress,
            examples: row.examples,
            evaluation: row.evaluation.and_then(|shown| serde_json::from_value(shown).ok()),
            bytes: row.bytes,
            readable: readable(&row.start),
            error: row.error,
            requested_by: row.requested_by.map(AgentId),
            requested_at: row.requested_at,
            trained_at: row.trained_at,
            activated_by: row.activated_by.map(AgentId),
            activated_at: row.activated_at,
        }
    }
}

/// Versions of the model, newest first, those before `before` alone.
pub async fn versions(tx: &mut ReadTx, before: Option<i32>, limit: i64) -> Result<Vec<ModelVersion>, StoreError> {
    let tenant = tx.tenant();
    let rows = sqlx::query_as!(
        ModelRow,
        r#"select version, state, progress, examples, evaluation, coalesce(octet_length(model), 0) as "bytes!",
                  coalesce(substring(model for 8), '') as "start!", error, requested_by, requested_at, trained_at,
                  activated_by, activated_at
           from intent_model where tenant_id = $1 and version < $2 order by version desc limit $3"#,
        tenant,
        before.unwrap_or(i32::MAX),
        limit
    );
    Ok(rows.fetch_all(tx.conn()).await?.into_iter().map(ModelVersion::from).collect())
}

/// One version of the model.
pub async fn version(tx: &mut ReadTx, version: i32) -> Result<Option<ModelVersion>, StoreError> {
    let found = versions(tx, version.checked_add(1), 1).await?.pop();
    Ok(found.filter(|found| found.version == version))
}

/// The model of a version, as bytes.
pub async fn model(tx: &mut ReadTx, version: i32) -> Result<Option<Vec<u8>>, StoreError> {
    let tenant = tx.tenant();
    let bytes =
        sqlx::query_scalar!("select model from intent_model where tenant_id = $1 and version = $2", tenant, version);
    Ok(bytes.fetch_optional(tx.conn()).await?.flatten())
}

/// Begins the next version; `None` while another is trained, unless that has taken an hour: then it is given up.
pub async fn begin(tx: &mut WriteTx) -> Result<Option<i32>, StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent().map(|agent| agent.0));
    // Two who begin at once wait for each other here, and the second one finds the first one's version.
    sqlx::query!("select tenant_id from tenant where tenant_id = $1 for no key update", tenant)
        .fetch_optional(tx.conn())
        .await?;
    sqlx::query!(
        "update intent_model set state = 'failed', error = 'the training did not end'
         where tenant_id = $1 and state = 'training' and requested_at < clock_timestamp() - interval '1 hour'",
        tenant
    )
    .execute(tx.conn())
    .await?;
    let version = sqlx::query_scalar!(
        "insert into intent_model (tenant_id, version, requested_by)
         select $1, coalesce(max(version), 0) + 1, $2 from intent_model where tenant_id = $1
         having not coalesce(bool_or(state = 'training'), false) returning version",
        tenant,
        author
    );
    Ok(version.fetch_optional(tx.conn()).await?)
}

/// Notes how far a training is, percent; false when it is not on any more.
pub async fn progress(tx: &mut WriteTx, version: i32, percent: i16, examples: i32) -> Result<bool, StoreError> {
    let tenant = tx.tenant();
    let done = sqlx::query!(
        "update intent_model set progress = $3, examples = $4
         where tenant_id = $1 and version = $2 and state = 'training'",
        tenant,
        version,
        percent,
        examples
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps what came of a training, unless it is not on any more. Of versions that are not used, and of those that
/// failed, the newest `kept` stay.
pub async fn finish(
    tx: &mut WriteTx,
    version: i32,
    trained: Result<(&Evaluation, &[u8]), &str>,
    kept: i64,
) -> Result<(), StoreError> {
    let tenant = tx.tenant();
    let (evaluation, model, error) = match trained {
        Ok((evaluation, model)) => (Some(json!(evaluation)), Some(model), None),
        Err(error) => (None, None, Some(error)),
    };
    sqlx::query!(
        "update intent_model set state = case when $4::bytea is null then 'failed' else 'trained' end, progress = 100,
                evaluation = $3, model = $4, error = $5, trained_at = clock_timestamp()
         where tenant_id = $1 and version = $2 and state = 'training'",
        tenant,
        version,
        evaluation,
        model,
        error
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "delete from intent_model where tenant_id = $1 and state in ('trained', 'retired', 'failed') and version <= (
           select version from intent_model where tenant_id = $1 and state in ('trained', 'retired', 'failed')
           order by version desc offset $2 limit 1)",
        tenant,
        kept
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Takes a version into use, and the one before it out of it; none to use no model. Whether there is such a version
/// that can be used.
pub async fn activate(tx: &mut WriteTx, version: Option<i32>) -> Result<bool, StoreError> {
    let (tenant, author) = (tx.tenant(), tx.scope().actor().agent().map(|agent| agent.0));
    sqlx::query!("select tenant_id from tenant where tenant_id = $1 for no key update", tenant)
        .fetch_optional(tx.conn())
        .await?;
    let before =
        sqlx::query!("update intent_model set state = 'retired' where tenant_id = $1 and state = 'active'", tenant)
            .execute(tx.conn())
            .await?;
    let Some(version) = version else { return Ok(before.rows_affected() == 1) };
    let done = sqlx::query!(
        "update intent_model set state = 'active', activated_by = $3, activated_at = clock_timestamp()
         where tenant_id = $1 and version = $2 and state in ('trained', 'retired') and model is not null
           and evaluation is not null",
        tenant,
        version,
        author
    )
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}
