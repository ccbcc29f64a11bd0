//! English: VADER (Hutto & Gilbert, ICWSM 2014) for words in general, and the phrases of people who want service.

use super::squash;
use crate::understanding::token::words;
use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};
use vader_sentimental::SentimentIntensityAnalyzer;

/// Below this a text is unhappy.
pub(super) const UNHAPPY: f64 = -0.1;
/// Above this it is happy: higher, for politeness is no happiness.
pub(super) const HAPPY: f64 = 0.3;
/// Longest text that is looked at, in bytes: what is felt is said early and often.
const LONGEST: usize = 4000;

static VADER: LazyLock<SentimentIntensityAnalyzer<'static>> = LazyLock::new(SentimentIntensityAnalyzer::new);

/// Words of requests that the general lexicon takes for feelings.
const PLAIN: &[&str] = &[
    "please",
    "pls",
    "plz",
    "help",
    "helping",
    "dear",
    "care",
    "support",
    "supported",
    "assist",
    "assistance",
    "credit",
    "credited",
    "interest",
    "interests",
    "share",
    "shared",
    "shares",
    "accept",
    "accepted",
    "secure",
    "security",
    "save",
    "saved",
    "saving",
    "savings",
    "active",
    "positive",
    "energy",
    "certain",
    "sure",
    "fine",
    "block",
    "blocked",
    "alert",
    "alerts",
    "number",
    "pay",
    "charge",
    "charges",
    "chance",
    "matter",
    "hand",
    "want",
    "debt",
    "demand",
    "resolve",
    "solution",
    "solutions",
    "party",
    "natural",
    "special",
    "gift",
    "award",
    "rewards",
    "reward",
    "stop",
    "legal",
    "emergency",
    "cut",
    "low",
    "lowest",
    "lower",
    "alarm",
    "alarms",
    "warning",
    "clear",
    "yes",
    "friend",
    "friends",
    "benefit",
    "benefits",
    "insurance",
    "interested",
    "create",
    "created",
    "creating",
    "ok",
    "okay",
    "play",
    "game",
    "bonus",
    "safe",
    "safety",
    "profit",
    "trust",
    "value",
    "values",
    "bright",
    "brighter",
    "cancel",
    "cancelled",
    "cancelling",
    "canceled",
    "canceling",
];

/// Phrases with a weight each, on the scale of the lexicon (-4 to 4); apostrophes are dropped.
const PHRASES: &[(&str, f64)] = &[
    ("still waiting", -2.0),
    ("been waiting", -1.6),
    ("keep waiting", -1.8),
    ("kept waiting", -2.0),
    ("waited", -1.2),
    ("still not", -1.6),
    ("still no", -1.8),
    ("still havent", -1.8),
    ("still hasnt", -1.8),
    ("never arrived", -2.2),
    ("never received", -2.0),
    ("never got", -1.6),
    ("never again", -2.6),
    ("never came", -1.8),
    ("not received", -1.5),
    ("havent received", -1.5),
    ("hasnt arrived", -1.5),
    ("not arrived", -1.5),
    ("not working", -1.8),
    ("not work", -1.8),
    ("doesnt work", -1.9),
    ("dont work", -1.7),
    ("didnt work", -1.7),
    ("isnt working", -1.8),
    ("wont work", -1.7),
    ("stopped working", -1.8),
    ("no answer", -1.6),
    ("no reply", -1.6),
    ("no response", -1.7),
    ("no help", -2.0),
    ("no use", -1.8),
    ("no one", -1.0),
    ("nobody", -1.2),
    ("ignored", -1.8),
    ("ignoring", -1.8),
    ("on hold", -1.5),
    ("for hours", -1.2),
    ("for days", -1.0),
    ("for weeks", -1.3),
    ("for months", -1.3),
    ("hours late", -2.0),
    ("days late", -1.8),
    ("late again", -2.2),
    ("delayed", -1.2),
    ("cold food", -1.5),
    ("charged twice", -2.0),
    ("charged me twice", -2.0),
    ("double charged", -2.0),
    ("overcharged", -2.2),
    ("rip off", -2.5),
    ("ripped off", -2.5),
    ("money back", -1.3),
    ("waste of", -2.2),
    ("what a joke", -2.6),
    ("a joke", -1.5),
    ("run around", -1.6),
    ("runaround", -2.0),
    ("fed up", -2.6),
    ("sick of", -2.2),
    ("sick and tired", -1.0),
    ("had enough", -2.4),
    ("enough is enough", -2.6),
    ("how many times do i have to", -2.2),
    ("how many times have i", -2.2),
    ("how many times must", -2.2),
    ("how much longer", -1.8),
    ("second time", -1.2),
    ("third time", -2.0),
    ("fourth time", -2.4),
    ("again and again", -1.8),
    ("over and over", -1.6),
    ("every time", -0.8),
    ("speak to a manager", -1.8),
    ("your manager", -1.6),
    ("a supervisor", -1.4),
    ("go elsewhere", -2.2),
    ("another company", -1.4),
    ("last time i", -1.6),
    ("closing my account", -1.5),
    ("not happy", -1.0),
    ("not acceptable", -2.5),
    ("unacceptable", -2.5),
    ("not good enough", -2.0),
    ("not what i ordered", -2.0),
    ("wrong item", -1.8),
    ("wrong order", -1.8),
    ("rude", -0.8),
    ("unhelpful", -2.2),
    ("useless", -0.8),
    ("misleading", -1.8),
    ("crashes", -1.6),
    ("crashing", -1.6),
    ("keeps crashing", -0.8),
    ("buggy", -1.8),
    ("glitchy", -1.6),
    ("laggy", -1.6),
    ("faulty", -1.8),
    ("overpriced", -2.0),
    ("too expensive", -1.5),
    ("too slow", -1.8),
    ("so slow", -2.0),
    ("too long", -1.3),
    ("wtf", -1.0),
    ("ffs", -2.4),
    ("smh", -1.4),
    ("seriously", -0.6),
    ("are you kidding", -2.2),
    ("well done", 2.2),
    ("works now", 2.0),
    ("works great", 1.5),
    ("works perfectly", 1.5),
    ("working again", 1.6),
    ("a star", 2.2),
    ("life saver", 2.5),
    ("lifesaver", 2.5),
    ("five stars", 2.2),
    ("5 stars", 2.2),
    ("thank you so much", 1.6),
    ("thanks so much", 1.6),
    ("so helpful", 2.0),
    ("very helpful", 1.8),
    ("spot on", 2.0),
    ("on time", 1.2),
    ("so quick", 1.6),
    ("can't wait", 1.6),
    ("cant wait", 1.6),
    ("made my day", 2.6),
];

