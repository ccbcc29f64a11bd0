//! Console, widget and GraphiQL: built, checked, and tried in a browser, where Node.js is.

use crate::{meridian_dev_spec, root};
use anyhow::{Context, Result, bail, ensure};
use meridian_dev::{Child, Servers, free_port, interrupt, ready};
use nix::unistd::Uid;
use std::{
    collections::BTreeMap,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

/// Browsers that the scenarios know, in their order.
const BROWSERS: [&str; 3] = ["/usr/bin/chromium", "/usr/bin/chromium-headless-shell", "/usr/bin/google-chrome"];
/// Debian's browser without a window, and a font with Chinese letters.
const PACKAGES: [&str; 2] = ["chromium-headless-shell", "fonts-wqy-microhei"];

fn folder() -> PathBuf {
    root().join("console")
}

/// The version of Node.js on this machine, or why the console cannot be built with it.
pub fn node() -> Result<String> {
    let said = |name: &str| {
        let done = Command::new(name).arg("--version").output().ok().filter(|done| done.status.success());
        done.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    let here = said("node").context("Node.js is not here")?;
    said("npm").context("npm is not here")?;
    let package: serde_json::Value = serde_json::from_slice(&std::fs::read(folder().join("package.json"))?)?;
    let wanted = package["engines"]["node"].as_str().unwrap_or_default();
    ensure!(version(&here) >= version(wanted), "Node.js {here} is here, the console needs {wanted}");
    Ok(here)
}

/// The numbers of a version: of `v20.19.4`, or of the oldest that `>=20.19` takes.
fn version(text: &str) -> Vec<u32> {
    let numbers = text.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    numbers.split('.').map_while(|number| number.parse().ok()).collect()
}

fn npm(args: &[&str], quiet: bool) -> bool {
    let mut command = interrupt::command("npm");
    command.args(args).current_dir(folder());
    if quiet {
        command.stdout(Stdio::null());
    }
    interrupt::status(&mut command).is_ok_and(|status| status.success())
}

/// When the newest file at or under a path was written.
fn newest(path: &Path) -> Option<SystemTime> {
    let meta = std::fs::metadata(path).ok()?;
    if !meta.is_dir() {
        return meta.modified().ok();
    }
    std::fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest(&entry.path())).max()
}

/// Fetches what the console is built with, once.
fn fetched() -> bool {
    let modules = newest(&folder().join("node_modules/.package-lock.json"));
    let fresh = modules.is_some() && modules >= newest(&folder().join("package-lock.json"));
    fresh || npm(&["ci", "--no-audit", "--no-fund", "--silent"], true)
}

/// Whether there is a console to sign in to.
pub fn built() -> bool {
    folder().join("dist/index.html").exists()
}

/// Builds console and widget where Node.js is and their sources are newer than the build. Without them the api works
/// and says what is missing.
pub fn build() {
    let folder = folder();
    let built = newest(&folder.join("dist-widget/index.html")).min(newest(&folder.join("dist/index.html")));
    let sources = ["src", "widget", "explorer", "public", "index.html", "package-lock.json", "vite.config.ts"];
    let changed = sources.iter().map(|name| newest(&folder.join(name))).max().flatten();
    if !folder.join("package.json").exists() || (built.is_some() && built >= changed) {
        return;
    }
    if let Err(error) = node() {
        eprintln!("the console is not built, everything else is: {error:#}");
        return;
    }
    let built = fetched() && npm(&["run", "build"], true);
    if !built && !interrupt::asked() {
        eprintln!("the console could not be built (npm run build in console/ says why); everything else is");
    }
}

/// Types, unit tests, generated code, the build and its size.
pub fn gates() -> Result<String> {
    ensure!(fetched(), "npm ci in console/ failed");
    for step in ["check", "codegen:check", "test", "build", "size"] {
        eprintln!("== console {step}");
        ensure!(npm(&["run", "--silent", step], false), "npm run {step} in console/ failed");
    }
    Ok("types, unit tests, generated code, build and sizes".to_owned())
}

/// A browser, installed when that is possible: by root, from Debian.
pub fn browser() -> bool {
    let there = || {
        std::env::var_os("CHROMIUM").is_some_and(|path| Path::new(&path).exists())
            || BROWSERS.iter().any(|path| Path::new(path).exists())
    };
    let apt = |args: &[&str]| {
        let mut command = Command::new("apt-get");
        command.args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()).stderr(Stdio::null());
        // Not broken off by Ctrl-C: half an installation is worse than a late end.
        command.process_group(0).status().is_ok_and(|status| status.success())
    };
    let install = [&["install", "-y", "--no-install-recommends"][..], &PACKAGES].concat();
    if !there() && Uid::effective().is_root() && !apt(&install) {
        let _ = apt(&["update"]) && apt(&install);
    }
    there()
}

