//! `./dev test`: every suite against private servers, one verdict line at the end.

use crate::{build, console, interrupts, root};
use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use meridian_dev::{Mode, Servers};
use std::{
    io::{BufRead, BufReader},
    path::Path,
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

/// Runs the suites that are asked for; a failed one does not keep the next from running.
fn all(options: &Options) -> Result<Vec<String>> {
    let _interrupts = interrupts()?;
    // Arguments for the Rust runner mean that suite alone.
    let every = options.suites.is_empty() && options.runner.is_empty();
    let asked = |suite| every || options.suites.contains(&suite) || (options.suites.is_empty() && suite == Suite::Rust);
    let dir = std::env::temp_dir().join(format!("meridian-test-{}", std::process::id()));
    let servers = Servers::start(&dir, Mode::Test)?;
    let node = console::node();
    if node && (asked(Suite::Console) || asked(Suite::E2e)) {
        // First of all: a build of the api finds it only where it is.
        console::build();
    }
    let bin = build(false)?;
    let (mut summaries, mut failures) = (Vec::new(), Vec::new());
    let mut note = |suite: &str, outcome: Result<String>| match outcome {
        Ok(summary) => summaries.push(format!("{suite} {summary}")),
        Err(error) => failures.push(format!("{suite}: {error:#}")),
    };
    let skip = |why: &str| if options.strict { bail!("{why}") } else { Ok(format!("SKIPPED ({why})")) };
    if asked(Suite::Rust) {
        note("rust", rust(options, &servers, &bin));
    }
    if asked(Suite::Console) {
        note("console", if node { console::gates() } else { skip("Node.js is not here") });
    }
    if asked(Suite::E2e) {
        let outcome = if !node {
            skip("Node.js is not here")
        } else if console::browser() {
            console::scenarios(&servers, &bin)
        } else {
            skip("no browser: apt-get install chromium-headless-shell fonts-wqy-microhei")
        };
        note("e2e", outcome);
    }
    drop(servers);
    std::fs::remove_dir_all(&dir)?;
    if failures.is_empty() { Ok(summaries) } else { bail!("{}", failures.join(" · ")) }
}

/// The Rust tests; the runner's summary when all passed.
fn rust(options: &Options, servers: &Servers, bin: &Path) -> Result<String> {
    auditor();
    let nextest = Command::new("cargo").args(["nextest", "--version"]).output().is_ok_and(|done| done.status.success());
    let mut cargo = Command::new("cargo");
    if nextest {
        cargo.args(["nextest", "run", "--workspace", "--no-fail-fast"]).args(&options.runner);
    } else {
        cargo.args(["test", "--workspace", "--no-fail-fast"]).args(&options.runner);
    }
    let mut child = cargo
        .current_dir(root())
        .env("MERIDIAN_TEST_DATABASE_URL", servers.postgres_url())
        .env("MERIDIAN_TEST_REDIS_URL", servers.redis_url())
        .env("MERIDIAN_TEST_AMQP_URL", servers.amqp_url())
        .env("MERIDIAN_TEST_BIN", bin)
        .env("MERIDIAN_TEST_STRICT", if options.strict { "1" } else { "" })
        .stderr(Stdio::piped())
        .spawn()?;
    let mut summary = String::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            eprintln!("{line}");
            if let Some((_, counts)) = line.split_once("tests run: ") {
                counts.clone_into(&mut summary);
            }
        }
    }
    if child.wait()?.success() {
        Ok(summary)
    } else {
        bail!("{}", if summary.is_empty() { "failed" } else { &summary })
    }
}

/// Fetches the auditor of GraphQL over HTTP where Node.js is; its test says so when it is missing.
fn auditor() {
    let folder = root().join("tests/audit");
    if folder.join("node_modules/graphql-http").exists() {
        return;
    }
    let done = Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED the audits of GraphQL over HTTP: npm ci in tests/audit needs Node.js and its registry");
    }
}
