//! Measuring, on private servers with production settings. Each bench prints a table for people and, with `--json`,
//! one object in the last line.

mod accept;
mod core;
mod crowd;
mod decode;
mod floor;
mod handoff;
mod history;
mod hooks;
mod identity;
mod inbound;
mod rig;
mod routing;
mod sockets;
mod understanding;

use anyhow::Result;
use clap::Subcommand;

/// What to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// Signed posts to pushes on agents' sockets, at fixed rates.
    Inbound(inbound::Options),
    /// Posts while broker, Redis and workers are down.
    Accept(accept::Options),
    /// Posts to the hook of each channel.
    Hooks(hooks::Options),
    /// Work to agents who become free while many wait.
    Routing(routing::Options),
    /// A bot's hand-off to the offer with its brief on an agent's socket.
    Handoff(handoff::Options),
    /// Pages of history and inbox on much data.
    History(history::Options),
    /// Who is who among many customers: look-ups, history, de-duplication.
    Identity(identity::Options),
    /// Memory of subscribed sockets.
    Sockets(sockets::Options),
    /// Verify and parse recorded posts of every channel, on one core.
    Decode(decode::Options),
    /// The routing core alone, on one thread.
    Core(core::Options),
    /// Briefs, intents, language and sentiment, and training, on one core.
    Understanding(understanding::Options),
}

/// Runs one.
pub async fn run(bench: &Bench, json: bool) -> Result<()> {
    let told = match bench {
        Bench::Inbound(options) => inbound::run(options).await?,
        Bench::Accept(options) => accept::run(options).await?,
        Bench::Hooks(options) => hooks::run(options).await?,
        Bench::Routing(options) => routing::run(options).await?,
        Bench::Handoff(options) => handoff::run(options).await?,
        Bench::History(options) => history::run(options).await?,
        Bench::Identity(options) => identity::run(options).await?,
        Bench::Sockets(options) => sockets::run(options).await?,
        Bench::Decode(options) => decode::run(options)?,
        Bench::Core(options) => core::run(options),
        Bench::Understanding(options) => understanding::run(options)?,
    };
    if json {
        println!("{told}");
    }
    Ok(())
}
