//! Codes that people choose from: what came of work, and why they let an offer pass.

use crate::{
    admin::{maybe, outcome},
    context::viewer,
    error::{AppError, Resolved, UserError},
    ids::{id, read},
    loaders::{TheCode, load},
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::setup as app;
use meridian_domain::{
    ids::{QueueId, WorkCodeId},
    people::Permission,
    work_code::{CodeKind, WorkCode as Code},
};
use meridian_store::codes as store;
use std::collections::BTreeMap;

/// What a code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "CodeKind")]
pub(crate) enum WorkCodeKind {
    /// What came of work that is written up.
    WrapUp,
    /// Why somebody let an offer pass.
    Decline,
}

/// A code of the tenant.
#[derive(SimpleObject)]
pub(crate) struct WorkCode {
    /// Opaque id.
    id: ID,
    /// What it is for.
    kind: WorkCodeKind,
    /// Name.
    name: String,
    /// Name in Chinese; empty = as `name`.
    name_zh: String,
    /// Queues that offer it; empty = all.
    queue_ids: Vec<ID>,
    /// Whether it can still be chosen.
    active: bool,
}

impl From<Code> for WorkCode {
    fn from(code: Code) -> Self {
        Self {
            id: id(code.id),
            kind: code.kind.into(),
            name: code.name,
            name_zh: code.name_zh,
            queue_ids: code.queues.into_iter().map(id).collect(),
            active: code.active,
        }
    }
}

/// One code by id.
pub(crate) async fn code(ctx: &Context<'_>, id: Option<WorkCodeId>) -> Resolved<Option<WorkCode>> {
    let Some(id) = id else { return Ok(None) };
    Ok(load(ctx, TheCode(id)).await?.map(Into::into))
}

/// Codes of a kind that can be chosen for work of a queue.
pub(crate) async fn offered(ctx: &Context<'_>, kind: WorkCodeKind, queue: Option<QueueId>) -> Resolved<Vec<WorkCode>> {
    let Some(queue) = queue else { return Ok(Vec::new()) };
    let mut tx = viewer(ctx).extend()?.read().await.extend()?;
    let all = store::all(&mut tx, Some(kind.into()), false).await.map_err(AppError::from).extend()?;
    Ok(all.into_iter().filter(|code| code.offered(kind.into(), queue)).map(Into::into).collect())
}

/// How often a code was given.
#[derive(SimpleObject)]
pub(crate) struct WorkCodeCount {
    /// The code; null = none was given.
    work_code_id: Option<ID>,
    /// How often.
    count: i32,
}

/// Counts, most first.
pub(super) fn counts(found: impl IntoIterator<Item = (Option<WorkCodeId>, u32)>) -> Vec<WorkCodeCount> {
    let mut found: Vec<(Option<WorkCodeId>, u32)> = found.into_iter().collect();
    found.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    let shown = |(code, count): (Option<WorkCodeId>, u32)| WorkCodeCount {
        work_code_id: code.map(id),
        count: i32::try_from(count).unwrap_or(i32::MAX),
    };
    found.into_iter().map(shown).collect()
}

#[derive(Default)]
pub(crate) struct CodeQueries;

#[Object]
impl CodeQueries {
    /// Codes by name, those out of use last. Needs `conversations:read`.
    async fn work_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this kind")] kind: Option<WorkCodeKind>,
        #[graphql(desc = "Those out of use as well", default)] retired: bool,
    ) -> Resolved<Vec<WorkCode>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ReadConversations).extend()?;
        let mut tx = viewer.read().await.extend()?;
        let all = store::all(&mut tx, kind.map(Into::into), retired).await.map_err(AppError::from).extend()?;
        Ok(all.into_iter().map(Into::into).collect())
    }
}

#[derive(InputObject)]
struct WorkCodeSaveInput {
    /// The code to change; a new one when left out.
    work_code_id: Option<ID>,
    /// What it is for; a code keeps its kind.
    kind: WorkCodeKind,
    /// Name, 1 to 100 characters.
    name: String,
    /// Name in Chinese; empty = as `name`.
    #[graphql(default)]
    name_zh: String,
    /// Queues that offer it: the whole list; empty = all.
    #[graphql(default)]
    queue_ids: Vec<ID>,
    /// Whether it can be chosen from now on; at most 100 of a kind can.
    #[graphql(default = true)]
    active: bool,
}

/// Result of `workCodeSave`.
#[derive(SimpleObject)]
struct WorkCodePayload {
    /// The code.
    work_code: Option<WorkCode>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

#[derive(Default)]
pub(crate) struct CodeMutations;

#[Object]
impl CodeMutations {
    /// Adds or changes a code, or takes it out of use; what was counted under it stays. Needs `setup:write`.
    async fn work_code_save(&self, ctx: &Context<'_>, input: WorkCodeSaveInput) -> Resolved<WorkCodePayload> {
        let viewer = viewer(ctx).extend()?;
        let new = app::NewCode {
            id: maybe(input.work_code_id.as_ref())?,
            kind: input.kind.into(),
            name: &input.name,
            name_zh: &input.name_zh,
            queues: input.queue_ids.iter().map(read::<QueueId>).collect::<Result<_, _>>().extend()?,
            active: input.active,
        };
        let (saved, user_errors) = outcome(app::save_code(&viewer.app, &viewer.subject, new).await)?;
        let work_code = code(ctx, saved).await?;
        Ok(WorkCodePayload { work_code, user_errors })
    }
}

/// Counts of codes that were given.
pub(super) fn given(found: BTreeMap<WorkCodeId, u32>) -> Vec<WorkCodeCount> {
    counts(found.into_iter().map(|(code, count)| (Some(code), count)))
}
