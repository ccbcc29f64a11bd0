//! Takes a mail apart (RFC 2046), line by line, in one pass: time and memory grow with the size alone, whatever the
//! nesting. Bodies are ranges of the raw bytes until somebody wants one.

use super::{decode::Encoding, words};
use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders};
use std::ops::Range;

/// Deeper parts are not taken apart: they are text.
const MAX_DEPTH: usize = 100;
/// Later parts belong to the last one.
const MAX_PARTS: usize = 1000;
/// A longer header block ends here.
const MAX_HEADER: usize = 1 << 20;

/// What the headers of a part say of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    /// `type/subtype` in lower case, empty where none is given.
    pub(crate) mime: String,
    pub(crate) charset: Option<String>,
    pub(crate) name: Option<String>,
    /// attachment, inline, or empty.
    pub(crate) disposition: String,
    pub(crate) encoding: Encoding,
    pub(crate) content_id: Option<String>,
    /// Parameters `format=flowed`, `delsp=yes` (RFC 3676).
    pub(crate) flowed: bool,
    pub(crate) delsp: bool,
    pub(crate) report_type: String,
    /// The field of a form that the part fills (RFC 7578).
    pub(crate) field: Option<String>,
    boundary: Option<String>,
}

/// One part, in the order of the mail; the first is the mail itself.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) parent: Option<usize>,
    pub(crate) header: Range<usize>,
    pub(crate) body: Range<usize>,
    pub(crate) head: Head,
    pub(crate) children: usize,
    depth: usize,
}

impl Part {
    /// A leaf that claims to be a container was not taken apart and is shown as text.
    pub(crate) fn mime(&self) -> &str {
        match self.head.mime.as_str() {
            "" => "text/plain",
            mime if mime.starts_with("multipart/") && self.children == 0 => "text/plain",
            mime => mime,
        }
    }

    pub(crate) fn raw<'a>(&self, mail: &'a [u8]) -> &'a [u8] {
        mail.get(self.body.clone()).unwrap_or_default()
    }

    /// The decoded body.
    pub(crate) fn bytes(&self, mail: &[u8]) -> Vec<u8> {
        self.head.encoding.decode(self.raw(mail))
    }
}

/// Header fields of a block, as the library reads them.
pub(crate) fn fields(block: &[u8]) -> Option<Message<'_>> {
    MessageParser::default().parse_headers(block)
}

fn head(block: &[u8]) -> Option<Head> {
    let block = words::prepare(block, None);
    let fields = fields(&block)?;
    let part = fields.root_part();
    let kind = part.content_type();
    let attribute = |name: &str| kind.and_then(|kind| kind.attribute(name)).map(str::to_owned);
    let is = |name: &str, value: &str| attribute(name).is_some_and(|given| given.eq_ignore_ascii_case(value));
    Some(Head {
        mime: kind.map_or_else(String::new, |kind| {
            let mime = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase();
            // RFC 2045 5.2: what cannot be read as a type is plain text.
            if mime == "text/" || mime.starts_with('/') { "text/plain".to_owned() } else { mime }
        }),
        charset: attribute("charset"),
        name: part.attachment_name().map(str::to_owned),
        disposition: part.content_disposition().map(|value| value.ctype().to_lowercase()).unwrap_or_default(),
        encoding: part.content_transfer_encoding().map(Encoding::of).unwrap_or_default(),
        content_id: part.content_id().map(|id| id.trim_matches(['<', '>']).to_owned()),
        flowed: is("format", "flowed"),
        delsp: is("delsp", "yes"),
        field: part.content_disposition().and_then(|value| value.attribute("name")).map(str::to_owned),
        report_type: attribute("report-type").unwrap_or_default().to_lowercase(),
        boundary: attribute("boundary").map(|text| text.trim_end().to_owned()).filter(|text| !text.is_empty()),
    })
}

struct Splitter<'a> {
    mail: &'a [u8],
    parts: Vec<Part>,
    /// Boundaries that may come, with their containers; the innermost last.
    open: Vec<(Vec<u8>, usize)>,
    /// The part that lines go to; none between the end of a container and the next boundary.
    current: Option<usize>,
    in_header: bool,
}

