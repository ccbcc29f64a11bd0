//! Small readers that the platforms share.

use super::Rules;
use crate::json::{id, instant, text};
use meridian_domain::bot::TranscriptTurn;
use serde_json::{Map, Value};

/// A copy of an object without what is null or an empty text.
pub(super) fn object(value: Option<&Value>) -> Map<String, Value> {
    let kept = |value: &Value| !value.is_null() && value.as_str() != Some("");
    let fields = value.and_then(Value::as_object).into_iter().flatten().filter(|(_, value)| kept(value));
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The first text of several places.
pub(super) fn first(body: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|place| id(body, place))
}

/// The first text of several places that is a text.
pub(super) fn first_text(body: &Value, places: &[&str]) -> Option<String> {
    places.iter().find_map(|place| text(body, place)).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Words out of HTML: tags fall away, blocks become lines.
pub(super) fn words(html: &str) -> String {
    if !html.contains(['<', '&']) {
        return html.trim().to_owned();
    }
    crate::email::to_text(html).trim().to_owned()
}

/// A line of a transcript; none without words.
pub(super) fn turn(from: &str, text: &str, id: Option<String>, at: Option<&Value>) -> Option<TranscriptTurn> {
    let text = words(text);
    let at = at.and_then(instant).map(|at| at.to_rfc3339());
    (!text.is_empty()).then(|| TranscriptTurn { id, at, from: from.to_owned(), text })
}

/// Whether an attribute stands for yes: anything but an empty, false or zero value.
fn says_yes(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => {
            !matches!(text.trim().to_lowercase().as_str(), "" | "false" | "no" | "0" | "none" | "null")
        }
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

/// Whether one of the attributes asks for a person, by its name, or an `action` of them does by its value.
pub(super) fn attributes_ask(attributes: &Map<String, Value>, rules: Rules<'_>) -> bool {
    attributes.iter().any(|(name, value)| {
        let by_value = matches!(name.as_str(), "action" | "type" | "command" | "next" | "event");
        rules.asks(name) && says_yes(value) || by_value && value.as_str().is_some_and(|value| rules.asks(value))
    })
}

/// A language tag as BCP 47 writes it.
pub(super) fn language(tag: Option<&str>) -> Option<String> {
    tag.map(str::trim).filter(|tag| !tag.is_empty()).map(|tag| tag.replace('_', "-"))
}
