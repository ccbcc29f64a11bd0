//! The wire to and from bots: Standard Webhooks both ways.

use crate::{
    Http, InboundRequest, Reject, Verified,
    http::{Request, error},
    signature,
};
use meridian_domain::{
    bot::{BotAction, BotEvent},
    outbound::{ErrorClass, SendError},
    secret::Secret,
    time::Instant,
};
use serde_json::Value;
use std::time::Duration;

/// Seconds a bot has to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Actions of one answer that are looked at.
const MOST_ACTIONS: usize = 20;

/// Verifies a call of a bot.
pub fn verify(secret: &Secret, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
    signature::webhook_verify(std::iter::once(secret).filter(|secret| !secret.is_empty()), request, now)
}

/// The signature of an event's body, as it goes into `webhook-signature`; none for a secret that is not `whsec_` and base64.
pub fn sign(secret: &Secret, webhook_id: &str, now: Instant, body: &[u8]) -> Option<String> {
    signature::webhook_sign(secret, webhook_id, now.timestamp(), body)
}

/// What a bot answered.
#[derive(Debug, Default, PartialEq)]
pub struct Answered {
    /// What it wants done.
    pub actions: Vec<BotAction>,
    /// What of the answer could not be read, and why, in words for whoever builds the bot.
    pub problem: Option<String>,
}

/// Longest problem that is told, in characters.
const LONGEST_PROBLEM: usize = 300;

/// Posts an event and reads the actions in the answer; what nobody understands of it is left out and named.
pub async fn post(
    http: &Http,
    url: &str,
    secret: &Secret,
    webhook_id: &str,
    event: &BotEvent,
    now: Instant,
) -> Result<Answered, SendError> {
    let body = serde_json::to_vec(event).unwrap_or_default();
    let signed = sign(secret, webhook_id, now, &body)
        .ok_or_else(|| error(ErrorClass::Auth, "the bot's secret is not whsec_ and base64"))?;
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", webhook_id.to_owned()),
        ("webhook-timestamp", now.timestamp().to_string()),
        ("webhook-signature", signed),
    ];
    let answer = http.post(Request { url, headers, basic: None, body, timeout: PATIENCE }).await?;
    if !(200..300).contains(&answer.status) {
        let detail = format!("HTTP {}", answer.status);
        return Err(SendError { class: answer.class(), detail, retry_after_s: answer.retry_after_s });
    }
    Ok(answered(&answer.body))
}

/// Reads an answer. Nothing, and JSON without actions, is an answer that does nothing.
fn answered(body: &[u8]) -> Answered {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Answered::default();
    }
    let Ok(read) = serde_json::from_slice::<Value>(body) else {
        return Answered { actions: Vec::new(), problem: Some("the answer is no JSON: nothing was done".to_owned()) };
    };
    let listed = match read.get("actions") {
        None | Some(Value::Null) => return Answered::default(),
        Some(Value::Array(listed)) => listed,
        Some(_) => {
            let problem = Some("actions: is no list: nothing was done".to_owned());
            return Answered { actions: Vec::new(), problem };
        }
    };
    let (mut actions, mut problems) = (Vec::new(), Vec::new());
    for (at, action) in listed.iter().take(MOST_ACTIONS).enumerate() {
        match serde_json::from_value(action.clone()) {
            Ok(action) => actions.push(action),
            Err(why) => problems.push(format!("actions[{at}]: left out, {why}")),
        }
    }
    if listed.len() > MOST_ACTIONS {
        problems.push(format!("actions: only the first {MOST_ACTIONS} were looked at"));
    }
    let told: String = problems.join("; ").chars().take(LONGEST_PROBLEM).collect();
    Answered { actions, problem: Some(told).filter(|told| !told.is_empty()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &Value) -> Answered {
        answered(body.to_string().as_bytes())
    }

    #[test]
    fn known_actions_are_read_and_others_left_out_and_named() {
        let body = json!({ "actions": [
            { "type": "message", "text": "hello" },
            { "type": "dance" },
            { "type": "handoff", "reason": { "code": "requested" }, "slots": { "order": 7 } },
            { "type": "message", "words": "hello" },
            "nonsense"
        ] });
        let Answered { actions, problem } = read(&body);
        assert_eq!(actions.len(), 2);
        assert_eq!(actions[0], BotAction::Message { text: "hello".into(), buttons: Vec::new() });
        assert!(matches!(&actions[1], BotAction::Handoff(request) if request.reason.code == "requested"));
        let problem = problem.unwrap();
        for told in ["actions[1]: left out, unknown variant `dance`", "actions[3]: left out, missing field `text`"] {
            assert!(problem.contains(told), "{problem}");
        }
    }

    #[test]
    fn an_answer_that_is_none_is_told_and_an_empty_one_is_a_good_one() {
        for good in ["", " \n", "{}", "\"thanks\"", "{\"actions\":[]}", "{\"actions\":null}"] {
            assert_eq!(answered(good.as_bytes()), Answered::default(), "{good}");
        }
        for (bad, told) in [("<html>", "no JSON"), ("{\"actions\":{}}", "no list"), ("{\"actions\":[", "no JSON")] {
            let read = answered(bad.as_bytes());
            assert!(read.actions.is_empty() && read.problem.unwrap().contains(told), "{bad}");
        }
        let many: Vec<Value> = (0..30).map(|n| json!({ "type": "message", "text": n.to_string() })).collect();
        let read = read(&json!({ "actions": many }));
        assert_eq!(read.actions.len(), MOST_ACTIONS);
        assert!(read.problem.unwrap().contains("first 20"));
    }
}
