//! Long work over all customers, a part at a time: what was done is kept with each part, and progress is seen.

use super::{
    import, raw,
    recognise::{keep, learn, near},
};
use crate::{
    App,
    authz::{Forbidden, Subject},
};
use meridian_domain::{
    ids::{CustomerId, RunId, TenantId},
    jobs::Job,
    people::Permission,
};
use meridian_store::{
    StoreError, WriteTx,
    candidates::Suggestion,
    recognition,
    runs::{self, Run},
};
use serde_json::json;
use std::time::Duration;
use tokio::{task::JoinHandle, time::Instant};

/// Customers of one transaction.
const PART: i64 = 2000;
/// Customers that are compared while the next are read.
const AT_ONCE: usize = 500;
/// After so long the rest goes to the end of the lane: other tenants wait there.
const TURN: Duration = Duration::from_secs(20);

/// Why a run was not begun.
#[derive(Debug, thiserror::Error)]
pub enum RunRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such import.
    #[error("no such import")]
    NotFound,
    /// One is on.
    #[error("one is on already: look at its progress")]
    Running,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks for twins among all customers.
pub async fn dedupe(app: &App, subject: &Subject) -> Result<RunId, RunRefused> {
    subject.require(Permission::ManageCustomers)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let run = compare_all(&mut tx).await?.ok_or(RunRefused::Running)?;
    tx.commit().await?;
    Ok(run)
}

/// Begins a run that compares all customers; `None` when one is on.
pub(crate) async fn compare_all(tx: &mut WriteTx) -> Result<Option<RunId>, StoreError> {
    if runs::deduping(tx).await? {
        return Ok(None);
    }
    let customers = recognition::count(tx).await?;
    let run = runs::insert(tx, "dedupe", "", "waiting", customers * 2).await?;
    begin(tx, run);
    Ok(Some(run))
}

/// Applies an import that was looked at.
pub async fn start(app: &App, subject: &Subject, run: RunId) -> Result<RunId, RunRefused> {
    subject.require(Permission::ManageCustomers)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let mut found = runs::lock(&mut tx, run).await?.filter(|run| run.kind == "import").ok_or(RunRefused::NotFound)?;
    if found.state != "preview" {
        return Err(RunRefused::Running);
    }
    "waiting".clone_into(&mut found.state);
    (found.found, found.linked) = (0, 0);
    runs::set(&mut tx, &found).await?;
    begin(&mut tx, run);
    tx.commit().await?;
    Ok(run)
}

/// How far a run is.
pub async fn progress(app: &App, subject: &Subject, run: RunId) -> Result<Run, RunRefused> {
    subject.require(Permission::ManageCustomers)?;
    let mut tx = app.db.read(subject.scope()).await?;
    runs::find(&mut tx, run).await?.ok_or(RunRefused::NotFound)
}

fn begin(tx: &mut WriteTx, run: RunId) {
    let tenant = tx.scope().tenant();
    tx.job(&Job::RunIdentity { run }, tenant.0);
    tx.audit("identity_run_started", "identity_run", Some(run.0), json!({}));
}

/// The next parts of a run; what is left after a while is queued again.
pub async fn run(app: &App, tenant: TenantId, id: RunId) -> Result<(), StoreError> {
    let (subject, began) = (Subject::system(tenant), Instant::now());
    loop {
        let mut tx = app.db.write(subject.scope()).await?;
        let Some(mut run) = runs::lock(&mut tx, id).await?.filter(open) else { return Ok(()) };
        "running".clone_into(&mut run.state);
        let phase = run.phase;
        if run.kind == "import" {
            import::part(&mut tx, &mut run).await?;
        } else {
            part(&mut tx, &mut run).await?;
        }
        let more = run.state == "running";
        let later = more && began.elapsed() > TURN;
        if later {
            tx.job(&Job::RunIdentity { run: id }, tenant.0);
        }
        runs::set(&mut tx, &run).await?;
        tx.commit().await?;
        if run.phase != phase {
            learn(app, tenant).await?;
        }
        if later || !more {
            return Ok(());
        }
    }
}

/// Queues a run again whose job was lost; one that is over stays so.
pub async fn go_on(app: &App, tenant: TenantId, id: RunId) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(run) = runs::lock(&mut tx, id).await?.filter(open) else { return Ok(()) };
    runs::set(&mut tx, &run).await?;
    tx.job(&Job::RunIdentity { run: id }, tenant.0);
    tx.commit().await
}

/// Ends a run that cannot go on, and says why.
pub async fn fail(app: &App, tenant: TenantId, id: RunId, why: &str) -> Result<(), StoreError> {
    let mut tx = app.db.write(Subject::system(tenant).scope()).await?;
    let Some(mut run) = runs::lock(&mut tx, id).await?.filter(open) else { return Ok(()) };
    "failed".clone_into(&mut run.state);
    run.error = Some(why.to_owned());
    runs::set(&mut tx, &run).await?;
    tx.commit().await
}

fn open(run: &Run) -> bool {
    matches!(run.state.as_str(), "waiting" | "running")
}

/// First all customers are made to be found, then each is compared with those of a higher id that it meets.
async fn part(tx: &mut WriteTx, run: &mut Run) -> Result<(), StoreError> {
    let ids = recognition::next(tx, run.last_id, false, PART).await?;
    let Some(last) = ids.last() else {
        run.last_id = None;
        if run.phase == 0 {
            run.phase = 1;
        } else {
            run.total = run.done;
            "done".clone_into(&mut run.state);
        }
        return Ok(());
    };
    if run.phase == 0 {
        let known = recognition::known(tx, &raw(&ids)).await?;
        recognition::show(tx, &known).await?;
    } else {
        let new = compare(tx, &ids).await?;
        run.found += i32::try_from(new).unwrap_or(i32::MAX);
    }
    run.done += i32::try_from(ids.len()).unwrap_or(0);
    run.total = run.total.max(run.done);
    run.last_id = Some(last.0);
    Ok(())
}

/// Compares customers with those of a higher id. The database looks for the next while this process compares.
async fn compare(tx: &mut WriteTx, customers: &[CustomerId]) -> Result<u64, StoreError> {
    let learned = recognition::learned(tx).await?;
    let (mut new, mut comparing) = (0, None);
    for some in customers.chunks(AT_ONCE) {
        let subjects = recognition::profiles(tx, &raw(some)).await?;
        let near = near(tx, subjects, &learned, true).await?;
        let before = comparing.replace((some, tokio::task::spawn_blocking(move || near.score())));
        new += finish(tx, before).await?;
    }
    Ok(new + finish(tx, comparing).await?)
}

/// Writes what comparing some customers has found.
async fn finish(
    tx: &mut WriteTx,
    comparing: Option<(&[CustomerId], JoinHandle<Vec<Suggestion>>)>,
) -> Result<u64, StoreError> {
    let Some((customers, found)) = comparing else { return Ok(0) };
    let found = found.await.map_err(|_| StoreError::Interrupted)?;
    keep(tx, customers, found, true).await
}
