//! What a message changes in what is kept of its customer's words, and who is alarmed by it.

use super::minds::Mind;
use meridian_domain::{
    jobs::Job,
    red::{Facts, Rule, news, verdict},
    understanding::message::{Heard, Reading, Understood},
};
use meridian_store::{
    StoreError, WriteTx,
    alerts::{self, NewAlert},
    conversations::{Conversation, Session},
    customers, routing, sessions,
};
use std::{panic::catch_unwind, time::Duration};

/// How messages of customers were read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Read {
    /// How many had something to read.
    pub messages: usize,
    /// How many could not be read, or not with the intent model in force: they are in the timeline with what is known.
    pub faults: usize,
    /// How long it took.
    pub took: Duration,
}

/// Reads the messages of a batch, and counts.
pub(crate) struct Ears {
    mind: Mind,
    pub read: Read,
}

impl Ears {
    pub fn new(mind: Mind) -> Self {
        Self { mind, read: Read::default() }
    }

    /// The rules that listen; empty when none does.
    pub fn rules(&self) -> &[Rule] {
        &self.mind.rules
    }

    /// Reads texts, in the order given.
    pub async fn read(&mut self, texts: Vec<Option<&str>>) -> Vec<Option<Reading>> {
        let read = self.mind.read(texts).await;
        let messages = read.each.iter().flatten().count();
        self.read.messages += messages + read.faults;
        self.read.faults += read.faults + if self.mind.lacks_model { messages } else { 0 };
        self.read.took += read.took;
        read.each
    }

    /// Takes a message in: what is understood of it, and whether it is news to a rule that listens.
    pub fn listen(&self, heard: &mut Heard, reading: &Reading, likely: &[&str]) -> (Understood, bool) {
        let said = reading.understood(likely);
        let before = (!self.mind.rules.is_empty()).then(|| heard.clone());
        heard.hear(&said, reading.clear_language(likely));
        let is_news = before.is_some_and(|before| news(&self.mind.rules, &before, heard));
        (said, is_news)
    }
}

/// What is understood of a text that was edited: language and sentiment.
pub(crate) fn again(text: &str) -> Option<Understood> {
    Some(alone(text)?.understood(&[]))
}

/// What a text says by itself, without a model; a fault of the reader costs no message.
fn alone(text: &str) -> Option<Reading> {
    catch_unwind(|| Reading::of(text, None)).ok().flatten()
}

/// What is understood of a line that a bot's platform tells afterwards: language and sentiment.
pub(crate) fn retold(heard: &mut Heard, text: &str) -> Option<Understood> {
    let read = alone(text)?;
    let likely = heard.lang.clone();
    let likely: Vec<&str> = likely.as_deref().into_iter().collect();
    let said = read.understood(&likely);
    heard.hear(&said, read.clear_language(&likely));
    Some(said)
}

/// Follows rules that listened up: open work is judged anew by routing; where there is none yet (a bot talks), who looks
/// at the floor hears of it.
pub(crate) async fn alarm(
    tx: &mut WriteTx,
    rules: &[Rule],
    concerned: &[(&Session, &Conversation)],
) -> Result<(), StoreError> {
    let ids: Vec<_> = concerned.iter().map(|(session, _)| session.id).collect();
    let tenant = tx.scope().tenant();
    let working = sessions::open_work(tx, &ids).await?;
    for (_, work) in &working {
        tx.job(&Job::RouteWork { work: *work }, tenant.0);
    }
    for (session, conversation) in concerned {
        if working.iter().any(|(of, _)| *of == session.id) {
            continue;
        }
        let Some(known) = customers::find(tx, conversation.customer).await? else { continue };
        let facts = Facts {
            tags: known.tags,
            tier: known.tier,
            queue: conversation.queue,
            events: Vec::new(),
            heard: session.heard.clone(),
        };
        let now = routing::now(tx).await?;
        let Some(rule) = verdict(rules, &facts, now).filter(|rule| rule.then.alert && rule.when.listens()) else {
            continue;
        };
        let new = NewAlert {
            kind: "red_channel",
            severity: 3,
            conversation: Some(conversation.id),
            customer: Some(conversation.customer),
            queue: conversation.queue,
            agent: conversation.owner_agent.or(rule.then.manager),
            text: &rule.name,
            ..NewAlert::default()
        };
        alerts::raise(tx, &new).await?;
    }
    Ok(())
}

/// Loads what reading needs, which takes a moment: no message waits for it then.
pub fn warm() {
    for text in ["Where is the parcel I ordered?", "我的快递到哪里了", "Где посылка iPhone"] {
        again(text);
    }
}
