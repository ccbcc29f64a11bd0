//! Random days against the exact values of Erlang A: Poisson arrivals, exponential handling times and patience,
//! `n` equal agents, first come first served.

use super::first_come;
use anyhow::{Context, Result, ensure};
use meridian_domain::simulation::{AgentSpec, Arrival, Call, Desk, Fate, Person, Scenario, Settings, metrics, run};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path};

#[derive(Deserialize)]
struct Row {
    calls_per_hour: f64,
    aht: f64,
    patience: f64,
    n: usize,
    t: f64,
    sl: f64,
    wait_all: f64,
    p_abandon: f64,
    occupancy: f64,
}

/// Prints a line a row of model `A`: exact, simulated, and the greatest absolute difference of the shares and of the
/// mean wait as a share of the patience. Fails when any is beyond 0.01.
pub fn compare(reference: &Path, calls: usize, seed: u64) -> Result<()> {
    let text = std::fs::read_to_string(reference).with_context(|| reference.display().to_string())?;
    let rows: Vec<Value> = serde_json::from_str(&text)?;
    let mut worst: f64 = 0.0;
    for row in rows.into_iter().filter(|row| row["model"] == "A") {
        let row: Row = serde_json::from_value(row)?;
        let scenario = random_day(&row, calls, seed);
        let specs = scenario.agents.iter().map(|agent| agent.spec.clone()).collect();
        let outcome = run(&scenario, &mut Desk::new(specs, first_come()), &mut |_, _| {});
        let figures = metrics(&scenario, &outcome);
        let waits: f64 = outcome
            .fates
            .iter()
            .flatten()
            .map(|fate| match fate {
                Fate::Answered(wait, _) | Fate::Abandoned(wait) => *wait,
            })
            .sum();
        let wait_all = waits / calls.max(1) as f64;
        let level = figures.service_level.unwrap_or_default();
        let off = [
            level - row.sl,
            figures.abandon - row.p_abandon,
            figures.occupancy - row.occupancy,
            (wait_all - row.wait_all) / row.patience,
        ]
        .into_iter()
        .fold(0.0_f64, |most, off| most.max(off.abs()));
        worst = worst.max(off);
        println!(
            "{}",
            json!({ "calls_per_hour": row.calls_per_hour, "aht": row.aht, "patience": row.patience, "n": row.n, "t": row.t,
                    "exact": { "sl": row.sl, "abandon": row.p_abandon, "occupancy": row.occupancy, "wait": row.wait_all },
                    "simulated": { "sl": level, "abandon": figures.abandon, "occupancy": figures.occupancy, "wait": wait_all },
                    "off": off })
        );
    }
    ensure!(worst <= 0.01, "off by {worst:.4}: the simulator does not agree with Erlang A");
    Ok(())
}

fn random_day(row: &Row, calls: usize, seed: u64) -> Scenario {
    let mut random = StdRng::seed_from_u64(seed);
    let mut exponential = move |mean: f64| -(1.0 - random.random::<f64>()).ln() * mean;
    let mut t = 0.0;
    let mut call = |n: usize| {
        t += exponential(3600.0 / row.calls_per_hour);
        let arrival =
            Arrival { id: n.to_string(), country: "X".into(), lang: "en".into(), skill: "any".into(), vip: false };
        Call { arrival, t, patience: exponential(row.patience), service: exponential(row.aht) }
    };
    let calls: Vec<Call> = (0..calls).map(&mut call).collect();
    let horizon = calls.last().map_or(1.0, |call| call.t + 1e-6);
    let person = |n: usize| {
        let langs = BTreeMap::from([("en".to_owned(), 1.0)]);
        let spec = AgentSpec {
            id: format!("a{n}"),
            country: "X".into(),
            langs,
            skills: vec![],
            speed: 1.0,
            outsourced: false,
        };
        Person { spec, shifts: vec![(0.0, horizon * 2.0)] }
    };
    let settings = Settings { horizon, threshold: row.t, foreign_factor: 1.0, ..Settings::default() };
    Scenario { settings, agents: (0..row.n).map(person).collect(), calls }
}
