//! The lines by which mail programs mark what is not new, in the languages that they speak. From their default
//! templates: Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, QQ, NetEase, Foxmail, Zoho.

use super::words::{ABOVE, DEVICE, FIELDS, FORWARDED, OPENERS, ORIGINAL, WROTE, WROTE_EAST};

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Blank,
    /// Marked as quoted.
    Quote,
    /// "On Monday, X wrote:", or one of the lines that it is broken into.
    Attribution,
    /// A field of the header block that Outlook puts above history.
    Header,
    /// Above history, or above a signature: nothing new follows.
    Cut,
    /// A line of dashes or the like: ends the text, or only divides it.
    Rule,
    /// "Sent from my phone".
    Device,
    Text,
}

fn inner(line: &str) -> String {
    let marks = |c: char| c.is_whitespace() || "*_-—–=~#<>:：.|﹣－\u{2500}\u{2501}".contains(c);
    line.trim_matches(marks).to_lowercase().replace('’', "'")
}

/// What a line is by itself; lines of an attribution are found together, by [`attribution`].
pub(super) fn classify(line: &str) -> Line {
    let text = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    if text.is_empty() {
        return Line::Blank;
    }
    if text.starts_with(['>', '＞']) || text == "|" || (text.starts_with("| ") && !text.ends_with('|')) {
        return Line::Quote;
    }
    if matches!(text, "--" | "—" | "––") {
        return Line::Cut;
    }
    if text.chars().count() >= 3 && text.chars().all(|c| "-_=~*#+—–─━".contains(c)) {
        return Line::Rule;
    }
    if text.chars().count() > 200 {
        return Line::Text;
    }
    let plain = inner(text);
    let dashed = text.starts_with(['-', '_', '=', '*', '—', '─', '﹣', '－']) || text.ends_with([':', '：', '-']);
    let named = |list: &[&str]| list.iter().any(|mark| plain == *mark || (dashed && plain.starts_with(mark)));
    if (dashed && (named(ORIGINAL) || named(FORWARDED))) || ABOVE.iter().any(|mark| plain.contains(mark)) {
        return Line::Cut;
    }
    if field(text) {
        return Line::Header;
    }
    if device(&plain) { Line::Device } else { Line::Text }
}

/// Whether the line above which a mail was passed on.
pub(super) fn forwards(line: &str) -> bool {
    let plain = inner(line);
    FORWARDED.iter().any(|mark| plain.starts_with(mark))
}

fn device(plain: &str) -> bool {
    let short = plain.chars().count() < 100;
    short
        && DEVICE
            .iter()
            .any(|mark| plain.starts_with(mark) || (!mark.is_ascii() && mark.contains("から") && plain.contains(mark)))
}

/// `Name: value` with one of the names, bold or not.
fn field(text: &str) -> bool {
    let text = text.trim_start_matches(['*', ' ']);
    let Some((name, _)) = text.split_once([':', '：']) else { return false };
    let name = name.trim().trim_matches('*').trim().to_lowercase().replace('\u{3000}', "");
    let squeezed: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    FIELDS.iter().any(|known| name == *known || (!known.is_ascii() && squeezed == *known))
}

/// Whether a few lines, joined, say who wrote when: a verb or a colon at the end, and a date, a time or an address.
pub(super) fn attribution(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '*' || c == '-');
    let ends = text.ends_with([':', '：']);
    let plain = text.trim_end_matches([':', '：', ' ', '.', '\u{a0}']).to_lowercase();
    let written = has_verb(&plain, WROTE) || WROTE_EAST.iter().any(|verb| text.contains(verb));
    let at_end = WROTE.iter().any(|verb| plain.ends_with(verb))
        || WROTE_EAST.iter().any(|verb| plain.ends_with(verb.trim_end_matches([':', ' '])));
    if written && (ends || at_end) {
        return address(&plain) || time(&plain) || year(&plain) || (opener(&plain) && number(&plain));
    }
    // Gmail without a verb: `2013/7/20 Name <address>`, `2014-10-03 12:03 GMT+02:00 Name <address>:`.
    // The same where the date is not in digits alone: `Mo., 4. Mai 2026, 10:00 Name <address>:`.
    let named = plain.ends_with('>') && address(&plain);
    named && (dated(&plain) || (ends && year(&plain) && time(&plain)))
}

