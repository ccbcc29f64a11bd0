//! From what changed to what is told. A change names rows, and the rows say what became of them: every event that they
//! imply is made, each under a key of its own, and the ledger keeps the first of a key. So an event is told once, however
//! often its row is named, and none is missed when two changes are seen as one.

use super::EventKind;
use crate::{
    ids::{ConversationId, CustomerId, HandoffId, ItemId, LinkId, OfferId, SessionId, WorkItemId},
    live::Change,
    time::Instant,
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A conversation, as it is told.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Id.
    pub id: ConversationId,
    /// For people.
    pub number: i64,
    /// Whose it is.
    pub customer: CustomerId,
    /// open, snoozed, resolved.
    pub lifecycle: String,
    /// Subject.
    pub subject: String,
    /// Since when.
    pub created_at: Instant,
    /// When it was resolved.
    pub resolved_at: Option<Instant>,
}

/// An item of a timeline, as it is told.
#[derive(Debug, Clone)]
pub struct Item {
    /// Id.
    pub id: ItemId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its session.
    pub session: Option<SessionId>,
    /// The channel of the session.
    pub channel: Option<String>,
    /// message, handoff, or another kind that nobody is told of.
    pub kind: String,
    /// customer, agent, bot, `api_key`, system.
    pub actor_kind: String,
    /// The actor's id as clients know it.
    pub actor: Option<String>,
    /// Place in the conversation.
    pub seq: i64,
    /// When.
    pub placed_at: Instant,
    /// What was written.
    pub text: Option<String>,
    /// text, image, ..
    pub form: Option<String>,
    /// How its send stands, and since when.
    pub delivery: Option<(String, Instant)>,
    /// Why its send failed, as a code.
    pub error: Option<String>,
}

/// A hand-off, as it is told.
#[derive(Debug, Clone)]
pub struct Handoff {
    /// Id.
    pub id: HandoffId,
    /// Its item.
    pub item: ItemId,
    /// Its session.
    pub session: SessionId,
    /// The bot, as clients know it.
    pub bot: Option<String>,
    /// Why, as a code.
    pub reason: String,
    /// When.
    pub created_at: Instant,
}

/// An offer, as it is told.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Id.
    pub id: OfferId,
    /// The work.
    pub work: WorkItemId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The agent, as clients know it.
    pub agent: String,
    /// pending, accepted, declined, expired, rescinded.
    pub state: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// A work item, as it is told.
#[derive(Debug, Clone)]
pub struct Work {
    /// Id.
    pub id: WorkItemId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its queue, as clients know it.
    pub queue: String,
    /// Who has it, as clients know it.
    pub agent: Option<String>,
    /// queued, offered, active, ..
    pub state: String,
    /// What came of it.
    pub outcome: Option<String>,
    /// When it was taken.
    pub accepted_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
}

/// A merge, as it is told.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The act.
    pub act: LinkId,
    /// The customer that goes on.
    pub into: CustomerId,
    /// The customer that was emptied.
    pub from: Option<CustomerId>,
    /// When.
    pub at: Instant,
}

/// The rows that changes name.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Conversations.
    pub conversations: HashMap<Uuid, Conversation>,
    /// Items.
    pub items: HashMap<Uuid, Item>,
    /// Hand-offs by their item.
    pub handoffs: HashMap<Uuid, Handoff>,
    /// Offers.
    pub offers: HashMap<Uuid, Offer>,
    /// Work.
    pub works: HashMap<Uuid, Work>,
    /// Merges into a customer.
    pub merges: Vec<Merge>,
}

/// An event to tell, if none of its key was told before.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Kind, as it is told.
    pub kind: &'static str,
    /// What it is about, once.
    pub key: String,
    /// Its conversation.
    pub conversation: Option<ConversationId>,
    /// What must stay in order.
    pub order: Uuid,
    /// When it happened.
    pub at: Instant,
    /// What is told.
    pub data: Value,
}

struct Telling<'a> {
    facts: &'a Facts,
    since: Instant,
    known: HashSet<String>,
    told: Vec<NewEvent>,
}

