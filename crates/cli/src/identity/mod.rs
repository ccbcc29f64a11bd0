//! `meridian identity ..`: the identity engine run on files. Readers and writers only; the rules are the live ones.

mod caller;
mod link;
mod phones;
mod stream;

use anyhow::{Context, Result};
use clap::Subcommand;
use serde::de::DeserializeOwned;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

/// What the identity engine can be run on; JSON lines come out on standard output.
#[derive(Debug, Subcommand)]
pub enum Identity {
    /// Customer records to persons: {"id", "cluster"} a record.
    Link {
        /// A table with headers.
        records: PathBuf,
        /// A JSON object {"header": "role"} for headers that are not understood by themselves. Roles: id, given, family,
        /// full_name, birth, postcode, place, street, mail, phone, document, category, ignore.
        #[arg(long)]
        map: Option<PathBuf>,
    },
    /// Contact events with agents' corrections: {"event_id", "online", "final"} a contact.
    Stream {
        /// JSON lines in the order of the events.
        events: PathBuf,
    },
    /// Raw phone notations to keys: {"id", "e164", "valid", "type", "ext"} a line.
    Phones {
        /// JSON lines {"id", "input", "default_region"}.
        file: PathBuf,
    },
    /// Spoken identification attempts to profiles: {"dialogue_id", "profile", "ranked"} a dialogue.
    Caller {
        /// A table with the headers profile_id, postcode, name and dob.
        profiles: PathBuf,
        /// JSON lines {"dialogue_id", "turns": [{"item", "nbest"}]}.
        dialogues: PathBuf,
    },
}

impl Identity {
    /// Runs the command. Errors name the file, and the line where there is one. A reader that has seen enough and closes
    /// the pipe is no error.
    pub fn run(&self) -> Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        let done = match self {
            Self::Link { records, map } => link::link(records, map.as_deref(), &mut out),
            Self::Stream { events } => stream::stream(events, &mut out),
            Self::Phones { file } => phones::phones(file, &mut out),
            Self::Caller { profiles, dialogues } => caller::caller(profiles, dialogues, &mut out),
        };
        match done.and_then(|()| Ok(out.flush()?)) {
            Err(error) if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe) => {
                Ok(())
            }
            done => done,
        }
    }
}

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
