//! `meridian handoff brief FILE.jsonl [--words N or --chars N]`.

use super::lines;
use anyhow::Result;
use meridian_domain::handoff::{Limit, Said, Speaker, summarise};
use serde::Deserialize;
use serde_json::json;
use std::{io::Write, path::Path};

#[derive(Deserialize)]
struct Dialogue {
    turns: Vec<Turn>,
}

#[derive(Deserialize)]
struct Turn {
    speaker: String,
    text: String,
}

/// Writes the brief of each dialogue.
pub fn brief(path: &Path, limit: Limit, out: &mut impl Write) -> Result<()> {
    lines::read(path, |id, dialogue: Dialogue| {
        let said: Vec<Said<'_>> = dialogue
            .turns
            .iter()
            .map(|turn| {
                let speaker = match turn.speaker.as_str() {
                    "customer" | "user" => Speaker::Customer,
                    "bot" | "system" => Speaker::Bot,
                    _ => Speaker::Agent,
                };
                Said { speaker, text: &turn.text }
            })
            .collect();
        let summary = summarise(&said, limit);
        let facts: Vec<_> = summary
            .slots
            .iter()
            .map(|slot| {
                json!({"kind": slot.kind.name(), "subject": slot.subject, "value": slot.value, "turn": slot.turn})
            })
            .collect();
        lines::write(out, &json!({"id": id, "summary": summary.text, "facts": facts}))
    })
}
