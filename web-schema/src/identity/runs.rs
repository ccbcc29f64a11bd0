//! Long work over all customers: de-duplication and import, with progress.

use crate::{
    context::viewer,
    error::{AppError, Refusal, Resolved, UserError},
    ids::{id, read},
    page,
};
use async_graphql::{
    Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject,
    connection::{Connection, EmptyFields},
};
use chrono::{DateTime, Utc};
use meridian_app::identity as app;
use meridian_domain::{ids::RunId, people::Permission};
use meridian_store::runs as store;

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum IdentityRunKind {
    /// Looks for twins among all customers.
    Dedupe,
    /// Brings customers of another system.
    Import,
}

impl IdentityRunKind {
    fn code(self) -> &'static str {
        match self {
            Self::Dedupe => "dedupe",
            Self::Import => "import",
        }
    }
}

/// A row of an import that was not taken.
#[derive(SimpleObject)]
pub(crate) struct ImportRefusal {
    /// Its line in the file, from 1; the headers are line 1.
    line: i32,
    /// Why.
    reason: String,
}

/// A de-duplication or an import.
pub(crate) struct IdentityRun(store::Run);

/// A de-duplication or an import.
#[Object]
impl IdentityRun {
    /// Opaque id.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// dedupe or import.
    async fn kind(&self) -> &str {
        &self.0.kind
    }
    /// The file's name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// preview (of an import, nothing applied yet), waiting, running, done or failed.
    async fn state(&self) -> &str {
        &self.0.state
    }
    /// Steps in all: rows of an import; customers twice, for de-duplication writes keys and then compares.
    async fn total(&self) -> i32 {
        self.0.total
    }
    /// Steps done.
    async fn done(&self) -> i32 {
        self.0.done
    }
    /// De-duplication: new suggestions. Import: customers created; in a preview, to be created.
    async fn found(&self) -> i32 {
        self.0.found
    }
    /// Import: rows that met a known customer.
    async fn linked(&self) -> i32 {
        self.0.linked
    }
    /// Import: rows refused.
    async fn refused(&self) -> i32 {
        self.0.refused
    }
    /// What went wrong.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Until when.
    async fn finished_at(&self) -> Option<DateTime<Utc>> {
        self.0.finished_at
    }
    /// Rows that were refused, by line.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn refusals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, ImportRefusal, EmptyFields, EmptyFields>> {
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_number).transpose().extend()?;
        let line = i32::try_from(from.unwrap_or(-1)).unwrap_or(i32::MAX);
        let mut tx = viewer(ctx).extend()?.read().await.extend()?;
        let rows = store::rows(&mut tx, self.0.id, line, true, limit + 1).await.map_err(AppError::from).extend()?;
        let shown = |row: store::ImportRow| ImportRefusal { line: row.line, reason: row.refusal.unwrap_or_default() };
        Ok(page::connection(rows, limit, from.is_some(), |row| page::number_cursor(row.line.into()), shown))
    }
}

#[derive(Default)]
pub(crate) struct RunQueries;

#[Object]
impl RunQueries {
    /// De-duplications or imports, newest first. Needs `customers:manage`.
    #[graphql(complexity = "first.unwrap_or(50).clamp(1, 100) as usize * child_complexity")]
    async fn identity_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which")] kind: IdentityRunKind,
        #[graphql(desc = "How many, 1 to 100")] first: Option<i32>,
        #[graphql(desc = "Go on after this cursor")] after: Option<String>,
    ) -> Resolved<Connection<String, IdentityRun, EmptyFields, EmptyFields>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ManageCustomers).extend()?;
        let limit = page::first(first).extend()?;
        let from = after.as_deref().map(page::read_at::<RunId>).transpose().extend()?;
        let mut tx = viewer.read().await.extend()?;
        let rows = store::page(&mut tx, kind.code(), from, limit + 1).await.map_err(AppError::from).extend()?;
        let cursor = |run: &store::Run| page::at_cursor(run.created_at, run.id);
        Ok(page::connection(rows, limit, from.is_some(), cursor, IdentityRun))
    }

    /// One of them, for its progress. Needs `customers:manage`.
    async fn identity_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id")] id: ID,
    ) -> Resolved<Option<IdentityRun>> {
        let viewer = viewer(ctx).extend()?;
        viewer.require(Permission::ManageCustomers).extend()?;
        let id = read::<RunId>(&id).extend()?;
        let mut tx = viewer.read().await.extend()?;
        Ok(store::find(&mut tx, id).await.map_err(AppError::from).extend()?.map(IdentityRun))
    }
}

#[derive(InputObject)]
struct ImportStartInput {
    /// The import that was looked at; `POST /v1/imports` answers its id.
    run_id: ID,
}

/// Result of starting a run.
#[derive(SimpleObject)]
struct IdentityRunPayload {
    /// The run.
    run: Option<IdentityRun>,
    /// Why it was not begun.
    user_errors: Vec<UserError>,
}

async fn begun(ctx: &Context<'_>, done: Result<RunId, app::RunRefused>) -> Resolved<IdentityRunPayload> {
    let viewer = viewer(ctx).extend()?;
    match done {
        Ok(run) => {
            let mut tx = viewer.read().await.extend()?;
            let run = store::find(&mut tx, run).await.map_err(AppError::from).extend()?.map(IdentityRun);
            Ok(IdentityRunPayload { run, user_errors: Vec::new() })
        }
        Err(refused) => Ok(IdentityRunPayload { run: None, user_errors: vec![refused.split().extend()?] }),
    }
}

#[derive(Default)]
pub(crate) struct RunMutations;

#[Object]
impl RunMutations {
    /// Looks for twins among all customers; what is likely comes to the review queue. Needs `customers:manage`.
    async fn identity_dedupe(&self, ctx: &Context<'_>) -> Resolved<IdentityRunPayload> {
        let viewer = viewer(ctx).extend()?;
        let done = app::dedupe(&viewer.app, &viewer.subject).await;
        begun(ctx, done).await
    }

    /// Applies an import that was looked at. Needs `customers:manage`.
    async fn customer_import(&self, ctx: &Context<'_>, input: ImportStartInput) -> Resolved<IdentityRunPayload> {
        let viewer = viewer(ctx).extend()?;
        let run = read::<RunId>(&input.run_id).extend()?;
        let done = app::start(&viewer.app, &viewer.subject, run).await;
        begun(ctx, done).await
    }
}
