//! `meridian bench history`: pages of a long history and of a full inbox, through GraphQL, at two sizes of the data;
//! `meridian bench load` fills a database with such a history.

use super::{
    crowd::Crowd,
    rig::{Rig, machine},
};
use anyhow::{Context, Result, ensure};
use clap::Args;
use meridian_lab::{
    agent::Agent,
    load::{Latency, paced},
};
use meridian_store::bulk;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// Items loaded before each measuring; the growth is the last against the first.
    #[arg(long, value_delimiter = ',', default_value = "1000000,10000000")]
    items: Vec<u64>,
    /// Pages a second.
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// Seconds of each kind of page.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
}

pub const HISTORY: &str = "query($id: ID!, $after: String) { customer(id: $id) { name identities { scheme value }
    timeline(first: 50, after: $after) { pageInfo { hasNextPage endCursor }
      nodes { id seq kind text placedAt conversationId channel delivery actor { kind } } } } }";
const INBOX: &str = "query($after: String) { conversations(view: OPEN, first: 50, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { id number lifecycle lastActivityAt customer { id name } } } }";

/// A page to ask for over and over, from somewhere in the list.
pub struct Page {
    agent: Agent,
    query: &'static str,
    id: String,
    cursors: Vec<Value>,
}

impl Page {
    /// Walks the list a while and keeps its cursors.
    pub async fn new(agent: &Agent, query: &'static str, list: fn(&Value) -> &Value, id: String) -> Result<Arc<Self>> {
        let mut cursors = vec![Value::Null];
        for _ in 0..60 {
            let after = cursors.last().cloned().unwrap_or_default();
            let data = agent.query(query, json!({ "id": id, "after": after })).await?;
            let list = list(&data);
            ensure!(list["nodes"].as_array().is_some_and(|nodes| nodes.len() == 50), "a short page: {list}");
            cursors.push(list["pageInfo"]["endCursor"].clone());
        }
        Ok(Arc::new(Self { agent: agent.clone(), query, id, cursors }))
    }

    /// Asks for pages at a rate; the 99th percentile in milliseconds.
    pub async fn measure(self: &Arc<Self>, rate: u32, seconds: u64) -> Result<f64> {
        let (latency, failed) = (Arc::new(Latency::default()), Arc::new(AtomicU64::new(0)));
        paced(rate, Duration::from_secs(seconds), |n, due| {
            let (page, latency, failed) = (Arc::clone(self), Arc::clone(&latency), Arc::clone(&failed));
            tokio::spawn(async move {
                let after = page.cursors[n as usize * 7 % page.cursors.len()].clone();
                match page.agent.query(page.query, json!({ "id": page.id, "after": after })).await {
                    Ok(_) => latency.record(due.elapsed()),
                    Err(_) => _ = failed.fetch_add(1, Ordering::Relaxed),
                }
            });
        })
        .await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        ensure!(failed.load(Ordering::Relaxed) == 0, "pages failed");
        println!("    p50 {:.1} ms, p99 {:.1} ms over {} pages", latency.at(0.5), latency.at(0.99), latency.count());
        Ok(latency.at(0.99))
    }
}

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    println!("{}", machine());
    let mut measured: Vec<(f64, f64)> = Vec::new();
    for items in &options.items {
        let mut rig = Rig::start(false).await?;
        let crowd = Crowd::seed(&rig, 1, 1).await?;
        let into = crowd.seeded.place();
        eprintln!("loading {items} items");
        bulk::load(&rig.servers.postgres_url(), into, *items).await?;
        rig.run("api").await?;
        let agent = crowd.sign_in(&rig).await?.pop().context("an agent")?;
        let largest = format!("cus_{}", bulk::largest().simple());
        println!("{items} items\n  history of a customer with 20,000 of them, page of 50");
        let page = Page::new(&agent, HISTORY, |data| &data["customer"]["timeline"], largest).await?;
        let history = page.measure(options.rate, options.seconds).await?;
        println!("  inbox of 5,000 open conversations, page of 50");
        let page = Page::new(&agent, INBOX, |data| &data["conversations"], String::new()).await?;
        measured.push((history, page.measure(options.rate, options.seconds).await?));
    }
    let (first, last) = (measured.first().context("sizes")?, measured.last().context("sizes")?);
    let growth = (last.0 / first.0).max(last.1 / first.1);
    println!("growth from {:?} items: {growth:.2}", options.items);
    let round = |ms: f64| (ms * 10.0).round() / 10.0;
    Ok(json!({ "history_p99_ms": round(first.0), "inbox_p99_ms": round(first.1), "items": options.items,
               "history_p99_ms_largest": round(last.0), "inbox_p99_ms_largest": round(last.1),
               "growth": (growth * 100.0).round() / 100.0 }))
}
