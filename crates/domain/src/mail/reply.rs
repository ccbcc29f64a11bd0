//! What of a mail its author newly wrote. Where that is not clear, too much is kept: an answer is never lost, and the
//! full text stands beside what is left out.

use super::marks::{self, Line};

/// Longer mails are taken as they are.
const MAX_LINES: usize = 5000;
/// An attribution is broken into at most so many lines.
const MAX_SPAN: usize = 6;
/// Longest attribution, in characters.
const MAX_ATTRIBUTION: usize = 300;
/// Fewer lines after the quotation, below a full answer, are the footer of a list or a program.
const FOOTER: usize = 7;
/// A rule above at most so many lines is above a signature.
const SIGNATURE: usize = 12;

struct Mail<'a> {
    lines: Vec<&'a str>,
    kinds: Vec<Line>,
}

/// The newly written part of a plain text. Quotations that the author answers piece by piece stay; a mail that is
/// nothing but a quotation or a forwarded mail stays whole. The result is trimmed of blank lines at both ends.
pub fn strip(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    if lines.len() > MAX_LINES {
        return trimmed(&lines);
    }
    let mut kinds: Vec<Line> = lines.iter().map(|line| marks::classify(line)).collect();
    for at in 1..kinds.len() {
        // The sign of a device stands alone; a sentence may begin in the same way.
        if kinds[at - 1] == Line::Device && kinds[at] == Line::Text {
            kinds[at - 1] = Line::Text;
        }
    }
    let mut mail = Mail { lines, kinds };
    mail.find_attributions();
    mail.cut_history();
    mail.cut_quotations();
    mail.drop_marks();
    let new = trimmed(&mail.lines);
    if new.is_empty() { trimmed(&text.split('\n').collect::<Vec<_>>()) } else { new }
}

fn trimmed(lines: &[&str]) -> String {
    let shown = |line: &&str| !line.trim().is_empty();
    let Some(first) = lines.iter().position(shown) else { return String::new() };
    let last = lines.iter().rposition(shown).unwrap_or(first);
    let kept: Vec<&str> = lines[first..=last].iter().map(|line| line.trim_end()).collect();
    kept.join("\n")
}

