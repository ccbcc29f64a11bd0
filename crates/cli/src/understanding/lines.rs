//! JSON lines in and out.

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::Path,
};

/// Calls `each` with every line: its id, and what it holds. Empty lines are skipped but counted.
pub fn read<T: DeserializeOwned>(path: &Path, mut each: impl FnMut(Value, T) -> Result<()>) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.with_context(|| format!("{}: line {}", path.display(), number + 1))?;
        if line.trim().is_empty() {
            continue;
        }
        let at = || format!("{}: line {} is not what this command reads", path.display(), number + 1);
        let mut value: Value = serde_json::from_str(&line).with_context(at)?;
        let id = value.get_mut("id").map(Value::take).filter(|id| !id.is_null());
        each(id.unwrap_or_else(|| Value::from(number.to_string())), serde_json::from_value(value).with_context(at)?)?;
    }
    Ok(())
}

/// Writes one line.
pub fn write(out: &mut impl Write, value: &Value) -> Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}
