//! Words of any script.

/// Scripts that write no spaces between words: each character is taken as a word.
pub fn unspaced(c: char) -> bool {
    matches!(c,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Lower-case words. Apostrophes inside a word are dropped (`can't` and `cant` are one), characters of scripts without
/// spaces stand alone, and `?` is kept: whether something is asked matters. Full-width forms become plain ones.
pub fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut flush = |word: &mut String| {
        if !word.is_empty() {
            found.push(std::mem::take(word));
        }
    };
    for c in text.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            c => c,
        };
        if unspaced(c) || c == '?' {
            flush(&mut word);
            word.push(c);
            flush(&mut word);
        } else if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else if !matches!(c, '\'' | '’') {
            flush(&mut word);
        }
    }
    flush(&mut word);
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
    }
}
