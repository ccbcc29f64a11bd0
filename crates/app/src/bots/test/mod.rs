//! An administrator plays a dialogue with a bot, or has a recorded one played again. Nothing of it is a conversation: no
//! customer, no work, no figures. The bot is told by the way of live traffic.

mod tell;

use crate::{
    App,
    authz::{Forbidden, Subject},
    setup::IdempotencyKey,
};
use meridian_domain::{
    bot::{
        dialogue::{self, NoDialogue, Step},
        test::{Act, Event, MOST_TURNS, Refused, Test, Turn},
    },
    ids::{BotId, BotTestId, SessionId},
    people::Permission,
    platform::BotPlatform,
    time::Instant,
};
use meridian_store::{ReadTx, StoreError, WriteTx, bot_tests as store, bots};
use serde_json::json;
use std::time::Duration;
use tell::{Playing, Way};

/// Most tests of a tenant: the oldest give way.
const MOST: i64 = 50;
/// Most events that the tests of a tenant tell in a minute.
const EVENTS_A_MINUTE: i64 = 120;
/// Most tests of a tenant that tell their bot something at the same time.
const AT_ONCE: i64 = 5;
/// Seconds after which a test is free though who took it never came back.
const CLAIM: f64 = 60.0;
/// For how long a recorded dialogue is played before its state is told.
const SLICE: Duration = Duration::from_secs(8);
/// Largest recorded dialogue, in bytes.
pub const LARGEST_DIALOGUE: usize = 256 * 1024;
/// Largest test that still grows, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Why nothing was played.
#[derive(Debug, thiserror::Error)]
pub enum BotTestRefused {
    /// Not allowed.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such bot or test.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// It has no address.
    #[error(
        "this bot reads its events as a stream or answers by call, and a test posts to an address: give it one, or try it \
         in a web chat, at /widget/demo"
    )]
    NoAddress,
    /// It cannot be done now.
    #[error(transparent)]
    Act(#[from] Refused),
    /// What should be played again is no dialogue.
    #[error(transparent)]
    Dialogue(#[from] NoDialogue),
    /// It is too long.
    #[error("a dialogue has at most 100 events and 256 KB")]
    Long,
    /// Nothing in the test can be played again.
    #[error("the bot took no event in this test: there is nothing to play again")]
    Nothing,
    /// It plays a recorded dialogue.
    #[error("this test plays a recorded dialogue: start one of your own")]
    Recorded,
    /// Another event is on its way.
    #[error("the bot is being told something: wait for its answer")]
    Busy,
    /// Too many events.
    #[error(
        "the tests of this workspace told bots 120 events in a minute, or five tell at the same time: wait a little"
    )]
    Often,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BotTestRefused {
    /// The field of the input that is meant, in the words of the code.
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotFound("bot") | Self::NoAddress => Some("bot_id"),
            Self::Act(Refused::Text) => Some("text"),
            Self::Act(Refused::Button) => Some("payload"),
            Self::Dialogue(_) | Self::Long => Some("dialogue"),
            _ => None,
        }
    }
}

/// A language tag, or English.
fn locale(tag: &str) -> String {
    let tag = tag.trim();
    let fits = (2..=35).contains(&tag.len()) && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if fits { tag.to_owned() } else { "en".to_owned() }
}

/// Where a bot is told. One that reads a stream cannot be.
async fn playable(tx: &mut ReadTx, bot: BotId) -> Result<(), BotTestRefused> {
    let bot = bots::find(tx, bot).await?.ok_or(BotTestRefused::NotFound("bot"))?;
    if bot.url.is_empty() && bot.platform != BotPlatform::Assistant {
        return Err(BotTestRefused::NoAddress);
    }
    Ok(())
}

async fn begin(
    tx: &mut WriteTx,
    bot: BotId,
    test: &Test,
    dialogue: Option<&[Step]>,
) -> Result<BotTestId, BotTestRefused> {
    playable(tx, bot).await?;
    bearable(tx).await?;
    let id = store::insert(tx, bot, test, dialogue, MOST).await?;
    tx.audit("bot_test_started", "bot", Some(bot.0), json!({ "replay": dialogue.is_some() }));
    Ok(id)
}

/// Refuses when the tenant's tests tell bots too much already.
async fn bearable(tx: &mut ReadTx) -> Result<(), BotTestRefused> {
    let load = store::load(tx).await?;
    if load.events >= EVENTS_A_MINUTE || load.busy >= AT_ONCE { Err(BotTestRefused::Often) } else { Ok(()) }
}

/// Begins a test with a customer of some language; the bot is told nothing yet.
pub async fn start_test(
    app: &App,
    subject: &Subject,
    bot: BotId,
    language: &str,
    key: Option<&IdempotencyKey>,
) -> Result<BotTestId, BotTestRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(id) = known(&mut tx, subject, key).await? {
        return Ok(id);
    }
    let id = begin(&mut tx, bot, &Test::open(&locale(language)), None).await?;
    answer(&mut tx, subject, key, id).await?;
    tx.commit().await?;
    Ok(id)
}

/// The test that the same request was about before.
async fn known(
    tx: &mut WriteTx,
    subject: &Subject,
    key: Option<&IdempotencyKey>,
) -> Result<Option<BotTestId>, StoreError> {
    let Some(key) = key else { return Ok(None) };
    Ok(key.claim(tx, subject).await?.and_then(|answer| serde_json::from_value(answer).ok()))
}

async fn answer(
    tx: &mut WriteTx,
    subject: &Subject,
    key: Option<&IdempotencyKey>,
    id: BotTestId,
) -> Result<(), StoreError> {
    match key {
        Some(key) => key.answer(tx, subject, &json!(id)).await,
        None => Ok(()),
    }
}

