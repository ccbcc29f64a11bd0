//! Words of a line with their place, for the recognisers of the brief.

/// A word.
#[derive(Debug, Clone)]
pub(super) struct Token<'a> {
    /// As written.
    pub raw: &'a str,
    /// Lower case.
    pub low: String,
    /// First byte in the line.
    pub start: usize,
    /// Byte behind the last one.
    pub end: usize,
    /// Number of the sentence in the line.
    pub sentence: usize,
    /// Number of the clause in the line: commas and semicolons end one too.
    pub clause: usize,
    /// First of its sentence: a capital there says nothing.
    pub first: bool,
}

impl Token<'_> {
    /// Starts with a capital.
    pub fn capital(&self) -> bool {
        self.raw.chars().next().is_some_and(char::is_uppercase)
    }

    /// Has a digit.
    pub fn digits(&self) -> bool {
        self.raw.bytes().any(|b| b.is_ascii_digit())
    }
}

/// Splits a line into words. Marks inside a word (`10:45`, `a.m`, `kings-cross`, `0.5`) stay, marks around it go.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let (mut sentence, mut clause, mut fresh) = (0, 0, true);
    let mut chars = line.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if matches!(c, '.' | '?' | '!' | '\n' | '。' | '？' | '！') {
            (sentence, clause, fresh) = (sentence + 1, clause + 1, true);
        } else if matches!(c, ',' | ';' | '(' | ')' | '"' | '，' | '；') {
            clause += 1;
        }
        let money = matches!(c, '$' | '€' | '£' | '¥' | '￥' | '#');
        if !c.is_alphanumeric() && !money {
            continue;
        }
        let mut end = start + c.len_utf8();
        while let Some(&(at, next)) = chars.peek() {
            let inner = matches!(next, ':' | '\'' | '’' | '.' | '-' | '/' | '@' | '_' | '&' | '+')
                || (next == ',' && line[..at].ends_with(|c: char| c.is_ascii_digit()));
            let goes_on = next.is_alphanumeric()
                || (inner
                    && line[at + next.len_utf8()..].starts_with(char::is_alphanumeric)
                    && !money_only(c, start, at));
            if !goes_on {
                break;
            }
            end = at + next.len_utf8();
            chars.next();
        }
        let raw = &line[start..end];
        found.push(Token { raw, low: raw.to_lowercase(), start, end, sentence, clause, first: fresh });
        fresh = false;
    }
    found
}

fn money_only(c: char, start: usize, at: usize) -> bool {
    !c.is_alphanumeric() && at == start + c.len_utf8()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_inner_marks_and_know_their_sentence() {
        let found = tokens("Leave at 10:45, please. Order #A-12/3 cost $1,250.50!");
        let words: Vec<&str> = found.iter().map(|t| t.raw).collect();
        assert_eq!(words, ["Leave", "at", "10:45", "please", "Order", "#A-12/3", "cost", "$1,250.50"]);
        assert_eq!(found[4].sentence, 1);
        assert!(found[4].first && !found[5].first);
        assert_ne!(found[2].clause, found[3].clause);
    }
}
