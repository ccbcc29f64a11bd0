//! Playing.

use super::{one, types::BotTest};
use crate::{
    admin::camel,
    context::{idempotency, viewer},
    error::{Refusal, Resolved, UserError},
    ids::read,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, ResultExt, SimpleObject};
use meridian_app::bots::{self as app, BotTestRefused, Source};
use meridian_domain::{
    bot::test::Act,
    ids::{BotId, BotTestId},
    time::{Clock, SystemClock},
};

#[derive(InputObject)]
struct BotTestStartInput {
    /// The bot.
    bot_id: ID,
    /// The customer's language (BCP 47).
    #[graphql(default = "en")]
    language: String,
}

#[derive(InputObject)]
struct BotTestSayInput {
    /// The test.
    bot_test_id: ID,
    /// What the customer writes, 1 to 4,000 characters.
    #[graphql(default)]
    text: String,
    /// The payload of the button that the customer presses instead.
    payload: Option<String>,
}

/// What happens in a test beside the customer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum BotTestHappening {
    /// The customer sends a picture without words.
    PictureSent,
    /// An agent takes the conversation.
    AgentTakes,
    /// An agent gives it back to the bot, with a note.
    AgentReturns,
    /// The conversation is resolved.
    ConversationEnds,
}

#[derive(InputObject)]
struct BotTestHappenInput {
    /// The test.
    bot_test_id: ID,
    /// What happens.
    happening: BotTestHappening,
    /// What the agent tells the bot who gives the conversation back, at most 4,000 characters.
    #[graphql(default)]
    note: String,
}

#[derive(InputObject)]
struct BotTestReplayInput {
    /// The bot.
    bot_id: ID,
    /// A recorded dialogue: JSON lines, at most 100 events and 256 KB.
    dialogue: Option<String>,
    /// A test whose dialogue is played again, when none is given.
    bot_test_id: Option<ID>,
}

#[derive(InputObject)]
struct BotTestReplayContinueInput {
    /// The test.
    bot_test_id: ID,
}

/// Result of what is played with a bot.
#[derive(SimpleObject)]
struct BotTestPayload {
    /// The test as it stands.
    bot_test: Option<BotTest>,
    /// Why it was not done.
    user_errors: Vec<UserError>,
}

async fn told(ctx: &Context<'_>, done: Result<BotTestId, BotTestRefused>) -> Resolved<BotTestPayload> {
    match done {
        Ok(id) => Ok(BotTestPayload { bot_test: one(ctx, id).await?, user_errors: Vec::new() }),
        Err(refused) => {
            let field = refused.field().map(camel);
            let error = UserError { field, ..refused.split().extend()? };
            Ok(BotTestPayload { bot_test: None, user_errors: vec![error] })
        }
    }
}

async fn acted(ctx: &Context<'_>, id: &ID, act: Act<'_>) -> Resolved<BotTestPayload> {
    let viewer = viewer(ctx).extend()?;
    let id = read::<BotTestId>(id).extend()?;
    let now = SystemClock.now();
    let done = app::act_in_test(&viewer.app, &viewer.subject, id, act, idempotency(ctx).as_ref(), now).await;
    told(ctx, done.map(|()| id)).await
}

#[derive(Default)]
pub(crate) struct BotTestMutations;

#[Object]
impl BotTestMutations {
    /// Begins a test: a dialogue of one's own with a bot, apart from all conversations. Needs `setup:write`.
    async fn bot_test_start(&self, ctx: &Context<'_>, input: BotTestStartInput) -> Resolved<BotTestPayload> {
        let viewer = viewer(ctx).extend()?;
        let bot = read::<BotId>(&input.bot_id).extend()?;
        let key = idempotency(ctx);
        let done = app::start_test(&viewer.app, &viewer.subject, bot, &input.language, key.as_ref()).await;
        told(ctx, done).await
    }

    /// Writes to the bot as its customer, or presses a button of its last message, and waits for its answer: signed, guarded
    /// and timed as live traffic is. Needs `setup:write`.
    async fn bot_test_say(&self, ctx: &Context<'_>, input: BotTestSayInput) -> Resolved<BotTestPayload> {
        let act = input.payload.as_deref().map_or(Act::Say(&input.text), Act::Press);
        acted(ctx, &input.bot_test_id, act).await
    }

    /// Lets something else happen in a test, and tells the bot of it. Needs `setup:write`.
    async fn bot_test_happen(&self, ctx: &Context<'_>, input: BotTestHappenInput) -> Resolved<BotTestPayload> {
        let act = match input.happening {
            BotTestHappening::PictureSent => Act::Attach,
            BotTestHappening::AgentTakes => Act::Take,
            BotTestHappening::AgentReturns => Act::Return(&input.note),
            BotTestHappening::ConversationEnds => Act::End,
        };
        acted(ctx, &input.bot_test_id, act).await
    }

    /// Plays a recorded dialogue to a bot again and compares its answers, for some seconds: `botTestReplayContinue` plays
    /// what is left. Needs `setup:write`.
    async fn bot_test_replay(&self, ctx: &Context<'_>, input: BotTestReplayInput) -> Resolved<BotTestPayload> {
        let viewer = viewer(ctx).extend()?;
        let bot = read::<BotId>(&input.bot_id).extend()?;
        let source = match (&input.dialogue, &input.bot_test_id) {
            (None, Some(test)) => Source::Test(read::<BotTestId>(test).extend()?),
            (dialogue, _) => Source::Dialogue(dialogue.as_deref().unwrap_or_default()),
        };
        let (key, now) = (idempotency(ctx), SystemClock.now());
        let done = app::replay_dialogue(&viewer.app, &viewer.subject, bot, source, key.as_ref(), now).await;
        told(ctx, done).await
    }

    /// Plays what is left of a recorded dialogue, for some seconds. Needs `setup:write`.
    async fn bot_test_replay_continue(
        &self,
        ctx: &Context<'_>,
        input: BotTestReplayContinueInput,
    ) -> Resolved<BotTestPayload> {
        let viewer = viewer(ctx).extend()?;
        let id = read::<BotTestId>(&input.bot_test_id).extend()?;
        let done = app::go_on_replaying(&viewer.app, &viewer.subject, id, SystemClock.now()).await;
        told(ctx, done.map(|()| id)).await
    }
}