impl Mail<'_> {
    fn truncate(&mut self, len: usize) {
        self.lines.truncate(len);
        self.kinds.truncate(len);
    }

    /// Whether its author wrote something in these lines.
    fn written(&self, from: usize, to: usize) -> bool {
        self.kinds.get(from..to).is_some_and(|kinds| kinds.contains(&Line::Text))
    }

    fn count(&self, kind: Line, from: usize) -> usize {
        self.kinds.iter().skip(from).filter(|found| **found == kind).count()
    }

    /// The first line from here that is not blank.
    fn next(&self, from: usize) -> Option<Line> {
        self.kinds.iter().skip(from).find(|kind| **kind != Line::Blank).copied()
    }

    fn find_attributions(&mut self) {
        let mut at = 0;
        while at < self.lines.len() {
            at += match self.span(at) {
                Some(span) => {
                    self.kinds[at..at + span].fill(Line::Attribution);
                    span
                }
                None => 1,
            };
        }
    }

    /// How many lines from here are one attribution.
    fn span(&self, at: usize) -> Option<usize> {
        if !matches!(self.kinds[at], Line::Text | Line::Header) {
            return None;
        }
        if self.lines[at].len() > 4 * MAX_ATTRIBUTION {
            return None;
        }
        if marks::attribution(self.lines[at])
            || (marks::introduces(self.lines[at]) && self.next(at + 1) == Some(Line::Quote))
        {
            return Some(1);
        }
        if !marks::may_open(self.lines[at]) {
            return None;
        }
        let mut joined = self.lines[at].trim().to_owned();
        for n in 1..MAX_SPAN {
            let line = self.lines.get(at + n)?.trim();
            // A quotation mark in front of the next line belongs to the address that was broken off.
            let broken = self.kinds[at + n] == Line::Quote && line.starts_with("> ") && line.ends_with([':', '：']);
            if matches!(self.kinds[at + n], Line::Cut | Line::Rule) || (self.kinds[at + n] == Line::Quote && !broken) {
                return None;
            }
            joined.push(' ');
            joined.push_str(line);
            if joined.chars().count() > MAX_ATTRIBUTION {
                return None;
            }
            if !line.is_empty() && marks::attribution(&joined) {
                return Some(n + 1);
            }
        }
        None
    }

    /// Cuts at the first line below which nothing is new, if something new stands above it.
    fn cut_history(&mut self) {
        for at in 0..self.lines.len() {
            let history = match self.kinds[at] {
                Line::Cut => true,
                Line::Rule => self.is_end(at),
                Line::Header => self.is_block(at),
                _ => false,
            };
            if !history {
                continue;
            }
            if self.written(0, at) {
                self.truncate(at);
                return;
            }
            // Passed on without a word, or with the words below.
            let quoted_only = self.kinds[..at].contains(&Line::Attribution);
            if self.kinds[at] != Line::Rule
                && !quoted_only
                && (marks::forwards(self.lines[at]) || self.kinds[at] == Line::Header)
            {
                self.kinds.fill(Line::Text);
                return;
            }
        }
    }

    /// A rule ends the text above a header block, a quotation, a sign of the device, or a few last lines.
    fn is_end(&self, at: usize) -> bool {
        let next = self.kinds[at + 1..].iter().position(|kind| *kind != Line::Blank);
        let Some(next) = next.map(|next| at + 1 + next) else { return true };
        match self.kinds[next] {
            Line::Attribution | Line::Quote | Line::Device => true,
            Line::Header => self.is_block(next),
            _ => self.kinds[at..].iter().filter(|kind| **kind != Line::Blank).count() <= SIGNATURE + 1,
        }
    }

    /// Three fields of a header in a row; a long one may be broken, and some programs part them by blank lines.
    fn is_block(&self, at: usize) -> bool {
        let (mut fields, mut others) = (0, 0);
        for kind in self.kinds[at..].iter().take(16) {
            match kind {
                Line::Header => (fields, others) = (fields + 1, 0),
                Line::Blank => {}
                _ => others += 1,
            }
            if fields >= 3 || others > 1 {
                break;
            }
        }
        fields >= 3
    }

    /// Attributions and the quotations under them, top-posted, bottom-posted or in between.
    fn cut_quotations(&mut self) {
        let mut from = 0;
        while let Some(at) = self.kinds.iter().skip(from).position(|kind| *kind == Line::Attribution).map(|n| from + n)
        {
            let end = at + self.kinds[at..].iter().take_while(|kind| **kind == Line::Attribution).count();
            from = end;
            if !self.written(0, at) {
                continue;
            }
            let quoted = self.count(Line::Quote, end) > 0;
            if !quoted || self.is_footer(end) {
                self.truncate(at);
                return;
            }
        }
        self.cut_last_quotation();
        self.cut_first_quotation();
    }

    /// Whether the lines from here are one quotation, and perhaps a footer below a full answer.
    fn is_footer(&self, from: usize) -> bool {
        let is_old = |kind: &&Line| !matches!(kind, Line::Text | Line::Device);
        let quote = self.kinds[from..].iter().take_while(is_old).count();
        if !self.kinds[from..from + quote].contains(&Line::Quote) {
            return false;
        }
        let rest = from + quote;
        let below = self.count(Line::Text, rest);
        let again = self.count(Line::Quote, rest) > 0;
        let above: usize = self.lines[..from]
            .iter()
            .zip(&self.kinds)
            .filter(|(_, k)| **k == Line::Text)
            .map(|(l, _)| l.trim().chars().count())
            .sum();
        below == 0 || (!again && below < FOOTER && above > 20)
    }

    /// A quotation at the end, below something written.
    fn cut_last_quotation(&mut self) {
        let old = |kind: &Line| matches!(kind, Line::Quote | Line::Blank | Line::Attribution | Line::Device);
        let end = self.kinds.iter().rposition(|kind| !old(kind)).map_or(0, |at| at + 1);
        if self.written(0, end) && self.kinds[end..].contains(&Line::Quote) {
            self.truncate(end);
        }
    }

    /// The only quotation, at the beginning, above something written.
    fn cut_first_quotation(&mut self) {
        let old = |kind: &Line| matches!(kind, Line::Quote | Line::Blank | Line::Attribution);
        let end = self.kinds.iter().position(|kind| !old(kind)).unwrap_or(0);
        let quoted = self.kinds[..end].contains(&Line::Quote);
        if quoted && self.written(end, self.kinds.len()) && self.count(Line::Quote, end) == 0 {
            self.lines.drain(..end);
            self.kinds.drain(..end);
        }
    }

    /// What remains of marks: attributions, and the sign of a device at the end.
    fn drop_marks(&mut self) {
        let kept = |kind: &Line| !matches!(kind, Line::Attribution | Line::Device);
        let kinds = std::mem::take(&mut self.kinds);
        let lines = std::mem::take(&mut self.lines);
        (self.lines, self.kinds) = lines.into_iter().zip(kinds).filter(|(_, kind)| kept(kind)).unzip();
        while matches!(self.kinds.last(), Some(Line::Blank | Line::Rule)) {
            self.truncate(self.lines.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests;
