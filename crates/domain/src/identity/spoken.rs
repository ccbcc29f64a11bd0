//! What a speech recogniser heard, read as codes, words and dates.
//!
//! Recognisers write the same sounds in many ways, so every text gets several readings, and comparison forgives what
//! sounds alike. Words of a language (months, numbers) are looked up by their beginnings; a language that is not in the
//! tables is still read by its digits and letters.

use super::text::fold;

/// Beginnings of month names, folded, January first: English, German, Dutch, French, Spanish, Italian, Portuguese,
/// Polish, Czech.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "stycz", "led"],
    &["feb", "fev", "lut", "unor"],
    &["mar", "mae", "maa", "brez"],
    &["apr", "avr", "abr", "kwie", "dub"],
    &["may", "mai", "mei", "maj", "mag", "kvet"],
    &["jun", "juin", "giu", "czerw", "cervn"],
    &["jul", "juil", "lug", "lip", "cervenc"],
    &["aug", "aou", "ago", "sierp", "srp"],
    &["sep", "set", "wrze", "zari"],
    &["oct", "okt", "out", "ott", "pazdz", "rij"],
    &["nov", "listop"],
    &["dec", "dez", "dic", "grud", "pros"],
];

/// Whole words that begin like a month and are none.
const NO_MONTHS: &[&str] =
    &["may be", "maybe", "second", "seconds", "seven", "seventh", "seventy", "set", "sept", "out", "decade"];

/// Beginnings of number words and their values; the longest fitting beginning counts.
const NUMBERS: &[(&str, u32)] = &[
    ("zero", 0),
    ("nought", 0),
    ("null", 0),
    ("nula", 0),
    ("one", 1),
    ("first", 1),
    ("jeden", 1),
    ("jedn", 1),
    ("pierwsz", 1),
    ("eins", 1),
    ("erst", 1),
    ("un", 1),
    ("two", 2),
    ("second", 2),
    ("dwa", 2),
    ("dwoch", 2),
    ("dwie", 2),
    ("drugi", 2),
    ("zwei", 2),
    ("zwo", 2),
    ("deux", 2),
    ("dos", 2),
    ("three", 3),
    ("third", 3),
    ("trzy", 3),
    ("trzech", 3),
    ("trzeci", 3),
    ("drei", 3),
    ("dritt", 3),
    ("trois", 3),
    ("tres", 3),
    ("four", 4),
    ("fourth", 4),
    ("cztery", 4),
    ("czterech", 4),
    ("czwart", 4),
    ("vier", 4),
    ("quatre", 4),
    ("cuatro", 4),
    ("five", 5),
    ("fifth", 5),
    ("piec", 5),
    ("piat", 5),
    ("funf", 5),
    ("cinq", 5),
    ("cinco", 5),
    ("six", 6),
    ("sixth", 6),
    ("szesc", 6),
    ("szost", 6),
    ("sechs", 6),
    ("seis", 6),
    ("seven", 7),
    ("seventh", 7),
    ("siedem", 7),
    ("siodm", 7),
    ("sieben", 7),
    ("siebt", 7),
    ("sept", 7),
    ("siete", 7),
    ("eight", 8),
    ("eighth", 8),
    ("osiem", 8),
    ("osm", 8),
    ("acht", 8),
    ("huit", 8),
    ("ocho", 8),
    ("nine", 9),
    ("ninth", 9),
    ("dziewiec", 9),
    ("dziewiat", 9),
    ("neun", 9),
    ("neuf", 9),
    ("nueve", 9),
    ("ten", 10),
    ("tenth", 10),
    ("dziesiec", 10),
    ("dziesiat", 10),
    ("zehn", 10),
    ("dix", 10),
    ("diez", 10),
    ("eleven", 11),
    ("jedenas", 11),
    ("elf", 11),
    ("onze", 11),
    ("once", 11),
    ("twelve", 12),
    ("twelfth", 12),
    ("dwunast", 12),
    ("dwanasc", 12),
    ("zwolf", 12),
    ("douze", 12),
    ("doce", 12),
    ("thirteen", 13),
    ("trzynas", 13),
    ("dreizehn", 13),
    ("treize", 13),
    ("trece", 13),
    ("fourteen", 14),
    ("czternas", 14),
    ("vierzehn", 14),
    ("quatorze", 14),
    ("catorce", 14),
    ("fifteen", 15),
    ("pietnas", 15),
    ("funfzehn", 15),
    ("quinze", 15),
    ("quince", 15),
    ("sixteen", 16),
    ("szesnas", 16),
    ("sechzehn", 16),
    ("seize", 16),
    ("seventeen", 17),
    ("siedemnas", 17),
    ("siebzehn", 17),
    ("eighteen", 18),
    ("osiemnas", 18),
    ("achtzehn", 18),
    ("nineteen", 19),
    ("dziewietnas", 19),
    ("neunzehn", 19),
    ("twent", 20),
    ("dwudziest", 20),
    ("dwadziesc", 20),
    ("zwanzig", 20),
    ("vingt", 20),
    ("veint", 20),
    ("thirt", 30),
    ("trzydziest", 30),
    ("trzydziesc", 30),
    ("dreissig", 30),
    ("trente", 30),
    ("treinta", 30),
    ("fort", 40),
    ("czterdziest", 40),
    ("czterdziesc", 40),
    ("vierzig", 40),
    ("quarante", 40),
    ("cuarenta", 40),
    ("fift", 50),
    ("piecdziesiat", 50),
    ("funfzig", 50),
    ("cinquante", 50),
    ("cincuenta", 50),
    ("piecdziesiec", 50),
    ("sixt", 60),
    ("szescdziesiat", 60),
    ("sechzig", 60),
    ("soixante", 60),
    ("sesenta", 60),
    ("sevent", 70),
    ("siedemdziesiat", 70),
    ("siebzig", 70),
    ("setenta", 70),
    ("eight", 8),
    ("eighty", 80),
    ("osiemdziesiat", 80),
    ("achtzig", 80),
    ("ochenta", 80),
    ("ninet", 90),
    ("dziewiecdziesiat", 90),
    ("neunzig", 90),
    ("noventa", 90),
    ("hundred", 100),
    ("sto", 100),
    ("hundert", 100),
    ("cent", 100),
    ("cien", 100),
    ("dwiescie", 200),
    ("trzysta", 300),
    ("czterysta", 400),
    ("piecset", 500),
    ("szescset", 600),
    ("siedemset", 700),
    ("osiemset", 800),
    ("dziewiecset", 900),
    ("thousand", 1000),
    ("tysiac", 1000),
    ("tysiec", 1000),
    ("tausend", 1000),
    ("mille", 1000),
    ("mil", 1000),
];