impl Telling<'_> {
    fn tell(&mut self, kind: EventKind, key: String, of: Option<ConversationId>, at: Instant, data: Value) {
        if at >= self.since && self.known.insert(key.clone()) {
            let order = of.map_or_else(Uuid::nil, |conversation| conversation.0);
            self.told.push(NewEvent { kind: kind.code(), key, conversation: of, order, at, data });
        }
    }

    fn opened(&mut self, id: ConversationId) {
        let Some(one) = self.facts.conversations.get(&id.0) else { return };
        self.tell(EventKind::ConversationOpened, format!("{id}:opened"), Some(id), one.created_at, conversation(one));
    }

    fn closed(&mut self, id: ConversationId) {
        let Some(one) = self.facts.conversations.get(&id.0) else { return };
        if let Some(at) = one.resolved_at {
            let key = format!("{id}:closed:{}", at.timestamp_micros());
            self.tell(EventKind::ConversationClosed, key, Some(id), at, conversation(one));
        }
    }

    fn item(&mut self, id: ItemId) {
        let Some(item) = self.facts.items.get(&id.0) else { return };
        let of = Some(item.conversation);
        if item.kind == "message" {
            let kind = if item.actor_kind == "customer" { EventKind::MessageReceived } else { EventKind::MessageSent };
            self.tell(kind, id.to_string(), of, item.placed_at, json!({ "message": message(item) }));
            if let Some((state, at)) =
                item.delivery.as_ref().filter(|(state, _)| !matches!(state.as_str(), "queued" | "sending"))
            {
                let data = json!({ "message": { "id": id.to_string(), "status": state, "error": item.error } });
                self.tell(EventKind::MessageStatus, format!("{id}:{state}"), of, *at, data);
            }
        } else if item.kind == "state" && item.form.as_deref() == Some("reopened") {
            let Some(one) = self.facts.conversations.get(&item.conversation.0) else { return };
            let key = format!("{id}:reopened");
            self.tell(EventKind::ConversationReopened, key, of, item.placed_at, conversation(one));
        } else if let Some(handoff) = self.facts.handoffs.get(&id.0) {
            let data = json!({ "handoff": {
                "id": handoff.id.to_string(), "session": handoff.session.to_string(), "bot": handoff.bot,
                "reason": handoff.reason,
            } });
            self.tell(EventKind::HandoffCreated, handoff.id.to_string(), of, handoff.created_at, data);
        }
    }

    fn offered(&mut self, id: OfferId, offer: &Offer) {
        let data = json!({ "work": offer.work.to_string(), "offer": id.to_string(), "agent": offer.agent });
        self.tell(EventKind::WorkOffered, format!("{id}:offered"), Some(offer.conversation), offer.created_at, data);
    }

    fn offer(&mut self, id: OfferId) {
        let Some(offer) = self.facts.offers.get(&id.0) else { return };
        self.offered(id, offer);
        let taken = self.facts.works.get(&offer.work.0).and_then(|work| work.accepted_at);
        if let Some(at) = taken.filter(|_| offer.state == "accepted") {
            self.accepted(offer.work, at, Some(&offer.agent));
        }
    }

    fn accepted(&mut self, id: WorkItemId, at: Instant, agent: Option<&str>) {
        let Some(work) = self.facts.works.get(&id.0) else { return };
        let data = json!({ "work": id.to_string(), "queue": work.queue, "agent": agent });
        let key = format!("{id}:accepted:{}", at.timestamp_micros());
        self.tell(EventKind::WorkAccepted, key, Some(work.conversation), at, data);
    }

    /// The row may be ahead of its changes: what led to its state is told first.
    fn work(&mut self, id: WorkItemId) {
        let Some(work) = self.facts.works.get(&id.0) else { return };
        let of_work = |(offer, of): (&Uuid, _)| (OfferId(*offer), of);
        let mut offers: Vec<(OfferId, &Offer)> =
            self.facts.offers.iter().filter(|(_, offer)| offer.work == id).map(of_work).collect();
        offers.sort_unstable_by_key(|(offer, of)| (of.created_at, *offer));
        for (offer, of) in &offers {
            self.offered(*offer, of);
        }
        if let Some(at) = work.accepted_at {
            let taker =
                offers.iter().rev().find(|(_, offer)| offer.state == "accepted").map(|(_, of)| of.agent.as_str());
            self.accepted(id, at, work.agent.as_deref().filter(|_| work.state == "active").or(taker));
        }
        if let Some(at) = work.ended_at {
            let data =
                json!({ "work": id.to_string(), "queue": work.queue, "state": work.state, "outcome": work.outcome });
            self.tell(EventKind::WorkEnded, format!("{id}:ended"), Some(work.conversation), at, data);
        }
    }

    fn conversation(&mut self, id: ConversationId) {
        self.opened(id);
        let mut works: Vec<WorkItemId> =
            self.facts.works.values().filter(|work| work.conversation == id).map(|work| work.id).collect();
        works.sort_unstable();
        for work in works {
            self.work(work);
        }
        self.closed(id);
    }

    fn merges(&mut self, into: CustomerId) {
        for merge in self.facts.merges.iter().filter(|merge| merge.into == into) {
            let data = json!({ "customer": into.to_string(), "from": merge.from.map(|from| from.to_string()) });
            if merge.at >= self.since && self.known.insert(merge.act.to_string()) {
                self.told.push(NewEvent {
                    kind: EventKind::CustomerMerged.code(),
                    key: merge.act.to_string(),
                    conversation: None,
                    order: into.0,
                    at: merge.at,
                    data,
                });
            }
        }
    }
}

