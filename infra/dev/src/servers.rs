//! The three servers on free loopback ports, with private data folders.

use crate::{
    interrupt,
    packages::{self, Programs},
    process::{Child, Identity, Spec, free_port},
};
use anyhow::{Context, Result, bail};
use nix::sys::signal::Signal;
use rand::{Rng, distr::Alphanumeric};
use std::{
    collections::BTreeMap,
    fs,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};
use url::form_urlencoded;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// PostgreSQL.
    Postgres,
    /// Redis.
    Redis,
    /// RabbitMQ.
    Rabbitmq,
}

/// How durable PostgreSQL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Production settings.
    Durable,
    /// Production settings, and every statement counted (`pg_stat_statements`).
    Profiled,
    /// Nothing survives a power cut, everything a killed process.
    Test,
}

/// Running servers. Dropping them stops them.
pub struct Servers {
    dir: PathBuf,
    programs: Programs,
    identity: Identity,
    mode: Mode,
    password: String,
    broker_password: String,
    ports: BTreeMap<&'static str, u16>,
    children: BTreeMap<Kind, Child>,
    epmd: Option<Child>,
}

/// Longest wait for a server: a machine under load takes minutes for the first start.
const PATIENCE: Duration = Duration::from_mins(5);

/// Octets of a folder in which PostgreSQL's socket still has a name that the system takes (107 with the name).
const LONGEST_SOCKET_FOLDER: usize = 85;

impl Servers {
    /// Starts all three in `dir`, which is made if it is missing and kept, and waits until they answer.
    pub fn start(dir: &Path, mode: Mode) -> Result<Self> {
        let mut servers = Self::begin(dir, mode)?;
        servers.database_ready()?;
        servers.ready()?;
        Ok(servers)
    }

    /// Starts all three and waits for none: the broker takes longest, and a database can be filled meanwhile.
    pub fn begin(dir: &Path, mode: Mode) -> Result<Self> {
        let programs = packages::find()?;
        let identity = Identity::for_servers();
        fs::create_dir_all(dir)?;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
        for folder in ["postgres", "redis", "rabbitmq"] {
            let path = dir.join(folder);
            fs::create_dir_all(&path)?;
            identity.own(&path)?;
        }
        let own = dir.join("broker-password");
        if !own.exists() {
            // A broker made before it had a password of its own knows the database's; its data may go at any time.
            let _ = fs::remove_dir_all(dir.join("rabbitmq/mnesia"));
        }
        let mut servers = Self {
            password: keep(&dir.join("password"), random_password)?,
            broker_password: keep(&own, random_password)?,
            ports: ports(dir)?,
            dir: dir.to_owned(),
            programs,
            identity,
            mode,
            children: BTreeMap::new(),
            epmd: None,
        };
        servers.spawn(Kind::Rabbitmq)?;
        servers.spawn(Kind::Redis)?;
        servers.spawn(Kind::Postgres)?;
        Ok(servers)
    }

    /// Waits until PostgreSQL answers.
    pub fn database_ready(&mut self) -> Result<()> {
        self.wait(Kind::Postgres)
    }

    /// Waits until the others answer, too.
    pub fn ready(&mut self) -> Result<()> {
        self.wait(Kind::Redis)?;
        self.wait(Kind::Rabbitmq)
    }

    /// URL of the superuser: by the socket in the file system, which costs both ends less than TCP, unless the folder's
    /// path is too long for one.
    pub fn postgres_url(&self) -> String {
        let url = format!("postgres://postgres:{}@127.0.0.1:{}/postgres", self.password, self.ports["postgres"]);
        match self.postgres_sockets() {
            Some(folder) => format!(
                "{url}?{}",
                form_urlencoded::Serializer::new(String::new()).append_pair("host", &folder).finish()
            ),
            None => url,
        }
    }

    /// `psql` on the superuser's database.
    pub fn psql(&self) -> Result<Command> {
        psql(&self.dir)
    }

