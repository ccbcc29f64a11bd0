//! What is understood of one message of a customer, and what is kept of it while the conversation goes on.
//!
//! [`Reading`] is the costly part and needs nothing but the text; [`Reading::understood`] adds what is known of who
//! wrote it. Together they take well under half a millisecond.

use super::{
    intent::{Model, OUT_OF_SCOPE, Prediction},
    language::{Evidence, Guess, evidence},
    sentiment::{Mood, Sentiment, sentiment},
    token::unspaced,
};
use serde::{Deserialize, Serialize};

/// Characters of a message that are looked at: what is meant is said early, and mails carry what they answer to.
const MOST: usize = 2000;
/// Confidence from which a language or an intent is acted on.
pub const SURE: f64 = 0.8;
/// Confidence from which an intent counts for rules.
pub const INTENT_SURE: f64 = 0.5;
/// Letters from which a language that needs models is acted on, where each character of a script without spaces
/// stands for six: a greeting says little.
const LETTERS: usize = 12;
/// Intents of an engagement that are kept, the newest last.
const MOST_INTENTS: usize = 8;

/// What a text says by itself.
#[derive(Debug, Clone)]
pub struct Reading {
    language: Option<Evidence>,
    long_enough: bool,
    sentiment: Sentiment,
    intent: Option<(i32, Prediction)>,
}

/// What is understood of a message, as it is kept with it. Values are rounded to thousandths.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Understood {
    /// ISO 639-1, or 639-3 where there is none; nothing for what has no letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// How sure the language is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sure: Option<f64>,
    /// How it feels; known for English, Chinese and what has no letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mood: Option<Mood>,
    /// From -1 (as unhappy as can be) to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What it is about; nothing when it is none of the intents, or there is no model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
    /// Confidence in the best intent, 0 to 1, also when it is out of scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Version of the model that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<i32>,
    /// A person has corrected it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub corrected: bool,
}

/// What is kept of the customer's words while an engagement goes on: for routing, rules and briefs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// The language the customer last wrote in, where it was clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// The unhappiest thing said, in hundredths: -100 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<i16>,
    /// What was asked for, the newest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub intents: Vec<String>,
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// What is looked at of a text; nothing when it is blank.
pub fn looked_at(text: &str) -> Option<&str> {
    let end = text.char_indices().nth(MOST).map_or(text.len(), |(at, _)| at);
    Some(text[..end].trim()).filter(|text| !text.is_empty())
}

impl Reading {
    /// Reads a text, with the intents of a model and its version; nothing when it is blank.
    pub fn of(text: &str, model: Option<(i32, &Model)>) -> Option<Self> {
        let text = looked_at(text)?;
        let letters =
            text.chars().filter(|c| c.is_alphabetic()).map(|c| if unspaced(c) { 6 } else { 1 }).sum::<usize>();
        Some(Self {
            language: evidence(text),
            long_enough: letters >= LETTERS,
            sentiment: sentiment(text),
            intent: model.map(|(version, model)| (version, model.predict(text, ""))),
        })
    }

    /// The language, where it is clear enough to be acted on. `hints` is what was likely before.
    pub fn clear_language(&self, hints: &[&str]) -> Option<&'static str> {
        let settled = matches!(self.language, Some(Evidence::Settled(_)));
        let guess = self.language.as_ref()?.weigh(hints)?;
        (guess.confidence >= SURE && (settled || self.long_enough)).then_some(guess.lang)
    }

    /// What is understood, given the languages that were likely before.
    pub fn understood(&self, hints: &[&str]) -> Understood {
        let language = self.language.as_ref().and_then(|evidence| evidence.weigh(hints));
        // The lexicons know these two; a word of another language that looks like one of theirs says nothing.
        let felt = language.is_none_or(|Guess { lang, .. }| matches!(lang, "en" | "zh")).then_some(self.sentiment);
        let intent = self.intent.as_ref();
        let in_scope = intent.filter(|(_, said)| said.label != OUT_OF_SCOPE && !said.label.is_empty());
        Understood {
            lang: language.map(|guess| guess.lang.to_owned()),
            sure: language.map(|guess| rounded(guess.confidence)),
            mood: felt.map(|felt| felt.mood),
            value: felt.map(|felt| rounded(felt.value)),
            intent: in_scope.map(|(_, said)| said.label.clone()),
            score: intent.map(|(_, said)| rounded(said.score)),
            model: intent.map(|(version, _)| *version),
            corrected: false,
        }
    }
}

impl Understood {
    /// The sentiment in hundredths.
    pub fn hundredths(&self) -> Option<i16> {
        self.value.map(|value| (value.clamp(-1.0, 1.0) * 100.0).round() as i16)
    }

