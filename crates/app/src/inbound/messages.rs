//! Customers' messages find their places in the timeline, a batch with a few statements.

use super::{
    ingest::{about, strip_nulls},
    memory::Memory,
    resolve::{Comer, resolve},
    session::{Arrival, place, rouse},
};
use crate::{
    bots::take_over,
    conversations::topics,
    identity::look_at,
    media::{self, Source},
    understanding::{Ears, alarm},
};
use meridian_domain::{
    actor::Actor,
    bot::{told, wants_person},
    channel::ChannelKind,
    event::{EventKind, Identifier, InboundEvent},
    identity,
    ids::{BotId, ChannelAccountId, ConversationId, ItemId, RawId, SessionId},
    jobs::Job,
    live::Change,
    media::is_file,
    routing::language_of,
    understanding::message::{Reading, Understood},
    work::{ItemKind, OwnerKind},
};
use meridian_store::{
    StoreError, WriteTx,
    arrivals::{self, Place, Said, Standing, Wrote},
    bots,
    conversations::{self, Session},
    identity::PartyView,
    items::{self, NewItem},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap, HashSet, hash_map::Entry};

/// Files of one message that are fetched.
const MOST_FILES: usize = 50;

/// An event of a stored request.
#[derive(Clone, Copy)]
pub(super) struct Arrived<'a> {
    /// Place of the request in its batch.
    pub request: usize,
    pub raw: RawId,
    pub account: ChannelAccountId,
    pub kind: ChannelKind,
    pub event: &'a InboundEvent,
}

/// A message with its sender.
struct Sent<'a> {
    arrived: Arrived<'a>,
    key: Identifier,
    ids: Vec<Identifier>,
}

/// A message in its place.
struct Placed<'a> {
    arrived: Arrived<'a>,
    at: Standing,
    understood: Option<Understood>,
    /// A rule listened up.
    news: bool,
}

impl Placed<'_> {
    /// The bot that has to act on it.
    fn bot(&self) -> Option<BotId> {
        let asks = self.held_by_bot() && !people_only(self.arrived.event);
        self.at.session.control_id.filter(|_| asks).map(BotId)
    }

    /// Whether a bot has the session, and somebody waits for an answer.
    fn held_by_bot(&self) -> bool {
        self.at.session.control == OwnerKind::Bot && !self.arrived.event.is_quiet()
    }
}

/// The message that an answer quotes or hangs under: what a person said last, not what came out of the past or from a
/// machine. In a thread of Slack it is the root, never an answer in it.
fn answered(event: &InboundEvent) -> Option<&str> {
    let root = event.detail.get("thread_ts").and_then(Value::as_str);
    root.or(event.external_id.as_deref()).filter(|_| !event.is_automatic())
}

/// Whether a person may wait for the answer, but no machine may give it: a mail by way of a list, or from an address
/// whose answers may go round for ever (RFC 3834).
fn people_only(event: &InboundEvent) -> bool {
    event.detail.get("people_only").and_then(Value::as_bool).unwrap_or(false)
}

/// Puts messages that are not in the timeline yet there, in the order given, and tells who has to know. Whether each
/// could be placed: one whose sender has no usable identifier cannot.
pub(super) async fn messages<'a>(
    tx: &mut WriteTx,
    memory: &mut Memory,
    ears: &mut Ears,
    run: Vec<Arrived<'a>>,
) -> Result<Vec<(Arrived<'a>, bool)>, StoreError> {
    let (mut outcome, mut sent, mut names) = (Vec::with_capacity(run.len()), Vec::new(), HashSet::new());
    let mut placed = Vec::new();
    for arrived in run {
        let sender = identity::party_key(&arrived.event.sender);
        let again = arrived.event.external_id.as_deref().is_some_and(|name| !names.insert((arrived.account, name)));
        let overheard = if sender.is_none() && !again { overheard(tx, &arrived).await? } else { None };
        outcome.push((arrived, sender.is_some() || overheard.is_some()));
        placed.extend(overheard.map(|at| Placed { arrived, at, understood: None, news: false }));
        if let Some((key, ids)) = sender.filter(|_| !again) {
            sent.push(Sent { arrived, key, ids });
        }
    }
    if !sent.is_empty() {
        placed.extend(place_all(tx, memory, ears, &sent).await?);
        // As they came.
        placed.sort_by_key(|one| one.arrived.request);
    }
    if placed.is_empty() {
        return Ok(outcome);
    }
    let new: Vec<NewItem<'_>> = placed.iter().map(item_of).collect();
    let items = items::append_all(tx, &new).await?;
    let wrote: Vec<Wrote<'_>> = placed
        .iter()
        .filter(|one| !one.arrived.event.is_echo())
        .map(|one| Wrote {
            session: one.at.session.id,
            at: one.arrived.event.at,
            message: answered(one.arrived.event),
            bot_waits: one.bot().is_some(),
            heard: one.understood.is_some().then_some(&one.at.session.heard),
        })
        .collect();
    let named: Vec<(ChannelAccountId, &str)> = placed
        .iter()
        .filter_map(|one| Some((one.arrived.account, one.arrived.event.external_id.as_deref()?)))
        .collect();
    for (account, awaited) in arrivals::wrote_and_awaited(tx, &wrote, &named).await? {
        about(tx, account, &awaited).await?;
    }
    let concerned: BTreeMap<SessionId, _> = placed
        .iter()
        .filter(|one| one.news)
        .map(|one| (one.at.session.id, (&one.at.session, &one.at.conversation)))
        .collect();
    if !concerned.is_empty() {
        alarm(tx, ears.rules(), &concerned.into_values().collect::<Vec<_>>()).await?;
    }
    let (mut patience, mut taken) = (HashMap::new(), HashSet::new());
    for (one, item) in placed.iter().zip(items) {
        media::expect(tx, item, one.arrived.account, sources(&one.arrived)).await?;
        if let Some(bot) = one.bot().filter(|_| !taken.contains(&one.at.session.id)) {
            tell_bot(tx, bot, one, item, &mut patience).await?;
        } else if one.held_by_bot() && taken.insert(one.at.session.id) {
            take_over(tx, one.at.session.id, "policy").await?;
        }
        let conversation = &one.at.conversation;
        let change = Change::Item { conversation: conversation.id, item };
        tx.live(&topics(conversation, Some(&one.at.session)), change);
    }
    Ok(outcome)
}

