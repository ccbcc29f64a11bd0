//! An event on its way to a bot, and what came back.

use super::{BotAction, BotEvent};
use crate::{outbound::SendError, secret::Secret, time::Instant};
use serde_json::Value;
use std::time::Duration;

/// Actions of one answer that are looked at.
const MOST_ACTIONS: usize = 20;
/// Longest problem that is told, in characters.
const LONGEST_PROBLEM: usize = 300;

/// What a bot answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answered {
    /// What it wants done.
    pub actions: Vec<BotAction>,
    /// What of the answer could not be read, and why, in words for whoever builds the bot.
    pub problem: Option<String>,
}

/// An event to post.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a> {
    /// Where to.
    pub url: &'a str,
    /// Signed with.
    pub secret: &'a Secret,
    /// `webhook-id`.
    pub webhook_id: &'a str,
    /// The event.
    pub event: &'a BotEvent,
    /// Signed at.
    pub now: Instant,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The body that was signed.
    pub sent: Vec<u8>,
    /// The answer's status; none when there was no answer.
    pub status: Option<u16>,
    /// The answer's body.
    pub body: Vec<u8>,
    /// How long it took.
    pub took: Duration,
    /// What a 2xx says, or why it counts as no answer.
    pub answer: Result<Answered, SendError>,
}

impl Answered {
    /// Reads the body of an answer. Nothing, and JSON without actions, is an answer that does nothing; what nobody
    /// understands is left out and named.
    pub fn read(body: &[u8]) -> Self {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Self::default();
        }
        let Ok(read) = serde_json::from_slice::<Value>(body) else {
            return Self { actions: Vec::new(), problem: Some("the answer is no JSON: nothing was done".to_owned()) };
        };
        let listed = match read.get("actions") {
            None | Some(Value::Null) => return Self::default(),
            Some(Value::Array(listed)) => listed,
            Some(_) => {
                let problem = Some("actions: is no list: nothing was done".to_owned());
                return Self { actions: Vec::new(), problem };
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
        Self { actions, problem: Some(told).filter(|told| !told.is_empty()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &Value) -> Answered {
        Answered::read(body.to_string().as_bytes())
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
            assert_eq!(Answered::read(good.as_bytes()), Answered::default(), "{good}");
        }
        for (bad, told) in [("<html>", "no JSON"), ("{\"actions\":{}}", "no list"), ("{\"actions\":[", "no JSON")] {
            let read = Answered::read(bad.as_bytes());
            assert!(read.actions.is_empty() && read.problem.unwrap().contains(told), "{bad}");
        }
        let many: Vec<Value> = (0..30).map(|n| json!({ "type": "message", "text": n.to_string() })).collect();
        let read = read(&json!({ "actions": many }));
        assert_eq!(read.actions.len(), MOST_ACTIONS);
        assert!(read.problem.unwrap().contains("first 20"));
    }
}
