//! Meridian as processes of its own, so that they can be killed for real.

use crate::{ROLE_PASSWORD, SECRET, Stack, Urls};
use anyhow::{Result, ensure};
use meridian_dev::{Child, Identity, Spec, free_port, ready};
use nix::sys::signal::Signal;
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// What the processes of one test share.
pub struct Outside {
    bin: PathBuf,
    logs: PathBuf,
    env: BTreeMap<String, String>,
    ours: Identity,
}

/// A process of Meridian.
pub struct Process {
    child: Child,
    /// Address of its readiness.
    pub address: String,
}

impl Outside {
    /// For a database and names in broker and Redis; `None` when no binary was built for the tests.
    pub fn new(urls: &Urls, database: &str, prefix: &str, http_port: u16) -> Option<Self> {
        let bin = std::env::var("MERIDIAN_TEST_BIN").ok().filter(|bin| !bin.is_empty());
        if bin.is_none() {
            eprintln!("skipped: needs the binary of ./dev test");
        }
        let set = [
            ("MERIDIAN_PROFILE", "dev".to_owned()),
            ("MERIDIAN_LOG", "warn".to_owned()),
            ("MERIDIAN_DATABASE_URL", database.to_owned()),
            ("MERIDIAN_DATABASE_ROLE_PASSWORD", ROLE_PASSWORD.to_owned()),
            ("MERIDIAN_DATABASE_CONNECTIONS", "8".to_owned()),
            ("MERIDIAN_REDIS_URL", urls.redis.clone()),
            ("MERIDIAN_REDIS_PREFIX", prefix.to_owned()),
            ("MERIDIAN_AMQP_URL", urls.amqp.clone()),
            ("MERIDIAN_AMQP_PREFIX", prefix.to_owned()),
            ("MERIDIAN_SECRET_KEY", SECRET.to_owned()),
            ("MERIDIAN_HTTP_BIND", format!("127.0.0.1:{http_port}")),
            ("MERIDIAN_PUBLIC_URL", format!("http://127.0.0.1:{http_port}")),
            ("MERIDIAN_FILES", std::env::temp_dir().join(format!("meridian-files-{prefix}")).display().to_string()),
            ("MERIDIAN_EGRESS_ALLOW", "127.0.0.0/8".to_owned()),
        ];
        let env = set.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let logs = std::env::temp_dir();
        Some(Self { bin: bin?.into(), logs, env, ours: Identity::ours() })
    }

    /// Starts `api` or `workers` and waits until it is ready. `abort_at` names a point at which it dies
    /// (`telemetry::point`).
    pub async fn start(&self, role: &str, abort_at: Option<&str>) -> Result<Process> {
        let metrics = format!("127.0.0.1:{}", free_port(0)?);
        let mut env = self.env.clone();
        env.insert("MERIDIAN_METRICS_BIND".to_owned(), metrics.clone());
        if let Some(point) = abort_at {
            env.insert("MERIDIAN_ABORT_AT".to_owned(), point.to_owned());
        }
        let address = if role == "api" { env["MERIDIAN_HTTP_BIND"].clone() } else { metrics };
        let log = self.logs.join(format!("meridian-test-{role}-{}.log", address.replace(':', "-")));
        let argv = vec![self.bin.display().to_string(), role.to_owned()];
        let spec =
            Spec { name: role, argv, env, log: log.clone(), identity: &self.ours, stop: Signal::SIGTERM, cwd: None };
        let mut process = Process { child: Child::spawn(spec)?, address };
        for _ in 0..600 {
            if ready(&process.address) || !process.child.running() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        ensure!(
            abort_at.is_some() || process.child.running(),
            "{role}: {}",
            std::fs::read_to_string(&log).unwrap_or_default()
        );
        let _ = std::fs::remove_file(log);
        Ok(process)
    }
}

impl Process {
    /// Ends it with no chance to tidy up.
    pub fn kill(mut self) {
        self.child.signal(Signal::SIGKILL);
        self.child.finish(Duration::from_secs(5));
    }

    /// Stops it from doing anything, or lets it go on: a process that pauses past its leases.
    pub fn pause(&self, paused: bool) {
        self.child.signal(if paused { Signal::SIGSTOP } else { Signal::SIGCONT });
    }

    /// Waits for its end.
    pub async fn ended(&mut self, patience: Duration) -> Result<()> {
        let until = tokio::time::Instant::now() + patience;
        while self.child.running() {
            ensure!(tokio::time::Instant::now() < until, "the process goes on");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

impl Stack {
    /// Processes beside this stack, on its database and names, the api on a port of its own.
    pub fn outside(&self) -> Result<Option<Outside>> {
        Ok(Outside::new(&self.urls, &self.database, &self.prefix, free_port(0)?))
    }
}
