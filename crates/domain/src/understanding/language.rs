//! The language of a text, short or long.
//!
//! Three layers, cheapest first: a script that only one language writes; letters or small words that settle it among
//! close relatives; else the trigram models of `lingua` for the twenty languages that contact centres ask for most.
//! Its low-accuracy mode is meant: about 50 MB for all twenty when loaded, against 430 MB, and some 4 microseconds a
//! letter. Models load when first needed, each with the first text of its script.

use lingua::{Language, LanguageDetector, LanguageDetectorBuilder};
use std::sync::LazyLock;

/// A language and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// ISO 639-1, or 639-3 where there is none; `nb` and `nn` apart.
    pub lang: &'static str,
    /// 0 to 1.
    pub confidence: f64,
}

/// How much a hint counts: odds are multiplied by this.
const HINT: f64 = 4.0;

const MODELS: [Language; 20] = [
    Language::English,
    Language::Chinese,
    Language::Spanish,
    Language::French,
    Language::German,
    Language::Portuguese,
    Language::Italian,
    Language::Japanese,
    Language::Korean,
    Language::Arabic,
    Language::Russian,
    Language::Dutch,
    Language::Polish,
    Language::Turkish,
    Language::Thai,
    Language::Vietnamese,
    Language::Indonesian,
    Language::Hindi,
    Language::Swedish,
    Language::Hebrew,
];

/// Those of them in Latin letters: what a text of nothing but these can be.
const LATIN: [Language; 12] = [
    Language::English,
    Language::Spanish,
    Language::French,
    Language::German,
    Language::Portuguese,
    Language::Italian,
    Language::Dutch,
    Language::Polish,
    Language::Turkish,
    Language::Vietnamese,
    Language::Indonesian,
    Language::Swedish,
];

static ALL_SCRIPTS: LazyLock<LanguageDetector> = LazyLock::new(|| detector(&MODELS));
static LATIN_ONLY: LazyLock<LanguageDetector> = LazyLock::new(|| detector(&LATIN));

fn detector(languages: &[Language]) -> LanguageDetector {
    LanguageDetectorBuilder::from_languages(languages).with_low_accuracy_mode().build()
}

fn code(language: Language) -> &'static str {
    match language {
        Language::English => "en",
        Language::Chinese => "zh",
        Language::Spanish => "es",
        Language::French => "fr",
        Language::German => "de",
        Language::Portuguese => "pt",
        Language::Italian => "it",
        Language::Japanese => "ja",
        Language::Korean => "ko",
        Language::Arabic => "ar",
        Language::Russian => "ru",
        Language::Dutch => "nl",
        Language::Polish => "pl",
        Language::Turkish => "tr",
        Language::Thai => "th",
        Language::Vietnamese => "vi",
        Language::Indonesian => "id",
        Language::Hindi => "hi",
        Language::Swedish => "sv",
        Language::Hebrew => "he",
    }
}

/// Scripts that one language alone writes, as far as customers go.
const SCRIPTS: &[(char, char, &str)] = &[
    ('\u{0370}', '\u{03ff}', "el"),
    ('\u{0530}', '\u{058f}', "hy"),
    ('\u{0980}', '\u{09ff}', "bn"),
    ('\u{0a00}', '\u{0a7f}', "pa"),
    ('\u{0a80}', '\u{0aff}', "gu"),
    ('\u{0b80}', '\u{0bff}', "ta"),
    ('\u{0c00}', '\u{0c7f}', "te"),
    ('\u{0e00}', '\u{0e7f}', "th"),
    ('\u{10a0}', '\u{10ff}', "ka"),
    ('\u{3040}', '\u{30ff}', "ja"),
    ('\u{ac00}', '\u{d7af}', "ko"),
    ('\u{1100}', '\u{11ff}', "ko"),
    ('\u{0590}', '\u{05ff}', "he"),
];

/// Letters that none of the twenty uses, with the language that most likely wrote them.
const LETTERS: &[(&str, &str)] = &[
    ("ў", "be"),
    ("їєґ", "uk"),
    ("әқңғұһ", "kk"),
    ("ѓќѕ", "mk"),
    ("ђћџљњ", "sr"),
    ("өү", "mn"),
    ("ٹڈڑےں", "ur"),
    ("پچژگ", "fa"),
    ("ə", "az"),
    ("þð", "is"),
    ("őű", "hu"),
    ("șț", "ro"),
    ("ŵŷ", "cy"),
    ("ĉĝĥĵŝŭ", "eo"),
    ("ēīķļņģ", "lv"),
    ("ėįų", "lt"),
    ("ľĺŕ", "sk"),
    ("ěřů", "cs"),
];

