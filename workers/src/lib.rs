//! Workers: the relay that empties the outbox, the consumers that do the work, the sweeper under both. No rules and
//! no SQL here: every effect is a use case of `app`.

mod handlers;
mod ingest;
mod looks;
mod mailboxes;
mod media;
mod model;
mod pull;
mod relay;
mod routers;
mod search;
mod sweeper;
mod webhooks;

use meridian_app::App;
use meridian_bus::{Consumer, Handler, Hints, Manner, Order, Topology, Wake};
use meridian_channels::{Http, Model};
use meridian_domain::{jobs::Family, time::SystemClock};
use meridian_files::Files;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use relay::Relay;

/// What the workers need.
#[derive(Clone)]
pub struct Settings {
    /// Use cases, with the system role's pool.
    pub app: App,
    /// Broker.
    pub amqp_url: String,
    /// Names in the broker.
    pub topology: Topology,
    /// Hints to sockets.
    pub hints: Hints,
    /// Wakes the relay.
    pub wake: Wake,
    /// The way out.
    pub http: Http,
    /// Where files are kept.
    pub files: Files,
    /// The language model that adds to briefs, if one is configured.
    pub model: Option<Model>,
    /// Days for which decision records are kept; 0 = for ever.
    pub decision_days: u16,
    /// Days for which requests are kept as providers sent them, once they were processed; 0 = for ever.
    pub request_days: u16,
}

/// Jobs of one queue on their way to a process, and in one batch.
const PREFETCH: u16 = 64;
const BATCH: usize = 64;
/// Tenants whose requests are applied beside each other.
const TENANTS: usize = 4;

/// How a family's jobs are done, and whether its lanes are served together. Batches only where one transaction takes
/// several jobs: a stop does not wait for the rest of a batch elsewhere. Requests of a tenant in all lanes share a
/// transaction: lanes beside each other would make smaller ones, each slower for the others.
fn manner(family: Family) -> (Manner, bool) {
    match (family, family.at_once()) {
        (Family::Ingest, _) => (Manner { order: Order::Tenant, batch: BATCH, beside: TENANTS }, true),
        // They wait most of the time: for more of the same tenant.
        (Family::Identity, _) => (Manner { order: Order::Tenant, batch: BATCH, beside: BATCH }, true),
        (Family::Route, _) => (Manner { order: Order::Arrival, batch: BATCH, beside: 1 }, false),
        (_, 1) => (Manner { order: Order::Arrival, batch: 1, beside: 1 }, false),
        (_, most) => (Manner { order: Order::Key, batch: 1, beside: most * usize::from(family.lanes()) }, true),
    }
}

/// Runs everything until told to stop, then drains: consumers finish the batch in hand, the relay its round. When a part
/// breaks all of it stops: a process without its relay or its sweeper looks well and is not. True when it was told to.
pub async fn run(settings: Settings, stop: CancellationToken) -> bool {
    let mut tasks = JoinSet::new();
    let hints = settings.hints.clone();
    settings.app.typing.on_sign(move |tenant, sign| hints.clone().typing(tenant, sign));
    for family in Family::ALL {
        let handler = handlers::of(family, &settings);
        let (manner, together) = manner(family);
        let queues: Vec<String> = family.queues().collect();
        for queues in queues.chunks(if together { queues.len() } else { 1 }) {
            let consumer = Consumer {
                url: settings.amqp_url.clone(),
                topology: settings.topology.clone(),
                queues: queues.to_vec(),
                prefetch: PREFETCH,
                manner,
            };
            // A routing leader keeps state; each lane has its own.
            let handler: Arc<dyn Handler> = if family == Family::Route {
                Arc::new(routers::Routers::new(settings.clone(), queues.to_vec()))
            } else {
                Arc::clone(&handler)
            };
            tasks.spawn(consumer.run(handler, stop.clone()));
        }
    }
    tasks.spawn(settings.wake.clone().listen(stop.clone()));
    for relay in [Relay::jobs(settings.clone()), Relay::changes(settings.clone())] {
        match relay {
            Ok(relay) => drop(tasks.spawn(relay.run(stop.clone()))),
            Err(error) => tracing::error!(%error, "no relay: give the workers the system role of the database"),
        }
    }
    tasks.spawn(mailboxes::run(settings.clone(), Arc::new(SystemClock), stop.clone()));
    tasks.spawn(webhooks::run(settings.clone(), Arc::new(SystemClock), stop.clone()));
    tasks.spawn(search::run(settings.clone(), stop.clone()));
    tasks.spawn(sweeper::run(settings, Arc::new(SystemClock), stop.clone()));
    let mut whole = true;
    while let Some(ended) = tasks.join_next().await {
        if let Err(broken) = ended {
            tracing::error!(%broken, "a part of the workers broke: this process stops, to be started anew");
            whole = false;
            stop.cancel();
        }
    }
    whole
}