    fn postgres_sockets(&self) -> Option<String> {
        let folder = self.dir.join("postgres").display().to_string();
        (folder.starts_with('/') && folder.len() <= LONGEST_SOCKET_FOLDER).then_some(folder)
    }

    /// URL of Redis.
    pub fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.ports["redis"])
    }

    /// URL of the broker.
    pub fn amqp_url(&self) -> String {
        format!("amqp://meridian:{}@127.0.0.1:{}/%2f", self.broker_password, self.ports["amqp"])
    }

    /// Process id of a server that runs.
    pub fn pid(&self, kind: Kind) -> Option<u32> {
        self.children.get(&kind).map(Child::pid)
    }

    /// Whether all servers run.
    pub fn all_running(&mut self) -> bool {
        self.children.values_mut().all(Child::running)
    }

    /// Kills a server with no chance to tidy up.
    pub fn kill(&mut self, kind: Kind) {
        if let Some(mut child) = self.children.remove(&kind) {
            child.signal(Signal::SIGKILL);
            child.finish(Duration::from_secs(5));
        }
    }

    /// Stops a server in order.
    pub fn stop(&mut self, kind: Kind) {
        self.children.remove(&kind);
    }

    /// Starts a stopped or killed server again: same data, same port.
    pub fn start_again(&mut self, kind: Kind) -> Result<()> {
        self.spawn(kind)?;
        self.wait(kind)
    }

    fn log(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{name}.log"))
    }

    fn env(&self) -> BTreeMap<String, String> {
        let mut env = BTreeMap::new();
        if let Some(tree) = &self.programs.tree {
            env.insert("LD_LIBRARY_PATH".to_owned(), packages::library_path(tree));
        }
        env
    }

    fn spawn(&mut self, kind: Kind) -> Result<()> {
        let child = match kind {
            Kind::Postgres => self.postgres()?,
            Kind::Redis => self.redis()?,
            Kind::Rabbitmq => self.rabbitmq()?,
        };
        self.children.insert(kind, child);
        Ok(())
    }

    fn postgres(&self) -> Result<Child> {
        let data = self.dir.join("postgres/data");
        let bin = |name: &str| self.programs.postgres.join(name).display().to_string();
        let shown = data.display().to_string();
        if !data.join("PG_VERSION").exists() {
            self.init_postgres(&data)?;
        }
        let mut settings = vec![
            format!("port={}", self.ports["postgres"]),
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", self.postgres_sockets().unwrap_or_default()),
            "max_connections=200".to_owned(),
            "shared_buffers=256MB".to_owned(),
            "max_wal_size=2GB".to_owned(),
            // A new database fills fast: plans learn of it within seconds.
            "autovacuum_naptime=5s".to_owned(),
        ];
        if self.mode == Mode::Test {
            settings.extend(["fsync=off", "full_page_writes=off"].map(str::to_owned));
        }
        if self.mode == Mode::Profiled {
            settings.push("shared_preload_libraries=pg_stat_statements".to_owned());
        }
        let mut argv = vec![bin("postgres"), "-D".to_owned(), shown];
        argv.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
        Child::spawn(Spec {
            name: "postgres",
            argv,
            env: self.env(),
            log: self.log("postgres"),
            identity: &self.identity,
            stop: Signal::SIGINT,
            cwd: Some(self.dir.join("postgres")),
        })
    }

    /// Makes PostgreSQL's data.
    fn init_postgres(&self, data: &Path) -> Result<()> {
        let file = self.dir.join("postgres/password");
        secret(&file, &self.password, &self.identity)?;
        let initdb = self.programs.postgres.join("initdb").display().to_string();
        let argv = [initdb, "-D".to_owned(), data.display().to_string(), format!("--pwfile={}", file.display())];
        let more = ["-U", "postgres", "--no-sync", "-A", "scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"];
        let mut init = Child::spawn(Spec {
            name: "initdb",
            argv: argv.into_iter().chain(more.map(str::to_owned)).collect(),
            env: self.env(),
            log: self.log("postgres"),
            identity: &self.identity,
            stop: Signal::SIGTERM,
            cwd: Some(self.dir.join("postgres")),
        })?;
        let until = Instant::now() + PATIENCE;
        while init.running() && Instant::now() < until && !interrupt::asked() {
            std::thread::sleep(Duration::from_millis(20));
        }
        if init.running() {
            init.ask();
            init.finish(Duration::from_secs(5));
            // Half of it would count as data at the next start.
            let _ = fs::remove_dir_all(data);
        }
        fs::remove_file(&file)?;
        interrupt::check()?;
        if !data.join("PG_VERSION").exists() {
            bail!("initdb failed: see {}", self.log("postgres").display());
        }
        Ok(())
    }

    fn redis(&self) -> Result<Child> {
        let port = self.ports["redis"].to_string();
        let argv =
            [self.programs.redis.display().to_string(), "--port".into(), port, "--bind".into(), "127.0.0.1".into()];
        let more = ["--save", "", "--appendonly", "no", "--daemonize", "no"].map(str::to_owned);
        Child::spawn(Spec {
            name: "redis",
            argv: argv.into_iter().chain(more).collect(),
            env: self.env(),
            log: self.log("redis"),
            identity: &self.identity,
            stop: Signal::SIGTERM,
            cwd: Some(self.dir.join("redis")),
        })
    }

    /// RabbitMQ's own script, told where everything is. Its node starts a daemon that outlives it unless one runs
    /// already, so we run epmd ourselves; with RUNNING_UNDER_SYSTEMD the script becomes the VM.
    fn rabbitmq(&mut self) -> Result<Child> {
        let home = self.dir.join("rabbitmq");
        let erlang = self.erlang();
        let mut env = self.env();
        let path = std::env::var("PATH").unwrap_or_default();
        let shims = home.join("bin");
        fs::create_dir_all(&shims)?;
        let erl = shims.join("erl");
        let bindir = first_dir(&erlang, "erts-")?.join("bin");
        let shim = format!(
            "#!/bin/sh\nROOTDIR={root}\nBINDIR={bin}\nEMU=beam\nPROGNAME=erl\nERL_LIBS={libraries}\n\
             export ROOTDIR BINDIR EMU PROGNAME ERL_LIBS\nexec {bin}/erlexec \"$@\"\n",
            root = erlang.display(),
            bin = bindir.display(),
            libraries = self.broker_libraries(&home)?.display()
        );
        fs::write(&erl, shim)?;
        fs::set_permissions(&erl, fs::Permissions::from_mode(0o755))?;
        env.insert("PATH".to_owned(), format!("{}:{path}", shims.display()));
        // In Erlang's own terms: the simpler format is translated at each start, which takes a second or two.
        let config = format!(
            "[{{rabbit, [{{tcp_listeners, [{{\"127.0.0.1\", {}}}]}},\n\
             {{log, [{{console, [{{enabled, true}}, {{level, warning}}]}}, {{file, [{{file, false}}]}}]}},\n\
             {{default_user, <<\"meridian\">>}}, {{default_pass, <<\"{}\">>}}, {{default_vhost, <<\"/\">>}},\n\
             {{disk_free_limit, 50000000}}]}}].\n",
            self.ports["amqp"], self.broker_password
        );
        secret(&home.join("advanced.config"), &config, &self.identity)?;
        fs::write(home.join("enabled_plugins"), "[].\n")?;
        fs::write(home.join("env.conf"), "")?;
        let inside = |name: &str| home.join(name).display().to_string();
        for (key, value) in [
            ("HOME", home.display().to_string()),
            ("RABBITMQ_NODENAME", format!("meridian{}@localhost", self.ports["amqp"])),
            ("RABBITMQ_CONF_ENV_FILE", inside("env.conf")),
            ("RABBITMQ_CONFIG_FILE", inside("none.conf")),
            ("RABBITMQ_ADVANCED_CONFIG_FILE", inside("advanced.config")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", inside("enabled_plugins")),
            ("RABBITMQ_PLUGINS_DIR", inside("libraries")),
            ("RABBITMQ_MNESIA_BASE", inside("mnesia")),
            ("RABBITMQ_LOG_BASE", inside("log")),
            ("RABBITMQ_LOGS", "-".to_owned()),
            ("RABBITMQ_DIST_PORT", self.ports["dist"].to_string()),
            ("ERL_EPMD_PORT", self.ports["epmd"].to_string()),
            ("ERL_EPMD_ADDRESS", "127.0.0.1".to_owned()),
            ("RUNNING_UNDER_SYSTEMD", "1".to_owned()),
            // Idle schedulers sleep instead of spinning: the processor is shared with all the rest.
            ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "+sbwt none +sbwtdcpu none +sbwtdio none".to_owned()),
        ] {
            env.insert(key.to_owned(), value);
        }
        if !self.epmd.as_mut().is_some_and(Child::running) {
            self.epmd = Some(Child::spawn(Spec {
                name: "epmd",
                argv: vec![
                    bindir.join("epmd").display().to_string(),
                    "-port".to_owned(),
                    self.ports["epmd"].to_string(),
                ],
                env: env.clone(),
                log: self.log("rabbitmq"),
                identity: &self.identity,
                stop: Signal::SIGTERM,
                cwd: Some(home.clone()),
            })?);
        }
        Child::spawn(Spec {
            name: "rabbitmq",
            argv: vec![self.programs.rabbitmq.display().to_string()],
            env,
            log: self.log("rabbitmq"),
            identity: &self.identity,
            stop: Signal::SIGTERM,
            cwd: Some(home),
        })
    }

    /// A folder with links to what the broker itself is made of, without its plugins, of which none is on. While it starts it
    /// looks for each of a thousand modules in one folder after the other: with all of them that takes twice as long.
    fn broker_libraries(&self, home: &Path) -> Result<PathBuf> {
        let all = self.programs.rabbitmq.ancestors().nth(2).context("no folder of RabbitMQ")?.join("plugins");
        let ours = home.join("libraries");
        if ours.exists() {
            fs::remove_dir_all(&ours)?;
        }
        fs::create_dir(&ours)?;
        for library in fs::read_dir(&all).with_context(|| format!("read {}", all.display()))?.flatten() {
            let name = library.file_name();
            let shown = name.to_string_lossy();
            if !shown.starts_with("rabbitmq_") || shown.starts_with("rabbitmq_prelaunch") {
                symlink(library.path(), ours.join(&name))?;
            }
        }
        Ok(ours)
    }

    fn erlang(&self) -> PathBuf {
        let unpacked = self.programs.tree.as_ref().map(|tree| tree.join("usr/lib/erlang")).filter(|path| path.exists());
        unpacked.unwrap_or_else(|| PathBuf::from("/usr/lib/erlang"))
    }

    fn wait(&mut self, kind: Kind) -> Result<()> {
        let (started, mut told) = (Instant::now(), Instant::now());
        loop {
            let ready = match kind {
                Kind::Postgres => self.postgres_ready(),
                Kind::Redis => answers(self.ports["redis"], b"PING\r\n", b"+PONG"),
                Kind::Rabbitmq => answers(self.ports["amqp"], b"AMQP\x00\x00\x09\x01", b"\x01\x00\x00"),
            };
            if ready {
                return Ok(());
            }
            interrupt::check()?;
            if !self.children.get_mut(&kind).is_some_and(Child::running) {
                bail!("{kind:?} ended while starting: see {}", self.dir.display());
            }
            if started.elapsed() > PATIENCE {
                bail!("{kind:?} is not ready after {} s: see {}", PATIENCE.as_secs(), self.dir.display());
            }
            if told.elapsed() > Duration::from_secs(5) {
                eprintln!("waiting for {kind:?} ({} s)", started.elapsed().as_secs());
                told = Instant::now();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn postgres_ready(&self) -> bool {
        let program = self.programs.postgres.join("pg_isready");
        let port = self.ports["postgres"].to_string();
        Command::new(program)
            .args(["-q", "-h", "127.0.0.1", "-p", &port])
            .envs(self.env())
            .status()
            .is_ok_and(|s| s.success())
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in self.children.values() {
            child.ask();
        }
        for child in self.children.values_mut() {
            child.finish(Duration::from_secs(15));
        }
        self.children.clear();
        self.epmd = None;
    }
}

fn first_dir(parent: &Path, prefix: &str) -> Result<PathBuf> {
    let found = fs::read_dir(parent)?.flatten().map(|entry| entry.path());
    let mut matching: Vec<PathBuf> =
        found.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))).collect();
    matching.sort();
    matching.pop().with_context(|| format!("no {prefix}* in {}", parent.display()))
}