/// A test that is ours alone until it is settled.
struct Held {
    found: store::BotTest,
    version: i32,
    way: Way,
}

async fn hold(app: &App, tx: &mut WriteTx, id: BotTestId) -> Result<Held, BotTestRefused> {
    bearable(tx).await?;
    if !store::exists(tx, id).await? {
        return Err(BotTestRefused::NotFound("test"));
    }
    let version = store::claim(tx, id, CLAIM).await?.ok_or(BotTestRefused::Busy)?;
    let found = store::find(tx, id).await?.ok_or(BotTestRefused::NotFound("test"))?;
    playable(tx, found.bot).await?;
    let way = Way::to(app, tx, found.bot).await?.ok_or(BotTestRefused::NotFound("bot"))?;
    Ok(Held { found, version, way })
}

/// Does something in a test, tells the bot of it, and keeps what comes back. What is on its way is brought to its end though
/// the one who asked is gone; the same key again tells nothing.
pub async fn act_in_test(
    app: &App,
    subject: &Subject,
    id: BotTestId,
    act: Act<'_>,
    key: Option<&IdempotencyKey>,
    now: Instant,
) -> Result<(), BotTestRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if known(&mut tx, subject, key).await?.is_some() {
        return Ok(());
    }
    let Held { found, version, way } = hold(app, &mut tx, id).await?;
    if found.dialogue.is_some() {
        return Err(BotTestRefused::Recorded);
    }
    let mut test = found.test;
    if serde_json::to_vec(&test).map_or(0, |bytes| bytes.len()) > LARGEST {
        return Err(Refused::Full.into());
    }
    let ids = app.db.ids();
    let events = test.act(act, now, || ids.next())?;
    answer(&mut tx, subject, key, id).await?;
    if events.is_empty() {
        store::settle(&mut tx, id, version, &test, 0).await?;
        return Ok(tx.commit().await?);
    }
    tx.commit().await?;
    let playing = Playing::new(app, subject, id, test, way, now);
    carried_out(app, subject, version, playing, move |mut playing| async move {
        playing.tell_all(events).await;
        playing
    })
    .await
}

/// Plays in a task of its own and keeps what came of it.
async fn carried_out<F: Future<Output = Playing> + Send>(
    app: &App,
    subject: &Subject,
    version: i32,
    playing: Playing,
    play: impl FnOnce(Playing) -> F + Send + 'static,
) -> Result<(), BotTestRefused> {
    let (app, subject) = (app.clone(), subject.clone());
    let task = tokio::spawn(async move {
        let done = play(playing).await;
        let mut tx = app.db.write(subject.scope()).await?;
        store::settle(&mut tx, done.id, version, &done.test, done.told).await?;
        tx.commit().await
    });
    task.await.map_err(|_| StoreError::Interrupted)??;
    Ok(())
}

/// What is played again.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// A dialogue that was kept, as JSON lines.
    Dialogue(&'a str),
    /// A test.
    Test(BotTestId),
}

/// Begins to play a recorded dialogue again, and plays its first part.
pub async fn replay_dialogue(
    app: &App,
    subject: &Subject,
    bot: BotId,
    source: Source<'_>,
    key: Option<&IdempotencyKey>,
    now: Instant,
) -> Result<BotTestId, BotTestRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    if let Some(id) = known(&mut tx, subject, key).await? {
        return Ok(id);
    }
    let (steps, language) = match source {
        Source::Dialogue(text) if text.len() > LARGEST_DIALOGUE => return Err(BotTestRefused::Long),
        Source::Dialogue(text) => (dialogue::read(text)?, String::new()),
        Source::Test(id) => {
            let found = store::find(&mut tx, id).await?.ok_or(BotTestRefused::NotFound("test"))?;
            (found.test.dialogue(), found.test.locale)
        }
    };
    if steps.is_empty() {
        return Err(BotTestRefused::Nothing);
    }
    if steps.len() > MOST_TURNS {
        return Err(BotTestRefused::Long);
    }
    let id = begin(&mut tx, bot, &Test::open(&locale(&language)), Some(&steps)).await?;
    answer(&mut tx, subject, key, id).await?;
    tx.commit().await?;
    go_on_replaying(app, subject, id, now).await?;
    Ok(id)
}

/// The events of a recorded dialogue that are still to be played: none once the bot did not take one.
pub fn left_to_replay(found: &store::BotTest) -> &[Step] {
    let steps = found.dialogue.as_deref().unwrap_or_default();
    if found.test.turns.last().is_some_and(|turn| !turn.took()) {
        return &[];
    }
    steps.get(found.test.turns.len()..).unwrap_or_default()
}

/// Plays the next part of a recorded dialogue; nothing when all of it was played.
pub async fn go_on_replaying(app: &App, subject: &Subject, id: BotTestId, now: Instant) -> Result<(), BotTestRefused> {
    subject.require(Permission::Administer)?;
    let mut tx = app.db.write(subject.scope()).await?;
    let Held { found, version, way } = hold(app, &mut tx, id).await?;
    let steps = left_to_replay(&found).to_vec();
    if steps.is_empty() {
        return Ok(());
    }
    tx.commit().await?;
    let playing = Playing::new(app, subject, id, found.test, way, now);
    carried_out(app, subject, version, playing, move |mut playing| async move {
        for step in steps {
            let event: Event = playing.replayed(&step);
            playing.tell(event).await;
            let took = playing.test.turns.last().is_some_and(Turn::took);
            if !took || playing.begun.elapsed() > SLICE {
                break;
            }
        }
        playing
    })
    .await
}

/// Whether a session is one of a test: it exists for its bot alone.
pub(super) async fn is_test(tx: &mut ReadTx, session: SessionId) -> Result<bool, StoreError> {
    store::exists(tx, BotTestId(session.0)).await
}