/// Words of close relatives that have no letter of their own: three of a kind decide, or one beside a letter.
const WORDS: &[(&str, &[&str])] = &[
    (
        "nn",
        &[
            "ikkje", "eg", "ein", "frå", "kva", "dei", "berre", "mykje", "òg", "ho", "noko", "vere", "vart", "blei",
            "korleis", "kvifor", "eit", "nokon", "sjølv", "meir", "fyrst", "kjem",
        ],
    ),
    (
        "nb",
        &[
            "ikke", "jeg", "av", "fra", "hva", "bare", "mye", "etter", "noe", "være", "ble", "meg", "deg", "hvordan",
            "hvorfor", "et", "noen", "selv", "mer", "først", "kommer", "også", "nå",
        ],
    ),
    (
        "da",
        &[
            "ikke", "jeg", "af", "fra", "hvad", "kun", "meget", "efter", "noget", "være", "blev", "mig", "dig",
            "hvordan", "hvorfor", "et", "nogen", "selv", "mere", "først", "kommer", "også", "nu",
        ],
    ),
];

/// The language of a text; nothing when it has no letters.
pub fn language(text: &str) -> Option<&'static str> {
    among(text, &[]).map(|guess| guess.lang)
}

/// What a text says of its language before anything else is known of who wrote it: the costly part of [`among`].
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Its letters settle it.
    Settled(Guess),
    /// How likely each language is, most likely first.
    Weighed(Vec<(&'static str, f64)>),
}

impl Evidence {
    /// The language, given what is already likely. Hints settle what a short text leaves open, and no more.
    pub fn weigh(&self, hints: &[&str]) -> Option<Guess> {
        let values = match self {
            Self::Settled(guess) => return Some(*guess),
            Self::Weighed(values) => values,
        };
        let weighted =
            values.iter().map(|(lang, likely)| (*lang, likely * if hints.contains(lang) { HINT } else { 1.0 }));
        let (mut best, mut total) = (None, 0.0);
        for (lang, weight) in weighted {
            total += weight;
            if weight > 0.0 && best.is_none_or(|(_, most)| weight > most) {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, weight)| Guess { lang, confidence: weight / total })
    }

    /// What two parts of a text say together: the models take its trigrams for independent of each other, so the odds
    /// multiply. Nothing when no language is possible for both.
    fn and(&self, other: &Self) -> Option<Self> {
        let (Self::Weighed(one), Self::Weighed(two)) = (self, other) else { return None };
        let of = |lang: &str| two.iter().find(|(name, _)| *name == lang).map_or(0.0, |(_, likely)| *likely);
        let mut both: Vec<(&'static str, f64)> = one.iter().map(|(lang, likely)| (*lang, likely * of(lang))).collect();
        let total: f64 = both.iter().map(|(_, likely)| likely).sum();
        if total <= f64::MIN_POSITIVE {
            return None;
        }
        for (_, likely) in &mut both {
            *likely /= total;
        }
        both.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        Some(Self::Weighed(both))
    }
}

/// The language of a text, given what is already likely: the languages of the customer's earlier messages, or of the
/// country of the number.
pub fn among(text: &str, hints: &[&str]) -> Option<Guess> {
    evidence(text)?.weigh(hints)
}

/// What a text says of its language; nothing when it has no letters.
pub fn evidence(text: &str) -> Option<Evidence> {
    let low = restored(text.to_lowercase());
    let letters = low.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 {
        return None;
    }
    // Nothing that ASCII writes tells by itself.
    if !low.is_ascii()
        && let Some(lang) = by_script(&low, letters).or_else(|| by_letter(&low))
    {
        return Some(Evidence::Settled(Guess { lang, confidence: 0.99 }));
    }
    if let Some(lang) = alone(&low) {
        return Some(Evidence::Settled(Guess { lang, confidence: 1.0 }));
    }
    if !low.chars().all(|c| !c.is_alphabetic() || latin(c)) {
        return Some(modelled(&ALL_SCRIPTS, low));
    }
    if let Some((ends, middle)) = parts(&low, letters) {
        let said = modelled(&LATIN_ONLY, ends);
        if said.weigh(&[]).is_some_and(|guess| guess.confidence >= CERTAIN) {
            return Some(said);
        }
        if let Some(both) = said.and(&modelled(&LATIN_ONLY, middle)) {
            return Some(both);
        }
    }
    Some(modelled(&LATIN_ONLY, low))
}

/// What the trigrams of a text say.
fn modelled(detector: &LanguageDetector, low: String) -> Evidence {
    let values = detector.compute_language_confidence_values(low);
    Evidence::Weighed(values.iter().map(|(language, confidence)| (code(*language), *confidence)).collect())
}

/// Letters at either end of a text that are looked at first.
const END: usize = 24;
/// The confidence with which both ends together speak for all of it.
const CERTAIN: f64 = 0.999_99;

/// The words at both ends of a longer text, and those between them: the time the models take grows with the
/// length, what they can tell does not. Nothing when the ends would hardly be shorter.
fn parts(low: &str, letters: usize) -> Option<(String, String)> {
    if letters < 2 * END + END / 2 {
        return None;
    }
    let words: Vec<&str> = low.split_whitespace().collect();
    let (head, tail) = (enough(words.iter()), enough(words.iter().rev()));
    let between = words.get(head..words.len().checked_sub(tail)?)?;
    let ends = [&words[..head], &words[words.len() - tail..]].concat().join(" ");
    if between.is_empty() || ends.len() * 4 > low.len() * 3 {
        return None;
    }
    Some((ends, between.join(" ")))
}

/// How many of these words make an end.
fn enough<'a>(words: impl Iterator<Item = &'a &'a str>) -> usize {
    let mut seen = 0;
    words
        .take_while(|word| {
            let more = seen < END;
            seen += word.chars().filter(|c| c.is_alphabetic()).count();
            more
        })
        .count()
}

/// Letters of the Latin script.
fn latin(c: char) -> bool {
    matches!(c, 'a'..='z' | 'A'..='Z' | '\u{00c0}'..='\u{024f}' | '\u{1e00}'..='\u{1eff}' | 'ª' | 'º')
}

/// Scripts that one of the twenty alone writes; their relatives have been told by letters of their own.
const ALONE: &[(char, char, &str)] =
    &[('\u{0400}', '\u{052f}', "ru"), ('\u{0600}', '\u{06ff}', "ar"), ('\u{0900}', '\u{097f}', "hi")];

/// The language of a text whose letters are all of such a script.
fn alone(low: &str) -> Option<&'static str> {
    let first = low.chars().find(|c| c.is_alphabetic())?;
    let (from, to, lang) = ALONE.iter().find(|(from, to, _)| (*from..=*to).contains(&first))?;
    low.chars().all(|c| !c.is_alphabetic() || (*from..=*to).contains(&c)).then_some(*lang)
}

