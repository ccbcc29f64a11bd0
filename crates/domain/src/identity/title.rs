//! Titles and generations: words beside a name that are no part of it.
//!
//! Only words that are hardly ever a name themselves are listed (Major, Earl, Dean and Pan are names), after the
//! honorific prefixes and suffixes that address standards name (UPU S42, element "form of address").

/// Honorifics and degrees, folded, without full stops.
const TITLES: &[&str] = &[
    "baron",
    "baroness",
    "baronet",
    "bart",
    "bt",
    "capt",
    "captain",
    "cbe",
    "col",
    "colonel",
    "dame",
    "dipl",
    "dott",
    "dottssa",
    "dr",
    "dra",
    "esq",
    "esquire",
    "frau",
    "fraulein",
    "gen",
    "herr",
    "herrn",
    "hon",
    "inz",
    "ing",
    "kbe",
    "lady",
    "lieutenant",
    "lord",
    "lt",
    "madame",
    "mag",
    "mba",
    "mbe",
    "md",
    "mevrouw",
    "meneer",
    "mgr",
    "miss",
    "mlle",
    "mme",
    "monsieur",
    "mr",
    "mrs",
    "ms",
    "msc",
    "mx",
    "obe",
    "pani",
    "phd",
    "prof",
    "professor",
    "rev",
    "revd",
    "reverend",
    "sen",
    "senor",
    "senora",
    "senorita",
    "sgt",
    "signor",
    "signora",
    "sig",
    "sir",
    "sra",
    "srta",
    "viscount",
    "viscountess",
];

/// Honorifics written onto the end of a name in Chinese, Japanese and Korean.
const ENDINGS: &[&str] = &["先生", "女士", "小姐", "太太", "老师", "师傅", "同学", "さん", "さま", "様", "씨", "님"];

/// Which bearer of one name in a family: fathers and sons share all but this.
const GENERATIONS: &[(&str, u8)] = &[
    ("sr", 1),
    ("senior", 1),
    ("snr", 1),
    ("jr", 2),
    ("junior", 2),
    ("jnr", 2),
    ("ii", 2),
    ("2nd", 2),
    ("iii", 3),
    ("3rd", 3),
    ("iv", 4),
];

/// The words of a folded name without titles, and the generation when one is told. A name of titles alone stays as it is.
pub(super) fn untitled<'a>(words: impl Iterator<Item = &'a str>) -> (Vec<&'a str>, Option<u8>) {
    let all: Vec<&str> = words.collect();
    let mut generation = None;
    let mut kept: Vec<&str> = Vec::with_capacity(all.len());
    for (at, word) in all.iter().map(|word| word.trim_matches(['.', ','])).enumerate() {
        let numeral = GENERATIONS.iter().find(|(text, _)| *text == word).filter(|_| at > 0);
        if let Some((_, number)) = numeral {
            generation = Some(*number);
        } else if !word.is_empty() && !TITLES.contains(&word) && !ordinal(word) {
            kept.push(bare(word));
        }
    }
    if kept.is_empty() { (all, generation) } else { (kept, generation) }
}

/// Whether a text holds nothing but titles and generations, as after the comma of `Ana Lopez, PhD`.
pub(super) fn beside(text: &str) -> bool {
    text.split_whitespace()
        .map(|word| word.trim_matches(['.', ',']))
        .all(|word| TITLES.contains(&word) || ordinal(word) || GENERATIONS.iter().any(|(text, _)| *text == word))
}

/// Whether it counts something: `7th`, `1st`.
fn ordinal(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && ["st", "nd", "rd", "th"].iter().any(|end| word.ends_with(end))
}

/// The word without an honorific at its end.
fn bare(word: &str) -> &str {
    ENDINGS.iter().find_map(|end| word.strip_suffix(end)).filter(|rest| !rest.is_empty()).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (String, Option<u8>) {
        let (words, generation) = untitled(text.split(' '));
        (words.join(" "), generation)
    }

    #[test]
    fn titles_are_no_names() {
        assert_eq!(of("dr. ana lopez"), ("ana lopez".into(), None));
        assert_eq!(of("sir walter kern, 4th baronet"), ("walter kern".into(), None));
        assert_eq!(of("王先生"), ("王".into(), None));
        assert_eq!(of("lady"), ("lady".into(), None));
        assert_eq!(of("major tom"), ("major tom".into(), None));
    }

    #[test]
    fn fathers_and_sons_are_told_apart() {
        assert_eq!(of("paul berg jr."), ("paul berg".into(), Some(2)));
        assert_eq!(of("paul berg senior"), ("paul berg".into(), Some(1)));
    }
}
