//! `meridian bench accept`: broker, Redis and workers are down; posts are taken nonetheless and nothing of them is lost.

use super::{
    crowd::{Crowd, post},
    rig::{Rig, machine},
};
use anyhow::{Result, ensure};
use clap::Args;
use meridian_dev::Kind;
use meridian_lab::load::calls;
use meridian_store::bulk;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// Messages a second.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// Seconds.
    #[arg(long, default_value_t = 50)]
    seconds: u64,
}

/// Customers the messages come from.
const CUSTOMERS: u64 = 1000;

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    let mut rig = Rig::start(false).await?;
    let crowd = Crowd::seed(&rig, 10, 20).await?;
    rig.run("api").await?;
    rig.down(Kind::Redis);
    rig.down(Kind::Rabbitmq);
    println!("{}\nbroker, Redis and workers are down", machine());
    let total = u64::from(options.rate) * options.seconds;
    let call = |n: u64| {
        let (http, number) = (crowd.http.clone(), crowd.number_of(n % CUSTOMERS).clone());
        async move { post(&http, &number, n % CUSTOMERS, "Customer", &format!("wamid.a{n}"), "hello").await == 200 }
    };
    let lasting = Duration::from_secs(options.seconds);
    let (accepted, latency) = calls(options.rate, lasting, Duration::from_secs(40), call).await;
    println!("{total} sent, {accepted} accepted, p50/p99 {:.1}/{:.1} ms", latency.at(0.5), latency.at(0.99));
    rig.up(Kind::Redis)?;
    rig.up(Kind::Rabbitmq)?;
    let back = Instant::now();
    rig.run("workers").await?;
    let url = rig.servers.postgres_url();
    let mut there = 0;
    while there < accepted && back.elapsed() < Duration::from_mins(3) {
        tokio::time::sleep(Duration::from_millis(200)).await;
        there = bulk::customer_messages(&url).await?.unsigned_abs();
    }
    let recovered = back.elapsed().as_secs_f64();
    println!("{there} in the timeline {recovered:.1} s after everything was back");
    ensure!(there <= accepted, "{there} messages out of {accepted}: something was doubled");
    Ok(json!({ "sent": total, "accepted": accepted, "accepted_p99_ms": (latency.at(0.99) * 10.0).round() / 10.0,
               "recovered_s": (recovered * 10.0).round() / 10.0, "lost": accepted - there }))
}
