//! What a simulated day consists of, and what passes between the simulator and a router.

use crate::routing::Decision;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Settings of a scenario. Times are seconds since its begin.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Settings {
    /// Calls that come later are not counted.
    pub horizon: f64,
    /// Calls that come earlier are not counted.
    #[serde(default)]
    pub warmup: f64,
    /// Within so many seconds a call should be answered.
    pub threshold: f64,
    /// How many times as long an agent of another country takes.
    #[serde(default = "one")]
    pub foreign_factor: f64,
    /// A window reported on its own...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<(f64, f64)>,
    /// ...for calls of these countries.
    #[serde(default)]
    pub peak_countries: Vec<String>,
}

fn one() -> f64 {
    1.0
}

/// An agent as a router may know them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AgentSpec {
    /// Id.
    pub id: String,
    /// Country.
    pub country: String,
    /// Languages with fluency.
    pub langs: BTreeMap<String, f64>,
    /// Skills; none at all means every skill.
    pub skills: Vec<String>,
    /// How many times the usual handling time this agent takes.
    pub speed: f64,
    /// Works for a partner.
    pub outsourced: bool,
}

/// An agent with their shifts.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// What a router may know.
    #[serde(flatten)]
    pub spec: AgentSpec,
    /// From and to.
    pub shifts: Vec<(f64, f64)>,
}

/// A call as a router may know it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Arrival {
    /// Id.
    pub id: String,
    /// Where the caller is.
    pub country: String,
    /// Language asked for.
    pub lang: String,
    /// Skill asked for.
    pub skill: String,
    /// A valued customer.
    pub vip: bool,
}

/// A call with what only time will tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Call {
    /// What a router may know.
    #[serde(flatten)]
    pub arrival: Arrival,
    /// When it comes.
    pub t: f64,
    /// How long the caller waits before they leave.
    pub patience: f64,
    /// How long it takes an agent of speed 1.
    pub service: f64,
}

/// A day.
#[derive(Debug, Clone, Default)]
pub struct Scenario {
    /// Settings.
    pub settings: Settings,
    /// Agents.
    pub agents: Vec<Person>,
    /// Calls in the order they come.
    pub calls: Vec<Call>,
}

/// What happened at one moment.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Told {
    /// When.
    pub t: f64,
    /// Calls that came.
    #[serde(default)]
    pub arrived: Vec<Arrival>,
    /// Calls whose callers left.
    #[serde(default)]
    pub abandoned: Vec<String>,
    /// Agents who have room now.
    #[serde(default)]
    pub idle: Vec<String>,
    /// Agents who went home with nothing to do.
    #[serde(default)]
    pub off: Vec<String>,
}

/// What a router says to it.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Call and agent.
    pub assign: Vec<(String, String)>,
    /// When to be asked again even if nothing happens.
    pub wake: Option<f64>,
    /// The decisions behind it, with their reasons.
    pub decisions: Vec<Decision>,
}

/// Something that routes.
pub trait Router {
    /// Takes in what happened.
    fn event(&mut self, told: &Told) -> Answer;
}
