//! The brief an agent reads when a bot hands over: short, structured, every statement tied to the items it rests on.
//! Built without any model.

mod chinese;
mod chinese_names;
mod chinese_text;
mod english;
mod english_text;
mod english_words;
mod injection;
mod promise;
mod slot;
mod summary;
mod tokens;
mod wording;
mod written;

pub(crate) use injection::{commits, steers};
pub(crate) use promise::{promises, sentences};
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
    /// How the customer feels, -1 to 1: as the bot says, else the unhappiest thing that was understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<f64>,
    /// The whole of it in at most 60 words, or 120 Chinese characters; it states nothing that was not said.
    pub summary: String,
    /// Values the agent must not ask for again.
    pub facts: Vec<Fact>,
    /// References that the customer was given: bookings, tickets, cases.
    pub references: Vec<Fact>,
    /// The last thing the customer was promised.
    pub promise: Option<Cited>,
    /// What the bot, or whoever had it before, tried or said last.
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
const FACTS: usize = 16;
/// Most references.
const REFERENCES: usize = 8;
/// Longest summary, in words; twice as many characters in Chinese.
const WORDS: usize = 60;

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

/// A line, or of a long one the first sentence that says as much as any other: mails have more around their problem than
/// fits a quote.
fn gist(turn: &Turn) -> Cited {
    if turn.text.chars().count() <= QUOTE {
        return cited(turn);
    }
    let all = promise::sentences(&turn.text);
    let most = all.iter().map(|sentence| weight(sentence)).max().unwrap_or(0);
    let found = all.into_iter().find(|sentence| weight(sentence) * 3 >= most * 2);
    Cited { text: quote(found.unwrap_or(&turn.text)), items: vec![turn.item] }
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

/// Whether a text asks something.
pub(crate) fn asks(text: &str) -> bool {
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

/// Items of the first lines that hold a value as words of its own.
fn said_in(turns: &[Turn], value: &str) -> Vec<ItemId> {
    turns.iter().filter(|turn| wording::holds(&turn.text, value)).map(|turn| turn.item).take(3).collect()
}

fn known(found: &[Fact], value: &str) -> bool {
    let value = value.to_lowercase();
    found.iter().any(|fact| fact.value.to_lowercase().contains(&value))
}

/// What the customer gave, and the references it was given: what the bot names comes first, then what was recognised,
/// then what stands out by its form.
fn facts(turns: &[Turn], slots: &[Slot], request: &HandoffRequest) -> (Vec<Fact>, Vec<Fact>) {
    let (mut found, mut references): (Vec<Fact>, Vec<Fact>) = (Vec::new(), Vec::new());
    for (name, value) in &request.slots {
        if let Some(value) = plain(value) {
            found.push(Fact { name: name.clone(), items: said_in(turns, &value), value });
        }
    }
    for slot in slots {
        let Some(turn) = turns.get(slot.turn) else { continue };
        let given = slot.speaker != Speaker::Customer;
        let list = if given { &mut references } else { &mut found };
        if (given && slot.kind != Kind::Reference) || known(list, &slot.value) {
            continue;
        }
        let name = if slot.subject.is_empty() || slot.kind.name() == slot.subject {
            slot.kind.name().to_owned()
        } else {
            format!("{} {}", slot.subject, slot.kind.name())
        };
        list.push(Fact { name, value: slot.value.clone(), items: vec![turn.item] });
    }
    for turn in turns.iter().filter(|turn| turn.speaker == Speaker::Customer) {
        for (name, value) in values(&turn.text) {
            if !known(&found, &value) {
                found.push(Fact { name: name.to_owned(), items: said_in(turns, &value), value });
            }
        }
    }
    found.truncate(FACTS);
    references.truncate(REFERENCES);
    (found, references)
}

/// Builds the brief from the dialogue and what the bot sent along.
pub fn brief(turns: &[Turn], request: &HandoffRequest) -> Brief {
    let customer: Vec<&Turn> = turns.iter().filter(|turn| turn.speaker == Speaker::Customer).collect();
    // The first line that says as much as any other: people state their problem once, early.
    let most = customer.iter().map(|turn| weight(&turn.text)).max().unwrap_or(0);
    let problem = customer.iter().find(|turn| weight(&turn.text) * 3 >= most * 2 && most > 0).map(|turn| gist(turn));
    let open_question = customer.iter().rev().take(3).find(|turn| asks(&turn.text)).map(|turn| cited(turn));
    let tried = turns.iter().rev().find(|turn| turn.speaker != Speaker::Customer).map(cited);
    let promise = promise::last(turns);
    let reason = match (request.reason.text.trim(), request.reason.code.trim()) {
        ("", "") => "not stated".to_owned(),
        ("", code) => code.replace('_', " "),
        (text, _) => quote(text),
    };
    let next_step = match (request.reason.code.as_str(), &open_question) {
        ("bot_unresponsive" | "bot_failed" | "failure", _) => "Apologise for the wait and take up the request.",
        (_, Some(_)) => "Answer the open question.",
        _ if promise.is_some() => "Say how far the promise below is kept.",
        ("vip", None) => "Greet by name and confirm the request.",
        _ => "Confirm the request and the facts below, then act.",
    };
    let said: Vec<Said<'_>> = turns.iter().map(|turn| Said { speaker: turn.speaker, text: &turn.text }).collect();
    let told = summarise(&said, Limit::Words(WORDS));
    let (facts, references) = facts(turns, &told.slots, request);
    Brief {
        problem,
        intent: request.intent.as_ref().map(|intent| intent.name.clone()).filter(|name| !name.is_empty()),
        reason,
        language: request.language.clone(),
        sentiment: request.sentiment,
        summary: told.text,
        facts,
        references,
        promise,
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
        assert_eq!((order.name.as_str(), order.items.as_slice()), ("order number", &[turns[2].item][..]));
        assert!(brief.facts.iter().any(|fact| fact.name == "product" && fact.items.is_empty()));
        assert_eq!(brief.reason, "requested");
    }

    #[test]
    fn what_was_given_and_promised_stands_apart_from_what_the_customer_said() {
        let turns = [
            turn(1, Speaker::Customer, "I was charged twice, invoice INV-20931, 2 times 19.99"),
            turn(
                2,
                Speaker::Bot,
                "Your case number is CASE88231. I will ask billing to refund it within 24 hours. Anything else?",
            ),
            turn(3, Speaker::Customer, "no"),
        ];
        let mut request = HandoffRequest { sentiment: Some(-0.4), ..HandoffRequest::default() };
        request.slots.insert("times".into(), Value::from(2));
        let brief = brief(&turns, &request);
        let reference = &brief.references[0];
        assert_eq!((reference.value.as_str(), &reference.items), ("CASE88231", &vec![turns[1].item]), "{brief:?}");
        assert!(!brief.facts.iter().any(|fact| fact.value == "CASE88231"), "{brief:?}");
        let promise = brief.promise.unwrap();
        assert_eq!(
            (promise.text.as_str(), promise.items),
            ("I will ask billing to refund it within 24 hours.", vec![turns[1].item])
        );
        assert_eq!(brief.sentiment, Some(-0.4));
        assert_eq!(brief.next_step, "Say how far the promise below is kept.");
        let times = brief.facts.iter().find(|fact| fact.name == "times").unwrap();
        assert_eq!(times.items, [turns[0].item], "2 stands alone there, and not in 20931 or 24");
    }

    #[test]
    fn the_summary_keeps_its_length_in_both_scripts() {
        let english = "I bought a kettle that leaks and nobody answers my mails about it at all. ".repeat(9);
        let chinese = "我买的水壶漏水了，没有人回答我的邮件，我非常不满意。".repeat(20);
        let said =
            brief(&[turn(1, Speaker::Customer, &english), turn(2, Speaker::Bot, &english)], &HandoffRequest::default());
        assert!(!said.summary.is_empty() && said.summary.split_whitespace().count() <= 60, "{}", said.summary);
        let said =
            brief(&[turn(1, Speaker::Customer, &chinese), turn(2, Speaker::Bot, &chinese)], &HandoffRequest::default());
        assert!(!said.summary.is_empty() && said.summary.chars().count() <= 120, "{}", said.summary);
    }

    #[test]
    fn of_a_long_line_the_sentence_that_says_most_is_quoted() {
        let mail = "Dear all, I hope you are well. I was charged twice for invoice INV-20931, which I paid on 3 May \
                    by card. Please see the attached pictures of my statement, they show it. Kind regards, Ida";
        let said = brief(&[turn(1, Speaker::Customer, mail)], &HandoffRequest::default());
        let wanted = "I was charged twice for invoice INV-20931, which I paid on 3 May by card.";
        assert_eq!(said.problem.unwrap().text, wanted);
    }

    #[test]
    fn an_empty_dialogue_gives_an_empty_brief_and_long_lines_are_cut() {
        assert_eq!(brief(&[], &HandoffRequest::default()).problem, None);
        let long = turn(1, Speaker::Customer, &"很长".repeat(400));
        assert_eq!(brief(&[long], &HandoffRequest::default()).problem.unwrap().text.chars().count(), QUOTE);
    }
}
