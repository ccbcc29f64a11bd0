//! `./dev up`.

use crate::{build, console, database, meridian_dev_spec, running, state};
use anyhow::{Context, Result, bail};
use clap::Args;
use meridian_dev::{
    Child, Mode, Servers, free_port,
    interrupt::{self, Interrupted},
    ready,
    servers::{keep, psql as psql_in},
};
use rand::Rng;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

#[derive(Args)]
pub struct Options {
    /// Wipe the data first.
    #[arg(long)]
    fresh: bool,
    /// Drive demo traffic once it runs.
    #[arg(long)]
    demo: bool,
    /// Build with optimisation.
    #[arg(long)]
    release: bool,
}

struct Up {
    dir: PathBuf,
    bin: PathBuf,
    env: BTreeMap<String, String>,
    children: Vec<(String, Child)>,
}

fn external(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|url| !url.is_empty())
}

fn random_hex() -> String {
    let (high, low): (u128, u128) = (rand::rng().random(), rand::rng().random());
    format!("{high:032x}{low:032x}")
}

pub fn run(options: &Options) -> Result<()> {
    let dir = state();
    if let Some(pid) = running() {
        println!("already running (pid {pid}); ./dev logs shows what it says, ./dev down stops it");
        print!("{}", fs::read_to_string(dir.join("table")).unwrap_or_default());
        return Ok(());
    }
    if let Some(pid) = database() {
        bail!("PostgreSQL of an earlier start still stops (pid {pid}): try again in a moment");
    }
    if options.fresh && dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    fs::create_dir_all(&dir).with_context(|| format!("create {}", dir.display()))?;
    interrupt::listen()?;
    fs::write(dir.join("pid"), std::process::id().to_string())?;
    let done = serve(options, &dir);
    let _ = fs::remove_file(dir.join("pid"));
    match done {
        Err(error) if !error.is::<Interrupted>() => Err(error),
        _ => {
            println!("stopped; data is kept, ./dev reset wipes it");
            Ok(())
        }
    }
}

/// Starts everything and stops it when that is asked for, be it before all of it runs.
fn serve(options: &Options, dir: &Path) -> Result<()> {
    let started = Instant::now();
    // The build runs while the servers start; these are spawned by this thread, which lives to the end.
    let release = options.release;
    let building = std::thread::spawn(move || {
        console::build();
        build(release)
    });
    let urls = ["DATABASE_URL", "REDIS_URL", "AMQP_URL"].map(external);
    let begun = if urls.iter().all(Option::is_some) {
        Ok(None)
    } else {
        Servers::begin(&dir.join("servers"), Mode::Durable).map(Some)
    };
    if begun.is_err() {
        // Nobody needs the build any more.
        interrupt::ask();
    }
    let built = building.join().map_err(|_| anyhow::anyhow!("the build panicked"))?;
    let (mut servers, bin) = (begun?, built?);
    let url = |given: &Option<String>, own: fn(&Servers) -> String| {
        given.clone().or_else(|| servers.as_ref().map(own)).unwrap_or_default()
    };
    let env = environment(
        dir,
        &url(&urls[0], Servers::postgres_url),
        &url(&urls[1], Servers::redis_url),
        &url(&urls[2], Servers::amqp_url),
    )?;
    fs::write(dir.join("public-url"), &env["MERIDIAN_PUBLIC_URL"])?;
    fs::write(dir.join("bin"), bin.display().to_string())?;
    let mut up = Up { dir: dir.to_owned(), bin, env, children: Vec::new() };
    if let Some(servers) = &mut servers {
        servers.database_ready()?;
    }
    up.once(&["migrate"])?;
    let seeded = up.once(&["seed", "demo"])?;
    if let Some(servers) = &mut servers {
        servers.ready()?;
    }
    up.spawn("api")?;
    up.spawn("workers")?;
    up.wait_ready()?;
    let table = up.table(&seeded, started.elapsed());
    fs::write(up.dir.join("table"), &table)?;
    print!("{table}");
    if options.demo {
        let told = interrupt::status(interrupt::command(&up.bin).arg("demo").envs(&up.env));
        println!("demo traffic {}", if told.is_ok_and(|status| status.success()) { "done" } else { "failed" });
    }
    while !interrupt::asked() {
        std::thread::sleep(Duration::from_millis(100));
        up.mend()?;
    }
    println!("\nstopping");
    up.stop();
    Ok(())
}