/// Takes a mail apart. There is always at least one part.
pub(crate) fn split(mail: &[u8]) -> Vec<Part> {
    let mut splitter = Splitter { mail, parts: Vec::new(), open: Vec::new(), current: None, in_header: true };
    splitter.begin(None, 0);
    let mut at = 0;
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        splitter.line(at, line);
        at += line.len();
    }
    if splitter.in_header && splitter.current.is_some() {
        splitter.header_ends(mail.len(), mail.len());
    }
    splitter.close(0, mail.len());
    splitter.parts
}

impl Splitter<'_> {
    fn begin(&mut self, parent: Option<usize>, at: usize) {
        let depth = parent.map_or(0, |parent| self.parts[parent].depth + 1);
        if let Some(parent) = parent {
            self.parts[parent].children += 1;
        }
        self.current = Some(self.parts.len());
        self.in_header = true;
        self.parts.push(Part {
            parent,
            header: at..at,
            body: at..usize::MAX,
            head: Head::default(),
            children: 0,
            depth,
        });
    }

    fn line(&mut self, at: usize, line: &[u8]) {
        if line.starts_with(b"--") && !self.open.is_empty() && self.boundary(at, line) {
            return;
        }
        if let (Some(current), true) = (self.current, self.in_header) {
            let blank = line.trim_ascii().is_empty();
            let too_long = at - self.parts[current].header.start > MAX_HEADER;
            if blank || too_long {
                self.header_ends(at, if blank { at + line.len() } else { at });
            }
        }
    }

    /// Whether the line is a boundary of an open container; the innermost that fits.
    fn boundary(&mut self, at: usize, line: &[u8]) -> bool {
        let given = line[2..].trim_ascii_end();
        let found = self.open.iter().rposition(|(boundary, _)| {
            given == boundary.as_slice() || given.strip_suffix(b"--").is_some_and(|given| given == boundary.as_slice())
        });
        let Some(found) = found else { return false };
        let (boundary, container) = &self.open[found];
        let (container, last) = (*container, given != boundary.as_slice());
        if self.parts.len() >= MAX_PARTS && !last {
            return false;
        }
        if let (Some(current), true) = (self.current, self.in_header)
            && current > container
        {
            self.header_ends(at, at);
        }
        self.close(container + 1, at);
        if last {
            self.open.truncate(found);
            self.close(container, at + line.len());
            self.current = None;
        } else {
            self.open.truncate(found + 1);
            self.begin(Some(container), at + line.len());
        }
        true
    }

    /// All parts from this one on that are still open end here, without the line break that belongs to the boundary.
    fn close(&mut self, from: usize, at: usize) {
        let before = self.mail.get(..at).unwrap_or_default();
        let break_len = if at == self.mail.len() {
            0
        } else if before.ends_with(b"\r\n") {
            2
        } else {
            usize::from(before.ends_with(b"\n"))
        };
        for part in self.parts.iter_mut().skip(from).filter(|part| part.body.end == usize::MAX) {
            part.body.end = (at - break_len).max(part.body.start);
        }
    }

    fn header_ends(&mut self, end: usize, body: usize) {
        let Some(current) = self.current else { return };
        self.in_header = false;
        let start = self.parts[current].header.start;
        let block = self.mail.get(start..end).unwrap_or_default();
        let found = head(block);
        let has_fields = found.is_some();
        let in_digest = self.parts[current].parent.is_some_and(|p| self.parts[p].head.mime == "multipart/digest");
        let part = &mut self.parts[current];
        part.head = found.unwrap_or_default();
        part.header = start..end;
        // A part that starts with its text, where no blank line told the header from it.
        part.body.start = if has_fields || block.trim_ascii().is_empty() { body } else { start };
        if part.head.mime.is_empty() && in_digest {
            "message/rfc822".clone_into(&mut part.head.mime);
        }
        if part.depth >= MAX_DEPTH {
            return;
        }
        let nested = matches!(part.head.mime.as_str(), "message/rfc822" | "message/global");
        if part.head.mime.starts_with("multipart/")
            && let Some(boundary) = part.head.boundary.take()
        {
            self.open.push((boundary.into_bytes(), current));
        } else if nested && part.head.encoding == Encoding::Identity && self.parts.len() < MAX_PARTS {
            self.begin(Some(current), body);
        }
    }
}

