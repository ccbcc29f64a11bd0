//! `./dev test`: every suite against private servers, one verdict line at the end.

use crate::{build, interrupts, root};
use clap::Args;
use meridian_dev::{Mode, Servers};
use std::{
    io::{BufRead, BufReader},
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

#[derive(Args)]
pub struct Options {
    /// What cannot run here counts as failed.
    #[arg(long)]
    pub strict: bool,
    /// Arguments for the test runner.
    #[arg(last = true)]
    pub runner: Vec<String>,
}

pub fn run(options: &Options) -> ExitCode {
    let started = Instant::now();
    let outcome = rust(options);
    let took = started.elapsed().as_secs();
    let time = format!("{}m {:02}s", took / 60, took % 60);
    match outcome {
        Ok(Some(summary)) => {
            println!("PASS rust {summary} · {time}");
            ExitCode::SUCCESS
        }
        Ok(None) => {
            println!("FAIL rust · {time}");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("FAIL {error:#} · {time}");
            ExitCode::FAILURE
        }
    }
}

/// `Some` with the runner's summary when all passed.
fn rust(options: &Options) -> anyhow::Result<Option<String>> {
    let _interrupts = interrupts()?;
    let dir = std::env::temp_dir().join(format!("meridian-test-{}", std::process::id()));
    let servers = Servers::start(&dir, Mode::Test)?;
    let bin = build(false)?;
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
        .env("MERIDIAN_TEST_BIN", &bin)
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
    let passed = child.wait()?.success();
    drop(servers);
    std::fs::remove_dir_all(&dir)?;
    Ok(passed.then_some(summary))
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