    /// The intent, where it is sure enough to count for rules.
    pub fn sure_intent(&self) -> Option<&str> {
        let sure = self.corrected || self.score.is_some_and(|score| score >= INTENT_SURE);
        self.intent.as_deref().filter(|_| sure)
    }
}

impl Heard {
    /// Takes in a message; `clear` is its language where it is clear.
    pub fn hear(&mut self, said: &Understood, clear: Option<&str>) {
        if let Some(lang) = clear {
            self.lang = Some(lang.to_owned());
        }
        self.low = self.low.into_iter().chain(said.hundredths()).min();
        if let Some(intent) = said.sure_intent() {
            self.asks(intent);
        }
    }

    /// The customer asks for this now.
    pub fn asks(&mut self, intent: &str) {
        self.intents.retain(|known| known != intent);
        self.intents.push(intent.to_owned());
        let over = self.intents.len().saturating_sub(MOST_INTENTS);
        self.intents.drain(..over);
    }

    /// The customer never asked for this: a person said so.
    pub fn never_asked(&mut self, intent: &str) {
        self.intents.retain(|known| known != intent);
    }

    /// What the customer asked for last.
    pub fn intent(&self) -> Option<&str> {
        self.intents.last().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Reading {
        Reading::of(text, None).unwrap()
    }

    #[test]
    fn a_message_has_language_and_sentiment_and_no_intent_without_a_model() {
        let said = read("This is terrible, I have been waiting for two hours and nobody answers!").understood(&[]);
        assert_eq!((said.lang.as_deref(), said.mood), (Some("en"), Some(Mood::Negative)));
        assert!(said.value.unwrap() < -0.5 && said.intent.is_none() && said.model.is_none());
        let said = read("客服态度太差，没人解决问题").understood(&[]);
        assert_eq!((said.lang.as_deref(), said.mood), (Some("zh"), Some(Mood::Negative)));
        assert!(Reading::of(" \n", None).is_none());
    }

    #[test]
    fn other_languages_have_no_sentiment_and_signs_alone_do() {
        let said =
            read("Die Rechnung ist leider noch nicht angekommen, bitte schicken Sie sie noch einmal").understood(&[]);
        assert_eq!((said.lang.as_deref(), said.mood), (Some("de"), None));
        let said = read("😡😡").understood(&["de"]);
        assert_eq!((said.lang, said.sure), (None, None));
        assert!(said.mood.is_some());
    }

    #[test]
    fn a_language_is_acted_on_when_there_is_enough_of_it() {
        assert_eq!(read("Where is the parcel I ordered last week?").clear_language(&[]), Some("en"));
        assert_eq!(read("我的快递呢").clear_language(&[]), Some("zh"));
        assert_eq!(read("荷物は").clear_language(&[]), Some("ja"));
        assert_eq!(read("hallo").clear_language(&["de"]), None);
        assert_eq!(read("123").clear_language(&["de"]), None);
    }

    #[test]
    fn what_was_heard_keeps_the_lowest_and_the_newest() {
        let mut heard = Heard::default();
        let said = |value: f64, intent: &str, score: f64| Understood {
            value: Some(value),
            intent: Some(intent.to_owned()),
            score: Some(score),
            ..Understood::default()
        };
        heard.hear(&said(-0.7, "refund", 0.9), Some("en"));
        heard.hear(&said(0.2, "tracking", 0.9), None);
        heard.hear(&said(0.1, "vague", 0.3), None);
        assert_eq!((heard.lang.as_deref(), heard.low, heard.intent()), (Some("en"), Some(-70), Some("tracking")));
        heard.hear(&said(0.1, "refund", 0.9), None);
        assert_eq!(heard.intents, ["tracking", "refund"]);
        (0..20).for_each(|n| heard.asks(&n.to_string()));
        assert_eq!((heard.intents.len(), heard.intent()), (MOST_INTENTS, Some("19")));
        heard.never_asked("19");
        assert_eq!(heard.intent(), Some("18"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_within_bounds_and_comes_back_as_it_was_kept(text in "\\PC{0,200}") {
            let Some(reading) = Reading::of(&text, None) else { return Ok(()) };
            let said = reading.understood(&["en"]);
            prop_assert!(said.sure.is_none_or(|sure| (0.0..=1.0).contains(&sure)));
            prop_assert!(said.hundredths().is_none_or(|value| (-100..=100).contains(&value)));
            let kept = serde_json::to_value(&said).unwrap();
            prop_assert_eq!(serde_json::from_value::<Understood>(kept).unwrap(), said);
        }
    }
}