/// Turkish of the code page ISO 8859-9, read as 8859-1: ð þ ý are ğ ş ı. Icelandic, which has those letters too, has
/// acute accents on other vowels or æ beside them.
fn restored(low: String) -> String {
    if low.is_ascii() {
        return low;
    }
    let has = |set: &str| low.chars().any(|c| set.contains(c));
    if !has("ðþ") || has("æáéíóú") {
        return low;
    }
    let turkish = |c| match c {
        'ð' => 'ğ',
        'þ' => 'ş',
        'ý' => 'ı',
        c => c,
    };
    low.chars().map(turkish).collect()
}

/// Kana makes a text Japanese though most of it be Han; other scripts have to be half of it.
fn by_script(low: &str, letters: usize) -> Option<&'static str> {
    SCRIPTS
        .iter()
        .map(|(from, to, lang)| (low.chars().filter(|c| (*from..=*to).contains(c)).count(), *lang))
        .find(|(count, lang)| *count * if *lang == "ja" { 12 } else { 2 } > letters)
        .map(|(_, lang)| lang)
}

fn by_letter(low: &str) -> Option<&'static str> {
    let count = |set: &str| low.chars().filter(|c| set.contains(*c)).count();
    let best = LETTERS.iter().map(|(set, lang)| (count(set), *lang)).max_by_key(|(count, _)| *count)?;
    if best.0 > 0 {
        return Some(if best.1 == "kk" && count("өү") > 0 && count("қңғұһ") == 0 { "mn" } else { best.1 });
    }
    if count("і") > 0 {
        return Some("uk");
    }
    if count("øæ") > 0 { Some(norse(low)) } else { None }
}

