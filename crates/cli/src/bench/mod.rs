//! Measuring, on private servers with production settings. Each bench prints a table for people and, with `--json`,
//! one object in the last line.

mod crowd;
mod decode;
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
    /// Verify and parse recorded posts of every channel, on one core.
    Decode(decode::Options),
}

/// Runs one.
pub async fn run(bench: &Bench, json: bool) -> Result<()> {
    let told = match bench {
        Bench::Inbound(options) => inbound::run(options).await?,
        Bench::Decode(options) => decode::run(options)?,
    };
    if json {
        println!("{told}");
    }
    Ok(())
}
