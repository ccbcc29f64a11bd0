//! What operators are given names what there is: metrics of the dashboard and alerts, settings of the unit files.

use crate::layers::{root, sources};
use anyhow::Result;
use std::{collections::BTreeSet, fs};

/// Names like `meridian_outbox_lag_seconds` in a text.
fn names(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_lowercase() && c != '_')
        .filter(|word| word.starts_with("meridian_"))
        .map(|word| word.trim_end_matches("_sum").trim_end_matches("_count").to_owned())
        .collect()
}

#[test]
fn dashboards_and_alerts_name_metrics_that_exist() -> Result<()> {
    let root = root();
    let mut files = Vec::new();
    for folder in ["api", "workers", "crates"] {
        sources(&root.join(folder), &mut files);
    }
    let mut there = BTreeSet::new();
    for file in files {
        there.extend(names(&fs::read_to_string(file)?));
    }
    let shown = names(&fs::read_to_string(root.join("infra/grafana/meridian.json"))?);
    let watched = names(&fs::read_to_string(root.join("infra/prometheus/alerts.yml"))?);
    assert!(shown.len() > 10 && watched.len() >= 5, "{shown:?} {watched:?}");
    let missing: Vec<_> = shown.union(&watched).filter(|name| !there.contains(*name)).collect();
    assert!(missing.is_empty(), "nobody measures {missing:?}");
    Ok(())
}
