//! Logs, metrics and shutdown, the same in every process.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Starts logging to standard output: JSON for machines, or for people when a terminal looks on.
pub fn init(json: bool, filter: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(filter)?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(std::io::stdout().is_terminal());
    let started = if json { logs.json().flatten_event(true).try_init() } else { logs.try_init() };
    started.map_err(|error| anyhow::anyhow!("logging: {error}"))
}

/// Installs the metrics recorder of the process; what it returns renders the Prometheus text.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    let builder = PrometheusBuilder::new()
        .set_buckets(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])?;
    Ok(builder.install_recorder()?)
}

/// A token that SIGTERM or SIGINT cancels; the second signal ends the process at once.
pub fn shutdown() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        for round in 0.. {
            tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
            if round > 0 {
                std::process::exit(130);
            }
            tracing::info!("draining");
            cancelled.cancel();
        }
    });
    Ok(token)
}

/// Resident memory of this process in bytes, 0 where the system does not tell.
pub fn resident_bytes() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

/// A named point at which a test lets the process die: `MERIDIAN_ABORT_AT=relay.published:3` aborts at the third pass.
/// Compiled out of release builds.
pub fn point(name: &'static str) {
    #[cfg(debug_assertions)]
    abort_at(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

#[cfg(debug_assertions)]
fn abort_at(name: &str) {
    use std::sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    };
    static WANTED: LazyLock<Option<(String, AtomicU32)>> = LazyLock::new(|| {
        let wanted = std::env::var("MERIDIAN_ABORT_AT").ok()?;
        let (name, pass) = wanted.split_once(':').unwrap_or((&wanted, "1"));
        Some((name.to_owned(), AtomicU32::new(pass.parse().ok()?)))
    });
    if let Some((wanted, passes)) = &*WANTED
        && wanted == name
        && passes.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::process::abort();
    }
}
