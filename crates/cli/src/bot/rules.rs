//! What every bot must do, whatever it says.

use super::talk::{Bot, Session, message, webhook_id};
use chrono::TimeDelta;
use meridian_domain::{
    bot::Answered,
    outbound::SendError,
    time::{Clock, SystemClock},
};
use serde_json::json;

/// A rule, and what the bot did instead; nothing when it keeps it.
pub type Checked = (&'static str, Option<String>);

fn refuses(answer: Result<Answered, SendError>, what: &str) -> Option<String> {
    match answer {
        Ok(_) => Some(format!("it took {what}: compare webhook-signature and refuse with 401")),
        Err(error) if error.detail.starts_with("HTTP 4") => None,
        Err(error) => Some(format!("refuse with 401 or 403, not so: {error}")),
    }
}

fn takes(answer: Result<Answered, SendError>) -> Option<String> {
    match answer {
        Ok(answer) => answer.problem,
        Err(error) => Some(error.to_string()),
    }
}

/// Checks them all.
pub async fn checked(bot: &Bot) -> Vec<Checked> {
    let now = || SystemClock.now();
    let mut session = Session::open();
    let hello = session.event("message.created", message("hello", None));
    let id = webhook_id();
    let first = bot.post(&id, &hello, now()).await;
    let said = first.as_ref().map(|answer| answer.actions.clone()).ok();
    let mut found = vec![("answers a message with 2xx within 5 s", takes(first))];
    if found[0].1.is_some() {
        // Nobody is there: the rest would say the same five times more.
        return found;
    }
    let again = bot.post(&id, &hello, now()).await;
    let differs = again.as_ref().ok().map(|answer| &answer.actions) != said.as_ref();
    let repeat = takes(again).or_else(|| {
        differs.then(|| {
            "it says something else to the same webhook-id: keep the answer by it, or have none of your own".to_owned()
        })
    });
    found.push(("answers the same webhook-id the same again", repeat));
    let forged = session.event("message.created", message("hello", None));
    found.push((
        "refuses a forged signature",
        refuses(bot.forge(&webhook_id(), &forged, now()).await, "a forged event"),
    ));
    let old = now() - TimeDelta::hours(1);
    let late = session.event("message.created", message("hello", None));
    found.push((
        "refuses a timestamp an hour old",
        refuses(bot.post(&webhook_id(), &late, old).await, "an event of an hour ago"),
    ));
    let unknown = session.event("something.new", json!({ "what": [1, 2] }));
    found.push(("takes an event of a type it does not know", takes(bot.post(&webhook_id(), &unknown, now()).await)));
    let empty = session.event("message.created", {
        let mut data = message("", None);
        data["message"]["text"] = json!(null);
        data["message"]["type"] = json!("image");
        data
    });
    found.push(("takes a message without text", takes(bot.post(&webhook_id(), &empty, now()).await)));
    found
}
