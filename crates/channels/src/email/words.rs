//! Header blocks made ready for the parser: bytes of old charsets become UTF-8, and encoded words (RFC 2047) that stand
//! side by side become one, because many mailers break a character in two between them.

use super::decode::{self, Encoding};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::borrow::Cow;

/// Prepares a block; `charset` is that of the body, which the header of a mail without any word about it shares.
pub(super) fn prepare<'a>(block: &'a [u8], charset: Option<&str>) -> Cow<'a, [u8]> {
    let text = std::str::from_utf8(block).map_or_else(
        |_| {
            let charset = charset.filter(|label| !label.to_ascii_lowercase().starts_with("utf"));
            Cow::Owned(decode::text(block, charset))
        },
        Cow::Borrowed,
    );
    match (join(&text), text) {
        (Some(joined), _) => Cow::Owned(joined.into_bytes()),
        (None, Cow::Borrowed(text)) => Cow::Borrowed(text.as_bytes()),
        (None, Cow::Owned(text)) => Cow::Owned(text.into_bytes()),
    }
}

/// One encoded word: charset, whether base64, content.
struct Word<'a> {
    charset: &'a str,
    base64: bool,
    content: &'a str,
}

impl Word<'_> {
    fn bytes(&self) -> Vec<u8> {
        if self.base64 {
            Encoding::Base64.decode(self.content.as_bytes())
        } else {
            Encoding::QuotedPrintable.decode(self.content.replace('_', "=20").as_bytes())
        }
    }
}

/// The word at the beginning, and its length.
fn word(text: &str) -> Option<(Word<'_>, usize)> {
    let rest = text.strip_prefix("=?")?;
    let (charset, rest) =
        rest.split_once('?').filter(|(charset, _)| charset.len() < 50 && !charset.contains([' ', '\n']))?;
    let (kind, rest) = rest.split_once('?').filter(|(kind, _)| kind.len() == 1)?;
    let end = rest.find("?=")?;
    let content = &rest[..end];
    let base64 = kind.eq_ignore_ascii_case("b");
    let sound = (base64 || kind.eq_ignore_ascii_case("q")) && !content.contains(['\n', '?']);
    let len = text.len() - rest.len() + end + 2;
    sound.then_some((Word { charset, base64, content }, len))
}

/// Joins neighbours of one charset; none where there are none. Linear: every byte is looked at a bounded number of times.
fn join(text: &str) -> Option<String> {
    if text.matches("=?").take(2).count() < 2 {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((first, len)) = word(cut(rest)) else {
            out.push_str("=?");
            rest = &rest[2..];
            continue;
        };
        let mut bytes = first.bytes();
        let mut taken = len;
        let mut count = 1;
        loop {
            let gap = rest[taken..].len() - rest[taken..].trim_start().len();
            let next =
                word(cut(&rest[taken + gap..])).filter(|(next, _)| next.charset.eq_ignore_ascii_case(first.charset));
            let Some((next, len)) = next.filter(|_| gap > 0) else { break };
            bytes.extend(next.bytes());
            taken += gap + len;
            count += 1;
        }
        if count > 1 {
            out.extend(["=?", first.charset, "?B?", &STANDARD.encode(&bytes), "?="]);
        } else {
            out.push_str(&rest[..taken]);
        }
        rest = &rest[taken..];
    }
    out.push_str(rest);
    Some(out)
}

/// A word is short; what is longer is none.
fn cut(text: &str) -> &str {
    let end = (0..=text.len().min(2000)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(text: &str) -> String {
        String::from_utf8(prepare(text.as_bytes(), None).into_owned()).unwrap()
    }

    #[test]
    fn characters_broken_between_words_are_whole_again() {
        let joined = format!("Subject: =?utf-8?B?{}?=\n x", STANDARD.encode("你好"));
        assert_eq!(prepared("Subject: =?utf-8?Q?=E4=BD?=\n =?UTF-8?Q?=A0=E5=A5=BD?=\n x"), joined);
        for same in
            ["Subject: =?utf-8?Q?a?= b =?utf-8?Q?c?=", "Subject: =?utf-8?Q?a?= =?gb2312?Q?b?=", "a =? b =?x?y?z =?"]
        {
            assert_eq!(prepared(same), same);
        }
        assert_eq!(prepare(b"Subject: \xc4\xe3\xba\xc3", Some("gb2312")), "Subject: 你好".as_bytes());
        assert_eq!(prepare(b"Subject: gr\xf6\xdfe", None), "Subject: größe".as_bytes());
    }
}
