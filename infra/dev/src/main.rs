//! `./dev`: everything a developer starts, in one place.

mod console;
mod fuzz;
mod regen;
mod test;
mod up;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use meridian_dev::{Identity, Mode, Servers, packages};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

#[derive(Parser)]
#[command(name = "./dev", about = "Meridian on this machine: private servers, build, run, test")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Start everything and print where to sign in.
    Up(up::Options),
    /// Run every suite against private servers; the last line is the verdict.
    Test(test::Options),
    /// Read changed bodies with every parser of the channels, so many seconds each, in debug and release.
    Fuzz(fuzz::Options),
    /// Start only private servers and print their URLs.
    Servers,
    /// Tell the main job as a story against what `up` started.
    Demo,
    /// Stop what `up` started.
    Down,
    /// Say whether it runs.
    Status,
    /// Show a log (api, workers, postgres, redis, rabbitmq).
    Logs {
        /// Which.
        #[arg(default_value = "api")]
        name: String,
    },
    /// Open psql on the development database.
    Psql,
    /// Wipe the development data.
    Reset,
    /// Check this machine.
    Doctor,
    /// Rewrite generated files: query data, GraphQL schema, topology.
    Regen {
        /// Fail when one differs from what is committed.
        #[arg(long)]
        check: bool,
    },
}

/// The checkout.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// State of this checkout: outside of it, and never under a folder that servers of another account cannot enter.
fn state() -> PathBuf {
    let hash = root()
        .display()
        .to_string()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let base = if Uid::effective().is_root() {
        PathBuf::from("/var/lib/meridian-dev")
    } else {
        let home = std::env::var("HOME").unwrap_or_else(|_| "/tmp".to_owned());
        std::env::var("XDG_STATE_HOME")
            .map_or_else(|_| PathBuf::from(home).join(".local/state"), PathBuf::from)
            .join("meridian-dev")
    };
    base.join(format!("{hash:016x}"))
}

/// Counts Ctrl-C: the first stops in order, the second kills.
fn interrupts() -> Result<Arc<AtomicU8>> {
    let count = Arc::new(AtomicU8::new(0));
    let seen = Arc::clone(&count);
    ctrlc::set_handler(move || {
        if seen.fetch_add(1, Ordering::SeqCst) > 0 {
            // Children follow by their parent-death signal.
            std::process::exit(130);
        }
    })?;
    Ok(count)
}

/// Builds the binary and returns its path.
fn build(release: bool) -> Result<PathBuf> {
    if let Ok(path) = std::env::var("MERIDIAN_BIN") {
        return Ok(path.into());
    }
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "-p", "meridian-cli"]).current_dir(root());
    if release {
        cargo.arg("--release");
    }
    anyhow::ensure!(cargo.status().context("run cargo")?.success(), "the build failed");
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root().join("target"), PathBuf::from);
    Ok(target.join(if release { "release" } else { "debug" }).join("meridian"))
}

/// How a process of ours is started.
fn meridian_dev_spec(
    role: &str,
    bin: &Path,
    env: BTreeMap<String, String>,
    log: PathBuf,
) -> meridian_dev::Spec<'static> {
    static OURS: std::sync::LazyLock<Identity> = std::sync::LazyLock::new(Identity::ours);
    let name = match role {
        "api" => "api",
        "workers" => "workers",
        _ => "meridian",
    };
    meridian_dev::Spec {
        name,
        argv: vec![bin.display().to_string(), role.to_owned()],
        env,
        log,
        identity: &OURS,
        stop: Signal::SIGTERM,
        cwd: Some(root()),
    }
}

fn running() -> Option<i32> {
    let pid: i32 = std::fs::read_to_string(state().join("pid")).ok()?.trim().parse().ok()?;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    (stat.contains("meridian-dev") && !stat.contains(") Z ")).then_some(pid)
}

fn servers() -> Result<()> {
    let interrupted = interrupts()?;
    let dir = std::env::temp_dir().join(format!("meridian-servers-{}", std::process::id()));
    let servers = Servers::start(&dir, Mode::Test)?;
    println!("MERIDIAN_TEST_DATABASE_URL={}", servers.postgres_url());
    println!("MERIDIAN_TEST_REDIS_URL={}", servers.redis_url());
    println!("MERIDIAN_TEST_AMQP_URL={}", servers.amqp_url());
    while interrupted.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(servers);
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}

fn down() -> Result<()> {
    let Some(pid) = running() else {
        println!("nothing runs");
        return Ok(());
    };
    kill(Pid::from_raw(pid), Signal::SIGTERM)?;
    let until = Instant::now() + Duration::from_secs(40);
    while running().is_some() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("stopped");
    Ok(())
}

fn doctor() {
    let tool = |name: &str, args: &[&str]| {
        let said = Command::new(name).args(args).output().ok().filter(|done| done.status.success());
        let line = said.map(|done| String::from_utf8_lossy(&done.stdout).lines().next().unwrap_or_default().to_owned());
        println!(
            "{} {name}: {}",
            if line.is_some() { "OK  " } else { "WARN" },
            line.unwrap_or_else(|| "not found".to_owned())
        );
    };
    tool("cargo", &["--version"]);
    tool("gcc", &["--version"]);
    tool("setpriv", &["--version"]);
    tool("node", &["--version"]);
    tool("apt-get", &["--version"]);
    match packages::find() {
        Ok(programs) => {
            println!("OK   PostgreSQL: {}", programs.postgres.display());
            println!("OK   Redis: {}", programs.redis.display());
            println!("OK   RabbitMQ: {}", programs.rabbitmq.display());
        }
        Err(error) => println!("FAIL servers: {error:#}"),
    }
    println!("     state: {}", state().display());
}

fn main() -> ExitCode {
    let done = match Cli::parse().verb {
        Verb::Up(options) => up::run(&options),
        Verb::Test(options) => return test::run(&options),
        Verb::Fuzz(options) => fuzz::run(&options),
        Verb::Servers => servers(),
        Verb::Demo => up::demo(),
        Verb::Down => down(),
        Verb::Status => {
            println!("{}", running().map_or_else(|| "not running".to_owned(), |pid| format!("running, pid {pid}")));
            Ok(())
        }
        Verb::Logs { name } => {
            let file = [state().join(format!("{name}.log")), state().join(format!("servers/{name}.log"))];
            let found = file.into_iter().find(|path| path.exists()).context("no such log");
            found.and_then(|path| {
                print!("{}", std::fs::read_to_string(path)?);
                Ok(())
            })
        }
        Verb::Regen { check } => regen::run(check),
        Verb::Psql => up::psql(),
        Verb::Reset => down().and_then(|()| {
            if state().exists() {
                std::fs::remove_dir_all(state())?;
            }
            println!("wiped {}", state().display());
            Ok(())
        }),
        Verb::Doctor => {
            doctor();
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
