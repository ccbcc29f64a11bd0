//! Server programs: those of the machine, or Debian packages unpacked into a cache, without root and without touching
//! the system.

use crate::interrupt;
use anyhow::{Context, Result, bail, ensure};
use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg},
    unistd::Uid,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Programs {
    /// Folder with initdb and postgres.
    pub postgres: PathBuf,
    /// redis-server.
    pub redis: PathBuf,
    /// RabbitMQ's own start script (not the wrapper that forces an account).
    pub rabbitmq: PathBuf,
    /// Root of the unpacked tree, when one is used.
    pub tree: Option<PathBuf>,
}

/// Cache folder for unpacked packages.
pub fn cache() -> PathBuf {
    if Uid::effective().is_root() {
        return PathBuf::from("/var/cache/meridian-dev");
    }
    let home = std::env::var("HOME").unwrap_or_else(|_| "/tmp".to_owned());
    std::env::var("XDG_CACHE_HOME")
        .map_or_else(|_| PathBuf::from(home).join(".cache"), PathBuf::from)
        .join("meridian-dev")
}

fn newest(pattern_dir: &Path, suffix: &str) -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(pattern_dir).ok()?.flatten().map(|entry| entry.path().join(suffix)).collect();
    found.retain(|path| path.exists());
    found.sort();
    found.pop()
}

fn postgres_in(root: &Path) -> Option<PathBuf> {
    newest(&root.join("usr/lib/postgresql"), "bin/initdb").and_then(|initdb| Some(initdb.parent()?.to_owned()))
}

fn rabbitmq_in(root: &Path) -> Option<PathBuf> {
    newest(&root.join("usr/lib/rabbitmq/lib"), "sbin/rabbitmq-server")
}

fn redis_in(root: &Path) -> Option<PathBuf> {
    Some(root.join("usr/bin/redis-server")).filter(|path| path.exists())
}

fn erlang_in(root: &Path) -> Option<PathBuf> {
    Some(root.join("usr/lib/erlang")).filter(|path| path.exists())
}

/// Where the programs are; `None` when one is missing. Fetches nothing.
pub fn look() -> Option<Programs> {
    let tree = Some(cache().join("tree")).filter(|tree| tree.join(".complete").exists());
    let search = |find: fn(&Path) -> Option<PathBuf>| find(Path::new("/")).or_else(|| find(tree.as_deref()?));
    let (postgres, redis, rabbitmq) = (search(postgres_in)?, search(redis_in)?, search(rabbitmq_in)?);
    search(erlang_in)?;
    Some(Programs { postgres, redis, rabbitmq, tree })
}

/// Debian's packages that this machine lacks.
pub fn missing() -> Vec<&'static str> {
    let system = Path::new("/");
    let wanted = [
        ("postgresql-15", postgres_in(system)),
        ("redis-server", redis_in(system)),
        ("rabbitmq-server", rabbitmq_in(system)),
    ];
    wanted.into_iter().filter(|(_, found)| found.is_none()).map(|(name, _)| name).collect()
}

/// Whether what is missing can be fetched.
pub fn fetches() -> bool {
    Path::new("/usr/bin/apt-get").exists()
}

/// Finds the programs, fetching what is missing. Two starts at once wait for each other.
pub fn find() -> Result<Programs> {
    if let Some(programs) = look() {
        return Ok(programs);
    }
    fs::create_dir_all(cache()).with_context(|| format!("create {}", cache().display()))?;
    let mut lock = fs::File::create(cache().join("lock"))?;
    let _held = loop {
        match Flock::lock(lock, FlockArg::LockExclusiveNonblock) {
            Ok(held) => break held,
            Err((file, Errno::EAGAIN)) => lock = file,
            Err((_, error)) => return Err(error.into()),
        }
        interrupt::check()?;
        std::thread::sleep(Duration::from_millis(100));
    };
    let tree = cache().join("tree");
    if !tree.join(".complete").exists() {
        fetch(&missing(), &tree)?;
    }
    look().context("the servers are not complete: remove the cache folder and try again")
}

fn run(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let done = interrupt::output(command)?;
    if !done.status.success() {
        bail!("{shown}: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Unpacks packages and all they need that the machine lacks.
fn fetch(wanted: &[&str], tree: &Path) -> Result<()> {
    ensure!(
        fetches(),
        "no server programs found and no apt-get to fetch them: install {} or set DATABASE_URL, REDIS_URL and AMQP_URL",
        wanted.join(", ")
    );
    eprintln!("fetching {} (once, into {})", wanted.join(", "), cache().display());
    let work = cache().join("apt");
    for folder in ["lists/partial", "archives/partial", "debs"] {
        fs::create_dir_all(work.join(folder))?;
    }
    let option = |key: &str, value: &Path| format!("-o{key}={}", value.display());
    let apt = || {
        let mut command = Command::new("apt-get");
        command.arg(option("Dir::State::lists", &work.join("lists"))).arg(option("Dir::Cache", &work)).args([
            "-oDir::State::status=/var/lib/dpkg/status",
            "-oAPT::Sandbox::User=root",
            "-oAcquire::Retries=3",
        ]);
        command
    };
    run(apt().args(["-q", "update"])).context("reading the package lists")?;
    let plan = run(apt().args(["-s", "--no-install-recommends", "install"]).args(wanted))?;
    let packages: Vec<String> = plan
        .lines()
        .filter_map(|line| line.strip_prefix("Inst "))
        .filter_map(|line| Some((line.split(' ').next()?, line.split('(').nth(1)?.split(' ').next()?)))
        .map(|(name, version)| format!("{name}={version}"))
        .collect();
    ensure!(!packages.is_empty(), "apt-get has nothing to fetch for {}", wanted.join(", "));
    run(apt().arg("download").args(&packages).current_dir(work.join("debs"))).context("fetching packages")?;
    fs::create_dir_all(tree)?;
    for entry in fs::read_dir(work.join("debs"))?.flatten() {
        run(Command::new("dpkg-deb").arg("-x").arg(entry.path()).arg(tree))?;
    }
    fs::remove_dir_all(&work)?;
    fs::write(tree.join(".complete"), packages.join("\n"))?;
    eprintln!("unpacked {} packages", packages.len());
    Ok(())
}

/// Library folders of the unpacked tree.
pub fn library_path(tree: &Path) -> String {
    let triple = format!("{}-linux-gnu", std::env::consts::ARCH);
    let folders = ["usr/lib", "lib"].map(|base| tree.join(base).join(&triple).display().to_string());
    folders.join(":")
}
