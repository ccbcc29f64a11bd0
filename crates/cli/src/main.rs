//! `meridian`: one binary for every process and every chore.

mod bench;
mod bot;
mod channels;
mod config;
mod config_file;
mod identity;
mod ops;
mod processes;
mod routing;
mod signing;
mod understanding;
mod webhook;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};
use config::Config;

/// Thousands of small, short-lived allocations a second on many threads: this one gives memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "meridian", version, about = "Multi-tenant, omnichannel contact centre")]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve HTTP and sockets.
    Api,
    /// Run relay, consumers and sweeper.
    Workers,
    /// Both in one process, for small sites.
    Serve,
    /// Make roles and apply migrations.
    Migrate,
    /// Workspaces, one a tenant.
    Workspace {
        #[command(subcommand)]
        what: workspace::Workspace,
    },
    /// Fill in data.
    Seed {
        #[command(subcommand)]
        what: Seed,
    },
    /// Tell the main job as a story against the running demo tenant.
    Demo {
        /// Its workspace.
        #[arg(long, default_value = "demo")]
        workspace: String,
        /// Where the provider double listens: as the tenant was seeded.
        #[arg(long, default_value = "127.0.0.1:8900")]
        listen: String,
    },
    /// Measure this machine on private servers.
    Bench {
        #[command(subcommand)]
        what: bench::Bench,
        /// End with one line of JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Run the channel adapters on recorded requests.
    Channels {
        #[command(subcommand)]
        what: channels::Channels,
    },
    /// Run the identity engine on files: records, contact events, phone notations, spoken attempts.
    Identity {
        #[command(subcommand)]
        what: identity::Identity,
    },
    /// Write hand-off briefs of dialogues.
    Handoff {
        #[command(subcommand)]
        what: understanding::Handoff,
    },
    /// Train intent models, and use them.
    Intent {
        #[command(subcommand)]
        what: understanding::Intent,
    },
    /// Language and sentiment of texts.
    Text {
        #[command(subcommand)]
        what: understanding::Text,
    },
    /// Talk to a bot on this machine, keep the dialogue, play it again as a test.
    Bot {
        #[command(subcommand)]
        what: bot::BotCommand,
    },
    /// Receive webhooks on this machine.
    Webhook {
        #[command(subcommand)]
        what: webhook::Webhook,
    },
    /// Route for an outside simulator: its line protocol on standard input and output.
    Route,
    /// Play a recorded or synthetic day through the routing core.
    Simulate(routing::Simulate),
    /// Print the GraphQL schema.
    Schema,
    /// Print the broker topology.
    Topology,
    /// Move dead jobs back to their queues.
    Redrive {
        /// At most so many.
        #[arg(long, default_value_t = 1000)]
        max: usize,
    },
    /// Check everything this process depends on.
    Doctor,
    /// Settings.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
}

#[derive(Subcommand)]
enum Seed {
    /// A tenant to try things with, its password known to all: under the dev profile alone. Running it again changes
    /// nothing.
    Demo {
        /// Its workspace.
        #[arg(long, default_value = "demo")]
        workspace: String,
        /// Stands for all providers.
        #[arg(long, default_value = "http://127.0.0.1:8900")]
        provider_url: String,
        /// Where the demo bot listens.
        #[arg(long, default_value = "http://127.0.0.1:8900/bot")]
        bot_url: String,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Print every setting in effect; secrets are masked.
    Print {
        /// Where each comes from.
        #[arg(long)]
        origin: bool,
    },
}

fn main() -> Result<()> {
    use clap::{CommandFactory, FromArgMatches};
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().collect();
    let file = match config_file::named(&arguments, std::env::var_os("MERIDIAN_CONFIG")) {
        Some(path) => config_file::read(std::path::Path::new(&path), &Cli::command())?,
        None => config_file::File::new(),
    };
    let matches = config_file::applied(Cli::command(), &file).get_matches_from(arguments);
    let cli = Cli::from_arg_matches(&matches)?;
    // TLS needs its crypto once for the whole process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(run(cli, &matches, &file))
}

async fn run(cli: Cli, matches: &clap::ArgMatches, file: &config_file::File) -> Result<()> {
    let config = cli.config;
    match cli.command {
        Command::Api => processes::run(&config, true, false).await,
        Command::Workers => processes::run(&config, false, true).await,
        Command::Serve => processes::run(&config, true, true).await,
        Command::Migrate => ops::migrate(&config).await,
        Command::Workspace { what } => what.run(&config).await,
        Command::Seed { what: Seed::Demo { workspace, provider_url, bot_url } } => {
            ops::seed_demo(&config, &workspace, &provider_url, &bot_url).await
        }
        Command::Demo { workspace, listen } => ops::demo(&config, &workspace, &listen).await,
        Command::Bench { what, json } => bench::run(&what, json).await,
        Command::Channels { what } => what.run(),
        Command::Identity { what } => what.run(),
        Command::Handoff { what } => what.run(),
        Command::Intent { what } => what.run(),
        Command::Text { what } => what.run(),
        Command::Bot { what } => what.run().await,
        Command::Webhook { what } => what.run().await,
        Command::Route => routing::route(),
        Command::Simulate(what) => what.run(&config).await,
        Command::Schema => {
            print!("{}", meridian_web_schema::GraphQl::new(meridian_web_schema::Limits::default()).sdl());
            Ok(())
        }
        Command::Topology => {
            print!("{}", meridian_bus::Topology::new(&config.amqp_prefix).describe());
            Ok(())
        }
        Command::Redrive { max } => ops::redrive(&config, max).await,
        Command::Doctor => ops::doctor(&config).await,
        Command::Config { what: ConfigCommand::Print { origin } } => {
            Config::print(matches, file, origin);
            Ok(())
        }
    }
}
