//! Routing offline: the simulator's router protocol, whole simulated days, and the check against Erlang A.

mod erlang;
mod export;
mod route;
mod simulate;

use crate::config::Config;
use anyhow::{Result, bail};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use meridian_domain::routing::{Order, Plan, Step};
use std::path::PathBuf;

/// `meridian simulate`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Simulate {
    #[command(subcommand)]
    what: Option<What>,
    /// Folder with `scenario.json`, `agents.jsonl` and `calls.jsonl`.
    dir: Option<PathBuf>,
    /// Write every decision with its reasons here, a line each.
    #[arg(long)]
    decisions: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Write a workspace's own past as a scenario folder: no names, no messages.
    Export {
        /// The workspace.
        #[arg(long)]
        workspace: String,
        /// From when, RFC 3339.
        #[arg(long)]
        from: DateTime<Utc>,
        /// Until when, RFC 3339.
        #[arg(long)]
        to: DateTime<Utc>,
        /// Seconds within which work should be answered.
        #[arg(long, default_value_t = 30.0)]
        threshold: f64,
        /// The folder to write; made when it is not there.
        out: PathBuf,
    },
    /// Compare random days with the exact values of Erlang A (M/M/n+M) in a reference file.
    Erlang {
        /// JSON list of `{"model":"A","calls_per_hour","aht","patience","n","t","sl","wait_all","p_abandon","occupancy"}`.
        reference: PathBuf,
        /// Calls a row.
        #[arg(long, default_value_t = 1_000_000)]
        calls: usize,
        /// Seed of the random days.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
}

impl Simulate {
    /// Runs it, figures to standard output.
    pub async fn run(self, config: &Config) -> Result<()> {
        match (self.what, self.dir) {
            (Some(What::Export { workspace, from, to, threshold, out }), _) => {
                export::past(config, &workspace, (from, to), threshold, &out).await
            }
            (Some(What::Erlang { reference, calls, seed }), _) => erlang::compare(&reference, calls, seed),
            (None, Some(dir)) => simulate::day(&dir, self.decisions.as_deref()),
            (None, None) => bail!("which folder?"),
        }
    }
}

/// `meridian route`: answers the simulator on standard output.
pub fn route() -> Result<()> {
    route::serve(std::io::stdin().lock(), &mut std::io::stdout().lock())
}

/// The default plan, without relaxation: a simulated call needs its skill and its language.
fn default_plan(threshold: f64) -> Plan {
    Plan { target_seconds: threshold.clamp(1.0, 86_400.0).round() as u32, ..Plan::strict() }
}

/// Strictly first come, first served, by the longest idle.
fn first_come() -> Plan {
    let step = Step { any_hours: true, order: Order::LongestIdle, ..Step::default() };
    Plan { steps: vec![step], target_seconds: 0, reserve: false, ..Plan::strict() }
}
