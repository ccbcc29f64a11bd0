//! `meridian identity phones FILE.jsonl`: raw phone notations to keys.

use super::json_lines;
use anyhow::Result;
use meridian_domain::identity::phone;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{io::Write, path::Path};

#[derive(Deserialize)]
struct Line {
    id: Option<Value>,
    input: String,
    #[serde(default)]
    default_region: Option<String>,
}

/// Reads `{"id", "input", "default_region"}` lines, writes `{"id", "e164", "valid", "type", "ext"}` lines.
pub fn phones(path: &Path, out: &mut impl Write) -> Result<()> {
    for line in json_lines::<Line>(path)? {
        let (number, line) = line?;
        let id = line.id.unwrap_or_else(|| json!(number.to_string()));
        let found = phone::parse(&line.input, line.default_region.as_deref());
        let answer = match found {
            Some(phone) => json!({
                "id": id, "e164": phone.e164, "valid": phone.valid, "type": phone.kind.code(), "ext": phone.extension,
            }),
            None => json!({"id": id, "e164": null, "valid": false, "type": null, "ext": null}),
        };
        writeln!(out, "{answer}")?;
    }
    Ok(())
}
