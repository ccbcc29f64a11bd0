//! Changing what was posted (Slack "chat.update", "chat.delete", "reactions.add", "reactions.remove").

use super::send::{escaped, refusal};
use crate::{Http, http::error, json::text};
use meridian_domain::{
    amendment::{Amendment, OutboundAmendment},
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
};
use serde_json::{Value, json};

/// Names of the reactions of `amendment::REACTIONS` ("Emoji": standard names).
const NAMES: [(&str, &str); 10] = [
    ("👍", "+1"),
    ("👎", "-1"),
    ("❤", "heart"),
    ("🎉", "tada"),
    ("🙏", "pray"),
    ("👏", "clap"),
    ("👌", "ok_hand"),
    ("😢", "cry"),
    ("💯", "100"),
    ("👀", "eyes"),
];

/// Answers that say: it is so already.
const DONE: [&str; 3] = ["already_reacted", "no_reaction", "message_not_found"];

fn name(emoji: &str) -> Result<&'static str, SendError> {
    let known = NAMES.iter().find(|(known, _)| *known == emoji).map(|(_, name)| *name);
    known.ok_or_else(|| error(ErrorClass::BadContent, "no name of this reaction is known"))
}

/// Changes each part of a message.
pub(super) async fn amend(
    http: &Http,
    account: &AccountConfig,
    amendment: &OutboundAmendment,
) -> Result<(), SendError> {
    let token = account.secret("bot_token").ok_or_else(|| error(ErrorClass::Auth, "bot_token is not set"))?;
    let base = account.setting("api_base").unwrap_or("https://slack.com/api").trim_end_matches('/');
    let post = async |method: &str, body: &Value| {
        let answer = http.post_json(&format!("{base}/{method}"), Some(token.expose()), body).await?;
        let json = answer.json();
        if json.get("ok") == Some(&Value::Bool(true)) { Ok(Ok(json)) } else { Ok(Err(answer)) }
    };
    let user = amendment.to.iter().find(|id| id.scheme == "slack_user_id").map(|id| id.value.as_str());
    let to = amendment.thread.as_deref().or(user);
    let to = to.ok_or_else(|| error(ErrorClass::BadRecipient, "no Slack id"))?;
    let channel = if to.starts_with(['U', 'W']) {
        let opened = post("conversations.open", &json!({ "users": to })).await?.map_err(|answer| refusal(&answer))?;
        text(&opened, "/channel/id").unwrap_or(to).to_owned()
    } else {
        to.to_owned()
    };
    for ts in &amendment.targets {
        for (method, body) in calls(&amendment.what, amendment.reaction.as_deref(), &channel, ts)? {
            if let Err(answer) = post(method, &body).await? {
                let json = answer.json();
                let gone = text(&json, "/error").is_some_and(|code| DONE.contains(&code));
                // What is not there any more cannot be edited.
                if !gone || matches!(amendment.what, Amendment::Edit { .. }) {
                    return Err(refusal(&answer));
                }
            }
        }
    }
    Ok(())
}

/// What is called for it; a reaction is taken away before the next one is set.
fn calls(
    what: &Amendment,
    before: Option<&str>,
    channel: &str,
    ts: &str,
) -> Result<Vec<(&'static str, Value)>, SendError> {
    Ok(match what {
        Amendment::Edit { text } => {
            vec![("chat.update", json!({ "channel": channel, "ts": ts, "text": escaped(text) }))]
        }
        Amendment::Delete => vec![("chat.delete", json!({ "channel": channel, "ts": ts }))],
        Amendment::React { emoji } => {
            let body = |emoji: &str| Ok(json!({ "channel": channel, "timestamp": ts, "name": name(emoji)? }));
            let mut calls = Vec::new();
            if let Some(before) = before.filter(|before| Some(*before) != emoji.as_deref()) {
                calls.push(("reactions.remove", body(before)?));
            }
            if let Some(emoji) = emoji {
                calls.push(("reactions.add", body(emoji)?));
            }
            calls
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_domain::amendment::REACTIONS;

    #[test]
    fn every_reaction_has_a_name_and_the_one_of_before_goes() {
        assert!(REACTIONS.iter().all(|emoji| name(emoji).is_ok()));
        let react = |emoji: Option<&str>, before: Option<&str>| {
            let what = Amendment::React { emoji: emoji.map(str::to_owned) };
            let calls = calls(&what, before, "C1", "1.1").unwrap();
            calls.into_iter().map(|(method, body)| format!("{method} {}", body["name"])).collect::<Vec<_>>()
        };
        assert_eq!(react(Some("👍"), Some("❤")), ["reactions.remove \"heart\"", "reactions.add \"+1\""]);
        assert_eq!(react(Some("👍"), Some("👍")), ["reactions.add \"+1\""]);
        assert_eq!(react(None, Some("❤")), ["reactions.remove \"heart\""]);
        let edit = calls(&Amendment::Edit { text: "a < b".into() }, None, "C1", "1.1").unwrap();
        assert_eq!(edit[0].1["text"], "a &lt; b");
    }
}
