//! The net under timers and wake-ups: whatever is overdue is done now, whoever forgot it.

use crate::Settings;
use meridian_app::{bots, conversations, delivery, routing, scheduled};
use meridian_bus::{Envelope, Publisher};
use meridian_domain::{
    jobs::{self, Job},
    media::key,
    time::Clock,
};
use meridian_store::{StoreError, system};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// One sweep a second.
const EVERY: Duration = Duration::from_secs(1);
/// Seconds the timers themselves are given.
const GRACE: f64 = 2.0;
/// One clean-up in so many sweeps.
const CLEAN_EVERY: u64 = 300;
const LEASE_SECONDS: f64 = 5.0;

pub(crate) async fn run(settings: Settings, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let holder = settings.app.db.ids().next();
    let mut publisher = Publisher::new(&settings.amqp_url, settings.topology.clone());
    for round in 1_u64.. {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
        match sweep(&settings, holder, &mut publisher, round % CLEAN_EVERY == 0).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, at = %clock.now(), "sweep failed, the next one tries again"),
        }
    }
}

async fn sweep(
    settings: &Settings,
    holder: uuid::Uuid,
    publisher: &mut Publisher,
    clean: bool,
) -> Result<(), StoreError> {
    let app = &settings.app;
    let mut tx = app.db.system("the sweeper looks for what is overdue in all tenants").await?;
    if system::hold_lease(&mut tx, "sweeper", holder, LEASE_SECONDS).await?.is_none() {
        return Ok(());
    }
    let overdue = system::overdue(&mut tx, GRACE).await?;
    let lag = system::outbox_lag(&mut tx).await?;
    let (mut stuck, mut dropped) = (Vec::new(), Vec::new());
    if clean {
        let gone = system::sweep(&mut tx).await?;
        stuck = system::stuck_media(&mut tx).await?;
        dropped = system::drop_uploads(&mut tx).await?;
        tracing::info!(rows = gone, "swept");
    }
    tx.commit().await?;
    metrics::gauge!("meridian_outbox_lag_seconds").set(lag);
    metrics::gauge!("meridian_overdue_requests").set(overdue.raws.len() as f64);
    for (tenant, agent) in overdue.agents {
        routing::link_lapsed(app, tenant, agent).await?;
    }
    for (tenant, offer) in overdue.offers {
        routing::expire(app, tenant, offer).await?;
    }
    for (tenant, work) in overdue.wrapping {
        conversations::wrap_up_end(app, tenant, work).await?;
    }
    for (tenant, session) in overdue.silent {
        bots::bot_silent(app, tenant, session).await?;
    }
    for (tenant, id) in overdue.scheduled {
        scheduled::turn(app, tenant, id).await?;
    }
    for (tenant, send) in overdue.sends {
        delivery::give_up(app, tenant, send).await?;
    }
    let again: Vec<(String, Envelope)> = overdue
        .raws
        .into_iter()
        .map(|(tenant, raw)| {
            let job = serde_json::to_value(Job::Ingest { raw }).unwrap_or_default();
            (jobs::queue("ingest", raw.0.as_bytes()), Envelope { tenant: tenant.0, job, attempt: 0 })
        })
        .collect();
    let media = stuck.into_iter().map(|(tenant, attachment)| {
        let job = serde_json::to_value(Job::FetchMedia { attachment }).unwrap_or_default();
        (jobs::queue("media", attachment.0.as_bytes()), Envelope { tenant: tenant.0, job, attempt: 0 })
    });
    let again: Vec<(String, Envelope)> = again.into_iter().chain(media).collect();
    for (tenant, upload) in dropped {
        if let Err(error) = settings.files.remove(&key(tenant, upload)).await {
            tracing::warn!(%error, "a file that nobody sent stays");
        }
    }
    if !again.is_empty() && publisher.publish(&again).await.is_err() {
        tracing::debug!("overdue requests wait for the broker");
    }
    Ok(())
}
