//! Words of any script.

use std::ops::Range;

/// Scripts that write no spaces between words: each character is taken as a word.
pub fn unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Lower-case words. Apostrophes inside a word are dropped (`can't` and `cant` are one), characters of scripts without
/// spaces stand alone, and `?` is kept: whether something is asked matters. Full-width forms become plain ones.
pub fn words(text: &str) -> Vec<String> {
    located(text).into_iter().map(|(word, _)| word).collect()
}

/// The same words, each with where it stands, in bytes.
pub fn located(text: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let (mut word, mut place) = (String::new(), 0..0);
    let flush = |word: &mut String, place: &Range<usize>, found: &mut Vec<(String, Range<usize>)>| {
        if !word.is_empty() {
            found.push((std::mem::take(word), place.clone()));
        }
    };
    for (at, written) in text.char_indices() {
        let end = at + written.len_utf8();
        let c = match written {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(written as u32 - 0xfee0).unwrap_or(written),
            c => c,
        };
        if unspaced(c) || c == '?' {
            flush(&mut word, &place, &mut found);
            found.push((c.to_string(), at..end));
        } else if c.is_alphanumeric() {
            place = if word.is_empty() { at..end } else { place.start..end };
            word.extend(c.to_lowercase());
        } else if !matches!(c, '\'' | '’') {
            flush(&mut word, &place, &mut found);
        }
    }
    flush(&mut word, &place, &mut found);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_scripts() {
        assert_eq!(words("I can't PAY — why?"), ["i", "cant", "pay", "why", "?"]);
        assert_eq!(words("退款ＡＢ12吗？"), ["退", "款", "ab12", "吗", "?"]);
        assert!(words(" …!").is_empty());
        let text = "I CAN’T 退ＡＢ";
        let shown: Vec<&str> = located(text).into_iter().map(|(_, place)| &text[place]).collect();
        assert_eq!(shown, ["I", "CAN’T", "退", "ＡＢ"]);
    }
}
