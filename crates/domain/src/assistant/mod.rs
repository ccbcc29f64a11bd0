//! A bot that Meridian runs itself over an endpoint that completes chats: what is asked, and what of an answer counts.
//!
//! The wire is `POST /chat/completions` with `tools`, as `OpenAI`'s API reference writes it. Whatever the model answers is a
//! claim: it may search what is published for bots and hand over to people, and all else comes to nothing.

mod answer;
mod ask;
mod tools;

pub(crate) use answer::names_address_beside;
pub use answer::{Fault, usage};
pub(crate) use ask::data;
pub use tools::{HandOver, Search};

use crate::{handoff::Turn, ids::KnowledgeArticleId, outbound::SendError, secret::Secret};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// Most calls of the endpoint for one message of the customer.
pub const ROUNDS: usize = 4;
/// Most seconds for one message, whatever time the bot has.
pub const LONGEST_SECONDS: f64 = 20.0;
/// Most articles one search shows.
pub const SHOWN: i32 = 4;
/// Most articles all searches for one message show.
const SOURCES: usize = 12;

/// A question to an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Base address of the API.
    pub url: &'a str,
    /// Its key; an empty one is not sent.
    pub key: &'a Secret,
    /// The body of `POST {url}/chat/completions`.
    pub body: &'a Value,
    /// The longest it may take.
    pub patience: Duration,
}

/// What an endpoint answered.
#[derive(Debug, Clone)]
pub struct Completed {
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// How long it took.
    pub took: Duration,
    /// The body of a good answer, or why there is none.
    pub answer: Result<Value, SendError>,
}

/// What an administrator set for the bot.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Name of the model.
    pub model: String,
    /// What the bot is to do, in the administrator's words.
    pub instructions: String,
    /// Names of the tenant's queues; those the instructions name may be handed over to.
    pub queues: Vec<String>,
}

/// An article that a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Its id.
    pub id: KnowledgeArticleId,
    /// BCP 47.
    pub language: String,
    /// The published revision.
    pub revision: i32,
    /// Title.
    pub title: String,
    /// The passage that fits best.
    pub excerpt: String,
    /// Text.
    pub body: String,
}

/// What an answer rests on, as it is kept with the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The article's id.
    pub article: String,
    /// BCP 47.
    pub language: String,
    /// The revision that was read.
    pub revision: i32,
    /// Title.
    pub title: String,
}

/// What became of a call of a tool: codes and counts, never content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolNote {
    /// The name the model called, cut to 64 characters.
    pub name: String,
    /// Done, or why not.
    pub outcome: String,
}

/// One call of the endpoint, as the ledger keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallNote {
    /// Milliseconds until its answer.
    pub duration_ms: u64,
    /// HTTP status, when there was one.
    pub status: Option<u16>,
    /// Tokens of the question, as the endpoint counted them.
    pub prompt_tokens: Option<u32>,
    /// Tokens of the answer, as the endpoint counted them.
    pub completion_tokens: Option<u32>,
    /// Why it was of no use.
    pub problem: Option<String>,
    /// The tools it called.
    pub tools: Vec<ToolNote>,
}

/// What the bot does in the end: says something, hands over, or both in this order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// What the customer reads.
    pub text: Option<String>,
    /// What it rests on.
    pub sources: Vec<Source>,
    /// The hand-off.
    pub hand_over: Option<HandOver>,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The searches are made, their articles given to [`Dialogue::found`], and the endpoint is asked again.
    Search(Vec<Search>),
    /// The bot has decided.
    Done(Decision),
}

/// The talk with the endpoint about one message of the customer.
#[derive(Debug)]
pub struct Dialogue<'a> {
    setup: &'a Setup,
    turns: &'a [Turn],
    messages: Vec<Value>,
    shown: Vec<Article>,
    notes: Vec<ToolNote>,
}

impl<'a> Dialogue<'a> {
    /// Begins with what was said, oldest first. `unseen` names the kind of the newest message when it has no text.
    pub fn open(setup: &'a Setup, turns: &'a [Turn], unseen: Option<&str>) -> Self {
        let messages = ask::opening(setup, turns, unseen);
        Self { setup, turns, messages, shown: Vec::new(), notes: Vec::new() }
    }

    /// The body of the next call.
    pub fn request(&self) -> Value {
        ask::request(self.setup, &self.messages)
    }

    /// What the tools of the last answer came to; empty after that.
    pub fn notes(&mut self) -> Vec<ToolNote> {
        std::mem::take(&mut self.notes)
    }

    /// Takes an answer of the endpoint.
    pub fn take(&mut self, body: &Value) -> Result<Step, Fault> {
        let reply = answer::read(body)?;
        if reply.calls.is_empty() {
            let (text, sources) = self.spoken(&reply.text)?;
            return Ok(Step::Done(Decision { text: Some(text), sources, hand_over: None }));
        }
        if let Some(call) = reply.calls.iter().find(|call| call.name == tools::HAND_OFF) {
            let (hand_over, outcome) = tools::hand_over(call, &self.allowed_queues(), self.turns);
            self.note(&call.name, outcome);
            // Words along with it are said first, if they may be said.
            let (text, sources) = self.spoken(&reply.text).map_or((None, Vec::new()), |(t, s)| (Some(t), s));
            return Ok(Step::Done(Decision { text, sources, hand_over: Some(hand_over) }));
        }
        self.messages.push(answer::echo(&reply));
        let mut searches = Vec::new();
        for call in &reply.calls {
            match tools::search(call) {
                Ok(search) => searches.push(search),
                Err(why) => {
                    self.note(&call.name, why.to_owned());
                    self.messages.push(tools::refusal(call, why));
                }
            }
        }
        Ok(Step::Search(searches))
    }

    /// Gives the model what a search found.
    pub fn found(&mut self, search: &Search, articles: Vec<Article>) {
        self.note(tools::SEARCH, format!("{} found", articles.len()));
        let mut listed = Vec::new();
        for article in articles {
            let known = self.shown.iter().position(|one| one.id == article.id && one.language == article.language);
            let place = match known {
                Some(place) => place,
                None if self.shown.len() < SOURCES => {
                    self.shown.push(article);
                    self.shown.len() - 1
                }
                None => continue,
            };
            listed.push(tools::listed(place, &self.shown[place]));
        }
        self.messages.push(tools::answered(search, &listed));
    }

    fn note(&mut self, name: &str, outcome: String) {
        let name = name.chars().filter(|c| !c.is_control()).take(64).collect();
        self.notes.push(ToolNote { name, outcome });
    }

    fn allowed_queues(&self) -> Vec<&str> {
        tools::named_queues(self.setup)
    }

    /// The words of a reply as the customer may read them, and what they rest on.
    fn spoken(&self, text: &str) -> Result<(String, Vec<Source>), Fault> {
        let (text, cited) = answer::without_marks(text);
        answer::check(&text, &self.setup.instructions, &self.shown)?;
        let source = |place: &usize| {
            let article = self.shown.get(*place)?;
            Some(Source {
                article: article.id.to_string(),
                language: article.language.clone(),
                revision: article.revision,
                title: article.title.clone(),
            })
        };
        Ok((text, cited.iter().filter_map(source).collect()))
    }
}

#[cfg(test)]
mod tests;
