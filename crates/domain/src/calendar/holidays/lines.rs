//! Content lines of iCalendar (RFC 5545, 3.1), unfolded, each with the number of the line on which it begins.

use super::{InvalidFile, fail};

/// One content line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub number: usize,
    /// In upper case.
    pub name: String,
    params: Vec<(String, String)>,
    pub value: String,
}

impl Line {
    /// A parameter by its name in upper case.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value as text, with what was escaped.
    pub(super) fn text(&self) -> String {
        let (mut text, mut escaped) = (String::with_capacity(self.value.len()), false);
        for c in self.value.chars() {
            match (escaped, c) {
                (false, '\\') => {
                    escaped = true;
                    continue;
                }
                (true, 'n' | 'N') => text.push(' '),
                _ => text.push(c),
            }
            escaped = false;
        }
        text.trim().to_owned()
    }
}

/// The lines of a file.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, InvalidFile> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    for (n, raw) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        match (raw.strip_prefix([' ', '\t']), whole.last_mut()) {
            (Some(more), Some((_, last))) => last.push_str(more),
            (Some(_), None) => return fail(n + 1, "the file begins with a line that continues another"),
            (None, _) if raw.trim().is_empty() => {}
            (None, _) => whole.push((n + 1, raw.to_owned())),
        }
    }
    whole.into_iter().map(|(number, text)| line(number, &text)).collect()
}

fn line(number: usize, text: &str) -> Result<Line, InvalidFile> {
    let mut quoted = false;
    let (mut parts, mut begin, mut value) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' | ':' if !quoted => {
                parts.push(&text[begin..at]);
                begin = at + 1;
                if c == ':' {
                    value = Some(text[begin..].to_owned());
                    break;
                }
            }
            _ => {}
        }
    }
    let (Some(value), Some((name, params))) = (value, parts.split_first()) else {
        return fail(number, "a line is NAME:value");
    };
    let named = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !named(name) {
        return fail(number, "a line begins with a name of letters, digits and hyphens");
    }
    let param = |part: &&str| {
        let (name, value) = part.split_once('=').filter(|(name, _)| named(name))?;
        Some((name.to_ascii_uppercase(), value.trim_matches('"').to_owned()))
    };
    let Some(params) = params.iter().map(param).collect::<Option<Vec<_>>>() else {
        return fail(number, "a parameter is NAME=value");
    };
    Ok(Line { number, name: name.to_ascii_uppercase(), params, value: value.trim_end().to_owned() })
}
