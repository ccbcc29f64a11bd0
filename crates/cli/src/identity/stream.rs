//! `meridian identity stream STREAM.jsonl`: contact events with agents' corrections through the online engine.

use super::json_lines;
use anyhow::Result;
use meridian_domain::identity::{
    classes,
    name::Name,
    stream::{Contact, Engine, Policy},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{collections::HashMap, io::Write, path::Path};

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "event_id")]
    id: String,
    ts: f64,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    default_region: Option<String>,
    #[serde(default)]
    ids: Map<String, Value>,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    claims: Map<String, Value>,
    #[serde(default)]
    verified: bool,
    #[serde(default)]
    a: Option<String>,
    #[serde(default)]
    b: Option<String>,
}

/// Reads contacts, `agent_merge` and `agent_split` in their order; writes `{"event_id", "online", "final"}` lines.
pub fn stream(path: &Path, out: &mut impl Write) -> Result<()> {
    let mut engine = Engine::new(Policy::default());
    let mut placed: Vec<(String, usize)> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    for line in json_lines::<Event>(path)? {
        let (_, event) = line?;
        if event.kind == "contact" {
            let placement = engine.observe(contact(&event));
            numbers.insert(event.id.clone(), placed.len());
            placed.push((event.id, placement.profile.0));
            continue;
        }
        let number = |id: &Option<String>| id.as_ref().and_then(|id| numbers.get(id)).copied();
        if let (Some(a), Some(b)) = (number(&event.a), number(&event.b)) {
            match event.kind.as_str() {
                "agent_merge" => engine.confirm_same(a, b),
                "agent_split" => engine.confirm_different(a, b),
                _ => {}
            }
        }
    }
    for ((id, online), settled) in placed.iter().zip(engine.settled()) {
        writeln!(
            out,
            "{}",
            json!({"event_id": id, "online": format!("p{online}"), "final": format!("f{}", settled.0)})
        )?;
    }
    Ok(())
}

fn contact(event: &Event) -> Contact {
    let region = event.default_region.as_deref();
    let said = |name: &str| event.claims.get(name).and_then(Value::as_str);
    let claimed = event.claims.iter().filter(|(scheme, _)| !matches!(scheme.as_str(), "name" | "dob" | "birth_date"));
    let mut keys = Vec::new();
    for (scheme, value) in event.ids.iter().chain(claimed) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Some(found) = classes::key(scheme, &value, region).filter(|found| !keys.contains(found)) {
            keys.push(found);
        }
    }
    let mut names: Vec<Name> = Vec::new();
    for name in [said("name"), event.display_name.as_deref()].into_iter().flatten().filter_map(Name::parse) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Contact::new(event.ts as i64, keys, &names, said("dob").or(said("birth_date")), event.verified)
}
