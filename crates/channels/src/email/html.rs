//! HTML of strangers: cleaned for the console, and read as text.

use mail_parser::decoders::html::add_html_token;

/// More levels of quotation are shown as this many.
const MAX_QUOTE: usize = 5;

/// Longer pages, in bytes, and pages of more tags, entities or levels are shown as text alone: a tree of them costs too much.
const MAX_PAGE: usize = 1 << 20;
const MAX_TAGS: usize = 20_000;
const MAX_DEPTH: usize = 500;

/// Scripts, styles and event handlers go; pictures from elsewhere are not loaded, those that came along may be. None
/// for a page that is too much.
pub(crate) fn sanitise(html: &str) -> Option<String> {
    if html.len() > MAX_PAGE || too_deep(html) {
        return None;
    }
    let clean = || {
        ammonia::Builder::default()
            .add_generic_attributes(["dir"])
            .add_url_schemes(["cid"])
            .attribute_filter(|element, attribute, value| {
                let elsewhere = element == "img" && attribute == "src" && !value.starts_with("cid:");
                (!elsewhere).then(|| value.into())
            })
            .link_rel(Some("noopener noreferrer nofollow"))
            .clean(html)
            .to_string()
    };
    std::panic::catch_unwind(clean).ok()
}

/// Counts tags that are open, but for those that a browser closes by itself.
fn too_deep(html: &str) -> bool {
    const CLOSED: &[&str] = &["br", "img", "hr", "p", "li", "td", "th", "tr", "meta", "link", "input", "col", "wbr"];
    let (mut tags, mut depth) = (0, 0usize);
    // Entities cost the library as much as tags do.
    if html.bytes().filter(|byte| *byte == b'&').take(MAX_TAGS + 1).count() > MAX_TAGS {
        return true;
    }
    for tag in html.split('<').skip(1) {
        tags += 1;
        let name: String = tag.chars().take_while(char::is_ascii_alphanumeric).take(10).collect();
        if tag.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !name.is_empty() && !CLOSED.contains(&name.to_ascii_lowercase().as_str()) {
            depth += 1;
        }
        if tags > MAX_TAGS || depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

#[derive(Default)]
struct Writer {
    out: String,
    line: String,
    quote: usize,
    /// Quotation of the line before.
    last: usize,
    /// White space that waits for a word.
    space: bool,
    /// Blank lines that wait for a line.
    blank: bool,
    pre: usize,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            if self.pre > 0 && c == '\n' {
                self.end_line();
            } else if c.is_whitespace() && c != '\u{a0}' && self.pre == 0 {
                self.space = true;
            } else if c != '\0' && c != '\r' {
                if self.space && !self.line.is_empty() {
                    self.line.push(' ');
                }
                self.space = false;
                self.line.push(if c == '\u{a0}' { ' ' } else { c });
            }
        }
    }

    fn end_line(&mut self) {
        let prefix = "> ".repeat(self.quote.min(MAX_QUOTE));
        if self.blank && !self.out.is_empty() {
            self.out.push_str("> ".repeat(self.quote.min(self.last).min(MAX_QUOTE)).trim_end());
            self.out.push('\n');
        }
        self.blank = false;
        self.last = self.quote;
        self.out.push_str(&prefix);
        self.out.push_str(self.line.trim_end());
        self.out.truncate(self.out.trim_end_matches(' ').len());
        self.out.push('\n');
        self.line.clear();
        self.space = false;
    }

    /// A block begins or ends.
    fn block(&mut self, apart: bool) {
        if !self.line.trim().is_empty() {
            self.end_line();
        }
        self.line.clear();
        self.blank |= apart && !self.out.is_empty();
    }

    fn tag(&mut self, name: &str, closing: bool) {
        match name {
            "br" => self.end_line(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" => self.block(true),
            "div" | "tr" | "section" | "article" | "header" | "footer" | "hr" | "dl" | "dt" | "dd" | "address"
            | "form" | "center" | "body" | "html" => self.block(false),
            "li" => {
                self.block(false);
                if !closing {
                    self.line.push_str("- ");
                }
            }
            "td" | "th" => self.space = true,
            "pre" => {
                self.block(true);
                self.pre = if closing { self.pre.saturating_sub(1) } else { self.pre + 1 };
            }
            "blockquote" => {
                self.block(true);
                self.quote = if closing { self.quote.saturating_sub(1) } else { self.quote + 1 };
            }
            _ => {}
        }
    }
}

/// The text of a page as a reader sees it: one line a block, quotations marked as in plain mail, nothing of scripts,
/// styles and comments. Linear in the size of the input.
pub(crate) fn to_text(html: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        writer.text(&rest[..at]);
        rest = &rest[at..];
        rest = if rest.starts_with('&') { entity(&mut writer, rest) } else { markup(&mut writer, rest) };
    }
    writer.text(rest);
    writer.block(false);
    writer.out.trim().to_owned()
}

