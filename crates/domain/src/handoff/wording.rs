//! Where sentences end, and whether a text holds a value.

/// Sentences with their ends, and what follows the last one. `spaced` ends one before a space alone, so that a point inside
/// a number ends none; `always` ends one wherever it stands.
pub(super) fn sentences<'a>(text: &'a str, spaced: &[char], always: &[char]) -> Vec<&'a str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let last = || text[end..].chars().next().is_none_or(char::is_whitespace);
        if always.contains(&c) || (spaced.contains(&c) && last()) {
            parts.push(text[start..end].trim());
            start = end;
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// Whether a text holds a value as words of its own, in whatever case: no Latin letter or digit goes on where it begins or
/// ends with one.
pub(super) fn holds(text: &str, value: &str) -> bool {
    let (text, value) = (text.to_lowercase(), value.to_lowercase());
    let goes_on = |inner: Option<char>, outer: Option<char>| {
        inner.zip(outer).is_some_and(|(inner, outer)| inner.is_ascii_alphanumeric() && outer.is_ascii_alphanumeric())
    };
    let (first, last) = (value.chars().next(), value.chars().next_back());
    !value.is_empty()
        && text.match_indices(&value).any(|(at, found)| {
            let (before, behind) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
            !goes_on(first, before) && !goes_on(last, behind)
        })
}