fn environment(dir: &Path, database: &str, redis: &str, amqp: &str) -> Result<BTreeMap<String, String>> {
    let port = |name: &str, wanted: u16| -> Result<u16> {
        let file = dir.join(format!("{name}.port"));
        let known = fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(wanted);
        let port = free_port(known)?;
        fs::write(&file, port.to_string())?;
        Ok(port)
    };
    let (http, api_metrics, worker_metrics) =
        (port("http", 8080)?, port("metrics-api", 9091)?, port("metrics-workers", 9092)?);
    let set = [
        ("MERIDIAN_PROFILE", "dev".to_owned()),
        ("MERIDIAN_DATABASE_URL", database.to_owned()),
        ("MERIDIAN_DATABASE_ROLE_PASSWORD", keep(&dir.join("role-password"), random_hex)?),
        ("MERIDIAN_REDIS_URL", redis.to_owned()),
        ("MERIDIAN_AMQP_URL", amqp.to_owned()),
        ("MERIDIAN_SECRET_KEY", keep(&dir.join("secret-key"), random_hex)?),
        ("MERIDIAN_HTTP_BIND", format!("127.0.0.1:{http}")),
        ("MERIDIAN_PUBLIC_URL", format!("http://127.0.0.1:{http}")),
        ("MERIDIAN_FILES", dir.join("files").display().to_string()),
        ("MERIDIAN_EGRESS_ALLOW", "127.0.0.0/8".to_owned()),
        ("MERIDIAN_METRICS_BIND", format!("127.0.0.1:{api_metrics}")),
        ("MERIDIAN_WORKERS_METRICS_BIND", format!("127.0.0.1:{worker_metrics}")),
    ];
    Ok(set.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

impl Up {
    fn once(&self, args: &[&str]) -> Result<String> {
        let done = interrupt::output(interrupt::command(&self.bin).args(args).envs(&self.env))?;
        if !done.status.success() {
            bail!("meridian {}: {}", args.join(" "), String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    fn spawn(&mut self, role: &str) -> Result<()> {
        let mut env = self.env.clone();
        if role == "workers" {
            env.insert("MERIDIAN_METRICS_BIND".to_owned(), self.env["MERIDIAN_WORKERS_METRICS_BIND"].clone());
        }
        let child = Child::spawn(meridian_dev_spec(role, &self.bin, env, self.dir.join(format!("{role}.log"))))?;
        self.children.push((role.to_owned(), child));
        Ok(())
    }

    /// A child that ended is started again, and it is said.
    fn mend(&mut self) -> Result<()> {
        let ended: Vec<String> =
            self.children.iter_mut().filter_map(|(role, child)| (!child.running()).then(|| role.clone())).collect();
        for role in ended {
            println!("{role} ended, starting it again (./dev logs {role})");
            self.children.retain(|(name, _)| *name != role);
            std::thread::sleep(Duration::from_secs(1));
            self.spawn(&role)?;
        }
        Ok(())
    }

    fn wait_ready(&mut self) -> Result<()> {
        let until = Instant::now() + Duration::from_mins(1);
        for bind in ["MERIDIAN_HTTP_BIND", "MERIDIAN_WORKERS_METRICS_BIND"].map(|key| self.env[key].clone()) {
            while !ready(&bind) {
                interrupt::check()?;
                if Instant::now() > until || !self.children.iter_mut().all(|(_, child)| child.running()) {
                    bail!("not ready: see {}/api.log and workers.log", self.dir.display());
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        Ok(())
    }

    fn table(&self, seeded: &str, took: Duration) -> String {
        let public = &self.env["MERIDIAN_PUBLIC_URL"];
        let mut lines = vec![String::new(), format!("Meridian runs (ready after {:.1} s)", took.as_secs_f64())];
        if console::built() {
            lines.push(format!("  console      {public}/   sign in with one of the logins below"));
            lines.push(format!("  GraphiQL     {public}/graphiql   a page with the chat widget {public}/widget/demo"));
        }
        lines.extend([
            format!("  GraphQL      {public}/graphql   sockets {public}/graphql/ws"),
            format!("  sign in      POST {public}/auth/sign-in {{\"workspace\",\"email\",\"password\"}}"),
            format!("  health       {public}/readyz   metrics http://{}/metrics", self.env["MERIDIAN_METRICS_BIND"]),
        ]);
        for line in seeded.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()) {
            let field = |name: &str| line.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            match field("kind").as_str() {
                "login" => lines.push(format!(
                    "  {:<12} {:<28} {}   workspace {}",
                    field("role"),
                    field("email"),
                    field("password"),
                    field("workspace")
                )),
                "url" => lines.push(format!("  {:<12} {}", field("name"), field("url"))),
                _ => {}
            }
        }
        lines.push("  Ctrl-C stops all; data is kept; ./dev reset wipes it".to_owned());
        lines.push(String::new());
        lines.join("\n")
    }

    fn stop(&mut self) {
        for (_, child) in &self.children {
            child.ask();
        }
        for (_, child) in &mut self.children {
            child.finish(Duration::from_secs(30));
        }
    }
}

/// Tells the main job against what `up` started.
pub fn demo() -> Result<()> {
    running().context("nothing runs: ./dev up first")?;
    let kept = |name: &str| fs::read_to_string(state().join(name)).with_context(|| format!("{name}: ./dev up first"));
    let mut command = Command::new(kept("bin")?.trim());
    let status = command.arg("demo").env("MERIDIAN_PUBLIC_URL", kept("public-url")?.trim()).status()?;
    anyhow::ensure!(status.success(), "the story broke off");
    Ok(())
}

pub fn psql() -> Result<()> {
    let status = psql_in(&state().join("servers"))?.status().context("run psql")?;
    anyhow::ensure!(status.success(), "psql failed");
    Ok(())
}
