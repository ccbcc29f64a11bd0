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
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::oneshot,
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
}

/// Waits for work on a socket, and takes all that comes so that nothing runs out.
async fn desk(agent: Agent, mut socket: Socket, first: oneshot::Sender<Instant>) {
    let mut first = Some(first);
    while let Ok(message) = socket.next(Duration::from_mins(5)).await {
        let offer = &message["payload"]["data"]["inbox"]["change"]["offer"];
        if offer["state"] == "pending" {
            if let Some(first) = first.take() {
                let _ = first.send(Instant::now());
            }
            let _ = agent.query(ACCEPT, json!({ "id": offer["id"] })).await;
        }
    }
}

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    let mut rig = Rig::start(false).await?;
    let crowd = Crowd::seed(&rig, options.agents, 20).await?;
    rig.run("serve").await?;
    eprintln!("{} agents sign in", options.agents);
    let agents = crowd.sign_in(&rig).await?;
    let mut free = Vec::with_capacity(agents.len());
    for agent in agents {
        let mut socket = agent.connect().await?;
        socket.subscribe("inbox", INBOX, json!({})).await?;
        let (send, receive) = oneshot::channel();
        tokio::spawn(desk(agent.clone(), socket, send));
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
    let placed = Arc::new(Latency::default());
    let seconds = (free.len() as f64 / f64::from(options.rate)).floor();
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
    println!("{}", machine());
    println!("{} agents, {} waiting, {}/s become free", options.agents, options.waiting, options.rate);
    println!(
        "free to offer on the socket: p50 {:.1} ms, p99 {:.1} ms; {} of {asked}",
        placed.at(0.5),
        placed.at(0.99),
        placed.count()
    );
    let round = |ms: f64| (ms * 10.0).round() / 10.0;
    Ok(json!({ "placed_p50_ms": round(placed.at(0.5)), "placed_p99_ms": round(placed.at(0.99)),
               "agents": options.agents, "waiting": options.waiting, "unplaced": asked - placed.count() }))
}
