//! `meridian identity ..`: the identity engine run on files. Readers and writers only; the rules are the live ones.

mod caller;
mod link;
mod phones;
mod stream;

pub use caller::caller;
pub use link::{link, link_with};
pub use phones::phones;
pub use stream::stream;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

/// Reads a file of JSON lines; empty lines count but hold nothing. Gives each value with its 0-based line number.
fn json_lines<T: DeserializeOwned>(path: &Path) -> Result<impl Iterator<Item = Result<(usize, T)>>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let name = path.display().to_string();
    Ok(BufReader::new(file).lines().enumerate().filter_map(move |(number, line)| match line {
        Ok(line) if line.trim().is_empty() => None,
        Ok(line) => Some(
            serde_json::from_str(&line)
                .map(|value| (number, value))
                .with_context(|| format!("{name}, line {}: not as documented", number + 1)),
        ),
        Err(error) => Some(Err(error).with_context(|| format!("cannot read {name}"))),
    }))
}
