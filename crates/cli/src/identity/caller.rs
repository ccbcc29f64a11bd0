//! `meridian identity caller PROFILES.csv DIALOGUES.jsonl`: spoken identification attempts to profiles.

use super::json_lines;
use anyhow::{Context, Result};
use meridian_domain::identity::caller::{Attempt, Confidence, Directory, Item};
use serde::Deserialize;
use serde_json::json;
use std::{io::Write, path::Path};

#[derive(Deserialize)]
struct Dialogue {
    dialogue_id: String,
    #[serde(default)]
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    item: String,
    #[serde(default)]
    nbest: Vec<String>,
}

/// Reads profiles (`profile_id`, `postcode`, `name`, `dob`) and dialogues; writes `{"dialogue_id", "profile", "ranked"}`.
pub fn caller(profiles: &Path, dialogues: &Path, out: &mut impl Write) -> Result<()> {
    let mut reader = csv::Reader::from_path(profiles).with_context(|| format!("cannot open {}", profiles.display()))?;
    let headers = reader.headers()?.clone();
    let column = |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name);
    let (id, code, name, birth) = (column("profile_id"), column("postcode"), column("name"), column("dob"));
    let id = id.with_context(|| format!("{}: no column profile_id", profiles.display()))?;
    let (mut ids, mut rows) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.with_context(|| format!("{}: not a table", profiles.display()))?;
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or("").to_owned();
        ids.push(cell(Some(id)));
        rows.push((cell(code), cell(name), cell(birth)));
    }
    let directory = Directory::new(&rows);
    for line in json_lines::<Dialogue>(dialogues)? {
        let (_, dialogue) = line?;
        let attempts: Vec<Attempt> = dialogue
            .turns
            .into_iter()
            .filter_map(|turn| {
                let item = match turn.item.as_str() {
                    "postcode" => Item::Code,
                    "name" => Item::Name,
                    "dob" => Item::Birth,
                    _ => return None,
                };
                Some(Attempt { item, heard: turn.nbest })
            })
            .collect();
        let found = directory.recognise(&attempts, Confidence::default());
        let named = |profile: usize| ids.get(profile).cloned().unwrap_or_default();
        let ranked: Vec<String> = found.ranked.into_iter().map(named).collect();
        writeln!(
            out,
            "{}",
            json!({"dialogue_id": dialogue.dialogue_id, "profile": found.profile.map(named), "ranked": ranked})
        )?;
    }
    Ok(())
}
