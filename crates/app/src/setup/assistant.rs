//! What is particular to the set-up of an assistant: a model, instructions, an endpoint and its key.

use super::{NewBot, SetupRefused, integrations::webhook_secret};
use crate::App;
use meridian_domain::{platform::BotPlatform, secret::Secret};
use meridian_store::bots::Bot;

/// Longest name of a model, longest instructions and longest key, in characters.
const MODEL: usize = 200;
const INSTRUCTIONS: usize = 8_000;
const KEY: usize = 512;

/// Checks what can be checked without the database.
pub(super) fn check(new: &NewBot<'_>) -> Result<(), SetupRefused> {
    let wrong = |field, text: &str| Err(SetupRefused::Wrong(field, text.to_owned()));
    let model = new.model.trim();
    if model.is_empty() || model.chars().count() > MODEL || model.chars().any(char::is_control) {
        return wrong("model", "model is the name of a model of the endpoint, 1 to 200 characters");
    }
    if new.instructions.chars().count() > INSTRUCTIONS {
        return wrong("instructions", "instructions have at most 8,000 characters");
    }
    let key = new.secret.unwrap_or_default().trim();
    if key.len() > KEY || !key.chars().all(|c| c.is_ascii_graphic()) {
        return wrong(
            "secret",
            "secret is the key of the endpoint: at most 512 letters, digits and signs without spaces",
        );
    }
    Ok(())
}

/// The base address of an endpoint, if calls may go there.
pub(super) async fn address(app: &App, url: &str) -> Result<String, SetupRefused> {
    let wrong = |text: String| SetupRefused::Wrong("url", text);
    let parsed = url::Url::parse(url.trim()).ok();
    let plain = |url: &url::Url| {
        let bare = url.username().is_empty() && url.password().is_none();
        matches!(url.scheme(), "https" | "http") && url.has_host() && bare && url.query().is_none()
    };
    let Some(parsed) = parsed.filter(plain) else {
        let text = "url is the base address of the assistant's endpoint, like https://api.example.com/v1";
        return Err(wrong(text.to_owned()));
    };
    app.providers.reaches(parsed.as_str()).await.map_err(|error| wrong(format!("url: {}", error.detail)))?;
    let text = parsed.as_str().trim_end_matches('/');
    Ok(text.strip_suffix("/chat/completions").unwrap_or(text).to_owned())
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> Option<url::Origin> {
    url::Url::parse(url).ok().map(|url| url.origin())
}

/// The secret that a changed bot gets when none is given; none when it keeps its own. A secret made for one use is never
/// sent or shown in another, and a key goes to the host it was given for alone.
pub(super) fn moved(
    known: &Bot,
    bot: &Bot,
    given: Option<&str>,
    present: &Secret,
) -> Result<Option<String>, SetupRefused> {
    if given.is_some() {
        return Ok(None);
    }
    let (was, is) = (known.platform == BotPlatform::Assistant, bot.platform == BotPlatform::Assistant);
    match (was, is) {
        (false, true) => Ok(Some(String::new())),
        (true, false) => Ok(Some(webhook_secret())),
        (true, true) if !present.is_empty() && origin(&known.url) != origin(&bot.url) => {
            let text = "secret: the url names another host, give the key for it, or an empty text for none";
            Err(SetupRefused::Wrong("secret", text.to_owned()))
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use meridian_domain::ids::{BotId, QueueId};

    fn bot(platform: BotPlatform, url: &str) -> Bot {
        Bot {
            id: BotId(uuid::Uuid::nil()),
            name: "Dory".to_owned(),
            platform,
            handoff_names: Vec::new(),
            url: url.to_owned(),
            fallback_queue: QueueId(uuid::Uuid::nil()),
            silence_seconds: 8,
            status: "active".to_owned(),
            model: String::new(),
            instructions: String::new(),
        }
    }

    #[test]
    fn a_key_stays_with_its_host_and_a_secret_with_its_use() {
        let (native, rasa) = (bot(BotPlatform::Native, "https://a.example/x"), bot(BotPlatform::Rasa, ""));
        let here = bot(BotPlatform::Assistant, "https://a.example/v1");
        let beside = bot(BotPlatform::Assistant, "https://a.example/v2");
        let there = bot(BotPlatform::Assistant, "https://b.example/v1");
        let key = Secret::new("sk-1");
        assert_eq!(moved(&native, &here, None, &key).unwrap().as_deref(), Some(""));
        assert!(moved(&here, &native, None, &key).unwrap().unwrap().starts_with("whsec_"));
        assert_eq!(moved(&here, &beside, None, &key).unwrap(), None);
        assert!(moved(&here, &there, None, &key).is_err());
        assert_eq!(moved(&here, &there, None, &Secret::default()).unwrap(), None);
        assert_eq!(moved(&here, &there, Some("sk-2"), &key).unwrap(), None);
        assert_eq!(moved(&native, &rasa, None, &key).unwrap(), None);
    }
}
