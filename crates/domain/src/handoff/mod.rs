//! The brief an agent reads when a bot hands over: short, structured, every statement tied to the items it rests on.
//! Built without any model.

mod chinese;
mod chinese_names;
mod chinese_text;
mod english;
mod english_text;
mod english_words;
mod injection;
mod slot;
mod summary;
mod tokens;
mod written;

pub use slot::{Kind, Said, Slot};
pub use summary::{Limit, Summary, summarise};
pub use written::{Question, Useless, borne_out_by, checked, question};

use crate::{bot::HandoffRequest, ids::ItemId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who said a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// The bot.
    Bot,
    /// A person of the tenant.
    Agent,
}

/// One line of the dialogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The item it is.
    pub item: ItemId,
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
}

/// A statement with the items that bear it out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// The statement, in the customer's or the bot's own words.
    pub text: String,
    /// Items it rests on; empty only for what the bot stated without saying where from.
    pub items: Vec<ItemId>,
}

/// A named value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Name as the bot gave it, or the kind of value found.
    pub name: String,
    /// The value.
    pub value: String,
    /// Where it was said.
    pub items: Vec<ItemId>,
}

/// The brief.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// What the customer wants.
    pub problem: Option<Cited>,
    /// The intent, if the bot named one.
    pub intent: Option<String>,
    /// Why the bot handed over.
    pub reason: String,
    /// Language of the customer, BCP 47.
    pub language: Option<String>,
    /// Values the agent must not ask for again.
    pub facts: Vec<Fact>,
    /// What the bot tried or said last.
    pub tried: Option<Cited>,
    /// The customer's last open question.
    pub open_question: Option<Cited>,
    /// The bot's own summary, shown beside ours.
    pub bot_summary: Option<String>,
    /// The sensible next step.
    pub next_step: String,
    /// What a language model wrote and the cited items bear out; empty without one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub written: Vec<Cited>,
    /// Why the configured model added nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_fault: Option<String>,
}

/// Longest quote, in characters.
const QUOTE: usize = 160;
/// Most facts.
const FACTS: usize = 12;

fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= QUOTE {
        return line;
    }
    let cut: String = line.chars().take(QUOTE - 1).collect();
    format!("{}…", cut.trim_end())
}

fn cited(turn: &Turn) -> Cited {
    Cited { text: quote(&turn.text), items: vec![turn.item] }
}

/// How much a line says about a need: its length in characters up to a sentence, less for greetings and short answers.
fn weight(text: &str) -> usize {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let lower = text.trim().to_lowercase();
    let greeting = ["hi", "hello", "hey", "hallo", "good morning", "你好", "您好", "在吗"]
        .iter()
        .any(|word| lower.trim_end_matches(['!', '.', '！', '。', ',', '，']) == *word);
    if greeting { 0 } else { letters.min(QUOTE) }
}

fn asks(text: &str) -> bool {
    text.contains(['?', '？']) || text.trim_end().ends_with(['吗', '呢'])
}

/// Values that stand out by their form: order numbers, amounts, dates, mail addresses.
fn values(text: &str) -> Vec<(&'static str, String)> {
    let trim = |c: char| matches!(c, ',' | '.' | ';' | ':' | '!' | '?' | '(' | ')' | '"' | '\'' | '，' | '。' | '？');
    let mut found = Vec::new();
    for word in text.split_whitespace() {
        let word = word.trim_matches(trim);
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let letters = word.chars().filter(char::is_ascii_alphabetic).count();
        if word.contains('@') && word.contains('.') && letters > 3 {
            found.push(("email", word.to_owned()));
        } else if word.starts_with(['$', '€', '£', '¥', '￥']) && digits > 0 {
            found.push(("amount", word.to_owned()));
        } else if digits >= 4 && digits + letters + word.matches(['-', '/', '#', ':']).count() == word.chars().count() {
            let kind =
                if word.matches(['-', '/']).count() == 2 && letters == 0 && digits <= 8 { "date" } else { "number" };
            found.push((kind, word.to_owned()));
        }
    }
    found
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(quote(text)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        other => Some(quote(&other.to_string())),
    }
}