/// Settings of a Meridian of its own on the suite's servers.
fn environment(servers: &Servers, dir: &Path, http: u16, metrics: u16) -> Result<BTreeMap<String, String>> {
    let owner = servers.postgres_url();
    let made = interrupt::output(servers.psql()?.args(["-X", "-q", "-c", "create database console"]))?;
    ensure!(made.status.success(), "create database: {}", String::from_utf8_lossy(&made.stderr));
    let (base, _) = owner.rsplit_once('/').context("a database URL has a path")?;
    let set = [
        ("MERIDIAN_PROFILE", "dev".to_owned()),
        ("MERIDIAN_DATABASE_URL", format!("{base}/console")),
        ("MERIDIAN_DATABASE_ROLE_PASSWORD", "meridian-tests".to_owned()),
        ("MERIDIAN_REDIS_URL", servers.redis_url()),
        ("MERIDIAN_REDIS_PREFIX", "console:".to_owned()),
        ("MERIDIAN_AMQP_URL", servers.amqp_url()),
        ("MERIDIAN_AMQP_PREFIX", "console.".to_owned()),
        ("MERIDIAN_SECRET_KEY", "a key for browser tests, known to all".to_owned()),
        ("MERIDIAN_HTTP_BIND", format!("127.0.0.1:{http}")),
        ("MERIDIAN_PUBLIC_URL", format!("http://127.0.0.1:{http}")),
        ("MERIDIAN_METRICS_BIND", format!("127.0.0.1:{metrics}")),
        ("MERIDIAN_FILES", dir.join("console-files").display().to_string()),
        ("MERIDIAN_EGRESS_ALLOW", "127.0.0.0/8".to_owned()),
    ];
    Ok(set.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// Every scenario in a browser, against console and API as they are served from the binary. `dir` goes after the test; the
/// log stays when one failed.
pub fn scenarios(servers: &Servers, bin: &Path, dir: &Path) -> Result<String> {
    let log = std::env::temp_dir().join(format!("meridian-console-{}.log", std::process::id()));
    let played = play(servers, bin, dir, &log);
    if played.is_ok() || interrupt::asked() {
        let _ = std::fs::remove_file(&log);
    }
    played
}

fn play(servers: &Servers, bin: &Path, dir: &Path, log: &Path) -> Result<String> {
    let (http, metrics, provider) = (free_port(18080)?, free_port(19091)?, free_port(18900)?);
    let mut env = environment(servers, dir, http, metrics)?;
    // The double of the providers plays the language model too.
    env.insert("MERIDIAN_MODEL_URL".to_owned(), format!("http://127.0.0.1:{provider}/v1"));
    let once = |args: &[&str]| -> Result<()> {
        let done = interrupt::output(interrupt::command(bin).args(args).envs(&env))?;
        ensure!(done.status.success(), "meridian {}: {}", args.join(" "), String::from_utf8_lossy(&done.stderr).trim());
        Ok(())
    };
    once(&["migrate"])?;
    let (provider_url, bot) = (format!("http://127.0.0.1:{provider}"), format!("http://127.0.0.1:{provider}/bot"));
    once(&["seed", "demo", "--provider-url", &provider_url, "--bot-url", &bot])?;
    let mut child = Child::spawn(meridian_dev_spec("serve", bin, env.clone(), log.to_owned()))?;
    let until = Instant::now() + Duration::from_mins(1);
    while !ready(&env["MERIDIAN_HTTP_BIND"]) {
        interrupt::check()?;
        if Instant::now() > until || !child.running() {
            bail!("the API is not ready: see {}", log.display());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut npm = interrupt::command("npm");
    npm.args(["run", "--silent", "e2e"]).current_dir(folder()).env("TMPDIR", dir.join("tmp"));
    npm.env("BASE_URL", &env["MERIDIAN_PUBLIC_URL"]).env("PROVIDER_PORT", provider.to_string());
    let done = interrupt::output(&mut npm)?;
    let said = String::from_utf8_lossy(&done.stdout);
    eprint!("{said}{}", String::from_utf8_lossy(&done.stderr));
    child.ask();
    child.finish(Duration::from_secs(30));
    ensure!(done.status.success(), "browser scenarios failed: pictures in console/e2e/out, log in {}", log.display());
    Ok(said.lines().last().unwrap_or_default().trim_start_matches("console e2e: ok, ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_compare_by_their_numbers() {
        let wanted = version(">=20.19");
        assert_eq!(wanted, [20, 19]);
        assert!(version("v18.20.4") < wanted && version("v20.9.0") < wanted && version("v20.18.3") < wanted);
        assert!(version("v20.19.0") >= wanted && version("v24.1.0") >= wanted);
        assert!(version("v20.19.0") >= version(""));
    }
}
