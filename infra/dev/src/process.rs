//! Children that never outlive us.

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid, User},
};
use rand::Rng;
use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// As whom children run: root hands servers to an unprivileged account, for PostgreSQL refuses root.
#[derive(Debug, Clone)]
pub struct Identity(Option<User>);

impl Identity {
    /// The account for servers: `postgres` or `nobody` under root, else ourselves.
    pub fn for_servers() -> Self {
        if !Uid::effective().is_root() {
            return Self(None);
        }
        let found = ["postgres", "nobody"].into_iter().find_map(|name| User::from_name(name).ok().flatten());
        Self(found)
    }

    /// Ourselves.
    pub fn ours() -> Self {
        Self(None)
    }

    /// Gives a folder to the account.
    pub fn own(&self, path: &Path) -> Result<()> {
        if let Some(user) = &self.0 {
            nix::unistd::chown(path, Some(user.uid), Some(user.gid))
                .with_context(|| format!("chown {}", path.display()))?;
        }
        Ok(())
    }
}

/// A supervised child.
pub struct Child {
    /// Name in the log.
    pub name: String,
    inner: std::process::Child,
    stop: Signal,
}

/// What to start.
pub struct Spec<'a> {
    /// Name in the log.
    pub name: &'a str,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Environment on top of ours.
    pub env: BTreeMap<String, String>,
    /// Where its output goes.
    pub log: PathBuf,
    /// As whom.
    pub identity: &'a Identity,
    /// The signal that stops it in order.
    pub stop: Signal,
    /// Working folder.
    pub cwd: Option<PathBuf>,
}

impl Child {
    /// Starts a child in its own process group, so that Ctrl-C reaches the supervisor alone. `setpriv` asks the kernel
    /// to signal it when we die; after the change of account, which would clear the request.
    pub fn spawn(spec: Spec<'_>) -> Result<Self> {
        let log = open_log(&spec.log)?;
        let mut argv: Vec<String> = Vec::new();
        if let Some(user) = &spec.identity.0 {
            argv.extend(["setpriv", "--clear-groups", "--reuid"].map(str::to_owned));
            argv.extend([user.uid.to_string(), "--regid".to_owned(), user.gid.to_string()]);
        }
        let death = spec.stop.as_str().trim_start_matches("SIG").to_owned();
        argv.extend(["setpriv".to_owned(), "--pdeathsig".to_owned(), death]);
        argv.extend(spec.argv);
        let mut command = Command::new(&argv[0]);
        command.args(&argv[1..]).envs(spec.env).process_group(0).stdin(Stdio::null());
        if let Some(cwd) = spec.cwd {
            command.current_dir(cwd);
        }
        let inner = command
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("start {}: is util-linux (setpriv) there?", spec.name))?;
        Ok(Self { name: spec.name.to_owned(), inner, stop: spec.stop })
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.inner.id()
    }

    /// Whether it runs; a child that ended is reaped.
    pub fn running(&mut self) -> bool {
        matches!(self.inner.try_wait(), Ok(None))
    }

    /// Sends a signal to it and its own children.
    pub fn signal(&self, signal: Signal) {
        if let Ok(pid) = i32::try_from(self.inner.id()) {
            // A group that is gone already is what we want.
            let _ = kill(Pid::from_raw(-pid), signal);
        }
    }

    /// Asks it to stop.
    pub fn ask(&self) {
        if let Ok(pid) = i32::try_from(self.inner.id()) {
            let _ = kill(Pid::from_raw(pid), self.stop);
        }
    }

    /// Waits for its end; kills its group after `patience`.
    pub fn finish(&mut self, patience: Duration) {
        let until = Instant::now() + patience;
        while self.running() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(20));
        }
        self.signal(Signal::SIGKILL);
        let _ = self.inner.wait();
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.ask();
        self.finish(Duration::from_secs(10));
    }
}

/// Opens a log for appending.
pub fn open_log(path: &Path) -> Result<File> {
    OpenOptions::new().create(true).append(true).open(path).with_context(|| format!("open {}", path.display()))
}

/// A loopback port nobody uses now, `wanted` first. Below the ports that Linux gives to clients (32768 and up): one of
/// those may be a client's own while its server is down, and the server cannot come back to it.
pub fn free_port(wanted: u16) -> Result<u16> {
    let others = std::iter::repeat_with(|| rand::rng().random_range(20_000..32_000)).take(200);
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let found = std::iter::once(wanted).filter(|port| *port > 0).chain(others).find(free);
    found.context("no port between 20000 and 32000 is free on 127.0.0.1")
}

/// Whether `/readyz` at an address answers 200.
pub fn ready(bind: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(bind) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
    let mut answer = [0_u8; 12];
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer.ends_with(b"200")
}
