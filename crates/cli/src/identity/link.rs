//! `meridian identity link RECORDS.csv [--map FILE]`: customer records to persons.

use anyhow::{Context, Result};
use meridian_domain::identity::{
    compare::Role,
    link::{Settings, link as cluster, role_named, role_of},
    pairing::Records,
};
use serde_json::json;
use std::{collections::HashMap, fs, io::Write, path::Path};

/// Reads a table with headers, writes `{"id", "cluster"}` lines.
///
/// Columns are found by their headers, or by a JSON object `{"header": "role"}` in `map`, where a role is one of `id`,
/// `given`, `family`, `full_name`, `birth`, `postcode`, `place`, `street`, `mail`, `phone`, `document`, `category` and
/// `ignore`. Records without an id column take their 0-based number.
pub fn link(path: &Path, map: Option<&Path>, out: &mut impl Write) -> Result<()> {
    let map: HashMap<String, String> = match map {
        Some(map) => {
            let text = fs::read_to_string(map).with_context(|| format!("cannot read {}", map.display()))?;
            serde_json::from_str(&text).with_context(|| format!("{}: not {{\"header\": \"role\"}}", map.display()))?
        }
        None => HashMap::new(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_path(path)
        .with_context(|| format!("cannot open {}", path.display()))?;
    let headers: Vec<String> =
        reader.headers()?.iter().map(|header| header.trim_start_matches('\u{feff}').to_owned()).collect();
    let role = |header: &String| match map.get(header) {
        Some(named) => role_named(named),
        None => role_of(header),
    };
    let is_id = |header: &String| match map.get(header) {
        Some(named) => named == "id",
        None => matches!(header.to_lowercase().as_str(), "id" | "rec_id" | "record_id" | "recordid" | "unique_id"),
    };
    let roles: Vec<Option<Role>> = headers.iter().map(role).collect();
    let id_at = headers.iter().position(is_id);
    let mut ids: Vec<String> = Vec::new();
    let mut columns: Vec<(Role, Vec<String>)> = roles.iter().flatten().map(|role| (*role, Vec::new())).collect();
    for record in reader.records() {
        let record = record.with_context(|| format!("{}: not a table", path.display()))?;
        ids.push(id_at.and_then(|at| record.get(at)).map_or_else(|| ids.len().to_string(), str::to_owned));
        let known = roles.iter().enumerate().filter(|(_, role)| role.is_some());
        for ((at, _), (_, cells)) in known.zip(&mut columns) {
            cells.push(record.get(at).unwrap_or("").to_owned());
        }
    }
    let records = Records::new(columns);
    for (id, cluster) in ids.iter().zip(cluster(&records, Settings::default())) {
        writeln!(out, "{}", json!({"id": id, "cluster": cluster.to_string()}))?;
    }
    Ok(())
}
