//! A tenant's own past days as a scenario.

use crate::{App, authz::Subject};
use meridian_domain::{
    simulation::{Scenario, scenario_of},
    time::Instant,
};
use meridian_store::{StoreError, history, setup, system};

/// Why there is no scenario.
#[derive(Debug, thiserror::Error)]
pub enum ExportRefused {
    /// No such workspace.
    #[error("no workspace is called {0}")]
    NoWorkspace(String),
    /// Too much happened in it.
    #[error("more than 100,000 pieces of work or changes of hands: choose a shorter time")]
    TooMuch,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came to a workspace between two moments, and who was there, for an operator at the command line.
pub async fn export_past(
    app: &App,
    workspace: &str,
    (from, to): (Instant, Instant),
    threshold: f64,
) -> Result<Scenario, ExportRefused> {
    let mut tx = app.db.system("an operator names the workspace whose past is exported").await?;
    let tenant = system::tenant_of(&mut tx, workspace).await?;
    drop(tx);
    let tenant = tenant.ok_or_else(|| ExportRefused::NoWorkspace(workspace.to_owned()))?;
    let mut tx = app.db.read(Subject::system(tenant).scope()).await?;
    let past = history::past(&mut tx, from, to).await?.map_err(|_| ExportRefused::TooMuch)?;
    let names = setup::queues(&mut tx).await?.into_iter().map(|queue| (queue.id, queue.name)).collect();
    Ok(scenario_of(&past, &names, (from, to), threshold))
}