/// Whether a short line ends in "wrote:", or is a date with a name, which is an attribution above a quotation only.
pub(super) fn introduces(line: &str) -> bool {
    let line = line.trim();
    let plain = line.trim_end_matches([':', '：', ' ', '\u{a0}']).to_lowercase();
    let short = plain.chars().count() < 100;
    let said = WROTE.iter().any(|verb| plain.ends_with(verb)) || (dated(&plain) && time(&plain));
    short && line.ends_with([':', '：']) && said
}

/// Whether an attribution that goes on in the next line may begin here.
pub(super) fn may_open(line: &str) -> bool {
    let plain = line.trim().trim_matches('*').to_lowercase();
    let evidence = number(&plain);
    (opener(&plain) && evidence)
        || dated(&plain)
        || (plain.contains('<') && address(&plain))
        || (has_verb(&plain, WROTE) && (evidence || address(&plain)))
        || (plain.starts_with('在') && evidence)
}

fn opener(plain: &str) -> bool {
    OPENERS.iter().any(|word| plain.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\u{a0}', ','])))
}

fn has_verb(plain: &str, verbs: &[&str]) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    verbs.iter().any(|verb| {
        plain
            .match_indices(verb)
            .any(|(at, _)| edge(plain[..at].chars().next_back()) && edge(plain[at + verb.len()..].chars().next()))
    })
}

fn number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

fn address(text: &str) -> bool {
    let around = |c: char| c.is_alphanumeric() || "._-+".contains(c);
    text.match_indices('@').any(|(at, _)| {
        text[..at].chars().next_back().is_some_and(around) && text[at + 1..].chars().next().is_some_and(around)
    })
}

/// `12:30`, `12.30`, `12h30`.
fn time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (1..bytes.len()).any(|at| matches!(bytes[at], b':' | b'h') && digit(at - 1) && digit(at + 1) && digit(at + 2))
}

/// A year of the time of mail.
fn year(text: &str) -> bool {
    let digits = text.split(|c: char| !c.is_ascii_digit());
    digits.filter(|run| run.len() == 4).any(|run| run.starts_with("19") || run.starts_with("20"))
}

/// Begins with a date in digits.
fn dated(plain: &str) -> bool {
    let start: String = plain.chars().take(11).collect();
    let digits = start.chars().filter(char::is_ascii_digit).count();
    start.starts_with(|c: char| c.is_ascii_digit())
        && digits >= 2
        && (start.contains(['-', '/', '.', '年', '월', '년']) || (year(plain) && time(plain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributions_of_many_programs() {
        for line in [
            "On Mon, Feb 1, 2016 at 4:58 AM -0800, \"Ana\" <ana@shop.example> wrote:",
            "Am 24.08.2016 um 09:12 schrieb Ana Lind <ana@shop.example>:",
            "Ana Lind <ana@shop.example> schrieb am Di., 16. Aug. 2016 um 12:52 Uhr:",
            "Le mer. 3 mai 2017 à 10:00, Ana <ana@shop.example> a écrit :",
            "El jueves, 21 de noviembre de 2013, ana escribió:",
            "Op di 3 mei 2016 om 10:00 schreef Ana <ana@shop.example>:",
            "23 mar 2017 21:25 \"Ana\" <ana@shop.example> napisał(a):",
            "在 2016年3月4日，下午1:20，Ana <ana@shop.example> 写道：",
            "Ana <ana@shop.example>于2020年3月4日周三 下午1:20写道：",
            "2020年3月4日(水) 13:20 Ana <ana@shop.example>:",
            "2013/7/20 ana via Shop <info@shop.example>",
            "19 мая 2014 г. 22:35 пользователь Ana <ana@shop.example> написал:",
        ] {
            assert!(attribution(line), "{line}");
        }
        for line in ["I wrote to you twice:", "As he wrote, prices rose", "2013 was a good year", "See 3 points below:"]
        {
            assert!(!attribution(line), "{line}");
        }
    }

    #[test]
    fn lines_of_many_programs() {
        for (line, class) in [
            ("-----Original Message-----", Line::Cut),
            ("------------------ 原始邮件 ------------------", Line::Cut),
            ("*-------- Message d'origine --------*", Line::Cut),
            ("Begin forwarded message:", Line::Cut),
            ("-- ", Line::Cut),
            ("________________________________", Line::Rule),
            ("发件人: Ana", Line::Header),
            ("主　题：你好", Line::Header),
            ("*Von:* Ana", Line::Header),
            ("发自我的iPhone", Line::Device),
            ("Sent from my phone", Line::Device),
            ("> x", Line::Quote),
            ("the original message was lost", Line::Text),
            ("Note: this is not a header", Line::Text),
        ] {
            assert_eq!(classify(line), class, "{line}");
        }
    }
}