/// Whether a port answers a greeting with the expected bytes.
fn answers(port: u16, say: &[u8], expected: &[u8]) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    let mut answer = vec![0; expected.len()];
    stream.write_all(say).is_ok() && stream.read_exact(&mut answer).is_ok() && answer == expected
}

/// `psql` on the superuser's database of the servers in `dir`, its password in the environment: arguments are there for every
/// account to read.
pub fn psql(dir: &Path) -> Result<Command> {
    let ports: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.join("ports.json")).context("nothing was started yet")?)?;
    let password = fs::read_to_string(dir.join("password")).context("read the password of PostgreSQL")?;
    let programs = packages::find()?;
    let mut command = Command::new(programs.postgres.join("psql"));
    command
        .args(["-h", "127.0.0.1", "-p", &ports["postgres"].to_string(), "-U", "postgres", "-d", "postgres"])
        .env("PGPASSWORD", password.trim());
    if let Some(tree) = &programs.tree {
        command.env("LD_LIBRARY_PATH", packages::library_path(tree));
    }
    Ok(command)
}

/// Reads a value kept in a file, or makes and keeps it. A file cut short by a crash is made anew.
pub fn keep(path: &Path, make: impl FnOnce() -> String) -> Result<String> {
    let known = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        read => read.with_context(|| format!("read {}", path.display()))?,
    };
    if !known.trim().is_empty() {
        return Ok(known.trim().to_owned());
    }
    let text = make();
    secret(path, &text, &Identity::ours())?;
    Ok(text)
}

/// Writes what its owner alone may read: no moment in which others can.
fn secret(path: &Path, text: &str, owner: &Identity) -> Result<()> {
    if path.exists() {
        fs::remove_file(path)?;
    }
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).with_context(|| format!("write {}", path.display()))?;
    owner.own(path)
}

fn random_password() -> String {
    rand::rng().sample_iter(&Alphanumeric).take(24).map(char::from).collect()
}

/// Ports are remembered, so that URLs stay the same; one that was taken meanwhile is replaced.
fn ports(dir: &Path) -> Result<BTreeMap<&'static str, u16>> {
    let file = dir.join("ports.json");
    let known: serde_json::Value =
        fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let mut ports = BTreeMap::new();
    for name in ["postgres", "redis", "amqp", "dist", "epmd"] {
        let wanted =
            known.get(name).and_then(serde_json::Value::as_u64).and_then(|n| u16::try_from(n).ok()).unwrap_or(0);
        let mut port = free_port(wanted)?;
        while ports.values().any(|taken| *taken == port) {
            port = free_port(0)?;
        }
        ports.insert(name, port);
    }
    fs::write(&file, serde_json::to_string(&ports)?)?;
    Ok(ports)
}