/// Writes the entity at the beginning; an ampersand that begins none is one.
fn entity<'a>(writer: &mut Writer, rest: &'a str) -> &'a str {
    let end = rest.bytes().take(32).position(|byte| byte == b';');
    let name = end.map(|end| &rest[..=end]).filter(|name| {
        name.len() > 2 && name[1..name.len() - 1].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
    });
    let Some(name) = name else {
        writer.text("&");
        return &rest[1..];
    };
    let mut decoded = String::new();
    add_html_token(&mut decoded, name.as_bytes(), false);
    writer.text(&decoded);
    &rest[name.len()..]
}

/// Takes the tag or comment at the beginning; a `<` that begins neither is one.
fn markup<'a>(writer: &mut Writer, rest: &'a str) -> &'a str {
    if let Some(comment) = rest.strip_prefix("<!--") {
        return comment.find("-->").map_or("", |end| &comment[end + 3..]);
    }
    let body = &rest[1..];
    let closing = body.starts_with('/');
    let name_at = usize::from(closing);
    let name_len = body[name_at..].bytes().take_while(u8::is_ascii_alphanumeric).count();
    if name_len == 0 && !body.starts_with(['!', '?', '/']) {
        writer.text("<");
        return body;
    }
    let name = body[name_at..name_at + name_len].to_ascii_lowercase();
    let Some(end) = tag_end(body) else { return "" };
    let after = &body[end + 1..];
    let raw = matches!(name.as_str(), "script" | "style" | "title" | "template" | "noscript");
    if raw && !closing && !body[..end].ends_with('/') {
        return skip_to_end(after, &name);
    }
    writer.tag(&name, closing);
    after
}

/// Where the tag ends; a `>` inside of quoted values does not end it.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.find('>')
}

fn skip_to_end<'a>(text: &'a str, name: &str) -> &'a str {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(at) = text[from..].find("</").map(|at| from + at) {
        if bytes.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return text[at..].find('>').map_or("", |end| &text[at + end + 1..]);
        }
        from = at + 2;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_a_reader_sees() {
        let page = "<html><head><title>t</title><style>p{}</style></head><body><p>Hi&nbsp;there, <b>a &lt; b</b> &amp; c\n d</p>\
                    <div>one<br>two</div><!-- no --><script>x('</p>')</script><ul><li>x<li>y</ul>\
                    <blockquote><p>old</p><p>older</p></blockquote>end</body></html>";
        assert_eq!(to_text(page), "Hi there, a < b & c d\n\none\ntwo\n\n- x\n- y\n\n> old\n>\n> older\n\nend");
    }

    #[test]
    fn broken_markup_is_text_and_costs_nothing() {
        assert_eq!(to_text("1 < 2 && 3 > 2 &bogus; <a href=\"x>y\">z"), "1 < 2 && 3 > 2 &bogus; z");
        assert_eq!(to_text("<scrip"), "");
        let deep = "<blockquote>x".repeat(20_000);
        assert!(to_text(&deep).len() < 30 * 20_000);
    }

    #[test]
    fn nothing_that_acts_survives() {
        let clean = |html: &str| sanitise(html).unwrap();
        let page = "<p dir=rtl onclick=x()>Hi<script>alert(1)</script><a href='javascript:x'>y</a></p>";
        assert_eq!(clean(page), "<p dir=\"rtl\">Hi<a rel=\"noopener noreferrer nofollow\">y</a></p>");
        let pictures =
            clean("<img src=http://t.example/p.gif alt=a><img src=cid:b@x><td background=http://t.example/>");
        assert!(pictures.contains("cid:b@x") && !pictures.contains("t.example"), "{pictures}");
        assert!(sanitise(&"<div>x</div><p>y".repeat(3000)).is_some());
        assert!(sanitise(&"<b>".repeat(1000)).is_none());
        assert!(sanitise(&"<br>".repeat(21_000)).is_none());
        assert!(sanitise(&"&".repeat(21_000)).is_none());
    }
}
