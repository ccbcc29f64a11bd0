//! `./dev test`: every suite against private servers, one verdict line at the end.

use crate::{build, console, root, scratch::Scratch};
use anyhow::{Result, anyhow, bail};
use clap::{Args, ValueEnum};
use meridian_dev::{
    Servers,
    interrupt::{self, Task},
};
use std::{
    io::{BufRead, BufReader},
    num::NonZero,
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

#[derive(Args)]
pub struct Options {
    /// Suites to run; all when none is named.
    suites: Vec<Suite>,
    /// What cannot run here counts as failed.
    #[arg(long)]
    pub strict: bool,
    /// Arguments for the runner of the Rust tests.
    #[arg(last = true)]
    pub runner: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// Unit tests, flows, isolation, contract.
    Rust,
    /// Types, unit tests, generated code and sizes of console and widget.
    Console,
    /// Console and widget in a browser.
    E2e,
}

pub fn run(options: &Options) -> ExitCode {
    let started = Instant::now();
    let outcome = all(options);
    let took = started.elapsed().as_secs();
    let time = format!("{}m {:02}s", took / 60, took % 60);
    match outcome {
        Ok(summaries) => {
            println!("PASS {} · {time}", summaries.join(" · "));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("FAIL {error:#} · {time}");
            ExitCode::FAILURE
        }
    }
}

/// What the suites run on.
struct Ground<'a> {
    options: &'a Options,
    servers: &'a Servers,
    bin: PathBuf,
    dir: &'a Scratch,
    /// The version of Node.js, or why there is none to use.
    node: Result<String>,
}

/// Runs the suites that are asked for; a failed one does not keep the next from running, an interrupt does.
fn all(options: &Options) -> Result<Vec<String>> {
    interrupt::listen()?;
    // Arguments for the Rust runner mean that suite alone.
    let every = options.suites.is_empty() && options.runner.is_empty();
    let asked = |suite| every || options.suites.contains(&suite) || (options.suites.is_empty() && suite == Suite::Rust);
    let mut dir = Scratch::new("test")?;
    let servers = dir.servers()?;
    let node = console::node();
    if node.is_ok() && (asked(Suite::Console) || asked(Suite::E2e)) {
        // First of all: a build of the api finds it only where it is.
        console::build();
    }
    let ground = Ground { options, servers: &servers, bin: build(false)?, dir: &dir, node };
    let (mut summaries, mut failures) = (Vec::new(), Vec::new());
    for (suite, name) in [(Suite::Rust, "rust"), (Suite::Console, "console"), (Suite::E2e, "e2e")] {
        if !asked(suite) {
            continue;
        }
        let outcome = one(suite, &ground);
        // What was broken off says nothing.
        interrupt::check()?;
        match outcome {
            Ok(summary) => summaries.push(format!("{name} {summary}")),
            Err(error) => failures.push(format!("{name}: {error:#}")),
        }
    }
    if failures.is_empty() { Ok(summaries) } else { bail!("{}", failures.join(" · ")) }
}

fn one(suite: Suite, ground: &Ground<'_>) -> Result<String> {
    let skip = |why: String| {
        if ground.options.strict { Err(anyhow!(why)) } else { Ok(format!("SKIPPED ({why})")) }
    };
    match (suite, &ground.node) {
        (Suite::Rust, _) => rust(ground),
        (_, Err(why)) => skip(format!("{why:#}")),
        (Suite::Console, Ok(_)) => console::gates(),
        (Suite::E2e, Ok(_)) if console::browser() => {
            ground.dir.tmp()?;
            console::scenarios(ground.servers, &ground.bin, ground.dir.path())
        }
        (Suite::E2e, Ok(_)) => {
            skip("no browser: apt-get install chromium-headless-shell fonts-wqy-microhei".to_owned())
        }
    }
}

/// The Rust tests; the runner's summary when all passed.
fn rust(ground: &Ground<'_>) -> Result<String> {
    auditor();
    let (options, servers) = (ground.options, ground.servers);
    let nextest = Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|done| done.status.success());
    let mut cargo = interrupt::command("cargo");
    if nextest {
        // One more than cores: the flows wait for servers half of their time, and give up when these are short of it.
        let at_once = 1 + std::thread::available_parallelism().map_or(1, NonZero::get);
        cargo.args(["nextest", "run", "--workspace", "--no-fail-fast"]).args(&options.runner);
        cargo.env("NEXTEST_TEST_THREADS", at_once.to_string());
    } else {
        cargo.args(["test", "--workspace", "--no-fail-fast"]).args(&options.runner);
    }
    cargo
        .current_dir(root())
        .env("TMPDIR", ground.dir.tmp()?)
        .env("MERIDIAN_TEST_DATABASE_URL", servers.postgres_url())
        .env("MERIDIAN_TEST_REDIS_URL", servers.redis_url())
        .env("MERIDIAN_TEST_AMQP_URL", servers.amqp_url())
        .env("MERIDIAN_TEST_BIN", &ground.bin)
        .env("MERIDIAN_TEST_STRICT", if options.strict { "1" } else { "" })
        .stderr(Stdio::piped());
    let mut task = Task::start(&mut cargo)?;
    let reader = task.stderr().map(|stderr| {
        std::thread::spawn(move || {
            let mut summary = String::new();
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                eprintln!("{line}");
                if let Some((_, counts)) = line.split_once("tests run: ") {
                    counts.clone_into(&mut summary);
                }
            }
            summary
        })
    });
    let done = task.wait()?;
    let summary = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
    if done.success() { Ok(summary) } else { bail!("{}", if summary.is_empty() { "failed" } else { &summary }) }
}

/// Fetches the auditor of GraphQL over HTTP where Node.js is; its test says so when it is missing.
fn auditor() {
    let folder = root().join("tests/audit");
    if folder.join("node_modules/graphql-http").exists() {
        return;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder);
    if !interrupt::status(&mut npm).is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED the audits of GraphQL over HTTP: npm ci in tests/audit needs Node.js and its registry");
    }
}
