//! How a customer feels, as a signal for alerts: a lexicon with negation and degree in English and Chinese, and what a
//! tenant's people have corrected on top of it.
//!
//! A signal, not the truth: it is good at finding the unhappy, and says `neutral` when nothing tells.

mod chinese;
mod chinese_words;
mod english;

use super::{
    intent::{Model, OUT_OF_SCOPE},
    token::unspaced,
};
use serde::{Deserialize, Serialize};

/// How a text feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Unhappy.
    Negative,
    /// Neither, or nothing tells.
    Neutral,
    /// Happy.
    Positive,
}

impl Mood {
    /// Its name in files and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }

    /// The mood of a name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Negative, Self::Neutral, Self::Positive].into_iter().find(|mood| mood.name() == name)
    }
}

/// What the lexicon says of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sentiment {
    /// The mood.
    pub mood: Mood,
    /// From -1 (as unhappy as can be) to 1.
    pub value: f64,
}

/// Confidence from which what was learnt overrules the lexicon.
const SURE: f64 = 0.6;

/// The sentiment of a text in English or Chinese; other languages have what they share with English: emoji, smileys.
pub fn sentiment(text: &str) -> Sentiment {
    let han = text.chars().filter(|c| unspaced(*c)).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let (value, unhappy, happy) = if han * 3 > letters {
        (chinese::value(text), chinese::UNHAPPY, chinese::HAPPY)
    } else {
        (english::value(text), english::UNHAPPY, english::HAPPY)
    };
    let mood = if value < unhappy {
        Mood::Negative
    } else if value > happy {
        Mood::Positive
    } else {
        Mood::Neutral
    };
    Sentiment { mood, value }
}

/// The mood of a text, by a model trained on a tenant's corrections (labels as [`Mood::name`]) where it is sure, and
/// by the lexicon where it is not.
pub fn with_learnt(text: &str, model: Option<&Model>) -> Mood {
    let said = sentiment(text);
    let Some(model) = model else { return said.mood };
    let learnt = model.predict(text, "");
    if learnt.label == OUT_OF_SCOPE || learnt.score < SURE {
        return said.mood;
    }
    Mood::of(&learnt.label).unwrap_or(said.mood)
}

/// Draws a sum of word weights into -1 to 1; 15 is the constant of Hutto & Gilbert (2014).
fn squash(sum: f64) -> f64 {
    sum / (sum * sum + 15.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::understanding::intent::{Example, train};
    use proptest::prelude::*;

    #[test]
    fn moods_of_both_languages() {
        for (text, mood) in [
            ("I have been on hold for two hours and nobody answers!", Mood::Negative),
            ("The parcel never arrived and the app does not work", Mood::Negative),
            ("This is the third time I ask", Mood::Negative),
            ("Great service, the driver was very friendly", Mood::Positive),
            ("It works now, you are a star", Mood::Positive),
            ("Could you please help me change my address?", Mood::Neutral),
            ("I would like to book a table for two", Mood::Neutral),
            ("等了一个半小时才送到，饭都凉了", Mood::Negative),
            ("一点都不好吃，以后不会再来了", Mood::Negative),
            ("客服态度太差，没人解决问题", Mood::Negative),
            ("房间很干净，前台也很热情", Mood::Positive),
            ("味道不错，还会再来", Mood::Positive),
            ("非常感谢", Mood::Positive),
            ("不但快，而且很好吃", Mood::Positive),
            ("请问有没有好吃的餐馆", Mood::Neutral),
            ("请问几点可以办理入住", Mood::Neutral),
            ("", Mood::Neutral),
        ] {
            assert_eq!(sentiment(text).mood, mood, "{text}: {}", sentiment(text).value);
        }
    }

    #[test]
    fn negation_turns_and_what_follows_but_weighs_more() {
        assert!(sentiment("房间不干净").value < 0.0);
        assert!(sentiment("价格不贵").value > 0.0);
        assert!(sentiment("环境好，但是服务很差").value < 0.0);
        assert!(sentiment("not good at all").value < 0.0);
        assert!(sentiment("非常失望").value < sentiment("有点失望").value);
    }

    #[test]
    fn what_was_learnt_overrules_where_it_is_sure() {
        let mut all = Vec::new();
        for thing in ["fridge", "phone", "sofa", "lamp", "desk", "watch", "screen", "table"] {
            for (text, label) in [
                (format!("the {thing} came in beige again"), "negative"),
                (format!("beige {thing} once more"), "negative"),
                (format!("the {thing} is here"), "neutral"),
                (format!("when can I fetch the {thing}"), "neutral"),
            ] {
                all.push(Example { text, context: String::new(), labels: vec![label.into()] });
            }
        }
        let model = train(&all).unwrap();
        assert_eq!(with_learnt("the carpet came in beige again", None), Mood::Neutral);
        assert_eq!(with_learnt("the carpet came in beige again", Some(&model)), Mood::Negative);
    }

    proptest! {
        #[test]
        fn any_text_has_a_value_in_bounds(text in "\\PC{0,120}") {
            let said = sentiment(&text);
            prop_assert!((-1.0..=1.0).contains(&said.value));
        }

        #[test]
        fn any_chinese_has_a_value_in_bounds(text in "[不没很太好差吃了但是，。！a-z \u{4e00}-\u{4e80}]{0,60}") {
            prop_assert!((-1.0..=1.0).contains(&sentiment(&text).value));
        }
    }
}
