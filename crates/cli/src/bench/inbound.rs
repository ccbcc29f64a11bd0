//! `meridian bench inbound`: signed posts at a fixed rate, to the push on an agent's socket.

use super::{
    crowd::{Crowd, Run, post},
    floor,
    rig::{Rig, machine},
};
use anyhow::{Result, ensure};
use clap::Args;
use meridian_lab::load::{Latency, paced};
use meridian_store::bulk;
use rand::Rng;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// Messages a second, one run each.
    #[arg(long, value_delimiter = ',', default_value = "100,300,500,1000")]
    rates: Vec<u32>,
    /// Seconds of each run.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Agents with open sockets.
    #[arg(long, default_value_t = 500)]
    agents: usize,
    /// WhatsApp numbers.
    #[arg(long, default_value_t = 20)]
    accounts: usize,
    /// Conversations that have an owner from the start.
    #[arg(long, default_value_t = 1000)]
    owned: u64,
    /// Leave the floor out.
    #[arg(long)]
    no_floor: bool,
    /// Processes: one for both, or api and workers apart.
    #[arg(long)]
    apart: bool,
    /// Also print the statements that took most of the database's time.
    #[arg(long)]
    statements: bool,
}

/// One rate's outcome.
struct Row {
    rate: u32,
    accepted: Arc<Latency>,
    refused: u64,
    run: Arc<Run>,
    lost: u64,
    cpu_ms: BTreeMap<&'static str, f64>,
}

impl Row {
    fn json(&self) -> Value {
        let round = |ms: f64| (ms * 10.0).round() / 10.0;
        json!({
            "per_s": self.rate, "accepted_p50_ms": round(self.accepted.at(0.5)),
            "accepted_p99_ms": round(self.accepted.at(0.99)),
            "push_p50_ms": round(self.run.push.at(0.5)), "push_p99_ms": round(self.run.push.at(0.99)),
            "offer_p50_ms": round(self.run.offer.at(0.5)), "offer_p99_ms": round(self.run.offer.at(0.99)),
            "pushed": self.run.push.count(), "offered": self.run.offer.count(), "lost": self.lost + self.refused,
        })
    }

    /// Nothing lost, and pushed within a quarter of a second in 99 of 100 cases.
    fn sustained(&self) -> bool {
        self.lost + self.refused == 0 && self.run.push.at(0.99) <= 250.0
    }
}

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    let mut rig = Rig::start(options.statements).await?;
    let mut crowd = Crowd::seed(&rig, options.agents, options.accounts).await?;
    if options.apart {
        rig.run("api").await?;
        rig.run("workers").await?;
    } else {
        rig.run("serve").await?;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let rest = rig.own_mb();
    eprintln!("{} agents sign in", options.agents);
    crowd.sit_down(&rig).await?;
    warm_up(&crowd, options.owned).await?;
    bulk::analyze(&rig.servers.postgres_url(), options.statements).await?;
    println!("{}\n{} agents, {} numbers, {} s a rate", machine(), options.agents, options.accounts, options.seconds);
    println!("  per s   accepted p50/p99   push p50/p99   offer p50/p99   lost   CPU ms a message");
    let mut rows: Vec<Row> = Vec::new();
    for rate in &options.rates {
        let row = one(&rig, &crowd, *rate, options).await?;
        print_row(&row);
        rows.push(row);
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    rig.print_profile().await?;
    let after = rig.own_mb();
    let sustained = rows.iter().filter(|row| row.sustained()).map(|row| row.rate).max().unwrap_or(0);
    println!("memory of Meridian: {rest:.0} MB at rest, {after:.0} MB after; warnings logged: {}", rig.warnings());
    let mut told = json!({ "rates": rows.iter().map(Row::json).collect::<Vec<_>>(), "sustained_per_s": sustained,
                           "rest_mb": rest.round(), "after_mb": after.round() });
    drop(crowd);
    rig.stop("serve");
    rig.stop("api");
    rig.stop("workers");
    if !options.no_floor {
        let one_by_one = floor::sustained(&rig, false).await?;
        let batched = floor::sustained(&rig, true).await?;
        let ratio = f64::from(sustained) / f64::from(one_by_one.max(1));
        println!("sustained {sustained}/s; floor {one_by_one}/s one by one, {batched}/s in batches; ratio {ratio:.2}");
        told["floor_per_s"] = json!(one_by_one);
        told["floor_batched_per_s"] = json!(batched);
        told["ratio"] = json!((ratio * 100.0).round() / 100.0);
    }
    Ok(told)
}

/// Conversations with an owner: customer `n` of them writes once and is taken.
async fn warm_up(crowd: &Crowd, owned: u64) -> Result<()> {
    let started = Instant::now();
    for customer in 0..owned {
        let status = crowd.say(customer, &format!("w{customer}"), &format!("wamid.w{customer}"), "hello").await;
        ensure!(status == 200, "warm-up: status {status}");
    }
    while crowd.accepted.load(Ordering::Relaxed) < owned {
        ensure!(started.elapsed() < Duration::from_mins(2), "warm-up: {:?} accepted", crowd.accepted);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    eprintln!("{owned} conversations have an owner after {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

async fn one(rig: &Rig, crowd: &Crowd, rate: u32, options: &Options) -> Result<Row> {
    let total = u64::from(rate) * options.seconds;
    let run = crowd.begin(total as usize).await;
    let (accepted, refused) = (Arc::new(Latency::default()), Arc::new(AtomicU64::new(0)));
    let before = rig.cpu();
    paced(rate, Duration::from_secs(options.seconds), |n, due| {
        let (accepted, refused, http) = (Arc::clone(&accepted), Arc::clone(&refused), crowd.http.clone());
        let (run, owned) = (Arc::clone(&run), options.owned);
        let is_new = n % 10 == 9;
        let customer =
            if is_new { 10_000_000 + u64::from(rate) * 100_000 + n } else { rand::rng().random_range(0..owned) };
        let number = crowd.number_of(customer).clone();
        if let Some(tracker) = &run.tracker {
            tracker.sent(n, due);
        }
        tokio::spawn(async move {
            let (name, id) =
                (if is_new { format!("n{n}") } else { format!("w{customer}") }, format!("wamid.{rate}.{n}"));
            let status = post(&http, &number, customer, &name, &id, &format!("m{n} where is my parcel?")).await;
            if status == 200 {
                accepted.record(due.elapsed());
            } else {
                refused.fetch_add(1, Ordering::Relaxed);
            }
        });
    })
    .await;
    let until = Instant::now() + Duration::from_secs(20);
    while run.tracker.as_ref().is_some_and(|t| t.missing() > 0) && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let used = rig.cpu();
    let cpu_ms = used.iter().map(|(part, s)| (*part, (s - before[part]) * 1000.0 / total as f64)).collect();
    let lost = run.tracker.as_ref().map_or(0, meridian_lab::load::Tracker::missing);
    Ok(Row { rate, accepted, refused: refused.load(Ordering::Relaxed), run, lost, cpu_ms })
}

fn print_row(row: &Row) {
    let pair = |latency: &Latency| format!("{:.1}/{:.1}", latency.at(0.5), latency.at(0.99));
    let cpu: Vec<String> = row.cpu_ms.iter().map(|(part, ms)| format!("{part} {ms:.2}")).collect();
    println!(
        "{:>7} {:>18} {:>14} {:>15} {:>6}   {}",
        row.rate,
        pair(&row.accepted),
        pair(&row.run.push),
        pair(&row.run.offer),
        row.lost + row.refused,
        cpu.join(", ")
    );
}