fn facts(turns: &[Turn], request: &HandoffRequest) -> Vec<Fact> {
    let said_in = |value: &str| -> Vec<ItemId> {
        let needle = value.to_lowercase();
        turns.iter().filter(|turn| turn.text.to_lowercase().contains(&needle)).map(|turn| turn.item).take(3).collect()
    };
    let mut found: Vec<Fact> = Vec::new();
    for (name, value) in &request.slots {
        if let Some(value) = plain(value) {
            found.push(Fact { name: name.clone(), items: said_in(&value), value });
        }
    }
    for turn in turns.iter().filter(|turn| turn.speaker == Speaker::Customer) {
        for (name, value) in values(&turn.text) {
            if !found.iter().any(|fact| fact.value.contains(&value)) {
                found.push(Fact { name: name.to_owned(), items: said_in(&value), value });
            }
        }
    }
    found.truncate(FACTS);
    found
}

/// Builds the brief from the dialogue and what the bot sent along.
pub fn brief(turns: &[Turn], request: &HandoffRequest) -> Brief {
    let customer: Vec<&Turn> = turns.iter().filter(|turn| turn.speaker == Speaker::Customer).collect();
    // The first line that says as much as any other: people state their problem once, early.
    let most = customer.iter().map(|turn| weight(&turn.text)).max().unwrap_or(0);
    let problem = customer.iter().find(|turn| weight(&turn.text) * 3 >= most * 2 && most > 0).map(|turn| cited(turn));
    let open_question = customer.iter().rev().take(3).find(|turn| asks(&turn.text)).map(|turn| cited(turn));
    let tried = turns.iter().rev().find(|turn| turn.speaker == Speaker::Bot).map(cited);
    let reason = match (request.reason.text.trim(), request.reason.code.trim()) {
        ("", "") => "not stated".to_owned(),
        ("", code) => code.replace('_', " "),
        (text, _) => quote(text),
    };
    let next_step = match (request.reason.code.as_str(), &open_question) {
        ("bot_unresponsive" | "failure", _) => "Apologise for the wait and take up the request.",
        (_, Some(_)) => "Answer the open question.",
        ("vip", None) => "Greet by name and confirm the request.",
        _ => "Confirm the request and the facts below, then act.",
    };
    Brief {
        problem,
        intent: request.intent.as_ref().map(|intent| intent.name.clone()).filter(|name| !name.is_empty()),
        reason,
        language: request.language.clone(),
        facts: facts(turns, request),
        tried,
        open_question,
        bot_summary: request.summary.as_deref().map(quote).filter(|text| !text.is_empty()),
        next_step: next_step.to_owned(),
        written: Vec::new(),
        model_fault: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn turn(n: u128, speaker: Speaker, text: &str) -> Turn {
        Turn { item: ItemId(Uuid::from_u128(n)), speaker, text: text.into() }
    }

    #[test]
    fn the_brief_names_problem_facts_and_question_and_cites_each() {
        let turns = [
            turn(1, Speaker::Customer, "Hello!"),
            turn(2, Speaker::Bot, "How can I help?"),
            turn(3, Speaker::Customer, "My order 48213 arrived broken and I want my money back"),
            turn(4, Speaker::Bot, "I can send a replacement."),
            turn(5, Speaker::Customer, "no. can a person call me?"),
        ];
        let mut request = HandoffRequest::default();
        request.reason.code = "requested".into();
        request.slots.insert("product".into(), Value::from("kettle"));
        let brief = brief(&turns, &request);
        assert_eq!(brief.problem.unwrap().items, [turns[2].item]);
        assert_eq!(brief.open_question.unwrap().items, [turns[4].item]);
        assert_eq!(brief.tried.unwrap().items, [turns[3].item]);
        let order = brief.facts.iter().find(|fact| fact.value == "48213").unwrap();
        assert_eq!((order.name.as_str(), order.items.as_slice()), ("number", &[turns[2].item][..]));
        assert!(brief.facts.iter().any(|fact| fact.name == "product" && fact.items.is_empty()));
        assert_eq!(brief.reason, "requested");
    }

    #[test]
    fn an_empty_dialogue_gives_an_empty_brief_and_long_lines_are_cut() {
        assert_eq!(brief(&[], &HandoffRequest::default()).problem, None);
        let long = turn(1, Speaker::Customer, &"很长".repeat(400));
        assert_eq!(brief(&[long], &HandoffRequest::default()).problem.unwrap().text.chars().count(), QUOTE);
    }
}
