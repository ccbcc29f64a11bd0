//! One long text as several messages.

/// How a provider counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Characters.
    Chars,
    /// UTF-16 code units.
    Utf16,
    /// Bytes of UTF-8.
    Bytes,
}

impl Unit {
    fn of(self, c: char) -> usize {
        match self {
            Self::Chars => 1,
            Self::Utf16 => c.len_utf16(),
            Self::Bytes => c.len_utf8(),
        }
    }
}

/// Splits on line, sentence or word boundaries into parts of at most `max` units.
pub(crate) fn split(text: &str, max: usize, unit: Unit) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(limit) = over(rest, max, unit) {
        let window = &rest[..limit];
        let least = window.len() / 2;
        let cut = ["\n", ". ", "。", "! ", "? ", "！", "？", " "]
            .iter()
            .find_map(|mark| window.rfind(mark).map(|at| at + mark.len()).filter(|at| *at > least))
            .unwrap_or(limit);
        parts.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest.to_owned());
    }
    parts
}

/// Where a text goes over the limit; at least one character always fits.
fn over(text: &str, max: usize, unit: Unit) -> Option<usize> {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += unit.of(c);
        if used > max && at > 0 {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_split_on_boundaries_and_lose_no_word() {
        let text = "One sentence here. Another one follows! 最后一句话在这里。完";
        let parts = split(text, 22, Unit::Chars);
        assert!(parts.iter().all(|part| part.chars().count() <= 22));
        assert_eq!(parts.join("").replace(' ', ""), text.replace(' ', ""));
        assert_eq!(parts[0], "One sentence here.");
        assert_eq!(split(&"x".repeat(50), 20, Unit::Chars).len(), 3);
    }

    #[test]
    fn providers_count_differently() {
        assert_eq!(split("😀😀😀", 4, Unit::Utf16), ["😀😀", "😀"]);
        assert_eq!(split("你好吗", 6, Unit::Bytes), ["你好", "吗"]);
        assert_eq!(split("你好", 1, Unit::Bytes), ["你", "好"]);
        assert_eq!(split("", 5, Unit::Chars), Vec::<String>::new());
    }
}
