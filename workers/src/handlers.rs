//! One handler a queue family. Each job is one use case; its outcome says what becomes of the message.

use crate::{
    Settings,
    ingest::Ingest,
    looks::Looks,
    media,
    model::{Endpoint, Endpoints},
    pull,
};
use futures_util::future::BoxFuture;
use meridian_app::{
    bots, conversations, delivery, emergency, identity, inbound, reply_drafts, routing, scheduled, setup, understanding,
};
use meridian_bus::{Delivery, Handler, Outcome};
use meridian_channels::registry;
use meridian_domain::{
    bot::Posting,
    channel::AccountConfig,
    ids::{BotEventId, DeliveryId, ItemId, TenantId},
    jobs::{Family, Job},
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
    time::{Clock, SystemClock},
};
use meridian_store::StoreError;
use meridian_telemetry::point;
use std::{sync::Arc, time::Duration};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Attempts before a bot event is given up: about two days on the longest tier.
const BOT_ATTEMPTS: u32 = 100;

/// Sends whose files are in memory at once, 25 MiB each at most, and how long another one waits for its place before it
/// is put back.
const WITH_FILES: usize = 8;
const PLACE_WITHIN: Duration = Duration::from_secs(30);

/// Jobs of a family that work with the database at once, however many wait for somebody outside: the relay and everybody
/// else share its connections.
const AT_THE_DATABASE: usize = 4;

/// The handler of a family.
pub(crate) fn of(family: Family, settings: &Settings) -> Arc<dyn Handler> {
    if family == Family::Ingest {
        return Arc::new(Ingest::new(settings.clone()));
    }
    let (places, database) = (Semaphore::new(WITH_FILES), Semaphore::new(AT_THE_DATABASE));
    let jobs = Jobs { family, settings: settings.clone(), places, database };
    if family == Family::Identity { Arc::new(Looks(jobs)) } else { Arc::new(jobs) }
}

pub(crate) struct Jobs {
    family: Family,
    settings: Settings,
    places: Semaphore,
    database: Semaphore,
}

impl Handler for Jobs {
    fn handle(&self, batch: Vec<Delivery>) -> BoxFuture<'_, Vec<Outcome>> {
        Box::pin(async move {
            let mut outcomes = Vec::with_capacity(batch.len());
            for delivery in batch {
                outcomes.push(self.one(delivery).await);
            }
            outcomes
        })
    }
}

/// What a failed use case means for its message.
pub(crate) fn on_failure(error: &StoreError, attempt: u32) -> Outcome {
    if error.transient() || attempt < 5 {
        Outcome::Retry(2_u32.saturating_pow(attempt.min(10)))
    } else {
        Outcome::Dead(error.to_string())
    }
}