/// Danish or one of the two Norwegians, by words and spellings; Danish when nothing tells.
fn norse(low: &str) -> &'static str {
    let words: Vec<&str> = low.split(|c: char| !c.is_alphabetic()).collect();
    let known = |lang: &str| {
        let list = WORDS.iter().find(|(name, _)| *name == lang).map_or(&[][..], |(_, list)| *list);
        words.iter().filter(|word| list.contains(word)).count() * 2
    };
    let spelt = |endings: &[&str]| words.iter().filter(|word| endings.iter().any(|end| word.ends_with(end))).count();
    let nynorsk = known("nn") + spelt(&["leg", "ane", "ar", "heit"]);
    let bokmal = known("nb") + spelt(&["lig", "ene", "sjon", "het"]);
    let danish = known("da") + spelt(&["tion", "hed", "ede", "erne"]);
    if nynorsk > bokmal.max(danish) {
        "nn"
    } else if bokmal > danish {
        "nb"
    } else {
        "da"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_of_ordinary_sentences() {
        for (text, lang) in [
            ("Where is the parcel I ordered last week?", "en"),
            ("你好，我的快递到哪里了", "zh"),
            ("¿Dónde está el paquete que pedí la semana pasada?", "es"),
            ("Wo bleibt das Paket, das ich bestellt habe?", "de"),
            ("荷物はいつ届きますか", "ja"),
            ("Πού είναι το δέμα μου;", "el"),
            ("Paketim ne zaman gelecek, hâlâ bekliyorum", "tr"),
            ("sipariþim yarýn gelecek mi, deðiþtirmek istiyorum", "tr"),
            ("Hvenær kemur pakkinn minn, ég er búinn að bíða í viku", "is"),
            ("Де моя посилка? Я її чекаю", "uk"),
            (
                "Jeg har ikke fått noen beskjed om når jeg kan hente pakken på posten, nå må jeg få hjelp, være så snill",
                "nb",
            ),
            ("Eg veit ikkje kva dei gjer, men eg vil gjerne få pakka før helga", "nn"),
        ] {
            assert_eq!(language(text), Some(lang), "{text}");
        }
    }

    #[test]
    fn a_script_of_one_language_asks_no_model() {
        for (text, lang) in [("Где моя посылка?", "ru"), ("أين طردي الذي طلبته", "ar"), ("मेरा पार्सल कहाँ है", "hi")]
        {
            assert_eq!(among(text, &["en"]), Some(Guess { lang, confidence: 1.0 }), "{text}");
        }
        assert_eq!(alone("где iphone"), None);
    }

    #[test]
    fn both_ends_speak_for_a_long_text_and_a_short_one_has_none() {
        let long =
            "i would like to know where the parcel is that was promised for last friday, nobody answers the phone";
        let (ends, middle) = parts(long, 82).unwrap();
        assert!(long.starts_with(&ends[..20]) && long.ends_with(&ends[ends.len() - 20..]), "{ends}");
        assert!(ends.len() * 4 <= long.len() * 3);
        assert_eq!(language(long), Some("en"));
        assert!(long.contains(&middle) && !ends.contains(&middle), "{middle}");
        assert_eq!(parts("where is my parcel", 15), None);
    }

    #[test]
    fn parts_multiply_their_odds_unless_they_exclude_each_other() {
        let weighed = |values: &[(&'static str, f64)]| Evidence::Weighed(values.to_vec());
        let both = weighed(&[("es", 0.6), ("pt", 0.4)]).and(&weighed(&[("pt", 0.8), ("es", 0.2)])).unwrap();
        let Evidence::Weighed(values) = &both else { panic!("{both:?}") };
        assert_eq!(values[0].0, "pt");
        assert!((values[0].1 - 0.32 / 0.44).abs() < 1e-9, "{values:?}");
        assert_eq!(weighed(&[("es", 1.0), ("pt", 0.0)]).and(&weighed(&[("pt", 1.0), ("es", 0.0)])), None);
    }

    #[test]
    fn no_letters_no_language_and_a_hint_settles_what_is_open() {
        assert_eq!(language("12345 !! 👍"), None);
        let open = among("hotel", &["it"]);
        assert!(open.is_some_and(|guess| (0.0..=1.0).contains(&guess.confidence)));
        assert_eq!(among("Wo bleibt mein Paket, bitte?", &["nl"]).map(|g| g.lang), Some("de"));
    }
}
