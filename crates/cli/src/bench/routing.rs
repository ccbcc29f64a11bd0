//! `meridian bench routing`: many wait; how soon work reaches an agent who becomes free.

use super::{
    crowd::{ACCEPT, AVAILABLE, Crowd, INBOX},
    rig::{Rig, machine},
};
use anyhow::{Result, ensure};
use clap::Args;
use meridian_lab::{
    agent::{Agent, Socket},
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
use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Instant, timeout},
};

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// People with open sockets.
    #[arg(long, default_value_t = 1000)]
    agents: usize,
    /// Work that waits.
    #[arg(long, default_value_t = 10_000)]
    waiting: u64,
    /// Agents who become free a second.
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// What else happens a second meanwhile: customers who wait write again, other agents change what they do.
    #[arg(long, default_value_t = 0)]
    events: u32,
    /// Also print the statements that took most of the database's time.
    #[arg(long)]
    statements: bool,
}

/// Agents who change what they do and take no work.
const RESTLESS: usize = 50;
const CHANGE: &str = "mutation ($to: PresenceState!) { presenceSet(input: { state: $to }) { userErrors { message } } }";

/// Waits for work on a socket, and takes all that comes so that nothing runs out.
async fn desk(agent: Agent, mut socket: Socket, first: oneshot::Sender<Instant>, taken: Arc<AtomicU64>) {
    let mut first = Some(first);
    while let Ok(message) = socket.next(Duration::from_mins(5)).await {
        let offer = &message["payload"]["data"]["inbox"]["change"]["offer"];
        if offer["state"] == "pending" {
            if let Some(first) = first.take() {
                let _ = first.send(Instant::now());
            }
            if agent.query(ACCEPT, json!({ "id": offer["id"] })).await.is_ok() {
                taken.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// What else happens while agents become free; how much of it failed.
async fn others(crowd: Arc<Crowd>, restless: Vec<Agent>, per_second: u32, waiting: u64, seconds: f64) -> u64 {
    let failed = Arc::new(AtomicU64::new(0));
    let mut all = JoinSet::new();
    paced(per_second, Duration::from_secs_f64(seconds), |n, _| {
        let (crowd, failed) = (Arc::clone(&crowd), Arc::clone(&failed));
        let agent = restless[n as usize / 2 % restless.len()].clone();
        all.spawn(async move {
            let done = if n % 2 == 0 {
                // Steps of a prime: all have written before one writes again.
                let customer = n.wrapping_mul(7_919) % waiting.max(1);
                crowd.say(customer, &format!("c{customer}"), &format!("wamid.e{n}"), "still here").await == 200
            } else {
                let to = if (n / 2 / RESTLESS as u64).is_multiple_of(2) { "BREAK" } else { "BUSY" };
                agent.query(CHANGE, json!({ "to": to })).await.is_ok()
            };
            failed.fetch_add(u64::from(!done), Ordering::Relaxed);
        });
    })
    .await;
    while all.join_next().await.is_some() {}
    failed.load(Ordering::Relaxed)
}

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    let mut rig = Rig::start(options.statements).await?;
    let crowd = Arc::new(Crowd::seed(&rig, options.agents + RESTLESS, 20).await?);
    rig.run("serve").await?;
    eprintln!("{} agents sign in", options.agents);
    let mut agents = crowd.sign_in(&rig).await?;
    let restless = agents.split_off(options.agents);
    let mut free = Vec::with_capacity(agents.len());
    let taken = Arc::new(AtomicU64::new(0));
    for agent in agents {
        let mut socket = agent.connect().await?;
        socket.subscribe("inbox", INBOX, json!({})).await?;
        let (send, receive) = oneshot::channel();
        tokio::spawn(desk(agent.clone(), socket, send, Arc::clone(&taken)));
        free.push((agent, receive));
    }
    eprintln!("{} customers write", options.waiting);
    for customer in 0..options.waiting {
        let status = crowd.say(customer, &format!("c{customer}"), &format!("wamid.q{customer}"), "hello").await;
        ensure!(status == 200, "a post: {status}");
    }
    let url = rig.servers.postgres_url();
    let until = Instant::now() + Duration::from_mins(5);
    while bulk::waiting(&url).await?.unsigned_abs() < options.waiting {
        ensure!(Instant::now() < until, "not all of it waits");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    bulk::analyze(&url, options.statements).await?;
    let placed = Arc::new(Latency::default());
    let began = Instant::now();
    let seconds = (free.len() as f64 / f64::from(options.rate)).floor();
    let meanwhile = tokio::spawn(others(Arc::clone(&crowd), restless, options.events, options.waiting, seconds));
    let mut waiting = Vec::new();
    paced(options.rate, Duration::from_secs_f64(seconds), |_, due| {
        let Some((agent, receive)) = free.pop() else { return };
        let placed = Arc::clone(&placed);
        waiting.push(tokio::spawn(async move {
            let _ = agent.query(AVAILABLE, json!({})).await;
            if let Ok(Ok(at)) = timeout(Duration::from_secs(20), receive).await {
                placed.record(at - due);
            }
        }));
    })
    .await;
    let asked = waiting.len() as u64;
    for one in waiting {
        one.await?;
    }
    let failed = meanwhile.await?;
    // What the router was told of: who became free, what was offered and taken, and the rest.
    let taken = taken.load(Ordering::Relaxed);
    let events =
        ((asked + 2 * taken) as f64 / began.elapsed().as_secs_f64()).round() as u64 + u64::from(options.events);
    ensure!(failed == 0, "{failed} of the other events failed");
    println!("{}", machine());
    println!(
        "{} agents, {} waiting, {}/s become free, {} other events/s, {events} events/s in all",
        options.agents, options.waiting, options.rate, options.events
    );
    println!(
        "free to offer on the socket: p50 {:.1} ms, p99 {:.1} ms; {} of {asked}",
        placed.at(0.5),
        placed.at(0.99),
        placed.count()
    );
    rig.print_profile().await?;
    let round = |ms: f64| (ms * 10.0).round() / 10.0;
    Ok(json!({ "placed_p50_ms": round(placed.at(0.5)), "placed_p99_ms": round(placed.at(0.99)),
               "agents": options.agents, "events_per_s": events, "other_events_per_s": options.events, "waiting": options.waiting, "unplaced": asked - placed.count() }))
}
