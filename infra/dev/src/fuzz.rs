//! `./dev fuzz`: the parsers of the channels on changed bodies, for as long as one likes.

use crate::root;
use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use std::process::Command;

#[derive(Args)]
pub struct Options {
    /// Seconds a parser and profile.
    #[arg(default_value_t = 60)]
    seconds: u64,
    /// Profiles to run.
    #[arg(long, value_enum, default_value = "both")]
    profile: Profile,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    Debug,
    Release,
    Both,
}

/// Runs the harness of every parser; the last line says how long was tried, for docs/figures.md.
pub fn run(options: &Options) -> Result<()> {
    let profiles: &[&str] = match options.profile {
        Profile::Debug => &["debug"],
        Profile::Release => &["release"],
        Profile::Both => &["debug", "release"],
    };
    let mut tried = 0;
    for profile in profiles {
        let mut cargo = Command::new("cargo");
        cargo.args(["test", "-p", "meridian-channels", "--lib"]);
        if *profile == "release" {
            cargo.arg("--release");
        }
        let said = cargo
            .args(["changed_bodies"])
            .env("MERIDIAN_FUZZ_SECONDS", options.seconds.to_string())
            .current_dir(root())
            .stderr(std::process::Stdio::inherit())
            .output()
            .context("run cargo")?;
        let text = String::from_utf8_lossy(&said.stdout);
        print!("{text}");
        ensure!(said.status.success(), "a parser does not survive in the profile {profile}: the body is above");
        tried += text.lines().filter(|line| line.starts_with("test ") && line.ends_with("... ok")).count() as u64;
    }
    ensure!(tried > 0, "no parser was tried");
    let minutes = tried * options.seconds / 60;
    println!("PASS {tried} runs of {} s: {minutes} minutes without a panic", options.seconds);
    Ok(())
}