fn conversation(one: &Conversation) -> Value {
    json!({ "conversation": {
        "id": one.id.to_string(), "number": one.number, "customer": one.customer.to_string(),
        "lifecycle": one.lifecycle, "subject": one.subject,
    } })
}

fn message(item: &Item) -> Value {
    json!({
        "id": item.id.to_string(), "seq": item.seq, "from": item.actor_kind, "actor": item.actor,
        "session": item.session.map(|session| session.to_string()), "channel": item.channel,
        "type": item.form.as_deref().unwrap_or("text"), "text": item.text,
    })
}

/// The events that changes imply, in the order of the changes. What happened before `since` is nobody's business.
pub fn events(changes: &[Change], facts: &Facts, since: Instant) -> Vec<NewEvent> {
    let mut telling = Telling { facts, since, known: HashSet::new(), told: Vec::new() };
    for change in changes {
        match *change {
            Change::Item { conversation, item } => {
                telling.opened(conversation);
                telling.item(item);
            }
            Change::Conversation { conversation } | Change::Reread { conversation } => {
                telling.conversation(conversation);
            }
            Change::Offer { offer } => telling.offer(offer),
            Change::Work { work, .. } => telling.work(work),
            Change::Customer { customer } => telling.merges(customer),
            Change::Agent { .. } | Change::Alert { .. } | Change::Revoked { .. } | Change::ReplyDraft { .. } => {}
        }
    }
    telling.told
}

