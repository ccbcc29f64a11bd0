//! `meridian text language FILE.jsonl` and `meridian text sentiment FILE.jsonl [--model MODEL]`.

use super::{intent, lines};
use anyhow::Result;
use meridian_domain::understanding::{
    intent::Model,
    language,
    sentiment::{self, Mood},
};
use serde::Deserialize;
use serde_json::json;
use std::{io::Write, path::Path};

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    hints: Vec<String>,
}

/// Language of texts that have no letters: ISO 639-2 "undetermined".
const UNDETERMINED: &str = "und";

/// Writes the language of each line.
pub fn language(path: &Path, out: &mut impl Write) -> Result<()> {
    lines::read(path, |id, line: Line| {
        let hints: Vec<&str> = line.hints.iter().map(String::as_str).collect();
        let lang = language::among(&line.text, &hints).map_or(UNDETERMINED, |guess| guess.lang);
        lines::write(out, &json!({"id": id, "lang": lang}))
    })
}

/// Writes the sentiment of each line. A tenant's model decides where it is sure; the lexicon elsewhere.
pub fn sentiment(path: &Path, model: Option<&Path>, out: &mut impl Write) -> Result<()> {
    let model: Option<Model> = model.map(intent::load).transpose()?;
    lines::read(path, |id, line: Line| {
        let mood: Mood = sentiment::with_learnt(&line.text, model.as_ref());
        lines::write(out, &json!({"id": id, "label": mood.name()}))
    })
}
