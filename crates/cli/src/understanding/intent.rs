//! `meridian intent train FILE.jsonl --out MODEL` and `meridian intent predict MODEL FILE.jsonl`.

use super::lines;
use anyhow::{Context, Result};
use meridian_domain::understanding::intent::{self, Example, Model};
use serde::Deserialize;
use serde_json::json;
use std::{io::Write, path::Path};

#[derive(Deserialize)]
struct Labelled {
    text: String,
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    labels: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Request {
    text: String,
    #[serde(default)]
    context: Option<String>,
}

/// Trains on labelled lines and writes the model. Fails with the reason when the examples cannot be trained on.
pub fn train(path: &Path, out: &Path) -> Result<()> {
    let mut examples = Vec::new();
    lines::read(path, |_, line: Labelled| {
        let labels = line.labels.unwrap_or_else(|| line.label.into_iter().collect());
        examples.push(Example { text: line.text, context: line.context.unwrap_or_default(), labels });
        Ok(())
    })?;
    let model = intent::train(&examples)?;
    std::fs::write(out, model.to_bytes()).with_context(|| format!("cannot write {}", out.display()))
}

/// Reads a model.
pub fn load(path: &Path) -> Result<Model> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Model::from_bytes(&bytes).with_context(|| path.display().to_string())
}

/// Writes the intent, or the intents, of each line.
pub fn predict(model: &Path, path: &Path, out: &mut impl Write) -> Result<()> {
    let model = load(model)?;
    lines::read(path, |id, line: Request| {
        let said = model.predict(&line.text, line.context.as_deref().unwrap_or_default());
        let score = (said.score * 1e6).round() / 1e6;
        if model.multi() {
            lines::write(out, &json!({"id": id, "labels": said.labels, "score": score}))
        } else {
            lines::write(out, &json!({"id": id, "label": said.label, "score": score}))
        }
    })
}
