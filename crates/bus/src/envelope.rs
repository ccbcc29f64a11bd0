//! What travels through the broker.

use lapin::{
    BasicProperties,
    types::{AMQPValue, FieldTable, LongString},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A job on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Its tenant.
    pub tenant: Uuid,
    /// The job (`domain::jobs::Job` as JSON).
    pub job: Value,
    /// Attempts before this one.
    #[serde(default)]
    pub attempt: u32,
}

impl Envelope {
    pub(crate) fn body(&self) -> Vec<u8> {
        // An envelope is plain JSON; serialising it cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Persistent, with where it came from and why it is where it is.
pub(crate) fn properties(origin: &str, reason: Option<&str>) -> BasicProperties {
    let mut headers = FieldTable::default();
    let text = |text: &str| AMQPValue::LongString(LongString::from(text));
    headers.insert("x-origin".into(), text(origin));
    if let Some(reason) = reason {
        let short: String = reason.chars().take(500).collect();
        headers.insert("x-reason".into(), text(&short));
    }
    BasicProperties::default().with_delivery_mode(2).with_content_type("application/json".into()).with_headers(headers)
}

/// The queue a message was first meant for.
pub(crate) fn origin(properties: &BasicProperties) -> Option<String> {
    match properties.headers().as_ref()?.inner().get("x-origin")? {
        AMQPValue::LongString(text) => Some(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_survives_the_wire_and_old_ones_have_no_attempt() {
        let envelope = Envelope { tenant: Uuid::nil(), job: serde_json::json!({ "job": "route_tick" }), attempt: 3 };
        assert_eq!(serde_json::from_slice::<Envelope>(&envelope.body()).unwrap(), envelope);
        let old = format!(r#"{{"tenant":"{}","job":{{}}}}"#, Uuid::nil());
        assert_eq!(serde_json::from_str::<Envelope>(&old).unwrap().attempt, 0);
        assert_eq!(origin(&properties("m.ingest.2", None)).as_deref(), Some("m.ingest.2"));
    }
}