/// Words that recognisers write for single letters and digits, folded.
const HOMOPHONES: &[(&str, char)] = &[
    ("you", 'u'),
    ("are", 'r'),
    ("our", 'r'),
    ("why", 'y'),
    ("see", 'c'),
    ("sea", 'c'),
    ("be", 'b'),
    ("bee", 'b'),
    ("oh", 'o'),
    ("owe", 'o'),
    ("to", '2'),
    ("too", '2'),
    ("for", '4'),
    ("ate", '8'),
    ("tea", 't'),
    ("tee", 't'),
    ("ex", 'x'),
    ("and", 'n'),
    ("end", 'n'),
    ("an", 'n'),
    ("jay", 'j'),
    ("kay", 'k'),
    ("okay", 'k'),
    ("ok", 'k'),
    ("el", 'l'),
    ("ell", 'l'),
    ("em", 'm'),
    ("en", 'n'),
    ("pee", 'p'),
    ("pe", 'p'),
    ("queue", 'q'),
    ("cue", 'q'),
    ("es", 's'),
    ("ef", 'f'),
    ("if", 'f'),
    ("gee", 'g'),
    ("aitch", 'h'),
    ("hey", 'a'),
    ("eye", 'i'),
    ("zed", 'z'),
    ("zee", 'z'),
    ("zet", 'z'),
    ("wu", 'w'),
    ("ha", 'h'),
    ("ka", 'k'),
    ("te", 't'),
    ("de", 'd'),
    ("ce", 'c'),
    ("ge", 'g'),
    ("er", 'r'),
    ("ygrek", 'y'),
    ("igrek", 'y'),
    ("jot", 'j'),
    ("fau", 'v'),
];

/// Words and single signs, folded, letters and digits apart.
pub fn tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut last: Option<bool> = None;
    for c in fold(text).chars() {
        let kind = if c.is_ascii_digit() {
            Some(true)
        } else if c.is_alphabetic() {
            Some(false)
        } else {
            None
        };
        match (kind, out.last_mut()) {
            (Some(_), Some(word)) if kind == last => word.push(c),
            (Some(_), _) => out.push(c.to_string()),
            (None, _) if c == '\'' => continue,
            (None, _) => {}
        }
        last = kind;
    }
    out
}