/// The session that what our own side said in a thread belongs to, when it names no customer: the newest there.
async fn overheard(tx: &mut WriteTx, one: &Arrived<'_>) -> Result<Option<Standing>, StoreError> {
    let Some(thread) = one.event.thread.as_deref().filter(|_| one.event.is_echo()) else { return Ok(None) };
    let Some(id) = conversations::open_by_thread(tx, one.account, thread).await? else { return Ok(None) };
    let Some(found) = conversations::session(tx, id).await? else { return Ok(None) };
    let Some(conversation) = conversations::lock(tx, found.conversation).await? else { return Ok(None) };
    // Read again under the lock.
    let session = conversations::session(tx, id).await?.filter(|session| session.closed_at.is_none());
    Ok(session.map(|session| {
        let party = PartyView { party: session.party, customer: conversation.customer };
        Standing { party, session, conversation }
    }))
}

/// The place of each message. Senders with an open session are found together; newcomers one after the other.
async fn place_all<'a>(
    tx: &mut WriteTx,
    memory: &mut Memory,
    ears: &mut Ears,
    sent: &'a [Sent<'a>],
) -> Result<Vec<Placed<'a>>, StoreError> {
    let readings = ears.read(sent.iter().map(|one| words(one.arrived.event)).collect()).await;
    let senders: Vec<Place<'_>> = sent
        .iter()
        .map(|one| Place { key: &one.key, account: one.arrived.account, thread: one.arrived.event.thread.as_deref() })
        .collect();
    let arrivals::Found { mut standing, mut silent } = arrivals::standing(tx, &senders).await?;
    let (mut said, mut placed) = (Vec::new(), Vec::with_capacity(sent.len()));
    for ((one, here), reading) in sent.iter().zip(senders).zip(&readings) {
        let (event, source) = (one.arrived.event, one.arrived.kind.code());
        let arrival = arrival_of(&one.arrived, reading.as_ref());
        let seen = !event.is_echo() && !event.is_automatic();
        let comer = Comer { sender: &event.sender, key: &one.key, ids: &one.ids, source, seen };
        // Under a name, an address that was silent for long may lead to another person: looked at before all else.
        let doubtful = seen && !comer.name().is_empty() && silent.remove(&here);
        let mut at = if let Some(at) = standing.get(&here).filter(|_| !doubtful) {
            let says = Said { party: at.party, ids: &one.ids, name: comer.name(), source, seen };
            said.extend(memory.news(says));
            at.clone()
        } else {
            let party = resolve(tx, &comer).await?;
            place(tx, party, &arrival).await?
        };
        if !event.is_quiet() {
            rouse(tx, &mut at, &arrival, people_only(event)).await?;
        }
        let heard = reading.as_ref().map(|reading| {
            let before = at.session.heard.clone();
            ears.listen(&mut at.session.heard, reading, &arrival.likely(&before))
        });
        let (understood, news) = heard.map_or((None, false), |(understood, news)| (Some(understood), news));
        standing.insert(here, at.clone());
        placed.push(Placed { arrived: one.arrived, at, understood, news });
    }
    if !said.is_empty() {
        let learned = arrivals::remember(tx, &said).await?;
        look_at(tx, learned);
    }
    Ok(placed)
}

