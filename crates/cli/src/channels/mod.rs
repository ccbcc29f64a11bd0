//! `meridian channels ...`: the adapters on files.
//!
//! Thin: read a folder of recorded requests, hand each to the adapter that serves live traffic, write JSON lines on
//! standard output.

mod account;
mod bot;
mod event;
mod fixture;
mod mail;
mod unit;
mod webhook;

use anyhow::{Context, Result};
use clap::Subcommand;
use fixture::{Folder, Item};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufWriter, Write, stdout},
    path::{Path, PathBuf},
};

/// `meridian channels ...`
#[derive(Debug, Subcommand)]
pub enum Channels {
    /// Replay the recorded requests of a folder.
    Replay {
        /// Holds `index.json` and the bodies it names.
        dir: PathBuf,
        /// Deliver each item so many times; what it brought is printed once.
        #[arg(long, default_value_t = 1)]
        times: u32,
    },
}

impl Channels {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let Self::Replay { dir, times } = self;
        let mut out = BufWriter::new(stdout().lock());
        replay(dir, *times, |line| Ok(writeln!(out, "{line}")?))?;
        Ok(out.flush()?)
    }
}

/// Items of one sequence share an account; every other item has one of its own.
fn replay(dir: &Path, times: u32, mut print: impl FnMut(&Value) -> Result<()>) -> Result<()> {
    let folder = Folder::read(dir)?;
    let mut seen: BTreeMap<String, webhook::Seen> = BTreeMap::new();
    for item in &folder.items {
        let item = Item::new(&folder, item).with_context(|| format!("item {}", item["id"]))?;
        let memory = seen.entry(item.sequence().unwrap_or_else(|| item.id())).or_default();
        if let Some(mut line) = line(&item, times, memory) {
            line["id"] = json!(item.id());
            print(&line)?;
        }
    }
    Ok(())
}

/// What became of an item; `None` for kinds that nothing answers.
fn line(item: &Item<'_>, times: u32, seen: &mut webhook::Seen) -> Option<Value> {
    if let Some(line) = mail::replay(item.raw, &item.body, &item.folder.defaults) {
        return Some(line);
    }
    match item.kind() {
        "signature_unit" => unit::signature(item),
        "crypto_unit" => Some(unit::crypto(item)),
        "verify_get" => webhook::challenge(item),
        "bot_webhook" => Some(bot::replay(item)),
        _ => webhook::replay(item, times, seen),
    }
}

#[cfg(test)]
mod tests;
