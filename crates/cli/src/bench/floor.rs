//! The floor: the least that a pipeline of the same promises does, built of the same parts. One transaction with its
//! outbox row, one confirmed publish to a quorum queue, one consume, one Redis publish, one push on a WebSocket. No
//! signature, no HTTP, no parsing, no identity, no routing, no GraphQL.

use super::rig::Rig;
use anyhow::{Context, Result};
use futures_util::future::BoxFuture;
use meridian_app::setup::seed_crowd;
use meridian_bus::{
    Consumer, Delivery, Envelope, Handler, Hint, Hints, Manner, Moved, Order, Outcome, Pipelined, Publisher, Topology,
};
use meridian_domain::ids::TenantId;
use meridian_lab::{
    load::{Latency, Tracker, paced},
    push::{Listener, PushServer},
};
use meridian_store::{Db, IntakeRow};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Sockets that take turns.
const SOCKETS: usize = 100;
/// Seconds of each step.
const SECONDS: u64 = 6;
/// Steps of the search, messages a second.
const STEPS: [u32; 10] = [500, 750, 1000, 1250, 1500, 2000, 2500, 3000, 4000, 6000];

/// The rate that is running, if any: who waits for pushes, and how long they took.
type Current = Arc<std::sync::Mutex<Option<Arc<(Tracker, Latency)>>>>;

struct Tell(Hints, Uuid);

impl Handler for Tell {
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>> {
        Box::pin(async move {
            let number = |d: &Delivery| d.envelope.job["n"].as_i64().unwrap_or(0);
            let moved = |d: &Delivery| Moved {
                tenant: self.1,
                position: number(d),
                topics: vec![format!("f{}", number(d) % SOCKETS as i64)],
                change: Value::Null,
            };
            let told: Vec<Moved> = batch.iter().map(moved).collect();
            self.0.tell(&told, &mut false).await;
            vec![Outcome::Done; batch.len()]
        })
    }
}

/// The highest rate of the steps that the floor sustains: nothing lost, p99 within 250 ms.
pub async fn sustained(rig: &Rig, batched: bool) -> Result<u32> {
    let floor = Floor::start(rig, batched).await?;
    let mut best = 0;
    for rate in STEPS {
        let (latency, lost) = floor.run(rate).await;
        let (p50, p99) = (latency.at(0.5), latency.at(0.99));
        println!(
            "  floor {} {rate:>5}/s   p50/p99 {p50:.1}/{p99:.1}   lost {lost}",
            if batched { "batched" } else { "single " }
        );
        if lost > 0 || p99 > 250.0 {
            break;
        }
        best = rate;
    }
    floor.stop.cancel();
    Ok(best)
}

struct Floor {
    db: Db,
    tenant: TenantId,
    account: meridian_domain::ids::ChannelAccountId,
    publisher: Arc<Pipelined>,
    batches: Option<mpsc::Sender<(IntakeRow, u64)>>,
    current: Current,
    numbers: AtomicU64,
    stop: CancellationToken,
    _push: PushServer,
}

impl Floor {
    async fn start(rig: &Rig, batched: bool) -> Result<Self> {
        let seeded = seed_crowd(&rig.app, "floor", 0, 1, "http://127.0.0.1:9").await?;
        let (account, ..) = seeded.accounts.first().context("an account")?;
        let (tenant, stop) = (seeded.tenant, CancellationToken::new());
        let topology = Topology::new(if batched { "floor-batched." } else { "floor." });
        let hints = Hints::new(&rig.servers.redis_url(), if batched { "floor-batched." } else { "floor." })?;
        let publisher = Arc::new(Pipelined::connect(&rig.servers.amqp_url(), topology.clone()).await?);
        let consumer = Consumer {
            url: rig.servers.amqp_url(),
            topology: topology.clone(),
            queues: vec!["ingest.0".to_owned()],
            prefetch: 64,
            manner: Manner { order: Order::Arrival, batch: if batched { 64 } else { 1 }, beside: 1 },
        };
        tokio::spawn(consumer.run(Arc::new(Tell(hints.clone(), tenant.0)), stop.clone()));
        let watches: Vec<watch::Sender<i64>> = (0..SOCKETS).map(|_| watch::Sender::new(-1)).collect();
        let receivers: Vec<_> = watches.iter().map(watch::Sender::subscribe).collect();
        tokio::spawn(hints.follow(stop.clone(), move |hint| {
            if let Hint::Moved(Moved { position, .. }) = hint {
                watches[position as usize % SOCKETS].send_modify(|newest| *newest = position.max(*newest));
            }
        }));
        let push = PushServer::start().await?;
        let current: Current = Arc::default();
        for (socket, mut receiver) in receivers.into_iter().enumerate() {
            let sender = push.sender(socket);
            tokio::spawn(async move {
                while receiver.changed().await.is_ok() {
                    let number = *receiver.borrow_and_update();
                    sender.push(&number.to_string()).await;
                }
            });
            let (mut listener, current) = (Listener::connect(&push, socket).await?, Arc::clone(&current));
            tokio::spawn(async move {
                let mut seen = socket as u64;
                while let Ok(text) = listener.next().await {
                    let Ok(number) = text.parse::<u64>() else { continue };
                    let run = current.lock().ok().and_then(|run| run.clone());
                    // A newer number on the same socket stands for the ones before it.
                    while let (true, Some(run)) = (seen <= number, &run) {
                        if let Some(took) = run.0.arrived(seen) {
                            run.1.record(took);
                        }
                        seen += SOCKETS as u64;
                    }
                }
            });
        }
        let db = rig.app.db.clone();
        let batches = batched.then(|| batching(db.clone(), &rig.servers.amqp_url(), &topology));
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(Self {
            db,
            tenant,
            account: *account,
            publisher,
            batches,
            current,
            numbers: AtomicU64::new(0),
            stop,
            _push: push,
        })
    }

