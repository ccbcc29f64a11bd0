//! A workspace's past as a scenario folder.

use crate::{config::Config, processes};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use meridian_app::routing::export_past;
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

/// Writes what came between two moments, and who was there, into `dir`.
pub async fn past(
    config: &Config,
    workspace: &str,
    times: (DateTime<Utc>, DateTime<Utc>),
    threshold: f64,
    dir: &Path,
) -> Result<()> {
    ensure!(times.0 < times.1, "--to must be later than --from");
    ensure!((1.0..=86_400.0).contains(&threshold), "--threshold goes from 1 to 86400 seconds");
    let app = processes::app(config, true)?;
    let scenario = export_past(&app, workspace, times, threshold).await?;
    app.db.close().await;
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    fs::write(dir.join("scenario.json"), serde_json::to_string_pretty(&scenario.settings)?)?;
    lines(&dir.join("agents.jsonl"), &scenario.agents)?;
    lines(&dir.join("calls.jsonl"), &scenario.calls)?;
    println!("{} pieces of work and {} agents in {}", scenario.calls.len(), scenario.agents.len(), dir.display());
    Ok(())
}

fn lines<T: Serialize>(path: &Path, all: &[T]) -> Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut out = BufWriter::new(file);
    for one in all {
        writeln!(out, "{}", serde_json::to_string(one)?)?;
    }
    Ok(out.flush()?)
}
