//! Private servers with production settings, and Meridian as processes of its own beside the load.

use anyhow::{Result, ensure};
use meridian_app::App;
use meridian_dev::{Child, Identity, Kind, Mode, Servers, Spec, free_port, ready};
use meridian_domain::{
    secret::Secret,
    time::{Ids, SystemClock},
};
use meridian_lab::load;
use meridian_store::{Db, Sealer, bulk, migrate};
use nix::sys::signal::Signal;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};
use tokio::time::Instant;

const PASSWORD: &str = "meridian-bench";
const SECRET: &str = "a secret for benches that is long enough";

/// Everything a bench runs on. Dropping it stops all of it and removes its files.
pub struct Rig {
    dir: PathBuf,
    /// The servers.
    pub servers: Servers,
    /// Where the api listens.
    pub base: String,
    /// Use cases, for what a bench prepares behind the scenes.
    pub app: App,
    env: BTreeMap<String, String>,
    ours: Identity,
    children: Vec<(&'static str, Child)>,
    profile: bool,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.children.clear();
        // The servers stop after this; what they still write is removed with the folder by the next start.
        for kind in [Kind::Postgres, Kind::Redis, Kind::Rabbitmq] {
            self.servers.stop(kind);
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

impl Rig {
    /// Starts servers that write to disk as in production, and migrates. Nothing of Meridian runs yet.
    pub async fn start(profile: bool) -> Result<Self> {
        let dir = std::env::temp_dir().join(format!("meridian-bench-{}", std::process::id()));
        eprintln!("starting private PostgreSQL, Redis and RabbitMQ");
        let at = dir.clone();
        // Children live as long as the thread that spawned them; this one stays until the end.
        let servers =
            tokio::task::block_in_place(|| Servers::start(&at, if profile { Mode::Profiled } else { Mode::Durable }))?;
        let (http, metrics) = (free_port(0)?, free_port(0)?);
        let database = servers.postgres_url();
        let role_urls = migrate::role_urls(&database, PASSWORD)?;
        migrate::run(&database, PASSWORD).await?;
        let base = format!("http://127.0.0.1:{http}");
        let db = Db::connect(&role_urls, Ids::new(Arc::new(SystemClock)))?;
        let app =
            App::new(db, Sealer::new(&Secret::new(SECRET), &[]), &base, Arc::new(meridian_api::Adapters::default()));
        let set = [
            ("MERIDIAN_PROFILE", "dev".to_owned()),
            ("MERIDIAN_LOG", "warn".to_owned()),
            ("MERIDIAN_DATABASE_URL", database),
            ("MERIDIAN_DATABASE_ROLE_PASSWORD", PASSWORD.to_owned()),
            ("MERIDIAN_REDIS_URL", servers.redis_url()),
            ("MERIDIAN_AMQP_URL", servers.amqp_url()),
            ("MERIDIAN_SECRET_KEY", SECRET.to_owned()),
            ("MERIDIAN_HTTP_BIND", format!("127.0.0.1:{http}")),
            ("MERIDIAN_PUBLIC_URL", base.clone()),
            ("MERIDIAN_FILES", dir.join("files").display().to_string()),
            ("MERIDIAN_EGRESS_ALLOW", "127.0.0.0/8".to_owned()),
            ("MERIDIAN_METRICS_BIND", format!("127.0.0.1:{metrics}")),
        ];
        let env = set.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Ok(Self { dir, servers, base, app, env, ours: Identity::ours(), children: Vec::new(), profile })
    }

    /// Starts `meridian api`, `workers` or `serve`, and waits until it is ready.
    pub async fn run(&mut self, role: &'static str) -> Result<()> {
        let mut env = self.env.clone();
        if role == "workers" {
            env.insert("MERIDIAN_METRICS_BIND".to_owned(), format!("127.0.0.1:{}", free_port(0)?));
        }
        let address = env[if role == "workers" { "MERIDIAN_METRICS_BIND" } else { "MERIDIAN_HTTP_BIND" }].clone();
        let argv = vec![std::env::current_exe()?.display().to_string(), role.to_owned()];
        let log = self.dir.join(format!("{role}.log"));
        let spec = Spec { name: role, argv, env, log, identity: &self.ours, stop: Signal::SIGTERM, cwd: None };
        self.children.push((role, tokio::task::block_in_place(|| Child::spawn(spec))?));
        let until = Instant::now() + Duration::from_secs(30);
        while !ready(&address) {
            ensure!(Instant::now() < until, "{role} does not get ready: {}", self.log(role));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// Stops a process in order.
    pub fn stop(&mut self, role: &str) {
        self.children.retain(|(name, _)| *name != role);
    }

    /// Stops a server in order.
    pub fn down(&mut self, kind: Kind) {
        self.servers.stop(kind);
    }

    /// Starts a server that was stopped, with its data.
    pub fn up(&mut self, kind: Kind) -> Result<()> {
        tokio::task::block_in_place(|| self.servers.start_again(kind))
    }

    fn log(&self, role: &str) -> String {
        let said = std::fs::read_to_string(self.dir.join(format!("{role}.log"))).unwrap_or_default();
        said.lines().rev().take(5).collect::<Vec<_>>().join(" | ")
    }

    /// What Meridian's processes said that was worth a warning.
    pub fn warnings(&self) -> usize {
        let read = |(role, _): &(&str, Child)| std::fs::read_to_string(self.dir.join(format!("{role}.log")));
        self.children.iter().filter_map(|child| read(child).ok()).map(|said| said.lines().count()).sum()
    }

    /// Resident memory of Meridian's own processes, MB.
    pub fn own_mb(&self) -> f64 {
        self.children.iter().map(|(_, child)| load::usage(child.pid()).1).sum::<u64>() as f64 / 1e6
    }

    /// Processor seconds used so far, by part.
    pub fn cpu(&self) -> BTreeMap<&'static str, f64> {
        let server = |kind| self.servers.pid(kind).map_or(0.0, |pid| load::usage(pid).0);
        let own = self.children.iter().map(|(_, child)| load::usage(child.pid()).0).sum();
        BTreeMap::from([
            ("meridian", own),
            ("postgresql", server(Kind::Postgres)),
            ("rabbitmq", server(Kind::Rabbitmq)),
            ("redis", server(Kind::Redis)),
            (
                "load",
                load::usage(std::process::id()).0
                    - own
                    - server(Kind::Postgres)
                    - server(Kind::Rabbitmq)
                    - server(Kind::Redis),
            ),
        ])
    }

    /// The statements that took most of the database's time, if they were counted.
    pub async fn print_profile(&self) -> Result<()> {
        if self.profile {
            for line in bulk::costliest(&self.servers.postgres_url(), 40).await? {
                println!("{line}");
            }
        }
        Ok(())
    }
}

/// The machine, in one line for the table.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let build = if cfg!(debug_assertions) { "DEBUG BUILD: use --release" } else { "release build" };
    format!("{cores} cores,{}, Linux {}, {build}", model.trim_start_matches(['\t', ' ', ':']), kernel.trim())
}