/// Removes what hides all headers from a parser: blank lines, a byte order mark or an mbox line at the beginning.
pub(crate) fn tidy(mut raw: &[u8]) -> &[u8] {
    raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw).trim_ascii_start();
    if (raw.starts_with(b"From ") || raw.starts_with(b">From "))
        && let Some(end) = raw.iter().position(|byte| *byte == b'\n')
    {
        raw = &raw[end + 1..];
    }
    raw
}

/// The header fields, named in lower case, folded lines joined, at most so many.
pub(crate) fn raw_fields(message: &Message<'_>) -> Vec<(String, String)> {
    let block = message.raw_message();
    let text = |header: &mail_parser::Header<'_>| {
        let value = block.get(header.offset_start() as usize..header.offset_end() as usize).unwrap_or_default();
        let value = super::decode::text(value.get(..4096).unwrap_or(value), None);
        value.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    };
    message.headers().iter().take(3000).map(|header| (name(&header.name), text(header))).collect()
}

pub(crate) fn name(name: &HeaderName<'_>) -> String {
    name.as_str().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(mail: &str) -> Vec<(String, String)> {
        let parts = split(mail.as_bytes());
        let leaf = |part: &Part| (part.mime().to_owned(), String::from_utf8(part.bytes(mail.as_bytes())).unwrap());
        parts.iter().filter(|part| part.children == 0).map(leaf).collect()
    }

    #[test]
    fn containers_are_taken_apart_and_broken_ones_shown() {
        let mail = "Content-Type: multipart/mixed; boundary=a\n\npreamble\n--a\n\nplain\n--a\n\
                    Content-Type: multipart/alternative; boundary=\"b\"\n\n--b\nContent-Type: text/html\n\n<p>x\n--a--\nend";
        assert_eq!(leaves(mail), [("text/plain".into(), "plain".into()), ("text/html".into(), "<p>x".into())]);
        let none = "Content-Type: multipart/mixed; boundary=a\n\nno part\nat all";
        assert_eq!(leaves(none), [("text/plain".into(), "no part\nat all".into())]);
        let bare = "Content-Type: multipart/mixed; boundary=a\n\n--a\nno header here\n--a--";
        assert_eq!(leaves(bare), [("text/plain".into(), "no header here".into())]);
    }

    #[test]
    fn a_mail_in_a_mail_is_a_part_with_parts() {
        let mail = "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: one\n\nfirst\n--a\n\nSubject: two\n\nsecond\n--a--\n";
        let parts = split(mail.as_bytes());
        let mimes: Vec<_> = parts.iter().map(Part::mime).collect();
        assert_eq!(mimes, ["multipart/digest", "message/rfc822", "text/plain", "message/rfc822", "text/plain"]);
        assert_eq!(parts[1].raw(mail.as_bytes()), b"Subject: one\n\nfirst");
        assert_eq!(parts[4].raw(mail.as_bytes()), b"second");
    }

    #[test]
    fn nesting_ends_somewhere() {
        let deep = (0..5000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary={n}\n\n--{n}\n"))
            .collect::<Vec<_>>()
            .concat();
        let parts = split(deep.as_bytes());
        assert!(parts.len() <= MAX_DEPTH + 2);
        let rows = "Content-Type: message/rfc822\n\n".repeat(50_000);
        assert!(split(rows.as_bytes()).len() <= MAX_DEPTH + 2);
        let many = format!("Content-Type: multipart/mixed; boundary=a\n\n{}", "--a\n\nx\n".repeat(50_000));
        assert_eq!(split(many.as_bytes()).len(), MAX_PARTS);
    }
}
