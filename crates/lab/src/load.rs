//! Load by schedule: arrivals never wait for answers, and latency counts from the moment that was scheduled, so that a
//! slow answer cannot hide the ones behind it (no coordinated omission).

use hdrhistogram::Histogram;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};

/// Calls `each` for arrival 0, 1, .. of a constant rate, at its moment. `each` must not block: it spawns.
pub async fn paced(per_second: u32, lasting: Duration, mut each: impl FnMut(u64, Instant)) {
    let started = Instant::now();
    let total = (lasting.as_secs_f64() * f64::from(per_second)) as u64;
    for n in 0..total {
        let due = started + Duration::from_secs_f64(n as f64 / f64::from(per_second));
        if due > Instant::now() {
            tokio::time::sleep_until(due).await;
        }
        each(n, due);
    }
}

/// Makes calls by schedule and waits for their answers, no longer than `patience` after the last: how many succeeded, and
/// how long after their moment.
pub async fn calls<F>(
    per_second: u32,
    lasting: Duration,
    patience: Duration,
    mut call: impl FnMut(u64) -> F,
) -> (u64, Arc<Latency>)
where
    F: Future<Output = bool> + Send + 'static,
{
    let (latency, mut under_way) = (Arc::new(Latency::default()), JoinSet::new());
    paced(per_second, lasting, |n, due| {
        let (call, latency) = (call(n), Arc::clone(&latency));
        under_way.spawn(async move {
            let done = call.await;
            if done {
                latency.record(due.elapsed());
            }
            done
        });
    })
    .await;
    let until = Instant::now() + patience;
    while let Ok(Some(_)) = tokio::time::timeout_at(until, under_way.join_next()).await {}
    (latency.count(), latency)
}

/// Latencies of one kind.
#[derive(Debug)]
pub struct Latency(Mutex<Histogram<u64>>);

impl Default for Latency {
    fn default() -> Self {
        // From a microsecond to an hour, three digits: bounds that never fail to construct.
        let histogram = Histogram::new_with_bounds(1, 3_600_000_000, 3);
        Self(Mutex::new(histogram.unwrap_or_else(|_| unreachable!("the bounds are sound"))))
    }
}

impl Latency {
    /// Records one.
    pub fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(micros);
    }

    /// Milliseconds under which this share (0 to 1) of them lies; 0 without any.
    pub fn at(&self, quantile: f64) -> f64 {
        let histogram = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if histogram.is_empty() { 0.0 } else { histogram.value_at_quantile(quantile) as f64 / 1000.0 }
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Messages under way, by number: when each was due, and whether it arrived.
#[derive(Debug)]
pub struct Tracker {
    epoch: Instant,
    due: Vec<AtomicU64>,
}

/// What a message that arrived, or was never sent, is marked with.
const SETTLED: u64 = 0;

impl Tracker {
    /// For so many messages.
    pub fn new(messages: usize) -> Self {
        Self { epoch: Instant::now(), due: (0..messages).map(|_| AtomicU64::new(SETTLED)).collect() }
    }

    /// A message is due.
    pub fn sent(&self, number: u64, due: Instant) {
        if let Some(slot) = self.due.get(number as usize) {
            slot.store((due - self.epoch).as_micros() as u64 + 1, Ordering::Relaxed);
        }
    }

    /// It arrived; how long it took, the first time.
    pub fn arrived(&self, number: u64) -> Option<Duration> {
        let was = self.due.get(number as usize)?.swap(SETTLED, Ordering::Relaxed);
        (was != SETTLED).then(|| self.epoch.elapsed().saturating_sub(Duration::from_micros(was - 1)))
    }

    /// How many are still under way.
    pub fn missing(&self) -> u64 {
        self.due.iter().filter(|slot| slot.load(Ordering::Relaxed) != SETTLED).count() as u64
    }
}

/// Seconds of processor time that a process and its descendants have used, and their memory in bytes: what several of
/// them share (a database's buffers) is counted once.
pub fn usage(root: u32) -> (f64, u64) {
    let mut parents: Vec<(u32, u32, f64, u64)> = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else { continue };
        // The name in brackets may hold anything; the fields follow its last bracket.
        let Some((_, rest)) = stat.rsplit_once(") ") else { continue };
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |place: usize| fields.get(place).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let parent = u32::try_from(number(1)).unwrap_or(0);
        // Clock ticks are hundredths of a second on Linux; the dead children's time is the parent's.
        let seconds = (number(11) + number(12) + number(13) + number(14)) as f64 / 100.0;
        parents.push((pid, parent, seconds, number(21) * PAGE));
    }
    let mut family = vec![root];
    let mut next = 0;
    while next < family.len() {
        let parent = family[next];
        family.extend(parents.iter().filter(|(_, of, ..)| *of == parent).map(|(pid, ..)| *pid));
        next += 1;
    }
    let of_family = parents.iter().filter(|(pid, ..)| family.contains(pid));
    of_family.fold((0.0, 0), |(time, memory), (pid, _, seconds, resident)| {
        (time + seconds, memory + proportional(*pid).unwrap_or(*resident))
    })
}

/// Bytes of a page on the machines the benches run on.
const PAGE: u64 = 4096;

/// A process's memory with its share of what it has in common with others (`Pss` of proc(5)), bytes.
fn proportional(pid: u32) -> Option<u64> {
    let rollup = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let kilobytes = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    kilobytes.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kb| kb * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn arrivals_keep_to_their_schedule() {
        let mut dues = Vec::new();
        paced(1000, Duration::from_millis(60), |n, due| dues.push((n, due))).await;
        assert_eq!(dues.len(), 60);
        assert_eq!(dues[50].1 - dues[0].1, Duration::from_millis(50));
    }

    #[tokio::test]
    async fn calls_that_fail_or_never_end_do_not_count() {
        let call = |n: u64| async move {
            if n == 3 {
                std::future::pending::<()>().await;
            }
            n != 5
        };
        let (done, latency) = calls(1000, Duration::from_millis(10), Duration::from_millis(100), call).await;
        assert_eq!((done, latency.count()), (8, 8));
    }

    #[test]
    fn a_message_arrives_once_and_the_rest_is_missing() {
        let tracker = Tracker::new(3);
        tracker.sent(0, Instant::now());
        tracker.sent(2, Instant::now());
        assert!(tracker.arrived(0).is_some());
        assert!(tracker.arrived(0).is_none() && tracker.arrived(1).is_none() && tracker.arrived(9).is_none());
        assert_eq!(tracker.missing(), 1);
    }

    #[test]
    fn this_process_uses_memory() {
        let (seconds, bytes) = usage(std::process::id());
        assert!(seconds >= 0.0 && bytes > 1_000_000);
    }
}
