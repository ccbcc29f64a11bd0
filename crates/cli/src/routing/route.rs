//! The simulator's router protocol: JSON lines in, assignments out.

use super::default_plan;
use anyhow::{Context, Result};
use meridian_domain::simulation::{AgentSpec, Desk, Router, Told};
use serde::Deserialize;
use serde_json::json;
use std::io::{BufRead, Write};

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message {
    Init { threshold: f64, agents: Vec<AgentSpec> },
    Event(Told),
    End,
}

/// Serves until `end`, or the end of the input.
pub fn serve(input: impl BufRead, out: &mut impl Write) -> Result<()> {
    let mut desk = None;
    for (number, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let message = serde_json::from_str(&line).with_context(|| format!("line {}", number + 1))?;
        match message {
            Message::Init { threshold, agents } => desk = Some(Desk::new(agents, default_plan(threshold))),
            Message::Event(told) => {
                let desk = desk.as_mut().with_context(|| format!("line {}: an event before init", number + 1))?;
                let answer = desk.event(&told);
                let mut said = json!({ "assign": answer.assign });
                if let Some(wake) = answer.wake {
                    said["wake"] = json!(wake);
                }
                writeln!(out, "{said}")?;
                out.flush()?;
            }
            Message::End => break,
        }
    }
    Ok(())
}
