//! Telling a bot the events of a test, and what its answers do in it.

use crate::{
    App,
    authz::Subject,
    bots::assistant::{Rehearsal, rehearse},
};
use chrono::{SecondsFormat, TimeDelta};
use meridian_domain::{
    bot::{
        Answered, BotEvent, Posting,
        dialogue::Step,
        test::{Event, House, Received, Sent, Test, Turn},
    },
    ids::{BotEventId, BotId, BotTestId, ConversationId, QueueId, SessionId, TenantId},
    platform::BotPlatform,
    secret::Secret,
    time::Instant,
};
use meridian_store::{ReadTx, StoreError, bots, setup};
use std::collections::VecDeque;

/// A bot and what is around it.
pub(super) struct Way {
    bot: bots::Bot,
    secret: Secret,
    queues: Vec<(QueueId, String)>,
}

impl Way {
    /// The way to a bot; none without one.
    pub async fn to(app: &App, tx: &mut ReadTx, bot: BotId) -> Result<Option<Self>, StoreError> {
        let Some(bot) = bots::find(tx, bot).await? else { return Ok(None) };
        let secret = bots::secret(tx, &app.sealer, bot.id).await?.unwrap_or_default();
        let queues = setup::queues(tx).await?.into_iter().map(|queue| (queue.id, queue.name)).collect();
        Ok(Some(Self { bot, secret, queues }))
    }
}

/// A test whose bot is told something. No transaction is open.
pub(super) struct Playing {
    app: App,
    tenant: TenantId,
    pub id: BotTestId,
    pub test: Test,
    way: Way,
    now: Instant,
    pub begun: tokio::time::Instant,
    /// Events that were told.
    pub told: i32,
}

impl Playing {
    pub fn new(app: &App, subject: &Subject, id: BotTestId, test: Test, way: Way, now: Instant) -> Self {
        let (app, tenant) = (app.clone(), subject.scope().tenant());
        Self { app, tenant, id, test, way, now, begun: tokio::time::Instant::now(), told: 0 }
    }

    fn now(&self) -> Instant {
        self.now + TimeDelta::from_std(self.begun.elapsed()).unwrap_or_default()
    }

    /// The next event of a recorded dialogue.
    pub fn replayed(&mut self, step: &Step) -> Event {
        let ids = self.app.db.ids().clone();
        self.test.replayed(step, || ids.next())
    }

    /// Tells events in their order, and what follows from the answers before what is left.
    pub async fn tell_all(&mut self, events: Vec<Event>) {
        let mut waiting = VecDeque::from(events);
        while let Some(event) = waiting.pop_front() {
            if let Some(next) = self.tell(event).await {
                waiting.push_front(next);
            }
        }
    }

    /// Tells one event; what follows from its answer.
    pub async fn tell(&mut self, event: Event) -> Option<Event> {
        self.told += 1;
        self.test.sequence += 1;
        let at = self.now();
        let told = BotEvent {
            kind: event.kind.clone(),
            session: SessionId(self.id.0).to_string(),
            conversation: ConversationId(self.id.0).to_string(),
            sequence: self.test.sequence,
            at: at.to_rfc3339_opts(SecondsFormat::Millis, true),
            data: event.data.clone(),
        };
        let turn = Turn::of(event.cause, at);
        let (turn, answer) = if self.way.bot.platform == BotPlatform::Assistant {
            self.ask(&told, turn).await
        } else {
            self.post(&told, turn, at).await
        };
        let house = House {
            queues: &self.way.queues,
            fallback: self.way.bot.fallback_queue,
            silence_seconds: self.way.bot.silence_seconds,
        };
        let ids = self.app.db.ids().clone();
        self.test.settle(event, turn, answer.as_ref().ok_or(()), &house, || ids.next())
    }

    /// Posts the event as live traffic is posted.
    async fn post(&self, event: &BotEvent, turn: Turn, now: Instant) -> (Turn, Option<Answered>) {
        let webhook_id = self.app.db.ids().next::<BotEventId>().to_string();
        let (url, secret) = (&self.way.bot.url, &self.way.secret);
        let posting = Posting { url, secret, webhook_id: &webhook_id, event, now };
        let exchange = self.app.providers.tell_bot(posting).await;
        let took = u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX);
        let error = exchange.answer.as_ref().err().map(ToString::to_string);
        let body = String::from_utf8_lossy(&exchange.sent).into_owned();
        let turn = Turn {
            sent: Some(Sent { webhook_id: Some(webhook_id), kind: event.kind.clone(), body }),
            received: Some(Received::of(exchange.status, took, &exchange.body, error)),
            ..turn
        };
        (turn, exchange.answer.ok())
    }

    /// Asks the endpoint of an assistant as live traffic asks it.
    async fn ask(&self, event: &BotEvent, turn: Turn) -> (Turn, Option<Answered>) {
        let said = self.test.said();
        let queues = self.way.queues.iter().map(|(_, name)| name.clone()).collect();
        let begun = tokio::time::Instant::now();
        let rehearsal = Rehearsal { bot: &self.way.bot, key: &self.way.secret, queues, said, event };
        let (decided, calls) = rehearse(&self.app, self.tenant, rehearsal).await;
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = calls.last().and_then(|call| call.status);
        let error = decided.as_ref().err().cloned();
        let body = serde_json::to_string(event).unwrap_or_default();
        let turn = Turn {
            sent: Some(Sent { webhook_id: None, kind: event.kind.clone(), body }),
            received: Some(Received::of(status, took, b"", error)),
            calls,
            ..turn
        };
        (turn, decided.ok().map(|actions| Answered { actions, problem: None }))
    }
}
