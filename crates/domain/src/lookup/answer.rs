//! The answer of a tenant's own system: read strictly, so that a slip of its builder is told and not shown.

use crate::time::Instant;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most bytes of an answer.
pub const LARGEST: usize = 64 * 1024;
/// Most facts, and most activities.
const MANY: usize = 30;
/// Most tags.
const TAGS: usize = 10;

/// One thing that is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub value: String,
    /// Where more of it stands: an http(s) address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// One thing that happened, or will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When.
    pub at: Instant,
    /// What.
    pub title: String,
    /// More of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where more of it stands: an http(s) address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// An amount as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
}

/// What the system knows of a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is so.
    pub facts: Vec<Fact>,
    /// What happened, newest first.
    pub activities: Vec<Activity>,
    /// Tags there.
    pub tags: Vec<String>,
}

/// Why an answer is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Garbage {
    /// Too many bytes.
    #[error("the answer is larger than 64 KiB")]
    TooLarge,
    /// Not JSON.
    #[error("the answer is not JSON: {0}")]
    Json(String),
    /// A part breaks a rule: where it stands, and which rule.
    #[error("{0}: {1}")]
    Part(String, String),
}

type Read<T> = Result<T, Garbage>;

fn wrong<T>(place: &str, rule: impl Into<String>) -> Read<T> {
    let place = if place.is_empty() { "the answer" } else { place };
    Err(Garbage::Part(place.to_owned(), rule.into()))
}

/// Reads an answer; `None` when it says that nobody was found.
pub fn read(body: &[u8]) -> Read<Option<Answer>> {
    if body.len() > LARGEST {
        return Err(Garbage::TooLarge);
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| Garbage::Json(error.to_string()))?;
    let whole = object(&value, "", &["found", "name", "facts", "activities", "tags"])?;
    match whole.get("found") {
        None | Some(Value::Bool(true)) => {}
        Some(Value::Bool(false)) => return Ok(None),
        Some(_) => return wrong("found", "is true or false"),
    }
    let facts = list(whole, "facts", MANY, fact)?;
    let mut activities = list(whole, "activities", MANY, activity)?;
    activities.sort_by_key(|one| std::cmp::Reverse(one.at));
    let tags = list(whole, "tags", TAGS, |value, place| text(Some(value), place, 40))?;
    let name = optional(whole, "", "name", 200)?;
    Ok(Some(Answer { name, facts, activities, tags }))
}

fn object<'a>(value: &'a Value, place: &str, known: &[&str]) -> Read<&'a Map<String, Value>> {
    let Value::Object(fields) = value else { return wrong(place, "is an object") };
    match fields.keys().find(|key| !known.contains(&key.as_str())) {
        Some(other) => {
            let other: String = other.chars().filter(|c| !c.is_control()).take(40).collect();
            wrong(place, format!("has no field `{other}`: known are {}", known.join(", ")))
        }
        None => Ok(fields),
    }
}

fn list<T>(whole: &Map<String, Value>, name: &str, most: usize, one: impl Fn(&Value, &str) -> Read<T>) -> Read<Vec<T>> {
    match whole.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(all)) if all.len() <= most => {
            all.iter().enumerate().map(|(n, value)| one(value, &format!("{name}[{n}]"))).collect()
        }
        Some(Value::Array(_)) => wrong(name, format!("has at most {most} entries")),
        Some(_) => wrong(name, "is a list"),
    }
}

fn fact(value: &Value, place: &str) -> Read<Fact> {
    let fields = object(value, place, &["label", "value", "link"])?;
    Ok(Fact {
        label: text(fields.get("label"), &inner(place, "label"), 60)?,
        value: text(fields.get("value"), &inner(place, "value"), 300)?,
        link: link(fields, place)?,
    })
}

fn activity(value: &Value, place: &str) -> Read<Activity> {
    let fields = object(value, place, &["at", "title", "detail", "link", "amount"])?;
    let at = fields.get("at").and_then(Value::as_str).and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    let at = at.filter(|at| (1900..2200).contains(&chrono::Datelike::year(&at.to_utc())));
    let Some(at) = at else { return wrong(&inner(place, "at"), "is a time after RFC 3339 like 2026-05-04T10:20:00Z") };
    Ok(Activity {
        at: at.to_utc(),
        title: text(fields.get("title"), &inner(place, "title"), 120)?,
        detail: optional(fields, place, "detail", 500)?,
        link: link(fields, place)?,
        amount: optional(fields, place, "amount", 40)?,
    })
}

fn inner(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// A text for people: trimmed, not empty, in one line.
fn text(value: Option<&Value>, place: &str, most: usize) -> Read<String> {
    let text = value.and_then(Value::as_str).map(str::trim).unwrap_or_default();
    if text.is_empty() || text.chars().count() > most || text.chars().any(char::is_control) {
        return wrong(place, format!("is a text of 1 to {most} characters in one line"));
    }
    Ok(text.to_owned())
}

/// A text that may be left out, null or empty.
fn optional(fields: &Map<String, Value>, place: &str, name: &str, most: usize) -> Read<Option<String>> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(empty)) if empty.trim().is_empty() => Ok(None),
        value => text(value, &inner(place, name), most).map(Some),
    }
}

fn link(fields: &Map<String, Value>, place: &str) -> Read<Option<String>> {
    let Some(link) = optional(fields, place, "link", 2000)? else { return Ok(None) };
    if leads_out(&link) {
        Ok(Some(link))
    } else {
        wrong(&inner(place, "link"), "is an http(s) address without user and password")
    }
}

/// Whether a link is an address of the web and of nothing else: no script, no file, no user before the host.
fn leads_out(link: &str) -> bool {
    let lower = link.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plain = |c: char| !c.is_whitespace() && !matches!(c, '\\' | '"' | '<' | '>' | '`');
    !host.is_empty() && !host.starts_with([':', '.']) && !host.contains('@') && link.chars().all(plain)
}