impl Jobs {
    /// The settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Does one job.
    pub(crate) async fn one(&self, delivery: Delivery) -> Outcome {
        let attempt = delivery.envelope.attempt;
        let tenant = TenantId(delivery.envelope.tenant);
        let job: Job = match serde_json::from_value(delivery.envelope.job.clone()) {
            Ok(job) => job,
            Err(error) => return Outcome::Dead(format!("unknown job: {error}")),
        };
        let started = tokio::time::Instant::now();
        let outcome = match self.run(tenant, &job, attempt).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(%error, job = job.name(), %tenant, attempt, "job failed");
                let outcome = on_failure(&error, attempt);
                if let (Outcome::Dead(why), Job::RunIdentity { run }) = (&outcome, &job) {
                    // Or nobody could begin another one.
                    self.stored(identity::fail_run(&self.settings.app, tenant, *run, why)).await.ok();
                }
                outcome
            }
        };
        metrics::histogram!("meridian_job_seconds", "family" => self.family.code())
            .record(started.elapsed().as_secs_f64());
        outcome
    }

    async fn run(&self, tenant: TenantId, job: &Job, attempt: u32) -> Result<Outcome, StoreError> {
        let app = &self.settings.app;
        match job {
            Job::Deliver { delivery } => return self.deliver(tenant, *delivery).await,
            Job::Amend { item } => return self.amend(tenant, *item).await,
            Job::FetchMedia { attachment } => return media::fetch(&self.settings, tenant, *attachment, attempt).await,
            Job::Pull { cursor } => return pull::run(&self.settings, tenant, *cursor, attempt).await,
            Job::ReadTemplates { account } => {
                let done = setup::read_templates(app, tenant, *account).await? || attempt >= 5;
                return Ok(if done { Outcome::Done } else { Outcome::Retry(30) });
            }
            Job::AttachOrphan { orphan } => {
                let found = inbound::attach_orphan(app, tenant, *orphan).await?;
                // Once more after the longest that a transaction takes; then it waits for its message to come.
                return Ok(if found || attempt > 0 { Outcome::Done } else { Outcome::Retry(30) });
            }
            Job::BotEvent { event } => return self.bot_event(tenant, *event, attempt).await,
            Job::Summarise { handoff } => {
                // The brief stands before any model is asked.
                if self.stored(bots::summarise(app, tenant, *handoff)).await?
                    && let Some(model) = &self.settings.model
                {
                    let writer = Endpoint { http: &self.settings.http, model };
                    bots::write_up(app, tenant, *handoff, &writer).await?;
                }
            }
            Job::DraftReply { draft } => {
                let writer = self.settings.model.as_ref().map(|model| Endpoint { http: &self.settings.http, model });
                let writer = writer.as_ref().map(|writer| writer as &dyn bots::Writer);
                let result = reply_drafts::write(app, tenant, *draft, writer).await?;
                metrics::counter!("meridian_reply_drafts_total", "result" => result).increment(1);
            }
            Job::OfferExpire { offer } => {
                routing::expire(app, tenant, *offer).await?;
            }
            Job::WrapUpEnd { work } => {
                conversations::wrap_up_end(app, tenant, *work).await?;
            }
            Job::SiteWaitEnd { work } => {
                conversations::site_wait_end(app, tenant, *work).await?;
            }
            Job::SnoozeEnd { conversation } => {
                conversations::snooze_end(app, tenant, *conversation).await?;
            }
            Job::ShiftEnd { site } => {
                routing::end_shift(app, tenant, *site).await?;
            }
            Job::EmergencyEnd { activation } => {
                emergency::expire(app, tenant, *activation).await?;
            }
            Job::ScheduledTurn { scheduled: id } => {
                scheduled::turn(app, tenant, *id).await?;
            }
            Job::BotSilence { session } => {
                bots::bot_silent(app, tenant, *session).await?;
            }
            Job::Recognise { customer } => {
                self.stored(identity::recognise(app, tenant, &[*customer])).await?;
            }
            Job::SignalEnd { signal } => {
                self.stored(identity::signal_ended(app, tenant, *signal)).await?;
            }
            Job::LearnIdentity => identity::learn(app, tenant).await?,
            Job::RunIdentity { run } => identity::run(app, tenant, *run).await?,
            Job::TrainIntents { version } => understanding::train(app, tenant, *version).await?,
            Job::RunWhatIf { what_if } => routing::run_comparison(app, tenant, *what_if).await?,
            Job::Ingest { .. }
            | Job::RouteWork { .. }
            | Job::RouteAgent { .. }
            | Job::RouteOfferEnded { .. }
            | Job::RouteReload
            | Job::RouteTick => return Ok(Outcome::Dead("a job of another family".to_owned())),
        }
        Ok(Outcome::Done)
    }

    async fn deliver(&self, tenant: TenantId, id: DeliveryId) -> Result<Outcome, StoreError> {
        let app = &self.settings.app;
        let (account, mut message) = match self.stored(delivery::claim(app, tenant, id)).await? {
            delivery::Claimed::Send(send) => *send,
            delivery::Claimed::NotYet => return Ok(Outcome::Retry(1)),
            delivery::Claimed::Inside | delivery::Claimed::Done => return Ok(Outcome::Done),
        };
        point("deliver.claimed");
        let sent = self.send(&account, &mut message).await;
        let result = match &sent {
            Ok(_) => "accepted",
            Err(error) if error.class == ErrorClass::Ambiguous => "unknown",
            Err(_) => "refused",
        };
        // All three from the first send on: an alert sees no series that begins at one.
        for one in ["accepted", "refused", "unknown"] {
            metrics::counter!("meridian_sends_total", "kind" => account.kind.code(), "result" => one)
                .increment(u64::from(one == result));
        }
        point("deliver.sent");
        // The answer must not be lost to a passing fault of the database: the message would count as in doubt.
        let mut wait = Duration::from_millis(100);
        loop {
            match self.stored(delivery::record(app, tenant, id, sent.clone())).await {
                Ok(delivery::Attempt::Retry(seconds)) => return Ok(Outcome::Retry(seconds)),
                Ok(delivery::Attempt::Accepted | delivery::Attempt::Over) => {
                    point("deliver.recorded");
                    return Ok(Outcome::Done);
                }
                Err(error) if error.transient() && wait.as_secs() < 10 => tokio::time::sleep(wait).await,
                Err(error) => return Err(error),
            }
            wait *= 2;
        }
    }

    /// Changes a message at its provider. An answer that is lost is asked for again: the same change twice is one.
    async fn amend(&self, tenant: TenantId, item: ItemId) -> Result<Outcome, StoreError> {
        let app = &self.settings.app;
        let Some(claimed) = self.stored(delivery::claim_amendment(app, tenant, item)).await? else {
            return Ok(Outcome::Done);
        };
        let (account, amendment) = &*claimed;
        let done = registry::get(account.kind).amend(&self.settings.http, account, amendment).await;
        match self.stored(delivery::record_amendment(app, tenant, item, done)).await? {
            delivery::Attempt::Retry(seconds) => Ok(Outcome::Retry(seconds)),
            delivery::Attempt::Accepted | delivery::Attempt::Over => Ok(Outcome::Done),
        }
    }

    /// Sends a message with its files. They stay in memory until it is sent, so only a few of such go at once.
    async fn send(&self, account: &AccountConfig, message: &mut OutboundMessage) -> Result<Accepted, SendError> {
        let _place = if message.files.is_empty() { None } else { Some(self.place().await?) };
        media::load(&self.settings.files, message).await?;
        registry::get(account.kind).send(&self.settings.http, account, message).await
    }

    /// Does a part of a job that is the database's alone, in turn.
    pub(crate) async fn stored<T>(&self, part: impl Future<Output = T>) -> T {
        // It is never closed.
        let _turn = self.database.acquire().await;
        part.await
    }

    async fn place(&self) -> Result<SemaphorePermit<'_>, SendError> {
        let place = tokio::time::timeout(PLACE_WITHIN, self.places.acquire()).await;
        place.ok().and_then(Result::ok).ok_or_else(|| SendError {
            class: ErrorClass::OwnTrouble,
            detail: "too many files leave at once".to_owned(),
            retry_after_s: None,
        })
    }

    async fn bot_event(&self, tenant: TenantId, id: BotEventId, attempt: u32) -> Result<Outcome, StoreError> {
        let app = &self.settings.app;
        let out = match self.stored(bots::outgoing(app, tenant, id)).await? {
            bots::Answer::Post(out) => *out,
            // The one before sends it on; this is only the net.
            bots::Answer::NotYet => return Ok(Outcome::Retry(if attempt < 5 { 1 } else { 30 })),
            bots::Answer::Assistant(session, bot) => {
                let endpoints = Endpoints { http: &self.settings.http };
                while bots::assist(app, tenant, session, bot, &endpoints).await? {}
                return Ok(Outcome::Done);
            }
            bots::Answer::Done => return Ok(Outcome::Done),
        };
        let now = SystemClock.now();
        let http = &self.settings.http;
        let posting =
            Posting { url: &out.url, secret: &out.secret, webhook_id: &out.webhook_id, event: &out.event, now };
        match meridian_channels::bots::post(http, posting).await.answer {
            Ok(answer) => {
                point("bot.told");
                self.stored(bots::answered(app, tenant, id, answer.actions, answer.problem)).await?;
                Ok(Outcome::Done)
            }
            Err(error) => {
                // What it waited for others is no attempt; who takes it up again by hand begins anew.
                let tried = out.attempts % (BOT_ATTEMPTS + 1);
                let last = tried == BOT_ATTEMPTS;
                self.stored(bots::failed(app, tenant, id, &error.to_string(), last)).await?;
                let after = [5, 30, 300, 300, 1800][usize::try_from(tried).unwrap_or(4).min(4)];
                Ok(if last { Outcome::Done } else { Outcome::Retry(after) })
            }
        }
    }
}
