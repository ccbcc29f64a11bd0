//! What a customer may choose instead of writing: buttons, quick replies, rows of a list.

use serde::{Deserialize, Deserializer, Serialize};

/// The most of one message: rows of a WhatsApp list ("Interactive lists"), fewer than any other channel with buttons.
pub const MOST: usize = 10;
/// Longest title, in characters: a WhatsApp reply button, a Messenger quick reply and a LINE label take 20.
pub const LONGEST_TITLE: usize = 20;
/// Longest payload, in bytes: Telegram's `callback_data` takes 64.
pub const LONGEST_PAYLOAD: usize = 64;

/// A button of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    /// What the customer sees.
    pub title: String,
    /// What comes back when it is chosen; the title when nothing else was said.
    pub payload: String,
}

impl<'de> Deserialize<'de> for Button {
    /// A title alone, or a title with its payload.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Told {
            Title(String),
            Both { title: String, payload: Option<String> },
        }
        let (title, payload) = match Told::deserialize(deserializer)? {
            Told::Title(title) => (title, None),
            Told::Both { title, payload } => (title, payload),
        };
        let title = title.trim().to_owned();
        Ok(Self { payload: payload.unwrap_or_else(|| title.clone()), title })
    }
}

/// Whether buttons can be shown on every channel; why not, for whoever made them.
pub fn check(buttons: &[Button]) -> Result<(), String> {
    if buttons.len() > MOST {
        return Err(format!("a message has at most {MOST} buttons"));
    }
    for (n, button) in buttons.iter().enumerate() {
        let length = button.title.chars().count();
        if length == 0 || length > LONGEST_TITLE {
            return Err(format!("button {}: a title has 1 to {LONGEST_TITLE} characters", n + 1));
        }
        if button.payload.is_empty() || button.payload.len() > LONGEST_PAYLOAD {
            return Err(format!("button {}: a payload has 1 to {LONGEST_PAYLOAD} bytes", n + 1));
        }
        if buttons[..n].iter().any(|other| other.title == button.title || other.payload == button.payload) {
            return Err(format!("button {}: each has a title and a payload of its own", n + 1));
        }
    }
    Ok(())
}

/// What a channel shows that takes at most so many buttons: all of them, or a numbered list below the text.
pub fn shown(text: &str, buttons: Vec<Button>, most: u32) -> (String, Vec<Button>) {
    if buttons.len() <= most as usize {
        return (text.to_owned(), buttons);
    }
    let lines = buttons.iter().enumerate().map(|(n, button)| format!("{}. {}", n + 1, button.title));
    let list = lines.collect::<Vec<_>>().join("\n");
    (format!("{text}\n\n{list}"), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(told: serde_json::Value) -> Vec<Button> {
        serde_json::from_value(told).unwrap()
    }

    #[test]
    fn a_button_is_a_title_or_a_title_with_its_payload() {
        let all = read(json!(["Yes", { "title": " No ", "payload": "n" }, { "title": "Later" }]));
        let payloads: Vec<&str> = all.iter().map(|button| button.payload.as_str()).collect();
        assert_eq!((payloads, all[1].title.as_str()), (vec!["Yes", "n", "Later"], "No"));
        assert!(check(&all).is_ok() && check(&[]).is_ok());
    }

    #[test]
    fn what_some_channel_could_not_show_is_refused_with_its_place() {
        for (told, word) in [
            (json!(["", "b"]), "button 1: a title"),
            (json!(["a", "a much longer title than that"]), "button 2: a title"),
            (json!([{ "title": "a", "payload": "x".repeat(65) }]), "button 1: a payload"),
            (json!(["a", { "title": "b", "payload": "a" }]), "button 2: each"),
            (json!(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]), "at most 10"),
        ] {
            assert!(check(&read(told)).unwrap_err().contains(word), "{word}");
        }
    }

    #[test]
    fn channels_without_buttons_show_a_list() {
        let all = read(json!(["Yes", "No"]));
        assert_eq!(shown("Sure?", all.clone(), 13), ("Sure?".to_owned(), all.clone()));
        assert_eq!(shown("Sure?", all.clone(), 1), ("Sure?\n\n1. Yes\n2. No".to_owned(), vec![]));
        assert_eq!(shown("Sure?", vec![], 0).0, "Sure?");
    }
}
