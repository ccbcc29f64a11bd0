//! A scenario folder through the live core.

use super::default_plan;
use anyhow::{Context, Result};
use meridian_domain::simulation::{Answer, Call, Desk, Person, Scenario, Settings, metrics, run};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};

/// Prints the figures of the day in `dir` as one object.
pub fn day(dir: &Path, log: Option<&Path>) -> Result<()> {
    let scenario = load(dir)?;
    let specs = scenario.agents.iter().map(|agent| agent.spec.clone()).collect();
    let mut desk = Desk::new(specs, default_plan(scenario.settings.threshold));
    let mut out = match log {
        Some(path) => Some(BufWriter::new(File::create(path).with_context(|| path.display().to_string())?)),
        None => None,
    };
    let mut failed = None;
    let outcome = run(&scenario, &mut desk, &mut |t, answer| {
        if let Some(out) = out.as_mut()
            && let Err(error) = write(out, t, answer)
        {
            failed.get_or_insert(error);
        }
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    if let Some(mut out) = out {
        out.flush()?;
    }
    println!("{}", serde_json::to_string(&metrics(&scenario, &outcome))?);
    Ok(())
}

fn write(out: &mut impl Write, t: f64, answer: &Answer) -> std::io::Result<()> {
    for decision in &answer.decisions {
        let line = json!({
            "t": t,
            "work": decision.work.to_string(),
            "outcome": decision.outcome,
            "agent": decision.agent.map(|agent| agent.to_string()),
            "step": decision.step,
            "rank_seconds": decision.rank_seconds,
            "candidates": decision.candidates,
            "exclusions": decision.exclusions.iter().map(|(reason, n)| json!([reason, n])).collect::<Vec<Value>>(),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn load(dir: &Path) -> Result<Scenario> {
    let path = dir.join("scenario.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let settings: Settings = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    let agents: Vec<Person> = lines(&dir.join("agents.jsonl"))?;
    let calls: Vec<Call> = lines(&dir.join("calls.jsonl"))?;
    Ok(Scenario { settings, agents, calls })
}

fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut found = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line?;
        if !line.trim().is_empty() {
            let place = || format!("{}: line {}", path.display(), number + 1);
            found.push(serde_json::from_str(&line).with_context(place)?);
        }
    }
    Ok(found)
}