/// The data of an event without what people wrote.
pub fn without_content(mut data: Value) -> Value {
    if let Some(message) = data.get_mut("message").and_then(Value::as_object_mut) {
        message.remove("text");
    }
    if let Some(conversation) = data.get_mut("conversation").and_then(Value::as_object_mut) {
        conversation.remove("subject");
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::QueueId;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn at(second: u32) -> Instant {
        format!("2026-05-04T10:00:{second:02}Z").parse().unwrap()
    }

    fn facts() -> Facts {
        let conversation = Conversation {
            id: id(1).into(),
            number: 7,
            customer: id(9).into(),
            lifecycle: "resolved".into(),
            subject: "a subject".into(),
            created_at: at(1),
            resolved_at: Some(at(30)),
        };
        let item = |n: u128, actor: &str, delivery: Option<(&str, u32)>| Item {
            id: id(n).into(),
            conversation: id(1).into(),
            session: None,
            channel: Some("whatsapp".into()),
            kind: "message".into(),
            actor_kind: actor.into(),
            actor: None,
            seq: 1,
            placed_at: at(2),
            text: Some("hello".into()),
            form: None,
            delivery: delivery.map(|(state, second)| (state.to_owned(), at(second))),
            error: None,
        };
        let work = Work {
            id: id(4).into(),
            conversation: id(1).into(),
            queue: "que".into(),
            agent: None,
            state: "done".into(),
            outcome: Some("answered".into()),
            accepted_at: Some(at(5)),
            ended_at: Some(at(31)),
        };
        let offer = Offer {
            id: id(5).into(),
            work: id(4).into(),
            conversation: id(1).into(),
            agent: "agt".into(),
            state: "accepted".into(),
            created_at: at(4),
            ended_at: Some(at(5)),
        };
        let merge = Merge { act: id(6).into(), into: id(9).into(), from: Some(id(10).into()), at: at(40) };
        Facts {
            conversations: HashMap::from([(id(1), conversation)]),
            items: HashMap::from([(id(2), item(2, "customer", None)), (id(3), item(3, "agent", Some(("read", 20))))]),
            handoffs: HashMap::new(),
            offers: HashMap::from([(id(5), offer)]),
            works: HashMap::from([(id(4), work)]),
            merges: vec![merge],
        }
    }

    fn changes() -> Vec<Change> {
        let conversation = ConversationId(id(1));
        vec![
            Change::Item { conversation, item: id(2).into() },
            Change::Offer { offer: id(5).into() },
            Change::Item { conversation, item: id(3).into() },
            Change::Item { conversation, item: id(3).into() },
            Change::Conversation { conversation },
            Change::Work { work: id(4).into(), queue: QueueId(id(8)) },
            Change::Customer { customer: id(9).into() },
        ]
    }

    #[test]
    fn rows_tell_all_that_happened_once_and_in_order() {
        let told = events(&changes(), &facts(), at(0));
        let kinds: Vec<&str> = told.iter().map(|event| event.kind).collect();
        let wanted = [
            "conversation.opened",
            "message.received",
            "work.offered",
            "work.accepted",
            "message.sent",
            "message.status",
            "work.ended",
            "conversation.closed",
            "customer.merged",
        ];
        assert_eq!(kinds, wanted);
        assert!(told[..8].iter().all(|event| event.order == id(1)) && told[8].order == id(9));
        assert_eq!(told[3].data["agent"], "agt", "who took it, though the work is over");
        let keys: HashSet<&str> = told.iter().map(|event| event.key.as_str()).collect();
        assert_eq!(keys.len(), told.len());
    }

    #[test]
    fn rows_that_are_ahead_of_their_changes_tell_what_came_first_first() {
        let told = events(&changes()[4..5], &facts(), at(0));
        let kinds: Vec<&str> = told.iter().map(|event| event.kind).collect();
        let wanted = ["conversation.opened", "work.offered", "work.accepted", "work.ended", "conversation.closed"];
        assert_eq!(kinds, wanted);
        assert_eq!(told[2].data["agent"], "agt");
    }

    #[test]
    fn a_resolve_that_was_taken_back_is_told() {
        let mut facts = facts();
        let back = facts.items.get_mut(&id(3)).unwrap();
        (back.kind, back.form, back.delivery) = ("state".into(), Some("reopened".into()), None);
        let change = Change::Item { conversation: id(1).into(), item: id(3).into() };
        let told = events(&[change], &facts, at(2));
        assert_eq!((told.len(), told[0].kind), (1, "conversation.reopened"));
        assert_eq!(told[0].data["conversation"]["id"], ConversationId(id(1)).to_string());
    }

    #[test]
    fn what_was_before_is_not_told() {
        let kinds: Vec<&str> = events(&changes(), &facts(), at(10)).iter().map(|event| event.kind).collect();
        assert_eq!(kinds, ["message.status", "work.ended", "conversation.closed", "customer.merged"]);
    }

    #[test]
    fn content_can_be_left_out() {
        let told = events(&changes(), &facts(), at(0));
        let bare = without_content(told[1].data.clone());
        assert!(bare["message"]["text"].is_null() && bare["message"]["seq"] == 1, "{bare}");
        assert!(without_content(told[0].data.clone())["conversation"]["subject"].is_null());
    }
}