/// From -1 to 1.
pub(super) fn value(text: &str) -> f64 {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let compound = VADER.polarity_scores(&plain(text)).compound.clamp(-0.999, 0.999);
    let general = compound * (15.0 / (1.0 - compound * compound)).sqrt();
    let spoken = format!(" {} ", words(text).join(" "));
    squash(general + service(&spoken))
}

/// Phrases by their first word.
static STARTS: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut starts: HashMap<&str, Vec<usize>> = HashMap::new();
    for (number, (phrase, _)) in PHRASES.iter().enumerate() {
        starts.entry(phrase.split(' ').next().unwrap_or_default()).or_default().push(number);
    }
    starts
});

/// The weights of the phrases that occur, each once.
fn service(spoken: &str) -> f64 {
    let mut found = BTreeSet::new();
    let mut at = 1;
    for word in spoken.split_ascii_whitespace() {
        for number in STARTS.get(word).into_iter().flatten() {
            let rest = spoken[at..].strip_prefix(PHRASES[*number].0);
            if rest.is_some_and(|rest| rest.starts_with(' ')) {
                found.insert(*number);
            }
        }
        at += word.len() + 1;
    }
    found.into_iter().map(|number| PHRASES[number].1).sum()
}

/// Words that requests start with.
const REQUESTS: &[&str] = &[
    "what", "whats", "what's", "where", "when", "how", "which", "who", "can", "could", "do", "does", "is", "are",
    "will", "would", "tell", "show", "find", "set", "please", "give", "need",
];

/// Feelings that are none in a request: "what is the best plan?".
const IN_REQUESTS: &[&str] = &["thanks", "thank", "good", "best", "better", "great", "nice", "top"];

/// Words before "like" that make it a liking.
const LIKING: &[&str] = &["i", "we", "really", "also", "do", "not", "dont", "don't", "didn't", "didnt"];

/// The text without the polite and the businesslike: "I would like", "please", "what is the best plan?".
fn plain(text: &str) -> String {
    let low: Vec<String> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase())
        .collect();
    let asks = text.contains('?') || low.first().is_some_and(|first| REQUESTS.contains(&first.as_str()));
    let kept = text.split_whitespace().enumerate().map(|(i, word)| {
        let bare = low.get(i).map_or("", String::as_str);
        let before = i.checked_sub(1).and_then(|i| low.get(i)).map_or("", String::as_str);
        let no_liking = bare == "like" && !LIKING.contains(&before);
        let request = asks && IN_REQUESTS.contains(&bare);
        if no_liking || request || PLAIN.contains(&bare) { "it" } else { word }
    });
    kept.collect::<Vec<_>>().join(" ")
}
