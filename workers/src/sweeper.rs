//! The net under timers and wake-ups: whatever is overdue is done now, whoever forgot it.

use crate::Settings;
use meridian_app::{bots, conversations, delivery, emergency, identity, pulls, reply_drafts, routing, scheduled};
use meridian_bus::{Envelope, Publisher};
use meridian_domain::{
    ids::{AttachmentId, BotEventId, ChannelAccountId, RawId, ReplyDraftId, RunId, TenantId},
    jobs::{Family, Job},
    media::key,
    reply_draft::WITHIN_SECONDS,
    time::Clock,
};
use meridian_store::{
    self as store, StoreError, cursors,
    system::{self, Overdue},
};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// One sweep a second.
const EVERY: Duration = Duration::from_secs(1);
/// Seconds the timers themselves are given.
const GRACE: f64 = 2.0;
/// Seconds after which a stored request counts as forgotten.
const PATIENCE: f64 = 60.0;
/// One clean-up in so many sweeps.
const CLEAN_EVERY: u64 = 300;
/// Decision records, requests and checks are forgotten a few at a time, so that a sweep is never long: 500 a second at most.
const FORGET_EVERY: u64 = 10;
const FORGET_AT_ONCE: i64 = 5000;
/// Bytes of requests that are forgotten at once, about: what the database deletes within a second.
const FORGET_BYTES: i64 = 64 << 20;
/// Seconds that who writes a draft has to say that it is too late.
const DRAFT_GRACE: f64 = 5.0;
const LEASE_SECONDS: f64 = 5.0;

pub(crate) async fn run(settings: Settings, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let holder = settings.app.db.ids().next();
    let mut publisher = Publisher::new(&settings.amqp_url, settings.topology.clone());
    // The database may have crashed since somebody looked, and have undone what was made of stored requests.
    let mut shaken = true;
    for round in 1_u64.. {
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(EVERY) => {}
        }
        let patience = if shaken { 0.0 } else { PATIENCE };
        if round % FORGET_EVERY == 0
            && let Err(error) = forget(&settings, holder).await
        {
            tracing::warn!(%error, "old decision records and checks stay for now");
        }
        if round % FORGET_EVERY == 0
            && let Err(error) = forget_requests(&settings, holder).await
        {
            tracing::warn!(%error, "old requests stay for now");
        }
        match look(&settings, holder, patience, round % CLEAN_EVERY == 0).await {
            Ok(None) => {
                // Who holds the broom tells.
                metrics::gauge!("meridian_overdue_requests").set(0.0);
                metrics::gauge!("meridian_outbox_lag_seconds").set(0.0);
            }
            Ok(Some(found)) => shaken = !act(&settings, &mut publisher, found).await,
            Err(error) => {
                shaken = true;
                tracing::warn!(%error, at = %clock.now(), "sweep failed, the next one tries again");
            }
        }
    }
}

/// What a sweep found.
#[derive(Default)]
struct Found {
    overdue: Overdue,
    stuck: Vec<(TenantId, AttachmentId)>,
    dropped: Vec<(TenantId, AttachmentId)>,
    called: Vec<(TenantId, ChannelAccountId, String)>,
    drafts: Vec<(TenantId, ReplyDraftId)>,
    untold: Vec<(TenantId, BotEventId)>,
    runs: Vec<(TenantId, RunId)>,
}

/// Forgets decision records that are older than is asked for, old drafts of replies, what outside verifiers found about people
/// long ago, what tenants' own systems said of customers, and tests of bots.
async fn forget(settings: &Settings, holder: uuid::Uuid) -> Result<(), StoreError> {
    let mut tx = settings.app.db.system("the sweeper forgets old decision records and checks of all tenants").await?;
    if system::hold_lease(&mut tx, "sweeper", holder, LEASE_SECONDS).await?.is_some() {
        if settings.decision_days > 0 {
            system::forget_decisions(&mut tx, settings.decision_days, FORGET_AT_ONCE).await?;
        }
        system::forget_checks(&mut tx, FORGET_AT_ONCE).await?;
        store::lookups::forget(&mut tx, FORGET_AT_ONCE).await?;
        store::reply_drafts::forget(&mut tx, FORGET_AT_ONCE).await?;
        store::bot_tests::forget(&mut tx, FORGET_AT_ONCE).await?;
    }
    tx.commit().await
}

/// Forgets requests as providers sent them that are older than is asked for.
async fn forget_requests(settings: &Settings, holder: uuid::Uuid) -> Result<(), StoreError> {
    if settings.request_days == 0 {
        return Ok(());
    }
    let mut tx = settings.app.db.system("the sweeper forgets old requests of all tenants").await?;
    if system::hold_lease(&mut tx, "sweeper", holder, LEASE_SECONDS).await?.is_some() {
        system::forget_requests(&mut tx, settings.request_days, FORGET_AT_ONCE, FORGET_BYTES).await?;
    }
    tx.commit().await
}