/// The value of a number word.
fn number_word(word: &str) -> Option<u32> {
    let fits = NUMBERS.iter().filter(|(start, _)| word.starts_with(start) && (start.len() > 2 || word == *start));
    fits.max_by_key(|(start, _)| start.len())
        .filter(|(start, _)| word.chars().count() <= start.len() + 5)
        .map(|(_, value)| *value)
}

/// Readings of a spoken code (postal code, reference): letters and digits only.
pub fn code_readings(text: &str) -> Vec<String> {
    let words = spelling_words_folded(tokens(text));
    let digits = |word: &String| number_word(word).filter(|n| *n < 20).map(|n| n.to_string());
    let homophone = |word: &String| HOMOPHONES.iter().find(|(w, _)| w == word).map(|(_, c)| c.to_string());
    let first = |word: &String| word.chars().take(if word.chars().count() >= 3 { 1 } else { 9 }).collect::<String>();
    let plain = words.concat();
    let spelt: String =
        words.iter().map(|w| if is_digits(w) { w.clone() } else { digits(w).unwrap_or_else(|| first(w)) }).collect();
    let heard: String = words
        .iter()
        .map(|w| if is_digits(w) { w.clone() } else { digits(w).or_else(|| homophone(w)).unwrap_or_else(|| first(w)) })
        .collect();
    let mut out = Vec::with_capacity(3);
    for reading in [plain, spelt, heard] {
        if !reading.is_empty() && !out.contains(&reading) {
            out.push(reading);
        }
    }
    out
}

/// `t for tommy` and `b like bravo` become `t` and `b`: a lone letter, a word between, a word with that beginning.
fn spelling_words_folded(words: Vec<String>) -> Vec<String> {
    let mut out = Vec::with_capacity(words.len());
    let mut at = 0;
    while let Some(word) = words.get(at) {
        out.push(word.clone());
        let lone = word.chars().count() == 1 && !is_digits(word);
        let explained = words.get(at + 2).is_some_and(|w| w.chars().count() >= 3 && w.starts_with(word.as_str()));
        let joined =
            words.get(at + 1).is_some_and(|w| w.chars().count() <= 4 && (w.chars().count() != 1 || is_digits(w)));
        at += if lone && explained && joined { 3 } else { 1 };
    }
    out
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// Readings of a spoken date as digits, parts of one digit padded and as heard.
pub fn date_readings(text: &str) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    let mut open: Option<u32> = None;
    for word in tokens(text) {
        if is_digits(&word) {
            close(&mut open, &mut groups);
            groups.push(word);
        } else if let Some(month) = month(&word) {
            close(&mut open, &mut groups);
            groups.push(format!("{month:02}"));
        } else if let Some(value) = number_word(&word) {
            open = match open {
                Some(sum) if value >= 100 && sum < value && value % 100 == 0 => Some(sum.saturating_mul(value)),
                Some(sum) if fits_into(sum, value) => Some(sum + value),
                _ => {
                    close(&mut open, &mut groups);
                    Some(value)
                }
            };
        }
    }
    close(&mut open, &mut groups);
    let padded = groups.iter().fold(String::new(), |all, group| all + &format!("{group:0>2}"));
    let heard = groups.concat();
    let mut out = vec![padded, heard];
    out.dedup();
    out.retain(|reading| !reading.is_empty());
    out
}

fn close(open: &mut Option<u32>, groups: &mut Vec<String>) {
    if let Some(value) = open.take() {
        groups.push(value.to_string());
    }
}

/// Whether the value fills zeros at the end of the sum: 1900 takes 80, 20 takes 6, 19 takes nothing.
fn fits_into(sum: u32, value: u32) -> bool {
    let room = if sum.is_multiple_of(1000) {
        1000
    } else if sum.is_multiple_of(100) {
        100
    } else if sum.is_multiple_of(10) {
        10
    } else {
        1
    };
    sum >= 20 && value > 0 && value < room
}

/// The month a word names, 1 to 12.
fn month(word: &str) -> Option<usize> {
    if NO_MONTHS.contains(&word) || word.chars().count() < 3 {
        return None;
    }
    MONTHS.iter().position(|starts| starts.iter().any(|start| word.starts_with(start))).map(|at| at + 1)
}