/// The words of a customer that are read: not what a machine wrote, nor what another application answers.
fn words(event: &InboundEvent) -> Option<&str> {
    let text = event.content.as_ref()?.text.as_deref()?;
    (event.kind == EventKind::Message && !event.is_quiet()).then_some(text)
}

pub(super) fn arrival_of<'a>(one: &Arrived<'a>, reading: Option<&'a Reading>) -> Arrival<'a> {
    let event = one.event;
    Arrival {
        account: one.account,
        kind: one.kind,
        thread: event.thread.as_deref(),
        subject: event.content.as_ref().and_then(|content| content.subject.as_deref()).unwrap_or(""),
        language: event.sender.locale.as_deref().and_then(language_of),
        number: event.sender.ids.iter().find(|id| id.scheme == "phone_e164").map(|id| id.value.as_str()),
        // What only people may have is routed when it has its place: a session that opens would go to the bot.
        quiet: event.is_quiet() || people_only(event),
        hint: event.detail.get("conversation").and_then(Value::as_str).and_then(|id| id.parse::<ConversationId>().ok()),
        reading,
    }
}

/// The files of a message that can be fetched: by an id, by an address, or out of the request itself.
fn sources(one: &Arrived<'_>) -> Vec<Source> {
    let inside = matches!(one.kind, ChannelKind::Email | ChannelKind::WebChat);
    let files = one.event.content.iter().flat_map(|content| &content.attachments).take(MOST_FILES).zip(0_u16..);
    files
        .filter(|(file, _)| is_file(&file.kind) && (inside || file.media_id.is_some() || file.url.is_some()))
        .map(|(file, position)| Source {
            told: file.clone(),
            raw: one.raw,
            external_id: one.event.external_id.clone(),
            position,
        })
        .collect()
}

fn item_of<'a>(one: &Placed<'a>) -> NewItem<'a> {
    let (event, party) = (one.arrived.event, one.at.party.party);
    let content = event.content.clone().unwrap_or_default();
    let mut body = json!({
        "type": if event.kind == EventKind::Unsupported { "unsupported" } else { content.message_type.as_str() },
        "html": content.html, "subject": content.subject, "attachments": content.attachments,
        "choice": content.choice, "location": content.location, "contacts": content.contacts,
        "form": content.form, "order": content.order, "extra": content.extra, "reply_to": event.reply_to,
        "forwarded": event.forwarded, "album": event.album, "referral": event.referral, "echo": event.is_echo(),
        "standby": event.standby,
    });
    if !event.detail.is_null() {
        body["detail"] = event.detail.clone();
    }
    strip_nulls(&mut body);
    NewItem {
        conversation: one.at.conversation.id,
        session: Some(one.at.session.id),
        party,
        kind: ItemKind::Message,
        actor: if event.is_echo() { Actor::System } else { Actor::Customer(party) },
        provider_at: Some(event.at),
        text: event.content.as_ref().and_then(|content| content.text.as_deref()),
        body,
        activity: !event.is_automatic(),
        external: event.external_id.as_deref().map(|name| (one.arrived.account, name)),
        understood: one.understood.clone(),
    }
}

/// Whether the customer asks for a person, in words or by a button that says so.
fn asks_for_person(event: &InboundEvent) -> bool {
    let Some(content) = &event.content else { return false };
    let button = content.choice.as_ref().map(|choice| choice.title.as_str());
    content.text.as_deref().into_iter().chain(button).any(wants_person)
}

/// Writes the message into the bot's ledger and starts its time to act.
async fn tell_bot(
    tx: &mut WriteTx,
    bot: BotId,
    one: &Placed<'_>,
    item: ItemId,
    patience: &mut HashMap<BotId, Option<i32>>,
) -> Result<(), StoreError> {
    let (event, session): (&InboundEvent, &Session) = (one.arrived.event, &one.at.session);
    let content = event.content.as_ref();
    let wrote = told::Wrote {
        item,
        kind: content.map(|c| c.message_type.as_str()),
        text: content.and_then(|c| c.text.as_deref()),
        choice: &json!(content.and_then(|c| c.choice.as_ref())),
        attachments: &json!(content.map(|c| &c.attachments)),
        wants_person: asks_for_person(event),
        channel: session.kind.code(),
        name: event.sender.name.as_deref(),
        locale: event.sender.locale.as_deref(),
    };
    bots::tell(tx, bot, session.id, "message.created", &wrote.data()).await?;
    let seconds = match patience.entry(bot) {
        Entry::Occupied(known) => *known.get(),
        Entry::Vacant(unknown) => *unknown.insert(bots::find(tx, bot).await?.map(|bot| bot.silence_seconds)),
    };
    if let Some(seconds) = seconds {
        tx.job_in(&Job::BotSilence { session: session.id }, session.id.0, f64::from(seconds));
    }
    Ok(())
}