/// Looks for what is overdue; `None` when another process holds the broom.
async fn look(
    settings: &Settings,
    holder: uuid::Uuid,
    patience: f64,
    clean: bool,
) -> Result<Option<Found>, StoreError> {
    let mut tx = settings.app.db.system("the sweeper looks for what is overdue in all tenants").await?;
    if system::hold_lease(&mut tx, "sweeper", holder, LEASE_SECONDS).await?.is_none() {
        return Ok(None);
    }
    let overdue = system::overdue(&mut tx, GRACE, patience).await?;
    let lag = system::outbox_lag(&mut tx).await?;
    let mut found = Found { overdue, ..Found::default() };
    found.drafts = store::reply_drafts::forgotten(&mut tx, f64::from(WITHIN_SECONDS) + DRAFT_GRACE).await?;
    if clean {
        let gone = system::sweep(&mut tx).await?;
        found.untold = system::untold_bots(&mut tx).await?;
        found.stuck = system::stuck_media(&mut tx).await?;
        found.runs = system::stuck_runs(&mut tx).await?;
        found.dropped = system::drop_uploads(&mut tx).await?;
        found.called = cursors::called(&mut tx).await?;
        tracing::info!(rows = gone, "swept");
    }
    tx.commit().await?;
    metrics::gauge!("meridian_outbox_lag_seconds").set(lag);
    metrics::gauge!("meridian_overdue_requests").set(found.overdue.raws.len() as f64);
    Ok(Some(found))
}

/// Does what is overdue; false when the broker did not take what others are to do again. What fails for one tenant does not
/// keep the rest waiting: the next sweep finds it again.
async fn act(settings: &Settings, publisher: &mut Publisher, found: Found) -> bool {
    let (app, Found { overdue, stuck, dropped, called, drafts, untold, runs }) = (&settings.app, found);
    let published = publish_again(publisher, overdue.raws, stuck).await;
    for (tenant, run) in runs {
        passed("run", tenant, identity::go_on(app, tenant, run).await);
    }
    for (tenant, account, what) in called {
        passed("pull", tenant, pulls::uncalled(app, tenant, account, &what).await);
    }
    for (tenant, draft) in drafts {
        passed("draft", tenant, reply_drafts::give_up(app, tenant, draft).await);
    }
    for (tenant, event) in untold {
        passed("bot's event", tenant, bots::tell_again(app, tenant, event).await);
    }
    for (tenant, work) in overdue.sites {
        passed("site", tenant, conversations::site_wait_end(app, tenant, work).await);
    }
    for (tenant, agent) in overdue.agents {
        passed("link", tenant, routing::link_lapsed(app, tenant, agent).await);
    }
    for (tenant, offer) in overdue.offers {
        passed("offer", tenant, routing::expire(app, tenant, offer).await);
    }
    for (tenant, work) in overdue.wrapping {
        passed("wrap-up", tenant, conversations::wrap_up_end(app, tenant, work).await);
    }
    for (tenant, session) in overdue.silent {
        passed("bot", tenant, bots::bot_silent(app, tenant, session).await);
    }
    for (tenant, id) in overdue.scheduled {
        passed("scheduled work", tenant, scheduled::turn(app, tenant, id).await);
    }
    for (tenant, conversation) in overdue.snoozed {
        passed("snooze", tenant, conversations::snooze_end(app, tenant, conversation).await);
    }
    for (tenant, activation) in overdue.emergencies {
        passed("emergency", tenant, emergency::expire(app, tenant, activation).await);
    }
    for (tenant, send) in overdue.sends {
        passed("send", tenant, delivery::move_on(app, tenant, send).await);
    }
    for (tenant, upload) in dropped {
        if let Err(error) = settings.files.remove(&key(tenant, upload)).await {
            tracing::warn!(%error, "a file that nobody sent stays");
        }
    }
    published
}

/// Has every tenant of some routing queues read anew whose work waits: the broker may have lost what would have said so.
pub(crate) async fn wake_waiting(settings: &Settings, queues: &[String]) -> Result<(), StoreError> {
    let mut tx = settings.app.db.system("a routing lane looks which tenants have work that waits").await?;
    let mut waiting = system::tenants_waiting(&mut tx).await?;
    waiting.retain(|tenant| queues.contains(&Family::Route.queue(tenant.0.as_bytes())));
    system::queue_for(&mut tx, &waiting, &Job::RouteReload).await?;
    tx.commit().await
}

fn passed<T>(what: &'static str, tenant: TenantId, done: Result<T, StoreError>) {
    if let Err(error) = done {
        tracing::warn!(%error, what, %tenant, "something overdue stays so until the next sweep");
    }
}

/// Queues forgotten requests and files again.
async fn publish_again(
    publisher: &mut Publisher,
    raws: Vec<(TenantId, RawId, String)>,
    stuck: Vec<(TenantId, AttachmentId)>,
) -> bool {
    let requests = raws.into_iter().map(|(tenant, raw, queue)| {
        let job = serde_json::to_value(Job::Ingest { raw }).unwrap_or_default();
        let queue = if queue.is_empty() { Family::Ingest.queue(raw.0.as_bytes()) } else { queue };
        (queue, Envelope { tenant: tenant.0, job, attempt: 0 })
    });
    let media = stuck.into_iter().map(|(tenant, attachment)| {
        let job = serde_json::to_value(Job::FetchMedia { attachment }).unwrap_or_default();
        (Family::Media.queue(attachment.0.as_bytes()), Envelope { tenant: tenant.0, job, attempt: 0 })
    });
    let again: Vec<(String, Envelope)> = requests.chain(media).collect();
    if !again.is_empty() && publisher.publish(&again).await.is_err() {
        tracing::debug!("overdue requests wait for the broker");
        return false;
    }
    true
}
