//! `meridian bench sockets`: what a subscribed socket costs.

use super::{
    crowd::{Crowd, INBOX},
    rig::{Rig, machine},
};
use anyhow::Result;
use clap::Args;
use meridian_lab::agent::{Agent, Socket};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use serde_json::{Value, json};
use std::time::Duration;

/// Options of the bench.
#[derive(Args)]
pub struct Options {
    /// Sockets, each with one subscription.
    #[arg(long, default_value_t = 5000)]
    sockets: usize,
    /// People they belong to.
    #[arg(long, default_value_t = 250)]
    agents: usize,
}

/// Runs it; the value is what `--json` prints.
pub async fn run(options: &Options) -> Result<Value> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let mut rig = Rig::start(false).await?;
    let crowd = Crowd::seed(&rig, options.agents, 1).await?;
    rig.run("serve").await?;
    let agents = crowd.sign_in(&rig).await?;
    // The first half makes what all share, and uses up what signing in has left free.
    let mut sockets: Vec<Socket> = Vec::with_capacity(options.sockets);
    open(&mut sockets, &agents, options.sockets / 2).await?;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (before, first) = (rig.own_mb(), sockets.len());
    open(&mut sockets, &agents, options.sockets).await?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let after = rig.own_mb();
    let each = (after - before) * 1000.0 / (sockets.len() - first).max(1) as f64;
    println!("{}", machine());
    println!(
        "{} sockets with a subscription: {before:.0} MB before, {after:.0} MB after, {each:.1} kB each",
        sockets.len()
    );
    Ok(
        json!({ "sockets": sockets.len(), "rest_mb": before.round(), "after_mb": after.round(), "kb_per_socket": (each * 10.0).round() / 10.0 }),
    )
}

async fn open(sockets: &mut Vec<Socket>, agents: &[Agent], until: usize) -> Result<()> {
    while sockets.len() < until {
        let mut socket = agents[sockets.len() % agents.len()].connect().await?;
        socket.subscribe("inbox", INBOX, json!({})).await?;
        // Until it stands.
        socket.next(Duration::from_secs(10)).await?;
        sockets.push(socket);
    }
    Ok(())
}