/// Letters and digits that sound alike enough to be taken for each other.
const ALIKE: &[&str] = &[
    "bdpt3ecgvz",
    "mn",
    "fsx",
    "aj8kh",
    "iy1e",
    "qu2w",
    "o0l",
    "5i",
    "9i",
    "4r",
    "ckgq",
    "szc",
    "fvw",
    "lr",
    "aeiouy",
    "jg",
];

/// What it costs to take one sign for another.
fn cost(a: char, b: char) -> f32 {
    if a == b {
        return 0.0;
    }
    match (sign(a), sign(b)) {
        (Some(a), Some(b)) => COSTS.get(a * SIGNS + b).copied().unwrap_or(1.0),
        _ => 1.0,
    }
}

/// How many signs the table of costs knows: the digits and the letters of the Latin alphabet.
const SIGNS: usize = 36;

/// The cost of taking one sign for another, by their numbers; worked out once, when the program is built.
static COSTS: [f32; SIGNS * SIGNS] = costs();

/// The number of a sign in the table of costs.
fn sign(c: char) -> Option<usize> {
    c.to_digit(36).map(|value| value as usize)
}

/// By index, for iterators do not run at build time; a slip would not build.
const fn costs() -> [f32; SIGNS * SIGNS] {
    let mut table = [1.0; SIGNS * SIGNS];
    let mut group = 0;
    while group < ALIKE.len() {
        let signs = ALIKE[group].as_bytes();
        let mut one = 0;
        while one < signs.len() {
            let mut other = 0;
            while other < signs.len() {
                table[place(signs[one]) * SIGNS + place(signs[other])] = if one == other { 0.0 } else { 0.55 };
                other += 1;
            }
            one += 1;
        }
        group += 1;
    }
    table
}

const fn place(sign: u8) -> usize {
    if sign.is_ascii_digit() { (sign - b'0') as usize } else { (sign - b'a') as usize + 10 }
}

/// How well the wanted text is found inside what was heard, 0 to 1: weighted edits over its length; what was said
/// before and after it costs little (`outside` a character).
pub fn found_in(wanted: &[char], heard: &[char], outside: f32) -> f32 {
    if wanted.is_empty() || heard.is_empty() {
        return 0.0;
    }
    let (mut short, mut long) = ([0f32; 48], Vec::new());
    let row: &mut [f32] = if let Some(row) = short.get_mut(..=heard.len()) {
        row
    } else {
        long.resize(heard.len() + 1, 0.0);
        &mut long
    };
    row.iter_mut().enumerate().for_each(|(j, slot)| *slot = j as f32 * outside);
    for (i, &w) in wanted.iter().enumerate() {
        let mut diagonal = row.first().copied().unwrap_or(0.0);
        let mut left = (i + 1) as f32;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        let last = i + 1 == wanted.len();
        for (slot, &h) in row.iter_mut().skip(1).zip(heard) {
            let extra = if last { outside } else { 0.8 };
            let best = (diagonal + cost(w, h)).min(*slot + 1.0).min(left + extra);
            diagonal = *slot;
            *slot = best;
            left = best;
        }
    }
    let distance = row.last().copied().unwrap_or(f32::MAX);
    (1.0 - distance / wanted.len() as f32).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_read_in_several_ways() {
        assert!(code_readings("A b for bravo 1 two, D you").contains(&"ab12du".to_owned()));
        assert!(code_readings("golf yankee three victor").contains(&"gy3v".to_owned()));
        assert!(code_readings("zero zero - 9 5 0").contains(&"00950".to_owned()));
    }

    #[test]
    fn dates_of_several_languages_are_read() {
        for text in [
            "16th of October 1987",
            "the sixteenth of october nineteen eighty seven",
            "16 października 1987",
            "szesnastego października tysiąc dziewięćset osiemdziesiątego siódmego",
            "16. Oktober 1987",
            "16 10 1987",
            "16/10/1987",
        ] {
            assert!(date_readings(text).contains(&"16101987".to_owned()), "{text}: {:?}", date_readings(text));
        }
    }

    proptest! {
        #[test]
        fn likeness_is_a_share(a in "[a-z0-9]{1,8}", b in "[a-z0-9]{0,12}") {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let share = found_in(&x, &y, 0.3);
            prop_assert!((0.0..=1.0).contains(&share));
            prop_assert!(found_in(&x, &x, 0.3) > 0.999);
            let _ = (code_readings(&b), date_readings(&b));
        }
    }
}
