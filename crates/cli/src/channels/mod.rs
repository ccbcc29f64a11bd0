//! The offline commands of the channels: a folder of recorded requests, read by the code that serves live traffic.

mod mail;

use anyhow::{Context, Result};
use clap::Subcommand;
use serde_json::Value;
use std::{
    io::{BufWriter, Write, stdout},
    path::PathBuf,
};

/// `meridian channels ...`
#[derive(Debug, Subcommand)]
pub enum Channels {
    /// Write what each request of a folder says.
    Replay {
        /// Holds `index.json` and the files that it names.
        dir: PathBuf,
    },
}

impl Channels {
    /// Runs the command.
    pub fn run(&self) -> Result<()> {
        let Self::Replay { dir } = self;
        let index = std::fs::read(dir.join("index.json")).context("index.json")?;
        let index: Value = serde_json::from_slice(&index)?;
        let mut out = BufWriter::new(stdout().lock());
        for item in index["fixtures"].as_array().into_iter().flatten() {
            if let Some(line) = mail::replay(item, dir, &index["defaults"]) {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }
}
