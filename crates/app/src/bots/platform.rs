//! Calls of bots that live on platforms of others: what is said there becomes part of the timeline, a hand-off puts the
//! conversation in a queue with its brief.

use super::{
    handoff::{self, HandedOff, HandoffRefused},
    test::is_test,
    transcript,
};
use crate::{
    App,
    authz::Subject,
    conversations::{close, topics},
    inbound::{self, Arrival, Comer},
};
use meridian_domain::{
    actor::Actor,
    bot::HandoffRequest,
    channel::ChannelKind,
    identity,
    ids::{BotId, ConversationId, SessionId, TenantId},
    live::Change,
    platform::{Ask, BotCall},
    routing::language_of,
    work::{ItemKind, Lifecycle, OwnerKind},
};
use meridian_store::{
    StoreError, WriteTx,
    arrivals::{self, Standing, Wrote},
    bots,
    conversations::{self, Conversation, Session},
    items::{self, NewItem},
    routing,
};
use serde_json::json;

/// Why a call was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CallRefused {
    /// Nobody can tell whose conversation it is.
    #[error(
        "the call names no session of Meridian: use the `session` of the events you receive as the platform's session id, \
         or connect a generic channel account whose bot is this one, so that its conversations have a place"
    )]
    NoPlace,
    /// Its session is one of a test.
    #[error("the session is one of a test of the bot: a test goes by what the bot answers, and takes no calls")]
    Test,
    /// The hand-off was refused.
    #[error(transparent)]
    Handoff(#[from] HandoffRefused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of a call.
#[derive(Debug, Clone, Copy, Default)]
pub struct Called {
    /// The conversation, if the call belongs to one.
    pub conversation: Option<ConversationId>,
    /// The hand-off, if it asked for one.
    pub handoff: Option<HandedOff>,
}

/// A session with its conversation locked.
struct Place {
    session: Session,
    conversation: Conversation,
}

/// The session of ours that a platform's session is: it ends in our id where we gave it to the platform.
fn ours(call: &BotCall) -> Option<SessionId> {
    let named = [call.session.as_deref(), call.conversation.as_deref()];
    named.into_iter().flatten().find_map(|name| name.rsplit('/').next()?.parse().ok())
}

/// Takes a call, in one transaction. The same `key` again changes nothing and gives the same answer.
pub async fn call(app: &App, tenant: TenantId, bot: BotId, key: &str, call: &BotCall) -> Result<Called, CallRefused> {
    let scope = *Subject::integration(tenant, Actor::Bot(bot), Vec::new()).scope();
    let mut tx = app.db.write_opening(&scope, 1).await?;
    let inside = match ours(call) {
        Some(id) => conversations::session(&mut tx, id).await?,
        None => None,
    };
    if let (None, Some(id)) = (&inside, ours(call))
        && is_test(&mut tx, id).await?
    {
        return Err(CallRefused::Test);
    }
    if inside.is_none() && call.ask != Ask::Handoff && !call.says_something() {
        // Typing, a status, a check of the URL: nothing to keep.
        return Ok(Called::default());
    }
    let outside = inside.is_none();
    let mut place = match inside {
        Some(session) => {
            let conversation = conversations::lock(&mut tx, session.conversation).await?;
            Place { conversation: conversation.ok_or(HandoffRefused::NoSession)?, session }
        }
        None => outer_place(&mut tx, bot, call).await?,
    };
    if outside {
        record(&mut tx, &mut place, bot, key, call).await?;
    }
    let mut called = Called { conversation: Some(place.conversation.id), handoff: None };
    match call.ask {
        Ask::Handoff => {
            let request = HandoffRequest { session: Some(place.session.id.to_string()), ..call.handoff() };
            request.check().map_err(HandoffRefused::from)?;
            called.handoff = Some(handoff::take(&mut tx, bot, key, place.session.id, &request).await?);
        }
        Ask::Released => notice(&mut tx, &place, bot, call).await?,
        Ask::Nothing if call.ended && outside => ended(&mut tx, &place, bot).await?,
        Ask::Nothing | Ask::Accepted => {}
    }
    tx.commit().await?;
    Ok(called)
}

/// The place of a conversation that lives on the platform: the bot's own account, the platform's user as its party.
async fn outer_place(tx: &mut WriteTx, bot: BotId, call: &BotCall) -> Result<Place, CallRefused> {
    let account = bots::own_account(tx, bot).await?.ok_or(CallRefused::NoPlace)?;
    // Not every call names its user: the conversation it names is known by those that did.
    if let Some(thread) = call.thread()
        && let Some(id) = conversations::open_by_thread(tx, account, thread).await?
        && let Some(found) = conversations::session(tx, id).await?
        && let Some(conversation) = conversations::lock(tx, found.conversation).await?
        && conversation.lifecycle != Lifecycle::Resolved
        && let Some(session) = conversations::session(tx, id).await?
        && session.closed_at.is_none()
    {
        return Ok(Place { session, conversation });
    }
    let sender = call.sender(bot);
    let (key, ids) = identity::party_key(&sender).ok_or(CallRefused::NoPlace)?;
    let comer = Comer { sender: &sender, key: &key, ids: &ids, source: "bot", seen: true };
    let party = inbound::resolve(tx, &comer).await?;
    let arrival = Arrival {
        account,
        kind: ChannelKind::Generic,
        thread: call.thread(),
        subject: "",
        language: call.language.as_deref().and_then(language_of),
        number: None,
        quiet: false,
        hint: None,
        reading: None,
    };
    let Standing { session, conversation, .. } = inbound::place(tx, party, &arrival).await?;
    Ok(Place { session, conversation })
}

/// Keeps what was said on the platform, each line once.
async fn record(tx: &mut WriteTx, place: &mut Place, bot: BotId, key: &str, call: &BotCall) -> Result<(), StoreError> {
    let Place { session, conversation } = place;
    if call.transcript.is_empty() {
        let before = session.heard.clone();
        let party = session.party;
        let customer = call.text.iter().map(|text| (Actor::Customer(party), text));
        let lines = customer.chain(call.said.iter().map(|text| (Actor::Bot(bot), text)));
        for (n, (actor, text)) in lines.enumerate() {
            let external = format!("{key}:{n}");
            if items::by_external(tx, session.account, &external).await?.is_none() {
                let item = transcript::line(tx, conversation, session, actor, text, None).await?;
                items::name_external(tx, session.account, &external, item).await?;
            }
        }
        transcript::keep_heard(tx, session, &before).await?;
    } else {
        transcript::merge(tx, conversation, session, bot, &call.transcript).await?;
    }
    if call.text.is_some() {
        let at = routing::now(tx).await?;
        arrivals::wrote_and_awaited(
            tx,
            &[Wrote { session: session.id, at, message: None, bot_waits: false, heard: None }],
            &[],
        )
        .await?;
        if conversation.lifecycle != Lifecycle::Open {
            inbound::wake(tx, conversation, "customer_replied").await?;
        }
    }
    Ok(())
}

/// The platform took the conversation back: people see it, their work goes on.
async fn notice(tx: &mut WriteTx, place: &Place, bot: BotId, call: &BotCall) -> Result<(), StoreError> {
    let new = NewItem::notice(
        &place.session,
        ItemKind::Notice,
        Actor::Bot(bot),
        json!({ "type": "platform_released", "reason": call.reason }),
    );
    let item = items::append(tx, new).await?;
    let concerned = topics(&place.conversation, Some(&place.session));
    tx.live(&concerned, Change::Item { conversation: place.conversation.id, item });
    Ok(())
}

/// The dialogue ended on the platform while its bot still held it: nobody here has anything left to do.
async fn ended(tx: &mut WriteTx, place: &Place, bot: BotId) -> Result<(), StoreError> {
    let holds = place.session.control == OwnerKind::Bot && place.session.control_id == Some(bot.0);
    let sessions = conversations::sessions(tx, &[place.conversation.id.0]).await?;
    let alone = sessions.iter().filter(|s| s.closed_at.is_none()).all(|s| s.control_id == Some(bot.0));
    if holds && alone && place.conversation.lifecycle != Lifecycle::Resolved {
        close(tx, &place.conversation, &sessions, Actor::Bot(bot), "bot_resolved").await?;
    }
    Ok(())
}
