//! What of an answer counts: its words, within bounds, and its calls of tools.

use super::Article;
use serde_json::{Value, json};

/// Longest text a customer is sent, in characters.
const TEXT: usize = 2_000;
/// Most calls of tools in one answer.
const CALLS: usize = 8;
/// Longest arguments of a call, in bytes.
const ARGUMENTS: usize = 4_000;
/// Longest id of a call, in characters.
const ID: usize = 100;

/// Why an answer is of no use: people take over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not the format.
    #[error("the endpoint's answer has no message")]
    Format,
    /// The model, or a filter of the endpoint, declined.
    #[error("the model refused to answer")]
    Refused,
    /// It ended in the middle.
    #[error("the model's answer was cut off")]
    CutOff,
    /// Nothing in it.
    #[error("the model's answer is empty")]
    Empty,
    /// Too much in it.
    #[error("the model's answer has more than 2,000 characters")]
    TooLong,
    /// Too many calls.
    #[error("the model called more than 8 tools at once")]
    TooManyCalls,
    /// An address of its own.
    #[error("the model's answer names an address that neither the articles nor the instructions hold")]
    Address,
    /// No end.
    #[error("the model came to no answer in 4 rounds")]
    Rounds,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub id: String,
    pub name: String,
    /// None when they are no JSON object, or too long.
    pub arguments: Option<Value>,
}

/// A reply.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub text: String,
    pub calls: Vec<Call>,
}

fn call(place: usize, raw: &Value) -> Call {
    let function = &raw["function"];
    let arguments = match &function["arguments"] {
        Value::String(text) if text.len() <= ARGUMENTS => serde_json::from_str(text).ok(),
        // Some servers write the object itself.
        object @ Value::Object(_) if object.to_string().len() <= ARGUMENTS => Some(object.clone()),
        _ => None,
    };
    let id = raw["id"].as_str().filter(|id| !id.is_empty() && id.chars().count() <= ID);
    Call {
        id: id.map_or_else(|| format!("call_{place}"), str::to_owned),
        name: function["name"].as_str().unwrap_or_default().chars().take(ID).collect(),
        arguments: arguments.filter(Value::is_object),
    }
}

/// Reads the first choice.
pub(super) fn read(body: &Value) -> Result<Reply, Fault> {
    let choice = &body["choices"][0];
    let message = choice["message"].as_object().ok_or(Fault::Format)?;
    let filtered = choice["finish_reason"] == "content_filter";
    if filtered || message.get("refusal").and_then(Value::as_str).is_some_and(|text| !text.is_empty()) {
        return Err(Fault::Refused);
    }
    if choice["finish_reason"] == "length" {
        return Err(Fault::CutOff);
    }
    let raw = message.get("tool_calls").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    if raw.len() > CALLS {
        return Err(Fault::TooManyCalls);
    }
    let text = match message.get("content") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(Fault::Format),
    };
    Ok(Reply { text, calls: raw.iter().enumerate().map(|(place, raw)| call(place, raw)).collect() })
}

/// The reply as the next question repeats it.
pub(super) fn echo(reply: &Reply) -> Value {
    let call = |call: &Call| {
        let arguments = call.arguments.as_ref().map_or_else(|| "{}".to_owned(), Value::to_string);
        json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments } })
    };
    let calls: Vec<Value> = reply.calls.iter().map(call).collect();
    json!({ "role": "assistant", "content": null, "tool_calls": calls })
}

/// The places of marks like `[K1]` or `[K1, K3]`; none when it is something else in brackets.
fn places(inside: &str) -> Option<Vec<usize>> {
    let parts = inside.split([',', ';', ' ', '，', '、']).map(str::trim).filter(|part| !part.is_empty());
    let place = |part: &str| part.strip_prefix(['K', 'k'])?.parse::<usize>().ok()?.checked_sub(1);
    parts.map(place).collect::<Option<Vec<_>>>().filter(|places| !places.is_empty())
}

/// A text without the marks of articles, and the places that they name, each once.
pub(super) fn without_marks(text: &str) -> (String, Vec<usize>) {
    let (mut kept, mut cited, mut rest) = (String::new(), Vec::new(), text);
    while let Some(open) = rest.find('[') {
        let after = &rest[open + 1..];
        let found = after.find(']').and_then(|close| Some((close, places(&after[..close])?)));
        if let Some((close, places)) = found {
            kept.push_str(rest[..open].trim_end_matches(' '));
            cited.extend(places.into_iter().filter(|place| !cited.contains(place)).collect::<Vec<_>>());
            rest = &after[close + 1..];
        } else {
            kept.push_str(&rest[..=open]);
            rest = after;
        }
    }
    kept.push_str(rest);
    let clean: String = kept.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    (clean.trim().to_owned(), cited)
}

/// Ends of host names that are read as an address without more; with a path behind it any end is.
const ENDS: &[&str] = &[
    "com", "net", "org", "io", "co", "cn", "hk", "tw", "jp", "de", "uk", "fr", "es", "it", "nl", "eu", "ru", "in",
    "br", "us", "ca", "au", "info", "biz", "app", "dev", "shop", "store", "xyz", "online", "site", "top", "link",
    "click", "ly", "example", "test",
];

/// Whether a word is an address to go to or to write to.
fn address(word: &str) -> bool {
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let (name, end) = host.rsplit_once('.').unwrap_or_default();
    let path = word.len() > host.len() && (2..=24).contains(&end.chars().count());
    let domain = name.chars().any(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && (ENDS.contains(&end) || path && end.chars().all(char::is_alphabetic));
    domain || word.contains("://") || word.contains('@') && word.contains('.')
}

/// The words of a text that may be addresses, in small letters.
fn words(text: &str) -> impl Iterator<Item = String> {
    let apart = |c: char| {
        // Scripts without spaces write on behind an address.
        c.is_whitespace() || "<>()[]{}\"'“”‘’«»|*，；！？（）".contains(c) || ('\u{3000}'..='\u{9fff}').contains(&c)
    };
    let bare = |word: &str| word.trim_matches(|c: char| ".,;:!?_`/".contains(c)).to_lowercase();
    text.split(apart).map(bare).filter(|word| !word.is_empty())
}

/// One spelling of an address.
fn place(word: &str) -> &str {
    let word = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://")).unwrap_or(word);
    word.strip_prefix("www.").unwrap_or(word)
}

/// Whether a customer may be sent a text: something in it, not too much, and no address but those of the company's own
/// texts.
pub(super) fn check(text: &str, instructions: &str, shown: &[Article]) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    if text.chars().count() > TEXT {
        return Err(Fault::TooLong);
    }
    let own = std::iter::once(instructions).chain(shown.iter().flat_map(|one| [one.title.as_str(), one.body.as_str()]));
    if names_address_beside(text, own) { Err(Fault::Address) } else { Ok(()) }
}

/// Whether a text names a web or mail address that none of the others holds.
pub(crate) fn names_address_beside<'a>(text: &str, own: impl Iterator<Item = &'a str>) -> bool {
    let own: Vec<String> = own.flat_map(words).collect();
    let known = |word: &str| own.iter().any(|one| place(one) == place(word));
    words(text).any(|word| address(&word) && !known(&word))
}

/// Tokens of question and answer, as the endpoint counted them.
pub fn usage(body: &Value) -> (Option<u32>, Option<u32>) {
    let tokens = |name: &str| body["usage"][name].as_u64().and_then(|count| u32::try_from(count).ok());
    (tokens("prompt_tokens"), tokens("completion_tokens"))
}
