//! Small readers of providers' JSON.

use crate::{StoredRequest, signature};
use chrono::DateTime;
use meridian_domain::{
    event::{EventKind, InboundEvent, ProviderError},
    time::Instant,
};
use serde_json::{Map, Value, json};

/// A text that is not empty, by JSON pointer.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    value.pointer(path)?.as_str().filter(|text| !text.is_empty())
}

/// An identifier: providers write the same one as text and, in older captures, as a number.
pub(crate) fn id(value: &Value, path: &str) -> Option<String> {
    match value.pointer(path)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The digits of a number as people write it (a plus, spaces, hyphens); `None` when it is none.
pub(crate) fn digits(text: &str) -> Option<String> {
    let bare: String = text.trim().trim_start_matches('+').chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    ((1..=25).contains(&bare.len()) && bare.bytes().all(|b| b.is_ascii_digit())).then_some(bare)
}

/// An id without blanks.
pub(crate) fn word(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 200 && !text.contains(char::is_whitespace)).then_some(text)
}

/// The items of an array; none when it is no array.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// A flag.
pub(crate) fn flag(value: &Value, path: &str) -> bool {
    value.pointer(path) == Some(&Value::Bool(true))
}

/// A number, as a number or as text; none that is not finite.
pub(crate) fn number(value: &Value, path: &str) -> Option<f64> {
    let number = match value.pointer(path)? {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// Seconds or milliseconds, as a number or as text, or ISO 8601.
pub(crate) fn instant(value: &Value) -> Option<Instant> {
    match value {
        Value::Number(number) => from_number(number.as_f64()?),
        Value::String(text) => match text.parse::<f64>() {
            Ok(number) => from_number(number),
            Err(_) => DateTime::parse_from_rfc3339(text)
                .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"))
                .ok()
                .map(|at| at.to_utc()),
        },
        _ => None,
    }
}

/// Seconds since 1970 have at most eleven digits until the year 5138; more are milliseconds.
fn from_number(number: f64) -> Option<Instant> {
    let millis = if number.abs() >= 1e11 { number } else { number * 1000.0 };
    // Cutting off, not rounding: providers show the same second.
    (millis.is_finite() && millis.abs() < 1e15).then(|| DateTime::from_timestamp_millis(millis as i64)).flatten()
}

/// A copy of the named fields, those that are there.
pub(crate) fn pick(value: &Value, names: &[&str]) -> Map<String, Value> {
    let found = names.iter().filter_map(|name| Some(((*name).to_owned(), value.get(*name)?.clone())));
    found.filter(|(_, value)| !value.is_null()).collect()
}

/// Errors in the form of Meta's webhooks.
pub(crate) fn errors(value: &Value) -> Vec<ProviderError> {
    let read = |error: &Value| ProviderError {
        code: id(error, "/code").unwrap_or_default(),
        title: text(error, "/title").or_else(|| text(error, "/message")).unwrap_or_default().to_owned(),
        details: text(error, "/error_data/details").map(str::to_owned),
        ..ProviderError::default()
    };
    list(value, "errors").map(read).collect()
}

/// The body as JSON, or what is kept of a body that is none.
pub(crate) fn body(request: &StoredRequest) -> Result<Value, Vec<InboundEvent>> {
    serde_json::from_slice(&request.body)
        .map_err(|_| vec![unknown(body_key(request), request.received_at, "the body is not JSON", &Value::Null)])
}

/// The key of a body that has no other.
pub(crate) fn body_key(request: &StoredRequest) -> String {
    format!("body:{}", signature::digest(&request.body))
}

/// What is kept of a thing nobody understands.
pub(crate) fn unknown(key: String, at: Instant, reason: &str, raw: &Value) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::UnknownEvent, key, at);
    event.detail = json!({ "reason": reason, "raw": raw });
    event
}

/// A thing we know and need not keep.
pub(crate) fn ignored(key: String, at: Instant, kind: &str) -> InboundEvent {
    let mut event = InboundEvent::new(EventKind::IgnoredEvent, key, at);
    event.note("type", kind);
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_in_seconds_milliseconds_and_words() {
        let at = |value: Value| instant(&value).map(|at| at.timestamp_millis());
        assert_eq!(at(json!("1777890000")), Some(1_777_890_000_000));
        assert_eq!(at(json!(1_777_890_000_123_i64)), Some(1_777_890_000_123));
        assert_eq!(at(json!("1777890000.001900")), Some(1_777_890_000_001));
        assert_eq!(at(json!("2026-05-04T10:20:00+0000")), Some(1_777_890_000_000));
        assert_eq!((at(json!("soon")), at(json!("NaN")), at(json!(1e300))), (None, None, None));
    }

    #[test]
    fn an_identifier_is_the_same_as_text_and_as_number() {
        let value = json!({ "a": "12345678901234567", "b": 12_345_678_901_234_567_u64, "c": "" });
        assert_eq!(id(&value, "/a"), id(&value, "/b"));
        assert_eq!(id(&value, "/c"), None);
    }

    #[test]
    fn a_number_is_the_same_as_text() {
        let value = json!({ "a": 51.5, "b": " 51.5", "c": "NaN", "d": "north" });
        assert_eq!((number(&value, "/a"), number(&value, "/b")), (Some(51.5), Some(51.5)));
        assert_eq!((number(&value, "/c"), number(&value, "/d"), number(&value, "/e")), (None, None, None));
    }
}
