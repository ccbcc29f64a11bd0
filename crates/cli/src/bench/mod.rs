//! Measuring, on private servers with production settings. Each bench prints a table for people and, with `--json`,
//! one object in the last line.

mod core;
mod crowd;
mod floor;
mod inbound;
mod rig;

use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// Signed posts to pushes on agents' sockets, at fixed rates.
    Inbound(inbound::Options),
    /// The routing core alone, on one thread.
    Core(core::Options),
}

/// Runs one.
pub async fn run(bench: &Bench, json: bool) -> Result<()> {
    let told = match bench {
        Bench::Inbound(options) => inbound::run(options).await?,
        Bench::Core(options) => core::run(options),
    };
    if json {
        println!("{told}");
    }
    Ok(())
}
