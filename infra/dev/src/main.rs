//! `./dev`: everything a developer starts, in one place.

mod console;
mod fuzz;
mod regen;
mod scratch;
mod test;
mod up;

use anyhow::{Context, Result, anyhow, ensure};
use clap::{Parser, Subcommand};
use meridian_dev::{Identity, interrupt, packages};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

/// Longest wait for an end in order: 30 s of draining, and the servers'.
const DOWN_WITHIN: Duration = Duration::from_mins(1);

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

/// Builds the binary and returns its path.
fn build(release: bool) -> Result<PathBuf> {
    if let Ok(path) = std::env::var("MERIDIAN_BIN") {
        return Ok(path.into());
    }
    let mut cargo = interrupt::command("cargo");
    cargo.args(["build", "-p", "meridian-cli"]).current_dir(root());
    if release {
        cargo.arg("--release");
    }
    ensure!(interrupt::status(&mut cargo)?.success(), "the build failed");
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

/// PostgreSQL of this checkout, which may outlive who started it for a moment.
fn database() -> Option<i32> {
    let data = state().join("servers/postgres/data");
    let pid: i32 = std::fs::read_to_string(data.join("postmaster.pid")).ok()?.lines().next()?.trim().parse().ok()?;
    let command = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    String::from_utf8_lossy(&command).contains(&data.display().to_string()).then_some(pid)
}

fn servers() -> Result<()> {
    interrupt::listen()?;
    let mut dir = scratch::Scratch::new("servers")?;
    let servers = dir.servers()?;
    println!("MERIDIAN_TEST_DATABASE_URL={}", servers.postgres_url());
    println!("MERIDIAN_TEST_REDIS_URL={}", servers.redis_url());
    println!("MERIDIAN_TEST_AMQP_URL={}", servers.amqp_url());
    while !interrupt::asked() {
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(servers);
    Ok(())
}

/// Stops what runs, and waits until nothing writes to the data any more.
fn down() -> Result<()> {
    if let Some(pid) = running() {
        kill(Pid::from_raw(pid), Signal::SIGTERM)?;
    } else if database().is_none() {
        println!("nothing runs");
        return Ok(());
    }
    let until = Instant::now() + DOWN_WITHIN;
    while let Some(pid) = running().or_else(database) {
        ensure!(
            Instant::now() < until,
            "still running (pid {pid}) after {} s; ./dev down once more ends it at once, ./dev logs shows what it does",
            DOWN_WITHIN.as_secs()
        );
        std::thread::sleep(Duration::from_millis(100));
    }
    println!("stopped");
    Ok(())
}

fn reset() -> Result<()> {
    down()?;
    if state().exists() {
        std::fs::remove_dir_all(state())?;
    }
    println!("wiped {}", state().display());
    Ok(())
}

/// Looks at this machine; changes nothing on it.
fn doctor() -> Result<()> {
    let mut failed = false;
    let mut tell = |name: &str, needed: bool, found: Result<String>| {
        let word = match (&found, needed) {
            (Ok(_), _) => "OK  ",
            (Err(_), false) => "WARN",
            (Err(_), true) => {
                failed = true;
                "FAIL"
            }
        };
        println!("{word} {name}: {}", found.unwrap_or_else(|why| format!("{why:#}")));
    };
    for (name, needed) in [("cargo", true), ("cc", true), ("setpriv", true), ("apt-get", false)] {
        let said = Command::new(name).arg("--version").output().ok().filter(|done| done.status.success());
        let line = said.map(|done| String::from_utf8_lossy(&done.stdout).lines().next().unwrap_or_default().to_owned());
        tell(name, needed, line.context("not found"));
    }
    tell("node", false, console::node());
    if let Some(programs) = packages::look() {
        for (name, path) in
            [("PostgreSQL", programs.postgres), ("Redis", programs.redis), ("RabbitMQ", programs.rabbitmq)]
        {
            tell(name, true, Ok(path.display().to_string()));
        }
    } else {
        let (missing, fetches) = (packages::missing().join(", "), packages::fetches());
        let help = if fetches {
            format!("the first start unpacks them into {}", packages::cache().display())
        } else {
            "install them, or set DATABASE_URL, REDIS_URL and AMQP_URL".to_owned()
        };
        tell("servers", !fetches, Err(anyhow!("{missing} not found: {help}")));
    }
    println!("     state: {}", state().display());
    ensure!(!failed, "something is missing");
    Ok(())
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
        Verb::Reset => reset(),
        Verb::Doctor => doctor(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
