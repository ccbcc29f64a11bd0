//! Ctrl-C and SIGTERM: the first asks for an end in order, the second ends at once. What runs for a while is started here,
//! so that it does not stay behind.

use anyhow::{Context, Result};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    ffi::OsStr,
    fmt,
    io::Read,
    os::unix::process::CommandExt,
    process::{ChildStderr, Command, ExitStatus, Output, Stdio},
    sync::atomic::{AtomicU8, Ordering},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How often an end was asked for.
static SEEN: AtomicU8 = AtomicU8::new(0);

/// How a task is ended, and how long each way is waited for: the runner of the tests gives a test ten seconds.
const ENDS: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(12)),
    (Signal::SIGTERM, Duration::from_secs(5)),
    (Signal::SIGKILL, Duration::from_secs(5)),
];

/// How long what a task started may outlive it.
const REST: Duration = Duration::from_secs(2);

/// An end was asked for.
#[derive(Debug)]
pub struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Listens for both from now on.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| {
        if SEEN.fetch_add(1, Ordering::SeqCst) > 0 {
            // Children follow by their parent-death signal.
            std::process::exit(130);
        }
    })?;
    Ok(())
}

/// Asks for an end, as the first Ctrl-C does.
pub fn ask() {
    SEEN.fetch_max(1, Ordering::SeqCst);
}

/// Whether an end was asked for.
pub fn asked() -> bool {
    SEEN.load(Ordering::SeqCst) > 0
}

/// Fails once an end was asked for.
pub fn check() -> Result<()> {
    if asked() { Err(Interrupted.into()) } else { Ok(()) }
}

/// A command that the kernel ends when the thread that started it does.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "TERM"]).arg(program);
    command
}

/// A command under way, in a process group of its own: Ctrl-C reaches us alone. Dropped before its end it is stopped, with
/// all it started.
pub struct Task(std::process::Child);

impl Task {
    /// Starts it, without standard input.
    pub fn start(command: &mut Command) -> Result<Self> {
        check()?;
        let started = command.process_group(0).stdin(Stdio::null()).spawn();
        Ok(Self(started.with_context(|| format!("run {}", command.get_program().display()))?))
    }

    /// What it says on standard error, when that is piped.
    pub fn stderr(&mut self) -> Option<ChildStderr> {
        self.0.stderr.take()
    }

    /// Waits for its end; fails as soon as an end is asked for.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(status);
            }
            check()?;
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn running(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if !self.running() {
            return;
        }
        let Ok(pid) = i32::try_from(self.0.id()) else { return };
        let group = Pid::from_raw(-pid);
        let pause = || std::thread::sleep(Duration::from_millis(10));
        for (signal, patience) in ENDS {
            // A group that is gone already is what we want.
            let _ = kill(group, signal);
            let until = Instant::now() + patience;
            while self.running() && Instant::now() < until {
                pause();
            }
            if !self.running() {
                break;
            }
        }
        let until = Instant::now() + REST;
        while kill(group, None::<Signal>).is_ok() && Instant::now() < until {
            pause();
        }
        let _ = kill(group, Signal::SIGKILL);
    }
}

/// Runs a command to its end.
pub fn status(command: &mut Command) -> Result<ExitStatus> {
    let mut task = Task::start(command)?;
    task.wait()
}

/// Runs a command to its end and keeps what it says.
pub fn output(command: &mut Command) -> Result<Output> {
    let mut task = Task::start(command.stdout(Stdio::piped()).stderr(Stdio::piped()))?;
    let (stdout, stderr) = (task.0.stdout.take().map(kept), task.0.stderr.take().map(kept));
    let status = task.wait()?;
    Ok(Output { status, stdout: joined(stdout), stderr: joined(stderr) })
}

fn kept(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        // What came before a fault is what there is.
        let _ = from.read_to_end(&mut said);
        said
    })
}

fn joined(reader: Option<JoinHandle<Vec<u8>>>) -> Vec<u8> {
    reader.and_then(|reader| reader.join().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader};

    #[test]
    fn a_task_that_is_dropped_ends_with_all_it_started() {
        // What a shell starts in the background does not hear SIGINT.
        let mut shell = Command::new("sh");
        let mut task = Task::start(shell.args(["-c", "sleep 60 & echo $!; wait"]).stdout(Stdio::piped())).unwrap();
        let mut line = String::new();
        BufReader::new(task.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let stat = format!("/proc/{}/stat", line.trim());
        let sleeps = || std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z "));
        assert!(sleeps());
        drop(task);
        let until = Instant::now() + Duration::from_secs(5);
        while sleeps() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!sleeps());
    }

    #[test]
    fn what_a_command_says_is_kept() {
        let said = output(Command::new("sh").args(["-c", "echo in; echo out >&2; exit 3"])).unwrap();
        assert_eq!((said.stdout.as_slice(), said.stderr.as_slice()), (&b"in\n"[..], &b"out\n"[..]));
        assert_eq!(said.status.code(), Some(3));
    }
}