    async fn run(&self, rate: u32) -> (Latency, u64) {
        // Numbers go on over all runs, so that a socket's newest number only rises.
        let first = self.numbers.load(Ordering::Relaxed);
        let total = u64::from(rate) * SECONDS;
        let run = Arc::new((Tracker::new((first + total) as usize), Latency::default()));
        if let Ok(mut current) = self.current.lock() {
            *current = Some(Arc::clone(&run));
        }
        paced(rate, Duration::from_secs(SECONDS), |n, due| {
            let number = first + n;
            run.0.sent(number, due);
            let row = IntakeRow {
                tenant: self.tenant,
                id: self.db.ids().next(),
                account: self.account,
                dedupe_key: format!("floor {number} {:?}", self.batches.is_some()),
                order_key: String::new(),
                request: serde_json::json!({}),
                body: vec![b'x'; 600],
            };
            if let Some(batches) = &self.batches {
                let _ = batches.try_send((row, number));
                return;
            }
            let (db, publisher, tenant) = (self.db.clone(), Arc::clone(&self.publisher), self.tenant.0);
            tokio::spawn(async move {
                if db.intake(&[row]).await.is_ok() {
                    let _ = publisher.publish("ingest.0", &envelope(tenant, number)).await;
                }
            });
        })
        .await;
        self.numbers.store(first + total, Ordering::Relaxed);
        let until = tokio::time::Instant::now() + Duration::from_secs(3);
        while run.0.missing() > 0 && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let missing = run.0.missing();
        if let Ok(mut current) = self.current.lock() {
            *current = None;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        (Arc::into_inner(run).map(|run| run.1).unwrap_or_default(), missing)
    }
}

fn envelope(tenant: Uuid, number: u64) -> Envelope {
    Envelope { tenant, job: serde_json::json!({ "n": number }), attempt: 0 }
}

/// Many messages share a transaction and a round of confirms; up to three batches are on their way.
fn batching(db: Db, amqp_url: &str, topology: &Topology) -> mpsc::Sender<(IntakeRow, u64)> {
    let (send, mut receive) = mpsc::channel::<(IntakeRow, u64)>(20_000);
    let flights = Arc::new(Semaphore::new(3));
    let publishers: Vec<_> =
        (0..3).map(|_| Arc::new(tokio::sync::Mutex::new(Publisher::new(amqp_url, topology.clone())))).collect();
    tokio::spawn(async move {
        let mut turn = 0;
        while let Ok(flight) = Arc::clone(&flights).acquire_owned().await {
            let mut batch = Vec::new();
            if receive.recv_many(&mut batch, 128).await == 0 {
                return;
            }
            turn += 1;
            let (db, publisher) = (db.clone(), Arc::clone(&publishers[turn % publishers.len()]));
            tokio::spawn(async move {
                let (rows, numbers): (Vec<IntakeRow>, Vec<u64>) = batch.into_iter().unzip();
                if db.intake(&rows).await.is_ok() {
                    let jobs: Vec<(String, Envelope)> =
                        numbers.iter().map(|n| ("ingest.0".to_owned(), envelope(rows[0].tenant.0, *n))).collect();
                    let _ = publisher.lock().await.publish(&jobs).await;
                }
                drop(flight);
            });
        }
    });
    send
}
